package scaffold_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/scaffold"
)

// head is the least that a manifest says.
const head = "manifest: 1\nversion: 1\ntitle: a test\nkind: capture\nlanguage: python\n"

// rendered makes a connector of one file from a template with a manifest.
func rendered(t *testing.T, manifest, text string, change func(*scaffold.Options)) (string, error) {
	t.Helper()
	o := options(t, map[string]string{"template.yaml": manifest, "files/out.tmpl": text})
	if change != nil {
		change(&o)
	}
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		return "", err
	}
	return contents(p)["out"], nil
}

// A template gets a connector's name in each spelling that a file may need.
func TestSpellingsOfAName(t *testing.T) {
	t.Parallel()
	const all = "{{ .name }} {{ .package }} {{ .project }} {{ .short }} {{ .title }}|{{ .class }} {{ .kind }}"
	for name, want := range map[string]string{
		"source-x":               "source-x source_x source-x x X|X capture",
		"source-big-data":        "source-big-data source_big_data source-big-data big-data Big Data|BigData capture",
		"source-2fa":             "source-2fa source_2fa source-2fa 2fa 2fa|X2fa capture", // a class cannot begin with a digit
		"source-a-1-b":           "source-a-1-b source_a_1_b source-a-1-b a-1-b A 1 B|A1B capture",
		"source-source-x":        "source-source-x source_source_x source-source-x source-x Source X|SourceX capture",
		"materialize-s3-parquet": "materialize-s3-parquet materialize_s3_parquet materialize-s3-parquet s3-parquet S3 Parquet|S3Parquet materialization",
		"derive-totals":          "derive-totals derive_totals derive-totals totals Totals|Totals derivation",
	} {
		kind := want[strings.LastIndexByte(want, ' ')+1:]
		got, err := rendered(t, strings.Replace(head, "capture", kind, 1), all, func(o *scaffold.Options) { o.Name = name })
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestAuthors(t *testing.T) {
	t.Parallel()
	for author, want := range map[string]string{
		"":                              "||",
		"Ann":                           "Ann|Ann|",
		"Ann Example <ann@example.com>": "Ann Example <ann@example.com>|Ann Example|ann@example.com",
		`O'Neil "Al" <a@b.org>`:         `O'Neil "Al" <a@b.org>|O'Neil "Al"|a@b.org`,
		"root <root@localhost>":         "root <root@localhost>|root|", // build backends refuse the rest
		"Ann <ann>":                     "Ann <ann>|Ann|",
		"Ann <a b@c.org>":               "Ann <a b@c.org>|Ann|",
		"Ann <a..b@c.org>":              "Ann <a..b@c.org>|Ann|",
		"安 <an@example.com>":            "安 <an@example.com>|安|an@example.com",
	} {
		got, err := rendered(t, head, "{{ .author }}|{{ .author_name }}|{{ .author_email }}", func(o *scaffold.Options) { o.Author = author })
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v", author, got, err)
		}
	}
}

// What a template puts in quotes is one text in TOML, YAML, Python, Go and JSON alike.
func TestQuotedTexts(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"plain": `"plain"`, `a "b" \c`: `"a \"b\" \\c"`, "<a&b>": `"<a&b>"`, "ü 安": `"ü 安"`, "": `""`, "{{ .name }}": `"{{ .name }}"`, "$HOME `x`": "\"$HOME `x`\"",
	} {
		got, err := rendered(t, head, "{{ json .author }} {{ yaml .author }}", func(o *scaffold.Options) { o.Author = value })
		if err != nil || got != want+" "+want {
			t.Errorf("%q: got %s, %v", value, got, err)
		}
	}
}

