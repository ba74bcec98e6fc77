package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Cached is an upstream in the cache.
type Cached struct {
	Dir     string    `json:"dir"`
	URL     string    `json:"url"`
	Bytes   int64     `json:"bytes"`
	Fetched time.Time `json:"fetched"` // last time that it was used
}

// Cache lists the upstreams in the folder of all quarantines.
func Cache(dir string) ([]Cached, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []Cached{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the cache: %w", err)
	}
	list := []Cached{}
	for _, e := range entries {
		c := Cached{Dir: filepath.Join(dir, e.Name())}
		url, err := os.ReadFile(filepath.Join(c.Dir, urlName))
		if err != nil {
			continue // the folder of runs, or none of ours
		}
		c.URL = strings.TrimSpace(string(url))
		if info, err := os.Stat(filepath.Join(c.Dir, urlName)); err == nil {
			c.Fetched = info.ModTime()
		}
		_ = filepath.WalkDir(c.Dir, func(_ string, d fs.DirEntry, err error) error { // what goes meanwhile does not count
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					c.Bytes += info.Size()
				}
			}
			return nil
		})
		list = append(list, c)
	}
	return list, nil
}

// Clean removes an upstream from the cache, once no import uses it.
func Clean(ctx context.Context, c Cached) error {
	lock, err := lockFile(ctx, filepath.Join(c.Dir, lockName), func() {})
	if err != nil {
		return err
	}
	defer unlock(lock)
	if err := os.RemoveAll(c.Dir); err != nil {
		return fmt.Errorf("removing %q from the cache: %w", c.URL, err)
	}
	return nil
}
