package jsonschema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// What is no JSON is told of with the byte at which it stops to be.
func TestTextsThatAreNoJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: "it is no JSON: byte 0", `   `: "it is no JSON: byte 3", `{`: "it is no JSON: byte 1", `{"a"`: "it is no JSON: byte 4", `{"a":`: "it is no JSON: byte 5",
		`{"a":1`: "it is no JSON: byte 6", `{"a":1,`: "it is no JSON: byte 7", `{"a":1,}`: "it is no JSON: byte 7", `{a:1}`: "it is no JSON: byte 1", `{"a" 1}`: "it is no JSON: byte 5",
		`{'a':1}`: "it is no JSON: byte 1", `[1`: "it is no JSON: byte 2", `[1,]`: "it is no JSON: byte 3", `[1 2]`: "it is no JSON: byte 3", `[,1]`: "it is no JSON: byte 1",
		`nul`: "it is no JSON: byte 0", `nulls`: "it is no JSON: something follows it at byte 4", `True`: "it is no JSON: byte 0", `NaN`: "it is no JSON: byte 0", `Infinity`: "it is no JSON: byte 0",
		`01`: "it is no JSON: something follows it at byte 1", `1.`: "it is no JSON: byte 2", `.5`: "it is no JSON: byte 0", `1e`: "it is no JSON: byte 2", `1e+`: "it is no JSON: byte 3",
		`+1`: "it is no JSON: byte 0", `-`: "it is no JSON: byte 1", `0x10`: "it is no JSON: something follows it at byte 1", `1_000`: "it is no JSON: something follows it at byte 1",
		`"a`: "it is no JSON: byte 2", `"\x"`: "it is no JSON: byte 1", `"\u12"`: "it is no JSON: byte 1", `"\u12g4"`: "it is no JSON: byte 1", `"\`: "it is no JSON: byte 1",
		"\"a\nb\"": "it is no JSON: byte 2", "\"\t\"": "it is no JSON: byte 1", "\ufeff{}": "it is no JSON: byte 0", `{} {}`: "it is no JSON: something follows it at byte 3",
		`{}//`: "it is no JSON: something follows it at byte 2", "\x00": "it is no JSON: byte 0", "[1,\x00]": "it is no JSON: byte 3", `"\n`: "it is no JSON: byte 3", `["\u0041`: "it is no JSON: byte 8", "\v1": "it is no JSON: byte 0",
	} {
		if _, err := new(jsonschema.Doc).Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// Of a document that is wrong all over ten places are told, and the rest counts no more.
func TestManyViolations(t *testing.T) {
	t.Parallel()
	var items []string
	for i := range 40 {
		items = append(items, fmt.Sprintf("%q", fmt.Sprint(i)))
	}
	got := validate(t, `{"items":{"type":"integer"}}`, "["+strings.Join(items, ",")+"]")
	if len(got) != 10 || got[9] != `/9: got string "9", want integer (/items/type)` {
		t.Errorf("got %d: %q", len(got), got)
	}
	// all keywords of one value are looked at
	got = validate(t, `{"minLength":3,"pattern":"^a","format":"date","enum":["abc"],"not":{"const":"x"}}`, `"x"`)
	want := []string{
		`/: got "x", want one of ["abc"] (/enum)`, `/: got "x", want at least 3 characters (/minLength)`, `/: got "x", want a text like ^a (/pattern)`,
		`/: got "x", want the format date (/format)`, `/: got "x", want anything but that (/not)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	// of a value of another type the rest follows, and is not told
	if got = validate(t, `{"type":"string","minLength":3,"enum":["a"]}`, `5`); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

// Values are cut where they are long, between characters.
func TestLongValuesAreCut(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`"` + strings.Repeat("a", 38) + `"`:   `"` + strings.Repeat("a", 38) + `"`,
		`"` + strings.Repeat("a", 39) + `"`:   `"` + strings.Repeat("a", 39) + `...`,
		`"` + strings.Repeat("é", 30) + `"`:   `"` + strings.Repeat("é", 19) + `...`,
		`"` + strings.Repeat("😀", 30) + `"`:   `"` + strings.Repeat("😀", 9) + `...`,
		`[` + strings.Repeat("1,", 30) + `1]`: `[` + strings.Repeat("1,", 19) + `1...`,
		"\"\xff\xfe\"":                        `"?"`,
	} {
		if got := validate(t, `false`, document); len(got) != 1 || got[0] != "/: got "+want+", want nothing here (/)" {
			t.Errorf("%.60s: got %q", document, got)
		}
	}
}

func TestWordsOfViolations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, document, want string }{
		{`{"type":["string","null","boolean"]}`, `{}`, `/: got an object, want null, boolean or string (/type)`},
		{`{"type":"null"}`, `false`, `/: got boolean false, want null (/type)`},
		{`{"type":"string"}`, `null`, `/: got null, want string (/type)`},
		{`{"minProperties":2}`, `{"a":1}`, `/: want at least 2 properties (/minProperties)`},
		{`{"maxProperties":0}`, `{"a":1}`, `/: want at most 0 properties (/maxProperties)`},
		{`{"maxItems":0}`, `[1]`, `/: want at most 0 items (/maxItems)`},
		{`{"maximum":1}`, `2`, `/: got 2, want at most 1 (/maximum)`},
		{`{"exclusiveMaximum":1}`, `1`, `/: got 1, want less than 1 (/exclusiveMaximum)`},
		{`{"minimum":1,"exclusiveMinimum":true}`, `1`, `/: got 1, want more than 1 (/minimum)`},
		{`{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"a":1}`, `/: want the property "b" (/dependentSchemas/a/required)`},
		{`{"patternProperties":{"^a/":{"type":"null"}}}`, `{"a/b":1}`, `/a~1b: got number 1, want null (/patternProperties/^a~1/type)`},
		{`{"oneOf":[{"type":"object","required":["a"]},{"type":"null"}]}`, `{}`, `/: want the property "a" (/oneOf/0/required)`},
		{`{"oneOf":[{"type":"object","required":["a"]},{"type":"object","required":["b"]}]}`, `{}`, `/: got {}, want one of 2 forms (/oneOf)`},
		{`{"anyOf":[{"$ref":"#/$defs/a"},{"type":"null"}],"$defs":{"a":{"type":"integer","minimum":1}}}`, `0`, `/: got 0, want at least 1 (/$defs/a/minimum)`},
		{`{"anyOf":[{"$ref":"#/$defs/a"},{"type":"null"}],"$defs":{"a":{"type":"integer","minimum":1}}}`, `"x"`, `/: got string "x", want null or integer (/anyOf)`},
		{`{"contains":{"const":1},"maxContains":1}`, `[1,1]`, `/: want another number of items as it says (there are 2) (/contains)`},
		{`{"properties":{"":{"type":"null"}}}`, `{"":1}`, `/: got number 1, want null (/properties//type)`},
		{`{"if":true,"then":{"const":1},"else":false}`, `2`, `/: got 2, want one of 1 (/then/enum)`},
	} {
		if got := strings.Join(validate(t, tt.schema, tt.document), "\n"); got != tt.want {
			t.Errorf("%s\n%s\ngot  %s\nwant %s", tt.schema, tt.document, got, tt.want)
		}
	}
}

