package record_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// The message is the one of docs/upstream-record.md, byte for byte.
func TestMessageIsAsItIsSpecified(t *testing.T) {
	t.Parallel()
	block := `git-merge-subpath: 0123456789abcdef0123456789abcdef01234567 connectors/source-demo source-demo
SPDX-License-Identifier: MIT
Upstream-Repository: https://github.com/big/data.git
Upstream-Commit: 0123456789abcdef0123456789abcdef01234567
Upstream-Path: connectors/source-demo
Upstream-Tree: 1111111111111111111111111111111111111e11
License-Path: LICENSE
License-Blob: 1111111111111111111111111111111111111e11
License-Evidence: MIT by LICENSE (98 % known text), "quoted"
`
	labels := `
Remote Repo URL: https://github.com/big/data.git
Source name: v1
Source Commit ID: 0123456789abcdef0123456789abcdef01234567
Source Repo Prefix: connectors/source-demo/
Import Path: source-demo/
License Type: MIT
License Path: LICENSE

`
	if got, want := full().Message(), "import: source-demo @ 0123456789ab\n"+labels+block+"License-Accepted: because: yes # really\nConnkit-Version: 0.1.0\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	if got, want := full().SnapshotMessage(), "upstream: source-demo @ 0123456789ab\n\n"+block; got != want {
		t.Errorf("got\n%s", got)
	}
}

// git itself reads the last paragraph as trailers, and the first line as the subject.
func TestGitReadsTheMessage(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	r := full()
	r.Path, r.Dest = "a b/größe", "source c++"
	testkit.Put(t, dir, map[string]string{"message": r.Message()})
	testkit.Git(t, dir, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "message")
	if got := testkit.Git(t, dir, "log", "-1", "--format=%s"); got != "import: source c++ @ 0123456789ab" {
		t.Errorf("subject %q", got)
	}
	for key, want := range map[string]string{
		"git-merge-subpath": id1 + " a b/größe source c++", "SPDX-License-Identifier": "MIT", "Upstream-Path": "a b/größe", "Upstream-Tree": id2, "License-Accepted": "because: yes # really", "Connkit-Version": "0.1.0",
	} {
		if got := testkit.Git(t, dir, "log", "-1", "--format=%(trailers:key="+key+",valueonly)"); got != want {
			t.Errorf("%s: git reads %q", key, got)
		}
	}
}

func TestSubjectsOfAllLengths(t *testing.T) {
	t.Parallel()
	for n := 60; n < 130; n++ {
		r := full()
		r.Dest = strings.Repeat("d", n)
		subject, _, _ := strings.Cut(r.Message(), "\n")
		fits := len("import: "+r.Dest+" @ 0123456789ab") <= 100
		switch length := len([]rune(subject)); {
		case length > 100, fits && strings.Contains(subject, "…"), !fits && (length != 100 || !strings.HasPrefix(subject, "import: …d")):
			t.Errorf("%d: %d characters: %s", n, length, subject)
		}
	}
}

