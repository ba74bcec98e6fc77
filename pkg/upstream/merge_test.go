package upstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

const streams = "source_demo/streams.py"

func swap(text, old, new string) string { return strings.Replace(text, old, new, 1) }

// threeWay is a case of a merge: what is changed here and at upstream between two pulls.
type threeWay struct {
	here, there     map[string]string // below the folder
	gone, goneThere []string
	hereDo, thereDo func(w *world) // anything else, before the commit
	want            map[string]string
	conflict        []string
	mode            map[string]string // of files in the commit
}

func TestThreeWay(t *testing.T) {
	t.Parallel()
	base := lines("stream", 30)
	for name, tt := range map[string]threeWay{
		"upstream alone": {there: files(streams, "new\n"), want: files(streams, "new\n")},
		"here alone":     {here: files(streams, "mine\n"), want: files(streams, "mine\n")},
		"both, apart": {here: files(streams, swap(base, "stream 30\n", "mine\n")), there: files(streams, swap(base, "stream 2\n", "theirs\n")),
			want: files(streams, swap(swap(base, "stream 30\n", "mine\n"), "stream 2\n", "theirs\n"))},
		"both alike": {here: files(streams, "same\n"), there: files(streams, "same\n"), want: files(streams, "same\n")},
		"both, at one place": {here: files(streams, swap(base, "stream 9\n", "mine\n")), there: files(streams, swap(base, "stream 9\n", "theirs\n")),
			conflict: []string{streams}},
		"added here":                                {here: files("mine.py", "x\n"), there: files("theirs.py", "y\n"), want: files("mine.py", "x\n", "theirs.py", "y\n")},
		"added by both alike":                       {here: files("n.py", "x\n"), there: files("n.py", "x\n"), want: files("n.py", "x\n")},
		"added by both":                             {here: files("n.py", "x\n"), there: files("n.py", "y\n"), conflict: []string{"n.py"}},
		"deleted here":                              {gone: []string{streams}, there: files("t.py", "y\n"), want: files(streams, "(none)", "t.py", "y\n")},
		"deleted there":                             {goneThere: []string{streams}, want: files(streams, "(none)")},
		"deleted by both":                           {gone: []string{streams}, goneThere: []string{streams}, want: files(streams, "(none)")},
		"deleted here, changed there":               {gone: []string{streams}, there: files(streams, base+"more\n"), conflict: []string{streams}},
		"changed here, deleted there":               {here: files(streams, base+"more\n"), goneThere: []string{streams}, conflict: []string{streams}},
		"renamed here, changed there":               {hereDo: move("source-demo/"+streams, "source-demo/flows.py"), there: files(streams, base+"more\n"), want: files("flows.py", base+"more\n", streams, "(none)")},
		"renamed there, changed here":               {thereDo: upMove(streams, "flows.py"), here: files(streams, base+"more\n"), want: files("flows.py", base+"more\n", streams, "(none)")},
		"renamed by both alike":                     {hereDo: move("source-demo/"+streams, "source-demo/f.py"), thereDo: upMove(streams, "f.py"), want: files("f.py", base)},
		"renamed by both":                           {hereDo: move("source-demo/"+streams, "source-demo/f.py"), thereDo: upMove(streams, "g.py"), conflict: []string{streams, "f.py", "g.py"}},
		"folder renamed there":                      {thereDo: upMove("source_demo", "src"), here: files(streams, base+"more\n"), want: files("src/streams.py", base+"more\n")},
		"case of a name changed there":              {thereDo: upMove("main.py", "Main.py"), want: files("main.py", "(none)", "Main.py", upstreamFiles()[demo+"/main.py"])},
		"file becomes a folder there":               {thereDo: fileToFolder, want: files("main.py/inner.py", "x\n")},
		"folder becomes a file there":               {goneThere: []string{"bin"}, there: files("bin", "x\n"), want: files("bin", "x\n")},
		"file becomes a folder there, changed here": {thereDo: fileToFolder, here: files("main.py", "mine\n"), conflict: []string{"main.py~LOCAL"}},
		"made executable there": {thereDo: func(w *world) { w.upGit("update-index", "--chmod=+x", demo+"/main.py"); w.upGit("checkout", "-q", ".") },
			here: files("main.py", upstreamFiles()[demo+"/main.py"]+"more\n"), want: files("main.py", upstreamFiles()[demo+"/main.py"]+"more\n"), mode: files("main.py", "100755")},
		"made plain here": {hereDo: func(w *world) {
			w.git("update-index", "--chmod=-x", "source-demo/bin/run.sh")
			w.git("checkout", "-q", ".")
		},
			there: files("bin/run.sh", "#!/bin/sh\nnew\n"), want: files("bin/run.sh", "#!/bin/sh\nnew\n"), mode: files("bin/run.sh", "100644")},
		"only blank lines differ":         {here: files(streams, base+"\n"), there: files("x.py", "\n"), want: files(streams, base+"\n", "x.py", "\n")},
		"no newline at the end":           {there: files(streams, base+"end"), want: files(streams, base+"end")},
		"emptied there":                   {there: files(streams, ""), want: files(streams, "")},
		"everything deleted here but one": {gone: []string{"source_demo", "bin", "docs", "metadata.yaml"}, there: files("t.py", "t\n"), want: files("t.py", "t\n", "bin/run.sh", "(none)")},
		"CRLF there":                      {there: files("dos.txt", "a\r\nb\r\n"), want: files("dos.txt", "a\r\nb\r\n")},
		"CRLF changed by both":            {there: files("dos.txt", "a\r\nb\r\n"), here: files("unix.txt", "a\n"), want: files("dos.txt", "a\r\nb\r\n", "unix.txt", "a\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"merge", "single"} {
				t.Run(kind, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					tt.play(w, kind == "single")
				})
			}
		})
	}
}

