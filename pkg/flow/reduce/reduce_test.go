package reduce_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

func reducer(t *testing.T, schema string) *reduce.Reducer {
	t.Helper()
	s, err := jsonschema.Compile([]byte(schema))
	if err != nil || len(s.Problems) > 0 {
		t.Fatalf("%s: %v %q", schema, err, s.Problems)
	}
	r, warnings := reduce.New(s)
	if len(warnings) > 0 {
		t.Fatalf("%s: %q", schema, warnings)
	}
	return r
}

// value makes a schema whose place v has the annotation.
func value(annotation, more string) string {
	return `{"type":"object","reduce":{"strategy":"merge"},"properties":{"v":{"reduce":` + annotation + more + `}}}`
}

const sums = `{"reduce":{"strategy":"sum"}}`

// cases are documents that are reduced one after the other, and what comes out.
// The first ones are those of Flow's own documentation.
var cases = map[string]struct {
	schema string
	docs   []string
	want   string // or "error: …"
}{
	"nothing said":      {`{}`, []string{`{"v":1,"w":2}`, `{"v":3}`}, `{"v":3}`},
	"last":              {value(`{"strategy":"lastWriteWins"}`, ""), []string{`{"v":1,"w":2}`, `{"v":3}`}, `{"v":3,"w":2}`},
	"first":             {value(`{"strategy":"firstWriteWins"}`, ""), []string{`{"v":1}`, `{"v":3,"w":5}`}, `{"v":1,"w":5}`},
	"first of all":      {`{"reduce":{"strategy":"firstWriteWins"}}`, []string{`{"v":1}`, `{"v":3,"w":5}`}, `{"v":1}`},
	"append":            {value(`{"strategy":"append"}`, ""), []string{`{"v":[1,2]}`, `{"v":[3,null,"abc"]}`}, `{"v":[1,2,3,null,"abc"]}`},
	"append to null":    {value(`{"strategy":"append"}`, ""), []string{`{"v":null}`, `{"v":[3]}`}, `{"v":null}`},
	"append a null":     {value(`{"strategy":"append"}`, ""), []string{`{"v":[3]}`, `{"v":null}`}, `error: reducing /v: append cannot join these values, and they are an array and null`},
	"minimum":           {value(`{"strategy":"minimize"}`, ""), []string{`{"v":3}`, `{"v":2}`, `{"v":7}`}, `{"v":2}`},
	"maximum":           {value(`{"strategy":"maximize"}`, ""), []string{`{"v":3}`, `{"v":10}`, `{"v":7}`}, `{"v":10}`},
	"maximum of texts":  {value(`{"strategy":"maximize"}`, ""), []string{`{"v":"b"}`, `{"v":"c"}`, `{"v":"a"}`}, `{"v":"c"}`},
	"maximum of kinds":  {value(`{"strategy":"maximize"}`, ""), []string{`{"v":null}`, `{"v":true}`, `{"v":1}`, `{"v":"a"}`, `{"v":[]}`, `{"v":{}}`, `{"v":[1]}`}, `{"v":{}}`},
	"maximum by key":    {value(`{"strategy":"maximize","key":["/k"]}`, ""), []string{`{"v":{"k":1,"a":1}}`, `{"v":{"k":2,"b":1}}`, `{"v":{"k":1,"c":1}}`}, `{"v":{"k":2,"b":1}}`},
	"equal by key":      {value(`{"strategy":"minimize","key":["/k"]}`, ""), []string{`{"v":{"k":1,"a":1}}`, `{"v":{"k":1,"b":1}}`}, `{"v":{"a":1,"b":1,"k":1}}`},
	"key not there":     {value(`{"strategy":"minimize","key":["/k"]}`, ""), []string{`{"v":{"k":1}}`, `{"v":{"b":1}}`}, `{"v":{"b":1}}`},
	"merge by index":    {value(`{"strategy":"merge"}`, `,"items":`+sums), []string{`{"v":[1,1]}`, `{"v":[2,2,2]}`}, `{"v":[3,3,2]}`},
	"merge by name":     {value(`{"strategy":"merge"}`, `,"additionalProperties":`+sums), []string{`{"v":{"a":1,"b":1}}`, `{"v":{"a":1,"c":1}}`}, `{"v":{"a":2,"b":1,"c":1}}`},
	"merge by key":      {value(`{"strategy":"merge","key":["/k"]}`, `,"items":{"reduce":{"strategy":"firstWriteWins"}}`), []string{`{"v":[{"k":"a","v":1},{"k":"b","v":1}]}`, `{"v":[{"k":"a","v":2},{"k":"c","v":2}]}`}, `{"v":[{"k":"a","v":1},{"k":"b","v":1},{"k":"c","v":2}]}`},
	"merge of scalars":  {value(`{"strategy":"merge","key":[""]}`, ""), []string{`{"v":[1,3,5]}`, `{"v":[2,3]}`}, `{"v":[1,2,3,5]}`},
	"merge into null":   {value(`{"strategy":"merge"}`, ""), []string{`{"v":null}`, `{"v":{"a":1}}`}, `{"v":null}`},
	"merge of a number": {value(`{"strategy":"merge"}`, ""), []string{`{"v":{}}`, `{"v":5}`}, `error: reducing /v: merge cannot join these values, and they are an object and a number`},
	"deep place":        {`{"reduce":{"strategy":"merge"},"additionalProperties":{"reduce":{"strategy":"merge"},"items":` + sums + `}}`, []string{`{"a/b~":[1,1]}`, `{"a/b~":[1,"x"]}`}, `error: reducing /a~1b~0/1: sum cannot join these values, and they are a number and a string`},
	"sum":               {value(`{"strategy":"sum"}`, ""), []string{`{"v":5}`, `{"v":-1.2}`}, `{"v":3.8}`},
	"sum of fractions":  {value(`{"strategy":"sum"}`, ""), []string{`{"v":1.5}`, `{"v":1.5}`}, `{"v":3.0}`},
	"sum of large":      {value(`{"strategy":"sum"}`, ""), []string{`{"v":9007199254740993}`, `{"v":2}`}, `{"v":9007199254740995}`},
	"sum to the end":    {value(`{"strategy":"sum"}`, ""), []string{`{"v":18446744073709551614}`, `{"v":1}`}, `{"v":18446744073709551615}`},
	"sum beyond it":     {value(`{"strategy":"sum"}`, ""), []string{`{"v":18446744073709551615}`, `{"v":1}`}, `error: reducing /v: the sum of 18446744073709551615 and 1 is out of range`},
	"sum of huge":       {value(`{"strategy":"sum"}`, ""), []string{`{"v":1e308}`, `{"v":1e308}`}, `error: reducing /v: the sum of 1e308 and 1e308 is out of range`},
	"big sum":           {value(`{"strategy":"bigSum"}`, ""), []string{`{"v":5}`, `{"v":"-1.2"}`}, `{"v":"3.8"}`},
	"big sum, whole":    {value(`{"strategy":"bigSum"}`, ""), []string{`{"v":"0.5"}`, `{"v":0.5}`, `{"v":"1e3"}`}, `{"v":"1001"}`},
	"big sum, large":    {value(`{"strategy":"bigSum"}`, ""), []string{`{"v":"123456789012345678901234567890"}`, `{"v":"0.1"}`}, `{"v":"123456789012345678901234567890.1"}`},
	"big sum of a word": {value(`{"strategy":"bigSum"}`, ""), []string{`{"v":1}`, `{"v":"1/2"}`}, `error: reducing /v: bigSum cannot join these values, and they are a number and a string`},
	"by a reference":    {`{"reduce":{"strategy":"merge"},"properties":{"v":{"$ref":"#/$defs/n"}},"$defs":{"n":` + sums + `}}`, []string{`{"v":1}`, `{"v":2}`}, `{"v":3}`},
	"by a pattern":      {`{"allOf":[{"reduce":{"strategy":"merge"}}],"patternProperties":{"^n_":` + sums + `}}`, []string{`{"n_a":1,"m":1}`, `{"n_a":2,"m":2}`}, `{"m":2,"n_a":3}`},
	"by what is left":   {`{"reduce":{"strategy":"merge"},"properties":{"m":{}},"unevaluatedProperties":` + sums + `}`, []string{`{"a":1,"m":1}`, `{"a":2,"m":2}`}, `{"a":3,"m":2}`},
	"by places":         {value(`{"strategy":"merge"}`, `,"prefixItems":[`+sums+`],"items":{"reduce":{"strategy":"maximize"}}`), []string{`{"v":[1,5,2]}`, `{"v":[1,3,4]}`}, `{"v":[2,5,4]}`},
	"by the outermost":  {value(`{"strategy":"sum"}`, `,"allOf":[{"reduce":{"strategy":"firstWriteWins"}}]`), []string{`{"v":1}`, `{"v":2}`}, `{"v":3}`},
	"twice a name":      {value(`{"strategy":"sum"}`, ""), []string{`{"v":1,"v":5}`, `{"v":2}`}, `{"v":7}`},
	// Composing with conditionals: the right side says what is done.
	"conditional": {
		`{"reduce":{"strategy":"merge"},"if":{"required":["reset"],"properties":{"reset":{"const":true}}},"then":{"properties":{"v":{"reduce":{"strategy":"lastWriteWins"}}}},"else":{"properties":{"v":` + sums + `}}}`,
		[]string{`{"v":5}`, `{"v":1}`, `{"v":0,"reset":true}`, `{"v":2}`}, `{"reset":true,"v":2}`,
	},
	"one of": {
		`{"reduce":{"strategy":"merge"},"properties":{"v":{"oneOf":[{"type":"integer","reduce":{"strategy":"sum"}},{"type":"string","reduce":{"strategy":"firstWriteWins"}}]}}}`,
		[]string{`{"v":5}`, `{"v":1}`, `{"v":"x"}`, `{"v":1}`}, `{"v":7}`,
	},
	"set of arrays":      {value(`{"strategy":"set","key":[""]}`, ""), []string{`{"v":{"add":["a"]}}`, `{"v":{"remove":["b"]}}`, `{"v":{"add":["c"]}}`}, `{"v":{"add":["a","c"],"remove":["b"]}}`},
	"set, taken away":    {value(`{"strategy":"set"}`, ""), []string{`{"v":{"add":["a","b","c"]}}`, `{"v":{"add":["d"],"remove":["b"]}}`}, `{"v":{"add":["a","c","d"],"remove":["b"]}}`},
	"set, kept":          {value(`{"strategy":"set"}`, ""), []string{`{"v":{"add":["a","b","c"]}}`, `{"v":{"add":["d"],"intersect":["b","e"]}}`}, `{"v":{"add":["b","d"],"intersect":["b","e"]}}`},
	"set, kept twice":    {value(`{"strategy":"set"}`, ""), []string{`{"v":{"intersect":["a","b"]}}`, `{"v":{"intersect":["b","c"]}}`}, `{"v":{"intersect":["b"]}}`},
	"set, kept but":      {value(`{"strategy":"set"}`, ""), []string{`{"v":{"intersect":["a","b"]}}`, `{"v":{"remove":["b","c"]}}`}, `{"v":{"intersect":["a"]}}`},
	"set, but kept":      {value(`{"strategy":"set"}`, ""), []string{`{"v":{"remove":["a"]}}`, `{"v":{"intersect":["a","b"]}}`}, `{"v":{"intersect":["b"]}}`},
	"set of objects":     {value(`{"strategy":"set"}`, `,"additionalProperties":{"additionalProperties":`+sums+`}`), []string{`{"v":{"add":{"x":1,"y":1}}}`, `{"v":{"add":{"x":2},"remove":{"y":0}}}`}, `{"v":{"add":{"x":3},"remove":{"y":0}}}`},
	"set of both":        {value(`{"strategy":"set"}`, ""), []string{`{"v":{"add":{"x":1}}}`, `{"v":{"add":["x"]}}`}, `error: reducing /v: set cannot join these values: it is arrays or objects all over`},
	"set, both terms":    {value(`{"strategy":"set"}`, ""), []string{`{"v":{"add":[]}}`, `{"v":{"remove":[],"intersect":[]}}`}, `error: reducing /v: set cannot join these values: intersect and remove do not stand side by side`},
	"set with odd terms": {value(`{"strategy":"set"}`, ""), []string{`{"v":{"add":[]}}`, `{"v":{"plus":[]}}`}, `error: reducing /v: set cannot join these values: they have add, intersect and remove, which are arrays or objects`},
	"set of a number":    {value(`{"strategy":"set"}`, ""), []string{`{"v":1}`, `{"v":{"add":[]}}`}, `error: reducing /v: set cannot join these values, and they are a number and an object`},
}

