package scaffold

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
)

// fetchGit checks one folder of one commit out into a temporary folder: depth
// 1, and no file outside the folder where the server can filter. It gives the
// folder, the commit, and a function that removes all of it.
func fetchGit(ctx context.Context, g gitRef) (dir, commit string, cleanup func(), err error) {
	tmp, err := os.MkdirTemp("", "connkit-git-*")
	if err != nil {
		return "", "", func() {}, fmt.Errorf("creating a temporary folder: %w", err)
	}
	cleanup = func() { _ = os.RemoveAll(tmp) } // a leftover in the temp folder harms nobody
	program := gitcmd.Git{Dir: tmp}.WithSettings(
		gitcmd.Setting{Key: "core.hooksPath", Value: os.DevNull}, gitcmd.Setting{Key: "core.symlinks", Value: "false"}).
		WithSettings(gitcmd.Access("origin", g.url)...)
	git := func(args ...string) (string, error) {
		out, err := program.Run(ctx, args...)
		return out.Text(), err
	}
	steps := [][]string{
		{"init", "-q"},
		{"fetch", "-q", "--depth", "1", "--filter=blob:none", "--no-tags", "--end-of-options", "origin", orHead(g.ref)},
	}
	if g.subdir != "" {
		steps = append(steps, []string{"sparse-checkout", "set", "--no-cone", "/" + g.subdir + "/"})
	}
	steps = append(steps,
		[]string{"config", "remote.origin.promisor", "true"}, // the checkout gets the files that the fetch left out
		[]string{"checkout", "-q", "--detach", "FETCH_HEAD"})
	for _, args := range steps {
		if _, err := git(args...); err != nil {
			cleanup()
			return "", "", func() {}, fetchError(g, err)
		}
	}
	if commit, err = git("rev-parse", "HEAD"); err != nil {
		cleanup()
		return "", "", func() {}, fetchError(g, err)
	}
	return filepath.Join(tmp, filepath.FromSlash(g.subdir)), commit, cleanup, nil
}

func orHead(ref string) string {
	if ref == "" {
		return "HEAD"
	}
	return ref
}

func fetchError(g gitRef, err error) error {
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return fmt.Errorf("fetching %q: %w", redact(g.url), err)
	}
	why := strings.TrimPrefix(gitcmd.Scrub(strings.ReplaceAll(exit.Error(), g.url, redact(g.url)), g.url), "git: ")
	if strings.Contains(why, "couldn't find remote ref") {
		return fault.Usagef("fetching %q: it has no branch, tag or commit %q", redact(g.url), g.ref)
	}
	return fault.Environmentf("fetching %q: %s", redact(g.url), why)
}

func fromGit(ctx context.Context, name, spec string, step func(string, ...any)) (Template, func(), error) {
	nothing := func() {}
	g, err := parseGit(spec, true)
	if err != nil {
		return Template{}, nothing, err
	}
	step("fetching template %s", redact(g.url))
	dir, commit, cleanup, err := fetchGit(ctx, g)
	if err != nil {
		return Template{}, nothing, err
	}
	t, err := fromFolder(name, dir)
	if err != nil {
		cleanup()
		return Template{}, nothing, err
	}
	t.From, t.Commit = g.String(), commit
	return t, cleanup, nil
}

// String gives the place in the form of a template source, without user and password.
func (g gitRef) String() string {
	s := redact(g.url)
	if g.subdir != "" {
		s += "#" + g.subdir
	}
	if g.ref != "" {
		s += "@" + g.ref
	}
	return s
}
