package scaffold

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/workspace"
)

// Options say what to make. Root and Name are needed; the rest has sensible zero values.
type Options struct {
	Root      string            // workspace root, absolute: the connector becomes Root/Name
	WorkDir   string            // where the user stands; relative template folders start here
	Name      string            // source-big-data
	Template  string            // name, folder or git URL; "" is the default of the kind
	Templates []Named           // of connkit.yaml
	Upstream  Upstream          // what a shim wraps
	Set       map[string]string // answers by question
	Prefix    string            // catalog prefix; "" is acmeCo
	Author    string            // "Name <mail>" or ""
	GoModule  string            // module path of the root go.mod, or ""
	Year      int
	Version   string // connkit's own version

	// Ask puts a question to a person; nil where there is none, then defaults hold.
	Ask func(Question) (string, error)
	// AskAll asks also where there is a default.
	AskAll bool
	// Step is told what takes time; nil is silence.
	Step func(format string, args ...any)
}

// Plan is a connector that can be made.
type Plan struct {
	Name     string            `json:"name"`
	Path     string            `json:"path"` // absolute
	Kind     string            `json:"kind"`
	Language string            `json:"language"`
	Template string            `json:"template"`
	Version  int               `json:"templateVersion"`
	Upstream map[string]string `json:"upstream,omitempty"`
	Answers  map[string]string `json:"answers,omitempty"`
	Files    []File            `json:"files"`
	Notes    []string          `json:"notes,omitempty"` // what the user should know of it
	DryRun   bool              `json:"dryRun"`
	Next     []string          `json:"next"`

	tree []textedit.File
}

// File is one file of a plan.
type File struct {
	Path    string `json:"path"` // slash path below Plan.Path
	Size    int    `json:"size"` // bytes
	Mode    string `json:"mode"` // octal
	Content []byte `json:"-"`
}

// New checks everything and renders the connector in memory; nothing is written.
//
// A wrong name, template, answer or upstream is a [fault.Usage] error, an
// existing target [fault.Blocked], a git source that cannot be had
// [fault.Environment].
func New(ctx context.Context, o Options) (*Plan, error) {
	if o.Step == nil {
		o.Step = func(string, ...any) {}
	}
	if err := workspace.CheckName(o.Name); err != nil {
		return nil, err
	}
	if strings.HasPrefix(o.Upstream.Git, ".") { // a folder: the new project file must name it from anywhere
		o.Upstream.Git = rooted(o.WorkDir, o.Upstream.Git)
	}
	target := filepath.Join(o.Root, o.Name)
	if _, err := os.Lstat(target); err == nil {
		return nil, existsError(o.Name)
	}
	ref, err := o.templateRef()
	if err != nil {
		return nil, err
	}
	t, cleanup, err := openTemplate(ctx, ref, &o)
	if err != nil {
		return nil, err
	}
	defer cleanup()
	if t.Kind != kindOf(o.Name) {
		return nil, fault.Usagef("making %q from template %q: it makes a %s, and the name is that of a %s", o.Name, t.Name, t.Kind, kindOf(o.Name)).
			WithHint("connkit new --list")
	}
	info, notes, err := o.resolveUpstream(ctx, t, target)
	if err != nil {
		return nil, err
	}
	return o.render(t, target, info, notes)
}

// defaultTemplates make a connector of a kind when no template is named.
var defaultTemplates = map[string]string{"capture": "python", "materialization": "materialize", "derivation": "derive"}

func (o *Options) templateRef() (string, error) {
	if o.Template != "" {
		return o.Template, nil
	}
	if ref := defaultTemplates[kindOf(o.Name)]; ref != "" {
		return ref, nil
	}
	return "", fault.Usagef("choosing a template for %q: connkit carries none for a %s", o.Name, kindOf(o.Name)).
		WithHint("connkit new --list, or --template ./FOLDER for one of your own")
}

func existsError(name string) error {
	return fault.Blockedf("%q exists already", name).WithHint("choose another name, or remove the folder first")
}

