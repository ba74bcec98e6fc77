package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// write puts the new files in place: work tree, index, and what git keeps of a
// merge under way. Until the index is in place everything can be taken back,
// and is when something goes wrong.
func (m *monorepo) write(ctx context.Context, s *state) (err error) {
	if err := m.lockIndex(); err != nil {
		return errors.Join(err, m.dropState())
	}
	defer func() {
		if err != nil {
			if undo := m.restore(context.WithoutCancel(ctx), s); undo != nil {
				err = errors.Join(err, fault.Blockedf("%w", undo).WithHint("connkit pull-upstream --abort"))
			}
		}
	}()
	reached("lock")
	if err := m.headIs(ctx, s.Head); err != nil {
		return err
	}
	if !m.sameIndex() {
		return fault.Blockedf("importing: the index has changed meanwhile").WithHint("run it again")
	}
	git := m.withIndex().With("GIT_LFS_SKIP_SMUDGE=1") // an upstream's large files are not on our server
	if _, err := git.Run(ctx, "read-tree", "-m", "-u", s.OldRoot, s.NewRoot); err != nil {
		return explainWrite(err)
	}
	reached("files")
	if err := m.normalise(ctx, git, s); err != nil {
		return err
	}
	if err := m.stageConflicts(ctx, git, s); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := m.installIndex(); err != nil {
		return err
	}
	reached("index")
	if err := m.openMerge(s); err != nil {
		return err
	}
	reached("merge")
	s.Phase = phaseCommit
	if len(s.Stages) > 0 {
		s.Phase = phaseConflict
		m.rerere(ctx)
	}
	if err := m.saveState(s); err != nil {
		return err
	}
	reached("open")
	return nil
}

// headIs wants that nobody has moved HEAD since the plan was made.
func (m *monorepo) headIs(ctx context.Context, head string) error {
	out, err := m.git.Run(ctx, "rev-parse", "-q", "--verify", "--end-of-options", "HEAD^{commit}")
	if gitcmd.Status(err) == 1 && head == "" {
		return nil
	}
	if err != nil {
		return explainIndex(err)
	}
	if out.Text() != head {
		return fault.Blockedf("importing: HEAD has moved meanwhile").WithHint("run it again")
	}
	return nil
}

func explainWrite(err error) error {
	var exit *proc.Error
	if errors.As(err, &exit) && strings.Contains(exit.Stderr, "ntracked working tree file") {
		return fault.Blockedf("importing: files that git does not track are in the way: %w", err).WithHint("commit, move or remove them")
	}
	return fmt.Errorf("writing the files: %w", err)
}

// stageConflicts puts the sides of each file in conflict into the index.
func (m *monorepo) stageConflicts(ctx context.Context, git gitcmd.Git, s *state) error {
	if len(s.Stages) == 0 {
		return nil
	}
	var missing, info bytes.Buffer
	for _, st := range s.Stages {
		if _, err := os.Lstat(filepath.Join(m.Top, filepath.FromSlash(string(st.Path)))); err != nil {
			fmt.Fprintf(&missing, "%s\x00", st.Path) // outside of a sparse checkout; a person has to see it
		}
		fmt.Fprintf(&info, "0 %s\t%s\x00", strings.Repeat("0", m.HashLen()), st.Path)
	}
	for _, st := range s.Stages {
		fmt.Fprintf(&info, "%s\t%s\x00", st.Info, st.Path)
	}
	if missing.Len() > 0 {
		// A file that one side has deleted is not in the index either: that is no failure.
		if _, err := git.Feed(ctx, &missing, "checkout-index", "-q", "-f", "--ignore-skip-worktree-bits", "-z", "--stdin"); gitcmd.Status(err) < 0 {
			return explainWrite(err)
		}
	}
	if _, err := git.Feed(ctx, &info, "update-index", "-z", "--index-info"); err != nil {
		return fmt.Errorf("marking the conflicts: %w", err)
	}
	return nil
}

// openMerge writes what git keeps of a merge that waits for its commit.
func (m *monorepo) openMerge(s *state) error {
	files := []struct{ name, text string }{{"MERGE_MSG", s.Message}}
	if s.Snapshot != "" {
		files = append(files, struct{ name, text string }{"MERGE_MODE", "no-ff"}, struct{ name, text string }{"MERGE_HEAD", s.Snapshot + "\n"})
	}
	for _, f := range files {
		if err := textedit.WriteFile(filepath.Join(m.GitDir, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// rerere lets git fill in how the same conflicts were resolved before.
func (m *monorepo) rerere(ctx context.Context) {
	enabled := ""
	for _, c := range m.config {
		if c.Key == "rerere.enabled" {
			enabled = c.Value
		}
	}
	if _, err := os.Stat(filepath.Join(m.CommonDir, "rr-cache")); enabled == "false" || enabled == "" && err != nil {
		return
	}
	_, _ = m.git.Run(ctx, "rerere") // a help; the conflicts stand without it
}

// commit has git make the commit, so that hooks run and it is signed.
func (m *monorepo) commit(ctx context.Context, s *state, o Options) (id string, notes []string, err error) {
	args := []string{"commit", "-q", "--no-edit", "--cleanup=verbatim"}
	if _, err := os.Stat(filepath.Join(m.GitDir, "MERGE_MSG")); err != nil {
		message := m.statePath("message")
		if err := textedit.WriteFile(message, []byte(s.Message), 0o644); err != nil {
			return "", nil, err
		}
		args = append(args, "-F", message)
	}
	o.step("committing")
	git := m.git.With("GIT_OPTIONAL_LOCKS=1").WithSettings(gitcmd.Setting{Key: "i18n.commitEncoding", Value: "UTF-8"}) // as the message is
	git.Locale, git.Terminal, git.Stderr = true, o.Terminal, o.Log
	if _, err := git.Run(ctx, args...); err != nil {
		if ctx.Err() != nil {
			return "", nil, errors.Join(context.Cause(ctx), m.giveUp(context.WithoutCancel(ctx), s))
		}
		return "", nil, fault.Blockedf("committing the import of %q: %w", s.Dest, err).
			WithHint("put it right, then connkit pull-upstream --continue; connkit pull-upstream --abort gives it up")
	}
	reached("commit")
	out, err := m.git.Run(context.WithoutCancel(ctx), "rev-list", "-1", "--no-commit-header", "--encoding=UTF-8", "--format=%H%n%B", "HEAD")
	if err != nil {
		return "", nil, fmt.Errorf("looking at the new commit: %w", err)
	}
	id, message, _ := strings.Cut(string(out.Stdout), "\n")
	if len(record.FromMessage(message, s.Dest)) == 0 {
		notes = append(notes, "a hook took the record out of the message; the next import finds it in "+s.Record)
	}
	if _, err := os.Lstat(filepath.Join(m.Top, filepath.FromSlash(s.Record))); err != nil {
		notes = append(notes, fmt.Sprintf("%s is outside of the sparse checkout: committed, not written; git sparse-checkout add %s", s.Dest, s.Dest))
	}
	return id, notes, m.dropState()
}
