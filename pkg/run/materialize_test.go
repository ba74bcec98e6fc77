package run_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// passedOver is told of what userFixture has for no binding.
const passedOver = `the fixture has documents of "acmeCo/none", which the task does not read`

const userFixture = `["acmeCo/users",{"id":1,"name":"ann"}]
["acmeCo/none",{"id":1}]
["acmeCo/users",{"id":2,"name":"bob"}]
["acmeCo/users",{"id":2,"name":"bo"}]
{"commit":true}

["acmeCo/users",{"id":1,"name":"Ann","_meta":{"op":"u"}}]
["acmeCo/users",{"id":3,"name":"cy"}]
["acmeCo/users",{"id":2,"name":"bo","_meta":{"op":"d"}}]
`

// materialization prepares a preview of the fake of that name, and gives what
// the fake logs: the requests that it got.
func materialization(t *testing.T, name, bindings, fixture string) (run.PreviewOptions, *[]string) {
	t.Helper()
	o := run.PreviewOptions{Options: task(t, "materialization", name, bindings)}
	o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
	write(t, o.Fixture, fixture)
	var logs []string
	o.Log = func(l flow.Log) { logs = append(logs, l.Message) }
	return o, &logs
}

const userTarget = "[{resource: {stream: users}, source: acmeCo/users}]"

func storedDocs(t *testing.T, o run.PreviewOptions) string {
	t.Helper()
	var s struct{ Docs map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(o.Root, "store.json"))), &s); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s.Docs)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const wantStored = `{"0 FQE=":{"_meta":{"uuid":"1419d680-1dd2-11b2-9400-071353030311","op":"u"},"id":1,"name":"Ann"},"0 FQM=":{"_meta":{"uuid":"1419d680-1dd2-11b2-9800-071353030311"},"id":3,"name":"cy"}}`

func TestPreviewOfAMaterialization(t *testing.T) {
	t.Parallel()
	for _, sessions := range [][]int{nil, {1, -1}, {1, 1, 1}} {
		o, logs := materialization(t, "good", userTarget, userFixture)
		o.Sessions, o.OutputState = sessions, true
		lines, r, err := previewOf(t, o, nil)
		if err != nil || r.Checkpoints != 2 || string(r.State) != `{"txn":2}` {
			t.Fatalf("%v: %+v, %v", sessions, r, err)
		}
		if want := []string{`["connectorState",{"updated":{"txn":1},"mergePatch":true}]`, `["connectorState",{"updated":{"txn":2},"mergePatch":true}]`, `["connectorState",{"updated":{"txn":2}}]`}; !slices.Equal(lines, want) {
			t.Errorf("%v: %q", sessions, lines)
		}
		b := r.Bindings[0]
		if b.Documents != 6 || b.Loads != 2 || b.Loaded != 2 || b.Stores != 4 || b.Deletes != 1 {
			t.Errorf("%v: %+v", sessions, b)
		}
		if got := storedDocs(t, o); got != wantStored {
			t.Errorf("%v: %s", sessions, got)
		}
		for _, l := range *logs {
			if strings.Contains(l, "exists is") {
				t.Errorf("%v: %s", sessions, l)
			}
		}
	}
}

// Both forms of keys and values are sent, and state changes are told as the
// newer runtime tells them.
func TestRequestsToAMaterialization(t *testing.T) {
	t.Parallel()
	o, logs := materialization(t, "replaces", userTarget, userFixture)
	if _, _, err := previewOf(t, o, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`acknowledge {}`, `flush {}`,
		`store {"key":[1],"keyPacked":"FQE=","values":["ann"],"valuesPacked":"AmFubgA=","doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-8400-071353030311"},"id":1,"name":"ann"}}`,
		`store {"key":[2],"keyPacked":"FQI=","values":["bo"],"valuesPacked":"AmJvAA==","doc":{"_meta":{"uuid":"1419d680-1dd2-11b2-9000-071353030311"},"id":2,"name":"bo"}}`,
		`commit {"runtimeCheckpoint":{"sources":{"acmeCo/users/pivot=00;materialize/acmeCo/x/users.v0":{"readThrough":"3"}}},"statePatches":[null,{"staged":1}]}`,
		`acknowledge {"statePatches":[{"txn":1}]}`,
	}
	if got := (*logs)[:min(len(*logs), len(want))]; !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	o, logs = materialization(t, "replaces", userTarget, userFixture)
	o.Runtime = "v1"
	if _, _, err := previewOf(t, o, nil); err != nil || strings.Contains(fmt.Sprint(*logs), "statePatches") {
		t.Errorf("%v, %q", err, *logs)
	}
}

