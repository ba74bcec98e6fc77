package flow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// warnings loads a catalog and gives what Flow would refuse, without the folder's name.
func warnings(t *testing.T, text string, beside map[string]string) []string {
	t.Helper()
	file := catalog(t, text, beside)
	c, err := flow.Load(file)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var all []string
	for _, w := range c.Warnings {
		all = append(all, strings.TrimPrefix(w, filepath.Dir(file)+"/"))
	}
	return all
}

// Each place of a catalog has its keys; one that Flow does not know is told with its place.
func TestKeysOfEachPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"captures: {a: {autodiscover: {}}}":                                {`test.flow.yaml:1:16: Flow knows no key "autodiscover" here; did you mean autoDiscover`},
		"captures: {a: {autoDiscover: {addNewBinding: true}}}":             {`test.flow.yaml:1:31: Flow knows no key "addNewBinding" here; did you mean addNewBindings`},
		"captures: {a: {bindings: [{source: x}, {targt: y}]}}":             {`test.flow.yaml:1:28: Flow knows no key "source" here; did you mean resource`, `test.flow.yaml:1:41: Flow knows no key "targt" here; did you mean target`},
		"captures: {a: {endpoint: {connector: {img: x, config: {}}}}}":     {`test.flow.yaml:1:39: Flow knows no key "img" here; did you mean image`},
		"captures: {a: {shards: {minTxn: 1s, flags: {anything: x}}}}":      {`test.flow.yaml:1:25: Flow knows no key "minTxn" here; did you mean minTxnDuration`},
		"materializations: {a: {endpoint: {dekaf: {any: 1}, python: {}}}}": {`test.flow.yaml:1:52: Flow knows no key "python" here: connector, local, dekaf`},
		"materializations: {a: {bindings: [{target: x}]}}":                 {`test.flow.yaml:1:36: Flow knows no key "target" here: resource, source, disable, priority, backfill, fields, onIncompatibleSchemaChange`},
		"materializations: {a: {autoDiscover: {}}}":                        {`test.flow.yaml:1:24: Flow knows no key "autoDiscover" here: source, sourceCapture, onIncompatibleSchemaChange, endpoint, bindings, shards, secrets, triggers, syncSchedule, expectPubId, delete, reset`},
		"collections: {a: {schema: {odd: 1}, keys: [/a]}}":                 {`test.flow.yaml:1:37: Flow knows no key "keys" here; did you mean key`},
		"collections: {a: {derive: {use: {}, using: {ruby: {}}}}}":         {`test.flow.yaml:1:28: Flow knows no key "use" here: using, transforms, shuffleKeyTypes, shards, redactSalt, secrets`, `test.flow.yaml:1:45: Flow knows no key "ruby" here: connector, local, sqlite, typescript, python`},
		"collections: {a: {derive: {transforms: [{name: x, sauce: y}]}}}":  {`test.flow.yaml:1:51: Flow knows no key "sauce" here; did you mean source`},
		"collections: {a: {derive: {shards: {x: 1}, using: {local: {command: [x], y: 1}}}}}": {
			`test.flow.yaml:1:37: Flow knows no key "x" here: disable, minTxnDuration, maxTxnDuration, hotStandbys, logLevel, ringBufferSize, readChannelSize, flags`,
			`test.flow.yaml:1:74: Flow knows no key "y" here: command, config, env, protobuf`,
		},
		"x: &n 5\ncaptures: {a: {endpoint: {local: {command: [sleep, 5, '5', *n], env: {A: true, B: yes, C: '1', D: null}}}}}": {
			`test.flow.yaml:1:1: Flow knows no key "x" here: $schema, import, captures, collections, materializations, tests`,
			`test.flow.yaml:2:52: command: Flow takes texts alone: put it into quotes`, `test.flow.yaml:1:4: command: Flow takes texts alone: put it into quotes`,
			`test.flow.yaml:2:74: env: Flow takes texts alone: put it into quotes`, `test.flow.yaml:2:99: env: Flow takes texts alone: put it into quotes`,
		},
		// what Flow knows, and names that a person chose
		"$schema: x\ntests: {odd: {}}\ncaptures: {shards: {}, local: {}}":           nil,
		"captures: {a: {redactSalt: x, secrets: {}, expectPubId: x, delete: true}}": nil,
		"captures: {a: null, b: [], c: 5}":                                          nil,
		"captures: {a: {bindings: {not: a list}, endpoint: x}}":                     nil,
		"collections: {a: {projections: {odd: /a}, journals: {odd: 1}}}":            nil,
	} {
		if got := warnings(t, text, nil); !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// Imports are read once, wherever they lead, and warnings name the file they are about.
func TestImportsOfImports(t *testing.T) {
	t.Parallel()
	beside := map[string]string{
		"sub/a.yaml":      "import: [b.yaml, ../test.flow.yaml, a.yaml]\ncollections: {acmeCo/a: {schema: {}, key: [/id], odd: 1}}\n",
		"sub/b.yaml":      "import: [a.yaml, deep/c.json, none.yaml]\ncollections: {acmeCo/b: {schema: {}, key: [/id]}}\n",
		"sub/deep/c.json": "{\n\t\"import\": [\"../b.yaml\"],\n\t\"collections\": {\"acmeCo/c\": {\"schema\": {}, \"key\": [\"/id\"]}}\n}\n",
	}
	got := warnings(t, "import: [sub/a.yaml]\n", beside)
	want := []string{`sub/a.yaml:2:50: Flow knows no key "odd" here: schema, writeSchema, readSchema, key, projections, journals, derive, expectPubId, delete, reset`,
		`sub/b.yaml:1:31: the imported file "none.yaml" is not there`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	c, err := flow.Load(catalog(t, "import:\n- sub/a.yaml\n", beside))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if _, ok := c.HasCollection("acmeCo/" + name); !ok {
			t.Errorf("collection %s is not there", name)
		}
	}
	if file, _ := c.HasCollection("acmeCo/c"); !c.Loads(file) || !strings.HasSuffix(file, "sub/deep/c.json") || c.Loads(filepath.Join(filepath.Dir(file), "d.json")) {
		t.Errorf("c stands in %s", file)
	}
}

func TestImportsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"import: [bad.yaml]":  "bad.yaml:2:1: captures:, materializations: or collections: is wanted",
		"import: [bad.json]":  "bad.json:1:6: it is no JSON from here on",
		"import: [none/]":     "",
		"import: [empty]":     "empty: it is empty",
		"import: [folder]":    `test.flow.yaml:1:10: import: "folder" is no file`,
		"import: [[a]]":       "test.flow.yaml:1:10: import: the name of a file is wanted",
		"import: {a: b}":      "test.flow.yaml:1:9: import: a list of files is wanted",
		"import: 5":           "test.flow.yaml:1:9: import: a list of files is wanted",
		"import: [twice.yml]": `twice.yml:1:18: key "a" stands here twice`,
	} {
		_, err := flow.Load(catalog(t, text+"\n", map[string]string{"bad.yaml": "# a list\n- a\n", "bad.json": "{\"a\" \"b\"}", "empty": "", "folder/x": "", "twice.yml": "captures: {a: 1, a: 2}\n"}))
		if want == "" && err == nil {
			continue
		}
		if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	for _, text := range []string{"import:\n", "import: null\n", "import: []\n"} {
		if got := warnings(t, text, nil); got != nil {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestAnImportByItsWholePath(t *testing.T) {
	t.Parallel()
	elsewhere := testkit.Tree(t, map[string]string{"flow.yaml": "collections: {acmeCo/far: {schema: s.yaml, key: [/id]}}\n", "s.yaml": "type: object\n"})
	c, err := flow.Load(catalog(t, fmt.Sprintf("import: [%q]\n", filepath.Join(elsewhere, "flow.yaml")), nil))
	if err != nil {
		t.Fatal(err)
	}
	if col, err := c.Collection("acmeCo/far"); err != nil || string(col.WriteSchema) != `{"type":"object"}` || col.SchemaFile() != filepath.Join(elsewhere, "s.yaml") {
		t.Errorf("got %+v, %v", col, err)
	}
}

// What is no plain file is refused and not waited for.
func TestCatalogsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := flow.Load(dir); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), "a catalog file is wanted, and this is a folder") {
		t.Errorf("got %v", err)
	}
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink(catalog(t, "captures: {}\n", nil), link); err != nil {
		t.Fatal(err)
	}
	if _, err := flow.Load(link); err != nil {
		t.Errorf("got %v", err)
	}
	if err := os.Symlink("gone", filepath.Join(dir, "broken.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := flow.Load(filepath.Join(dir, "broken.yaml")); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "reading the catalog: open ") {
		t.Errorf("got %v", err)
	}
}

// Texts that editors of other systems write are read alike.
func TestCatalogsOfOtherEditors(t *testing.T) {
	t.Parallel()
	const text = "captures:\n  acmeCo/x:\n    endpoint:\n      local: {command: [x], config: {}}\n    odd: 1\n"
	for name, text := range map[string]string{
		"plain": text, "no newline at the end": strings.TrimSuffix(text, "\n"), "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "BOM": "\ufeff" + text, "comments": "# é\n---\n" + text + "...\n# end\n",
	} {
		c, err := flow.Load(catalog(t, text, nil))
		if err != nil || len(c.Tasks) != 1 || c.Tasks[0].Command[0] != "x" || len(c.Warnings) != 1 {
			t.Errorf("%s: got %+v, %v", name, c, err)
			continue
		}
		line := 5
		if name == "comments" {
			line = 7
		}
		if !strings.Contains(c.Warnings[0], fmt.Sprintf("test.flow.yaml:%d:5: ", line)) {
			t.Errorf("%s: got %q", name, c.Warnings)
		}
	}
}

// Merge keys are carried out: what stands in the map itself wins, then the
// earlier of several, and a key is warned of where it is used.
func TestMergeKeys(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `
x-one: &one {interval: 1m, shards: {logLevel: debug}}
x-two: &two {<<: *one, interval: 2m}
captures:
  a/own: {<<: *one, interval: 3m, endpoint: &e {local: {command: [x], config: {}}}}
  a/one: {<<: *one, endpoint: *e}
  a/two: {endpoint: *e, <<: *two}
  a/list: {<<: [{interval: 4m}, *one], endpoint: *e}
  a/twice: {<<: *one, <<: *two, endpoint: *e}
`, nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a/own": "3m0s debug", "a/one": "1m0s debug", "a/two": "2m0s debug", "a/list": "4m0s debug", "a/twice": "1m0s debug"} {
		task, err := c.Task(name)
		if err != nil || task.Interval.String()+" "+task.LogLevel != want {
			t.Errorf("%s: got %v %s, %v", name, task.Interval, task.LogLevel, err)
		}
	}
}

