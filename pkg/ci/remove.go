package ci

import (
	"cmp"
	"context"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// Remove plans to take connectors out of the matrices they stand in, and out of
// the path filters that name them: what [Add] has put there leaves no trace, and
// what named them before it stays, as far as git's HEAD can tell. A
// name that is neither a connector nor in CI is a [fault.Usage] error; one that
// is the last of its matrix a [fault.Blocked] one.
func Remove(ctx context.Context, ws *workspace.Workspace, all []workspace.Connector, names []string, o Options) (Change, error) {
	r, err := openRepo(ws, all)
	if err != nil {
		return Change{}, err
	}
	if err := cmp.Or(r.readable(o.Target), r.chosen(o.Target), r.stepsNamed(o)); err != nil {
		return Change{}, err
	}
	r.committed = committedIn(ctx, r.known)
	change := Change{Edits: []Edit{}, Present: []Edit{}, Notes: []string{}}
	was := r.first()
	for _, name := range names {
		if err := r.remove(name, o, &change); err != nil {
			return Change{}, err
		}
	}
	return change, change.finish(was, r, true)
}

func (r *repo) remove(name string, o Options, change *Change) error {
	did := false
	for _, w := range slices.Clone(r.workflows) {
		if !o.allows(w.file) {
			continue
		}
		del := &removal{r: r, w: w, name: name, o: o, before: r.beforeEntry(w, name)}
		if err := del.plan(); err != nil {
			return err
		}
		change.Notes = append(change.Notes, del.notes...)
		if len(del.splices) == 0 {
			continue
		}
		did = true
		next, err := w.again(yamltext.Apply(w.doc.Text, del.splices), r.known)
		if err != nil || !del.holds(next) {
			return unsafe(w.file, del.edits[0].Line, name, "")
		}
		r.replace(w, next)
		change.Edits = append(change.Edits, del.edits...)
	}
	if !did && !r.known(name) {
		return r.unknown(name)
	}
	if !did {
		change.Present = append(change.Present, Edit{Connector: name, Action: "none"})
	}
	return nil
}

// unknown is the error for a name that is nowhere.
func (r *repo) unknown(name string) error {
	var names []string
	for _, p := range r.naming(r.places(Target{})) {
		names = append(names, p.names()...)
	}
	e := fault.Usagef("removing %q: it is no connector of this workspace and stands in no matrix", name)
	if near := fault.Nearest(name, names); near != "" {
		return e.WithHint("did you mean %s", near)
	}
	return e.WithHint("connkit ci list")
}

// removal collects the splices that take one name out of one workflow.
type removal struct {
	r       *repo
	w       *workflow
	name    string
	o       Options
	splices []yamltext.Splice
	edits   []Edit
	notes   []string
	nodes   map[*yaml.Node]bool // what goes
	seen    map[int]bool        // offsets of the step lists that change
	steps   []int               // indexes of the step lists that change

	before func() *workflow // as it was before the entry was added; nil when that is not known
}

func (d *removal) plan() error {
	d.nodes, d.seen = map[*yaml.Node]bool{}, map[int]bool{}
	left := false // it still stands in another matrix of this workflow
	var seen []*place
	for _, p := range d.w.places {
		if !slices.ContainsFunc(p.names(), d.r.known) && !p.has(d.name) {
			continue
		}
		if !d.o.allowsJob(p.job, p) || d.o.Axis != "" && d.o.Axis != p.axis {
			left = left || p.has(d.name)
			continue
		}
		if err := d.entries(p); err != nil {
			return err
		}
		if err := d.also(p); err != nil {
			return err
		}
		seen = append(seen, p)
	}
	if left {
		return nil
	}
	for _, p := range seen {
		if err := d.paths(p); err != nil {
			return err
		}
	}
	return nil
}

// holds tells whether the new workflow is the old one without what was removed.
func (d *removal) holds(next *workflow) bool {
	for _, p := range d.w.places {
		q := next.find(p.job, p.axis)
		if q == nil {
			continue
		}
		was, is := p.stepLists(), q.stepLists()
		for _, i := range d.steps {
			if i < len(was) && i < len(is) {
				defer as(is[i].node, was[i].node.Value)()
			}
		}
	}
	return yamltext.Equal(d.w.doc.Root, next.doc.Root, d.nodes)
}
