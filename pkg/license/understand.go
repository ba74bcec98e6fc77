package license

import (
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

var operators = pattern.Lazy(`(?i)\s+(and|or)\s+|\s*(//?|\||,|&|;)\s*`)

// understand reads an expression as people write them: with names for ids, small
// letters for operators and slashes for OR. Commas and & hold together.
func understand(s string) meaning {
	s = strings.Trim(strings.TrimSpace(s), `"'`)
	if x, err := parse(s); err == nil {
		return meaning{license: x}
	}
	if upper := upperOperators().ReplaceAllStringFunc(s, strings.ToUpper); upper != s {
		if x, err := parse(upper); err == nil {
			return meaning{license: x}
		}
	}
	if orLater().MatchString(strings.ToLower(s)) {
		if m := named(s); !m.empty() {
			return m
		}
	}
	if m, ok := understandParts(s); ok {
		return m
	}
	return named(s)
}

var upperOperators = pattern.Lazy(`(?i)\s(and|or|with)\s`)

// understandParts reads names with operators between; all must be understood.
func understandParts(s string) (meaning, bool) {
	cuts := operators().FindAllStringIndex(s, -1)
	if len(cuts) == 0 {
		return meaning{}, false
	}
	var parts []Expression
	ops := map[string]bool{}
	from := 0
	for _, c := range append(cuts, []int{len(s), len(s)}) {
		part := strings.Trim(s[from:c[0]], " ()")
		x, err := parse(part)
		if err != nil {
			if x = named(part).license; x.IsZero() {
				return meaning{}, false
			}
		}
		parts = append(parts, x)
		switch op := strings.ToLower(strings.TrimSpace(s[c[0]:c[1]])); op {
		case "":
		case "or", "/", "//", "|":
			ops["OR"] = true
		default:
			ops["AND"] = true
		}
		from = c[1]
	}
	if len(ops) != 1 || len(parts) > maxLicenses { // mixed without brackets: what binds first is anyone's guess
		return meaning{}, false
	}
	if ops["OR"] {
		return meaning{license: join("OR", parts...)}, true
	}
	return meaning{license: join("AND", parts...)}, true
}
