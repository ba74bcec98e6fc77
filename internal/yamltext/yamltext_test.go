package yamltext_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

func parse(t *testing.T, text string) *yamltext.Doc {
	t.Helper()
	doc, err := yamltext.Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return doc
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: 1\n---\nb: 2\n":        "x.yaml:2: a second document",
		"a: 1\n<<<<<<< HEAD\n":     "x.yaml:2:1: a merge conflict",
		"a: 1\n>>>>>>> other\n":    "x.yaml:2:1: a merge conflict",
		"a: 1\rb: 2\r":             "x.yaml:1: a line ends in neither LF nor CRLF",
		"a: 1\nb: \u2028c\n":       "x.yaml:2: a line ends",
		"a:\n\t- b\n":              "x.yaml:2: ",
		"a: [\nb\n":                "x.yaml:",
		"a: b: c\n":                "x.yaml:",
		"- a\nb\n":                 "x.yaml:",
		"a: *nowhere\n":            "unknown anchor",
		"\xff\xfe\n":               "",
		strings.Repeat("[", 20000): "x.yaml:",
		"a: !<tag:yaml.org,2002:binary> *x\n\x00": "",
	} {
		_, err := yamltext.Parse("x.yaml", []byte(text))
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: got %v, want %q", text, err, want)
		}
	}
}

// Spans are what a person would mark: of every node of these texts, by its path.
func TestSpans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: b # c\n":                      "b",
		"a: \"b \\\" # c\" # d\n":         `"b \" # c"`,
		"a: 'it''s' # d\n":                "'it''s'",
		"a: &x b\n":                       "&x b",
		"a: !!str 1 # c\n":                "!!str 1",
		"a: one\n  two\n\n  three # c\n":  "one\n  two\n\n  three",
		"a: \"one\n  two\"\n":             "\"one\n  two\"",
		"a: |\n  one\n\n  two\n\n# c\n":   "|\n  one\n\n  two",
		"a: >-\n  one\nb: 1\n":            ">-\n  one",
		"a: |\nb: 1\n":                    "|",
		"a: |2\n   b\n":                   "|2\n   b",
		"a:\n  b: |2-\n     c\n  d: 1\n":  "b: |2-\n     c\n  d: 1",
		"a: |+\n  b\n\n\nc: 1\n":          "|+\n  b\n\n",
		"a: |+\n\n\nc: 1\n":               "|+\n\n",
		"a: |\n\n\nc: 1\n":                "|",
		"a: |\n  b\n \n    \nc: 1\n":      "|\n  b\n \n    ",
		"a: |+\n  b\n":                    "|+\n  b",
		"a: |-  # c\n  b\n# d\nc: 1\n":    "|-  # c\n  b",
		"a: [b, 'c', {d: e}] # f\n":       "[b, 'c', {d: e}]",
		"a: [b, # ]\n  c\n  ]\nd: 1\n":    "[b, # ]\n  c\n  ]",
		"a: {b: [c, d], e: , f} # g\n":    "{b: [c, d], e: , f}",
		"a:\n  - b\n  - c: 1\n    d: 2\n": "- b\n  - c: 1\n    d: 2",
		"a:\n- b\n-\n- # c\n":             "- b\n-\n-",
		"a:\n  b: 1\n  c:\n\nd: 1\n":      "b: 1\n  c:",
		"a: \"ü\" # ö\n":                  `"ü"`,
		"\ufeffa: b\n":                    "b",
		"ü: b\r\nc: d\r\n":                "b",
		"a: [b: c, d]\n":                  "[b: c, d]",
		"a: {\"b\":c}\n":                  "{\"b\":c}",
		"a: []\n":                         "[]",
		"a: {}":                           "{}",
		"a:\n":                            "",
	} {
		doc := parse(t, text)
		span, err := doc.Span(doc.Root.Content[1])
		if err != nil || string(doc.Bytes(span)) != want {
			t.Errorf("%q: got %q, %v; want %q", text, doc.Bytes(span), err, want)
		}
	}
	for _, text := range []string{"a: &x\nb: 1\n"} {
		doc := parse(t, text)
		if span, err := doc.Span(doc.Root.Content[1]); err == nil {
			t.Errorf("%q: got %q, want an error", text, doc.Bytes(span))
		}
	}
}

