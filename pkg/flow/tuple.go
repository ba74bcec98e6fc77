package flow

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"strconv"

	"github.com/connkit/connkit/internal/jsonschema"
)

// PackTuple writes values in FoundationDB's tuple encoding, whose bytes sort as
// the values do: the form in which Go connectors take keys and values. A value
// that is none is null; objects and arrays are packed as their JSON text.
func PackTuple(values []jsonschema.Value) []byte {
	var b []byte
	for _, v := range values {
		b = packValue(b, v)
	}
	return b
}

const (
	codeNull, codeBytes, codeString = 0x00, 0x01, 0x02
	codeZero, codeDouble            = 0x14, 0x21
	codeFalse, codeTrue             = 0x26, 0x27
)

func packValue(b []byte, v jsonschema.Value) []byte {
	if !v.Exists() {
		return append(b, codeNull)
	}
	switch v.Kind() {
	case jsonschema.Null:
		return append(b, codeNull)
	case jsonschema.Bool:
		if v.True() {
			return append(b, codeTrue)
		}
		return append(b, codeFalse)
	case jsonschema.String:
		return packText(append(b, codeString), []byte(v.Text()))
	case jsonschema.Number:
		return packNumber(b, string(v.Raw()))
	default:
		var text bytes.Buffer
		if json.Compact(&text, v.Raw()) != nil {
			text.Write(v.Raw()) // it was parsed before
		}
		return packText(append(b, codeBytes), text.Bytes())
	}
}

func packText(b, text []byte) []byte {
	for _, c := range text {
		if b = append(b, c); c == 0 {
			b = append(b, 0xff)
		}
	}
	return append(b, 0)
}

// leastInteger is the least whole number that Flow holds as such.
var leastInteger = big.NewInt(math.MinInt64)

// packNumber packs integers by their size, up to 8 bytes, and all else as doubles.
func packNumber(b []byte, text string) []byte {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || n.BitLen() > 64 || n.Cmp(leastInteger) < 0 {
		f, _ := strconv.ParseFloat(text, 64) // infinite when out of range
		bits := math.Float64bits(f)
		if bits>>63 == 1 {
			bits = ^bits
		} else {
			bits |= 1 << 63
		}
		return binary.BigEndian.AppendUint64(append(b, codeDouble), bits)
	}
	magnitude := new(big.Int).Abs(n).Bytes()
	size := byte(len(magnitude)) //nolint:gosec // 8 at most
	if n.Sign() < 0 {
		b = append(b, codeZero-size)
		for _, c := range magnitude {
			b = append(b, ^c)
		}
		return b
	}
	return append(append(b, codeZero+size), magnitude...)
}
