package upstream

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// work is what a plan holds while it is made and applied.
type work struct {
	opts       Options
	mono       *monorepo
	scratch    *scratch
	store      *object.Store // scratch, then quarantine, then monorepo
	quarantine *remote.Quarantine
	upstream   *remote.Files

	path  string // in the upstream
	dest  string // in the monorepo
	claim license.Expression

	root       string                   // tree of HEAD
	ours       object.Entry             // at dest in HEAD
	oursLeaves []object.Leaf            // below dest in HEAD
	oursIDs    map[string]bool          // all objects at and below dest in HEAD
	files      map[string]object.Object // records in HEAD, by path
	theirs     object.Entry             // at path in the upstream
	last       *earlier

	merged       merged
	newRoot      string // tree of the commit
	snapshot     string
	snapshotTree string
	deltas       []delta

	mu    sync.Mutex
	notes []string
}

func (w *work) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

func (o Options) step(format string, args ...any) {
	if o.Report.Step != nil {
		o.Report.Step(format, args...)
	}
}

// Pull plans an import. It reads the monorepo and fetches from upstream, and
// writes nothing but to the cache. Call [Plan.Close] in every case of a plan
// without error.
//
// What is refused is [fault.Usage] for what was asked, [fault.Blocked] where a
// person has to decide: staged or unsaved changes, something under way, a
// licence that is not proven, has changed or that the policy does not allow.
func Pull(ctx context.Context, o Options) (*Plan, error) {
	m, err := openMonorepo(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	if rel, err := filepath.Rel(m.Top, o.Root); o.Root == "" || err != nil || !filepath.IsLocal(rel) {
		o.Root = m.Top // a workspace around several repositories
	}
	w := &work{opts: o, mono: m}
	if w.scratch, err = newScratch(o.Cache); err != nil {
		return nil, err
	}
	if err := w.scratch.open(m); err != nil {
		w.scratch.close()
		return nil, err
	}
	w.store = w.scratch.store
	p, err := w.plan(ctx)
	if err != nil {
		w.close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return p, nil
}

// Close gives free what a plan holds.
func (p *Plan) Close() { p.work.close() }

func (w *work) close() {
	if w.quarantine != nil {
		w.quarantine.Close()
	}
	w.store.Close()
	w.scratch.close()
}

func (w *work) plan(ctx context.Context) (*Plan, error) {
	d, err := findDest(w.mono.Top, w.opts.Root, w.opts.Dir, w.opts.Dest)
	if err != nil {
		return nil, err
	}
	if d.note != "" {
		w.note("%s", d.note)
	}
	if err := w.recoverFirst(ctx); err != nil {
		return nil, err
	}
	if err := w.checkMonorepo(ctx, d); err != nil {
		return nil, err
	}
	if w.opts.Update {
		if err := w.fillFromRecord(ctx, d.path); err != nil {
			return nil, err
		}
	}
	p := &Plan{opts: w.opts, work: w, Action: Import}
	if err := w.reach(ctx, p); err != nil {
		return nil, err
	}
	if err := w.checkTheirs(ctx, d); err != nil {
		return nil, err
	}
	if err := w.prove(ctx, p); err != nil {
		return nil, err
	}
	if err := w.combine(ctx, p); err != nil {
		return nil, err
	}
	p.Notes = w.notes
	return p, nil
}

// checkMonorepo reads the state of the monorepo and refuses what would not end well.
func (w *work) checkMonorepo(ctx context.Context, d destination) error {
	w.dest = d.path
	if err := w.mono.checkIdle(); err != nil {
		return err
	}
	err := together(ctx,
		func(ctx context.Context) error { return w.mono.look(ctx, w.scratch.dir) },
		w.mono.checkIdentity,
		func(ctx context.Context) error { return w.mono.checkHidden(ctx, d.path) })
	if err != nil {
		return err
	}
	return w.mono.checkClean(w.concerns)
}

// concerns tells whether an import may change a path.
func (w *work) concerns(p string) bool {
	return p == w.dest || strings.HasPrefix(p, w.dest+"/") || strings.HasPrefix(p, w.dest+".")
}

// reach finds out what there is: at upstream, in HEAD, and in the history.
// The two do not wait for each other.
func (w *work) reach(ctx context.Context, p *Plan) error {
	o := w.opts
	var err error
	if w.path, err = checkUpstreamPath("path", o.Path); err != nil {
		return err
	}
	if err := w.readClaim(); err != nil {
		return err
	}
	if p.Upstream, err = w.findRemote(); err != nil {
		return err
	}
	w.quarantine, err = remote.Open(ctx, p.Upstream, remote.Options{
		Cache: o.Cache, Format: w.mono.Format, Config: w.mono.config, Terminal: o.Terminal, Report: o.Report})
	if err != nil {
		return err
	}
	if err := w.scratch.join(w.mono, w.quarantine); err != nil {
		return err
	}
	if w.opts.LastLicensed != "" {
		if p.Ref, err = w.lastLicensed(ctx); err != nil {
			return err
		}
	}
	return together(ctx,
		func(ctx context.Context) (err error) {
			if p.Ref.Commit == "" {
				if p.Ref, err = w.quarantine.Resolve(ctx, w.opts.Ref); err != nil {
					return err
				}
			}
			w.upstream, err = w.quarantine.At(ctx, p.Ref.Commit, depthOf(w.path, w.opts.LicensePath))
			return err
		},
		func(ctx context.Context) error {
			if w.opts.Update {
				return nil // it was read to find out what to update
			}
			err := w.readHead(ctx, w.dest)
			if err == nil {
				w.last, err = w.findEarlier(ctx, w.dest, false)
			}
			return err
		})
}

// findRemote finds the upstream: what was given, or what the record names.
func (w *work) findRemote() (remote.Remote, error) {
	if w.opts.Update && w.opts.Remote == "" {
		return remote.ByURL(w.mono.config, w.mono.Top, w.last.Repository), nil
	}
	return remote.Find(w.mono.config, w.mono.Top, w.opts.Dir, w.opts.Remote)
}

// readHead reads what HEAD has at dest.
func (w *work) readHead(ctx context.Context, dest string) (err error) {
	w.root, w.ours, w.files, err = w.mono.trees(ctx, w.store, dest, record.File(dest, false), record.File(dest, true))
	if err != nil {
		return err
	}
	return w.readOurs(ctx)
}

// fillFromRecord takes what was left empty from the record of dest.
func (w *work) fillFromRecord(ctx context.Context, dest string) error {
	err := w.readHead(ctx, dest)
	if err != nil {
		return err
	}
	for _, single := range []bool{false, true} {
		if w.last == nil {
			if w.last, err = w.findEarlier(ctx, dest, single); err != nil {
				return err
			}
		}
	}
	if w.last == nil {
		return fault.Usagef("updating %q: there is no record of an import", dest).
			WithHint("connkit pull-upstream REMOTE REF PATH %s LICENSE_ID LICENSE_PATH", dest)
	}
	o := &w.opts
	fill := func(into *string, from string) {
		if *into == "" {
			*into = from
		}
	}
	fill(&o.Path, w.last.Path)
	fill(&o.License, w.last.License.ID)
	fill(&o.LicensePath, w.last.License.Path)
	fill(&o.Ref, w.last.NextRef())
	if len(w.last.Skipped) > 0 {
		o.SkipSubmodules = true
	}
	if w.last.Repository == "" && o.Remote == "" {
		return fault.Usagef("updating %q: its record in %s names no repository", dest, w.last.found).WithHint("give all six arguments once")
	}
	return nil
}
