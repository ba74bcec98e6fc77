package migrate

import (
	"bytes"
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/yamltext"
)

// Options say where to look.
type Options struct {
	Root       string   // of the repository, absolute
	Connectors []string // names of the folders of connectors
	Registry   string   // of images, and their folder: ghcr.io/estuary

	// Imports lists what the history says was imported by the old script and has
	// no record; nil looks for none.
	Imports func(context.Context) ([]Import, error)
}

// Import is an import that only a commit message tells of.
type Import struct {
	Dest, Commit, Repository, Path, License string
}

// What kinds of findings there are.
const (
	Script   = "script"   // a shell script that a command replaces
	Call     = "call"     // a call of such a script
	Sops     = "sops"     // a call of sops
	Flowctl  = "flowctl"  // a call of flowctl
	Docker   = "docker"   // a build of a connector's image
	Subtree  = "subtree"  // a folder of another repository by git subtree
	Matrix   = "matrix"   // connectors listed by hand in a workflow
	Settings = "settings" // a file that sops or a debugger reads
	Imported = "imported" // code of others without a record
)

// Finding is one thing that connkit can do, or why it cannot.
type Finding struct {
	File    string `json:"file,omitempty"` // from the root; "" for what stands in no file
	Line    int    `json:"line,omitempty"`
	Col     int    `json:"col,omitempty"` // in characters
	Kind    string `json:"kind"`
	Text    string `json:"text"`              // what stands there
	Does    string `json:"does"`              // what it is for
	Command string `json:"command,omitempty"` // of connkit, in its place
	Why     string `json:"why,omitempty"`     // it is left to a person
	Safe    bool   `json:"safe"`              // --write puts the command there
}

// Edit is a file that --write changes.
type Edit struct {
	File          string `json:"file"`
	Diff          string `json:"diff"` // unified; whoever prints the report fills it in
	Before, After []byte `json:"-"`
}

// Report is what was found.
type Report struct {
	Findings []Finding `json:"findings"`
	Edits    []Edit    `json:"edits"`
	Files    int       `json:"files"` // that were looked into
	Written  bool      `json:"written"`
	DryRun   bool      `json:"dryRun"`

	root string
}

// Safe counts the findings that [Report.Apply] takes care of.
func (r *Report) Safe() int {
	n := 0
	for _, f := range r.Findings {
		if f.Safe {
			n++
		}
	}
	return n
}

// Scan looks through the files that git knows or would take, and plans the
// edits that are safe. It writes nothing.
func Scan(ctx context.Context, o Options) (*Report, error) {
	files, err := listFiles(ctx, o.Root)
	if err != nil {
		return nil, err
	}
	r := &Report{Findings: []Finding{}, Edits: []Edit{}, root: o.Root}
	s := &scan{o: o, files: files}
	if err := r.takeRules(s); err != nil { // first: what a call of sops does depends on the rules
		return nil, err
	}
	for _, file := range files {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		text, ok := readText(o.Root, file)
		if !ok {
			continue
		}
		r.Files++
		one := &source{scan: s, file: file, text: text}
		one.look()
		if err := r.take(one); err != nil {
			return nil, err
		}
	}
	if err := r.takeImports(ctx, s); err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	slices.SortFunc(r.Edits, func(a, b Edit) int { return cmp.Compare(a.File, b.File) })
	return r, nil
}

// take takes what one file holds. Its edits are made in memory, and the new text
// must hold nothing more that would be edited: a second run changes nothing.
func (r *Report) take(s *source) error {
	if len(s.splices) > 0 {
		edit := Edit{File: s.file, Before: s.text, After: yamltext.Apply(s.text, s.splices)}
		again := &source{scan: s.scan, file: s.file, text: edit.After}
		again.look()
		if len(again.splices) > 0 {
			return fault.Failedf("planning the edit of %q: the new text would be edited again", s.file)
		}
		r.Edits = append(r.Edits, edit)
	}
	r.Findings = append(r.Findings, s.findings...)
	return nil
}

// Apply writes the edits, all or none.
func (r *Report) Apply() error {
	var changes []textedit.Change
	for _, e := range r.Edits {
		if !bytes.Equal(e.Before, e.After) {
			changes = append(changes, textedit.Change{Path: filepath.Join(r.root, filepath.FromSlash(e.File)), Before: e.Before, After: e.After})
		}
	}
	if err := textedit.Apply(changes...); err != nil {
		return err
	}
	r.Written = true
	return nil
}
