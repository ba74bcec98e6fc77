//go:build e2e

package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// oddValues are values as people write them in YAML, each behind a key.
var oddValues = []string{
	"plain", "'single'", `"double"`, "true", "False", "null", "~", "", "12", "-5", "0", "1.5", "1.0", "0012345", "0x1F", "0o17", "1e3", "1_000", "12345678901234567890", "9223372036854775807", "0.1", "3.14159265358979323846", "yes", "no", "on", "Yes", "y",
	"2024-01-01", "2024-01-01T00:00:00Z", "'2024-01-01'", `"0012345"`, "!!str 123", "!!str true", "|\n  a\n  b", "|-\n  a", "|+\n  a\n\n", ">\n  a\n  b\n\n  c", ">-\n  a", "|2\n   a", "| # c\n  a", "[a, b]", "{a: b}", "[]", "{}", "[[a], {b: [c]}]",
	"\n  a: b\n  c:\n    - d\n    - e: f", "\n  - a\n  - b", "\n- a\n- b", "\n  # c\n  - a # d\n\n  - b\n  # e", "'a: b'", "a#b", "a # c", "'a #b'", `"a\nb\t\"c\"\\"`, `"\u00e9\U0001F600"`, "é", "日本", "😀", "'it''s'", `""`, "''", "' '", "a\n  b\n  c", "\"a\n  b\"", "'a\n\n  b'", "=", "1:30", "1,000", "1 2", "a\tb", "a   # c",
	"{a: b, }", "[a, ]", "[a,\n  b, # c\n  c]", "{a: b,\n  c: d}", `C:\x`, "a\u00a0b", "none", "9007199254740993", "1.10", "&x a", strings.Repeat("x", 4000), strings.Repeat("word ", 300), "hunter2!@$^()_+", "a%b", "-a", "- ", "?a", ":a", "a:", "<<", "ENC", "'ENC[x]'",
}

var oddFiles = map[string]string{
	"crlf": "a: 1\r\n\r\n# c\r\np_sops: x\r\nl_sops:\r\n  - a\r\n  - b\r\n", "mixed": "a: 1\r\np_sops: x\nb: 2\r\n", "nonl": "a: 1\np_sops: x", "bom": "\ufeffp_sops: x\n", "start": "---\np_sops: x\n", "ends": "---\np_sops: x\n...\n", "leading": "\n\n# c\n\np_sops: x\n\n\n", "tail": "p_sops: x   \nb: 2  \n\n\n# end\n",
	"indent8": "a:\n        p_sops: x\n        q: 1\n", "indent1": "a:\n p_sops: x\n b:\n  c: 1\n", "shifted": "  p_sops: x\n  q: 1\n", "flow": "{p_sops: x, a: 1}\n", "flow lines": "{\n  \"p_sops\": \"x\",\n  \"a\": 1\n}\n", "flow comments": "{ # c\n  p_sops: x, # d\n  a: 1 }\n", "quoted keys": "\"p_sops\": x\n'q_sops' : y\n", "odd keys": "a.b_sops: x\n\"a b_sops\": y\n\"a/b~c_sops\": y\n\"a:b_sops\": y\nключ_sops: y\n_sops: z\n",
	"list": "l:\n- p_sops: a\n  b: 1\n-   p_sops: c\n", "anchors": "a: &x 1\nb: *x\np_sops: &y y\nq_sops: *y\n", "nested": "a_sops:\n  b_sops: x\n  c: y\n", "empties": "a_sops: {}\nb_sops: []\nc_sops:\nd_sops: \"\"\ne_sops: ~\np_sops: x\n", "tabs": "a:\t1\np_sops:\tx\t# c\n", "block cr": "p_sops: |\r\n  x\r\n  y\r\nq: 1\r\n", "block trail": "p_sops: |\n  x  \n  y\t\nq: 1\n", "block last": "q: 1\np_sops: |+\n  x\n\n", "list of lists": "p_sops:\n  - a: 1\n    b: 2\n  -\n    c: 3\n  - - d\n    - e\n", "spaced": "p_sops : x\nq  : y\n",
	"j.compact": `{"p_sops":"x","a":[1,2,{"q_sops":null}]}`, "j.tabs": "{\n\t\"p_sops\": \"x\",\n\t\"a\": {\n\t\t\"b\": 1.0\n\t}\n}\n", "j.crlf": "{\r\n  \"p_sops\": \"x\",\r\n  \"a\": 1\r\n}\r\n", "j.escapes": `{"p_sops": "a\u00e9\n\"\/\\b\ud83d\ude00", "b": "\u003c"}`, "j.numbers": `{"a": 1.0, "b": 1e3, "c": -0, "d": 1E-7, "p_sops": -5.25, "q_sops": 0.1}`, "j.types": `{"p_sops": {"a": [1, "b", {"c": true}, null], "d": {}, "e": []}}`, "j.key": `{"p\u005fsops": "y"}`, "j.blank": "{ \"p_sops\" : \"x\" , \"a\" : [ ] }\n\n\n", "j.odd": "{\"a\": 1,\n \"p_sops\": \"x\"\n,\"z\": {\"y\": 2\n}}", "j.html": `{"p_sops": "<a&b>", "u": "<&>"}`, "j.deep": strings.Repeat(`{"a":`, 50) + `{"p_sops":"x"}` + strings.Repeat("}", 50),
}

