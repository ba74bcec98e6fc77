package secrets

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// bits are what YAML is made of; put into a text at random they make most of what can go wrong.
var bits = []string{
	"#", " #", "\n", "\n\n", " ", "  ", "- ", ": ", "'", "\"", "|", ">", "&a ", "*a", "!!str ", "{", "}", "[", "]", ",", "\t", "? ", "...\n", "---\n",
	"~", "0", "é", "\\", "_sops", "\r\n", "<<: ", "# c\n", "|+\n  x\n\n", "-\n",
}

// mutate changes a text in up to three places.
func mutate(r *rand.Rand, text string) string {
	for range 1 + r.IntN(3) {
		if text == "" {
			return text
		}
		p, q := r.IntN(len(text)), r.IntN(len(text))
		switch p, q = min(p, q), max(p, q); r.IntN(3) {
		case 0:
			text = text[:p] + bits[r.IntN(len(bits))] + text[p:]
		case 1:
			text = text[:p] + text[min(len(text), p+1+r.IntN(4)):]
		default:
			if q-p < 40 {
				text = text[:q] + text[p:q] + text[q:]
			}
		}
	}
	return text
}

// TestMutatedYAML: a text that is broken in some way is refused with its name, or it comes back as it was.
func TestMutatedYAML(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	seeds := slices.Sorted(maps.Keys(yamlForms))
	for i := range uint64(100) {
		seeds = append(seeds, makeYAML(i))
	}
	done := 0
	for range 1500 {
		text := mutate(r, seeds[r.IntN(len(seeds))])
		e := encrypt(t, "config.yaml", text)
		if e.Err != nil {
			if fault.KindOf(e.Err) == fault.Failed || !strings.HasPrefix(e.Err.Error(), "config.yaml") {
				t.Errorf("%q: %v", text, e.Err)
			}
			continue
		}
		done++
		if got := bare(t, "config.yaml", e.After); got != string(e.Before) {
			t.Errorf("%q: sealed\n%q\nmasked\n%q", text, got, e.Before)
		}
		if o := decrypt(t, "config.yaml", e.After); string(o.Text) != text {
			t.Errorf("%q became %q (%v)", text, o.Text, o.Anew)
		}
	}
	if done < 100 {
		t.Errorf("only %d were encrypted", done)
	}
}
