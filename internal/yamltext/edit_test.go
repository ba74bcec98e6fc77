package yamltext_test

import (
	"errors"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

func apply(doc *yamltext.Doc, splices []yamltext.Splice) string {
	return string(yamltext.Apply(doc.Text, splices))
}

// The first value of the text is a map; key: value goes behind its last pair.
func TestInsertPair(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a:\n  b: 1\nc: 2\n":            "a:\n  b: 1\n  new: x\nc: 2\n",
		"a:\n  b: 1":                    "a:\n  b: 1\n  new: x",
		"a:\r\n  b: 1 # y\r\n\r\nc: 2":  "a:\r\n  b: 1 # y\r\n  new: x\r\n\r\nc: 2",
		"a:\n  b:\n    - c\n    - d\n":  "a:\n  b:\n    - c\n    - d\n  new: x\n",
		"a: {b: 1}\n":                   "a: {b: 1, new: x}\n",
		"a: { b: 1 } # y\n":             "a: { b: 1, new: x } # y\n",
		"a: {}\n":                       "a: {new: x}\n",
		"a: {\n  b: 1,\n  c: 2\n}\n":    "a: {\n  b: 1,\n  c: 2,\n  new: x\n}\n",
		"- b: 1\n  c: |\n    text\n- d": "- b: 1\n  c: |\n    text\n  new: x\n- d",
	} {
		doc := parse(t, text)
		n := doc.Root.Content[0]
		if doc.Root.Kind == yaml.MappingNode {
			n = doc.Root.Content[1]
		}
		splices, err := doc.InsertPair(n, "new: x")
		if got := apply(doc, splices); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestInsertAfter(t *testing.T) {
	t.Parallel()
	lines := []string{"include:", "  - x", "", "  - y"}
	for text, want := range map[string]string{
		"a:\n  b:\n    - 1\nc: 2\n":     "a:\n  b:\n    - 1\n  include:\n    - x\n\n    - y\nc: 2\n",
		"a:\n  b: [1]":                  "a:\n  b: [1]\n  include:\n    - x\n\n    - y",
		"a:\r\n  b: [1] # z\r\n# end\n": "a:\r\n  b: [1] # z\r\n  include:\r\n    - x\r\n\r\n    - y\r\n# end\n",
	} {
		doc := parse(t, text)
		splices, err := doc.InsertAfter(doc.Root.Content[1], lines)
		if got := apply(doc, splices); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"a: {b: 1}\n", "a: [b]\n", "a: b\n"} {
		doc := parse(t, text)
		if splices, err := doc.InsertAfter(doc.Root.Content[1], lines); err == nil {
			t.Errorf("%q: got %q", text, apply(doc, splices))
		}
	}
}

func TestRemoveLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, span, want string }{
		{"a: 1\nb: 2\nc: 3\n", "b: 2", "a: 1\nc: 3\n"},
		{"a: 1\nb: 2 # why\nc: 3\n", "b: 2", "a: 1\nc: 3\n"},
		{"a: 1\r\nb: 2\r\n", "b: 2", "a: 1\r\n"},
		{"a: 1\nb: 2", "b: 2", "a: 1"},
		{"a: 1\r\nb: 2", "b: 2", "a: 1"},
		{"a:\n  - b\n  - c\n", "- b\n  - c", "a:\n"},
		{"a: 1", "a: 1", ""},
	} {
		doc := parse(t, tt.text)
		at := strings.Index(tt.text, tt.span)
		splices, err := doc.RemoveLines(yamltext.Span{Start: at, End: at + len(tt.span)})
		if got := apply(doc, splices); err != nil || got != tt.want {
			t.Errorf("%q without %q: got %q, %v; want %q", tt.text, tt.span, got, err, tt.want)
		}
	}
	doc := parse(t, "a: {b: 1, c: 2}\n")
	for _, part := range []string{"b: 1", "c: 2", "{b: 1, c: 2}"} {
		at := strings.Index(string(doc.Text), part)
		if _, err := doc.RemoveLines(yamltext.Span{Start: at, End: at + len(part)}); err == nil {
			t.Errorf("%q has no line for itself", part)
		}
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	cut := func(start, end int, text string) yamltext.Splice {
		return yamltext.Splice{Span: yamltext.Span{Start: start, End: end}, Text: text}
	}
	for _, tt := range []struct {
		text    string
		splices []yamltext.Splice
		want    string
	}{
		{"abc", nil, "abc"},
		{"abc", []yamltext.Splice{cut(3, 3, "d"), cut(0, 1, "x")}, "xbcd"},
		{"abc", []yamltext.Splice{cut(1, 1, "1"), cut(1, 1, "2")}, "a12bc"},
		{"abc", []yamltext.Splice{cut(0, 3, "")}, ""},
		// Two last lines of a text without an ending: the one before loses its own.
		{"a\nb\nc", []yamltext.Splice{cut(2, 4, ""), cut(3, 5, "")}, "a"},
		{"a\r\nb\r\nc", []yamltext.Splice{cut(3, 6, ""), cut(4, 7, "")}, "a"},
		{"b\nc", []yamltext.Splice{cut(0, 2, ""), cut(1, 3, "")}, ""},
	} {
		if got := string(yamltext.Apply([]byte(tt.text), tt.splices)); got != tt.want {
			t.Errorf("%q with %v: got %q, want %q", tt.text, tt.splices, got, tt.want)
		}
	}
}

func TestParseSaysWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: 1\n<<<<<<< HEAD\nb: 2\n": "x.yaml:2:1: a merge conflict is not resolved",
		"a: 1\n>>>>>>> other\n":      "x.yaml:2:1: a merge conflict is not resolved",
		"a: 1\n---\nb: 2\n":          "x.yaml:2: a second document begins here; one is wanted",
		"a: 1\rb: 2\n":               "x.yaml:1: a line ends in neither LF nor CRLF",
		"a: 1\nb: \"\u2028\"\n":      "x.yaml:2: a line ends in neither LF nor CRLF",
		"a: [1\nb: 2\n":              "x.yaml:2: did not find expected ',' or ']'",
		"a: 1\n\tb: 2\n":             "x.yaml:2: found a tab character that violates indentation",
		"a: 1\nb: *nowhere\n":        "x.yaml:2: unknown anchor 'nowhere' referenced",
		"a: *no\nb: *no\n":           "x.yaml: unknown anchor 'no' referenced",
		"a: }\n":                     "x.yaml:1: did not find expected node content",
		"a: 1\nb: }\n":               "x.yaml:2: did not find expected node content",
		"--\r\na: b\r\n":             `x.yaml:1:1: "--" begins no document`,
		"\ufeff-- \na: b\n":          `x.yaml:1:1: "--" begins no document`,
		"a: b: c\n":                  "x.yaml:1: mapping values are not allowed in this context",
		"a: @x\n":                    "x.yaml:1: found character that cannot start any token",
		"a: 'x":                      "x.yaml:1: found unexpected end of stream",
		"b: 1\na: &\n":               "x.yaml:2: did not find expected alphabetic or numeric character",
		"b: 1\na: |x\n  y\n":         "x.yaml:2: did not find expected comment or line break",
		"a: 1\nb: \x07\n":            "x.yaml:2: control characters are not allowed",
		"a: 1\n---\nb: [\n":          "x.yaml:",
		"\xff\xfea\x00":              "x.yaml",
	} {
		_, err := yamltext.Parse("x.yaml", []byte(text))
		var at *fault.Error
		if !errors.As(err, &at) || at.Kind != fault.Usage || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"", "# only a comment\n", "---\n", "\ufeff"} {
		if doc, err := yamltext.Parse("x.yaml", []byte(text)); err != nil || doc.Root != nil && doc.Root.Tag != "!!null" {
			t.Errorf("%q: got %+v, %v", text, doc, err)
		}
	}
}

