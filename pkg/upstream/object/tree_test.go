package object_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// raw spells a tree byte by byte: pairs of "mode name" and the first digit of an object name.
func raw(hashLen int, entries ...string) []byte {
	var b bytes.Buffer
	for i := 0; i < len(entries); i += 2 {
		id, _ := hex.DecodeString(strings.Repeat(entries[i+1], hashLen))
		b.WriteString(entries[i] + "\x00")
		b.Write(id)
	}
	return b.Bytes()
}

// Old repositories hold modes that git writes no more; it reads them by these rules.
func TestModes(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]object.Mode{
		"100644": object.File, "100664": object.File, "100600": object.File, "100666": object.File, "100444": object.File, "100000": object.File, "100611": object.File,
		"100755": object.Executable, "100775": object.Executable, "100777": object.Executable, "100700": object.Executable, "100100": object.Executable, "100555": object.Executable,
		"40000": object.Folder, "040000": object.Folder, "40755": object.Folder, "0040000": object.Folder, "120000": object.Symlink, "120777": object.Symlink, "160000": object.Submodule,
	} {
		got, err := object.ParseTree(raw(40, mode+" x", "a"), 40)
		if err != nil || len(got) != 1 || got[0].Mode != want || got[0].Name != "x" || got[0].ID != strings.Repeat("a", 40) {
			t.Errorf("%s: got %+v, %v, want %s", mode, got, err, want)
		}
	}
}

