package upstream

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// monorepo is the repository that is imported into, as it stands at the start.
type monorepo struct {
	*gitcmd.Repo
	git    gitcmd.Git
	config remote.Config
	index  string      // a refreshed copy of the index, away from the repository
	copied fs.FileInfo // the index that it is a copy of; nil when there was none
	head   string      // commit, "" on a branch without one
	status []statusLine
	held   *os.File // the lock, while this process has it
}

// openMonorepo finds the repository around dir; git must be new enough.
func openMonorepo(ctx context.Context, dir string) (*monorepo, error) {
	m := &monorepo{}
	err := together(ctx, gitcmd.CheckVersion,
		func(ctx context.Context) (err error) {
			m.Repo, err = gitcmd.Open(ctx, dir)
			return err
		},
		func(ctx context.Context) (err error) {
			m.config, err = remote.ReadConfig(ctx, gitcmd.Git{Dir: dir})
			return err
		})
	if err != nil {
		return nil, err
	}
	m.git = m.Git()
	return m, nil
}

// look reads the state of index and work tree through a copy of the index, so
// that nothing in the repository changes.
func (m *monorepo) look(ctx context.Context, scratch string) error {
	m.index = filepath.Join(scratch, "index")
	var err error
	if m.copied, err = copyIndex(filepath.Join(m.GitDir, "index"), m.index); err != nil {
		return err
	}
	return together(ctx,
		func(ctx context.Context) error {
			out, err := m.withIndex().Run(ctx, "status", "--porcelain=v2", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty")
			m.status = parseStatus(string(out.Stdout))
			return explainIndex(err)
		},
		func(ctx context.Context) error {
			out, err := m.git.Run(ctx, "rev-parse", "-q", "--verify", "--end-of-options", "HEAD^{commit}")
			if gitcmd.Status(err) == 1 {
				return nil // a branch without a commit
			}
			m.head = out.Text()
			return err
		})
}

// trees reads the tree of HEAD along a path in one process: those of the
// folders on the way, from the top, and what stands at the path itself.
func (m *monorepo) trees(ctx context.Context, store *object.Store, dest string, files ...string) (root string, ours object.Entry, found map[string]object.Object, err error) {
	found = map[string]object.Object{}
	if m.head == "" {
		root, err = store.PutTree(ctx, nil)
		return root, ours, found, err
	}
	revs := []string{m.head + "^{tree}"}
	parts := strings.Split(dest, "/")
	for i := range parts[1:] {
		revs = append(revs, m.head+":"+path.Join(parts[:i+1]...))
	}
	at := len(revs)
	for _, f := range files {
		revs = append(revs, m.head+":"+f)
	}
	list, err := object.Batch(ctx, m.git, revs...)
	if err != nil {
		return "", ours, nil, err
	}
	store.Know(list[:at]...)
	for i, f := range files {
		if list[at+i].Kind != "" {
			found[f] = list[at+i]
		}
	}
	ours, err = m.descend(ctx, store, list[0].ID, dest)
	return list[0].ID, ours, found, err
}

// descend gives what a tree has at dest. A submodule on the way, or there, is refused.
func (m *monorepo) descend(ctx context.Context, store *object.Store, root, dest string) (object.Entry, error) {
	e := object.Entry{Mode: object.Folder, ID: root}
	for name := range strings.SplitSeq(dest, "/") {
		if e.Mode != object.Folder {
			return object.Entry{}, fault.Usagef("choosing the destination %q: %q is a file", dest, e.Name)
		}
		list, err := store.Tree(ctx, e.ID)
		if err != nil {
			return e, err
		}
		e = find(list, name)
		switch {
		case e.IsZero():
			return e, nil
		case e.Mode == object.Submodule:
			return e, fault.Blockedf("choosing the destination %q: %q is a submodule", dest, name).WithHint("import into another folder")
		}
	}
	return e, nil
}
