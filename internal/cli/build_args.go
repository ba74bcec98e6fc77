package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// buildArguments tells the connectors from the Dockerfile behind them.
func (a *app) buildArguments(b *buildFlags, set *workspace.Settings, args []string) ([]workspace.Connector, string, error) {
	file := ""
	if n := len(args) - 1; n >= 0 && (n > 0 || b.all || b.since != "") {
		if path, ok := a.dockerfileArg(args[n]); ok {
			file, args = path, args[:n]
		}
	}
	if b.all || b.since != "" {
		if len(args) > 0 {
			return nil, "", fault.Usagef("reading the arguments: %q besides --all or --changed-since", args[0])
		}
		all, err := a.ws.Connectors(set)
		return all, file, err
	}
	if len(args) == 0 {
		return nil, "", fault.Usagef("reading the arguments: NAME is missing").WithHint("connkit build NAME, --changed-since REVISION or --all")
	}
	list, err := a.named(set, args)
	return list, file, err
}

// completeBuild completes connectors, and files where a Dockerfile may stand.
func (a *app) completeBuild(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	names, directive := a.completeMore(cmd, args, word)
	if len(args) > 0 {
		directive = cobra.ShellCompDirectiveDefault
	}
	return names, directive
}

// dockerfileArg tells whether an argument is a Dockerfile: a file, from where
// the user stands or from the root, or what looks like one and is not there.
func (a *app) dockerfileArg(arg string) (string, bool) {
	for _, path := range []string{a.absolute(arg), filepath.Join(a.ws.Root, arg)} {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, true
		}
	}
	return a.absolute(arg), strings.Contains(filepath.Base(arg), "Dockerfile")
}

// buildArgs reads --build-arg. A key alone takes the variable of that name, as docker has it.
func (a *app) buildArgs(list []string) (map[string]string, error) {
	args := map[string]string{}
	for _, s := range list {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			if value = a.getenv(key); value == "" {
				return nil, fault.Usagef("reading the flags: --build-arg %q has no value, and there is no such variable", s)
			}
		}
		args[key] = value
	}
	return args, nil
}

// buildSecrets reads --secret; those of the settings come first, and one of the
// same id wins over them. A file that is not there is an error before the build.
func (a *app) buildSecrets(set *workspace.Settings, list []string) ([]engine.Secret, error) {
	byID := map[string]engine.Secret{}
	for _, s := range set.Build.Secrets {
		src := s.Src
		if !filepath.IsAbs(src) {
			src = filepath.Join(a.ws.Root, src)
		}
		byID[s.ID] = engine.Secret{ID: s.ID, Src: src}
	}
	for _, text := range list {
		s, err := a.buildSecret(text)
		if err != nil {
			return nil, err
		}
		byID[s.ID] = s
	}
	var secrets []engine.Secret
	for _, id := range sortedKeys(byID) {
		s := byID[id]
		if s.Src != "" {
			if _, err := os.Stat(s.Src); err != nil {
				return nil, fault.Usagef("reading the secret %q: %w", id, err)
			}
		} else if a.getenv(s.Env) == "" {
			return nil, fault.Usagef("reading the secret %q: there is no variable %s", id, s.Env)
		}
		secrets = append(secrets, s)
	}
	return secrets, nil
}

func (a *app) buildSecret(text string) (engine.Secret, error) {
	var s engine.Secret
	for _, field := range strings.Split(text, ",") {
		key, value, ok := strings.Cut(field, "=")
		switch {
		case !ok || value == "":
			return s, fault.Usagef("reading the flags: --secret %q is no id=NAME,src=FILE", text)
		case key == "id":
			s.ID = value
		case key == "src" || key == "source":
			s.Src = a.absolute(value)
		case key == "env":
			s.Env = value
		case key == "type" && (value == "file" || value == "env"):
		default:
			return s, fault.Usagef("reading the flags: --secret %q: %q is none of id, src, env", text, key)
		}
	}
	if s.ID == "" || (s.Src == "") == (s.Env == "") {
		return s, fault.Usagef("reading the flags: --secret %q is no id=NAME,src=FILE or id=NAME,env=VARIABLE", text)
	}
	return s, nil
}