// Of several files the task of the named one is meant, else the only one there is.
func TestWhichTask(t *testing.T) {
	t.Parallel()
	task := func(names ...string) string {
		text := "captures:\n"
		for _, n := range names {
			text += "  " + n + ": {endpoint: {local: {command: [x], config: {}}}}\n"
		}
		return text
	}
	for _, tt := range []struct{ text, imported, ask, want string }{
		{task("a/x"), task("a/y", "a/z"), "", "a/x"},
		{"", task("a/y"), "", "a/y"},
		{task("a/x"), task("a/y"), "a/y", "a/y"},
		{"", task("a/y", "a/z"), "", "there are several tasks: a/y, a/z"},
		{task("a/x", "a/w"), task("a/y"), "", "there are several tasks: a/x, a/w"},
		{task("a/x"), task("a/y"), "a/q", `there is no task "a/q": a/x, a/y`},
		{"", "collections: {}\n", "a/q", "there is no task with an endpoint in it"},
		{"materializations: {m: {}}\n", "collections: {}\n", "", `materialization "m" has no endpoint`},
	} {
		c, err := flow.Load(catalog(t, "import: [other.yaml]\n"+tt.text, map[string]string{"other.yaml": tt.imported}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Task(tt.ask)
		if err != nil && (fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), tt.want)) || err == nil && got.Name != tt.want {
			t.Errorf("%q %q: got %q, %v", tt.text, tt.ask, got.Name, err)
		}
	}
}

