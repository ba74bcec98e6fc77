package imports_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

func TestStatusCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	if st := w.status()[0]; len(st.Due) != 0 || st.Behind == nil || st.Behind.Total != 0 || st.Edits == nil || *st.Edits != 0 || st.Against != "refs/heads/main" || st.Tip != st.Commit {
		t.Errorf("%+v", st)
	}
	w.put(w.up, "for the path", files(demo+"/main.py", "new\n"))
	w.put(w.up, "beside it", files(other+"/other.py", "new\n"))
	w.put(w.up, "for the path again", files(demo+"/later.py", "new\n"))
	w.put(w.mono, "ours", files("source-demo/ours.py", "x\n", "source-demo/main.py", "y\n"))
	testkit.Put(t, w.mono, files("source-demo/bin/run.sh", "not committed\n"))
	before := w.state()
	st := w.status()[0]
	if w.state() != before {
		t.Error("looking changed the monorepo")
	}
	if st.Behind.Path != 2 || st.Behind.Total != 3 || *st.Edits != 3 || st.Now != "MIT" || st.Change != "" || !says(st.Due, "2 commits behind") {
		t.Errorf("%+v, behind %+v, %d edits", st, st.Behind, *st.Edits)
	}
	// Behind in all and not for the path is nothing that is due.
	w = newWorld(t)
	w.pull(single)
	w.put(w.up, "beside it", files(other+"/other.py", "newer\n"))
	if st := w.status()[0]; st.Behind.Path != 0 || st.Behind.Total != 1 || len(st.Due) != 0 {
		t.Errorf("%+v, behind %+v", st, st.Behind)
	}
}

func TestStatusOfLicences(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		happens     func(w *world) (by string)
		change, due string
	}{
		"metadata": {func(w *world) string {
			by := w.put(w.up, "Relicense connectors", files(meta, "data:\n  license: ELv2\n"))
			w.put(w.up, "later", files(demo+"/main.py", "new\n"))
			return by
		}, "changed MIT → Elastic-2.0", `Elastic-2.0 at `},
		"a text beside": {func(w *world) string {
			w.put(w.up, "no metadata", nil, meta)
			return w.put(w.up, "own text", files(demo+"/LICENSE", text(w.tb, "Apache-2.0")))
		}, "changed MIT → Apache-2.0", "own text"},
		"a folder above": {func(w *world) string {
			w.put(w.up, "no metadata", nil, meta)
			by := w.put(w.up, "above", files("LICENSE", text(w.tb, "Apache-2.0")))
			w.put(w.up, "later", files(other+"/other.py", "new\n"))
			return by
		}, "changed MIT → Apache-2.0", "above"},
		"no licence": {func(w *world) string { return w.put(w.up, "gone", nil, meta, "LICENSE") }, "changed MIT → no licence", "no licence at"},
		"there and back": {func(w *world) string {
			w.put(w.up, "there", files(meta, "data:\n  license: ELv2\n"))
			w.put(w.up, "back", files(meta, "data:\n  license: MIT\n"))
			return ""
		}, "", "2 commits behind"},
		"there, back and there": {func(w *world) string {
			w.put(w.up, "there", files(meta, "data:\n  license: ELv2\n"))
			w.put(w.up, "back", files(meta, "data:\n  license: MIT\n"))
			return w.put(w.up, "there again", files(meta, "data:\n  license: ELv2\n"))
		}, "changed MIT → Elastic-2.0", "there again"},
		"in doubt": {func(w *world) string {
			w.put(w.up, "contradict", files(demo+"/pyproject.toml", "[project]\nlicense = \"ISC\"\n"))
			return ""
		}, "", "in doubt now"},
		"a choice more": {func(w *world) string {
			w.put(w.up, "dual", files(meta, "data:\n  license: MIT OR Apache-2.0\n"))
			return ""
		}, "", "1 commit behind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pull()
			by := tt.happens(w)
			st := w.status()[0]
			if st.Change != tt.change || !says(st.Due, tt.due) {
				t.Errorf("%q, due %q", st.Change, st.Due)
			}
			switch {
			case by == "" && st.By != nil:
				t.Errorf("changed by %s", st.By.ID)
			case by != "" && (st.By == nil || st.By.ID != by):
				t.Errorf("changed by %+v, want %s", st.By, by)
			}
		})
	}
}

func TestStatusOfAnAcceptedLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(w.up, "other", files(meta, "data:\n  license: Foo\n"))
	w.pull(accept("we asked them"))
	w.put(w.up, "later", files(demo+"/main.py", "new\n"))
	if st := w.status()[0]; st.Change != "" || !says(st.Due, "1 commit behind") || len(st.Due) != 1 {
		t.Errorf("%q, due %q", st.Change, st.Due)
	}
	w.put(w.up, "clear", files(meta, "data:\n  license: ELv2\n"))
	if st := w.status()[0]; !says(st.Due, "Elastic-2.0") {
		t.Errorf("due %q", st.Due)
	}
}

func TestStatusOfRefs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ref             string
		happens         func(w *world)
		against, due    string
		note            string
		unknown, nodues bool
	}{
		"a branch":           {"work", func(w *world) { w.put(w.up, "main", files("x", "x\n")) }, "refs/heads/work", "", "", false, true},
		"a branch that went": {"work", func(w *world) { w.put(w.up, "x", files(demo+"/x", "x\n")); w.upGit("branch", "-qD", "work") }, "HEAD", "1 commit behind", "has no work any more", false, false},
		"a tag":              {"v1", func(w *world) { w.put(w.up, "x", files(demo+"/x", "x\n")) }, "HEAD", "1 commit behind", "", false, false},
		"a commit":           {"HASH", func(w *world) { w.put(w.up, "x", files(demo+"/x", "x\n")) }, "HEAD", "1 commit behind", "", false, false},
		"HEAD":               {"HEAD", func(w *world) { w.upGit("checkout", "-q", "work"); w.put(w.up, "x", files(demo+"/x", "x\n")) }, "HEAD", "1 commit behind", "", false, false},
		"a forced push": {"main", func(w *world) {
			w.upGit("tag", "-d", "v1")
			w.upGit("branch", "-D", "work")
			w.upGit("commit", "-q", "--amend", "-m", "again")
		}, "refs/heads/main", "forced push", "", true, false},
		"the path went":     {"main", func(w *world) { w.put(w.up, "rm", nil, demo) }, "refs/heads/main", "has no " + demo + " any more", "", false, false},
		"the path moved":    {"main", func(w *world) { w.upGit("mv", demo, "moved"); w.upGit("commit", "-qm", "mv") }, "refs/heads/main", "has no " + demo + " any more", "", false, false},
		"all branches went": {"main", func(w *world) { _ = os.RemoveAll(w.up); w.run(filepath.Dir(w.up), "init", "-q", "up") }, "HEAD", "no branches", "", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.put(w.up, "two", files("two", "2\n"))
			w.upGit("branch", "work")
			w.upGit("tag", "-am", "v1", "v1")
			at := tt.ref
			if at == "HASH" {
				at = w.upGit("rev-parse", "main")
			}
			w.pull(ref(at))
			tt.happens(w)
			st := w.status()[0]
			if st.Against != tt.against || (tt.due != "" && !says(st.Due, tt.due)) || tt.nodues != (len(st.Due) == 0) || (tt.note != "" && !says(st.Notes, tt.note)) || tt.unknown != (st.Behind == nil) {
				t.Errorf("%+v, behind %+v", st, st.Behind)
			}
		})
	}
}

// counted makes the upstream's server count how often it is asked.
func (w *world) counted() func() int {
	w.tb.Helper()
	log := filepath.Join(filepath.Dir(w.up), "asked")
	script := filepath.Join(filepath.Dir(w.up), "serve")
	testkit.Program(w.tb, script, "#!/bin/sh\necho asked >> '"+log+"'\nexec git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack \"$@\"\n")
	w.git("config", "remote.up.uploadpack", script)
	return func() int {
		text, _ := os.ReadFile(log)
		_ = os.Remove(log)
		return strings.Count(string(text), "asked")
	}
}