// git itself reads the same out of a tree with an old mode.
func TestModesAreThoseOfGit(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	blob := testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")
	id, _ := hex.DecodeString(blob)
	var b bytes.Buffer
	for i, mode := range []string{"100600", "100664", "100711", "100775", "100444"} {
		fmt.Fprintf(&b, "%s f%d\x00%s", mode, i, id)
	}
	tree, err := s.Put(t.Context(), object.Tree, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.Tree(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Git(t, dir, "read-tree", tree) // into the index, where only git's own modes are
	for i, line := range strings.Split(testkit.Git(t, dir, "ls-files", "-s"), "\n") {
		if mode := strings.Fields(line)[0]; string(entries[i].Mode) != mode {
			t.Errorf("%s: git reads %s, got %s", entries[i].Name, mode, entries[i].Mode)
		}
	}
}

func TestBrokenTrees(t *testing.T) {
	t.Parallel()
	good := raw(40, "100644 a", "a", "40000 b", "b")
	for name, data := range map[string][]byte{
		"no end of the name": []byte("100644 a"), "no name": raw(40, "100644 ", "a"), "no mode": raw(40, " a", "a"), "no blank": raw(40, "100644", "a"), "no octal number": raw(40, "100648 a", "a"),
		"letters": raw(40, "file a", "a"), "negative": raw(40, "-40000 a", "a"), "a name cut off": good[:len(good)-1], "a name of nothing": good[:len(good)-20], "junk behind": append(slices.Clone(good), 'x'),
		"a number that is too large": raw(40, "77777777777777 a", "a"), "a name of the other kind": raw(64, "100644 a", "a")[:len("100644 a\x00")+19], "only a zero": {0}, "only a blank": {' '},
	} {
		if got, err := object.ParseTree(data, 40); !errors.Is(err, object.ErrNotTree) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, err := object.ParseTree(nil, 40); err != nil || len(got) != 0 {
		t.Errorf("an empty tree: %v, %v", got, err)
	}
	if got, err := object.ParseTree(raw(64, "100644 a", "a"), 64); err != nil || len(got[0].ID) != 64 {
		t.Errorf("long names: %v, %v", got, err)
	}
}

// Names are bytes: blanks, quotes and line breaks, letters of no encoding, and
// two that look alike or differ by case alone, are as many names.
func TestOddNames(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		s, dir := repository(t, format)
		blob := testkit.Git(t, dir, "rev-parse", "HEAD:a.txt")
		names := []string{"a b", "A B", "größe", "gro\u0308\u00dfe", "caf\xe9", "tab\tand\nline", "\"quoted\"", "\\", "-x", "file", "File", "FILE", "$HOME", "#", "\x01", "\U0001F600", "z.", "a:b", strings.Repeat("n", 255)}
		var entries []object.Entry
		for _, n := range names {
			entries = append(entries, object.Entry{Name: n, Mode: object.File, ID: blob})
		}
		tree, err := s.PutTree(t.Context(), entries)
		if err != nil {
			t.Fatal(err)
		}
		leaves, err := s.Walk(t.Context(), "", object.Entry{Mode: object.Folder, ID: tree})
		if err != nil || len(leaves) != len(names) {
			t.Fatalf("%d leaves, %v", len(leaves), err)
		}
		if git := testkit.GitBytes(t, dir+"/.git", "ls-tree", "-z", "--name-only", tree); git != paths(leaves, "\x00")+"\x00" {
			t.Errorf("git reads %q", git)
		}
		for _, n := range names {
			if e, err := s.At(t.Context(), tree, n); err != nil || e.Name != n || e.ID != blob {
				t.Errorf("%q: %+v, %v", n, e, err)
			}
			without, err := s.Set(t.Context(), tree, n, object.Entry{})
			if err != nil {
				t.Fatal(err)
			}
			if left, err := s.Tree(t.Context(), without); err != nil || len(left) != len(names)-1 || slices.ContainsFunc(left, func(e object.Entry) bool { return e.Name == n }) {
				t.Errorf("%q: another name went along: %d, %v", n, len(left), err)
			}
		}
	}
}

func paths(leaves []object.Leaf, between string) string {
	var list []string
	for _, l := range leaves {
		list = append(list, l.Path)
	}
	return strings.Join(list, between)
}

// A folder is sorted as if a slash stood behind its name, as git wants it.
func TestOrderOfATree(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	blob, folder := testkit.Git(t, dir, "rev-parse", "HEAD:a.txt"), testkit.Git(t, dir, "rev-parse", "HEAD:sub")
	entries := []object.Entry{{Name: "a", Mode: object.Folder, ID: folder}, {Name: "a-b", Mode: object.File, ID: blob}, {Name: "a.b", Mode: object.File, ID: blob}, {Name: "a0", Mode: object.File, ID: blob},
		{Name: "ab", Mode: object.Symlink, ID: blob}, {Name: "b", Mode: object.Submodule, ID: strings.Repeat("1", 40)}, {Name: "b-", Mode: object.Executable, ID: blob}, {Name: "b.x", Mode: object.Folder, ID: folder}}
	want := object.EncodeTree(entries)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		before := slices.Clone(entries)
		if got := object.EncodeTree(entries); !bytes.Equal(got, want) {
			t.Errorf("another order gives another tree: %q", got)
		}
		if !slices.Equal(before, entries) {
			t.Error("the entries that were given are sorted")
		}
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	}
	id, err := s.Put(t.Context(), object.Tree, want)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(testkit.Git(t, dir, "ls-tree", "--name-only", id)), " "); got != "a-b a.b a a0 ab b b- b.x" {
		t.Errorf("git reads %q", got)
	}
	testkit.Git(t, dir, "fsck", "--strict", "--no-dangling")
}

// Trees of random names and modes are read as they were written.
func TestTreesRoundTrip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	modes := []object.Mode{object.File, object.Executable, object.Symlink, object.Folder, object.Submodule}
	for _, hashLen := range []int{40, 64} {
		for range 300 {
			seen := map[string]bool{}
			var entries []object.Entry
			for range random.IntN(12) {
				name := make([]byte, 1+random.IntN(6))
				for i := range name {
					name[i] = byte(1 + random.IntN(255)) // all but the zero, and no slash
				}
				n := strings.ReplaceAll(string(name), "/", "_")
				if seen[n] {
					continue
				}
				seen[n] = true
				entries = append(entries, object.Entry{Name: n, Mode: modes[random.IntN(len(modes))], ID: fmt.Sprintf("%0*x", hashLen, random.Uint64())})
			}
			data := object.EncodeTree(entries)
			got, err := object.ParseTree(data, hashLen)
			if err != nil || len(got) != len(entries) || !bytes.Equal(object.EncodeTree(got), data) {
				t.Fatalf("%q: %v, %v", data, got, err)
			}
			for _, e := range entries {
				if !slices.Contains(got, e) {
					t.Fatalf("%+v is not in %+v", e, got)
				}
			}
		}
	}
}
