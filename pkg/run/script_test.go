package run_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/pkg/run"
)

// scripted makes a task whose connector answers by a script: see [fakeflow.Script].
func scripted(t *testing.T, kind, bindings, script string) run.PreviewOptions {
	t.Helper()
	o := run.PreviewOptions{Options: task(t, kind, "script", bindings)}
	file := filepath.Join(o.Dir, "test.flow.yaml")
	write(t, file, strings.Replace(read(t, file), "FAKEFLOW_STORE:", fmt.Sprintf("%s: %q, FAKEFLOW_STORE:", fakeflow.Script, script), 1))
	return o
}

const broke = "the connector broke the protocol: "

const userDoc = `{"captured":{"doc":{"id":1,"name":"a"}}}`

// What a capture may send in a session, in every form that Flow takes, and what comes of it.
func TestWhatACaptureMaySend(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script string
		want   []string
		state  string
	}{
		"nothing":              {"open: {\"opened\":{}} | !exit 0", nil, `{}`},
		"a checkpoint alone":   {`open: {"opened":{}} | {"checkpoint":{"state":{"updated":{"a":1}}}} | !exit 0`, nil, `{"a":1}`},
		"no update":            {`open: {"opened":{}} | {"checkpoint":{"state":{}}} | !exit 0`, nil, `{}`},
		"a null update":        {`open: {"opened":{}} | {"checkpoint":{"state":{"updated":null,"mergePatch":true}}} | !exit 0`, nil, `{}`},
		"defaults written out": {`open: {"opened":{"explicitAcknowledgements":false}} | {"captured":{"binding":0,"doc":{"id":1}}} | {"checkpoint":{"state":{"updated":{},"mergePatch":false}}} | !exit 0`, []string{`["acmeCo/users",{"id":1}]`}, `{}`},
		"nulls":                {`open: {"opened":null} | !exit 0`, nil, ""},
		"a null binding":       {`open: {"opened":{}} | {"captured":{"binding":null,"doc":{"id":1}},"spec":null} | {"checkpoint":{"state":{}}} | !exit 0`, []string{`["acmeCo/users",{"id":1}]`}, `{}`},
		"internal":             {`open: {"$internal":"x","opened":{}} | {"$internal":"x","captured":{"doc":{"id":1}}} | {"checkpoint":{"state":{}}} | !exit 0`, []string{`["acmeCo/users",{"id":1}]`}, `{}`},
		"patches":              {`open: {"opened":{}} | {"checkpoint":{"state":{"updated":{"a":{"b":1,"c":[1,2]},"d":4},"mergePatch":true}}} | {"checkpoint":{"state":{"updated":{"a":{"b":null,"c":[3]},"d":null,"e":{"f":null}},"mergePatch":true}}} | !exit 0`, nil, `{"a":{"c":[3]},"e":{}}`},
		"a patch of snakes":    {`open: {"opened":{}} | {"checkpoint":{"state":{"updated":{"a":1}}}} | {"checkpoint":{"state":{"updated":{"b":2},"merge_patch":true}}} | !exit 0`, nil, `{"a":1,"b":2}`},
		"numbers":              {`open: {"opened":{}} | {"captured":{"doc":{"id":9007199254740993,"x":1.50}}} | {"checkpoint":{"state":{"updated":{"at":123456789012345678901234567890,"x":1e400}}}} | !exit 0`, []string{`["acmeCo/users",{"id":9007199254740993,"x":1.50}]`}, `{"at":123456789012345678901234567890,"x":1e400}`},
		"spelling":             {`open: {"opened":{}} | {"captured":{"doc": {"id" : 1, "\u006eame":"\u00e9<&>" } }} | {"checkpoint":{"state":{}}} | !exit 0`, []string{`["acmeCo/users",{"id" : 1, "\u006eame":"\u00e9<&>" }]`}, `{}`},
		"blank around":         {"open: {\"opened\":{}} |   {\"captured\" : {\"doc\":{\"id\":1}}}   | {\"checkpoint\":{\"state\":{}}} | !exit 0", []string{`["acmeCo/users",{"id":1}]`}, `{}`},
		"backfills":            {`open: {"opened":{}} | {"backfillBegin":{}} | {"backfill_complete":{"binding":0}} | {"checkpoint":{"state":{}}} | !exit 0`, nil, `{}`},
		"more of one name":     {`open: {"opened":{}} | {"captured":{"doc":{"id":"x","id":1}}} | {"checkpoint":{"state":{}}} | !exit 0`, []string{`["acmeCo/users",{"id":"x","id":1}]`}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := scripted(t, "capture", oneBinding, tt.script)
			lines, r, err := previewOf(t, o, nil)
			if tt.state == "" {
				if err == nil || !strings.HasPrefix(err.Error(), broke) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(lines, tt.want) || string(r.State) != tt.state {
				t.Errorf("got %q, %s, %v", lines, r.State, err)
			}
		})
	}
}

