package history

import (
	"context"
	"errors"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Find is [Log.LastLicensed] for the history of a tip, which it fetches. None is a [fault.Failed] error.
func Find(ctx context.Context, q *remote.Quarantine, tip, path string, claim license.Expression, firstParent bool) (Found, error) {
	past, err := q.Past(ctx, true)
	if err != nil {
		return Found{}, err
	}
	log, err := Read(ctx, past, firstParent, tip)
	if err != nil {
		return Found{}, err
	}
	found, err := log.LastLicensed(ctx, path, claim)
	var none *None
	if errors.As(err, &none) {
		return found, explain(none, q.Remote(), path, claim)
	}
	return found, err
}

func explain(none *None, from remote.Remote, path string, claim license.Expression) error {
	if path == "" {
		path = "."
	}
	e := fault.Failedf("looking for %s of %q in %s: none of %d commits is under it", claim, path, from, none.Looked)
	switch d := none.Doubtful; {
	case d != nil:
		return e.WithHint("commit %s says so, but there is doubt: %s", record.Short(d.ID), strings.Join(d.Evidence.Doubts, "; "))
	case none.Latest == "":
		return e.WithHint("%q is in none of them", path)
	}
	return e.WithHint("the newest that has it is under %s", none.Latest)
}
