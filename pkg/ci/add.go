package ci

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
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
	was := r.texts()
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
	fresh   bool                // nothing of the connector was there before
	steps   []stepList          // whose text changes
	changed []contradiction     // values that change in place
}

// entryName is what can stand as a name in a matrix, a path pattern and a JSON
// list alike, whatever the quotes around it.
var entryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (r *repo) add(c workspace.Connector, o Options, change *Change) error {
	if !entryName.MatchString(c.Name) {
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
	next, err := p.wf.again(yamltext.Apply(p.wf.doc.Text, a.splices), r.known)
	if err != nil || !a.holds(next) || !a.undone(next) {
		return unsafe(p.wf.file, p.line(), c.Name, a.snippet())
	}
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
	lines := newLayout(a.p.wf.doc, seq, model).item(seq.Block, append([]field{name}, fields...))
	return a.insert(seq, index, lines, list.Line, shape)
}

// seed adds what a workflow that builds Python connectors wants to know of the first one.
func (a *addition) seed(fields []field) []field {
	has := func(key string) bool { return slices.ContainsFunc(fields, func(f field) bool { return f.key == key }) }
	isKind := slices.ContainsFunc(kindKeys, has)
	if words := kindWords[a.c.Kind]; !isKind && len(words) > 0 && (a.c.Language == "python" || a.o.Python) {
		fields = append([]field{{key: "connector_type", value: words[0], text: words[0], sure: true}}, fields...)
	}
	if a.c.Language == "python" && !has("python") {
		fields = append(fields, field{key: "python", value: "true", text: "true", sure: true})
	}
	return fields
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

// expect notes what must hold of the entry in the text that comes out.
func (a *addition) expect(pick func(*place) []*entry, fields []field) {
	a.checks = append(a.checks, func(q *place) bool {
		got := pick(q)
		if len(got) != 1 {
			return false
		}
		return !slices.ContainsFunc(fields, func(f field) bool {
			v := yamltext.Get(got[0].node, f.key)
			return v == nil || v.Kind == yaml.ScalarNode && v.Value != f.value
		})
	})
}

func (a *addition) insert(seq *yamltext.Seq, at int, lines []string, line int, shape string) error {
	splices, err := seq.Insert(at, lines...)
	if err != nil {
		return unsafe(a.p.wf.file, line, a.c.Name, strings.Join(lines, "\n"))
	}
	a.take(splices, Edit{Action: "add", Shape: shape, Style: styleOf(seq.Block), Job: a.p.job, Axis: a.p.axis, locate: a.whereEntry(shape)})
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

func (a *addition) whereEntry(shape string) func(*workflow) (int, int) {
	job, axis, name := a.p.job, a.p.axis, a.c.Name
	return func(w *workflow) (int, int) {
		list, include := w.find(job, axis).standing(name)
		if shape == shapeInclude {
			return include[0].position()
		}
		return list[0].position()
	}
}

// toInclude adds the entry to include, and include to the matrix when it has none.
func (a *addition) toInclude() error {
	p := a.p
	if p.include == nil {
		return a.newInclude()
	}
	if p.include.Kind != yaml.SequenceNode {
		return p.wf.doc.Errorf(p.include, "include of job %s is no list: the entry of %s cannot be added", p.job, a.c.Name)
	}
	seq, err := p.wf.doc.Seq(p.include)
	if err != nil {
		return err
	}
	return a.insertMap(p.include, seq, p.included, p.axis, indexFor(entryNames(p.included), a.c.Name), shapeInclude)
}

// newInclude writes include behind the last key of the matrix, its items as
// deep below it as those of the list are.
func (a *addition) newInclude() error {
	p, doc := a.p, a.p.wf.doc
	fields := a.seed(a.o.asked(nil, true))
	name := field{key: p.axis, value: a.c.Name, text: nameText(a.c.Name, nil)}
	deep := 2
	if p.list.Style&yaml.FlowStyle == 0 && len(p.list.Content) > 0 {
		if seq, err := doc.Seq(p.list); err == nil {
			_, dash := doc.Position(seq.Items[0].Start)
			deep = dash - p.matrix.Content[0].Column
		}
	}
	lines := []string{"include:"}
	for _, line := range (layout{dash: " ", deep: 2}).item(true, append([]field{name}, fields...)) {
		lines = append(lines, strings.Repeat(" ", max(deep, 0))+line)
	}
	a.expect(func(q *place) []*entry { _, i := q.standing(a.c.Name); return i }, fields)
	splices, err := doc.InsertAfter(p.matrix, lines)
	if err != nil {
		return unsafe(p.wf.file, p.matrix.Line, a.c.Name, strings.Join(lines, "\n"))
	}
	a.take(splices, Edit{Action: "add", Shape: shapeInclude, Style: "block", Job: p.job, Axis: p.axis, locate: a.whereEntry(shapeInclude)})
	return nil
}

// paths keeps the path filters in step that name the other connectors.
func (a *addition) paths() error {
	p := a.p
	others := slices.DeleteFunc(p.names(), func(n string) bool { return n == a.c.Name })
	if len(others) == 0 {
		return nil
	}
	for _, filter := range p.wf.pathFilters() {
		for _, form := range filter.forms(others) {
			pattern := form.of(a.c.Name)
			if filter.holds(pattern) {
				a.fresh = false
				continue
			}
			splices, _, err := filter.addTo(p.wf.doc, form, a.c.Name)
			if err != nil {
				return unsafe(p.wf.file, filter.list.Line, a.c.Name, fmt.Sprintf("- %q", pattern))
			}
			trigger := filter.trigger
			a.take(splices, Edit{Action: "add", Shape: shapePaths, Style: styleOf(filter.list.Style&yaml.FlowStyle == 0), Trigger: trigger,
				locate: func(w *workflow) (int, int) { return w.wherePattern(trigger, pattern) }})
			a.checks = append(a.checks, func(q *place) bool { line, _ := q.wf.wherePattern(trigger, pattern); return line > 0 })
		}
	}
	return nil
}

func (w *workflow) wherePattern(trigger, pattern string) (line, col int) {
	for _, f := range w.pathFilters() {
		for _, n := range f.list.Content {
			if f.trigger == trigger && n.Value == pattern {
				return n.Line, n.Column
			}
		}
	}
	return 0, 0
}

// also adds the connector to the lists of the steps that are named.
func (a *addition) also() error {
	for _, step := range a.o.Also {
		l, err := a.p.named(step)
		if err != nil {
			return err
		}
		if slices.Contains(l.values, a.c.Name) {
			a.fresh = false
			continue
		}
		splices, err := l.add(a.c.Name)
		if err != nil {
			return unsafe(a.p.wf.file, l.node.Line, a.c.Name, fmt.Sprintf("%q", a.c.Name))
		}
		job, axis, name := a.p.job, a.p.axis, a.c.Name
		a.steps = append(a.steps, l)
		a.take(splices, Edit{Action: "add", Shape: shapeStep, Style: "flow", Job: job, Step: l.step,
			locate: func(w *workflow) (int, int) { return w.find(job, axis).whereInStep(l.step, name) }})
		a.checks = append(a.checks, func(q *place) bool { line, _ := q.whereInStep(l.step, name); return line > 0 })
	}
	return nil
}

func (p *place) whereInStep(step, name string) (line, col int) {
	for _, l := range p.stepLists() {
		if i := slices.Index(l.values, name); l.step == step && i >= 0 {
			return p.wf.doc.Position(l.seq.Items[i].Start)
		}
	}
	return 0, 0
}

// as gives a scalar another value for a while; what comes back restores it.
func as(n *yaml.Node, value string) func() {
	was := n.Value
	n.Value = value
	return func() { n.Value = was }
}

// holds tells whether an edited workflow is the old one with what was added and
// nothing else.
func (a *addition) holds(next *workflow) bool {
	q := next.find(a.p.job, a.p.axis)
	if q == nil || slices.ContainsFunc(a.checks, func(holds func(*place) bool) bool { return !holds(q) }) {
		return false
	}
	was := a.p.stepLists()
	for i, l := range q.stepLists() { // their text has changed, as it should
		if i < len(was) && slices.ContainsFunc(a.steps, func(s stepList) bool { return s.node == was[i].node }) {
			defer as(l.node, was[i].node.Value)()
		}
	}
	without := next.doc.Inserted(a.splices)
	for _, c := range a.changed {
		old, _ := yamltext.Pair(c.entry.node, c.field.key)
		for _, e := range slices.Concat(q.entries, q.included) {
			if is, _ := yamltext.Pair(e.node, c.field.key); is != nil && e.name == a.c.Name {
				without[old], without[is] = true, true
			}
		}
	}
	return yamltext.Equal(a.p.wf.doc.Root, next.doc.Root, without)
}

// undone tells whether removing the connector from an edited workflow gives
// the old bytes back. What was there in part before is not asked.
func (a *addition) undone(next *workflow) bool {
	if !a.fresh {
		return true
	}
	back := &removal{r: a.r, w: next, name: a.c.Name, o: Options{Target: a.o.Target, Also: a.o.Also}}
	return back.plan() == nil && string(yamltext.Apply(next.doc.Text, back.splices)) == string(a.p.wf.doc.Text)
}

// snippet is what a person would paste.
func (a *addition) snippet() string {
	var all []string
	for _, e := range a.edits {
		all = append(all, strings.Trim(e.Text, "\r\n"))
	}
	return strings.Join(all, "\n")
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
