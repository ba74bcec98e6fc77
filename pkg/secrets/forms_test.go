package secrets

import (
	"regexp"
	"strings"
	"testing"
)

// forms are the ways to write a config, each with what stays when *** stands
// for each secret.
var yamlForms = map[string]string{
	"b_sops: |\r\n  one\r\n  two\nc: 1\r\n":                           "b_sops: ***\nc: 1\r\n",
	"a: 1\nb_sops: |\r\n  one\r\n  two\r\nc: 1\n":                     "a: 1\nb_sops: ***\r\nc: 1\n",
	"a: 1\nb_sops: secret # c\nc: x\n":                                "a: 1\nb_sops: *** # c\nc: x\n",
	"a: 1.0\nb_sops: 'sec''ret'\nc_sops: \"x y\\tz\"\n":               "a: 1.0\nb_sops: ***\nc_sops: ***\n",
	"a:   x\n\n\n# c\nb_sops:    s\n\n":                               "a:   x\n\n\n# c\nb_sops:    ***\n\n",
	"b_sops: |\n  one\n  two\n\n# c\nd: 1\n":                          "b_sops: ***\n\n# c\nd: 1\n",
	"b_sops: |-\n  one\n  two\nd: 1\n":                                "b_sops: ***\nd: 1\n",
	"b_sops: |+\n  one\n  two\n\n\nd: 1\n":                            "b_sops: ***\nd: 1\n",
	"b_sops: |\n        deep\n          deeper\n        back\nd: 1\n": "b_sops: ***\nd: 1\n",
	"b_sops: >-\n  one\n  two\n\n  three\nd: 1\n":                     "b_sops: ***\nd: 1\n",
	"b_sops: >\n  one\n   more\n  two\nd: 1\n":                        "b_sops: ***\nd: 1\n",
	"b_sops: >+\n  one\n\n\nd: 1\n":                                   "b_sops: ***\nd: 1\n",
	"b_sops: |2-\n    one\n  two\nd: 1\n":                             "b_sops: ***\nd: 1\n",
	"b_sops: |-2\n    one\n  two\nd: 1\n":                             "b_sops: ***\nd: 1\n",
	"x:\n  b_sops: |1\n    one\n   two\nd: 1\n":                       "x:\n  b_sops: ***\nd: 1\n",
	"b_sops: |\n\n  one\n\n  two\nd: 1\n":                             "b_sops: ***\nd: 1\n",
	"b_sops: |\n  one\n   \n     \nd: 1\n":                            "b_sops: ***\nd: 1\n",
	"b_sops: |  # hdr\n  one\nd: 1\n":                                 "b_sops: ***  # hdr\nd: 1\n",
	"b_sops: |\n  one\n  # no comment\nd: 1\n":                        "b_sops: ***\nd: 1\n",
	"b_sops: |\n  one\n# c\nd: 1\n":                                   "b_sops: ***\n# c\nd: 1\n",
	"b_sops: |\n  one":                                                "b_sops: ***",
	"b_sops: |-\n  one":                                               "b_sops: ***",
	"b_sops: |\r\n  one\r\n  two\r\nc: 1\r\n":                         "b_sops: ***\r\nc: 1\r\n",
	"a:\n  - x\n  - b_sops: |\n      one\n      two\n    c: 1\n":      "a:\n  - x\n  - b_sops: ***\n    c: 1\n",
	"b_sops:\n  - |\n    one\n  - >\n    two\n    three\nc: 1\n":      "b_sops:\n  - ***\n  - ***\nc: 1\n",
	"b_sops: multi\n  line\n  plain # c\nc_sops: \"two\n  lines\"\n":  "b_sops: *** # c\nc_sops: ***\n",
	"b_sops: 'one\n\n  two'\nc: 1\n":                                  "b_sops: ***\nc: 1\n",
	"b_sops:\n  below\nc: 1\n":                                        "b_sops:\n  ***\nc: 1\n",
	"b_sops: \"\\u00e9 \\x41 \\\n   folded\"\n":                       "b_sops: ***\n",
	"a_sops:\n  # head\n  b: x # inl  \n  c:\n    - 1 # one\n    # two\n    - true\n\n  # foot\n\n# end\n": "a_sops:\n  # ***\n  b: *** # ***\n  c:\n    - *** # ***\n    # ***\n    - ***\n\n  # ***\n\n# end\n",
	"a_sops: # lead\n  b: x\n":                                                        "a_sops: # lead\n  b: ***\n",
	"a: {b_sops: x, c: [1, 2], \"d_sops\": \"y\"}\n":                                  "a: {b_sops: ***, c: [1, 2], \"d_sops\": ***}\n",
	"a: [{b_sops: 'x'}, {b_sops: x y}] # c\n":                                         "a: [{b_sops: ***}, {b_sops: ***}] # c\n",
	"a_sops: [x, # c1\n  y # c2\n]\n":                                                 "a_sops: [***, # ***\n  *** # ***\n]\n",
	"{a: 1, b_sops: x}\n":                                                             "{a: 1, b_sops: ***}\n",
	"{a: 1, b_sops: x,}\n":                                                            "{a: 1, b_sops: ***,}\n",
	"{\"a\": 1,\n \"b_sops\": \"x\"\n}\n":                                             "{\"a\": 1,\n \"b_sops\": ***\n}\n",
	"{\n  \"a\": 1,\n  \"b_sops\": \"x\", # c\n}\n":                                   "{\n  \"a\": 1,\n  \"b_sops\": ***, # c\n}\n",
	"---\n{a: 1, b_sops: x}":                                                          "---\n{a: 1, b_sops: ***}",
	"\ufeffa: 1\r\nb_sops: x\r\n":                                                     "\ufeffa: 1\r\nb_sops: ***\r\n",
	"\ufeffb_sops: x\n":                                                               "\ufeffb_sops: ***\n",
	"a: 1\nb_sops: x":                                                                 "a: 1\nb_sops: ***",
	"a: 1\nb_sops: x\n# end":                                                          "a: 1\nb_sops: ***\n# end",
	"a: 1\nb_sops: x\n\n\n":                                                           "a: 1\nb_sops: ***\n\n\n",
	"a: 1\nb_sops: x\n  ":                                                             "a: 1\nb_sops: ***\n  ",
	"a: 1  \nb_sops: x  \n":                                                           "a: 1  \nb_sops: ***  \n",
	"---\na: 1\nb_sops: &x foo\nc_sops: *x\n...\n":                                    "---\na: 1\nb_sops: &x ***\nc_sops: ***\n...\n",
	"a: 1\nb_sops: x\n...":                                                            "a: 1\nb_sops: ***\n...",
	"--- # head\na: 1\nb_sops: x\n":                                                   "--- # head\na: 1\nb_sops: ***\n",
	"%YAML 1.1\n---\na: 1\nb_sops: x\n":                                               "%YAML 1.1\n---\na: 1\nb_sops: ***\n",
	"# head\n\n# more\na: &m {k: 1}\nb_sops: x\nc: *m\n":                              "# head\n\n# more\na: &m {k: 1}\nb_sops: ***\nc: *m\n",
	"  a: 1\n  b_sops: x\n":                                                           "  a: 1\n  b_sops: ***\n",
	"b_sops:\n- x\n- - y\n  - z\n- {q: 1}\n-   - w\n":                                 "b_sops:\n- ***\n- - ***\n  - ***\n- {q: ***}\n-   - ***\n",
	"b_sops: !!str 12\nc_sops: ~\nd_sops: \"\"\ne_sops:\nf_sops: null\n":              "b_sops: !!str ***\nc_sops: ~\nd_sops: \"\"\ne_sops:\nf_sops: null\n",
	"b_sops: True\nc: yes\nd_sops: yes\ne_sops: 1.5\nf_sops: 12\n":                    "b_sops: ***\nc: yes\nd_sops: ***\ne_sops: ***\nf_sops: ***\n",
	"a: 0x1F\nb: 010\nc: 1_000\nd: 2024-01-01\ne: .5\nf_sops: s\n":                    "a: 0x1F\nb: 010\nc: 1_000\nd: 2024-01-01\ne: .5\nf_sops: ***\n",
	"b_sops: '012'\nc_sops: \"true\"\nd_sops: '~'\ne_sops: \"1.0\"\n":                 "b_sops: ***\nc_sops: ***\nd_sops: ***\ne_sops: ***\n",
	"\"b_sops\": x\n'c_sops': y\n\"d \\u00e9_sops\": z\n":                             "\"b_sops\": ***\n'c_sops': ***\n\"d \\u00e9_sops\": ***\n",
	"ключ: значение\nпароль_sops: секрет ☃ 😀 # ж\n":                                   "ключ: значение\nпароль_sops: *** # ж\n",
	"b_sops: a: b\n":                                                                  "",
	"b_sops: a#b c:d [e] {f}\n":                                                       "b_sops: ***\n",
	"b_sops: -x\nc_sops: ?y\nd_sops: :z\ne_sops: http://u:p@h/\n":                     "b_sops: ***\nc_sops: ***\nd_sops: ***\ne_sops: ***\n",
	"b_sops: \"ENC[\"\nc: a\n":                                                        "b_sops: ***\nc: a\n",
	"x_sops: &a\n  k: v\ny: 1\n":                                                      "x_sops: &a\n  k: ***\ny: 1\n",
	"a:\tb\nc_sops:\tsecret\t# c\n":                                                   "a:\tb\nc_sops:\t***\t# c\n",
	"a_sops: x\nnote: |+\n  text\n\n\n":                                               "a_sops: ***\nnote: |+\n  text\n\n\n",
	"a_sops:\n  k: v\n  l: |\n    one\n    two\n\n\n# c\nz: 1\n":                      "a_sops:\n  k: ***\n  l: ***\n\n\n# c\nz: 1\n",
	"a_sops: \"\"\nb_sops: ''\n":                                                      "a_sops: \"\"\nb_sops: ''\n",
	"a_sops: []\nb_sops: {}\nc_sops: x\n":                                             "a_sops: []\nb_sops: {}\nc_sops: ***\n",
	"_sops: x\n":                                                                      "_sops: ***\n",
	"a_sops: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----\n": "a_sops: ***\n",
	"a_sops: \"line\\nline\\n\"\nb_sops: 'tab\tx'\n":                                  "a_sops: ***\nb_sops: ***\n",
	"a:\n    deep:\n        b_sops: x\n\n        c: y\n":                              "a:\n    deep:\n        b_sops: ***\n\n        c: y\n",
}

