package jsonschema_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// randomNumber writes a number as sources do, and as nobody does.
func randomNumber(r *rand.Rand) string {
	text := fmt.Sprint(r.IntN(3000))
	switch r.IntN(4) {
	case 0:
		text = "0." + strings.Repeat("0", r.IntN(4)) + text
	case 1:
		text += "." + fmt.Sprint(r.IntN(100)) + strings.Repeat("0", r.IntN(3))
	case 2:
		text = "1" + text + strings.Repeat("0", r.IntN(20))
	}
	if r.IntN(3) == 0 {
		text += []string{"e", "E"}[r.IntN(2)] + fmt.Sprintf("%+d", r.IntN(41)-20)
	}
	if r.IntN(3) == 0 {
		text = "-" + text
	}
	return text
}

// Order, equality and multiples are those of the exact values.
func TestNumbersAreExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	for range 4000 {
		a, b := randomNumber(r), randomNumber(r)
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY {
			t.Fatalf("%s or %s is no number", a, b)
		}
		if got := jsonschema.Compare(parsed(t, a), parsed(t, b)); cmp.Compare(got, 0) != x.Cmp(y) {
			t.Errorf("%s and %s: got %d", a, b, got)
		}
		if got := len(validate(t, `{"const":`+a+`}`, b)) == 0; got != (x.Cmp(y) == 0) {
			t.Errorf("%s is %s: %v", b, a, got)
		}
		if got := len(validate(t, `{"type":"integer"}`, a)) == 0; got != x.IsInt() {
			t.Errorf("%s is an integer: %v", a, got)
		}
		if y.Sign() <= 0 {
			continue
		}
		if got := len(validate(t, `{"multipleOf":`+b+`}`, a)) == 0; got != x.Quo(x, y).IsInt() {
			t.Errorf("%s is a multiple of %s: %v", a, b, got)
		}
	}
}

// Exponents that no machine can work out cost nothing.
func TestNumbersOfAnyExponent(t *testing.T) {
	t.Parallel()
	for _, digits := range []int{5, 9, 18, 19, 30, 5000} {
		far := "1e" + strings.Repeat("9", digits)
		near := "1e-" + strings.Repeat("9", digits)
		hold(t, []rule{
			{`{"type":"integer"}`, []string{far}, []string{near}},
			{`{"minimum":1}`, []string{far}, []string{near, "-" + far}},
			{`{"maximum":0}`, []string{"-" + far, "-" + near, "0" + far[1:]}, []string{far, near}},
			{`{"multipleOf":5}`, []string{far, "-" + far, "0" + near[1:]}, []string{near}},
			{`{"uniqueItems":true}`, []string{`[` + far + `,` + near + `,0]`}, []string{`[` + far + `,0,` + far + `]`, `[0` + far[1:] + `,0` + near[1:] + `]`}},
		})
	}
}

// A number as long as a book is compared to its last digit.
func TestNumbersOfManyDigits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 200_000)
	hold(t, []rule{
		{`{"type":"integer","minimum":` + long + `7}`, []string{long + "7", long + "8", long + "7.0"}, []string{long + "6", long, long + "7.5", "-" + long + "8"}},
		{`{"const":0.` + long + `}`, []string{"0." + long, "0." + long + "000"}, []string{"0." + long + "0001"}},
	})
}
