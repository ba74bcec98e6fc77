package scaffold

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// manifestName is the file that makes a folder a template.
const manifestName = "template.yaml"

// manifestShape is the shape of template.yaml that this connkit reads.
const manifestShape = 1

// Manifest is a template's template.yaml.
type Manifest struct {
	Shape     int        `yaml:"manifest" json:"-"`
	Version   int        `yaml:"version" json:"version"`
	Title     string     `yaml:"title" json:"title"`
	Kind      string     `yaml:"kind" json:"kind"`
	Language  string     `yaml:"language" json:"language"`
	Upstream  string     `yaml:"upstream" json:"upstream"` // none | optional | required
	Shared    []string   `yaml:"shared" json:"-"`
	Questions []Question `yaml:"questions" json:"questions"`
	Files     []fileRule `yaml:"files" json:"-"`
}

// Question is one thing a template wants to know.
type Question struct {
	Name    string   `yaml:"name" json:"name"`
	Ask     string   `yaml:"ask" json:"ask"`
	Hint    string   `yaml:"hint" json:"hint,omitempty"`
	Default string   `yaml:"default" json:"default"` // rendered, so it may use the variables
	Match   string   `yaml:"match" json:"match,omitempty"`
	Choices []string `yaml:"choices" json:"choices,omitempty"`

	match *regexp.Regexp
}

// fileRule gives a condition or a mode to the files that its glob names.
type fileRule struct {
	Path string `yaml:"path"`
	When string `yaml:"when"`
	Mode string `yaml:"mode"`
}

var questionName = pattern.Lazy(`^[a-z][a-z0-9_]*$`)

// readManifest reads and checks template.yaml at the top of fsys. Errors name
// the file as label and the line.
func readManifest(fsys fs.FS, label string) (Manifest, error) {
	file := path.Join(label, manifestName)
	text, err := fs.ReadFile(fsys, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fault.Usagef("reading template %q: it has no %s", label, manifestName)
	}
	if err != nil {
		return Manifest{}, fault.Usagef("reading template %q: %w", label, err)
	}
	var m Manifest
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, fault.Usagef("%s", yamlMessage(err)).At(file, yamlLine(err), 0)
	}
	if m.Upstream == "" {
		m.Upstream = "none"
	}
	if err := m.check(); err != nil {
		return Manifest{}, fault.Usagef("%w", err).At(file, 0, 0)
	}
	return m, nil
}

func (m *Manifest) check() error {
	switch {
	case m.Shape != manifestShape:
		return fault.Usagef("manifest: %d is not a shape this connkit reads: write manifest: %d", m.Shape, manifestShape)
	case m.Version < 1:
		return fault.Usagef("version: it must be 1 or more")
	case m.Title == "":
		return fault.Usagef("title: one line of text is missing")
	case !slices.Contains(kinds(), m.Kind):
		return fault.Usagef("kind: %q is none of %s", m.Kind, strings.Join(kinds(), ", "))
	case m.Language == "":
		return fault.Usagef("language: it is missing")
	case !slices.Contains([]string{"none", "optional", "required"}, m.Upstream):
		return fault.Usagef("upstream: %q is none of none, optional, required", m.Upstream)
	}
	for i := range m.Questions {
		if err := m.Questions[i].prepare(); err != nil {
			return err
		}
	}
	for _, r := range m.Files {
		if _, err := path.Match(r.Path, ""); err != nil || r.Path == "" {
			return fault.Usagef("files: %q is not a glob", r.Path)
		}
		if r.Mode != "" && r.Mode != "executable" {
			return fault.Usagef("files: mode %q of %q: only \"executable\" is known", r.Mode, r.Path)
		}
	}
	return nil
}

func (q *Question) prepare() error {
	if !questionName().MatchString(q.Name) || slices.Contains(builtinNames(), q.Name) {
		return fault.Usagef("questions: the name %q is taken or not lower-case letters, digits and _", q.Name)
	}
	if q.Ask == "" {
		q.Ask = q.Name
	}
	if q.Match == "" {
		return nil
	}
	re, err := regexp.Compile(`^(?:` + q.Match + `)$`)
	if err != nil {
		return fault.Usagef("questions: match of %q: %w", q.Name, err)
	}
	q.match = re
	return nil
}

// check tells whether answer is one the question takes.
func (q *Question) check(answer string) error {
	err := func(format string, args ...any) error {
		e := fault.Usagef("answering %q with %q: "+format, append([]any{q.Name, answer}, args...)...)
		if q.Hint != "" {
			e = e.WithHint("--set %s=…: %s", q.Name, q.Hint)
		}
		return e
	}
	switch {
	case strings.ContainsFunc(answer, isControl):
		return err("a control character or line break is in it")
	case len(q.Choices) > 0 && !slices.Contains(q.Choices, answer):
		return err("it is none of %s", strings.Join(q.Choices, ", "))
	case q.match != nil && !q.match.MatchString(answer):
		return err("it does not match %s", q.Match)
	}
	return nil
}

func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}
