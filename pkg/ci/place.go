package ci

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// place is one axis of one job's matrix that connectors can stand in.
type place struct {
	wf        *workflow
	job, axis string
	jobNode   *yaml.Node
	matrix    *yaml.Node

	list    *yaml.Node // the axis; nil when only include names connectors
	entries []*entry   // of list
	key     string     // key of the name in entries that are maps, or ""

	include  *yaml.Node // nil when there is none
	included []*entry   // of include, those that name a connector by axis

	bad *fault.Error // why the axis cannot be edited

	steps  []stepList // of the job, once looked for
	looked bool
}

// entry is one item of a list, or of include.
type entry struct {
	name  string
	at    int // index in its list
	node  *yaml.Node
	value *yaml.Node // the scalar that holds the name
}

// position is line and column of an entry.
func (e *entry) position() (line, col int) { return e.node.Line, e.node.Column }

// values gives what an entry says besides the name, as YAML text, in order.
func (e *entry) values() []pair {
	var list []pair
	if e.node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(e.node.Content); i += 2 {
		if v := e.node.Content[i+1]; v != e.value {
			list = append(list, pair{e.node.Content[i].Value, v})
		}
	}
	return list
}

type pair struct {
	key   string
	value *yaml.Node
}

func (p *place) String() string {
	return fmt.Sprintf("%s, job %s, axis %s", p.wf.file, p.job, p.axis)
}

// flags spells the options that choose this place.
func (p *place) flags() string {
	return fmt.Sprintf("--workflow %s --job %s --axis %s", strings.TrimPrefix(p.wf.file, workflowDir+"/"), p.job, p.axis)
}

// standing gives the entries of a name: in the list and in include.
func (p *place) standing(name string) (list, include []*entry) {
	is := func(e *entry) bool { return e.name != name }
	return slices.DeleteFunc(slices.Clone(p.entries), is), slices.DeleteFunc(slices.Clone(p.included), is)
}

// names gives each name that stands in the place once, in order.
func (p *place) names() []string {
	var list []string
	for _, e := range slices.Concat(p.entries, p.included) {
		if !slices.Contains(list, e.name) {
			list = append(list, e.name)
		}
	}
	return list
}
