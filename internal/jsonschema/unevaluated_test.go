package jsonschema_test

import "testing"

func TestRulesOfUnevaluatedProperties(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"unevaluatedProperties":false}`, []string{`{}`, `[1]`, `"a"`}, []string{`{"a":1}`}},
		{`{"unevaluatedProperties":true}`, []string{`{"a":1}`}, nil},
		{`{"unevaluatedProperties":{"type":"string","minLength":3}}`, []string{`{"a":"abc"}`}, []string{`{"a":"ab"}`, `{"a":1}`}},
		{`{"properties":{"a":{}},"unevaluatedProperties":false}`, []string{`{"a":1}`}, []string{`{"a":1,"b":1}`}},
		{`{"patternProperties":{"^a":{}},"unevaluatedProperties":false}`, []string{`{"a1":1}`}, []string{`{"b":1}`}},
		{`{"additionalProperties":{"type":"integer"},"unevaluatedProperties":false}`, []string{`{"x":1}`}, []string{`{"x":"y"}`}},
		{`{"$ref":"#/$defs/a","unevaluatedProperties":false,"$defs":{"a":{"properties":{"a":{}}}}}`, []string{`{"a":1}`}, []string{`{"b":1}`}},
		{`{"$dynamicRef":"#a","unevaluatedProperties":false,"$defs":{"a":{"$dynamicAnchor":"a","properties":{"a":{}}}}}`, []string{`{"a":1}`}, []string{`{"b":1}`}},
		{`{"allOf":[{"properties":{"a":{}}},{"allOf":[{"properties":{"b":{}}}]}],"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`}, []string{`{"c":1}`}},
		{`{"oneOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}],"unevaluatedProperties":false}`, []string{`{"a":1}`, `{"b":1}`}, []string{`{"a":1,"c":1}`, `{"a":1,"b":2}`}},
		{`{"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}],"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`}, []string{`{"a":1,"b":2}`}},
		{`{"not":{"not":{"properties":{"a":{}}}},"unevaluatedProperties":false}`, []string{`{}`}, []string{`{"a":1}`}}, // not keeps nothing
		{`{"if":{"properties":{"k":{"const":1}},"required":["k"]},"unevaluatedProperties":false}`, []string{`{"k":1}`}, []string{`{"k":2}`, `{"x":1}`}},
		{`{"if":{"required":["k"]},"then":{"properties":{"k":{},"a":{}}},"else":{"properties":{"b":{}}},"unevaluatedProperties":false}`, []string{`{"k":1,"a":1}`, `{"b":1}`}, []string{`{"k":1,"b":1}`, `{"a":1}`}},
		{`{"dependentSchemas":{"a":{"properties":{"b":{}}}},"properties":{"a":{}},"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`, `{"a":1}`}, []string{`{"b":1}`}},
		{`{"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false}`, []string{`{"a":1}`}, nil},
		{`{"allOf":[{"properties":{"a":{}},"unevaluatedProperties":false}],"properties":{"b":{}},"unevaluatedProperties":true}`, []string{`{"a":1}`}, []string{`{"b":1}`}}, // a cousin sees nothing of it
		{`{"properties":{"o":{"properties":{"a":{}}}},"unevaluatedProperties":false}`, []string{`{"o":{"z":1}}`}, nil},                                                     // each object for itself
		{`{"properties":{"o":{"unevaluatedProperties":false,"properties":{"a":{}}}}}`, []string{`{"z":1,"o":{"a":1}}`}, []string{`{"o":{"z":1}}`}},
		{`{"dependentSchemas":{"a":{"unevaluatedProperties":true}},"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`}, []string{`{"b":1}`}},
		{`{"$ref":"#/$defs/a","unevaluatedProperties":false,"$defs":{"a":{"unevaluatedProperties":true}}}`, []string{`{"b":1}`}, nil},
		{`{"if":{"required":["a"],"unevaluatedProperties":true},"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`}, []string{`{"b":1}`}},
		{`{"oneOf":[{"required":["a"],"unevaluatedProperties":true},false],"unevaluatedProperties":false}`, []string{`{"a":1,"b":1}`}, []string{`{"b":1}`}},
		{`{"propertyNames":{"maxLength":1},"unevaluatedProperties":false}`, nil, []string{`{"a":1}`}}, // names are no values
		{`{"properties":{"a":{}},"required":["b"],"unevaluatedProperties":false}`, nil, []string{`{"a":1,"b":1}`}},
		{`{"properties":{"a":{"type":"integer"}},"unevaluatedProperties":{"type":"string"}}`, []string{`{"a":1,"b":"x"}`}, []string{`{"a":"x"}`, `{"b":1}`}},
	})
}

