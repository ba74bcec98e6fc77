package record_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// The file is the one of docs/upstream-record.md, byte for byte.
func TestYAMLIsAsItIsSpecified(t *testing.T) {
	t.Parallel()
	want := `# Where this comes from. Written by connkit pull-upstream, which reads it at the next pull.
version: 1
repository: https://github.com/big/data.git
ref: refs/tags/v1
commit: "0123456789abcdef0123456789abcdef01234567"
date: "2026-03-04T09:30:00Z"
path: connectors/source-demo
tree: "1111111111111111111111111111111111111e11"
skipped:
  - a/sub
license:
  id: MIT
  path: LICENSE
  blob: "1111111111111111111111111111111111111e11"
  evidence: "MIT by LICENSE (98 % known text), \"quoted\""
  accepted: "because: yes # really"
carried:
  - file: LICENSE.upstream
    from: LICENSE
    blob: "1111111111111111111111111111111111111e11"
`
	if got := string(full().YAML()); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Every reader of YAML takes what stands there for a text, whatever it looks like.
func TestTextsStayTexts(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"yes", "No", "ON", "off", "true", "False", "null", "Null", "y", "N", ".inf", ".NaN", ".5", ".5e3", ".1.2", "1", "1.0", "0x1F", "0o17", "1e10", "1_000", "2026-01-01", "12:30:45", "~", "-", "- x", "?", "? x",
		"a: b", "a:", ":a", "a #b", "#a", "@a", "`a`", "%a", "!a", "&a", "*a", "[a]", "{a}", "a, b", "'a'", "\"a\"", "|", ">", "=", "<<", "---", "...", "..", ".", "./x", "../x", "/", "a/b", ".github/workflows", "_x", "+x",
		"größe", "李", "😀", "\u00a0", "\u2028", "\ufeff", "a\\b", "a b", " a", "a ", "tab\tin", "refs/heads/main", "git@host:x", "C:/x", "e5", "0123456789abcdef0123456789abcdef01234567", strings.Repeat("x", 3000),
	} {
		r := record.Record{Dest: "d", Repository: s, Ref: s, Commit: id1, Path: "p", License: record.License{ID: s, Evidence: s}, Accepted: s, Skipped: []string{s}}
		var doc map[string]any
		if err := yaml.Unmarshal(r.YAML(), &doc); err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		license, _ := doc["license"].(map[string]any)
		skipped, _ := doc["skipped"].([]any)
		for place, got := range map[string]any{"repository": doc["repository"], "ref": doc["ref"], "license.id": license["id"], "evidence": license["evidence"], "accepted": license["accepted"], "skipped": skipped[0]} {
			if got != s {
				t.Errorf("%q as %s is %T %v", s, place, got, got)
			}
		}
	}
}

