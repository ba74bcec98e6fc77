package secrets

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// EditOptions say how a file is edited in clear.
type EditOptions struct {
	OpenOptions
	Create EncryptOptions // for a file that is not there yet
	Allow  []string       // keys that may stay in clear
	Getenv func(string) string

	// Editor lets the user edit the file at a path, and comes back when that is done.
	Editor func(ctx context.Context, path string) error
	// Again tells whether the editor opens once more after a text that is
	// refused; nil is never.
	Again func(refused error) bool
	// Start is told about a new file, before the editor opens.
	Start func(r *Rewrite)
}

// Edit lets the user edit the plain text of a sealed file and plans to seal what
// comes out. The plain text stands in a private folder until the editor ends; it
// is gone when Edit returns, however it does. A file that is not there is made,
// for the keys that connkit encrypt would take. Nothing else is written.
func Edit(ctx context.Context, file string, opts EditOptions) (*Rewrite, error) {
	path, name, err := place(file, opts.Dir)
	if err != nil {
		return nil, err
	}
	s := &session{EditOptions: opts, r: &Rewrite{File: name, path: path}}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		err = s.begin(ctx)
		if err != nil {
			return nil, err
		}
	} else if err := s.open(ctx); err != nil {
		return nil, err
	}
	err = s.run(ctx)
	return s.r, err
}
