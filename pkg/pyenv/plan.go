package pyenv

import (
	"context"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Options say whose environment is made and how. Dir is needed.
type Options struct {
	Dir     string // the connector's folder, absolute
	Manager string // uv | poetry | pip, or "" and auto to decide by lock file and tools
	Force   bool   // make it anew
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
	python  interpreter
	fresh   bool // there is none yet: remove it when making it fails
	force   bool
}

// NewPlan decides; nothing is written. A missing tool or Python is a
// [fault.Environment] error, a project that cannot be installed [fault.Usage].
func NewPlan(ctx context.Context, o Options) (*Plan, error) {
	project, err := readProject(o.Dir)
	if err != nil {
		return nil, err
	}
	p := &Plan{Dir: filepath.Join(o.Dir, folder), project: project, force: o.Force, fresh: !exists(o.Dir, folder)}
	if p.Manager, p.Reason, err = project.manager(o.Manager); err != nil {
		return nil, err
	}
	if !o.Force && p.stampHolds() {
		p.Done = true
		return p, nil
	}
	if p.python, err = choose(ctx, project.python); err != nil {
		return nil, err
	}
	p.Python = p.python.version.String()
	p.Commands = p.commands()
	return p, nil
}

// manager chooses the tool. The lock file decides; without one what is there.
func (p *project) manager(wanted string) (name, reason string, err error) {
	if p.poetryStyle && p.uvLock && (wanted == "" || wanted == "auto" || wanted == "uv") {
		return "", "", fault.Usagef("choosing between uv and Poetry: uv.lock stands beside a pyproject.toml without [project], of which uv installs nothing").
			At(p.dir, 0, 0).WithHint("remove uv.lock, or write [project] into pyproject.toml")
	}
	switch {
	case wanted != "" && wanted != "auto":
		name, reason = wanted, "as asked for"
	case p.poetryLock && p.uvLock:
		return "", "", fault.Usagef("choosing between uv and Poetry: poetry.lock and uv.lock are both there").At(p.dir, 0, 0).
			WithHint("--manager uv or --manager poetry, or remove the one that is not kept")
	case p.poetryLock:
		name, reason = "poetry", "poetry.lock is there"
	case p.uvLock:
		name, reason = "uv", "uv.lock is there"
	default:
		for _, tool := range []string{"uv", "poetry"} {
			if _, err := proc.Look(tool); err == nil && (tool == "uv" || p.standard || p.poetryStyle) {
				return tool, "no lock file, and " + tool + " is there", nil
			}
		}
		return "pip", "no lock file, and neither uv nor Poetry is there", nil
	}
	if name == "pip" {
		return name, reason, nil
	}
	if _, err := proc.Look(name); err != nil {
		return "", "", fault.Environmentf("making the environment with %s (%s): it is not in PATH", name, reason).
			WithHint("%s, or --manager to use another", howToGet[name])
	}
	return name, reason, nil
}

var howToGet = map[string]string{
	"uv":     "pipx install uv",
	"poetry": "pipx install poetry",
}

// commands are what makes the environment, in order.
func (p *Plan) commands() [][]string {
	own := filepath.Join(p.Dir, "bin", "python")
	switch {
	case p.Manager == "poetry":
		// Made first, so that Poetry takes it, and not one that it has made elsewhere before.
		return [][]string{{p.python.path, "-m", "venv", p.Dir}, {"poetry", "install", "--no-interaction", "--compile"}}
	case p.Manager == "uv" && p.project.standard:
		return [][]string{{"uv", "sync", "--compile-bytecode", "--python", p.python.path}}
	case p.Manager == "uv":
		p.noteDev()
		make := []string{"uv", "venv", "--python", p.python.path, p.Dir}
		if !p.fresh {
			make = []string{"uv", "venv", "--clear", "--python", p.python.path, p.Dir}
		}
		return [][]string{make, append([]string{"uv", "pip", "install", "--compile-bytecode", "--python", own}, p.requirements()...)}
	default:
		p.noteDev()
		return [][]string{{p.python.path, "-m", "venv", p.Dir}, append([]string{own, "-m", "pip", "install", "--disable-pip-version-check"}, p.requirements()...)}
	}
}

func (p *Plan) noteDev() {
	if p.project.poetryStyle && len(p.project.dev) > 0 {
		p.Notes = append(p.Notes, "the dev group of a Poetry-style project is installed by its ranges, without poetry.lock")
	}
}

// requirements are the arguments of pip install: requirements.txt names path
// dependencies, which must come before the project itself.
func (p *Plan) requirements() []string {
	args := []string{"-e", "."}
	if p.project.reqs && len(p.project.paths) > 0 {
		args = []string{"-r", "requirements.txt"}
	}
	return append(args, p.project.dev...)
}
