package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run"
)

func newRunValidateCmd(a *app) *cobra.Command {
	var opts run.Options
	cmd := &cobra.Command{
		Use:   "validate NAME",
		Short: "Ask a connector whether its task is right",
		Long: `Ask a connector whether its config and its enabled bindings are right. Most connectors
try the config out for that: they log in and look at what the bindings name.`,
		Example:           "  connkit run validate source-bigdata",
		Args:              oneConnector(&opts),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts, firstOf(args)); err != nil {
				return err
			}
			return a.askValidate(cmd.Context(), opts)
		},
	}
	a.runFlags(cmd, &opts)
	a.answerFlag(cmd)
	return cmd
}

func (a *app) askValidate(ctx context.Context, o run.Options) error {
	a.ui.Step("validating %s", filepath.Base(o.Dir))
	r, err := run.Validate(ctx, o)
	if err != nil {
		return err
	}
	a.warnAll(r.Warnings)
	return a.answered("validate", r, nil, func(p *ui.Page) {
		p.Headline("validated", r.Task, count(len(r.Bindings), "binding"))
		var rows [][]string
		for _, b := range r.Bindings {
			rows = append(rows, []string{b.Collection, strings.Join(b.ResourcePath, "/"), strings.Join(b.Fields, " ")})
		}
		if len(rows) > 0 {
			p.Table([]string{"COLLECTION", "RESOURCE", "FIELDS"}[:2+min(1, len(r.Bindings[0].Fields))], cutColumns(rows, 2+min(1, len(r.Bindings[0].Fields))))
		}
	})
}

func newRunApplyCmd(a *app) *cobra.Command {
	var opts run.Options
	cmd := &cobra.Command{
		Use:   "apply NAME",
		Short: "Have a connector put its task in place",
		Long: `Validate a task and have its connector put it in place: create the tables or
subscriptions that it needs. A second time changes nothing.`,
		Example:           "  connkit run apply materialize-bigdata",
		Args:              oneConnector(&opts),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts, firstOf(args)); err != nil {
				return err
			}
			return a.askApply(cmd.Context(), opts)
		},
	}
	a.runFlags(cmd, &opts)
	a.answerFlag(cmd)
	return cmd
}

func (a *app) askApply(ctx context.Context, o run.Options) error {
	a.ui.Step("applying %s", filepath.Base(o.Dir))
	r, err := run.Apply(ctx, o)
	if err != nil {
		return err
	}
	a.warnAll(r.Warnings)
	return a.answered("apply", r, nil, func(p *ui.Page) {
		p.Headline("applied", r.Task, "")
		action := r.Action
		if action == "" {
			action = "nothing to do"
		}
		p.Facts(ui.Fact{Label: "action", Value: action})
	})
}

func cutColumns(rows [][]string, n int) [][]string {
	for i := range rows {
		rows[i] = rows[i][:n]
	}
	return rows
}
