package pyenv

import (
	"context"
	"path/filepath"
	"slices"
)

// Options say whose environment is made and how. Dir is needed.
type Options struct {
	Dir     string // the connector's folder, absolute
	Manager string // uv | poetry | pip, or "" and auto to decide by lock file and tools
	Force   bool   // make it anew
	Python  string // version that is wanted, such as 3.12; "" is the user's own where it fits
	Must    bool   // a project that does not take that version is an error
}

// Plan is how an environment would be made.
type Plan struct {
	Dir      string     `json:"dir"` // of the environment
	Manager  string     `json:"manager"`
	Reason   string     `json:"reason"` // why this one
	Python   string     `json:"python"` // version
	Commands [][]string `json:"commands"`
	Notes    []string   `json:"notes,omitempty"`
	Done     bool       `json:"done"` // it is there and up to date: nothing to run
	DryRun   bool       `json:"dryRun"`

	project *project
	lock    *lockPlan // of a poetry.lock that another tool follows; nil for none
	python  Python
	fresh   bool // there is none yet: remove it when making it fails
	anew    bool // the one that is there cannot be kept: put it back when making fails
	hasPip  bool // of the one that is kept
}

// NewPlan decides; nothing is written. A missing tool or Python is a
// [fault.Environment] error, a project that cannot be installed [fault.Usage].
func NewPlan(ctx context.Context, o Options) (*Plan, error) {
	project, err := readProject(o.Dir)
	if err != nil {
		return nil, err
	}
	p := &Plan{Dir: filepath.Join(o.Dir, folder), project: project}
	wanted, note, err := project.narrowed(o.Python, o.Must)
	if err != nil {
		return nil, err
	}
	p.Notes = slices.DeleteFunc([]string{note}, func(s string) bool { return s == "" })
	p.fresh = !isThere(p.Dir)
	env, problem := look(p.Dir, wanted)
	if p.Manager, p.Reason, err = project.manager(o.Manager, env.Manager); err != nil {
		return nil, err
	}
	if !o.Force && problem == "" && p.stampHolds() {
		p.Done, p.Python = true, env.Version
		return p, nil
	}
	if !p.fresh {
		p.weigh(env, problem, o.Force)
	}
	kept := !p.fresh && !p.anew
	if !kept || !p.keepPython(env) {
		if p.python, err = choose(ctx, wanted, p.Manager); err != nil {
			return nil, err
		}
	}
	p.Python = p.python.Version
	if p.Reason == followed {
		if p.lock, err = p.planLock(); err != nil {
			return nil, err
		}
	}
	p.Commands = p.commands(kept)
	p.note()
	return p, nil
}

// weigh decides whether the environment that is there is kept and brought up to date.
func (p *Plan) weigh(env Env, problem string, force bool) {
	switch {
	case force:
		p.anew = true
	case problem != "":
		p.anew = true
		p.Notes = append(p.Notes, "it is made anew: "+problem)
	case env.Manager == "" && isThere(p.aside()):
		p.anew = true
		p.Notes = append(p.Notes, "it is made anew: the last run was cut off in the middle")
	case env.Manager != "" && env.Manager != p.Manager:
		p.anew = true
		p.Notes = append(p.Notes, "it is made anew: "+env.Manager+" made the one that is there")
	}
	if site, err := env.sitePackages(); err == nil {
		p.hasPip = exists(site, "pip")
	}
}

// keepPython takes the Python of the environment that stays, so that no tool
// makes it anew for another one that fits as well.
func (p *Plan) keepPython(env Env) bool {
	v, ok := madeWith(env.Dir)
	base := linked(env)
	if !ok || base == "" {
		return false
	}
	p.python = Python{Name: filepath.Base(base), Path: base, Version: v.String(), version: v}
	return true
}

// note says where the environment will differ from what the project asks for.
func (p *Plan) note() {
	project := p.project
	if p.lock != nil {
		p.Notes = append(p.Notes, "what poetry.lock says is installed by "+p.Manager+"; whether it is up to date with pyproject.toml only Poetry tells")
		return
	}
	if project.poetryLock && p.Manager != "poetry" {
		p.Notes = append(p.Notes, "poetry.lock is not followed: only Poetry reads it")
	}
	if project.uvLock && p.Manager != "uv" {
		p.Notes = append(p.Notes, "uv.lock is not followed: only uv reads it")
	}
	if project.vague && p.Manager != "poetry" {
		p.Notes = append(p.Notes, "some ranges and platforms are left open: only Poetry reads the way they are written")
	}
}
