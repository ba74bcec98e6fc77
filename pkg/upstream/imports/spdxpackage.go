package imports

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

var notInID = pattern.Lazy(`[^A-Za-z0-9.-]+`)

func (im *Import) asPackage(taken map[string]bool) spdxPackage {
	id := "SPDXRef-Package-" + strings.Trim(notInID().ReplaceAllString(im.Dest, "-"), "-")
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("SPDXRef-Package-%s-%d", strings.Trim(notInID().ReplaceAllString(im.Dest, "-"), "-"), n)
	}
	taken[id] = true
	declared := noAssertion
	if x := im.claim(); !x.IsZero() {
		declared = x.String()
	}
	p := spdxPackage{Name: im.Dest, ID: id, Version: im.Commit, Location: im.location(), Declared: declared, Concluded: declared, Copyright: noAssertion, Purpose: "SOURCE"}
	if im.Script || im.Accepted != "" {
		p.Concluded = noAssertion // nobody proved it, or somebody decided against what was found
	}
	p.Source = fmt.Sprintf("imported from %s of %s; recorded in %s", im.Label(), im.Repository, im.Found)
	p.Comments = im.License.Evidence
	if im.Accepted != "" {
		p.Comments = strings.TrimPrefix(p.Comments+"; accepted: "+im.Accepted, "; ")
	}
	if purl := im.purl(); purl != "" {
		p.References = []externalRef{{"PACKAGE-MANAGER", "purl", purl}}
	}
	return p
}

// location gives the place as SPDX wants it: <vcs>+<transport>://<host>/<path>@<commit>#<sub path>.
func (im *Import) location() string {
	raw := im.Repository
	if raw == "" {
		return noAssertion
	}
	switch scheme, rest, ok := strings.Cut(raw, "://"); {
	case ok:
		raw = scheme + "://" + escape(rest)
	case strings.HasPrefix(raw, "/"):
		raw = "file://" + escape(raw)
	default:
		host, rest, short := strings.Cut(raw, ":")
		if !short {
			return noAssertion
		}
		raw = "ssh://" + host + "/" + escape(strings.TrimPrefix(rest, "/"))
	}
	raw = "git+" + raw + "@" + im.Commit
	if im.Path != "" {
		raw += "#" + escape(im.Path)
	}
	return raw
}

func escape(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		plain, err := url.PathUnescape(parts[i])
		if err != nil {
			plain = parts[i]
		}
		parts[i] = strings.ReplaceAll(url.PathEscape(plain), "%3A", ":")
	}
	return strings.Join(parts, "/")
}

var githubForm = pattern.Lazy(`^(?:https://github\.com/|ssh://git@github\.com/|git@github\.com:)([^/]+)/([^/]+?)(?:\.git)?/?$`)

// purl gives the package URL of what lies on GitHub: https://github.com/package-url/purl-spec.
func (im *Import) purl() string {
	m := githubForm().FindStringSubmatch(im.Repository)
	if m == nil {
		return ""
	}
	purl := "pkg:github/" + strings.ToLower(m[1]+"/"+m[2]) + "@" + im.Commit
	if im.Path != "" {
		purl += "#" + escape(im.Path)
	}
	return purl
}
