package yamltext

import (
	"bytes"
	"slices"
)

// Splice replaces the bytes of a span by a text.
type Splice struct {
	Span
	Text string
}

// Apply carries out splices; of two at one place the first comes first. Those
// that only take away may overlap. A line that is taken away up to the end of a text
// without a last line ending takes the ending of the line before along, and when that
// line goes too, that of the one before that.
func Apply(text []byte, splices []Splice) []byte {
	var b bytes.Buffer
	done := 0
	for _, s := range sorted(splices) {
		switch {
		case s.Start >= done:
			b.Write(text[done:s.Start])
		case s.End == len(text) && done < len(text):
			b.Truncate(max(b.Len()-(done-s.Start), 0))
		}
		b.WriteString(s.Text)
		done = max(done, s.End)
	}
	b.Write(text[done:])
	return b.Bytes()
}

func sorted(splices []Splice) []Splice {
	list := slices.Clone(splices)
	slices.SortStableFunc(list, func(a, b Splice) int { return a.Start - b.Start })
	return list
}
