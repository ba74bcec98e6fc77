package inputs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/connkit/connkit/internal/fault"
)

// IgnoreFile is the name of the file that leaves paths out of the context.
const IgnoreFile = ".dockerignore"

// Context is a build context: the root of the workspace without what is left out.
type Context struct {
	Root   string // absolute
	Ignore string // the file that says what is left out, absolute; "" for none

	rules *patternmatcher.PatternMatcher
	sums  *sums
}

// Open reads what the context of a Dockerfile leaves out: FILE.dockerignore
// beside the Dockerfile, as BuildKit does, else .dockerignore in the root.
// dockerfile may be "".
func Open(root, dockerfile string) (*Context, error) {
	c := &Context{Root: root, sums: &sums{of: map[string]string{}}}
	var patterns []string
	for _, file := range []string{dockerfile + IgnoreFile, filepath.Join(root, IgnoreFile)} {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) || file == IgnoreFile {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading what the context leaves out: %w", err)
		}
		patterns, err = ignorefile.ReadAll(f)
		_ = f.Close() // only read
		if err != nil {
			return nil, fault.Usagef("%w", err).At(file, 0, 0)
		}
		c.Ignore = file
		break
	}
	rules, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fault.Usagef("%w", err).At(c.Ignore, 0, 0)
	}
	c.rules = rules
	return c, nil
}

// Share makes c know the sums of o, of the same root, too.
func (c *Context) Share(o *Context) { c.sums = o.sums }

// Ignores tells whether the context leaves a slash path from the root out. It
// asks as a walk does, folder by folder: an exception that names a folder does
// not bring back what a pattern for files leaves out in it.
func (c *Context) Ignores(name string) bool {
	out, _, err := c.rules.MatchesUsingParentResults(name, c.above(name))
	return err == nil && out
}

// above gives what the rules say of the folders above a path.
func (c *Context) above(name string) patternmatcher.MatchInfo {
	var info patternmatcher.MatchInfo
	for i, char := range name {
		if char == '/' {
			_, info, _ = c.rules.MatchesUsingParentResults(name[:i], info) // patterns were checked when they were read
		}
	}
	return info
}

// junk is what tools leave in folders: no source of anything, and different on
// every machine.
var junk = []string{
	".git", "__pycache__", "*.pyc", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox", ".nox",
	".DS_Store", ".idea", ".vscode", ".docker-cache",
}

// Junk gives the lines of a .dockerignore that leave out what no image needs.
func Junk() []string {
	lines := []string{".git"}
	for _, name := range junk[1:] {
		lines = append(lines, "**/"+name)
	}
	return lines
}

func isJunk(name string) bool {
	base := path.Base(name)
	return slices.ContainsFunc(junk, func(glob string) bool {
		ok, _ := path.Match(glob, base) // our own globs are right
		return ok
	})
}
