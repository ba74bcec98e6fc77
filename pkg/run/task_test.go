package run_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

const collections = `collections:
  acmeCo/users:
    key: [/id]
    schema:
      type: object
      properties: {id: {type: integer}, name: {type: string}, _meta: {type: object}}
      required: [id]
  acmeCo/orders: {key: [/id], schema: {type: object, properties: {id: {type: integer}, user: {type: string}}, required: [id]}}
`

// task makes a folder whose test.flow.yaml holds a task that the fake of that
// name plays, with the bindings in YAML.
func task(t *testing.T, kind, name, bindings string) run.Options {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "source-x")
	local := fmt.Sprintf("{command: [%q], env: {%s: %q, FAKEFLOW_STORE: %q}, config: {token: s3cr3t-token}}", os.Args[0], role, "flow "+name, filepath.Join(root, "store.json"))
	text := fmt.Sprintf("%ss:\n  acmeCo/x:\n    endpoint: {local: %s}\n    bindings: %s\n%s", kind, local, bindings, collections)
	if kind == "derivation" {
		text = collections + fmt.Sprintf("  acmeCo/x:\n    key: [/user]\n    schema: {type: object, properties: {user: {type: string}, total: {type: number}}, required: [user]}\n"+
			"    derive: {using: {local: %s}, transforms: %s}\n", local, bindings)
	}
	write(t, filepath.Join(dir, "test.flow.yaml"), text)
	return run.Options{Dir: dir, Root: root, Language: "go", Kind: kind, Timeout: 10 * time.Minute, LogLevel: "debug"}
}

const (
	oneBinding = "[{resource: {stream: users, _meta: {path: [users]}}, target: acmeCo/users}]"
	twoSources = "[{resource: {stream: users}, source: acmeCo/users}, {resource: {stream: orders}, source: {name: acmeCo/orders}}]"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	o := task(t, "capture", "good", "[{resource: {stream: users, _meta: {path: [users]}}, target: acmeCo/users, backfill: 2}, {resource: {}, target: none, disable: true}]")
	r, err := run.Validate(t.Context(), o)
	if err != nil || len(r.Bindings) != 1 || r.Bindings[0].StateKey != "users.v2" || len(r.Warnings) != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	o.Set = []string{"/n=many"}
	if r, err = run.Validate(t.Context(), o); err != nil || !slices.Equal(r.Warnings, []string{"config: /n: want integer"}) {
		t.Errorf("got %q, %v", r.Warnings, err)
	}
}

