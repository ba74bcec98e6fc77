package ui

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// Page lays out the text of one result: a headline, facts in two columns,
// tables, findings, and the commands that come next. Errors of the underlying
// writer are kept for [UI.Result].
type Page struct {
	w     io.Writer
	st    styles
	marks marks
	width int
	err   error
}

// Fact is one label with its value.
type Fact struct{ Label, Value string }

// State says how a finding stands.
type State int

// The states of a finding.
const (
	OK State = iota
	Warn
	Fail
)

// Headline is the first line: what happened, the thing itself, and a detail.
func (p *Page) Headline(verb, thing, detail string) {
	line := verb + " " + p.st.bold.Render(thing)
	if detail != "" {
		line += "  (" + detail + ")"
	}
	p.Line(line)
}

// Line prints one line as it is.
func (p *Page) Line(line string) {
	if _, err := fmt.Fprintln(p.w, strings.TrimRight(line, " ")); err != nil && p.err == nil {
		p.err = err
	}
}

// Raw prints text as it is, for results that are a document.
func (p *Page) Raw(text string) {
	if _, err := io.WriteString(p.w, text); err != nil && p.err == nil {
		p.err = err
	}
}

// Quote prints lines that another program printed, two further to the right and
// broken where the terminal ends, so that nothing of them is lost.
func (p *Page) Quote(lines ...string) {
	const indent = "  "
	for _, line := range lines {
		for _, part := range wrap(line, p.width-len(indent)) {
			p.Line(indent + part)
		}
	}
}

// wrap breaks a line at its blanks, and inside of words that are too long. It
// does not break at hyphens, since flags and names of connectors have them.
func wrap(line string, width int) []string {
	if width <= 0 || ansi.StringWidth(line) <= width {
		return []string{line}
	}
	var parts []string
	part := ""
	for word := range strings.SplitAfterSeq(line, " ") {
		if strings.TrimSpace(part) != "" && ansi.StringWidth(part+strings.TrimRight(word, " ")) > width {
			parts = append(parts, strings.TrimRight(part, " "))
			part = ""
		}
		part += word
	}
	parts = append(parts, part)
	return strings.Split(ansi.Hardwrap(strings.Join(parts, "\n"), width, true), "\n")
}

// Skip prints how many lines were left out.
func (p *Page) Skip(lines int) {
	p.Line("  " + p.st.dim.Render(fmt.Sprintf("%s %d more lines", p.marks.ellipsis, lines)))
}

// factColumn is where values begin; labels have at most 12 letters.
const factColumn = 12

// Facts prints label and value in two columns. Facts without a value are left out.
func (p *Page) Facts(facts ...Fact) {
	for _, f := range facts {
		if f.Value != "" {
			p.Line("  " + p.st.dim.Render(pad(f.Label+" ", factColumn)) + f.Value)
		}
	}
}

// Finding prints one checked thing with its mark; details stand below the name's column.
func (p *Page) Finding(s State, name string, nameWidth int, text string, details ...string) {
	mark, style := p.marks.ok, p.st.green
	switch s {
	case Warn:
		mark, style = p.marks.warn, p.st.yellow
	case Fail:
		mark, style = p.marks.fail, p.st.red
	}
	mark = pad(mark, p.markWidth())
	p.Line(style.Render(mark) + " " + pad(name, nameWidth) + "  " + text)
	for _, d := range details {
		p.Line(strings.Repeat(" ", p.markWidth()+1+nameWidth+2) + p.st.dim.Render(d))
	}
}

func (p *Page) markWidth() int {
	return max(lipgloss.Width(p.marks.ok), lipgloss.Width(p.marks.warn), lipgloss.Width(p.marks.fail))
}

// Next prints the commands that a person would type now.
func (p *Page) Next(commands ...string) {
	if len(commands) == 0 {
		return
	}
	p.Line("next")
	for _, c := range commands {
		p.Line("  " + p.st.cyan.Render(c))
	}
}

// Bold marks the thing itself.
func (p *Page) Bold(s string) string { return p.st.bold.Render(s) }

// Dim marks context.
func (p *Page) Dim(s string) string { return p.st.dim.Render(s) }

// Typed marks something to type.
func (p *Page) Typed(s string) string { return p.st.cyan.Render(s) }

// Diff prints a unified diff, coloured line by line.
func (p *Page) Diff(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			line = p.st.bold.Render(line)
		case strings.HasPrefix(line, "+"):
			line = p.st.green.Render(line)
		case strings.HasPrefix(line, "-"):
			line = p.st.red.Render(line)
		case strings.HasPrefix(line, "@@"):
			line = p.st.cyan.Render(line)
		}
		p.Raw(line + "\n") // not Line: a diff keeps its trailing blanks
	}
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-lipgloss.Width(s), 0))
}
