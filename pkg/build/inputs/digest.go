package inputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// sums remembers what files sum up to: connectors share folders.
type sums struct {
	mu sync.Mutex
	of map[string]string
}

// Digest sums files up: their paths, contents, targets of links, and whether
// they can be executed. Times, owners and the umask do not matter, so that it
// is the same on every machine.
func (c *Context) Digest(ctx context.Context, files []File) (string, error) {
	parts := make([]string, len(files))
	var group sync.WaitGroup
	errs := make([]error, 4)
	for lane := range errs {
		group.Go(func() {
			for i := lane; i < len(files) && ctx.Err() == nil; i += len(errs) {
				if parts[i], errs[lane] = c.sum(files[i]); errs[lane] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err := errors.Join(errs...); err != nil {
		return "", fmt.Errorf("reading the context: %w", err)
	}
	all := sha256.New()
	for i, f := range files {
		kind := "file"
		switch {
		case f.Link != "":
			kind = "link"
		case f.Mode&0o100 != 0:
			kind = "program"
		}
		fmt.Fprintf(all, "%s %q %s\n", kind, f.Path, parts[i])
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func (c *Context) sum(f File) (string, error) {
	if f.Mode&fs.ModeSymlink != 0 {
		return fmt.Sprintf("%q", f.Link), nil
	}
	c.sums.mu.Lock()
	known, ok := c.sums.of[f.Path]
	c.sums.mu.Unlock()
	if ok {
		return known, nil
	}
	r, err := os.Open(c.file(f.Path))
	if err != nil {
		return "", err
	}
	defer r.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	text := hex.EncodeToString(h.Sum(nil))
	c.sums.mu.Lock()
	c.sums.of[f.Path] = text
	c.sums.mu.Unlock()
	return text, nil
}
