package ci

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// generator makes workflows in all the ways that people write matrices.
type generator struct {
	*rand.Rand
	b strings.Builder
}

func (g *generator) pick(of ...string) string { return of[g.IntN(len(of))] }
func (g *generator) chance(percent int) bool  { return g.IntN(100) < percent }

// names gives some connectors, mostly in order.
func (g *generator) names(of []string) []string {
	var list []string
	for _, n := range of {
		if g.chance(80) {
			list = append(list, n)
		}
	}
	if g.chance(30) {
		g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	return list
}

// noise is what may stand between the lines of a block.
func (g *generator) noise(indent string) {
	switch {
	case g.chance(8):
		g.b.WriteString("\n")
	case g.chance(6):
		g.b.WriteString(indent + "# a comment: with 'signs' [\n")
	case g.chance(3):
		g.b.WriteString("# far left\n\n")
	}
}

func (g *generator) behind() string {
	return g.pick("", "", "", "", "  # why", " #x", " ")
}

func (g *generator) quote(name, quotes string) string { return quotes + name + quotes }

// list writes a list of names below the column of its key.
func (g *generator) list(key, indent string, names []string) {
	quotes := g.pick("", "", `"`, "'")
	item := func(i int) string { return g.quote(names[i], quotes) }
	switch g.IntN(4) {
	case 0, 1: // block
		dash := indent + g.pick("", "  ", "    ") + "-" + g.pick(" ", " ", "   ")
		fmt.Fprintf(&g.b, "%s%s:%s%s\n", indent, key, g.pick("", "", " &all"), g.behind())
		for i := range names {
			g.noise(indent + "  ")
			g.b.WriteString(dash + item(i) + g.behind() + "\n")
		}
	case 2: // in brackets
		open, gap := g.pick("[", "[ "), g.pick(", ", ",", ",  ")
		fmt.Fprintf(&g.b, "%s%s: %s", indent, key, open)
		for i := range names {
			g.b.WriteString(item(i))
			if i < len(names)-1 {
				g.b.WriteString(gap)
			}
		}
		g.b.WriteString(g.pick("", ",") + strings.TrimPrefix(open, "[") + "]" + g.behind() + "\n")
	default: // on several lines
		fmt.Fprintf(&g.b, "%s%s: [%s\n%s    ", indent, key, g.pick("", "  # c"), indent)
		for i := range names {
			g.b.WriteString(item(i) + g.pick(",\n"+indent+"    ", ", ", ",\n"+indent+"    ", ", # c\n\n"+indent+"    "))
		}
		g.b.WriteString(g.pick("]\n", "\n"+indent+"]\n"))
	}
}

// maps writes entries of several keys.
func (g *generator) maps(key, name, indent string, names []string) {
	quotes, version := g.pick("", `"`, "'"), g.pick("v1", `"v1"`, "'v2'")
	braces, sep := g.chance(30), g.pick(": ", ": ", ":  ")
	dash := indent + g.pick("", "  ") + "-"
	fmt.Fprintf(&g.b, "%s%s:%s\n", indent, key, g.behind())
	for _, n := range names {
		g.noise(indent + "  ")
		if braces {
			fmt.Fprintf(&g.b, "%s {%s: %s, type: capture, version: %s}%s\n", dash, name, g.quote(n, quotes), version, g.behind())
			continue
		}
		deep := strings.Repeat(" ", len(dash)+1)
		fmt.Fprintf(&g.b, "%s %s%s%s%s\n", dash, name, sep, g.quote(n, quotes), g.behind())
		g.noise(deep)
		fmt.Fprintf(&g.b, "%stype: capture%s\n%sversion%s%s\n", deep, g.behind(), deep, sep, version)
		if g.chance(40) {
			fmt.Fprintf(&g.b, "%senv:\n%s  IMAGE: %s\n", deep, deep, n)
		}
	}
}

func (g *generator) paths(names []string) {
	quotes := g.pick("", `"`, "'")
	for _, n := range append([]string{"lib"}, names...) {
		g.noise("      ")
		fmt.Fprintf(&g.b, "      - %s%s\n", g.quote(n+"/**", quotes), g.behind())
	}
}

func (g *generator) steps(names []string) {
	g.b.WriteString("    steps:\n      - run: echo ${{ matrix.connector }}\n")
	if !g.chance(50) || len(names) == 0 {
		return
	}
	list := `"` + strings.Join(names, g.pick(`", "`, `","`)) + `"`
	switch g.IntN(4) {
	case 0:
		fmt.Fprintf(&g.b, "      - name: Start\n        if: contains(fromJson('[%s]'), matrix.connector)\n        run: x\n", list)
	case 1:
		fmt.Fprintf(&g.b, "      - name: Start\n        if: 'contains(fromJson(''[%s]''), matrix.connector)'\n        run: x\n", list)
	case 2:
		fmt.Fprintf(&g.b, "      - name: Start\n        if: \"contains(fromJson('[%s]'), matrix.connector)\"\n        run: x\n", strings.ReplaceAll(list, `"`, `\"`))
	default:
		fmt.Fprintf(&g.b, "      - name: Start\n        if: %s\n          contains(fromJson('[\n            %s\n          ]'), matrix.connector)\n        run: x\n", g.pick("|", ">-", ">"), strings.ReplaceAll(list, ",", ",\n            "))
	}
}

func (g *generator) workflow() string {
	g.b.Reset()
	inGo, inPython := g.names([]string{"source-a", "source-b", "source-c", "source-z"}), g.names([]string{"source-p", "source-q"})
	all := append(append([]string{}, inGo...), inPython...)
	g.b.WriteString(g.pick("", "---\n", "# CI\n") + "on:\n  push:\n    paths:" + g.pick("\n", " &p\n"))
	if strings.HasSuffix(g.b.String(), "&p\n") {
		g.paths(all)
		g.b.WriteString("  pull_request:\n    paths: *p\n")
	} else {
		g.paths(all)
	}
	g.b.WriteString("jobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n")
	const indent = "        "
	switch g.IntN(4) {
	case 0:
		g.maps("connector", g.pick("name", "connector"), indent, all)
	case 1:
		g.maps("include", "connector", indent, all)
	case 2:
		g.list("connector", indent, all)
		g.maps("include", "connector", indent, inPython)
	default:
		g.list("connector", indent, all)
	}
	g.steps(inGo)
	text := g.b.String()
	if g.chance(20) {
		text = strings.TrimSuffix(text, "\n")
	}
	if g.chance(20) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if g.chance(10) {
		text = "\ufeff" + text
	}
	return text
}

// The properties of FuzzAddRemove hold for workflows that random bytes do not
// make, and most of these can be edited.
func TestGeneratedWorkflows(t *testing.T) {
	t.Parallel()
	edited, refused := 0, map[string]int{}
	for seed := range uint64(1500) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 5))}
		text, name, python, flags := g.workflow(), g.pick("source-new", "source-aa", "source-0", "source-zz", "source-p-2"), g.chance(40), g.chance(20)
		fuzzOne(t, text, name, python, flags)
		r, c, err := fuzzRepo(text, name, python)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		var change Change
		if err := r.add(c, Options{}, &change); err != nil || len(change.Edits) == 0 {
			refused[fmt.Sprint(err)]++
			continue
		}
		edited++
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, text)
		}
	}
	t.Logf("%d edited; refused: %v", edited, refused)
	if edited < 1200 {
		t.Errorf("only %d of 1500 workflows could be edited: %v", edited, refused)
	}
}
