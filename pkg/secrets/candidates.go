package secrets

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// candidates lists the files that a path stands for; named tells that it is one itself.
func candidates(ctx context.Context, path string) (files []string, named bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, fault.Usagef("reading %q: %w", path, cause(err))
	}
	if !info.IsDir() {
		return []string{path}, true, nil
	}
	out, err := git(ctx, filepath.Join(path, "any"), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		files, err = walk(path)
		return files, false, err
	}
	for _, name := range strings.Split(string(out), "\x00") {
		if _, err := formatOf(name, ""); err == nil {
			files = append(files, filepath.Join(path, name))
		}
	}
	return files, false, nil
}

// walk lists the files of a folder that is in no repository.
func walk(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fault.Failedf("reading %q: %w", path, cause(err))
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", ".venv", "venv"}, d.Name()):
			return filepath.SkipDir
		case d.Type().IsRegular():
			if _, err := formatOf(path, ""); err == nil {
				files = append(files, path)
			}
		}
		return nil
	})
	return files, err
}
