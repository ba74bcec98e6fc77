package ci

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// sorting finds out which connectors each changed path concerns: those in whose
// folder it is, those that depend on it and, when nothing is known of it, all.
type sorting struct {
	m     *matrix
	g     *gitRepo
	paths []string // from the top of the repository

	ci []string // texts of the workflows that build what a matrix says, and of what they use

	users   map[string]bool // changed paths that somebody is known to depend on
	settled map[string]bool // changed paths whose users are known, be they none
}

func newSorting(m *matrix, g *gitRepo, paths []string) *sorting {
	s := &sorting{m: m, g: g, ci: matrixTexts(g.top), users: map[string]bool{}, settled: map[string]bool{}}
	for _, p := range paths {
		if !s.unrelated(p) {
			s.paths = append(s.paths, p)
		}
	}
	return s
}

func (s *sorting) run(ctx context.Context) error {
	var rest, inside []string // outside and inside of connectors' folders
	for _, p := range s.paths {
		if name := s.owner(p); name != "" {
			s.m.concern(name, reason{kind: own, path: p})
			inside = append(inside, p)
		} else {
			rest = append(rest, p)
		}
	}
	for _, find := range []func() error{
		s.python,
		func() error { return s.golang(ctx, rest, inside) },
	} {
		var unknown *unknownError
		if err := find(); errors.As(err, &unknown) {
			s.m.note("%v: every connector is built", unknown)
			s.m.all(reason{kind: shared, path: unknown.path})
		} else if err != nil {
			return err
		}
	}
	for _, p := range rest {
		if s.usedByCI(p) || !s.users[p] && !s.settled[p] && s.concernsAll(p) {
			s.m.all(reason{kind: shared, path: p})
		}
	}
	return nil
}

// unknownError says why it cannot be known who depends on a path.
type unknownError struct {
	path string
	err  error
}

func (e *unknownError) Error() string { return e.err.Error() }

// owner gives the connector in whose folder a path is, or which it is, as the
// folder of a submodule.
func (s *sorting) owner(p string) string {
	local, ok := s.g.local(p)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(local, "/")
	for _, c := range s.m.connectors {
		if c.Name == name {
			return name
		}
	}
	return ""
}

// concernsAll tells whether a path that nobody is known to depend on may matter
// to everybody. What is outside of the workspace does not, nor does what is
// left of a connector whose folder is gone.
func (s *sorting) concernsAll(p string) bool {
	local, ok := s.g.local(p)
	if !ok {
		return false
	}
	name, _, below := strings.Cut(local, "/")
	if !below || s.m.o.Named == nil || !s.m.o.Named(name) {
		return true
	}
	_, err := os.Lstat(filepath.Join(s.m.ws.Root, name))
	return !errors.Is(err, fs.ErrNotExist)
}

// unrelated tells whether a path concerns nobody by the globs of the settings.
// A glob that begins with **/ stands for folders that are no connector's: what
// is in a connector's folder is the connector's.
func (s *sorting) unrelated(p string) bool {
	local, ok := s.g.local(p)
	if !ok {
		local = p
	}
	owned := s.owner(p) != ""
	return slices.ContainsFunc(s.m.o.Unrelated, func(glob string) bool {
		if owned && strings.HasPrefix(glob, "**") {
			return false
		}
		matched, _ := doublestar.Match(glob, local) // checked when the settings were read
		return matched && !s.usedByCI(p)
	})
}