// edit inserts "- new" or "new" at every index of the list that is the first
// value of a text, and removes it again.
func edit(t *testing.T, text string) {
	t.Helper()
	doc := parse(t, text)
	seq, err := doc.Seq(doc.Root.Content[1])
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	for at := range len(seq.Items) + 1 {
		line := "new"
		if seq.Block {
			line = "- new"
		}
		splices, err := seq.Insert(at, line)
		if err != nil {
			t.Errorf("%q at %d: %v", text, at, err)
			continue
		}
		out := string(yamltext.Apply(doc.Text, splices))
		next := parse(t, out)
		list := next.Root.Content[1]
		if len(list.Content) != len(seq.Items)+1 || list.Content[at].Value != "new" {
			t.Errorf("%q at %d: got %q", text, at, out)
			continue
		}
		if found := next.Inserted(splices); len(found) != 1 || !found[list.Content[at]] || !yamltext.Equal(doc.Root, next.Root, found) {
			t.Errorf("%q at %d: what is new in %q is not found", text, at, out)
		}
		again, err := next.Seq(list)
		if err != nil {
			t.Fatal(err)
		}
		back, err := again.Remove(at)
		if got := string(yamltext.Apply(next.Text, back)); err != nil || got != text {
			t.Errorf("%q at %d: inserting gave %q, removing %q, %v", text, at, out, got, err)
		}
	}
}

func TestInsertAndRemove(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"a:\n  - b\n  - c\n", "a:\n- b\n- c", "a:\r\n  - b # x\r\n  - c\r\n", "a:\r\n  - b\r\n  - c",
		"a:\n  # x\n\n  - b\n  # y\n\n  - c\n  # z\nd: 1\n", "a:\n  - b: 1\n    c: 2\n\n  - d\n",
		"a:\n  -\n    b: 1\n  - - c\n    - d\n", "a:\n  - |\n    b\n\n    c\n\n  - d\n", "a: &x\n  - b\n  - c\n",
		"a:\n  - \"b\n    c\"\n  - d\n", "a:\n  - b\n    c\n  - d\n", "a:\n  - [b,\n     c]\n  - {d: e}\n",
		"a: []\n", "a: [ ]\n", "a: [b]\n", "a: [b, c]\n", "a: [b,c]\n", "a: [ b, c, ] # d\n", "a: [\n  b,\n  c\n]\n", "a: [\n  b,\n  c,\n]\n",
		"a: [b,\n  c]\n", "a: [\n  b, # x\n  c # y\n  ]\n", "a: [b, c,\n    d, e]\n", "a: [\n  b, c,\n  d,\n  e, f]\n", "a: ['b', \"c, d\", {e: f}]\n",
		"a: [\r\n  b,\r\n  c\r\n]\r\n", "a: [ # x\n  b\n]\n", "\ufeffa: [b]\n",
	} {
		edit(t, text)
	}
}

