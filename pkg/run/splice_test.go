package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// planned plans what one discovered binding, of users, changes in a catalog of these files.
func planned(t *testing.T, files map[string]string) (dir string, r WriteResult, err error) {
	t.Helper()
	dir = testkit.Tree(t, files)
	catalog, err := flow.Load(filepath.Join(dir, "test.flow.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	task, err := catalog.Task("")
	if err != nil {
		t.Fatal(err)
	}
	b := Binding{Collection: "acmeCo/users", DiscoveredBinding: flow.DiscoveredBinding{
		RecommendedName: "users", ResourceConfig: []byte(`{"stream":"users"}`), DocumentSchema: []byte(`{"type":"object"}`), Key: []string{"/id"},
	}}
	w := writer{target: &target{task: task, catalog: catalog, options: &Options{Dir: dir, Root: dir}}, pointers: []string{"/stream"}}
	w.result.Bindings = []Binding{b}
	err = w.plan()
	return dir, w.result, err
}

// after gives a file as it is once the plan is carried out.
func after(dir, name string, r WriteResult) string {
	for _, f := range r.Files {
		if f.File == filepath.Join(dir, name) {
			return string(f.After)
		}
	}
	return "(as it was)"
}

const (
	endpointLine = "    endpoint: {local: {command: [x], config: {}}}\n"
	captureHead  = "captures:\n  acmeCo/x:\n" + endpointLine
	withImport   = "import:\n  - acmeCo/flow.yaml\n"
	blockItem    = "      - resource:\n          stream: users\n        target: acmeCo/users\n"
	flowItem     = `{"resource":{"stream":"users"},"target":"acmeCo/users"}`
)

// Bindings and the import go in where a person would put them, and not a byte else changes.
func TestWhereABindingIsPut(t *testing.T) {
	t.Parallel()
	const old = "{resource: {stream: old}, target: acmeCo/old}"
	collections := "collections: {acmeCo/old: {schema: {}, key: [/id]}}\n"
	for name, tt := range map[string]struct{ before, after string }{
		"no key":                    {captureHead, withImport + captureHead + "    bindings:\n" + blockItem},
		"no key, a later one":       {captureHead + "    interval: 5m # often\n", withImport + captureHead + "    interval: 5m # often\n    bindings:\n" + blockItem},
		"nothing behind it":         {captureHead + "    bindings:\n", withImport + captureHead + "    bindings:\n" + blockItem},
		"null":                      {captureHead + "    bindings: null\n", withImport + captureHead + "    bindings:\n" + blockItem},
		"a tilde and a comment":     {captureHead + "    bindings: ~ # none yet\n    interval: 5m\n", withImport + captureHead + "    bindings: # none yet\n" + blockItem + "    interval: 5m\n"},
		"empty brackets":            {captureHead + "    bindings: []\n", withImport + captureHead + "    bindings:\n" + blockItem},
		"empty brackets over lines": {captureHead + "    bindings: [\n    ]\n    interval: 5m\n", withImport + captureHead + "    bindings:\n" + blockItem + "    interval: 5m\n"},
		"no last line ending":       {captureHead + "    bindings: []", withImport + captureHead + "    bindings:\n" + strings.TrimSuffix(blockItem, "\n")},
		"items not indented":        {captureHead + "    bindings:\n    - " + old + "\n" + collections, withImport + captureHead + "    bindings:\n    - " + old + "\n    - resource:\n        stream: users\n      target: acmeCo/users\n" + collections},
		"items far in":              {captureHead + "    bindings:\n          - " + old + "\n" + collections, withImport + captureHead + "    bindings:\n          - " + old + "\n          - resource:\n              stream: users\n            target: acmeCo/users\n" + collections},
		"a comment behind":          {captureHead + "    bindings:\n      - " + old + " # mine\n      # the end\n\n" + collections, withImport + captureHead + "    bindings:\n      - " + old + " # mine\n" + blockItem + "      # the end\n\n" + collections},
		"items in brackets":         {captureHead + "    bindings: [" + old + "]\n" + collections, withImport + captureHead + "    bindings: [" + old + ", " + flowItem + "]\n" + collections},
		"in braces":                 {"captures: {acmeCo/x: {endpoint: {local: {command: [x], config: {}}}, bindings: []}}\n", withImport + "captures: {acmeCo/x: {endpoint: {local: {command: [x], config: {}}}, bindings: [" + flowItem + "]}}\n"},
		"in braces, no key":         {"captures: {acmeCo/x: {endpoint: {local: {command: [x], config: {}}}}}\n", withImport + "captures: {acmeCo/x: {endpoint: {local: {command: [x], config: {}}}, bindings: [" + flowItem + "]}}\n"},
		"an import of another":      {"import:\n- other.yaml\n" + captureHead, "import:\n- other.yaml\n- acmeCo/flow.yaml\n" + captureHead + "    bindings:\n" + blockItem},
		"imports in brackets":       {"import: [other.yaml]\n" + captureHead, "import: [other.yaml, acmeCo/flow.yaml]\n" + captureHead + "    bindings:\n" + blockItem},
		"no imports in brackets":    {"import: []\n" + captureHead, withImport + captureHead + "    bindings:\n" + blockItem},
		"imports behind":            {captureHead + "import: # below\n", captureHead + "    bindings:\n" + blockItem + "import: # below\n  - acmeCo/flow.yaml\n"},
		"comments before":           {"# of ours\n\n# captures:\n" + captureHead, "# of ours\n\n# captures:\n" + withImport + captureHead + "    bindings:\n" + blockItem},
		"a document mark":           {"---\n" + captureHead, "---\n" + withImport + captureHead + "    bindings:\n" + blockItem},
		"another capture behind":    {captureHead + "collections: {}\n", withImport + captureHead + "    bindings:\n" + blockItem + "collections: {}\n"},
		"quotes and odd names":      {strings.Replace(captureHead, "acmeCo/x:", "'acmeCo/x' :", 1) + "    \"bindings\": []\n", withImport + strings.Replace(captureHead, "acmeCo/x:", "'acmeCo/x' :", 1) + "    \"bindings\":\n" + blockItem},
		"CRLF":                      {strings.ReplaceAll("import:\n  - other.yaml\n"+captureHead+"    bindings: [] # none\n", "\n", "\r\n"), strings.ReplaceAll("import:\n  - other.yaml\n  - acmeCo/flow.yaml\n"+captureHead+"    bindings: # none\n"+blockItem, "\n", "\r\n")},
	} {
		dir, r, err := planned(t, map[string]string{"test.flow.yaml": tt.before, "other.yaml": "collections: {}\n"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := after(dir, "test.flow.yaml", r); got != tt.after {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.after)
		}
		if got := after(dir, "acmeCo/flow.yaml", r); got != "collections:\n  acmeCo/users:\n    schema: users.schema.yaml\n    key:\n      - /id\n" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// A collection goes behind those that are there, in whatever form the file has them.
func TestWhereACollectionIsPut(t *testing.T) {
	t.Parallel()
	const entry = "  acmeCo/users:\n    schema: users.schema.yaml\n    key:\n      - /id\n"
	for name, tt := range map[string]struct{ before, after string }{
		"behind one":         {"collections:\n  acmeCo/a: {schema: {}, key: [/id]}\n", "collections:\n  acmeCo/a: {schema: {}, key: [/id]}\n" + entry},
		"behind a comment":   {"# c\ncollections:\n  acmeCo/a:\n    schema: {}\n    key: [/id] # k\n", "# c\ncollections:\n  acmeCo/a:\n    schema: {}\n    key: [/id] # k\n" + entry},
		"before another key": {"collections:\n  acmeCo/a: {schema: {}, key: [/id]}\ntests: {}\n", "collections:\n  acmeCo/a: {schema: {}, key: [/id]}\n" + entry + "tests: {}\n"},
		"no key":             {"import: []\n", "import: []\ncollections:\n" + entry},
		"indented by four":   {"collections:\n    acmeCo/a: {schema: {}, key: [/id]}\n", "collections:\n    acmeCo/a: {schema: {}, key: [/id]}\n    acmeCo/users:\n      schema: users.schema.yaml\n      key:\n        - /id\n"},
		"no line ending":     {"collections:\n  acmeCo/a: {schema: {}, key: [/id]}", "collections:\n  acmeCo/a: {schema: {}, key: [/id]}\n" + strings.TrimSuffix(entry, "\n")},
	} {
		dir, r, err := planned(t, map[string]string{"test.flow.yaml": "import: [acmeCo/flow.yaml]\n" + captureHead, "acmeCo/flow.yaml": tt.before})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := after(dir, "acmeCo/flow.yaml", r)
		if got != tt.after {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.after)
		}
		if err := yaml.Unmarshal([]byte(got), &map[string]any{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := after(dir, "test.flow.yaml", r); got != "import: [acmeCo/flow.yaml]\n"+captureHead+"    bindings:\n"+blockItem {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// What cannot be spliced is refused with the lines to paste, and nothing is planned.
func TestWhatCannotBeSpliced(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"an alias":              {"test.flow.yaml": "x-none: &none []\n" + captureHead + "    bindings: *none\n"},
		"collections in braces": {"test.flow.yaml": "import: [acmeCo/flow.yaml]\n" + captureHead, "acmeCo/flow.yaml": "collections: *c\nx-c: &c {}\n"},
		"by a merge key":        {"test.flow.yaml": "x-base: &base\n  bindings: []\ncaptures:\n  acmeCo/x:\n    <<: *base\n" + endpointLine},
	} {
		if name == "collections in braces" {
			files["acmeCo/flow.yaml"] = "x-c: &c {}\ncollections: *c\n"
		}
		dir, r, err := planned(t, files)
		if err == nil && name == "by a merge key" { // it gets a list of its own, which wins
			if got := after(dir, "test.flow.yaml", r); !strings.Contains(got, "    bindings:\n"+blockItem) {
				t.Errorf("%s: got %s", name, got)
			}
			continue
		}
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "editing it safely is not possible: ") || !strings.HasPrefix(fault.HintOf(err), "paste it by hand:\n") {
			t.Errorf("%s: got %v (%s)", name, err, fault.HintOf(err))
		}
		for file, text := range files {
			if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != text {
				t.Errorf("%s: %s is now %s", name, file, got)
			}
		}
	}
}

// Bindings are told apart by their resource paths; what was found before stays as it is.
func TestWhichBindingsAreThere(t *testing.T) {
	t.Parallel()
	collections := "collections: {acmeCo/mine: {schema: {}, key: [/id]}, acmeCo/users: {schema: {}, key: [/id]}}\n"
	for name, tt := range map[string]struct {
		bindings          string
		added, kept, gone []string
	}{
		"by stream":        {"[{resource: {stream: users}, target: acmeCo/mine}]", nil, []string{"acmeCo/mine"}, nil},
		"by path":          {"[{resource: {stream: x, _meta: {path: [users]}}, target: acmeCo/mine}]", nil, []string{"acmeCo/mine"}, nil},
		"disabled":         {"[{resource: {stream: users}, target: acmeCo/mine, disable: true}]", nil, []string{"acmeCo/mine"}, nil},
		"another stream":   {"[{resource: {stream: old}, target: acmeCo/mine}]", []string{"acmeCo/users"}, nil, []string{"acmeCo/mine"}},
		"its name is used": {"[{resource: {stream: old}, target: acmeCo/users}]", []string{"acmeCo/users_2"}, nil, []string{"acmeCo/users"}},
		"another case":     {"[{resource: {stream: Users}, target: acmeCo/mine}]", []string{"acmeCo/users"}, nil, []string{"acmeCo/mine"}},
		"no stream":        {"[{resource: {table: users}, target: acmeCo/mine}]", []string{"acmeCo/users"}, nil, []string{"acmeCo/mine"}},
	} {
		_, r, err := planned(t, map[string]string{"test.flow.yaml": captureHead + "    bindings: " + tt.bindings + "\n" + collections})
		if err != nil || !slices.Equal(r.Added, tt.added) || !slices.Equal(r.Kept, tt.kept) || !slices.Equal(r.Gone, tt.gone) {
			t.Errorf("%s: added %q, kept %q, gone %q, %v", name, r.Added, r.Kept, r.Gone, err)
		}
	}
}