// Keys above the largest that is stored are new for sure, unless somebody else
// may have stored some.
func TestLoads(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(o *run.PreviewOptions)
		loads  int
	}{
		"good":            {func(*run.PreviewOptions) {}, 2},
		"no optimization": {func(*run.PreviewOptions) {}, 5},
		"good ":           {func(o *run.PreviewOptions) { o.LoadAll = true }, 5},
		"good  ":          {func(o *run.PreviewOptions) { o.InitialState = `{"txn":7}` }, 5},
		"delta":           {func(*run.PreviewOptions) {}, 0},
	} {
		o, _ := materialization(t, strings.TrimSpace(name), userTarget, userFixture)
		tt.change(&o)
		if _, r, err := previewOf(t, o, nil); err != nil || r.Bindings[0].Loads != tt.loads {
			t.Errorf("%s: %+v, %v", name, r.Bindings, err)
		}
	}
}

func TestOneCollectionInTwoBindings(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", "[{resource: {stream: a}, source: acmeCo/users}, {resource: {stream: b}, source: acmeCo/users}]", userFixture)
	_, r, err := previewOf(t, o, nil)
	if err != nil || r.Bindings[0].Documents != 6 || r.Bindings[1].Stores != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAStoreWithItsOwnCheckpoint(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "remote", userTarget, userFixture)
	o.Sessions = []int{1, 1}
	_, r, err := previewOf(t, o, nil)
	want := []string{
		"the store has a checkpoint of its own: Flow would go on from there, connkit begins with the fixture", passedOver,
		`the store's checkpoint of acmeCo/users/pivot=00;materialize/acmeCo/x/users.v0 is "", and "3" was committed`,
	}
	if err != nil || !slices.Equal(r.Warnings, want) {
		t.Errorf("%q, %v", r.Warnings, err)
	}
}

// Killed within its second transaction, the store has the first, and so has the state.
func TestAMaterializationThatIsKilled(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, userFixture)
	o.KillAfter = 5
	_, r, err := previewOf(t, o, nil)
	if err != nil || r.Ended != "kill" || r.Checkpoints != 1 || string(r.State) != `{"txn":1}` || r.Bindings[0].Documents != 4 {
		t.Fatalf("%+v, %v", r, err)
	}
	o.KillAfter, o.InitialState = 0, string(r.State)
	if _, r, err = previewOf(t, o, nil); err != nil || r.Checkpoints != 2 || storedDocs(t, o) != wantStored {
		t.Errorf("%+v, %v, %s", r, err, storedDocs(t, o))
	}
}

// A store that keeps the checkpoint and has lost it would be given everything anew.
func TestAStoreThatHasLostItsCheckpoint(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "forgets", userTarget, userFixture)
	o.Sessions = []int{1, 1}
	_, r, err := previewOf(t, o, nil)
	want := []string{passedOver, `the store's checkpoint of acmeCo/users/pivot=00;materialize/acmeCo/x/users.v0 is "", and "3" was committed`}
	if err != nil || !slices.Equal(r.Warnings, want) {
		t.Errorf("%q, %v", r.Warnings, err)
	}
}

