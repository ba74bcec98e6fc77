package remote

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Speakers lists what in the folders above a path can say something about its licence.
func (f *Files) Speakers(ctx context.Context, p string) ([]object.Entry, error) {
	var list []object.Entry
	for p != "" {
		if p = path.Dir(p); p == "." {
			p = ""
		}
		entries, err := f.List(ctx, p)
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
