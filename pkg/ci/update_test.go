package ci

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/workspace"
)

// An entry that contradicts its folder or a flag is told with both values, and
// --update changes these and nothing else.
func TestUpdate(t *testing.T) {
	t.Parallel()
	capture := workspace.Connector{Name: "source-x", Kind: "capture", Language: "go", Version: "v2"}
	python := workspace.Connector{Name: "source-x", Kind: "capture", Language: "python"}
	sink := workspace.Connector{Name: "source-x", Kind: "materialization", Language: "go"}
	for name, tt := range map[string]struct {
		c                 workspace.Connector
		v                 Values
		text, want, error string
	}{
		"a version":           {capture, Values{}, "connector: [{name: source-x, version: v1}]", "connector: [{name: source-x, version: v2}]", `the entry of source-x has version "v1", and its VERSION says "v2"`},
		"its quotes":          {capture, Values{}, "connector: [{name: source-x, version: 'v1' }]", "connector: [{name: source-x, version: 'v2' }]", `version "v1"`},
		"a block, a note":     {capture, Values{}, "connector:\n          - version: \"v1\" # old\n            name: source-x", "connector:\n          - version: \"v2\" # old\n            name: source-x", `version "v1"`},
		"none is said":        {capture, Values{}, "connector: [{name: source-x}]", "", ""},
		"the same is said":    {capture, Values{}, "connector: [{name: source-x, version: v2, type: capture}]", "", ""},
		"a list of names":     {capture, Values{}, "connector: [source-x]", "", ""},
		"the name's own key":  {capture, Values{}, "version: [{version: source-x, ref: y}]", "", ""},
		"in include":          {capture, Values{}, "connector: [source-x]\n        include: [{connector: source-x, version: v1}]", "connector: [source-x]\n        include: [{connector: source-x, version: v2}]", `version "v1"`},
		"two of them":         {capture, Values{}, "connector:\n          - {name: source-x, version: v1, type: materialization}", "connector:\n          - {name: source-x, version: v2, type: capture}", `has type "materialization", and its name says "capture"; version "v1", and its VERSION says "v2"`},
		"python":              {python, Values{}, "connector: [{name: source-x, python: false}]", "connector: [{name: source-x, python: true}]", `python "false", and its folder says "true"`},
		"python, as text":     {python, Values{}, "connector: [{name: source-x, python: 'no'}]", "connector: [{name: source-x, python: 'true'}]", `python "no"`},
		"not of Go":           {capture, Values{}, "connector: [{name: source-x, version: v2, python: true}]", "", ""}, // perhaps CI has its reason
		"--python":            {capture, Values{Python: true}, "connector: [{name: source-x, version: v2}]", "connector: [{name: source-x, version: v2, python: true}]", `no python, and --python says "true"`},
		"--python, block":     {capture, Values{Python: true}, "connector:\n          - name: source-x\n            version: v2", "connector:\n          - name: source-x\n            version: v2\n            python: true", "no python"},
		"--set":               {capture, Values{Set: map[string]string{"rate": "1.0"}}, "connector: [{name: source-x, rate: \"0.0\"}]", "connector: [{name: source-x, rate: \"1.0\"}]", `rate "0.0", and --set says "1.0"`},
		"--set, plain":        {capture, Values{Set: map[string]string{"rate": "2"}}, "connector: [{name: source-x, rate: 1}]", "connector: [{name: source-x, rate: 2}]", `rate "1"`},
		"--set, two":          {capture, Values{Set: map[string]string{"b": "x y", "a": "1.0"}}, "connector:\n          - name: source-x", "connector:\n          - name: source-x\n            a: \"1.0\"\n            b: x y", `no a, and --set says "1.0"; no b, and --set says "x y"`},
		"--set, needs quotes": {capture, Values{Set: map[string]string{"a": "x: y"}}, "connector:\n          - {name: source-x}", "connector:\n          - {name: source-x, a: \"x: y\"}", `no a, and --set says "x: y"`},
		"--set version":       {capture, Values{Set: map[string]string{"version": "v9"}}, "connector: [{name: source-x, version: v9}]", "", ""},
		"--type":              {capture, Values{Type: "materialize"}, "connector: [{name: source-x, type: capture}]", "connector: [{name: source-x, type: materialize}]", `type "capture", and --type says "materialize"`},
		"--type, none there":  {capture, Values{Type: "derive"}, "connector: [{name: source-x}]", "connector: [{name: source-x, connector_type: derive}]", `no connector_type, and --type says "derive"`},
		"another kind's word": {sink, Values{}, "connector: [{name: source-x, connector_type: materialize}]", "", ""},
		"no kind's word":      {sink, Values{}, "connector: [{name: source-x, type: nightly}]", "", ""}, // the key is about something else
		"a wrong kind":        {sink, Values{}, "connector: [{name: source-x, kind: capture}]", "connector: [{name: source-x, kind: materialization}]", `kind "capture", and its name says "materialization"`},
		"a value of lines":    {capture, Values{}, "connector:\n          - name: source-x\n            version: |\n              v1\n            x: y", "connector:\n          - name: source-x\n            version: v2\n            x: y", `version "v1\n", and its VERSION says "v2"`},
	} {
		for _, crlf := range []bool{false, true} {
			whole := func(matrix string) string {
				text := styleHead + "        " + matrix + "\n" + styleTail
				if crlf {
					text = strings.ReplaceAll(text, "\n", "\r\n")
				}
				return text
			}
			open := func() *repo {
				r := styleRepo(t, whole(tt.text), []string{"source-x"})
				r.connectors["source-x"] = tt.c
				return r
			}
			o := Options{Values: tt.v}
			r, change := open(), Change{}
			err := r.add(tt.c, o, &change)
			if tt.error == "" {
				if err != nil || len(change.Edits) != 0 || len(change.Present) == 0 {
					t.Errorf("%s: %+v, %v", name, change, err)
				}
				continue
			}
			if fault.Code(err) != 4 || !strings.Contains(err.Error(), tt.error) || !strings.Contains(err.Error(), ".github/workflows/ci.yaml:") || fault.HintOf(err) != "--update changes the entry" {
				t.Errorf("%s: %v, want %q", name, err, tt.error)
			}
			if got := string(r.workflows[0].doc.Text); got != whole(tt.text) {
				t.Errorf("%s: refused, and it is %q", name, got)
			}
			o.Update = true
			if err := r.add(tt.c, o, &change); err != nil {
				t.Errorf("%s: %v (%s)", name, err, fault.HintOf(err))
				continue
			}
			if got := string(r.workflows[0].doc.Text); got != whole(tt.want) {
				t.Errorf("%s: got\n%q\nwant\n%q", name, got, whole(tt.want))
			}
			for _, e := range change.Edits {
				if e.Action != "update" || e.Connector != "source-x" || e.Text == "" {
					t.Errorf("%s: %+v", name, e)
				}
			}
			again := Change{}
			if err := r.add(tt.c, o, &again); err != nil || len(again.Edits) != 0 {
				t.Errorf("%s: a second time: %+v, %v", name, again.Edits, err)
			}
		}
	}
}
