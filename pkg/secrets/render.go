package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
)

// written is a value as it stands in a text. A block scalar has a part that
// stands in its place and one that stands below the line.
type written struct{ inline, below string }

func (w written) String() string { return w.inline + w.below }

// splitBlock splits the text of a value into the part in its place and the part below.
func splitBlock(source string) written {
	if !strings.HasPrefix(source, "|") && !strings.HasPrefix(source, ">") {
		return written{inline: source}
	}
	at := strings.IndexByte(source, '\n')
	if at < 0 {
		return written{inline: source}
	}
	if at > 0 && source[at-1] == '\r' {
		at--
	}
	return written{source[:at], source[at:]}
}

// render writes a value where n stands, with the quotes that n has. The same
// value in the same place gives the same text, so that what render would write
// needs no note in the layout.
func (d *document) render(v any, n *node) written {
	s, text := v.(string)
	switch {
	case !text:
		return written{inline: scalarText(d.format, v)}
	case d.format == JSON:
		return written{inline: jsonText(s)}
	case n.quote == double || n.flow && n.quote == plain:
		return written{inline: doubleQuoted(s)}
	case n.quote == single && !hasControl(s):
		return written{inline: singleQuoted(s)}
	case n.quote == single:
		return written{inline: doubleQuoted(s)}
	case plainText(s):
		return written{inline: s}
	case strings.Contains(strings.TrimRight(s, "\n"), "\n") && !hasControl(strings.ReplaceAll(s, "\n", "")):
		return block(s, blockHeader(s), n.depth, d.eol)
	}
	return written{inline: doubleQuoted(s)}
}

func scalarText(f Format, v any) string {
	text, err := emitValue(f, v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimRight(string(text), "\n")
}

// block writes a text as a block scalar in which each line stands depth deep.
func block(s, header string, depth int, eol string) written {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		b.WriteString(eol)
		if line != "" {
			b.WriteString(strings.Repeat(" ", depth) + line)
		}
	}
	return written{header, b.String()}
}

func blockHeader(s string) string {
	header := "|"
	if strings.HasPrefix(strings.TrimLeft(s, "\n"), " ") || strings.HasPrefix(s, "\n") {
		header = "|2"
	}
	switch {
	case !strings.HasSuffix(s, "\n"):
		return header + "-"
	case strings.HasSuffix(s, "\n\n"):
		return header + "+"
	}
	return header
}

var (
	surelyPlain = pattern.Lazy(`^[A-Za-z/][A-Za-z0-9_./@-]*$`)
	otherWord   = pattern.Lazy(`^(?i:true|false|null)$`)
)

// plainText tells whether a text can stand without quotes, outside of brackets.
func plainText(s string) bool {
	if surelyPlain().MatchString(s) {
		return !otherWord().MatchString(s)
	}
	if s == "" || hasControl(s) || strings.TrimSpace(s) != s {
		return false
	}
	var n yaml.Node
	if yaml.Unmarshal([]byte("k: "+s+"\n"), &n) != nil || len(n.Content) != 1 || len(n.Content[0].Content) != 2 {
		return false
	}
	v := n.Content[0].Content[1]
	return v.Kind == yaml.ScalarNode && v.Tag == "!!str" && v.Style == 0 && v.Value == s
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff
	})
}

func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func doubleQuoted(s string) string {
	if !hasControl(s) {
		return `"` + quoteMarks.Replace(s) + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x100 && hasControl(string(r)):
			fmt.Fprintf(&b, `\x%02x`, r)
		case hasControl(string(r)):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(quoteMarks.Replace(string(r)))
		}
	}
	b.WriteByte('"')
	return b.String()
}

var quoteMarks = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

func jsonText(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
