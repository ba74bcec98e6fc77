package imports_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

func (w *world) diff(forUpstream bool, dest string) *imports.Difference {
	w.tb.Helper()
	before := w.state()
	d, err := imports.Diff(w.tb.Context(), w.options(dest), forUpstream)
	if err != nil {
		w.tb.Fatal(err)
	}
	if w.state() != before {
		w.tb.Error("looking changed the monorepo")
	}
	return d
}

// edit changes an import in all the ways there are.
func (w *world) edit(dest string) {
	w.tb.Helper()
	at := func(name string) string { return filepath.Join(w.mono, dest, name) }
	testkit.Put(w.tb, w.mono, files(dest+"/main.py", strings.Replace(lines("main", 30), "main 7\n", "main seven\n", 1), dest+"/icon.png", "\x00\x01\x03", dest+"/naïve \"name\".py", "x", dest+"/empty", "", dest+"/data.bin", "\xff\x00\xfe"))
	w.git("mv", dest+"/source_demo/streams.py", dest+"/source_demo/flows.py")
	testkit.Put(w.tb, w.mono, files(dest+"/source_demo/flows.py", strings.Replace(lines("stream", 30), "stream 9\n", "stream nine\n", 1)))
	if err := os.Chmod(at("bin/run.sh"), 0o755); err != nil {
		w.tb.Fatal(err)
	}
	if err := os.Symlink("main.py", at("link.py")); err != nil {
		w.tb.Fatal(err)
	}
	if err := os.Remove(at("metadata.yaml")); err != nil {
		w.tb.Fatal(err)
	}
	w.git("add", "-A")
}

// applies applies the patch in a clone of the upstream at the imported commit,
// and gives the tree of a path there.
func (w *world) applies(d *imports.Difference, path string) string {
	w.tb.Helper()
	clone := filepath.Join(w.tb.TempDir(), "clone")
	w.run(w.up, "clone", "-q", "--no-local", w.up, clone)
	w.run(clone, "checkout", "-q", d.Commit)
	cmd := exec.Command("git", "-C", clone, "apply", "--index")
	cmd.Stdin = strings.NewReader(d.Patch)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.tb.Fatalf("%v: %s\n%s", err, out, d.Patch)
	}
	tree := w.run(clone, "write-tree")
	if path == "" {
		return tree
	}
	return w.run(clone, "rev-parse", tree+":"+path)
}

// ours gives the tree of a destination without connkit's own files.
func (w *world) ours(dest string, own ...string) string {
	w.tb.Helper()
	w.git("add", "-A", "--", dest)
	for _, name := range append(own, "UPSTREAM.yaml") {
		w.git("rm", "-q", "--cached", "--", dest+"/"+name)
	}
	return w.git("rev-parse", w.git("write-tree")+":"+dest)
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, committed := range []bool{true, false} {
		for _, mods := range [][]func(*upstream.Options){nil, {single}} {
			w := newWorld(t)
			w.pull(mods...)
			if d := w.diff(false, "source-demo"); len(d.Edits) != 0 || d.Patch != "" {
				t.Errorf("nothing was changed: %+v", d)
			}
			w.edit("source-demo")
			if committed {
				w.git("commit", "-qm", "ours")
			}
			testkit.Put(t, w.mono, files("source-demo/untracked", "x"))
			d := w.diff(false, "source-demo")
			var got []string
			for _, e := range d.Edits {
				got = append(got, strings.TrimSpace(e.Status+" "+e.Path+" "+e.From))
			}
			want := []string{"changed bin/run.sh", "added data.bin", "added empty", "changed icon.png", "added link.py", "changed main.py", "deleted metadata.yaml", `added naïve "name".py`, "renamed source_demo/flows.py source_demo/streams.py"}
			if !slices.Equal(got, want) {
				t.Errorf("got %q", got)
			}
			if !strings.Contains(d.Patch, "--- a/source-demo/main.py") || strings.Contains(d.Patch, "UPSTREAM.yaml") || strings.Contains(d.Patch, "\x1b") {
				t.Errorf("patch:\n%s", d.Patch)
			}
			if err := os.Remove(filepath.Join(w.mono, "source-demo/untracked")); err != nil {
				t.Fatal(err)
			}
			patch := w.diff(true, "source-demo")
			if got, want := w.applies(patch, demo), w.ours("source-demo", "LICENSE.upstream", "NOTICE.upstream"); got != want {
				t.Errorf("after the patch upstream has %s, here is %s", got, want)
			}
		}
	}
}

// A patch of local changes applies also when the import was merged since.
func TestDiffAfterAnUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.edit("source-demo")
	w.git("rm", "-q", "--cached", "source-demo/data.bin")
	w.git("commit", "-qm", "ours")
	w.put(w.up, "theirs", files(demo+"/main.py", lines("main", 29)+"main thirty\n", demo+"/later.py", "x\n"))
	testkit.Put(t, w.mono, files("source-demo/metadata.yaml", "data:\n  license: MIT\n"))
	w.git("add", "source-demo/metadata.yaml")
	w.git("commit", "-qm", "back")
	w.pull()
	if err := os.Remove(filepath.Join(w.mono, "source-demo/data.bin")); err != nil {
		t.Fatal(err)
	}
	d := w.diff(true, "source-demo")
	if got, want := w.applies(d, demo), w.ours("source-demo", "LICENSE.upstream", "NOTICE.upstream"); got != want {
		t.Errorf("after the patch upstream has %s, here is %s:\n%s", got, want, d.Patch)
	}
	if strings.Contains(d.Patch, "later.py") || strings.Contains(d.Patch, "thirty") {
		t.Errorf("what upstream changed is in it:\n%s", d.Patch)
	}
}

