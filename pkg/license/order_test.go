package license_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// What an id says of itself agrees with its category, over the whole list.
func TestCategoriesOfTheList(t *testing.T) {
	t.Parallel()
	n := map[string]int{}
	for _, id := range append(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated()...) {
		category := license.Policy{}.Judge(expr(t, id)).Category
		n[category]++
		words := strings.Split(strings.ToUpper(id), "-")
		has := func(w ...string) bool {
			return slices.ContainsFunc(words, func(x string) bool { return slices.Contains(w, x) })
		}
		var wrong bool
		switch {
		case has("NC", "ND", "NONCOMMERCIAL"):
			wrong = category == license.Permissive || category == license.Copyleft
		case has("GPL", "LGPL", "AGPL", "GFDL", "MPL", "EPL", "CDDL", "EUPL"):
			wrong = category == license.Permissive || category == license.SourceAvailable
		case strings.Contains(id, "No-Nuclear"), strings.Contains(id, "No-Military"):
			wrong = category == license.Permissive
		case words[0] == "CC" && has("SA"):
			wrong = category == license.Permissive
		}
		if wrong {
			t.Errorf("%s is %s", id, category)
		}
	}
	for _, c := range license.Categories() {
		if n[c] < 5 {
			t.Errorf("%d licences are %s", n[c], c)
		}
	}
}

// An exception leaves the category as it is, and so does a later version.
func TestExceptionsLeaveTheCategory(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"GPL-2.0-only", "GPL-3.0-or-later", "LGPL-2.1-only", "MIT", "Apache-2.0", "Elastic-2.0", "LicenseRef-acme", "MPL-2.0"} {
		bare := license.Policy{}.Judge(expr(t, id))
		for _, e := range []string{"Classpath-exception-2.0", "LLVM-exception", "AdditionRef-ours"} {
			if v := (license.Policy{}).Judge(expr(t, id+" WITH "+e)); v.Category != bare.Category || v.Decision != bare.Decision || v.License != id+" WITH "+e {
				t.Errorf("%s WITH %s: %+v, without %+v", id, e, v, bare)
			}
		}
	}
	for _, id := range []string{"Apache-2.0", "MPL-2.0", "EPL-2.0", "GPL-2.0", "BSD-3-Clause"} {
		if a, b := (license.Policy{}).Judge(expr(t, id)), (license.Policy{}).Judge(expr(t, id+"+")); a.Category != b.Category || a.Decision != b.Decision {
			t.Errorf("%s: %+v, later ones %+v", id, a, b)
		}
	}
}

// Deprecated ids are what stands for them today: they grant each other, and are judged alike.
func TestSuccessorsAreEqual(t *testing.T) {
	t.Parallel()
	for old, now := range license.Successors() {
		a, b := expr(t, old), expr(t, now)
		if old == "bzip2-1.0.5" {
			continue // another text, which the list replaced by a later one
		}
		if !a.Equal(b) || license.Changed(a, b) != "" {
			t.Errorf("%s is not %s: %q", old, now, license.Changed(a, b))
		}
		policy := license.Policy{Deny: []string{now}}
		if v := policy.Judge(a); v.Decision != license.Deny {
			t.Errorf("%s is not denied with %s: %+v", old, now, v)
		}
		if strings.Contains(now, " WITH ") {
			if base, _, _ := strings.Cut(now, " WITH "); a.Grants(expr(t, base)) {
				t.Errorf("%s grants %s", old, base)
			}
		}
	}
	for _, id := range spdxlicenses.GetDeprecated() {
		if base, plus := strings.CutSuffix(id, "+"); plus && !expr(t, id).Equal(expr(t, base+"-or-later")) {
			t.Errorf("%s is not %s-or-later", id, base)
		}
	}
}

