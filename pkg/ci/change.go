package ci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/workspace"
)

// Options say where and how entries are added or removed.
type Options struct {
	Target
	Values
	Also   []string // names of steps whose lists the connectors belong in
	Update bool     // change an entry that says something else
}

// Change is what an edit does to the workflows. Nothing is written before [Change.Apply].
type Change struct {
	Edits   []Edit   `json:"edits"`
	Present []Edit   `json:"present"` // what was there already, or for a removal nothing
	Notes   []string `json:"notes"`
	DryRun  bool     `json:"dryRun"`

	files []fileChange
}

// Edit is one thing in one place.
type Edit struct {
	Connector string `json:"connector"`
	Action    string `json:"action"` // add | remove | update | none
	File      string `json:"file"`   // slash path from the root
	Line      int    `json:"line"`   // 1-based; of a removal: where it stood
	Column    int    `json:"column"` // 1-based, in characters
	Shape     string `json:"shape"`  // list of names | list of maps | include | paths | step
	Style     string `json:"style"`  // block | flow
	Job       string `json:"job,omitempty"`
	Axis      string `json:"axis,omitempty"`
	Trigger   string `json:"trigger,omitempty"` // of paths
	Step      string `json:"step,omitempty"`
	Text      string `json:"text"` // what is inserted or removed, byte for byte

	locate func(*workflow) (line, col int) // in the text that it stands in: the new one, of a removal the old one
}

// The shapes.
const (
	shapeNames   = "list of names"
	shapeMaps    = "list of maps"
	shapeInclude = "include"
	shapePaths   = "paths"
	shapeStep    = "step"
)

type fileChange struct {
	file, path    string
	before, after []byte // before is nil for a file that is new
}

// Lock keeps other runs from changing the workflows of a workspace between the
// reading of [Add] or [Remove] and [Change.Apply]. It waits for them.
func Lock(ctx context.Context, ws *workspace.Workspace) (unlock func(), err error) {
	dir := filepath.Join(workflowRoot(ws.Root), filepath.FromSlash(workflowDir))
	unlock, err = textedit.Lock(ctx, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil // there is nothing to change
	}
	return unlock, err
}

// Each calls f with every file that changes, and its texts.
func (c Change) Each(f func(file string, before, after []byte)) {
	for _, file := range c.files {
		f(file.file, file.before, file.after)
	}
}

// Apply writes the changed workflows, all or none; see [textedit.Apply].
func (c Change) Apply() error {
	changes := make([]textedit.Change, 0, len(c.files))
	for _, f := range c.files {
		changes = append(changes, textedit.Change{Path: f.path, Before: f.before, After: f.after})
	}
	return textedit.Apply(changes...)
}

// finish compares the workflows with what they were and has actionlint look at
// those that changed. What it says of the result of an addition is an error. A
// removal can leave an expression without the key that the last entry brought
// along; that is the wish of who removes it, so it is only told.
func (c *Change) finish(was map[string]*workflow, r *repo, removing bool) error {
	for _, w := range r.workflows {
		before := was[w.file].doc.Text
		if bytes.Equal(before, w.doc.Text) {
			continue
		}
		found, err := newFindings(was[w.file], w)
		if err != nil {
			return err
		}
		if removing {
			for _, f := range slices.Compact(found) {
				c.Notes = append(c.Notes, fmt.Sprintf("%s: actionlint now says: %s", w.file, f))
			}
		} else if len(found) > 0 {
			return fault.Usagef("editing %q: actionlint finds fault with the result: %s", w.file, strings.Join(found, "; "))
		}
		c.files = append(c.files, fileChange{w.file, w.path, before, w.doc.Text})
		for i, e := range c.Edits {
			if e.File == w.file && e.locate != nil {
				where := w
				if removing {
					where = was[w.file]
				}
				c.Edits[i].Line, c.Edits[i].Column = e.locate(where)
			}
		}
	}
	return nil
}

// first remembers the workflows as they were read.
func (r *repo) first() map[string]*workflow {
	was := map[string]*workflow{}
	for _, w := range r.workflows {
		was[w.file] = w
	}
	return was
}

func (r *repo) replace(w, next *workflow) {
	for i := range r.workflows {
		if r.workflows[i] == w {
			r.workflows[i] = next
		}
	}
}

// unsafe says that an edit cannot be made without touching more than the entry.
// Without a snippet it is a removal.
func unsafe(file string, line int, name, snippet string) error {
	err := fault.Usagef("editing the entry of %s: what stands there is written in a way that cannot be edited safely", name).At(file, line, 0)
	if snippet == "" {
		return err.WithHint("take it out by hand")
	}
	return err.WithHint("paste it by hand:\n%s", snippet)
}

func styleOf(block bool) string {
	if block {
		return "block"
	}
	return "flow"
}
