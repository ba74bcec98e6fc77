package yamltext

import (
	"bytes"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// lineOf gives the 1-based line that holds the byte at offset.
func (d *Doc) lineOf(offset int) int {
	lo, hi := 0, len(d.lines)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; d.lines[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + 1
}

// Line gives the bytes of a line, its line ending included; one that is not
// there is empty.
func (d *Doc) Line(n int) Span {
	if n < 1 || n > len(d.lines) {
		return Span{}
	}
	return Span{d.lines[n-1], d.lineEnd(n)}
}

// Position gives the 1-based line and column, in characters, of an offset.
func (d *Doc) Position(offset int) (line, col int) {
	line = d.lineOf(offset)
	start := d.lines[line-1]
	if line == 1 && bytes.HasPrefix(d.Text, bom) {
		start = min(len(bom), offset)
	}
	return line, utf8.RuneCount(d.Text[start:offset]) + 1
}

// offset gives the first byte of a node: of its anchor or tag when it has one.
func (d *Doc) offset(n *yaml.Node) int {
	start := d.lines[min(n.Line, len(d.lines))-1]
	if n.Line == 1 && bytes.HasPrefix(d.Text, bom) { // the parser does not count it
		start = len(bom)
	}
	before := n.Column - 1 // columns in front of the node
	if before < stride {
		return d.forward(start, before)
	}
	if d.marks == nil {
		d.marks = map[int][]int{}
	}
	marks := d.marks[n.Line]
	if marks == nil {
		marks = []int{start}
	}
	for len(marks) <= before/stride {
		marks = append(marks, d.forward(marks[len(marks)-1], stride))
	}
	d.marks[n.Line] = marks
	return d.forward(marks[before/stride], before%stride)
}

// forward goes some characters on.
func (d *Doc) forward(at, characters int) int {
	for range characters {
		_, size := utf8.DecodeRune(d.Text[at:])
		at += size
	}
	return at
}
