package inputs_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/inputs"
)

// The walk leaves out folders without looking into them, and sees each file with
// what was said of the folders above it. Whatever it finds must be what the
// rules say of each file by itself.
func TestRandomRules(t *testing.T) {
	t.Parallel()
	all := map[string]string{
		"a/b/c.go": "", "a/b/d.md": "", "a/c.go": "", "b/a/c.go": "", "b/.x": "", "c.go": "", "d.md": "", "x y/ü.md": "", "a/[x].go": "", "a/b/a/b/c.go": "", "!n": "", "#h": "",
	}
	root := testkit.Tree(t, all)
	words := []string{
		"*", "**", "a", "/a", "a/", "a/b", "*/b", "**/b", "a/**", "**/*.go", "*.go", "*.md", "**/c.go", "a/*/a", "?", "b/.x", ".", "./a", "a/../b", "x y", "x*", "**/ü.md", "a/[[]x].go", "[ab]", "a/b/**/c.go", "# c", "", "  ", "\\#h", "\\!n", "nope",
	}
	for n := range uint64(400) {
		r := rand.New(rand.NewPCG(n, 5))
		var lines []string
		for range 1 + r.IntN(6) {
			line := words[r.IntN(len(words))]
			if r.IntN(3) == 0 && strings.TrimSpace(line) != "" && line[0] != '#' {
				line = "!" + line
			}
			lines = append(lines, line+[]string{"", "", " ", "\r"}[r.IntN(4)])
		}
		text := strings.Join(lines, "\n")
		if n%7 == 0 {
			text = "\ufeff" + text
		}
		testkit.Put(t, root, map[string]string{".dockerignore": text})
		want := byRules(t, root, text)
		c := open(t, root, "")
		if got := paths(t, c, inputs.Want{All: true}); got != want {
			t.Fatalf("%q\ngot  %s\nwant %s", text, got, want)
		}
		for name := range all {
			if taken := strings.Contains(" "+want+" ", " "+name+" "); c.Ignores(name) == taken {
				t.Fatalf("%q: %s: taken is %v, and so is ignored", text, name, taken)
			}
		}
	}
}

// byRules asks the rules for each file.
func byRules(t *testing.T, root, text string) string {
	t.Helper()
	patterns, err := ignorefile.ReadAll(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, file)
		var above patternmatcher.MatchInfo
		for i, char := range name {
			if char == '/' && err == nil {
				_, above, err = rules.MatchesUsingParentResults(name[:i], above)
			}
		}
		out, _, err2 := rules.MatchesUsingParentResults(name, above)
		if !out {
			list = append(list, name)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// A submodule or a nested repository is one path to git: what is asked for in it counts.
func TestBelow(t *testing.T) {
	t.Parallel()
	w := inputs.Want{Paths: []string{"sub/a.go", "lib/*/x", "v*/deep/er/f", "top"}}
	for name, want := range map[string]bool{
		"sub": true, "sub/a.go": false, "su": false, "lib": true, "lib/any": true, "lib/any/x": false, "vendor": true, "vendor/deep": true, "vendor/deep/er": true, "vendor/dee": false, "top": false, "nope": false,
	} {
		if got := w.Below(name); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	w := inputs.Want{Paths: []string{"a/b", "*.go", "odd[name"}}
	for name, want := range map[string]bool{"a/b": true, "a": false, "a/b/c": false, "x.go": true, "d/x.go": false, "odd[name": true, "oddn": false} {
		if got := w.Names(name); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// What is no file, and what cannot be followed, is in no context.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"d/real": "r", "src/own": "o", "outside/x": "x"})
	for link, to := range map[string]string{"src/to-file": "../d/real", "src/dangling": "nope", "src/loop": "loop", "src/up": "../..", "abs": filepath.Join(root, "d"), "rel": "d", "away": os.TempDir()} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		want  []string
		files string
	}{
		{[]string{"src"}, "src/dangling src/loop src/own src/to-file src/up"},
		{[]string{"src/to-file"}, "d/real src/to-file"}, // an engine follows a link that is named
		{[]string{"rel"}, "d/real rel"},
		{[]string{"abs"}, "abs d/real"},
		{[]string{"away"}, "away"},
		{[]string{"src/dangling", "src/loop"}, "src/dangling src/loop"},
		{[]string{"rel/real"}, "rel/real"},
	} {
		files, err := open(t, root, "").Files(t.Context(), inputs.Want{Paths: tt.want})
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, f := range files {
			list = append(list, f.Path)
		}
		if got := strings.Join(list, " "); got != tt.files {
			t.Errorf("%q: got %s, want %s", tt.want, got, tt.files)
		}
	}
}
