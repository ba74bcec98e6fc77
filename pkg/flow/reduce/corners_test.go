package reduce_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

// Corners of each strategy: what comes out, or the error with its place.
func TestCornersOfStrategies(t *testing.T) {
	t.Parallel()
	v := func(text string) string { return `{"v":` + text + `}` }
	for _, tt := range []struct {
		annotation, more string
		docs             []string
		want             string
	}{
		{`{"strategy":"append"}`, "", []string{`[]`, `[]`}, `[]`}, {`{"strategy":"append"}`, "", []string{`[1.50]`, `[{"a":[]}]`}, `[1.50,{"a":[]}]`}, {`{"strategy":"append"}`, "", []string{`"a"`, `[1]`}, `error: reducing /v: append cannot join these values, and they are a string and an array`},
		{`{"strategy":"append"}`, "", []string{`{}`, `true`}, `error: reducing /v: append cannot join these values, and they are an object and a boolean`},
		{`{"strategy":"minimize"}`, "", []string{`1`, `1.0`}, `1.0`}, {`{"strategy":"minimize"}`, "", []string{`9007199254740993`, `9007199254740992`}, `9007199254740992`}, {`{"strategy":"maximize"}`, "", []string{`1e400`, `1e399`}, `1e400`}, {`{"strategy":"minimize"}`, "", []string{`-1e400`, `1`}, `-1e400`},
		{`{"strategy":"minimize"}`, "", []string{`[1,2]`, `[1]`}, `[1]`}, {`{"strategy":"maximize"}`, "", []string{`{"a":1}`, `{"b":0}`}, `{"b":0}`}, {`{"strategy":"minimize"}`, "", []string{`null`, `false`}, `null`},
		{`{"strategy":"maximize","key":["/a","/b"]}`, "", []string{`{"a":1,"b":2,"x":1}`, `{"a":1,"b":1,"y":1}`}, `{"a":1,"b":2,"x":1}`}, {`{"strategy":"minimize","key":["/a"]}`, "", []string{`5`, `6`}, `error: reducing /v: minimize cannot join these values, and they are a number and a number`},
		{`{"strategy":"minimize","key":["/0"]}`, "", []string{`[1,"a"]`, `[1,"b"]`}, `[1,"b"]`},
		{`{"strategy":"merge"}`, "", []string{`{}`, `{}`}, `{}`}, {`{"strategy":"merge"}`, "", []string{`{"a":1}`, `{"a":null}`}, `{"a":null}`}, {`{"strategy":"merge"}`, "", []string{`[1,2]`, `[3]`}, `[3,2]`}, {`{"strategy":"merge"}`, "", []string{`[1]`, `{}`}, `error: reducing /v: merge cannot join these values, and they are an array and an object`},
		{`{"strategy":"merge"}`, "", []string{`{"a":{"b":1}}`, `{"a":{"c":2}}`}, `{"a":{"c":2}}`}, {`{"strategy":"merge"}`, "", []string{`{"\u0061":1,"é":1}`, `{"a":2,"\u00e9":2}`}, `{"a":2,"é":2}`}, {`{"strategy":"merge"}`, "", []string{`{"q\"":1}`, `{"z\n":2}`}, `{"q\"":1,"z\n":2}`},
		{`{"strategy":"merge","key":["/k"]}`, "", []string{`[{"k":1}]`, `[{"k":1,"x":1},{"k":2}]`}, `[{"k":1,"x":1},{"k":2}]`}, {`{"strategy":"merge","key":["/k"]}`, "", []string{`[]`, `[{"k":1}]`}, `[{"k":1}]`}, {`{"strategy":"merge","key":["/k/j"]}`, "", []string{`[{"k":{"j":1}},{"k":{"j":3}}]`, `[{"k":{"j":2}}]`}, `[{"k":{"j":1}},{"k":{"j":2}},{"k":{"j":3}}]`},
		{`{"strategy":"sum"}`, "", []string{`1`, `2`, `3`}, `6`}, {`{"strategy":"sum"}`, "", []string{`0.1`, `0.2`}, `0.30000000000000004`}, {`{"strategy":"sum"}`, "", []string{`1`, `1.0`}, `2.0`}, {`{"strategy":"sum"}`, "", []string{`-9223372036854775808`, `0`}, `-9223372036854775808`}, {`{"strategy":"sum"}`, "", []string{`1e2`, `1`}, `101.0`},
		{`{"strategy":"sum"}`, "", []string{`-9223372036854775808`, `-1`}, `error: reducing /v: the sum of -9223372036854775808 and -1 is out of range`}, {`{"strategy":"sum"}`, "", []string{`1`, `"1"`}, `error: reducing /v: sum cannot join these values, and they are a number and a string`}, {`{"strategy":"sum"}`, "", []string{`null`, `1`}, `error: reducing /v: sum cannot join these values, and they are null and a number`},
		{`{"strategy":"sum"}`, "", []string{`1e400`, `1`}, `error: reducing /v: the sum of 1e400 and 1 is out of range`}, {`{"strategy":"sum"}`, "", []string{`1e300`, `1e300`}, `2e+300`},
		{`{"strategy":"bigSum"}`, "", []string{`"0.1"`, `"0.2"`}, `"0.3"`}, {`{"strategy":"bigSum"}`, "", []string{`1`, `-1`}, `"0"`}, {`{"strategy":"bigSum"}`, "", []string{`"1.500"`, `"0.500"`}, `"2"`}, {`{"strategy":"bigSum"}`, "", []string{`"-0.5"`, `"+0.25"`}, `"-0.25"`}, {`{"strategy":"bigSum"}`, "", []string{`"1e-3"`, `1`}, `"1.001"`},
		{`{"strategy":"bigSum"}`, "", []string{`"1E2"`, `"1e+2"`}, `"200"`}, {`{"strategy":"bigSum"}`, "", []string{`18446744073709551615`, `1`}, `"18446744073709551616"`}, {`{"strategy":"bigSum"}`, "", []string{`""`, `1`}, `error: reducing /v: bigSum cannot join these values, and they are a string and a number`},
		{`{"strategy":"bigSum"}`, "", []string{`1`, `"NaN"`}, `error: reducing /v: bigSum cannot join these values, and they are a number and a string`}, {`{"strategy":"bigSum"}`, "", []string{`1`, `"1e99999"`}, `error: reducing /v: bigSum cannot join these values, and they are a number and a string`}, {`{"strategy":"bigSum"}`, "", []string{`1`, `"0x10"`}, `error: reducing /v: bigSum cannot join these values, and they are a number and a string`},
		{`{"strategy":"bigSum"}`, "", []string{`"1_0"`, `1`}, `error: reducing /v: bigSum cannot join these values, and they are a string and a number`}, {`{"strategy":"bigSum"}`, "", []string{`true`, `1`}, `error: reducing /v: bigSum cannot join these values, and they are a boolean and a number`}, {`{"strategy":"bigSum"}`, "", []string{`"1."`, `".5"`}, `"1.5"`},
		{`{"strategy":"set"}`, "", []string{`{}`, `{}`}, `{}`}, {`{"strategy":"set"}`, "", []string{`{"add":["a"]}`, `{}`}, `{"add":["a"]}`}, {`{"strategy":"set"}`, "", []string{`{}`, `{"remove":["a"]}`}, `{"remove":["a"]}`}, {`{"strategy":"set"}`, "", []string{`{"add":["b"]}`, `{"add":["a"]}`}, `{"add":["a","b"]}`},
		{`{"strategy":"set"}`, "", []string{`{"remove":["a"]}`, `{"remove":["b"]}`}, `{"remove":["a","b"]}`}, {`{"strategy":"set"}`, "", []string{`{"add":5}`, `{}`}, `error: reducing /v: set cannot join these values: they have add, intersect and remove, which are arrays or objects`}, {`{"strategy":"set"}`, "", []string{`{"add":{},"remove":[]}`, `{}`}, `error: reducing /v: set cannot join these values: it is arrays or objects all over`},
		{`{"strategy":"set","key":["/id"]}`, "", []string{`{"add":[{"id":1,"a":1},{"id":3}]}`, `{"remove":[{"id":1}],"add":[{"id":2}]}`}, `{"add":[{"id":2},{"id":3}],"remove":[{"id":1}]}`}, {`{"strategy":"set"}`, "", []string{`{"add":{"x":1}}`, `{"intersect":{"y":1}}`}, `{"add":{},"intersect":{"y":1}}`},
		{`{"strategy":"firstWriteWins"}`, "", []string{`null`, `1`}, `null`}, {`{"strategy":"lastWriteWins"}`, "", []string{`{"a":1}`, `null`}, `null`},
	} {
		var docs []string
		for _, d := range tt.docs {
			docs = append(docs, v(d))
		}
		got := fold(reducer(t, value(tt.annotation, tt.more)), docs, false)
		want := tt.want
		if !strings.HasPrefix(want, "error: ") {
			want = v(want)
		}
		if got != want {
			t.Errorf("%s %q: got %s, want %s", tt.annotation, tt.docs, got, want)
		}
	}
}

