package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

// written discovers a fake with the bindings and the rest of its catalog, and
// writes the files; a second time changes nothing.
func written(t *testing.T, o run.Options) run.WriteResult {
	t.Helper()
	r, err := run.Write(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	again, err := run.Write(t.Context(), o)
	if err != nil || len(again.Files) != 0 || len(again.Added) != 0 {
		t.Errorf("a second time: %+v, %v", again.Files, err)
	}
	return r
}

// withCatalog makes the fake's catalog of a text in which LOCAL stands for its endpoint.
func withCatalog(t *testing.T, text string) run.Options {
	t.Helper()
	o := task(t, "capture", "good", "[]")
	file := filepath.Join(o.Dir, "test.flow.yaml")
	_, rest, _ := strings.Cut(read(t, file), "endpoint: ")
	endpoint, _, _ := strings.Cut(rest, "\n")
	write(t, file, strings.ReplaceAll(text, "LOCAL", endpoint))
	return o
}

const newSchema = "type: object\nproperties:\n  id:\n    type: integer\n  name:\n    type: string\nrequired:\n  - id\n"

func TestWriteWhatIsDiscovered(t *testing.T) {
	t.Parallel()
	const users, odd = "      - resource:\n          stream: users\n        target: acmeCo/users\n", "      - resource:\n          stream: odd/na me\n        target: acmeCo/odd/na_me\n"
	for name, tt := range map[string]struct{ before, after string }{
		"an empty list": {
			"# mine\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: []   # none\n",
			"# mine\nimport:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:   # none\n" + users + odd,
		},
		"CRLF, no last line ending": {
			"captures:\r\n  acmeCo/x:\r\n    endpoint: LOCAL\r\n    bindings: []",
			strings.TrimSuffix(strings.ReplaceAll("import:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n"+users+odd, "\n", "\r\n"), "\r\n"),
		},
		"a mark before it": {
			"\xef\xbb\xbfcaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: []\n",
			"\xef\xbb\xbfimport:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n" + users + odd,
		},
		"nothing": {
			"captures:\n  acmeCo/x:\n    bindings:\n    endpoint: LOCAL\n",
			"import:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    bindings:\n" + users + odd + "    endpoint: LOCAL\n",
		},
		"no key": {
			"captures:\n  acmeCo/x:\n    endpoint: LOCAL\n\n# the end\n",
			"import:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n" + users + odd + "\n# the end\n",
		},
		"one is there": {
			"import: [other.yaml]\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n    - resource: {stream: users, mine: 1}   # keep\n      target: acmeCo/mine\n    - {resource: {stream: gone}, target: acmeCo/gone}\ncollections:\n  acmeCo/mine: {schema: {}, key: [/id]}\n  acmeCo/gone: {schema: {}, key: [/id]}\n",
			"import: [other.yaml, acmeCo/flow.yaml]\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n    - resource: {stream: users, mine: 1}   # keep\n      target: acmeCo/mine\n    - {resource: {stream: gone}, target: acmeCo/gone}\n    - resource:\n        stream: odd/na me\n      target: acmeCo/odd/na_me\ncollections:\n  acmeCo/mine: {schema: {}, key: [/id]}\n  acmeCo/gone: {schema: {}, key: [/id]}\n",
		},
		"brackets": {
			"import:\n- other.yaml\ncaptures: {acmeCo/x: {endpoint: LOCAL, bindings: [{resource: {stream: users}, target: acmeCo/users}]}}\n",
			"import:\n- other.yaml\n- acmeCo/flow.yaml\ncaptures: {acmeCo/x: {endpoint: LOCAL, bindings: [{resource: {stream: users}, target: acmeCo/users}, {\"resource\":{\"stream\":\"odd/na me\"},\"target\":\"acmeCo/odd/na_me\"}]}}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := withCatalog(t, tt.before)
			write(t, filepath.Join(o.Dir, "other.yaml"), "collections: {}\n")
			file := filepath.Join(o.Dir, "test.flow.yaml")
			_, rest, _ := strings.Cut(read(t, file), "endpoint: ")
			endpoint := rest[:strings.Index(rest, "}}}")+3]
			r := written(t, o)
			if got := strings.ReplaceAll(read(t, file), endpoint, "LOCAL"); got != tt.after {
				t.Errorf("got\n%s\nwant\n%s", got, tt.after)
			}
			if len(r.Added)+len(r.Kept) != 2 {
				t.Errorf("got %+v", r)
			}
			if got := read(t, filepath.Join(o.Dir, "acmeCo/odd/na_me.schema.yaml")); got != newSchema {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestWriteToACatalogFileThatIsThere(t *testing.T) {
	t.Parallel()
	o := withCatalog(t, "import: [acmeCo/flow.yaml]\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n      - {resource: {stream: users}, target: acmeCo/users}\n")
	write(t, filepath.Join(o.Dir, "acmeCo/flow.yaml"), "# ours\ncollections:\n  acmeCo/users: # people\n    schema: users.schema.yaml\n    key: [/id, /name]\n")
	write(t, filepath.Join(o.Dir, "acmeCo/users.schema.yaml"), "type: object # old\n")
	r := written(t, o)
	want := "# ours\ncollections:\n  acmeCo/users: # people\n    schema: users.schema.yaml\n    key: [/id, /name]\n  acmeCo/odd/na_me:\n    schema: odd/na_me.schema.yaml\n    key:\n      - /id\n"
	if got := read(t, filepath.Join(o.Dir, "acmeCo/flow.yaml")); got != want {
		t.Errorf("got %s", got)
	}
	if got := read(t, filepath.Join(o.Dir, "acmeCo/users.schema.yaml")); got != newSchema {
		t.Errorf("got %s", got)
	}
	if len(r.Warnings) != 1 || r.Warnings[0] != "acmeCo/users has the key /id /name, discovered is /id: it stays" {
		t.Errorf("got %q", r.Warnings)
	}
}

func TestSchemasInCatalogFilesStay(t *testing.T) {
	t.Parallel()
	o := withCatalog(t, "captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n      - {resource: {stream: users}, target: acmeCo/users}\n      - {resource: {stream: odd/na me}, target: acmeCo/users}\n"+collections)
	before := read(t, filepath.Join(o.Dir, "test.flow.yaml"))
	r := written(t, o)
	if got := read(t, filepath.Join(o.Dir, "test.flow.yaml")); got != before || len(r.Files) != 0 {
		t.Errorf("got %s", got)
	}
	if len(r.Warnings) != 1 || r.Warnings[0] != "the schema of acmeCo/users in source-x/test.flow.yaml is not what was discovered: it stays" {
		t.Errorf("got %q", r.Warnings)
	}
}

func TestTwoBindingsOfOneName(t *testing.T) {
	t.Parallel()
	o := withCatalog(t, "captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n      - {resource: {stream: other}, target: acmeCo/users}\ncollections: {acmeCo/users: {schema: {}, key: [/id]}}\n")
	r := written(t, o)
	if len(r.Added) != 2 || r.Added[0] != "acmeCo/users_2" || len(r.Gone) != 1 {
		t.Errorf("got %+v", r)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"x: &b []\ncaptures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: *b\n":                                "editing it safely is not possible",
		"captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings:\n      - {resource: {stream: 3}, target: a}\n": `there is no text at "/stream"`,
	} {
		o := withCatalog(t, text)
		r, err := run.Write(t.Context(), o)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v", text, r.Files, err)
		}
		if _, err := os.Stat(filepath.Join(o.Dir, "acmeCo")); err == nil {
			t.Error("something was written")
		}
	}
	o := withCatalog(t, "captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: []\n")
	r, err := run.Write(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Dir, "test.flow.yaml"), "captures: {}\n")
	if err := r.Apply(); fault.KindOf(err) != fault.Blocked {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "acmeCo")); err == nil {
		t.Error("half of it was written")
	}
}

// discovering makes a task whose connector discovers the bindings, with the catalog's text.
func discovering(t *testing.T, text string, bindings ...string) run.Options {
	t.Helper()
	o := scripted(t, "capture", "[]", `discover: {"discovered":{"bindings":[`+strings.Join(bindings, ",")+`]}}`)
	file := filepath.Join(o.Dir, "test.flow.yaml")
	_, rest, _ := strings.Cut(read(t, file), "endpoint: ")
	endpoint, _, _ := strings.Cut(rest, "\n")
	write(t, file, strings.ReplaceAll(text, "LOCAL", endpoint))
	return o.Options
}

const (
	userBinding  = `{"recommendedName":"users","resourceConfig":{"stream":"users"},"documentSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},"key":["/id"]}`
	emptyCapture = "captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: []\n"
)

// The catalog of a first discovery, whatever is discovered.
func TestWhatIsWrittenAtFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		binding, bindings, collection, schema string
	}{
		"plain": {userBinding, "      - resource:\n          stream: users\n        target: acmeCo/users\n", "  acmeCo/users:\n    schema: users.schema.yaml\n    key:\n      - /id\n",
			"type: object\nproperties:\n  id:\n    type: integer\nrequired:\n  - id\n"},
		"disabled": {strings.Replace(userBinding, `"key":`, `"disable":true,"key":`, 1), "      - resource:\n          stream: users\n        target: acmeCo/users\n        disable: true\n", "  acmeCo/users:\n", "type: object\n"},
		"no key":   {strings.Replace(userBinding, `["/id"]`, "[]", 1), "      - resource:\n          stream: users\n        target: acmeCo/users\n", "  acmeCo/users:\n    schema: users.schema.yaml\n    key: []\n", "type: object\n"},
		"odd texts": {`{"recommendedName":"users","resourceConfig":{"stream":"yes","at":"1:30","num":"0123","q":"a: b # c","e":"","nl":"one\ntwo"},"documentSchema":{"type":"object","description":"é \ud83d\ude00\u2028end"},"key":["/id"]}`,
			"      - resource:\n          stream: \"yes\"\n          at: \"1:30\"\n          num: \"0123\"\n          q: 'a: b # c'\n          e: \"\"\n          nl: |-\n            one\n            two\n        target: acmeCo/users\n",
			"", "type: object\ndescription: \"é \\U0001F600\\Lend\"\n"},
		"numbers": {`{"recommendedName":"users","resourceConfig":{"stream":"s","num":1.50,"big":9007199254740993},"documentSchema":{"type":"object","maximum":1e3,"default":12345678901234567890},"key":["/id"]}`,
			"      - resource:\n          stream: s\n          num: 1.50\n          big: 9007199254740993\n        target: acmeCo/users\n", "", "type: object\nmaximum: 1e3\ndefault: 12345678901234567890\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := discovering(t, emptyCapture, tt.binding)
			r := written(t, o)
			catalog := read(t, filepath.Join(o.Dir, "test.flow.yaml"))
			if !strings.HasPrefix(catalog, "import:\n  - acmeCo/flow.yaml\ncaptures:\n  acmeCo/x:\n    endpoint: ") || !strings.HasSuffix(catalog, "    bindings:\n"+tt.bindings) {
				t.Errorf("got %s", catalog)
			}
			if got := read(t, filepath.Join(o.Dir, "acmeCo/flow.yaml")); !strings.HasPrefix(got, "collections:\n"+tt.collection) {
				t.Errorf("got %s", got)
			}
			if got := read(t, filepath.Join(o.Dir, "acmeCo/users.schema.yaml")); !strings.HasPrefix(got, tt.schema) {
				t.Errorf("got %s", got)
			}
			var actions []string
			for _, f := range r.Files {
				actions = append(actions, f.Action)
			}
			if strings.Join(actions, " ") != "create create change" {
				t.Errorf("got %q", actions)
			}
		})
	}
}

