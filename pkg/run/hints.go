package run

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// hintFor knows the ends that have one cure.
func hintFor(words string, o *Options) string {
	name := filepath.Base(o.Dir)
	for _, g := range gone {
		if o.Language == "python" && g.said().MatchString(words) {
			return fmt.Sprintf("a package is written for an older Python: set requires-python = %q in pyproject.toml, then connkit env %s", g.fits, name)
		}
	}
	switch {
	case strings.Contains(words, "No module named") && o.BinDir != "":
		return fmt.Sprintf("connkit env %s; a dependency that is new goes into its pyproject.toml first", name)
	case strings.Contains(words, "No module named"), o.Language == "python" && o.BinDir == "" && strings.Contains(words, "ImportError"):
		return "connkit env " + name
	case o.Language == "python" && o.BinDir != "" && (strings.HasPrefix(words, "SyntaxError: ") || strings.HasSuffix(words, "from 'typing'")):
		return fmt.Sprintf("the code may be of a newer Python than its environment: connkit env %s --python 3.12", name)
	case o.BinDir != "" && lost().MatchString(words):
		return fmt.Sprintf("the installed %s does not have it: pin an older one in pyproject.toml, then connkit env %s", lost().FindStringSubmatch(words)[1], name)
	case strings.Contains(words, "reading message") && strings.Contains(words, "unexpected EOF"):
		return "the connector may read protobuf in spite of FLOW_RUNTIME_CODEC=json"
	}
	return ""
}

// lost is said of a dependency that nobody has pinned and that has changed since.
var lost = pattern.Lazy(`cannot import name '[^']+' from '([A-Za-z_]\w*)`)

// gone is what Python has dropped, as the last words of code that uses it
// still, and the newest Python that has it.
var gone = []struct {
	said func() *regexp.Regexp
	fits string
}{
	{pattern.Lazy(`No module named '(cgi|cgitb|crypt|imghdr|mailcap|nntplib|pipes|sndhdr|telnetlib|uu|xdrlib|lib2to3)\b`), ">=3.12,<3.13"},
	{pattern.Lazy(`No module named '(asynchat|asyncore|distutils|imp|smtpd)\b|'SafeConfigParser'|'ImpImporter'`), ">=3.11,<3.12"},
	{pattern.Lazy(`mutable default .* use default_factory|'(getargspec|formatargspec)'|'sre_parse' from 're'|'asyncio' has no attribute 'coroutine'`), ">=3.10,<3.11"},
	{pattern.Lazy(`from 'collections' |'collections' has no attribute`), ">=3.9,<3.10"},
	{pattern.Lazy(`'gcd' from 'fractions'|no attribute '(isAlive|encodestring|decodestring)'`), ">=3.8,<3.9"},
}
