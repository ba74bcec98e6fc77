package license

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// annotation says the licence of files by their paths: a table of REUSE.toml or
// a paragraph of .reuse/dep5 (https://reuse.software/spec-3.3/).
type annotation struct {
	patterns   []*regexp.Regexp // of paths from base
	license    Expression
	says       string
	precedence string // override: although the file says another; aggregate: together with it; else unless it does
	source     Blob
	base       string // the folder that patterns are read from
}

// The precedences that differ from the usual one, by which the file itself goes before.
const (
	override  = "override"
	aggregate = "aggregate"
)

const (
	reuseTOML = "REUSE.toml"
	reuseDep5 = ".reuse/dep5"
)

func isReuse(file string) bool {
	return path.Base(file) == reuseTOML || strings.HasSuffix("/"+file, "/"+reuseDep5)
}

// readReuse reads a file of annotations. What is in none of the known shapes says nothing.
func readReuse(b Blob) []annotation {
	if path.Base(b.Path) == reuseTOML {
		return readReuseTOML(b)
	}
	return readDep5(b)
}

func readReuseTOML(b Blob) []annotation {
	var doc struct {
		Annotations []struct {
			Path       any
			Precedence string
			License    any `toml:"SPDX-License-Identifier"`
		}
	}
	if toml.Unmarshal(plain(b.Text), &doc) != nil {
		return nil
	}
	var list []annotation
	for _, a := range doc.Annotations {
		says := texts(a.License)
		if len(says) == 0 {
			continue // it is about copyright alone
		}
		list = append(list, annotation{
			patterns: globs(texts(a.Path), false), license: allOf(says), says: strings.Join(says, " AND "),
			precedence: a.Precedence, source: b, base: parent(b.Path),
		})
	}
	return list
}

// allOf joins licences that hold together; one that is not known leaves all in doubt.
func allOf(says []string) Expression {
	var all []Expression
	for _, s := range says {
		x := understand(s).license
		if x.IsZero() {
			return x
		}
		all = append(all, x)
	}
	return join("AND", all...)
}

// texts gives a text or a list of texts as a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// readDep5 reads Debian's machine-readable copyright file, version 1.0.
func readDep5(b Blob) []annotation {
	var list []annotation
	for _, paragraph := range strings.Split(strings.ReplaceAll(string(plain(b.Text)), "\r\n", "\n"), "\n\n") {
		fields := map[string]string{}
		key := ""
		for line := range strings.Lines(paragraph) {
			line = strings.TrimRight(line, "\n")
			if k, v, ok := strings.Cut(line, ":"); ok && line != "" && line[0] != ' ' && line[0] != '\t' && line[0] != '#' {
				key = strings.ToLower(k)
				fields[key] = strings.TrimSpace(v)
			} else if key == "files" { // a licence's further lines are its text
				fields[key] += " " + strings.TrimSpace(line)
			}
		}
		if fields["files"] != "" && fields["license"] != "" {
			list = append(list, annotation{
				patterns: globs(strings.Fields(fields["files"]), true), license: understand(fields["license"]).license, says: fields["license"], source: b,
			})
		}
	}
	return list
}

// covers tells whether the annotation is about a file.
func (a annotation) covers(file string) bool {
	if a.base != "" {
		var inside bool
		if file, inside = strings.CutPrefix(file, a.base+"/"); !inside {
			return false
		}
	}
	return slices.ContainsFunc(a.patterns, func(p *regexp.Regexp) bool { return p.MatchString(file) })
}

// globs reads patterns as REUSE.toml does: * within a folder, ** over folders;
// in dep5 every * goes over folders, and ? is one character.
func globs(patterns []string, dep5 bool) []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, p := range patterns {
		if compiled, err := regexp.Compile(glob(p, dep5)); err == nil {
			list = append(list, compiled)
		}
	}
	return list
}

func glob(pattern string, dep5 bool) string {
	var re strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			re.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '*':
			stars := len(pattern[i:]) - len(strings.TrimLeft(pattern[i:], "*"))
			i += stars - 1
			re.WriteString(map[bool]string{true: `.*`, false: `[^/]*`}[dep5 || stars > 1])
		case c == '?' && dep5:
			re.WriteString(`.`)
		default:
			re.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	return `(?s)^` + re.String() + `$`
}

// parent gives the folder of a path, "" for what stands in the root.
func parent(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return ""
}
