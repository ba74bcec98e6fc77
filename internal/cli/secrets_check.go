package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/secrets"
)

func newSecretsCheckCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Check that secrets are encrypted, without any key",
		Long: `Check configs without any key: the values of keys that end in _sops are encrypted, nothing
that stays in clear looks secret, and the sops blocks are sound. Without a path these are
the files of the repository that git knows, or would take: those that are encrypted, have
keys with the suffix, or are configs by their name. A file that is named is checked in any case.

A name that sounds secret is a warning, a value that looks secret an error. Findings are
printed as file:line:col: message, and in GitHub Actions as annotations too. The exit code is
1 when one of them is an error. No finding holds a value.`,
		Example: "  connkit secrets check\n  connkit secrets check source-bigdata --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			paths, err := a.files(args)
			if err != nil {
				return err
			}
			if len(paths) == 0 {
				paths = []string{a.ws.Root}
			}
			a.ui.Step("checking")
			c, err := secrets.Check(cmd.Context(), paths, secrets.CheckOptions{Suffix: set.Secrets.Suffix, Allow: set.Secrets.Allow, Dir: a.dir})
			if err != nil {
				return err
			}
			return a.sayChecked(c)
		},
	}
	return cmd
}

// sayChecked prints findings; its error carries the exit code and is said already.
func (a *app) sayChecked(c secrets.Checked) error {
	errors := 0
	var found []ci.Finding
	for _, f := range c.Findings {
		errors += map[string]int{"error": 1}[f.Level]
		found = append(found, ci.Finding{File: f.File, Line: f.Line, Column: f.Column, Level: f.Level, Message: f.Message, Fix: f.Fix})
	}
	var err error
	if errors > 0 {
		err = fault.Failedf("checking secrets: %s in %s", count(errors, "error"), count(len(found), "finding"))
	}
	last := count(len(found), "finding")
	if len(found) == 0 {
		last = "nothing to mend"
	}
	last = fmt.Sprintf("%s looked into, %d encrypted, %s", count(c.Files, "file"), c.Sealed, last)
	return a.sayReport("secrets check", c, err, func(p *ui.Page) { a.showFindings(p, found, last, a.fromRoot) })
}

// fromRoot spells a path of a report from the root of the workspace, as GitHub wants it.
func (a *app) fromRoot(file string) string {
	rel, err := filepath.Rel(a.ws.Root, a.absolute(file))
	if err != nil {
		return file
	}
	return filepath.ToSlash(rel)
}
