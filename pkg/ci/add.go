package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

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

func (a *addition) toList() error {
	p := a.p
	seq, err := p.wf.doc.Seq(p.list)
	if err != nil {
		return err
	}
	at := min(indexFor(entryNames(p.entries), a.c.Name), len(p.entries))
	if p.key != "" {
		return a.insertMap(p.list, seq, p.entries, p.key, at, shapeMaps)
	}
	var like []*yaml.Node
	for _, e := range a.r.neighbours(a.c, p.entries) {
		like = append(like, e.value)
	}
	text := nameText(a.c.Name, like)
	a.expect(func(q *place) []*entry { l, _ := q.standing(a.c.Name); return l }, nil)
	return a.insert(seq, at, seqItem(seq, p.wf.doc, text, at), p.list.Line, shapeNames)
}

func entryNames(entries []*entry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	return names
}

// insertMap inserts an entry that is a map at index at of entries.
func (a *addition) insertMap(list *yaml.Node, seq *yamltext.Seq, entries []*entry, key string, at int, shape string) error {
	fields, err := a.r.fields(a.p, a.c, entries, a.o.Values)
	if err != nil {
		return err
	}
	if len(entries) == 0 && shape == shapeInclude {
		fields = a.seed(fields)
	}
	model := a.model(entries, fields, at)
	var like []*yaml.Node
	if model != nil {
		like = append(like, yamltext.Get(model.node, key))
	}
	name := field{key: key, value: a.c.Name, text: nameText(a.c.Name, like)}
	pick := func(q *place) []*entry {
		l, i := q.standing(a.c.Name)
		if shape == shapeInclude {
			return i
		}
		return l
	}
	a.expect(pick, fields)
	index := len(list.Content)
	switch {
	case at > 0:
		index = entries[at-1].at + 1
	case len(entries) > 0:
		index = entries[0].at
	}
	lay := newLayout(a.p.wf.doc, seq, model)
	if i := slices.IndexFunc(fields, func(f field) bool { return f.block }); i >= 0 && (!seq.Block || lay.inBraces()) {
		return fault.Usagef("adding %s: the entries of %s have a block under %q, which one in braces cannot have", a.c.Name, a.p, fields[i].key).
			WithHint("--set %s=VALUE", fields[i].key)
	}
	lines := lay.item(seq.Block, append([]field{name}, fields...))
	return a.insert(seq, index, lines, list.Line, shape)
}

// model is the neighbour whose layout is copied: the nearest one with the same keys, else the nearest.
func (a *addition) model(entries []*entry, fields []field, at int) *entry {
	var best *entry
	bestRank := 0
	for i, e := range entries {
		if e.node.Kind != yaml.MappingNode {
			continue
		}
		rank := max(i-at, at-i-1)
		if !sameKeys(e, fields) {
			rank += len(entries)
		}
		if best == nil || rank < bestRank {
			best, bestRank = e, rank
		}
	}
	return best
}

func sameKeys(e *entry, fields []field) bool {
	values := e.values()
	return len(values) == len(fields) && !slices.ContainsFunc(fields, func(f field) bool {
		return !slices.ContainsFunc(values, func(p pair) bool { return p.key == f.key })
	})
}

func (a *addition) insert(seq *yamltext.Seq, at int, lines []string, line int, shape string) error {
	splices, err := seq.Insert(at, lines...)
	if err != nil {
		return unsafe(a.p.wf.file, line, a.c.Name, strings.Join(lines, "\n"))
	}
	a.take(splices, Edit{Action: "add", Shape: shape, Style: styleOf(seq.Block), Job: a.p.job, Axis: a.p.axis, locate: whereEntry(a.p.job, a.p.axis, shape, a.c.Name, 0)})
	return nil
}

// take adds splices and the edit that tells of them.
func (a *addition) take(splices []yamltext.Splice, e Edit) {
	e.Connector, e.File = a.c.Name, a.p.wf.file
	for _, s := range splices {
		e.Text += s.Text
	}
	a.splices = append(a.splices, splices...)
	a.edits = append(a.edits, e)
}

// whereEntry finds the nth entry of a name in a reading of the workflow.
func whereEntry(job, axis, shape, name string, nth int) func(*workflow) (line, col int) {
	return func(w *workflow) (int, int) {
		list, include := w.find(job, axis).standing(name)
		if shape == shapeInclude {
			list = include
		}
		return list[min(nth, len(list)-1)].position()
	}
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
