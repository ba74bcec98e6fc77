package object_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

func repository(t *testing.T, format string) (*object.Store, string) {
	t.Helper()
	dir := testkit.Tree(t, map[string]string{"a.txt": "a\n", "sub/b.txt": "b\n", "sub/deep/c.txt": "c\n", "sub.x": "x\n", "run.sh": "#!/bin/sh\n"})
	testkit.Git(t, dir, "init", "-q", "-b", "main", "--object-format="+format)
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "update-index", "--chmod=+x", "run.sh")
	testkit.Git(t, dir, "commit", "-qm", "one\n\nbody")
	return object.NewStore(gitcmd.Git{Dir: dir}, format, filepath.Join(dir, ".git")), dir
}

func TestStore(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s, dir := repository(t, format)
			ctx := t.Context()
			root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
			entries, err := s.Tree(ctx, root)
			if err != nil || len(entries) != 4 || entries[1].Name != "run.sh" || entries[1].Mode != object.Executable {
				t.Fatalf("%v, %v", entries, err)
			}
			leaves, err := s.Walk(ctx, "", object.Entry{Mode: object.Folder, ID: root})
			var paths []string
			for _, l := range leaves {
				paths = append(paths, l.Path)
			}
			if got := strings.Join(paths, " "); err != nil || got != "a.txt run.sh sub.x sub/b.txt sub/deep/c.txt" {
				t.Errorf("%s, %v", got, err)
			}
			again, err := s.PutTree(ctx, entries)
			if err != nil || again != root {
				t.Errorf("the same tree is %s, want %s: %v", again, root, err)
			}
			blob, err := s.Put(ctx, object.Blob, []byte("new\n"))
			if err != nil || testkit.Git(t, dir, "cat-file", "-p", blob) != "new" {
				t.Errorf("%s, %v", blob, err)
			}
			none := strings.Repeat("1", len(root))
			missing, err := s.Missing(ctx, root, none, blob, none)
			if err != nil || !slices.Equal(missing, []string{none}) {
				t.Errorf("missing %v, %v", missing, err)
			}
			if lacking, err := s.Lacking(ctx, object.Entry{Mode: object.Folder, ID: root}); err != nil || len(lacking) != 0 {
				t.Errorf("lacking %v, %v", lacking, err)
			}
			found, err := s.Get(ctx, none, blob)
			if err != nil || len(found) != 1 || string(found[blob].Data) != "new\n" {
				t.Errorf("%v, %v", found, err)
			}
			for _, id := range []string{none, blob} {
				if _, err := s.Tree(ctx, id); err == nil {
					t.Errorf("%s is no tree", id)
				}
			}
			testkit.Git(t, dir, "gc", "-q")
			packed := testkit.Git(t, dir, "rev-parse", "HEAD")
			s.Refresh()
			found, err = s.Get(ctx, packed)
			if err != nil {
				t.Fatal(err)
			}
			c, err := object.ParseCommit(found[packed])
			if err != nil || c.Tree != root || c.Subject() != "one" || c.Author.Name != "Ann" || c.Committer.When.Year() != 2026 {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

func TestEditTrees(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	ctx := t.Context()
	root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
	blob := object.Entry{Mode: object.File, ID: testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")}
	for name, tt := range map[string]struct {
		path string
		e    object.Entry
		want string
	}{
		"replace":                   {"sub/b.txt", blob, "a.txt run.sh sub.x sub/b.txt sub/deep/c.txt"},
		"add":                       {"new/er/x", blob, "a.txt new/er/x run.sh sub.x sub/b.txt sub/deep/c.txt"},
		"take away":                 {"sub/b.txt", object.Entry{}, "a.txt run.sh sub.x sub/deep/c.txt"},
		"take away with its folder": {"sub/deep/c.txt", object.Entry{}, "a.txt run.sh sub.x sub/b.txt"},
		"take away what is not":     {"no/thing", object.Entry{}, "a.txt run.sh sub.x sub/b.txt sub/deep/c.txt"},
		"below a file":              {"a.txt/x", object.Entry{}, "a.txt run.sh sub.x sub/b.txt sub/deep/c.txt"},
		"file over a folder":        {"sub", blob, "a.txt run.sh sub sub.x"},
		"folder over a file":        {"a.txt/x", blob, "a.txt/x run.sh sub.x sub/b.txt sub/deep/c.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := s.Set(ctx, root, tt.path, tt.e)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(testkit.Git(t, dir, "ls-tree", "-r", "--name-only", id)), " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			testkit.Git(t, dir, "fsck", "--strict")
			at, err := s.At(ctx, id, tt.path)
			if err != nil || at.ID != tt.e.ID {
				t.Errorf("at %s is %v, %v", tt.path, at, err)
			}
		})
	}
	only, err := s.Filter(ctx, root, "", func(p string, _ object.Entry) bool { return !strings.HasSuffix(p, "c.txt") })
	if got := testkit.Git(t, dir, "ls-tree", "-r", "--name-only", only); err != nil || got != "sub/deep/c.txt" {
		t.Errorf("%s, %v", got, err)
	}
	if none, err := s.Filter(ctx, root, "", func(string, object.Entry) bool { return true }); err != nil || none != "" {
		t.Errorf("%q, %v", none, err)
	}
}

func TestParseOddCommits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ author, want string }{
		"plain":          {"Ann Ex <ann@example.com> 1700000000 +0130", "Ann Ex <ann@example.com> 1700000000 +0130"},
		"no mail":        {"Ann <> 1700000000 -0800", "Ann <> 1700000000 -0800"},
		"no name":        {"<ann@example.com> 1 +0000", "unknown <ann@example.com> 1 +0000"},
		"no date":        {"Ann <a@b>", "Ann <a@b> 0 +0000"},
		"a strange date": {"Ann <a@b> 99999999999999999999 +0000", "Ann <a@b> 0 +0000"},
		"before 1970":    {"Ann <a@b> -5 +0000", "Ann <a@b> 0 +0000"},
		"Latin-1":        {"J\xf6rg <j@b> 5 +0000", "Jörg <j@b> 5 +0000"},
		"brackets":       {"A <B> C <a@b> 5 +0000", "A <B> 5 +0000"},
		"nothing":        {"", "unknown <> 0 +0000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := object.ParseCommit(object.Object{ID: "x", Kind: object.Commit, Data: []byte("tree abc\nauthor " + tt.author + "\ncommitter X <x@y> 1 +0000\n\nhi\n")})
			if err != nil || c.Author.String() != tt.want {
				t.Errorf("got %q, want %q, %v", c.Author.String(), tt.want, err)
			}
		})
	}
	if _, err := object.ParseCommit(object.Object{Kind: object.Blob, Data: []byte("tree x\n\n")}); err == nil {
		t.Error("a blob is no commit")
	}
}

// What is written is read again, and what is read never panics.
func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x00aaaaaaaaaaaaaaaaaaaa40000 b\x00bbbbbbbbbbbbbbbbbbbb"))
	f.Add([]byte("100775 x\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := object.ParseTree(data, 40)
		if err != nil {
			return
		}
		again, err := object.ParseTree(object.EncodeTree(entries), 40)
		if err != nil || len(again) != len(entries) {
			t.Errorf("%v became %v, %v", entries, again, err)
		}
	})
}
