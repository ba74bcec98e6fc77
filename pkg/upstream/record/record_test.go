package record_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/record"
)

const (
	id1 = "0123456789abcdef0123456789abcdef01234567"
	id2 = "1111111111111111111111111111111111111e11"
)

func full() record.Record {
	return record.Record{
		Dest: "source-demo", Repository: "https://github.com/big/data.git", Ref: "v1", FullRef: "refs/tags/v1", Commit: id1,
		Date: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC), Path: "connectors/source-demo", Tree: id2, Skipped: []string{"a/sub"},
		License:  record.License{ID: "MIT", Path: "LICENSE", Blob: id2, Evidence: "MIT by LICENSE (98 % known text), \"quoted\""},
		Carried:  []record.Carried{{File: "LICENSE.upstream", From: "LICENSE", Blob: id2}},
		Accepted: "because: yes # really", Connkit: "0.1.0",
	}
}

func TestYAMLRoundTrip(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*record.Record){
		"full":          func(*record.Record) {},
		"the root":      func(r *record.Record) { r.Path = "" },
		"few":           func(r *record.Record) { *r = record.Record{Dest: r.Dest, Repository: "/x", Commit: id1} },
		"odd names":     func(r *record.Record) { r.Path = "größe/a b: c#d/'\"\\/-x" },
		"yes":           func(r *record.Record) { r.Ref, r.FullRef, r.Path = "yes", "", "null" },
		"numbers":       func(r *record.Record) { r.Ref, r.FullRef, r.Path, r.Commit = "1e10", "", "0x1F", id2 },
		"a date":        func(r *record.Record) { r.Ref, r.FullRef = "2024-01-01", "" },
		"emoji":         func(r *record.Record) { r.Accepted = "fine \U0001F600 \u2028 \u0085 \ufeff" },
		"a long commit": func(r *record.Record) { r.Commit = strings.Repeat("ab", 32) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := full()
			change(&want)
			text := want.YAML()
			got, err := record.FromYAML(text, "UPSTREAM.yaml", want.Dest)
			want.Connkit = ""
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v\n%v\n%s", got, want, err, text)
			}
			if again := got.YAML(); string(again) != string(text) {
				t.Errorf("written again:\n%s", again)
			}
		})
	}
}

func FuzzYAMLRoundTrip(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add("~", "- x", "key: value")
	f.Add("\u0085", "%tag", "!!int 5")
	f.Fuzz(func(t *testing.T, path, ref, why string) {
		for _, s := range []string{path, ref, why} {
			if s == "" || strings.ToValidUTF8(s, "") != s || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return
			}
		}
		if strings.Trim(path, "./") != path || strings.Contains(path, "//") || strings.Contains(path, "/.") || strings.HasPrefix(ref, "refs/") {
			return
		}
		want := record.Record{Dest: "d", Repository: "/r", Commit: id1, Path: path, Ref: ref, Accepted: why}
		got, err := record.FromYAML(want.YAML(), "f", "d")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v, %v", got, want, err)
		}
	})
}

