package scaffold_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/scaffold"
)

func TestPlacesInGit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		spec        string
		refLast     bool
		parts       [3]string // URL, ref, folder
		place       string    // for people
		requirement string    // for pip
	}{
		{"https://example.com/a/b.git", false, [3]string{"https://example.com/a/b.git"}, "https://example.com/a/b.git", "x @ git+https://example.com/a/b.git"},
		{"https://example.com/a/b@v1.2", false, [3]string{"https://example.com/a/b", "v1.2"}, "https://example.com/a/b@v1.2", "x @ git+https://example.com/a/b@v1.2"},
		{"https://example.com/a/b@v1#sub/dir", false, [3]string{"https://example.com/a/b", "v1", "sub/dir"}, "https://example.com/a/b#sub/dir@v1", "x @ git+https://example.com/a/b@v1#subdirectory=sub/dir"},
		{"https://example.com/a/b@v1#sub", true, [3]string{"https://example.com/a/b", "v1", "sub"}, "https://example.com/a/b#sub@v1", "x @ git+https://example.com/a/b@v1#subdirectory=sub"},
		{"https://example.com/a/b#sub@v1", true, [3]string{"https://example.com/a/b", "v1", "sub"}, "https://example.com/a/b#sub@v1", "x @ git+https://example.com/a/b@v1#subdirectory=sub"},
		{"https://example.com/a/b@feature/x-1", false, [3]string{"https://example.com/a/b", "feature/x-1"}, "https://example.com/a/b@feature/x-1", "x @ git+https://example.com/a/b@feature/x-1"},
		{"git+https://example.com/a#subdirectory=s", false, [3]string{"https://example.com/a", "", "s"}, "https://example.com/a#s", "x @ git+https://example.com/a#subdirectory=s"}, // as pip spells it
		{"https://example.com/a#/s/", false, [3]string{"https://example.com/a", "", "s"}, "https://example.com/a#s", "x @ git+https://example.com/a#subdirectory=s"},
		{"https://user:pw@example.com/a@v1", false, [3]string{"https://user:pw@example.com/a", "v1"}, "https://example.com/a@v1", "x @ git+https://example.com/a@v1"},
		{"https://token@example.com/a", false, [3]string{"https://token@example.com/a"}, "https://example.com/a", "x @ git+https://example.com/a"},
		{"git@example.com:a/b.git", false, [3]string{"git@example.com:a/b.git"}, "git@example.com:a/b.git", "x @ git+ssh://git@example.com/a/b.git"},
		{"git@example.com:a/b.git@v1", false, [3]string{"git@example.com:a/b.git", "v1"}, "git@example.com:a/b.git@v1", "x @ git+ssh://git@example.com/a/b.git@v1"},
		{"ssh://git@example.com/a@v1", false, [3]string{"ssh://git@example.com/a", "v1"}, "ssh://git@example.com/a@v1", "x @ git+ssh://git@example.com/a@v1"},
		{"ssh://me:pw@example.com/a", false, [3]string{"ssh://me:pw@example.com/a"}, "ssh://me@example.com/a", "x @ git+ssh://me@example.com/a"},
		{"/srv/git/a.git@v1", false, [3]string{"/srv/git/a.git", "v1"}, "/srv/git/a.git@v1", "x @ git+file:///srv/git/a.git@v1"},
		{"file:///srv/a#b", false, [3]string{"file:///srv/a", "", "b"}, "file:///srv/a#b", "x @ git+file:///srv/a#subdirectory=b"},
	} {
		parts, place, requirement, err := scaffold.ParseGit(tt.spec, tt.refLast)
		if err != nil || parts != tt.parts || place != tt.place || requirement != tt.requirement {
			t.Errorf("%s: got %q, %q, %q, %v", tt.spec, parts, place, requirement, err)
		}
	}
}

func TestWhatIsNoPlaceInGit(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"":                                    "it must be of the form URL[@REF][#SUBDIR]",
		"example.com/a":                       "it must be of the form URL[@REF][#SUBDIR]",
		"--upload-pack=x":                     "it must be of the form URL[@REF][#SUBDIR]",
		"ext::sh -c x":                        "it must be of the form URL[@REF][#SUBDIR]",
		"https://exam ple.com/a":              "it must be of the form URL[@REF][#SUBDIR]",
		"https://example.com/a\n":             "it must be of the form URL[@REF][#SUBDIR]",
		"https://example.com/a#b\x1b[2J":      "it must be of the form URL[@REF][#SUBDIR]",
		"ftp://example.com/a":                 "it must be of the form URL[@REF][#SUBDIR]",
		"https://example.com/a@-x":            `"-x" is no branch, tag or commit`,
		"https://example.com/a@v1..v2":        `"v1..v2" is no branch, tag or commit`,
		"https://example.com/a@v 1":           `"v 1" is no branch, tag or commit`,
		"https://example.com/a@v1~2":          `"v1~2" is no branch, tag or commit`,
		"https://example.com/a#../b":          `"../b" is no folder inside it`,
		"https://example.com/a#b/../../c":     `"b/../../c" is no folder inside it`,
		"https://example.com/a#b//c":          `"b//c" is no folder inside it`,
		`https://example.com/a#b\c`:           `"b\\c" is no folder inside it`,
		"https://u:hunter2@example.com/a@-x":  `"-x" is no branch`,
		"git+https://u:hunter2@h.example/a#.": "",
		"git+https://hunter2@h.example/a@..":  "is no branch",
		"ssh://me:hunter2@h.example/a@..":     "is no branch",
	} {
		_, _, _, err := scaffold.ParseGit(spec, false)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", spec, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "choosing git repository ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", spec, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: a password is in %v", spec, err)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com/a":                     "https://example.com/a",
		"https://u@example.com/a":                   "https://example.com/a",
		"https://u:p@example.com/a?x=y#z":           "https://example.com/a?x=y#z",
		"http://u:p@example.com":                    "http://example.com",
		"git+https://u:p@example.com/a":             "git+https://example.com/a",
		"https://u:p%40q@example.com/a":             "https://example.com/a",
		"https://u:p@q@example.com/a":               "https://example.com/a", // a password that was not encoded
		"https://u:p%zz@example.com/a":              "https://example.com/a", // no URL at all
		"https://example.com/a@v1":                  "https://example.com/a@v1",
		"https://example.com/a#b@v1":                "https://example.com/a#b@v1",
		"https://example.com#x@y":                   "https://example.com#x@y",
		"https://example.com?x@y":                   "https://example.com?x@y",
		"ssh://git@example.com/a":                   "ssh://git@example.com/a",
		"ssh://me:p@example.com:22/a":               "ssh://me@example.com:22/a",
		"ssh://:p@example.com/a":                    "ssh://example.com/a",
		"git@example.com:a":                         "git@example.com:a",
		"/srv/a@b:c":                                "/srv/a@b:c",
		"":                                          "",
		"https://u:p@[::1]:8080/a":                  "https://[::1]:8080/a",
		"https://example.com/über/a@größe":          "https://example.com/über/a@größe",
		"git+ssh://me:p@example.com/a#subdirectory": "git+ssh://me@example.com/a#subdirectory",
	} {
		got := scaffold.Redact(raw)
		if got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
		if again := scaffold.Redact(got); again != got {
			t.Errorf("%s: a second time it becomes %s", got, again)
		}
	}
}
