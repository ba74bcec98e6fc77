package inputs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
)

// File is one file of a context.
type File struct {
	Path string      // slash path from the root
	Mode fs.FileMode // type and permission bits
	Link string      // what a symbolic link points to
	Size int64
}

// Want says which files of a context are asked for.
type Want struct {
	Paths []string          // slash paths and globs; a folder stands for all in it
	All   bool              // everything
	Skip  func(string) bool // paths that do not count; nil for none
}

// Has tells whether a path, be it there or not, is asked for.
func (w Want) Has(name string) bool {
	if isJunk(name) || w.Skip != nil && w.Skip(name) {
		return false
	}
	if w.All {
		return true
	}
	for dir := name; dir != "."; dir = path.Dir(dir) {
		if isJunk(dir) {
			return false
		}
		if w.Names(dir) {
			return true
		}
	}
	return false
}

// Names tells whether a path is asked for by itself, not by a folder above it.
func (w Want) Names(name string) bool {
	return slices.ContainsFunc(w.Paths, func(p string) bool {
		ok, err := path.Match(p, name)
		return p == name || ok && err == nil
	})
}

// Below tells whether something in a folder is asked for.
func (w Want) Below(dir string) bool {
	depth := strings.Count(dir, "/") + 1
	return slices.ContainsFunc(w.Paths, func(p string) bool {
		parts := strings.Split(p, "/")
		if len(parts) <= depth {
			return false
		}
		above := strings.Join(parts[:depth], "/")
		ok, err := path.Match(above, dir)
		return above == dir || ok && err == nil
	})
}

// Files lists the files that are asked for and not left out, sorted. What tools
// leave in folders, such as __pycache__ and .venv, does not count.
func (c *Context) Files(ctx context.Context, w Want) ([]File, error) {
	walk := walker{c: c, w: w, found: map[string]File{}}
	starts := w.Paths
	if w.All {
		starts = []string{"."}
	}
	for _, start := range starts {
		if err := walk.from(ctx, start); err != nil {
			return nil, err
		}
	}
	list := make([]File, 0, len(walk.found))
	for _, f := range walk.found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

type walker struct {
	c     *Context
	w     Want
	found map[string]File
}

func (k *walker) from(ctx context.Context, start string) error {
	places := []string{start}
	if strings.ContainsAny(start, `*?[\`) {
		places, _ = fs.Glob(os.DirFS(k.c.Root), start) // a glob that is none matches nothing
	}
	for _, place := range places {
		info, err := os.Lstat(k.c.file(place))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the engine says so, if it has to be there
		}
		if err != nil {
			return fmt.Errorf("reading the context: %w", err)
		}
		if err := k.visit(ctx, place, info, k.c.above(place)); err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if err := k.target(ctx, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// target takes what a source that is a link leads to as well: engines follow it.
func (k *walker) target(ctx context.Context, place string) error {
	real, err := filepath.EvalSymlinks(k.c.file(place))
	if err != nil {
		return nil //nolint:nilerr // a link that leads nowhere has no target to take
	}
	rel, err := filepath.Rel(k.c.Root, real)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return nil //nolint:nilerr // outside the context
	}
	return k.from(ctx, filepath.ToSlash(rel))
}

func (k *walker) visit(ctx context.Context, name string, info fs.FileInfo, parent patternmatcher.MatchInfo) error {
	out := false
	if name != "." {
		if isJunk(name) || k.w.Skip != nil && k.w.Skip(name) {
			return nil
		}
		out, parent, _ = k.c.rules.MatchesUsingParentResults(name, parent) // patterns were checked when they were read
	}
	if info.IsDir() {
		if out && !k.c.rules.Exclusions() {
			return nil
		}
		return k.folder(ctx, name, parent)
	}
	kind := info.Mode().Type()
	if out || kind != 0 && kind != fs.ModeSymlink {
		return nil // sockets and pipes are in no context
	}
	f := File{Path: name, Mode: info.Mode(), Size: info.Size()}
	if kind == fs.ModeSymlink {
		link, err := os.Readlink(k.c.file(name))
		if err != nil {
			return fmt.Errorf("reading the context: %w", err)
		}
		f.Link = link
	}
	k.found[name] = f
	return nil
}

func (k *walker) folder(ctx context.Context, name string, match patternmatcher.MatchInfo) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	entries, err := os.ReadDir(k.c.file(name))
	if err != nil {
		return fmt.Errorf("reading the context: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since
		}
		if err != nil {
			return fmt.Errorf("reading the context: %w", err)
		}
		if err := k.visit(ctx, path.Join(name, e.Name()), info, match); err != nil {
			return err
		}
	}
	return nil
}

func (c *Context) file(name string) string { return filepath.Join(c.Root, filepath.FromSlash(name)) }
