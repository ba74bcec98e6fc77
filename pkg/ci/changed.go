package ci

import (
	"context"
	"fmt"
	"slices"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/workspace"
)

// MatrixOptions say which connectors a matrix is to hold.
type MatrixOptions struct {
	Since     string            // revision whose merge base with HEAD is compared with
	All       bool              // every connector, whatever has changed
	Committed bool              // compare with HEAD, not with the work tree
	Languages []string          // only these; none is all
	Unrelated []string          // globs of paths, from the root, that concern nobody
	Ignored   map[string]string // connectors that CI does not build, with the reason

	Named func(name string) bool           // whether a folder of that name would be a connector's
	Step  func(format string, args ...any) // told of what takes long; may be nil
}

// Affected are the connectors that a change concerns.
type Affected struct {
	Any    bool       `json:"any"`
	Count  int        `json:"count"`
	Of     int        `json:"of"`              // connectors in the workspace
	Since  string     `json:"since,omitempty"` // as it was asked for
	Base   string     `json:"base,omitempty"`  // commit that was compared with
	Matrix Includes   `json:"matrix"`          // all of them
	Chunks []Includes `json:"chunks"`          // as many as GitHub takes in one matrix, each
	Notes  []string   `json:"notes"`
}

// Includes is a matrix as strategy.matrix takes it.
type Includes struct {
	Include []Job `json:"include"`
}

// Job is one connector's job. No value holds characters that a shell or an
// expression would take for more than text.
type Job struct {
	Connector     string `json:"connector"`
	ConnectorType string `json:"connector_type"` // capture | materialization | derivation, or ""
	Language      string `json:"language"`       // python | go | rust | node
	Python        bool   `json:"python"`
	Version       string `json:"version"` // what VERSION holds, else v1
	Reason        string `json:"reason"`
}

// Matrix finds the connectors that have changed since a revision, and those
// that depend on what has changed. A revision that is not there is a
// [fault.Usage] error; in a shallow clone it is a [fault.Environment] one.
func Matrix(ctx context.Context, ws *workspace.Workspace, all []workspace.Connector, o MatrixOptions) (Affected, error) {
	m := &matrix{ws: ws, o: o, found: Affected{Since: o.Since, Of: len(all), Notes: []string{}}, why: map[string]reason{}}
	for _, c := range all {
		if !entryName().MatchString(c.Name) {
			return Affected{}, fault.Usagef("making the matrix: the folder %q has a name that cannot stand in one: letters, digits, - _ .", c.Name)
		}
		m.connectors = append(m.connectors, c)
	}
	if err := m.find(ctx); err != nil {
		return Affected{}, err
	}
	m.fill()
	return m.found, nil
}

// matrix is a matrix in the making.
type matrix struct {
	ws         *workspace.Workspace
	o          MatrixOptions
	connectors []workspace.Connector
	why        map[string]reason // of each connector that is concerned
	found      Affected
}

// zeroes is what GitHub gives for the commit before the first push of a branch.
var zeroes = pattern.Lazy(`^0{40,64}$`)

func (m *matrix) find(ctx context.Context) error {
	switch {
	case m.o.All:
		m.all(reason{kind: asked})
		return nil
	case zeroes().MatchString(m.o.Since):
		m.note("the revision to compare with is all zeros, as it is at the first push of a branch: every connector is built")
		m.all(reason{kind: asked})
		return nil
	}
	g, err := openGit(ctx, m.ws.Root)
	if err != nil {
		return err
	}
	base, note, err := g.base(ctx, m.o.Since)
	if err != nil {
		return err
	}
	if note != "" {
		m.note("%s", note)
	}
	m.found.Base = base
	paths, err := g.changed(ctx, base, m.o.Committed)
	if err != nil {
		return err
	}
	return newSorting(m, g, paths).run(ctx)
}

func (m *matrix) note(format string, args ...any) {
	m.found.Notes = append(m.found.Notes, fmt.Sprintf(format, args...))
}

func (m *matrix) step(format string, args ...any) {
	if m.o.Step != nil {
		m.o.Step(format, args...)
	}
}

func (m *matrix) all(r reason) {
	for _, c := range m.connectors {
		m.concern(c.Name, r)
	}
}

// concern notes that a connector is to be built; of several reasons the
// nearest is told, with how many paths there are of its kind.
func (m *matrix) concern(name string, r reason) {
	was, ok := m.why[name]
	switch {
	case !ok || r.kind < was.kind:
		m.why[name] = r
	case r.kind == was.kind && r.path != was.path:
		was.more++
		m.why[name] = was
	}
}

// fill makes the jobs of the connectors that are concerned.
func (m *matrix) fill() {
	jobs := []Job{}
	for _, c := range m.connectors {
		r, ok := m.why[c.Name]
		if !ok || len(m.o.Languages) > 0 && !slices.Contains(m.o.Languages, c.Language) {
			continue
		}
		if why, ignored := m.o.Ignored[c.Name]; ignored {
			if r.kind == own {
				m.note("%s has changed and is not built: ci.ignore (%s)", c.Name, why)
			}
			continue
		}
		jobs = append(jobs, m.job(c, r))
	}
	m.found.Count, m.found.Any = len(jobs), len(jobs) > 0
	m.found.Matrix.Include = jobs
	m.found.Chunks = []Includes{}
	for chunk := range slices.Chunk(jobs, maxJobs) {
		m.found.Chunks = append(m.found.Chunks, Includes{chunk})
	}
	if len(m.found.Chunks) > 1 {
		m.note("%d connectors are concerned, and GitHub takes %d jobs in a matrix: use chunks", len(jobs), maxJobs)
	}
}

var plainVersion = pattern.Lazy(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)

func (m *matrix) job(c workspace.Connector, r reason) Job {
	version := c.Version
	if version == "" {
		version = "v1"
	} else if !plainVersion().MatchString(version) {
		m.note("%s/VERSION holds no plain version: v1 is taken", c.Name)
		version = "v1"
	}
	return Job{c.Name, c.Kind, c.Language, c.Language == "python", version, r.String()}
}
