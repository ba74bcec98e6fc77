package license_test

import (
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/github/go-spdx/v2/spdxexp"

	"github.com/connkit/connkit/pkg/license"
)

// expression writes a random expression over ids, and tells when it is met.
func expression(r *rand.Rand, ids []string, depth int) (string, func(allowed []string) bool) {
	if depth == 0 || r.IntN(3) == 0 {
		id := ids[r.IntN(len(ids))]
		return id, func(allowed []string) bool { return slices.Contains(allowed, id) }
	}
	left, leftMet := expression(r, ids, depth-1)
	right, rightMet := expression(r, ids, depth-1)
	if r.IntN(2) == 0 {
		return "(" + left + " AND " + right + ")", func(allowed []string) bool { return leftMet(allowed) && rightMet(allowed) }
	}
	return "(" + left + " OR " + right + ")", func(allowed []string) bool { return leftMet(allowed) || rightMet(allowed) }
}

// What a policy allows is what the allowed licences meet; and all that is taken
// for an expression go-spdx, which has a parser of its own, takes for one.
func TestRandomExpressionsAreJudged(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	ids := []string{"MIT", "Apache-2.0", "ISC", "MPL-2.0", "Zlib", "EPL-2.0", "Elastic-2.0"}
	for range 1000 {
		s, met := expression(r, ids, 3)
		x := expr(t, s)
		if valid, _ := spdxexp.ValidateLicenses([]string{s, x.String()}); !valid {
			t.Errorf("%q is %s, which is no expression", s, x)
		}
		allowed := []string{ids[r.IntN(len(ids))], ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]}
		policy := license.Policy{Allow: allowed, Deny: license.Categories()}
		if got := policy.Judge(x).Decision; (got == license.Allow) != met(allowed) {
			t.Errorf("%q with %q: got %s", s, allowed, got)
		}
		all := strings.Join(slices.Compact(slices.Sorted(slices.Values(allowed))), " AND ")
		if x.Grants(expr(t, all)) && !met(allowed) {
			t.Errorf("%q grants %s, which does not meet it", s, all)
		}
	}
}

// What Grants says about random expressions follows from what one may choose.
func TestGrantsIsAnOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	ids := []string{"MIT", "ISC", "Zlib", "0BSD"}
	for range 1000 {
		left, _ := expression(r, ids, 3)
		right, _ := expression(r, ids, 3)
		a, b := expr(t, left), expr(t, right)
		either := expr(t, "("+a.String()+") OR ("+b.String()+")")
		both := expr(t, "("+a.String()+") AND ("+b.String()+")")
		switch {
		case !a.Grants(a), !either.Grants(a), !either.Grants(b), !either.Grants(either):
			t.Errorf("%s and %s: a choice does not give what it is made of", a, b)
		case a.Equal(b) != (a.Grants(b) && b.Grants(a)):
			t.Errorf("%s and %s: equal is %v", a, b, a.Equal(b))
		case both.Equal(a) && !b.Equal(a) && !slices.Equal(both.IDs(), a.IDs()):
			t.Errorf("%s and %s: what is added is lost", a, b)
		}
	}
}

// place is what a random tree says in a folder.
type place struct{ text, metadata string }

// byTheBook reads the published order off the places, for the folder dir.
func byTheBook(places map[string]place, dir string) string {
	if id := places[dir].text; id != "" {
		return id
	}
	for _, d := range upTo(dir) {
		if id := places[d].metadata; id != "" {
			return id
		}
	}
	for _, d := range upTo(dir)[1:] {
		if id := places[d].text; id != "" {
			return id
		}
	}
	return ""
}

func upTo(dir string) []string {
	list := []string{dir}
	for dir != "" {
		if dir = path.Dir(dir); dir == "." {
			dir = ""
		}
		list = append(list, dir)
	}
	return list
}

func TestRandomTreesByTheBook(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	ids := []string{"MIT", "Elastic-2.0", "Apache-2.0", "ISC"}
	texts := map[string]string{}
	for _, id := range ids {
		texts[id] = text(t, id)
	}
	dirs := []string{"", "g", "g/h", "g/h/c"}
	names := []string{"LICENSE", "LICENSE.md", "COPYING", "LICENCE.txt"}
	var reader license.Reader
	for range 300 {
		tr, places := tree{"g/h/c/main.py": "import x\n", "README.md": "x"}, map[string]place{}
		for _, d := range dirs {
			var p place
			if r.IntN(3) == 0 {
				p.text = ids[r.IntN(len(ids))]
				tr[path.Join(d, names[r.IntN(len(names))])] = texts[p.text]
			}
			if r.IntN(3) == 0 {
				p.metadata = ids[r.IntN(len(ids))]
				tr[path.Join(d, "metadata.yaml")] = metadata(p.metadata)
			}
			places[d] = p
		}
		want := byTheBook(places, "g/h/c")
		here := places["g/h/c"]
		contradict := here.text != "" && here.metadata != "" && here.text != here.metadata
		for _, asked := range []string{"g/h/c", "g/h/c/main.py"} {
			e, err := reader.Effective(t.Context(), tr, asked)
			if err != nil || e.License.String() != want || e.Proven() != (want != "" && !contradict) {
				t.Fatalf("%s of %v: got %s, %v, doubts %q, want %s", asked, places, e.License, err, e.Doubts, want)
			}
			if want == "" {
				continue
			}
			for _, id := range ids {
				_, err := reader.Check(t.Context(), tr, asked, expr(t, id), e.Path)
				if (err == nil) != (id == want && !contradict) {
					t.Fatalf("%s of %v: claiming %s gives %v", asked, places, id, err)
				}
			}
		}
	}
}
