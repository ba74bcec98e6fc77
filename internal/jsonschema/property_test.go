package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// respell writes a JSON text in another way that says the same: members in
// another order, numbers and characters spelt otherwise, white space.
func respell(r *rand.Rand, v any) string {
	space := []string{"", " ", "\n\t", "\r\n"}[r.IntN(4)]
	switch v := v.(type) {
	case map[string]any:
		var members []string
		for _, k := range slices.Sorted(maps.Keys(v)) { // so that a seed gives the same text each time
			members = append(members, respell(r, k)+space+":"+respell(r, v[k]))
		}
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + space + strings.Join(members, ","+space) + "}"
	case []any:
		var items []string
		for _, x := range v {
			items = append(items, respell(r, x))
		}
		return "[" + strings.Join(items, space+",") + space + "]"
	case string:
		var b strings.Builder
		for _, c := range v {
			if r.IntN(2) == 0 && c < 0x10000 {
				fmt.Fprintf(&b, `\u%04X`, c)
			} else {
				text, _ := json.Marshal(string(c))
				b.Write(text[1 : len(text)-1])
			}
		}
		return `"` + b.String() + `"`
	case float64:
		text := fmt.Sprint(v)
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("%vE0", v)
		case 1:
			return fmt.Sprintf("%ve-1", v*10)
		case 2:
			if !strings.Contains(text, ".") {
				return text + ".000"
			}
			return text + "00"
		}
		return text
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// plainValue is a random value as encoding/json reads it.
func plainValue(r *rand.Rand, deep int) any {
	var v any
	text, _ := json.Marshal(randomValue(r, deep))
	_ = json.Unmarshal(text, &v)
	return v
}

// randomSchema writes a schema of the keywords whose meaning does not depend on where it stands.
func randomSchema(r *rand.Rand, deep int) map[string]any {
	s := map[string]any{}
	sub := func() any {
		if deep <= 0 || r.IntN(8) == 0 {
			return []any{true, false, map[string]any{}, map[string]any{"type": "string"}}[r.IntN(4)]
		}
		return randomSchema(r, deep-1)
	}
	subs := func() []any {
		var list []any
		for range 1 + r.IntN(2) {
			list = append(list, sub())
		}
		return list
	}
	names := func() map[string]any {
		return map[string]any{fmt.Sprint(r.IntN(3)): sub(), fmt.Sprint(r.IntN(3)): sub()}
	}
	keywords := []func(){
		func() {
			s["type"] = []any{"string", "integer", "number", "object", "array", "null", "boolean"}[r.IntN(7)]
		},
		func() { s["type"] = []any{"object", "array", "integer"} },
		func() { s["enum"] = []any{plainValue(r, 1), plainValue(r, 1), 1.0} },
		func() { s["const"] = plainValue(r, 1) },
		func() { s["minimum"] = float64(r.IntN(3) - 1) },
		func() { s["exclusiveMaximum"] = float64(r.IntN(3)) },
		func() { s["multipleOf"] = 0.5 },
		func() { s["maxLength"] = float64(r.IntN(2)) },
		func() { s["pattern"] = "^[0-2]" },
		func() { s["required"] = []any{fmt.Sprint(r.IntN(3))} },
		func() { s["properties"] = names() },
		func() { s["patternProperties"] = map[string]any{"^[01]$": sub()} },
		func() { s["additionalProperties"] = sub() },
		func() { s["propertyNames"] = map[string]any{"enum": []any{"0", "1"}} },
		func() { s["minProperties"] = float64(r.IntN(3)) },
		func() { s["dependentRequired"] = map[string]any{"0": []any{"1"}} },
		func() { s["dependentSchemas"] = names() },
		func() { s["prefixItems"] = subs() },
		func() { s["items"] = sub() },
		func() { s["contains"], s["maxContains"] = sub(), float64(r.IntN(3)) },
		func() { s["uniqueItems"] = true },
		func() { s["maxItems"] = float64(r.IntN(3)) },
		func() { s["allOf"] = subs() },
		func() { s["anyOf"] = subs() },
		func() { s["oneOf"] = subs() },
		func() { s["not"] = sub() },
		func() { s["if"], s["then"], s["else"] = sub(), sub(), sub() },
		func() { s["unevaluatedProperties"] = sub() },
		func() { s["unevaluatedItems"] = sub() },
	}
	for range 1 + r.IntN(4) {
		keywords[r.IntN(len(keywords))]()
	}
	return s
}

// What a schema says does not depend on how it or the document is spelt, nor on
// the schemas around it that say nothing.
func TestLawsOfSchemas(t *testing.T) {
	t.Parallel()
	valid, invalid := 0, 0
	for seed := range uint64(160) {
		r := rand.New(rand.NewPCG(seed, 17))
		value := randomSchema(r, 2)
		plain, _ := json.Marshal(value)
		schema := string(plain)
		for range 4 {
			doc := plainValue(r, 2)
			plainDoc, _ := json.Marshal(doc)
			document := string(plainDoc)
			found := validate(t, schema, document)
			want := len(found) == 0
			if want {
				valid++
			} else {
				invalid++
			}
			for law, same := range map[string]string{
				"spelt otherwise": respell(r, value), "behind not": `{"not":{"not":` + schema + `}}`, "of all": `{"allOf":[` + schema + `,true]}`, "of any": `{"anyOf":[false,` + schema + `]}`, "of one": `{"oneOf":[` + schema + `,false]}`,
				"by reference": `{"$ref":"#/$defs/s","$defs":{"s":` + schema + `}}`, "by identifier": `{"$ref":"s","$defs":{"x":{"$id":"s","allOf":[` + schema + `]}}}`, "then": `{"if":true,"then":` + schema + `}`, "else": `{"if":false,"else":` + schema + `}`,
			} {
				if got := len(validate(t, same, document)) == 0; got != want {
					t.Fatalf("seed %d: %s\n%s\n%s: valid is %v, and by itself %v: %q", seed, schema, document, law, got, want, found)
				}
			}
			if got := validate(t, schema, respell(r, doc)); (len(got) == 0) != want {
				t.Fatalf("seed %d: %s\n%s: spelt otherwise: %q, and before %q", seed, schema, document, got, found)
			}
			if got := len(validate(t, `{"properties":{"k":`+schema+`}}`, `{"k":`+document+`}`)) == 0; got != want {
				t.Fatalf("seed %d: %s\n%s: as a member valid is %v", seed, schema, document, got)
			}
			if got := len(validate(t, `{"not":`+schema+`}`, document)) == 0; got == want {
				t.Fatalf("seed %d: %s\n%s: it is valid, and so is its opposite", seed, schema, document)
			}
		}
	}
	if valid < 100 || invalid < 100 {
		t.Errorf("%d valid and %d invalid: too few to tell", valid, invalid)
	}
}

// Values are equal however they are spelt, and no two different ones are.
func TestEqualityOfValues(t *testing.T) {
	t.Parallel()
	for seed := range uint64(160) {
		r := rand.New(rand.NewPCG(seed, 23))
		a, b := plainValue(r, 2), plainValue(r, 2)
		textA, _ := json.Marshal(a)
		textB, _ := json.Marshal(b)
		if got := validate(t, `{"const":`+string(textA)+`}`, respell(r, a)); len(got) != 0 {
			t.Errorf("seed %d: %s spelt otherwise: %q", seed, textA, got)
		}
		same := string(textA) == string(textB)
		if got := validate(t, `{"enum":[`+respell(r, a)+`]}`, string(textB)); (len(got) == 0) != same {
			t.Errorf("seed %d: %s and %s: %q", seed, textA, textB, got)
		}
		if got := validate(t, `{"uniqueItems":true}`, `[`+string(textA)+`,`+respell(r, b)+`]`); (len(got) != 0) != same {
			t.Errorf("seed %d: unique are %s and %s: %q", seed, textA, textB, got)
		}
	}
}
