package imports_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// three is a ledger with an import of each kind: a folder, a single file, and one by the script.
func three(t *testing.T) *ledger {
	t.Helper()
	l := newLedger(t)
	a := entry("source-a", 1)
	a.Carried = []record.Carried{{File: "LICENSE.upstream", From: "LICENSE", Blob: fmt.Sprintf("%040d", 5)}}
	l.imported(a, files("LICENSE.upstream", "The text of MIT.\n", "a.py", "a\n"))
	tool := entry("lib/tool.py", 2)
	tool.Repository, tool.Path, tool.Accepted, tool.License.Evidence = "git@github.com:Big/Tools.git", "", "agreed, \"ticket\" 12", ""
	l.commit(tool.Message(), files("lib/tool.py", "t\n", "lib/tool.py.UPSTREAM.yaml", string(tool.YAML())))
	old := entry("source-c", 3)
	old.License.ID = "Expat"
	l.script(old, files("c.py", "c\n"))
	return l
}

// The table for spreadsheets, to the byte.
func TestCSVToTheByte(t *testing.T) {
	t.Parallel()
	l := three(t)
	got, err := imports.CSV(l.list())
	n := func(i int) string { return fmt.Sprintf("%040d", i) }
	script := l.git("log", "-1", "--format=%H", "--grep=Expat")
	want := "dest,repository,path,commit,date,ref,license,license_path,tree,license_blob,evidence,accepted,recorded_in,imported\n" +
		"lib/tool.py,git@github.com:Big/Tools.git,.," + n(2) + ",2026-01-02T00:00:00Z,main,MIT,LICENSE," + n(102) + "," + n(202) + ",,\"agreed, \"\"ticket\"\" 12\",lib/tool.py.UPSTREAM.yaml,2026-01-01T00:00:00Z\n" +
		"source-a,https://example.com/big/data.git,c/source-a," + n(1) + ",2026-01-01T00:00:00Z,main,MIT,LICENSE," + n(101) + "," + n(201) + ",MIT by LICENSE,,source-a/UPSTREAM.yaml,2026-01-01T00:00:00Z\n" +
		"source-c,https://example.com/big/data.git,c/source-c," + n(3) + ",,up/main,Expat,LICENSE,,,,,commit " + script[:12] + ",2026-01-01T00:00:00Z\n"
	if err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s\n%v", got, want, err)
	}
	if empty, err := imports.CSV(nil); err != nil || strings.Count(empty, "\n") != 1 {
		t.Errorf("of nothing: %q, %v", empty, err)
	}
}

// The NOTICE, to the byte.
func TestNoticeToTheByte(t *testing.T) {
	t.Parallel()
	l := three(t)
	got, missing, err := imports.Notice(t.Context(), imports.Options{Dir: l.mono}, l.list())
	want := `This repository holds work of others.

lib/tool.py
  from     git@github.com:Big/Tools.git
  path     .
  commit   0000000000000000000000000000000000000002
  licence  MIT
  text     LICENSE of the repository above

source-a
  from     https://example.com/big/data.git
  path     c/source-a
  commit   0000000000000000000000000000000000000001
  licence  MIT

source-c
  from     https://example.com/big/data.git
  path     c/source-c
  commit   0000000000000000000000000000000000000003
  licence  Expat
  text     LICENSE of the repository above

------------------------------------------------------------------------
source-a

The text of MIT.
`
	if err != nil || got != want || strings.Join(missing, ", ") != "lib/tool.py, source-c" {
		t.Errorf("got\n%s\nmissing %q, %v", got, missing, err)
	}
}

// What SPDX makes of the three: who concluded a licence, and where it comes from.
func TestSPDXOfThree(t *testing.T) {
	t.Parallel()
	l := three(t)
	got, err := imports.SPDX(t.Context(), imports.Options{Dir: l.mono}, l.list(), "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"created": "2026-01-01T00:00:00Z"`, `"Tool: connkit-1.2.3"`, `"dataLicense": "CC0-1.0"`,
		`"downloadLocation": "git+ssh://git@github.com/Big/Tools.git@` + fmt.Sprintf("%040d", 2) + `"`, `"referenceLocator": "pkg:github/big/tools@` + fmt.Sprintf("%040d", 2) + `"`,
		`"downloadLocation": "git+https://example.com/big/data.git@` + fmt.Sprintf("%040d", 1) + `#c/source-a"`,
		`"licenseComments": "accepted: agreed, \"ticket\" 12"`, `"sourceInfo": "imported from c/source-a of https://example.com/big/data.git; recorded in source-a/UPSTREAM.yaml"`,
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%s is there %d times", want, strings.Count(got, want))
		}
	}
	// Of the three one was proven; one was accepted by a person, and the script proved nothing, and knew no id of SPDX either.
	if n := strings.Count(got, `"licenseConcluded": "NOASSERTION"`); n != 2 {
		t.Errorf("%d are not concluded", n)
	}
	if n := strings.Count(got, `"licenseDeclared": "NOASSERTION"`); n != 1 {
		t.Errorf("%d are not declared", n)
	}
}

// What upstream find is asked wrongly is told before anything is fetched.
func TestFindRefusesEarly(t *testing.T) {
	t.Parallel()
	up, _ := testkit.Repo(t, files("LICENSE", text(t, "MIT"), "x/a.py", "a\n"))
	for name, tt := range map[string]struct {
		o    imports.FindOptions
		says string
	}{
		"no licence":      {imports.FindOptions{Remote: up, Path: "x"}, "a licence is missing: an SPDX expression such as MIT is wanted"},
		"a wrong licence": {imports.FindOptions{Remote: up, Path: "x", License: "MITT"}, `"MITT" is no SPDX licence expression: "MITT" is no licence of the SPDX list`},
		"out of the path": {imports.FindOptions{Remote: up, Path: "x/../../y", License: "MIT"}, `choosing the path "x/../../y": ".." can be no part of it`},
		"no remote":       {imports.FindOptions{Path: "x", License: "MIT"}, "choosing the upstream: its name is empty"},
		"a wrong remote":  {imports.FindOptions{Remote: "nope", Path: "x", License: "MIT"}, `choosing the upstream "nope": it is no configured remote, no URL and no folder`},
		"a wrong ref":     {imports.FindOptions{Remote: up, Path: "x", License: "MIT", Ref: "main~1"}, `choosing the ref "main~1": it is no branch, tag or commit`},
		"an unknown ref":  {imports.FindOptions{Remote: up, Path: "x", License: "MIT", Ref: "nope"}, `choosing the ref "nope": ` + up + " has no branch, tag or commit of that name"},
	} {
		tt.o.Dir, tt.o.Cache = t.TempDir(), t.TempDir()
		if _, err := imports.Find(t.Context(), tt.o); fault.KindOf(err) != fault.Usage || err.Error() != tt.says {
			t.Errorf("%s: %v", name, err)
		}
	}
	// It is asked from anywhere, and the path may be spelled in many ways.
	for _, path := range []string{"x", "./x/", "/x", "x//.", ".", "", "/"} {
		got, err := imports.Find(t.Context(), imports.FindOptions{Dir: t.TempDir(), Cache: t.TempDir(), Remote: up, Path: path, License: "mit"})
		if err != nil || got.License != "MIT" || got.Looked != 1 || got.Path != strings.Trim(strings.Trim(path, "/."), "/.") {
			t.Errorf("%q: %+v, %v", path, got, err)
		}
	}
}
