package yamltext_test

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// What goes from a list in brackets takes one comma along, and the line that it
// had for itself; what stands beside stays.
func TestRemoveFromBrackets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		at   []int
		want string
	}{
		{"a: [b]\n", []int{0}, "a: []\n"}, {"a: [ b ]\n", []int{0}, "a: [  ]\n"}, {"a: [b,]\n", []int{0}, "a: []\n"}, {"a: [b, c]\n", []int{0}, "a: [c]\n"}, {"a: [b, c]\n", []int{1}, "a: [b]\n"},
		{"a: [b,c,d]\n", []int{1}, "a: [b,d]\n"}, {"a: [b, c, d]\n", []int{0, 2}, "a: [c]\n"}, {"a: [b, c,]\n", []int{1}, "a: [b,]\n"}, {"a: [b, c,]\n", []int{0}, "a: [c,]\n"},
		{"a: [x, x, b]\n", []int{0, 1}, "a: [b]\n"}, {"a: [b, x, x]\n", []int{1, 2}, "a: [b]\n"}, {"a: [b, x, x, c]\n", []int{1, 2}, "a: [b, c]\n"}, {"a: [x, x]\n", []int{0, 1}, "a: []\n"},
		{"a: [x, x, x,]\n", []int{0, 1, 2}, "a: []\n"}, {"a: [x, b, x, x, c, x]\n", []int{0, 2, 3, 5}, "a: [b, c]\n"}, {"a: [x,x , b]\n", []int{0, 1}, "a: [b]\n"}, {"a: ['x', \"x\", b]\n", []int{1, 0}, "a: [b]\n"},
		{"a: [\n  x,\n  b\n]\n", []int{0}, "a: [\n  b\n]\n"}, {"a: [\n  b,\n  x\n]\n", []int{1}, "a: [\n  b\n]\n"}, {"a: [\n  b,\n  x,\n]\n", []int{1}, "a: [\n  b,\n]\n"},
		{"a: [\n  x, # of x\n  b # of b\n]\n", []int{0}, "a: [\n  b # of b\n]\n"}, {"a: [\n  b, # of b\n  x # of x\n]\n", []int{1}, "a: [\n  b # of b\n]\n"},
		{"a: [\n  x, # one\n  # between\n  x, # two\n  b\n]\n", []int{0, 1}, "a: [\n  # between\n  b\n]\n"}, {"a: [\n  b,\n  x,\n  x,\n]\n", []int{1, 2}, "a: [\n  b,\n]\n"},
		{"a: [\n  x, x,\n  b\n]\n", []int{0, 1}, "a: [\n  b\n]\n"}, {"a: [\n  b, x,\n  c\n]\n", []int{1}, "a: [\n  b,\n  c\n]\n"}, {"a: [\n  b, x, x,\n  c\n]\n", []int{1, 2}, "a: [\n  b,\n  c\n]\n"},
		{"a: [{x: 1, y: [2, 3]}, b]\n", []int{0}, "a: [b]\n"}, {"a: [b: 1, c]\n", []int{0}, "a: [c]\n"}, {"a: [b, c: 1]\n", []int{1}, "a: [b]\n"}, {"a: [b, \"x,]\"]\n", []int{1}, "a: [b]\n"},
		{"a: [\r\n  x,\r\n  b\r\n]\r\n", []int{0}, "a: [\r\n  b\r\n]\r\n"}, {"a: [b, c]", []int{1}, "a: [b]"}, {"a: [b, c]\n", nil, "a: [b, c]\n"}, {"a: [b\n  , x\n  , c]\n", []int{1}, "a: [b\n  ,  c]\n"},
	} {
		got, err := changed(t, tt.text, func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			seq, err := doc.Seq(n)
			if err != nil {
				return nil, err
			}
			return seq.Remove(tt.at...)
		})
		if err != nil || got != tt.want {
			t.Errorf("%q without %v: got %q, %v; want %q", tt.text, tt.at, got, err, tt.want)
		}
	}
}

