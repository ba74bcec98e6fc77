package secrets

import (
	"sort"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/secrets/suspect"
)

// checkComments refuses a comment that stays in clear and gives a secret away: it
// holds one, looks like one, or touches a secret key and looks like a value.
func (w *weaver) checkComments() error {
	if len(w.clear) == 0 {
		return nil
	}
	near, nested := w.linesOfSecrets(), w.nestedSecrets()
	for _, at := range w.clear {
		text := strings.TrimSpace(strings.TrimLeft(w.bytes(at), "#"))
		if text == "" {
			continue
		}
		line, col := w.position(at.Start)
		refuse := func(format string, args ...any) *fault.Error {
			return fault.Blockedf(format, args...).At(w.file, line, col)
		}
		what := suspect.Comment(text, near[line])
		switch {
		case within(nested, at.Start):
			return refuse("a comment among secrets would stay in clear").WithHint("take it out, or put it above the secret key")
		case w.holdsSecret(text):
			return refuse("a comment holds the value of a secret, and would stay in clear").WithHint("take the value out of the comment")
		case what != "":
			return refuse("a comment looks like %s, and would stay in clear", what).WithHint("take the value out of the comment")
		}
	}
	return nil
}

// shortest is the length below which a value is too common to be looked for in comments.
const shortest = 5

// holdsSecret tells whether a comment is, or has among its words, the value of a secret.
func (w *weaver) holdsSecret(text string) bool {
	words := append(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;:='\"`()[]<>", r) }), strings.Fields(text)...)
	for _, word := range append(words, text) {
		if len(word) >= shortest && w.secrets[word] {
			return true
		}
	}
	return false
}

// linesOfSecrets gives the lines of keys with secrets and those of the comments
// directly above and below them.
func (w *weaver) linesOfSecrets() map[int]bool {
	lines, commented := map[int]bool{}, map[int]bool{}
	for _, at := range w.clear {
		line, _ := w.position(at.Start)
		commented[line] = true
	}
	for _, m := range w.masks {
		first, _ := w.position(m.Start)
		last, _ := w.position(m.End)
		for l := first; l <= last; l++ {
			lines[l] = true
		}
		for l := first - 1; commented[l] && !lines[l]; l-- {
			lines[l] = true
		}
		for l := last + 1; commented[l] && !lines[l]; l++ {
			lines[l] = true
		}
	}
	return lines
}

// nestedSecrets gives where maps and lists stand that are secret as a whole, in order.
func (w *weaver) nestedSecrets() []yamltext.Span {
	var spans []yamltext.Span
	var look func(n *node)
	look = func(n *node) {
		for _, m := range n.members {
			v := m.value
			if (v.kind == mapping || v.kind == list) && strings.HasSuffix(m.key.value, w.tree.Metadata.EncryptedSuffix) {
				spans = append(spans, yamltext.Span{Start: w.lineEnd(m.key.span.End), End: v.end()})
				continue
			}
			look(v)
		}
		for _, item := range n.items {
			look(item)
		}
	}
	look(w.root)
	return spans
}

// within tells whether an offset lies in one of the spans, which are in order.
func within(spans []yamltext.Span, offset int) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].End > offset })
	return i < len(spans) && spans[i].Start < offset
}
