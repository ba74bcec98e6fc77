package object_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// model is a tree as a map: contents by path.
type model map[string]string

func (m model) set(p, blob string) {
	for other := range m {
		if other == p || strings.HasPrefix(other, p+"/") || blob != "" && strings.HasPrefix(p, other+"/") {
			delete(m, other) // a file takes the place of a folder, and the other way round
		}
	}
	if blob != "" {
		m[p] = blob
	}
}

func (m model) String() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%.4s ", p, m[p])
	}
	return b.String()
}

// read walks a tree; "" is one without a file.
func read(ctx context.Context, tb testing.TB, s *object.Store, tree string) model {
	tb.Helper()
	m := model{}
	if tree == "" {
		return m
	}
	leaves, err := s.Walk(ctx, "", object.Entry{Mode: object.Folder, ID: tree})
	if err != nil {
		tb.Fatal(err)
	}
	for _, l := range leaves {
		m[l.Path] = l.ID
	}
	return m
}

// Whatever is put in and taken away in whatever order, the tree holds what a map
// would, equal contents make equal trees, and no empty folder is left.
func TestEditsAreThoseOfAMap(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	blobs := []string{testkit.Git(t, dir, "rev-parse", "HEAD:a.txt"), testkit.Git(t, dir, "rev-parse", "HEAD:sub/b.txt"), ""}
	names := []string{"a", "b", "a.x", "a-x"}
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 3))
		tree, want := "", model{}
		trees := map[string]string{}
		for range 60 {
			var p []string
			for range 1 + random.IntN(3) {
				p = append(p, names[random.IntN(len(names))])
			}
			at, blob := strings.Join(p, "/"), blobs[random.IntN(len(blobs))]
			e := object.Entry{ID: blob}
			if blob != "" {
				e.Mode = object.File
			}
			before := tree
			var err error
			if tree, err = s.Set(t.Context(), tree, at, e); err != nil {
				t.Fatal(err)
			}
			want.set(at, blob)
			if got := read(t.Context(), t, s, tree); got.String() != want.String() {
				t.Fatalf("seed %d: %s=%s of %s gives\n%s, want\n%s", seed, at, blob, before, got, want)
			}
			if other, ok := trees[want.String()]; ok && other != tree {
				t.Fatalf("seed %d: %s is %s and %s", seed, want, other, tree)
			}
			trees[want.String()] = tree
		}
	}
	testkit.Git(t, dir, "fsck", "--strict", "--no-dangling")
}

func TestAt(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
	for p, want := range map[string]object.Mode{"a.txt": object.File, "sub": object.Folder, "sub/b.txt": object.File, "sub/deep": object.Folder, "run.sh": object.Executable} {
		if e, err := s.At(t.Context(), root, p); err != nil || e.Mode != want || e.ID != testkit.Git(t, dir, "rev-parse", "HEAD:"+p) {
			t.Errorf("%s: %+v, %v", p, e, err)
		}
	}
	for _, p := range []string{"A.txt", "a.txt/x", "sub/", "/sub", "", "sub//b.txt", "no/such", "su", "sub.x/y"} {
		if e, err := s.At(t.Context(), root, p); err != nil || !e.IsZero() {
			t.Errorf("%q: %+v, %v", p, e, err)
		}
	}
	if e, err := s.At(t.Context(), "", "a"); err != nil || !e.IsZero() {
		t.Errorf("of no tree: %+v, %v", e, err)
	}
	if _, err := s.At(t.Context(), strings.Repeat("1", 40), "a"); err == nil || err.Error() != "reading tree "+strings.Repeat("1", 40)+": it is not there" {
		t.Errorf("%v", err)
	}
}

// What is left out goes with the folders that it leaves empty; a tree of which
// nothing goes is the same tree, and is not written again.
func TestFilter(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	root := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
	module := object.Entry{Mode: object.Submodule, ID: strings.Repeat("2", 40)}
	with := root
	for _, p := range []string{"vendor/module", "sub/module", "sub/deep/er/module"} {
		var err error
		if with, err = s.Set(t.Context(), with, p, module); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Filter(t.Context(), with, "", func(_ string, e object.Entry) bool { return e.Mode == object.Submodule })
	if err != nil || got != root {
		t.Errorf("without submodules: %s, want %s, %v", got, root, err)
	}
	for _, want := range []string{root, with} {
		var asked []string
		same, err := s.Filter(t.Context(), want, "at/", func(p string, _ object.Entry) bool { asked = append(asked, p); return false })
		if err != nil || same != want || !slices.Contains(asked, "at/sub/deep/c.txt") || slices.Contains(asked, "at/sub") {
			t.Errorf("nothing left out: %s, want %s, asked for %q, %v", same, want, asked, err)
		}
	}
	one, err := s.Filter(t.Context(), with, "", func(p string, _ object.Entry) bool { return p != "sub/deep/er/module" })
	if got := read(t.Context(), t, s, one); err != nil || len(got) != 1 || got["sub/deep/er/module"] != module.ID {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := s.Filter(t.Context(), strings.Repeat("1", 40), "", nil); err == nil {
		t.Error("a tree that is not there is no error")
	}
}

// What keeps an edit from being made is passed on, and gives no tree.
func TestEditsOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	none := strings.Repeat("1", 40)
	blob := object.Entry{Mode: object.File, ID: testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")}
	broken, err := s.Set(t.Context(), "", "x/y", object.Entry{Mode: object.Folder, ID: none})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() (string, error){
		"of no tree":    func() (string, error) { return s.Set(t.Context(), none, "a", blob) },
		"below no tree": func() (string, error) { return s.Set(t.Context(), broken, "x/y/z", blob) },
		"of a file":     func() (string, error) { return s.Set(t.Context(), blob.ID, "a", blob) },
		"filter": func() (string, error) {
			return s.Filter(t.Context(), broken, "", func(string, object.Entry) bool { return false })
		},
		"walk": func() (string, error) {
			_, err := s.Walk(t.Context(), "", object.Entry{Mode: object.Folder, ID: broken})
			return "", err
		},
		"at, on the way": func() (string, error) { e, err := s.At(t.Context(), broken, "x/y/z"); return e.ID, err },
	} {
		if id, err := f(); err == nil || id != "" {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
	if leaves, err := s.Walk(t.Context(), "p", object.Entry{}); err != nil || leaves != nil {
		t.Errorf("nothing: %v, %v", leaves, err)
	}
	if leaves, err := s.Walk(t.Context(), "p/q", blob); err != nil || len(leaves) != 1 || leaves[0].Path != "p/q" {
		t.Errorf("a file: %v, %v", leaves, err)
	}
}
