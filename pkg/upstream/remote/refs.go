package remote

import (
	"context"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// Resolved is what a ref of the upstream means.
type Resolved struct {
	Asked  string `json:"asked"`         // as it was given
	Ref    string `json:"ref,omitempty"` // full name, or "" for a commit
	Commit string `json:"commit"`
	Note   string `json:"note,omitempty"` // what was understood, where that is not plain
}

// ref is a line of ls-remote.
type ref struct{ name, id, peeled string }

func (r ref) commit() string {
	if r.peeled != "" {
		return r.peeled
	}
	return r.id
}

// refs asks the upstream for its refs; patterns are those of ls-remote. When
// all are below refs/heads and refs/tags the upstream is asked for no others:
// some hold a ref for each pull request.
func (q *Quarantine) refs(ctx context.Context, patterns ...string) ([]ref, error) {
	args := []string{"ls-remote", "-q"}
	if !slices.ContainsFunc(patterns, func(p string) bool {
		return !strings.HasPrefix(p, "refs/heads/") && !strings.HasPrefix(p, "refs/tags/")
	}) {
		args = append(args, "--heads", "--tags")
	}
	out, err := q.net(q.lean).Run(ctx, append(append(args, alias), patterns...)...)
	if err != nil {
		return nil, q.unreachable(err)
	}
	var list []ref
	for line := range strings.Lines(string(out.Stdout)) {
		id, name, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok {
			continue
		}
		if of, ok := strings.CutSuffix(name, "^{}"); ok {
			if i := slices.IndexFunc(list, func(r ref) bool { return r.name == of }); i >= 0 {
				list[i].peeled = id
			}
			continue
		}
		list = append(list, ref{name: name, id: id})
	}
	return list, nil
}

var (
	hexForm = pattern.Lazy(`^[0-9a-fA-F]+$`)
	// what git allows in no ref, see git check-ref-format
	noRef = pattern.Lazy(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|^/|/$|//|\.lock$|\.$|^@$|^-|(^|/)\.`)
)

// minShort is the fewest digits of an object name that git takes.
const minShort = 4

// Resolve finds the commit that asked means at the upstream: a branch, a tag
// (an annotated one stands for its commit), a full name such as
// refs/heads/main, HEAD, or a commit by all or the first digits of its name.
//
// What the upstream does not have, or has twice, is a [fault.Usage] error with
// what is near.
func (q *Quarantine) Resolve(ctx context.Context, asked string) (Resolved, error) {
	name := asked
	switch {
	case name == "":
		return Resolved{}, fault.Usagef("choosing the ref: it is empty").WithHint("a branch, a tag or a commit of %s; HEAD is its default branch", q.remote)
	case len(name) == q.hashLen() && hexForm().MatchString(name):
		return Resolved{Asked: asked, Commit: strings.ToLower(name)}, nil
	case noRef().MatchString(name):
		return Resolved{}, fault.Usagef("choosing the ref %q: it is no branch, tag or commit", asked).WithHint("a branch, a tag or a commit of %s; HEAD is its default branch", q.remote)
	}
	q.report.step("asking %s for %s", q.remote, asked)
	list, err := q.refs(ctx, patternsFor(name)...)
	if err != nil {
		return Resolved{}, err
	}
	if r, ok, err := choose(asked, name, list); ok || err != nil {
		return r, err
	}
	if len(name) >= minShort && len(name) < q.hashLen() && hexForm().MatchString(name) {
		return q.resolveShort(ctx, asked)
	}
	// airbyte/master is how the old script's imports name the branch master of the remote airbyte.
	if rest, ok := strings.CutPrefix(name, q.remote.Name+"/"); ok && q.remote.Name != "" && rest != "" {
		list, err := q.refs(ctx, patternsFor(rest)...)
		if err != nil {
			return Resolved{}, err
		}
		if r, ok, err := choose(asked, rest, list); ok || err != nil {
			r.Note = "took " + asked + " for " + rest + " of " + q.remote.Name
			return r, err
		}
	}
	return Resolved{}, q.noSuchRef(ctx, asked)
}

func patternsFor(name string) []string {
	switch {
	case name == "HEAD":
		return []string{"HEAD"}
	case strings.HasPrefix(name, "refs/"):
		return []string{name, name + "^{}"}
	case strings.HasPrefix(name, "heads/"), strings.HasPrefix(name, "tags/"):
		return []string{"refs/" + name, "refs/" + name + "^{}", "refs/heads/" + name, "refs/tags/" + name, "refs/tags/" + name + "^{}"}
	}
	return []string{"refs/heads/" + name, "refs/tags/" + name, "refs/tags/" + name + "^{}"}
}

// choose takes the ref that name means. ls-remote's patterns match the ends of
// names, so what it gave is looked through again.
func choose(asked, name string, list []ref) (Resolved, bool, error) {
	fulls := []string{"refs/heads/" + name, "refs/tags/" + name, "refs/" + name}
	if name == "HEAD" || strings.HasPrefix(name, "refs/") {
		fulls = []string{name} // it is the full name, whatever else ends like it
	}
	var hits []ref
	for _, full := range fulls {
		if i := slices.IndexFunc(list, func(r ref) bool { return r.name == full }); i >= 0 {
			hits = append(hits, list[i])
		}
	}
	if len(hits) == 0 {
		return Resolved{}, false, nil
	}
	for _, h := range hits[1:] {
		if h.commit() != hits[0].commit() {
			return Resolved{}, false, fault.Usagef("choosing the ref %q: %s is at %s and %s at %s", asked, hits[0].name, short(hits[0].commit()), h.name, short(h.commit())).
				WithHint("give the full name: %s or %s", hits[0].name, h.name)
		}
	}
	return Resolved{Asked: asked, Ref: hits[0].name, Commit: hits[0].commit()}, true, nil
}

func (q *Quarantine) noSuchRef(ctx context.Context, asked string) error {
	e := fault.Usagef("choosing the ref %q: %s has no branch, tag or commit of that name", asked, q.remote)
	list, err := q.refs(ctx, "refs/heads/*", "refs/tags/*")
	if err != nil {
		return e
	}
	var names []string
	for _, r := range list {
		name := strings.TrimPrefix(strings.TrimPrefix(r.name, "refs/heads/"), "refs/tags/")
		if strings.EqualFold(name, asked) || strings.HasSuffix(asked, "/"+name) { // origin/main is a name of another repository
			return e.WithHint("did you mean %s", name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names) // a branch and a tag can have one name
	if near := fault.Nearest(asked, names); near != "" {
		return e.WithHint("did you mean %s", near)
	}
	if len(names) == 0 {
		return e.WithHint("%s has no branches at all", q.remote)
	}
	return e.WithHint("it has %s", strings.Join(names[:min(len(names), 10)], ", "))
}

func short(id string) string { return id[:min(len(id), 12)] }
