package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/pyenv"
)

// patience is how long a tool gets to tell its version and that it works; tests
// of tools that answer have more of it.
var patience = 3 * time.Second

// grace is what a tool gets to end by itself when that is over.
const grace = 100 * time.Millisecond

// probe asks one tool; ctx ends when its time is over.
func (t tool) probe(ctx context.Context) Finding {
	f := Finding{Name: t.name, Status: Warn, Use: t.use, Jobs: t.jobs, Get: t.get, group: t.group}
	if t.name == "python" {
		t.fillPython(ctx, &f)
		return f
	}
	path, err := proc.Look(t.argv[0])
	if err != nil {
		f.Problem = absence(t.argv[0])
		return f
	}
	f.Path = path
	out, err := ask(ctx, t.argv)
	if err != nil {
		f.Problem = problem(err)
		return f
	}
	numbers := findVersion(out)
	if numbers == nil {
		f.Problem = fmt.Sprintf("it tells no version: %.60q", strings.TrimSpace(string(out.Stdout)+string(out.Stderr)))
		return f
	}
	f.Version = numbers[0]
	switch {
	case !atLeast(numbers, t.least):
		f.Problem = fmt.Sprintf("%d.%d or newer is needed", t.least[0], t.least[1])
	case t.confirm != nil:
		if _, err := ask(ctx, t.confirm); err != nil {
			f.Problem, f.Get = problem(err), t.start
			if t.group == engines {
				f.Problem, f.Get = engineTrouble(err, t.start)
			}
			return f
		}
		fallthrough
	default:
		f.Status, f.Get = OK, ""
	}
	if strings.Contains(string(out.Stdout), "podman version") && t.name == "docker" {
		f.Problem = "it is podman under docker's name"
	}
	return f
}

// fillPython takes the first interpreter that is new enough, under whatever name.
func (t tool) fillPython(ctx context.Context, f *Finding) {
	var old, broken []string
	for _, p := range pyenv.Pythons(ctx) {
		switch {
		case p.Problem != "":
			broken = append(broken, p.Name+": "+p.Problem)
		case !atLeast(findVersion(proc.Output{Stdout: []byte(p.Version)}), t.least):
			old = append(old, p.Version)
		case f.Version == "":
			f.Status, f.Version, f.Path, f.Get = OK, p.Version, p.Path, ""
		case p.Version != f.Version && !slices.Contains(f.Also, p.Version):
			f.Also = append(f.Also, p.Version)
		}
	}
	switch {
	case f.Status == OK:
	case len(old) > 0:
		f.Problem = fmt.Sprintf("%d.%d or newer is needed, found %s", t.least[0], t.least[1], strings.Join(slices.Compact(old), ", "))
	case len(broken) > 0:
		f.Problem = broken[0]
	default:
		f.Problem = absence("python3")
	}
}

func ask(ctx context.Context, argv []string) (proc.Output, error) {
	return proc.Run(ctx, proc.Cmd{
		Argv: argv, Grace: grace,
		Env: []string{"LC_ALL=C", "NO_COLOR=1", "SOPS_DISABLE_VERSION_CHECK=true", "DOCKER_CLI_HINTS=false"},
	})
}
