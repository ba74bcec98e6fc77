package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// vars are the variables that are known at an instruction; nil is the value of
// one that has some value.
type vars map[string]*string

// get gives a variable. One that the builder sets by itself has some value.
func (v vars) get(name string) (value string, set, known bool) {
	p, set := v[name]
	switch {
	case p != nil:
		return *p, true, true
	case set || automatic(name):
		return "", true, false
	}
	return "", false, true
}

// automatic tells whether BuildKit sets an ARG of that name by itself.
func automatic(name string) bool {
	for _, side := range []string{"TARGET", "BUILD"} {
		switch rest, ok := strings.CutPrefix(name, side); {
		case !ok:
		case rest == "PLATFORM", rest == "OS", rest == "ARCH", rest == "VARIANT", rest == "OSVERSION", rest == "STAGE":
			return true
		}
	}
	return false
}

// expand puts variables into a word, in the forms $X, ${X}, ${X:-word}, ${X-word},
// ${X:+word}, ${X+word} and ${X:?word}, and takes quotes away. ok is false when a
// variable has no value that is known, or is written in another form.
func expand(word string, v vars, escape byte) (text string, ok bool) {
	e := expander{rest: word, vars: v, escape: escape, ok: true}
	text, _ = e.until(0)
	return text, e.ok
}

// expander reads a word from its beginning to its end.
type expander struct {
	rest   string
	vars   vars
	escape byte
	ok     bool
}

// until reads up to an end, which it takes too; 0 is that of the word.
func (e *expander) until(end byte) (text string, found bool) {
	var b strings.Builder
	for e.rest != "" {
		c := e.rest[0]
		if c == end && end != 0 {
			e.rest = e.rest[1:]
			return b.String(), true
		}
		switch c {
		case e.escape:
			_, n := utf8.DecodeRuneInString(e.rest[1:])
			b.WriteString(e.rest[1 : 1+n])
			e.rest = e.rest[1+n:]
		case '\'':
			text, rest, closed := strings.Cut(e.rest[1:], "'")
			b.WriteString(text)
			e.rest, e.ok = rest, e.ok && closed
		case '"':
			e.rest = e.rest[1:]
			b.WriteString(e.quoted())
		case '$':
			b.WriteString(e.variable())
		default:
			b.WriteByte(c)
			e.rest = e.rest[1:]
		}
	}
	return b.String(), end == 0
}

// quoted reads what stands between double quotes, in which little can be escaped.
func (e *expander) quoted() string {
	var b strings.Builder
	for e.rest != "" {
		c := e.rest[0]
		switch {
		case c == '"':
			e.rest = e.rest[1:]
			return b.String()
		case c == '$':
			b.WriteString(e.variable())
			continue
		case c == e.escape && len(e.rest) > 1 && (e.rest[1] == '"' || e.rest[1] == '$' || e.rest[1] == e.escape):
			e.rest = e.rest[1:]
			c = e.rest[0]
		}
		b.WriteByte(c)
		e.rest = e.rest[1:]
	}
	e.ok = false // no builder takes it
	return b.String()
}

// variable reads a variable.
func (e *expander) variable() string {
	e.rest = e.rest[1:]
	braced := strings.HasPrefix(e.rest, "{")
	if braced {
		e.rest = e.rest[1:]
	}
	name := e.name()
	switch {
	case !braced && name == "":
		return "$"
	case braced && !strings.HasPrefix(e.rest, "}"):
		return e.modified(name)
	case braced:
		e.rest = e.rest[1:]
	}
	value, set, known := e.vars.get(name)
	e.ok = e.ok && set && known
	return value
}

// modified reads a variable in braces behind its name: what is written behind
// that says what becomes of it.
func (e *expander) modified(name string) string {
	value, set, known := e.vars.get(name)
	filled := set
	rest, strict := strings.CutPrefix(e.rest, ":")
	if strict {
		filled = value != ""
	}
	kind := byte(0)
	if rest != "" {
		kind, e.rest = rest[0], rest[1:]
	}
	ok := e.ok
	word, closed := e.until('}')
	ok = ok && known && closed && name != ""
	switch {
	case kind == '-' && filled:
		e.ok = ok
		return value
	case kind == '-', kind == '+' && filled:
		e.ok = e.ok && ok
		return word
	case kind == '+':
		e.ok = ok
		return ""
	case kind == '?' && filled:
		e.ok = ok
		return value
	}
	e.ok = false // ${X#pattern} and the like, which only BuildKit knows
	return ""
}

func (e *expander) name() string {
	n := 0
	for n < len(e.rest) {
		r, size := utf8.DecodeRuneInString(e.rest[n:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		n += size
	}
	name := e.rest[:n]
	e.rest = e.rest[n:]
	return name
}