func TestRulesOfUnevaluatedItems(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"unevaluatedItems":false}`, []string{`[]`, `{"a":1}`}, []string{`[1]`}},
		{`{"unevaluatedItems":{"type":"string"}}`, []string{`["a"]`}, []string{`[1]`}},
		{`{"items":{},"unevaluatedItems":false}`, []string{`[1,2]`}, nil},
		{`{"prefixItems":[{}],"unevaluatedItems":false}`, []string{`[1]`}, []string{`[1,2]`}},
		{`{"items":[{}],"unevaluatedItems":false}`, []string{`[1]`}, []string{`[1,2]`}}, // as 2019 writes it
		{`{"items":[{}],"additionalItems":{},"unevaluatedItems":false}`, []string{`[1,2]`}, nil},
		{`{"prefixItems":[{}],"items":{"type":"integer"},"unevaluatedItems":false}`, []string{`["a",1]`}, []string{`["a","b"]`}},
		{`{"allOf":[{"prefixItems":[{},{}]}],"unevaluatedItems":false}`, []string{`[1,2]`}, []string{`[1,2,3]`}},
		{`{"anyOf":[{"prefixItems":[{"const":1},{}]},{"prefixItems":[{"const":2}]}],"unevaluatedItems":false}`, []string{`[1,9]`, `[2]`}, []string{`[2,9]`}},
		{`{"oneOf":[{"prefixItems":[{"const":1},{}]},{"prefixItems":[{"const":2}]}],"unevaluatedItems":false}`, []string{`[1,9]`}, []string{`[2,9]`}},
		{`{"contains":{"const":1},"unevaluatedItems":false}`, []string{`[1,1]`}, []string{`[1,2]`}},
		{`{"contains":{"type":"string"},"unevaluatedItems":{"type":"integer"}}`, []string{`["a",1]`}, []string{`["a",null]`}},
		{`{"if":{"prefixItems":[{"const":1}]},"then":{"prefixItems":[{},{}]},"else":{"items":{}},"unevaluatedItems":false}`, []string{`[1,2]`, `[2,3,4]`}, []string{`[1,2,3]`}},
		{`{"$ref":"#/$defs/a","unevaluatedItems":false,"$defs":{"a":{"prefixItems":[{}]}}}`, []string{`[1]`}, []string{`[1,2]`}},
		{`{"not":{"prefixItems":[{"const":9}]},"unevaluatedItems":false}`, nil, []string{`[1]`}},
		{`{"items":{"unevaluatedItems":false,"prefixItems":[{}]}}`, []string{`[[1],[]]`}, []string{`[[1,2]]`}},
		{`{"unevaluatedItems":false,"unevaluatedProperties":false}`, []string{`1`, `[]`, `{}`}, []string{`[1]`, `{"a":1}`}},
	})
}

func TestPlacesOfWhatIsUnevaluated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, document, want string }{
		{`{"properties":{"o":{"unevaluatedProperties":false}}}`, `{"o":{"a/b":1}}`, `/o/a~1b: want no such property (/properties/o/unevaluatedProperties)`},
		{`{"unevaluatedProperties":{"type":"string"}}`, `{"a":[1]}`, `/a: got an array, want string (/unevaluatedProperties/type)`},
		{`{"prefixItems":[true],"unevaluatedItems":false}`, `[1,"x"]`, `/1: got "x", want nothing here (/unevaluatedItems)`},
		{`{"prefixItems":[true],"unevaluatedItems":{"minimum":3}}`, `[1,2]`, `/1: got 2, want at least 3 (/unevaluatedItems/minimum)`},
	} {
		if got := validate(t, tt.schema, tt.document); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s\n%s\ngot  %q\nwant %q", tt.schema, tt.document, got, tt.want)
		}
	}
}
