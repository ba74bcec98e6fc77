package debug

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// Launch is what becomes of the editor's launch.json.
type Launch struct {
	File   string `json:"file"`
	Entry  string `json:"entry"`  // its name
	Action string `json:"action"` // create | add | update | keep
	Before []byte `json:"-"`      // nil where there is none
	After  []byte `json:"-"`
}

// launchPath is where VS Code looks in a folder that is open.
func launchPath(root string) string { return filepath.Join(root, ".vscode", "launch.json") }

// readLaunch reads the file; nil where there is none.
func readLaunch(root string) ([]byte, error) {
	file := launchPath(root)
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() { // a pipe would be read for ever
		return nil, fault.Usagef("reading %q: it is no file", file).WithHint("--no-launch leaves it alone")
	}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(file); err == nil {
			return []byte{}, nil // a link that leads nowhere, which the writer explains
		}
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading %q: %w", file, cause(err))
	case text == nil:
		text = []byte{}
	}
	return text, nil
}

// plan decides what becomes of the text of a file.
func (e entry) plan(root string, before []byte) (*Launch, error) {
	l := &Launch{File: launchPath(root), Entry: e.name(), Before: before}
	if before == nil {
		l.Action, l.After = "create", e.newFile()
		return l, nil
	}
	after, action, err := e.merge(before)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return nil, f.At(l.File, f.Line, f.Col).WithHint("mend it or add this entry by hand, or --no-launch:\n%s", e.text(layout{"\n", "", "    "}))
		}
		return nil, err
	}
	again, _, err := e.merge(after)
	if err != nil || !bytes.Equal(after, again) {
		return nil, fault.Failedf("adding an entry: what came out is not what was meant").At(l.File, 0, 0).
			WithHint("add this entry by hand, and use --no-launch:\n%s", e.text(layout{"\n", "", "    "}))
	}
	l.After, l.Action = after, action
	return l, nil
}

// apply writes the file.
func (l *Launch) apply() error {
	if l == nil || l.Action == "keep" {
		return nil
	}
	return textedit.Apply(textedit.Change{Path: l.File, Before: l.Before, After: l.After})
}
