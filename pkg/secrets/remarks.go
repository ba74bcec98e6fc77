package secrets

import (
	"regexp"
	"sort"
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// checkComments refuses a comment that stays in clear and gives a secret away: it
// holds one, or it touches a secret key and looks like a value.
func (w *weaver) checkComments() error {
	if len(w.clear) == 0 {
		return nil
	}
	near, nested := w.linesOfSecrets(), w.nestedSecrets()
	for _, at := range w.clear {
		text := strings.TrimSpace(strings.TrimLeft(w.bytes(at), "#"))
		line, col := w.position(at.Start)
		if within(nested, at.Start) {
			return fault.Blockedf("a comment among secrets would stay in clear").At(w.file, line, col).WithHint("take it out, or put it above the secret key")
		}
		if near[line] && givesAway(text) {
			return fault.Blockedf("a comment beside a secret looks like a value, and would stay in clear").At(w.file, line, col).
				WithHint("take the value out of the comment")
		}
	}
	return nil
}

// linesOfSecrets gives the lines of keys with secrets and those of the comments
// directly above and below them.
func (w *weaver) linesOfSecrets() map[int]bool {
	lines := map[int]bool{}
	commented := map[int]bool{}
	for _, at := range w.clear {
		line, _ := w.position(at.Start)
		commented[line] = true
	}
	for _, m := range w.masks {
		first, _ := w.position(m.Start)
		last, _ := w.position(max(m.End, m.Start))
		for l := first; l <= last; l++ {
			lines[l] = true
		}
		for l := first - 1; commented[l]; l-- {
			lines[l] = true
		}
		for l := last + 1; commented[l]; l++ {
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

var (
	assignment = regexp.MustCompile(`^[-\s]*["']?[\w.-]+["']?\s*[:=]\s*["']?([^\s"']+)["']?,?$`)
	ticket     = regexp.MustCompile(`^[A-Z]+-\d+$|^\d{4}-\d\d-\d\d|^v?\d+(\.\d+)+$|://|^[\w.+-]+@[\w-]+\.[\w.]+$`)
	secretWord = regexp.MustCompile(`(?i)(pass|secret|token|key|pwd|credential|old|prev|was|former)[\w.-]*["']?\s*[:=]`)
)

// givesAway tells whether a comment looks like a value: one word of letters and
// digits, or a key and a value.
func givesAway(text string) bool {
	if IsPrivateKey(text) {
		return true
	}
	word := text
	if m := assignment.FindStringSubmatch(text); m != nil {
		if word = m[1]; secretWord.MatchString(text) && len(word) > 3 && !ticket.MatchString(word) {
			return true
		}
	}
	if len(word) < 8 || strings.ContainsAny(word, " \t") || ticket.MatchString(word) {
		return false
	}
	return strings.ContainsFunc(word, unicode.IsDigit) && strings.ContainsFunc(word, unicode.IsLetter)
}
