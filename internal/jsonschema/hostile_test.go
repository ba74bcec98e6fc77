package jsonschema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// Patterns that would blow up a matcher that goes back, or a compiler, do neither.
func TestHostilePatterns(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("a", 50_000) + `!"`
	for _, pattern := range []string{"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){20}$", "(x+x+)+y", "^[^b]*[^b]*[^b]*$b"} {
		if got := validate(t, fmt.Sprintf(`{"pattern":%q}`, pattern), long); len(got) != 1 {
			t.Errorf("%s: got %d", pattern, len(got))
		}
	}
	for _, pattern := range []string{"a{1001}", "(a{1000}){1000}", "((((a{10}){10}){10}){10}){10}", strings.Repeat("(", 2000) + "a" + strings.Repeat(")", 2000)} {
		s, err := jsonschema.Compile(fmt.Appendf(nil, `{"pattern":%q,"type":"string"}`, pattern))
		if err != nil || len(s.Problems) != 1 || !strings.HasPrefix(s.Problems[0], `/pattern: the pattern "`) {
			t.Errorf("%.30s: got %.80q, %v", pattern, s.Problems, err)
		}
		if got := s.Validate(parsed(t, `"a"`)); len(got) != 0 {
			t.Errorf("%.30s: got %q", pattern, got)
		}
	}
}

// Schemas and documents of many thousand parts are read as small ones are.
func TestManyParts(t *testing.T) {
	t.Parallel()
	const many = 5000
	var properties, values, members, items []string
	for i := range many {
		properties = append(properties, fmt.Sprintf(`"p%d":{"type":"integer","maximum":%d}`, i, i))
		values = append(values, fmt.Sprintf(`%d.5`, i))
		members = append(members, fmt.Sprintf(`"p%d":%d`, i, i))
		items = append(items, fmt.Sprintf(`{"i":%d}`, i))
	}
	object, list := "{"+strings.Join(members, ",")+"}", "["+strings.Join(items, ",")+"]"
	hold(t, []rule{
		{`{"properties":{` + strings.Join(properties, ",") + `},"additionalProperties":false}`, []string{object}, []string{`{"p5000":1}`, `{"p7":8}`}},
		{`{"enum":[` + strings.Join(values, ",") + `]}`, []string{"7.5", "4999.50"}, []string{"7", "5000.5"}},
		{`{"uniqueItems":true}`, []string{list}, []string{strings.TrimSuffix(list, "]") + `,{"i":7.0}]`}},
		{`{"minItems":5000,"maxItems":5000}`, []string{list}, []string{strings.TrimSuffix(list, "]") + ",1]", "[]"}},
		{`{"minProperties":5000}`, []string{object}, []string{`{}`}},
		{`{"propertyNames":{"pattern":"^p[0-9]+$"},"additionalProperties":{"type":"integer"},"unevaluatedProperties":false}`, []string{object}, []string{strings.TrimSuffix(object, "}") + `,"q":1}`}},
	})
}

// Schemas as deep as they are read are compiled and followed; deeper ones are refused.
func TestDeepSchemas(t *testing.T) {
	t.Parallel()
	for keyword, closing := range map[string]string{`{"not":`: "}", `{"items":`: "}", `{"allOf":[`: "]}", `{"anyOf":[false,`: "]}", `{"additionalProperties":`: "}", `{"properties":{"a":`: "}}", `{"if":true,"then":`: "}"} {
		levels := 1000 / len(closing)
		schema := strings.Repeat(keyword, levels) + `{"type":"integer"}` + strings.Repeat(closing, levels)
		s, err := jsonschema.Compile([]byte(schema))
		if err != nil || len(s.Problems) != 0 {
			t.Errorf("%s: %q, %v", keyword, s.Problems, err)
			continue
		}
		for _, document := range []string{`1`, `"x"`, `{}`, `[]`} {
			s.Validate(parsed(t, document)) // and it ends
		}
		if got := s.Validate(parsed(t, `"x"`)); strings.Contains(keyword, "Of") && len(got) == 0 {
			t.Errorf("%s: the innermost schema says nothing", keyword)
		}
		over := strings.Repeat(keyword, levels+2) + `{"type":"integer"}` + strings.Repeat(closing, levels+2)
		if _, err := jsonschema.Compile([]byte(over)); err == nil || err.Error() != "reading a schema: it is deeper than 1000 levels" {
			t.Errorf("%s: got %v", keyword, err)
		}
	}
}

// A document may be of any size: its own size sets how many steps are too many.
func TestLargeDocumentsAreNotGivenUp(t *testing.T) {
	t.Parallel()
	schema := `{"items":{"anyOf":[{"type":"null"},{"allOf":[{"type":"object"},{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"integer"}]}}}]}],"unevaluatedProperties":true}}`
	document := "[" + strings.TrimSuffix(strings.Repeat(`{"a":1,"b":[1,2,3]},null,`, 10_000), ",") + "]"
	if got := validate(t, schema, document); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	if got := validate(t, schema, strings.Replace(document, `{"a":1`, `{"a":1.5`, 1)); len(got) != 1 || got[0] != `/0/a: got number 1.5, want integer or string (/items/anyOf/1/allOf/1/properties/a/oneOf)` {
		t.Errorf("got %q", got)
	}
}

// Names are told apart however they are written, and of any bytes.
func TestNamesOfAnyKind(t *testing.T) {
	t.Parallel()
	names := []string{"", " ", "\x00", "a\nb", `"`, `\`, "/", "~", "~0", "~1", "%", "$ref", "$id", "enum", "const", "type", "__proto__", "constructor", "é", "e\u0301", "日本", "😀", "\u2028", strings.Repeat("k", 5000)}
	var properties, all []string
	for i, name := range names {
		properties = append(properties, fmt.Sprintf(`%s:{"const":%d}`, quoted(name), i))
		all = append(all, fmt.Sprintf(`%s:%d`, quoted(name), i))
	}
	schema := `{"properties":{` + strings.Join(properties, ",") + `},"additionalProperties":false}`
	slices.Reverse(all)
	if got := validate(t, schema, "{"+strings.Join(all, ",")+"}"); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	for i, name := range names {
		got := validate(t, schema, fmt.Sprintf(`{%s:%d}`, quoted(name), i+1))
		place := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		if want := fmt.Sprintf("/%s: got %d, want one of %d (/properties/%s/enum)", place, i+1, i, place); len(got) != 1 || got[0] != want {
			t.Errorf("%.20q: got %.80q", name, got)
		}
	}
}

// quoted writes a text in ASCII, as JSON of some languages does.
func quoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x20 || r > 0x7e && r < 0x10000 || r == '"' || r == '\\':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
