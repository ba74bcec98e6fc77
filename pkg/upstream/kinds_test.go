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

// symlink puts a symlink into a repository.
func symlink(tb testing.TB, dir, target, name string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		tb.Fatal(err)
	}
}

func TestKindsOfFiles(t *testing.T) {
	t.Parallel()
	binary := "\x00\x01\x02" + strings.Repeat("\xff\xfe", 100)
	for name, tt := range map[string]struct {
		there func(w *world)
		check func(w *world)
	}{
		"binary": {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/icon.png", binary)) }, wants("icon.png", binary)},
		"empty":  {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/e", "")) }, wants("e", "")},
		"large":  {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/big.txt", lines("l", 200000))) }, wants("big.txt", lines("l", 200000))},
		"symlink": {func(w *world) { symlink(w.tb, w.up, "main.py", demo+"/link.py") }, func(w *world) {
			if target, err := os.Readlink(filepath.Join(w.mono, "source-demo/link.py")); err != nil || target != "main.py" {
				w.tb.Errorf("%q, %v", target, err)
			}
		}},
		"dangling symlink to outside": {func(w *world) { symlink(w.tb, w.up, "../../../../etc/passwd", demo+"/pw") }, func(w *world) {
			if target, err := os.Readlink(filepath.Join(w.mono, "source-demo/pw")); err != nil || target != "../../../../etc/passwd" {
				w.tb.Errorf("%q, %v", target, err)
			}
		}},
		"executable": {func(*world) {}, func(w *world) {
			if info, err := os.Stat(filepath.Join(w.mono, "source-demo/bin/run.sh")); err != nil || info.Mode()&0o111 == 0 {
				w.tb.Errorf("%v, %v", info, err)
			}
		}},
		"names": {func(w *world) {
			testkit.Put(w.tb, w.up, under(demo, files("with blank.py", "1", "größe.py", "2", "new\nline", "3", "quo\"te'$x", "4", "tab\there", "5", "-dash", "6", "日本/語.txt", "7", "[x]*?.py", "8", "back\\slash", "9")))
		}, func(w *world) {
			for n, want := range files("with blank.py", "1", "größe.py", "2", "new\nline", "3", "quo\"te'$x", "4", "tab\there", "5", "-dash", "6", "日本/語.txt", "7", "[x]*?.py", "8", "back\\slash", "9") {
				wants(n, want)(w)
			}
		}},
		"a name that is not UTF-8": {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/lat\xefn.txt", "x\n")) }, wants("lat\xefn.txt", "x\n")},
		"names that differ in case": {func(w *world) { testkit.Put(w.tb, w.up, under(demo, files("A.py", "1\n", "a.py", "2\n"))) }, func(w *world) {
			wants("A.py", "1\n")(w)
			wants("a.py", "2\n")(w)
		}},
		"ignored by the monorepo": {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/build/out.o", "x\n")) }, func(w *world) {
			wants("build/out.o", "x\n")(w)
			if w.git("ls-files", "source-demo/build") != "source-demo/build/out.o" {
				w.tb.Error("it is not tracked")
			}
		}},
		"its own .gitignore": {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/.gitignore", "*.py\n")) }, wants(".gitignore", "*.py\n")},
		"its own .gitattributes": {func(w *world) {
			testkit.Put(w.tb, w.up, files(demo+"/.gitattributes", "*.txt text eol=crlf\n", demo+"/a.txt", "1\n2\n"))
		}, wants("a.txt", "1\r\n2\r\n")},
		"its own .gitmodules":      {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/.gitmodules", "[submodule]\n")) }, wants(".gitmodules", "[submodule]\n")},
		"deep":                     {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/"+strings.Repeat("d/", 40)+"f", "x\n")) }, wants(strings.Repeat("d/", 40)+"f", "x\n")},
		"conflict marks in a file": {func(w *world) { testkit.Put(w.tb, w.up, files(demo+"/m", "<<<<<<< a\n=======\n>>>>>>> b\n")) }, wants("m", "<<<<<<< a\n=======\n>>>>>>> b\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.commit(w.mono, files(".gitignore", "build/\n*.log\n"))
			w.must(ref("v1"))
			tt.there(w)
			w.upGit("add", "-Af")
			w.upGit("commit", "-q", "--allow-empty", "-m", "kinds")
			w.commit(w.mono, files("source-demo/"+streams, lines("stream", 30)+"mine\n"))
			w.must()
			tt.check(w)
			if got := w.file("source-demo/" + streams); !strings.HasSuffix(got, "mine\n") {
				t.Errorf("the local edit is lost")
			}
			// The same as a first import, in a fresh monorepo.
			fresh := newWorld(t)
			fresh.up = w.up
			fresh.git("config", "remote.up.url", w.up)
			fresh.must()
			tt.check(fresh)
		})
	}
}

func wants(name, text string) func(*world) {
	return func(w *world) {
		w.tb.Helper()
		if got := w.file("source-demo/" + name); got != text {
			w.tb.Errorf("%q is %.80q, want %.80q", name, got, text)
		}
	}
}

func TestBinaryConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.up, files(demo+"/icon.png", "\x00one"))
	w.must()
	w.commit(w.up, files(demo+"/icon.png", "\x00two"))
	w.commit(w.mono, files("source-demo/icon.png", "\x00mine"))
	_, err := w.pull()
	w.checkRefused(err, fault.Blocked, "icon.png")
	if got := w.file("source-demo/icon.png"); got != "\x00mine" {
		t.Errorf("a binary file got marks: %q", got)
	}
	w.git("checkout", "-q", "--theirs", "source-demo/icon.png")
	w.git("add", "source-demo")
	if _, err := upstream.Continue(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	wants("icon.png", "\x00two")(w)
}

func TestSubmodules(t *testing.T) {
	t.Parallel()
	withModule := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		id := w.upGit("rev-parse", "v1")
		w.upGit("update-index", "--add", "--cacheinfo", "160000,"+id+","+demo+"/vendor/sub")
		w.upGit("commit", "-qm", "a submodule")
		return w
	}
	t.Run("in the path", func(t *testing.T) {
		t.Parallel()
		w := withModule(t)
		w.refused(fault.Blocked, demo+"/vendor/sub", ref("main"))
	})
	t.Run("left out", func(t *testing.T) {
		t.Parallel()
		w := withModule(t)
		skip := func(o *upstream.Options) { o.SkipSubmodules = true }
		w.must(skip)
		if r := w.record("source-demo"); len(r.Skipped) != 1 || r.Tree != w.upGit("rev-parse", "main:"+demo) {
			t.Errorf("%v", r)
		}
		w.upGit("reset", "-q", "--hard")
		w.commit(w.mono, files("source-demo/mine.py", "x\n"))
		testkit.Put(t, w.up, files(demo+"/later.py", "x\n"))
		w.upGit("add", demo+"/later.py")
		w.upGit("commit", "-qm", "later")
		w.must(update)
		if w.git("ls-tree", "-r", "HEAD", "--format=%(objecttype)", "source-demo/vendor") != "" {
			t.Error("the submodule came")
		}
	})
	t.Run("as the path", func(t *testing.T) {
		t.Parallel()
		withModule(t).refused(fault.Blocked, "is a submodule", from(demo+"/vendor/sub"))
	})
	t.Run("elsewhere in the upstream", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.upGit("update-index", "--add", "--cacheinfo", "160000,"+w.upGit("rev-parse", "v1")+",other/sub")
		w.upGit("commit", "-qm", "a submodule")
		w.must()
	})
	t.Run("elsewhere in the monorepo", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", w.up, "third/party")
		w.git("commit", "-qm", "a submodule")
		testkit.Put(t, filepath.Join(w.mono, "third/party"), files("dirty.txt", "x"))
		testkit.Git(t, filepath.Join(w.mono, "third/party"), "checkout", "-q", "v1")
		before := w.git("rev-parse", "HEAD:third/party")
		p, err := w.pull()
		if err != nil {
			t.Fatal(err)
		}
		if w.git("rev-parse", p.Commit+":third/party") != before || !strings.Contains(w.git("status", "--porcelain"), "M third/party") {
			t.Error("the submodule was touched")
		}
	})
	t.Run("as the destination", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", w.up, "sub")
		w.git("commit", "-qm", "a submodule")
		w.refused(fault.Blocked, "a repository of its own", dest("sub"))
		w.refused(fault.Blocked, "a repository of its own", dest("sub/inner"))
	})
	t.Run("as the destination, not checked out", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.git("update-index", "--add", "--cacheinfo", "160000,"+w.upGit("rev-parse", "v1")+",sub")
		w.git("commit", "-qm", "a submodule")
		w.refused(fault.Blocked, "sub", dest("sub"))
		w.refused(fault.Blocked, "sub", dest("sub/inner"))
	})
}

func TestPathKindsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	symlink(t, w.up, "source-demo", "connectors/alias")
	w.commit(w.up, files("connectors/source-own/UPSTREAM.yaml", "version: 1\n", "connectors/source-own/metadata.yaml", "data: {license: MIT}\n"))
	w.refused(fault.Usage, "it is a symlink", from("connectors/alias"))
	w.refused(fault.Usage, "connectors/alias is a symlink", from("connectors/alias/bin"))
	w.refused(fault.Blocked, "UPSTREAM.yaml", from("connectors/source-own"))
}

// A tree that git itself would not make: names that lead out of the repository.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"..", ".git", ".GIT", "."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			blob := w.upGit("hash-object", "-w", "LICENSE")
			sub := mktree(w, "100644 "+name, blob)
			meta := w.upGit("rev-parse", "main:"+demo+"/metadata.yaml")
			inner := mktree(w, "40000 evil", sub, "100644 metadata.yaml", meta)
			mid := mktree(w, "40000 source-demo", inner)
			top := mktree(w, "40000 connectors", mid)
			w.upGit("update-ref", "refs/heads/evil", w.upGit("commit-tree", "-m", "evil", top))
			before := w.state()
			_, err := w.pull(ref("evil"))
			if err == nil {
				t.Error("it was imported")
			}
			if w.state() != before {
				t.Error("the monorepo changed")
			}
		})
	}
}

