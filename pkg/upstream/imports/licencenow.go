package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// licencesNow works out the licences of today.
func licencesNow(ctx context.Context, q *remote.Quarantine, moved []*Standing) error {
	depth, tips := 1, []string{}
	for _, st := range moved {
		depth, tips = max(depth, strings.Count(st.Path, "/")+1), append(tips, st.Tip)
	}
	slices.Sort(tips)
	if _, err := q.Fetch(ctx, depth, slices.Compact(tips)...); err != nil {
		return err
	}
	var places []place
	for _, st := range moved {
		files, err := q.At(ctx, st.Tip, depth)
		if err != nil {
			return err
		}
		places = append(places, place{files, []string{st.Path}})
	}
	if err := prefetch(ctx, places); err != nil {
		return err
	}
	for i, st := range moved {
		if err := st.licenceNow(ctx, q, places[i].files); err != nil {
			return err
		}
	}
	return nil
}

func (st *Standing) licenceNow(ctx context.Context, q *remote.Quarantine, files *remote.Files) error {
	if _, err := files.Entry(ctx, st.Path); errors.Is(err, fs.ErrNotExist) {
		st.due("upstream has no %s any more", st.Label())
		return nil
	}
	e, err := license.Effective(ctx, files, st.Path)
	if err != nil {
		return err
	}
	st.Now = e.License.String()
	claim := st.claim()
	if claim.IsZero() {
		st.note("recorded under %q, which is no licence that SPDX lists; now it is %s", st.License.ID, e.Text)
		return nil
	}
	same, err := st.same(ctx, q, e, claim)
	switch {
	case err != nil:
		return err
	case same && len(e.Doubts) > 0 && st.Accepted == "":
		st.due("the licence is in doubt now: %s", strings.Join(e.Doubts, "; "))
		return nil
	case same:
		return nil
	}
	if st.Change = license.Changed(claim, e.License); st.Change == "" {
		st.Change = "is in doubt"
	}
	if st.By, err = changedBy(ctx, q, st, claim); err != nil {
		return err
	}
	text := st.Change
	if st.By != nil {
		text += fmt.Sprintf(" at %s (%s, %q)", record.Short(st.By.ID), st.By.Date.Format("2006-01-02"), st.By.Subject)
	}
	st.due("the licence has %s", text)
	return nil
}

// same tells whether the licence of today is that of the import. One that was
// accepted against what upstream said is compared with what it said.
func (st *Standing) same(ctx context.Context, q *remote.Quarantine, now license.Evidence, claim license.Expression) (bool, error) {
	if now.License.Grants(claim) {
		return true, nil
	}
	if st.Accepted == "" {
		return false, nil
	}
	then, err := q.At(ctx, st.Commit, strings.Count(st.Path, "/")+1)
	if err != nil {
		return false, err
	}
	e, err := license.Effective(ctx, then, st.Path)
	return err == nil && e.License.Equal(now.License), err
}

// changedBy finds the commit after which the licence no longer was the claim.
func changedBy(ctx context.Context, q *remote.Quarantine, st *Standing, claim license.Expression) (*history.Change, error) {
	past, err := q.Past(ctx, true)
	if err != nil {
		return nil, err
	}
	log, err := history.Read(ctx, past, false, st.Tip)
	if err != nil {
		return nil, err
	}
	found, err := log.LastLicensed(ctx, st.Path, claim)
	var none *history.None
	if errors.As(err, &none) {
		return nil, nil
	}
	return found.Changed, err
}
