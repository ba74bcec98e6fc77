package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// validate gives what is wrong with a document, each violation in one line.
func validate(tb testing.TB, schema, document string) []string {
	tb.Helper()
	s, err := jsonschema.Compile([]byte(schema))
	if err != nil {
		tb.Fatalf("%s: %v", schema, err)
	}
	var d jsonschema.Doc
	v, err := d.Parse([]byte(document))
	if err != nil {
		tb.Fatalf("%s: %v", document, err)
	}
	var all []string
	for _, x := range s.Validate(v) {
		all = append(all, x.String()+" ("+x.Path+")")
	}
	return all
}

func TestViolations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, document, want string }{
		{`{"properties":{"age":{"type":["integer","null"]}}}`, `{"age":"n/a"}`, `/age: got string "n/a", want null or integer (/properties/age/type)`},
		{`{"type":"object"}`, `[]`, `/: got an array, want object (/type)`},
		{`{"required":["id"]}`, `{}`, `/: want the property "id" (/required)`},
		{`{"properties":{"a":{"items":{"minimum":3}}}}`, `{"a":[3,1]}`, `/a/1: got 1, want at least 3 (/properties/a/items/minimum)`},
		{`{"properties":{"a/b":{"maxLength":1}}}`, `{"a/b":"xy"}`, `/a~1b: got "xy", want at most 1 characters (/properties/a~1b/maxLength)`},
		{`{"additionalProperties":false,"properties":{"a":{}}}`, `{"b":1}`, `/b: want no such property (/additionalProperties)`},
		{`{"properties":{"x":{"anyOf":[{"type":"string"},{"type":"null"}]}}}`, `{"x":5}`, `/x: got number 5, want null or string (/properties/x/anyOf)`},
		{`{"anyOf":[{"type":"string","maxLength":1},{"type":"null"}]}`, `"long"`, `/: got "long", want at most 1 characters (/anyOf/0/maxLength)`},
		{`{"oneOf":[{"type":"number"},{"type":"integer"}]}`, `1`, `/: got 1, want one of 2 forms, and it is 2 of them (/oneOf)`},
		{`{"anyOf":[{"minimum":5},{"multipleOf":4}]}`, `3`, `/: got 3, want one of 2 forms (/anyOf)`},
		{`{"enum":["a",1]}`, `"b"`, `/: got "b", want one of ["a",1] (/enum)`},
		{`{"format":"date-time"}`, `"2026-01-01T00:00:00"`, `/: got "2026-01-01T00:00:00", want the format date-time (/format)`},
		{`{"pattern":"^a"}`, `"b"`, `/: got "b", want a text like ^a (/pattern)`},
		{`{"$ref":"#/$defs/x","$defs":{"x":{"const":1}}}`, `2`, `/: got 2, want one of 1 (/$defs/x/enum)`},
		{`{"exclusiveMaximum":true,"maximum":3}`, `3`, `/: got 3, want less than 3 (/maximum)`},
		{`{"exclusiveMinimum":3}`, `3`, `/: got 3, want more than 3 (/exclusiveMinimum)`},
		{`{"multipleOf":0.01}`, `0.015`, `/: got 0.015, want a multiple of 0.01 (/multipleOf)`},
		{`{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2.0,"a":1}]`, `/: want no item twice (/uniqueItems)`},
		{`{"unevaluatedProperties":false,"allOf":[{"properties":{"a":{}}}]}`, `{"a":1,"b":2}`, `/b: want no such property (/unevaluatedProperties)`},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, `/: want another name than "ab" (/propertyNames)`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, `/: want the property "b" beside "a" (/dependentRequired)`},
		{`{"contains":{"const":1},"minContains":2}`, `[1]`, `/: want another number of items as it says (there are 1) (/contains)`},
		{`{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"a":1}`, `/: want the property "b" (/then/required)`},
		{`{"not":{"type":"null"}}`, `null`, `/: got null, want anything but that (/not)`},
		{`{"minItems":2,"maxItems":0,"minProperties":1}`, `[1]`, "/: want at least 2 items (/minItems)\n/: want at most 0 items (/maxItems)"},
		{`false`, `1`, `/: got 1, want nothing here (/)`},
		{`{"maximum":9007199254740992}`, `9007199254740993`, `/: got 9007199254740993, want at most 9007199254740992 (/maximum)`},
		{`{"type":"integer"}`, `1.0`, ``},
		{`{"type":"integer"}`, `1e2`, ``},
		{`{"type":"number","minimum":0}`, `1e999999999`, ``},
		{`{"items":[{"type":"string"}],"additionalItems":false}`, `["a",1]`, `/1: got 1, want nothing here (/additionalItems)`},
		{`{"$id":"http://x/y","$ref":"z#foo","$defs":{"z":{"$id":"z","$defs":{"f":{"$anchor":"foo","type":"null"}}}}}`, `1`, `/: got number 1, want null (/$defs/z/$defs/f/type)`},
		{`{"$defs":{"tree":{"properties":{"kids":{"items":{"$ref":"#/$defs/tree"}},"n":{"type":"integer"}}}},"$ref":"#/$defs/tree"}`, `{"kids":[{"kids":[{"n":"x"}]}]}`, `/kids/0/kids/0/n: got string "x", want integer (/$defs/tree/properties/n/type)`},
		{`{"$ref":"#"}`, `1`, ``},
	} {
		if got := strings.Join(validate(t, tt.schema, tt.document), "\n"); got != tt.want {
			t.Errorf("%s\n%s\ngot  %s\nwant %s", tt.schema, tt.document, got, tt.want)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for format, texts := range map[string][2]string{ // good ones, bad ones
		"date":                  {"2026-02-28", "2026-02-30 2026-2-1"},
		"date-time":             {"2026-01-01T00:00:00Z 2026-01-01t10:20:30.123456789+02:00 2016-12-31T23:59:60Z", "2026-01-01 2026-01-01T00:00:00 2026-01-01T25:00:00Z 2026-01-01T00:00:00,5Z"},
		"time":                  {"10:20:30Z 10:20:30.5+01:00", "10:20:30 25:00:00Z"},
		"duration":              {"P1D PT30S P1Y2M3DT4H5M6.5S P2W", "P PT 1D P1"},
		"email":                 {"a@b a.b+c@example.com", "a a@ @b"},
		"hostname":              {"a a-b.example.com", "-a a_b a..b"},
		"ipv4":                  {"127.0.0.1", "256.0.0.1 ::1 1.2.3"},
		"ipv6":                  {"::1 fe80::1", "1.2.3.4 ::1%eth0"},
		"macaddr":               {"00:1b:44:11:3a:b7", "00:1b"},
		"uuid":                  {"1419d680-1dd2-11b2-8400-071353030311", "1419d680"},
		"uri":                   {"https://example.com/x?y=1 urn:a", "example.com /x http://[::1"},
		"uri-reference":         {"/x ../y", "a{b}"},
		"json-pointer":          {"/a~1b/0", "a /~2"},
		"relative-json-pointer": {"0# 1/a", "/a 01"},
		"regex":                 {"^a+$", "( (?!x)"},
		"integer":               {"1 -20", "1.5 a"},
		"number":                {"1.5 1e3 NaN -Infinity", "x 0x1 inf"},
		"of-ours":               {"anything", ""},
	} {
		for i, list := range texts {
			for text := range strings.FieldsSeq(list) {
				quoted, _ := json.Marshal(text)
				if got := validate(t, fmt.Sprintf(`{"format":%q}`, format), string(quoted)); (len(got) > 0) != (i == 1) {
					t.Errorf("%s: %s: %q", format, text, got)
				}
			}
		}
	}
}

func TestWhatIsNoSchema(t *testing.T) {
	t.Parallel()
	s, err := jsonschema.Compile([]byte(`{"type":"strin","properties":{"a":{"type":["null",3],"minLength":-1,"pattern":"(?!x)","odd":1}},
		"required":"id","items":3,"minimum":"x","enum":1,"$ref":"#/nowhere","x-own":1,"secret":true,"multipleOf":0,"uniqueItems":1,
		"patternProperties":{"(":{}},"dependencies":[],"allOf":{},"odd":2,"airbyte_type":"x","reduce":{"strategy":"merge"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`/type: "strin" is no type`, `/properties/a/type: 3 is no type`, `/properties/a/minLength: a count is wanted`,
		`/properties/a/pattern: the pattern "(?!x)" is none that Flow reads (no look-around, no back references)`,
		`/required: a list is wanted`, `/items: a schema is wanted`, `/minimum: a number is wanted`, `/enum: a list is wanted`, `/$ref: "#/nowhere" leads nowhere`,
		`/multipleOf: a number above 0 is wanted`, `/uniqueItems: true or false is wanted`,
		`/patternProperties: the pattern "(" is none that Flow reads (no look-around, no back references)`, `/dependencies: an object is wanted`, `/allOf: a list is wanted`,
	}
	if !slices.Equal(s.Problems, want) {
		t.Errorf("got %q\nwant %q", s.Problems, want)
	}
	if !slices.Equal(s.Unknown, []string{"airbyte_type", "odd"}) || len(s.Reductions()) != 1 {
		t.Errorf("unknown: %q, reduces %v", s.Unknown, s.Reductions())
	}
	for _, text := range []string{"", "1", "[]", `{"a":}`, `{"a":1}}`} {
		if _, err := jsonschema.Compile([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestReferencesToTheDraftsLetPass(t *testing.T) {
	t.Parallel()
	if got := validate(t, `{"$ref":"http://json-schema.org/draft-07/schema#"}`, `{"type":3}`); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
