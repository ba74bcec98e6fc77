package endpoint

import (
	"bytes"
	"strings"

	"github.com/connkit/connkit/internal/yamltext"
)

// What stands before the lines that are not in use, and before the line that
// tells which one was put in. They follow the indentation, so that the lines
// stay where they were.
const (
	aside    = "|"
	verbatim = ":" // after the mark of a line that stands less deep than the others
	putIn    = "#connkit use put in: "
)

func mark(side string) string { return "#" + side + aside }

// onLines switches an endpoint that stands on lines of its own: the lines of the
// old kind become comments, those of the new one lines.
func (s *spot) onLines(o Options) (text []byte, put bool, err error) {
	rename, err := s.renamed(o.To)
	if err != nil {
		return nil, false, err
	}
	e := lines{s: s, o: o, indent: strings.Repeat(" ", s.value.Content[0].Column-1)}
	if err := e.find(); err != nil {
		return nil, false, err
	}
	if e.first == 0 || e.first <= s.key.Line {
		return nil, false, refuse(s.doc.File, s.key.Line, o)
	}
	text = yamltext.Apply(s.doc.Text, []yamltext.Splice{rename})
	text, put = e.apply(bytes.SplitAfter(text, []byte("\n")))
	return text, put, nil
}

// lines is an edit of whole lines, which count from 1.
type lines struct {
	s      *spot
	o      Options
	indent string
	first  int          // of the endpoint's map
	own    map[int]bool // lines of the old kind
	last   int          // line that a comment of the endpoint can stand on
	put    string       // line that an earlier switch has put in, without indentation
}

// find tells which lines are the old kind's: those of all keys but config.
func (e *lines) find() error {
	v, doc := e.s.value, e.s.doc
	e.first, e.own = v.Content[0].Line, map[int]bool{}
	end := e.first
	for i := 0; i < len(v.Content); i += 2 {
		span, err := doc.Span(v.Content[i+1])
		if err != nil {
			return err
		}
		last, _ := doc.Position(span.End)
		end = max(end, last)
		if v.Content[i].Value == "config" {
			continue
		}
		for n := v.Content[i].Line; n <= last; n++ {
			e.own[n] = true
		}
	}
	e.last = end
	return nil
}

// apply makes the new text out of the lines. put tells that there were none of
// the new kind.
func (e *lines) apply(all [][]byte) (text []byte, put bool) {
	e.extend(all)
	var kept [][]byte
	restored := false
	for n := e.s.key.Line + 1; n <= e.last; n++ {
		line := all[n-1]
		own := e.own[n]
		switch back, is := restore(line, mark(e.o.To)); {
		case own && e.isPut(line):
		case own:
			kept = append(kept, hide(line, e.indent, mark(e.s.side)))
		case is:
			restored = true
			kept = append(kept, back)
		case e.isHeader(line):
		default:
			kept = append(kept, line)
		}
	}
	out := append([][]byte{}, all[:e.s.key.Line]...)
	if !restored {
		eol, line := e.s.doc.EOL(), newPair(e.o)
		out = append(out, []byte(e.indent+putIn+line+eol), []byte(e.indent+line+eol))
	}
	out = append(out, kept...)
	return bytes.Join(append(out, all[e.last:]...), nil), !restored
}

// extend takes in the comments behind the endpoint's last key, among which lines
// of the other kind may be, and reads what an earlier switch has put in.
func (e *lines) extend(all [][]byte) {
	for n := e.last + 1; n <= len(all); n++ {
		trimmed := bytes.TrimSpace(all[n-1])
		if len(trimmed) > 0 && trimmed[0] != '#' {
			break
		}
		if bytes.HasPrefix(trimmed, []byte(mark(e.o.To))) {
			e.last = n
		}
	}
	for n := e.s.key.Line + 1; n <= e.last; n++ {
		if line, ok := strings.CutPrefix(strings.TrimSpace(string(all[n-1])), putIn); ok && !e.own[n] {
			e.put = line
		}
	}
}

func (e *lines) isPut(line []byte) bool {
	return e.put != "" && strings.TrimSpace(string(line)) == e.put
}

func (e *lines) isHeader(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(line), []byte(putIn))
}

// hide makes a comment of a line.
func hide(line []byte, indent, mark string) []byte {
	if rest, ok := bytes.CutPrefix(line, []byte(indent)); ok && len(bytes.TrimSpace(line)) > 0 {
		return []byte(indent + mark + " " + string(rest))
	}
	return []byte(indent + mark + verbatim + string(line))
}

// restore makes the line of a comment again.
func restore(line []byte, mark string) ([]byte, bool) {
	trimmed := bytes.TrimLeft(line, " ")
	rest, ok := bytes.CutPrefix(trimmed, []byte(mark))
	if !ok {
		return nil, false
	}
	if whole, ok := bytes.CutPrefix(rest, []byte(verbatim)); ok {
		return whole, true
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(" ")); !ok {
		return nil, false // somebody's own comment
	}
	return append(bytes.Clone(line[:len(line)-len(trimmed)]), rest...), true
}
