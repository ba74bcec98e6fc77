package upstream

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// Outcome is how an open import ended.
type Outcome struct {
	Dest   string   `json:"dest,omitempty"`
	Commit string   `json:"commit,omitempty"`
	Ended  string   `json:"ended"` // committed, aborted, or nothing
	Notes  []string `json:"notes,omitempty"`
}

// How an import ends.
const (
	Committed = "committed"
	Aborted   = "aborted"
	Nothing   = "nothing" // none was open
)

// Continue commits an import whose conflicts are resolved, or that a hook or a crash left open.
func Continue(ctx context.Context, o Options) (Outcome, error) {
	m, s, done, err := openState(ctx, o)
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	if s == nil {
		return Outcome{}, fault.Usagef("continuing: no import is under way")
	}
	out := Outcome{Dest: s.Dest, Ended: Committed}
	if s.Phase == phaseWriting {
		if err := m.again(ctx, s, o); err != nil {
			return out, err
		}
	}
	if err := m.checkResolved(ctx); err != nil {
		return out, err
	}
	out.Commit, out.Notes, err = m.commit(ctx, s, o)
	return out, err
}

// again writes the files of an import that was interrupted while it did so.
func (m *monorepo) again(ctx context.Context, s *state, o Options) error {
	if err := m.restoreFiles(ctx, s); err != nil {
		return err
	}
	scratch, err := newScratch(o.Cache)
	if err != nil {
		return err
	}
	defer scratch.close()
	if err := m.look(ctx, scratch.dir); err != nil {
		return err
	}
	if err := m.saveState(s); err != nil {
		return err
	}
	return m.write(ctx, s)
}

// Abort gives an open import up and puts everything back as it was before.
func Abort(ctx context.Context, o Options) (Outcome, error) {
	m, s, done, err := openState(ctx, o)
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	if s == nil {
		return Outcome{Ended: Nothing}, nil
	}
	return Outcome{Dest: s.Dest, Ended: Aborted}, m.giveUp(context.WithoutCancel(ctx), s)
}

// giveUp puts everything back as it was.
func (m *monorepo) giveUp(ctx context.Context, s *state) error {
	if s.Phase == phaseWriting || s.Head == "" {
		return m.restore(ctx, s)
	}
	if _, err := m.git.Run(ctx, "reset", "-q", "--merge", "HEAD"); err != nil {
		return fault.Blockedf("aborting: %w", err).WithHint("put away what you changed since (git stash), or git reset --hard HEAD, which throws it away")
	}
	return m.dropState()
}

// openState finds the import that is open. One that git has finished or given up meanwhile is forgotten.
func openState(ctx context.Context, o Options) (*monorepo, *state, func(), error) {
	m, err := openMonorepo(ctx, o.Dir)
	if err != nil {
		return nil, nil, nil, err
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := m.loadState()
	if err == nil && s != nil {
		var open bool
		if open, err = m.isOpen(ctx, s); err == nil && !open {
			s, err = nil, m.dropState()
		}
	}
	if err != nil {
		unlock()
		return nil, nil, nil, err
	}
	return m, s, unlock, nil
}

// isOpen tells whether an import is still as connkit left it.
func (m *monorepo) isOpen(ctx context.Context, s *state) (bool, error) {
	if err := m.headIs(ctx, s.Head); err != nil {
		return false, ignoreBlocked(err) // git commit has finished it
	}
	if s.Phase == phaseWriting {
		return true, nil
	}
	if s.Snapshot != "" {
		text, err := os.ReadFile(filepath.Join(m.GitDir, "MERGE_HEAD"))
		return err == nil && strings.TrimSpace(string(text)) == s.Snapshot, nil
	}
	out, err := m.git.Run(ctx, "diff-index", "--cached", "--raw", "-z", s.OldRoot, "--")
	return len(out.Stdout) > 0, err
}

func ignoreBlocked(err error) error {
	if fault.KindOf(err) == fault.Blocked {
		return nil
	}
	return err
}

// checkResolved refuses files that are still in conflict.
func (m *monorepo) checkResolved(ctx context.Context) error {
	out, err := m.git.Run(ctx, "diff", "--name-only", "-z", "--diff-filter=U", "--no-ext-diff", "--no-relative")
	if err != nil {
		return explainIndex(err)
	}
	if len(out.Stdout) == 0 {
		return nil
	}
	list := strings.Split(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00")
	return fault.Blockedf("continuing: still in conflict: %s", some(list)).WithHint("resolve them and git add them, or connkit pull-upstream --abort")
}

// recoverFirst looks for an import that an earlier run left. What a crash left
// half written is put back; an open one is for a person to end.
func (w *work) recoverFirst(ctx context.Context) error {
	m := w.mono
	if _, err := os.Lstat(m.statePath(stateName)); err != nil {
		return nil // nothing was left
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := m.loadState()
	if err != nil || s == nil {
		return err
	}
	open, err := m.isOpen(ctx, s)
	switch {
	case err != nil:
		return err
	case !open:
		return m.dropState()
	case s.Phase == phaseWriting:
		w.note("put back what an interrupted import of %s had written", s.Dest)
		return m.restore(ctx, s)
	}
	return fault.Blockedf("importing: the import of %q is under way in this repository", s.Dest).
		WithHint("connkit pull-upstream --continue, or connkit pull-upstream --abort")
}
