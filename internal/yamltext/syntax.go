package yamltext

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

var (
	yamlLine = pattern.Lazy(`^(?:yaml: )?(?:line (\d+): )?`)
	// The parser counts the lines of these from 0, those of its scanner from 1.
	fromZero = pattern.Lazy(`^did not find expected (?:key|node content|',' or '[\]}]'|'-' indicator|<document start>|<stream-start>)`)
	noAnchor = pattern.Lazy(`^unknown anchor '([^']+)' referenced`)
)

// syntax puts the line, which the parser says in its message alone, into the
// error. It says none for the first line, for an unknown anchor and for a
// character that it does not read.
func (d *Doc) syntax(err error) error {
	if slip := FalseStart(d.File, d.Text); slip != nil {
		return slip
	}
	m := yamlLine().FindStringSubmatch(err.Error())
	message := err.Error()[len(m[0]):]
	line, _ := strconv.Atoi(m[1])
	switch anchor := noAnchor().FindStringSubmatch(message); {
	case line > 0 && fromZero().MatchString(message):
		line++
	case line > 0:
	case anchor != nil:
		line = d.onlyLine("*" + anchor[1])
	case strings.Contains(message, "control characters"):
		line = d.lineOf(bytes.IndexFunc(d.Text, control))
	default:
		line = 1
	}
	return fault.Usagef("%s", message).At(d.File, line, 0)
}

// FalseStart is the error of a text that begins with -- for ---, or nil: many a
// test.flow.yaml was copied from a README with that slip.
func FalseStart(file string, text []byte) error {
	first, _, _ := bytes.Cut(bytes.TrimPrefix(text, bom), []byte("\n"))
	if string(bytes.TrimSpace(first)) != "--" {
		return nil
	}
	return fault.Usagef(`"--" begins no document`).At(file, 1, 1).WithHint(`delete the line, or make it "---"`)
}

// onlyLine is the line that holds word, and 0 when none does or several do.
func (d *Doc) onlyLine(word string) int {
	if i := bytes.Index(d.Text, []byte(word)); i >= 0 && bytes.Count(d.Text, []byte(word)) == 1 {
		return d.lineOf(i)
	}
	return 0
}

// control tells what YAML's reader does not let in; U+FEFF may stand at the beginning alone.
func control(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
