package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
)

// step is one of the main steps of a connector's life, as the home page shows them.
type step struct {
	Name    string `json:"name"`
	What    string `json:"what"`
	Example string `json:"example"`
}

var steps = []step{
	{"new", "scaffold it", "connkit new source-bigdata --template airbyte"},
	{"pull-upstream", "import it, licence proven", "connkit pull-upstream bigdata main connectors/source-foo source-foo MIT LICENSE"},
	{"run, debug", "talk to it", "connkit run spec source-bigdata"},
	{"encrypt", "keep its credentials", "connkit encrypt source-bigdata/config.yaml"},
	{"build", "make its :local image", "connkit build source-bigdata"},
	{"ci", "put it in the matrix", "connkit ci add source-bigdata"},
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:               "connkit",
		Short:             "Carry a data connector from its first file to CI",
		Long:              "connkit carries a data connector from its first file to CI.",
		Version:           buildVersion().Version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              cobra.ArbitraryArgs, // the run tells unknown words, with what is near
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.begin(cmd) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args)
			}
			return a.home()
		},
	}
	root.SetVersionTemplate("connkit {{.Version}}\n")
	root.SetFlagErrorFunc(wrongFlag)
	f := root.PersistentFlags()
	f.StringVarP(&a.flags.output, "output", "o", "text", "`format` of the result: text or json")
	f.StringVarP(&a.flags.dir, "directory", "C", "", "act as if started in `folder`")
	f.BoolVarP(&a.ui.Quiet, "quiet", "q", false, "no progress on stderr")
	_ = root.MarkPersistentFlagDirname("directory") // the flag is there
	offerBy(root, "output", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return outputs(cmd), cobra.ShellCompDirectiveNoFileComp
	})
	root.AddCommand(newNewCmd(a), newPullUpstreamCmd(a), newUpstreamCmd(a), newEnvCmd(a), newRunCmd(a), newDebugCmd(a),
		newEncryptCmd(a), newDecryptCmd(a), newEditCmd(a), newSecretsCmd(a), newBuildCmd(a), newImagesCmd(a), newUseCmd(a), newCICmd(a), newTourCmd(a), newMigrateCmd(a),
		newDoctorCmd(a), newListCmd(a), newInitCmd(a), newConfigCmd(a), newCacheCmd(a), newVersionCmd(a))
	a.root = root
	root.SetHelpCommand(newHelpCmd(root))
	root.InitDefaultCompletionCmd("completion")
	for _, c := range root.Commands() {
		if c.Name() == "completion" { // cobra's own prints its help for a shell that it does not know
			c.Args = nil
			group(c)
		}
	}
	return root
}

// newHelpCmd is cobra's own but for an unknown topic, which is an error here.
func newHelpCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if cmd, _, err := root.Find(args); err == nil {
				for _, c := range cmd.Commands() {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownVerb(cmd, rest)
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// others are the commands that are no steps.
func (a *app) others() []string {
	var names []string
	for _, c := range a.root.Commands() {
		isStep := slices.ContainsFunc(steps, func(s step) bool { return slices.Contains(strings.Split(s.Name, ", "), c.Name()) })
		if c.IsAvailableCommand() && !isStep {
			names = append(names, c.Name())
		}
	}
	return names
}

func (a *app) home() error {
	return a.ui.Result("connkit", steps, nil, func(p *ui.Page) {
		p.Line("connkit carries a data connector from its first file to CI.")
		p.Line("")
		for _, s := range steps {
			p.Line("  " + p.Bold(column(s.Name, 15)) + column(s.What, 27) + p.Typed(s.Example))
		}
		p.Line("")
		p.Line("also: " + strings.Join(a.others(), ", "))
		p.Line("")
		p.Line(p.Typed("connkit tour") + "  shows all of it in a minute     " + p.Typed("connkit help COMMAND") + "  explains one")
	})
}
