package scaffold

import (
	"net/url"
	"path"
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
	classForm   = pattern.Lazy(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$`)
	packageForm = pattern.Lazy(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(\[[A-Za-z0-9._, -]+\])?\s*((?:(?:==|>=|<=|~=|!=|<|>)\s*[A-Za-z0-9.*+!_-]+)(?:\s*,\s*(?:==|>=|<=|~=|!=|<|>)\s*[A-Za-z0-9.*+!_-]+)*)?$`)
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

// gitRef is a place in a git repository.
type gitRef struct{ url, ref, subdir string }

var (
	gitURLForm = pattern.Lazy(`^(?:(?:https?|ssh|git|file|git\+https|git\+ssh|git\+file)://|[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:|/|\.{1,2}/)\S+$`)
	gitRefForm = pattern.Lazy(`^[A-Za-z0-9][A-Za-z0-9._/+-]*$`)
)

// parseGit reads URL[@REF][#SUBDIR]; refLast also takes URL#SUBDIR@REF, the form of template sources.
func parseGit(spec string, refLast bool) (gitRef, error) {
	var g gitRef
	var fragment string
	g.url, fragment, _ = strings.Cut(spec, "#")
	g.subdir = strings.TrimPrefix(fragment, "subdirectory=")
	if refLast && strings.Contains(g.subdir, "@") {
		g.subdir, g.ref, _ = strings.Cut(g.subdir, "@")
	}
	if at := refAt(g.url); at > 0 {
		g.url, g.ref = g.url[:at], g.url[at+1:]
	}
	g.url = strings.TrimPrefix(g.url, "git+")
	g.subdir = strings.Trim(g.subdir, "/")
	form := "URL[@REF][#SUBDIR]"
	switch {
	case !gitURLForm().MatchString(g.url) || strings.ContainsFunc(spec, isControl):
		return g, fault.Usagef("choosing git repository %q: it must be of the form %s", redact(spec), form).
			WithHint("for example https://github.com/big/data.git@v1.4.2#connector")
	case g.ref != "" && (!gitRefForm().MatchString(g.ref) || strings.Contains(g.ref, "..")):
		return g, fault.Usagef("choosing git repository %q: %q is no branch, tag or commit", redact(spec), g.ref)
	case g.subdir != "" && !safePath(g.subdir):
		return g, fault.Usagef("choosing git repository %q: %q is no folder inside it", redact(spec), g.subdir)
	}
	return g, nil
}

// refAt finds the @ before a ref: the first behind the host, so that
// git@host:path keeps its user and a ref may hold slashes.
func refAt(u string) int {
	start := strings.Index(u, "://")
	if start >= 0 {
		start += len("://")
	} else {
		start = max(strings.IndexByte(u, ':'), 0)
	}
	slash := strings.IndexByte(u[start:], '/')
	if slash < 0 {
		slash = 0
	}
	at := strings.IndexByte(u[start+slash:], '@')
	if at < 0 {
		return -1
	}
	return start + slash + at
}

func (g gitRef) upstream() upstreamInfo {
	name := strings.TrimSuffix(path.Base(strings.TrimRight(g.url, "/")), ".git")
	if g.subdir != "" {
		name = path.Base(g.subdir)
	}
	info := upstreamInfo{Kind: "git", Distribution: normalize(name)}
	info.Requirement = g.requirement(info.Distribution)
	return info
}

// requirement is the PEP 508 line; the user and password of a URL never get into a file.
func (g gitRef) requirement(distribution string) string {
	line := distribution + " @ git+" + asURL(redact(g.url))
	if g.ref != "" {
		line += "@" + g.ref
	}
	if g.subdir != "" {
		line += "#subdirectory=" + g.subdir
	}
	return line
}

// asURL spells git's short forms (host:path and plain paths) as the URL that PEP 508 wants.
func asURL(u string) string {
	switch {
	case strings.Contains(u, "://"):
		return u
	case strings.HasPrefix(u, "/"):
		return "file://" + u
	default:
		return "ssh://" + strings.Replace(u, ":", "/", 1)
	}
}

// redact takes user and password out of an http(s) URL; an ssh user is part of the address.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		if i, j := strings.Index(raw, "://"), strings.LastIndexByte(raw, '@'); i >= 0 && j > i && strings.HasPrefix(raw, "http") {
			return raw[:i+3] + raw[j+1:]
		}
		return raw
	}
	if u.User != nil && strings.HasPrefix(u.Scheme, "http") {
		u.User = nil
		return u.String()
	}
	return raw
}

// safePath tells whether a slash path stays below the folder it is joined to.
func safePath(p string) bool {
	return p != "" && !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../") && !strings.ContainsFunc(p, isControl) &&
		!strings.Contains(p, `\`)
}
