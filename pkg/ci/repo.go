package ci

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// Target narrows down where entries stand; empty fields leave it open.
type Target struct {
	Workflow string // file below .github/workflows, with or without folder and ending
	Job      string // id of a job, or its name
	Axis     string // key of the matrix
}

// repo is what an edit needs to know of a workspace.
type repo struct {
	ws         *workspace.Workspace
	connectors map[string]workspace.Connector
	workflows  []*workflow
	broken     []*fault.Error // workflows that cannot be read
	single     bool           // there is one edit to make: actionlint can begin before it is checked

	committed func(*workflow) *workflow // as git's HEAD has it, or nil; nil asks nobody
}

func openRepo(ws *workspace.Workspace, connectors []workspace.Connector) (*repo, error) {
	r := &repo{ws: ws, connectors: map[string]workspace.Connector{}}
	for _, c := range connectors {
		r.connectors[c.Name] = c
	}
	var err error
	r.workflows, r.broken, err = readWorkflows(workflowRoot(ws.Root), r.known)
	return r, err
}

// workflowRoot is the folder whose .github is read: that of the workspace or,
// when the workspace is a part of a repository, of the repository.
func workflowRoot(root string) string {
	for dir := root; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(workflowDir))); err == nil {
			return dir
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return root
		}
	}
}

func (r *repo) known(name string) bool {
	_, ok := r.connectors[name]
	return ok
}

// places gives the places that t leaves open.
func (r *repo) places(t Target) []*place {
	var list []*place
	for _, w := range r.workflows {
		if !t.allows(w.file) {
			continue
		}
		for _, p := range w.places {
			if t.allowsJob(p.job, p) && (t.Axis == "" || t.Axis == p.axis) {
				list = append(list, p)
			}
		}
	}
	return list
}

func (t Target) allows(file string) bool {
	if t.Workflow == "" {
		return true
	}
	base := path.Base(file)
	want := strings.TrimPrefix(path.Clean(strings.ReplaceAll(t.Workflow, `\`, "/")), "./")
	return want == file || want == base || want == strings.TrimSuffix(base, path.Ext(base))
}

func (t Target) allowsJob(id string, p *place) bool {
	if t.Job == "" || t.Job == id {
		return true
	}
	name := yamltext.Get(p.jobNode, "name")
	return name != nil && name.Value == t.Job
}

// readable is an error when a workflow that t leaves open cannot be read: it
// may be the one that is looked for.
func (r *repo) readable(t Target) error {
	for _, err := range r.broken {
		if !t.allows(err.File) {
			continue
		}
		if t.Workflow == "" {
			return err.WithHint("mend it, or name another with --workflow")
		}
		return err
	}
	return nil
}

// naming gives the places whose entries are connectors of this workspace.
func (r *repo) naming(list []*place) []*place {
	return slices.DeleteFunc(slices.Clone(list), func(p *place) bool {
		return !slices.ContainsFunc(p.names(), r.known)
	})
}
