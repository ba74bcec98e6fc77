package yamltext_test

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// withNew is the text with "- new" as the second item of its list.
func withNew(t *testing.T, text string) (string, error) {
	t.Helper()
	return changed(t, text, func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
		seq, err := doc.Seq(n)
		if err != nil {
			return nil, err
		}
		return seq.Insert(1, "- new")
	})
}

// changed carries out what an edit of the first value of a text says.
func changed(t *testing.T, text string, edit func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error)) (string, error) {
	t.Helper()
	doc := parse(t, text)
	splices, err := edit(doc, doc.Root.Content[1])
	return string(yamltext.Apply(doc.Text, splices)), err
}

// A list's items with what stands around them: notes below an item that are
// deeper than its dash are about it, all others are about what follows.
func TestInsertBehindNotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a:\n  - b\n    # of b\n    # and b\n  - c\n":     "a:\n  - b\n    # of b\n    # and b\n  - new\n  - c\n",
		"a:\n  - b\n  # of c\n  - c\n":                    "a:\n  - b\n  - new\n  # of c\n  - c\n",
		"a:\n  - b\n# far left\n  - c\n":                  "a:\n  - b\n  - new\n# far left\n  - c\n",
		"a:\n  - b\n    # of b\n\n    # of c\n  - c\n":    "a:\n  - b\n    # of b\n  - new\n\n    # of c\n  - c\n",
		"a:\n  - b\n\n    # of c\n  - c\n":                "a:\n  - b\n  - new\n\n    # of c\n  - c\n",
		"a:\n  - b\n    # of b":                           "a:\n  - b\n    # of b\n  - new",
		"a:\r\n  - b\r\n    # of b\r\n  - c\r\n":          "a:\r\n  - b\r\n    # of b\r\n  - new\r\n  - c\r\n",
		"a:\n- b # of b\n # of b\n- c\n":                  "a:\n- b # of b\n # of b\n- new\n- c\n",
		"a:\n  - b: |\n      text\n      # text\n  - c\n": "a:\n  - b: |\n      text\n      # text\n  - new\n  - c\n",
		"a:\n  - b\nd: 1\n":                               "a:\n  - b\n  - new\nd: 1\n",
		"a:\n  - b\n    # of b\nd: 1\n":                   "a:\n  - b\n    # of b\n  - new\nd: 1\n",
	} {
		got, err := withNew(t, text)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

// Lists that are written so that a line more would mean something else.
func TestEditsThatAreRefused(t *testing.T) {
	t.Parallel()
	insert := func(at int) func(*yamltext.Doc, *yaml.Node) ([]yamltext.Splice, error) {
		return func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			for n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 {
				n = n.Content[1]
			}
			seq, err := doc.Seq(n)
			if err != nil {
				return nil, err
			}
			return seq.Insert(at, "- new")
		}
	}
	remove := func(at ...int) func(*yamltext.Doc, *yaml.Node) ([]yamltext.Splice, error) {
		return func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			seq, err := doc.Seq(n)
			if err != nil {
				return nil, err
			}
			return seq.Remove(at...)
		}
	}
	for _, tt := range []struct {
		text string
		edit func(*yamltext.Doc, *yaml.Node) ([]yamltext.Splice, error)
	}{
		{"a:\n  ? - b\n    - c\n  : d\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) { return insert(1)(doc, n.Content[0]) }},
		{"a:\n  - b\n", remove(0)},
		{"a:\n  - b\n  - c\n", remove(0, 1)},
		{"a: [b, c]\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			return doc.InsertAfter(n, []string{"x: y"})
		}},
		{"a:\n  - b: {c: d}\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			return doc.InsertAfter(n.Content[0], []string{"x: y"})
		}}, // behind a dash
		{"a: {b: c}\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			return doc.InsertAfter(n, []string{"x: y"})
		}},
		{"a:\n  ? b\n  : c\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			return doc.InsertAfter(n, []string{"x: y"})
		}},
		{"a:\n  ? b\n  : c\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) { return doc.InsertPair(n, "x: y") }},
		{"a:\n  ? b\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) { return doc.InsertPair(n, "x: y") }},
	} {
		if got, err := changed(t, tt.text, tt.edit); err == nil {
			t.Errorf("%q became %q", tt.text, got)
		}
	}
}

// The lines of a span go with their line ending, or at the end of a text with that before.
func TestRemoveLinesAtTheEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, span, want string }{
		{"a: 1\n", "a: 1", ""}, {"a: 1\r\n", "a: 1", ""}, {"a: 1\n\nb: 2", "b: 2", "a: 1\n"}, {"a: 1\r\n\r\nb: 2", "b: 2", "a: 1\r\n"}, {"a: 1\n  \nb: 2\n", "b: 2", "a: 1\n  \n"},
		{"a: 1\nb: 2 # why", "b: 2", "a: 1"}, {"# top\na: 1\n", "a: 1", "# top\n"}, {"\na: 1", "a: 1", ""},
	} {
		doc := parse(t, tt.text)
		at := strings.Index(tt.text, tt.span)
		splices, err := doc.RemoveLines(yamltext.Span{Start: at, End: at + len(tt.span)})
		if got := apply(doc, splices); err != nil || got != tt.want {
			t.Errorf("%q without %q: got %q, %v; want %q", tt.text, tt.span, got, err, tt.want)
		}
	}
}

// New lines end as the line before them does, whatever the others do.
func TestLineEndings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a:\n  - b\n  - c\n":       "a:\n  - b\n  - new\n  - c\n",
		"a:\r\n  - b\r\n  - c\r\n": "a:\r\n  - b\r\n  - new\r\n  - c\r\n",
		"a:\r\n  - b\n  - c\r\n":   "a:\r\n  - b\n  - new\n  - c\r\n",
		"a:\n  - b\r\n  - c\n":     "a:\n  - b\r\n  - new\r\n  - c\n",
		"a:\r\n  - b":              "a:\r\n  - b\r\n  - new",
		"a:\n  - b":                "a:\n  - b\n  - new",
	} {
		got, err := withNew(t, text)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"": "\n", "a": "\n", "a\n": "\n", "a\r\n": "\r\n", "\n": "\n", "\r\n": "\r\n", "a\nb\r\n": "\n", "a\r\nb\n": "\r\n"} {
		if got := (&yamltext.Doc{Text: []byte(text)}).EOL(); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

// Lines are told by their number, with what ends them; there is none before the first.
func TestLine(t *testing.T) {
	t.Parallel()
	doc := parse(t, "a: 1\r\n\nü: 2\n# end")
	for n, want := range map[int]string{-1: "", 0: "", 1: "a: 1\r\n", 2: "\n", 3: "ü: 2\n", 4: "# end", 5: ""} {
		if got := string(doc.Bytes(doc.Line(n))); got != want {
			t.Errorf("line %d: got %q", n, got)
		}
	}
	doc = parse(t, "a: 1\n")
	if got := string(doc.Bytes(doc.Line(2))); got != "" {
		t.Errorf("behind the last line ending: got %q", got)
	}
}
