package upstream

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

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
