package license

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: most
// runs of connkit use none of this package's many, and should not pay for them.
type pattern struct {
	source   string
	once     sync.Once
	compiled *regexp.Regexp
}

func lazily(source string) *pattern { return &pattern{source: source} }

func (p *pattern) re() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.source) })
	return p.compiled
}