// What is wrong with a manifest is told with the file, and the line where YAML knows it.
func TestManifestsThatAreWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                       "template.yaml: EOF",
		"manifest: [1]\n":                        "template.yaml:1: cannot unmarshal !!seq",
		"manifest: 1\nversion: one\n":            "template.yaml:2: cannot unmarshal !!str `one`",
		head + "colour: blue\n":                  "template.yaml:6: field colour not found",
		head + "files:\n  - {path: a, mod: x}\n": "template.yaml:7: field mod not found",
		head + "title: again\n":                  "template.yaml:6: mapping key \"title\" already defined at line 3",
		"version: 1\n":                           "template.yaml: manifest: 0 is not a shape this connkit reads: write manifest: 1",
		"manifest: 2\n":                          "template.yaml: manifest: 2 is not a shape this connkit reads: write manifest: 1",
		"manifest: 1\n":                          "template.yaml: version: it must be 1 or more",
		"manifest: 1\nversion: -1\n":             "template.yaml: version: it must be 1 or more",
		"manifest: 1\nversion: 1\n":              "template.yaml: title: one line of text is missing",
		strings.Replace(head, "capture", "source", 1):                   `template.yaml: kind: "source" is none of capture, materialization, derivation`,
		strings.Replace(head, "language: python\n", "", 1):              "template.yaml: language: it is missing",
		head + "upstream: maybe\n":                                      `template.yaml: upstream: "maybe" is none of none, optional, required`,
		head + "files: [{path: ''}]\n":                                  `template.yaml: files: "" is not a glob`,
		head + "files: [{path: 'a['}]\n":                                `template.yaml: files: "a[" is not a glob`,
		head + "files: [{path: a, mode: '0755'}]\n":                     `template.yaml: files: mode "0755" of "a": only "executable" is known`,
		head + "questions: [{name: Name}]\n":                            `template.yaml: questions: the name "Name" is taken or not lower-case letters, digits and _`,
		head + "questions: [{ask: what}]\n":                             `template.yaml: questions: the name "" is taken or not`,
		head + "questions: [{name: upstream}]\n":                        `template.yaml: questions: the name "upstream" is taken or not`,
		head + "questions: [{name: author_email}]\n":                    `template.yaml: questions: the name "author_email" is taken or not`,
		head + "questions: [{name: a, match: '('}]\n":                   "template.yaml: questions: match of \"a\": error parsing regexp",
		head + "questions: [{name: a, default: '{{'}]\n":                "default of a:1: unclosed action",
		head + "questions: [{name: a, default: '{{ .b }}'}]\n":          `map has no entry for key "b"`,
		head + "questions: [{name: a, default: '{{ exec \"id\" }}'}]\n": `function "exec" not defined`,
	} {
		_, err := rendered(t, text, "", nil)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

const questions = head + `questions:
  - name: region
    ask: Region
    choices: [eu, us]
    default: eu
  - name: bucket
    default: 'data-{{ .region }}'
    match: '[a-z-]+'
    hint: small letters
  - name: comment
    default: ''
`

// The default of a question may use the answers before it, and is held to its rules too.
func TestAnswersFollowEachOther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		set        map[string]string
		want, hint string
	}{
		{nil, "eu data-eu ", ""},
		{map[string]string{"region": "us"}, "us data-us ", ""},
		{map[string]string{"region": "us", "bucket": "b", "comment": "c d"}, "us b c d", ""},
		{map[string]string{"comment": ""}, "eu data-eu ", ""},
		{map[string]string{"region": "asia"}, `answering "region" with "asia": it is none of eu, us`, ""},
		{map[string]string{"region": ""}, `answering "region" with "": it is none of eu, us`, ""},
		{map[string]string{"bucket": "B"}, `answering "bucket" with "B": it does not match [a-z-]+`, "--set bucket=…: small letters"},
		{map[string]string{"bucket": "ok but not all"}, `it does not match [a-z-]+`, "--set bucket=…: small letters"}, // the whole answer counts
		{map[string]string{"comment": "a\u2028b"}, "a control character or line break is in it", ""},
		{map[string]string{"comment": "a\x7f"}, "a control character or line break is in it", ""},
		{map[string]string{"zone": "a", "area": "b"}, `answering "area": the template does not ask for it; it asks for region, bucket, comment`, ""},
	} {
		got, err := rendered(t, questions, "{{ .region }} {{ .bucket }} {{ .comment }}", func(o *scaffold.Options) { o.Set = tt.set })
		if strings.Contains(tt.want, "answering") || strings.Contains(tt.want, "it ") || strings.Contains(tt.want, "control") {
			if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) || tt.hint != "" && fault.HintOf(err) != tt.hint {
				t.Errorf("%v: got %v, hint %q; want %q", tt.set, err, fault.HintOf(err), tt.want)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%v: got %q, %v; want %q", tt.set, got, err, tt.want)
		}
	}
	_, err := rendered(t, head, "", func(o *scaffold.Options) { o.Set = map[string]string{"a": "b"} })
	if err == nil || err.Error() != `answering "a": the template does not ask for it; it asks for nothing` {
		t.Errorf("a template without questions: %v", err)
	}
	_, err = rendered(t, head+"questions: [{name: a, match: 'x+'}]\n", "", nil)
	if err == nil || err.Error() != `answering "a": it needs an answer` || fault.HintOf(err) != "--set a=VALUE" {
		t.Errorf("no default and nobody to ask: %v, %q", err, fault.HintOf(err))
	}
	gone := errors.New("the terminal is gone")
	_, err = rendered(t, head+"questions: [{name: a, match: 'x+'}]\n", "", func(o *scaffold.Options) {
		o.Ask = func(q scaffold.Question) (string, error) {
			if q.Ask != "a" {
				t.Errorf("the question is %q", q.Ask)
			}
			return "", gone
		}
	})
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

