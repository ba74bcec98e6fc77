package run_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// The life of a call: one line in, one line out, and an end.
func TestLifeOfACall(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script, want string
		kind         fault.Kind
	}{
		"an answer":              {"spec: " + fakeflow.Spec, "", fault.Failed},
		"an answer after logs":   {"spec: !log hello | " + fakeflow.Spec + " | !log bye", "", fault.Failed},
		"nulls beside it":        {"spec: " + strings.Replace(fakeflow.Spec, `{"spec"`, `{"captured":null,"$internal":"x","spec"`, 1), "", fault.Failed},
		"an end with a status":   {"spec: " + fakeflow.Spec + " | !log closing failed | !exit 3", "the connector ended with exit status 3: closing failed", fault.Failed},
		"two answers":            {"spec: " + fakeflow.Spec + " | " + fakeflow.Spec, broke + "it printed more than its answer: ", fault.Failed},
		"a text behind it":       {"spec: " + fakeflow.Spec + " | !cut bye", broke + `it printed more than its answer: "bye"`, fault.Failed},
		"no line feed":           {"spec: !cut {\"spec\":{}}", broke + `its answer ends in the middle of a line: "{\"spec\":{}}"`, fault.Failed},
		"two kinds":              {`spec: {"spec":{},"opened":{}}`, broke + `it printed a line that is no response: "{\"spec\":{},\"opened\":{}}"`, fault.Failed},
		"another kind":           {`spec: {"opened":{}}`, broke + `it answered with "opened", "spec" is wanted`, fault.Failed},
		"an empty object":        {`spec: {}`, broke + `it printed a line that is no response: "{}"`, fault.Failed},
		"an empty line":          {`spec: !say ""`, broke + `it printed a line that is no response: ""`, fault.Failed},
		"a spec of a list":       {`spec: {"spec":[]}`, broke + `reading a response: it is no JSON object: "[]"`, fault.Failed},
		"a protocol in words":    {`spec: {"spec":{"protocol":"3032023"}}`, broke + "reading a response: json: cannot unmarshal string into Go struct field Spec.protocol of type int", fault.Failed},
		"Latin-1":                {`spec: !say "{\"spec\":{\"documentationUrl\":\"caf\xe9\"}}"`, broke + `it printed a line that is no response: "{\"spec\":{\"documentationUrl\":\"caf?\"}}"`, fault.Failed},
		"no answer and a log":    {"spec: !log {\"level\":\"info\",\"msg\":\"bye\"} | !exit 0", broke + "it ended without an answer; it logged last: bye", fault.Failed},
		"no answer and no log":   {"spec: !exit 0", broke + "it ended without an answer", fault.Failed},
		"an exception with help": {"spec: !log Traceback (most recent call last): | !log   File \"x.py\", line 1 | !log KeyError: 'token' | !exit 1", "the connector ended with exit status 1: KeyError: 'token'", fault.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := run.Spec(t.Context(), scripted(t, "capture", "[]", tt.script).Options)
			if tt.want == "" && (err != nil || r.Task != "acmeCo/x" || len(r.Warnings) != 0) || tt.want != "" && (fault.KindOf(err) != tt.kind || !strings.HasPrefix(fmt.Sprint(err), tt.want)) {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

// What apply answers is told, and a state with it is what the first session is opened with.
func TestWhatApplyAnswers(t *testing.T) {
	t.Parallel()
	const opened = "\nopen: {\"opened\":{}} | !exit 0"
	for answer, want := range map[string]struct{ action, state, err string }{
		`{"applied":{}}`: {"", `{"given":1}`, ""},
		`{"applied":{"actionDescription":"made t"}}`:                         {"made t", `{"given":1}`, ""},
		`{"applied":{"action_description":"made t"}}`:                        {"made t", `{"given":1}`, ""},
		`{"applied":{"state":{"updated":{"a":1},"mergePatch":true}}}`:        {"", `{"a":1,"given":1}`, ""},
		`{"applied":{"state":{"updated":{"a":1}}}}`:                          {"", `{"a":1}`, ""},
		`{"applied":{"state":{"updated":{"given":null},"mergePatch":true}}}`: {"", `{}`, ""},
		`{"applied":{"state":null}}`:                                         {"", `{"given":1}`, ""},
		`{"applied":{"state":{}}}`:                                           {"", "", broke + "reading a state: it is no JSON"},
		`{"applied":[]}`:                                                     {"", "", broke + `reading a response: it is no JSON object: "[]"`},
		`{"validated":{}}`:                                                   {"", "", broke + `it answered with "validated", "applied" is wanted`},
		`!log {"level":"fatal","msg":"no right to create t"} | !exit 1`:      {"", "", "the connector ended with exit status 1: no right to create t"},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			o := scripted(t, "capture", oneBinding, "apply: "+answer+opened)
			o.InitialState, o.OutputApply = `{"given":1}`, true
			lines, r, err := previewOf(t, o, nil)
			if want.err != "" {
				if fmt.Sprint(err) != want.err || fault.KindOf(err) != fault.Failed {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || r.Action != want.action || string(r.State) != want.state || !slices.Equal(lines, []string{fmt.Sprintf(`["applied.actionDescription",%q]`, want.action)}) {
				t.Errorf("got %q, %+v, %v", lines, r, err)
			}
		})
	}
	r, err := run.Apply(t.Context(), scripted(t, "capture", oneBinding, `apply: {"applied":{"actionDescription":"made t","odd":1}}`).Options)
	if err != nil || r.Action != "made t" || !slices.Equal(r.Warnings, []string{`Flow knows no key "odd" in this answer`}) {
		t.Errorf("got %+v, %v", r, err)
	}
}

// A fixture is parted over sessions; those beyond its end are dropped.
func TestAFixtureOverSessions(t *testing.T) {
	t.Parallel()
	const three = `["acmeCo/users",{"id":1}]` + "\n{\"commit\":true}\n" + `["acmeCo/users",{"id":2}]` + "\n{\"commit\":true}\n" + `["acmeCo/users",{"id":3}]` + "\n"
	for _, tt := range []struct {
		sessions  []int
		ran, txns int
		ended     string
	}{
		{nil, 1, 3, "fixture"}, {[]int{1}, 1, 1, "checkpoints"}, {[]int{1, 1}, 2, 2, "checkpoints"}, {[]int{1, 1, 1}, 3, 3, "checkpoints"}, {[]int{2, -1}, 2, 3, "fixture"}, {[]int{5}, 1, 3, "fixture"}, {[]int{1, 9, 9}, 2, 3, "fixture"}, {[]int{3, 1}, 2, 3, "fixture"},
	} {
		o := fed(t, "materialization", userTarget, "", three)
		o.Sessions = tt.sessions
		_, r, err := previewOf(t, o, nil)
		if err != nil || r.Sessions != tt.ran || r.Checkpoints != tt.txns || r.Ended != tt.ended || r.Bindings[0].Stores != tt.txns {
			t.Errorf("%v: got %+v, %v", tt.sessions, r, err)
		}
	}
}

// A state file is only its owner's, is reached through a link, and is written whole.
func TestTheFileOfAState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "state.json"), filepath.Join(dir, "link.json")
	write(t, file, "{}\n")
	if err := errors.Join(os.Chmod(file, 0o600), os.Symlink("state.json", link)); err != nil {
		t.Fatal(err)
	}
	script := `open: {"opened":{}} | {"checkpoint":{"state":{"updated":{"n":1},"mergePatch":true}}} | !exit 0`
	o := scripted(t, "capture", oneBinding, script)
	o.StateFile = link
	if _, _, err := previewOf(t, o, nil); err != nil || read(t, file) != "{\"n\":1}\n" {
		t.Fatalf("got %s, %v", read(t, file), err)
	}
	info, err := os.Stat(file)
	if to, linkErr := os.Readlink(link); err != nil || linkErr != nil || info.Mode().Perm() != 0o600 || to != "state.json" {
		t.Errorf("got %v, %s, %v, %v", info.Mode(), to, err, linkErr)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// a state that could not be kept is told before anything starts
	o = scripted(t, "capture", oneBinding, `open: {"opened":{}} | `+userDoc+` | {"checkpoint":{"state":{"updated":{}}}} | !exit 0`)
	o.StateFile = filepath.Join(dir, "none", "state.json")
	lines, _, err := previewOf(t, o, nil)
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "state.json") || len(lines) != 0 {
		t.Errorf("got %q, %v", lines, err)
	}
}

// Documents of a fixture are checked as Flow has them: with the identifier in them.
func TestFixturesHaveIdentifiers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"materialization", "derivation"} {
		bindings, source := userTarget, "acmeCo/users"
		if kind == "derivation" {
			bindings, source = "[{name: orders, source: acmeCo/orders, shuffle: {key: [/_meta/uuid]}, lambda: {stream: a}}]", "acmeCo/orders"
		}
		o := fed(t, kind, bindings, "", `["`+source+`",{"id":1}]`+"\n")
		file := filepath.Join(o.Dir, "test.flow.yaml")
		text := strings.ReplaceAll(read(t, file), "_meta: {type: object}}\n      required: [id]", "_meta: {type: object, required: [uuid]}}\n      required: [id, _meta]")
		write(t, file, strings.Replace(text, "user: {type: string}}, required: [id]", "user: {type: string}, _meta: {type: object, required: [uuid]}}, required: [id, _meta]", 1))
		var logs []string
		o.Log = func(l flow.Log) { logs = append(logs, l.Message) }
		if _, r, err := previewOf(t, o, nil); err != nil || r.Checkpoints != 1 {
			t.Errorf("%s: got %+v, %v, %q", kind, r, err, logs)
		}
	}
}
