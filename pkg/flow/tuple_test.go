package flow_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

func packed(t *testing.T, list string) []byte {
	t.Helper()
	var d jsonschema.Doc
	v, err := d.Parse([]byte(list))
	if err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	var values []jsonschema.Value
	for item := v.First(); item.Exists(); item = item.Next() {
		values = append(values, item)
	}
	return flow.PackTuple(values)
}

// The vectors follow FoundationDB's specification of its tuple layer
// (design/tuple.md), with its own examples where JSON can say them.
func TestTupleVectors(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		`[]`:                                    "",
		`[null]`:                                "00",
		`[false,true]`:                          "26 27",
		`[""]`:                                  "02 00",
		`["FÔO\u0000bar"]`:                      "02 46 c3 94 4f 00 ff 62 61 72 00",
		`["a","b"]`:                             "02 61 00 02 62 00",
		`["a\u0000","b"]`:                       "02 61 00 ff 00 02 62 00",
		`[0]`:                                   "14",
		`[1]`:                                   "15 01",
		`[255]`:                                 "15 ff",
		`[256]`:                                 "16 01 00",
		`[65536]`:                               "17 01 00 00",
		`[-1]`:                                  "13 fe",
		`[-255]`:                                "13 00",
		`[-256]`:                                "12 fe ff",
		`[-5551212]`:                            "11 ab 4b 93",
		`[9223372036854775807]`:                 "1c 7f ff ff ff ff ff ff ff",
		`[9223372036854775808]`:                 "1c 80 00 00 00 00 00 00 00",
		`[18446744073709551615]`:                "1c ff ff ff ff ff ff ff ff",
		`[-9223372036854775807]`:                "0c 80 00 00 00 00 00 00 00",
		`[-9223372036854775808]`:                "0c 7f ff ff ff ff ff ff ff",
		`[-9223372036854775809]`:                "21 3c 1f ff ff ff ff ff ff", // beyond what Flow holds as a whole number
		`[18446744073709551616]`:                "21 c3 f0 00 00 00 00 00 00",
		`[1.5]`:                                 "21 bf f8 00 00 00 00 00 00",
		`[-42.0]`:                               "21 3f ba ff ff ff ff ff ff",
		`[1e400]`:                               "21 ff f0 00 00 00 00 00 00",
		`[{ "a" : [ 1 ] }]`:                     "01 7b 22 61 22 3a 5b 31 5d 7d 00",
		`[[]]`:                                  "01 5b 5d 00",
		`["ann",1,null]`:                        "02 61 6e 6e 00 15 01 00",
		`["\ud83d\ude00"]`:                      "02 f0 9f 98 80 00",
		`["` + strings.Repeat("x", 3) + `",-2]`: "02 78 78 78 00 13 fd",
	} {
		if got := packed(t, list); hex.EncodeToString(got) != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s: got % x, want %s", list, got, want)
		}
	}
}

func randomKey(r *rand.Rand) any {
	switch r.IntN(4) {
	case 0:
		return r.Int64() >> r.IntN(64)
	case 1:
		return -(r.Int64() >> r.IntN(64))
	case 2:
		return r.IntN(2) == 0
	}
	return strings.Repeat("a\x00b\xc3\xa9z"[:r.IntN(3)], r.IntN(3)) + fmt.Sprint(r.IntN(5))
}

// Packed keys sort as the keys do: loads are left out by that order.
func TestPackedTuplesSortAsTheirValues(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 3))
		kind := randomKey(r)
		other := randomKey(r)
		for fmt.Sprintf("%T", kind) != fmt.Sprintf("%T", other) {
			other = randomKey(r)
		}
		a, _ := json.Marshal([]any{kind, 1})
		b, _ := json.Marshal([]any{other, 0})
		var da, db jsonschema.Doc
		va, _ := da.Parse(a)
		vb, _ := db.Parse(b)
		want := jsonschema.Compare(va, vb)
		if got := bytes.Compare(packed(t, string(a)), packed(t, string(b))); (got < 0) != (want < 0) || (got > 0) != (want > 0) {
			t.Fatalf("%s and %s: got %d, want %d", a, b, got, want)
		}
	}
}
