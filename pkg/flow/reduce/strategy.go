package reduce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/connkit/connkit/internal/jsonschema"
)

// strategy joins the values of a place.
type strategy func(c *cursor, a annotation, left, right jsonschema.Value) ([]byte, error)

// strategyOf gives the strategy of a name, or nil.
func strategyOf(name string) strategy {
	switch name {
	case "append":
		return appended
	case "firstWriteWins":
		return func(_ *cursor, _ annotation, left, _ jsonschema.Value) ([]byte, error) { return left.Raw(), nil }
	case "lastWriteWins":
		return func(_ *cursor, _ annotation, _, right jsonschema.Value) ([]byte, error) { return right.Raw(), nil }
	case "minimize":
		return func(c *cursor, a annotation, l, r jsonschema.Value) ([]byte, error) { return c.extreme(a, l, r, 1) }
	case "maximize":
		return func(c *cursor, a annotation, l, r jsonschema.Value) ([]byte, error) { return c.extreme(a, l, r, -1) }
	case "merge":
		return func(c *cursor, a annotation, l, r jsonschema.Value) ([]byte, error) { return c.merge(a.key, l, r) }
	case "set":
		return func(c *cursor, a annotation, l, r jsonschema.Value) ([]byte, error) { return c.set(a.key, l, r) }
	case "sum":
		return sum
	case "bigSum":
		return bigSum
	}
	return nil
}

// bothAre tells whether the two are of one kind.
func bothAre(kind jsonschema.Kind, left, right jsonschema.Value) bool {
	return left.Kind() == kind && right.Kind() == kind
}

func appended(_ *cursor, _ annotation, left, right jsonschema.Value) ([]byte, error) {
	switch {
	case left.Kind() == jsonschema.Null && right.Kind() == jsonschema.Array:
		return left.Raw(), nil // a null stays one
	case !bothAre(jsonschema.Array, left, right):
		return nil, errKinds
	}
	var texts [][]byte
	for _, item := range append(listOf(left), listOf(right)...) {
		texts = append(texts, item.Raw())
	}
	return append(append([]byte{'['}, bytes.Join(texts, []byte{','})...), ']'), nil
}

// extreme keeps the lesser value, or with sign -1 the greater. Equal by a key,
// the two are merged.
func (c *cursor) extreme(a annotation, left, right jsonschema.Value, sign int) ([]byte, error) {
	key := a.key
	if len(key) == 0 {
		key = [][]string{nil}
	}
	switch order := byKey(key)(left, right) * sign; {
	case order < 0:
		return left.Raw(), nil
	case order > 0 || len(a.key) == 0:
		return right.Raw(), nil
	}
	return c.merge(nil, left, right)
}

// merge joins objects by name, and arrays by key or by place.
func (c *cursor) merge(key [][]string, left, right jsonschema.Value) ([]byte, error) {
	kind := right.Kind()
	switch {
	case left.Kind() == jsonschema.Null && (kind == jsonschema.Object || kind == jsonschema.Array):
		return left.Raw(), nil // a null stays one
	case bothAre(jsonschema.Object, left, right):
		return c.object(join(jsonschema.Members(left), jsonschema.Members(right), byName))
	case !bothAre(jsonschema.Array, left, right):
		return nil, errKinds
	case len(key) > 0:
		return c.array(join(listOf(left), listOf(right), byKey(key)))
	}
	return c.array(join(listOf(left), listOf(right), func(_, _ jsonschema.Value) int { return 0 }))
}

// The whole numbers that Flow can hold.
var (
	leastInt    = big.NewInt(math.MinInt64)
	greatestInt = new(big.Int).SetUint64(math.MaxUint64)
)

func sum(c *cursor, _ annotation, left, right jsonschema.Value) ([]byte, error) {
	if !bothAre(jsonschema.Number, left, right) {
		return nil, errKinds
	}
	overflow := fmt.Errorf("reducing /%s: the sum of %s and %s is out of range", strings.Join(c.place, "/"), left.Raw(), right.Raw())
	l, lWhole := wholeNumber(left.Raw())
	r, rWhole := wholeNumber(right.Raw())
	if lWhole && rWhole {
		total := l.Add(l, r)
		if total.Cmp(leastInt) < 0 || total.Cmp(greatestInt) > 0 {
			return nil, overflow
		}
		return []byte(total.String()), nil
	}
	var x, y float64
	if json.Unmarshal(left.Raw(), &x) != nil || json.Unmarshal(right.Raw(), &y) != nil || math.IsInf(x+y, 0) {
		return nil, overflow
	}
	text, err := json.Marshal(x + y)
	if err == nil && !bytes.ContainsAny(text, ".e") {
		text = append(text, ".0"...) // a fraction stays one
	}
	return text, err
}

// wholeNumber reads a number that is written without a fraction.
func wholeNumber(text []byte) (*big.Int, bool) {
	if bytes.ContainsAny(text, ".eE") {
		return nil, false
	}
	return new(big.Int).SetString(string(text), 10)
}

// bigSum adds decimal numbers of any size, which may be texts; the sum is one.
func bigSum(_ *cursor, _ annotation, left, right jsonschema.Value) ([]byte, error) {
	l, lDigits, ok := decimal(left)
	r, rDigits, ok2 := decimal(right)
	if !ok || !ok2 {
		return nil, errKinds
	}
	text := l.Add(l, r).FloatString(max(lDigits, rDigits))
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return appendQuoted(nil, []byte(text)), nil
}

// mostDigits are those behind a decimal point, and of exponents.
const mostDigits = 1000

// decimal reads a number or a text of one, with the number of its digits
// behind the point.
func decimal(v jsonschema.Value) (value *big.Rat, digits int, ok bool) {
	text := string(v.Raw())
	switch v.Kind() {
	case jsonschema.String:
		text = v.Text()
	case jsonschema.Number:
	default:
		return nil, 0, false
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	shift := 0
	if exponent != "" {
		if _, err := fmt.Sscanf(exponent, "%d", &shift); err != nil || shift > mostDigits || shift < -mostDigits {
			return nil, 0, false
		}
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	if strings.Trim(mantissa, "0123456789.+-") != "" || strings.ContainsAny(text, "_/") {
		return nil, 0, false
	}
	value, ok = new(big.Rat).SetString(text)
	return value, max(len(fraction)-shift, 0), ok
}