// What no capture may send, each with what is told of it.
func TestWhatNoCaptureMaySend(t *testing.T) {
	t.Parallel()
	after := func(line string) string { return `open: {"opened":{}} | ` + line + " | !exit 0" }
	for name, tt := range map[string]struct{ script, want string }{
		"no answer to open":     {"open: !exit 0", broke + `it closed its output, and "opened" is due`},
		"spec in place of open": {"open: " + fakeflow.Spec, broke + `it sent "spec", "opened" is wanted: `},
		"opened of a list":      {`open: {"opened":[]} | !exit 0`, broke + `reading a response: it is no JSON object: "[]"`},
		"a number":              {after("5"), broke + `it printed a line that is no response: "5"`},
		"two objects":           {after(userDoc + " " + userDoc), broke + `it printed a line that is no response: `},
		"only nulls":            {after(`{"captured":null}`), broke + `a response has one field, and this one has none: "{\"captured\":null}"`},
		"NaN":                   {after(`{"captured":{"doc":{"id":NaN}}}`), broke + `it printed a line that is no response: "{\"captured\":{\"doc\":{\"id\":NaN}}}"`},
		"Latin-1":               {after("!say " + strconv.Quote("{\"captured\":{\"doc\":{\"id\":1,\"name\":\"caf\xe9\"}}}")), broke + `it printed a line that is no response: "{\"captured\":{\"doc\":{\"id\":1,\"name\":\"caf?\"}}}"`},
		"half a character":      {after("!say " + strconv.Quote("{\"captured\":{\"doc\":{\"id\":1,\"name\":\"\xf0\x9f\x98\"}}}")), broke + `it printed a line that is no response: `},
		"no document":           {after(`{"captured":{"binding":0}}`), broke + `it captured what is no JSON object: "{\"captured\":{\"binding\":0}}"`},
		"a binding in words":    {after(`{"captured":{"binding":"0","doc":{}}}`), broke + `it sent "captured" for the binding "0", and there are 1: `},
		"half a binding":        {after(`{"captured":{"binding":0.5,"doc":{}}}`), broke + `it sent "captured" for the binding 0.5, and there are 1: `},
		"a backfill elsewhere":  {after(`{"backfillBegin":{"binding":4}}`), broke + `it sent "backfillBegin" for the binding 4, and there are 1: `},
		"a schema of nothing":   {after(`{"sourcedSchema":{}}`), broke + `it sent a sourcedSchema without a schema: "{\"sourcedSchema\":{}}"`},
		"a state of a list":     {after(`{"checkpoint":{"state":[1]}}`), broke + `it sent a checkpoint without a state: "{\"checkpoint\":{\"state\":[1]}}"`},
		"an acknowledgement":    {after(`{"acknowledged":{}}`), broke + `it sent "acknowledged", a document or checkpoint is wanted: "{\"acknowledged\":{}}"`},
		"a whole last line cut": {`open: {"opened":{}} | !cut {"checkpoint":{"state":{}}}`, broke + `its output ends in the middle of a line: "{\"checkpoint\":{\"state\":{}}}"`},
		"pending at the end":    {after(`{"checkpoint":{"state":{}}} | ` + userDoc + " | " + userDoc), broke + "it ended within a checkpoint, and 2 documents are not committed"},
		"pending and dead":      {`open: {"opened":{}} | ` + userDoc + ` | !log {"level":"error","msg":"the cursor is gone"} | !exit 7`, "the connector ended with exit status 7: the cursor is gone"},
		"dead in silence":       {`open: {"opened":{}} | !exit 9`, "the connector ended with exit status 9 and said nothing"},
		"dead after a warning":  {`open: {"opened":{}} | !log {"level":"error","msg":"first"} | !log {"level":"info","msg":"then"} | !exit 1`, "the connector ended with exit status 1: first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r, err := previewOf(t, scripted(t, "capture", oneBinding, tt.script), nil)
			if fault.KindOf(err) != fault.Failed || !strings.HasPrefix(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(tt.want, "no response") && fault.HintOf(err) != "stdout is for responses: print and log to stderr" {
				t.Errorf("the hint is %q", fault.HintOf(err))
			}
			if r.Task != "acmeCo/x" || r.Sessions != 1 {
				t.Errorf("the numbers so far are %+v", r)
			}
		})
	}
}

