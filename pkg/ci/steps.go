package ci

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
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

var fromJSON = regexp.MustCompile(`(?i)fromjson\(\s*'{1,2}\s*\[`)

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
		if fromJSON.MatchString(n.Value) {
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
	if err != nil || n.Style&yaml.DoubleQuotedStyle != 0 { // there the quotes of the names are escaped
		return nil
	}
	var lists []stepList
	for _, m := range fromJSON.FindAllIndex(p.wf.doc.Bytes(span), -1) {
		open := span.Start + m[1] - 1
		if seq, values, err := p.wf.doc.JSONList(open); err == nil {
			lists = append(lists, stepList{step, n, seq, values, open})
		}
	}
	return lists
}

// named finds the one list of a step: by its name or id, else by a part of the
// name that only one has.
func (p *place) named(step string) (stepList, error) {
	all := p.stepLists()
	found := slices.DeleteFunc(slices.Clone(all), func(l stepList) bool { return l.step != step })
	if len(found) == 0 {
		found = slices.DeleteFunc(slices.Clone(all), func(l stepList) bool {
			return !strings.Contains(strings.ToLower(l.step), strings.ToLower(step))
		})
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var names []string
	for _, l := range all {
		names = append(names, "--also '"+l.step+"'")
	}
	problem := "no step of that name holds a list of connectors"
	if len(found) > 1 {
		problem = "more than one list is meant"
	}
	err := fault.Usagef("finding step %q in %s: %s", step, p, problem)
	if len(names) > 0 {
		err = err.WithHint("%s", strings.Join(names, "\n"))
	}
	return stepList{}, err
}

// add makes the splices that put a name into the list.
func (l stepList) add(name string) ([]yamltext.Splice, error) {
	return l.seq.Insert(indexFor(l.values, name), `"`+name+`"`)
}

// remove makes the splices that take a name out of the list.
func (l stepList) remove(name string) ([]yamltext.Splice, error) {
	return l.seq.Remove(slices.Index(l.values, name))
}