func TestValidateGoesWrong(t *testing.T) {
	t.Parallel()
	two := "[{resource: {stream: a}, target: acmeCo/users}, {resource: {stream: b}, target: acmeCo/orders}]"
	for name, tt := range map[string]struct {
		bindings, want string
		kind           fault.Kind
	}{
		"too few":  {two, "the connector broke the protocol: it validated 1 of 2 bindings", fault.Failed},
		"one path": {two, "the connector broke the protocol: the bindings of acmeCo/users and acmeCo/orders have one resource path: same", fault.Failed},
		"no path":  {two, "the connector broke the protocol: it validated the binding of acmeCo/users without a resource path", fault.Failed},
		"refuses":  {two, "the connector ended with exit status 1: the token is not accepted", fault.Failed},
		"good":     {"[{resource: {stream: a}, target: acmeCo/none}]", `FILE:4:16: collection "acmeCo/none" is not in the catalog`, fault.Usage},
		"good ":    {"[{resource: a.yaml, target: acmeCo/users}]", "FILE:4:27: resource: open DIR/a.yaml: no such file or directory", fault.Usage},
		"good  ":   {"[{resource: {stream: a}}]", "FILE:4:16: target: the name of a collection is wanted", fault.Usage},
	} {
		o := task(t, "capture", strings.TrimSpace(name), tt.bindings)
		_, err := run.Validate(t.Context(), o)
		got := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(err), filepath.Join(o.Dir, "test.flow.yaml"), "FILE"), o.Dir, "DIR")
		if got != tt.want || fault.KindOf(err) != tt.kind {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	r, err := run.Apply(t.Context(), task(t, "capture", "good", oneBinding))
	if err != nil || r.Action != "made tables" {
		t.Errorf("got %+v, %v", r, err)
	}
	o := task(t, "derivation", "good", "[{name: orders, source: acmeCo/orders, shuffle: any, lambda: {}}]")
	if _, err := run.Apply(t.Context(), o); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestFieldsOfMaterializations(t *testing.T) {
	t.Parallel()
	one := "[{resource: {stream: users}, source: acmeCo/users%s}]"
	for name, tt := range map[string]struct{ fields, want string }{
		"good":           {"", "id name flow_document"},
		"good ":          {", fields: {exclude: [name]}", "id flow_document"},
		"good  ":         {", fields: {recommended: false}", "id flow_document"},
		"newer":          {"", "id"},
		"good   ":        {", fields: {require: {nome: {}}}", `fields: acmeCo/users has no field "nome"`},
		"newer ":         {", fields: {require: {name: {}}}", `the connector does not take the field "name"`},
		"incompatible":   {"", `the connector cannot take the field "name" of acmeCo/users: the column is a number`},
		"odd constraint": {"", `the connector broke the protocol: it has the constraint "MAYBE" for the field "name"`},
		"needs more":     {"", `the connector needs the field "none", and acmeCo/users has none: a column has no default`},
	} {
		o := task(t, "materialization", strings.TrimSpace(name), fmt.Sprintf(one, tt.fields))
		write(t, filepath.Join(o.Dir, "test.flow.yaml"), strings.Replace(read(t, filepath.Join(o.Dir, "test.flow.yaml")), "name: {type: string},", "name: {type: string}, deep: {type: object, properties: {x: {}}},", 1))
		r, err := run.Validate(t.Context(), o)
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Join(r.Bindings[0].Fields, " ")
		}
		if !strings.Contains(got, tt.want) || err == nil && got != tt.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The level of the shards holds, and that of the call wins.
func TestLogLevel(t *testing.T) {
	t.Parallel()
	o := task(t, "capture", "echo", oneBinding+"\n    shards: {logLevel: warn}")
	for level, want := range map[string]string{"": " warn", "error": " error"} {
		o.LogLevel = level
		_, err := run.Preview(t.Context(), run.PreviewOptions{Options: o, Out: &bytes.Buffer{}})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got %v", level, err)
		}
	}
}

// What a Go connector checks of an open request is there.
func TestOpenRequest(t *testing.T) {
	t.Parallel()
	o := task(t, "capture", "echo", oneBinding)
	_, err := run.Preview(t.Context(), run.PreviewOptions{Options: o, Out: &bytes.Buffer{}, InitialState: `{"a":1}`})
	for _, want := range []string{
		`"ResourceConfig":{"stream":"users"},"ResourcePath":["users"],"StateKey":"users.v0"`, `"isPrimaryKey":true`, `"partitionTemplate":{"name":"acmeCo/users/ffffffffffffffff"`,
		`"State":{"a":1}`, `"Range":{"keyEnd":4294967295,"rClockEnd":4294967295}`, `"Version":"0011223344556677"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("a secret is in %v", err)
	}
}

func TestConfigOfTheCall(t *testing.T) {
	t.Parallel()
	o := task(t, "capture", "leak", oneBinding)
	o.Config = filepath.Join(o.Dir, "other.yaml")
	write(t, o.Config, "token_sops: from-a-file\n")
	o.Set = []string{"/token=from-the-call"}
	var logs []string
	leaks := 0
	o.Log, o.Leak = func(l flow.Log) { logs = append(logs, l.Message) }, func(flow.Log) { leaks++ }
	if _, err := run.Preview(t.Context(), run.PreviewOptions{Options: o, Out: &bytes.Buffer{}}); err != nil || !slices.Equal(logs, []string{"using ***"}) || leaks != 1 {
		t.Errorf("got %q, %d, %v", logs, leaks, err)
	}
	o.Config = filepath.Join(o.Dir, "none.yaml")
	if _, err := run.Validate(t.Context(), o); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}
