package jsonschema

import (
	"bytes"
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// hugeExponent is the number of digits of an exponent beyond which a number is
// not worked out: 1e999999999 would fill the memory.
const hugeExponent = 4

// rat gives the exact value of a number, or nil when it is too large to work out.
func rat(text []byte) *big.Rat {
	if i := bytes.IndexAny(text, "eE"); i >= 0 && len(bytes.TrimLeft(text[i+1:], "+-0")) > hugeExponent {
		return nil
	}
	r, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return nil
	}
	return r
}

// isInteger tells whether a number has no fraction: 1.0 has none.
func isInteger(text []byte) bool {
	if !bytes.ContainsAny(text, ".eE") {
		return true
	}
	r := rat(text)
	return r != nil && r.IsInt()
}

// compare orders two numbers.
func compare(a, b []byte) int {
	if len(a) < 16 && len(b) < 16 { // exact as float64, but for fractions, whose order is right all the same
		x, errX := strconv.ParseFloat(string(a), 64)
		y, errY := strconv.ParseFloat(string(b), 64)
		if errX == nil && errY == nil && x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	x, y := rat(a), rat(b)
	if x == nil || y == nil {
		fx, _ := strconv.ParseFloat(string(a), 64) // infinite when out of range, which is the right order
		fy, _ := strconv.ParseFloat(string(b), 64)
		return big.NewFloat(fx).Cmp(big.NewFloat(fy))
	}
	return x.Cmp(y)
}

func isMultiple(text, of []byte) bool {
	x, y := rat(text), rat(of)
	if x == nil || y == nil || y.Sign() == 0 {
		return true
	}
	return x.Quo(x, y).IsInt()
}

// canonical spells equal values alike: members sorted, numbers by value.
func canonical(v Value) string {
	var b strings.Builder
	writeCanonical(&b, v)
	return b.String()
}

func writeCanonical(b *strings.Builder, v Value) {
	switch v.Kind() {
	case Number:
		if r := rat(v.Raw()); r != nil {
			b.WriteString(r.RatString())
			return
		}
		b.Write(v.Raw())
	case String:
		b.WriteString(strconv.Quote(v.Text()))
	case Array:
		b.WriteByte('[')
		for item := v.First(); item.Exists(); item = item.Next() {
			writeCanonical(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case Object:
		members := map[string]Value{}
		var keys []string
		for m := v.First(); m.Exists(); m = m.Next() {
			if _, twice := members[string(m.Key())]; !twice {
				keys = append(keys, string(m.Key()))
			}
			members[string(m.Key())] = m
		}
		sort.Strings(keys)
		b.WriteByte('{')
		for _, k := range keys {
			b.WriteString(strconv.Quote(k) + ":")
			writeCanonical(b, members[k])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default:
		b.Write(v.Raw())
	}
}
