package secrets

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: all
// of them together would take longer than the start of most commands.
type pattern struct{ compiled func() *regexp.Regexp }

func lazily(text string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// MatchString and the others are those of [regexp.Regexp].
func (p pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindStringSubmatch is that of [regexp.Regexp].
func (p pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// FindAllStringSubmatch is that of [regexp.Regexp].
func (p pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}

// FindIndex is that of [regexp.Regexp].
func (p pattern) FindIndex(b []byte) []int { return p.compiled().FindIndex(b) }

// ReplaceAllString is that of [regexp.Regexp].
func (p pattern) ReplaceAllString(s, with string) string {
	return p.compiled().ReplaceAllString(s, with)
}
