package upstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// licenceFiles gives the files beyond the path that the proof is going to need.
func (w *work) licenceFiles(ctx context.Context) []object.Entry {
	var list []object.Entry
	if e, err := w.upstream.Entry(ctx, w.opts.LicensePath); err == nil && e.Mode != object.Folder {
		list = append(list, e)
	}
	above, err := w.upstream.Speakers(ctx, w.path)
	if err != nil {
		return list // the proof tells why
	}
	return append(list, above...)
}

// prove holds the claimed licence against what upstream says at this commit,
// against the policy and against the last import. --accept-license goes on
// over all three; what is no licence or no file is refused in any case.
func (w *work) prove(ctx context.Context, p *Plan) error {
	claim := w.claim
	e, err := w.upstream.Entry(ctx, w.opts.LicensePath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.missingProof(ctx)
	case err != nil:
		return err
	case e.Mode == object.Folder || e.Mode == object.Submodule:
		return fault.Usagef("choosing the licence path %q: it is a folder, and a file is wanted", w.opts.LicensePath).
			WithHint("name the LICENSE or the metadata file that says %s", claim)
	}
	p.Evidence, err = license.Check(ctx, w.upstream, w.path, claim, w.opts.LicensePath)
	if err := w.accept(err); err != nil {
		return w.offerOlder(err)
	}
	for _, n := range p.Evidence.Notes {
		w.note("%s", n)
	}
	p.Policy = w.opts.Policy.Judge(claim)
	if err := w.accept(judge(p.Policy)); err != nil {
		return err
	}
	if err := w.accept(w.changedSince(claim)); err != nil {
		return w.offerOlder(err)
	}
	p.Record, err = w.newRecord(ctx, p, claim)
	return err
}

// readClaim reads what is claimed, before anything is fetched.
func (w *work) readClaim() error {
	var err error
	if w.claim, err = license.Parse(w.opts.License); err != nil {
		return err
	}
	for _, warning := range w.claim.Deprecated() {
		w.note("%s", warning)
	}
	if w.opts.LicensePath, err = checkUpstreamPath("licence path", w.opts.LicensePath); err != nil {
		return err
	}
	if w.opts.LicensePath == "" {
		return fault.Usagef("choosing the licence path: it is the root, and a file is wanted").WithHint("name the LICENSE or the metadata file that says %s", w.claim)
	}
	return nil
}

// accept lets a decision of a licence pass when a person gave the reason.
func (w *work) accept(err error) error {
	if err == nil || w.opts.AcceptLicense == "" || fault.KindOf(err) != fault.Blocked {
		return err
	}
	w.note("accepted (%s): %v", w.opts.AcceptLicense, err)
	return nil
}

// missingProof explains a licence path that is not there. It is seen from the
// root of the upstream, which is easily forgotten.
func (w *work) missingProof(ctx context.Context) error {
	err := w.upstream.NoSuchPath(ctx, w.opts.LicensePath)
	inside := path.Join(w.path, w.opts.LicensePath)
	if _, e := w.upstream.Entry(ctx, inside); e == nil {
		return fault.Usagef("%w", err).WithHint("did you mean %s", inside)
	}
	return err
}

// judge turns a verdict into an error.
func judge(v license.Verdict) error {
	switch v.Decision {
	case license.Deny:
		return fault.Blockedf("importing under %s: the policy denies it (%s)", v.License, v.Rule).
			WithHint("upstream.licenses in connkit.yaml is the policy; --accept-license REASON goes on and records the reason")
	case license.Ask:
		return fault.Blockedf("importing under %s: the policy asks for a decision (%s)", v.License, v.Rule).
			WithHint("--accept-license REASON decides for it and records the reason; upstream.licenses in connkit.yaml is the policy")
	}
	return nil
}

// changedSince compares with the licence of the last import.
func (w *work) changedSince(claim license.Expression) error {
	if w.last == nil || w.last.License.ID == "" {
		return nil
	}
	old, err := license.Parse(w.last.License.ID)
	if err != nil {
		w.note("the last import was recorded under %q, which is no licence that SPDX lists", w.last.License.ID)
		return nil //nolint:nilerr // an import of the old script; there is nothing to compare with
	}
	change := license.Changed(old, claim)
	if change == "" {
		return nil
	}
	return fault.Blockedf("importing %q at %s: the licence has %s since %s was imported", w.dest, record.Short(w.upstream.Commit.ID), change, record.Short(w.last.Commit)).
		WithHint("--accept-license REASON goes on and records the reason")
}

func (w *work) newRecord(ctx context.Context, p *Plan, claim license.Expression) (record.Record, error) {
	proof, err := w.upstream.Entry(ctx, w.opts.LicensePath)
	if err != nil {
		return record.Record{}, fmt.Errorf("recording the licence: %w", err)
	}
	c := w.upstream.Commit
	r := record.Record{
		Dest: w.dest, Repository: p.Upstream.URL, Ref: p.Ref.Asked, FullRef: p.Ref.Ref, Commit: c.ID, Date: c.Committer.When, Path: w.path, Tree: w.theirs.ID,
		License:  record.License{ID: claim.String(), Path: w.opts.LicensePath, Blob: proof.ID, Evidence: oneLine(p.Evidence.Text)},
		Accepted: oneLine(w.opts.AcceptLicense), Connkit: w.opts.Version,
	}
	if p.Ref.Ref == "HEAD" {
		r.FullRef = ""
	}
	if w.opts.SkipSubmodules {
		r.Skipped, err = w.submodules(ctx)
	}
	return r, err
}

// submodules lists the submodules below the path, from the root of the upstream.
func (w *work) submodules(ctx context.Context) ([]string, error) {
	leaves, err := w.store.Walk(ctx, w.path, w.theirs)
	var list []string
	for _, l := range leaves {
		if l.Mode == object.Submodule {
			list = append(list, l.Path)
		}
	}
	return list, err
}

// oneLine makes a text fit for a trailer.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
