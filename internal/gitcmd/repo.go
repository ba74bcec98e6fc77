package gitcmd

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Repo tells where the parts of a repository are. All paths are absolute.
type Repo struct {
	Top       string // of the work tree
	GitDir    string // of this work tree: HEAD, index, what is under way
	CommonDir string // of all work trees: objects, refs, config
	Format    string // of object names: sha1 or sha256
	Shallow   bool
}

// Open finds the repository around dir. A folder without one is a
// [fault.Usage] error; a bare one, and one that git does not trust, [fault.Blocked].
func Open(ctx context.Context, dir string) (*Repo, error) {
	out, err := Git{Dir: dir}.Run(ctx, "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir", "--show-object-format",
		"--is-shallow-repository", "--is-bare-repository", "--is-inside-work-tree", "--show-toplevel")
	lines := strings.Split(string(out.Stdout), "\n")
	if len(lines) >= 6 && lines[5] != "true" {
		what := "it is the inside of .git"
		if lines[4] == "true" {
			what = "it is bare, so there are no files to write"
		}
		return nil, fault.Blockedf("opening the repository in %q: %s", dir, what).WithHint("run it in a clone with a work tree")
	}
	if err != nil {
		return nil, openError(dir, err)
	}
	if len(lines) < 7 {
		return nil, fault.Failedf("opening the repository in %q: git says %q", dir, out.Text())
	}
	return &Repo{
		GitDir: lines[0], CommonDir: lines[1], Format: lines[2], Shallow: lines[3] == "true",
		Top: strings.TrimSuffix(strings.Join(lines[6:], "\n"), "\n"),
	}, nil
}

func openError(dir string, err error) error {
	var exit *proc.Error
	switch {
	case !errors.As(err, &exit):
		return err
	case strings.Contains(exit.Stderr, "dubious ownership"):
		return fault.Blockedf("opening the repository in %q: it belongs to somebody else, so git does not trust it", dir).
			WithHint("git config --global --add safe.directory %s", dir)
	case strings.Contains(exit.Stderr, "not a git repository"):
		return fault.Usagef("opening the repository in %q: there is none", dir).WithHint("run it in a clone of the monorepo, or git init")
	}
	return fault.Failedf("opening the repository in %q: %w", dir, err)
}

// Git gives the program for this repository: started at the top of its work
// tree, and told where its parts are so that it need not look.
func (r *Repo) Git() Git { return Git{Dir: r.Top} }

// PathList spells folders for a variable of git that lists them with colons between.
func PathList(dirs ...string) string {
	list := slices.Clone(dirs)
	for i, d := range list {
		if strings.ContainsAny(d, ":\"\n") { // within quotes git knows the escapes of C
			list[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(d) + `"`
		}
	}
	return strings.Join(list, string(filepath.ListSeparator))
}

// HashLen is the number of hex digits in an object name.
func (r *Repo) HashLen() int {
	if r.Format == "sha256" {
		return 64
	}
	return 40
}