// A state that is no object is warned of: Flow merges objects.
func TestAStateThatIsNoObject(t *testing.T) {
	t.Parallel()
	for updated, want := range map[string]string{`[1]`: `[1]`, `"x"`: `"x"`, `7`: `7`} {
		o := scripted(t, "capture", oneBinding, `open: {"opened":{}} | {"checkpoint":{"state":{"updated":`+updated+`}}} | {"checkpoint":{"state":{"updated":`+updated+`}}} | !exit 0`)
		_, r, err := previewOf(t, o, nil)
		if err != nil || string(r.State) != want || !slices.Equal(r.Warnings, []string{"a state is no JSON object"}) {
			t.Errorf("%s: got %s, %q, %v", updated, r.State, r.Warnings, err)
		}
	}
}

// Acknowledgements are sent to who asks for them, and count what was committed since the last.
func TestWhoIsAcknowledged(t *testing.T) {
	t.Parallel()
	const point = `{"checkpoint":{"state":{}}}`
	o := scripted(t, "capture", oneBinding, `open: {"opened":{"explicitAcknowledgements":true}} | `+userDoc+" | "+point+"\nacknowledge: "+point+"\nacknowledge: !log told twice | !exit 0")
	if _, r, err := previewOf(t, o, nil); err != nil || r.Checkpoints != 2 || r.Ended != "connector" {
		t.Errorf("got %+v, %v", r, err)
	}
	o = scripted(t, "capture", oneBinding, `open: {"opened":{}} | `+point+" | "+point+"\nacknowledge: !exit 5")
	if _, r, err := previewOf(t, o, func(o *run.PreviewOptions) { o.Sessions = []int{2} }); err != nil || r.Checkpoints != 2 {
		t.Errorf("one that did not ask: got %+v, %v", r, err)
	}
}

// Sessions of several lengths go on from the state of the one before, and each has its own checkpoints.
func TestSeveralSessions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sessions []int
		ran      int
		points   int
		state    string
		ended    string
	}{
		{nil, 1, 4, `{"n":40}`, "connector"}, {[]int{1}, 1, 1, `{"n":10}`, "checkpoints"}, {[]int{1, 1, 1}, 3, 3, `{"n":30}`, "checkpoints"},
		{[]int{3, 5}, 2, 4, `{"n":40}`, "connector"}, {[]int{2, -1}, 2, 4, `{"n":40}`, "connector"}, {[]int{4, 1, 1}, 3, 4, `{"n":40}`, "connector"},
	} {
		lines, r, err := preview(t, "good", func(o *run.PreviewOptions) { o.Sessions = tt.sessions })
		if err != nil || r.Sessions != tt.ran || r.Checkpoints != tt.points || string(r.State) != tt.state || r.Ended != tt.ended || len(lines) != 10*tt.points {
			t.Errorf("%v: %d lines, %+v, %v", tt.sessions, len(lines), r, err)
		}
	}
}

const ann = `["acmeCo/users",{"id":1,"name":"ann"}]` + "\n"

// fed gives a scripted task the documents of a fixture.
func fed(t *testing.T, kind, bindings, script, fixture string) run.PreviewOptions {
	t.Helper()
	o := scripted(t, kind, bindings, script)
	o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
	write(t, o.Fixture, fixture)
	return o
}

