package scaffold

// GitBlob is the name that git gives a text as an object.
func GitBlob(text string) string { return gitBlob([]byte(text)) }

// Redact takes passwords out of a URL.
func Redact(raw string) string { return redact(raw) }

// ParseGit gives the parts of a place in a git repository, and how it is spelled for
// people and for pip.
func ParseGit(spec string, refLast bool) (parts [3]string, place, requirement string, err error) {
	g, err := parseGit(spec, refLast)
	return [3]string{g.url, g.ref, g.subdir}, g.String(), g.requirement("x"), err
}

// Look gives what a look at an upstream's folder tells.
func Look(dir, template string) (distribution, python string, classes []string) {
	f := look(dir, template)
	return f.distribution, f.python, f.classes
}
