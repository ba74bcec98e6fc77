package ci

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/connkit/connkit/pkg/workspace"
)

// Finding is one thing that is wrong in CI, or looks so.
type Finding struct {
	File      string `json:"file"`   // slash path from the root
	Line      int    `json:"line"`   // 1-based; 0 is the whole file
	Column    int    `json:"column"` // 1-based; 0 is the whole line
	Level     string `json:"level"`  // error | warning
	Connector string `json:"connector,omitempty"`
	Message   string `json:"message"`
	Fix       string `json:"fix,omitempty"` // a command
}

// checker collects findings.
type checker struct {
	r       *repo
	t       Target
	ignored map[string]string
	found   []Finding
}

// Check compares the workflows with the connectors of a workspace: each stands
// in exactly one matrix or is ignored with a reason, no entry lacks its folder,
// entries say what folders say, path filters name all, and no matrix makes more
// jobs than GitHub takes. Findings come sorted by place; those of level error
// are to be mended.
func Check(ws *workspace.Workspace, all []workspace.Connector, ignored map[string]string, t Target) ([]Finding, error) {
	r, err := openRepo(ws, all)
	if err != nil {
		return nil, err
	}
	if r.readable(t) == nil {
		if err := r.chosen(t); err != nil {
			return nil, err
		}
	}
	c := &checker{r: r, t: t, ignored: ignored, found: []Finding{}}
	c.broken()
	c.standings()
	for _, p := range r.naming(r.places(t)) {
		c.entries(p)
		c.paths(p)
		c.steps(p)
	}
	c.sizes()
	c.ignores()
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(c.found), nil
}

func (c *checker) add(level, file string, line, col int, connector, fix, format string, args ...any) {
	c.found = append(c.found, Finding{file, line, col, level, connector, fmt.Sprintf(format, args...), fix})
}

func (c *checker) error(file string, line, col int, connector, fix, format string, args ...any) {
	c.add("error", file, line, col, connector, fix, format, args...)
}

// broken tells of workflows that cannot be read.
func (c *checker) broken() {
	for _, err := range c.r.broken {
		c.error(err.File, err.Line, err.Col, "", "", "%v", err.Err)
	}
}

// standings finds connectors that stand in no matrix, in several, or twice in one.
func (c *checker) standings() {
	dynamic := len(c.r.dynamic()) > 0
	for _, s := range c.r.standings(c.ignored, c.t) {
		_, ignored := c.ignored[s.Connector]
		var first *Spot
		for i, spot := range s.Spots {
			switch {
			case spot.Shape == shapeStep:
			case first == nil:
				first = &s.Spots[i]
			case first.File == spot.File && first.Job == spot.Job && (first.Shape == shapeInclude) == (spot.Shape == shapeInclude):
				c.error(spot.File, spot.Line, spot.Column, s.Connector, "", "%s stands in job %s a second time; first in line %d", s.Connector, spot.Job, first.Line)
			case first.File != spot.File || first.Job != spot.Job:
				c.error(spot.File, spot.Line, spot.Column, s.Connector, "", "%s stands in a second matrix; the first is %s:%d", s.Connector, first.File, first.Line)
			}
		}
		switch {
		case s.Language == "":
		case first == nil && !ignored && !dynamic:
			c.missing(s.Connector)
		case first != nil && ignored:
			c.error(first.File, first.Line, first.Column, s.Connector, "connkit ci remove "+s.Connector, "%s stands here, and ci.ignore leaves it out (%s)", s.Connector, s.Ignored)
		}
	}
}

// missing tells of a connector without an entry at the list where it would stand.
func (c *checker) missing(name string) {
	file, line, col := workflowDir, 0, 0
	if p, err := c.r.choose(c.r.connectors[name], c.t); err == nil {
		n := p.list
		if n == nil {
			n = p.include
		}
		file, line, col = p.wf.file, n.Line, n.Column
	}
	c.error(file, line, col, name, "connkit ci add "+name, "%s stands in no matrix", name)
}
