package history_test

import (
	"fmt"
	"testing"

	"github.com/connkit/connkit/pkg/upstream/history"
)

// A walk reads commits in growing chunks; wherever the change lies, at the end of
// one or the beginning of the next, it is found.
func TestChangesAtTheEdgesOfChunks(t *testing.T) {
	t.Parallel()
	const commits = 120
	for _, back := range []int{1, 15, 16, 17, 18, 79, 80, 81, 118, 119} { // how many commits are under another licence
		steps := make([]files, commits)
		for i := range steps {
			steps[i] = files{"c/x/main.py": fmt.Sprintf("%d\n", i)}
		}
		steps[0]["c/x/metadata.yaml"] = "data:\n  license: MIT\n"
		steps[commits-back]["c/x/metadata.yaml"] = "data:\n  license: ELv2\n"
		got, err := writeSteps(t, steps).read(t, true, false).LastLicensed(t.Context(), "c/x", mustParse(t, "MIT"))
		if err != nil || got.Looked != back+1 || got.Changed == nil || got.Changed.License.String() != "Elastic-2.0" || got.Changed.Date.Sub(got.Date).Seconds() != 1 {
			t.Errorf("%d commits back: %+v, %v", back, got, err)
		}
	}
}

// Many questions at once are answered as each alone.
func TestManyQuestionsAtOnce(t *testing.T) {
	t.Parallel()
	p := generate(t, 77, 30, false)
	log := p.read(t, false, false)
	tip := p.ids[len(p.ids)-1]
	var asks []history.Ask
	for i, id := range p.ids {
		if log.Has(id) {
			asks = append(asks, history.Ask{From: id, Tip: tip, Path: []string{newHome, oldHome, "", "LICENSE", "no/such"}[i%5]})
		}
	}
	all, err := log.Behind(t.Context(), asks...)
	if err != nil || len(all) != len(asks) || len(asks) < 10 {
		t.Fatalf("%d answers to %d, %v", len(all), len(asks), err)
	}
	fresh := p.read(t, false, false)
	for i, a := range asks {
		one, err := fresh.Behind(t.Context(), a)
		if err != nil || one[0] != all[i] {
			t.Errorf("%+v: %+v alone, %+v with others, %v", a, one, all[i], err)
		}
		if a.Path == "no/such" && all[i].Path != 0 || all[i].Path > all[i].Total {
			t.Errorf("%+v: %+v", a, all[i])
		}
	}
	if none, err := log.Behind(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("no question: %v, %v", none, err)
	}
}

// A log is asked again and again, for other licences and paths, and remembers nothing wrong.
func TestALogIsAskedAgain(t *testing.T) {
	t.Parallel()
	p := draw(t, drawn{change: files{"c/x/a.py": "1\n", "c/y/a.py": "2\n", "LICENSE": licenceText(t, "MIT")}}, drawn{row(0), files{"c/x/metadata.yaml": "data:\n  license: ELv2\n"}, nil},
		drawn{row(1), files{"c/y/metadata.yaml": "data:\n  license: Apache-2.0\n"}, nil}, drawn{row(2), files{"LICENSE": licenceText(t, "Apache-2.0")}, nil})
	log := p.read(t, true, false)
	for range 2 {
		for _, tt := range []struct {
			path, id string
			want     int
		}{{"c/x", "MIT", 0}, {"c/x", "Elastic-2.0", 3}, {"c/y", "MIT", 1}, {"c/y", "Apache-2.0", 3}, {"c", "MIT", 0}, {"", "MIT", 0}, {"c/x/a.py", "MIT", 0}, {"c/x", "Apache-2.0", -1}} {
			got, err := log.LastLicensed(t.Context(), tt.path, mustParse(t, tt.id))
			if tt.want < 0 && err == nil || tt.want >= 0 && (err != nil || p.name(got.ID) != tt.want) {
				t.Errorf("%s of %q: %d, %v, want %d", tt.id, tt.path, p.name(got.ID), err, tt.want)
			}
		}
	}
}