// A file is written when all rules for it say so; one rule can make it a program.
func TestRulesForFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rules, want string }{
		{"", "a.sh:0644 b/c.sh:0644"},
		{"files: [{path: a.sh, mode: executable}]", "a.sh:0755 b/c.sh:0644"},
		{"files: [{path: '*.sh', mode: executable}]", "a.sh:0755 b/c.sh:0644"}, // a star crosses no folder
		{"files: [{path: 'b/*', when: 'true'}]", "a.sh:0644 b/c.sh:0644"},
		{"files: [{path: 'b/*', when: 'false'}]", "a.sh:0644"},
		{"files: [{path: a.sh, when: ' true '}, {path: a.sh, when: '{{ eq .kind \"capture\" }}', mode: executable}]", "a.sh:0755 b/c.sh:0644"},
		{"files: [{path: a.sh, when: 'true'}, {path: '*', when: 'no'}]", "b/c.sh:0644"},
		{"files: [{path: a.sh, when: '{{ if false }}true{{ end }}'}]", "b/c.sh:0644"},
	} {
		o := options(t, map[string]string{"template.yaml": head + tt.rules + "\n", "files/a.sh": "", "files/b/c.sh.tmpl": ""})
		p, err := scaffold.New(t.Context(), o)
		if err != nil {
			t.Errorf("%s: %v", tt.rules, err)
			continue
		}
		var got []string
		for _, f := range p.Files {
			if f.Path != ".connkit.yaml" {
				got = append(got, f.Path+":"+f.Mode)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.rules, got, tt.want)
		}
	}
	o := options(t, map[string]string{"template.yaml": head + "files: [{path: a, when: '{{ .nope }}'}]\n", "files/a": ""})
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), `rendering "tpl/a": when:1:3`) {
		t.Errorf("a rule that is wrong: %v", err)
	}
}

// No template writes outside of the new connector, or what git would run.
func TestPathsThatATemplateMustNotWrite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".git/config", "sub/.git/hooks/post-checkout", "sub/.GIT/config", ".Git", ".connkit.yaml", ".connkit.yaml.tmpl", `a\b`, "a\x01b"} {
		o := options(t, map[string]string{"template.yaml": head, "files/" + name: "x"})
		if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "a template must not write ") {
			t.Errorf("%q: got %v", name, err)
		}
	}
	o := options(t, map[string]string{"template.yaml": head, "files/.github/x": "", "files/.gitignore": "", "files/sub/.gitkeep": "", "files/sub/.connkit.yaml": ""})
	if p, err := scaffold.New(t.Context(), o); err != nil || len(p.Files) != 5 {
		t.Errorf("what only looks like it: %v, %v", p, err)
	}
}

