package yamltext

import (
	"bytes"
	"errors"

	"gopkg.in/yaml.v3"
)

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

// Remove makes the splices that take items away: what [Seq.Insert] has put
// there leaves no trace. A block list cannot lose all of its items.
func (s *Seq) Remove(at ...int) ([]Splice, error) {
	if s.Block && len(at) == len(s.Items) {
		return nil, errShape
	}
	remove := s.removeLines
	if !s.Block {
		flow, joined := s.flow.joined(at)
		at, remove = joined, flow.remove
	}
	var all []Splice
	for _, i := range at {
		splices, err := remove(i)
		if err != nil {
			return nil, err
		}
		all = append(all, splices...)
	}
	return all, nil
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
