package ci

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
)

// committedIn gives the function that reads a workflow as git's HEAD has it.
// Where there is no repository, no commit or no such file in it, nothing is known.
func committedIn(ctx context.Context, known func(string) bool) func(*workflow) *workflow {
	return func(w *workflow) *workflow {
		g := &gitRepo{top: filepath.Dir(w.path)}
		text, err := g.run(ctx, "cat-file", "blob", "HEAD:./"+filepath.Base(w.path))
		if err != nil {
			return nil
		}
		was, err := parseWorkflow(w.file, []byte(text), known)
		if err != nil {
			return nil
		}
		return was
	}
}

// beforeEntry gives a workflow as it was before an entry was added that is not
// committed yet, or nil. Git is asked when somebody wants to know, and once.
func (r *repo) beforeEntry(w *workflow, name string) func() *workflow {
	return sync.OnceValue(func() *workflow {
		if r.committed == nil {
			return nil
		}
		was := r.committed(w)
		if was == nil || slices.ContainsFunc(was.places, func(p *place) bool { return p.has(name) }) {
			return nil
		}
		return was
	})
}

// stoodInPaths tells whether a path filter had a pattern before the entry came.
func (d *removal) stoodInPaths(trigger, pattern string) bool {
	was := d.before()
	if was == nil {
		return false
	}
	line, _ := was.wherePattern(trigger, pattern, 0)
	return line > 0
}

// stoodInStep tells whether the nth list of a job's steps named the connector
// before the entry came. Steps are known by their names, since others may have
// been added between them.
func (d *removal) stoodInStep(p *place, nth int) bool {
	was := d.before()
	if was == nil {
		return false
	}
	q := was.find(p.job, p.axis)
	if q == nil {
		return false
	}
	step := p.stepLists()[nth].step
	of := func(l stepList) bool { return l.step == step }
	number := len(keepLists(p.stepLists()[:nth], of))
	same := keepLists(q.stepLists(), of)
	return number < len(same) && slices.Contains(same[number].values, d.name)
}