// The order in which files are listed, read and remembered changes nothing of what is found.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	ids := []string{"MIT", "ISC", "Elastic-2.0", "Apache-2.0"}
	r := rand.New(rand.NewPCG(11, 12))
	pick := func() string { return ids[r.IntN(len(ids))] }
	var reader license.Reader
	for range 150 {
		files := tree{"x/a.py": "x\n"}
		for _, add := range []func(){
			func() { files["LICENSE"] = text(t, pick()) },
			func() { files["x/LICENSE"] = text(t, pick()) },
			func() { files["x/metadata.yaml"] = metadata(pick()) },
			func() { files["metadata.yaml"] = metadata(pick()) },
			func() { files["x/setup.py"] = fmt.Sprintf("setup(license=%q)", pick()) },
			func() { files["x/b.py"] = "# SPDX-License-Identifier: " + pick() + "\n" },
			func() { files["x/sub/c.py"] = "y\n"; files["x/sub/LICENSE"] = text(t, pick()) },
			func() { files["REUSE.toml"] = annotate(`"x/**"`, `"`+pick()+`"`) },
			func() { files["x/COPYING"] = "-> ../LICENSE" },
			func() { files["x/LICENSES/"+pick()+".txt"] = text(t, pick()) },
		} {
			if r.IntN(3) == 0 {
				add()
			}
		}
		want, err := license.Effective(t.Context(), files, "x")
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range []license.Tree{shuffled{files, r}, files} {
			got, err := reader.Effective(t.Context(), tr, "x")
			if err != nil || got.Text != want.Text || !got.License.Equal(want.License) || !slices.Equal(got.Doubts, want.Doubts) || len(got.Carry) != len(want.Carry) {
				t.Fatalf("%q:\ngot  %s %q, %v\nwant %s %q", slices.Sorted(maps.Keys(files)), got.Text, got.Doubts, err, want.Text, want.Doubts)
			}
		}
		checkSound(t, files, want)
		for _, proof := range slices.Sorted(maps.Keys(files)) {
			claim := expr(t, pick())
			e, err := reader.Check(t.Context(), files, "x", claim, proof)
			switch kind := fault.KindOf(err); {
			case err != nil && kind != fault.Blocked && kind != fault.Usage:
				t.Errorf("%s by %s: %v", claim, proof, err)
			case err == nil && (!e.License.Grants(claim) || !want.Proven()):
				t.Errorf("%s by %s is proven, but the licence is %s", claim, proof, want.Text)
			case kind == fault.Blocked && (len(e.Doubts) == 0 || e.Named == nil):
				t.Errorf("%s by %s is refused without a reason", claim, proof)
			}
		}
	}
}

// shuffled lists the folders of a tree in any order.
type shuffled struct {
	tree
	r *rand.Rand
}

// checkSound holds evidence against what must be true of any.
func checkSound(t *testing.T, files tree, e license.Evidence) {
	t.Helper()
	switch {
	case e.License.IsZero() && e.Proven(), e.License.IsZero() != (e.Text == "no licence found"), e.License.IsZero() && len(e.Doubts) == 0:
		t.Errorf("nothing is proven: %+v", e)
	case e.Path != "" && files[e.Path] == "":
		t.Errorf("%s decides and is not there", e.Path)
	case strings.ContainsAny(e.Text+strings.Join(e.Doubts, "")+strings.Join(e.Notes, ""), "\r\n\x1b"):
		t.Errorf("more than a line: %q", e.Text)
	}
	seen := map[string]bool{}
	for _, b := range e.Carry {
		if strings.HasPrefix(b.Path, "x/") || seen[b.Path] || files[b.Path] == "" {
			t.Errorf("carried is %s", b.Path)
		}
		seen[b.Path] = true
	}
	for _, list := range [][]string{e.Doubts, e.Notes} {
		if len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
			t.Errorf("said twice: %q", list)
		}
	}
	if e.Proven() && len(e.Others) == 0 {
		if _, err := license.Check(t.Context(), files, "x", e.License, e.Path); err != nil {
			t.Errorf("what is proven is refused as a claim: %v", err)
		}
		for _, other := range []string{"Zlib", "GPL-3.0-only"} {
			if _, err := license.Check(t.Context(), files, "x", expr(t, other), e.Path); err == nil {
				t.Errorf("%s proves %s", e.Text, other)
			}
		}
	}
}

func (s shuffled) List(ctx context.Context, dir string) ([]license.Entry, error) {
	list, err := s.tree.List(ctx, dir)
	s.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list, err
}
