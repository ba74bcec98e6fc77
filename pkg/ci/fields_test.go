package ci

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/workspace"
)

// What a new entry says: keys that most neighbours have, values from flags, from the
// folder, else what most neighbours say.
func TestWhatAnEntrySays(t *testing.T) {
	t.Parallel()
	neighbours := map[string]workspace.Connector{}
	for _, name := range []string{"source-a", "source-b", "source-c", "materialize-a", "materialize-b", "source-py-a", "source-py-b"} {
		neighbours[name] = connectorNamed(name)
	}
	for name, tt := range map[string]struct {
		entries []string
		name    string
		version string
		v       Values
		want    string // the new entry, or
		error   string
	}{
		"nothing but a name":    {entries: []string{"{name: source-a}", "{name: source-b}"}, want: "{name: source-x}"},
		"what more than half":   {entries: []string{"{name: source-a, x: 1, y: 1}", "{name: source-b, x: 1}"}, want: "{name: source-x, x: 1}"},
		"half is not enough":    {entries: []string{"{name: source-a, y: 1}", "{name: source-b}"}, want: "{name: source-x}"},
		"a value of most":       {entries: []string{"{name: source-a, x: 1}", "{name: source-b, x: 1}", "{name: source-c, x: 2}"}, want: "{name: source-x, x: 1}"},
		"no value of most":      {entries: []string{"{name: source-a, x: 1}", "{name: source-b, x: 2}"}, error: `adding source-x: the entries of .github/workflows/ci.yaml, job build, axis connector differ in "x", so its value has to be given`},
		"--set for it":          {entries: []string{"{name: source-a, x: 1}", "{name: source-b, x: 2}"}, v: Values{Set: map[string]string{"x": "3"}}, want: "{name: source-x, x: 3}"},
		"--set as others":       {entries: []string{"{name: source-a, x: '1'}", "{name: source-b, x: '2'}"}, v: Values{Set: map[string]string{"x": "3"}}, want: "{name: source-x, x: '3'}"},
		"--set of text":         {entries: []string{"{name: source-a, x: 1}", "{name: source-b, x: 2}"}, v: Values{Set: map[string]string{"x": "a, b"}}, want: `{name: source-x, x: "a, b"}`},
		"--set of another key":  {entries: []string{"{name: source-a}"}, v: Values{Set: map[string]string{"z": "1.0", "a": "true", "n": "7"}}, want: `{name: source-x, a: true, n: 7, z: "1.0"}`},
		"its name within":       {entries: []string{"{name: source-a, image: x/source-a:v1}", "{name: source-b, image: x/source-b:v1}"}, want: "{name: source-x, image: x/source-x:v1}"},
		"its name within, once": {entries: []string{"{name: source-a, image: x/source-a}", "{name: source-b, image: other}", "{name: source-c, image: x/source-c}"}, want: "{name: source-x, image: x/source-x}"},
		"a VERSION":             {entries: []string{"{name: source-a, version: v1}", "{name: source-b, version: v7}"}, version: "v3", want: "{name: source-x, version: v3}"},
		"a VERSION like 1.0":    {entries: []string{"{name: source-a, version: v1}"}, version: "1.0", want: `{name: source-x, version: "1.0"}`},
		"no VERSION":            {entries: []string{"{name: source-a, version: v7}", "{name: source-b, version: v7}"}, want: "{name: source-x, version: v1}"},
		"no key for it":         {entries: []string{"{name: source-a}"}, version: "v3", want: "{name: source-x}"},
		"--set version":         {entries: []string{"{name: source-a, version: v1}"}, version: "v3", v: Values{Set: map[string]string{"version": "v4"}}, want: "{name: source-x, version: v4}"},
		"a kind":                {entries: []string{"{name: source-a, type: capture}", "{name: materialize-a, type: materialization}"}, name: "materialize-x", want: "{name: materialize-x, type: materialization}"},
		"a kind, other words":   {entries: []string{"{name: source-a, type: capture}", "{name: materialize-a, type: materialize}"}, name: "materialize-x", want: "{name: materialize-x, type: materialize}"},
		"a kind, the first":     {entries: []string{"{name: source-a, kind: capture}"}, name: "derive-x", want: "{name: derive-x, kind: derivation}"},
		"a kind nobody knows":   {entries: []string{"{name: source-a, type: capture}"}, name: "dest-x", error: "adding dest-x: its name does not tell whether it is a capture or a materialization"},
		"--type for it":         {entries: []string{"{name: source-a, type: capture}"}, name: "dest-x", v: Values{Type: "materialize"}, want: "{name: dest-x, type: materialize}"},
		"--type, no key":        {entries: []string{"{name: source-a}"}, v: Values{Type: "capture"}, want: "{name: source-x, type: capture}"},
		"a type of no kind":     {entries: []string{"{name: source-a, type: nightly}", "{name: source-b, type: nightly}"}, want: "{name: source-x, type: nightly}"},
		"python":                {entries: []string{"{name: source-py-a, python: true}", "{name: source-a, python: false}"}, name: "source-py-x", want: "{name: source-py-x, python: true}"},
		"no python":             {entries: []string{"{name: source-py-a, python: true}", "{name: source-a, python: false}"}, want: "{name: source-x, python: false}"},
		"python as text":        {entries: []string{"{name: source-py-a, python: 'yes'}", "{name: source-py-b, python: 'yes'}"}, name: "source-py-x", want: "{name: source-py-x, python: 'yes'}"},
		"--python":              {entries: []string{"{name: source-a}"}, v: Values{Python: true}, want: "{name: source-x, python: true}"},
		"--python for false":    {entries: []string{"{name: source-a, python: false}"}, v: Values{Python: true}, want: "{name: source-x, python: true}"},
		"of its own language":   {entries: []string{"{name: source-a, x: go}", "{name: source-b, x: go}", "{name: source-py-a, x: py}"}, name: "source-py-x", want: "{name: source-py-x, x: py}"},
		"of its own kind":       {entries: []string{"{name: source-a, x: c}", "{name: source-b, x: c}", "{name: materialize-a, x: m}"}, name: "materialize-x", want: "{name: materialize-x, x: m}"},
		"of others' kind":       {entries: []string{"{name: source-a, x: c}", "{name: source-py-a, x: py}"}, name: "derive-x", want: "{name: derive-x, x: c}"},
		"names of nobody":       {entries: []string{"{name: source-a, x: 1}", "{name: gone-a, x: 2}", "{name: gone-b, x: 2}"}, want: "{name: source-x, x: 1}"},
		"a list":                {entries: []string{"{name: source-a, x: [1, source-a]}", "{name: source-b, x: [1, source-b]}"}, want: "{name: source-x, x: [1, source-x]}"},
		"a map":                 {entries: []string{"{name: source-a, x: {y: source-a, z: 'q'}}", "{name: source-b, x: {y: source-b, z: 'q'}}"}, want: "{name: source-x, x: {y: source-x, z: 'q'}}"},
		"an anchor":             {entries: []string{"{name: source-a, x: &x 1}", "{name: source-b, x: *x}", "{name: source-c, x: *x}"}, want: "{name: source-x, x: *x}"},
		"an anchor, alone":      {entries: []string{"{name: source-a, x: &x 1}"}, error: `differ in "x"`},
		"nothing":               {entries: []string{"{name: source-a, x: }", "{name: source-b, x: }"}, want: "{name: source-x, x: }"},
		"null":                  {entries: []string{"{name: source-a, x: null}", "{name: source-b, x: null}"}, want: "{name: source-x, x: null}"},
		"the order of most":     {entries: []string{"{y: 1, name: source-a, x: 1}", "{y: 1, name: source-b, x: 1}"}, want: "{y: 1, name: source-x, x: 1}"},
		"quoted keys":           {entries: []string{"{\"name\": \"source-a\", \"x\": 1}", "{\"name\": \"source-b\", \"x\": 1}"}, want: "{\"name\": \"source-x\", \"x\": 1}"},
	} {
		if tt.name == "" {
			tt.name = "source-x"
		}
		text := styleHead + "        connector:\n          - " + strings.Join(tt.entries, "\n          - ") + "\n" + styleTail
		r := styleRepo(t, text, nil)
		r.connectors = map[string]workspace.Connector{}
		for n, c := range neighbours {
			r.connectors[n] = c
		}
		c := connectorNamed(tt.name)
		c.Version = tt.version
		r.connectors[tt.name] = c
		w, err := r.workflows[0].again([]byte(text), r.known)
		if err != nil {
			t.Fatal(err)
		}
		r.workflows[0] = w
		var change Change
		err = r.add(c, Options{Values: tt.v, Target: Target{Job: "build", Axis: "connector"}}, &change)
		if tt.error != "" {
			if fault.Code(err) != 2 || !strings.Contains(err.Error(), tt.error) || fault.HintOf(err) == "" {
				t.Errorf("%s: %v (%s), want %q", name, err, fault.HintOf(err), tt.error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v (%s)", name, err, fault.HintOf(err))
			continue
		}
		got := ""
		for line := range strings.Lines(string(r.workflows[0].doc.Text)) {
			if strings.Contains(line, tt.name) {
				got = strings.TrimPrefix(strings.TrimSpace(line), "- ")
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// Where the list names connectors and include says more of some, a new one stands
// where those of its language and kind do.
func TestListAndInclude(t *testing.T) {
	t.Parallel()
	const run = "    steps:\n      - run: echo ${{ matrix.connector }}\n"
	const python = "    steps:\n      - if: ${{ matrix.python }}\n        run: echo ${{ matrix.connector }}\n"
	for name, tt := range map[string]struct {
		before, name, after, steps string
		v                          Values
	}{
		"Go stands in the list":        {before: "[source-a, source-py-a]\n        include: [{connector: source-py-a, python: true}]", name: "source-x", after: "[source-a, source-py-a, source-x]\n        include: [{connector: source-py-a, python: true}]"},
		"Python in both":               {before: "[source-a, source-py-a]\n        include: [{connector: source-py-a, python: true}]", name: "source-py-x", after: "[source-a, source-py-a, source-py-x]\n        include: [{connector: source-py-a, python: true}, {connector: source-py-x, python: true}]"},
		"some in include alone":        {before: "[source-a]\n        include: [{connector: source-py-a, python: true}, {connector: source-py-b, python: true}]", name: "source-py-x", after: "[source-a]\n        include: [{connector: source-py-a, python: true}, {connector: source-py-b, python: true}, {connector: source-py-x, python: true}]"},
		"the first of its kind":        {before: "[source-a]", name: "source-py-x", after: "[source-a, source-py-x]"},
		"the first, and steps ask":     {before: "[source-a]", name: "source-py-x", steps: python, after: "[source-a, source-py-x]\n        include:\n          - connector: source-py-x\n            connector_type: capture\n            python: true"},
		"steps ask, of Go":             {before: "[source-a]", name: "source-x", steps: python, after: "[source-a, source-x]"},
		"a flag goes to include":       {before: "[source-a]", name: "source-x", v: Values{Set: map[string]string{"rate": "0.0"}}, after: "[source-a, source-x]\n        include:\n          - connector: source-x\n            rate: \"0.0\""},
		"--type goes to include":       {before: "[source-a]", name: "source-x", v: Values{Type: "capture"}, after: "[source-a, source-x]\n        include:\n          - connector: source-x\n            connector_type: capture"},
		"a flag, and include is there": {before: "[source-a]\n        include: [{connector: source-a, rate: 1}]", name: "source-x", v: Values{Set: map[string]string{"rate": "2"}}, after: "[source-a, source-x]\n        include: [{connector: source-a, rate: 1}, {connector: source-x, rate: 2}]"},
		"include for other axes":       {before: "[source-a]\n        include: [{os: linux, runner: big}]", name: "source-x", after: "[source-a, source-x]\n        include: [{os: linux, runner: big}]"},
		"others in include, of Python": {before: "[source-a]\n        include: [{os: linux, runner: big}]", name: "source-py-x", steps: python, after: "[source-a, source-py-x]\n        include: [{os: linux, runner: big}, {connector: source-py-x, connector_type: capture, python: true}]"},
		"deeper, not indented":         {before: "\n        - source-a", name: "source-py-x", steps: python, after: "\n        - source-a\n        - source-py-x\n        include:\n        - connector: source-py-x\n          connector_type: capture\n          python: true"},
		"deeper, more":                 {before: "\n            - source-a", name: "source-py-x", steps: python, after: "\n            - source-a\n            - source-py-x\n        include:\n            - connector: source-py-x\n              connector_type: capture\n              python: true"},
	} {
		if tt.steps == "" {
			tt.steps = run
		}
		before := styleHead + "        connector: " + tt.before + "\n" + tt.steps
		after := styleHead + "        connector: " + tt.after + "\n" + tt.steps
		before, after = strings.ReplaceAll(before, "connector: \n", "connector:\n"), strings.ReplaceAll(after, "connector: \n", "connector:\n")
		r := styleRepo(t, before, nil)
		for _, n := range []string{"source-a", "source-py-a", "source-py-b", tt.name} {
			r.connectors[n] = connectorNamed(n)
		}
		w, err := r.workflows[0].again([]byte(before), r.known)
		if err != nil {
			t.Fatal(err)
		}
		r.workflows[0] = w
		if err := r.add(r.connectors[tt.name], Options{Values: tt.v}, &Change{}); err != nil {
			t.Errorf("%s: %v (%s)", name, err, fault.HintOf(err))
			continue
		}
		if got := string(r.workflows[0].doc.Text); got != after {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, after)
		}
		if err := r.remove(tt.name, Options{}, &Change{}); err != nil || string(r.workflows[0].doc.Text) != before {
			t.Errorf("%s: %v, removing gave\n%s", name, err, r.workflows[0].doc.Text)
		}
	}
}
