package ci_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/ci"
)

const echo = "    steps:\n      - run: echo ${{ matrix.connector }}\n"

// An entry that stands twice goes twice, however the list is written, and the
// comments between the two stay.
func TestRemoveWhatStandsTwice(t *testing.T) {
	t.Parallel()
	filter := func(paths string) string {
		return strings.Replace(head, "on: push\n", "on:\n  push:\n    paths: "+paths+"\n", 1)
	}
	for name, tt := range map[string]struct{ text, want string }{
		"side by side, first":  {head + "        connector: [source-b, source-b, source-a]\n" + echo, head + "        connector: [source-a]\n" + echo},
		"side by side, last":   {head + "        connector: [source-a, source-b, source-b]\n" + echo, head + "        connector: [source-a]\n" + echo},
		"side by side, tight":  {head + "        connector: ['source-b','source-b','source-a']\n" + echo, head + "        connector: ['source-a']\n" + echo},
		"apart":                {head + "        connector: [source-b, source-a, source-b]\n" + echo, head + "        connector: [source-a]\n" + echo},
		"three times":          {head + "        connector: [source-b, source-b, source-a, source-b,]\n" + echo, head + "        connector: [source-a,]\n" + echo},
		"nothing else":         {head + "        connector: [source-b, source-b]\n" + echo, head + "        connector: []\n" + echo},
		"lines of brackets":    {head + "        connector: [\n          source-b,\n          # why\n          source-b,\n          source-a\n        ]\n" + echo, head + "        connector: [\n          # why\n          source-a\n        ]\n" + echo},
		"block":                {head + "        connector:\n          - source-b\n          # why\n          - source-a\n          - source-b # here too\n" + echo, head + "        connector:\n          # why\n          - source-a\n" + echo},
		"block at the end":     {head + "        connector:\n          - source-a\n          - source-b\n          - source-b", head + "        connector:\n          - source-a"},
		"maps in brackets":     {head + "        connector: [{name: source-b, v: 1}, {name: source-b, v: 2}, {name: source-a, v: 3}]\n" + echo, head + "        connector: [{name: source-a, v: 3}]\n" + echo},
		"include in brackets":  {head + "        include: [{connector: source-a}, {connector: source-b, x: 1}, {connector: source-b, x: 2}]\n" + echo, head + "        include: [{connector: source-a}]\n" + echo},
		"list and include":     {head + "        connector: [source-b, source-a, source-b]\n        include: [{connector: source-b, x: 1}, {connector: source-a, x: 2}, {connector: source-b, x: 3}]\n" + echo, head + "        connector: [source-a]\n        include: [{connector: source-a, x: 2}]\n" + echo},
		"a path twice":         {filter("[source-a/**, source-b/**, source-b/**]") + "        connector: [source-a, source-b]\n" + echo, filter("[source-a/**]") + "        connector: [source-a]\n" + echo},
		"paths of two forms":   {filter("[source-b/**, '!source-b/**.md', source-a/**, '!source-a/**.md']") + "        connector: [source-a, source-b]\n" + echo, filter("[source-a/**, '!source-a/**.md']") + "        connector: [source-a]\n" + echo},
		"paths of three forms": {filter("[source-b/**, source-b/x, '!source-b/y', source-a/**, source-a/x, '!source-a/y']") + "        connector: [source-a, source-b]\n" + echo, filter("[source-a/**, source-a/x, '!source-a/y']") + "        connector: [source-a]\n" + echo},
	} {
		for _, crlf := range []bool{false, true} {
			text, want := tt.text, tt.want
			if crlf {
				text, want = strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
			}
			got, change, err := removing(t, text, ci.Options{}, "source-b")
			if err != nil || got != want {
				t.Errorf("%s: %v (%s), got\n%s\nwant\n%s", name, err, fault.HintOf(err), got, want)
				continue
			}
			places, gone := map[[2]int]bool{}, 0
			for _, e := range change.Edits {
				places[[2]int{e.Line, e.Column}], gone = true, gone+len(e.Text)
			}
			if len(places) != len(change.Edits) || len(places) != strings.Count(text, "source-b") || gone < len(text)-len(want) {
				t.Errorf("%s: %d edits at %d places tell of %d bytes, of %d that went", name, len(change.Edits), len(places), gone, len(text)-len(want))
			}
		}
	}
}

