package ci

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// stepList is a list of connectors inside an expression of a step, such as
// contains(fromJson('["source-a"]'), matrix.connector).
type stepList struct {
	step   string // name of the step, else its id
	node   *yaml.Node
	seq    *yamltext.Seq
	values []string
	offset int // of the opening bracket
}

var fromJSON = pattern.Lazy(`(?i)fromjson\(\s*'{1,2}\s*\[`)

// quoted gives the quotes of the names in a list within a scalar: those in
// double quotes have a backslash before them.
func quoted(n *yaml.Node) string {
	if n.Style&yaml.DoubleQuotedStyle != 0 {
		return `\"`
	}
	return `"`
}

// stepLists gives the lists of a job's steps. What is no JSON list of texts is none.
func (p *place) stepLists() []stepList {
	if !p.looked {
		p.steps, p.looked = p.readSteps(), true
	}
	return p.steps
}

func (p *place) readSteps() []stepList {
	steps := yamltext.Get(p.jobNode, "steps")
	if steps == nil || steps.Kind != yaml.SequenceNode {
		return nil
	}
	var lists []stepList
	for _, step := range steps.Content {
		name := ""
		for _, key := range []string{"id", "name"} {
			if n := yamltext.Get(step, key); n != nil && n.Value != "" {
				name = n.Value
			}
		}
		for _, n := range expressions(step) {
			lists = append(lists, p.listsIn(name, n)...)
		}
	}
	return lists
}

// expressions gives the scalars below a node that hold a list.
func expressions(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.ScalarNode {
		if fromJSON().MatchString(n.Value) {
			return []*yaml.Node{n}
		}
		return nil
	}
	var all []*yaml.Node
	for _, child := range n.Content {
		all = append(all, expressions(child)...)
	}
	return all
}

func (p *place) listsIn(step string, n *yaml.Node) []stepList {
	span, err := p.wf.doc.Span(n)
	if err != nil {
		return nil
	}
	var lists []stepList
	for _, m := range fromJSON().FindAllIndex(p.wf.doc.Bytes(span), -1) {
		open := span.Start + m[1] - 1
		if seq, values, err := p.wf.doc.JSONList(open, quoted(n)); err == nil {
			lists = append(lists, stepList{step, n, seq, values, open})
		}
	}
	return lists
}

// named finds the one list of a step: by its name or id, else by a part of the
// name that only one has. Of several lists the number behind a colon tells which.
func (p *place) named(step string) (stepList, error) {
	all := p.stepLists()
	found := keepLists(all, func(l stepList) bool { return l.step == step })
	name, number := step, 0
	if m := numbered().FindStringSubmatch(step); m != nil && len(found) == 0 {
		name = m[1]
		number, _ = strconv.Atoi(m[2]) // digits only
		found = keepLists(all, func(l stepList) bool { return l.step == name })
	}
	if len(found) == 0 {
		found = keepLists(all, func(l stepList) bool { return strings.Contains(strings.ToLower(l.step), strings.ToLower(name)) })
	}
	switch {
	case number > 0 && number <= len(found):
		return found[number-1], nil
	case number == 0 && len(found) == 1:
		return found[0], nil
	}
	problem := "no step of that name holds a list of connectors"
	if len(found) > 1 {
		problem, all = "more than one list is meant", found
	}
	err := fault.Usagef("finding step %q in %s: %s", step, p, problem)
	if hints := alsoHints(all); hints != "" {
		err = err.WithHint("%s", hints)
	}
	return stepList{}, err
}

var numbered = pattern.Lazy(`^(.*):(\d{1,3})$`)

func keepLists(lists []stepList, want func(stepList) bool) []stepList {
	return slices.DeleteFunc(slices.Clone(lists), func(l stepList) bool { return !want(l) })
}

// alsoHints spells the flags that name lists, with the first names of each.
func alsoHints(lists []stepList) string {
	var hints []string
	of := map[string]int{}
	for _, l := range lists {
		of[l.step]++
		same := len(keepLists(lists, func(o stepList) bool { return o.step == l.step }))
		flag := l.step
		if same > 1 {
			flag += ":" + strconv.Itoa(of[l.step])
		}
		hints = append(hints, fmt.Sprintf("--also '%s'  (%s)", flag, strings.Join(l.values[:min(len(l.values), 3)], ", ")))
	}
	return strings.Join(hints, "\n")
}

// add makes the splices that put a name into the list.
func (l stepList) add(name string) ([]yamltext.Splice, error) {
	return l.seq.Insert(indexFor(l.values, name), quoted(l.node)+name+quoted(l.node))
}

// remove makes the splices that take a name out of the list.
func (l stepList) remove(name string) ([]yamltext.Splice, error) {
	return l.seq.Remove(slices.Index(l.values, name))
}
