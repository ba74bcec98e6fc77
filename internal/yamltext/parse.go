package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// Doc is a YAML text of one document with its tree.
type Doc struct {
	File string // name for messages
	Text []byte
	Root *yaml.Node // content of the document; nil when it is empty

	lines []int         // offset of the first byte of each line
	marks map[int][]int // by line, the offsets of every stride columns, as far as they were looked for
}

// stride is how many columns of a long line lie between two marks: a text of
// one line would else be read from its beginning for each of its nodes.
const stride = 256

var bom = []byte("\xef\xbb\xbf")

// Parse reads text. Another encoding than UTF-8, merge-conflict markers, several
// documents and line breaks other than LF and CRLF are [fault.Usage] errors with file and line, as is
// what the parser refuses.
func Parse(file string, text []byte) (*Doc, error) {
	d := &Doc{File: file, Text: text, lines: lineStarts(text)}
	if line := conflictMarker(text); line > 0 {
		return nil, fault.Usagef("a merge conflict is not resolved").At(file, line, 1)
	}
	if !utf8.Valid(text) {
		return nil, fault.Usagef("the text is not UTF-8").At(file, 0, 0)
	}
	if i := bytes.IndexAny(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n\n")), "\r\u0085\u2028\u2029"); i >= 0 {
		return nil, fault.Usagef("a line ends in neither LF nor CRLF").At(file, d.lineOf(i), 0)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := decode(dec, &first); {
	case errors.Is(err, io.EOF):
		return d, nil
	case err != nil:
		return nil, d.syntax(err)
	}
	switch err := decode(dec, &second); {
	case err == nil:
		return nil, fault.Usagef("a second document begins here; one is wanted").At(file, second.Line, 0)
	case !errors.Is(err, io.EOF):
		return nil, d.syntax(err)
	}
	d.Root = first.Content[0]
	return d, nil
}

// decode turns the parser's panics, which odd bytes can cause, into errors.
func decode(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return dec.Decode(n)
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func (d *Doc) syntax(err error) error {
	message, line := err.Error(), 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
		if strings.HasPrefix(message, "did not find expected") { // the parser counts these lines from 0
			line++
		}
	}
	return fault.Usagef("%s", strings.TrimPrefix(message, "yaml: ")).At(d.File, line, 0)
}

// conflictMarker gives the line of the first marker that a merge has left, or 0.
func conflictMarker(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")) {
			return n
		}
	}
	return 0
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// lineOf gives the 1-based line that holds the byte at offset.
func (d *Doc) lineOf(offset int) int {
	lo, hi := 0, len(d.lines)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; d.lines[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + 1
}

// Line gives the bytes of a line, its line ending included; one that is not
// there is empty.
func (d *Doc) Line(n int) Span {
	if n < 1 || n > len(d.lines) {
		return Span{}
	}
	return Span{d.lines[n-1], d.lineEnd(n)}
}

// Position gives the 1-based line and column, in characters, of an offset.
func (d *Doc) Position(offset int) (line, col int) {
	line = d.lineOf(offset)
	start := d.lines[line-1]
	if line == 1 && bytes.HasPrefix(d.Text, bom) {
		start = min(len(bom), offset)
	}
	return line, utf8.RuneCount(d.Text[start:offset]) + 1
}

// offset gives the first byte of a node: of its anchor or tag when it has one.
func (d *Doc) offset(n *yaml.Node) int {
	start := d.lines[min(n.Line, len(d.lines))-1]
	if n.Line == 1 && bytes.HasPrefix(d.Text, bom) { // the parser does not count it
		start = len(bom)
	}
	before := n.Column - 1 // columns in front of the node
	if before < stride {
		return d.forward(start, before)
	}
	if d.marks == nil {
		d.marks = map[int][]int{}
	}
	marks := d.marks[n.Line]
	if marks == nil {
		marks = []int{start}
	}
	for len(marks) <= before/stride {
		marks = append(marks, d.forward(marks[len(marks)-1], stride))
	}
	d.marks[n.Line] = marks
	return d.forward(marks[before/stride], before%stride)
}

// forward goes some characters on.
func (d *Doc) forward(at, characters int) int {
	for range characters {
		_, size := utf8.DecodeRune(d.Text[at:])
		at += size
	}
	return at
}

// EOL is the line ending of the text: that of its first line, else LF.
func (d *Doc) EOL() string {
	if i := bytes.IndexByte(d.Text, '\n'); i > 0 && d.Text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// Errorf is a [fault.Usage] error at the place of node n.
func (d *Doc) Errorf(n *yaml.Node, format string, args ...any) *fault.Error {
	return fault.Usagef(format, args...).At(d.File, n.Line, n.Column)
}
