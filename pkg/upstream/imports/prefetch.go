package imports

import (
	"context"
	"errors"
	"io/fs"

	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// place is a path of the upstream at one commit.
type place struct {
	files *remote.Files
	paths []string
}

// prefetch fetches in one request all that the licences of places are worked
// out from: the paths themselves, and what speaks of licences above them.
func prefetch(ctx context.Context, places []place) error {
	var all []object.Entry
	for _, pl := range places {
		for i, p := range pl.paths {
			e, err := pl.files.Entry(ctx, p)
			if errors.Is(err, fs.ErrNotExist) || p == "" && i > 0 {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		above, err := pl.files.Speakers(ctx, pl.paths[0])
		if err != nil {
			return err
		}
		all = append(all, above...)
	}
	if len(all) == 0 {
		return nil
	}
	return places[0].files.Complete(ctx, all...)
}
