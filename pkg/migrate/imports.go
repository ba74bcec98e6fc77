package migrate

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
)

// takeImports reports code of others that has no record of where it came from:
// imports of the old script, and connectors that say they are Airbyte's.
func (r *Report) takeImports(ctx context.Context, s *scan) error {
	told := map[string]bool{}
	if s.o.Imports != nil {
		list, err := s.o.Imports(ctx)
		if err != nil {
			return err
		}
		for _, im := range list {
			told[im.Dest] = true
			r.Findings = append(r.Findings, Finding{
				File: im.Dest, Kind: Imported, Text: fmt.Sprintf("%s of %s", im.Commit[:min(12, len(im.Commit))], im.Repository),
				Does:    "was imported by pull_upstream.sh, under " + orUnknown(im.License),
				Command: "connkit upstream verify " + quoted(im.Dest),
				Why:     "the next connkit pull-upstream --update " + quoted(im.Dest) + " writes the record",
			})
		}
	}
	for _, file := range s.files {
		dir := path.Dir(file)
		if path.Base(file) != "metadata.yaml" || s.connector(file) == "" || recorded(s, dir) || toldAbove(told, dir) {
			continue
		}
		text, ok := readText(s.o.Root, file)
		if !ok || !bytes.Contains(text, []byte("dockerRepository: airbyte/")) {
			continue
		}
		r.Findings = append(r.Findings, Finding{
			File: file, Line: bytes.Count(text[:bytes.Index(text, []byte("dockerRepository:"))], []byte("\n")) + 1, Col: 1, Kind: Imported,
			Text: "dockerRepository: airbyte/…", Does: "is Airbyte's, and nothing records which commit it is of",
			Command: "connkit upstream find https://github.com/airbytehq/airbyte.git airbyte-integrations/connectors/" + quoted(path.Base(dir)) + " --license MIT",
			Why:     "which commit it is of a person has to find",
		})
	}
	return nil
}

func orUnknown(id string) string {
	if id == "" {
		return "a licence that it does not tell"
	}
	return id
}

// recorded tells whether a folder, or one above it, has the record of an import.
func recorded(s *scan, dir string) bool {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if s.has(dir + "/UPSTREAM.yaml") {
			return true
		}
	}
	return false
}

func toldAbove(told map[string]bool, dir string) bool {
	for dest := range told {
		if dir == dest || strings.HasPrefix(dir, dest+"/") {
			return true
		}
	}
	return false
}