func files(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func move(a, b string) func(*world) { return func(w *world) { w.git("mv", a, b) } }

func upMove(a, b string) func(*world) {
	return func(w *world) { w.upGit("mv", demo+"/"+a, demo+"/"+b) }
}

func fileToFolder(w *world) {
	w.upGit("rm", "-q", demo+"/main.py")
	testkit.Put(w.tb, w.up, files(demo+"/main.py/inner.py", "x\n"))
}

func under(dir string, m map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[dir+"/"+k] = v
	}
	return out
}

func underAll(dir string, names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, dir+"/"+n)
	}
	return out
}

func (tt threeWay) play(w *world, one bool) {
	t := w.tb
	mods := []mod{}
	if one {
		mods = append(mods, single)
	}
	w.must(append(mods, ref("v1"))...)
	w.upGit("checkout", "-q", "-B", "main", "v1")
	if tt.hereDo != nil {
		tt.hereDo(w)
	}
	w.commit(w.mono, mergeMaps(under("source-demo", tt.here), files("lib/more.py", "unrelated\n")), underAll("source-demo", tt.gone)...)
	if tt.thereDo != nil {
		tt.thereDo(w)
	}
	w.commit(w.up, mergeMaps(under(demo, tt.there), files("connectors/source-other/other.py", "x = 2\n")), underAll(demo, tt.goneThere)...)
	if tt.conflict != nil {
		tt.playConflict(w, mods)
		return
	}
	w.must(mods...)
	tt.compare(w)
	if len(tt.there)+len(tt.goneThere) == 0 && tt.thereDo == nil {
		return
	}
	if got := w.record("source-demo").Commit; got != w.upGit("rev-parse", "main") {
		t.Errorf("recorded %s", got)
	}
	if p := w.must(mods...); p.Action != upstream.None {
		t.Errorf("a second run: %s %v", p.Action, p.Changes)
	}
}

