package jsonschema_test

import (
	"slices"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

func TestRulesOfReferences(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"integer"}}}`, []string{`{"a":1}`}, []string{`{"a":"x"}`}},
		{`{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/c"},"c":{"type":"null"}},"$ref":"#/$defs/a"}`, []string{`null`}, []string{`1`}},
		{`{"allOf":[{"type":"integer"}],"properties":{"a":{"$ref":"#/allOf/0"}}}`, nil, []string{`{}`, `"x"`}},
		{`{"prefixItems":[{"type":"integer"},{"$ref":"#/prefixItems/0"}]}`, []string{`[1,2]`}, []string{`[1,"x"]`}},
		{`{"$defs":{"til~de":{"type":"integer"},"sl/ash":{"type":"string"},"per%cent":{"type":"null"},"qu\"ote":{"type":"boolean"},"blank here":{"type":"array"}},
			"prefixItems":[{"$ref":"#/$defs/til~0de"},{"$ref":"#/$defs/sl~1ash"},{"$ref":"#/$defs/per%25cent"},{"$ref":"#/$defs/qu%22ote"},{"$ref":"#/$defs/blank%20here"}]}`,
			[]string{`[1,"a",null,true,[]]`}, []string{`["x"]`, `[1,2]`, `[1,"a",3]`, `[1,"a",null,4]`, `[1,"a",null,true,5]`}},
		{`{"properties":{"$ref":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"null"}}}`, []string{`{"$ref":null}`}, []string{`{"$ref":"#/$defs/n"}`}},
		{`{"properties":{"x":{"$ref":"#/properties/enum"},"enum":{"type":"integer"},"const":{"$ref":"#/properties/enum"}}}`, []string{`{"x":1,"const":2}`}, []string{`{"x":"a"}`, `{"const":"a"}`}},
		{`{"$ref":"#/$defs/a","maximum":2,"$defs":{"a":{"minimum":1}}}`, []string{`1`, `2`}, []string{`0`, `3`}}, // what stands beside it holds too
		{`{"$ref":"#/$defs/yes","$defs":{"yes":true,"no":false},"properties":{"a":{"$ref":"#/$defs/no"}}}`, []string{`{}`, `1`}, []string{`{"a":1}`}},
		// a tree
		{`{"properties":{"kids":{"items":{"$ref":"#"}},"v":{"type":"number"}},"required":["v"]}`, []string{`{"v":1,"kids":[{"v":2,"kids":[]},{"v":3}]}`}, []string{`{"v":1,"kids":[{"kids":[]}]}`, `{"v":1,"kids":[{"v":2,"kids":[{"v":"x"}]}]}`}},
		// identifiers
		{`{"$id":"http://e.x/root.json","properties":{"a":{"$ref":"item.json"},"b":{"$ref":"http://e.x/item.json"}},"$defs":{"i":{"$id":"item.json","type":"null"}}}`,
			[]string{`{"a":null,"b":null}`}, []string{`{"a":1}`, `{"b":1}`}},
		{`{"$id":"http://e.x/dir/root.json","$ref":"../other.json","$defs":{"o":{"$id":"/other.json","type":"null"}}}`, []string{`null`}, []string{`1`}},
		{`{"$id":"urn:uuid:1","$ref":"#/$defs/a","$defs":{"a":{"type":"null"}}}`, []string{`null`}, []string{`1`}},
		{`{"$id":"http://e.x/a","$ref":"#/$defs/b/$defs/c","$defs":{"b":{"$id":"b","$defs":{"c":{"type":"null"}}}}}`, []string{`null`}, []string{`1`}},
		{`{"$id":"http://e.x/a","$defs":{"b":{"$id":"b","properties":{"p":{"$ref":"#/$defs/c"}},"$defs":{"c":{"type":"null"}}},"c":{"type":"string"}},"$ref":"b"}`,
			[]string{`{"p":null}`}, []string{`{"p":"x"}`}}, // relative to the nearest identifier
		{`{"id":"http://e.x/a","definitions":{"b":{"id":"b.json","type":"null"}},"properties":{"p":{"$ref":"b.json"}}}`, []string{`{"p":null}`}, []string{`{"p":1}`}}, // draft 4
		{`{"$id":"http://e.x/a#","$ref":"#/$defs/n","$defs":{"n":{"type":"null"}}}`, []string{`null`}, []string{`1`}},
		// anchors
		{`{"$ref":"#foo","$defs":{"a":{"$anchor":"foo","type":"null"}}}`, []string{`null`}, []string{`1`}},
		{`{"$id":"http://e.x/r","$ref":"http://e.x/r#foo","$defs":{"a":{"$anchor":"foo","type":"null"}}}`, []string{`null`}, []string{`1`}},
		{`{"$id":"http://e.x/r","$ref":"n#foo","$defs":{"a":{"$id":"n","$defs":{"b":{"$anchor":"foo","type":"null"}}},"c":{"$anchor":"foo","type":"string"}}}`, []string{`null`}, []string{`"x"`}},
		{`{"$ref":"#foo","definitions":{"a":{"$id":"#foo","type":"null"}}}`, []string{`null`}, []string{`1`}}, // drafts 6 and 7
		{`{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"next":{"$dynamicRef":"#node"}},"$dynamicAnchor":"node","required":["v"]}}}`, []string{`{"v":1,"next":{"v":2}}`}, []string{`{"v":1,"next":{}}`}},
		{`{"$recursiveAnchor":true,"properties":{"a":{"$recursiveRef":"#"}},"required":["v"]}`, []string{`{"v":1,"a":{"v":1}}`}, []string{`{"v":1,"a":{}}`}},
		{`{"enum":[{"$anchor":"x"}],"$defs":{"a":{"$anchor":"x","type":"null"}},"properties":{"p":{"$ref":"#x"}}}`, nil, []string{`{"p":1}`}}, // in enum it is data
		// what is not read: it lets everything pass, and is told of where it leads nowhere
		{`{"$ref":"http://json-schema.org/draft-07/schema#"}`, []string{`{"type":3}`}, nil},
		{`{"$ref":"https://json-schema.org/draft/2020-12/schema"}`, []string{`{"type":3}`}, nil},
		{`{"$ref":"http://e.x/elsewhere.json"}`, []string{`1`}, nil},
	})
}

