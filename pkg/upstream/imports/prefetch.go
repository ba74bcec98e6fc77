package imports

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/connkit/connkit/pkg/license"
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
		above, err := speakers(ctx, pl.files, pl.paths[0])
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

// speakers lists what in the folders above a path can say something about its licence.
func speakers(ctx context.Context, files *remote.Files, p string) ([]object.Entry, error) {
	var list []object.Entry
	for p != "" {
		if p = path.Dir(p); p == "." {
			p = ""
		}
		entries, err := files.List(ctx, p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			switch {
			case e.Dir && (e.Name == "LICENSES" || e.Name == ".reuse"):
				list = append(list, object.Entry{Name: e.Name, Mode: object.Folder, ID: e.Blob})
			case !e.Dir && !e.Module && license.Speaks(e.Name):
				list = append(list, object.Entry{Name: e.Name, Mode: object.File, ID: e.Blob})
			}
		}
	}
	return list, nil
}
