package run_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

const orderFixture = `["acmeCo/orders",{"id":1,"user":"ann","amount":5}]
["acmeCo/orders",{"id":2,"user":"ann","amount":7}]
{"commit":true}
["acmeCo/orders",{"id":3,"user":"bob","amount":1}]
["acmeCo/users",{"id":9,"name":"cy"}]
`

const transforms = "[{name: orders, source: acmeCo/orders, shuffle: any, lambda: {stream: a}}, {name: users, source: {name: acmeCo/users}, shuffle: {key: [/name]}, lambda: {stream: b}}]"

func derivation(t *testing.T, name, fixture string) (run.PreviewOptions, *[]string) {
	t.Helper()
	o := run.PreviewOptions{Options: task(t, "derivation", name, transforms)}
	o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
	write(t, o.Fixture, fixture)
	var logs []string
	o.Log = func(l flow.Log) { logs = append(logs, l.Message) }
	return o, &logs
}

func TestPreviewOfADerivation(t *testing.T) {
	t.Parallel()
	want := []string{`["acmeCo/x",{"user":"ann","total":12}]`, `["acmeCo/x",{"user":"","total":0}]`, `["acmeCo/x",{"user":"bob","total":1}]`}
	for name, tt := range map[string]struct{ runtime, state string }{
		"good": {"v2", `{"seen":4}`}, "more": {"", `{"seen":4}`}, "old": {"v1", `{"seen":4}`}, "remote": {"v2", `{}`},
	} {
		for _, sessions := range [][]int{nil, {1, -1}} {
			o, _ := derivation(t, name, orderFixture)
			o.Runtime, o.Sessions = tt.runtime, sessions
			lines, r, err := previewOf(t, o, nil)
			if err != nil || !slices.Equal(lines, want) || string(r.State) != tt.state || r.Checkpoints != 2 || len(r.Warnings) != 0 {
				t.Errorf("%s, %v: %q, %+v, %v", name, sessions, lines, r, err)
			}
		}
	}
}

// What was published in a transaction that a crash has ended does not count.
func TestADerivationThatIsKilled(t *testing.T) {
	t.Parallel()
	o, _ := derivation(t, "good", orderFixture)
	o.KillAfter = 3
	lines, r, err := previewOf(t, o, nil)
	if err != nil || r.Ended != "kill" || r.Checkpoints != 1 || !slices.Equal(lines, []string{`["acmeCo/x",{"user":"ann","total":12}]`}) {
		t.Errorf("%q, %+v, %v", lines, r, err)
	}
}