// Several imports from one repository take no more requests than one.
func TestStatusAsksFewTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var more []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		more = append(more, "connectors/source-"+name+"/main.py", "x\n")
	}
	w.put(w.up, "more", files(more...))
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.pull(to("connectors/source-"+name, "source-"+name, "LICENSE"))
	}
	asked := w.counted()
	if err := os.RemoveAll(w.cache); err != nil {
		t.Fatal(err)
	}
	for _, st := range w.status() {
		if len(st.Due) != 0 {
			t.Errorf("%+v", st)
		}
	}
	if n := asked(); n != 1 {
		t.Errorf("nothing is new, and upstream was asked %d times", n)
	}
	w.put(w.up, "new", files("connectors/source-a/main.py", "y\n", "connectors/source-b/main.py", "y\n"))
	w.put(w.up, "new", files("connectors/source-a/main.py", "z\n"))
	if err := os.RemoveAll(w.cache); err != nil {
		t.Fatal(err)
	}
	var behind []int
	for _, st := range w.status() {
		behind = append(behind, st.Behind.Path)
	}
	// branches, commits, two levels of trees, the new commits, their files
	if n := asked(); n > 6 || behind[0] != 2 || behind[1] != 1 || behind[2] != 0 {
		t.Errorf("upstream was asked %d times for %v", n, behind)
	}
}

// One upstream that cannot be reached takes nothing from what is known of the others.
func TestStatusWithoutAnUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	second := newWorld(t)
	w.pull(to(other, "source-other", "LICENSE"), func(o *upstream.Options) { o.Remote = second.up })
	w.put(w.mono, "ours", files("source-demo/ours.py", "x\n"))
	if err := os.Rename(w.up, w.up+".away"); err != nil {
		t.Fatal(err)
	}
	list, err := imports.Status(t.Context(), w.options())
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "up") || len(list) != 2 {
		t.Fatalf("%v, %d imports", err, len(list))
	}
	if st := list[0]; st.Error == "" || st.Behind != nil || st.Edits == nil || *st.Edits != 1 {
		t.Errorf("%+v", st)
	}
	if st := list[1]; st.Error != "" || st.Behind == nil {
		t.Errorf("%+v", st)
	}
	if err := os.Rename(second.up, second.up+".away"); err != nil {
		t.Fatal(err)
	}
	list, err = imports.Status(t.Context(), w.options())
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), second.up) || len(list) != 2 || list[0].Error == "" || list[1].Error == "" {
		t.Errorf("%v, %d imports", err, len(list))
	}
}

func TestStatusOfTheScriptsImports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit := w.upGit("rev-parse", "main")
	w.copyIn(demo, "source-demo")
	w.script(commit, demo, "source-demo", "MIT", "LICENSE")
	w.copyIn("", "source-whole")
	w.script(commit, "", "source-whole", "Expat", "LICENSE")
	w.put(w.mono, "ours", files("source-demo/ours.py", "x\n"))
	w.put(w.up, "new", files(demo+"/main.py", "new\n"))
	w.put(w.up, "newer", files(meta, "data:\n  license: ELv2\n"))
	list := w.status()
	if st := list[0]; st.Against != "refs/heads/main" || st.Behind.Path != 2 || st.Change != "changed MIT → Elastic-2.0" || *st.Edits != 1 {
		t.Errorf("%+v", st)
	}
	if st := list[1]; st.Behind.Path != 2 || st.Behind.Total != 2 || !says(st.Notes, "Expat") || *st.Edits != 0 {
		t.Errorf("%+v %d", st, *st.Edits)
	}
}

func TestStatusReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.put(w.up, "new", files(demo+"/main.py", "new\n"))
	o, steps := w.options(), []string{}
	o.Report = remote.Report{Step: func(format string, _ ...any) { steps = append(steps, format) }}
	if _, err := imports.Status(t.Context(), o); err != nil || len(steps) < 3 {
		t.Errorf("%v, %q", err, steps)
	}
}
