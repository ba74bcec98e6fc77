package dockerfile

import "strings"

// expand puts variables into a word, in the forms $X, ${X}, ${X:-word}, ${X-word},
// ${X:+word} and ${X+word}, and takes quotes away. ok is false when a variable
// has no value or is written in another form.
func expand(word string, vars map[string]string) (text string, ok bool) {
	var b strings.Builder
	ok = true
	var quote byte
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(word):
			i++
			b.WriteByte(word[i])
		case (c == '"' || c == '\'') && (quote == 0 || quote == c):
			quote ^= c
		case c == '$' && quote != '\'':
			value, length, known := variable(word[i:], vars)
			ok = ok && known
			b.WriteString(value)
			i += length - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ok
}

// variable expands the variable at the beginning of s; length is that of its text.
func variable(s string, vars map[string]string) (value string, length int, ok bool) {
	if !strings.HasPrefix(s, "${") {
		n := 1
		for n < len(s) && isName(s[n]) {
			n++
		}
		value, ok = vars[s[1:n]]
		return value, n, ok && n > 1
	}
	end := closing(s)
	if end < 0 {
		return "", len(s), false
	}
	inner := s[2:end]
	n := 0
	for n < len(inner) && isName(inner[n]) {
		n++
	}
	value, set := vars[inner[:n]]
	rest := inner[n:]
	strict := strings.HasPrefix(rest, ":")
	filled := set && (!strict || value != "")
	rest = strings.TrimPrefix(rest, ":")
	switch {
	case rest == "" && !strict:
		return value, end + 1, set
	case strings.HasPrefix(rest, "-"):
		if filled {
			return value, end + 1, true
		}
	case strings.HasPrefix(rest, "+"):
		if !filled {
			return "", end + 1, true
		}
	default: // ${X#pattern} and the like, which only BuildKit knows
		return "", end + 1, false
	}
	value, ok = expand(rest[1:], vars)
	return value, end + 1, ok
}

// closing gives the place of the brace that ends the one at s[1], or -1.
func closing(s string) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