func TestRequestsToADerivation(t *testing.T) {
	t.Parallel()
	o, logs := derivation(t, "more", orderFixture)
	if _, _, err := previewOf(t, o, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`read {"uuid":{"node":"509842455224451072","clock":"1955086848160000001"},"shuffle":{"key":[1],"packed":"FQE="},"doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-8400-071353030311"},"id":1,"user":"ann","amount":5}}`,
		`read {"uuid":{"node":"509842455224451072","clock":"1955086848160000002"},"shuffle":{"key":[2],"packed":"FQI="},"doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-8800-071353030311"},"id":2,"user":"ann","amount":7}}`,
		`flush {}`, `flush {"statePatches":[{"seen":2}]}`,
		`read {"uuid":{"node":"509842455224451072","clock":"1955086848160000003"},"shuffle":{"key":[3],"packed":"FQM="},"doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-8c00-071353030311"},"id":3,"user":"bob","amount":1}}`,
		`read {"transform":1,"uuid":{"node":"509842455224451072","clock":"1955086848160000004"},"shuffle":{"key":["cy"],"packed":"AmN5AA=="},"doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-9000-071353030311"},"id":9,"name":"cy"}}`,
	}
	if got := (*logs)[1:min(len(*logs), len(want)+1)]; !slices.Equal(got, want) { // the first is open
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	o, logs = derivation(t, "old", orderFixture)
	o.Runtime = "v1"
	if _, _, err := previewOf(t, o, nil); err != nil {
		t.Fatal(err)
	}
	commit := `commit {"runtimeCheckpoint":{"sources":{"acmeCo/orders/pivot=00;derive/acmeCo/x/orders.v0":{"readThrough":"2"}}}}`
	if !slices.Contains(*logs, commit) {
		t.Errorf("got %q", *logs)
	}
}

func TestDerivationsThatMisbehave(t *testing.T) {
	t.Parallel()
	const broke = "the connector broke the protocol: "
	for name, want := range map[string]string{
		"flushes early":     broke, // which of its answers is the wrong one depends on how far it has read
		"no object":         broke + `it published what is no JSON object: "{\"published\":{\"doc\":3}}"`,
		"always more":       broke + `it has answered 100 flushes of one transaction with more: true`,
		"remote with state": broke + `it sent a state with "startedCommit", which Flow's newer runtime refuses: move it to "flushed"`,
		"talks at the end":  broke + `it printed more after its input had ended`,
		"dies at the end":   "the connector ended with exit status 1: closing the store: disk full",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := derivation(t, name, orderFixture)
			if _, _, err := previewOf(t, o, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWarningsOfDerivations(t *testing.T) {
	t.Parallel()
	o, _ := derivation(t, "publishes late", orderFixture)
	lines, r, err := previewOf(t, o, nil)
	if err != nil || !slices.Equal(r.Warnings, []string{`it published after "flushed": the document counts to the next transaction`}) {
		t.Errorf("%q, %q, %v", lines, r.Warnings, err)
	}
	const lost = `a state in "flushed" is lost with Flow's older runtime: it takes it from "startedCommit"`
	for name, want := range map[string][]string{
		"good": {lost}, "old": nil, "more": {lost, `"more" in "flushed" is passed over by Flow's older runtime: it flushes once`},
	} {
		o, logs := derivation(t, name, orderFixture)
		o.Runtime, o.OutputState = "v1", true
		lines, r, err := previewOf(t, o, nil)
		state := `{"seen":4}`
		if want != nil {
			state = `{}` // what Flow loses connkit loses too
		}
		if err != nil || !slices.Equal(r.Warnings, want) || string(r.State) != state {
			t.Errorf("%s: %q, %s, %v", name, r.Warnings, r.State, err)
		}
		if want != nil && !slices.Equal(lines[len(lines)-1:], []string{`["connectorState",{"updated":{}}]`}) || slices.Contains(*logs, `flush {"statePatches":[{"seen":2}]}`) {
			t.Errorf("%s: %q, %q", name, lines, *logs)
		}
	}
}

func TestDocumentsOfDerivationsAreChecked(t *testing.T) {
	t.Parallel()
	o, _ := derivation(t, "wrong types", orderFixture)
	_, r, err := previewOf(t, o, nil)
	if err != nil || r.Bindings[0].Violations != 3 || r.Bindings[0].Samples[0].String() != `/total: got string "much", want number (/properties/total/type, document 2)` {
		t.Errorf("%+v, %v", r, err)
	}
	o, _ = derivation(t, "good", `["acmeCo/orders",{"id":"x"}]`)
	_, _, err = previewOf(t, o, nil)
	if got := strings.ReplaceAll(fmt.Sprint(err), o.Fixture, "FILE"); got != `FILE:1: transform "orders": the document is not as acmeCo/orders says: /id: got string "x", want integer` {
		t.Errorf("got %s", got)
	}
}

// Flow tells the types of the keys; where transforms differ in them, it refuses the task.
func TestTypesOfShuffleKeys(t *testing.T) {
	t.Parallel()
	for bindings, want := range map[string]int{
		transforms: 0,
		"[{name: a, source: acmeCo/users, shuffle: {key: [/name]}, lambda: {stream: x}}, {name: b, source: acmeCo/users, shuffle: {key: [/id]}, lambda: {stream: x}}]":        1,
		"[{name: a, source: acmeCo/users, shuffle: {key: [/id, /name]}, lambda: {stream: x}}, {name: b, source: acmeCo/users, shuffle: {key: [/none]}, lambda: {stream: x}}]": 0,
	} {
		r, err := run.Validate(t.Context(), task(t, "derivation", "good", bindings))
		if err != nil || len(r.Warnings) != want {
			t.Errorf("%s: %q, %v", bindings, r.Warnings, err)
		}
		if want == 1 && r.Warnings[0] != `transform "b" is shuffled by INTEGER, and transform "a" says STRING` {
			t.Errorf("got %s", r.Warnings[0])
		}
	}
}

func TestTransformsThatCannotBe(t *testing.T) {
	t.Parallel()
	for bindings, want := range map[string]string{
		"[{source: acmeCo/orders, shuffle: any}]":                          "name: the name of the transform is wanted",
		"[{name: a, source: acmeCo/orders}]":                               "shuffle: any, or key: [/pointer, …] is wanted",
		"[{name: a, source: acmeCo/orders, shuffle: {lambda: select 1;}}]": "shuffle: connkit cannot compute a lambda",
		"[{name: a, source: acmeCo/none, shuffle: any}]":                   `collection "acmeCo/none" is not in the catalog`,
	} {
		o := task(t, "derivation", "good", bindings)
		if _, err := run.Validate(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: got %v", bindings, err)
		}
	}
	r, err := run.Validate(t.Context(), task(t, "derivation", "good", transforms))
	if err != nil || len(r.Bindings) != 2 || r.Bindings[1].StateKey != "users.v0" {
		t.Errorf("%+v, %v", r, err)
	}
}
