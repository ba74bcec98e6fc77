package ci

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// Standing is where one connector stands in CI.
type Standing struct {
	Connector string `json:"connector"`
	Language  string `json:"language"` // "" for a name without a folder
	Spots     []Spot `json:"spots"`
	Ignored   string `json:"ignored,omitempty"` // the reason in ci.ignore
}

// Spot is one place that names a connector.
type Spot struct {
	File   string            `json:"file"`
	Line   int               `json:"line"`
	Column int               `json:"column"`
	Shape  string            `json:"shape"` // list of names | list of maps | include | step
	Job    string            `json:"job"`
	Axis   string            `json:"axis,omitempty"`
	Step   string            `json:"step,omitempty"`
	Values map[string]string `json:"values,omitempty"` // what the entry says besides the name
}

// List tells of every connector of a workspace, and of every other name that
// stands among connectors, where it stands. ignored gives the reasons of
// connectors that are not in CI. Workflows that cannot be read are an error.
func List(ws *workspace.Workspace, all []workspace.Connector, ignored map[string]string, t Target) ([]Standing, error) {
	r, err := openRepo(ws, all)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(r.readable(t), r.chosen(t)); err != nil {
		return nil, err
	}
	return r.standings(ignored, t), nil
}

func (r *repo) standings(ignored map[string]string, t Target) []Standing {
	names := map[string]bool{}
	for name := range r.connectors {
		names[name] = true
	}
	places := r.naming(r.places(t))
	for _, p := range places {
		for _, e := range slices.Concat(p.entries, p.included) {
			names[e.name] = true
		}
	}
	list := []Standing{}
	for name := range names {
		var spots []Spot
		for _, p := range places {
			spots = append(spots, p.spots(name)...)
		}
		s := Standing{Connector: name, Language: r.connectors[name].Language, Spots: unique(spots), Ignored: ignored[name]}
		if s.Language != "" || len(s.Spots) > 0 {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b Standing) int { return strings.Compare(a.Connector, b.Connector) })
	return list
}

// spots gives where a name stands in the matrix and in the steps of its job.
func (p *place) spots(name string) []Spot {
	found := []Spot{}
	list, include := p.standing(name)
	for i, e := range slices.Concat(list, include) {
		s := Spot{File: p.wf.file, Shape: shapeInclude, Job: p.job, Axis: p.axis, Values: e.texts()}
		if i < len(list) {
			s.Shape = e.shape()
		}
		s.Line, s.Column = e.position()
		found = append(found, s)
	}
	for _, l := range p.stepLists() {
		if i := slices.Index(l.values, name); i >= 0 {
			s := Spot{File: p.wf.file, Shape: shapeStep, Job: p.job, Step: l.step}
			s.Line, s.Column = p.wf.doc.Position(l.seq.Items[i].Start)
			found = append(found, s)
		}
	}
	return found
}

func (e *entry) shape() string {
	if e.node.Kind == yaml.MappingNode {
		return shapeMaps
	}
	return shapeNames
}

// texts gives the scalar values of an entry.
func (e *entry) texts() map[string]string {
	texts := map[string]string{}
	for _, v := range e.values() {
		if v.value.Kind == yaml.ScalarNode {
			texts[v.key] = v.value.Value
		}
	}
	return texts
}

// unique drops spots that two axes of one job both see.
func unique(spots []Spot) []Spot {
	list := []Spot{}
	for _, s := range spots {
		if !slices.ContainsFunc(list, func(o Spot) bool { return o.File == s.File && o.Line == s.Line && o.Column == s.Column }) {
			list = append(list, s)
		}
	}
	return list
}

// dynamic gives the jobs whose matrix connkit ci matrix makes: every connector
// stands in them when it has to.
func (r *repo) dynamic() []string {
	var jobs []string
	for _, w := range r.workflows {
		if !asksMatrix(string(w.doc.Text)) {
			continue
		}
		all := yamltext.Get(w.doc.Root, "jobs")
		for _, c := range w.closed {
			matrix := yamltext.Get(yamltext.Get(yamltext.Get(all, c.job), "strategy"), "matrix")
			if matrix != nil && strings.Contains(strings.ToLower(matrix.Value), "fromjson") {
				jobs = append(jobs, w.file+", job "+c.job)
			}
		}
	}
	return jobs
}
