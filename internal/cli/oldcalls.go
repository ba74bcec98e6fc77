package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream"
)

// Names of the scripts whose work two commands do. Their calls go on working, in
// the place of a command and as names of links to the program.
var (
	pullScripts  = []string{"pull_upstream.sh", "pull_upstream"}
	buildScripts = []string{"build-local.sh", "build-local"}
)

// Invoked gives the arguments of a program that was started as argv: one that
// goes by the name of an old script does that script's work.
func Invoked(argv []string) []string {
	name := filepath.Base(argv[0])
	if slices.Contains(pullScripts, name) || slices.Contains(buildScripts, name) {
		return append([]string{name}, argv[1:]...)
	}
	return argv[1:]
}

// calledAs tells whether a command was called by one of the names.
func calledAs(cmd *cobra.Command, names []string) bool { return slices.Contains(names, cmd.CalledAs()) }

// sayNewName tells on one line what an old call is called now.
func (a *app) sayNewName(cmd *cobra.Command, args ...string) {
	if !a.ui.Quiet {
		fmt.Fprintf(a.ui.ErrWriter(), "connkit: note: %s is now %s\n", cmd.CalledAs(), shellWords(append([]string{"connkit", cmd.Name()}, args...)))
	}
}

// fromPullScript reads the arguments as pull_upstream.sh did: REF could be
// any commit that git knows here, also one by the name that the remote's
// branches have here, and the import was a commit of one parent.
func (a *app) fromPullScript(ctx context.Context, cmd *cobra.Command, o *upstream.Options) error {
	if o.Update || o.LastLicensed != "" || o.Dest == "" {
		return nil // a script had no flags
	}
	if branch, ok := strings.CutPrefix(o.Ref, o.Remote+"/"); ok && branch != "" {
		o.Ref = branch
	}
	if strings.ContainsAny(o.Ref, "~^") || strings.Contains(o.Ref, "@{") || o.Ref == "FETCH_HEAD" {
		out, err := gitcmd.Git{Dir: a.dir}.Run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", cmd.Flags().Arg(1)+"^{commit}")
		if err != nil {
			return fault.Usagef("finding %q in this repository: git knows no such commit", cmd.Flags().Arg(1)).WithHint("name a branch, a tag or a commit of %s", o.Remote)
		}
		o.Ref = out.Text()
	}
	words := []string{o.Remote, o.Ref, o.Path, o.Dest, o.License, o.LicensePath}
	if !cmd.Flags().Changed("single-parent") {
		if err := cmd.Flags().Set("single-parent", "true"); err != nil {
			return err
		}
		words = append(words, "--single-parent")
	}
	a.sayNewName(cmd, words...)
	return nil
}

// fromBuildScript reads the arguments as build-local.sh did, and gives them as
// connkit build takes them. The flags that it had no word for hold what it did.
func (a *app) fromBuildScript(cmd *cobra.Command, args []string) ([]string, error) {
	switch {
	case len(args) == 0:
		return nil, fault.Usagef("reading the arguments: NAME is missing").WithHint("usage: connkit %s NAME [DOCKERFILE]", cmd.CalledAs())
	case len(args) > 2:
		return nil, fault.Usagef("reading the arguments: %q is one too many", args[2]).WithHint("usage: connkit %s NAME [DOCKERFILE]", cmd.CalledAs())
	case !strings.HasPrefix(args[0], "source-") && !strings.HasPrefix(args[0], "materialize-"):
		return nil, fault.Usagef("reading the arguments: %q begins neither with source- nor with materialize-", args[0]).WithHint("connkit build takes paths and other names too")
	}
	args = slices.Clone(args)
	if len(args) == 1 {
		if file := a.scriptDockerfile(args[0]); file != "" {
			args = append(args, file)
		}
	}
	words := slices.Clone(args)
	for _, f := range []struct{ flag, value, word string }{
		{"platform", "linux/amd64", "--platform=linux/amd64"}, {"build-arg", "USAGE_RATE=1.0", "--build-arg=USAGE_RATE=1.0"}, {"no-probe", "true", "--no-probe"},
	} {
		if cmd.Flags().Changed(f.flag) {
			continue
		}
		if err := cmd.Flags().Set(f.flag, f.value); err != nil {
			return nil, err
		}
		words = append(words, f.word)
	}
	a.sayNewName(cmd, words...)
	return args, nil
}

// scriptDockerfile is the one that the script took for Python connectors
// without a Dockerfile of their own, "" where connkit build finds the same by itself.
func (a *app) scriptDockerfile(name string) string {
	there := func(parts ...string) bool {
		_, err := os.Stat(filepath.Join(append([]string{a.ws.Root}, parts...)...))
		return err == nil
	}
	const common = "estuary-cdk/common.Dockerfile"
	if !filepath.IsLocal(name) || !there(name, "pyproject.toml") || there(name, "Dockerfile") || !there(common) {
		return ""
	}
	return common
}
