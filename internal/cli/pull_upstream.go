package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
	"github.com/connkit/connkit/pkg/workspace"
)

type pullFlags struct {
	cont, abort, dryRun bool
}

func newPullUpstreamCmd(a *app) *cobra.Command {
	var opts upstream.Options
	var f pullFlags
	cmd := &cobra.Command{
		Use:     "pull-upstream REMOTE REF PATH DEST LICENSE_ID LICENSE_PATH",
		Aliases: pullScripts,
		Short:   "Import open source under a proven licence, or merge what upstream changed",
		Long: `Import a folder or file of another repository, as one commit, with its licence proven at
the very commit that is imported. A later pull merges what upstream changed since with
what was changed here.

REMOTE is a configured remote, a URL or a folder. REF is a branch, tag or commit of the
upstream, never one of this repository. PATH is a folder or file there; . is its root.
DEST is where it goes, seen from the root of this repository. LICENSE_ID is the SPDX
expression that is claimed, and LICENSE_PATH the file of the upstream that proves it.

With --update only DEST and, if another one than last time is wanted, REF are given.

With --last-licensed REF is left out: the newest commit is imported that is still under
LICENSE_ID, or under the licence that stands in REF's place or behind the flag's equals sign.`,
		Example: `  connkit pull-upstream bigdata main connectors/source-foo source-foo MIT LICENSE
  connkit pull-upstream https://github.com/big/data.git v1.4.2 connectors/source-foo source-foo MIT connectors/source-foo/metadata.yaml
  connkit pull-upstream --update source-foo
  connkit pull-upstream --update source-foo v1.5.0 --dry-run
  connkit pull-upstream --update source-foo --last-licensed
  connkit pull-upstream --continue`,
		Args: func(cmd *cobra.Command, args []string) error { return f.check(cmd, args, &opts) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			if calledAs(cmd, pullScripts) {
				if err := a.fromPullScript(cmd.Context(), cmd, &opts); err != nil {
					return err
				}
			}
			if err := a.fillPull(&opts, set); err != nil {
				return err
			}
			if f.cont || f.abort {
				return a.endPull(cmd, opts, f.cont)
			}
			return a.pull(cmd, opts, f.dryRun)
		},
		ValidArgsFunction: a.completePull,
	}
	fl := cmd.Flags()
	fl.BoolVar(&opts.Update, "update", false, "take what is left out from the record of DEST")
	fl.StringVar(&opts.AcceptLicense, "accept-license", "", "take a licence that is in doubt, changed or against the policy, for this `reason`, which is recorded")
	fl.StringVar(&opts.LastLicensed, "last-licensed", "", "instead of REF: the newest commit that is under `id`, or under LICENSE_ID")
	fl.Lookup("last-licensed").NoOptDefVal = upstream.Claimed
	fl.Bool("single-parent", false, "make an ordinary commit instead of a merge commit")
	fl.BoolVar(&opts.SkipSubmodules, "skip-submodules", false, "leave submodules of the upstream out")
	fl.BoolVarP(&f.dryRun, "dry-run", "n", false, "show what would be done, write nothing")
	fl.BoolVar(&f.cont, "continue", false, "commit an import whose conflicts are resolved")
	fl.BoolVar(&f.abort, "abort", false, "give an import up and put everything back")
	return cmd
}

// check counts the arguments, which the flags decide over, and takes them.
func (f *pullFlags) check(cmd *cobra.Command, args []string, o *upstream.Options) error {
	if cmd.Flags().Changed("accept-license") && strings.TrimSpace(o.AcceptLicense) == "" {
		return fault.Usagef("reading the flags: --accept-license is empty").WithHint("give the reason, such as --accept-license \"agreed with legal, ticket 12\"")
	}
	args, err := takeLastLicensed(args, o)
	switch {
	case err != nil:
		return err
	case f.cont && f.abort, (f.cont || f.abort) && (o.Update || f.dryRun || o.LastLicensed != ""):
		return fault.Usagef("reading the flags: --continue and --abort go with no other")
	case f.cont || f.abort:
		return noArgs(cmd, args)
	case o.Update:
		switch len(args) {
		case 0:
			return fault.Usagef("reading the arguments: DEST is missing").WithHint("usage: connkit pull-upstream --update DEST [REF]")
		case 1, 2:
		default:
			return fault.Usagef("reading the arguments: %q is one too many", args[2]).WithHint("usage: connkit pull-upstream --update DEST [REF]")
		}
		o.Dest = args[0]
		if len(args) == 2 {
			if o.Ref = args[1]; o.Ref == "" {
				return fault.Usagef("reading the arguments: REF is empty")
			}
		}
		return nil
	}
	if o.LastLicensed != "" {
		use := *cmd
		use.Use = "pull-upstream REMOTE PATH DEST LICENSE_ID LICENSE_PATH --last-licensed[=ID]"
		if len(args) != 5 {
			return argsError(&use, args, 5)
		}
		args = slices.Insert(slices.Clone(args), 1, "")
	}
	if err := exactArgs(6)(cmd, args); err != nil {
		return err
	}
	o.Remote, o.Ref, o.Path, o.Dest, o.License, o.LicensePath = args[0], args[1], args[2], args[3], args[4], args[5]
	return nil
}

