package conform_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run/conform"
)

// scripted makes a task whose connector answers by a script: see [fakeflow.Script].
func scripted(t *testing.T, kind, script string) conform.Options {
	t.Helper()
	o := options(t, kind, "script")
	file := filepath.Join(o.Dir, "test.flow.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, o.Dir, map[string]string{"test.flow.yaml": strings.Replace(string(text), "FAKEFLOW_STORE:", fmt.Sprintf("%s: %q, FAKEFLOW_STORE:", fakeflow.Script, script), 1)})
	return o
}

const (
	discovers = `discover: {"discovered":{"bindings":[{"recommendedName":"users","resourceConfig":{"stream":"users"},"documentSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},"key":["/id"]}]}}` + "\n"
	validated = `{"validated":{"bindings":[{"resourcePath":["users"]}]}}`
	twoUsers  = `{"captured":{"doc":{"id":1,"name":"a"}}} | {"checkpoint":{"state":{"updated":{"n":1}}}} | {"captured":{"doc":{"id":2,"name":"b"}}} | {"checkpoint":{"state":{"updated":{"n":2}}}}`
	captures  = `open: {"opened":{}} | ` + twoUsers + " | !exit 0\n"
)

// check gives one check of a report, without its time.
func check(r conform.Report, name string) conform.Check {
	for _, c := range r.Checks {
		if c.Name == name {
			c.Seconds = 0
			return c
		}
	}
	return conform.Check{}
}

// What the checks find of a capture, in their words: "state: text", and behind
// it the details, a line each.
func TestWhatTheChecksOfACaptureFind(t *testing.T) {
	t.Parallel()
	spec := func(change ...string) string {
		return "spec: " + strings.NewReplacer(change...).Replace(fakeflow.Spec) + "\n"
	}
	const skipped = "skipped: an earlier check has failed"
	for name, tt := range map[string]struct {
		script string
		want   map[string]string
	}{
		"no fault": {discovers + captures, map[string]string{
			"spec": "passed: protocol 3032023, schemas valid", "discover": "passed: 1 binding, the same twice", "keys": "passed: 1 collection, all keys in their schemas",
			"validate": "passed: 1 binding", "documents": "passed: 2 documents in 2 checkpoints, all as their schemas say, with their keys", "secrets": "passed: none in 0 log lines",
		}},
		"three faults of the spec": {spec("3032023", "7", "https://example.com", "", `"/stream"`, `"stream"`), map[string]string{
			"spec": "failed: protocol is 7, Flow wants 3032023\ndocumentationUrl is empty\nresourcePathPointers: \"stream\" is no JSON pointer",
			// the others build on it
			"discover": skipped, "keys": skipped, "validate": skipped, "documents": skipped, "resume": skipped, "stop": skipped, "secrets": "passed: none in 0 log lines",
		}},
		"an odd key of the spec": {spec(`"protocol"`, `"odd":1,"protocol"`), map[string]string{"spec": `failed: Flow knows no key "odd" in this answer`}},
		"dead at the spec": {"spec: !log {\"level\":\"fatal\",\"msg\":\"no licence\"} | !exit 1\n", map[string]string{
			"spec": "failed: the connector ended with exit status 1: no licence", "secrets": "passed: none in 1 log line",
		}},
		"a print before the spec": {"spec: hello | " + fakeflow.Spec + "\n", map[string]string{
			"spec": "failed: the connector broke the protocol: it printed a line that is no response: \"hello\"\nstdout is for responses: print and log to stderr",
		}},
		"too few bindings": {`discover: {"discovered":{}}` + "\nvalidate: {\"validated\":{}}\n", map[string]string{
			"discover": "passed: 0 bindings, the same twice", "validate": "failed: the connector broke the protocol: it validated 0 of 1 bindings", "documents": skipped, "resume": skipped, "stop": skipped,
		}},
		"an odd key of validated, dead at discover": {"discover: !exit 2\nvalidate: " + strings.Replace(validated, "{\"validated\":{", "{\"validated\":{\"odd\":1,", 1) + "\n", map[string]string{
			"discover": "failed: the connector ended with exit status 2 and said nothing", "validate": `failed: Flow knows no key "odd" in this answer`,
		}},
		"wrong documents": {strings.Replace(discovers, `["/id"]`, `["/no"]`, 1) + strings.ReplaceAll(captures, `"name":"a"`, `"name":7`), map[string]string{
			"discover":  `failed: "users": key "/no" is not in documentSchema`,
			"documents": "failed: acmeCo/users: 1 of 2 are not as the collection says\n/name: got number 7, want string (/properties/name/type, document 1)", "resume": skipped,
		}},
		"a document without its key": {discovers + strings.ReplaceAll(captures, `"id":2,`, ""), map[string]string{
			"documents": "failed: acmeCo/users: 1 of 2 are not as the collection says\n/id: want a value: it is part of the key (key, document 2)\n/: want the property \"id\" (/required, document 2)",
		}},
		"one document": {discovers + `open: {"opened":{}} | {"captured":{"doc":{"id":1}}} | {"checkpoint":{"state":{}}} | !exit 0`, map[string]string{
			"documents": "passed: 1 document in 1 checkpoint, all as their schemas say, with their keys", "resume": "unsure: too few documents to stop in the middle of them",
		}},
		"no document": {discovers + `open: {"opened":{}} | !log plain text, and no secret in it | !exit 0`, map[string]string{
			"secrets":   "passed: none in 2 log lines",
			"documents": "unsure: there were none in …", "stop": "passed: it ends by itself"}},
		"a document too many": {discovers + `open: {"opened":{}} | {"captured":{"doc":{"id":1}}} | !exit 0`, map[string]string{
			"documents": "failed: the connector broke the protocol: it ended within a checkpoint, and 1 documents are not committed\na checkpoint has to follow the last document",
		}},
		"secrets in a text and in a field": {discovers + `open: {"opened":{}} | !log {"level":"debug","msg":"request","headers":{"auth":["s3cr3t-token"]}} | !log using s3cr3t-token | !log {"level":"info","msg":"none"} | !exit 1`, map[string]string{
			"secrets": "failed: in 4 log lines\n\"request\"\n\"using ***\"\n\"request\"", "resume": skipped,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := scripted(t, "capture", tt.script)
			o.LogLevel = "debug"
			r, err := conform.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			failed := 0
			for _, c := range r.Checks {
				if c.State == conform.Failed {
					failed++
				}
				got := strings.Join(append([]string{string(c.State) + ": " + c.Text}, c.Details...), "\n")
				want, ok := tt.want[c.Name]
				if begin, cut := strings.CutSuffix(want, "…"); cut && strings.HasPrefix(got, begin) {
					continue // how long it took
				}
				if ok && got != want {
					t.Errorf("%s\ngot  %s\nwant %s", c.Name, got, want)
				}
			}
			if r.Failed != failed || len(r.Checks) != 8 {
				t.Errorf("%d checks, %d failed, the report says %d", len(r.Checks), failed, r.Failed)
			}
		})
	}
}

// Documents without any checkpoint are a failure, though the time was up.
func TestDocumentsWithoutACheckpoint(t *testing.T) {
	t.Parallel()
	o := scripted(t, "capture", discovers+`open: {"opened":{}} | {"captured":{"doc":{"id":1}}} | {"captured":{"doc":{"id":2}}} | !wait`)
	o.Duration = 5 * time.Second // within which the connector has to start and to send its documents
	r, err := conform.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := check(r, "documents"); got.State != conform.Failed || !strings.HasPrefix(got.Text, "2 documents and no checkpoint in ") {
		t.Errorf("got %+v", got)
	}
	if got := check(r, "stop"); got.State != conform.Passed || !strings.HasSuffix(got.Text, " s after SIGTERM") {
		t.Errorf("got %+v", got)
	}
}

// A key that is not as Flow wants it is told, whatever the connector discovers.
func TestKeysOfTheCatalogAreChecked(t *testing.T) {
	t.Parallel()
	o := scripted(t, "capture", "discover: !exit 1\n"+captures)
	file := filepath.Join(o.Dir, "test.flow.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, o.Dir, map[string]string{"test.flow.yaml": strings.Replace(string(text), "acmeCo/users: {key: [/id]", "acmeCo/users: {key: [/name, /none]", 1)})
	r, err := conform.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := check(r, "keys"); got.State != conform.Failed || got.Text != `acmeCo/users: key "/none" is not in the schema` || len(got.Details) != 0 {
		t.Errorf("got %+v", got)
	}
	if got := check(r, "discover"); got.State != conform.Failed {
		t.Errorf("got %+v", got)
	}
}

// What two discoveries differ in is told by name. Their order is free.
func TestDiscoveriesThatDiffer(t *testing.T) {
	t.Parallel()
	one := func(names ...string) string {
		var list []string
		for _, n := range names {
			name, extra, _ := strings.Cut(n, "+")
			list = append(list, fmt.Sprintf(`{"recommendedName":%q,"resourceConfig":{"stream":%q},"documentSchema":{"type":"object","properties":{"id":{"type":"integer"%s}},"required":["id"]},"key":["/id"]}`, name, name, extra))
		}
		return `{"discovered":{"bindings":[` + strings.Join(list, ",") + "]}}"
	}
	for name, tt := range map[string]struct {
		first, second, want string
		details             []string
	}{
		"the same":      {one("a", "b"), one("a", "b"), "passed: 2 bindings, the same twice", nil},
		"another order": {one("a", "b"), one("b", "a"), "passed: 2 bindings, the same twice", nil},
		"another space": {one("a"), strings.ReplaceAll(one("a"), ":", ": "), "passed: 1 binding, the same twice", nil},
		"one less":      {one("a", "b"), one("a"), `failed: "b" was not discovered a second time`, nil},
		"one more":      {one("a"), one("a", "b"), `failed: "b" was discovered only a second time`, nil},
		"another form":  {one("a", "b"), one("a", `b+,"title":"B"`), `failed: "b" was discovered in another form a second time`, nil},
		"all of it":     {one("a", "b"), one("c"), `failed: "a" was not discovered a second time`, []string{`"b" was not discovered a second time`, `"c" was discovered only a second time`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, "capture", "good")
			r := differ(t, o, tt.first, tt.second)
			got := check(r, "discover")
			if string(got.State)+": "+got.Text != tt.want || !slices.Equal(got.Details, tt.details) {
				t.Errorf("got %s: %s %q", got.State, got.Text, got.Details)
			}
		})
	}
}

// differ checks a connector that discovers one thing and then another.
func differ(t *testing.T, o conform.Options, first, second string) conform.Report {
	t.Helper()
	program := filepath.Join(o.Root, "say.sh")
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	testkit.Put(t, o.Root, map[string]string{"say.sh": "#!/bin/sh\nread -r line\ncase $line in\n" +
		"*'\"discover\"'*) if [ -e " + quote(program+".asked") + " ]; then printf '%s\\n' " + quote(second) + "; else : >" + quote(program+".asked") + "; printf '%s\\n' " + quote(first) + "; fi ;;\n" +
		"*) printf '%s\\n' " + quote(fakeflow.Spec) + " ;;\nesac\n"})
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, o.Dir, map[string]string{"test.flow.yaml": fmt.Sprintf("captures:\n  acmeCo/x: {endpoint: {local: {command: [%q], config: {}}}, bindings: []}\n", program)})
	r, err := conform.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What a run says on its way: each check as it begins, each note once, each entry of the log.
func TestWhatARunTellsOnItsWay(t *testing.T) {
	t.Parallel()
	o := scripted(t, "capture", discovers+strings.Replace(captures, `{"opened":{}} | `, `{"opened":{}} | !log {"level":"info","msg":"hello"} | `, 1))
	var checks, notes, logs []string
	o.Progress = func(name string) { checks = append(checks, name) }
	o.Note = func(text string) { notes = append(notes, text) }
	o.Log = func(l flow.Log) { logs = append(logs, l.Message) }
	r, err := conform.Run(t.Context(), o)
	if err != nil || r.Failed != 0 || r.Kind != "capture" || r.Task != "acmeCo/x" {
		t.Fatalf("got %+v, %v", r, err)
	}
	if want := []string{"spec", "discover", "keys", "validate", "documents", "resume", "stop", "secrets"}; !slices.Equal(checks, want) {
		t.Errorf("told of %q", checks)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "is not encrypted") {
		t.Errorf("noted %q", notes)
	}
	if len(logs) < 3 || logs[0] != "hello" || check(r, "secrets").Text != fmt.Sprintf("none in %d log lines", len(logs)) {
		t.Errorf("logged %q: %s", logs, check(r, "secrets").Text)
	}
}

// An interrupt ends the run, and is no finding.
func TestInterruptOfARun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	o := scripted(t, "capture", discovers+captures)
	o.Progress = func(name string) {
		if name == "validate" {
			cancel()
		}
	}
	r, err := conform.Run(ctx, o)
	if !errors.Is(err, context.Canceled) || len(r.Checks) != 3 || r.Failed != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// What is wrong with the catalog is no finding of a check either.
func TestCatalogsThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"captures: {}\n": "there is no task with an endpoint in it",
		"captures: {a: {endpoint: {local: {}}}}\n":                                                                             "local: command is missing or empty",
		"captures:\n  a: {endpoint: {local: {command: [X], config: none.yaml}}, bindings: []}\n":                               "config: open ",
		"captures:\n  a: {endpoint: {local: {command: [X], config: {}}}, bindings: [{resource: {stream: a}, target: gone}]}\n": `collection "gone" is not in the catalog`,
	} {
		o := scripted(t, "capture", discovers+captures)
		own := fmt.Sprintf("%q], env: {%s: script", os.Args[0], role)
		testkit.Put(t, o.Dir, map[string]string{"test.flow.yaml": strings.ReplaceAll(text, "X]", own+"}")})
		r, err := conform.Run(t.Context(), o)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: got %+v, %v", text, r, err)
		}
	}
}

