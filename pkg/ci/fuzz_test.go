package ci

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/pkg/workspace"
)

// For any text and any name: the edit is refused, or the new text says what the
// old one did and the entry besides, a second addition changes nothing, and a
// removal gives the old bytes back.
func FuzzAddRemove(f *testing.F) {
	files, _ := filepath.Glob("testdata/edits/*.txtar")
	for i, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			f.Add(string(part.Data), "source-new", i%2 == 0, i%3 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, text, name string, python, flags bool) {
		fuzzOne(t, text, name, python, flags)
	})
}

func fuzzRepo(text string, name string, python bool) (*repo, workspace.Connector, error) {
	language := map[bool]string{true: "python", false: "go"}
	c := workspace.Connector{Name: name, Kind: "capture", Language: language[python], Version: "v2"}
	r := &repo{ws: &workspace.Workspace{Root: "/nowhere"}, connectors: map[string]workspace.Connector{name: c}}
	for _, known := range []string{"source-a", "source-b", "source-c", "source-z"} {
		r.connectors[known] = workspace.Connector{Name: known, Kind: "capture", Language: "go"}
	}
	for _, known := range []string{"source-p", "source-q"} {
		r.connectors[known] = workspace.Connector{Name: known, Kind: "capture", Language: "python"}
	}
	w, err := parseWorkflow("ci.yaml", []byte(text), r.known)
	r.workflows = []*workflow{w}
	return r, c, err
}

func fuzzOne(t *testing.T, text, name string, python, flags bool) {
	t.Helper()
	r, c, err := fuzzRepo(text, name, python)
	if err != nil || oddKeys(r.workflows[0].doc.Root) { // 0 and 00 are one key to the check, not to the edit
		return
	}
	o := Options{}
	if flags {
		o.Values = Values{Python: true, Set: map[string]string{"usage_rate": "0.0"}}
		o.Also = []string{"Start"}
	}
	was := r.workflows[0]
	there := false
	for _, p := range was.places {
		there = there || p.has(name)
	}
	var change Change
	if r.add(c, o, &change) != nil || len(change.Edits) == 0 {
		return
	}
	next := r.workflows[0]
	var before, after any
	if yaml.Unmarshal(was.doc.Text, &before) != nil || yaml.Unmarshal(next.doc.Text, &after) != nil {
		return // duplicate keys and the like: the tree says more than the values
	}
	if !grown(before, after, name) {
		t.Errorf("more than an entry of %s is new in\n%s\nwas\n%s", name, next.doc.Text, was.doc.Text)
	}
	var second Change
	if err := r.add(c, o, &second); err != nil || len(second.Edits) > 0 {
		t.Errorf("a second addition: %v, %+v to\n%s", err, second.Edits, next.doc.Text)
	}
	r.committed = func(*workflow) *workflow { return was }
	var back Change
	if err := r.remove(name, Options{}, &back); !there && (err != nil || string(r.workflows[0].doc.Text) != text) {
		t.Errorf("%v: removing %s from\n%q\ngave\n%q\nwant\n%q", err, name, next.doc.Text, r.workflows[0].doc.Text, text)
	}
}

// grown tells whether b is a with items or keys that name a connector, or that
// the flags of the fuzz test ask for.
func grown(a, b any, name string) bool {
	switch b := b.(type) {
	case map[string]any:
		a, ok := a.(map[string]any)
		for key, value := range b {
			if _, had := a[key]; !had && (key == "include" || key == "python" || key == "usage_rate") {
				continue
			}
			if ok = ok && grown(a[key], value, name); !ok {
				return false
			}
		}
		for key := range a {
			_, has := b[key]
			ok = ok && has
		}
		return ok
	case []any:
		a, ok := a.([]any)
		i := 0
		for _, item := range b {
			if i < len(a) && grown(a[i], item, name) {
				i++
			} else if !names(item, name) {
				return false
			}
		}
		return ok && i == len(a)
	case string:
		was, ok := a.(string)
		return ok && (was == b || len(b) > len(was) && strings.Contains(b, `"`+name+`"`)) // an expression's list
	}
	return reflect.DeepEqual(a, b)
}

// oddKeys tells whether a key is no text.
func oddKeys(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Tag != "!!str" && child.Value != "on" || oddKeys(child) {
			return true
		}
	}
	return false
}

// names tells whether a value mentions a name.
func names(v any, name string) bool {
	text, err := yaml.Marshal(v)
	return err == nil && strings.Contains(string(text), name)
}
