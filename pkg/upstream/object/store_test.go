package object_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Several repositories are one store: what is in any of them is found, by go-git
// or by git, and what is written goes to the first.
func TestStoreOfSeveral(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		_, one := repository(t, format)
		_, two := repository(t, format)
		testkit.Put(t, two, map[string]string{"only-here.txt": "two\n"})
		testkit.Git(t, two, "add", "-A")
		testkit.Git(t, two, "commit", "-qm", "two")
		there := testkit.Git(t, two, "rev-parse", "HEAD:only-here.txt")
		git := gitcmd.Git{Dir: one}
		s := object.NewStore(git, format, filepath.Join(one, ".git"))
		if missing, err := s.Missing(t.Context(), there); err != nil || len(missing) != 1 {
			t.Errorf("%s: it is there already: %v, %v", format, missing, err)
		}
		if format == "sha256" { // that only git reads
			git = git.With("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(two, ".git", "objects"))
			s = object.NewStore(git, format, filepath.Join(one, ".git"))
		}
		s.Add(filepath.Join(two, ".git"))
		if missing, err := s.Missing(t.Context(), there); err != nil || len(missing) != 0 {
			t.Errorf("%s: missing %v, %v", format, missing, err)
		}
		if found, err := s.Get(t.Context(), there); err != nil || string(found[there].Data) != "two\n" || found[there].Kind != object.Blob {
			t.Errorf("%s: %v, %v", format, found, err)
		}
		id, err := s.Put(t.Context(), object.Blob, []byte("written\n"))
		if err != nil || testkit.Git(t, one, "cat-file", "-t", id) != "blob" {
			t.Errorf("%s: %v", format, err)
		}
		if _, err := os.Stat(filepath.Join(two, ".git", "objects", id[:2], id[2:])); err == nil {
			t.Errorf("%s: it was written to the second", format)
		}
		s.Close()
		if found, err := s.Get(t.Context(), id, there); err != nil || len(found) != 2 {
			t.Errorf("%s: after closing: %v, %v", format, found, err)
		}
	}
}

// What git packs meanwhile is seen after a refresh.
func TestStoreSeesNewPacks(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	head := testkit.Git(t, dir, "rev-parse", "HEAD")
	if _, err := s.Get(t.Context(), head); err != nil { // opens what is there
		t.Fatal(err)
	}
	testkit.Put(t, dir, map[string]string{"later.txt": "later\n"})
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "commit", "-qm", "later")
	later := testkit.Git(t, dir, "rev-parse", "HEAD:later.txt")
	testkit.Git(t, dir, "repack", "-adq")
	testkit.Git(t, dir, "prune-packed", "-q")
	s.Refresh()
	if missing, err := s.Missing(t.Context(), later); err != nil || len(missing) != 0 {
		t.Errorf("missing %v, %v", missing, err)
	}
}

// Trees and commits are remembered, files, which may be large, are not.
func TestStoreRemembers(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	ids := strings.Fields(testkit.Git(t, dir, "rev-parse", "HEAD", "HEAD^{tree}", "HEAD:a.txt"))
	if found, err := s.Get(t.Context(), ids...); err != nil || len(found) != 3 {
		t.Fatalf("%v, %v", found, err)
	}
	if _, err := s.Tree(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".git", "objects")); err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, dir, map[string]string{".git/objects/": ""})
	s.Refresh()
	if found, err := s.Get(t.Context(), ids...); err != nil || len(found) != 2 || found[ids[0]].Kind != object.Commit || found[ids[1]].Kind != object.Tree {
		t.Errorf("%v, %v", found, err)
	}
	if missing, err := s.Missing(t.Context(), ids...); err != nil || !slices.Equal(missing, ids[2:]) {
		t.Errorf("missing %v, %v", missing, err)
	}
	if list, err := s.Tree(t.Context(), ids[1]); err != nil || len(list) != 4 {
		t.Errorf("%v, %v", list, err)
	}
	s.Know(object.Object{ID: ids[2], Kind: object.Blob, Data: []byte("told\n")}, object.Object{ID: "none"})
	if found, err := s.Get(t.Context(), ids[2]); err != nil || string(found[ids[2]].Data) != "told\n" {
		t.Errorf("%v, %v", found, err)
	}
	if missing, err := s.Missing(t.Context(), ids[2], strings.Repeat("3", 40)); err != nil || len(missing) != 1 {
		t.Errorf("missing %v, %v", missing, err)
	}
}