// Equal sees every difference in what is written, and passes over what it is told to.
func TestEqual(t *testing.T) {
	t.Parallel()
	was := parse(t, "a: &x [b, 'c']\nd: {e: 1}\n")
	for _, text := range []string{
		"a: [b, 'c']\nd: {e: 1}\n", "a: &y [b, 'c']\nd: {e: 1}\n", "a: &x [b, c]\nd: {e: 1}\n", "a: &x [b, \"c\"]\nd: {e: 1}\n", "a: &x [b, 'c', f]\nd: {e: 1}\n",
		"a: &x ['c', b]\nd: {e: 1}\n", "a: &x [b, 'c']\nd: {e: '1'}\n", "a: &x [b, 'c']\nd:\n  e: 1\n", "d: {e: 1}\na: &x [b, 'c']\n", "a: &x [b, 'c']\n",
	} {
		if yamltext.Equal(was.Root, parse(t, text).Root, nil) {
			t.Errorf("%q is taken for the same", text)
		}
	}
	if !yamltext.Equal(was.Root, parse(t, "# x\na:   &x [b,   'c'] # y\n\nd: {e: 1}").Root, nil) {
		t.Error("blanks and comments are no difference")
	}
	more := parse(t, "a: &x [b, new, 'c']\nd: {e: 1, new: 2}\n")
	without := map[*yaml.Node]bool{more.Root.Content[1].Content[1]: true, more.Root.Content[3].Content[2]: true}
	if !yamltext.Equal(was.Root, more.Root, without) || yamltext.Equal(was.Root, more.Root, nil) {
		t.Error("an item and a pair are passed over, and only when told")
	}
	if yamltext.Equal(was.Root, nil, nil) || !yamltext.Equal(nil, nil, nil) {
		t.Error("nothing equals nothing only")
	}
}
