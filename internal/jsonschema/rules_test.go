package jsonschema_test

import (
	"strings"
	"testing"
)

// rule is a schema with documents that are as it says and others that are not.
type rule struct {
	schema    string
	good, bad []string
}

// hold holds documents to their schemas, also where only the answer counts and
// nothing is told: behind not.
func hold(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		if !strings.Contains(r.schema, "#") && !strings.Contains(r.schema, "$") {
			rules = append(rules, rule{`{"not":{"not":` + r.schema + `}}`, r.good, r.bad})
		}
	}
	for _, r := range rules {
		for _, document := range r.good {
			if got := validate(t, r.schema, document); len(got) != 0 {
				t.Errorf("%s\n%s: got %q", r.schema, document, got)
			}
		}
		for _, document := range r.bad {
			if got := validate(t, r.schema, document); len(got) == 0 {
				t.Errorf("%s\n%s: nothing is found", r.schema, document)
			}
		}
	}
}

func TestRulesOfTypes(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"type":"null"}`, []string{`null`}, []string{`0`, `""`, `false`, `[]`, `{}`}},
		{`{"type":"boolean"}`, []string{`true`, `false`}, []string{`0`, `"true"`, `null`, `[true]`}},
		{`{"type":"integer"}`, []string{`0`, `-0`, `1.0`, `10e-1`, `1E+2`, `-12`, `1e999999999`, `0e-999999999`, `0.0`}, []string{`0.5`, `1e-1`, `1.000000000000000000001`, `"1"`, `1e-999999999`}},
		{`{"type":"number"}`, []string{`0`, `-1.5`, `1e400`, `1e-999999999`}, []string{`"1"`, `null`, `[1]`}},
		{`{"type":"string"}`, []string{`""`, `"null"`, `"\u0000"`}, []string{`0`, `null`, `["a"]`}},
		{`{"type":"array"}`, []string{`[]`, `[{}]`}, []string{`{}`, `"[]"`, `null`}},
		{`{"type":"object"}`, []string{`{}`, `{"length":0}`}, []string{`[]`, `null`, `"{}"`}},
		{`{"type":["integer","null"]}`, []string{`1`, `2.0`, `null`}, []string{`1.5`, `"1"`, `false`}},
		{`{"type":["number","integer"]}`, []string{`1`, `1.5`}, []string{`"1"`}},
		{`{"type":[]}`, []string{`1`, `null`}, nil},       // no type is named, so none is wanted
		{`{"type":["oddity"]}`, []string{`1`, `{}`}, nil}, // told of as a problem
		{`true`, []string{`null`, `{}`, `[1]`}, nil},
		{`false`, nil, []string{`null`, `{}`, `[]`, `0`, `""`, `false`}},
		{`{}`, []string{`null`, `{}`, `[1]`}, nil},
	})
}

func TestRulesOfListedValues(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"enum":[1,"a",null,false,[1],{"a":1}]}`, []string{`1`, `1.0`, `"a"`, `"\u0061"`, `null`, `false`, `[1]`, `[1e0]`, `{"a":1}`, `{"a":1.0}`},
			[]string{`2`, `"A"`, `true`, `0`, `[]`, `[1,1]`, `{}`, `{"a":1,"b":1}`, `["a"]`, `"null"`}},
		{`{"enum":[]}`, nil, []string{`null`, `1`}},
		{`{"enum":[1,1,1]}`, []string{`1`}, []string{`2`}},
		{`{"enum":[{"a":1,"b":[2]}]}`, []string{`{"b":[2],"a":1}`, `{"a":9,"b":[2],"a":1}`}, []string{`{"a":1,"b":[3]}`}},
		{`{"enum":[[{"a":{}}]]}`, []string{`[{"a":{}}]`}, []string{`[{"a":[]}]`, `[[{"a":{}}]]`}},
		{`{"const":0}`, []string{`0`, `-0`, `0.0`, `0e10`}, []string{`false`, `null`, `""`, `[]`, `1e-999999999`}},
		{`{"const":1e999999999}`, []string{`1e999999999`, `10e999999998`, `0.1e1000000000`}, []string{`1e999999998`, `-1e999999999`}},
		{`{"const":0.1}`, []string{`0.1`, `1e-1`, `0.10`, `100e-3`}, []string{`0.1000000000000000055511151231257827`, `0.10000000000000000001`}},
		{`{"const":"\ud83d\ude00"}`, []string{`"😀"`, `"\uD83D\uDE00"`}, []string{`"😁"`}},
		{`{"const":"a\"b\\"}`, []string{`"a\u0022b\u005c"`}, []string{`"ab"`}},
		{`{"const":{"a":[]}}`, []string{`{"a":[]}`}, []string{`{}`, `{"a":null}`}},
		{`{"const":null}`, []string{`null`}, []string{`0`, `false`, `{}`}},
		{`{"const":true}`, []string{`true`}, []string{`1`, `"true"`}},
		{`{"enum":["[\"a\",]"]}`, nil, []string{`["a"]`}}, // values are told apart from texts that spell them
		{`{"enum":[[[1],2]]}`, []string{`[[1],2]`}, []string{`[[1,2]]`, `[1,2]`, `[[1]]`}},
		{`{"enum":["{"]}`, []string{`"{"`}, []string{`{}`}},
	})
}

