package ci

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/workspace"
)

// choose finds the one place for a connector: where it stands already, else
// where connectors of its language and kind stand. What several places have
// equal claims to, and what none has, is a [fault.Usage] error with the list.
func (r *repo) choose(c workspace.Connector, t Target) (*place, error) {
	if err := r.readable(t); err != nil {
		return nil, err
	}
	list := r.places(t)
	if naming := r.naming(list); len(naming) > 0 {
		list = naming
	} else if t == (Target{}) || len(list) == 0 {
		return nil, r.nowhere(c.Name, t)
	}
	if standing := keep(list, func(p *place) bool { return p.has(c.Name) }); len(standing) > 0 {
		list = standing
	} else if t.Job == "" || t.Axis == "" {
		list = r.fitting(c, list)
	}
	if len(list) > 1 {
		return nil, ambiguous(c.Name, list)
	}
	if list[0].bad != nil {
		return nil, list[0].bad.WithHint("paste it by hand: %s", c.Name)
	}
	return list[0], nil
}

func (p *place) has(name string) bool { return slices.Contains(p.names(), name) }

// fitting keeps the places that a connector belongs to. Lists that are mostly of
// its language come before others, then lists that hold its kind, then lists
// that are mostly of its kind. A list whose connectors all stand in another is
// that one's special case: a job for some of them.
func (r *repo) fitting(c workspace.Connector, list []*place) []*place {
	language := func(it workspace.Connector) bool { return sameLanguage(it, c) }
	kind := func(it workspace.Connector) bool { return sameLanguage(it, c) && it.Kind == c.Kind }
	for _, fits := range []func(*place) bool{
		func(p *place) bool { return r.share(p, language) >= 0.5 },
		func(p *place) bool { return r.share(p, language) > 0 },
		func(p *place) bool { return r.share(p, kind) > 0 },
		func(p *place) bool { return r.share(p, kind) >= 0.5 },
	} {
		if kept := keep(list, fits); len(kept) > 0 {
			list = kept
		}
	}
	whole := keep(list, func(p *place) bool {
		return !slices.ContainsFunc(list, func(of *place) bool { return of != p && partOf(p, of) })
	})
	if len(whole) > 0 {
		return whole
	}
	return list
}

// sameLanguage compares languages; of a folder that does not tell its own we
// know that it is no Python project.
func sameLanguage(a, b workspace.Connector) bool {
	unknown := (a.Language == "" || b.Language == "") && a.Language != "python" && b.Language != "python"
	return a.Language == b.Language || unknown
}

// share is the part of a place's connectors that are such, from 0 to 1.
func (r *repo) share(p *place, such func(workspace.Connector) bool) float64 {
	all, of := 0, 0
	for _, name := range p.names() {
		if c, ok := r.connectors[name]; ok {
			all++
			if such(c) {
				of++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(of) / float64(all)
}

// partOf tells whether all that stands in p stands in of, which has more.
func partOf(p, of *place) bool {
	names, more := p.names(), of.names()
	return len(names) < len(more) && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(more, n) })
}

func keep(list []*place, want func(*place) bool) []*place {
	return slices.DeleteFunc(slices.Clone(list), func(p *place) bool { return !want(p) })
}

// String spells the flags that a target was made from.
func (t Target) String() string {
	var words []string
	for _, f := range [][2]string{{"--workflow", t.Workflow}, {"--job", t.Job}, {"--axis", t.Axis}} {
		if f[1] != "" {
			words = append(words, f[0]+" "+f[1])
		}
	}
	return strings.Join(words, " ")
}
