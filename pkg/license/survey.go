package license

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// survey is what of a tree concerns a path: the files that can say something
// about its licence, in the path and in the folders above, and their contents.
type survey struct {
	ctx  context.Context
	tree Tree
	memo *Reader

	path  string // as it was asked for, clean
	file  bool   // the path is a file
	dir   string // the path, or the folder of the file
	works []string
	at    map[string]*level // by folder: the path's, those below with something to say, and those above
	blobs map[string]Blob
	notes []string
}

func newSurvey(ctx context.Context, t Tree, memo *Reader, p string, also ...string) (*survey, error) {
	s := &survey{ctx: ctx, tree: t, memo: memo, at: map[string]*level{}, blobs: map[string]Blob{}}
	var err error
	if s.path, err = cleanPath(p); err != nil {
		return nil, err
	}
	if err := s.place(); err != nil {
		return nil, err
	}
	for dir := s.dir; ; dir = parent(dir) {
		if err := s.look(dir); err != nil {
			return nil, err
		}
		if dir == "" {
			break
		}
	}
	if err := s.fetch(also); err != nil {
		return nil, err
	}
	for _, f := range also {
		s.admit(f)
	}
	return s, nil
}

// admit takes a file of an unusual name for a licence of its folder, when it is one.
func (s *survey) admit(f string) {
	l, b := s.at[parent(f)], s.blobs[f]
	if l == nil || isMetadata(f) || isSource(f) || isNotice(path.Base(f)) || slices.Contains(l.licenses, f) {
		return
	}
	if got := s.memo.text(b); got.coverage >= minCoverage && len(got.doubts) == 0 {
		l.licenses = append(l.licenses, f)
	}
}

// cleanPath gives a path of the tree as it is spelled there; ".", "/" and "" are the root.
func cleanPath(p string) (string, error) {
	c := strings.Trim(path.Clean("/"+p), "/")
	if slices.Contains(strings.Split(p, "/"), "..") {
		return "", fault.Usagef("%q leads out of its folder with ..", p)
	}
	return c, nil
}

// place finds out whether the path is a file or a folder.
func (s *survey) place() error {
	s.dir = s.path
	if s.path == "" {
		return nil
	}
	entries, err := s.tree.List(s.ctx, parent(s.path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == path.Base(s.path) })
	switch {
	case i < 0:
		return fault.Usagef("there is no %q in the upstream at this commit", s.path)
	case entries[i].Module:
		return fault.Usagef("%q is a submodule: its licence stands in the repository that it names", s.path)
	case entries[i].Link:
		return fault.Usagef("%q is a symlink: name what it leads to", s.path)
	case !entries[i].Dir:
		s.file, s.dir, s.works = true, parent(s.path), []string{s.path}
	}
	return nil
}

// outside tells whether a file does not come along with the path.
func (s *survey) outside(p string) bool {
	if s.file {
		return p != s.path
	}
	return s.dir != "" && !strings.HasPrefix(p, s.dir+"/")
}

// upward gives the folders from dir to the root, dir first.
func upward(dir string) []string {
	list := []string{dir}
	for dir != "" {
		dir = parent(dir)
		list = append(list, dir)
	}
	return list
}