func TestRulesOfNumbers(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"minimum":1.1}`, []string{`1.1`, `1.10`, `2`, `"x"`, `null`}, []string{`1.09`, `0`, `-5`, `1.0999999999999999999`}},
		{`{"maximum":3}`, []string{`3`, `3.0`, `-1e400`}, []string{`3.0000000000000000001`, `4`, `1e400`}},
		{`{"exclusiveMinimum":1.1}`, []string{`1.2`, `1.1000000000000000001`}, []string{`1.1`, `1.10`, `1`}},
		{`{"exclusiveMaximum":3}`, []string{`2.9`, `2.999999999999999999999`}, []string{`3`, `3.0`, `30e-1`}},
		{`{"minimum":-2}`, []string{`-2`, `-1`, `0`}, []string{`-3`, `-2.0000000000000001`}},
		{`{"minimum":1e99998}`, []string{`1e99999`, `1e99998`}, []string{`1e99997`, `0`, `-1e99999`}},
		{`{"maximum":-1e99998}`, []string{`-1e99999`}, []string{`-1e99997`, `0`, `1`}},
		{`{"maximum":1e-99999}`, []string{`1e-99999`, `0`, `1e-100000`}, []string{`1e-99998`, `1`}},
		{`{"minimum":0}`, []string{`0`, `-0`, `-0.0`, `1e-999999999`}, []string{`-1e-999999999`}},
		{`{"maximum":100000000000000000000}`, []string{`100000000000000000000`, `1e20`}, []string{`100000000000000000001`, `1.00000000000000000001e20`}},
		{`{"minimum":1,"maximum":1}`, []string{`1`, `1.0`}, []string{`0.9`, `1.1`}},
		// drafts 4: the exclusive ones are booleans beside the others
		{`{"minimum":1,"exclusiveMinimum":false}`, []string{`1`}, []string{`0`}},
		{`{"maximum":1,"exclusiveMaximum":true}`, []string{`0.9`}, []string{`1`, `1.0`}},
		{`{"exclusiveMaximum":true}`, []string{`5`}, nil}, // nothing to be exclusive of
		{`{"multipleOf":2}`, []string{`0`, `-4`, `2.0`, `1e1`, `"x"`, `1e99999`}, []string{`1`, `3`, `2.5`, `1e0`}},
		{`{"multipleOf":3}`, []string{`3`, `9e99999`, `111`}, []string{`1e99999`, `112`, `0.3`}},
		{`{"multipleOf":0.01}`, []string{`19.99`, `0.07`, `1.1`, `4.35`, `1`, `0`, `1e9`}, []string{`0.075`, `19.999`, `1e-3`}},
		{`{"multipleOf":1.5}`, []string{`4.5`, `-3`, `0`}, []string{`35`, `0.5`}},
		{`{"multipleOf":1e-8}`, []string{`12391239123`, `0.00000001`}, []string{`1e-9`, `0.123456789`}},
		{`{"multipleOf":1e99999}`, []string{`0`, `1e99999`, `3e99999`, `1e100000`}, []string{`1`, `1e99998`}},
		{`{"multipleOf":0.123456789}`, []string{`0.123456789`, `123456789`}, []string{`1e308`}},
		{`{"multipleOf":7}`, []string{`7`, `700000000000000000000000000007`}, []string{`700000000000000000000000000008`}},
	})
}

func TestRulesOfTexts(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"minLength":2}`, []string{`"ab"`, `"é1"`, `"日本"`, `"\u00e9\n"`, `1`, `[]`}, []string{`""`, `"a"`, `"é"`, `"😀"`, `"\ud83d\ude00"`}},
		{`{"maxLength":2}`, []string{`""`, `"日本"`, `"😀😀"`, `"\\\""`, `{}`}, []string{`"abc"`, `"e\u0301x"`, `"\u0000\u0001\u0002"`}},
		{`{"maxLength":2.0,"minLength":1e0}`, []string{`"a"`, `"ab"`}, []string{`""`, `"abc"`}},
		{`{"maxLength":1e30,"maxItems":9223372036854775808,"maxProperties":1e400}`, []string{`""`, `"abc"`, `[1,2]`, `{"a":1}`}, nil},
		{`{"minLength":1e30}`, []string{`1`}, []string{`"abc"`}},
		{`{"maxLength":0}`, []string{`""`}, []string{`" "`, `"\u200b"`}},
		{`{"pattern":"^a*$"}`, []string{`""`, `"aaa"`, `3`, `null`, `{}`}, []string{`"abc"`, `"a\n"`}},
		{`{"pattern":"a+"}`, []string{`"xxaayy"`}, []string{`"xx"`}}, // found anywhere
		{`{"pattern":"^\\p{L}+$"}`, []string{`"Ångström"`, `"日本"`}, []string{`"a1"`}},
		{`{"pattern":"^[\\u4e00-\\u9fa5]+$"}`, []string{`"中文"`}, []string{`"abc"`, `"中a"`, `""`}},
		{`{"pattern":"^\\u0041\\u0042$"}`, []string{`"AB"`}, []string{`"A"`, `"ab"`}},
		{`{"pattern":"^\\\\u0041$"}`, []string{`"\\u0041"`}, []string{`"A"`}}, // a backslash, and then a u
		{`{"pattern":"^\\\\\\u0041$"}`, []string{`"\\A"`}, []string{`"A"`}},
		{`{"pattern":"^é$"}`, []string{`"é"`, `"\u00e9"`}, []string{`"e"`}},
		{`{"pattern":"^(?i)ok$"}`, []string{`"OK"`}, []string{`"KO"`}},
		{`{"pattern":"(?!x)"}`, []string{`"x"`, `"y"`}, nil}, // told of as a problem, and then says nothing
		{`{"format":"date","maxLength":10}`, []string{`"2026-11-26"`, `20261126`}, []string{`"2026-11-31"`, `"26.11.2026"`}},
	})
}

