// Package pattern keeps regular expressions uncompiled until somebody needs
// them: most runs of connkit need few, and all of them together took longer to
// compile than a short command takes to run. Start reading at [Lazy].
package pattern

import (
	"regexp"
	"sync"
)

// Lazy gives a function that gives the expression, which is compiled at its
// first call; one that is none panics then, as [regexp.MustCompile] does.
func Lazy(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