// mktree writes a tree of "mode name", id pairs that git mktree would refuse.
func mktree(w *world, pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(pairs[i] + "\x00")
		for j := 0; j < len(pairs[i+1]); j += 2 {
			b.WriteByte(unhex(pairs[i+1][j])<<4 | unhex(pairs[i+1][j+1]))
		}
	}
	file := filepath.Join(w.tb.TempDir(), "tree")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		w.tb.Fatal(err)
	}
	return w.upGit("hash-object", "-w", "-t", "tree", "--literally", file)
}

func unhex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

func TestAttributesOfTheMonorepo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		attributes string
		prepare    func(w *world)
		text       string // of data.dat at upstream
		stored     string // in the monorepo's commit
		written    string // in its work tree
	}{
		"text":           {"* text\n", nil, "a\r\nb\r\n", "a\nb\n", "a\nb\n"},
		"text=auto":      {"* text=auto\n", nil, "a\r\nb\r\n", "a\r\nb\r\n", "a\r\nb\r\n"},
		"eol=lf":         {"*.dat eol=lf\n", nil, "a\r\nb\r\n", "a\nb\n", "a\nb\n"},
		"eol=crlf":       {"*.dat eol=crlf\n", nil, "a\nb\n", "a\nb\n", "a\r\nb\r\n"},
		"-text":          {"* -text\n", nil, "a\r\nb\n", "a\r\nb\n", "a\r\nb\n"},
		"autocrlf":       {"", func(w *world) { w.git("config", "core.autocrlf", "true") }, "a\nb\n", "a\nb\n", "a\r\nb\r\n"},
		"autocrlf input": {"", func(w *world) { w.git("config", "core.autocrlf", "input") }, "a\r\nb\r\n", "a\r\nb\r\n", "a\r\nb\r\n"},
		"a filter": {"*.dat filter=rot\n", func(w *world) {
			w.git("config", "filter.rot.clean", "tr a-z n-za-m")
			w.git("config", "filter.rot.smudge", "tr n-za-m a-z")
		}, "hello\n", "", ""},
		"a filter that is not set up": {"*.dat filter=nope\n", nil, "hello\n", "hello\n", "hello\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			w.commit(w.mono, files(".gitattributes", tt.attributes))
			w.commit(w.up, files(demo+"/data.dat", tt.text))
			w.must()
			check := func() {
				t.Helper()
				if got := testkit.GitBytes(t, filepath.Join(w.mono, ".git"), "show", "HEAD:source-demo/data.dat"); tt.stored != "" && got != tt.stored {
					t.Errorf("stored %q, want %q", got, tt.stored)
				}
				if got := w.file("source-demo/data.dat"); tt.written != "" && got != tt.written {
					t.Errorf("written %q, want %q", got, tt.written)
				}
				// git must see no change even when it looks at the content.
				w.git("-c", "core.checkStat=default", "update-index", "--really-refresh", "-q")
				touch(t, filepath.Join(w.mono, "source-demo/data.dat"))
				if status := w.git("status", "--porcelain"); status != "" {
					t.Errorf("status: %s", status)
				}
			}
			check()
			w.commit(w.up, files(demo+"/main.py", "changed = 1\n"+upstreamFiles()[demo+"/main.py"]))
			w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"local = 1\n"))
			w.must()
			check()
			if got := strings.ReplaceAll(w.file("source-demo/main.py"), "\r", ""); got != "changed = 1\n"+upstreamFiles()[demo+"/main.py"]+"local = 1\n" {
				t.Errorf("merged to %q", got)
			}
		})
	}
}

func touch(tb testing.TB, path string) {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func TestMergeDriver(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{"by name": "streams.py merge=ours-always\n", "anchored": "/source-demo/source_demo/streams.py merge=ours-always\n", "folder": "/source-demo/** merge=ours-always\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.git("config", "merge.ours-always.driver", "true")
			w.commit(w.mono, files(".gitattributes", pattern))
			w.must(ref("v1"))
			mine := swap(lines("stream", 30), "stream 3\n", "mine\n")
			w.commit(w.mono, files("source-demo/"+streams, mine))
			w.must()
			wants(streams, mine)(w)
		})
	}
}
