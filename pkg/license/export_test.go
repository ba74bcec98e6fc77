package license

import "strings"

// CategoryEntries gives the entries of the table of categories.
func CategoryEntries() []string {
	var all []string
	for _, c := range categories {
		all = append(all, strings.Fields(c.ids)...)
	}
	return all
}

// PatternIDs gives the ids whose texts are looked for, as licensecheck or lre/ names them.
func PatternIDs() (builtin, own []string) {
	for _, g := range groups {
		builtin = append(builtin, strings.Fields(g.ids)...)
		own = append(own, strings.Fields(g.own)...)
	}
	return builtin, own
}

// Patterns gives the ids of the patterns that are made for a group.
func Patterns(i int) []string {
	var all []string
	for _, l := range groups[i].patterns() {
		all = append(all, l.ID)
	}
	return all
}

// Groups tells how many groups there are.
func Groups() int { return len(groups) }

// Successors gives the table of what stands for deprecated ids.
func Successors() map[string]string { return successors }
