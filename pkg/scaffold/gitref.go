package scaffold

import (
	"path"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

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

// redact takes user and password out of an http(s) URL, and the password out of
// any other: an ssh user is part of the address.
func redact(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	at := strings.LastIndexByte(host, '@')
	if !ok || at < 0 {
		return raw
	}
	user, _, _ := strings.Cut(host[:at], ":")
	if strings.Contains(scheme, "http") || user == "" { // git+https too
		return scheme + "://" + rest[at+1:]
	}
	return scheme + "://" + user + rest[at:]
}

// safePath tells whether a slash path stays below the folder it is joined to.
func safePath(p string) bool {
	return p != "" && !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../") && !strings.ContainsFunc(p, isControl) &&
		!strings.Contains(p, `\`)
}
