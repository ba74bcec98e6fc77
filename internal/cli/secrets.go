package cli

import (
	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/secrets"
)

func newSecretsCmd(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "secrets",
		Short: "Look after encrypted configs and their keys",
	}, newSecretsInitCmd(a), newSecretsSetCmd(a), newSecretsUnsetCmd(a), newSecretsCheckCmd(a), newSecretsRotateCmd(a),
		newSecretsUpdateKeysCmd(a), newSecretsFixMACCmd(a), newSecretsMergeCmd(a))
}

func newSecretsInitCmd(a *app) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a key to encrypt with, without any cloud",
		Long: `Make an age identity where sops looks for it, readable by you alone, and a .sops.yaml at the
root of the workspace with its recipient. What is there already stays as it is.

Whoever is to decrypt the configs too adds their recipient to .sops.yaml.`,
		Example: "  connkit secrets init\n  connkit secrets init --dry-run",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			s, err := secrets.PlanSetup(a.ws.Root, set.Secrets.Suffix, a.getenv, dryRun)
			if err != nil {
				return err
			}
			if !dryRun {
				if err := s.Apply(); err != nil {
					return err
				}
			}
			for _, note := range s.Notes {
				a.ui.Warn("%s: %s", a.relative(s.Rules), note)
			}
			return a.ui.Result("secrets init", s, nil, func(p *ui.Page) { a.showSetup(p, s) })
		},
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would be made, write nothing")
	return cmd
}

func (a *app) showSetup(p *ui.Page, s *secrets.Setup) {
	verb := "created"
	if s.DryRun {
		verb = "would create"
	}
	if s.IdentityMade {
		p.Headline(verb, s.Identity, "an age identity; keep it: nothing else opens what is encrypted for it")
	} else {
		p.Line(s.Identity + " holds an age identity already")
	}
	rules := a.relative(s.Rules)
	switch {
	case s.RulesMade && s.DryRun:
		p.Diff(additions(rules, s.RulesText))
	case s.RulesMade:
		p.Headline(verb, rules, "")
	default:
		p.Line(rules + " is there already")
	}
	if !s.DryRun {
		p.Facts(ui.Fact{Label: "recipient", Value: s.Recipient})
		p.Next("connkit encrypt FILE")
	}
}