// What a person, an editor or a later version does to the file that changes nothing of what it says.
func TestYAMLInOtherSpellings(t *testing.T) {
	t.Parallel()
	text, want := string(full().YAML()), full()
	want.Connkit = ""
	for name, other := range map[string]string{
		"line ends of Windows":  strings.ReplaceAll(text, "\n", "\r\n"),
		"a byte order mark":     "\ufeff" + text,
		"no line end":           strings.TrimRight(text, "\n"),
		"comments":              "# mine\n" + strings.ReplaceAll(text, "\n", " # why\n"),
		"blank lines":           strings.ReplaceAll(text, "\n", "\n\n"),
		"a document's start":    "---\n" + text + "...\n",
		"fields of others":      text + "owner: team-a\nlinks: [x, {y: z}]\n",
		"a field more below":    strings.Replace(text, "  id: MIT\n", "  id: MIT\n  checked: true\n", 1),
		"another order":         "carried:" + strings.SplitN(text, "carried:", 2)[1] + strings.SplitN(text, "carried:", 2)[0],
		"no quotes":             strings.NewReplacer(`"0123`, "0123", `34567"`, "34567", `"1111`, "1111", `e11"`, "e11").Replace(text),
		"single quotes":         strings.NewReplacer(`"0123`, "'0123", `34567"`, "34567'").Replace(text),
		"a date without quotes": strings.NewReplacer(`"2026`, "2026", `00Z"`, "00Z").Replace(text),
		"another zone":          strings.Replace(text, "09:30:00Z", "10:30:00+01:00", 1),
		"a flow":                strings.Replace(text, "skipped:\n  - a/sub", "skipped: [a/sub]", 1),
		"a path with slashes":   strings.Replace(text, "path: connectors/source-demo", "path: /connectors//source-demo/", 1),
		"an anchor":             strings.Replace(strings.Replace(text, "path: LICENSE\n", "path: &l LICENSE\n", 1), "from: LICENSE\n", "from: *l\n", 1),
	} {
		got, err := record.FromYAML([]byte(other), "UPSTREAM.yaml", want.Dest)
		if got.Date.Equal(want.Date) {
			got.Date = want.Date
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// What is wrong is told with its line and its value.
func TestYAMLErrors(t *testing.T) {
	t.Parallel()
	good := string(full().YAML())
	const hint = "connkit pull-upstream writes UPSTREAM.yaml: see docs/upstream-record.md"
	const back = "put back what git log -p -- x/UPSTREAM.yaml shows"
	for _, tt := range []struct{ old, new, says, hint string }{
		{"version: 1", "version: 2", `x/UPSTREAM.yaml:2:10: it is no record of an import: version 2 is newer than this connkit`, hint},
		{"version: 1", "version: one", "x/UPSTREAM.yaml:2: it is no record of an import: cannot unmarshal !!str `one`", back},
		{"version: 1\n", "", "x/UPSTREAM.yaml: it is no record of an import: version is missing", hint},
		{"repository: https", "repo: https", "x/UPSTREAM.yaml: it is no record of an import: repository is missing", hint},
		{"path: connectors/source-demo\n", "", "x/UPSTREAM.yaml: it is no record of an import: path is missing; the root is a dot", hint},
		{`commit: "0123456789`, `commit: "main`, `x/UPSTREAM.yaml:5:9: it is no record of an import: commit "mainabcdef0123456789abcdef01234567" is no full object name`, hint},
		{`commit: "` + id1, `commit: "`, `x/UPSTREAM.yaml: it is no record of an import: commit "" is no full object name`, hint},
		{`commit: "0123456789a`, `commit: "0123456789A`, `x/UPSTREAM.yaml:5:9: it is no record of an import: commit "0123456789Abcdef0123456789abcdef01234567" is no full object name`, hint},
		{`tree: "11`, `tree: "1`, `x/UPSTREAM.yaml:8:7: it is no record of an import: tree "111111111111111111111111111111111111e11" is no full object name`, hint},
		{"2026-03-04T09:30:00Z", "4 March 2026", `x/UPSTREAM.yaml:6:7: it is no record of an import: date "4 March 2026" is none`, hint},
		{"skipped:\n  - a/sub", "skipped:\n  - [a]", "x/UPSTREAM.yaml:10: it is no record of an import: cannot unmarshal !!seq", back},
		{"skipped:\n  - a/sub", "skipped: yes", "x/UPSTREAM.yaml:9: it is no record of an import: cannot unmarshal !!str `yes`", back},
		{"license:\n", "license: MIT\nx:\n", "x/UPSTREAM.yaml:11: it is no record of an import: cannot unmarshal !!str `MIT`", back},
		{"ref: refs/tags/v1", "\tref: refs/tags/v1", "x/UPSTREAM.yaml:3: it is no record of an import: found a tab character that violates indentation", back},
		{"ref: refs/tags/v1", "<<<<<<< LOCAL", "", back},
		{"ref: refs/tags/v1", "ref: [", "", back},
		{"ref: refs/tags/v1", "ref: \"\x01\"", "x/UPSTREAM.yaml: it is no record of an import: control characters are not allowed", back},
		{"ref: refs/tags/v1", "ref: a\nref: b", "x/UPSTREAM.yaml:5: it is no record of an import: mapping key \"ref\" already defined at line 4", back},
		{"ref: refs/tags/v1", "ref: *nowhere", "x/UPSTREAM.yaml: it is no record of an import: unknown anchor 'nowhere' referenced", back},
	} {
		if !strings.Contains(good, tt.old) {
			t.Fatalf("%q is not in the record", tt.old)
		}
		_, err := record.FromYAML([]byte(strings.Replace(good, tt.old, tt.new, 1)), "x/UPSTREAM.yaml", "x")
		if fault.KindOf(err) != fault.Blocked || tt.says != "" && err.Error() != tt.says || fault.HintOf(err) != tt.hint || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got  %v\nhint %q\nwant %s", tt.new, err, fault.HintOf(err), tt.says)
		}
	}
}

// The last of equal values is the one of a list: the line is that of the carried file.
func TestLineOfACarriedFile(t *testing.T) {
	t.Parallel()
	r := full()
	r.Path = ""
	r.Carried = append(r.Carried, record.Carried{File: ".", From: "NOTICE", Blob: id1})
	text := r.YAML()
	line := 1 + slices.Index(strings.Split(string(text), "\n"), "  - file: .")
	_, err := record.FromYAML(text, "UPSTREAM.yaml", "x")
	if want := fmt.Sprintf(`UPSTREAM.yaml:%d:11: it is no record of an import: carried file "." is no name of a file beside the record`, line); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	for dest, want := range map[string][2]string{
		"source-x": {"source-x/UPSTREAM.yaml", "source-x.UPSTREAM.yaml"}, "lib/tool.py": {"lib/tool.py/UPSTREAM.yaml", "lib/tool.py.UPSTREAM.yaml"},
	} {
		if got := [2]string{record.File(dest, false), record.File(dest, true)}; got != want {
			t.Errorf("%s: got %q", dest, got)
		}
	}
}
