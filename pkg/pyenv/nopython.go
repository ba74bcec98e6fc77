package pyenv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

func noPython(wanted pyRange, found []Python, manager string) error {
	var versions, broken []string
	minors := wanted.minors()
	for _, p := range found {
		m := minorInName().FindStringSubmatch(p.Name)
		switch {
		case p.Problem == "":
			versions = append(versions, p.Version)
		case m == nil || slices.ContainsFunc(minors, func(n int) bool { return m[1] == strconv.Itoa(n) }):
			broken = append(broken, p.Name)
		}
	}
	have := "none was found"
	if len(versions) > 0 {
		slices.Sort(versions)
		have = "found " + strings.Join(slices.Compact(versions), ", ")
	}
	if len(broken) > 0 {
		have += "; " + strings.Join(broken, ", ") + " in PATH cannot be started"
	}
	return fault.Environmentf("choosing a Python for %q: %s", wanted.text, have).WithHint("%s", howToGetPython(wanted, manager))
}

func howToGetPython(wanted pyRange, manager string) string {
	minors := wanted.minors()
	switch {
	case len(minors) == 0:
		return fmt.Sprintf("no Python from 3.%d to 3.%d lies in that range: change requires-python in pyproject.toml", oldest, newest)
	case !wanted.takes(version{3, minors[0], 5}):
		return fmt.Sprintf(`%q takes the first patch release alone: write ">=3.%d,<3.%d" into pyproject.toml`, wanted.text, minors[0], minors[0]+1)
	}
	// The newest breaks most packages for a while: prefer one that has settled.
	minor := minors[len(minors)-1]
	for _, m := range minors {
		if m <= settled {
			minor = m
			break
		}
	}
	if manager == "uv" {
		return fmt.Sprintf("uv python install 3.%d, or change requires-python in pyproject.toml", minor)
	}
	return fmt.Sprintf("apt install python3.%d python3.%d-venv, brew install python@3.%d or pyenv install 3.%d, or change requires-python in pyproject.toml", minor, minor, minor, minor)
}

// settled is the minor version that is proposed where the range leaves a choice.
const settled = 13