// What the old script, people, hooks and forges made of messages.
func TestRecordsInMessages(t *testing.T) {
	t.Parallel()
	line := func(path, dest string) string { return "git-merge-subpath: " + id1 + " " + path + " " + dest }
	script := func(path, dest string) string {
		return "import: x\nRemote Repo URL: https://h/r.git\nSource name: airbyte/master\nSource Repo Prefix: " + path + "/\nImport Path: " + dest + "/\nLicense Type: MIT\nLicense Path: ./LICENSE\n\n" + line(path, dest) + "\n"
	}
	for name, tt := range map[string]struct {
		message, dest string
		want          string // path|dest|repository|licence|licence path of each
	}{
		"the script":                        {script("c/x", "x"), "", "c/x|x|https://h/r.git|MIT|LICENSE"},
		"the script, blanks":                {script("c d/x y", "e f/x y"), "", "c d/x y|e f/x y|https://h/r.git|MIT|LICENSE"},
		"the script, no blank line":         {strings.ReplaceAll(script("c/x", "x"), "\n\n", "\n"), "", "c/x|x|https://h/r.git|MIT|LICENSE"},
		"the script, dots":                  {line("./c/x/", "./x/"), "", "c/x|x|||"},
		"blanks, no label":                  {line("c d", "e f"), "", "c d e|f|||"},
		"blanks, the destination is known":  {line("c d", "e f"), "e f", "c d|e f|||"},
		"another destination is known":      {line("c d", "e f"), "x", "c d e|f|||"},
		"a label that is not the line's":    {"Import Path: other/\n\n" + line("c", "x"), "", "c|x|||"},
		"labels of the record before":       {script("c/x", "x") + "\n" + line("d", "y"), "", "c/x|x|https://h/r.git|MIT|LICENSE d|y|||"},
		"a label without a value":           {"License Type:\nRemote Repo URL: u\n\n" + line("c", "x"), "", "c|x|u||"},
		"trailers behind a blank line":      {line("c", "x") + "\n\nUpstream-Repository: u\nSPDX-License-Identifier: ISC\n", "", "c|x|||"},
		"trailers of a hook":                {line("c", "x") + "\nSPDX-License-Identifier: ISC\nChange-Id: I1\nLicense-Path: L\nSigned-off-by: A <a@b>\n", "", "c|x||ISC|L"},
		"a trailer with a colon":            {line("c", "x") + "\nUpstream-Repository: git@h:r\n", "", "c|x|git@h:r||"},
		"a trailer without a blank":         {line("c", "x") + "\nSPDX-License-Identifier:ISC\n", "", "c|x||ISC|"},
		"the path by its trailer":           {line("c d", "e f") + "\nUpstream-Path: c d\n", "", "c d|e f|||"},
		"the root by its trailer":           {line("", "e f") + "\nUpstream-Path: .\n", "", "|e f|||"},
		"a trailer that is another path's":  {line("c", "x") + "\nUpstream-Path: other\n", "", "c|x|||"},
		"two, each with its trailers":       {line("c", "x") + "\nSPDX-License-Identifier: ISC\n" + line("d", "y") + "\nSPDX-License-Identifier: MIT\n", "", "c|x||ISC| d|y||MIT|"},
		"the root, a destination of blanks": {line("", "e f"), "e f", "|e f|||"},
		"only a path":                       {"git-merge-subpath: " + id1 + " x", "", ""},
		"a tab between":                     {"git-merge-subpath: " + id1 + "\tc\tx", "", ""},
		"two blanks before":                 {"git-merge-subpath:  " + id1 + " c x", "", ""},
		"digits that are none":              {"git-merge-subpath: " + strings.Repeat("g", 40) + " c x", "", ""},
		"a digit too few":                   {"git-merge-subpath: " + id1[1:] + " c x", "", ""},
		"a long name":                       {"git-merge-subpath: " + strings.Repeat("a", 64) + " c x", "", "c|x|||"},
		"nothing":                           {"", "", ""},
	} {
		var got []string
		for _, r := range record.FromMessage(tt.message, tt.dest) {
			got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s", r.Path, r.Dest, r.Repository, r.License.ID, r.License.Path))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", name, strings.Join(got, " "), tt.want)
		}
	}
}

// Who wrote a record is told by the trailer that the script does not know.
func TestOldRecords(t *testing.T) {
	t.Parallel()
	line := "git-merge-subpath: " + id1 + " c x\n"
	for message, old := range map[string]bool{
		line: true, line + "SPDX-License-Identifier: MIT\n": true, line + "Upstream-Commit: " + id1 + "\n": false, full().Message(): false, full().SnapshotMessage(): false,
		line + "\nUpstream-Commit: " + id1 + "\n": true, "Upstream-Commit: " + id1 + "\n" + line: true,
	} {
		if list := record.FromMessage(message, ""); len(list) != 1 || list[0].Old() != old {
			t.Errorf("%q: %+v", message, list)
		}
	}
}

// What is updated to when nobody says: the branch of the import, else the default branch.
func TestNextRef(t *testing.T) {
	t.Parallel()
	old := record.FromMessage("Source name: %s\n\ngit-merge-subpath: "+id1+" c x\n", "")[0]
	for _, tt := range []struct {
		ref, full string
		script    bool
		want      string
	}{
		{"main", "refs/heads/main", false, "main"}, {"v1", "refs/tags/v1", false, "HEAD"}, {"refs/pull/7/head", "refs/pull/7/head", false, "HEAD"}, {"feature/x", "refs/heads/feature/x", false, "feature/x"},
		{"", "", false, "HEAD"}, {id1, "", false, "HEAD"}, {"0123456", "", false, "HEAD"}, {"HEAD", "", false, "HEAD"}, {"main", "", false, "main"}, {"feature/x", "", false, "feature/x"},
		{"airbyte/master", "", true, "master"}, {"airbyte/feature/x", "", true, "feature/x"}, {"master", "", true, "master"}, {id1, "", true, "HEAD"}, {"683463a", "", true, "HEAD"},
	} {
		r := record.Record{}
		if tt.script {
			r = old
		}
		r.Ref, r.FullRef = tt.ref, tt.full
		if got := r.NextRef(); got != tt.want {
			t.Errorf("%q, %q, by the script %v: got %q, want %q", tt.ref, tt.full, tt.script, got, tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{id1: "0123456789ab", "0123": "0123", "": ""} {
		if got := record.Short(id); got != want {
			t.Errorf("%q: got %q", id, got)
		}
	}
}
