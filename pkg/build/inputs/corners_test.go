package inputs_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/inputs"
)

// What connkit puts into a context wins over a file of its name: engines take the last
// of two.
func TestWhatIsPutInWins(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"build-ca.crt": "of the repository", "Dockerfile.connkit": "not ours", "a": "a"})
	c := open(t, root, "")
	files, err := c.Files(t.Context(), inputs.Want{All: true})
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for range 5 {
		var b bytes.Buffer
		if err := c.Archive(t.Context(), &b, files, map[string][]byte{"build-ca.crt": []byte("given"), "Dockerfile.connkit": []byte("FROM scratch"), "a": nil}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Fatal("the same files give another tar")
		}
		var got []string
		for r := tar.NewReader(bytes.NewReader(b.Bytes())); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(r)
			got = append(got, h.Name+"="+string(text))
		}
		if text := strings.Join(got, " "); text != "Dockerfile.connkit=FROM scratch build-ca.crt=given a=a" {
			t.Fatalf("got %s", text)
		}
	}
}

// The corners of .dockerignore, as docker's documentation has them.
func TestCornersOfDockerignore(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.md": "", "b.go": "", "d/a.md": "", "d/b.go": "", "d/e/a.md": "", "#x": "", "!y": "", "with blank": "", "ü.md": ""}
	const all = "!y #x a.md b.go d/a.md d/b.go d/e/a.md ü.md"
	for _, tt := range []struct{ name, ignore, left string }{
		{"empty", "", all},
		{"comments and empty lines", "# a.md\n\n   \n#\n", all},
		{"a star crosses no folder", "*.md\n", "!y #x b.go d/a.md d/b.go d/e/a.md"},
		{"two stars do", "**/*.md\n", "!y #x b.go d/b.go"},
		{"two stars stand for no folder too", "**/a.md\n", "!y #x b.go d/b.go ü.md"},
		{"a folder and all in it", "d\n", "!y #x a.md b.go ü.md"},
		{"a slash at the end", "d/\n", "!y #x a.md b.go ü.md"},
		{"a slash before it", "/d\n", "!y #x a.md b.go ü.md"},
		{"a dot before it", "./d\n", "!y #x a.md b.go ü.md"},
		{"a way around", "d/../b.go\n", "!y #x a.md d/a.md d/b.go d/e/a.md ü.md"},
		{"a question mark", "?.md\n", "!y #x b.go d/a.md d/b.go d/e/a.md"},
		{"a class", "[a-b].*\n", "!y #x d/a.md d/b.go d/e/a.md ü.md"},
		{"an escaped sign", "\\#x\n\\!y\n", "a.md b.go d/a.md d/b.go d/e/a.md ü.md"},
		{"blanks around", "  a.md  \n", "!y #x b.go d/a.md d/b.go d/e/a.md ü.md"},
		{"CRLF", "a.md\r\nd\r\n", "!y #x b.go ü.md"},
		{"a BOM", "\ufeffa.md\n", "!y #x b.go d/a.md d/b.go d/e/a.md ü.md"},
		{"no newline at the end", "a.md", "!y #x b.go d/a.md d/b.go d/e/a.md ü.md"},
		{"the later of two wins", "d\n!d/a.md\n", "!y #x a.md b.go d/a.md ü.md"},
		{"and is lost when a later one is of all", "!d/a.md\nd\n", "!y #x a.md b.go ü.md"},
		{"all but one", "*\n!b.go\n", "b.go"},
		{"all but a folder", "**\n!d/e\n", "d/e/a.md"},
		{"everything", "*\n", ""},
		{"small letters are others", "A.MD\n", all},
	} {
		root := testkit.Tree(t, files)
		testkit.Put(t, root, map[string]string{".dockerignore": tt.ignore})
		want := inputs.Want{All: true, Skip: func(p string) bool { return p == ".dockerignore" || p == "with blank" }}
		c := open(t, root, "")
		if got := paths(t, c, want); got != tt.left {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.left)
		}
		for name := range files { // asked one by one it says the same
			if left := strings.Contains(" "+tt.left+" ", " "+name+" "); name != "with blank" && c.Ignores(name) == left {
				t.Errorf("%s: %q is left out: %v", tt.name, name, !left)
			}
		}
	}
}

func TestIgnoreFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a pattern that is none": {".dockerignore": "ok\na[\n"},
		"a bare sign":            {".dockerignore": "!\n"},
	} {
		root := testkit.Tree(t, files)
		if _, err := inputs.Open(root, ""); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), filepath.Join(root, ".dockerignore")+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	root := testkit.Tree(t, map[string]string{".dockerignore/": ""})
	if _, err := inputs.Open(root, ""); err == nil {
		t.Error("a folder is read")
	}
}

// Connectors share folders: what was summed up once is not read again.
func TestSumsAreShared(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"lib/a": "one", "b": "two"})
	first, second := open(t, root, ""), open(t, root, "")
	files, err := first.Files(t.Context(), inputs.Want{All: true})
	if err != nil {
		t.Fatal(err)
	}
	want, err := first.Digest(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	second.Share(first)
	if err := os.WriteFile(filepath.Join(root, "b"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := second.Digest(t.Context(), files); err != nil || got != want {
		t.Errorf("it was read again: %v", err)
	}
	if got, err := open(t, root, "").Digest(t.Context(), files); err != nil || got == want {
		t.Errorf("a context of its own does not read: %v", err)
	}
	if _, err := open(t, root, "").Digest(t.Context(), append(files, inputs.File{Path: "gone"})); err == nil || !strings.HasPrefix(err.Error(), "reading the context: ") {
		t.Errorf("a file that has gone: %v", err)
	}
}