func (tt threeWay) compare(w *world) {
	for name, want := range tt.want {
		if got := w.file("source-demo/" + name); got != want {
			w.tb.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for name, want := range tt.mode {
		if got := w.git("ls-tree", "--format=%(objectmode)", "HEAD", "source-demo/"+name); got != want {
			w.tb.Errorf("%s: mode %s, want %s", name, got, want)
		}
	}
}

func mergeMaps(maps ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range maps {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// playConflict wants exactly these paths in conflict, then gives it up, then goes on to the end.
func (tt threeWay) playConflict(w *world, mods []mod) {
	t := w.tb
	before := w.state()
	p, err := w.pull(mods...)
	w.checkRefused(err, fault.Blocked, "--continue")
	if p == nil {
		return
	}
	unmerged := map[string]bool{}
	for line := range strings.Lines(w.git("ls-files", "-u", "--format=%(path)")) {
		unmerged[strings.TrimSpace(line)] = true
	}
	for _, c := range tt.conflict {
		if !unmerged["source-demo/"+c] {
			t.Errorf("%s is not in conflict: %v", c, unmerged)
		}
	}
	if len(unmerged) != len(tt.conflict) || p.Count(upstream.Conflict) != len(tt.conflict) {
		t.Errorf("in conflict: %v; the plan has %v", unmerged, p.Changes)
	}
	if _, err := upstream.Continue(t.Context(), w.options(mods...)); fault.KindOf(err) != fault.Blocked {
		t.Errorf("it goes on over conflicts: %v", err)
	}
	w.refusedNow(mods)
	if out, err := upstream.Abort(t.Context(), w.options(mods...)); err != nil || out.Ended != upstream.Aborted {
		t.Fatalf("giving up: %v, %v", out, err)
	}
	if after := w.state(); withoutIndex(after) != withoutIndex(before) {
		t.Errorf("giving up does not put back: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
	}
	if status := w.git("status", "--porcelain"); status != "" {
		t.Errorf("after giving up:\n%s", status)
	}
	_, err = w.pull(mods...)
	w.checkRefused(err, fault.Blocked, "--continue")
	for c := range unmerged {
		full := filepath.Join(w.mono, c)
		if err := os.RemoveAll(full); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Put(t, w.mono, files("source-demo/resolved.py", "by hand\n"))
	w.git("add", "-A", "source-demo")
	out, err := upstream.Continue(t.Context(), w.options(mods...))
	if err != nil || out.Commit != w.git("rev-parse", "HEAD") {
		t.Fatalf("going on: %v, %v", out, err)
	}
	if w.record("source-demo").Commit != w.upGit("rev-parse", "main") {
		t.Error("the record is not that of the new import")
	}
	w.checkSound(&upstream.Plan{Dest: "source-demo", Commit: out.Commit}, w.git("rev-parse", "HEAD^1"))
	if p := w.must(mods...); p.Action != upstream.None {
		t.Errorf("the resolved pull comes again: %v", p.Changes)
	}
}

// refusedNow wants that no other import begins while one is open.
func (w *world) refusedNow(mods []mod) {
	w.tb.Helper()
	_, err := w.pull(append(mods, dest("source-else"))...)
	w.checkRefused(err, fault.Blocked, "under way")
}

// withoutIndex leaves out what git writes anew without a change in meaning.
func withoutIndex(state string) string {
	var kept []string
	for _, l := range strings.Split(state, "\n") {
		if !strings.HasPrefix(l, ".git/index ") && !strings.HasPrefix(l, ".git/COMMIT_EDITMSG ") && !strings.HasPrefix(l, ".git/ORIG_HEAD ") && !strings.HasPrefix(l, ".git ") && !strings.HasPrefix(l, ".git/logs/HEAD") {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

func TestFirstIntoAFolder(t *testing.T) {
	t.Parallel()
	t.Run("files beside", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.mono, files("source-demo/test.flow.yaml", "captures: {}\n"))
		p := w.must()
		if w.file("source-demo/test.flow.yaml") != "captures: {}\n" || p.Base != nil || len(p.Notes) != 1 {
			t.Errorf("%q, %v, %q", w.file("source-demo/test.flow.yaml"), p.Base, p.Notes)
		}
	})
	t.Run("the same file", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.mono, files("source-demo/new.py", "new = True\n"))
		w.must()
	})
	t.Run("a clash", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.commit(w.mono, files("source-demo/main.py", "mine\n"))
		threeWay{conflict: []string{"main.py"}}.playConflict(w, nil)
	})
	t.Run("a copy by hand", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		testkit.Put(t, w.mono, under("source-demo", files("main.py", upstreamFiles()[demo+"/main.py"], streams, lines("stream", 30))))
		w.commit(w.mono, nil)
		w.must(ref("v1"))
	})
}

func TestDestDeletedHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.commit(w.mono, nil, "source-demo")
	if p := w.must(); p.Action != upstream.Import || w.file("source-demo/new.py") != "new = True\n" {
		t.Errorf("%s", p.Action)
	}
}

func TestPathMovesAtUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
	w.upGit("mv", demo, "connectors/source-demo-v2")
	w.commit(w.up, files("connectors/source-demo-v2/later.py", "x\n"))
	w.refused(fault.Usage, "did you mean connectors/source-demo-v2")
	w.must(from("connectors/source-demo-v2"), proof("connectors/source-demo-v2/metadata.yaml"))
	if got := w.file("source-demo/main.py"); !strings.HasSuffix(got, "# mine\n") {
		t.Errorf("the local edit is lost: %q", got)
	}
	if r := w.record("source-demo"); r.Path != "connectors/source-demo-v2" {
		t.Errorf("recorded %q", r.Path)
	}
	w.commit(w.up, files("connectors/source-demo-v2/later.py", "y\n"))
	w.must(update)
	if w.file("source-demo/later.py") != "y\n" {
		t.Error("the update did not come")
	}
}

// A file that is deleted here and looks like one elsewhere is no rename: nothing else takes part in the merge.
func TestOtherConnectorsStayOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.commit(w.mono, files("source-twin/"+streams, lines("stream", 30), "source-twin/a.py", "1\n"), "source-demo/"+streams)
	before := w.git("rev-parse", "HEAD:source-twin")
	w.commit(w.up, files(demo+"/"+streams, swap(lines("stream", 30), "stream 20\n", "changed\n")))
	_, err := w.pull()
	w.checkRefused(err, fault.Blocked, "in conflict")
	if w.git("diff", "--name-only", "HEAD", "--", "source-twin") != "" || w.git("rev-parse", "HEAD:source-twin") != before {
		t.Error("another connector was changed")
	}
}
