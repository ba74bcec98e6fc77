package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/secrets"
)

func newSecretsMergeCmd(a *app) *cobra.Command {
	var opts secrets.MergeOptions
	var install, dryRun bool
	var patterns []string
	cmd := &cobra.Command{
		Use:   "merge BASE OURS THEIRS [PATH]",
		Short: "Merge encrypted configs key by key, as a merge driver of git",
		Long: `Merge three versions of an encrypted config into OURS, key by key: branches that changed
different keys merge, with a signature that holds. Where both changed the same key, both
ciphertexts stand between conflict markers; take one, and connkit secrets fix-mac signs the file.

git runs it for you once --install has added two lines to .gitattributes and the driver to
the configuration of this clone. Files that are not encrypted are merged as git does it by
itself; so are those for which no key is at hand, and these always end as a conflict.`,
		Example: `  connkit secrets merge --install
  connkit secrets merge --install --pattern 'source-*/config.yaml'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if install {
				return noArgs(cmd, args)
			}
			if len(args) == 4 {
				return nil
			}
			return exactArgs(3)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if install {
				return a.installDriver(cmd.Context(), patterns, dryRun)
			}
			return a.merge(cmd.Context(), args, opts, dryRun)
		},
	}
	f := cmd.Flags()
	a.sealedFlags(cmd, &opts.Format)
	f.IntVar(&opts.Marker, "marker-size", 7, "`length` of conflict markers")
	f.BoolVar(&install, "install", false, "make this the merge driver of the repository")
	f.StringArrayVar(&patterns, "pattern", nil, "with --install: `pattern` of .gitattributes; else *.yaml, *.yml and *.json")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print what would be written, write nothing")
	return cmd
}

func (a *app) merge(ctx context.Context, args []string, opts secrets.MergeOptions, dryRun bool) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	a.fillOpen(&opts.OpenOptions, set)
	opts.Allow, opts.Name = set.Secrets.Allow, args[1]
	if len(args) == 4 {
		opts.Name = args[3]
	}
	files, err := a.files(args[:3])
	if err != nil {
		return err
	}
	before, err := os.ReadFile(files[1])
	if err != nil {
		return fault.Usagef("reading %q: %w", args[1], err)
	}
	m, err := secrets.Merge(ctx, files[0], files[1], files[2], opts)
	if err != nil {
		return err
	}
	if !dryRun {
		if err := m.Apply(); err != nil {
			return err
		}
	}
	for _, note := range m.Notes {
		a.ui.Warn("%s: %s", m.File, note)
	}
	return a.sayMerged(m, before, dryRun)
}

// sayMerged tells how a merge ended. git takes any exit code but 0 for a conflict.
func (a *app) sayMerged(m *secrets.Merged, before []byte, dryRun bool) error {
	err := m.Err
	switch {
	case err != nil:
		a.ui.Warn("merging %q: as lines, since it could not be opened: the signature holds for neither side", m.File)
	case len(m.Conflicts) > 0 && m.Lines:
		err = fault.Failedf("merging %q: both sides changed the same lines", m.File).WithHint("git status")
	case len(m.Conflicts) > 0:
		err = fault.Failedf("merging %q: both sides changed %s", m.File, strings.Join(m.Conflicts, ", ")).
			WithHint("take one side of each, then connkit secrets fix-mac %s && git add %s", m.File, m.File)
	}
	return a.sayResult("secrets merge", m, err, func(p *ui.Page) {
		if dryRun {
			p.Diff(unified(m.File, before, m.Text))
		}
		if err == nil && !m.Lines {
			p.Headline("merged", m.File, "key by key")
		}
	})
}

func (a *app) installDriver(ctx context.Context, patterns []string, dryRun bool) error {
	d, err := secrets.PlanDriver(ctx, a.dir, patterns)
	if err != nil {
		return err
	}
	if !dryRun {
		if err := d.Apply(ctx); err != nil {
			return err
		}
	}
	return a.ui.Result("secrets merge", d, nil, func(p *ui.Page) {
		name := a.relative(d.Attributes)
		switch {
		case string(d.Before) == string(d.After):
			p.Line(name + " names the driver already")
		case dryRun:
			p.Diff(unified(name, d.Before, d.After))
		default:
			p.Headline("changed", name, "commit it")
		}
		for _, c := range d.Config {
			p.Line(fmt.Sprintf("%s %s = %s", map[bool]string{true: "would set", false: "set"}[dryRun], c.Key, c.Value))
		}
		if len(d.Config) == 0 {
			p.Line("this clone has the driver already")
		}
	})
}