// Whatever stands where the connector is to be made stays as it is.
func TestATargetThatIsThere(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(string) error{
		"an empty folder":            func(p string) error { return os.Mkdir(p, 0o755) },
		"a file":                     func(p string) error { return os.WriteFile(p, []byte("mine"), 0o600) },
		"a link to nowhere":          func(p string) error { return os.Symlink("nowhere", p) },
		"a link to a folder":         func(p string) error { return os.Symlink(".", p) },
		"a folder that is forbidden": func(p string) error { return os.Mkdir(p, 0) },
	} {
		o := options(t, map[string]string{"template.yaml": head, "files/a": "new"})
		target := filepath.Join(o.Root, o.Name)
		plan, err := scaffold.New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := put(target); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Lstat(target)
		_, planned := scaffold.New(t.Context(), o)
		applied := plan.Apply(t.Context()) // it has come between the two
		for step, err := range map[string]error{"New": planned, "Apply": applied} {
			if fault.KindOf(err) != fault.Blocked || err.Error() != `"source-big-data" exists already` || fault.HintOf(err) == "" {
				t.Errorf("%s, %s: got %v", name, step, err)
			}
		}
		after, err := os.Lstat(target)
		if err != nil || after.Mode() != before.Mode() || !after.ModTime().Equal(before.ModTime()) {
			t.Errorf("%s: it is %v now, %v", name, after, err)
		}
		left, err := os.ReadDir(o.Root)
		if err != nil || len(left) != 2 {
			t.Errorf("%s: left behind: %v, %v", name, left, err)
		}
	}
}

// Two plans of the same are the same, byte for byte, and differ where an input does.
func TestAPlanIsAFunctionOfItsInputs(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	first, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b *scaffold.Plan) bool {
		x, y := contents(a), contents(b)
		for path, text := range x {
			if y[path] != text {
				return false
			}
		}
		return len(x) == len(y)
	}
	if !same(first, second) {
		t.Error("the second plan is another one")
	}
	for name, change := range map[string]func(*scaffold.Options){
		"prefix": func(o *scaffold.Options) { o.Prefix = "other" }, "author": func(o *scaffold.Options) { o.Author = "" }, "year": func(o *scaffold.Options) { o.Year++ },
		"module": func(o *scaffold.Options) { o.GoModule = "example.com/m" }, "answer": func(o *scaffold.Options) { o.Set = map[string]string{"python": ">=3.13"} },
		"upstream": func(o *scaffold.Options) { o.Upstream.Package = "a" }, "connkit": func(o *scaffold.Options) { o.Version = "v9" },
	} {
		changed := o
		change(&changed)
		p, err := scaffold.New(t.Context(), changed)
		if err != nil {
			t.Fatal(err)
		}
		if contents(p)[".connkit.yaml"] == contents(first)[".connkit.yaml"] {
			t.Errorf("the record does not tell of another %s", name)
		}
	}
	for _, f := range first.Files {
		if f.Size != len(f.Content) || f.Path != ".connkit.yaml" && !strings.Contains(contents(first)[".connkit.yaml"], f.Path+": "+scaffold.GitBlob(string(f.Content))) {
			t.Errorf("%s is not recorded as it is", f.Path)
		}
	}
}

func TestTemplatesThatAreNotThere(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"./none": `choosing template "./none": "`, "..": "it has no template.yaml", "nope": `choosing template "nope": there is none of that name; known: airbyte, derive, go, materialize, python, singer`,
		"shared": `choosing template "shared": there is none of that name`, "tpl/template.yaml": "is no folder",
	} {
		o := options(t, map[string]string{"template.yaml": head, "files/a": ""})
		o.Template = ref
		if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", ref, err)
		}
	}
	root := testkit.Tree(t, map[string]string{"broken/template.yaml": "manifest: 9\n"})
	if _, err := scaffold.Templates(root, []scaffold.Named{{Name: "b", From: "broken"}}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "manifest: 9 is not a shape") {
		t.Errorf("got %v", err)
	}
}
