package imports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// workTree gives the tree of what git tracks as it stands in the work tree,
// whether it is committed or not. A copy of the index is used, so that nothing changes.
func (r *repo) workTree(ctx context.Context, s *scratch, dests []string) (string, error) {
	index := filepath.Join(s.dir, "index")
	source := filepath.Join(r.GitDir, "index")
	text, err := os.ReadFile(source)
	if errors.Is(err, fs.ErrNotExist) {
		return r.head + "^{tree}", nil
	}
	if err == nil {
		err = os.WriteFile(index, text, 0o600)
	}
	if info, serr := os.Stat(source); err == nil && serr == nil {
		err = os.Chtimes(index, info.ModTime(), info.ModTime()) // by it git tells files that changed in the very moment
	}
	if err != nil {
		return "", fmt.Errorf("copying the index: %w", err)
	}
	git := s.git.With("GIT_INDEX_FILE="+index, "GIT_OPTIONAL_LOCKS=1", "GIT_LITERAL_PATHSPECS=1").
		WithSettings(gitcmd.Setting{Key: "core.splitIndex", Value: "false"})
	if _, err := git.Feed(ctx, strings.NewReader(strings.Join(dests, "\x00")), "add", "-u", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul"); err != nil &&
		!strings.Contains(err.Error(), "did not match any file") {
		return "", fmt.Errorf("reading the work tree: %w", err)
	}
	out, err := git.Run(ctx, "write-tree")
	if err != nil {
		return "", fmt.Errorf("reading the work tree: %w", err)
	}
	s.store.Refresh()
	return out.Text(), nil
}

// sides are the two sides of the local changes of an import, without what is connkit's own.
type sides struct{ base, ours object.Entry }

// sides puts what was imported against what is there now.
func (r *repo) sides(ctx context.Context, im *Import, s *scratch, tree string, base object.Entry) (sides, error) {
	ours, err := r.entryAt(ctx, s, tree, im.Dest)
	if err != nil {
		return sides{}, err
	}
	if im.Single && base.Mode != object.Folder && im.Tree != "" {
		base.Mode = fileMode(base.Mode, ours.Mode)
	}
	if ours, err = s.without(ctx, ours, append(im.own(), im.aside()...)...); err != nil {
		return sides{}, err
	}
	if base, err = s.without(ctx, base, im.aside()...); err != nil {
		return sides{}, err
	}
	return sides{base, ours}, nil
}

// fileMode gives the mode of a file whose record does not tell it.
func fileMode(recorded, now object.Mode) object.Mode {
	if recorded == object.File && now == object.Executable {
		return now
	}
	return recorded
}

func (r *repo) entryAt(ctx context.Context, s *scratch, tree, p string) (object.Entry, error) {
	out, err := s.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-tree", "-z", "--full-tree", tree, "--", p)
	if err != nil {
		return object.Entry{}, fmt.Errorf("reading %q: %w", p, err)
	}
	info, _, _ := strings.Cut(string(out.Stdout), "\t")
	f := strings.Fields(info)
	if len(f) != 3 {
		return object.Entry{}, nil
	}
	return object.Entry{Name: path.Base(p), Mode: object.Mode(f[0]), ID: f[2]}, nil
}

// settle takes out of the sides what differs only because this repository
// stores line endings or filtered files in its own way.
func (r *repo) settle(ctx context.Context, im *Import, s *scratch, sd sides) (sides, error) {
	if sd.base.IsZero() || sd.ours.IsZero() || sd.base.Mode != sd.ours.Mode || sd.base.Mode == object.Symlink {
		return sd, nil
	}
	var err error
	if im.Single && sd.base.Mode != object.Folder {
		sd.ours, err = r.asImported(ctx, s, im.Dest, sd.base, sd.ours)
		return sd, err
	}
	edits, err := s.edits(ctx, im, sd, false)
	if err != nil {
		return sd, err
	}
	for _, e := range edits {
		if e.Status != "changed" {
			continue
		}
		was, err := s.store.At(ctx, sd.base.ID, e.Path)
		if err != nil {
			return sd, err
		}
		is, err := s.store.At(ctx, sd.ours.ID, e.Path)
		if err != nil {
			return sd, err
		}
		if was.Mode != is.Mode || was.Mode == object.Symlink {
			continue
		}
		if is, err = r.asImported(ctx, s, path.Join(im.Dest, e.Path), was, is); err != nil {
			return sd, err
		}
		if sd.ours.ID, err = s.store.Set(ctx, sd.ours.ID, e.Path, is); err != nil {
			return sd, err
		}
	}
	return sd, nil
}

// asImported gives a changed file as upstream would store it: what was imported
// when it differs in nothing else, and its own lines with the upstream's line
// endings when git stores others here.
func (r *repo) asImported(ctx context.Context, s *scratch, at string, was, is object.Entry) (object.Entry, error) {
	found, err := s.store.Get(ctx, was.ID, is.ID)
	if err != nil {
		return is, err
	}
	before, ok := found[was.ID]
	if !ok {
		return is, nil // its trees alone are at hand
	}
	out, err := r.git.Feed(ctx, bytes.NewReader(before.Data), "hash-object", "--stdin", "--path="+at)
	switch {
	case err != nil || out.Text() == was.ID:
		return is, nil //nolint:nilerr // a filter that is missing tells nothing
	case out.Text() == is.ID:
		is.ID = was.ID
		return is, nil
	}
	now, ok := found[is.ID]
	newlines := bytes.Count(before.Data, []byte("\n"))
	if !ok || newlines == 0 || bytes.Count(before.Data, []byte("\r\n")) != newlines || bytes.Contains(now.Data, []byte("\r")) {
		return is, nil
	}
	is.ID, err = s.store.Put(ctx, object.Blob, bytes.ReplaceAll(now.Data, []byte("\n"), []byte("\r\n")))
	return is, err
}
