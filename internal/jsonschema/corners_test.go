package jsonschema_test

import (
	"strings"
	"testing"
)

// Corners that documents of real sources get into.
func TestCorners(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		schema, document string
		ok               bool
	}{
		// numbers are compared as they are written, not as a machine would round them
		{`{"const":9007199254740993}`, `9007199254740992`, false},
		{`{"const":9007199254740993}`, `9007199254740993.0`, true},
		{`{"maximum":0.1}`, `0.10000000000000000001`, false},
		{`{"minimum":0.3}`, `0.30`, true},
		{`{"enum":[1.0]}`, `1`, true},
		{`{"enum":[[1.0,{"a":2}]]}`, `[1,{"a":2.00}]`, true},
		{`{"enum":["1"]}`, `1`, false},
		{`{"const":false}`, `0`, false},
		{`{"type":"integer"}`, `1e3`, true},
		{`{"type":"integer"}`, `1.5e1`, true},
		{`{"type":"integer"}`, `1.5`, false},
		{`{"type":"integer"}`, `123456789012345678901234567890`, true},
		{`{"maximum":1e400}`, `1e399`, true},
		{`{"multipleOf":0.1}`, `0.3`, true},
		{`{"multipleOf":0.0001}`, `0.00751`, false},
		{`{"multipleOf":1e-9}`, `123456789.123456789`, true},
		{`{"uniqueItems":true}`, `[1,1.0]`, false},
		{`{"uniqueItems":true}`, `[1,true]`, true},
		{`{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2,"a":1}]`, false},
		// lengths are of characters
		{`{"maxLength":1}`, `"😀"`, true},
		{`{"maxLength":1}`, `"\ud83d\ude00"`, true},
		{`{"minLength":2}`, `"é"`, false},
		// what is not looked at
		{`{"unevaluatedProperties":false,"properties":{"a":{}},"anyOf":[{"properties":{"b":{"const":1}},"required":["b"]},{"properties":{"c":{}}}]}`, `{"a":1,"b":1,"c":1}`, true},
		{`{"unevaluatedProperties":false,"properties":{"a":{}},"anyOf":[{"properties":{"b":{"const":1}},"required":["b"]},{"properties":{"c":{}}}]}`, `{"a":1,"b":2}`, false},
		{`{"unevaluatedProperties":false,"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"x":{}}},"else":{"properties":{"y":{}}}}`, `{"k":1,"x":1}`, true},
		{`{"unevaluatedProperties":false,"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"x":{}}},"else":{"properties":{"y":{}}}}`, `{"k":2,"y":1}`, false},
		{`{"unevaluatedProperties":false,"not":{"properties":{"a":{"const":2}}}}`, `{"a":1}`, false},
		{`{"unevaluatedProperties":{"type":"string"},"$ref":"#/$defs/d","$defs":{"d":{"properties":{"a":{}}}}}`, `{"a":1,"b":"x"}`, true},
		{`{"unevaluatedProperties":{"type":"string"},"$ref":"#/$defs/d","$defs":{"d":{"properties":{"a":{}}}}}`, `{"a":1,"b":1}`, false},
		{`{"unevaluatedItems":false,"prefixItems":[{}],"contains":{"const":9}}`, `[1,9,9]`, true},
		{`{"unevaluatedItems":false,"prefixItems":[{}],"contains":{"const":9}}`, `[1,9,8]`, false},
		{`{"dependentSchemas":{"a":{"properties":{"b":{}}}},"unevaluatedProperties":false,"properties":{"a":{}}}`, `{"a":1,"b":1}`, true},
		{`{"dependentSchemas":{"a":{"properties":{"b":{}}}},"unevaluatedProperties":false,"properties":{"a":{}}}`, `{"b":1}`, false},
		// references that are found where the document was entered
		{`{"$id":"http://e.x/tree","$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"},"v":{"type":"integer"}}}`, `{"next":{"next":{"v":1}}}`, true},
		{`{"$id":"http://e.x/tree","$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"},"v":{"type":"integer"}}}`, `{"next":{"next":{"v":"x"}}}`, false},
		{`{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"$ref":"#/$defs/c%25d"},"c%d":{"type":"null"}}}`, `null`, true},
		{`{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"$ref":"#/$defs/c%25d"},"c%d":{"type":"null"}}}`, `1`, false},
		{`{"$ref":"other","$defs":{"x":{"$id":"other","type":"null"}}}`, `1`, false},
		{`{"properties":{"$ref":{"type":"string"}}}`, `{"$ref":1}`, false}, // a property of that name
		{`{"$ref":"#"}`, `1`, true}, // says nothing, and ends
		{`{"allOf":[{"$ref":"#"}],"type":"integer"}`, `"x"`, false},
		// names that look like others
		{`{"required":["__proto__"]}`, `{}`, false},
		{`{"properties":{"":{"type":"null"}}}`, `{"":1}`, false},
		{`{"patternProperties":{"^\\d+$":{"type":"null"}},"additionalProperties":false}`, `{"12":null}`, true},
		{`{"patternProperties":{"^\\d+$":{"type":"null"}},"additionalProperties":false}`, `{"1a":null}`, false},
		{`{"additionalProperties":{"type":"null"},"properties":{"a":true}}`, `{"a":1,"b":1}`, false},
		// of two members of one name both are looked at
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":1,"a":"x"}`, false},
		// as drafts before 2019 write it
		{`{"dependencies":{"a":["b"]}}`, `{"a":1}`, false},
		{`{"dependencies":{"a":["b"]}}`, `{"a":1,"b":1}`, true},
		{`{"dependencies":{"a":{"required":["c"]}}}`, `{"a":1,"b":1}`, false},
		{`{"dependencies":{"a":{"required":["c"]}}}`, `{"b":1}`, true},
		{`{"definitions":{"x":{"type":"null"}},"$ref":"#/definitions/x"}`, `1`, false},
		{`{"id":"http://e.x/a","definitions":{"b":{"id":"#b","type":"null"}},"$ref":"#/definitions/b"}`, `1`, false},
		{`{"enum":[1,2],"const":2}`, `1`, false},
		{`{"enum":[1,2],"const":2}`, `2`, true},
		{`{"const":1,"enum":[2]}`, `1`, false},
		{`{"const":1,"enum":[1,2]}`, `2`, false}, // in whichever order they stand
		{`{"enum":[1,2],"const":1,"allOf":[{}]}`, `2`, false},
		{`{"$ref":"#/$defs/a","$dynamicRef":"#b","allOf":[{}],"$defs":{"a":{},"b":{"$dynamicAnchor":"b","type":"null"}}}`, `2`, false},
		{`{"exclusiveMinimum":1,"minimum":5}`, `3`, false},
		{`{"minimum":1,"exclusiveMinimum":true}`, `1`, false},
		{`{"dependencies":{"a":["b"]},"dependentRequired":{"a":["c"]}}`, `{"a":1,"c":1}`, false},
		{`{"dependentRequired":{"a":["c"]},"dependencies":{"a":["b"]}}`, `{"a":1,"b":1}`, false},
		{`{"items":{"type":"integer"},"prefixItems":[{"type":"string"}]}`, `["a","b"]`, false},
		{`{"dependencies":{"a":{"required":["b"]}},"dependentSchemas":{"a":{"required":["c"]}}}`, `{"a":1,"c":1}`, false},
		{`{"dependentSchemas":{"a":{"required":["c"]}},"dependencies":{"a":{"required":["b"]}}}`, `{"a":1,"b":1}`, false},
		{`{"oneOf":[{"$ref":"#/$defs/a","pattern":"^a"}],"$defs":{"a":{}}}`, `"x1"`, false}, // the form is more than what it refers to
		{`{"anyOf":[{"$ref":"#/$defs/a","required":["b"]},{"type":"null"}],"$defs":{"a":{"type":"object"}}}`, `{}`, false},
		{`{"not":{"oneOf":[{"$ref":"#/$defs/a","pattern":"^a"}]},"$defs":{"a":{}}}`, `"x1"`, true},
		// empty lists and schemas
		{`{"required":[],"dependentRequired":{}}`, `{}`, true},
		{`{"prefixItems":[],"items":false}`, `[]`, true},
		{`{"prefixItems":[true],"items":false}`, `[1,2]`, false},
		{`{"items":[{"type":"integer"}],"additionalItems":{"type":"string"}}`, `[1,"a",2]`, false}, // as drafts before 2020 write it
		{`{"contains":{"const":1},"minContains":0}`, `[]`, true},
		{`{"propertyNames":{"enum":["a"]}}`, `{"b":1}`, false},
	} {
		if got := validate(t, tt.schema, tt.document); (len(got) == 0) != tt.ok {
			t.Errorf("%s\n%s: got %q", tt.schema, tt.document, got)
		}
	}
}

