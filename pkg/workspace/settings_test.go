package workspace_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// explain gives value and origin of each setting.
func explain(t *testing.T, file, user string, environ []string, flags map[string]string) (map[string]string, error) {
	t.Helper()
	home := testkit.Tree(t, map[string]string{"connkit/config.yaml": user})
	w, err := workspace.Open(testkit.Tree(t, map[string]string{workspace.FileName: file}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings(append([]string{"XDG_CONFIG_HOME=" + home}, environ...), flags)
	if err != nil {
		return nil, err
	}
	got := map[string]string{}
	for _, v := range s.Explain() {
		got[v.Key] = v.Text() + " | " + strings.ReplaceAll(v.Origin, home, "HOME")
	}
	return got, nil
}

func TestSettingsComeInOrder(t *testing.T) {
	t.Parallel()
	user := "new: {template: singer, prefix: user/x, author: Me}\n"
	file := "# c\nnew:\n  template: go\n  prefix: file\nconnectors:\n  ignore: [source-a, source-b]\n  kinds: [{name: x, kind: derivation}]\n"
	got, err := explain(t, file, user, []string{"CONNKIT_NEW_PREFIX=env", "CONNKIT_CONNECTORS_PATTERNS=a-*, b-*", "CONNKIT_OUTPUT="}, map[string]string{"run.timeout": "90s"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"new.template":        "go | connkit.yaml:3",
		"new.prefix":          "env | CONNKIT_NEW_PREFIX",
		"new.author":          "Me | " + filepath.Join("HOME", "connkit", "config.yaml") + ":1",
		"connectors.patterns": "a-*, b-* | CONNKIT_CONNECTORS_PATTERNS",
		"connectors.ignore":   "source-a, source-b | connkit.yaml:6",
		"connectors.kinds":    "{kind: derivation, name: x} | connkit.yaml:7",
		"run.timeout":         "90s | flag",
		"output":              "text | default",
		"env.manager":         "auto | default",
	} {
		if got[key] != want {
			t.Errorf("%s: got %q, want %q", key, got[key], want)
		}
	}
}

func TestSettingsAreTyped(t *testing.T) {
	t.Parallel()
	w, _ := open(t, testkit.Tree(t, map[string]string{workspace.FileName: "run: {timeout: 2m}\ntemplates:\n  - {name: Ours, from: Tools/T}\n"}))
	s, err := w.Settings(nil, nil)
	if err != nil || s.Run.Timeout != 2*time.Minute || len(s.Templates) != 1 || s.Templates[0].Name != "Ours" || s.Templates[0].From != "Tools/T" {
		t.Errorf("got %+v, %v", s, err)
	}
	if s.IsDefault("run.timeout") || !s.IsDefault("secrets.timeout") || s.IsDefault("no.such") {
		t.Errorf("the origins of %v are not told", s.Explain())
	}
	if want := []string{"source-*", "materialize-*", "derive-*"}; !slices.Equal(s.Connectors.Patterns, want) {
		t.Errorf("got %q", s.Connectors.Patterns)
	}
}

func TestWrongFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"new:\n  templte: go\n":               `connkit.yaml:2:3: unknown key "new.templte"`,
		"nwe: {}\n":                           `connkit.yaml:1:1: unknown key "nwe"`,
		"new.template: go\n":                  `connkit.yaml:1:1: unknown key "new.template"`,
		"new:\n  template: [go]\n":            "connkit.yaml:2:13: new.template: one value is wanted",
		"new: go\n":                           "connkit.yaml:1:6: the file.new: key: value",
		"- a\n":                               "connkit.yaml:1:1: the file: key: value",
		"output: xml\n":                       `connkit.yaml:1:9: output: "xml" is none of text, json`,
		"run:\n  timeout: soon\n":             `connkit.yaml:2:12: run.timeout: "soon" is no duration`,
		"run:\n  timeout: -1s\n":              "is no duration",
		"connectors:\n  patterns: source-*\n": "connkit.yaml:2:13: connectors.patterns: a list is wanted",
		"connectors:\n  patterns: ['[']\n":    "is no glob",
		"connectors:\n  kinds: [{name: x}]\n": "connkit.yaml:2:11: connectors.kinds: kind is missing",
		"connectors:\n  kinds: [{name: x, kind: source}]\n": `"source" is none of capture`,
		"connectors:\n  kinds: [{nam: x}]\n":                `unknown key "nam"`,
		"new:\n  prefix: 'a b'\n":                           "is no catalog prefix",
		"templates:\n  - {name: a, name: b, from: x}\n":     `connkit.yaml:2:15: templates: key "name" stands here a second time`,
		"output: text\noutput: json\n":                      `connkit.yaml:2:1: key "output" stands here a second time`,
		"output: text\n---\noutput: json\n":                 "a second document",
		"output: text\n\toutput: json\n":                    "connkit.yaml:2",
		"output: }\n":                                       "connkit.yaml:1: did not find expected node content",
		"output: text\nci:\n  job: }\n":                     "connkit.yaml:3: did not find expected node content",
		"output: text\nci: [\n":                             "connkit.yaml:3: did not find expected node content",
		"output: text: json\n":                              "connkit.yaml:1: mapping values are not allowed",
		"<<<<<<< HEAD\noutput: text\n":                      "connkit.yaml:1:1: a merge conflict is not resolved",
		"output:\n":                                         "one value is wanted",
	} {
		_, err := explain(t, text, "", nil, nil)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := explain(t, "", "nope: 1\n", nil, nil); err == nil || !strings.Contains(err.Error(), filepath.Join("connkit", "config.yaml")+":1:1") {
		t.Errorf("the user's file: %v", err)
	}
}

func TestHarmlessFiles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "new:\n", "\ufeffoutput: text\n", "output: text\r\nnew:\r\n  template: go\r\n", "---\noutput: text\n", "new: {template: &a go, prefix: *a}\n"} {
		if _, err := explain(t, text, "", nil, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWrongVariablesAndFlags(t *testing.T) {
	t.Parallel()
	_, err := explain(t, "", "", []string{"CONNKIT_OUTPUT=xml"}, nil)
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "CONNKIT_OUTPUT") {
		t.Errorf("got %v", err)
	}
	if _, err := explain(t, "", "", []string{"CONNKIT_TEMPLATES=x"}, nil); err == nil || !strings.Contains(err.Error(), "in connkit.yaml only") {
		t.Errorf("got %v", err)
	}
	if _, err := explain(t, "", "", nil, map[string]string{"env.manager": "conda"}); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	if got := workspace.Strays([]string{"CONNKIT_OUTPUT=x", "CONNKIT_OUTPT=x", "OTHER=1"}); !slices.Equal(got, []string{"CONNKIT_OUTPT"}) {
		t.Errorf("got %q", got)
	}
}

func TestSampleChangesNothing(t *testing.T) {
	t.Parallel()
	plain, err := explain(t, "", "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := explain(t, string(workspace.Sample()), "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range plain {
		if got[key] != want {
			t.Errorf("%s: got %q, want %q", key, got[key], want)
		}
	}
}

// The sample without its comment signs is a file that sets everything.
func TestSampleIsRight(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	_, sample, _ := strings.Cut(string(workspace.Sample()), "\n") // the first line is for editors
	for line := range strings.Lines(sample) {
		text := strings.TrimPrefix(line, "# ")
		if strings.HasPrefix(line, "# ") && !strings.HasPrefix(strings.TrimSpace(text), "#") && strings.Contains(text, ": ") || strings.HasSuffix(text, ":\n") {
			b.WriteString(text)
		}
	}
	got, err := explain(t, b.String(), "", nil, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	for key, value := range got {
		if strings.HasSuffix(value, "| default") {
			t.Errorf("%s is not in the sample", key)
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(workspace.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Properties["new"].Type != "object" || schema.Properties["new"].Properties["template"] == nil || schema.Properties["templates"].Type != "array" {
		t.Errorf("got %+v", schema)
	}
	var again any
	if err := yaml.NewDecoder(bytes.NewReader(workspace.Schema())).Decode(&again); err != nil {
		t.Error(err)
	}
}

func TestLicencesOfImports(t *testing.T) {
	t.Parallel()
	got, err := explain(t, "upstream:\n  licenses:\n    allow: [MIT, Elastic-2.0]\n    deny: [copyleft]\n", "upstream: {licenses: {ask: [MPL-2.0], deny: [MIT]}}\n", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "allow: MIT, Elastic-2.0; ask: MPL-2.0; deny: copyleft | connkit.yaml:2"; got["upstream.licenses"] != want {
		t.Errorf("got %q, want %q", got["upstream.licenses"], want)
	}
	w, err := workspace.Open(testkit.Tree(t, map[string]string{workspace.FileName: "upstream:\n  licenses: {allow: [mit], deny: [unknown]}\n"}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings([]string{"XDG_CONFIG_HOME=" + t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l := s.Upstream.Licenses; !slices.Equal(l.Allow, []string{"mit"}) || len(l.Ask) != 0 || !slices.Equal(l.Deny, []string{"unknown"}) {
		t.Errorf("got %+v", l)
	}
	for text, want := range map[string]string{
		"upstream:\n  licenses: [MIT]\n":                          "connkit.yaml:2:13: upstream.licenses: {allow, ask, deny} is wanted",
		"upstream:\n  licenses:\n    alow: [MIT]\n":               `connkit.yaml:3:5: upstream.licenses: unknown key "alow"`,
		"upstream:\n  licenses:\n    allow: MIT\n":                "connkit.yaml:3:12: upstream.licenses: a list is wanted",
		"upstream:\n  licenses:\n    allow: [MIT, ELv2]\n":        `connkit.yaml:3:18: upstream.licenses: "ELv2" is neither an SPDX id nor a category`,
		"upstream:\n  licenses:\n    deny: [MIT]\n    deny: []\n": `connkit.yaml:4:5: upstream.licenses: key "deny" stands here a second time`,
		"upstream:\n  license: {}\n":                              `connkit.yaml:2:3: unknown key "upstream.license"`,
	} {
		_, err := explain(t, text, "", nil, nil)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
		if strings.Contains(text, "ELv2") && fault.HintOf(err) != "did you mean Elastic-2.0" {
			t.Errorf("hint %q", fault.HintOf(err))
		}
	}
	if _, err := explain(t, "", "", []string{"CONNKIT_UPSTREAM_LICENSES=MIT"}, nil); err == nil || !strings.Contains(err.Error(), "in connkit.yaml only") {
		t.Errorf("got %v", err)
	}
}
