package yamltext_test

import (
	"errors"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// Of a key that stands twice the last one holds, as a parser has it; keys that
// are no text, and nodes that are no map, have no such key.
func TestPair(t *testing.T) {
	t.Parallel()
	doc := parse(t, "a: 1\nb: [c, d]\na: 2\n? [x]\n: 3\n\"e\": {f: 4}\n5: g\nz: &z {h: 6}\ny: *z\n")
	for key, want := range map[string]string{"a": "2", "5": "g", "c": "", "x": "", "": "", "1": ""} {
		k, v := yamltext.Pair(doc.Root, key)
		switch {
		case want == "" && (k != nil || v != nil):
			t.Errorf("%q: got %+v, %+v", key, k, v)
		case want != "" && (k == nil || v == nil || k.Value != key || v.Value != want || yamltext.Get(doc.Root, key) != v):
			t.Errorf("%q: got %+v, %+v", key, k, v)
		}
	}
	if v := yamltext.Get(yamltext.Get(doc.Root, "e"), "f"); v == nil || v.Value != "4" {
		t.Errorf("a key within: got %+v", v)
	}
	for _, n := range []*yaml.Node{nil, yamltext.Get(doc.Root, "b"), yamltext.Get(doc.Root, "a"), yamltext.Get(doc.Root, "y"), {Kind: yaml.MappingNode}} {
		if v := yamltext.Get(n, "h"); v != nil {
			t.Errorf("%+v: got %+v", n, v)
		}
	}
}

// What differs in one point only is not equal, whichever point it is and on
// whichever side.
func TestEqualSeesKindsTagsAndAliases(t *testing.T) {
	t.Parallel()
	for _, tt := range [][2]string{
		{"a: [1]", "a: {1}"}, {"a: []", "a: {}"}, {"a: ", "a: ''"}, {"a: 1", "a: !!str 1"}, {"a: !x 1", "a: !y 1"}, {"a: |\n  x\n", "a: >\n  x\n"}, {"a: |\n  x\n", "a: \"x\\n\""},
		{"a: &x 1\nb: &y 1\nc: *x\n", "a: &x 1\nb: &y 1\nc: *y\n"}, {"a: &x 1\nc: *x\n", "a: &x 1\nc: 1\n"}, {"a: &x 1\n", "a: 1\n"}, {"a: [b, [c]]", "a: [b, c]"}, {"- a\n- b", "- a"}, {"a: 1", "'a': 1"},
	} {
		one, other := parse(t, tt[0]).Root, parse(t, tt[1]).Root
		if yamltext.Equal(one, other, nil) || yamltext.Equal(other, one, nil) {
			t.Errorf("%q and %q are taken for the same", tt[0], tt[1])
		}
		if !yamltext.Equal(one, parse(t, tt[0]).Root, nil) {
			t.Errorf("%q is not what it is", tt[0])
		}
	}
	root := parse(t, "a: 1").Root
	if yamltext.Equal(nil, root, nil) || yamltext.Equal(root, nil, nil) {
		t.Error("something is no nothing")
	}
}

// A key that is passed over takes its value along, an item itself alone; both sides may have some.
func TestEqualWithout(t *testing.T) {
	t.Parallel()
	pick := func(n *yaml.Node, path ...int) *yaml.Node {
		for _, i := range path {
			n = n.Content[i]
		}
		return n
	}
	was := parse(t, "a: {x: 1, y: 2}\nb: [x, y, z]\n").Root
	for _, tt := range []struct {
		text  string
		paths [][]int // of what is new in text
		gone  [][]int // of what was there before
		same  bool
	}{
		{"a: {x: 1, new: 3, y: 2}\nb: [x, y, z]\n", [][]int{{1, 2}}, nil, true},
		{"a: {x: 1, new: 3, y: 2}\nb: [x, y, z]\n", [][]int{{1, 3}}, nil, false}, // the value is no key
		{"a: {x: 1, y: 2}\nb: [new, x, y, z, new]\n", [][]int{{3, 0}, {3, 4}}, nil, true},
		{"a: {x: 1, y: 2}\nb: [new, x, y, z, new]\n", [][]int{{3, 0}}, nil, false},
		{"a: {x: 1, y: 2}\nb: [x, z]\n", nil, [][]int{{3, 1}}, true},
		{"a: {y: 2}\nb: [x, y, z]\n", nil, [][]int{{1, 0}}, true},
		{"a: {y: 2}\nb: [x, y, z]\n", nil, [][]int{{1, 2}}, false},
		{"a: {x: 9, y: 2}\nb: [x, y, z]\n", [][]int{{1, 0}}, [][]int{{1, 0}}, true}, // another value
		{"a: {x: 1, y: 2}\nb: [x, z, y]\n", [][]int{{3, 2}}, [][]int{{3, 1}}, true},
		{"b: [x, y, z]\n", nil, [][]int{{0}}, true},
	} {
		is := parse(t, tt.text).Root
		without := map[*yaml.Node]bool{}
		for _, path := range tt.paths {
			without[pick(is, path...)] = true
		}
		for _, path := range tt.gone {
			without[pick(was, path...)] = true
		}
		if yamltext.Equal(was, is, without) != tt.same || yamltext.Equal(is, was, without) != tt.same {
			t.Errorf("%q without %v and %v: %t", tt.text, tt.paths, tt.gone, !tt.same)
		}
	}
}

// What several splices have put in is found where the others have moved it to:
// items and keys, but no value of an old key, and nothing behind an alias.
func TestInserted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		parts []string // in turn: what stays, what goes, what comes in its place
		want  string
	}{
		{[]string{"a: [", "", "new, ", "b]\nc:\n", "", "  - new\n", "  - d\n"}, "new new"},
		{[]string{"a: {b: 1", "", ", k: v", "}\n", "", "k2: v\n", "c: 2\n"}, "k k2"},
		{[]string{"a: ", "long-text-that-goes", "x", "\nb: [c", "", ", new", "]\n"}, "new"},
		{[]string{"a: ", "x", "a-much-longer-text", "\nb: [", "", "new, ", "c]\n"}, "new"},
		{[]string{"a: ", "1", "2", "\n"}, ""},
		{[]string{"a: &x [b", "", ", new", "]\nc: *x\n"}, "new"},
		{[]string{"- a\n", "", "# only a note\n", ""}, ""},
		{[]string{"- a\n", "", "- new: {x: 1}\n  y: 2\n", "- b\n"}, ""}, // the map of them, which has no text of its own
	} {
		var text strings.Builder
		var splices []yamltext.Splice
		for i := 0; i < len(tt.parts); i += 3 {
			text.WriteString(tt.parts[i])
			if i+2 < len(tt.parts) {
				at := text.Len()
				text.WriteString(tt.parts[i+1])
				splices = append(splices, yamltext.Splice{Span: yamltext.Span{Start: at, End: text.Len()}, Text: tt.parts[i+2]})
			}
		}
		parse(t, text.String())
		next := parse(t, string(yamltext.Apply([]byte(text.String()), splices)))
		found := next.Inserted(splices)
		var names []string
		every(next.Root, func(n *yaml.Node) {
			if found[n] && n.Value != "" {
				names = append(names, n.Value)
			}
		})
		if got := strings.Join(names, " "); got != tt.want || tt.want != "" && len(found) != len(names) {
			t.Errorf("%q: got %q, want %q", next.Text, got, tt.want)
		}
	}
	if found := (&yamltext.Doc{}).Inserted([]yamltext.Splice{{Text: "x"}}); len(found) != 0 {
		t.Errorf("in nothing: %v", found)
	}
}

// An error of a place names file, line and column, in characters.
func TestErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	doc := parse(t, "ü: 1\nk: ä, é\nb: {'ö ü': x}\n")
	for _, tt := range []struct {
		n    *yaml.Node
		want string
	}{{doc.Root, "x.yaml:1:1: of 7"}, {doc.Root.Content[3], "x.yaml:2:4: of 7"}, {doc.Root.Content[5].Content[1], "x.yaml:3:12: of 7"}} {
		err := doc.Errorf(tt.n, "of %d", 7)
		var at *fault.Error
		if err.Error() != tt.want || !errors.As(err, &at) || at.Kind != fault.Usage {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}
