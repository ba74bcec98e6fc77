package ci

import (
	"os"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// entries compares what entries say with the folders of their connectors.
func (c *checker) entries(p *place) {
	for _, e := range slices.Concat(p.entries, p.included) {
		line, col := e.position()
		it, ok := c.r.connectors[e.name]
		if !ok {
			if info, err := os.Stat(filepath.Join(c.r.ws.Root, e.name)); err != nil || !info.IsDir() {
				c.error(p.wf.file, line, col, e.name, "connkit ci remove "+e.name, "%s has no folder", e.name)
			}
			continue
		}
		if e.node.Kind != yaml.MappingNode {
			continue
		}
		a := &addition{r: c.r, p: p, c: it}
		for _, wrong := range a.contradictions(e) {
			c.error(p.wf.file, wrong.value.Line, wrong.value.Column, e.name, "connkit ci add --update "+e.name, "%s %s of %s differs from what %s says (%s)",
				wrong.field.key, wrong.value.Value, e.name, wrong.from, wrong.field.value)
		}
		if v := yamltext.Get(e.node, "version"); v != nil && it.Version == "" && v.Value != "v1" {
			c.add("warning", p.wf.file, v.Line, v.Column, e.name, "", "version %s of %s stands here only: there is no %s/VERSION", v.Value, e.name, e.name)
		}
	}
}

// paths finds connectors that a path filter leaves out, and names in it that have no folder.
func (c *checker) paths(p *place) {
	names := p.names()
	for _, filter := range p.wf.pathFilters() {
		for _, form := range filter.forms(names) {
			for _, name := range names {
				if !filter.holds(form.of(name)) {
					c.error(p.wf.file, filter.list.Line, filter.list.Column, name, "connkit ci add "+name, "the paths of %s hold no %q", filter.trigger, form.of(name))
				}
			}
			for _, n := range filter.list.Content {
				name, ok := form.name(n.Value)
				if !slices.ContainsFunc(names, func(other string) bool { return prefixOf(other) == prefixOf(name) }) {
					continue // a folder that connectors share, be it there or not
				}
				if _, err := os.Stat(filepath.Join(c.r.ws.Root, name)); ok && err != nil {
					c.error(p.wf.file, n.Line, n.Column, name, "", "the paths of %s name %s, which has no folder", filter.trigger, name)
				}
			}
		}
	}
}

// steps finds names in the lists of steps that stand in no matrix of their job.
func (c *checker) steps(p *place) {
	for _, l := range p.stepLists() {
		for i, name := range l.values {
			if p.has(name) || !c.r.known(l.values[0]) && !slices.ContainsFunc(l.values, p.has) {
				continue
			}
			line, col := p.wf.doc.Position(l.seq.Items[i].Start)
			c.add("warning", p.wf.file, line, col, name, "", "step %q names %s, which is not in the matrix of its job", l.step, name)
		}
	}
}

// sizes counts the jobs of each matrix.
func (c *checker) sizes() {
	seen := map[*yaml.Node]bool{}
	for _, p := range c.r.places(Target{}) {
		n, ok := jobCount(p.matrix)
		if seen[p.matrix] || !ok {
			continue
		}
		seen[p.matrix] = true
		switch {
		case n > maxJobs:
			c.error(p.wf.file, p.matrix.Line, p.matrix.Column, "", "", "the matrix of job %s makes %d jobs, and GitHub takes %d: connkit ci matrix splits it", p.job, n, maxJobs)
		case n > manyJobs:
			c.add("warning", p.wf.file, p.matrix.Line, p.matrix.Column, "", "", "the matrix of job %s makes %d jobs, and GitHub takes %d", p.job, n, maxJobs)
		}
	}
}

// ignores finds what ci.ignore says of folders that are not there, or without a reason.
func (c *checker) ignores() {
	for name, reason := range c.ignored {
		if !c.r.known(name) {
			c.add("warning", workspace.FileName, 0, 0, name, "", "ci.ignore names %s, which is no connector", name)
		}
		if reason == "" {
			c.error(workspace.FileName, 0, 0, name, "", "ci.ignore gives no reason for %s", name)
		}
	}
}