func TestRulesOfObjects(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"required":["a","b"]}`, []string{`{"a":null,"b":0}`, `[]`, `"a"`}, []string{`{}`, `{"a":1}`, `{"A":1,"b":1}`}},
		{`{"required":["a\nb","é",""]}`, []string{`{"a\nb":1,"\u00e9":1,"":1}`}, []string{`{"a\nb":1,"é":1}`}},
		{`{"properties":{"a":{"type":"integer"},"b":false}}`, []string{`{}`, `{"a":1}`, `{"c":"x"}`, `[]`}, []string{`{"a":"x"}`, `{"b":null}`, `{"a":1,"b":1}`}},
		{`{"properties":{"\u0061":{"type":"integer"}}}`, nil, []string{`{"a":"x"}`, `{"\u0061":"x"}`}},
		{`{"properties":{"a~/\"b":{"type":"integer"}}}`, []string{`{"a~/\"b":1}`}, []string{`{"a~/\"b":"x"}`}},
		{`{"patternProperties":{"^f.*o$":{"type":"integer"},"o":{"maximum":5}}}`, []string{`{"foo":1}`, `{"x":"y"}`, `{"zoo":5}`}, []string{`{"foo":"x"}`, `{"foo":6}`, `{"zoo":6}`}},
		{`{"patternProperties":{"^\\p{Lu}":false}}`, []string{`{"a":1}`}, []string{`{"Ä":1}`}},
		{`{"properties":{"a":{}},"patternProperties":{"^v":{}},"additionalProperties":false}`, []string{`{"a":1,"v1":2}`}, []string{`{"a":1,"x":2}`}},
		{`{"additionalProperties":{"type":"boolean"}}`, []string{`{"a":true}`, `{}`, `[1]`}, []string{`{"a":1}`}},
		{`{"allOf":[{"properties":{"a":{}}}],"additionalProperties":false}`, []string{`{}`}, []string{`{"a":1}`}}, // it sees what stands beside it alone
		{`{"propertyNames":{"pattern":"^[a-z]+$","maxLength":3}}`, []string{`{"ab":1}`, `{}`, `[1]`}, []string{`{"A":1}`, `{"abcd":1}`, `{"":1}`}},
		{`{"propertyNames":{"enum":["a\"b","é"]}}`, []string{`{"a\"b":1}`, `{"\u00e9":1}`}, []string{`{"a":1}`}},
		{`{"propertyNames":false}`, []string{`{}`}, []string{`{"a":1}`}},
		{`{"propertyNames":{"type":"integer"}}`, []string{`{}`}, []string{`{"1":1}`}}, // a name is a text
		{`{"propertyNames":{"format":"date"}}`, []string{`{"2026-11-26":1}`}, []string{`{"x":1}`}},
		{`{"minProperties":1,"maxProperties":2}`, []string{`{"a":1}`, `{"a":1,"b":2}`, `[]`}, []string{`{}`, `{"a":1,"b":2,"c":3}`}},
		{`{"dependentRequired":{"a":["b","c"],"d":[]}}`, []string{`{}`, `{"b":1}`, `{"a":1,"b":1,"c":1}`, `{"d":1}`, `"a"`}, []string{`{"a":1}`, `{"a":1,"b":1}`}},
		{`{"dependentSchemas":{"a":{"properties":{"b":{"type":"integer"}}},"c":false}}`, []string{`{"b":"x"}`, `{"a":1,"b":1}`}, []string{`{"a":1,"b":"x"}`, `{"c":1}`}},
		{`{"dependencies":{"a":{"minProperties":2},"b":["a"],"c":true}}`, []string{`{"a":1,"x":1}`, `{"c":1}`}, []string{`{"a":1}`, `{"b":1}`, `{"b":1,"x":1}`}},
	})
}

func TestRulesOfArrays(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"items":{"type":"integer"}}`, []string{`[]`, `[1,2]`, `{"0":"x"}`}, []string{`[1,"x"]`}},
		{`{"items":true}`, []string{`[1,"x"]`}, nil},
		{`{"items":false}`, []string{`[]`}, []string{`[null]`}},
		{`{"prefixItems":[{"type":"integer"},{"type":"string"}]}`, []string{`[]`, `[1]`, `[1,"a",null]`}, []string{`["a"]`, `[1,2]`}},
		{`{"prefixItems":[{}],"items":{"type":"string"}}`, []string{`[1]`, `[1,"a"]`}, []string{`[1,2]`}},
		{`{"items":[{"type":"integer"},true,false]}`, []string{`[]`, `[1,2]`}, []string{`["a"]`, `[1,2,3]`}}, // before 2020
		{`{"items":[{}],"additionalItems":{"type":"integer"}}`, []string{`["a",1]`}, []string{`["a","b"]`}},
		{`{"items":[{}],"additionalItems":false}`, []string{`["a"]`, `[]`}, []string{`["a",1]`}},
		{`{"additionalItems":false}`, []string{`[1]`}, nil}, // beside no list it says nothing
		{`{"items":{},"additionalItems":false}`, []string{`[1,2]`}, nil},
		{`{"additionalItems":{"type":"integer"},"items":[{"type":"string"}]}`, []string{`["a",1]`}, []string{`["a","b"]`}},
		{`{"contains":{"minimum":5}}`, []string{`[1,5]`, `[9]`, `{}`}, []string{`[]`, `[1,2]`}},
		{`{"contains":true}`, []string{`[null]`}, []string{`[]`}},
		{`{"contains":false}`, []string{`"x"`}, []string{`[]`, `[1]`}},
		{`{"contains":{"const":1},"minContains":2}`, []string{`[1,1]`, `[1,2,1.0]`}, []string{`[1]`, `[]`}},
		{`{"contains":{"const":1},"maxContains":1}`, []string{`[1]`, `[1,2]`}, []string{`[]`, `[1,1]`}},
		{`{"contains":{"const":1},"minContains":0,"maxContains":1}`, []string{`[]`, `[2]`, `[1]`}, []string{`[1,1]`}},
		{`{"minContains":2,"maxContains":0}`, []string{`[]`, `[1,2,3]`}, nil}, // without contains
		{`{"minItems":1,"maxItems":2}`, []string{`[1]`, `[1,2]`, `""`}, []string{`[]`, `[1,2,3]`}},
		{`{"uniqueItems":true}`, []string{`[]`, `[1,2]`, `[1,"1",true,[1],{"a":1}]`, `[0,false,null,""]`, `[{"a":1},{"a":2}]`, `["a","A"]`, `"aa"`},
			[]string{`[1,1]`, `[1.0,1.00,1]`, `[[1],[1]]`, `[{"a":1,"b":2},{"b":2,"a":1}]`, `["a","\u0061"]`, `[1e2,100]`, `[null,null]`}},
		{`{"uniqueItems":false}`, []string{`[1,1]`}, nil},
	})
}

