package license

import (
	"slices"
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/pattern"
)

var (
	copyrightLine = pattern.Lazy(`(?i)^[^\p{L}\p{N}]*(portions\s+|parts\s+|original\s+|modifications\s+|this software is\s+|the licensed work is\s+|license text\s+)?(copyright|copr\b|\(c\)|©|&copy;|spdx-filecopyrighttext|all rights reserved|authors?:|maintainers?:)`)
	titleLine     = pattern.Lazy(`(?i)^[^\p{L}\p{N}]*((the|a|an|and|or|new|bsd|mit( no attribution)?|isc|x11|apache|gnu|gpl|lgpl|agpl|mozilla|mpl|eclipse|elastic|elv2|business|source|public|general|affero|lesser|library|boost|software|licen[cs]e|licen[cs]es|version|v|v?[\d.]+|style|clause|simplified|modified|revised|expat|zlib|unlicense|commons?|condition|terms|conditions|for|of|legal|notice|file|university|foundation|python|oss|open|server|side|spdx|identifier|text|begin|end|full|end of terms)\b[^\p{L}\p{N}]*)+$`)
	ruler         = pattern.Lazy(`^[^\p{L}\p{N}]*$`)
	addressLine   = pattern.Lazy(`(?i)^[^\p{L}\p{N}]*((url|see|web|website|homepage|source|contact|e-?mail)\s*:?\s*)?<?((https?://|www\.)\S+|\S+@\S+\.\S+)>?[^\p{L}\p{N}]*$`)
	spdxLine      = pattern.Lazy(`(?i)^[^\p{L}\p{N}]*spdx-license-identifier:`)
	trademarkLine = pattern.Lazy(`(?i)business source license[^\p{L}\p{N}]+ is a trademark of mariadb`)
	// foreign are letters of a language that nobody here reads.
	foreign = pattern.Lazy(`[^\P{L}\p{Latin}]`)
	// restricting words make of any sentence beside a licence a matter for a person.
	restricting = pattern.Lazy(`(?i)\b(not|no|never|except|exception|exclud\w*|unless|without|provided that|only|must|shall|prohibit\w*|restrict\w*|forbid\w*|forbidden|condition(s|al|ed)?|non-?commercial|commercial(ly)?|compet\w+|sell|resell|fee|evaluation|subject to|limit\w*|permission|terminat\w*)\b`)
)

// unknown gives the words of a stretch that no licence covers, without those
// that say nothing: copyright lines, titles, rulers, addresses, and the name of
// the project at the very beginning.
func (f *Found) unknown(stretch string, first bool) []string {
	if f.has("BUSL-1.1") && strings.Contains(stretch, "Change Date") {
		return nil // the parameters of that licence
	}
	var words []string
	copyright, lines := 0, 0
	for line := range strings.Lines(stretch) {
		line = strings.TrimSpace(line)
		if line == "" {
			copyright = 0
			continue
		}
		lines++
		switch {
		case copyrightLine().MatchString(line) && !restricting().MatchString(line):
			copyright = 3
		case ruler().MatchString(line), titleLine().MatchString(line), addressLine().MatchString(line), spdxLine().MatchString(line), trademarkLine().MatchString(line):
		case restricting().MatchString(line):
			words = append(words, strings.Fields(line)...)
		case copyright > 0: // names and years run on in the next lines
			copyright--
		case first && lines == 1 && len(strings.Fields(line)) <= 8 && !foreign().MatchString(line): // what the file is about
		default:
			words = append(words, strings.Fields(line)...)
		}
	}
	return slices.DeleteFunc(words, func(w string) bool {
		return !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	})
}

func (f *Found) has(id string) bool {
	return slices.ContainsFunc(f.Matches, func(m Match) bool { return m.ID == id })
}
