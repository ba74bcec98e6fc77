package inputs

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// when is the time that all files get: the same for the same files, and not
// before 1980, which zip archives, and with them Python's wheels, cannot say.
var when = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Archive writes files, and extra ones that are not on the disk and win over
// those of their name, as the tar that engines take for a context. Owners and times are left out, as they
// would be of no use in an image.
func (c *Context) Archive(ctx context.Context, w io.Writer, files []File, extra map[string][]byte) error {
	t := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		text := extra[name]
		if text == nil {
			continue
		}
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), ModTime: when, Format: tar.FormatPAX}); err != nil {
			return fmt.Errorf("packing %q: %w", name, err)
		}
		if _, err := t.Write(text); err != nil {
			return fmt.Errorf("packing %q: %w", name, err)
		}
	}
	for _, f := range files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if extra[f.Path] != nil {
			continue // of two an engine takes the last
		}
		if err := c.pack(t, f); err != nil {
			return fmt.Errorf("packing %q: %w", f.Path, err)
		}
	}
	return t.Close()
}

// pack writes one file. It was looked at before: what it is now counts, so that
// its size is the one that is written.
func (c *Context) pack(t *tar.Writer, f File) error {
	h := &tar.Header{Name: f.Path, Mode: int64(f.Mode.Perm()), ModTime: when, Format: tar.FormatPAX}
	if f.Mode&fs.ModeSymlink != 0 {
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
		return t.WriteHeader(h)
	}
	r, err := os.Open(c.file(f.Path))
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	info, err := r.Stat()
	if err != nil {
		return err
	}
	h.Size = info.Size()
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(t, r, h.Size)
	return err
}
