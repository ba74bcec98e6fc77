package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/pyenv"
)

// patience is how long a tool gets to tell its version and that it works;
// grace is what it gets to end by itself when that is over.
const (
	patience = 3 * time.Second
	grace    = 100 * time.Millisecond
)

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

var versionForm = regexp.MustCompile(`(\d+)\.(\d+)(?:\.\d+)*(?:(?:a|b|rc)\d+)?`)

// findVersion gives a version with its major and minor number. Warnings go to
// stderr and hold numbers too, so that comes second.
func findVersion(out proc.Output) []string {
	if m := versionForm.FindStringSubmatch(string(out.Stdout)); m != nil {
		return m
	}
	return versionForm.FindStringSubmatch(string(out.Stderr))
}

func atLeast(numbers []string, least [2]int) bool {
	if len(numbers) < 3 {
		return false
	}
	major, _ := strconv.Atoi(numbers[1])
	minor, _ := strconv.Atoi(numbers[2])
	return major > least[0] || major == least[0] && minor >= least[1]
}

// absence says why a name leads to no program.
func absence(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		place := filepath.Join(dir, name)
		info, err := os.Stat(place)
		switch {
		case err == nil && info.Mode().IsRegular():
			return place + " is there and not executable"
		case err != nil && isLink(place):
			return place + " links to what is not there"
		}
	}
	return "not found"
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// noPart is what docker and Python say of a part that they do not have.
var noPart = regexp.MustCompile(`unknown command: docker|is not a docker command|No module named pip`)

func problem(err error) string {
	var exit *proc.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer after %s", patience)
	case errors.As(err, &exit) && noPart.MatchString(exit.Stderr):
		return "not installed"
	case errors.As(err, &exit) && exit.Status < 0:
		return exit.Error()
	case errors.As(err, &exit):
		return fmt.Sprintf("it ends with exit status %d: %s", exit.Status, exit.Error())
	}
	return err.Error()
}

var engineAddress = regexp.MustCompile(`\b(?:unix|tcp|ssh|npipe|https?)://[^\s"]*[^\s".,:?]`)

// engineTrouble says why the engine behind a client that works does not answer, and what to do.
func engineTrouble(err error, start string) (trouble, get string) {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("its engine gives no answer after %s", patience), start
	}
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return err.Error(), start
	}
	at := ""
	if address := engineAddress.FindString(exit.Stderr); address != "" {
		at = " at " + address
	}
	switch {
	case strings.Contains(exit.Stderr, "permission denied"):
		return "you may not use the engine" + at, "sudo usermod -aG docker $USER, then log in again"
	case strings.Contains(exit.Stderr, "annot connect"):
		return "no engine answers" + at, start
	}
	return "no engine answers: " + exit.Error(), start
}
