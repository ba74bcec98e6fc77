package doctor

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/fault"
)

// Status says how a tool stands.
type Status string

// The states of a tool.
const (
	OK      Status = "ok"
	Warn    Status = "warn"    // not there, or not as it should be; nothing that was asked for needs it
	Missing Status = "missing" // a job needs it
)

// Finding is what was found of one tool, or what is wrong with one connector.
type Finding struct {
	Name    string   `json:"name"`
	Status  Status   `json:"status"`
	Version string   `json:"version,omitempty"`
	Also    []string `json:"also,omitempty"` // other versions that are there
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
	For        string              // a job of [Jobs], or "" for all
	Getenv     func(string) string // nil for the process's own environment
	Connectors []string            // folders of Python connectors that are looked at too
	Debugpy    string              // folder of connkit's own copy of debugpy
}

// Check looks for the tools of the job. The report is whole in every case; a
// tool that the job needs and that is not there is a [fault.Environment] error.
// Without a job nothing is needed. No probe takes longer than a few seconds.
func Check(ctx context.Context, o Options) (Report, error) {
	if o.For != "" && !slices.Contains(Jobs(), o.For) {
		return Report{}, fault.Usagef("looking for the tools of %q: there is no such job: %s", o.For, strings.Join(Jobs(), ", "))
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	r := Report{For: o.For, Findings: probeAll(ctx, o.For)}
	if wants(o.For, encrypting) {
		r.Findings = append(r.Findings, keys(o.Getenv), editor(o.Getenv))
	}
	if wants(o.For, debugging) {
		r.Findings = append(r.Findings, debugpy(o.Debugpy))
	}
	if wants(o.For, python) {
		r.Findings = append(r.Findings, connectors(ctx, o.Connectors)...)
	}
	if ctx.Err() != nil {
		return Report{}, context.Cause(ctx)
	}
	return r, r.judge(o.For != "")
}

// wants tells whether one of these jobs was asked for.
func wants(job string, jobs []string) bool { return job == "" || slices.Contains(jobs, job) }

func probeAll(ctx context.Context, job string) []Finding {
	var wanted []tool
	for _, t := range tools() {
		if wants(job, t.jobs) {
			wanted = append(wanted, t)
		}
	}
	found := make([]Finding, len(wanted))
	var all sync.WaitGroup
	for i, t := range wanted {
		all.Go(func() {
			timed, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			found[i] = t.probe(timed)
		})
	}
	all.Wait()
	return found
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