func TestMaterializationsThatMisbehave(t *testing.T) {
	t.Parallel()
	const broke = "the connector broke the protocol: "
	for name, want := range map[string]string{
		"acknowledges by flushed": broke + `it sent "flushed", an answer to acknowledge or load is wanted: "{\"flushed\":{}}"`,
		"flushes early":           broke + `it sent "flushed", `,
		"acknowledges twice":      broke + `it sent "acknowledged", `,
		"loads twice":             broke + `it loaded the key [1] of acmeCo/users twice`,
		"loads unasked":           broke + `it loaded the key [99] of acmeCo/users, which it was not asked for`,
		"loads odd binding":       broke + `it loaded for the binding 3, and there are 1`,
		"talks in store":          broke + `it sent "loaded", `,
		"talks at the end":        broke + `it printed more after its input had ended: "{\"acknowledged\":{}}"`,
		"dies at the end":         "the connector ended with exit status 1: closing the store: disk full",
		"hangs in commit":         `waiting for "startedCommit": no answer after 10s`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := materialization(t, name, userTarget, userFixture)
			if name == "hangs in commit" {
				o.Timeout = 10 * time.Second // also for the calls before, each of which starts a program
			}
			_, _, err := previewOf(t, o, nil)
			if err == nil || !strings.HasPrefix(err.Error(), want) || fault.KindOf(err) != fault.Failed {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFixtures(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 1, "\n\n": 1, `["acmeCo/users",{"id":1}]`: 1, "{\"commit\":true}\n": 1, "{\"commit\":true}\n{\"commit\":true}\n": 2,
		"{\"commit\":true}\r\n[\"acmeCo/users\",{\"id\":1}]\r\n{\"commit\":true}\r\n": 2,
	} {
		o, _ := materialization(t, "good", userTarget, text)
		if _, r, err := previewOf(t, o, nil); err != nil || r.Checkpoints != want || r.Ended != "fixture" {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
	for text, want := range map[string]string{
		"\n[1]\n":                       `FILE:2: ["collection", {…}] or {"commit": true} is wanted`,
		`["acmeCo/users",{"id":1},1]`:   `FILE:1: ["collection", {…}] or {"commit": true} is wanted`,
		`{"id":1}`:                      `FILE:1: ["collection", {…}] or {"commit": true} is wanted`,
		`{"id"`:                         `FILE:1: it is no JSON: byte 5`,
		`["acmeCo/users",{"id":"one"}]`: `FILE:1: the document is not as acmeCo/users says: /id: got string "one", want integer`,
	} {
		o, _ := materialization(t, "good", userTarget, text)
		_, _, err := previewOf(t, o, nil)
		if got := strings.ReplaceAll(fmt.Sprint(err), o.Fixture, "FILE"); got != want || fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

func TestAFixtureOfStdin(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, "")
	o.Fixture, o.Stdin = "-", strings.NewReader(userFixture)
	if _, r, err := previewOf(t, o, nil); err != nil || r.Checkpoints != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	o.Fixture = "/nonexistent"
	if _, _, err := previewOf(t, o, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	o.Fixture = ""
	if _, _, err := previewOf(t, o, nil); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(fault.HintOf(err), "--fixture FILE") {
		t.Errorf("got %v", err)
	}
}

// Requests and answers fill both pipes, and neither side waits for ever.
func TestManyLoads(t *testing.T) {
	t.Parallel()
	var fixture bytes.Buffer
	long := strings.Repeat("x", 200)
	for range 2 {
		for i := range 3000 {
			fmt.Fprintf(&fixture, `["acmeCo/users",{"id":%d,"name":%q}]`+"\n", i, long)
		}
		fixture.WriteString("{\"commit\":true}\n")
	}
	o, _ := materialization(t, "good", userTarget, fixture.String())
	if _, r, err := previewOf(t, o, nil); err != nil || r.Bindings[0].Loaded != 3000 {
		t.Errorf("%+v, %v", r, err)
	}
}

// reducing gives the fake's collection a schema with reduce annotations.
func reducing(t *testing.T, o run.PreviewOptions, properties string) {
	t.Helper()
	file := filepath.Join(o.Dir, "test.flow.yaml")
	write(t, file, strings.Replace(read(t, file), "type: object\n      properties: {", "type: object\n      reduce: {strategy: merge}\n      properties: {"+properties+", ", 1))
}

func TestDocumentsAreReduced(t *testing.T) {
	t.Parallel()
	const fixture = `["acmeCo/users",{"id":1,"n":1,"l":[1],"s":{"add":["a","b"]}}]
["acmeCo/users",{"id":1,"n":2,"l":[2],"s":{"remove":["b"]}}]
{"commit":true}
["acmeCo/users",{"id":1,"n":10,"l":[3],"s":{"remove":["a"],"add":["c"]}}]
["acmeCo/users",{"id":1,"n":20,"l":[]}]
`
	for name, want := range map[string]string{
		"good":  `"id":1,"l":[1,2,3],"n":33,"s":{"add":["c"]}}`,
		"delta": `"id":1,"l":[3],"n":30,"s":{"remove":["a"],"add":["c"]}}`, // of the second transaction alone
	} {
		o, _ := materialization(t, name, userTarget, fixture)
		reducing(t, o, "n: {type: integer, reduce: {strategy: sum}}, l: {type: array, reduce: {strategy: append}}, s: {type: object, reduce: {strategy: set}}")
		_, r, err := previewOf(t, o, nil)
		if err != nil || len(r.Warnings) != 0 {
			t.Fatalf("%q, %v", r.Warnings, err)
		}
		if got := storedDocs(t, o); !strings.HasSuffix(got, want+"}") {
			t.Errorf("%s: got %s\nwant %s", name, got, want)
		}
	}
}

func TestDocumentsThatCannotBeReduced(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, `["acmeCo/users",{"id":1,"n":1}]`+"\n"+`["acmeCo/users",{"id":1,"n":"x"}]`+"\n")
	reducing(t, o, "n: {reduce: {strategy: sum}}")
	_, _, err := previewOf(t, o, nil)
	if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(fmt.Sprint(err), "fixture.jsonl:2: reducing /n: sum cannot join these values, and they are a number and a string") {
		t.Errorf("got %v", err)
	}
}

func TestStrategiesThatAreNotCarriedOutAreWarned(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, "[\"acmeCo/users\",{\"id\":1}]\n")
	reducing(t, o, "n: {reduce: {strategy: add}}")
	_, r, err := previewOf(t, o, nil)
	if err != nil || !slices.Equal(r.Warnings, []string{`the schema of acmeCo/users, /properties/n/reduce: Flow knows no strategy "add"`}) {
		t.Errorf("%q, %v", r.Warnings, err)
	}
}

func TestAConnectorThatReadsNoMore(t *testing.T) {
	t.Parallel()
	var fixture bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&fixture, `["acmeCo/users",{"id":%d}]`+"\n", i)
	}
	o, _ := materialization(t, "reads no more", userTarget, fixture.String())
	o.Timeout, o.LoadAll = 10*time.Second, true
	_, _, err := previewOf(t, o, nil)
	if err == nil || !strings.Contains(err.Error(), `waiting for "the connector to read its input": no answer after 10s`) {
		t.Errorf("got %v", err)
	}
}

func TestAnEndIsToldWithWhatWasDue(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "ends at flush", userTarget, userFixture)
	_, _, err := previewOf(t, o, nil)
	if fmt.Sprint(err) != `the connector broke the protocol: it closed its output, and "flushed" is due` {
		t.Errorf("got %v", err)
	}
}

func TestFixtureWithAMarkBeforeIt(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, "\xef\xbb\xbf"+userFixture)
	if _, r, err := previewOf(t, o, nil); err != nil || r.Bindings[0].Documents != 6 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Keys are told apart by their values, however these are written.
func TestKeysThatAreOne(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, `["acmeCo/users",{"id":1,"name":"a"}]
["acmeCo/users",{"id":1.0,"name":"b"}]
["acmeCo/users",{"id":10,"name":"c"}]
{"commit":true}
["acmeCo/users",{"id":1e1,"name":"d"}]
["acmeCo/users",{"id":1,"name":"e"}]
`)
	_, r, err := previewOf(t, o, nil)
	if b := r.Bindings[0]; err != nil || b.Stores != 4 || b.Loads != 2 {
		t.Errorf("%+v, %v", b, err)
	}
}
