package run

import (
	"encoding/json"
	"slices"

	"github.com/connkit/connkit/internal/fault"
)

// printPair prints a line of a name and a value.
func (p *preview) printPair(name string, value []byte) {
	_ = p.out.WriteByte('[') // the writer keeps its first error for Flush
	_, _ = p.out.Write(quote(name))
	_ = p.out.WriteByte(',')
	_, _ = p.out.Write(value)
	_, _ = p.out.WriteString("]\n")
}

// written brings out what was printed. What goes wrong there is no fault of the connector's.
func (p *preview) written() error {
	if err := p.out.Flush(); err != nil {
		return fault.Failedf("printing documents: %w", err)
	}
	return nil
}

func quote(s string) []byte {
	text, _ := json.Marshal(s) // a text always encodes
	return text
}

func (p *preview) warnOnce(text string) {
	if !slices.Contains(p.warnings, text) {
		p.warn(text)
	}
}