func TestFormatCorners(t *testing.T) {
	t.Parallel()
	for format, texts := range map[string]struct{ good, bad string }{
		"date":         {"2024-02-29 0001-01-01", "2023-02-29 2024-2-9 2024-02-29T00:00:00Z 20240229 2024-13-01"},
		"date-time":    {"2024-02-29T12:00:00Z 2024-02-29T12:00:00.123456789+05:30 1985-04-12t23:20:50.52z", "2024-02-29 2024-02-29T12:00:00 2024-02-29T25:00:00Z 2024-02-29T12:00Z"},
		"time":         {"12:00:00Z 23:59:59.5-08:00", "12:00 24:00:00Z 12:00:00"},
		"duration":     {"P1D PT1H P1Y2M3DT4H5M6S PT0.5S P3W", "P PT 1D P1S P1DT"},
		"uuid":         {"123e4567-e89b-12d3-a456-426614174000 123E4567-E89B-12D3-A456-426614174000", "123e4567e89b12d3a456426614174000 {123e4567-e89b-12d3-a456-426614174000} 123e4567-e89b-12d3-a456-42661417400g"},
		"ipv4":         {"1.2.3.4 0.0.0.0", "1.2.3 256.1.1.1 1.2.3.4/8 01.2.3.4"},
		"ipv6":         {"::1 2001:db8::1 ::ffff:1.2.3.4", "::1%eth0 1.2.3.4 :::1 2001:db8::1/64"},
		"email":        {"a@b.c a+b@c", "@b a@ a a@b@c"},
		"uri":          {"https://e.x/a?b#c mailto:a@b urn:x:y", "/a a//b https://e.x/a<b"},
		"json-pointer": {"/a/b /a~0b~1c /", "a /a~2 /a~"},
		"integer":      {"1 -12 0", "1.5 1e3 x +1"},
		"number":       {"1 -1.5 1e3 NaN Infinity -Infinity", "x 1,5 0x1"},
		"unheard-of":   {"anything at all", ""},
	} {
		for _, text := range strings.Fields(texts.good) {
			if got := validate(t, `{"format":"`+format+`"}`, `"`+text+`"`); len(got) > 0 {
				t.Errorf("%s: %q is refused: %q", format, text, got)
			}
		}
		for _, text := range strings.Fields(texts.bad) {
			if got := validate(t, `{"format":"`+format+`"}`, `"`+text+`"`); len(got) == 0 {
				t.Errorf("%s: %q is taken", format, text)
			}
		}
		if got := validate(t, `{"format":"`+format+`"}`, `5`); len(got) > 0 {
			t.Errorf("%s: a number is refused, of which a format says nothing: %q", format, got)
		}
	}
}
