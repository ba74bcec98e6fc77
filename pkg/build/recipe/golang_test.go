package recipe_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/dockerfile"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

// render makes the Dockerfile of a tree's connector in Go or Python.
func render(t *testing.T, language string, files map[string]string) (string, error) {
	t.Helper()
	root := testkit.Tree(t, files)
	c := connector(root)
	c.Language = language
	r, err := recipe.For(root, c, "capture")
	if err != nil {
		return "", err
	}
	text, err := r.Dockerfile(true)
	return string(text), err
}

func taken(text string) string {
	return strings.Join(dockerfile.Parse([]byte(text)).Taken(nil).Paths, " ")
}

// lineOf gives the first line that begins with a text, without it.
func lineOf(text, begin string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, begin); ok {
			return strings.TrimSuffix(rest, "\n")
		}
	}
	return "no line begins with " + begin
}

const program = "package main\n"

// Which package is built: the folder itself, else what its cmd offers.
func TestTheProgramOfAGoConnector(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files []string // of package main
		rest  map[string]string
		want  string // what go build is given, from the module
		run   string // what go run is given, from the connector
	}{
		{"its own folder", []string{"main.go"}, nil, "./source-x", "."},
		{"its own folder before cmd", []string{"main.go", "cmd/connector/main.go"}, nil, "./source-x", "."},
		{"cmd/connector", []string{"cmd/connector/main.go"}, nil, "./source-x/cmd/connector", "./cmd/connector"},
		{"cmd/connector among others", []string{"cmd/admin/main.go", "cmd/connector/main.go", "cmd/zoo/main.go"}, nil, "./source-x/cmd/connector", "./cmd/connector"},
		{"that of its name", []string{"cmd/admin/main.go", "cmd/source-x/main.go"}, nil, "./source-x/cmd/source-x", "./cmd/source-x"},
		{"the only one", []string{"cmd/serve/main.go"}, nil, "./source-x/cmd/serve", "./cmd/serve"},
		{"cmd itself", []string{"cmd/main.go"}, nil, "./source-x/cmd", "./cmd"},
		{"a library in cmd is none", []string{"cmd/serve/main.go"}, map[string]string{"cmd/lib/lib.go": "package lib\n"}, "./source-x/cmd/serve", "./cmd/serve"},
		{"a file in cmd is no folder", []string{"cmd/serve/main.go"}, map[string]string{"cmd/README": "main"}, "./source-x/cmd/serve", "./cmd/serve"},
		{"tests are none", []string{"cmd/serve/main.go"}, map[string]string{"main_test.go": program, "x.go": "package x\n"}, "./source-x/cmd/serve", "./cmd/serve"},
		{"behind a long comment", nil, map[string]string{"main.go": "/* package x */\n\n// package y\npackage main // of all\n"}, "./source-x", "."},
		{"a folder without Go files is none", []string{"cmd/serve/main.go"}, map[string]string{"cmd/docs/main.md": program}, "./source-x/cmd/serve", "./cmd/serve"},
	} {
		files := map[string]string{"go.mod": "module example.com/c\n\ngo 1.24\n"}
		for _, name := range tt.files {
			files["source-x/"+name] = program
		}
		for name, text := range tt.rest {
			files["source-x/"+name] = text
		}
		text, err := render(t, "go", files)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !strings.Contains(text, "-o /out/connector "+tt.want+"\n") {
			t.Errorf("%s: %s", tt.name, lineOf(text, "    go build"))
		}
		root := testkit.Tree(t, files)
		if run, err := recipe.Command(workspace.Connector{Name: "source-x", Dir: root + "/source-x", Language: "go"}); err != nil || !slices.Equal(run, []string{"go", "run", tt.run}) {
			t.Errorf("%s: %q, %v", tt.name, run, err)
		}
	}
}

func TestTheVersionOfGo(t *testing.T) {
	t.Parallel()
	for mod, want := range map[string]string{
		"module x\n\ngo 1.24\n":                         "1.24",
		"module x\n\ngo 1.25.3\n":                       "1.25", // the newest patch of it is as good
		"module x\r\n\r\ngo 1.24\r\n":                   "1.24",
		"module x\n\ngo    1.24 // why\n":               "1.24",
		"module x\n\ngo 1.24rc1\n":                      "1.24",
		"module x\n":                                    "1", // go.mod of long ago
		"module x\n\n// go 1.19\ngo 1.24\n":             "1.24",
		"module x\n\ntoolchain go1.26.1\n\ngo 1.24\n":   "1.24",
		"module x\n\nrequire go.example/go 1.19\n":      "1",
		"module x\n\ngo 1.24\n\nrequire (\n\ta v1.2\n)": "1.24",
	} {
		text, err := render(t, "go", map[string]string{"source-x/go.mod": mod, "source-x/main.go": program})
		if got := lineOf(text, "ARG GO_IMAGE=golang:"); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", mod, got, err, want)
		}
	}
}

