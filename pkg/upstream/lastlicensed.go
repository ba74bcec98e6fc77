package upstream

import (
	"context"
	"errors"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Claimed as [Options.LastLicensed] is the licence that is claimed.
const Claimed = "claimed"

// lastLicensed finds the newest commit behind REF that is under a licence. The
// path is then where it was at that commit.
func (w *work) lastLicensed(ctx context.Context) (remote.Resolved, error) {
	id, ref := w.opts.LastLicensed, w.opts.Ref
	if id == Claimed {
		id = w.opts.License
	}
	if ref == "" {
		ref = "HEAD"
	}
	claim, err := license.Parse(id)
	if err != nil {
		return remote.Resolved{}, err
	}
	tip, err := w.quarantine.Resolve(ctx, ref)
	if err != nil {
		return tip, err
	}
	found, err := history.Find(ctx, w.quarantine, tip.Commit, w.path, claim, false)
	if err != nil {
		return tip, err
	}
	if found.Path != w.path {
		w.note("%s was at %s then", w.path, found.Path)
		if rest, ok := strings.CutPrefix(w.opts.LicensePath, w.path+"/"); ok {
			w.opts.LicensePath = found.Path + "/" + rest
		}
		w.path = found.Path
	}
	if c := found.Changed; c != nil {
		w.note("%s is the newest commit under %s; %s changed it (%s, %q)", record.Short(found.ID), claim, record.Short(c.ID), c.Date.Format("2006-01-02"), c.Subject)
	}
	return remote.Resolved{Asked: found.ID, Commit: found.ID}, nil
}

// offerOlder adds to the hint of an update that the licence stops how the last
// commit before that is imported.
func (w *work) offerOlder(err error) error {
	var f *fault.Error
	if w.opts.LastLicensed != "" || w.last == nil || !errors.As(err, &f) || f.Kind != fault.Blocked {
		return err
	}
	more := "connkit pull-upstream --update " + w.dest + " --last-licensed imports the newest commit that is still under " + w.last.License.ID
	if hint := fault.HintOf(err); hint != "" {
		more = hint + "\n" + more
	}
	return (&fault.Error{Kind: fault.Blocked, Err: err}).WithHint("%s", more)
}