var (
	cipherText = regexp.MustCompile(`ENC\[AES256_GCM,[^]]*\]`)
	quotedMask = regexp.MustCompile(`"\*\*\*"|'\*\*\*'`)
)

// bare gives a sealed text with *** for each ciphertext, without its sops block.
func bare(tb testing.TB, name string, text []byte) string {
	tb.Helper()
	format, _ := formatOf(name, "")
	d, err := parse(name, format, text)
	if err != nil {
		tb.Fatal(err)
	}
	block, found := d.cutBlock()
	if !found {
		tb.Fatalf("no sops block: %s", text)
	}
	out := string(text[:block.Start]) + string(text[block.End:])
	out = strings.ReplaceAll(cipherText.ReplaceAllString(out, "***"), "#***", "# ***")
	return quotedMask.ReplaceAllString(out, "***")
}

func checkForm(t *testing.T, name, text, want string) {
	t.Helper()
	e := encrypt(t, name, text)
	if want == "" {
		if e.Err == nil {
			t.Errorf("%q: no error", text)
		}
		return
	}
	if e.Err != nil {
		t.Errorf("%q: %v", text, e.Err)
		return
	}
	if string(e.Before) != want {
		t.Errorf("%q: masked\n got %q\nwant %q", text, e.Before, want)
	}
	if got := bare(t, name, e.After); got != want {
		t.Errorf("%q: sealed\n got %q\nwant %q", text, got, want)
	}
	o := decrypt(t, name, e.After)
	if string(o.Text) != text || o.Anew {
		t.Errorf("%q: decrypting gave %q (%v)\n%s", text, o.Text, o.Anew, e.After)
	}
}