// What is wrong in a schema is told with its place, each once, and passed over.
func TestProblemsOfSchemas(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string][]string{
		`{"properties":[]}`:                           {"/properties: an object is wanted"},
		`{"properties":{"a":1}}`:                      {"/properties/a: a schema is wanted"},
		`{"properties":{"a/b":{"type":"int"}}}`:       {`/properties/a~1b/type: "int" is no type`},
		`{"required":true}`:                           {"/required: a list is wanted"}, // draft 3
		`{"required":["a",1]}`:                        {"/required: a text is wanted"},
		`{"dependentRequired":{"a":"b"}}`:             {"/dependentRequired/a: a list is wanted"},
		`{"dependentRequired":[]}`:                    {"/dependentRequired: an object is wanted"},
		`{"dependencies":{"a":"b"}}`:                  {"/dependencies/a: a schema is wanted"}, // draft 3
		`{"dependentSchemas":{"a":["b"]}}`:            {"/dependentSchemas/a: a schema is wanted"},
		`{"maxLength":-1}`:                            {"/maxLength: a count is wanted"},
		`{"maxLength":1.5,"minItems":"2"}`:            {"/maxLength: a count is wanted", "/minItems: a count is wanted"},
		`{"format":1,"pattern":2}`:                    {"/format: a text is wanted", "/pattern: a text is wanted"},
		`{"multipleOf":-2}`:                           {"/multipleOf: a number above 0 is wanted"},
		`{"multipleOf":"2"}`:                          {"/multipleOf: a number is wanted"},
		`{"exclusiveMinimum":"2"}`:                    {"/exclusiveMinimum: a number is wanted"},
		`{"items":"a"}`:                               {"/items: a schema is wanted"},
		`{"items":[1]}`:                               {"/items/0: a schema is wanted"},
		`{"additionalProperties":"no"}`:               {"/additionalProperties: a schema is wanted"},
		`{"anyOf":{"type":"null"}}`:                   {"/anyOf: a list is wanted"},
		`{"$ref":1}`:                                  {"/$ref: a text is wanted"},
		`{"$defs":{"a":null}}`:                        {"/$defs/a: a schema is wanted"},
		`{"definitions":{"a":{"type":["null","x"]}}}`: {`/definitions/a/type: "x" is no type`},
		`{"pattern":"\\ud83d"}`:                       {`/pattern: the pattern "\\ud83d" is none that Flow reads (no look-around, no back references)`},
		`{"pattern":"a\\"}`:                           {`/pattern: the pattern "a\\" is none that Flow reads (no look-around, no back references)`},
		`{"pattern":"(a)\\1"}`:                        {`/pattern: the pattern "(a)\\1" is none that Flow reads (no look-around, no back references)`},
		`{"uniqueItems":"yes","not":3}`:               {"/uniqueItems: true or false is wanted", "/not: a schema is wanted"},
		`{"enum":{"a":1}}`:                            {"/enum: a list is wanted"},
		`{"properties":{"type":{"type":"string"}}}`:   nil, // a property of that name
		`{"const":{"type":"strin"},"default":{"type":3},"examples":[{"type":4}]}`: nil, // data
	} {
		s, err := jsonschema.Compile([]byte(schema))
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		if !slices.Equal(s.Problems, want) {
			t.Errorf("%s: got %q", schema, s.Problems)
		}
		if !strings.Contains(schema, `"not":3`) {
			for _, document := range []string{`{}`, `[]`, `null`} {
				s.Validate(parsed(t, document)) // and nothing breaks
			}
		}
	}
}