// What is refused says where, why and what to do, and changes nothing.
func TestRemovalsThatAreRefused(t *testing.T) {
	t.Parallel()
	step := func(name string) string {
		return "      - name: " + name + "\n        if: contains(fromJson('[\"source-a\", \"source-b\"]'), matrix.connector)\n        run: x\n"
	}
	two := head + "        connector: [source-a, source-b]\n    steps:\n" + step("Start it") + step("Stop it") + step("Stop it")
	for name, tt := range map[string]struct {
		text        string
		o           ci.Options
		names       []string
		error, hint string
		code        int
	}{
		"a name that is nowhere":     {text: two, names: []string{"source-aa"}, error: `removing "source-aa": it is no connector of this workspace and stands in no matrix`, hint: "did you mean source-a", code: 2},
		"nothing is near":            {text: two, names: []string{"xyz"}, error: `removing "xyz": it is no connector`, hint: "connkit ci list", code: 2},
		"a step that is mistyped":    {text: two, o: ci.Options{Also: []string{"Srart"}}, error: `finding step "Srart" in .github/workflows/ci.yaml, job build, axis connector: no step of that name holds a list of connectors`, hint: "--also 'Start it'  (source-a, source-b)\n--also 'Stop it:1'  (source-a, source-b)\n--also 'Stop it:2'  (source-a, source-b)", code: 2},
		"a step that two have":       {text: two, o: ci.Options{Also: []string{"Stop it"}}, error: "more than one list is meant", hint: "--also 'Stop it:1'", code: 2},
		"a number too many":          {text: two, o: ci.Options{Also: []string{"Stop it:3"}}, error: "more than one list is meant", hint: "--also 'Stop it:1'", code: 2},
		"a job that is mistyped":     {text: two, o: ci.Options{Target: ci.Target{Job: "biuld"}}, error: "looking for a matrix: none is chosen by --job biuld; there are .github/workflows/ci.yaml:7 (job build, axis connector)", code: 2},
		"an axis made by expression": {text: head + "        connector: ${{ fromJson(x) }}\n        include: [{connector: source-b}, {connector: source-a}]\n" + echo, error: ".github/workflows/ci.yaml:7:20: axis connector of job build is made by an expression, ${{ fromJson(x) }}", code: 2},
		"a second document":          {text: two + "---\na: b\n", error: "a second document begins here; one is wanted", hint: "mend it, or name another with --workflow", code: 2},
		"the last of a list":         {text: head + "        connector:\n          - source-b\n          - source-b\n" + echo, error: ".github/workflows/ci.yaml:8: source-b is the last entry of job build, and a matrix cannot be empty", hint: "remove the job by hand", code: 4},
		"the last of an include":     {text: head + "        include: [{connector: source-b}, {connector: source-b, x: 1}]\n" + echo, error: "source-b is the last entry of job build", code: 4},
		"an item others refer to":    {text: head + "        connector:\n          - &b source-b\n          - source-a\n    steps:\n      - run: *b\n", error: "the entry of source-b: what stands there is written in a way that cannot be edited safely", hint: "take it out by hand", code: 2},
	} {
		if tt.names == nil {
			tt.names = []string{"source-b"}
		}
		got, _, err := removing(t, tt.text, tt.o, tt.names...)
		if got != tt.text || fault.Code(err) != tt.code || !strings.Contains(err.Error(), tt.error) || !strings.HasPrefix(fault.HintOf(err), tt.hint) {
			t.Errorf("%s: %v (exit %d, hint %q)", name, err, fault.Code(err), fault.HintOf(err))
		}
	}
}

// --also takes a name out of the list of a step by its name, its id, a part of
// them or its number, and out of no other.
func TestRemoveFromStepsThatAreNamed(t *testing.T) {
	t.Parallel()
	step := func(head, names string) string {
		return "      - " + head + "\n        if: contains(fromJson('[" + names + "]'), matrix.connector)\n        run: x\n"
	}
	const a, ab = `"source-a"`, `"source-a", "source-b"`
	build := func(first, second, third string) string {
		return head + "        connector: [source-a]\n    steps:\n" + step("name: Start it", first) + step("id: stop", second) + step("name: Start it", third)
	}
	for also, want := range map[string]string{
		"stop": build(ab, a, ab), "STO": build(ab, a, ab), "Start it:1": build(a, ab, ab), "Start it:2": build(ab, ab, a), "start:2": build(ab, ab, a), "stop:1": build(ab, a, ab),
	} {
		got, change, err := removing(t, build(ab, ab, ab), ci.Options{Also: []string{also}}, "source-b")
		if err != nil || got != want || len(change.Edits) != 1 || len(change.Notes) != 2 || change.Edits[0].Text != `, "source-b"` {
			t.Errorf("%s: %v, %q, got\n%s", also, err, change.Notes, got)
		}
	}
	got, change, err := removing(t, build(ab, ab, ab), ci.Options{Also: []string{"stop", "Start it:1", "Start it:2", "stop"}}, "source-b")
	if err != nil || got != build(a, a, a) || len(change.Notes) != 0 {
		t.Errorf("all of them: %v, %q, got\n%s", err, change.Notes, got)
	}
}