func TestDiffOfOddImports(t *testing.T) {
	t.Parallel()
	t.Run("the root", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.pull(to("", "vendor/all", "LICENSE"))
		w.put(w.mono, "ours", files("vendor/all/README.md", "x\n", "vendor/all/LICENSE", "MIT, too\n"), "vendor/all/tool.py")
		if got, want := w.applies(w.diff(true, "vendor/all"), ""), w.ours("vendor/all"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a single file", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.pull(to("tool.py", "lib/our_tool.py", "LICENSE"))
		if d := w.diff(true, "lib/our_tool.py"); d.Patch != "" {
			t.Errorf("nothing was changed:\n%s", d.Patch)
		}
		w.put(w.mono, "ours", files("lib/our_tool.py", lines("tool", 21)))
		d := w.diff(true, "lib/our_tool.py")
		if got, want := w.applies(d, "tool.py"), w.git("rev-parse", "HEAD:lib/our_tool.py"); got != want || len(d.Edits) != 1 || d.Edits[0].Path != "our_tool.py" {
			t.Errorf("got %s, want %s: %+v", got, want, d.Edits)
		}
	})
	t.Run("a licence text set aside", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.put(w.up, "own text", files(demo+"/LICENSE", text(t, "MIT")))
		w.put(w.mono, "ours", files("source-demo/LICENSE", "ours\n"))
		w.pull(to(demo, "source-demo", demo+"/LICENSE"))
		if d := w.diff(false, "source-demo"); len(d.Edits) != 0 {
			t.Errorf("%+v", d.Edits)
		}
	})
	t.Run("the script's", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.copyIn(demo, "source-demo")
		w.script(w.upGit("rev-parse", "main"), demo, "source-demo", "MIT", "LICENSE")
		w.edit("source-demo")
		d := w.diff(true, "source-demo")
		w.git("commit", "-qm", "x")
		if got, want := w.applies(d, demo), w.git("rev-parse", "HEAD:source-demo"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("line endings", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.put(w.up, "crlf", files(demo+"/win.txt", "a\r\nb\r\n", demo+"/other.txt", "a\r\nb\r\n"))
		w.put(w.mono, "attributes", files(".gitattributes", "*.txt text\n"))
		w.pull()
		if d := w.diff(false, "source-demo"); len(d.Edits) != 0 {
			t.Errorf("%+v\n%s", d.Edits, d.Patch)
		}
		if st := w.status()[0]; *st.Edits != 0 {
			t.Errorf("%d edits", *st.Edits)
		}
		w.put(w.mono, "ours", files("source-demo/other.txt", "a\nb\nc\n"))
		if d := w.diff(false, "source-demo"); len(d.Edits) != 1 || d.Edits[0].Path != "other.txt" {
			t.Errorf("%+v", d.Edits)
		}
		d := w.diff(true, "source-demo")
		if strings.Contains(d.Patch, "-a\r") || !strings.Contains(d.Patch, "+c\r\n") {
			t.Errorf("lines that nobody changed here are in the patch, or not as upstream ends them:\n%q", d.Patch)
		}
		w.applies(d, demo)
		w.pull(to(demo+"/win.txt", "win.txt", meta))
		if d := w.diff(false, "win.txt"); d.Patch != "" {
			t.Errorf("a single file that nobody changed:\n%q", d.Patch)
		}
	})
	t.Run("all deleted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.pull()
		w.git("rm", "-rq", "source-demo")
		if d := w.diff(true, "source-demo"); len(d.Edits) != 5 {
			t.Errorf("%+v", d.Edits)
		}
	})
}

func TestDiffIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.pull(to(other, "source-other", "LICENSE"))
	w.copyIn(demo, "source-script")
	testkit.Put(t, w.mono, files("source-script/main.py", "changed before the import\n"))
	w.git("add", "-A")
	w.git("commit", "-qm", "before")
	testkit.Put(t, w.mono, files("source-script/x", "x\n"))
	w.script(w.upGit("rev-parse", "main"), demo, "source-script", "MIT", "LICENSE")
	if _, err := imports.Diff(t.Context(), w.options("."), false); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "there are 3") {
		t.Errorf("%v", err)
	}
	// What was imported lies in the repository, so no upstream is needed.
	if err := os.Rename(w.up, w.up+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(w.cache); err != nil {
		t.Fatal(err)
	}
	if d, err := imports.Diff(t.Context(), w.options("source-demo"), true); err != nil || d.Patch != "" {
		t.Errorf("%v", err)
	}
	if _, err := imports.Diff(t.Context(), w.options("source-script"), true); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "up") {
		t.Errorf("%v", err)
	}
	if _, err := imports.Diff(t.Context(), w.offline("source-script"), true); fault.KindOf(err) != fault.Environment || !strings.Contains(fault.HintOf(err), "--offline") {
		t.Errorf("%v", err)
	}
	w.put(w.mono, "broken", files("source-demo/UPSTREAM.yaml", "version: 9\n"))
	if _, err := imports.Diff(t.Context(), w.options("source-demo"), true); fault.KindOf(err) != fault.Blocked || !strings.Contains(err.Error(), "newer than this connkit") {
		t.Errorf("%v", err)
	}
	w.put(w.mono, "gone", nil, "source-other")
	if _, err := imports.Diff(t.Context(), w.options("source-other"), true); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "nothing there any more") {
		t.Errorf("%v", err)
	}
}
