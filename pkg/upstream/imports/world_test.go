package imports_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

const (
	demo  = "connectors/source-demo"
	other = "connectors/source-other"
	meta  = demo + "/metadata.yaml"
)

// world is an upstream with two connectors, a monorepo that has it as the remote "up", and a cache.
type world struct {
	tb              testing.TB
	up, mono, cache string
}

func lines(word string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s %d\n", word, i+1)
	}
	return b.String()
}

func text(tb testing.TB, id string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "license", "testdata", "texts", id+".txt"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	dir, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{tb, filepath.Join(dir, "up"), filepath.Join(dir, "mono"), filepath.Join(dir, "cache")}
	testkit.Put(tb, w.up, map[string]string{
		"LICENSE": text(tb, "MIT"), "NOTICE": "Example, Inc.\n", meta: "data:\n  license: MIT\n",
		demo + "/main.py": lines("main", 30), demo + "/source_demo/streams.py": lines("stream", 30), demo + "/bin/run.sh": "#!/bin/sh\n", demo + "/icon.png": "\x00\x01\x02",
		other + "/other.py": lines("other", 20), "tool.py": lines("tool", 20),
	})
	testkit.Put(tb, w.mono, map[string]string{"README.md": "# monorepo\n"})
	for _, d := range []string{w.up, w.mono} {
		w.run(d, "init", "-q", "-b", "main")
		w.run(d, "add", "-A")
		w.run(d, "commit", "-qm", "one")
	}
	w.git("remote", "add", "up", w.up)
	return w
}

func (w *world) run(dir string, args ...string) string {
	w.tb.Helper()
	return testkit.Git(w.tb, dir, args...)
}

func (w *world) git(args ...string) string   { w.tb.Helper(); return w.run(w.mono, args...) }
func (w *world) upGit(args ...string) string { w.tb.Helper(); return w.run(w.up, args...) }

// put changes files of a repository and commits them.
func (w *world) put(dir, message string, files map[string]string, removed ...string) string {
	w.tb.Helper()
	for _, name := range removed {
		w.run(dir, "rm", "-rqf", "--", name)
	}
	testkit.Put(w.tb, dir, files)
	w.run(dir, "add", "-A")
	w.run(dir, "commit", "-qm", message)
	return w.run(dir, "rev-parse", "HEAD")
}

func files(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// pull imports source-demo, but for what mods say.
func (w *world) pull(mods ...func(*upstream.Options)) *upstream.Plan {
	w.tb.Helper()
	o := upstream.Options{Dir: w.mono, Cache: w.cache, Remote: "up", Ref: "main", Path: demo, Dest: "source-demo", License: "MIT", LicensePath: meta, Version: "test"}
	for _, m := range mods {
		m(&o)
	}
	p, err := upstream.Pull(w.tb.Context(), o)
	if err != nil {
		w.tb.Fatalf("pulling: %v\nhint: %s", err, fault.HintOf(err))
	}
	defer p.Close()
	if err := p.Apply(w.tb.Context()); err != nil {
		w.tb.Fatal(err)
	}
	return p
}

func ref(s string) func(*upstream.Options) { return func(o *upstream.Options) { o.Ref = s } }
func to(path, dest, proof string) func(*upstream.Options) {
	return func(o *upstream.Options) { o.Path, o.Dest, o.LicensePath = path, dest, proof }
}
func accept(why string) func(*upstream.Options) {
	return func(o *upstream.Options) { o.AcceptLicense = why }
}
func single(o *upstream.Options) { o.Single = true }

func (w *world) options(dests ...string) imports.Options {
	return imports.Options{Dir: w.mono, Cache: w.cache, Dests: dests}
}

func (w *world) offline(dests ...string) imports.Options {
	o := w.options(dests...)
	o.Offline = true
	return o
}

func (w *world) list(dests ...string) []*imports.Import {
	w.tb.Helper()
	list, err := imports.List(w.tb.Context(), w.options(dests...))
	if err != nil {
		w.tb.Fatal(err)
	}
	return list
}

func (w *world) status(dests ...string) []*imports.Standing {
	w.tb.Helper()
	list, err := imports.Status(w.tb.Context(), w.options(dests...))
	if err != nil {
		w.tb.Fatal(err)
	}
	return list
}

// script makes a commit as the script before connkit did.
func (w *world) script(commit, path, dest, license, proof string) {
	w.tb.Helper()
	w.git("add", "-A")
	w.git("commit", "-qm", "import: "+dest+" through "+w.up+" @ "+commit+"\nRemote Repo URL: "+w.up+"\nSource name: up/main\nSource Commit ID: "+commit+"\nSource Repo Prefix: "+path+"/\nImport Path: "+dest+
		"/\nLicense Type: "+license+"\nLicense Path: "+proof+"\n\ngit-merge-subpath: "+commit+" "+path+" "+dest)
}

// copyIn copies a folder of the upstream's work tree, as the script before connkit did.
func (w *world) copyIn(path, dest string) {
	w.tb.Helper()
	if err := os.CopyFS(filepath.Join(w.mono, dest), os.DirFS(filepath.Join(w.up, path))); err != nil {
		w.tb.Fatal(err)
	}
	_ = os.RemoveAll(filepath.Join(w.mono, dest, ".git"))
}

func says(list []string, want string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, want) })
}

// state is what a command that only looks must leave as it is.
func (w *world) state() string {
	w.tb.Helper()
	index, _ := os.ReadFile(filepath.Join(w.mono, ".git", "index"))
	entries, _ := os.ReadDir(filepath.Join(w.mono, ".git"))
	return fmt.Sprintf("%x %v %s %s %s", index, entries, w.git("for-each-ref"), w.git("count-objects", "-v"), w.git("status", "--porcelain"))
}
