package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// What a first session is opened with: a kept state, or one that is given, but not both.
func TestTheFirstState(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"kept.json": `{"n":1}`, "empty.json": " \n", "list.json": "[]", "half.json": `{"n"`})
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct{ file, given, want, err string }{
		{"", "", "{}", ""}, {"", `{"a":1.50}`, `{"a":1.50}`, ""}, {"", " {} ", "{}", ""}, {at("none.json"), "", "{}", ""}, {at("none.json"), `{"a":1}`, `{"a":1}`, ""},
		{at("kept.json"), "", `{"n":1}`, ""}, {at("empty.json"), "", "{}", ""}, {at("empty.json"), `{"a":1}`, `{"a":1}`, ""},
		{at("kept.json"), `{"a":1}`, "", `reading the state: "` + at("kept.json") + `" holds one, and another is given to begin with`},
		{at("list.json"), "", "", at("list.json") + ": reading a state: an object is wanted"}, {at("half.json"), "", "", at("half.json") + ": reading a state: it is no JSON"},
		{"", "[]", "", "reading a state: an object is wanted"}, {"", "{", "", "reading a state: it is no JSON"}, {"", "{} {}", "", "reading a state: it is no JSON"}, {"", "null", "", "reading a state: an object is wanted"},
		{dir, "", "", `reading the state: "` + dir + `" is no file`}, {os.DevNull, "{}", "", `reading the state: "` + os.DevNull + `" is no file`},
		{at("kept.json/x"), "", "", "reading the state: stat " + at("kept.json/x") + ": not a directory"},
	} {
		o := PreviewOptions{StateFile: tt.file, InitialState: tt.given}
		state, err := o.firstState()
		if tt.err != "" {
			if fault.KindOf(err) != fault.Usage || err.Error() != tt.err {
				t.Errorf("%s, %s: got %v", tt.file, tt.given, err)
			}
			continue
		}
		if err != nil || string(state.JSON()) != tt.want {
			t.Errorf("%s, %s: got %s, %v", tt.file, tt.given, state.JSON(), err)
		}
	}
}

// Options that contradict themselves are refused before anything starts.
func TestOptionsOfAPreview(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		o    PreviewOptions
		want string
	}{
		{PreviewOptions{}, ""}, {PreviewOptions{Runtime: "v1"}, ""}, {PreviewOptions{Runtime: "v2", Sessions: []int{1, 2, -1}}, ""}, {PreviewOptions{Sessions: []int{-1}}, ""},
		{PreviewOptions{Runtime: "V2"}, `reading the options: the runtime "V2" is none of v1, v2`},
		{PreviewOptions{Duration: -1}, "reading the options: neither a time nor a count of documents is below zero"}, {PreviewOptions{KillAfter: -1}, "reading the options: neither a time nor a count of documents is below zero"},
		{PreviewOptions{Sessions: []int{1, 0}}, "reading the options: a session has 1 or more checkpoints, and only the last may have -1, for no end"},
		{PreviewOptions{Sessions: []int{-1, -1}}, "reading the options: a session has 1 or more checkpoints, and only the last may have -1, for no end"},
		{PreviewOptions{Sessions: []int{-2}}, "reading the options: a session has 1 or more checkpoints, and only the last may have -1, for no end"},
	} {
		err := tt.o.check()
		if (err == nil) != (tt.want == "") || err != nil && (err.Error() != tt.want || fault.KindOf(err) != fault.Usage) {
			t.Errorf("%+v: got %v", tt.o, err)
		}
	}
	for _, tt := range []struct{ kind, fixture, want string }{
		{"capture", "", ""}, {"materialization", "f", ""}, {"derivation", "-", ""}, {"capture", "f", `previewing "t": a capture takes no fixture`},
		{"materialization", "", `previewing "t": a materialization needs documents`}, {"derivation", "", `previewing "t": a derivation needs documents`},
	} {
		o := PreviewOptions{Fixture: tt.fixture}
		if err := o.Fits("t", tt.kind); (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%+v: got %v", tt, err)
		}
	}
}

