package yamltext_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// writer makes YAML texts of nested maps and lists in all the ways of writing them.
type writer struct {
	*rand.Rand
	b       strings.Builder
	anchors int
}

func (w *writer) pick(of ...string) string { return of[w.IntN(len(of))] }

// note is what may stand behind a value.
func (w *writer) note() string { return w.pick("", "", "", "", " # why: [x, 'y", "  #", "\t# tab") }

// between may stand between two lines of a block.
func (w *writer) between(indent string) {
	w.b.WriteString(w.pick("", "", "", "", "", "\n", indent+"# - note: {x\n", "# far left\n", "   \n"))
}

// inline is a value on one line; within brackets it must not hold their signs.
func (w *writer) inline(depth int) string {
	if depth > 2 {
		return w.pick("a", "source-x", "12", "'it''s'", `"q\"u"`, "ü", "null", "a b", "v1.0", "true")
	}
	switch w.IntN(7) {
	case 0:
		var items []string
		for range w.IntN(4) {
			items = append(items, w.inline(depth+1))
		}
		return w.pick("[", "[ ") + strings.Join(items, w.pick(", ", ",", " , ")) + w.pick("]", " ]")
	case 1:
		var pairs []string
		for i := range w.IntN(4) {
			pairs = append(pairs, fmt.Sprintf("%sk%d: %s", w.pick("", " "), i, w.inline(depth+1)))
		}
		return "{" + strings.Join(pairs, ", ") + w.pick("}", " }")
	case 2:
		w.anchors++
		return fmt.Sprintf("&n%d %s", w.anchors, w.inline(3))
	case 3:
		if w.anchors > 0 {
			return fmt.Sprintf("*n%d ", 1+w.IntN(w.anchors))
		}
		return "!!str 5"
	}
	return w.inline(3)
}

// value writes what stands behind a key or a dash, with its line ending.
func (w *writer) value(indent string, depth int) {
	deeper := indent + w.pick("  ", " ", "    ")
	switch n := w.IntN(12); {
	case n < 2 && depth < 4:
		w.b.WriteString(w.note() + "\n")
		w.block(deeper, depth+1, w.IntN(2) == 0)
	case n == 2:
		fmt.Fprintf(&w.b, " %s\n%sone\n\n%s  two: x # no note\n", w.pick("|", ">", "|-", ">-", "|+"), deeper, deeper)
	case n == 3:
		fmt.Fprintf(&w.b, " one\n%stwo\n\n%sthree%s\n", deeper, deeper, w.note())
	case n == 4:
		fmt.Fprintf(&w.b, " \"one\n%stwo \\\"\n\n%sthree\"%s\n", deeper, deeper, w.note())
	case n == 5:
		fmt.Fprintf(&w.b, " [a,%s\n%s'b',\n\n%s{c: d}\n%s]%s\n", w.note(), deeper, deeper, deeper, w.note())
	case n == 6:
		w.b.WriteString(w.note() + "\n")
	default:
		w.b.WriteString(" " + w.inline(0) + w.note() + "\n")
	}
}

func (w *writer) block(indent string, depth int, list bool) {
	for i := range 1 + w.IntN(3) {
		if i > 0 {
			w.between(indent)
		}
		if list {
			w.b.WriteString(indent + "-")
			w.value(indent, depth)
			continue
		}
		w.b.WriteString(indent + fmt.Sprintf(w.pick("k%d", "'k%d'", "\"k%d\"", "ü%d"), i) + w.pick(":", ":", " :"))
		w.value(indent, depth)
	}
}

func (w *writer) text() string {
	w.b.Reset()
	w.anchors = 0
	w.b.WriteString(w.pick("", "# top\n", "---\n", "\n"))
	w.block("", 0, w.IntN(4) == 0)
	text := w.b.String() + w.pick("", "", "# end\n")
	if w.IntN(4) == 0 {
		text = strings.TrimRight(text, "\n ")
	}
	if w.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// randomDocs calls f with texts that the parser takes, and wants most to be such.
func randomDocs(t *testing.T, seed uint64, f func(doc *yamltext.Doc)) {
	t.Helper()
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 9))}
	good := 0
	const tries = 700
	for range tries {
		text := w.text()
		doc, err := yamltext.Parse("x.yaml", []byte(text))
		if err != nil || doc.Root == nil {
			continue
		}
		good++
		if f(doc); t.Failed() {
			t.Fatalf("the text was\n%q", text)
		}
	}
	if good < tries*3/4 {
		t.Errorf("%d of %d texts could be parsed", good, tries)
	}
}

// every calls f with each node of a tree.
func every(n *yaml.Node, f func(*yaml.Node)) {
	f(n)
	for _, child := range n.Content {
		every(child, f)
	}
}

