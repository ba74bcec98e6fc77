package license

import (
	"slices"
	"strings"
	"unicode"
)

// pyToken is a word, a string or a sign of Python source, without comments.
type pyToken struct {
	text string
	str  bool // a string; text is its value, as far as its escapes matter here
}

// pyTokens splits Python source into tokens, line breaks left out.
func pyTokens(src string) []pyToken {
	var out []pyToken
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '#':
			n := strings.IndexByte(src[i:], '\n')
			if n < 0 {
				return out
			}
			i += n
		case c == '"' || c == '\'':
			value, n := pyString(src[i:])
			if k := len(out) - 1; k >= 0 && stringPrefix(out[k]) {
				out = out[:k]
			}
			if k := len(out) - 1; k >= 0 && out[k].str { // strings side by side are one
				out[k].text += value
			} else {
				out = append(out, pyToken{value, true})
			}
			i += n
		case c == '_' || c >= 0x80 || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)):
			n := i
			for n < len(src) && (src[n] == '_' || src[n] >= 0x80 || unicode.IsLetter(rune(src[n])) || unicode.IsDigit(rune(src[n]))) {
				n++
			}
			out = append(out, pyToken{src[i:n], false})
			i = n
		case c > ' ' && c != '\\':
			out = append(out, pyToken{string(c), false})
			i++
		default:
			i++
		}
	}
	return out
}

func stringPrefix(t pyToken) bool {
	return !t.str && len(t.text) <= 2 && strings.Trim(strings.ToLower(t.text), "rbuf") == ""
}

// pyString reads the string at the beginning of src; n is its length there.
func pyString(src string) (value string, n int) {
	quote := src[:1]
	if strings.HasPrefix(src, quote+quote+quote) {
		quote = src[:3]
	}
	var b strings.Builder
	for i := len(quote); i < len(src); i++ {
		switch {
		case strings.HasPrefix(src[i:], quote):
			return b.String(), i + len(quote)
		case src[i] == '\\' && i+1 < len(src):
			i++
			if src[i] != '\n' {
				b.WriteByte(src[i])
			}
		case src[i] == '\n' && len(quote) == 1: // not closed
			return b.String(), i
		default:
			b.WriteByte(src[i])
		}
	}
	return b.String(), len(src)
}

// goesOn tells whether what follows a value makes another one of it.
func goesOn(next []pyToken) bool {
	return len(next) > 0 && !next[0].str && slices.Contains([]string{"+", "%", ".", "*", "[", "(", "if", "or", "and"}, next[0].text)
}

// fromSetupPy reads what setup.py writes out; nothing of it is run.
func fromSetupPy(text []byte) ([]said, error) {
	toks := pyTokens(string(text))
	values := map[string]string{} // NAME = "text"
	var all []said
	var files []said
	for i, t := range toks {
		if t.str {
			all = append(all, classifier(t.text)...)
			continue
		}
		if i+2 >= len(toks) || toks[i+1].text != "=" || toks[i+1].str {
			continue
		}
		v := toks[i+2]
		value, known := v.text, v.str
		if !v.str {
			value, known = values[v.text]
		}
		if !known || goesOn(toks[i+3:]) || strings.ContainsAny(value, "{}") {
			delete(values, t.text)
			continue // what becomes of the text is not written out
		}
		switch t.text {
		case "license":
			all = append(all, licenseField(value)...)
		case "license_file", "license_files":
			f := pointing(t.text+" = "+value, value)
			f.part = t.text == "license_files"
			files = append(files, f)
		default:
			values[t.text] = value
		}
	}
	if len(all) == 0 {
		return files, nil
	}
	return all, nil
}
