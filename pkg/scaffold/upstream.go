package scaffold

import (
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// Upstream is the existing connector that a shim wraps: at most one of the
// three places, and the class in it.
type Upstream struct {
	Package string // NAME or NAME==VERSION, from the package registry
	Git     string // URL[@REF][#SUBDIR]
	Path    string // folder of the repository, absolute
	Class   string // module:Symbol, or "" to look for it
}

// upstreamInfo is what templates learn of an upstream as {{.upstream.…}}.
type upstreamInfo struct {
	Kind         string // "", package, git, path
	Distribution string
	Requirement  string // PEP 508
	Path         string // relative to the connector's folder
	Module       string
	Symbol       string
	Python       string // its requires-python, "" when unknown
}

func (u upstreamInfo) variables() map[string]any {
	return map[string]any{
		"kind": u.Kind, "distribution": u.Distribution, "requirement": u.Requirement, "path": u.Path,
		"module": u.Module, "symbol": u.Symbol, "python": u.Python,
	}
}

// mayImport tells whether the upstream's import package is, or may be, called
// pkg. Without a class the module is unknown until it is installed; the names
// that such distributions carry are their own and that without "airbyte-".
func (u upstreamInfo) mayImport(pkg string) bool {
	if u.Module != "" {
		top, _, _ := strings.Cut(u.Module, ".")
		return top == pkg
	}
	own := strings.ReplaceAll(normalize(u.Distribution), "-", "_")
	return own == pkg || strings.TrimPrefix(own, "airbyte_") == pkg
}

var (
	writer      = pattern.Lazy(`^(airbyte-destination|(pipelinewise-|meltanolabs-|hotglue-)?target)-`)
	classForm   = pattern.Lazy(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$`)
	packageForm = pattern.Lazy(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(\[[A-Za-z0-9._, -]+\])? *((?:(?:==|>=|<=|~=|!=|<|>) *[A-Za-z0-9.*+!_-]+)(?: *, *(?:==|>=|<=|~=|!=|<|>) *[A-Za-z0-9.*+!_-]+)*)?$`)
)

// parse checks the form of what was given; target is the new connector's folder.
func (u Upstream) parse(target string) (upstreamInfo, error) {
	var info upstreamInfo
	var err error
	switch {
	case u.count() > 1:
		return info, fault.Usagef("choosing the upstream: give one of a package, a git repository and a path")
	case u.Package != "":
		info, err = parsePackage(u.Package)
	case u.Git != "":
		var g gitRef
		if g, err = parseGit(u.Git, false); err == nil {
			info = g.upstream()
		}
	case u.Path != "":
		info, err = parsePath(u.Path, target)
	case u.Class != "":
		return info, fault.Usagef("choosing class %q: no upstream is given to take it from", u.Class)
	}
	if err != nil || u.Class == "" {
		return info, err
	}
	if !classForm().MatchString(u.Class) {
		return info, fault.Usagef("choosing class %q: it must be of the form module:Class", u.Class).
			WithHint("for example --class source_faker:SourceFaker")
	}
	info.Module, info.Symbol, _ = strings.Cut(u.Class, ":")
	return info, nil
}

func (u Upstream) count() int {
	n := 0
	for _, s := range []string{u.Package, u.Git, u.Path} {
		if s != "" {
			n++
		}
	}
	return n
}

func parsePackage(spec string) (upstreamInfo, error) {
	m := packageForm().FindStringSubmatch(spec)
	if m == nil {
		return upstreamInfo{}, fault.Usagef("choosing package %q: it must be NAME or NAME==VERSION", spec).
			WithHint("for example --upstream-package airbyte-source-faker==7.2.1")
	}
	if writer().MatchString(normalize(m[1])) {
		return upstreamInfo{}, fault.Usagef("choosing package %q: by its name it writes, and a capture wraps what reads", m[1]).
			WithHint("a package airbyte-source-… or tap-…, or --template materialize for a materialization of your own")
	}
	return upstreamInfo{Kind: "package", Distribution: m[1], Requirement: m[1] + m[2] + strings.ReplaceAll(m[3], " ", "")}, nil
}

func parsePath(dir, target string) (upstreamInfo, error) {
	rel, err := filepath.Rel(target, dir)
	if err != nil {
		return upstreamInfo{}, fault.Usagef("choosing path %q: %w", dir, err)
	}
	name := normalize(filepath.Base(dir))
	return upstreamInfo{Kind: "path", Distribution: name, Requirement: name, Path: filepath.ToSlash(rel)}, nil
}