func fold(r *reduce.Reducer, docs []string, full bool) string {
	doc := []byte(docs[0])
	for _, next := range docs[1:] {
		var err error
		if doc, _, err = r.Reduce(doc, []byte(next), full); err != nil {
			return "error: " + err.Error()
		}
	}
	return string(doc)
}

func TestReduce(t *testing.T) {
	t.Parallel()
	for name, c := range cases {
		got := fold(reducer(t, c.schema), c.docs, false)
		if strings.HasPrefix(c.want, "error: ") {
			if got != c.want {
				t.Errorf("%s: got %s, want %s", name, got, c.want)
			}
		} else if strings.HasPrefix(got, "error: ") || !flow.SameJSON([]byte(got), []byte(c.want)) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// Numbers keep how they are written: SameJSON takes 3.0 for 3.
func TestReduceSpelling(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sum of fractions", "sum to the end", "sum of large", "big sum, whole", "merge by index", "append"} {
		if got := fold(reducer(t, cases[name].schema), cases[name].docs, false); got != cases[name].want {
			t.Errorf("%s: got %s, want %s", name, got, cases[name].want)
		}
	}
}

// A full reduction knows all there was: a set is what was added to it, and what
// is deleted is gone.
func TestReduceFull(t *testing.T) {
	t.Parallel()
	set := value(`{"strategy":"set"}`, "")
	gone := `{"reduce":{"strategy":"merge"},"properties":{"v":{"if":{"required":["op"],"properties":{"op":{"const":"d"}}},"then":{"reduce":{"strategy":"merge","delete":true}},"else":{"reduce":{"strategy":"merge"}}}}}`
	list := value(`{"strategy":"merge","key":["/k"]}`, `,"items":{"if":{"required":["op"]},"then":{"reduce":{"strategy":"merge","delete":true}},"else":{"reduce":{"strategy":"merge"}}}`)
	for name, c := range map[string]struct {
		schema string
		docs   []string
		want   string
	}{
		"removed":          {set, []string{`{"v":{"add":["a","b"]}}`, `{"v":{"remove":["b"],"add":["c"]}}`}, `{"v":{"add":["a","c"]}}`},
		"kept":             {set, []string{`{"v":{"add":["a","b"],"intersect":["z"]}}`, `{"v":{"intersect":["b"]}}`}, `{"v":{"add":["b"]}}`},
		"nothing left":     {set, []string{`{"v":{"remove":["a"]}}`, `{"v":{"remove":["b"]}}`}, `{"v":{}}`},
		"deleted member":   {gone, []string{`{"v":{"a":1},"w":1}`, `{"v":{"op":"d"}}`}, `{"w":1}`},
		"deleted and anew": {gone, []string{`{"v":{"a":1}}`, `{"v":{"op":"d"}}`, `{"v":{"b":1}}`}, `{"v":{"b":1}}`},
		"never there":      {gone, []string{`{"w":1}`, `{"v":{"op":"d"}}`}, `{"w":1}`},
		"not deleted":      {gone, []string{`{"v":{"a":1}}`, `{"v":{"op":"u"}}`}, `{"v":{"a":1,"op":"u"}}`},
		"deleted item":     {list, []string{`{"v":[{"k":1},{"k":2},{"k":3}]}`, `{"v":[{"k":2,"op":"d"}]}`}, `{"v":[{"k":1},{"k":3}]}`},
	} {
		if got := fold(reducer(t, c.schema), c.docs, true); !flow.SameJSON([]byte(got), []byte(c.want)) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	if got := fold(reducer(t, gone), []string{`{"v":{"a":1}}`, `{"v":{"op":"d"}}`}, false); got != `{"v":{"a":1,"op":"d"}}` {
		t.Errorf("deleted too early, before all is known: %s", got)
	}
}

func TestReduceDeleted(t *testing.T) {
	t.Parallel()
	r := reducer(t, `{"if":{"required":["op"]},"then":{"reduce":{"strategy":"merge","delete":true}},"else":{"reduce":{"strategy":"merge"}}}`)
	for _, c := range []struct {
		right   string
		full    bool
		deleted bool
	}{{`{"op":"d"}`, true, true}, {`{"op":"d"}`, false, false}, {`{"a":1}`, true, false}} {
		if _, deleted, err := r.Reduce([]byte(`{"id":1}`), []byte(c.right), c.full); err != nil || deleted != c.deleted {
			t.Errorf("%+v: got %v, %v", c, deleted, err)
		}
	}
	for _, pair := range [][2]string{{`{`, `{}`}, {`{}`, `{`}} {
		if _, _, err := r.Reduce([]byte(pair[0]), []byte(pair[1]), true); err == nil {
			t.Errorf("%q is taken", pair)
		}
	}
}

func TestNewWarns(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"reduce":{"strategy":"mrge"}}`:                                     `/reduce: Flow knows no strategy "mrge"`,
		`{"properties":{"a":{"reduce":{"strategy":"jsonSchemaMerge"}}}}`:     `/properties/a/reduce: jsonSchemaMerge is not carried out`,
		`{"reduce":"merge"}`:                                                 `/reduce: an object with a strategy is wanted`,
		`{"reduce":{"strategy":"merge","key":"/k"}}`:                         `/reduce: an object with a strategy is wanted`,
		`{"$defs":{"x":{"items":{"reduce":{"strategy":""}}}},"reduce":null}`: `/$defs/x/items/reduce: Flow knows no strategy ""`,
	} {
		s, err := jsonschema.Compile([]byte(schema))
		if err != nil {
			t.Fatal(err)
		}
		r, warnings := reduce.New(s)
		if len(warnings) == 0 || !strings.HasPrefix(warnings[0], want) {
			t.Errorf("%s: got %q", schema, warnings)
		}
		if got := fold(r, []string{`{"a":1}`, `{"a":2}`}, false); got != `{"a":2}` {
			t.Errorf("%s: got %s", schema, got)
		}
	}
}
