package object_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

func commitOf(text string) object.Object {
	return object.Object{ID: "id", Kind: object.Commit, Data: []byte(text)}
}

// A commit is read and written as git does, merges, signatures and all.
func TestCommits(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	testkit.Git(t, dir, "checkout", "-q", "-b", "side")
	testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", "side")
	testkit.Git(t, dir, "checkout", "-q", "main")
	testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", "main\n\nwith a body\n\n\nand blank lines")
	testkit.Git(t, dir, "merge", "-q", "--no-ff", "-m", "merged", "side")
	for _, revision := range []string{"HEAD", "HEAD^1", "HEAD^2", "HEAD~2"} {
		id := testkit.Git(t, dir, "rev-parse", revision)
		found, err := s.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		c, err := object.ParseCommit(found[id])
		if err != nil || c.ID != id || c.Tree != testkit.Git(t, dir, "rev-parse", revision+"^{tree}") || c.Subject() != testkit.Git(t, dir, "log", "-1", "--format=%s", revision) {
			t.Errorf("%s: %+v, %v", revision, c, err)
		}
		if got := strings.Join(c.Parents, " "); got != testkit.Git(t, dir, "log", "-1", "--format=%P", revision) {
			t.Errorf("%s: parents %s", revision, got)
		}
		if again, err := s.Put(t.Context(), object.Commit, c.Encode()); err != nil || again != id {
			t.Errorf("%s: written again it is %s, %v", revision, again, err)
		}
	}
	signed := "tree " + strings.Repeat("a", 40) + "\nparent " + strings.Repeat("b", 40) + "\nparent " + strings.Repeat("c", 40) +
		"\nauthor Ann <a@b> 1700000000 +0530\ncommitter Bob <b@c> 1700000001 -0300\nencoding ISO-8859-1\ngpgsig -----BEGIN PGP SIGNATURE-----\n tree nothing\n parent nobody\n author X\n -----END\nmergetag object x\n\ncaf\xe9\n\ntree of life\n"
	c, err := object.ParseCommit(commitOf(signed))
	if err != nil || c.Tree != strings.Repeat("a", 40) || !slices.Equal(c.Parents, []string{strings.Repeat("b", 40), strings.Repeat("c", 40)}) || c.Message != "café\n\ntree of life\n" || c.Author.Name != "Ann" || c.Committer.Name != "Bob" {
		t.Errorf("%+v, %v", c, err)
	}
	if got := c.Author.When.Format(time.RFC3339) + " " + c.Committer.When.Format(time.RFC3339); got != "2023-11-15T03:43:20+05:30 2023-11-14T19:13:21-03:00" {
		t.Errorf("times %s", got)
	}
}

// What odd tools and old versions wrote as a name, a mail and a date.
func TestPersons(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"Ann <a@b> 0 +0000":             "Ann <a@b> 0 +0000",
		"Ann <a@b> 1099511627775 +0000": "Ann <a@b> 1099511627775 +0000", // the last second that is taken
		"Ann <a@b> 1099511627776 +0000": "Ann <a@b> 0 +0000",
		"Ann <a@b> 5":                   "Ann <a@b> 5 +0000",
		"Ann <a@b> 5 +9959":             "Ann <a@b> 5 +9959",
		"Ann <a@b>5 +0000":              "Ann <a@b> 5 +0000",
		"  Ann   Ex  <a@b> 5 +0000":     "Ann   Ex <a@b> 5 +0000",
		"Ann <a@b":                      "Ann a@b <> 0 +0000",
		"Ann":                           "Ann <> 0 +0000",
		"<> 5 +0000":                    "unknown <> 5 +0000",
		"\x00\x1b[31mAnn\x07 <a\n@b> 5 +0000"[1:]: "[31mAnn <a@b> 5 +0000",
		"Größe <ü@b> 5 +0000":                     "Größe <ü@b> 5 +0000",
		"Ann (work) \"A\" <a@b> 5 +0000":          "Ann (work) \"A\" <a@b> 5 +0000",
		"Ann <<a@b>> 5 +0000":                     "Ann <a@b> 5 +0000",
		"李 <a@b> 5 +0800":                         "李 <a@b> 5 +0800",
	} {
		c, err := object.ParseCommit(commitOf("tree x\nauthor " + strings.ReplaceAll(line, "\n", " ") + "\ncommitter X <y> 1 +0000\n\n"))
		if got := strings.ReplaceAll(c.Author.String(), "a @b", "a@b"); err != nil || got != want {
			t.Errorf("%q: got %q, want %q, %v", line, got, want, err)
		}
	}
}

// git takes a commit whose persons were read from an odd one.
func TestPersonsAreTakenByGit(t *testing.T) {
	t.Parallel()
	s, dir := repository(t, "sha1")
	tree := testkit.Git(t, dir, "rev-parse", "HEAD^{tree}")
	for _, line := range []string{"", "<>", "A <B> C <d> 7 -0030", "J\xf6rg <j> x", "Ann <a@b> 99999999999999999999 +9999", "\x01\x02", "Ann <a@b> -5 +0000"} {
		odd, err := object.ParseCommit(commitOf("tree " + tree + "\nauthor " + line + "\ncommitter " + line + "\n\nodd\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Put(t.Context(), object.Commit, odd.Encode()); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Git(t, dir, "fsck", "--strict", "--no-dangling")
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{"": "", "one": "one", "one\n": "one", "one\n\ntwo": "one", "\n\none\ntwo": "one", "\n": "", " one \nx": " one "} {
		if got := (object.CommitData{Message: message}).Subject(); got != want {
			t.Errorf("%q: got %q", message, got)
		}
	}
}

// Nothing that an upstream wrote moves the cursor, and all that can be read stays.
func TestPrintable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"plain": "plain", "größe 李 😀": "größe 李 😀", "\x1b[2J": "?[2J", "a\r\nb": "a??b", "tab\there": "tab?here", "\x7f\u0085\u009b": "???", "": "", "a\u00a0b": "a\u00a0b",
	} {
		if got := object.Printable(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
