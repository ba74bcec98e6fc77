package inputs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/inputs"
)

func open(t *testing.T, root, dockerfile string) *inputs.Context {
	t.Helper()
	c, err := inputs.Open(root, dockerfile)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func paths(t *testing.T, c *inputs.Context, w inputs.Want) string {
	t.Helper()
	files, err := c.Files(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range files {
		list = append(list, f.Path)
		if !w.Has(f.Path) {
			t.Errorf("%s is listed and not asked for", f.Path)
		}
	}
	return strings.Join(list, " ")
}

var tree = map[string]string{
	"source-x/main.go": "package main", "source-x/a/b.txt": "b", "source-x/.venv/bin/python": "", "source-x/__pycache__/m.pyc": "", "source-x/m.pyc": "",
	"source-x/secret.env": "s", "source-y/main.go": "y", "go.mod": "module x", "go.sum": "", "lib/a.go": "a", "lib/b.md": "b", ".git/HEAD": "ref",
	"docs/a.md": "a", "docs/keep/b.md": "b", "Dockerfile": "FROM scratch",
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ignore string
		want         inputs.Want
		files        string
	}{
		{"a folder", "", inputs.Want{Paths: []string{"source-x"}}, "source-x/a/b.txt source-x/main.go source-x/secret.env"},
		{"a file and what is not there", "", inputs.Want{Paths: []string{"go.mod", "nope", "nope/x"}}, "go.mod"},
		{"globs", "", inputs.Want{Paths: []string{"go.*", "li[b]/*.go", "no[p]e"}}, "go.mod go.sum lib/a.go"},
		{"all", "", inputs.Want{All: true}, "Dockerfile docs/a.md docs/keep/b.md go.mod go.sum lib/a.go lib/b.md source-x/a/b.txt source-x/main.go source-x/secret.env source-y/main.go"},
		{"ignored", "docs\n*.sum\n**/*.env\n# comment\n\nlib/", inputs.Want{All: true}, ".dockerignore Dockerfile go.mod source-x/a/b.txt source-x/main.go source-y/main.go"},
		{"ignored but one", "docs\n!docs/keep\n*\n!source-x\n!docs/keep/b.md", inputs.Want{All: true}, "docs/keep/b.md source-x/a/b.txt source-x/main.go source-x/secret.env"},
		{"a source below an ignored folder", "lib", inputs.Want{Paths: []string{"lib/a.go", "source-y"}}, "source-y/main.go"},
		{"skipped", "", inputs.Want{Paths: []string{"source-x"}, Skip: func(p string) bool { return p == "source-x/a" }}, "source-x/main.go source-x/secret.env"},
		{"twice", "", inputs.Want{Paths: []string{"lib", "lib/a.go"}}, "lib/a.go lib/b.md"},
		{"with a trailing slash and root", "/lib/\n/source-x/a", inputs.Want{Paths: []string{"lib", "source-x"}}, "source-x/main.go source-x/secret.env"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, tree)
			if tt.ignore != "" {
				testkit.Put(t, root, map[string]string{".dockerignore": tt.ignore})
			}
			if got := paths(t, open(t, root, ""), tt.want); got != tt.files {
				t.Errorf("got  %s\nwant %s", got, tt.files)
			}
		})
	}
}

