package upstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
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

func explainIndex(err error) error {
	if err != nil {
		return fmt.Errorf("reading the state of the work tree: %w", err)
	}
	return nil
}

// withIndex is git on the copy of the index. A split index would leave its
// other half in the repository.
func (m *monorepo) withIndex() gitcmd.Git {
	git := m.git
	if m.held != nil {
		git.Hold = []*os.File{m.held}
	}
	return git.With("GIT_INDEX_FILE="+m.index, "GIT_OPTIONAL_LOCKS=1").WithSettings(gitcmd.Setting{Key: "core.splitIndex", Value: "false"})
}

// copyIndex copies the index with its time, by which git tells files that
// changed in the very moment that it was written. None is an empty one.
func copyIndex(from, to string) (fs.FileInfo, error) {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(from)
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err == nil {
		err = os.Chtimes(to, info.ModTime(), info.ModTime())
	}
	if err != nil {
		return nil, fmt.Errorf("copying the index: %w", err)
	}
	return info, nil
}

// sameIndex tells whether the index is the one that was copied.
func (m *monorepo) sameIndex() bool {
	now, err := os.Stat(filepath.Join(m.GitDir, "index"))
	if err != nil || m.copied == nil {
		return err != nil && m.copied == nil
	}
	return os.SameFile(now, m.copied) && now.Size() == m.copied.Size() && now.ModTime().Equal(m.copied.ModTime())
}

// statusLine is one changed path: how index differs from HEAD and work tree from index.
type statusLine struct {
	staged, changed byte // '.' for not
	unmerged        bool
	path            string
}

func parseStatus(out string) []statusLine {
	var list []statusLine
	for item := range strings.SplitSeq(out, "\x00") {
		fields := map[string]int{"1 ": 9, "u ": 11}[item[:min(2, len(item))]]
		if fields == 0 {
			continue
		}
		parts := strings.SplitN(item, " ", fields)
		if len(parts) == fields {
			list = append(list, statusLine{parts[1][0], parts[1][1], item[0] == 'u', parts[fields-1]})
		}
	}
	return list
}

// underWay are the files in .git that tell that git waits for a person, with what git calls it.
var underWay = []struct{ file, what, end string }{
	{"MERGE_HEAD", "a merge", "git merge --abort"}, {"rebase-merge", "a rebase", "git rebase --abort"}, {"rebase-apply", "a rebase", "git rebase --abort"},
	{"CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"}, {"REVERT_HEAD", "a revert", "git revert --abort"},
	{"sequencer", "a cherry-pick", "git cherry-pick --abort"}, {"BISECT_LOG", "a bisection", "git bisect reset"},
}

// checkIdle refuses while git is in the middle of something.
func (m *monorepo) checkIdle() error {
	for _, u := range underWay {
		if _, err := os.Lstat(filepath.Join(m.GitDir, u.file)); err == nil {
			return fault.Blockedf("importing: %s is under way in this repository", u.what).WithHint("finish it, or %s", u.end)
		}
	}
	lock := filepath.Join(m.GitDir, "index.lock")
	if _, err := os.Lstat(lock); err == nil {
		return fault.Blockedf("importing: another git command works in this repository: %q is there", lock).
			WithHint("wait for it; when no git runs, a crash left the file: remove it")
	}
	return nil
}

// checkClean refuses staged changes, which a commit would sweep in, and
// changes of files that the import concerns.
func (m *monorepo) checkClean(concerns func(string) bool) error {
	var staged, dirty []string
	for _, s := range m.status {
		switch {
		case s.unmerged:
			return fault.Blockedf("importing: %q is unmerged", s.path).WithHint("resolve it and commit, or git reset --merge")
		case s.staged != '.':
			staged = append(staged, s.path)
		case concerns(s.path):
			dirty = append(dirty, s.path)
		}
	}
	if len(staged) > 0 {
		return fault.Blockedf("importing: changes are staged: %s", some(staged)).WithHint("commit them, or git stash")
	}
	if len(dirty) > 0 {
		return fault.Blockedf("importing: files in the destination are changed and not committed: %s", some(dirty)).WithHint("commit them, or git stash")
	}
	return nil
}

// some lists the first few of many.
func some(list []string) string {
	const most = 5
	text := strings.Join(list[:min(len(list), most)], ", ")
	if len(list) > most {
		text += fmt.Sprintf(" and %d more", len(list)-most)
	}
	return text
}

// checkIdentity wants a name for the commit before any work is done.
func (m *monorepo) checkIdentity(ctx context.Context) error {
	if _, err := m.git.Run(ctx, "var", "GIT_COMMITTER_IDENT"); err != nil {
		return fault.Environmentf("importing: git does not know who you are").
			WithHint("git config --global user.name NAME\ngit config --global user.email MAIL")
	}
	return nil
}

// checkFree refuses files that are not tracked where new ones go.
func (m *monorepo) checkFree(added []string, tracked func(string) bool) error {
	var taken []string
	seen := map[string]bool{} // folders that are known to be folders
	for _, p := range added {
		parts := strings.Split(p, "/")
		for i := range parts {
			at := path.Join(parts[:i+1]...)
			if seen[at] {
				continue
			}
			info, err := os.Lstat(filepath.Join(m.Top, filepath.FromSlash(at)))
			if err != nil {
				break // nothing is there, so nothing is below it
			}
			if last := i == len(parts)-1; info.IsDir() && !last {
				seen[at] = true
			} else if !tracked(at) && !slices.Contains(taken, at) {
				taken = append(taken, at)
			}
		}
	}
	if len(taken) > 0 {
		return fault.Blockedf("importing: files that git does not track are in the way: %s", some(taken)).WithHint("commit, move or remove them")
	}
	return nil
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

// checkHidden refuses files that git was told not to look at: it would write over them.
func (m *monorepo) checkHidden(ctx context.Context, dest string) error {
	out, err := m.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-files", "-v", "-z", "--", dest)
	if err != nil {
		return explainIndex(err)
	}
	for item := range strings.SplitSeq(string(out.Stdout), "\x00") {
		if len(item) > 2 && item[0] >= 'a' && item[0] <= 'z' {
			return fault.Blockedf("importing: %q is marked as assumed to be unchanged", item[2:]).
				WithHint("git update-index --no-assume-unchanged %s", item[2:])
		}
	}
	return nil
}
