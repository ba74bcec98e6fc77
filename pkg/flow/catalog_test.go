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
		"captures:\n  x:\n    endpoint:\n      local: {command: []}\n":                     "test.flow.yaml:4:14: local: command is missing or empty",
		"captures:\n  x:\n    endpoint:\n      local: {command: {a: s3cr3t}}\n":            "test.flow.yaml:4:24: local: command: a list is wanted",
		"captures:\n  x:\n    endpoint:\n      local: {command: python -m s3cr3t}\n":       "test.flow.yaml:4:24: local: command: a list is wanted",
		"captures:\n  x:\n    endpoint:\n      local: {command: [x, [s3cr3t]]}\n":          "test.flow.yaml:4:28: local: command: a list of texts is wanted",
		"captures:\n  x: {}\n  x: {}\n":                                                    `test.flow.yaml:3:3: key "x" stands here twice`,
		"captures:\n  x: {endpoint: {local: {command: [x], config: {a: s3cr3t, a: 1}}}}\n": `test.flow.yaml:2:60: key "a" stands here twice`,
		"a: &a [*a]\nb: {<<: *a}\n":                                                        "test.flow.yaml:2:9: <<: a map, or a list of maps, is wanted",
		"a: {<<: s3cr3t}\n":                                                                "test.flow.yaml:1:9: <<: a map, or a list of maps, is wanted",
		"import: acmeCo/flow.yaml\n":                                                       "test.flow.yaml:1:9: import: a list of files is wanted",
		"import: [{a: b}]\n":                                                               "test.flow.yaml:1:10: import: the name of a file is wanted",
		"import:\n  - ''\n":                                                                "test.flow.yaml:2:5: import: the name of a file is wanted",
		"import:\n  - sub\n":                                                               `test.flow.yaml:2:5: import: "sub" is no file`,
		"captures: {}\n---\na: s3cr3t\n":                                                   "test.flow.yaml:2:1: a second document begins here",
		"captures: {}\n---\na: [\n":                                                        "test.flow.yaml:",
		"captures:\n  x:\n    endpoint:\n      local: {command: [x], config: {}}\n      connector: {image: x, config: {}}\n": "test.flow.yaml:4:7: endpoint: it is either local: or connector:",
		"captures:\n  x:\n    endpoint: {local: {command: [x], config: {}}}\n    shards: {logLevel: loud}\n":                 `test.flow.yaml:4:24: logLevel: "loud" is none of trace, debug, info, warn, error`,
		"captures:\n  x:\n    endpoint:\n      local: {command: [x], protobuf: s3cr3t}\n":                                    "test.flow.yaml:4: cannot unmarshal",
	} {
		_, err := flow.Load(catalog(t, text, map[string]string{"sub/x": ""}))
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

// Why a task is none that can be run is told when there is no other.
func TestTasksThatCannotBeRun(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"captures:\n  a/x: {bindings: []}\n":                        `test.flow.yaml:2:3: capture "a/x" has no endpoint`,
		"captures:\n  a/x:\n    endpoint: {lokal: {}}\n":            `test.flow.yaml:3:15: capture "a/x": endpoint: local: or connector: is wanted`,
		"materializations:\n  a/x:\n    endpoint: {dekaf: {}}\n":    `test.flow.yaml:3:15: materialization "a/x": endpoint: local: or connector: is wanted`,
		"collections:\n  a/x:\n    derive: {using: {sqlite: {}}}\n": `test.flow.yaml:3:21: derivation "a/x": endpoint: local: or connector: is wanted`,
		"collections:\n  a/x: {schema: {}, key: [/a]}\n":            "test.flow.yaml: there is no task with an endpoint in it",
	} {
		c, err := flow.Load(catalog(t, text, nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Task(""); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
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
		got = append(got, strings.TrimPrefix(w, file+":"))
	}
	want := []string{
		`4:47: Flow knows no key "cwd" here: command, config, env, protobuf`, `5:7: Flow knows no key "lokal" here; did you mean local`,
		`7:48: Flow knows no key "disabled" here; did you mean disable`, `8:14: Flow knows no key "loglevel" here; did you mean logLevel`,
		`9:1: Flow knows no key "capture" here; did you mean captures`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

const plainTask = "{endpoint: {local: {command: [x], config: c.yaml}}, bindings: []}"

func TestImports(t *testing.T) {
	t.Parallel()
	file := catalog(t, "import: [sub/flow.yaml, ./sub/../sub/flow.yaml, none.yaml, 'https://example.com/flow.yaml']\ncaptures:\n  own: "+plainTask+"\n", map[string]string{
		"sub/flow.yaml":   "import: [../test.flow.yaml, deep/d.yaml]\nmaterializations:\n  imported: " + plainTask + "\n",
		"sub/deep/d.yaml": "captures:\n  deep: " + plainTask + "\ncapture: {}\n",
		"sub/c.yaml":      "token: of-sub\n",
		"c.yaml":          "token: of-top\n",
	})
	c, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, task := range c.Tasks {
		names = append(names, task.Name)
	}
	if !slices.Equal(names, []string{"own", "imported", "deep"}) {
		t.Errorf("got %q", names)
	}
	dir := filepath.Dir(file)
	want := []string{
		filepath.Join(dir, "sub/deep/d.yaml") + `:3:1: Flow knows no key "capture" here; did you mean captures`,
		file + `:1:49: the imported file "none.yaml" is not there`,
		file + `:1:60: "https://example.com/flow.yaml" is not loaded: connkit reads local files`,
	}
	if !slices.Equal(c.Warnings, want) {
		t.Errorf("got %q\nwant %q", c.Warnings, want)
	}
	if task, err := c.Task(""); err != nil || task.Name != "own" {
		t.Errorf("the file's own task comes first: %q, %v", task.Name, err)
	}
	task, err := c.Task("imported")
	if err != nil {
		t.Fatal(err)
	}
	if config, err := task.Config(t.Context(), flow.ConfigOptions{}); err != nil || string(config.JSON) != `{"token":"of-sub"}` {
		t.Errorf("a config is relative to the file that names it: %s, %v", config.JSON, err)
	}
}

func TestOnlyImportedTasks(t *testing.T) {
	t.Parallel()
	tasks := map[string]string{"a.yaml": "captures: {a: " + plainTask + "}\n", "b.yaml": "captures: {b: " + plainTask + "}\n", "bad.yaml": "captures: [\n"}
	for imports, want := range map[string]string{"a.yaml": "", "a.yaml, b.yaml": "there are several tasks: a, b", "bad.yaml": "bad.yaml:1"} {
		c, err := flow.Load(catalog(t, "import: ["+imports+"]\n", tasks))
		if err == nil {
			_, err = c.Task("")
		}
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", imports, err)
		}
	}
}

func TestMergeKeysOfCatalogs(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `
captures:
  a: &a
    endpoint: {local: &l {command: [x], config: &c {b: 1, a: 2}}}
    bindings: []
  b:
    <<: *a
    endpoint: {local: {<<: [{env: {K: v}}, *l], config: {<<: *c, a: 3}}}
`, nil))
	if err != nil || len(c.Warnings) != 0 || len(c.Tasks) != 2 {
		t.Fatalf("got %+v, %v", c, err)
	}
	b := c.Tasks[1]
	config, err := b.Config(t.Context(), flow.ConfigOptions{})
	if err != nil || string(config.JSON) != `{"a":3,"b":1}` || b.Env["K"] != "v" || !slices.Equal(b.Command, []string{"x"}) {
		t.Errorf("got %s, %+v, %v", config.JSON, b, err)
	}
}

func TestWhereJSONIsNoJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\"captures\":{},\n \"x\" s3cr3t}": "flow.json:2:6: it is no JSON from here on",
		"{\"a\": [1,\n2\n":                  "flow.json:",
	} {
		file := filepath.Join(testkit.Tree(t, map[string]string{"flow.json": text}), "flow.json")
		_, err := flow.Load(file)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