func TestTheDockerfilesOwnIgnoreFileComesFirst(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"a": "", "b": "", ".dockerignore": "a\n", "x/Dockerfile.dockerignore": "b\nx\n.dockerignore\n"})
	file := filepath.Join(root, "x", "Dockerfile")
	if got := paths(t, open(t, root, file), inputs.Want{All: true}); got != "a" {
		t.Error(got)
	}
	if c := open(t, root, file); c.Ignore != file+".dockerignore" || !c.Ignores("b") || c.Ignores("a") {
		t.Errorf("%+v", c)
	}
	_, err := inputs.Open(testkit.Tree(t, map[string]string{".dockerignore": "a[\n"}), "")
	if fault.KindOf(err) != fault.Usage {
		t.Errorf("a pattern that is none: %v", err)
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	w := inputs.Want{Paths: []string{"source-x", "go.*", "lib/*.go"}}
	for name, want := range map[string]bool{
		"source-x/gone.go": true, "source-x/a/b": true, "source-xy/a": false, "go.mod": true, "lib/a.go": true, "lib/a.md": false, "lib/d/a.go": false,
		"source-x/__pycache__/a": false, "source-x/m.pyc": false, "other": false,
	} {
		if w.Has(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
}

// digest sums up what a folder holds.
func digest(t *testing.T, root string) string {
	t.Helper()
	c := open(t, root, "")
	files, err := c.Files(t.Context(), inputs.Want{All: true})
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Digest(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestDigest(t *testing.T) {
	t.Parallel()
	make := func() string {
		root := testkit.Tree(t, map[string]string{"a/b": "1", "c": "2"})
		if err := os.Symlink("a", filepath.Join(root, "l")); err != nil {
			t.Fatal(err)
		}
		return root
	}
	first := digest(t, make())
	if first != digest(t, make()) {
		t.Error("two equal folders differ")
	}
	if first != "441b8ba551dccb40451397958ed47ba4cf87389e8f96d3d4f71f79a1ddd1058a" { // of every machine and version: images carry it
		t.Errorf("got %s", first)
	}
	for name, change := range map[string]func(root string) error{
		"content": func(root string) error { return os.WriteFile(filepath.Join(root, "c"), []byte("3"), 0o644) },
		"name":    func(root string) error { return os.Rename(filepath.Join(root, "c"), filepath.Join(root, "d")) },
		"new":     func(root string) error { return os.WriteFile(filepath.Join(root, "a", "n"), nil, 0o644) },
		"gone":    func(root string) error { return os.Remove(filepath.Join(root, "c")) },
		"program": func(root string) error { return os.Chmod(filepath.Join(root, "c"), 0o755) },
		"link": func(root string) error {
			return errors.Join(os.Remove(filepath.Join(root, "l")), os.Symlink("c", filepath.Join(root, "l")))
		},
		"link, now": func(root string) error {
			return errors.Join(os.Remove(filepath.Join(root, "l")), os.WriteFile(filepath.Join(root, "l"), []byte("a"), 0o644))
		},
	} {
		root := make()
		if err := change(root); err != nil {
			t.Fatal(err)
		}
		if digest(t, root) == first {
			t.Errorf("%s: a change that is not seen", name)
		}
	}
	same := make()
	for _, err := range []error{os.Chmod(filepath.Join(same, "c"), 0o600), os.MkdirAll(filepath.Join(same, "empty"), 0o755), os.MkdirAll(filepath.Join(same, "__pycache__"), 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if digest(t, same) != first {
		t.Error("the umask or an empty folder matters")
	}
}

// A source that is a link takes along what it leads to, as far as that is in the context.
func TestLinkedSources(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"real/a": "", "out": ""})
	for name, to := range map[string]string{"inside": "real", "outside": "/etc", "lost": "nope"} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, root, "")
	files, err := c.Files(t.Context(), inputs.Want{Paths: []string{"inside", "outside", "lost"}})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range files {
		list = append(list, f.Path)
	}
	if got := strings.Join(list, " "); got != "inside lost outside real/a" {
		t.Error(got)
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"a/run": "#!/bin/sh\n", "b": "text"})
	if err := errors.Join(os.Chmod(filepath.Join(root, "a", "run"), 0o755), os.Symlink("b", filepath.Join(root, "l"))); err != nil {
		t.Fatal(err)
	}
	c := open(t, root, "")
	files, err := c.Files(t.Context(), inputs.Want{All: true})
	if err != nil {
		t.Fatal(err)
	}
	pack := func() []byte {
		var b bytes.Buffer
		if err := c.Archive(t.Context(), &b, files, map[string][]byte{"Dockerfile.x": []byte("FROM scratch"), "none": nil}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var list []string
	for r := tar.NewReader(bytes.NewReader(pack())); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || h.Uid != 0 || h.Uname != "" || h.ModTime.Year() != 2000 {
			t.Errorf("%+v, %v", h, err)
		}
		list = append(list, h.Name+" "+h.FileInfo().Mode().String()+" "+h.Linkname+string(text))
	}
	want := []string{"Dockerfile.x -rw-r--r-- FROM scratch", "a/run -rwxr-xr-x #!/bin/sh\n", "b -rw-r--r-- text", "l Lrw-r--r-- b"}
	for i := range list {
		list[i] = strings.Replace(list[i], "Lrwxrwxrwx", "Lrw-r--r--", 1)
	}
	if !slices.Equal(list, want) {
		t.Errorf("got %q", list)
	}
	if !bytes.Equal(pack(), pack()) {
		t.Error("the same files give another tar")
	}
	if err := os.Remove(filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	if err := c.Archive(t.Context(), io.Discard, files, nil); err == nil || !strings.HasPrefix(err.Error(), `packing "b"`) {
		t.Errorf("a file that has gone: %v", err)
	}
}

func TestInterrupts(t *testing.T) {
	t.Parallel()
	c := open(t, testkit.Tree(t, tree), "")
	files, err := c.Files(t.Context(), inputs.Want{All: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, walk := c.Files(ctx, inputs.Want{All: true})
	_, sum := c.Digest(ctx, files)
	for name, err := range map[string]error{"walk": walk, "sum": sum, "pack": c.Archive(ctx, io.Discard, files, nil)} {
		if fault.KindOf(err) != fault.Interrupted {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