// Whatever is encrypted: sops reads the values that a YAML reader finds in the
// original, and connkit gives the original back. Whatever is refused stays as it is.
func TestE2ESecretsOddValues(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	texts := map[string]string{}
	for i, v := range oddValues {
		texts[fmt.Sprintf("top-%03d.yaml", i)] = "a: 1\np_sops: " + v + "\nz: 2 # end\n"
		texts[fmt.Sprintf("plain-%03d.yaml", i)] = "a: " + v + "\np_sops: hunter2XYZ\n"
		if !strings.ContainsAny(v, "\n#") {
			texts[fmt.Sprintf("flow-%03d.yaml", i)] = "o: {p_sops: " + v + " , z: [1,  2]}\n"
		}
	}
	for name, text := range oddFiles {
		ext := ".yaml"
		if strings.HasPrefix(name, "j.") {
			ext = ".json"
		}
		texts[name+ext] = text
	}
	argv := []string{"connkit", "encrypt", "--output", "json", "--age", l.age}
	for name, text := range texts {
		argv = append(argv, l.write(name, text))
	}
	out, errOut, _ := l.run(argv...)
	var r struct {
		Result struct {
			Files []struct {
				File, Kind, Error, Hint string
				OK                      bool
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Result.Files) != len(texts) {
		t.Fatalf("%v: %s%s", err, tail(out), tail(errOut))
	}
	refused := 0
	for _, f := range r.Result.Files {
		if f.OK {
			l.holds(f.File, texts[f.File])
			continue
		}
		refused++
		if l.read(f.File) != texts[f.File] || f.Kind != "usage" && f.Kind != "blocked" || strings.Contains(f.Error+f.Hint, "hunter2") {
			t.Errorf("%s: %q is refused: %+v", f.File, texts[f.File], f)
		}
	}
	if refused == 0 || refused*3 > len(texts) {
		t.Errorf("%d of %d are refused", refused, len(texts))
	}
}

func (l *lab) holds(name, text string) {
	l.t.Helper()
	if sealed := l.read(name); strings.Contains(sealed, "hunter2XYZ") || !strings.Contains(sealed, "sops") {
		l.t.Errorf("%s: %q became %q", name, text, sealed)
	}
	if got := l.ok("connkit", "decrypt", "--", name); got != text {
		l.t.Errorf("%s: %q came back as %q", name, text, got)
	}
	want := text
	if strings.HasSuffix(name, ".yaml") {
		want = l.yamlToJSON(strings.TrimPrefix(text, "\ufeff"))
	}
	l.sameValues(fmt.Sprintf("%s: %q", name, text), l.ok("sops", "decrypt", "--output-type", "json", name), want)
}
