package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
