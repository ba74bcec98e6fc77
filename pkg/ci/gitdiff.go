package ci

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/workspace"
)

// gitRepo is the repository around a workspace.
type gitRepo struct {
	top     string // absolute
	prefix  string // slash path of the workspace from top; "" when it is the same
	shallow bool
}

func openGit(ctx context.Context, root string) (*gitRepo, error) {
	g := &gitRepo{top: root}
	out, err := g.run(ctx, "rev-parse", "--show-toplevel", "--is-shallow-repository")
	if err != nil {
		var failed *proc.Error
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, "not a git repository") {
			return nil, fault.Usagef("looking for changes: %q is in no git repository", root).WithHint("connkit ci matrix --all")
		}
		return nil, gitFault("looking for changes", err)
	}
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	g.top, g.shallow = strings.Join(lines[:len(lines)-1], "\n"), lines[len(lines)-1] == "true"
	rel, err := filepath.Rel(g.top, root)
	if err != nil {
		return nil, err
	}
	if rel != "." {
		g.prefix = filepath.ToSlash(rel)
	}
	return g, nil
}

// run runs git at the top. The variables by which hooks and aliases point git
// elsewhere do not reach it: the folder decides.
func (g *gitRepo) run(ctx context.Context, args ...string) (string, error) {
	out, err := gitcmd.Git{Dir: g.top}.Run(ctx, args...)
	return string(out.Stdout), err
}

func gitFault(doing string, err error) error {
	var failed *proc.Error
	if errors.As(err, &failed) {
		return fault.Environmentf("%s: %w", doing, err)
	}
	return err // git is missing, or the run was interrupted
}

// changed gives the paths, from the top, in which the work tree differs from a
// commit, files that git does not know yet included; or those in which HEAD does.
func (g *gitRepo) changed(ctx context.Context, base string, committed bool) ([]string, error) {
	args := []string{"-c", "diff.ignoreSubmodules=none", "diff", "-O/dev/null", "--no-ext-diff", "--no-renames", "--no-relative", "--name-only", "-z", base}
	if committed {
		args = append(args, "HEAD")
	}
	out, err := g.run(ctx, append(args, "--")...)
	if err != nil {
		return nil, gitFault("looking for changes", err)
	}
	if !committed {
		fresh, err := g.run(ctx, "ls-files", "-z", "--others", "--exclude-standard")
		if err != nil {
			return nil, gitFault("looking for changes", err)
		}
		out += fresh
	}
	var paths []string
	for path := range strings.SplitSeq(out, "\x00") {
		if path = strings.TrimSuffix(path, "/"); path != "" { // a repository within ends in a slash
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// imported tells whether a Go file elsewhere seems to import a package of one
// of the folders, given by their import paths: a quick look that spares a slow
// one when nobody does.
func (g *gitRepo) imported(ctx context.Context, folders map[string]string) (bool, error) {
	var quoted []string
	for path := range folders {
		quoted = append(quoted, regexp.QuoteMeta(path))
	}
	out, err := g.run(ctx, "grep", "--untracked", "-z", "-o", "-E", "--no-color", "--no-line-number", "--no-column", "--no-heading",
		"-e", "\"("+strings.Join(quoted, "|")+")[\"/]", "--", "*.go")
	var failed *proc.Error
	switch {
	case errors.As(err, &failed) && failed.Status == 1:
		return false, nil
	case err != nil:
		return false, gitFault("looking for imports", err)
	}
	for line := range strings.Lines(out) {
		file, match, ok := strings.Cut(line, "\x00")
		if folder := folders[strings.Trim(match, "/\"\r\n")]; ok && !strings.HasPrefix(file, folder+"/") {
			return true, nil
		}
	}
	return false, nil
}

// inside spells a path of the workspace from the top.
func (g *gitRepo) inside(path string) string {
	if g.prefix == "" {
		return path
	}
	return g.prefix + "/" + path
}

// local spells a path from the top as one of the workspace, if it is in it.
func (g *gitRepo) local(path string) (string, bool) {
	if g.prefix == "" {
		return path, true
	}
	return strings.CutPrefix(path, g.prefix+"/")
}

// Refs lists the branches and tags around a workspace; none when git cannot tell.
func Refs(ctx context.Context, ws *workspace.Workspace) []string {
	g := &gitRepo{top: ws.Root}
	out, err := g.run(ctx, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil
	}
	return strings.Fields(out)
}
