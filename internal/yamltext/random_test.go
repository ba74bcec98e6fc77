package yamltext_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Lists as nobody would write them are edited like all others: what is put in
// and taken out again leaves no trace.
func TestEditOfRandomLists(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 400 {
		text := randomList(rnd)
		edit(t, text)
		if t.Failed() {
			t.Fatalf("the text was\n%q", text)
		}
	}
}

// randomList makes a text with a list under the key l, the way of writing drawn by chance.
func randomList(rnd *rand.Rand) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	scalar := func() string {
		return pick("a", "source-x", "'it''s'", `"q\"uote"`, "12", "ü", "a b", "null", `""`, "x:y", "-z")
	}
	var b strings.Builder
	b.WriteString(pick("", "# top\n", "---\n"))
	n := 1 + rnd.IntN(5)
	if rnd.IntN(2) == 0 {
		indent := pick("", "  ", "    ")
		b.WriteString("l:" + pick("", " # of these") + "\n")
		for range n {
			b.WriteString(pick("", "", indent+"# above\n", "\n"))
			fmt.Fprintf(&b, "%s-%s", indent, pick(" ", "   "))
			column := strings.LastIndexByte(b.String(), '\n')
			deep := strings.Repeat(" ", b.Len()-column-1)
			switch rnd.IntN(4) {
			case 0:
				fmt.Fprintf(&b, "k: %s\n%sm: %s%s\n", scalar(), deep, scalar(), pick("", "  # why"))
			case 1:
				fmt.Fprintf(&b, "{k: %s, m: [1, %s]}\n", scalar(), scalar())
			default:
				b.WriteString(scalar() + pick("", " # why", "  ") + "\n")
			}
		}
	} else {
		open, between, end := pick("[", "[ "), pick(", ", ",  "), pick("]", " ]", ", ]")
		if rnd.IntN(3) == 0 {
			open, between, end = "[\n  ", pick(",\n  ", ", # why\n  "), pick("\n]", ",\n]")
		}
		var items []string
		for range n {
			items = append(items, scalar())
		}
		b.WriteString("l: " + open + strings.Join(items, between) + end + pick("", " # list") + "\n")
	}
	b.WriteString(pick("", "after: 2\n", "# end\n", "\n"))
	text := b.String()
	if rnd.IntN(3) == 0 {
		text = strings.TrimRight(text, "\n")
	}
	if rnd.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
