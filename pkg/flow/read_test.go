package flow_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// A JSON file is read as JSON: tabs, surrogate pairs, and characters that YAML
// folds or refuses are what they are, in configs, schemas and catalogs.
func TestJSONFilesAreJSON(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"tabs":               "{\n\t\"a\":\t[1,\t2],\n\t\"b\": {\t}\n}\n",
		"tab in a text":      `{"a": "x\ty"}`,
		"surrogate pair":     `{"a": "\ud83d\ude00", "b": "\uD83D\uDE00\u0041"}`,
		"pairs in a row":     `{"a": "\ud83d\ude00\ud83d\ude01\u00e9"}`,
		"escaped backslash":  `{"a": "\\ud83d\\\u0041", "b": "\\"}`,
		"all escapes":        `{"a": "\"\\\/\b\f\n\r\t\u0000\u001f"}`,
		"line separators":    "{\"a\": \"x\u2028y\u2029z\u0085w\"}",
		"controls":           "{\"a\": \"\x7f\u0080\u009f\ufeff\uffff\"}",
		"a key with a tab":   `{"a\tb": {"\ud83d\ude00": 1}}`,
		"CRLF":               "{\r\n\t\"a\": 1\r\n}\r\n",
		"words of YAML":      `{"yes": "no", "null": "~", "1": "0x10", "a: b": "# c", "-": "- d", "&x": "*x", "!!str": "!!int 3", "?": "|", "": "", " a ": " b "}`,
		"lines in a text":    `{"a": "one\ntwo\n\n three"}`,
		"long key":           fmt.Sprintf(`{"%s": 1}`, strings.Repeat("k", 1000)),
		"empty":              `{}`,
		"deep":               strings.Repeat(`{"a":[`, 60) + strings.Repeat(`]}`, 60),
		"numbers as written": `{"a": [1.50, -0, 1e3, 1E+2, 123456789012345678901234567890, 9007199254740993, 0.1]}`,
		"BOM":                "\ufeff{\n\t\"a\": \"\\u00e9\"}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, "c.json", map[string]string{"c.json": text}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(c.JSON, &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %q, want %q, %v", got, want, err)
			}
		})
	}
}

// Half of a surrogate pair is no character, and becomes the one that stands for none.
func TestHalvesOfSurrogatePairs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a": "\ud83d"}`: `{"a":"�"}`, `{"a": "\ude00x"}`: `{"a":"�x"}`, `{"a": "\ud83d\u0041"}`: `{"a":"�A"}`, `{"a": "\ud83d\ud83d\ude00"}`: `{"a":"�😀"}`, `{"a": "\ud83d\\ude00"}`: `{"a":"�\\ude00"}`,
	} {
		if c, err := load(t, "c.json", map[string]string{"c.json": text}, nil); err != nil || string(c.JSON) != want {
			t.Errorf("%s: got %s, %v", text, c.JSON, err)
		}
	}
}

func TestACatalogInJSON(t *testing.T) {
	t.Parallel()
	text := "{\n\t\"captures\": {\n\t\t\"a/x\": {\n\t\t\t\"endpoint\": {\"local\": {\"command\": [\"x\", \"\\ud83d\\ude00\"], \"config\": {}, \"cwd\": 1}},\n\t\t\t\"bindings\": []\n\t\t}\n\t}\n}\n"
	file := catalog(t, text, nil)
	c, err := flow.Load(file)
	if err != nil || len(c.Tasks) != 1 || c.Tasks[0].Command[1] != "😀" {
		t.Fatalf("got %+v, %v", c, err)
	}
	// tabs count as one column, as editors count characters
	if len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], file+`:4:`) || !strings.Contains(c.Warnings[0], `Flow knows no key "cwd" here`) {
		t.Errorf("got %q", c.Warnings)
	}
}

// What is no JSON in a file of that name is told with line and column, and without a value.
func TestMistakesInJSONFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n  \"a\": \"s3cr3t\",\n  \"b\": \"s3cr3t\n}": "c.json:3:15: it is no JSON from here on",
		"{\"a\": s3cr3t\n":       "c.json:1:7: it is no JSON from here on",
		"{\n\t\"a\": [1,\n\t]\n": "c.json:3:2: it is no JSON from here on",
		"\t{\"a\" \"s3cr3t\"}":   "c.json:1:7: it is no JSON from here on",
	} {
		_, err := load(t, "c.json", map[string]string{"c.json": text}, nil)
		if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	// a mistake of YAML has a line
	for text, want := range map[string]string{
		"--\na: s3cr3t\n":            `c.yaml:1:1: "--" begins no document`,
		"\ufeff-- \r\na: s3cr3t\r\n": `c.yaml:1:1: "--" begins no document`,
		"a: 1\nb: [\n":               "c.yaml:2: did not find expected node content",
		"a: 1\n---\nb: 2\n":          "c.yaml:2:1: a second document begins here, and one is wanted",
		"a: s3cr3t\n b: s3cr3t\n":    "c.yaml:2: mapping values are not allowed in this context",
		"a: *none\n":                 "c.yaml: unknown anchor 'none' referenced",
		"a: \x01s3cr3t\n":            "c.yaml: control characters are not allowed",
		"- 1\n":                      "c.yaml:1:1: a config is key: value lines",
		"s3cr3t\n":                   "c.yaml:1:1: a config is key: value lines",
		"a: {<<: {b: s3cr3t}}\n":     "c.yaml:1:5: a merge key (<<) cannot stand here",
		"a: .nan\n":                  "c.yaml:1:4: NaN and infinity cannot stand here",
		"a: 1\na: s3cr3t\n":          `c.yaml:2:1: key "a" stands here twice`,
		"a: 1\na_sops: s3cr3t\n":     `c.yaml:2:1: key "a" stands here twice, once the suffix _sops is taken off`,
		"x: {a_sops: s3cr3t, a: 2}":  `c.yaml:1:21: key "a" stands here twice, once the suffix _sops is taken off`,
		"a: !!int s3cr3t\n":          "c.yaml:1:4: a value cannot be read as int",
		"a: !!float 's3cr3t'\n":      "c.yaml:1:4: a value cannot be read as float",
		"a: &x {b: *x}\n":            "c.yaml:1:11: it is deeper than 200 levels or larger than 16 MiB",
	} {
		_, err := load(t, "c.yaml", map[string]string{"c.yaml": text}, nil)
		if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, suffix, want string }{
		{"a_sops: 1\nb: {c_sops: [x]}\n", "_sops", `{"a":1,"b":{"c":["x"]}}`},
		{"a_sops: 1\nb_enc: 2\n", "_enc", `{"a_sops":1,"b":2}`},
		{"a_sops: 1\n", "", `{"a_sops":1}`},
		{"{\n\t\"a_sops\": \"\\ud83d\\ude00\"\n}", "_sops", `{"a":"😀"}`},
		{"", "_sops", `{}`},
		{"# nothing\n", "_sops", `{}`},
		{"[1]", "_sops", `[1]`}, // what is no config is the caller's matter
	} {
		if got, err := flow.Strip("c.yaml", []byte(tt.text), tt.suffix); err != nil || string(got) != tt.want {
			t.Errorf("%q: got %s, %v", tt.text, got, err)
		}
	}
	for text, want := range map[string]string{
		"a: [\n":              "c.yaml:1: did not find expected node content",
		"a_sops: x\na: s3c\n": `c.yaml:2:1: key "a" stands here twice, once the suffix _sops is taken off`,
	} {
		if got, err := flow.Strip("c.yaml", []byte(text), "_sops"); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "s3c") {
			t.Errorf("%q: got %s, %v", text, got, err)
		}
	}
}

