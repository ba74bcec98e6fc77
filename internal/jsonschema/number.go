package jsonschema

import (
	"bytes"
	"cmp"
	"math/big"
	"strconv"
	"strings"
)

// decimal is the exact value of a number: 0.digits times ten to the exponent.
// The digits neither begin nor end with a zero; of zero there are none. It
// takes as much memory as the text, whatever the exponent: 1e999999999 too.
type decimal struct {
	negative bool
	digits   []byte
	exponent int64
}

// farExponent is where an exponent is cut: no two numbers that differ beyond
// it are told apart.
const farExponent = 1 << 60

func decimalOf(text []byte) decimal {
	d := decimal{negative: text[0] == '-'}
	mantissa := bytes.TrimPrefix(text, []byte("-"))
	if i := bytes.IndexAny(mantissa, "eE"); i >= 0 {
		n, _ := strconv.ParseInt(string(mantissa[i+1:]), 10, 64) // the greatest or least there is when out of range
		d.exponent, mantissa = min(max(n, -farExponent), farExponent), mantissa[:i]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	d.digits = append(append(make([]byte, 0, len(mantissa)), whole...), fraction...)
	d.exponent += int64(len(whole))
	significant := bytes.TrimLeft(d.digits, "0")
	d.exponent -= int64(len(d.digits) - len(significant))
	if d.digits = bytes.TrimRight(significant, "0"); len(d.digits) == 0 {
		return decimal{}
	}
	return d
}

// isInteger tells whether a number has no fraction: 1.0 has none.
func isInteger(text []byte) bool {
	if !bytes.ContainsAny(text, ".eE") {
		return true
	}
	d := decimalOf(text)
	return int64(len(d.digits)) <= d.exponent || len(d.digits) == 0
}

// compare orders two numbers.
func compare(a, b []byte) int {
	if len(a) < 16 && len(b) < 16 { // exact as float64, but for fractions, whose order is right all the same
		x, errX := strconv.ParseFloat(string(a), 64)
		y, errY := strconv.ParseFloat(string(b), 64)
		if errX == nil && errY == nil && x != y {
			return cmp.Compare(x, y)
		}
	}
	return decimalOf(a).compare(decimalOf(b))
}

func (d decimal) sign() int {
	switch {
	case len(d.digits) == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() || d.sign() == 0 {
		return cmp.Compare(d.sign(), e.sign())
	}
	return d.sign() * cmp.Or(cmp.Compare(d.exponent, e.exponent), bytes.Compare(d.digits, e.digits))
}

// isMultiple tells whether a number is another, above 0, some times over.
func isMultiple(text, of []byte) bool {
	d, e := decimalOf(text), decimalOf(of)
	if len(d.digits) == 0 {
		return true
	}
	shift := d.exponent - int64(len(d.digits)) - e.exponent + int64(len(e.digits))
	if shift < 0 {
		return false // the last digit of the one is no zero, and stands behind that of the other
	}
	x, y := new(big.Int), new(big.Int)
	x.SetString(string(d.digits), 10)
	y.SetString(string(e.digits), 10)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), y) //nolint:mnd // of decimals
	return x.Mul(x, power).Mod(x, y).Sign() == 0
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
		d := decimalOf(v.Raw())
		if d.negative {
			b.WriteByte('-')
		}
		b.Write(d.digits)
		b.WriteString("e" + strconv.FormatInt(d.exponent, 10))
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
		b.WriteByte('{')
		for _, m := range Members(v) {
			b.WriteString(strconv.Quote(string(m.Key())) + ":")
			writeCanonical(b, m)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default:
		b.Write(v.Raw())
	}
}