// Folders by which a module replaces others are needed before the sources are, and
// are not copied a second time.
func TestReplacedModulesOfGo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, mod, want string }{
		{"none", "", ""},
		{"one", "replace example.com/a => ./a\n", "a"},
		{"with versions", "replace example.com/a v1.2.3 => ./a\n", "a"},
		{"by a module that is elsewhere", "replace example.com/a => example.com/fork v1.0.0\n", ""},
		{"a block", "replace (\n\texample.com/a => ./a\n\texample.com/b v0.1.0 => ./lib/b // kept here\n\texample.com/e => example.com/f v1.0.0\n)\n", "a lib/b"},
		{"a block with CRLF", "replace (\r\n\texample.com/a => ./a\r\n)\r\n", "a"},
		{"in quotes", "replace \"example.com/a\" => \"./a\"\n", "a"},
		{"one in another", "replace example.com/a => ./a\n\nreplace example.com/b => ./a/nested\n", "a"},
		{"names that begin alike", "replace example.com/a => ./a\nreplace example.com/b => ./a-b\n", "a a-b"},
		{"twice the same", "replace example.com/a v1.0.0 => ./a\nreplace example.com/a v1.1.0 => ./a\n", "a"},
		{"no newline at the end", "replace example.com/a => ./a", "a"},
		{"a comment", "// replace example.com/a => ./a\n", ""},
		{"a slash at the end", "replace example.com/a => ./a/\n", "a"},
	} {
		files := map[string]string{"go.mod": "module example.com/c\n\ngo 1.24\n\n" + tt.mod, "source-x/main.go": program}
		text, err := render(t, "go", files)
		want := strings.Join(strings.Fields("build-ca.cr[t] go.mod go.su[m] "+tt.want+" source-x"), " ")
		if got := strings.Fields(taken(text)); err != nil || !slices.Equal(got, slices.Sorted(slices.Values(strings.Fields(want)))) {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, err, want)
		}
		if before, _, _ := strings.Cut(text, "go mod download"); tt.want != "" && !strings.Contains(before, "COPY "+strings.Fields(tt.want)[0]+" /src/") {
			t.Errorf("%s: it is copied after the modules are fetched", tt.name)
		}
	}
}

func TestGoThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	base := map[string]string{"go.mod": "module example.com/c\n\ngo 1.24\n", "source-x/main.go": program}
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
		hint  string
	}{
		{"a module that is replaced by one elsewhere", map[string]string{"go.mod": base["go.mod"] + "replace example.com/a => ../a\n"}, "which is outside of the repository", ""},
		{"a folder that a Dockerfile cannot name", map[string]string{"go.mod": base["go.mod"] + "replace example.com/a => ./a$b\n"}, `it depends on "a$b", a path with characters that a Dockerfile takes for more`, ""},
		{"a work file", map[string]string{"go.work": "go 1.24\nuse .\n"}, "its modules are tied by a go.work", "write source-x/Dockerfile: it has to copy every module that go.work uses"},
		{"imports that cannot be read", map[string]string{"source-x/b.go": "package main\n\nimport (\n\t\"fmt\n)\n"}, "source-x/b.go:4:2: string literal not terminated", ""},
		{"no program", map[string]string{"source-x/main.go": "package x\n"}, "nothing tells what to start: no package main in source-x, nor one in source-x/cmd", "write source-x/Dockerfile"},
		{"two programs", map[string]string{"source-x/main.go": "package x\n", "source-x/cmd/a/a.go": program, "source-x/cmd/b/b.go": program}, "no package main in source-x, nor one in source-x/cmd", "write source-x/Dockerfile"},
	} {
		files := maps.Clone(base)
		maps.Copy(files, tt.files)
		_, err := render(t, "go", files)
		if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "making a Dockerfile for source-x: ") || !strings.Contains(err.Error(), tt.want) || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: %v, hint %q", tt.name, err, fault.HintOf(err))
		}
	}
	_, err := render(t, "go", map[string]string{"source-x/main.go": program})
	if err == nil || err.Error() != "making a Dockerfile for source-x: there is no go.mod in it or above it" || fault.HintOf(err) != "go mod init, or write a Dockerfile" {
		t.Errorf("without a module: %v", err)
	}
}

// The longest module path has a package; what no folder of the repository holds is
// somebody else's.
func TestWhichModuleAPackageIsOf(t *testing.T) {
	t.Parallel()
	text, err := render(t, "go", map[string]string{
		"go.mod": "module example.com/c\n\ngo 1.24\n\nreplace example.com/c/sub => ./modules/sub\n",
		"source-x/main.go": program + "\nimport (\n\t_ \"example.com/c/sub/deep\"\n\t_ \"example.com/c\"\n\t_ \"example.com/c/gone\"\n\t_ \"example.com/cc/not\"\n" +
			"\t_ \"os\"\n\trenamed \"example.com/c/renamed\"\n)\n\nvar _ = renamed.X\n",
		"modules/sub/go.mod": "module example.com/c/sub\n", "modules/sub/deep/d.go": "package deep\n", "sub/deep/d.go": "package deep\n",
		"renamed/r.go": "package r\n\nimport _ \"example.com/c/renamed/in\"\n", "renamed/in/in.go": "package in\n\nimport _ \"example.com/c/renamed\"\n", "not/n.go": "package n\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	// The root's own package is imported, so that all of the root is copied.
	if f := dockerfile.Parse([]byte(text)).Taken(nil); !f.All {
		t.Errorf("taken: %+v", f)
	}
	text, err = render(t, "go", map[string]string{
		"go.mod":           "module example.com/c\n\ngo 1.24\n",
		"source-x/main.go": program + "\nimport _ \"example.com/c/a\"\n",
		"a/a.go":           "package a\n\nimport _ \"example.com/c/b\"\n", "b/b.go": "package b\n\nimport _ \"example.com/c/a\"\n", // a circle ends
		"b/b_windows.go": "package b\n\nimport _ \"example.com/c/w\"\n", "w/w.go": "package w\n", // files of every platform count
		"a/a_test.go": "package a\n\nimport _ \"example.com/c/t\"\n", "t/t.go": "package t\n", // tests do not
	})
	if got := taken(text); err != nil || got != "a b build-ca.cr[t] go.mod go.su[m] source-x w" {
		t.Errorf("got %q, %v", got, err)
	}
}
