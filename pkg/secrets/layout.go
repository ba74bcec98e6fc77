package secrets

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// layout remembers, by JSON pointer, how secrets were written that [document.render]
// would write otherwise: "plain", the header and depth of a block scalar, such
// as "|- 4", or "=" and the text itself. It is kept encrypted, as it can hold all of a value.
type layout map[string]string

// layoutPlace is the additional data that the layout is encrypted with.
const layoutPlace = "connkit:layout:"

// note gives the entry for a value, or "" when none is needed.
func (d *document) note(v any, source string, n, sealed *node) string {
	if d.mixed && strings.Contains(source, "\n") { // the line ending of the text is not that of the value
		return "=" + source
	}
	if d.render(v, sealed).String() == source {
		return ""
	}
	s, isText := v.(string)
	if isText && n.kind == scalar && n.quote == plain && source == s {
		return "plain"
	}
	if w := splitBlock(source); isText && n.quote == literal && strings.HasPrefix(w.inline, "|") {
		first := strings.TrimLeft(w.below, "\r\n")
		depth := len(first) - len(strings.TrimLeft(first, " "))
		value := strings.TrimLeft(s, "\n")
		depth -= len(value) - len(strings.TrimLeft(value, " "))
		if block(s, w.inline, max(depth, 0), d.eol) == w {
			return fmt.Sprintf("%s %d", w.inline, depth)
		}
	}
	return "=" + source
}

// restore writes a value as its entry says.
func (d *document) restore(entry string, v any, sealed *node) written {
	s, isText := v.(string)
	header, depth, isBlock := strings.Cut(entry, " ")
	switch {
	case strings.HasPrefix(entry, "="):
		return splitBlock(entry[1:])
	case entry == "plain" && isText:
		return written{inline: s}
	case isBlock && isText:
		if n, err := strconv.Atoi(depth); err == nil && n >= 0 && n < 1000 {
			return block(s, header, n, d.eol)
		}
	}
	return d.render(v, sealed)
}

func (l layout) encode() string {
	if len(l) == 0 {
		return ""
	}
	text, _ := json.Marshal(l) // a map of texts always encodes
	return string(text)
}

func decodeLayout(text string) layout {
	var l layout
	if json.Unmarshal([]byte(text), &l) != nil {
		return nil
	}
	return l
}
