package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/migrate"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

func newMigrateCmd(a *app) *cobra.Command {
	var write, dryRun bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Report which scripts and calls of a repository connkit replaces",
		Long: `Look for what connkit can take the place of: pull_upstream.sh and build-local.sh, calls of
them, of sops, flowctl and docker in documents, Makefiles, justfiles, scripts and workflows,
lists of connectors in workflows, rules of .sops.yaml without a suffix, entries for
debuggers, and imports without a record. For each the file, the line, and the command of
connkit in its place, or why it is left to a person.

Nothing is written without --write. It changes only commands that stand alone on a line
and whose every word is plain, all files or none.`,
		Example: "  connkit migrate\n  connkit migrate --dry-run\n  connkit migrate --write",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if write && dryRun {
				return fault.Usagef("reading the flags: --write and --dry-run exclude each other")
			}
			return a.migrate(cmd.Context(), write, dryRun)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&write, "write", false, "make the edits that are safe")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff of the edits, write nothing")
	return cmd
}

func (a *app) migrate(ctx context.Context, write, dryRun bool) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	folders, err := a.ws.Folders(set)
	if err != nil {
		return err
	}
	o := migrate.Options{Root: a.ws.Root, Registry: set.Image.Registry, Imports: a.oldImports}
	for _, c := range folders {
		o.Connectors = append(o.Connectors, c.Name)
	}
	a.ui.Step("looking through the repository")
	report, err := migrate.Scan(ctx, o)
	if err != nil {
		return err
	}
	report.DryRun = dryRun
	for i, e := range report.Edits {
		report.Edits[i].Diff = unified(e.File, e.Before, e.After)
	}
	if write {
		if err := report.Apply(); err != nil {
			return err
		}
	}
	return a.ui.Result("migrate", report, nil, func(p *ui.Page) { showMigration(p, report) })
}

// oldImports lists the imports of the old script that still are here and have no record in a file.
func (a *app) oldImports(ctx context.Context) ([]migrate.Import, error) {
	o, err := a.imports(nil)
	if err != nil {
		return nil, err
	}
	list, err := imports.List(ctx, o)
	if err != nil {
		return nil, err
	}
	var old []migrate.Import
	for _, im := range list {
		if !im.Gone && im.Script {
			old = append(old, migrate.Import{Dest: im.Dest, Commit: im.Commit, Repository: im.Repository, Path: im.Path, License: im.License.ID})
		}
	}
	return old, nil
}

func showMigration(p *ui.Page, r *migrate.Report) {
	if r.DryRun {
		for _, e := range r.Edits {
			p.Diff(e.Diff)
		}
	}
	programs := map[string][]migrate.Finding{}
	for _, f := range r.Findings {
		if f.Why == migrate.OwnCode { // there are many, and all alike
			programs[f.Command] = append(programs[f.Command], f)
			continue
		}
		showMigrated(p, f, r.Written)
	}
	for _, command := range sortedKeys(programs) {
		list := programs[command]
		place := fmt.Sprintf("%s:%d", list[0].File, list[0].Line)
		if len(list) > 1 {
			place += " and so on"
		}
		p.Line(p.Bold(count(len(list), "program")) + "  " + place)
		p.Facts(ui.Fact{Label: "does", Value: list[0].Does}, ui.Fact{Label: "connkit", Value: p.Typed(command)}, ui.Fact{Label: "by hand", Value: migrate.OwnCode})
	}
	showMigrationSum(p, r)
}

// showMigrated shows one finding: what stands there, and what would in its place.
func showMigrated(p *ui.Page, f migrate.Finding, written bool) {
	switch {
	case f.File == "":
		p.Line(p.Bold(f.Text))
	case f.Line == 0:
		p.Line(p.Bold(f.File) + "  " + f.Text)
	default:
		p.Line(p.Bold(fmt.Sprintf("%s:%d", f.File, f.Line)) + "  " + f.Text)
	}
	label := "connkit"
	switch {
	case f.Safe && written:
		label = "written"
	case f.Safe:
		label = "safe"
	}
	p.Facts(ui.Fact{Label: "does", Value: f.Does}, ui.Fact{Label: label, Value: p.Typed(f.Command)}, ui.Fact{Label: "by hand", Value: f.Why})
}

func showMigrationSum(p *ui.Page, r *migrate.Report) {
	safe := r.Safe()
	rest := len(r.Findings) - safe
	switch {
	case len(r.Findings) == 0:
		p.Line("nothing to migrate: looked into " + count(r.Files, "file"))
	case r.Written && safe > 0:
		p.Line(fmt.Sprintf("changed %s; %s left to a person", count(len(r.Edits), "file"), count(rest, "finding")))
	case r.Written:
		p.Line(fmt.Sprintf("nothing to write; %s left to a person", count(rest, "finding")))
	default:
		p.Line(fmt.Sprintf("%s: %d safe to write, %d left to a person", count(len(r.Findings), "finding"), safe, rest))
		if safe > 0 && !r.DryRun {
			p.Next("connkit migrate --dry-run", "connkit migrate --write")
		}
	}
}
