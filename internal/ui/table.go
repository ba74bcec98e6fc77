package ui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// Table prints rows under a dim header, columns aligned. On a terminal a row
// is cut at its width; through a pipe it never is.
func (p *Page) Table(header []string, rows [][]string) {
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	p.Line(p.st.dim.Render(p.cut(tableRow(header, widths))))
	for _, row := range rows {
		p.Line(p.cut(tableRow(row, widths)))
	}
}

func tableRow(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if i == len(cells)-1 {
			b.WriteString(cell)
			break
		}
		b.WriteString(pad(cell, widths[i]+2))
	}
	return strings.TrimRight(b.String(), " ")
}

func (p *Page) cut(line string) string {
	if p.width == 0 {
		return line
	}
	return ansi.Truncate(line, p.width, p.marks.ellipsis)
}
