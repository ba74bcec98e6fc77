package upstream_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// world is an upstream, a monorepo that has it as the remote "up", and a cache.
type world struct {
	tb              testing.TB
	up, mono, cache string
}

// templates are copied for each world: making a repository costs many processes.
var templates = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp(testHome, "worlds-*")
	if err != nil {
		panic(err)
	}
	return dir
})

var makeTemplates sync.Once

const demo = "connectors/source-demo"

func upstreamFiles() map[string]string {
	return map[string]string{
		"LICENSE": mitText, "README.md": "# all connectors\n",
		demo + "/main.py":                  "import sys\n\n\ndef main():\n    return 0\n\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
		demo + "/source_demo/streams.py":   lines("stream", 30),
		demo + "/source_demo/__init__.py":  "",
		demo + "/bin/run.sh":               "#!/bin/sh\nexec python main.py\n",
		demo + "/metadata.yaml":            "data:\n  name: Demo\n  license: MIT\n",
		demo + "/docs/a file.md":           "text  \nwith trailing blanks  \n",
		"connectors/source-other/other.py": "x = 1\n",
	}
}

func monoFiles() map[string]string {
	return map[string]string{"README.md": "# monorepo\n", "lib/util.py": lines("util", 20), "source-old/main.py": lines("old", 20)}
}

// lines makes a text of n different lines.
func lines(word string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s %d\n", word, i+1)
	}
	return b.String()
}

// newWorld makes a world. The upstream has the branch main, the tags v1 and
// v2 (annotated) and the branch topic; its history is three commits.
func newWorld(tb testing.TB) *world {
	tb.Helper()
	makeTemplates.Do(func() { buildTemplates(tb) })
	dir := tb.TempDir()
	w := &world{tb: tb, up: filepath.Join(dir, "up"), mono: filepath.Join(dir, "mono"), cache: filepath.Join(dir, "cache")}
	for _, name := range []string{"up", "mono"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(templates(), name))); err != nil {
			tb.Fatal(err)
		}
	}
	w.git("update-index", "-q", "--refresh")
	w.git("config", "remote.up.url", w.up)
	return w
}

func buildTemplates(tb testing.TB) {
	tb.Helper()
	up, mono := filepath.Join(templates(), "up"), filepath.Join(templates(), "mono")
	testkit.Put(tb, up, upstreamFiles())
	testkit.Put(tb, mono, monoFiles())
	if err := os.Chmod(filepath.Join(up, demo, "bin/run.sh"), 0o755); err != nil {
		tb.Fatal(err)
	}
	for _, dir := range []string{up, mono} {
		testkit.Git(tb, dir, "init", "-q", "-b", "main", "--template=") // each world would copy its samples of hooks
		testkit.Git(tb, dir, "add", "-A")
		testkit.Git(tb, dir, "commit", "-qm", "one")
	}
	testkit.Git(tb, up, "tag", "v1")
	testkit.Put(tb, up, map[string]string{demo + "/source_demo/streams.py": strings.Replace(lines("stream", 30), "stream 3\n", "stream three\n", 1)})
	testkit.Git(tb, up, "commit", "-qam", "two")
	testkit.Git(tb, up, "tag", "-am", "second", "v2")
	testkit.Git(tb, up, "branch", "topic")
	testkit.Put(tb, up, map[string]string{demo + "/new.py": "new = True\n"})
	testkit.Git(tb, up, "add", "-A")
	testkit.Git(tb, up, "commit", "-qm", "three")
	testkit.Git(tb, up, "repack", "-adq") // one file to copy for many
}

// git runs git in the monorepo.
func (w *world) git(args ...string) string {
	w.tb.Helper()
	return testkit.Git(w.tb, w.mono, args...)
}

// upGit runs git in the upstream.
func (w *world) upGit(args ...string) string {
	w.tb.Helper()
	return testkit.Git(w.tb, w.up, args...)
}

// commit changes files of a repository and commits them.
func (w *world) commit(dir string, files map[string]string, removed ...string) {
	w.tb.Helper()
	for _, name := range removed {
		testkit.Git(w.tb, dir, "rm", "-rq", "--", name)
	}
	testkit.Put(w.tb, dir, files)
	testkit.Git(w.tb, dir, "add", "-A")
	testkit.Git(w.tb, dir, "commit", "-qm", "change")
}

// committed is commit in the upstream, and gives the commit.
func (w *world) committed(files map[string]string) string {
	w.tb.Helper()
	w.commit(w.up, files)
	return w.upGit("rev-parse", "HEAD")
}

type mod func(*upstream.Options)

func ref(s string) mod           { return func(o *upstream.Options) { o.Ref = s } }
func dest(s string) mod          { return func(o *upstream.Options) { o.Dest = s } }
func from(s string) mod          { return func(o *upstream.Options) { o.Path = s } }
func remoteIs(s string) mod      { return func(o *upstream.Options) { o.Remote = s } }
func licence(id string) mod      { return func(o *upstream.Options) { o.License = id } }
func proof(path string) mod      { return func(o *upstream.Options) { o.LicensePath = path } }
func accept(why string) mod      { return func(o *upstream.Options) { o.AcceptLicense = why } }
func single(o *upstream.Options) { o.Single = true }
func in(dir string) mod          { return func(o *upstream.Options) { o.Dir = dir } }
func update(o *upstream.Options) {
	o.Update, o.Remote, o.Ref, o.Path, o.License, o.LicensePath = true, "", "", "", "", ""
}