// The report as JSON has the names that scripts read.
func TestTheReportAsJSON(t *testing.T) {
	t.Parallel()
	r := conform.Report{Task: "acmeCo/x", Kind: "capture", Failed: 1, Seconds: 1.5, Checks: []conform.Check{
		{Name: "spec", State: conform.Passed, Text: "fine", Seconds: 0.25}, {Name: "stop", State: conform.Failed, Text: "it <ran>", Details: []string{"a", "b"}},
		{Name: "a", State: conform.Unsure}, {Name: "b", State: conform.Skipped},
	}}
	got, err := json.Marshal(r)
	want := `{"task":"acmeCo/x","kind":"capture","checks":[{"name":"spec","state":"passed","text":"fine","seconds":0.25},` +
		`{"name":"stop","state":"failed","text":"it \u003cran\u003e","details":["a","b"],"seconds":0},{"name":"a","state":"unsure","text":"","seconds":0},{"name":"b","state":"skipped","text":"","seconds":0}],"failed":1,"seconds":1.5}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

// JUnit as CI systems read it, to the letter.
func TestTheReportAsJUnit(t *testing.T) {
	t.Parallel()
	r := conform.Report{Task: `acmeCo/"x"`, Failed: 1, Seconds: 1.5, Checks: []conform.Check{
		{Name: "spec", State: conform.Passed, Text: "fine", Seconds: 0.25},
		{Name: "documents", State: conform.Failed, Text: "1 of 2 <bad>\x01", Details: []string{`/a: got "x"`, "more & more"}},
		{Name: "resume", State: conform.Skipped, Text: "an earlier check has failed"},
		{Name: "stop", State: conform.Unsure, Text: "who knows"},
	}}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="acmeCo/&#34;x&#34;" tests="4" failures="1" skipped="2" time="1.500">
  <testcase classname="acmeCo/&#34;x&#34;" name="spec" time="0.250">
    <system-out>fine</system-out>
  </testcase>
  <testcase classname="acmeCo/&#34;x&#34;" name="documents" time="0.000">
    <failure message="1 of 2 &lt;bad&gt;` + "\ufffd" + `">/a: got &#34;x&#34;&#xA;more &amp; more</failure>
  </testcase>
  <testcase classname="acmeCo/&#34;x&#34;" name="resume" time="0.000">
    <skipped message="an earlier check has failed"></skipped>
  </testcase>
  <testcase classname="acmeCo/&#34;x&#34;" name="stop" time="0.000">
    <skipped message="who knows"></skipped>
  </testcase>
</testsuite>
`
	if got := string(r.JUnit()); got != want {
		t.Errorf("got %s", got)
	}
}

