package object

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/connkit/connkit/internal/gitcmd"
)

// The kinds of objects.
const (
	Blob   = "blob"
	Tree   = "tree"
	Commit = "commit"
	Tag    = "tag"
)

// Object is one of git's objects.
type Object struct {
	ID   string // hex
	Kind string
	Data []byte // without git's header
}

// Store is where objects are: one or more repositories, the first of which
// takes what is written. It may be used by several goroutines.
type Store struct {
	git    gitcmd.Git // sees all of the repositories, and maybe more
	format string
	dirs   []string

	mu     sync.Mutex
	opened []*filesystem.Storage
	known  map[string]Object
	trees  map[string][]Entry // read already; nobody changes them
}

// NewStore makes a store of the repositories at dirs (each the folder that
// holds objects/). git must be one that sees the objects of all of them, and
// writes to the first: it reads what go-git cannot.
func NewStore(git gitcmd.Git, format string, dirs ...string) *Store {
	return &Store{git: git, format: format, dirs: dirs, known: map[string]Object{}, trees: map[string][]Entry{}}
}

// Refresh makes objects visible that git has written meanwhile: go-git never looks twice for packs.
func (s *Store) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
}

// Close gives the files free that are held open.
func (s *Store) Close() { s.Refresh() }

func (s *Store) close() {
	for _, st := range s.opened {
		_ = st.Close() // only read from
	}
	s.opened = nil
}

// Add makes the store look into more repositories.
func (s *Store) Add(dirs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
	s.dirs = append(slices.Clone(s.dirs), dirs...)
}

// Get gives the objects of these names. Those that are not there are left out.
func (s *Store) Get(ctx context.Context, ids ...string) (map[string]Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[string]Object, len(ids))
	var rest []string
	for _, id := range ids {
		if o, ok := s.known[id]; ok {
			found[id] = o
		} else if o, ok := s.native(id); ok {
			found[id] = s.keep(o)
		} else {
			rest = append(rest, id)
		}
	}
	if len(rest) == 0 {
		return found, nil
	}
	more, err := Batch(ctx, s.git, rest...)
	if err != nil {
		return nil, err
	}
	for _, o := range more {
		if o.Kind != "" {
			found[o.ID] = s.keep(o)
		}
	}
	return found, nil
}

// keep remembers trees and commits, which are read again and again; blobs may be large.
func (s *Store) keep(o Object) Object {
	if o.Kind != Blob {
		s.known[o.ID] = o
	}
	return o
}

// native reads an object with go-git.
func (s *Store) native(id string) (Object, bool) {
	for _, st := range s.open() {
		o, err := st.EncodedObject(plumbing.AnyObject, plumbing.NewHash(id))
		if err != nil {
			continue // it may be in another store, or git finds it
		}
		r, err := o.Reader()
		if err != nil {
			return Object{}, false
		}
		data, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return Object{}, false
		}
		return Object{ID: id, Kind: o.Type().String(), Data: data}, true
	}
	return Object{}, false
}

// open gives go-git's views of the repositories; there are none of SHA-256, which go-git is not built for.
func (s *Store) open() []*filesystem.Storage {
	if s.opened == nil && s.format != "sha256" {
		for _, dir := range s.dirs {
			s.opened = append(s.opened, filesystem.NewStorageWithOptions(osfs.New(dir),
				cache.NewObjectLRU(8*cache.MiByte), filesystem.Options{KeepDescriptors: true}))
		}
	}
	return s.opened
}

// Put writes an object and gives its name.
func (s *Store) Put(ctx context.Context, kind string, data []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := plumbing.ParseObjectType(kind)
	if err != nil {
		return "", fmt.Errorf("writing a %s: %w", kind, err)
	}
	if s.format == "sha256" {
		out, err := s.git.Feed(ctx, bytes.NewReader(data), "hash-object", "-w", "-t", kind, "--literally", "--stdin")
		if err != nil {
			return "", fmt.Errorf("writing a %s: %w", kind, err)
		}
		return out.Text(), nil
	}
	o := &plumbing.MemoryObject{}
	o.SetType(t)
	if _, err := o.Write(data); err != nil {
		return "", fmt.Errorf("writing a %s: %w", kind, err)
	}
	h, err := filesystem.NewStorage(osfs.New(s.dirs[0]), cache.NewObjectLRU(0)).SetEncodedObject(o)
	if err != nil {
		return "", fmt.Errorf("writing a %s: %w", kind, err)
	}
	s.known[h.String()] = Object{ID: h.String(), Kind: kind, Data: data}
	return h.String(), nil
}

// Know takes in objects that were read by other means.
func (s *Store) Know(list ...Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range list {
		if o.Kind != "" {
			s.known[o.ID] = o
		}
	}
}
