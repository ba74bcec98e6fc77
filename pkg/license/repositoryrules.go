package license

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

var dualWords = pattern.Lazy(`(?i)at your (option|choice|discretion)|either of|\beither (the )?(licen[cs]e|one)|dual[- ]?licen[cs]ed?|choose (either|one|between)|\bor (the )?(mit|apache)\b`)

// repositoryRules finds the sentence by which a LICENSE of several licences says
// what holds for works that no rule of it names, as that of airbytehq/airbyte does.
func repositoryRules(text string) (Expression, bool) {
	lower := strings.ToLower(text)
	hinted := slices.ContainsFunc([]string{"multiple licen", "different licen", "prioriti", "otherwise"}, func(w string) bool { return strings.Contains(lower, w) })
	if !hinted || !rulesWords().MatchString(text) { // the pattern is slow, and most texts have none of its words
		return Expression{}, false
	}
	m := defaultWords().FindStringSubmatch(text)
	if m == nil {
		return Expression{}, true
	}
	return understand(strings.TrimSpace(m[1])).license, true
}

var (
	rulesWords   = pattern.Lazy(`(?i)multiple licen[cs]es|different licen[cs]es (for|by)|prioriti[sz]ed rules|where not otherwise noted|unless otherwise (noted|stated|specified|indicated)[^.]{0,80}(work|file|content|repository|code|director)`)
	defaultWords = pattern.Lazy(`(?i)\bdefaults?\s+to\s+(?:the\s+)?([A-Za-z][^\n.]{1,60}(?:\.\d[^\n.]{0,20})?)`)
	underWords   = pattern.Lazy(`(?i)licen[cs]ed\s+under\s+(?:the\s+)?(?:terms\s+of\s+)?(?:the\s+)?([^.;,\n]{2,60}(?:\.\d+)?)`)
)
