package pyenv

import (
	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// followed is the reason for a tool that is to install what another's lock file says.
const followed = "poetry.lock is there, and Poetry is not"

// manager chooses the tool. The lock file decides; without one what is there.
// made is the tool that made the environment that is there, "" for none.
func (p *project) manager(wanted, made string) (name, reason string, err error) {
	auto := wanted == "" || wanted == "auto"
	if err := p.conflict(wanted); err != nil {
		return "", "", err
	}
	switch {
	case !auto:
		name, reason = wanted, "as asked for"
	case p.poetryLock && has("poetry"):
		name, reason = "poetry", "poetry.lock is there"
	case p.poetryLock:
		if name = "pip"; has("uv") {
			name = "uv"
		}
		return name, followed, nil
	case p.uvLock:
		name, reason = "uv", "uv.lock is there"
	case made != "":
		if made == "pip" || has(made) {
			return made, "no lock file, and " + made + " made it before", nil
		}
		fallthrough
	default:
		name, reason = p.unlocked()
		return name, reason, nil
	}
	if name != "pip" && !has(name) {
		return "", "", fault.Environmentf("making the environment with %s (%s): it is not in PATH", name, reason).
			WithHint("pipx install %s, or --manager to use another", name)
	}
	return name, reason, nil
}

// unlocked chooses where there is no lock file. Poetry comes first for what
// only Poetry reads in full.
func (p *project) unlocked() (name, reason string) {
	order := []string{"uv", "poetry"}
	if p.poetryStyle {
		order = []string{"poetry", "uv"}
	}
	for _, tool := range order {
		if !has(tool) || tool == "poetry" && !p.standard && !p.poetryStyle {
			continue
		}
		if p.poetryStyle && tool == "poetry" {
			return tool, "no lock file, and pyproject.toml is written for Poetry"
		}
		return tool, "no lock file, and " + tool + " is there"
	}
	return "pip", "no lock file, and neither uv nor Poetry is there"
}

func has(tool string) bool {
	_, err := proc.Look(tool)
	return err == nil
}

// conflict is an error where the lock files contradict the project or each other.
func (p *project) conflict(wanted string) error {
	auto := wanted == "" || wanted == "auto"
	switch {
	case p.poetryStyle && p.uvLock && (auto || wanted == "uv"):
		return fault.Usagef("choosing between uv and Poetry: uv.lock stands beside a pyproject.toml without [project], of which uv sync installs nothing").
			At(p.dir, 0, 0).WithHint("remove uv.lock, or write [project] into pyproject.toml")
	case auto && p.poetryLock && p.uvLock:
		return fault.Usagef("choosing between uv and Poetry: poetry.lock and uv.lock are both there").
			At(p.dir, 0, 0).WithHint("--manager uv or --manager poetry, or remove the one that is not kept")
	case wanted == "poetry" && !p.standard && !p.poetryStyle:
		return fault.Usagef("making the environment with Poetry: there is no pyproject.toml that it reads").
			At(p.dir, 0, 0).WithHint("--manager uv or --manager pip")
	}
	return nil
}