// A schema file that is gone comes back, and a key that is missing is told of and does no harm.
func TestWhatIsMissingInTheCatalog(t *testing.T) {
	t.Parallel()
	o := discovering(t, emptyCapture, strings.Replace(userBinding, `["/id"]`, "[]", 1))
	r := written(t, o)
	if !strings.Contains(strings.Join(r.Warnings, "; "), `"users": key is empty: a key has to be set by hand`) {
		t.Errorf("got %q", r.Warnings)
	}
	r, err := run.Write(t.Context(), o)
	if err != nil || len(r.Files) != 0 || !strings.HasSuffix(r.Warnings[len(r.Warnings)-1], `acmeCo/flow.yaml:3:5: collection "acmeCo/users" has no key`) {
		t.Errorf("got %q, %+v, %v", r.Warnings, r.Files, err)
	}
	o = discovering(t, emptyCapture, userBinding)
	written(t, o)
	file := filepath.Join(o.Dir, "acmeCo/users.schema.yaml")
	before := read(t, file)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if r := written(t, o); len(r.Files) != 1 || r.Files[0].Action != "create" || read(t, file) != before {
		t.Errorf("got %+v", r.Files)
	}
	write(t, file, "type: [\n")
	if _, err := run.Write(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), "users.schema.yaml:1: did not find expected node content") {
		t.Errorf("got %v", err)
	}
}