// References that lead nowhere are told of, each with its place, and let pass.
func TestReferencesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"#/$defs/none":       `/properties/a/$ref: "#/$defs/none" leads nowhere`,
		"#none":              `/properties/a/$ref: "#none" leads nowhere`,
		"none.json":          `/properties/a/$ref: "none.json" leads nowhere`,
		"http://e.x/none":    `/properties/a/$ref: "http://e.x/none" leads nowhere`,
		"#/title":            `/properties/a/$ref: "#/title" leads nowhere`, // a text is no schema
		"#/required/0":       `/properties/a/$ref: "#/required/0" leads nowhere`,
		"#/properties/a/b/c": `/properties/a/$ref: "#/properties/a/b/c" leads nowhere`,
		"#/allOf/7":          `/properties/a/$ref: "#/allOf/7" leads nowhere`,
		"#/allOf/x":          `/properties/a/$ref: "#/allOf/x" leads nowhere`,
		"#/allOf/-1":         `/properties/a/$ref: "#/allOf/-1" leads nowhere`,
		"#/%zz":              `/properties/a/$ref: "#/%zz" leads nowhere`,
		"://":                `/properties/a/$ref: "://" leads nowhere`,
	} {
		s, err := jsonschema.Compile([]byte(`{"title":"t","required":["a"],"allOf":[{}],"properties":{"a":{"$ref":"` + ref + `","type":"integer"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Problems, []string{want}) {
			t.Errorf("%s: got %q", ref, s.Problems)
		}
		if got := s.Validate(parsed(t, `{"a":1}`)); len(got) != 0 {
			t.Errorf("%s: got %q", ref, got)
		}
		if got := s.Validate(parsed(t, `{"a":"x"}`)); len(got) != 1 {
			t.Errorf("%s: what stands beside it says nothing: %q", ref, got)
		}
	}
}

// The place of a violation is where the keyword stands, and not where a
// reference to it does.
func TestPlacesBehindReferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, document, want string }{
		{`{"properties":{"x":{"$ref":"#/properties/enum"},"enum":{"type":"integer"}}}`, `{"x":"a"}`, `/x: got string "a", want integer (/properties/enum/type)`},
		{`{"properties":{"const":{"properties":{"default":{"type":"null"}}},"y":{"$ref":"#/properties/const/properties/default"}}}`, `{"y":1}`, `/y: got number 1, want null (/properties/const/properties/default/type)`},
		{`{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"maximum":1}}}`, `2`, `/: got 2, want at most 1 (/$defs/a~1b/maximum)`},
		{`{"items":{"$ref":"#/$defs/n"},"$defs":{"n":{"items":false}}}`, `[[],[1]]`, `/1/0: got 1, want nothing here (/$defs/n/items)`},
		{`{"properties":{"x":{"$ref":"#/allOf/1"}},"allOf":[{},{"type":["object","null"]}]}`, `{"x":"a"}`, `/x: got string "a", want null or object (/allOf/1/type)`},
		{`{"additionalProperties":{"$ref":"#/$defs/no"},"$defs":{"no":false}}`, `{"a":1}`, `/a: got 1, want nothing here (/$defs/no)`},
	} {
		if got := validate(t, tt.schema, tt.document); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s\n%s\ngot  %q\nwant %q", tt.schema, tt.document, got, tt.want)
		}
	}
}
