package scaffold

import (
	"strings"
)

// kinds are the task kinds of Flow.
func kinds() []string { return []string{"capture", "materialization", "derivation"} }

// kindOf tells the kind that a connector's name promises.
func kindOf(name string) string {
	switch {
	case strings.HasPrefix(name, "source-"):
		return "capture"
	case strings.HasPrefix(name, "materialize-"):
		return "materialization"
	case strings.HasPrefix(name, "derive-"):
		return "derivation"
	}
	return ""
}

// names are the spellings of a connector's name that files need.
type names struct {
	connector string // source-big-data, the folder
	pkg       string // source_big_data, the Python package
	project   string // source-big-data, the Python distribution
	short     string // big-data
	title     string // Big Data
	class     string // BigData
}

// wrapped is added to a name that the wrapped upstream has already: a package
// of the same name would hide the upstream's from its own connector.
const wrapped = "flow"

func spell(connector string, up upstreamInfo) names {
	n := names{connector: connector, project: connector}
	n.pkg = strings.ReplaceAll(connector, "-", "_")
	_, n.short, _ = strings.Cut(connector, "-")
	words := strings.Split(n.short, "-")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	n.title, n.class = strings.Join(words, " "), strings.Join(words, "")
	if n.class[0] >= '0' && n.class[0] <= '9' {
		n.class = "X" + n.class
	}
	if up.mayImport(n.pkg) {
		n.pkg += "_" + wrapped
	}
	if normalize(up.Distribution) == n.project {
		n.project += "-" + wrapped
	}
	return n
}

// normalize spells a Python distribution's name the one way that PEP 503 gives.
func normalize(distribution string) string {
	parts := strings.FieldsFunc(strings.ToLower(distribution), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return strings.Join(parts, "-")
}