// The phases of a materialization, and what is told of an answer out of its phase.
func TestPhasesOfAMaterialization(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ script, want string }{
		"good":                        {"", ""},
		"state in each answer":        {`acknowledge: {"acknowledged":{"state":{"updated":{"a":1},"mergePatch":true}}}` + "\n" + `flush: {"flushed":{"state":{"updated":{"f":1},"mergePatch":true}}}`, ""},
		"no opened":                   {`open: {"acknowledged":{}}`, broke + `it sent "acknowledged", "opened" is wanted: "{\"acknowledged\":{}}"`},
		"opened twice":                {`open: {"opened":{}} | {"opened":{}}`, broke + `it sent "opened", an answer to acknowledge or load is wanted: "{\"opened\":{}}"`},
		"no acknowledged":             {`acknowledge: !exit 0`, broke + `it closed its output, and "acknowledged" is due`},
		"commit before its time":      {`acknowledge: {"startedCommit":{}}`, broke + `it sent "startedCommit", an answer to acknowledge or load is wanted: "{\"startedCommit\":{}}"`},
		"loaded of nothing":           {`flush: {"loaded":{}} | {"flushed":{}}`, broke + `it loaded what is no JSON object: "{\"loaded\":{}}"`},
		"loaded of a list":            {`flush: {"loaded":{"doc":[1]}} | {"flushed":{}}`, broke + `it loaded what is no JSON object: "{\"loaded\":{\"doc\":[1]}}"`},
		"loaded in words":             {`flush: {"loaded":{"binding":"0","doc":{"id":1}}} | {"flushed":{}}`, broke + `it loaded for the binding "0", and there are 1`},
		"loaded before it can be":     {`flush: {"loaded":{"doc":{"id":1}}} | {"flushed":{}}`, broke + `it loaded the key [1] of acmeCo/users, which it was not asked for`},
		"flushed twice":               {`flush: {"flushed":{}} | {"flushed":{}}`, broke + `it sent "flushed", silence while documents are stored is wanted: "{\"flushed\":{}}"`},
		"published":                   {`flush: {"published":{"doc":{}}}`, broke + `it sent "published", "loaded" or "flushed" is wanted: "{\"published\":{\"doc\":{}}}"`},
		"commit by acknowledged":      {`startCommit: {"flushed":{}}`, broke + `it sent "flushed", "startedCommit" is wanted: "{\"flushed\":{}}"`},
		"dead in commit":              {`startCommit: !log {"level":"fatal","msg":"disk full"} | !exit 1`, "the connector ended with exit status 1: disk full"},
		"half an answer":              {`startCommit: !cut {"startedCommit":`, broke + `its output ends in the middle of a line: "{\"startedCommit\":"`},
		"a text after its end":        {`end: !cut goodbye`, broke + `it printed more after its input had ended: "goodbye"`},
		"an answer after its end":     {`end: {"acknowledged":{}} | !exit 0`, broke + `it printed more after its input had ended: "{\"acknowledged\":{}}"`},
		"a bad end":                   {`end: !exit 4`, "the connector ended with exit status 4 and said nothing"},
		"a state of no JSON object":   {`flush: {"flushed":{"state":{"updated":7}}}`, ""},
		"a null state":                {`flush: {"flushed":{"state":null}}`, ""},
		"snakes":                      {`start_commit: x` + "\n" + `startCommit: {"started_commit":{"state":{"updated":{"t":1},"merge_patch":true}}}`, ""},
		"a duplicate acknowledgement": {`acknowledge: {"acknowledged":{}} | {"acknowledged":{}}`, broke + `it sent "acknowledged", `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r, err := previewOf(t, fed(t, "materialization", userTarget, tt.script, ann), nil)
			if tt.want == "" && (err != nil || r.Checkpoints != 1 || r.Ended != "fixture") || tt.want != "" && (fault.KindOf(err) != fault.Failed || !strings.HasPrefix(fmt.Sprint(err), tt.want)) {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

// The phases of a derivation.
func TestPhasesOfADerivation(t *testing.T) {
	t.Parallel()
	const one = "[{name: orders, source: acmeCo/orders, shuffle: any, lambda: {stream: a}}]"
	const order = `["acmeCo/orders",{"id":1,"user":"ann"}]` + "\n"
	published := func(doc string) string { return `{"published":{"doc":` + doc + `}}` }
	for name, tt := range map[string]struct {
		script, runtime, want string
		lines                 []string
	}{
		"good":                    {"read: " + published(`{"user":"ann","total":1}`), "v2", "", []string{`["acmeCo/x",{"user":"ann","total":1}]`}},
		"the last of a key":       {"flush: " + published(`{"user":"b","total":1}`) + " | " + published(`{"user":"a","total":1}`) + " | " + published(`{"total":2,"user":"b"}`) + ` | {"flushed":{}}`, "v2", "", []string{`["acmeCo/x",{"user":"a","total":1}]`, `["acmeCo/x",{"total":2,"user":"b"}]`}},
		"nothing published":       {"", "v2", "", nil},
		"two rounds":              {`flush: {"flushed":{"more":true}}` + "\nflush: " + published(`{"user":"a"}`) + ` | {"flushed":{"more":false}}`, "v2", "", []string{`["acmeCo/x",{"user":"a"}]`}},
		"flushed unasked":         {`open: {"opened":{}} | {"flushed":{}}`, "v2", broke, nil}, // whether it is taken for an answer depends on when it is read
		"commit unasked":          {`flush: {"startedCommit":{}}`, "v2", broke + `it sent "startedCommit", "published" or "flushed" is wanted: "{\"startedCommit\":{}}"`, nil},
		"an answer to a read":     {`read: {"loaded":{}}`, "v2", broke + `it sent "loaded", `, nil},
		"published of a text":     {`flush: ` + published(`"x"`), "v2", broke + `it published what is no JSON object: "{\"published\":{\"doc\":\"x\"}}"`, nil},
		"published of nothing":    {`flush: {"published":{}}`, "v2", broke + `it published what is no JSON object: "{\"published\":{}}"`, nil},
		"no commit in v1":         {`startCommit: !exit 0`, "v1", broke + `it closed its output, and "startedCommit" is due`, nil},
		"commit by flushed in v1": {`startCommit: {"flushed":{}}`, "v1", broke + `it sent "flushed", "published" or "startedCommit" is wanted: "{\"flushed\":{}}"`, nil},
		"dead in a read":          {`read: !log ValueError: no such user | !exit 1`, "v2", "the connector ended with exit status 1: ValueError: no such user", nil},
		"no flushed":              {`flush: !exit 0`, "v2", broke + `it closed its output, and "flushed" is due`, nil},
		"a line behind the end":   {"end: " + published(`{"user":"a"}`) + " | !exit 0", "v2", broke + `it printed more after its input had ended: `, nil},
		"half a line at the end":  {"end: !cut {", "v1", broke + `it printed more after its input had ended: "{"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := fed(t, "derivation", one, tt.script, order)
			o.Runtime = tt.runtime
			lines, r, err := previewOf(t, o, nil)
			if tt.want == "" && (err != nil || !slices.Equal(lines, tt.lines) || r.Checkpoints != 1) || tt.want != "" && (fault.KindOf(err) != fault.Failed || !strings.HasPrefix(fmt.Sprint(err), tt.want)) {
				t.Errorf("got %q, %+v, %v", lines, r, err)
			}
		})
	}
}

// What a derivation's connector says of transforms and files is taken in.
func TestWhatADerivationValidates(t *testing.T) {
	t.Parallel()
	const one = "[{name: orders, source: acmeCo/orders, shuffle: any, lambda: {stream: a}}]"
	answer := func(files string) string {
		return `validate: {"validated":{"transforms":[{"readOnly":true}],"generatedFiles":{` + files + `}}}` + "\nopen: !exit 3"
	}
	o := scripted(t, "derivation", one, answer(""))
	r, err := run.Validate(t.Context(), o.Options)
	if err != nil || len(r.Warnings) != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	for files, want := range map[string]string{
		`"%sa/b.py":"x","%sc":""`: "", `"a/b.py":"x"`: `the generated file "a/b.py" is named by no absolute URL`, `"file:///etc/passwd":"x"`: `the generated file "file:///etc/passwd" is outside of ROOT`,
		`"%s../out.py":"x"`: `the generated file "ROOT../out.py" is outside of ROOT`, `"::":"x"`: `the generated file "::" is named by no absolute URL`,
	} {
		o := scripted(t, "derivation", one, "")
		own := "file://" + o.Dir + "/"
		file := filepath.Join(o.Dir, "test.flow.yaml")
		write(t, file, strings.Replace(read(t, file), fakeflow.Script+`: ""`, fmt.Sprintf("%s: %q", fakeflow.Script, answer(strings.ReplaceAll(files, "%s", own))), 1))
		r, err := run.Validate(t.Context(), o.Options)
		if got := strings.ReplaceAll(strings.Join(r.Warnings, "; "), own, "ROOT"); err != nil || got != want {
			t.Errorf("%s: got %s, %v", files, got, err)
		}
	}
	for script, want := range map[string]string{
		`validate: {"validated":{"transforms":[]}}`:      broke + "it validated 0 of 1 bindings",
		`validate: {"validated":{"transforms":[{},{}]}}`: broke + "it validated 2 of 1 bindings",
		`validate: {"validated":{"transforms":[1]}}`:     broke + "reading a response: json: cannot unmarshal number",
		`validate: {"applied":{}}`:                       broke + `it answered with "applied", "validated" is wanted`,
	} {
		if _, err := run.Validate(t.Context(), scripted(t, "derivation", one, script).Options); fault.KindOf(err) != fault.Failed || !strings.HasPrefix(fmt.Sprint(err), want) {
			t.Errorf("%s: got %v", script, err)
		}
	}
}
