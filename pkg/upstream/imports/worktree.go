package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// checkWorkFile wants that the record and the carried texts stand in the work tree as in HEAD.
func (r *repo) checkWorkFile(ctx context.Context, inv *inventory, v *Verified) error {
	names := []string{v.file}
	for _, c := range v.Carried {
		names = append(names, path.Join(path.Dir(v.file), c.File))
	}
	for i, name := range names {
		now, in := inv.files[name]
		if i > 0 {
			switch c := v.Carried[i-1]; {
			case !in:
				v.wrong("carried %s is not there", c.File)
				continue
			case now.ID != c.Blob:
				v.wrong("carried %s is not what was carried: %s, recorded is %s", c.File, record.Short(now.ID), record.Short(c.Blob))
			}
		}
		full := filepath.Join(r.Top, filepath.FromSlash(name))
		info, err := os.Lstat(full)
		if err == nil && !info.Mode().IsRegular() { // git would follow a link, out of the repository too
			v.wrong("%s is no file in the work tree any more", name)
			continue
		}
		if errors.Is(err, os.ErrNotExist) {
			skipped, err := r.skipped(ctx, name)
			if err != nil {
				return err
			}
			if !skipped {
				v.wrong("%s is removed from the work tree", name)
			}
			continue
		}
		out, err := r.git.Run(ctx, "hash-object", "--", full)
		if err != nil {
			return fmt.Errorf("reading %q: %w", name, err)
		}
		if out.Text() != now.ID {
			v.wrong("%s is changed in the work tree", name)
		}
	}
	return nil
}

// skipped tells whether a file is outside of a sparse checkout.
func (r *repo) skipped(ctx context.Context, name string) (bool, error) {
	out, err := r.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-files", "-t", "-z", "--", name)
	if gitcmd.Status(err) > 0 {
		return false, nil
	}
	return strings.HasPrefix(string(out.Stdout), "S "), err
}