// A big sum is the sum of the decimals, to the last digit.
func TestBigSumsAreExact(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 9))
		sum := new(big.Rat)
		var docs []string
		for range 2 + r.IntN(6) {
			text := fmt.Sprintf("%d.%0*d", r.Int64()-r.Int64(), 1+r.IntN(8), r.IntN(10))
			value, ok := new(big.Rat).SetString(text)
			if !ok {
				t.Fatal(text)
			}
			sum.Add(sum, value)
			docs = append(docs, fmt.Sprintf(`{"v":%q}`, text))
		}
		var got struct{ V string }
		if err := json.Unmarshal([]byte(fold(reducer(t, value(`{"strategy":"bigSum"}`, "")), docs, false)), &got); err != nil {
			t.Fatal(err)
		}
		have, ok := new(big.Rat).SetString(got.V)
		if !ok || have.Cmp(sum) != 0 || strings.HasSuffix(got.V, ".") || strings.Contains(got.V, ".") && strings.HasSuffix(got.V, "0") {
			t.Errorf("seed %d: %q: got %s, want %s", seed, docs, got.V, sum.FloatString(10))
		}
	}
}

// The least and greatest of many do not depend on their order, nor does what a merge leaves of names.
func TestOrderDoesNotMatterWhereItShouldNot(t *testing.T) {
	t.Parallel()
	schema := `{"reduce":{"strategy":"merge"},"properties":{"min":{"reduce":{"strategy":"minimize"}},"max":{"reduce":{"strategy":"maximize"}},"sum":{"reduce":{"strategy":"sum"}},"map":{"reduce":{"strategy":"merge"},"additionalProperties":{"reduce":{"strategy":"sum"}}}}}`
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 13))
		var docs []string
		for range 5 {
			docs = append(docs, fmt.Sprintf(`{"min":%d,"max":%d,"sum":%d,"map":{"k%d":1,"k%d":%d}}`, r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(3), 3+r.IntN(3), r.IntN(5)))
		}
		want := fold(reducer(t, schema), docs, false)
		for range 3 {
			other := slices.Clone(docs)
			r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
			if got := fold(reducer(t, schema), other, false); !flow.SameJSON([]byte(got), []byte(want)) {
				t.Fatalf("seed %d: %q: got %s, want %s", seed, other, got, want)
			}
		}
	}
}