// What a connector discovers twice, or in a form that cannot be written, does not spoil the catalog.
func TestDiscoveriesThatAreOdd(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer(`"users"`, `"people"`).Replace(userBinding)
	o := discovering(t, emptyCapture, userBinding, strings.Replace(other, `"stream":"people"`, `"stream":"users"`, 1), other)
	r := written(t, o)
	if strings.Join(r.Added, " ") != "acmeCo/users acmeCo/people" {
		t.Errorf("got %q, %q", r.Added, r.Warnings)
	}
	for bindings, want := range map[string]string{
		strings.Replace(userBinding, `{"stream":"users"}`, `{"stream":7}`, 1): `the connector discovered "users": reading the resource path: there is no text at "/stream"`,
		strings.Replace(userBinding, `{"stream":"users"}`, `[]`, 1):           `the connector discovered "users": reading a resource config: it is no JSON object`,
	} {
		o := discovering(t, emptyCapture, bindings)
		if r, err := run.Write(t.Context(), o); err == nil || err.Error() != want || fault.KindOf(err) != fault.Failed {
			t.Errorf("got %+v, %v", r.Files, err)
		}
	}
	o = discovering(t, "captures:\n  acmeCo/x:\n    endpoint: LOCAL\n    bindings: 5\n", userBinding)
	if _, err := run.Write(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), "test.flow.yaml:4:15: a list of bindings is wanted") {
		t.Errorf("got %v", err)
	}
}

// The prefix of the workspace names the collections and their folder.
func TestWriteUnderAnotherPrefix(t *testing.T) {
	t.Parallel()
	o := discovering(t, emptyCapture, userBinding)
	o.Prefix = "big/data"
	r := written(t, o)
	if strings.Join(r.Added, " ") != "big/data/users" || !strings.HasPrefix(read(t, filepath.Join(o.Dir, "test.flow.yaml")), "import:\n  - big/data/flow.yaml\n") {
		t.Errorf("got %q", r.Added)
	}
	if got := read(t, filepath.Join(o.Dir, "big/data/flow.yaml")); got != "collections:\n  big/data/users:\n    schema: users.schema.yaml\n    key:\n      - /id\n" {
		t.Errorf("got %s", got)
	}
	read(t, filepath.Join(o.Dir, "big/data/users.schema.yaml"))
}
