package secrets

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// What is set lands in the style of its place, and nothing else of the text changes.
func TestSetInOddPlaces(t *testing.T) {
	for name, tt := range map[string]struct {
		text, pointer, value string
		asText               bool
		want                 string
	}{
		"where nothing stands":             {"a_sops: x\nb:\nc: 1\n", "/b", "2", false, "a_sops: x\nb: 2\nc: 1\n"},
		"where nothing stands, a map":      {"a_sops: x\nb:\nc: 1\n", "/b", `{"d": 1}`, false, "a_sops: x\nb: {\"d\": 1}\nc: 1\n"},
		"where nothing stands, a comment":  {"a_sops: x\nb: # why\nc: 1\n", "/b", "2", false, "a_sops: x\nb: 2 # why\nc: 1\n"},
		"a list for a scalar":              {"a_sops: x\nb: 1\n", "/b", "[1, 2]", false, "a_sops: x\nb: [1, 2]\n"},
		"a scalar for a block map":         {"a_sops: x\nb:\n  c: 1\n  d: 2\ne: 3\n", "/b", "7", false, "a_sops: x\nb: 7\ne: 3\n"},
		"a scalar for a map in a list":     {"a_sops: x\nb:\n  - c: 1\n    d: 2\n  - e\n", "/b/0", "7", false, "a_sops: x\nb:\n  - 7\n  - e\n"},
		"a map for a block scalar":         {"a_sops: x\nb: |\n  text\nc: 1\n", "/b", "{}", false, "a_sops: x\nb: {}\nc: 1\n"},
		"a text that looks like a number":  {"a_sops: x\nb: y\n", "/b", "12", true, "a_sops: x\nb: \"12\"\n"},
		"a text in single quotes":          {"a_sops: 'x'\n", "/a_sops", "it's", true, "a_sops: 'it''s'\n"},
		"a control character in quotes":    {"a_sops: 'x'\n", "/a_sops", "a\tb\x01\u2028", true, "a_sops: \"a\\tb\\x01\\u2028\"\n"},
		"the target of an alias stays":     {"a_sops: x\nb: &n 1\nc: *n\n", "/c", "2", false, "a_sops: x\nb: &n 1\nc: 2\n"},
		"a key that needs quotes":          {"a_sops: x\n", "/b: c", "1", false, "a_sops: x\n\"b: c\": 1\n"},
		"a key with a slash and a tilde":   {"a_sops: x\n", "/b~1c~0d", "1", false, "a_sops: x\nb/c~d: 1\n"},
		"to a list of lists":               {"a_sops: x\nb:\n- [1]\n- [2]\n", "/b/-", "[3]", false, "a_sops: x\nb:\n- [1]\n- [2]\n- [3]\n"},
		"to an empty map in braces":        {"a_sops: x\nb: {}\n", "/b/c", "1", false, "a_sops: x\nb: {c: 1}\n"},
		"to an empty list in brackets":     {"a_sops: x\nb: []\n", "/b/-", "1", false, "a_sops: x\nb: [1]\n"},
		"to a list with a trailing comma":  {"a_sops: x\nb: [1, 2, ]\n", "/b/2", "3", false, "a_sops: x\nb: [1, 2, 3, ]\n"},
		"to braces over lines":             {"a_sops: x\nb: {\n  c: 1,\n  d: 2\n}\n", "/b/e", "3", false, "a_sops: x\nb: {\n  c: 1,\n  d: 2,\n  e: 3\n}\n"},
		"to braces with quoted keys":       {"a_sops: x\nb: {\"c\": 1}\n", "/b/e", "3", false, "a_sops: x\nb: {\"c\": 1, \"e\": 3}\n"},
		"several lines, below a list item": {"a_sops: x\nb:\n  - c: 1\n", "/b/0/d_sops", "one\ntwo", true, "a_sops: x\nb:\n  - c: 1\n    d_sops: |-\n      one\n      two\n"},
		"without a last line ending":       {"a_sops: x\nb: 1", "/c", "2", false, "a_sops: x\nb: 1\nc: 2"},
		"with CRLF":                        {"a_sops: x\r\nb: 1\r\n", "/c", "2", false, "a_sops: x\r\nb: 1\r\nc: 2\r\n"},
		"a new private key for the old":    {"a_sops: |\n  one\n  two\nb: 1\n", "/a_sops", "three\nfour\n", true, "a_sops: |\n  three\n  four\nb: 1\n"},
		"a longer text, and a comment":     {"a_sops: |- # c\n    one\n    two\n\nb: 1\n", "/a_sops", "1\n2\n3", true, "a_sops: |- # c\n  1\n  2\n  3\n\nb: 1\n"},
		"a key at the end of no line":      {"a_sops: x\nb: 1", "/k_sops", "one\ntwo\n", true, "a_sops: x\nb: 1\nk_sops: |\n  one\n  two\n"},
		"below an item with an anchor":     {"a_sops: x\nb:\n- &f y\n- z\n", "/b/-", "1", false, "a_sops: x\nb:\n- &f y\n- z\n- 1\n"},
		"the same again":                   {"a_sops: x\nb: {c: 1}\n", "/b", `{"c": 1}`, false, "a_sops: x\nb: {c: 1}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			file := sealFile(t, "c.yaml", tt.text)
			before := read(t, file)
			r, err := Set(t.Context(), file, tt.pointer, []byte(tt.value), SetOptions{JSON: !tt.asText})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(); err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, file); got != tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
			if again, err := Set(t.Context(), file, strings.TrimSuffix(tt.pointer, "/-"), []byte(tt.value), SetOptions{JSON: !tt.asText}); !strings.HasSuffix(tt.pointer, "/-") && (err != nil || again.Done != "") {
				t.Errorf("a second time: %+v, %v", again, err)
			}
			if tt.text == tt.want && read(t, file) != before {
				t.Error("nothing was to change")
			}
		})
	}
}

