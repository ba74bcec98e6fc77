package ci

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// Add plans the entries of connectors in the workflows of a workspace, whose
// connectors are all. An entry that is there already is left alone; one that
// contradicts the folder or a flag is a [fault.Blocked] error unless o.Update
// is set. What cannot be edited is a [fault.Usage] error with file and line.
func Add(ws *workspace.Workspace, all, add []workspace.Connector, o Options) (Change, error) {
	r, err := openRepo(ws, all)
	if err != nil {
		return Change{}, err
	}
	change := Change{Edits: []Edit{}, Present: []Edit{}, Notes: []string{}}
	was := r.first()
	r.single = len(add) == 1
	for _, c := range add {
		if err := r.add(c, o, &change); err != nil {
			return Change{}, err
		}
	}
	return change, change.finish(was, r, false)
}

// addition collects the splices of one connector in one workflow.
type addition struct {
	r       *repo
	p       *place
	c       workspace.Connector
	o       Options
	splices []yamltext.Splice
	edits   []Edit
	checks  []func(*place) bool // what holds afterwards
	fresh   bool                // the matrix did not name the connector before
	steps   []stepList          // whose text changes
	changed []contradiction     // values that change in place
}

// entryName is what can stand as a name in a matrix, a path pattern and a JSON
// list alike, whatever the quotes around it.
var entryName = pattern.Lazy(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (r *repo) add(c workspace.Connector, o Options, change *Change) error {
	if !entryName().MatchString(c.Name) {
		return fault.Usagef("adding %q: that is no name for a matrix: letters, digits, - _ .", c.Name)
	}
	p, err := r.choose(c, o.Target)
	if err != nil {
		return err
	}
	a := &addition{r: r, p: p, c: c, o: o, fresh: !p.has(c.Name)}
	for _, part := range []func() error{a.existing, a.entries, a.paths, a.also} {
		if err := part(); err != nil {
			return err
		}
	}
	if len(a.edits) == 0 {
		change.Present = append(change.Present, p.present(c.Name)...)
		return nil
	}
	text := yamltext.Apply(p.wf.doc.Text, a.splices)
	var linted func() ([]string, error)
	if r.single {
		linted = prelint(p.wf.file, text)
	}
	next, err := p.wf.again(text, r.known)
	if err != nil || !a.holds(next) || !a.undone(next) {
		return unsafe(p.wf.file, p.line(), c.Name, a.snippet())
	}
	next.linted = linted
	r.replace(p.wf, next)
	change.Edits = append(change.Edits, a.edits...)
	return nil
}

// entries adds what is missing of the entry in the list and in include.
func (a *addition) entries() error {
	list, include := a.p.standing(a.c.Name)
	inList, inInclude := a.shape()
	if inList && len(list) == 0 {
		if err := a.toList(); err != nil {
			return err
		}
	}
	if inInclude && len(include) == 0 {
		return a.toInclude()
	}
	return nil
}

// shape tells whether the connector stands in the list, in include or in both:
// as most of its neighbours do.
func (a *addition) shape() (inList, inInclude bool) {
	p := a.p
	switch {
	case p.list == nil:
		return false, true
	case p.key != "":
		return true, false
	}
	count := map[[2]bool]int{}
	near := a.r.alike(a.c, p.names())
	for _, name := range near {
		list, include := p.standing(name)
		count[[2]bool{len(list) > 0, len(include) > 0}]++
	}
	both, only, listed := count[[2]bool{true, true}], count[[2]bool{false, true}], count[[2]bool{true, false}]
	switch {
	case len(near) > 0 && listed > both && listed >= only:
		inList = true
	case len(near) > 0 && only > both:
		inInclude = true
	case len(near) > 0:
		inList, inInclude = true, true
	case p.has(a.c.Name): // nobody to compare with: it is well where it is
		list, include := p.standing(a.c.Name)
		inList, inInclude = len(list) > 0, len(include) > 0
	default:
		inList = true
		inInclude = a.c.Language == "python" && (len(p.included) > 0 || p.mentions("matrix.python"))
	}
	return inList, inInclude || !a.o.empty()
}

// alike gives those of names that are connectors of the same language and kind,
// else of the same language.
func (r *repo) alike(c workspace.Connector, names []string) []string {
	same := func(like func(workspace.Connector) bool) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			it, ok := r.connectors[name]
			return !ok || name == c.Name || !like(it)
		})
	}
	if near := same(func(it workspace.Connector) bool { return sameLanguage(it, c) && it.Kind == c.Kind }); len(near) > 0 {
		return near
	}
	return same(func(it workspace.Connector) bool { return sameLanguage(it, c) })
}

// mentions tells whether the job's text has a word in it.
func (p *place) mentions(word string) bool {
	span, err := p.wf.doc.Span(p.jobNode)
	return err == nil && strings.Contains(string(p.wf.doc.Bytes(span)), word)
}

// present tells where a connector stands.
func (p *place) present(name string) []Edit {
	var found []Edit
	for _, s := range p.spots(name) {
		if s.Shape != shapeStep {
			found = append(found, Edit{Connector: name, Action: "none", File: s.File, Line: s.Line, Column: s.Column, Shape: s.Shape, Job: s.Job, Axis: s.Axis})
		}
	}
	return found
}
