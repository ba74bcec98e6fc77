package license

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// maxLinks bounds a chain of symlinks.
const maxLinks = 8

// follow reads what symlinked files lead to, and then what metadata names as
// the file with the licence.
func (s *survey) follow() error {
	links, err := s.links()
	if err != nil {
		return err
	}
	var more []string
	for _, to := range links {
		if to != "" {
			more = append(more, to)
		}
	}
	if err := s.read(more); err != nil {
		return err
	}
	for from, to := range links {
		if b, ok := s.blobs[to]; ok {
			s.blobs[from] = b
		} else {
			delete(s.blobs, from)
			s.notes = append(s.notes, "the symlink "+from+" leads to nothing in the upstream")
		}
	}
	if err := s.references(); err != nil {
		return err
	}
	for _, l := range s.at {
		l.licenses = slices.DeleteFunc(l.licenses, func(p string) bool { _, have := s.blobs[p]; return !have })
	}
	return nil
}

// references reads the files that metadata names, and takes those beside it for licences.
func (s *survey) references() error {
	var more, perhaps []string
	for dir, l := range s.at {
		for _, p := range slices.Concat(l.packages, l.metadata) {
			for _, f := range s.memo.metadata(s.blobs[p], p) {
				ref := strings.TrimPrefix(path.Clean("/"+path.Join(dir, f.file)), "/")
				if f.file == "" || parent(ref) != dir || slices.Contains(l.licenses, ref) || isSource(ref) || isNotice(path.Base(ref)) {
					continue
				}
				real, err := s.resolve(ref, 0)
				if err != nil {
					return err
				}
				if real != ref {
					continue
				}
				more = append(more, ref)
				if f.part {
					perhaps = append(perhaps, ref)
				} else {
					l.licenses = append(l.licenses, ref)
				}
			}
		}
	}
	if err := s.read(more); err != nil {
		return err
	}
	for _, f := range perhaps {
		s.admit(f)
	}
	return nil
}

// links gives what the symlinks among the files that matter lead to.
func (s *survey) links() (map[string]string, error) {
	out, dirs := map[string]string{}, map[string]bool{}
	for dir, l := range s.at {
		dirs[dir] = true
		for _, p := range slices.Concat(l.texts, l.reuse) { // of LICENSES/ and .reuse/ too
			dirs[parent(p)] = true
		}
	}
	for dir := range dirs {
		entries, err := s.tree.List(s.ctx, dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			p := path.Join(dir, e.Name)
			if _, read := s.blobs[p]; !e.Link || !read {
				continue
			}
			to, err := s.resolve(p, 0)
			if err != nil {
				return nil, err
			}
			out[p] = to
		}
	}
	return out, nil
}

// resolve gives the file that a path leads to through symlinks, of folders too:
// "" when it leads out of the tree, round in a circle or to nothing.
func (s *survey) resolve(p string, depth int) (string, error) {
	if depth > maxLinks || p == "" {
		return "", nil
	}
	at := ""
	parts := strings.Split(p, "/")
	for i, name := range parts {
		entries, err := s.tree.List(s.ctx, at)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		k := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
		if k < 0 {
			return "", nil
		}
		here := path.Join(at, name)
		if !entries[k].Link {
			at = here
			continue
		}
		got, err := s.tree.Read(s.ctx, here)
		if err != nil {
			return "", err
		}
		to := path.Join(append([]string{string(got[here].Text)}, parts[i+1:]...)...)
		if path.IsAbs(to) {
			return "", nil
		}
		if to = path.Join(at, to); to == ".." || strings.HasPrefix(to, "../") {
			return "", nil
		}
		return s.resolve(to, depth+1)
	}
	return at, nil
}