// What flowctl is called with, and what it cannot be asked.
func TestTheCommandLineOfFlowctl(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		verb string
		o    PreviewOptions
		want string
	}{
		{"spec", PreviewOptions{}, "flowctl raw spec --source s --name n"}, {"discover", PreviewOptions{}, "flowctl raw discover --source s -o json --emit-raw"}, {"preview", PreviewOptions{}, "flowctl preview --source s --name n"},
		{"spec", PreviewOptions{Options: Options{Network: "host"}}, "flowctl raw spec --source s --name n --network host"},
		{"preview", PreviewOptions{Options: Options{Network: "db"}, Sessions: []int{2, -1}, Duration: 90 * time.Second}, "flowctl preview --source s --name n --network db --sessions=2,-1 --timeout 1m30s"},
		{"preview", PreviewOptions{InitialState: `{"a":1}`, Fixture: "-", OutputState: true, OutputApply: true}, `flowctl preview --source s --name n --initial-state {"a":1} --fixture - --output-state --output-apply`},
		{"validate", PreviewOptions{}, ""}, {"apply", PreviewOptions{}, ""}, {"spec", PreviewOptions{Options: Options{Config: "c"}}, ""}, {"spec", PreviewOptions{Options: Options{Set: []string{"/a=1"}}}, ""},
		{"preview", PreviewOptions{Options: Options{Image: ":local"}}, ""}, {"preview", PreviewOptions{Options: Options{Local: true}}, ""}, {"preview", PreviewOptions{StateFile: "s"}, ""}, {"preview", PreviewOptions{KillAfter: 1}, ""},
	} {
		argv, err := tt.o.flowctlArgv(tt.verb, "s", "n")
		if strings.Join(argv, " ") != tt.want || (tt.want == "") != (fault.KindOf(err) == fault.Usage && err != nil) {
			t.Errorf("%s %+v: got %q, %v", tt.verb, tt.o, argv, err)
		}
	}
}

// The keys of a task's collections, those of a derivation's own too, without those that are disabled.
func TestKeysOfATask(t *testing.T) {
	t.Parallel()
	text := `captures:
  acmeCo/lost: {endpoint: {local: {command: [x], config: {}}}, bindings: [{resource: {}, target: acmeCo/none}]}
  acmeCo/c: {endpoint: {local: {command: [x], config: {}}}, odd: 1, bindings: [{resource: {}, target: acmeCo/a}, {resource: {}, target: acmeCo/a}, {resource: {}, target: acmeCo/b, disable: true}]}
materializations:
  acmeCo/gone: {endpoint: {local: {command: [x], config: {}}}, bindings: [{resource: {}, source: acmeCo/none}]}
collections:
  acmeCo/a: {key: [/id, /none], schema: {type: object, properties: {id: {type: number}}}}
  acmeCo/b: {key: [/id], schema: {type: object, properties: {id: {type: string}}}}
  acmeCo/d: {key: [/k], schema: {type: object, properties: {k: {type: array}}}, derive: {using: {local: {command: [x], config: {}}}, transforms: [{name: t, source: acmeCo/b, shuffle: any}]}}
`
	dir := testkit.Tree(t, map[string]string{"test.flow.yaml": text})
	noted := false
	for task, want := range map[string]struct {
		keys, wrong string
		n           int
	}{
		"acmeCo/c": {"acmeCo/a=/id,/none", `acmeCo/a: key "/id" is of type number: a key is a string, integer or boolean; acmeCo/a: key "/none" is not in the schema`, 1},
		"acmeCo/d": {"acmeCo/b=/id acmeCo/d=/k", `acmeCo/d: key "/k" is of type array: a key is a string, integer or boolean`, 2},
	} {
		o := Options{Dir: dir, Root: dir, Task: task, Note: func(string) { noted = true }}
		keys, err := Keys(o)
		var got []string
		for name, key := range keys {
			got = append(got, name+"="+strings.Join(key, ","))
		}
		slices.Sort(got)
		if err != nil || strings.Join(got, " ") != want.keys {
			t.Errorf("%s: got %q, %v", task, got, err)
		}
		wrong, n, err := CheckKeys(o)
		if err != nil || n != want.n || strings.Join(wrong, "; ") != want.wrong {
			t.Errorf("%s: got %d, %q, %v", task, n, wrong, err)
		}
	}
	if noted {
		t.Error("what was told when the task was read first is told again")
	}
	// only a capture discovers what it lacks
	for name, hint := range map[string]string{"acmeCo/lost": "connkit run discover NAME --write, which writes it, or import the file that has it", "acmeCo/gone": "write it under collections:, or import the file that has it"} {
		_, err := Keys(Options{Dir: dir, Root: dir, Task: name})
		if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), `collection "acmeCo/none" is not in the catalog`) || fault.HintOf(err) != hint {
			t.Errorf("%s: got %v (%s)", name, err, fault.HintOf(err))
		}
	}
	if _, _, err := CheckKeys(Options{Dir: t.TempDir(), Language: "rust"}); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}
