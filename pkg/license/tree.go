package license

import "context"

// Tree is the content of an upstream repository at one commit. Paths have
// slashes, no leading or trailing one, and are clean; "" is the root.
//
// A folder that is not there is an error that matches [io/fs.ErrNotExist]; any
// other error ends the work and is passed on.
type Tree interface {
	// List gives the entries of a folder. A folder that is a symlink is none.
	List(ctx context.Context, dir string) ([]Entry, error)
	// Read gives the contents of files by path, that of a symlink is its target;
	// what is not there or is no file is left out. All that is needed is asked
	// for at once, so that a tree that is not at hand can be fetched in one request.
	Read(ctx context.Context, paths ...string) (map[string]Blob, error)
}

// Entry is a name in a folder of a [Tree].
type Entry struct {
	Name   string
	Dir    bool   // a folder
	Link   bool   // a symlink
	Module bool   // a submodule
	Blob   string // object name of the file, in hex; of a folder, of its tree
	Size   int64  // bytes of the file, or 0 when it is not known
}

// Blob is a file of a [Tree].
type Blob struct {
	Path string `json:"path"`
	ID   string `json:"blob"` // object name, in hex
	Text []byte `json:"-"`
}
