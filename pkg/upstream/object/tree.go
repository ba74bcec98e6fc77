package object

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Mode is the mode of an entry in a tree.
type Mode string

// The modes that git writes.
const (
	File       Mode = "100644"
	Executable Mode = "100755"
	Symlink    Mode = "120000"
	Folder     Mode = "040000"
	Submodule  Mode = "160000"
)

// Entry is one name in a tree.
type Entry struct {
	Name string
	Mode Mode
	ID   string
}

// IsZero tells whether there is no entry.
func (e Entry) IsZero() bool { return e.ID == "" }

// ErrNotTree says that an object is no tree, or a broken one.
var ErrNotTree = errors.New("no tree")

// ParseTree reads a tree. hashLen is the number of hex digits in an object name.
func ParseTree(data []byte, hashLen int) ([]Entry, error) {
	var list []Entry
	for n := hashLen / 2; len(data) > 0; {
		space, zero := bytes.IndexByte(data, ' '), bytes.IndexByte(data, 0)
		if space < 0 || zero <= space+1 || len(data) < zero+1+n {
			return nil, ErrNotTree
		}
		mode, err := strconv.ParseUint(string(data[:space]), 8, 32)
		if err != nil {
			return nil, ErrNotTree
		}
		list = append(list, Entry{Name: string(data[space+1 : zero]), Mode: canonical(mode), ID: hex.EncodeToString(data[zero+1 : zero+1+n])})
		data = data[zero+1+n:]
	}
	return list, nil
}

// canonical gives the mode that git reads out of those of old repositories, such as 100664.
func canonical(mode uint64) Mode {
	switch mode & 0o170000 {
	case 0o040000:
		return Folder
	case 0o120000:
		return Symlink
	case 0o100000:
		if mode&0o100 != 0 {
			return Executable
		}
		return File
	}
	return Submodule
}

// EncodeTree writes a tree. The entries may come in any order.
func EncodeTree(entries []Entry) []byte {
	sorted := slices.Clone(entries)
	key := func(e Entry) string {
		if e.Mode == Folder {
			return e.Name + "/" // git's order
		}
		return e.Name
	}
	slices.SortFunc(sorted, func(a, b Entry) int { return strings.Compare(key(a), key(b)) })
	var b bytes.Buffer
	for _, e := range sorted {
		id, err := hex.DecodeString(e.ID)
		if err != nil {
			panic(fmt.Sprintf("object name %q is not hex", e.ID)) // made by git or by this package
		}
		fmt.Fprintf(&b, "%s %s\x00", strings.TrimPrefix(string(e.Mode), "0"), e.Name)
		b.Write(id)
	}
	return b.Bytes()
}

// Tree gives the entries of a tree. One that is not there is an error.
func (s *Store) Tree(ctx context.Context, id string) ([]Entry, error) {
	s.mu.Lock()
	entries, ok := s.trees[id]
	s.mu.Unlock()
	if ok {
		return entries, nil
	}
	found, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	o, ok := found[id]
	if !ok {
		return nil, fmt.Errorf("reading tree %s: it is not there", id)
	}
	if o.Kind != Tree {
		return nil, fmt.Errorf("reading tree %s: it is a %s", id, o.Kind)
	}
	entries, err = ParseTree(o.Data, len(id))
	if err == nil {
		s.mu.Lock()
		s.trees[id] = entries
		s.mu.Unlock()
	}
	return entries, err
}

// PutTree writes a tree.
func (s *Store) PutTree(ctx context.Context, entries []Entry) (string, error) {
	return s.Put(ctx, Tree, EncodeTree(entries))
}

// Leaf is a file, symlink or submodule somewhere below a tree.
type Leaf struct {
	Path string // slash path from the tree
	Entry
}

// Walk lists all leaves below an entry, sorted as git sorts a tree. A leaf's
// path begins with prefix; the entry itself may be a leaf.
func (s *Store) Walk(ctx context.Context, prefix string, e Entry) ([]Leaf, error) {
	if e.IsZero() {
		return nil, nil
	}
	if e.Mode != Folder {
		return []Leaf{{prefix, e}}, nil
	}
	entries, err := s.Tree(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	var list []Leaf
	for _, e := range entries {
		path := e.Name
		if prefix != "" {
			path = prefix + "/" + e.Name
		}
		below, err := s.Walk(ctx, path, e)
		if err != nil {
			return nil, err
		}
		list = append(list, below...)
	}
	return list, nil
}