// What is set stands in one place: an alias, and the task itself, keep theirs.
func TestSetChangesOnePlace(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, "captures: {x: {endpoint: {local: {command: [x], config: {a: &x {p: 1, q: {r: [1, 2]}}, b: *x, t_sops: old}}}, bindings: []}}\n", nil))
	if err != nil {
		t.Fatal(err)
	}
	const before = `{"a":{"p":1,"q":{"r":[1,2]}},"b":{"p":1,"q":{"r":[1,2]}},"t":"old"}`
	for _, tt := range []struct {
		set  []string
		want string
	}{
		{nil, before},
		{[]string{"/b/p=2"}, `{"a":{"p":1,"q":{"r":[1,2]}},"b":{"p":2,"q":{"r":[1,2]}},"t":"old"}`},
		{[]string{"/a/p=2"}, `{"a":{"p":2,"q":{"r":[1,2]}},"b":{"p":1,"q":{"r":[1,2]}},"t":"old"}`},
		{[]string{"/b/q/r/0=9", "/a/q/r/-=3"}, `{"a":{"p":1,"q":{"r":[1,2,3]}},"b":{"p":1,"q":{"r":[9,2]}},"t":"old"}`},
		{[]string{"/b=5"}, `{"a":{"p":1,"q":{"r":[1,2]}},"b":5,"t":"old"}`},
		{[]string{"/t=new", "/t=newer"}, `{"a":{"p":1,"q":{"r":[1,2]}},"b":{"p":1,"q":{"r":[1,2]}},"t":"newer"}`},
		{[]string{`/a={"z":"\ud83d\ude00"}`, "/b=null", "/c/d/e=1=2"}, `{"a":{"z":"😀"},"b":null,"t":"old","c":{"d":{"e":"1=2"}}}`},
		{nil, before},
	} {
		got, err := c.Tasks[0].Config(t.Context(), flow.ConfigOptions{Set: tt.set})
		if err != nil || string(got.JSON) != tt.want {
			t.Errorf("%q: got %s, %v", tt.set, got.JSON, err)
		}
		if len(got.Secrets) != 1 {
			t.Errorf("%q: the secrets are %q", tt.set, got.Secrets)
		}
	}
	for _, text := range []string{"a=1", "/a", "", "=", "/a/p/x=1", "/a/q/r/x=1", "/a/q/r/7=1", "/a/q/r/-1=1"} {
		if got, err := c.Tasks[0].Config(t.Context(), flow.ConfigOptions{Set: []string{text}}); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "setting ") {
			t.Errorf("%q: got %s, %v", text, got.JSON, err)
		}
	}
}

// --config reads another file, whatever the catalog says.
func TestAnotherConfigFile(t *testing.T) {
	t.Parallel()
	file := catalog(t, "captures: {x: {endpoint: {local: {command: [x], config: none.yaml}}, bindings: []}}\n", map[string]string{"other.yaml": "a: 1\n", "list.yaml": "[1]\n", "empty.yaml": "", "bad.yaml": "a: [\n"})
	c, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSuffix(file, "test.flow.yaml")
	for name, want := range map[string]string{"other.yaml": `{"a":1}`, "empty.yaml": `{}`} {
		got, err := c.Tasks[0].Config(t.Context(), flow.ConfigOptions{File: dir + name})
		if err != nil || string(got.JSON) != want || got.File != dir+name {
			t.Errorf("%s: got %s of %s, %v", name, got.JSON, got.File, err)
		}
	}
	for name, want := range map[string]string{
		"gone.yaml": "reading the config: open ", "list.yaml": "list.yaml:1:1: a config is key: value lines", "bad.yaml": "bad.yaml:1: did not find expected node content", "": "config: open ",
	} {
		o := flow.ConfigOptions{File: dir + name}
		if name == "" {
			o.File = ""
		}
		if _, err := c.Tasks[0].Config(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