func (o *Options) render(t Template, target string, info upstreamInfo, notes []string) (*Plan, error) {
	vars := o.variables(info)
	answers, err := o.answer(t.Questions, vars)
	if err != nil {
		return nil, err
	}
	tree, err := renderTree(t, vars)
	if err != nil {
		return nil, err
	}
	rec := record{
		Template: t.Name, From: o.place(t.From), Commit: t.Commit, Version: t.Version, Connkit: o.Version,
		Answers: answers, Upstream: recordUpstream(info), Prefix: vars["prefix"].(string), Author: o.Author, Year: o.Year, GoModule: o.GoModule,
	}
	own, err := rec.file(tree)
	if err != nil {
		return nil, err
	}
	tree = append(tree, own)
	p := &Plan{
		Name: o.Name, Path: target, Kind: t.Kind, Language: t.Language, Template: t.Name, Version: t.Version,
		Upstream: rec.Upstream, Answers: answers, Notes: notes, tree: tree,
		Next: next(o.Name, t),
	}
	for _, f := range tree {
		p.Files = append(p.Files, File{Path: f.Path, Size: len(f.Content), Mode: fmt.Sprintf("%#o", f.Mode.Perm()), Content: f.Content})
	}
	return p, nil
}

// fixtureName is the file of documents that a template may bring.
const fixtureName = "fixture.jsonl"

// next are the commands that a person runs first.
func next(name string, t Template) []string {
	first, then := "connkit env ", "connkit run discover "+name
	if t.Language != "python" {
		first = "connkit run spec "
	}
	if t.Kind != "capture" {
		then = "connkit run validate " + name
		if hasFixture(t) {
			then = fmt.Sprintf("connkit run preview %s --fixture %s/%s", name, name, fixtureName)
		}
	}
	return []string{first + name, then}
}

func hasFixture(t Template) bool {
	for _, ending := range []string{"", rendered} {
		if info, err := fs.Stat(t.files, path.Join(filesDir, fixtureName+ending)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// place spells a template's folder from the root, so that the record holds in every clone.
func (o *Options) place(from string) string {
	if rel, err := filepath.Rel(o.Root, from); err == nil && filepath.IsAbs(from) && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return from
}

// Apply writes the connector. A target that has appeared since [New] is a
// [fault.Blocked] error; on any error, and when ctx ends, nothing is left.
func (p *Plan) Apply(ctx context.Context) error {
	err := textedit.WriteTree(ctx, p.Path, p.tree)
	if errors.Is(err, textedit.ErrExists) {
		return existsError(p.Name)
	}
	return err
}

func recordUpstream(u upstreamInfo) map[string]string {
	m := map[string]string{}
	for k, v := range u.variables() {
		if v != "" {
			m[k] = v.(string)
		}
	}
	return m
}

// mailAddress is what build backends take for one.
var mailAddress = pattern.Lazy(`^[^@\s.][^@\s]*@[^@\s]+\.[^@\s]+$`)

// address leaves out what git has for machines, such as root@localhost: no environment
// can be made of a project with such an author.
func address(mail string) string {
	if !mailAddress().MatchString(mail) || strings.HasSuffix(mail, ".") || strings.Contains(mail, "..") || strings.Contains(mail, ".@") {
		return ""
	}
	return mail
}

// builtinNames are the variables that every template has.
func builtinNames() []string {
	return slices.Sorted(maps.Keys((&Options{Name: "source-x"}).variables(upstreamInfo{})))
}

func (o *Options) variables(info upstreamInfo) map[string]any {
	n := spell(o.Name, info)
	name, mail, _ := strings.Cut(o.Author, " <")
	prefix := o.Prefix
	if prefix == "" {
		prefix = "acmeCo"
	}
	return map[string]any{
		"name": n.connector, "package": n.pkg, "project": n.project, "short": n.short, "title": n.title, "class": n.class,
		"kind": kindOf(o.Name), "prefix": prefix, "year": o.Year, "go_module": o.GoModule,
		"author": o.Author, "author_name": name, "author_email": address(strings.TrimSuffix(mail, ">")),
		"upstream": info.variables(),
	}
}
