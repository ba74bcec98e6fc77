package pyenv

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// requirement is a dependency in the words of pip install.
type requirement struct {
	args  []string
	exact bool // it says all that Poetry was told
}

// poetryRequirements spells a table of Poetry's dependencies for pip install;
// ok is false when some were spelled with less than they say.
func poetryRequirements(dir string, deps map[string]any) (args []string, ok bool) {
	ok = true
	for _, name := range slices.Sorted(maps.Keys(deps)) {
		if name == "python" {
			continue
		}
		r := poetryRequirement(dir, name, deps[name])
		args = append(args, r.args...)
		ok = ok && r.exact
	}
	return args, ok
}

func poetryRequirement(dir, name string, v any) requirement {
	switch v := v.(type) {
	case string:
		spec, ok := plainRange(v)
		return requirement{[]string{name + spec}, ok}
	case map[string]any:
		return poetryTable(dir, name, v)
	}
	return requirement{[]string{name}, false} // a list of them, one for each platform
}

func poetryTable(dir, name string, t map[string]any) requirement {
	text := func(key string) string { s, _ := t[key].(string); return s }
	if t["optional"] == true {
		return requirement{nil, true}
	}
	if extras, ok := t["extras"].([]any); ok {
		var names []string
		for _, e := range extras {
			if s, ok := e.(string); ok {
				names = append(names, s)
			}
		}
		name += "[" + strings.Join(names, ",") + "]"
	}
	exact := text("python") == "" && text("platform") == ""
	switch {
	case text("path") != "":
		path := filepath.Join(dir, text("path"))
		if t["develop"] == true {
			return requirement{[]string{"-e", path}, exact}
		}
		return requirement{[]string{path}, exact}
	case text("git") != "":
		return requirement{[]string{name + " @ " + gitURL(text)}, exact}
	case text("url") != "":
		return requirement{[]string{name + " @ " + text("url")}, exact}
	}
	spec, ok := plainRange(text("version"))
	if markers := text("markers"); markers != "" {
		spec += "; " + markers
	}
	return requirement{[]string{name + spec}, exact && ok}
}

func gitURL(text func(string) string) string {
	url := "git+" + text("git")
	if ref := cmp.Or(text("rev"), text("tag"), text("branch")); ref != "" {
		url += "@" + ref
	}
	if sub := text("subdirectory"); sub != "" {
		url += "#subdirectory=" + sub
	}
	return url
}

var leadingNumbers = pattern.Lazy(`^[\^~](\d{1,6}(?:\.\d{1,6}){0,2})(?:\D|$)`)

// plainRange spells Poetry's range as PEP 440 does. What has no such spelling
// becomes "", any version, with ok false.
func plainRange(text string) (spec string, ok bool) {
	if strings.ContainsAny(text, "|") {
		return "", false
	}
	var parts []string
	for _, part := range comparisons(text) {
		switch {
		case part == "*":
		case part[0] == '^', part[0] == '~' && !strings.HasPrefix(part, "~="):
			numbers := leadingNumbers().FindStringSubmatch(part)
			if numbers == nil {
				return "", false
			}
			bounds, _ := parseClause(part[:1] + numbers[1])
			parts = append(parts, ">="+part[1:], "<"+bounds[1].at.String())
		case strings.ContainsAny(part[:1], "<>=!~"):
			parts = append(parts, part)
		default:
			parts = append(parts, "=="+part)
		}
	}
	return strings.Join(parts, ","), true
}
