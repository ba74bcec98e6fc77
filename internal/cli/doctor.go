package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/doctor"
	"github.com/connkit/connkit/pkg/run/debug"
)

func newDoctorCmd(a *app) *cobra.Command {
	var opts doctor.Options
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say which tools are there and how to get the others",
		Long: `Look for the tools that connkit's jobs need: found version, what it is for, how to get
it. With --for only those of one job, and exit code 3 when one that it needs is missing.
Python connectors of the workspace are looked at too: lock files that contradict the
project, environments that are broken or of another Python.`,
		Example: "  connkit doctor\n  connkit doctor --for run",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts.Getenv, opts.Connectors = a.getenv, a.pythonFolders()
			if cache, err := a.toolCache(); err == nil {
				opts.Debugpy = debug.CopyDir(cache)
			}
			report, err := doctor.Check(cmd.Context(), opts)
			if err != nil && len(report.Findings) == 0 {
				return err
			}
			return a.sayReport("doctor", report, err, func(p *ui.Page) { showReport(p, report) })
		},
	}
	cmd.Flags().StringVar(&opts.For, "for", "", "only the tools of one `job`: new, env, run, debug, pull-upstream, encrypt, build or ci")
	offer(cmd, "for", doctor.Jobs()...)
	return cmd
}

// pythonFolders gives the folders of the Python connectors; a workspace that
// cannot be read has none, and says why in the commands that need it.
func (a *app) pythonFolders() []string {
	set, err := a.settings()
	if err != nil {
		return nil
	}
	list, err := a.ws.Connectors(set)
	if err != nil {
		return nil
	}
	var dirs []string
	for _, c := range list {
		if c.Language == "python" {
			dirs = append(dirs, c.Dir)
		}
	}
	return dirs
}

func showReport(p *ui.Page, r doctor.Report) {
	states := map[doctor.Status]ui.State{doctor.OK: ui.OK, doctor.Warn: ui.Warn, doctor.Missing: ui.Fail}
	for _, f := range r.Findings {
		name := f.Name
		if f.Version != "" && f.Name != "editor" {
			name += " " + f.Version
		}
		if f.Status == doctor.OK {
			use := f.Use
			if len(f.Also) > 0 {
				use += ", also " + strings.Join(f.Also, ", ")
			}
			p.Finding(ui.OK, name, nameWidth, use)
			continue
		}
		var details []string
		if f.Get != "" {
			details = append(details, f.Get)
		}
		p.Finding(states[f.Status], name, nameWidth, f.Problem+"; for "+f.Use, details...)
	}
}

// nameWidth is the column of a tool's name and version.
const nameWidth = 18