// Keywords that no draft knows are told of once, those of Flow and of
// extensions are not.
func TestUnknownKeywords(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string][]string{
		`{"x-own":1,"X-Own":2,"secret":true,"airbyte_secret":true,"multiline":true,"order":1,"advanced":true,"discriminator":{},"nullable":true,"redact":{"strategy":"block"}}`:                                                           nil,
		`{"$schema":"x","$comment":"x","$vocabulary":{},"title":"t","description":"d","default":1,"examples":[],"deprecated":true,"readOnly":true,"writeOnly":true,"contentEncoding":"base64","contentMediaType":"x","contentSchema":{}}`: nil,
		`{"airbyte_type":"x","properties":{"airbyte_type":{"airbyte_type":1,"divisibleBy":2}},"extends":{}}`:                                                                                                                              {"airbyte_type", "divisibleBy", "extends"},
		`{"const":{"odd":1},"enum":[{"odd":1}],"default":{"odd":1}}`: nil,
		`{"Type":"string"}`: {"Type"},
	} {
		s, err := jsonschema.Compile([]byte(schema))
		if err != nil || !slices.Equal(s.Unknown, want) {
			t.Errorf("%s: got %q, %v", schema, s.Unknown, err)
		}
	}
}

func TestSchemasThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a"`: "reading a schema: an object is wanted", `[{}]`: "reading a schema: an object is wanted", `null`: "reading a schema: an object is wanted",
		`{"a"}`: "reading a schema: it is no JSON: byte 4", ``: "reading a schema: it is no JSON: byte 0",
		strings.Repeat(`{"not":`, 1200): "reading a schema: it is deeper than 1000 levels",
	} {
		if _, err := jsonschema.Compile([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %v", text, err)
		}
	}
}

// The schema is the caller's: what becomes of its bytes later changes nothing.
func TestASchemaKeepsItsText(t *testing.T) {
	t.Parallel()
	text := []byte(`{"minimum":5,"enum":[5,6,7],"multipleOf":1}`)
	s, err := jsonschema.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		text[i] = '9'
	}
	if got := s.Validate(parsed(t, `4`)); len(got) != 2 || got[1].Want != "at least 5" {
		t.Errorf("got %v", got)
	}
}
