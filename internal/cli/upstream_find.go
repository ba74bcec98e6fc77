package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

func newUpstreamFindCmd(a *app) *cobra.Command {
	var o imports.FindOptions
	cmd := &cobra.Command{
		Use:   "find REMOTE PATH --license ID",
		Short: "Find the newest commit of an upstream that is still under a licence",
		Long: `Find the newest commit of an upstream at which the licence that holds for PATH is proven to
be ID, and the commit that changed it after that. Commits and trees are fetched, and of
files those that can say something about the licence.

Newest is the first in the order of git rev-list --date-order, side branches that were
merged included; --first-parent looks at the states of the branch itself alone. Where PATH
was moved to its place, its old place is looked at before that.`,
		Example: `  connkit upstream find bigdata connectors/source-foo --license MIT
  connkit upstream find https://github.com/big/data.git connectors/source-foo --license MIT --ref v2.0`,
		Args: exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.License == "" {
				return fault.Usagef("reading the flags: --license is missing").WithHint("usage: %s", cmd.UseLine())
			}
			base, err := a.imports(nil)
			if err != nil {
				return err
			}
			o.Dir, o.Cache, o.Remote, o.Path, o.Terminal, o.Report = base.Dir, base.Cache, args[0], args[1], base.Terminal, base.Report
			found, err := imports.Find(cmd.Context(), o)
			if err != nil {
				return err
			}
			return a.ui.Result("upstream find", found, nil, func(p *ui.Page) { showFound(p, found, args[1]) })
		},
		ValidArgsFunction: a.completeRemote,
	}
	f := cmd.Flags()
	f.StringVar(&o.License, "license", "", "SPDX `expression` that is wanted")
	f.StringVar(&o.Ref, "ref", "", "branch, tag or `commit` to begin at; its default branch when left out")
	f.BoolVar(&o.FirstParent, "first-parent", false, "follow the first parent of merges alone")
	return cmd
}

func (a *app) completeRemote(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completePull(cmd, args, "")
}

func showFound(p *ui.Page, found *imports.Newest, path string) {
	p.Line(fmt.Sprintf("%s  is the newest commit of %s under %s", p.Bold(record.Short(found.ID)), found.Upstream, found.License))
	facts := []ui.Fact{
		{Label: "commit", Value: commitLine(found.Commit)},
		{Label: "licence", Value: found.Evidence.Text},
	}
	if place := orRoot(found.Path); place != path && place+"/" != path && "./"+place != path {
		facts = append(facts, ui.Fact{Label: "path", Value: place})
	}
	if c := found.Changed; c != nil {
		facts = append(facts, ui.Fact{Label: "changed by", Value: commitLine(c.Commit)}, ui.Fact{Label: "to", Value: changedTo(c)})
	} else {
		facts = append(facts, ui.Fact{Label: "changed by", Value: "none: it is what " + found.Ref.Asked + " is"})
	}
	p.Facts(append(facts, ui.Fact{Label: "looked at", Value: fmt.Sprintf("%d commits", found.Looked)})...)
	p.Next(fmt.Sprintf("connkit pull-upstream %s %s %s DEST %s LICENSE_PATH", found.Upstream, record.Short(found.ID), orRoot(found.Path), quotedID(found.License)))
}

// quotedID keeps a shell from cutting an expression at its blanks.
func quotedID(id string) string {
	if strings.ContainsAny(id, " ()") {
		return strconv.Quote(id)
	}
	return id
}

func commitLine(c history.Commit) string {
	return fmt.Sprintf("%s (%s, %q)", record.Short(c.ID), c.Date.Format(time.DateOnly), c.Subject)
}

func changedTo(c *history.Change) string {
	switch {
	case c.Gone:
		return "the path is not there"
	case c.License.IsZero():
		return "no licence"
	case len(c.Doubts) > 0:
		return c.License.String() + ", in doubt: " + c.Doubts[0]
	}
	return c.License.String()
}

func orRoot(p string) string {
	if p == "" {
		return "."
	}
	return p
}