// A new item comes on a line of its own where its neighbour has one, with the comma
// and the blanks that the others have.
func TestInsertIntoBrackets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		at   int
		want string
	}{
		{"a: []\n", 0, "a: [new]\n"}, {"a: [ ]\n", 0, "a: [new ]\n"}, {"a: [b]\n", 0, "a: [new, b]\n"}, {"a: [b]\n", 1, "a: [b, new]\n"}, {"a: [b,c]\n", 1, "a: [b,new,c]\n"}, {"a: [b,c]\n", 2, "a: [b,c,new]\n"},
		{"a: [b,  c]\n", 2, "a: [b,  c, new]\n"}, {"a: [b, c,d]\n", 3, "a: [b, c,d, new]\n"}, {"a: [b,  c,d]\n", 0, "a: [new,b,  c,d]\n"}, {"a: [b, ]\n", 1, "a: [b, new, ]\n"}, {"a: [ b ]\n", 0, "a: [ new, b ]\n"},
		{"a: [\n  b\n]\n", 0, "a: [\n  new,\n  b\n]\n"}, {"a: [\n  b\n]\n", 1, "a: [\n  b,\n  new\n]\n"}, {"a: [\n  b,\n]\n", 1, "a: [\n  b,\n  new,\n]\n"}, {"a: [\n  b, # of b\n  c # of c\n]\n", 1, "a: [\n  b, # of b\n  new,\n  c # of c\n]\n"},
		{"a: [\n  b, # of b\n  c # of c\n]\n", 2, "a: [\n  b, # of b\n  c, # of c\n  new\n]\n"}, {"a: [\n  b]\n", 1, "a: [\n  b, new]\n"}, {"a: [\n  b\n  ,\n  c\n]\n", 1, "a: [\n  b, new\n  ,\n  c\n]\n"},
		{"a: [b,\n    c]\n", 0, "a: [new, b,\n    c]\n"}, {"a: [b,\n    c]\n", 2, "a: [b,\n    c, new]\n"}, {"a: [b, c,\n    d, e]\n", 2, "a: [b, c, new,\n    d, e]\n"}, {"a: [\n  b, c\n]\n", 2, "a: [\n  b, c, new\n]\n"}, {"a: [\n  b, c\n]\n", 1, "a: [\n  b, new, c\n]\n"},
		{"a: [\r\n  b\r\n]\r\n", 1, "a: [\r\n  b,\r\n  new\r\n]\r\n"}, {"a: [{b: c}]\n", 1, "a: [{b: c}, new]\n"}, {"a: [b: c]\n", 1, "a: [b: c, new]\n"}, {"a: [b: c]\n", 0, "a: [new, b: c]\n"}, {"a: [b, c] # so\n", 2, "a: [b, c, new] # so\n"},
	} {
		got, err := changed(t, tt.text, func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
			seq, err := doc.Seq(n)
			if err != nil {
				return nil, err
			}
			return seq.Insert(tt.at, "new")
		})
		if err != nil || got != tt.want {
			t.Errorf("%q at %d: got %q, %v; want %q", tt.text, tt.at, got, err, tt.want)
		}
	}
}

// A note behind the bracket of an empty list does not swallow what is put in.
func TestInsertBeforeANote(t *testing.T) {
	t.Parallel()
	got, err := changed(t, "a: [ # none\n]\n", func(doc *yamltext.Doc, n *yaml.Node) ([]yamltext.Splice, error) {
		seq, err := doc.Seq(n)
		if err != nil {
			return nil, err
		}
		return seq.Insert(0, "new")
	})
	if list := parse(t, got).Root.Content[1]; err != nil || len(list.Content) != 1 || list.Content[0].Value != "new" || !strings.Contains(got, "# none") {
		t.Errorf("got %q, %v", got, err)
	}
}

// Lists in JSON: what is no list of plain strings is none, wherever the text ends.
func TestJSONListsThatAreNone(t *testing.T) {
	t.Parallel()
	whole := `["a", "b\"c", "ü"]`
	for cut := range len(whole) {
		doc := &yamltext.Doc{Text: []byte(whole[:cut])}
		if cut == 0 {
			continue
		}
		if _, values, err := doc.JSONList(0, `"`); err == nil {
			t.Errorf("%s: got %q", whole[:cut], values)
		}
	}
	escaped := `[\"a\", \"b\"]`
	for cut := 1; cut < len(escaped); cut++ {
		doc := &yamltext.Doc{Text: []byte(escaped[:cut])}
		if _, values, err := doc.JSONList(0, `\"`); err == nil {
			t.Errorf("%s: got %q", escaped[:cut], values)
		}
	}
	for _, text := range []string{`["a"; "b"]`, `["a":"b"]`, `["a", b]`, `['a']`, `["\x"]`, "[\"a\nb\"]", `["a"}`, `[,"a"]`, `["a",]`, `[null]`, `[["a"]]`} {
		doc := &yamltext.Doc{Text: []byte(text)}
		if _, values, err := doc.JSONList(0, `"`); err == nil {
			t.Errorf("%s: got %q", text, values)
		}
	}
	for text, want := range map[string]string{"[]": "", "[ \n ]": "", `["a"]`: "a", "[\r\n\t\"a\" ,\n\"b\"\n]": "a b", `["a","a"]`: "a a"} {
		doc := &yamltext.Doc{Text: []byte(text)}
		seq, values, err := doc.JSONList(0, `"`)
		if err != nil || strings.Join(values, " ") != want || len(seq.Items) != len(values) {
			t.Errorf("%q: got %q, %v", text, values, err)
		}
	}
}

// Items can be put into such a list, and taken out, at each of its places.
func TestEditsOfJSONLists(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"f('[]')", "f('[ ]')", `f('["b"]')`, `f('["b", "c"]')`, `f('["b","c"]') && g`, "f('[\n  \"b\",\n  \"c\"\n]')\n", "f('[\r\n  \"b\",\r\n  \"c\"]')\r\n"} {
		open := strings.IndexByte(text, '[')
		doc := parse(t, "a: |\n  "+strings.ReplaceAll(text, "\n", "\n  "))
		open += len("a: |\n  ")
		seq, values, err := doc.JSONList(open, `"`)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for at := range len(values) + 1 {
			splices, err := seq.Insert(at, `"new"`)
			if err != nil {
				t.Fatalf("%q at %d: %v", text, at, err)
			}
			next := parse(t, apply(doc, splices))
			again, got, err := next.JSONList(open, `"`)
			want := strings.Fields(strings.Join(values[:at], " ") + " new " + strings.Join(values[at:], " "))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q at %d: %q, %v in %q", text, at, got, err, next.Text)
				continue
			}
			back, err := again.Remove(at)
			if out := apply(next, back); err != nil || out != string(doc.Text) {
				t.Errorf("%q at %d: removing gave %q, %v", text, at, out, err)
			}
		}
	}
}
