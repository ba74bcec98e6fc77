package migrate

import "strings"

// read reads one word. Where a quote or an expansion is not closed the rest of
// the text is not understood.
func (s *shell) read() word {
	w := word{start: s.i}
	var value strings.Builder
	for s.i < s.to && !s.broken {
		c := s.text[s.i]
		if c == '(' && s.i > w.start && s.text[s.i-1] == '=' { // an array
			w.dynamic = true
			value.WriteString(s.brackets(s.i))
			continue
		}
		if strings.IndexByte(" \t\r\n|&;()<>", c) >= 0 {
			break
		}
		switch c {
		case '\'':
			value.WriteString(s.single())
		case '"':
			text, dynamic := s.double()
			value.WriteString(text)
			w.dynamic = w.dynamic || dynamic
		case '\\':
			if s.next() == '\n' {
				s.mark(manyLines)
			} else if s.i+1 < s.to {
				value.WriteByte(s.text[s.i+1])
			}
			s.i += 2
		case '$', '`':
			w.dynamic = true
			if c == '$' && s.next() == '\'' {
				s.i++
				value.WriteString(s.escaped('\''))
			} else {
				value.WriteString(s.expansion())
			}
		default:
			if strings.IndexByte("*?[{~", c) >= 0 {
				w.dynamic = true
			}
			value.WriteByte(c)
			s.i++
		}
	}
	s.i = min(s.i, s.to)
	w.end, w.value = s.i, value.String()
	return w
}

// single reads a text in single quotes.
func (s *shell) single() string {
	start := s.i + 1
	for s.i++; s.i < s.to && s.text[s.i] != '\''; s.i++ {
		if s.text[s.i] == '\n' {
			s.mark(manyLines)
		}
	}
	if s.i >= s.to {
		s.broken = true
		return ""
	}
	s.i++
	return string(s.text[start : s.i-1])
}

// double reads a text in double quotes.
func (s *shell) double() (value string, dynamic bool) {
	var b strings.Builder
	for s.i++; s.i < s.to; {
		switch c := s.text[s.i]; c {
		case '"':
			s.i++
			return b.String(), dynamic
		case '\\':
			if n := s.next(); n != 0 && strings.IndexByte("\"\\$`", n) < 0 {
				b.WriteByte('\\')
			}
			if s.i+1 < s.to {
				b.WriteByte(s.text[s.i+1])
			}
			s.i += 2
		case '$', '`':
			dynamic = true
			b.WriteString(s.expansion())
		default:
			if c == '\n' {
				s.mark(manyLines)
			}
			b.WriteByte(c)
			s.i++
		}
	}
	s.broken = true
	return "", true
}

// expansion passes over $NAME, ${…}, $(…), ${{ … }} and `…`, and remembers the
// commands in it.
func (s *shell) expansion() string {
	start := s.i
	s.within++
	text := s.expanded(start)
	s.within--
	switch {
	case s.within > 0 || s.broken:
	case text[0] == '`':
		s.inner = append(s.inner, span{start + len("`"), s.i - 1})
	case strings.HasPrefix(text, "$(") && text[2] != '(':
		s.inner = append(s.inner, span{start + len("$("), s.i - 1})
	}
	return text
}

func (s *shell) expanded(start int) string {
	if s.text[start] == '`' {
		return s.escaped('`')
	}
	s.i++
	if s.i >= s.to || s.text[s.i] != '(' && s.text[s.i] != '{' {
		return s.since(start)
	}
	return s.brackets(start)
}

// escaped passes over a part that ends in a sign, of which there may be others
// in it behind a backslash.
func (s *shell) escaped(end byte) string {
	start := s.i
	for s.i++; s.i < s.to && s.text[s.i] != end; s.i++ {
		switch s.text[s.i] {
		case '\\':
			s.i++
		case '\n':
			s.mark(manyLines)
		}
	}
	s.broken = s.i >= s.to
	s.i++
	return s.since(start)
}

// brackets passes over a part in brackets, to the one that closes the first.
func (s *shell) brackets(start int) string {
	for depth := 0; s.i < s.to && !s.broken; {
		switch s.text[s.i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case '\n':
			s.mark(manyLines)
		case '\\':
			s.i++
		case '\'':
			s.single()
			continue
		case '"':
			s.double()
			continue
		}
		s.i++
		if depth == 0 {
			return s.since(start)
		}
	}
	s.broken = true
	return ""
}

func (s *shell) since(start int) string {
	s.i = min(s.i, s.to)
	return string(s.text[start:s.i])
}
