package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// bindingsOf reads the bindings of the only task.
func bindingsOf(t *testing.T, text string, beside map[string]string) ([]flow.Binding, error) {
	t.Helper()
	c, err := flow.Load(catalog(t, text, beside))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	task, err := c.Task("")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return task.Bindings()
}

const (
	captureHead = "captures:\n  a/x:\n    endpoint: {local: {command: [x], config: {}}}\n    bindings: "
	materialize = "materializations:\n  a/x:\n    endpoint: {local: {command: [x], config: {}}}\n    bindings: "
	derive      = "collections:\n  a/x:\n    schema: {}\n    key: [/a]\n    derive:\n      using: {local: {command: [x], config: {}}}\n      transforms: "
)

func TestBindings(t *testing.T) {
	t.Parallel()
	beside := map[string]string{"r.yaml": "stream: by file\n", "l.json": `{"z":1,"a":1.50}`}
	for text, want := range map[string]string{
		captureHead + "\n":   "",
		captureHead + "[]\n": "",
		captureHead + "[{resource: {stream: s}, target: a/c}]\n":                                                          `a/c {"stream":"s"}`,
		captureHead + "[{resource: r.yaml, target: a/c, disable: true, backfill: 3}]\n":                                   `a/c {"stream":"by file"} disabled backfill 3`,
		captureHead + "[{resource: &r {n: 1.50}, target: &t a/c}, {resource: *r, target: *t}]\n":                          `a/c {"n":1.50}; a/c {"n":1.50}`,
		materialize + "[{resource: {t: 1}, source: {name: a/c, notBefore: '2026-01-01T00:00:00Z'}}]\n":                    `a/c {"t":1}`,
		materialize + "[{resource: {}, source: a/c, fields: {recommended: false, exclude: [b], require: {c: {d: 1}}}}]\n": `a/c {} depth 0 without [b] require map[c:{"d":1}]`,
		materialize + "[{resource: {}, source: a/c, fields: {recommended: true, include: {c: {}}}}]\n":                    `a/c {} require map[c:{}]`,
		materialize + "[{resource: {}, source: a/c, fields: {recommended: 0}}]\n":                                         `a/c {} depth 0`,
		materialize + "[{resource: {}, source: a/c, fields: {recommended: 2, groupBy: [a]}}]\n":                           `a/c {} depth 2 grouped`,
		materialize + "[{resource: {}, source: a/c, fields: {recommended: many, groupBy: []}}]\n":                         `a/c {}`,
		derive + "[{name: t, source: a/c, shuffle: any}]\n":                                                               `a/c null t`,
		derive + "[{name: t, source: a/c, shuffle: any, lambda: l.json}]\n":                                               `a/c {"z":1,"a":1.50} t`,
		derive + "[{name: t, source: a/c, shuffle: {key: [/b, /c~1d]}, lambda: [1, two]}]\n":                              `a/c [1,"two"] t by [/b /c~1d]`,
		derive + "[{name: t, source: a/c, shuffle: any, lambda: 'select 1;'}]\n":                                          `a/c "select 1;" t`,
	} {
		all, err := bindingsOf(t, text, beside)
		var got []string
		for _, b := range all {
			line := b.Collection + " " + string(b.Resource)
			for _, part := range []struct {
				there bool
				text  string
			}{
				{b.Name != "", b.Name}, {b.Disable, "disabled"}, {b.Backfill > 0, fmt.Sprint("backfill ", b.Backfill)}, {b.Name == "" && b.Fields.Depth != 1, fmt.Sprint("depth ", b.Fields.Depth)},
				{b.Fields.Exclude != nil, fmt.Sprint("without ", b.Fields.Exclude)}, {b.Shuffle != nil, fmt.Sprint("by ", b.Shuffle)},
				{b.Fields.GroupBy, "grouped"}, {b.Fields.Require != nil, fmt.Sprintf("require %s", b.Fields.Require)},
			} {
				if part.there {
					line += " " + part.text
				}
			}
			got = append(got, line)
		}
		if err != nil || strings.Join(got, "; ") != want {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// What is wrong with a binding is told at its place.
func TestBindingsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		captureHead + "{}\n":                                                           ":4:15: a list of bindings is wanted",
		captureHead + "[x]\n":                                                          ":4:16: a binding is key: value lines",
		captureHead + "[{}]\n":                                                         ":4:16: target: the name of a collection is wanted",
		captureHead + "[{resource: {}, source: a/c}]\n":                                ":4:16: target: the name of a collection is wanted",
		captureHead + "\n      - target: a/c\n":                                        ":5:9: resource: a map is wanted",
		captureHead + "[{resource: [], target: a/c}]\n":                                ":4:16: resource: a map is wanted",
		captureHead + "[{resource: none.yaml, target: a/c}]\n":                         "none.yaml",
		captureHead + "[{resource: 'two words', target: a/c}]\n":                       ":4:27: resource: a map or the name of a local file is wanted",
		captureHead + "[{resource: 'http://e.x/r', target: a/c}]\n":                    ":4:27: resource: a map or the name of a local file is wanted",
		captureHead + "[{resource: bad.yaml, target: a/c}]\n":                          "bad.yaml:",
		captureHead + "[{resource: {}, target: a/c, backfill: many}]\n":                ":4:54: backfill: a count is wanted",
		captureHead + "[{resource: {}, target: a/c, backfill: -1}]\n":                  ":4:54: backfill: a count is wanted",
		captureHead + "[{resource: {}, target: a/c, backfill: 4294967296}]\n":          ":4:54: backfill: a count is wanted",
		materialize + "[{resource: {}, source: {}}]\n":                                 ":4:16: source: the name of a collection is wanted",
		derive + "[{source: a/c, shuffle: any}]\n":                                     ":7:20: name: the name of the transform is wanted",
		derive + "[{name: t, source: a/c}]\n":                                          ":7:20: shuffle: any, or key: [/pointer, …] is wanted",
		derive + "[{name: t, source: a/c, shuffle: {lambda: x}}]\n":                    ":7:20: shuffle: connkit cannot compute a lambda; any or key: … is wanted",
		strings.Replace(captureHead, "bindings: ", "", 1) + "bindings: {a: &a [*a]}\n": ":4:15: a list of bindings is wanted",
	} {
		if all, err := bindingsOf(t, text, map[string]string{"bad.yaml": "a: [\n"}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", text, all, err, want)
		}
	}
}