func TestSetInJSON(t *testing.T) {
	for name, tt := range map[string]struct{ text, pointer, value, want string }{
		"a number":          {"{\n  \"a_sops\": \"x\",\n  \"b\": 1\n}\n", "/b", "2", "{\n  \"a_sops\": \"x\",\n  \"b\": 2\n}\n"},
		"a new key":         {"{\n  \"a_sops\": \"x\"\n}\n", "/b", `"<&>"`, "{\n  \"a_sops\": \"x\",\n  \"b\": \"<&>\"\n}\n"},
		"a nested map":      {"{\"a_sops\": \"x\", \"b\": {\"c\": [1]}}", "/b/c/-", `{"d": null}`, "{\"a_sops\": \"x\", \"b\": {\"c\": [1, {\"d\": null}]}}"},
		"over a list":       {"{\"a_sops\": \"x\", \"b\": [1, 2]}", "/b", "true", "{\"a_sops\": \"x\", \"b\": true}"},
		"a secret, anew":    {"{\"a_sops\": \"x\"}", "/a_sops", `"y\n"`, "{\"a_sops\": \"y\\n\"}"},
		"below an escape":   {"{\"a_sops\": \"x\", \"\\u0062\": {\"c\": 1}}", "/b/c", "2", "{\"a_sops\": \"x\", \"\\u0062\": {\"c\": 2}}"},
		"into an empty one": {"{\"a_sops\": \"x\", \"b\": {}}", "/b/c", "2", "{\"a_sops\": \"x\", \"b\": {\"c\": 2}}"},
	} {
		t.Run(name, func(t *testing.T) {
			file := sealFile(t, "c.json", tt.text)
			r, err := Set(t.Context(), file, tt.pointer, []byte(tt.value), SetOptions{JSON: true})
			if err == nil {
				err = r.Apply()
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, file); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// What cannot be set is refused with what to do, and the file stays.
func TestSetIsRefused(t *testing.T) {
	text := "a_sops: x\nb:\n  c: 1 # why\n  d: [1, 2]\n"
	for name, tt := range map[string]struct {
		pointer, value string
		json           bool
		kind           fault.Kind
		says           string
	}{
		"no pointer":             {"b.c", "1", true, fault.Usage, "it begins with a slash: /b/c"},
		"a lone tilde":           {"/b/~c", "1", true, fault.Usage, "written ~0"},
		"nothing there":          {"/x/y", "1", true, fault.Usage, `no map or list at "/x"`},
		"below a scalar":         {"/b/c/d", "1", true, fault.Usage, `no map or list at "/b/c"`},
		"an item that is none":   {"/b/d/7", "1", true, fault.Usage, "has 2 items"},
		"an index with a zero":   {"/b/d/01", "1", true, fault.Usage, `"01" is none of them`},
		"no JSON":                {"/b/c", "{a", true, fault.Usage, "leave --json out"},
		"no text":                {"/b/c", "\xff", false, fault.Usage, "base64"},
		"a NUL":                  {"/b/c", "a\x00", false, fault.Usage, "not UTF-8 text"},
		"a half character":       {"/b/c", `"\ud800"`, true, fault.Usage, "half a character"},
		"too deep":               {"/b/c", strings.Repeat("[", 1200) + strings.Repeat("]", 1200), true, fault.Usage, "deeper than"},
		"comments would be lost": {"/b", "{}", true, fault.Blocked, "connkit edit"},
		"it would stay in clear": {"/b/token", "ghp_0123456789abcdefghijklmnopqrstuvwxyz", false, fault.Blocked, "would stay in clear"},
		"a near miss":            {"/b/token_sop", "x", false, fault.Blocked, "almost ends in _sops"},
		"a plain twin":           {"/a", "x", false, fault.Blocked, `stands beside "a`},
		"sops's own key":         {"/sops", "{}", true, fault.Usage, "the key sops is taken"},
	} {
		t.Run(name, func(t *testing.T) {
			file := sealFile(t, "c.yaml", text)
			before := read(t, file)
			r, err := Set(t.Context(), file, tt.pointer, []byte(tt.value), SetOptions{JSON: tt.json})
			if err == nil {
				t.Fatalf("it is not refused: %+v", r)
			}
			if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error()+"\n"+fault.HintOf(err), tt.says) {
				t.Errorf("%s: %v\nhint: %s", fault.KindOf(err), err, fault.HintOf(err))
			}
			if strings.Contains(err.Error(), "ghp_") || read(t, file) != before {
				t.Errorf("the value is shown, or the file was written: %v", err)
			}
		})
	}
	if _, err := Set(t.Context(), "none.yaml", "/a", nil, SetOptions{}); fault.KindOf(err) != fault.Usage {
		t.Errorf("no file: %v", err)
	}
	_, file := write(t, "c.yaml", "a_sops: x\n")
	if _, err := Set(t.Context(), file, "/a", nil, SetOptions{}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("not encrypted: %v", err)
	}
}

// The last one of a map or list leaves it empty, in braces.
func TestUnsetTheLast(t *testing.T) {
	for pointer, want := range map[string]string{
		"/b/c":   "a_sops: x\nb: {}\nd: [1]\ne: {f: 1}\ng:\n  - h\n",
		"/d/0":   "a_sops: x\nb:\n  c: 1\nd: []\ne: {f: 1}\ng:\n  - h\n",
		"/e/f":   "a_sops: x\nb:\n  c: 1\nd: [1]\ne: {}\ng:\n  - h\n",
		"/g/0":   "a_sops: x\nb:\n  c: 1\nd: [1]\ne: {f: 1}\ng: []\n",
		"/g/7/x": "",
	} {
		t.Run(pointer, func(t *testing.T) {
			file := sealFile(t, "c.yaml", "a_sops: x\nb:\n  c: 1\nd: [1]\ne: {f: 1}\ng:\n  - h\n")
			r, err := Unset(t.Context(), file, pointer, SetOptions{})
			if want == "" {
				if fault.KindOf(err) != fault.Usage {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil {
				err = r.Apply()
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, file); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
