package tour

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// makeRepository makes a folder of the tour a repository with one commit.
func (st *stage) makeRepository(ctx context.Context, folder, subject string) error {
	dir := filepath.Join(st.folder, folder)
	for _, args := range [][]string{{"init", "--quiet", "--template=", "--initial-branch=main"}, {"add", "--all"}, {"commit", "--quiet", "-m", subject}} {
		if _, err := st.git(ctx, dir, args...); err != nil {
			return failed(ctx, folder, err)
		}
	}
	return nil
}

func failed(ctx context.Context, folder string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Failedf("making the repository %q of the tour: %w", folder, err)
}

// makeUpstream makes the history of the upstream: the connector comes under
// MIT, is worked on, gets another licence, and is worked on again.
func (st *stage) makeUpstream(ctx context.Context) error {
	licence, err := os.ReadFile(filepath.Join(st.folder, "upstream", filepath.FromSlash(path), "LICENSE"))
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(st.folder, "upstream", filepath.FromSlash(path), "LICENSE")); err != nil {
		return err
	}
	code, metadata := "upstream/"+path+"/source_quakes/__init__.py", "upstream/"+path+"/metadata.yaml"
	first, err := assets.ReadFile("assets/upstream/source_quakes/__init__.py")
	if err != nil {
		return err
	}
	work := func(name string) string {
		return "\n\ndef " + name + "(rows):\n    \"\"\"Return the " + name + "s, largest first.\"\"\"\n    return sorted((row[\"" + name + "\"] for row in rows), reverse=True)\n"
	}
	states := []struct{ subject, file, text string }{
		{"Add source-quakes", "upstream/LICENSE", string(licence)},
		{"Tell the depth too", code, string(first) + work("depth")},
		{"Relicense connectors", metadata, "data:\n  name: source-quakes\n  license: ELv2\n"},
		{"Tell the distance too", code, string(first) + work("depth") + work("distance")},
	}
	for i, s := range states {
		if err := st.write(s.file, s.text); err != nil {
			return err
		}
		if i == 0 {
			err = st.makeRepository(ctx, "upstream", s.subject)
		} else {
			_, err = st.git(ctx, filepath.Join(st.folder, "upstream"), "commit", "--quiet", "--all", "-m", s.subject)
		}
		if err != nil {
			return failed(ctx, "upstream", err)
		}
	}
	return nil
}

// Effect is what a step changed in the monorepo.
type Effect struct {
	Files   []File `json:"files"`
	Added   int    `json:"added"` // lines
	Deleted int    `json:"deleted"`
	Commit  string `json:"commit,omitempty"`
}

// File is one changed file.
type File struct {
	Path    string `json:"path"`
	Added   int    `json:"added"` // lines; 0 of a binary file
	Deleted int    `json:"deleted"`
}

func (st *stage) head(ctx context.Context) (string, error) {
	out, err := st.git(ctx, st.monorepo, "rev-parse", "HEAD")
	if err != nil {
		return "", failed(ctx, "connectors", err)
	}
	return strings.TrimSpace(out), nil
}

// effect commits what a step left uncommitted, and counts what it changed.
func (st *stage) effect(ctx context.Context, s *Step, before string) (*Effect, error) {
	if _, err := st.git(ctx, st.monorepo, "add", "--all"); err != nil {
		return nil, failed(ctx, "connectors", err)
	}
	staged, err := st.git(ctx, st.monorepo, "diff", "--cached", "--name-only")
	if err == nil && staged != "" {
		_, err = st.git(ctx, st.monorepo, "commit", "--quiet", "-m", s.Name+": "+s.Title)
	}
	if err != nil {
		return nil, failed(ctx, "connectors", err)
	}
	stat, err := st.git(ctx, st.monorepo, "diff", "--numstat", "--no-renames", before, "HEAD")
	if err != nil {
		return nil, failed(ctx, "connectors", err)
	}
	e := readStat(stat)
	if len(e.Files) > 0 {
		e.Commit, err = st.head(ctx)
	}
	return e, err
}

// readStat reads git's --numstat.
func readStat(text string) *Effect {
	e := &Effect{Files: []File{}}
	for _, line := range splitLines(text) {
		fields := strings.SplitN(line, "\t", 3)
		if len(fields) != 3 {
			continue
		}
		f := File{Path: fields[2]}
		f.Added, _ = strconv.Atoi(fields[0]) // a binary file has a dash
		f.Deleted, _ = strconv.Atoi(fields[1])
		e.Files, e.Added, e.Deleted = append(e.Files, f), e.Added+f.Added, e.Deleted+f.Deleted
	}
	return e
}
