package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// What a folder is built with tells its language; the first of these that is there
// counts, and of Go files alone only a folder that makes a program.
func TestTheLanguageOfAFolder(t *testing.T) {
	t.Parallel()
	const program, library = "package main\n", "package x\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nothing", map[string]string{"README.md": ""}, ""},
		{"pyproject.toml", map[string]string{"pyproject.toml": ""}, "python"},
		{"setup.py", map[string]string{"setup.py": ""}, "python"},
		{"setup.cfg", map[string]string{"setup.cfg": ""}, "python"},
		{"requirements alone are none", map[string]string{"requirements.txt": "a\n"}, ""},
		{"Cargo.toml", map[string]string{"Cargo.toml": ""}, "rust"},
		{"go.mod", map[string]string{"go.mod": ""}, "go"},
		{"package.json", map[string]string{"package.json": ""}, "node"},
		{"Python before all", map[string]string{"pyproject.toml": "", "Cargo.toml": "", "go.mod": "", "package.json": ""}, "python"},
		{"Rust before Go and Node", map[string]string{"Cargo.toml": "", "go.mod": "", "package.json": ""}, "rust"},
		{"Go before Node", map[string]string{"go.mod": "", "package.json": ""}, "go"},
		{"a folder of the name is no file", map[string]string{"go.mod/": "", "pyproject.toml/": ""}, ""},
		{"a file deeper down is another's", map[string]string{"sub/pyproject.toml": ""}, ""},
		{"a library in Go", map[string]string{"x.go": library}, ""},
		{"a library with a Dockerfile", map[string]string{"x.go": library, "Dockerfile": ""}, "go"},
		{"a library with a VERSION", map[string]string{"x.go": library, "VERSION": "v1"}, "go"},
		{"a Dockerfile alone", map[string]string{"Dockerfile": "", "VERSION": ""}, ""},
		{"a program", map[string]string{"a.go": library, "main.go": program}, "go"},
		{"a program in cmd", map[string]string{"x.go": library, "cmd/a/main.go": program}, "go"},
		{"cmd without Go files at the top", map[string]string{"cmd/a/main.go": program}, ""},
		{"cmd itself is not looked into", map[string]string{"x.go": library, "cmd/main.go": program}, ""},
		{"a test is no program", map[string]string{"x.go": library, "main_test.go": program}, ""},
		{"a program with a comment", map[string]string{"main.go": "// package x\n\npackage main // import \"x\"\n"}, "go"},
		{"a program with CRLF", map[string]string{"main.go": "package main\r\n\r\nfunc main() {}\r\n"}, "go"},
		{"no newline at the end", map[string]string{"main.go": "package main"}, "go"},
		{"a name that begins alike", map[string]string{"x.go": "package mainly\n"}, ""},
		{"an empty file", map[string]string{"x.go": ""}, ""},
		{"another case", map[string]string{"x.GO": program}, ""},
	} {
		dir := testkit.Tree(t, tt.files)
		if got := workspace.Folder(dir).Language; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Links count as what they lead to, and one that leads nowhere as nothing.
func TestBuildFilesThatAreLinks(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"shared/pyproject.toml": "", "a/": "", "b/": "", "c/": ""})
	for link, target := range map[string]string{"a/pyproject.toml": "../shared/pyproject.toml", "b/pyproject.toml": "../gone", "c/pyproject.toml": "../shared"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"a": "python", "b": "", "c": ""} {
		if got := workspace.Folder(filepath.Join(dir, name)).Language; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := workspace.Folder(filepath.Join(dir, "not there")); got.Language != "" || got.Name != "not there" {
		t.Errorf("a folder that is not there: %+v", got)
	}
}

// The list is sorted, is the same each time, and a folder that is a link counts under
// the name of the link.
func TestTheListOfConnectors(t *testing.T) {
	t.Parallel()
	files := map[string]string{".git/HEAD": "", "real/pyproject.toml": "", "source-file": "", "source-bare/README.md": ""}
	for _, name := range []string{"source-z", "derive-a", "materialize-m", "source-a", "source-a-b", "source-aa"} {
		files[name+"/pyproject.toml"] = ""
		files[name+"/VERSION"] = " v1 \n"
	}
	root := testkit.Tree(t, files)
	if err := os.Symlink("real", filepath.Join(root, "source-link")); err != nil {
		t.Fatal(err)
	}
	w, s := open(t, root)
	for range 3 {
		list, err := w.Folders(s)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list {
			got = append(got, strings.TrimRight(c.Name+":"+c.Language+":"+c.Version, ":"))
		}
		const want = "derive-a:python:v1 materialize-m:python:v1 source-a:python:v1 source-a-b:python:v1 source-aa:python:v1 source-bare source-link:python source-z:python:v1"
		if strings.Join(got, " ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
		}
	}
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Connectors(s); len(list) > 0 || err == nil || !strings.HasPrefix(err.Error(), "reading the workspace: ") {
		t.Errorf("a root that is gone: %v, %v", list, err)
	}
}
