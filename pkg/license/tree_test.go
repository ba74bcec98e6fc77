package license_test

import (
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// tree is a [license.Tree] in memory: contents by path. A content that begins
// with "-> " is a symlink, "submodule" a submodule.
type tree map[string]string

func (t tree) List(_ context.Context, dir string) ([]license.Entry, error) {
	seen := map[string]license.Entry{}
	for p, text := range t {
		rest, ok := strings.CutPrefix("/"+p, strings.TrimSuffix("/"+dir, "/")+"/")
		if !ok {
			continue
		}
		name, _, deeper := strings.Cut(rest, "/")
		e := license.Entry{Name: name, Dir: deeper, Link: !deeper && strings.HasPrefix(text, "-> "), Module: !deeper && text == "submodule"}
		if !deeper {
			e.Blob, e.Size = blobID(text), int64(len(text))
		}
		seen[name] = e
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("listing %q: %w", dir, fs.ErrNotExist)
	}
	var list []license.Entry
	for _, e := range seen {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b license.Entry) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

func (t tree) Read(_ context.Context, paths ...string) (map[string]license.Blob, error) {
	got := map[string]license.Blob{}
	for _, p := range paths {
		text, ok := t[p]
		if !ok || text == "submodule" {
			continue
		}
		got[p] = license.Blob{Path: p, ID: blobID(text), Text: []byte(strings.TrimPrefix(text, "-> "))}
	}
	return got, nil
}

func blobID(text string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text))) }

// text gives the text of a licence.
func text(tb testing.TB, id string) string {
	tb.Helper()
	b, err := os.ReadFile(path.Join("testdata", "texts", id+".txt"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func expr(tb testing.TB, s string) license.Expression {
	tb.Helper()
	x, err := license.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}
