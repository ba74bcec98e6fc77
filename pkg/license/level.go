package license

import (
	"path"
	"slices"
	"strings"
)

// level is a folder's files that can say something about licences.
type level struct {
	dir      string
	licenses []string // paths
	texts    []string // of LICENSES/, which REUSE keeps licence texts in
	metadata []string
	packages []string
	notices  []string
	reuse    []string
}

// look lists a folder and, in the path, the folders below.
func (s *survey) look(dir string) error {
	entries, err := s.tree.List(s.ctx, dir)
	if err != nil {
		return err
	}
	l := &level{dir: dir}
	inside := !s.file && (dir == s.dir || s.dir == "" || strings.HasPrefix(dir, s.dir+"/"))
	for _, e := range slices.SortedFunc(slices.Values(entries), inTree) {
		p := path.Join(dir, e.Name)
		switch {
		case e.Module:
			if inside {
				s.notes = append(s.notes, "the submodule "+p+" is not looked into")
			}
		case !e.Dir:
			l.sort(p, e)
			if inside && !e.Link {
				s.works = append(s.works, p)
			}
		case e.Name == "LICENSES":
			if err := s.licensesFolder(l, p); err != nil {
				return err
			}
		case e.Name == ".reuse":
			if err := s.dep5(l, p); err != nil {
				return err
			}
		case inside:
			if err := s.look(p); err != nil {
				return err
			}
		}
	}
	s.at[dir] = l
	return nil
}

// inTree compares entries as git orders them, folders as if their names ended in a
// slash: the first of several licences is the one that what packages say is held against.
func inTree(a, b Entry) int {
	slash := map[bool]string{true: "/"}
	return strings.Compare(a.Name+slash[a.Dir], b.Name+slash[b.Dir])
}

// sort puts a file where it belongs.
func (l *level) sort(p string, e Entry) {
	switch name := e.Name; {
	case isLicense(name):
		l.licenses = append(l.licenses, p)
	case isNotice(name):
		l.notices = append(l.notices, p)
	case slices.Contains(connectorMetadata, name):
		l.metadata = append(l.metadata, p)
	case slices.Contains(packageFiles, name):
		l.packages = append(l.packages, p)
	case name == reuseTOML:
		l.reuse = append(l.reuse, p)
	}
}

func (s *survey) dep5(l *level, dir string) error {
	entries, err := s.tree.List(s.ctx, dir)
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Name == path.Base(reuseDep5) }) {
		l.reuse = append(l.reuse, path.Join(dir, path.Base(reuseDep5)))
	}
	return err
}

func (s *survey) licensesFolder(l *level, dir string) error {
	entries, err := s.tree.List(s.ctx, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Dir && !e.Module {
			l.texts = append(l.texts, path.Join(dir, e.Name))
		}
	}
	return nil
}
