package secrets

import (
	"bytes"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// document is a YAML or JSON text with its tree.
type document struct {
	file   string // name for messages
	format Format
	text   []byte
	eol    string // of the first line
	mixed  bool   // lines end in LF and in CRLF
	root   *node
	// comments are those of YAML: from # to the end of the line.
	comments []yamltext.Span
	starts   []int // of lines; see position
	lost     *node // the first whose bytes cannot be told; then nothing can be spliced
}

type kind uint8

const (
	scalar kind = iota
	list
	mapping
	alias
)

// quoting is how a scalar is written.
type quoting uint8

const (
	plain quoting = iota
	single
	double
	literal // a block scalar, | or >
)

// node is a value of a document. Its span is that of the text behind anchor
// and tag; lists and maps in block style have none.
//
// A large text has very many, so the small fields stand together.
type node struct {
	kind      kind
	quote     quoting
	flow      bool // it stands in brackets; in JSON everything does
	anchored  bool
	line, col int
	depth     int // of a block scalar's text in its place, as one would write it
	span      yamltext.Span
	tag       string // of a scalar, short
	value     string // of a scalar
	members   []member
	items     []*node
	target    *node // of an alias
}

type member struct {
	key   *node
	value *node
}

// end gives where the last scalar of a node ends.
func (n *node) end() int {
	switch {
	case n.kind == mapping && !n.flow && len(n.members) > 0:
		last := n.members[len(n.members)-1]
		return max(last.key.span.End, last.value.end())
	case n.kind == list && !n.flow && len(n.items) > 0:
		return n.items[len(n.items)-1].end()
	}
	return n.span.End
}

// member gives the pair of a key of a map.
func (n *node) member(key string) (at int, found bool) {
	for i, m := range n.members {
		if m.key.value == key {
			return i, true
		}
	}
	return 0, false
}

// merges tells whether a node can be the value of a merge key.
func (n *node) merges() bool {
	is := func(n *node) bool { return n.kind == mapping || n.kind == alias && n.target.kind == mapping }
	return is(n) || n.kind == list && !slices.ContainsFunc(n.items, func(item *node) bool { return !is(item) })
}

// inherited gives the keys that merge keys (<<) bring into a map: sops keeps them
// as they are, and who reads the config has them beside the map's own.
func (n *node) inherited() []*node {
	var keys []*node
	seen := map[*node]bool{} // aliases of aliases stand for very many maps
	var add func(from *node)
	add = func(from *node) {
		if from.kind == alias {
			from = from.target
		}
		if seen[from] {
			return
		}
		seen[from] = true
		for _, m := range from.members {
			if from != n {
				keys = append(keys, m.key)
			}
			if m.key.tag == "!!merge" {
				add(m.value)
			}
		}
		for _, item := range from.items {
			add(item)
		}
	}
	add(n)
	return keys
}

// pointer is a place in a tree, from the bottom up.
type pointer struct {
	up  *pointer
	key string
}

func (p *pointer) to(key string) *pointer { return &pointer{p, key} }
func (p *pointer) at(index int) *pointer  { return &pointer{p, strconv.Itoa(index)} }

// String gives the JSON pointer (RFC 6901).
func (p *pointer) String() string {
	if p == nil {
		return ""
	}
	return p.up.String() + "/" + escaper.Replace(p.key)
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// at sets the place of an error to that of a node.
func (d *document) at(n *node, e *fault.Error) *fault.Error { return e.At(d.file, n.line, n.col) }

// bytes gives the text of a span.
func (d *document) bytes(s yamltext.Span) string { return string(d.text[s.Start:s.End]) }

// position gives the 1-based line and column of an offset.
func (d *document) position(offset int) (line, col int) {
	if d.starts == nil {
		d.starts = []int{0}
		for i, c := range d.text {
			if c == '\n' {
				d.starts = append(d.starts, i+1)
			}
		}
	}
	line = sort.SearchInts(d.starts, offset+1)
	start := d.starts[line-1]
	if line == 1 && bytes.HasPrefix(d.text, bom) {
		start = min(len(bom), offset)
	}
	return line, utf8.RuneCount(d.text[start:offset]) + 1
}

// lineEnd gives the offset of the line ending behind an offset.
func (d *document) lineEnd(offset int) int {
	for offset < len(d.text) && d.text[offset] != '\n' {
		offset++
	}
	if offset > 0 && offset < len(d.text) && d.text[offset-1] == '\r' {
		offset--
	}
	return offset
}