func TestIntervalsOfCaptures(t *testing.T) {
	t.Parallel()
	for text, seconds := range map[string]int{
		"": 300, "5m": 300, "0s": 0, "90s": 90, "1h 30m": 5400, "1h30m": 5400, "2 days": 172_800, " 1min ": 60, "1500ms": 1, "1M": 2_630_016, "1m": 60, "1 year": 31_557_600, "1w 1d": 691_200,
		"2 hours 3 minutes 4 seconds": 7384, "1us": 0, "999999999ns": 0, "290y": 9_151_704_000,
		"5": -1, "m": -1, "5 lightyears": -1, "-5m": -1, "5m x": -1, "1.5h": -1, "99999999w": -1, "300y": -1, "200y 200y": -1, "99999999999999999999s": -1, "5m,": -1, "PT5M": -1,
	} {
		line := ""
		if text != "" {
			line = fmt.Sprintf("interval: %q, ", text)
		}
		c, err := flow.Load(catalog(t, "captures: {a/x: {"+line+"endpoint: {local: {command: [x], config: {}}}}}\n", nil))
		switch {
		case seconds < 0 && (fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), fmt.Sprintf("test.flow.yaml:1:28: interval: %q is no duration, such as 5m", text))):
			t.Errorf("%q: got %v", text, err)
		case seconds >= 0 && (err != nil || c.Tasks[0].Seconds() != seconds):
			t.Errorf("%q: got %+v, %v", text, c, err)
		}
	}
}
