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

// FromMetadata gives what a metadata file says as statements.
func FromMetadata(file string, text []byte) ([]Statement, error) {
	all, err := readMetadata(file, text)
	if err != nil {
		return nil, err
	}
	var list []Statement
	for _, s := range all {
		list = append(list, Statement{License: s.license, Path: file, Says: s.text, family: s.family, file: s.file, part: s.part})
	}
	return list, nil
}

// Categories lists the categories.
func Categories() []string { return allCategories() }
