package ui

import "time"

// ProgressLine is what is drawn of a step on a terminal of that width.
func ProgressLine(text, detail string, width int, since time.Duration) string {
	p := &progress{text: text, detail: detail, ellipsis: "…"}
	return p.line(width, since)
}