func (w *world) options(mods ...mod) upstream.Options {
	o := upstream.Options{
		Dir: w.mono, Cache: w.cache, Remote: "up", Ref: "main", Path: demo, Dest: "source-demo", License: "MIT",
		LicensePath: demo + "/metadata.yaml", Version: "test",
	}
	for _, m := range mods {
		m(&o)
	}
	return o
}

// plan plans and closes.
func (w *world) plan(mods ...mod) (*upstream.Plan, error) {
	w.tb.Helper()
	p, err := upstream.Pull(w.tb.Context(), w.options(mods...))
	if err == nil {
		p.Close()
	}
	return p, err
}

func (w *world) pull(mods ...mod) (*upstream.Plan, error) {
	w.tb.Helper()
	p, err := upstream.Pull(w.tb.Context(), w.options(mods...))
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p, p.Apply(w.tb.Context())
}

// must pulls without an error, and looks at what must hold after every import.
func (w *world) must(mods ...mod) *upstream.Plan {
	w.tb.Helper()
	before := w.git("rev-parse", "HEAD")
	p, err := w.pull(mods...)
	if err != nil {
		w.tb.Fatalf("pulling: %v\nhint: %s", err, fault.HintOf(err))
	}
	w.checkSound(p, before)
	return p
}

func (w *world) checkSound(p *upstream.Plan, before string) {
	w.tb.Helper()
	if p.Action == upstream.None {
		if now := w.git("rev-parse", "HEAD"); now != before {
			w.tb.Errorf("nothing was to do and HEAD moved")
		}
		return
	}
	if got := w.git("rev-parse", "HEAD", "HEAD^1"); got != p.Commit+"\n"+before {
		w.tb.Errorf("HEAD and its first parent are %q, the plan says %s on %s", got, p.Commit, before)
	}
	for path := range strings.SplitSeq(strings.Trim(w.git("diff", "--name-only", "-z", before, "HEAD"), "\x00"), "\x00") {
		if !strings.HasPrefix(path, p.Dest) {
			w.tb.Errorf("%s changed, outside of %s", path, p.Dest)
		}
	}
	if status := w.git("status", "--porcelain", "--untracked-files=no"); status != "" {
		w.tb.Errorf("after the import:\n%s", status)
	}
	if got := w.git("for-each-ref", "--format=%(refname)"); got != "refs/heads/main" && !strings.Contains(got, "refs/heads/other") {
		w.tb.Errorf("refs: %s", got)
	}
	for _, left := range []string{"connkit", "shallow", "FETCH_HEAD", "index.lock", "MERGE_HEAD", "MERGE_MSG"} {
		if _, err := os.Lstat(filepath.Join(w.mono, ".git", left)); err == nil {
			w.tb.Errorf(".git/%s is left", left)
		}
	}
}

// file gives the content of a file of the monorepo's work tree, or "(none)".
func (w *world) file(name string) string {
	w.tb.Helper()
	text, err := os.ReadFile(filepath.Join(w.mono, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "(none)"
	}
	if err != nil {
		w.tb.Fatal(err)
	}
	return string(text)
}

// record reads the record of a destination.
func (w *world) record(dest string) record.Record {
	w.tb.Helper()
	name := record.File(dest, false)
	r, err := record.FromYAML([]byte(w.file(name)), name, dest)
	if err != nil {
		w.tb.Fatal(err)
	}
	return r
}

// state is everything of the monorepo that a refused import must leave as it is.
func (w *world) state() string {
	w.tb.Helper()
	var b strings.Builder
	err := filepath.WalkDir(w.mono, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(w.mono, path)
		if rel == filepath.Join(".git", "objects") {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v", rel, info.Mode())
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			b.WriteString(" " + target)
		case info.Mode().IsRegular():
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %q", text)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return b.String()
}

// refused wants that a pull fails with a kind and changes nothing at all.
func (w *world) refused(kind fault.Kind, says string, mods ...mod) {
	w.tb.Helper()
	before := w.state()
	_, err := w.pull(mods...)
	w.checkRefused(err, kind, says)
	if after := w.state(); after != before {
		w.tb.Errorf("a refused import changed the monorepo: %s", firstDifference(before, after))
	}
}

func (w *world) checkRefused(err error, kind fault.Kind, says string) {
	w.tb.Helper()
	switch {
	case err == nil:
		w.tb.Errorf("it is not refused")
	case fault.KindOf(err) != kind:
		w.tb.Errorf("kind %s, want %s: %v", fault.KindOf(err), kind, err)
	case !strings.Contains(err.Error()+"\n"+fault.HintOf(err), says):
		w.tb.Errorf("%q is not in: %v\nhint: %s", says, err, fault.HintOf(err))
	}
}

func firstDifference(a, b string) string {
	old := strings.Split(a, "\n")
	for _, l := range strings.Split(b, "\n") {
		if !slices.Contains(old, l) {
			return "now " + l[:min(len(l), 200)]
		}
	}
	for _, l := range old {
		if !slices.Contains(strings.Split(b, "\n"), l) {
			return "was " + l[:min(len(l), 200)]
		}
	}
	return "?"
}