func TestYAMLRefused(t *testing.T) {
	t.Parallel()
	good := string(full().YAML())
	for name, text := range map[string]string{
		"empty": "", "a list": "- a\n", "no version": strings.Replace(good, "version: 1\n", "", 1), "later": strings.Replace(good, "version: 1", "version: 2", 1),
		"no commit": strings.Replace(good, id1, "", 1), "short commit": strings.Replace(good, id1, "0123456", 1), "a commit in capitals": strings.Replace(good, id1, strings.ToUpper(id1), 1),
		"no repository": strings.Replace(good, "repository", "x", 1), "no path": strings.Replace(good, "\npath:", "\nx:", 1), "a broken date": strings.Replace(good, "2026-03-04T", "yesterday", 1),
		"a broken tree": strings.Replace(good, "tree: \"1", "tree: \"z", 1), "tabs": "version: 1\n\tx: y\n", "conflict": "<<<<<<< LOCAL\nversion: 1\n=======\n>>>>>>> UPSTREAM\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := record.FromYAML([]byte(text), "x/UPSTREAM.yaml", "x"); fault.KindOf(err) != fault.Blocked || !strings.HasPrefix(err.Error(), "x/UPSTREAM.yaml:") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestMessageRoundTrip(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*record.Record){
		"full": func(*record.Record) {}, "the root": func(r *record.Record) { r.Path = "" },
		"blanks": func(r *record.Record) { r.Path, r.Dest = "a b/c d", "e f/g h" }, "a destination that ends alike": func(r *record.Record) { r.Path, r.Dest = "x source-demo", "source-demo" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := full()
			change(&want)
			for _, message := range []string{want.Message(), "* " + want.Message() + "\n\n---------\n\nCo-authored-by: x", strings.ReplaceAll(want.Message(), "\n", "\r\n")} {
				for _, dest := range []string{"", want.Dest} {
					list := record.FromMessage(message, dest)
					if len(list) != 1 {
						t.Fatalf("%d records in %q", len(list), message)
					}
					got := list[0]
					got.Carried, got.Skipped, got.Date, got.FullRef = want.Carried, want.Skipped, want.Date, want.FullRef
					if got.Message() != want.Message() || got.Connkit != want.Connkit || got.Accepted != want.Accepted {
						t.Errorf("got  %+v\nwant %+v", got, want)
					}
				}
			}
			snapshot := record.FromMessage(want.SnapshotMessage(), want.Dest)
			if len(snapshot) != 1 || snapshot[0].Commit != want.Commit || snapshot[0].Tree != want.Tree || strings.Contains(want.SnapshotMessage(), want.Connkit) {
				t.Errorf("%+v", snapshot)
			}
		})
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	r := full()
	r.Dest = strings.Repeat("ä/", 80) + "source-demo"
	subject, _, _ := strings.Cut(r.Message(), "\n")
	if n := len([]rune(subject)); n != 100 || !strings.HasPrefix(subject, "import: …") || !strings.HasSuffix(subject, "/source-demo @ 0123456789ab") {
		t.Errorf("%d characters: %s", n, subject)
	}
}