// takeLastLicensed takes the id that stands behind --last-licensed, or where REF
// would: a flag whose value may be left out is not given the word behind it.
func takeLastLicensed(args []string, o *upstream.Options) ([]string, error) {
	if o.LastLicensed == "" {
		return args, nil
	}
	most := 5
	if o.Update {
		most = 1
	}
	if o.LastLicensed != upstream.Claimed {
		_, err := license.Parse(o.LastLicensed)
		return args, err
	}
	if len(args) != most+1 {
		return args, nil
	}
	for _, i := range []int{1, 0} { // in REF's place, else in front of all others
		if _, err := license.Parse(args[i]); err == nil {
			o.LastLicensed = args[i]
			return slices.Delete(slices.Clone(args), i, i+1), nil
		}
	}
	_, err := license.Parse(args[1])
	return args, err
}

func (a *app) fillPull(o *upstream.Options, set *workspace.Settings) error {
	o.Dir, o.Root = a.dir, ""
	if a.ws.Origin == workspace.FromFile {
		o.Root = a.ws.Root
	}
	if real, err := filepath.EvalSymlinks(o.Dir); err == nil {
		o.Dir = real
	}
	o.Single = set.Upstream.Commit == "single"
	if f := a.cmd.Flags().Lookup("single-parent"); f != nil && f.Changed {
		o.Single = f.Value.String() == "true"
	}
	o.Policy = license.Policy(set.Upstream.Licenses)
	o.Version = buildVersion().Version
	o.Terminal = a.ui.CanAsk()
	o.Log = a.ui.ErrWriter()
	o.Report = remote.Report{Step: a.ui.Step, Progress: a.ui.Detail}
	var err error
	o.Cache, err = upstream.CacheDir(a.getenv)
	return err
}

func (a *app) pull(cmd *cobra.Command, opts upstream.Options, dryRun bool) error {
	plan, err := upstream.Pull(cmd.Context(), opts)
	if err != nil {
		return err
	}
	defer plan.Close()
	plan.DryRun = dryRun
	err = plan.Apply(cmd.Context())
	a.notes(plan.Notes)
	if err != nil && (fault.KindOf(err) != fault.Blocked || plan.Count(upstream.Conflict) == 0) {
		return err
	}
	return a.sayResult("pull-upstream", plan, err, func(p *ui.Page) { a.showPull(p, plan, err) })
}

func (a *app) endPull(cmd *cobra.Command, opts upstream.Options, cont bool) error {
	end := upstream.Abort
	if cont {
		end = upstream.Continue
	}
	out, err := end(cmd.Context(), opts)
	if err != nil {
		return err
	}
	a.notes(out.Notes)
	return a.ui.Result("pull-upstream", out, nil, func(p *ui.Page) {
		switch out.Ended {
		case upstream.Nothing:
			p.Line("no import is under way")
		case upstream.Aborted:
			p.Headline("gave up the import of", out.Dest, "everything is as it was")
		default:
			p.Headline("imported", out.Dest, "commit "+record.Short(out.Commit))
		}
	})
}

// completePull completes the remote from git's configuration and the
// destination from the folders; the rest is known to the upstream alone.
func (a *app) completePull(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	update, _ := cmd.Flags().GetBool("update")
	switch {
	case update && len(args) == 0, !update && len(args) == 3:
		return nil, cobra.ShellCompDirectiveFilterDirs
	case !update && len(args) == 0:
		if a.completionBegin() != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		names, err := upstream.Remotes(cmd.Context(), a.dir)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return names, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
