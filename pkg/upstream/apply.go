package upstream

import (
	"context"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// reached is called between the steps of an apply; tests kill the process there.
var reached = func(string) {}

// Apply makes the commit. A conflict, a hook that refuses and a signer that
// fails are [fault.Blocked] errors: the import is then open, for [Continue],
// [Abort] or git's own commands. After any other error, and after an
// interrupt, the repository is as it was.
func (p *Plan) Apply(ctx context.Context) error {
	if p.Action == None || p.DryRun {
		return nil
	}
	w := p.work
	unlock, err := w.mono.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := w.transfer(ctx, p); err != nil {
		return err
	}
	reached("objects")
	s := p.state()
	if err := w.mono.saveState(s); err != nil {
		return err
	}
	reached("state")
	w.opts.step("writing %s", p.Dest)
	if err := w.mono.write(ctx, s); err != nil {
		return err
	}
	if s.Phase == phaseConflict {
		return conflictError(p.Dest, p.conflictPaths())
	}
	var notes []string
	p.Commit, notes, err = w.mono.commit(ctx, s, w.opts)
	p.Notes = append(p.Notes, notes...)
	return err
}

func (p *Plan) conflictPaths() []string {
	var list []string
	for _, c := range p.Changes {
		if c.Status == Conflict {
			list = append(list, c.Path)
		}
	}
	return list
}

func conflictError(dest string, paths []string) error {
	return fault.Blockedf("merging %q: %d in conflict: %s", dest, len(paths), some(paths)).
		WithHint("resolve them and git add them, then connkit pull-upstream --continue; connkit pull-upstream --abort gives it up")
}

func (p *Plan) state() *state {
	w := p.work
	s := &state{
		Phase: phaseWriting, Head: w.mono.head, OldRoot: w.root, NewRoot: w.newRoot, Dest: p.Dest, Message: p.Message,
		Record: record.File(p.Dest, w.theirs.Mode != object.Folder),
	}
	if !w.opts.Single && w.mono.head != "" {
		s.Snapshot = w.snapshot
	}
	for _, st := range w.merged.stages {
		s.Stages = append(s.Stages, savedStage{fmt.Sprintf("%s %s %s", st.Mode, st.ID, st.Stage), []byte(st.Path)})
	}
	return s
}

// transfer brings what is new into the monorepo, as one pack: the files of the
// upstream's path, what the merge made of them, and the commits. It changes
// nothing there, since nothing refers to it yet.
func (w *work) transfer(ctx context.Context, p *Plan) error {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if !w.oursIDs[id] && !seen[id] {
			ids, seen[id] = append(ids, id), true
		}
	}
	folder := func(id string) object.Entry { return object.Entry{Mode: object.Folder, ID: id} }
	err := w.eachNew(ctx, folder(w.root), folder(w.newRoot), add)
	if err == nil && p.Snapshot != "" {
		add(w.snapshot)
		err = w.eachNew(ctx, object.Entry{}, folder(w.snapshotTree), add)
	}
	if err != nil {
		return fmt.Errorf("collecting what is new: %w", err)
	}
	for _, s := range w.merged.stages {
		add(s.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = w.scratch.command(w.mono).Pipe(ctx, w.mono.git, []byte(strings.Join(ids, "\n")+"\n"),
		[]string{"pack-objects", "-q", "--stdout", "--delta-base-offset", "--window=0"}, []string{"index-pack", "--stdin"})
	if err != nil {
		return fmt.Errorf("bringing the files into the repository: %w", err)
	}
	return nil
}

// eachNew calls visit for all objects of an entry that an older one does not have at the same place.
func (w *work) eachNew(ctx context.Context, old, e object.Entry, visit func(string)) error {
	if e.Mode == object.Submodule || e.IsZero() || e.ID == old.ID {
		return nil
	}
	visit(e.ID)
	before, err := w.below(ctx, old)
	if err != nil {
		return err
	}
	below, err := w.below(ctx, e)
	for _, e := range below {
		if err == nil {
			err = w.eachNew(ctx, find(before, e.Name), e, visit)
		}
	}
	return err
}
