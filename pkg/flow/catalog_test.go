package flow_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// catalog writes a catalog file and what stands beside it.
func catalog(t *testing.T, text string, beside map[string]string) string {
	t.Helper()
	dir := testkit.Tree(t, beside)
	testkit.Put(t, dir, map[string]string{"test.flow.yaml": text})
	return filepath.Join(dir, "test.flow.yaml")
}

func TestLoad(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `
captures:
  acmeCo/one:
    endpoint: &e
      local: {command: [python, -m, x], env: {A: b}, protobuf: true, config: {}}
    bindings: []
  acmeCo/two:
    endpoint: *e
    bindings: []
  acmeCo/image:
    endpoint: {connector: {image: ghcr.io/x:local, config: {}}}
    bindings: []
materializations:
  acmeCo/m:
    endpoint: {local: {command: [./m], config: {}}}
    bindings: []
collections:
  acmeCo/plain: {schema: {}, key: [/id]}
  acmeCo/derived:
    schema: {}
    key: [/id]
    derive: {using: {local: {command: [./d], config: {}}}, transforms: []}
`, nil))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range c.Tasks {
		got = append(got, task.Kind+" "+task.Name+" "+strings.Join(task.Command, ",")+task.Image)
	}
	want := []string{
		"capture acmeCo/one python,-m,x", "capture acmeCo/two python,-m,x", "capture acmeCo/image ghcr.io/x:local",
		"materialization acmeCo/m ./m", "derivation acmeCo/derived ./d",
	}
	if !slices.Equal(got, want) || len(c.Warnings) != 0 {
		t.Errorf("got %q, %q", got, c.Warnings)
	}
	one, err := c.Task("acmeCo/one")
	if err != nil || one.Env["A"] != "b" || !one.Proto {
		t.Errorf("got %+v, %v", one, err)
	}
	if _, err := c.Task("acmeCo/none"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "acmeCo/derived") {
		t.Errorf("got %v", err)
	}
	if _, err := c.Task(""); fault.HintOf(err) != "--name acmeCo/one" {
		t.Errorf("got %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                    "it is empty",
		"- a\n":               "test.flow.yaml:1:1: captures:",
		"a: [\n":              "test.flow.yaml:1",
		"a:\n  b: c\n d: e\n": "test.flow.yaml:2: did not find expected key",
		"captures:\n  x:\n    endpoint:\n      local: {command: []}\n":                    "test.flow.yaml:4:14: local: command is missing or empty",
		"captures:\n  x:\n    endpoint:\n      local: {command: {a: s3cr3t}}\n":           "test.flow.yaml:4: cannot unmarshal",
		"captures:\n  x:\n    endpoint:\n      local: {command: [x], protobuf: s3cr3t}\n": "test.flow.yaml:4: cannot unmarshal",
	} {
		_, err := flow.Load(catalog(t, text, nil))
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: a value is in %v", text, err)
		}
	}
	if _, err := flow.Load("/nonexistent/test.flow.yaml"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestUnknownKeysAreWarned(t *testing.T) {
	t.Parallel()
	file := catalog(t, `captures:
  acmeCo/x:
    endpoint:
      local: {command: [x], config: {any: 1}, cwd: /}
      lokal: {}
    bindings:
      - {resource: {any: 1}, target: acmeCo/y, disabled: true}
    shards: {loglevel: debug}
capture: {}
`, nil)
	c, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range c.Warnings {
		place, _, _ := strings.Cut(strings.TrimPrefix(w, file+":"), " here")
		got = append(got, place)
	}
	want := []string{
		`4:47: Flow knows no key "cwd"`, `5:7: Flow knows no key "lokal"`, `7:48: Flow knows no key "disabled"`,
		`8:14: Flow knows no key "loglevel"`, `9:1: Flow knows no key "capture"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