// Spans of children follow each other within that of their parent, and between
// them stands nothing but YAML's signs, blanks and comments.
func TestNothingIsLeftBetweenSpans(t *testing.T) {
	t.Parallel()
	randomDocs(t, 1, func(doc *yamltext.Doc) {
		every(doc.Root, func(n *yaml.Node) {
			outer, err := doc.Span(n)
			if err != nil {
				t.Errorf("line %d: %v", n.Line, err)
				return
			}
			body, err := doc.Body(n)
			if err != nil || body.Start < outer.Start || body.End != outer.End {
				t.Errorf("line %d: body %v of %v, %v", n.Line, body, outer, err)
			}
			if n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
				return
			}
			at := body.Start
			for _, child := range n.Content {
				inner, err := doc.Span(child)
				if err != nil {
					return
				}
				if inner.Start < at || inner.End > outer.End {
					t.Errorf("line %d: %v lies not behind %d in %v", child.Line, inner, at, outer)
					return
				}
				if rest := signs(string(doc.Text[at:inner.Start])); rest != "" {
					t.Errorf("line %d: %q stands before a child", child.Line, rest)
				}
				at = inner.End
			}
			if rest := signs(string(doc.Text[at:outer.End])); rest != "" {
				t.Errorf("line %d: %q stands behind the last child", n.Line, rest)
			}
		})
	})
}

// signs leaves of a text what is no sign of YAML's, blank or comment.
func signs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for i, c := range line {
			if c == '#' && (i == 0 || strings.ContainsRune(" \t", rune(line[i-1]))) {
				break
			}
			if !strings.ContainsRune(" \t\r\n-:,[]{}?", c) {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}

// Any scalar can be given another value by a splice at its body, and nothing
// else of the tree changes.
func TestAnyScalarCanBeReplaced(t *testing.T) {
	t.Parallel()
	replaced := 0
	randomDocs(t, 2, func(doc *yamltext.Doc) {
		keys := map[*yaml.Node]bool{}
		every(doc.Root, func(n *yaml.Node) {
			for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
				keys[n.Content[i]] = true
			}
		})
		every(doc.Root, func(n *yaml.Node) {
			if n.Kind != yaml.ScalarNode || n.Value == "" || n.Tag == "!!null" || n.Style&yaml.TaggedStyle != 0 || keys[n] {
				return
			}
			body, err := doc.Body(n)
			if err != nil {
				t.Errorf("line %d: %v", n.Line, err)
				return
			}
			out := yamltext.Apply(doc.Text, []yamltext.Splice{{Span: body, Text: `"x # y"`}})
			next, err := yamltext.Parse("x.yaml", out)
			if err != nil {
				t.Errorf("replacing %q: %v in\n%q", doc.Bytes(body), err, out)
				return
			}
			was := *n
			n.Value, n.Style, n.Tag = "x # y", yaml.DoubleQuotedStyle, "!!str"
			same := yamltext.Equal(doc.Root, next.Root, nil)
			*n = was
			if !same {
				t.Errorf("replacing %q gave\n%q", doc.Bytes(body), out)
			}
			replaced++
		})
	})
	if replaced < 1500 {
		t.Errorf("%d scalars were replaced", replaced)
	}
}

// Any item of any list can go, and come back, as can any set of them.
func TestAnyItemsCanGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	gone, refused := 0, 0
	randomDocs(t, 3, func(doc *yamltext.Doc) {
		every(doc.Root, func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
				return
			}
			seq, err := doc.Seq(n)
			if err != nil || len(seq.Items) != len(n.Content) {
				t.Errorf("line %d: %d of %d items, %v", n.Line, len(seq.Items), len(n.Content), err)
				return
			}
			var at []int
			without := map[*yaml.Node]bool{}
			for i, item := range n.Content {
				if r.IntN(2) == 0 {
					at, without[item] = append(at, i), true
				}
			}
			if holdsAnchor(n) {
				return // what refers to it would hang in the air
			}
			splices, err := seq.Remove(at...)
			if err != nil {
				refused++
				return
			}
			out := yamltext.Apply(doc.Text, splices)
			next, err := yamltext.Parse("x.yaml", out)
			if err != nil || !yamltext.Equal(doc.Root, next.Root, without) {
				t.Errorf("without %v of line %d: %v\n%q", at, n.Line, err, out)
			}
			gone += len(at)
		})
	})
	if gone < 400 || refused > gone {
		t.Errorf("%d items went, %d times refused", gone, refused)
	}
}

func holdsAnchor(n *yaml.Node) bool {
	found := false
	every(n, func(n *yaml.Node) { found = found || n.Anchor != "" })
	return found
}
