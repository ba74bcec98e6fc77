package imports_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

func (w *world) find(o imports.FindOptions) (*imports.Newest, error) {
	w.tb.Helper()
	o.Dir, o.Cache = w.mono, w.cache
	if o.Remote == "" {
		o.Remote = "up"
	}
	if o.License == "" {
		o.License = "MIT"
	}
	return imports.Find(w.tb.Context(), o)
}

func TestFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.put(w.up, "the last", files(demo+"/main.py", "last\n"))
	beside := w.put(w.up, "beside", files(other+"/other.py", "x\n"))
	w.upGit("tag", "v1")
	by := w.put(w.up, "Relicense \x1b[2J connectors", files(meta, "data:\n  license: ELv2\n"))
	w.put(w.up, "later", files(demo+"/main.py", "later\n"))
	w.upGit("branch", "work", last)
	got, err := w.find(imports.FindOptions{Path: demo + "/"})
	if err != nil || got.ID != beside || got.Changed == nil || got.Changed.ID != by || got.Changed.License.String() != "Elastic-2.0" || got.Looked != 3 || got.Path != demo || got.Evidence.License.String() != "MIT" {
		t.Errorf("%+v, %v", got, err)
	}
	if strings.Contains(got.Changed.Subject, "\x1b") || got.Ref.Asked != "HEAD" || got.Changed.Date.IsZero() {
		t.Errorf("%+v", got.Changed)
	}
	for _, at := range []string{"v1", beside, beside[:8]} {
		if got, err := w.find(imports.FindOptions{Path: demo, Ref: at}); err != nil || got.ID != beside || got.Changed != nil {
			t.Errorf("%s: %+v, %v", at, got, err)
		}
	}
	if got, err := w.find(imports.FindOptions{Path: demo, Ref: "work", Remote: w.up}); err != nil || got.ID != last {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := w.find(imports.FindOptions{Path: demo, License: "Elastic-2.0"}); err != nil || got.Changed != nil || got.Looked != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := w.find(imports.FindOptions{Path: demo + "/main.py"}); err != nil || got.ID != beside {
		t.Errorf("a file: %+v, %v", got, err)
	}
}

// The licence of the folder that a side branch still has counts, unless the branch's own states are asked for.
func TestFindOnSideBranches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := w.upGit("rev-parse", "main")
	w.upGit("checkout", "-q", "-b", "side")
	side := w.put(w.up, "side", files(demo+"/side.py", "x\n"))
	w.upGit("checkout", "-q", "main")
	by := w.put(w.up, "Relicense", files(meta, "data:\n  license: ELv2\n"))
	w.upGit("merge", "-q", "--no-ff", "--no-edit", "side")
	got, err := w.find(imports.FindOptions{Path: demo})
	if err != nil || got.ID != side || got.Changed == nil || got.Changed.ID != by {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = w.find(imports.FindOptions{Path: demo, FirstParent: true})
	if err != nil || got.ID != start || got.Changed == nil || got.Changed.ID != by {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFindFollowsMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.upGit("rev-parse", "main")
	by := w.put(w.up, "Relicense", files(meta, "data:\n  license: ELv2\n"))
	w.upGit("mv", demo, "moved")
	w.upGit("commit", "-qm", "move")
	got, err := w.find(imports.FindOptions{Path: "moved"})
	if err != nil || got.ID != last || got.Path != demo || got.Changed.ID != by || got.Changed.Path != demo {
		t.Errorf("%+v, %v", got, err)
	}
	gone := w.upGit("rev-parse", "main")
	got, err = w.find(imports.FindOptions{Path: demo, License: "Elastic-2.0"})
	if err != nil || got.ID != by || got.Changed.ID != gone || !got.Changed.Gone {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(w.up, "doubt", files(meta, "data:\n  license: ISC\n", demo+"/pyproject.toml", "[project]\nlicense = \"Zlib\"\n"))
	for name, tt := range map[string]struct {
		o    imports.FindOptions
		kind fault.Kind
		says string
	}{
		"none":            {imports.FindOptions{Path: demo, License: "Apache-2.0"}, fault.Failed, "the newest that has it is under ISC"},
		"doubt":           {imports.FindOptions{Path: demo, License: "ISC"}, fault.Failed, "says so, but there is doubt"},
		"no such path":    {imports.FindOptions{Path: "nope"}, fault.Failed, "is in none of them"},
		"no licence":      {imports.FindOptions{Path: demo, License: "MADE-UP"}, fault.Usage, "MADE-UP"},
		"a near licence":  {imports.FindOptions{Path: demo, License: "ELv2"}, fault.Usage, "Elastic-2.0"},
		"out of the tree": {imports.FindOptions{Path: "../x"}, fault.Usage, ".."},
		"no such ref":     {imports.FindOptions{Path: demo, Ref: "nope"}, fault.Usage, "nope"},
		"no such remote":  {imports.FindOptions{Path: demo, Remote: "upp"}, fault.Usage, "did you mean up"},
		"not reachable":   {imports.FindOptions{Path: demo, Remote: "file:///nowhere/at/all"}, fault.Environment, "file:///nowhere/at/all"},
	} {
		_, err := w.find(tt.o)
		if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error()+fault.HintOf(err), tt.says) {
			t.Errorf("%s: %v, hint %q", name, err, fault.HintOf(err))
		}
	}
	if got, err := imports.Find(t.Context(), imports.FindOptions{Dir: t.TempDir(), Cache: w.cache, Remote: w.up, Path: demo, License: "MIT"}); err != nil || got.ID == "" {
		t.Errorf("outside of a repository: %v", err)
	}
}
