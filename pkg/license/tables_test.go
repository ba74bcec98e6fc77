package license_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"github.com/connkit/connkit/pkg/license"
)

// A slip in a table would go unseen: an id that no list has simply never matches.
func TestTablesNameWhatExists(t *testing.T) {
	t.Parallel()
	all := append(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated()...)
	for _, entry := range license.CategoryEntries() {
		begin, open := strings.CutSuffix(entry, "*")
		known := strings.HasPrefix(entry, "LicenseRef-") || slices.ContainsFunc(all, func(id string) bool { return id == entry || open && strings.HasPrefix(id, begin) })
		if !known {
			t.Errorf("the category entry %s names no licence", entry)
		}
	}
	for old, now := range license.Successors() {
		if !slices.Contains(spdxlicenses.GetDeprecated(), old) {
			t.Errorf("%s is not deprecated", old)
		}
		if x := expr(t, now); len(x.Deprecated()) != 0 {
			t.Errorf("%s is followed by %s, which is deprecated too", old, now)
		}
	}
	for _, id := range spdxlicenses.GetDeprecated() {
		if got := expr(t, id).Deprecated(); len(got) != 1 {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestPatternsExist(t *testing.T) {
	t.Parallel()
	builtin, own := license.PatternIDs()
	var made []string
	for i := range license.Groups() {
		made = append(made, license.Patterns(i)...)
	}
	for _, id := range append(builtin, own...) {
		if !slices.Contains(made, id) {
			t.Errorf("nothing is looked for as %s", id)
		}
	}
	files, err := os.ReadDir("lre")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(own, strings.TrimSuffix(f.Name(), ".lre")) {
			t.Errorf("lre/%s is in no group", f.Name())
		}
	}
}

// Every id of the list is its own canonical spelling, in whatever case it is given.
func TestEveryIDOfTheListIsTaken(t *testing.T) {
	t.Parallel()
	for _, id := range append(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated()...) {
		for _, spelled := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
			if x, err := license.Parse(spelled); err != nil || x.String() != id {
				t.Errorf("%s: got %s, %v", spelled, x, err)
			}
		}
		if v := (license.Policy{}).Judge(expr(t, id)); v.Category == "" {
			t.Errorf("%s has no category", id)
		}
	}
	for _, e := range spdxlicenses.GetExceptions() {
		if x, err := license.Parse("GPL-2.0-only WITH " + strings.ToLower(e)); err != nil || x.String() != "GPL-2.0-only WITH "+e {
			t.Errorf("%s: got %s, %v", e, x, err)
		}
	}
}
