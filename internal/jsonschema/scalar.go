package jsonschema

import (
	"strings"
	"unicode/utf8"
)

func typeOf(v Value) typeSet {
	switch v.Kind() {
	case Null:
		return tNull
	case Bool:
		return tBool
	case String:
		return tString
	case Array:
		return tArray
	case Object:
		return tObject
	}
	if isInteger(v.Raw()) {
		return tInteger | tNumber
	}
	return tNumber
}

func (c *check) types(s *schema, v Value) bool {
	if s.types == 0 || s.types&typeOf(v) != 0 {
		return true
	}
	return c.fail(s, "type", kindWord(v), "%s", s.types)
}

func (c *check) text(s *schema, v Value) bool {
	ok := true
	if s.minLength.set || s.maxLength.set {
		n := utf8.RuneCountInString(v.Text())
		if s.minLength.set && n < s.minLength.n {
			ok = c.fail(s, "minLength", excerpt(v), "at least %d characters", s.minLength.n)
		}
		if s.maxLength.set && n > s.maxLength.n {
			ok = c.fail(s, "maxLength", excerpt(v), "at most %d characters", s.maxLength.n)
		}
	}
	if s.pattern != nil && !s.pattern.MatchString(v.Text()) {
		ok = c.fail(s, "pattern", excerpt(v), "a text like %s", s.pattern)
	}
	if s.format != "" {
		if is, known := formats[s.format]; known && !is(v.Text()) {
			ok = c.fail(s, "format", excerpt(v), "the format %s", s.format)
		}
	}
	return ok
}

func (c *check) number(s *schema, v Value) bool {
	ok := true
	for _, b := range s.numbers {
		order := compare(v.Raw(), b.text)
		if order == b.sign || order == 0 && b.strict {
			word := map[int]string{-1: "at least", 1: "at most"}[b.sign]
			if b.strict {
				word = map[int]string{-1: "more than", 1: "less than"}[b.sign]
			}
			ok = c.fail(s, b.keyword, excerpt(v), "%s %s", word, b.text)
		}
	}
	if s.multipleOf != nil && !isMultiple(v.Raw(), s.multipleOf) {
		ok = c.fail(s, "multipleOf", excerpt(v), "a multiple of %s", s.multipleOf)
	}
	return ok
}

// kindWord names a value's kind with the value, where it is a small one.
func kindWord(v Value) string {
	switch v.Kind() {
	case Null:
		return "null"
	case Array:
		return "an array"
	case Object:
		return "an object"
	case String:
		return "string " + excerpt(v)
	case Bool:
		return "boolean " + excerpt(v)
	}
	return "number " + excerpt(v)
}

func excerpt(v Value) string {
	const most = 40
	text := strings.ToValidUTF8(string(v.Raw()), "?")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