// What the checks of the other two kinds find.
func TestWhatTheChecksOfTransactionsFind(t *testing.T) {
	t.Parallel()
	const (
		users   = `["acmeCo/users",{"id":1,"name":"a"}]` + "\n{\"commit\":true}\n" + `["acmeCo/users",{"id":2,"name":"b"}]` + "\n"
		orders  = `["acmeCo/orders",{"id":1}]` + "\n{\"commit\":true}\n" + `["acmeCo/orders",{"id":2}]` + "\n"
		skipped = "skipped: an earlier check has failed"
		broke   = "failed: the connector broke the protocol: "
	)
	totals := func(totals ...string) string {
		script := ""
		for _, n := range totals {
			script += `flush: {"published":{"doc":{"user":"u","total":` + n + `}}} | {"flushed":{}}` + "\n"
		}
		return script
	}
	for name, tt := range map[string]struct {
		kind, script, fixture string
		want                  map[string]string
	}{
		"a store":              {"materialization", "", users, map[string]string{"validate": "passed: 1 binding", "transactions": "passed: 2 transactions", "restart": "passed: restarted behind the first transaction, 2 sessions"}},
		"no fixture":           {"materialization", "", "", map[string]string{"validate": "passed: 1 binding", "secrets": "passed: none in 0 log lines"}},
		"a bad answer":         {"materialization", `startCommit: {"flushed":{}}`, users, map[string]string{"transactions": broke + `it sent "flushed", "startedCommit" is wanted: "{\"flushed\":{}}"`, "restart": skipped}},
		"incompatible":         {"materialization", `validate: {"validated":{"bindings":[{"resourcePath":["a"],"constraints":{"id":{"type":"INCOMPATIBLE","reason":"too long"}}}]}}`, users, map[string]string{"validate": `failed: the connector cannot take the field "id" of acmeCo/users: too long`, "transactions": skipped, "restart": skipped}},
		"a derivation":         {"derivation", totals("1"), orders, map[string]string{"transactions": "passed: 2 transactions", "restart": "passed: restarted behind the first transaction, 2 sessions"}},
		"wrong documents":      {"derivation", totals(`"much"`), orders, map[string]string{"transactions": "failed: acmeCo/x: /total: got string \"much\", want number (/properties/total/type, document 1)", "restart": skipped}},
		"forgets at a restart": {"derivation", totals("1", "2"), orders, map[string]string{"transactions": "passed: 2 transactions", "restart": "failed: restarted behind the first transaction, it published other documents"}},
		"dies at a restart":    {"derivation", "end: !exit 5\n" + totals("1"), orders, map[string]string{"transactions": "failed: the connector ended with exit status 5 and said nothing", "restart": skipped}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := scripted(t, tt.kind, tt.script)
			if tt.fixture != "" {
				o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
				testkit.Put(t, o.Root, map[string]string{"fixture.jsonl": tt.fixture})
			}
			r, err := conform.Run(t.Context(), o)
			if err != nil || r.Kind != tt.kind {
				t.Fatalf("got %+v, %v", r, err)
			}
			for name, want := range tt.want {
				c := check(r, name)
				if got := strings.Join(append([]string{string(c.State) + ": " + c.Text}, c.Details...), "\n"); got != want {
					t.Errorf("%s\ngot  %s\nwant %s", name, got, want)
				}
			}
			if tt.fixture == "" && check(r, "transactions").Name != "" {
				t.Error("it was given no documents")
			}
		})
	}
}

// A fixture that is wrong is the user's matter, and no finding about the connector.
func TestFixturesThatAreWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"[1]\n": `fixture.jsonl:1: ["collection", {…}] or {"commit": true} is wanted`, `["acmeCo/users",{"id":"x"}]`: "fixture.jsonl:1: the document is not as acmeCo/users says: /id: got string \"x\", want integer"} {
		o := scripted(t, "materialization", "")
		o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
		testkit.Put(t, o.Root, map[string]string{"fixture.jsonl": text})
		if r, err := conform.Run(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got %+v, %v", text, r, err)
		}
	}
}