func TestRulesOfCombinations(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{`{"allOf":[{"minimum":1},{"maximum":3}]}`, []string{`1`, `3`, `"x"`}, []string{`0`, `4`}},
		{`{"allOf":[true,false]}`, nil, []string{`1`}},
		{`{"allOf":[]}`, []string{`1`}, nil},
		{`{"anyOf":[{"type":"integer"},{"minimum":2}]}`, []string{`1`, `2.5`, `"x"`}, []string{`1.5`}},
		{`{"anyOf":[false,true]}`, []string{`1`}, nil},
		{`{"anyOf":[false,false]}`, nil, []string{`1`}},
		{`{"oneOf":[{"type":"integer"},{"minimum":2}]}`, []string{`1`, `2.5`}, []string{`3`, `1.5`}},
		{`{"oneOf":[true,true,false]}`, nil, []string{`1`}},
		{`{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, []string{`{"a":1}`, `{"b":1}`}, []string{`{}`, `{"a":1,"b":1}`}},
		{`{"not":{"type":"integer"}}`, []string{`"x"`, `1.5`}, []string{`1`}},
		{`{"not":{}}`, nil, []string{`1`, `null`}},
		{`{"not":{"not":{"type":"integer"}}}`, []string{`1`}, []string{`"x"`}},
		{`{"not":false}`, []string{`1`}, nil},
		{`{"if":{"minimum":0},"then":{"multipleOf":2},"else":{"multipleOf":3}}`, []string{`4`, `-3`, `"x"`}, []string{`3`, `-4`}},
		{`{"if":{"const":1},"then":false}`, []string{`2`}, []string{`1`}},
		{`{"if":{"const":1},"else":false}`, []string{`1`}, []string{`2`}},
		{`{"if":false,"then":false}`, []string{`1`}, nil},
		{`{"then":false,"else":false}`, []string{`1`}, nil},                                                    // without if
		{`{"allOf":[{"if":{"const":1},"then":{"type":"null"}},{"else":false}]}`, []string{`2`}, []string{`1`}}, // each if has its own
		{`{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}],"not":{"required":["a","b"]}}`, []string{`{"a":1}`}, []string{`{}`, `{"a":1,"b":1}`, `[]`}},
	})
}