// What lacks of a folder is told by what can be asked for: of a tree that is not
// there its own name, of one that is there what lacks below it.
func TestLacking(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		s, dir := repository(t, format)
		digits := len(testkit.Git(t, dir, "rev-parse", "HEAD"))
		root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
		noTree, noFile := strings.Repeat("1", digits), strings.Repeat("2", digits)
		for p, e := range map[string]object.Entry{
			"sub/gone": {Mode: object.Folder, ID: noTree}, "sub/deep/gone.txt": {Mode: object.File, ID: noFile}, "link": {Mode: object.Symlink, ID: noFile},
			"module": {Mode: object.Submodule, ID: strings.Repeat("3", digits)},
		} {
			var err error
			if root, err = s.Set(t.Context(), root, p, e); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Lacking(t.Context(), object.Entry{Mode: object.Folder, ID: root})
		slices.Sort(got)
		if got = slices.Compact(got); err != nil || !slices.Equal(got, []string{noTree, noFile}) {
			t.Errorf("%s: %v, %v", format, got, err)
		}
		for name, tt := range map[string]struct {
			e    object.Entry
			want int
		}{
			"a tree that is not there": {object.Entry{Mode: object.Folder, ID: noTree}, 1}, "a file that is not there": {object.Entry{Mode: object.File, ID: noFile}, 1},
			"a whole folder": {object.Entry{Mode: object.Folder, ID: testkit.Git(t, dir, "rev-parse", "HEAD:sub")}, 0}, "a file": {object.Entry{Mode: object.File, ID: testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")}, 0},
		} {
			if got, err := s.Lacking(t.Context(), tt.e); err != nil || len(got) != tt.want {
				t.Errorf("%s, %s: %v, %v", format, name, got, err)
			}
		}
	}
}

// The kinds of objects are told, and an object of another kind is no tree and no commit.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		s, dir := repository(t, format)
		testkit.Git(t, dir, "tag", "-am", "a tag", "v1")
		for revision, kind := range map[string]string{"HEAD": object.Commit, "HEAD^{tree}": object.Tree, "HEAD:a.txt": object.Blob, "v1": object.Tag} {
			id := testkit.Git(t, dir, "rev-parse", revision)
			found, err := s.Get(t.Context(), id)
			if err != nil || found[id].Kind != kind || found[id].ID != id {
				t.Errorf("%s %s: %+v, %v", format, revision, found, err)
			}
			if _, err := s.Tree(t.Context(), id); (err == nil) != (kind == object.Tree) || err != nil && err.Error() != "reading tree "+id+": it is a "+kind {
				t.Errorf("%s %s as a tree: %v", format, revision, err)
			}
			if _, err := object.ParseCommit(found[id]); (err == nil) != (kind == object.Commit) || err != nil && err.Error() != "reading commit "+id+": it is none" {
				t.Errorf("%s %s as a commit: %v", format, revision, err)
			}
		}
		if _, err := s.Put(t.Context(), "nonsense", []byte("x")); err == nil || !strings.HasPrefix(err.Error(), "writing a nonsense: ") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// git reads what revisions name in their order, whatever stands in the paths.
func TestBatch(t *testing.T) {
	t.Parallel()
	_, dir := repository(t, "sha1")
	testkit.Put(t, dir, map[string]string{"line\nbreak": "odd\n", "empty": "", "x missing": "m\n", "lookalike": strings.Repeat("1", 40) + " blob 3\nabc\n"})
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "commit", "-qm", "odd")
	git := gitcmd.Git{Dir: dir}
	none := strings.Repeat("1", 40)
	revs := []string{"HEAD:line\nbreak", "HEAD:no such", "HEAD:empty", none, "HEAD:x missing", "HEAD:lookalike", "HEAD", "nope", "HEAD:a.txt", "HEAD:line\nbreak"}
	want := []string{"odd\n", "-", "", "-", "m\n", none + " blob 3\nabc\n", "tree", "-", "a\n", "odd\n"}
	list, err := object.Batch(t.Context(), git, revs...)
	if err != nil || len(list) != len(want) {
		t.Fatalf("%v, %v", list, err)
	}
	for i, o := range list {
		switch {
		case want[i] == "-":
			if o.Kind != "" || o.ID != "" || o.Data != nil {
				t.Errorf("%q: %+v", revs[i], o)
			}
		case want[i] == "tree":
			if o.Kind != object.Commit {
				t.Errorf("%q: %+v", revs[i], o)
			}
		case o.Kind != object.Blob || string(o.Data) != want[i]:
			t.Errorf("%q: %q, want %q", revs[i], o.Data, want[i])
		}
	}
	if list, err := object.Batch(t.Context(), git); err != nil || list != nil {
		t.Errorf("nothing: %v, %v", list, err)
	}
	short := testkit.Git(t, dir, "rev-parse", "HEAD")[:1]
	if list, err := object.Batch(t.Context(), git, short, "HEAD:a.txt"); err != nil || list[0].Kind != "" || string(list[1].Data) != "a\n" {
		t.Errorf("a digit is no name: %v, %v", list, err)
	}
	if _, err := object.Batch(t.Context(), gitcmd.Git{Dir: t.TempDir()}, "HEAD"); err == nil || !strings.HasPrefix(err.Error(), "reading objects: git: ") {
		t.Errorf("no repository: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := object.Batch(cancelled, git, "HEAD"); err == nil {
		t.Error("an interrupt is no error")
	}
}

// A broken repository is an error that names the object, no panic and no other object.
func TestBrokenObjects(t *testing.T) {
	t.Parallel()
	_, dir := repository(t, "sha1")
	id := testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")
	file := filepath.Join(dir, ".git", "objects", id[:2], id[2:])
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"empty": "", "junk": "no zlib at all", "cut": "x\x9c"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := object.NewStore(gitcmd.Git{Dir: dir}, "sha1", filepath.Join(dir, ".git"))
		if found, err := s.Get(t.Context(), id); err == nil && len(found) > 0 {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}

// Objects with the filters and pointers of Git LFS are read as they are stored.
func TestFiltersDoNotMatter(t *testing.T) {
	t.Parallel()
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("a", 64) + "\nsize 12345\n"
	for _, format := range []string{"sha1", "sha256"} {
		s, dir := repository(t, format)
		testkit.Git(t, dir, "config", "filter.lfs.clean", "false")
		testkit.Git(t, dir, "config", "filter.lfs.smudge", "echo smudged; exit 1")
		testkit.Git(t, dir, "config", "core.autocrlf", "true")
		testkit.Git(t, dir, "config", "core.precomposeUnicode", "true")
		files := map[string]string{".gitattributes": "*.bin filter=lfs -text\n*.txt eol=crlf ident\n", "x.bin": pointer, "x.txt": "$Id$\r\nline\r\n"}
		tree := ""
		for p, text := range files {
			id, err := s.Put(t.Context(), object.Blob, []byte(text))
			if err == nil {
				tree, err = s.Set(t.Context(), tree, p, object.Entry{Mode: object.File, ID: id})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		leaves, err := s.Walk(t.Context(), "", object.Entry{Mode: object.Folder, ID: tree})
		if err != nil || len(leaves) != len(files) {
			t.Fatalf("%v, %v", leaves, err)
		}
		for _, l := range leaves {
			if found, err := s.Get(t.Context(), l.ID); err != nil || string(found[l.ID].Data) != files[l.Path] {
				t.Errorf("%s %s: %q, %v", format, l.Path, found[l.ID].Data, err)
			}
		}
	}
}

// One store serves several goroutines, as the steps of a plan do not wait for each other.
func TestStoreAtOnce(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			id, err := s.Put(t.Context(), object.Blob, []byte(strings.Repeat("x", i)))
			if err != nil {
				t.Error(err)
			}
			if _, err := s.Set(t.Context(), root, "sub/deep/new", object.Entry{Mode: object.File, ID: id}); err != nil {
				t.Error(err)
			}
			if i%3 == 0 {
				s.Refresh()
			}
			if lacking, err := s.Lacking(t.Context(), object.Entry{Mode: object.Folder, ID: root}); err != nil || len(lacking) > 0 {
				t.Errorf("%v, %v", lacking, err)
			}
		})
	}
	group.Wait()
}
