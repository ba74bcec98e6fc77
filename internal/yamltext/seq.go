package yamltext

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Splice replaces the bytes of a span by a text.
type Splice struct {
	Span
	Text string
}

// Apply carries out splices; of two at one place the first comes first. They do
// not overlap but for a line that is taken away up to the end of a text without
// a last line ending: it takes the ending of the line before, and when that
// line goes too, that of the one before that.
func Apply(text []byte, splices []Splice) []byte {
	var b bytes.Buffer
	done := 0
	for _, s := range sorted(splices) {
		if s.Start < done {
			b.Truncate(max(b.Len()-(done-s.Start), 0))
		} else {
			b.Write(text[done:s.Start])
		}
		b.WriteString(s.Text)
		done = max(done, s.End)
	}
	b.Write(text[done:])
	return b.Bytes()
}

func sorted(splices []Splice) []Splice {
	list := slices.Clone(splices)
	slices.SortStableFunc(list, func(a, b Splice) int { return a.Start - b.Start })
	return list
}

// Seq knows where the items of a list stand.
type Seq struct {
	Block bool   // one dash an item; else in brackets
	Items []Span // a block item begins at its dash

	doc  *Doc
	flow brackets
}

// errShape says that an edit has no safe way; callers show what to paste.
var errShape = errors.New("the list is written in a way that cannot be edited safely")

// Seq finds the items of a list. A list that is written in a way that cannot
// be followed is an error.
func (d *Doc) Seq(n *yaml.Node) (*Seq, error) {
	if n.Style&yaml.FlowStyle == 0 {
		items, err := d.dashes(n)
		return &Seq{Block: true, Items: items, doc: d}, err
	}
	b, err := d.brackets(n)
	return b.seq(d), err
}

// Insert makes the splices that put an item before item at, or behind the last
// one. lines are the item's: those of a block list begin with its dash, a list
// in brackets takes one.
func (s *Seq) Insert(at int, lines ...string) ([]Splice, error) {
	if s.Block {
		return s.insertLines(at, lines)
	}
	return s.flow.insert(at, lines[0])
}

// Remove makes the splices that take item at away: what [Seq.Insert] has put
// there leaves no trace. A block list cannot lose its last item.
func (s *Seq) Remove(at int) ([]Splice, error) {
	if s.Block {
		return s.removeLines(at)
	}
	return s.flow.remove(at)
}

// dashes gives the items of a block list.
func (d *Doc) dashes(n *yaml.Node) ([]Span, error) {
	i := d.skip(d.body(n))
	var items []Span
	for _, item := range n.Content {
		if i >= len(d.Text) || d.Text[i] != '-' {
			return nil, d.lost(n)
		}
		end, err := d.endOf(item)
		if err != nil {
			return nil, err
		}
		items = append(items, Span{i, end})
		i = d.skip(end)
	}
	return items, nil
}

// indent gives the blanks before an offset on its line, and false when there is something else.
func (d *Doc) indent(offset int) (string, bool) {
	before := string(d.Text[d.lines[d.lineOf(offset)-1]:offset])
	for _, c := range before {
		if c != ' ' {
			return "", false
		}
	}
	return before, true
}

// lineAfter gives where the line that offset stands on ends, and false when
// more than a comment follows on it.
func (d *Doc) lineAfter(offset int) (int, bool) {
	end := d.lineEnd(d.lineOf(offset))
	rest := bytes.TrimSpace(d.Text[offset:end])
	return end, len(rest) == 0 || rest[0] == '#'
}

// newline is the line ending to use at an offset: that of the line before it.
func (d *Doc) newline(offset int) string {
	switch {
	case offset > 1 && d.Text[offset-1] == '\n' && d.Text[offset-2] == '\r':
		return "\r\n"
	case offset > 0 && d.Text[offset-1] == '\n':
		return "\n"
	}
	return d.EOL()
}

func (s *Seq) insertLines(at int, lines []string) ([]Splice, error) {
	indent, ok := s.doc.indent(s.Items[0].Start)
	if !ok {
		return nil, errShape
	}
	where := s.Items[0].Start - len(indent)
	if at > 0 {
		if where, ok = s.doc.lineAfter(s.Items[at-1].End); !ok {
			return nil, errShape
		}
		where = s.doc.afterNotes(where, len(indent))
	}
	return s.doc.InsertLines(where, indent, lines), nil
}

// afterNotes gives where the comments end that stand below an item on lines of
// their own and deeper than its dash: they are about the item.
func (d *Doc) afterNotes(where, indent int) int {
	for where < len(d.Text) && d.Text[where-1] == '\n' {
		end := d.lineEnd(d.lineOf(where))
		line := bytes.TrimLeft(d.Text[where:end], " ")
		if len(line) == 0 || line[0] != '#' || end-where-len(line) <= indent {
			break
		}
		where = end
	}
	return where
}

// InsertLines makes the splice that puts indented lines at where, which is the
// begin of a line or the end of the text.
func (d *Doc) InsertLines(where int, indent string, lines []string) []Splice {
	eol := d.newline(where)
	var b bytes.Buffer
	for _, line := range lines {
		if line != "" {
			b.WriteString(indent + line)
		}
		b.WriteString(eol)
	}
	text := b.String()
	if where > 0 && d.Text[where-1] != '\n' { // the last line has no ending, nor will it then
		text = eol + text[:len(text)-len(eol)]
	}
	return []Splice{{Span{where, where}, text}}
}

// InsertAfter makes the splice that puts lines behind the last pair of a block
// map, as deep as its keys.
func (d *Doc) InsertAfter(n *yaml.Node, lines []string) ([]Splice, error) {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
		return nil, errShape
	}
	end, err := d.endOf(n)
	if err != nil {
		return nil, err
	}
	indent, alone := d.indent(d.offset(n.Content[0]))
	where, free := d.lineAfter(end)
	if !alone || !free {
		return nil, errShape
	}
	return d.InsertLines(where, indent, lines), nil
}

// InsertPair makes the splice that puts "key: value" behind the last pair of a map.
func (d *Doc) InsertPair(n *yaml.Node, pair string) ([]Splice, error) {
	if n.Style&yaml.FlowStyle == 0 {
		end, err := d.endOf(n)
		if err != nil {
			return nil, err
		}
		where, free := d.lineAfter(end)
		if !free {
			return nil, errShape
		}
		_, col := d.Position(d.offset(n.Content[0]))
		return d.InsertLines(where, strings.Repeat(" ", col-1), []string{pair}), nil
	}
	b, err := d.brackets(n)
	if err != nil {
		return nil, err
	}
	return b.insert(len(b.items), pair)
}

func (s *Seq) removeLines(at int) ([]Splice, error) {
	if len(s.Items) == 1 {
		return nil, errShape
	}
	return s.doc.RemoveLines(s.Items[at])
}

// RemoveLines makes the splice that takes away the lines of a span, which must
// have them for itself, comments behind it apart.
func (d *Doc) RemoveLines(s Span) ([]Splice, error) {
	indent, alone := d.indent(s.Start)
	end, free := d.lineAfter(s.End)
	if !alone || !free {
		return nil, errShape
	}
	start := s.Start - len(indent)
	if end == len(d.Text) && start > 0 && d.Text[end-1] != '\n' {
		start -= len(d.newline(start))
	}
	return []Splice{{Span{start, end}, ""}}, nil
}
