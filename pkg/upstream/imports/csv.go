package imports

import (
	"bytes"
	"encoding/csv"
	"time"
)

// CSV writes imports as comma-separated values (RFC 4180), with a header.
func CSV(list []*Import) (string, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"dest", "repository", "path", "commit", "date", "ref", "license", "license_path", "tree", "license_blob", "evidence", "accepted", "recorded_in", "imported"}}
	for _, im := range list {
		if im.Gone || im.Problem != "" {
			continue
		}
		rows = append(rows, []string{im.Dest, im.Repository, im.Label(), im.Commit, stamp(im.Date), im.Ref, im.License.ID, im.License.Path,
			im.Tree, im.License.Blob, im.License.Evidence, im.Accepted, im.Found, stamp(im.Imported)})
	}
	if err := w.WriteAll(rows); err != nil {
		return "", err
	}
	return b.String(), nil
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
