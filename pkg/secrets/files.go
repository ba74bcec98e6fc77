package secrets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/connkit/connkit/internal/fault"
)

// eachFile visits files by their absolute paths and names for messages, each
// once: a link to one that came before would be written a second time.
func eachFile(files []string, dir string, visit func(path, name string, err error)) {
	seen := map[string]bool{}
	for _, file := range files {
		path, name, err := place(file, dir)
		target, linkErr := filepath.EvalSymlinks(path)
		if linkErr != nil {
			target = path
		}
		if !seen[target] {
			visit(path, name, err)
		}
		seen[target] = true
	}
}

// writers is how many files are written at a time: they wait for the disk most of it.
const writers = 16

func writeAll[T any](ctx context.Context, list []T, errOf func(T) *error, write func(T) error) {
	interrupted := ctx.Err()
	each(list, writers, func(one T) {
		err := errOf(one)
		if *err == nil {
			*err = interrupted
		}
		if *err == nil {
			*err = write(one)
		}
	})
}

// each runs do for every entry, so many at a time.
func each[T any](list []T, workers int, do func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range min(workers, len(list)) {
		wg.Go(func() {
			for one := range next {
				do(one)
			}
		})
	}
	for _, one := range list {
		next <- one
	}
	close(next)
	wg.Wait()
}

// readFile reads and parses a file; file is its name for messages.
func readFile(path, file string, format Format) (*document, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Usagef("reading %q: there is no such file", file)
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			return nil, fault.Usagef("reading %q: it is a folder", file)
		}
		return nil, fmt.Errorf("reading %q: %w", file, cause(err))
	}
	if format, err = formatOf(file, format); err != nil {
		return nil, err
	}
	return parse(file, format, text)
}

// cause is an error of the file system without the path, which is said already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