func TestWhatCannotBeEdited(t *testing.T) {
	t.Parallel()
	doc := parse(t, "a:\n  - - b\n    - c\n")
	seq, err := doc.Seq(doc.Root.Content[1].Content[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seq.Insert(0, "- new"); err == nil {
		t.Error("a line in front of a list within a list")
	}
	doc = parse(t, "a:\n  - b\n")
	if seq, err = doc.Seq(doc.Root.Content[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := seq.Remove(0); err == nil {
		t.Error("the last item of a block list")
	}
}

func TestJSONList(t *testing.T) {
	t.Parallel()
	doc, err := yamltext.Parse("x.yaml", []byte("a: |\n  f('[\n    \"b\",\n    \"c\\u0021\"\n  ]')\n"))
	if err != nil {
		t.Fatal(err)
	}
	seq, values, err := doc.JSONList(strings.IndexByte(string(doc.Text), '['), `"`)
	if err != nil || strings.Join(values, " ") != "b c!" || len(seq.Items) != 2 {
		t.Errorf("got %q, %v", values, err)
	}
	for _, bad := range []string{"[1]", `["a" "b"]`, `["a",, "b"]`, "[", `["a`, `["a", ]`, "[,]"} {
		doc := &yamltext.Doc{Text: []byte(bad)}
		if _, values, err := doc.JSONList(0, `"`); err == nil {
			t.Errorf("%s: got %q", bad, values)
		}
	}
}

// In a scalar with double quotes the quotes of the strings are escaped.
func TestJSONListInDoubleQuotes(t *testing.T) {
	t.Parallel()
	doc := parse(t, `a: "f('[\"b\", \"c\"]')"`)
	seq, values, err := doc.JSONList(strings.IndexByte(string(doc.Text), '['), `\"`)
	if err != nil || strings.Join(values, " ") != "b c" {
		t.Fatalf("got %q, %v", values, err)
	}
	splices, err := seq.Insert(1, `\"new\"`)
	if got, want := string(yamltext.Apply(doc.Text, splices)), `a: "f('[\"b\", \"new\", \"c\"]')"`; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	for _, bad := range []string{`[\"a]`, `["a"]`, `[\"a\\\"]`, `[\"a\n\"]`, `[\"a\" \"b\"]`, `[\"a`, `[\`} {
		doc := &yamltext.Doc{Text: []byte(bad)}
		if _, values, err := doc.JSONList(0, `\"`); err == nil {
			t.Errorf("%s: got %q", bad, values)
		}
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	doc := parse(t, "\ufeffü: 1\nb: ä c\n")
	for word, want := range map[string][2]int{"ü": {1, 1}, "1": {1, 4}, "b:": {2, 1}, "c": {2, 6}} {
		line, col := doc.Position(strings.Index(string(doc.Text), word))
		if line != want[0] || col != want[1] {
			t.Errorf("%s: got %d:%d, want %v", word, line, col, want)
		}
	}
}

func TestScalar(t *testing.T) {
	t.Parallel()
	plain, double, single := &yaml.Node{Tag: "!!str"}, &yaml.Node{Tag: "!!str", Style: yaml.DoubleQuotedStyle}, &yaml.Node{Tag: "!!str", Style: yaml.SingleQuotedStyle}
	for _, tt := range []struct {
		value string
		like  *yaml.Node
		want  string
	}{
		{"v1", plain, "v1"}, {"v1", double, `"v1"`}, {"v1", single, "'v1'"}, {"it's", single, "'it''s'"},
		{"1.0", plain, `"1.0"`}, {"true", plain, `"true"`}, {"", plain, `""`}, {"a: b", plain, `"a: b"`}, {"- a", plain, `"- a"`},
		{"a # b", plain, `"a # b"`}, {"[a", plain, `"[a"`}, {"*a", plain, `"*a"`}, {"a, b", plain, `"a, b"`}, {" a", plain, `" a"`}, {"2026-01-01", plain, `"2026-01-01"`},
		{"3", &yaml.Node{Tag: "!!int"}, "3"}, {"a", &yaml.Node{Tag: "!!int"}, "a"}, {"false", &yaml.Node{Tag: "!!bool"}, "false"}, {"!source-a/**.md", plain, `"!source-a/**.md"`},
	} {
		if got := yamltext.Scalar(tt.value, tt.like); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.value, got, tt.want)
		}
	}
}

// Whatever is parsed: spans lie in the text and nest, and an inserted item is found again.
func FuzzSpans(f *testing.F) {
	for _, seed := range []string{"a: [b, 'c', {d: e}] # f\n", "a:\n  - b\n  - c: |\n      d\n", "a: &x !!str \"b\\\n  c\"\n- d", "? a\n: - b\n", "{a: b, c: [d: e]}", "a: 'b''c'\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := yamltext.Parse("x.yaml", []byte(text))
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.File != "x.yaml" {
				t.Errorf("an error without its file: %v", err)
			}
			return
		}
		if doc.Root != nil {
			walk(t, doc, doc.Root)
		}
	})
}

func walk(t *testing.T, doc *yamltext.Doc, n *yaml.Node) {
	t.Helper()
	outer, err := doc.Span(n)
	if err != nil {
		return
	}
	if outer.Start < 0 || outer.End < outer.Start || outer.End > len(doc.Text) {
		t.Fatalf("%+v of %q", outer, doc.Text)
	}
	for _, child := range n.Content {
		if inner, err := doc.Span(child); err == nil && (inner.Start < outer.Start || inner.End > outer.End) {
			t.Fatalf("%v %q is not within %v %q of %q", inner, doc.Bytes(inner), outer, doc.Bytes(outer), doc.Text)
		}
		walk(t, doc, child)
	}
}

// Nodes far out on a line are found by marks; they are where the parser says.
func TestLongLine(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("[")
	for i := range 2000 {
		fmt.Fprintf(&text, "{é%d: [ü, 'x']}, ", i)
	}
	text.WriteString("end]")
	doc, err := yamltext.Parse("x.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1999, 0, 1000, 1999, 20} { // in no order
		key := doc.Root.Content[i].Content[0]
		line, col := doc.Position(strings.Index(text.String(), fmt.Sprintf("é%d:", i)))
		if span, err := doc.Span(key); err != nil || text.String()[span.Start:span.End] != key.Value || line != 1 || col != key.Column {
			t.Errorf("item %d: %v %v, column %d for %d", i, span, err, col, key.Column)
		}
	}
}
