package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// between lists the files that an import changes.
func (m *monorepo) between(ctx context.Context, s *state) ([]delta, error) {
	out, err := m.git.Run(ctx, "diff-tree", "-r", "-z", "--no-renames", s.OldRoot, s.NewRoot)
	if err != nil {
		return nil, fmt.Errorf("listing the files of the import: %w", err)
	}
	parts := strings.Split(string(out.Stdout), "\x00")
	var list []delta
	for ; len(parts) >= 2; parts = parts[2:] {
		f := strings.Fields(strings.TrimPrefix(parts[0], ":"))
		if len(f) != 5 {
			return nil, fmt.Errorf("listing the files of the import: git says %q", parts[0])
		}
		d := delta{path: parts[1]}
		if f[0] != "000000" {
			d.old = object.Entry{Mode: object.Mode(f[0]), ID: f[2]}
		}
		if f[1] != "000000" {
			d.new = object.Entry{Mode: object.Mode(f[1]), ID: f[3]}
		}
		list = append(list, d)
	}
	return list, nil
}

// restore puts files and index back as they were and forgets the import.
func (m *monorepo) restore(ctx context.Context, s *state) error {
	if err := m.restoreFiles(ctx, s); err != nil {
		return err
	}
	return m.dropState()
}

// restoreFiles puts back the files that an import changes. All of them were as
// HEAD has them before it, or not there. A file that is neither what it was
// nor a part of what it was to become is a person's work since and stays.
func (m *monorepo) restoreFiles(ctx context.Context, s *state) error {
	m.unlockIndex()
	m.closeMerge(s)
	list, err := m.between(ctx, s)
	if err != nil || len(list) == 0 {
		return err
	}
	git := m.git.With("GIT_LITERAL_PATHSPECS=1", "GIT_OPTIONAL_LOCKS=1", "GIT_LFS_SKIP_SMUDGE=1")
	var all strings.Builder
	for _, d := range list {
		all.WriteString(d.path + "\x00")
	}
	for _, st := range s.Stages {
		all.WriteString(string(st.Path) + "\x00")
	}
	if _, err := git.Feed(ctx, strings.NewReader(all.String()), "reset", "-q", "--pathspec-from-file=-", "--pathspec-file-nul"); err != nil {
		return fmt.Errorf("putting the index back: %w", err)
	}
	written, err := m.written(ctx, s, list)
	if err != nil {
		return err
	}
	var back strings.Builder
	for i, d := range list {
		switch {
		case !written[i]:
		case d.old.IsZero():
			if err := m.remove(d.path); err != nil {
				return fmt.Errorf("putting the files back: %w", err)
			}
		default:
			back.WriteString(d.path + "\x00")
		}
	}
	if _, err := git.Feed(ctx, strings.NewReader(back.String()), "checkout-index", "-q", "-f", "-u", "-z", "--stdin"); err != nil {
		return fmt.Errorf("putting the files back: %w", err)
	}
	return nil
}

// closeMerge takes away what git keeps of a merge, if it is this one's.
func (m *monorepo) closeMerge(s *state) {
	for _, f := range []struct{ name, text string }{{"MERGE_HEAD", s.Snapshot + "\n"}, {"MERGE_MODE", "no-ff"}, {"MERGE_MSG", s.Message}} {
		p := filepath.Join(m.GitDir, f.name)
		if text, err := os.ReadFile(p); err == nil && string(text) == f.text {
			_ = os.Remove(p) // git sweeps it at the next commit
		}
	}
}

// remove takes a file away, and the folders that are then empty.
func (m *monorepo) remove(p string) error {
	if err := os.Remove(filepath.Join(m.Top, filepath.FromSlash(p))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for dir := filepath.Dir(filepath.FromSlash(p)); dir != "."; dir = filepath.Dir(dir) {
		if os.Remove(filepath.Join(m.Top, dir)) != nil {
			return nil //nolint:nilerr // not empty
		}
	}
	return nil
}

// written tells of each file whether what stands in the work tree is the
// import's: nothing, the old content, or the beginning of the new one.
func (m *monorepo) written(ctx context.Context, s *state, list []delta) ([]bool, error) {
	before, err := m.export(ctx, s.OldRoot, "before", list, func(d delta) object.Entry { return d.old })
	if err != nil {
		return nil, err
	}
	after, err := m.export(ctx, s.NewRoot, "after", list, func(d delta) object.Entry { return d.new })
	if err != nil {
		return nil, err
	}
	is := make([]bool, len(list))
	for i, d := range list {
		now, err := contentOf(filepath.Join(m.Top, filepath.FromSlash(d.path)))
		if err != nil {
			is[i] = errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR)
			continue
		}
		was, errWas := contentOf(filepath.Join(before, filepath.FromSlash(d.path)))
		becomes, errNew := contentOf(filepath.Join(after, filepath.FromSlash(d.path)))
		is[i] = errWas == nil && bytes.Equal(now, was) || errNew == nil && bytes.HasPrefix(becomes, now)
	}
	return is, nil
}

// contentOf gives the bytes of a file, or the target of a symlink.
func contentOf(p string) ([]byte, error) {
	info, err := os.Lstat(p)
	if err == nil && info.Mode()&os.ModeSymlink != 0 {
		target, err := os.Readlink(p)
		return []byte(target), err
	}
	return os.ReadFile(p)
}

// export writes files of a tree as git would to a folder, and gives the folder.
func (m *monorepo) export(ctx context.Context, root, name string, list []delta, side func(delta) object.Entry) (string, error) {
	dir := m.statePath(name)
	var paths strings.Builder
	for _, d := range list {
		if e := side(d); !e.IsZero() && e.Mode != object.Submodule {
			paths.WriteString(d.path + "\x00")
		}
	}
	git := m.git.With("GIT_INDEX_FILE="+dir+".index", "GIT_LFS_SKIP_SMUDGE=1").WithSettings(gitcmd.Setting{Key: "core.splitIndex", Value: "false"})
	_, err := git.Run(ctx, "read-tree", root)
	if err == nil {
		_, err = git.Feed(ctx, strings.NewReader(paths.String()), "checkout-index", "-q", "-f", "--ignore-skip-worktree-bits", "--prefix="+dir+"/", "-z", "--stdin")
		if gitcmd.Status(err) > 0 {
			err = nil // a filter that fails now failed then at the same file, so git wrote none after it
		}
	}
	if err != nil {
		return "", fmt.Errorf("reading what was written: %w", err)
	}
	return dir, nil
}
