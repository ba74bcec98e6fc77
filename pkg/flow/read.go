package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// readDocument reads the text of a YAML or JSON file, which is one document; an
// empty one is nil. What is wrong is a [fault.Usage] error with its line.
func readDocument(file string, text []byte) (*yaml.Node, error) {
	var doc, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(yamlOf(text)))
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil //nolint:nilnil // an empty file is no mistake everywhere
		}
		return nil, fileSyntax(file, text, err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fault.Usagef("a second document begins here, and one is wanted").At(file, second.Line, second.Column)
	case !errors.Is(err, io.EOF):
		return nil, fileSyntax(file, text, err)
	}
	return doc.Content[0], nil
}

// yamlOf writes JSON as readers of YAML take it, line by line: they want blanks
// for tabs, know neither \/ nor surrogate pairs, and fold or refuse some characters. Any
// other text stays as it is.
func yamlOf(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !json.Valid(text) {
		return text
	}
	out, inText := make([]byte, 0, len(text)), false
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '\\':
			n = len(escapeOf(text[i:]))
			out = appendEscape(out, escapeOf(text[i:]))
		case r == '\t' && !inText:
			out = append(out, ' ')
		case inText && (0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, text[i:i+n]...)
		}
		if r == '"' {
			inText = !inText
		}
		i += n
	}
	return out
}

// escapeOf gives the escape that a valid text begins with: both halves of a surrogate pair.
func escapeOf(text []byte) []byte {
	const half = len(`\ud83d`)
	switch {
	case text[1] != 'u':
		return text[:2]
	case utf16.IsSurrogate(hex(text)) && bytes.HasPrefix(text[half:], []byte(`\u`)) && utf16.DecodeRune(hex(text), hex(text[half:])) != utf8.RuneError:
		return text[:2*half]
	}
	return text[:half]
}

func appendEscape(out, escape []byte) []byte {
	switch {
	case escape[1] == '/':
		return append(out, '/')
	case escape[1] != 'u' || !utf16.IsSurrogate(hex(escape)):
		return append(out, escape...)
	case len(escape) == len(`\ud83d`): // a half alone is no character
		return append(out, `\ufffd`...)
	}
	return fmt.Appendf(out, `\U%08x`, utf16.DecodeRune(hex(escape), hex(escape[len(escape)/2:])))
}

// hex reads the four digits of \u00e9.
func hex(escape []byte) rune {
	n, _ := strconv.ParseUint(string(escape[2:6]), 16, 16) // it was parsed before
	return rune(n)
}