// Lines of the real history, and of what people do to messages.
func TestFromMessage(t *testing.T) {
	t.Parallel()
	criteo := "git-merge-subpath: 683463aeb9aea32593432d703f22cc15c2da1750  source-criteo/source_criteo"
	for name, tt := range map[string]struct {
		message string
		want    string // commit path dest, of each
	}{
		"an empty path":  {"x\n\n" + criteo, "683463ae||source-criteo/source_criteo"},
		"none":           {"x\n\nbody\n", ""},
		"indented":       {"x\n\n    " + criteo, ""},
		"quoted":         {"x\n\n> " + criteo, ""},
		"in a sentence":  {"see " + criteo, ""},
		"short":          {"git-merge-subpath: 683463a a b", ""},
		"capitals":       {"git-merge-subpath: " + strings.ToUpper(id1) + " a b", ""},
		"no destination": {"git-merge-subpath: " + id1, ""},
		"one word":       {"git-merge-subpath: " + id1 + " a", ""},
		"several":        {"git-merge-subpath: " + id1 + " a b\n\ngit-merge-subpath: " + id2 + " c d\n", "01234567|a|b 11111111|c|d"},
		"a slash behind": {"git-merge-subpath: " + id1 + " a/ b/", "01234567|a|b"},
		"as the subject": {"git-merge-subpath: " + id1 + " a b", "01234567|a|b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range record.FromMessage(tt.message, "") {
				got = append(got, r.Commit[:8]+"|"+r.Path+"|"+r.Dest)
				if !r.Old() {
					t.Error("it is not an old one")
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	commit := func(message string) string {
		testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", message)
		return testkit.Git(t, dir, "rev-parse", "HEAD")
	}
	line := func(id, dest string) string { return "x\n\ngit-merge-subpath: " + id + " p " + dest }
	commit(line(id1, "one"))
	two := commit(line(id2, "one"))
	commit(line(id1, "two"))
	commit("Revert\n\nThis reverts commit " + two + ".")
	git := gitcmd.Git{Dir: dir}
	var got []string
	err := record.Walk(t.Context(), git, "HEAD", "", func(c record.Commit) bool {
		for _, r := range c.Records {
			got = append(got, r.Dest+" "+r.Commit[:4])
		}
		return true
	})
	if want := "two 0123, one 0123"; err != nil || strings.Join(got, ", ") != want { // newest first, and not what was reverted
		t.Errorf("got %q, want %q; %v", got, want, err)
	}
	n := 0
	err = record.Walk(t.Context(), git, "HEAD", "", func(record.Commit) bool { n++; return n < 1 })
	if err != nil || n != 1 {
		t.Errorf("%d visits, %v", n, err)
	}
	if err := record.Walk(t.Context(), git, "nope", "", func(record.Commit) bool { return true }); err == nil {
		t.Error("no such revision is no error")
	}
}

// The next import takes carried files away by their names, so a record must not reach out of its folder.
func TestCarriedFilesStayBesideTheRecord(t *testing.T) {
	t.Parallel()
	for file, ok := range map[string]bool{
		"LICENSE.upstream": true, "tool.py.NOTICE.upstream": true, "a b": true,
		".": false, "..": false, "../README.md": false, "sub/LICENSE": false, "/etc/passwd": false, ".git": false, ".GIT": false, "a\nb": false,
	} {
		r := full()
		r.Carried = []record.Carried{{File: file, From: "LICENSE", Blob: id1}}
		_, err := record.FromYAML(r.YAML(), "x/UPSTREAM.yaml", "x")
		if ok != (err == nil) {
			t.Errorf("%q: %v", file, err)
		}
		if !ok && (fault.KindOf(err) != fault.Blocked || !strings.HasPrefix(err.Error(), "x/UPSTREAM.yaml:18:11: ") || !strings.Contains(err.Error(), "carried file")) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// Which of file and message is the newer one, also where the commit before is not at hand.
func TestOutdates(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"x/UPSTREAM.yaml": "one\n"})
	commit := func(text string) record.Commit {
		testkit.Put(t, dir, map[string]string{"x/UPSTREAM.yaml": text, "x/other": text + t.Name()})
		testkit.Git(t, dir, "add", "-A")
		testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", text)
		return record.Commit{ID: testkit.Git(t, dir, "rev-parse", "HEAD"), Parents: strings.Fields(testkit.Git(t, dir, "rev-parse", "HEAD^"))}
	}
	left, wrote := commit("one\n"), commit("two\n")
	now := testkit.Git(t, dir, "rev-parse", "HEAD:x/UPSTREAM.yaml")
	after := commit("two\n")
	script := record.FromMessage("x\n\ngit-merge-subpath: "+id1+" p x", "")[0]
	for name, tt := range map[string]struct {
		c       record.Commit
		r       record.Record
		shallow bool
		want    bool
	}{
		"left the file as it was":            {after, full(), false, true},
		"wrote the file":                     {wrote, full(), false, false},
		"before the file":                    {left, full(), false, false},
		"no parent":                          {record.Commit{ID: after.ID}, full(), false, false},
		"no parent, by the script":           {record.Commit{ID: after.ID}, script, false, true},
		"no parent at hand, by the script":   {record.Commit{ID: after.ID, Parents: []string{id1}}, script, true, true},
		"no parent at hand":                  {record.Commit{ID: after.ID, Parents: []string{id1}}, full(), true, false},
		"a parent without it, in full clone": {record.Commit{ID: after.ID, Parents: []string{id1}}, script, false, false},
	} {
		got, err := tt.c.Outdates(t.Context(), gitcmd.Git{Dir: dir}, tt.r, "x/UPSTREAM.yaml", now, tt.shallow)
		if err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := after.Outdates(t.Context(), gitcmd.Git{Dir: t.TempDir()}, full(), "x", now, false); err == nil {
		t.Error("no repository is no error")
	}
}