func TestYAMLForms(t *testing.T) {
	t.Parallel()
	for text, want := range yamlForms {
		checkForm(t, "config.yaml", text, want)
	}
}

var jsonForms = map[string]string{
	"{\"a\": 1, \"b_sops\": \"x\"}":              "{\"a\": 1, \"b_sops\": ***}",
	"{\"a\":1,\"b_sops\":\"x\"}":                 "{\"a\":1,\"b_sops\":***}",
	"{\"b_sops\":\"x\"}\n":                       "{\"b_sops\":***}\n",
	"{\n  \"a\": 1.0,\n  \"b_sops\": \"x\"\n}\n": "{\n  \"a\": 1.0,\n  \"b_sops\": ***\n}\n",
	"{\n\t\"a\": 1,\n\t\"n\": {\n\t\t\"b_sops\": [\"x\", 2, true, null, 1.5]\n\t}\n}":   "{\n\t\"a\": 1,\n\t\"n\": {\n\t\t\"b_sops\": [***, ***, ***, null, ***]\n\t}\n}",
	"{\r\n    \"b_sops\": \"x\"\r\n}\r\n":                                               "{\r\n    \"b_sops\": ***\r\n}\r\n",
	"  { \"b_sops\" : \"x\" , \"c\" : [ ] }  \n\n":                                      "  { \"b_sops\" : *** , \"c\" : [ ] }  \n\n",
	"{\"b_sops\": \"\\u00e9 \\/ \\n \\u003d\", \"c\": \"\\u00e9\"}\n":                   "{\"b_sops\": ***, \"c\": \"\\u00e9\"}\n",
	"{\"b_sops\": \"é <&> \\\" \\\\ \\n\", \"e_sops\": \"\", \"f_sops\": {}}\n":         "{\"b_sops\": ***, \"e_sops\": \"\", \"f_sops\": {}}\n",
	"{\"b_sops\": {\"x\": \"y\", \"z\": [{\"q\": \"r\"}]}, \"c\": [[1],{\"d\":1e3}]}\n": "{\"b_sops\": {\"x\": ***, \"z\": [{\"q\": ***}]}, \"c\": [[1],{\"d\":1e3}]}\n",
	"{\n\"b_sops\": \"x\",\n\"a\": 1}\n":                                                "{\n\"b_sops\": ***,\n\"a\": 1}\n",
	"{ \"a\": 1,\n  \"b_sops\": \"x\" }\n":                                              "{ \"a\": 1,\n  \"b_sops\": *** }\n",
	"{\"b\\u005fsops\": \"x\"}\n":                                                       "{\"b\\u005fsops\": ***}\n",
	"{\"a_sops\":\"😀\\ud83d\\ude00\"}":                                                  "{\"a_sops\":***}",
}

func TestJSONForms(t *testing.T) {
	t.Parallel()
	for text, want := range jsonForms {
		checkForm(t, "config.json", text, want)
		if !strings.Contains(text, "\\/") && !strings.Contains(text, "\\ud83d") { // JSON is YAML, but for some escapes
			checkForm(t, "config.yaml", text, want)
		}
	}
}
