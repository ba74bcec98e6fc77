package conform_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/pkg/run"
	"github.com/connkit/connkit/pkg/run/conform"
)

const role = "CONFORM_TEST_ROLE"

func TestMain(m *testing.M) {
	if name := os.Getenv(role); name != "" {
		os.Exit(fakeflow.Play(name, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const collections = `collections:
  acmeCo/users: {key: [/id], schema: {type: object, properties: {id: {type: integer}, name: {type: string}}, required: [id]}}
  acmeCo/orders: {key: [/id], schema: {type: object, properties: {id: {type: integer}}, required: [id]}}
`

// options make a task of the kind that the fake of that name plays.
func options(t *testing.T, kind, name string) conform.Options {
	t.Helper()
	root := t.TempDir()
	local := fmt.Sprintf("{local: {command: [%q], env: {%s: %q, FAKEFLOW_STORE: %q}, config: {token_sops: s3cr3t-token}}}", os.Args[0], role, name, filepath.Join(root, "store.json"))
	text := map[string]string{
		"capture":         "captures:\n  acmeCo/x: {endpoint: %s, bindings: [{resource: {stream: users}, target: acmeCo/users}]}\n" + collections,
		"materialization": "materializations:\n  acmeCo/x: {endpoint: %s, bindings: [{resource: {stream: users}, source: acmeCo/users}]}\n" + collections,
		"derivation": collections + "  acmeCo/x: {key: [/user], schema: {type: object, properties: {user: {type: string}, total: {type: number}}}, " +
			"derive: {using: %s, transforms: [{name: orders, source: acmeCo/orders, shuffle: any, lambda: {stream: x}}]}}\n",
	}[kind]
	testkit.Put(t, filepath.Join(root, "source-x"), map[string]string{"test.flow.yaml": fmt.Sprintf(text, local)})
	return conform.Options{
		Options:  run.Options{Dir: filepath.Join(root, "source-x"), Root: root, Language: "go", Kind: kind, Timeout: 10 * time.Minute},
		Duration: time.Minute, // which no connector takes that ends by itself
	}
}

// checks gives the report as name: state lines, with the text where it is not passed.
func checks(t *testing.T, o conform.Options) (map[string]string, conform.Report) {
	t.Helper()
	r, err := conform.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range r.Checks {
		got[c.Name] = string(c.State) + ": " + c.Text
	}
	return got, r
}

func TestAGoodCapture(t *testing.T) {
	t.Parallel()
	got, r := checks(t, options(t, "capture", "slow"))
	for name, want := range map[string]string{
		"spec": "passed: protocol 3032023, schemas valid", "discover": "passed: 2 bindings, the same twice", "keys": "passed: 1 collection, all keys in their schemas",
		"validate": "passed: 1 binding", "documents": "passed: 40 documents in 4 checkpoints, all as their schemas say, with their keys",
		"resume": "passed: killed at document 20, checkpoint 1, went on, nothing lost", "secrets": "passed: none in 0 log lines",
	} {
		if name == "resume" {
			want, got[name] = want[:len("passed: killed at document 20")], got[name][:min(len(got[name]), len("passed: killed at document 20"))]
		}
		if got[name] != want {
			t.Errorf("%s: got %s", name, got[name])
		}
	}
	if r.Failed != 0 || len(r.Checks) != 8 || !strings.HasPrefix(got["stop"], "passed: ") || r.Task != "acmeCo/x" {
		t.Errorf("got %+v", r)
	}
}

// Each defect fails the check that is for it, and no other.
func TestDefects(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ check, want string }{
		"loses":       {"resume", "failed: killed at document "},
		"wrong types": {"documents", "failed: acmeCo/users: 20 of 40 are not as the collection says"},
		"pending":     {"documents", "failed: the connector broke the protocol: it ended within a checkpoint"},
		"refuses":     {"validate", "failed: the connector ended with exit status 1: the token is not accepted"},
		"leak":        {"secrets", "failed: in "},
		"random keys": {"resume", "unsure: killed at document 20, "},
		"silent":      {"documents", "unsure: there were none in "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, "capture", name)
			if name == "silent" {
				o.Duration = 2 * time.Second
			}
			got, r := checks(t, o)
			if !strings.HasPrefix(got[tt.check], tt.want) {
				t.Errorf("got %v", got)
			}
			failed := 0
			for check, text := range got {
				if strings.HasPrefix(text, "failed") {
					failed++
					if check != tt.check && !strings.Contains("stop resume", check) {
						t.Errorf("%s: %s", check, text)
					}
				}
			}
			if r.Failed != failed {
				t.Errorf("%d failed, the report says %d", failed, r.Failed)
			}
		})
	}
}

func TestAConnectorThatIgnoresSIGTERM(t *testing.T) {
	t.Parallel()
	o := options(t, "capture", "deaf")
	o.Duration = 5 * time.Second // within which it has to start and to ignore the signal
	if got, _ := checks(t, o); !strings.HasPrefix(got["stop"], "failed: it still ran ") {
		t.Errorf("got %v", got)
	}
}

func TestTransactionsAndRestarts(t *testing.T) {
	t.Parallel()
	for kind, fixture := range map[string]string{
		"materialization": `["acmeCo/users",{"id":1,"name":"ann"}]` + "\n{\"commit\":true}\n" + `["acmeCo/users",{"id":1,"name":"Ann"}]` + "\n",
		"derivation":      `["acmeCo/orders",{"id":1,"user":"ann","amount":1}]` + "\n{\"commit\":true}\n" + `["acmeCo/orders",{"id":2,"user":"ann","amount":2}]` + "\n",
	} {
		o := options(t, kind, "good")
		got, r := checks(t, o)
		if r.Failed != 0 || len(got) != 3 {
			t.Errorf("%s: got %v", kind, got)
		}
		o.Fixture = filepath.Join(o.Root, "fixture.jsonl")
		testkit.Put(t, o.Root, map[string]string{"fixture.jsonl": fixture})
		got, r = checks(t, o)
		if r.Failed != 0 || got["transactions"] != "passed: 2 transactions" || got["restart"] != "passed: restarted behind the first transaction, 2 sessions" {
			t.Errorf("%s: got %v", kind, got)
		}
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	o := options(t, "capture", "good")
	o.Snapshot, o.Redact = filepath.Join(o.Root, "snapshots"), []string{"/name", "acmeCo/none:/id"}
	if got, r := checks(t, o); r.Failed != 1 || got["snapshots"] != "failed: there is no spec.json: --update writes it" {
		t.Errorf("got %v", got)
	}
	for _, update := range []bool{true, false} {
		o.Update = update
		if got, r := checks(t, o); r.Failed != 0 || got["snapshots"] != "passed: spec.json, discover.json, capture.jsonl" {
			t.Errorf("got %v", got)
		}
	}
	text, err := os.ReadFile(filepath.Join(o.Snapshot, "capture.jsonl"))
	if err != nil || strings.Count(string(text), "\n") != 40 || !strings.HasPrefix(string(text), `["acmeCo/users",{"id":0,"name":"(redacted)"}]`) {
		t.Errorf("got %s, %v", text, err)
	}
	o.Redact = append(o.Redact, "acmeCo/users:/id")
	got, r := checks(t, o)
	if r.Failed != 1 || got["snapshots"] != "failed: capture.jsonl differs: --update takes it over" || len(r.Checks[7].Details) < 40 {
		t.Errorf("got %v, %q", got, r.Checks[7].Details)
	}
}

func TestWhatIsNoFinding(t *testing.T) {
	t.Parallel()
	o := options(t, "capture", "good")
	testkit.Put(t, o.Dir, map[string]string{"test.flow.yaml": "captures: {a: {endpoint: {local: {command: [no-such-program]}}, bindings: []}}\n"})
	if _, err := conform.Run(t.Context(), o); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	r := conform.Report{Task: "acmeCo/x", Failed: 1, Seconds: 1.5, Checks: []conform.Check{
		{Name: "spec", State: conform.Passed, Text: "fine", Seconds: 0.25},
		{Name: "documents", State: conform.Failed, Text: "1 of 2 <bad>", Details: []string{"/a: got \"x\"", "more"}},
		{Name: "resume", State: conform.Skipped, Text: "an earlier check has failed"},
		{Name: "stop", State: conform.Unsure, Text: "who knows"},
	}}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Time    string `xml:"time,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(r.JUnit(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 4 || got.Failures != 1 || got.Skipped != 2 || got.Cases[0].Time != "0.250" || got.Cases[1].Failure.Message != "1 of 2 <bad>" || !strings.Contains(got.Cases[1].Failure.Text, "more") {
		t.Errorf("got %+v", got)
	}
}

// The catalog says what a task is; the name of its folder may say another thing.
func TestTheKindIsTheTasksOwn(t *testing.T) {
	t.Parallel()
	o := options(t, "materialization", "good")
	o.Kind = "capture"
	got, _ := checks(t, o)
	if len(got) != 3 || got["discover"] != "" || !strings.HasPrefix(got["validate"], "passed") {
		t.Errorf("got %q", got)
	}
}

func TestOptionsThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, change := range []func(o *conform.Options){
		func(o *conform.Options) { o.Update = true },
		func(o *conform.Options) { o.Redact = []string{"ts"} },
		func(o *conform.Options) { o.Redact = []string{"acmeCo/users:ts"} },
		func(o *conform.Options) { o.Redact = []string{"/ok", ""} },
	} {
		o := options(t, "capture", "good")
		change(&o)
		if r, err := conform.Run(t.Context(), o); fault.KindOf(err) != fault.Usage || len(r.Checks) != 0 {
			t.Errorf("got %+v, %v", r, err)
		}
	}
}
