package doctor

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Status says how a tool stands.
type Status string

// The states of a tool.
const (
	OK      Status = "ok"
	Warn    Status = "warn"    // not there, or not as it should be; nothing that was asked for needs it
	Missing Status = "missing" // a job needs it
)

// Finding is what was found of one tool.
type Finding struct {
	Name    string   `json:"name"`
	Status  Status   `json:"status"`
	Version string   `json:"version,omitempty"`
	Path    string   `json:"path,omitempty"`
	Use     string   `json:"use"`
	Jobs    []string `json:"jobs"`
	Problem string   `json:"problem,omitempty"`
	Get     string   `json:"get,omitempty"` // how to get it, when it is not as it should be

	group string
}

// Report is what was found.
type Report struct {
	For      string    `json:"for,omitempty"`
	Findings []Finding `json:"findings"`
}

// Options say what is looked for.
type Options struct {
	For    string // a job of [Jobs], or "" for all
	Getenv func(string) string
}

// patience is how long a tool gets to tell its version.
const patience = 3 * time.Second

// Check looks for the tools of the job. The report is whole in every case; a
// tool that the job needs and that is not there is a [fault.Environment] error.
// Without a job nothing is needed.
func Check(ctx context.Context, o Options) (Report, error) {
	if o.For != "" && !slices.Contains(Jobs(), o.For) {
		return Report{}, fault.Usagef("looking for the tools of %q: there is no such job: %s", o.For, strings.Join(Jobs(), ", "))
	}
	var wanted []tool
	for _, t := range tools() {
		if o.For == "" || slices.Contains(t.jobs, o.For) {
			wanted = append(wanted, t)
		}
	}
	found := make([]Finding, len(wanted))
	var all sync.WaitGroup
	for i, t := range wanted {
		all.Go(func() { found[i] = t.probe(ctx) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return Report{}, context.Cause(ctx)
	}
	r := Report{For: o.For, Findings: found}
	if o.For == "" || o.For == "encrypt" {
		r.Findings = append(r.Findings, keys(o.Getenv), editor(o.Getenv))
	}
	return r, r.judge(o.For != "")
}

// judge settles what is missing: of a group one tool is enough.
func (r *Report) judge(needed bool) error {
	satisfied := map[string]bool{}
	for _, f := range r.Findings {
		if f.Status == OK {
			satisfied[f.group] = true
		}
	}
	var missing []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == OK {
			continue
		}
		f.Status = Warn
		if needed && !optional[f.group] && (f.group == "" || !satisfied[f.group]) {
			f.Status = Missing
			name := f.Name
			if f.group != "" {
				name = "one for " + f.group
			}
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.Environmentf("looking for the tools of %q: missing: %s", r.For, strings.Join(slices.Compact(missing), ", "))
}

func (t tool) probe(ctx context.Context) Finding {
	f := Finding{Name: t.name, Status: Warn, Use: t.use, Jobs: t.jobs, Get: t.get, group: t.group}
	path, err := proc.Look(t.argv[0])
	if err != nil {
		f.Problem = "not found"
		return f
	}
	f.Path = path
	out, err := t.ask(ctx, t.argv)
	if err != nil {
		f.Problem = problem(err)
		return f
	}
	pattern := t.version
	if pattern == nil {
		pattern = plainVersion
	}
	f.Version = pattern.FindString(out)
	switch {
	case f.Version == "":
		f.Problem = fmt.Sprintf("it tells no version: %.60q", out)
	case !atLeast(pattern, f.Version, t.least):
		f.Problem = fmt.Sprintf("%d.%d or newer is needed", t.least[0], t.least[1])
	case t.confirm != nil:
		if _, err := t.ask(ctx, t.confirm); err != nil {
			f.Problem, f.Get = t.broken, ""
			return f
		}
		fallthrough
	default:
		f.Status, f.Get = OK, ""
	}
	return f
}

func (t tool) ask(ctx context.Context, argv []string) (string, error) {
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := proc.Run(timed, proc.Cmd{Argv: argv})
	return strings.TrimSpace(string(out.Stdout) + string(out.Stderr)), err
}

func problem(err error) string {
	var exit *proc.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer after %s", patience)
	case errors.As(err, &exit):
		return fmt.Sprintf("it ends with exit status %d: %s", exit.Status, exit.Error())
	}
	return err.Error()
}

func atLeast(pattern *regexp.Regexp, text string, least [2]int) bool {
	m := pattern.FindStringSubmatch(text)
	if len(m) < 3 {
		return true
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major > least[0] || major == least[0] && minor >= least[1]
}
