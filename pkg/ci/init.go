package ci

import (
	"bytes"
	"context"
	_ "embed" // for the template
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/workspace"
)

// InitOptions say what the first workflow is to be like.
type InitOptions struct {
	File    string // name below .github/workflows; "" is ci.yaml, and wants no other there
	Version string // of connkit, for go install; what is no release is the latest
}

//go:embed init.yaml.tmpl
var initTemplate string

// Init plans a workflow that builds what a change concerns. The same workflow
// standing there already changes nothing; another one of its name, or any one
// where no name was given, is a [fault.Blocked] error.
func Init(ctx context.Context, ws *workspace.Workspace, o InitOptions) (Change, error) {
	name := o.File
	if name == "" {
		name = "ci.yaml"
	}
	if !initName().MatchString(name) {
		return Change{}, fault.Usagef("naming the workflow %q: it must be a file of %s, such as ci.yaml", name, workflowDir)
	}
	top := workflowRoot(ws.Root)
	text, err := initText(ctx, ws, top, o.Version)
	if err != nil {
		return Change{}, err
	}
	file := path.Join(workflowDir, name)
	edit := Edit{Action: "create", File: file, Line: 1, Column: 1, Shape: "workflow", Style: "block", Text: string(text)}
	change := Change{Edits: []Edit{}, Present: []Edit{}, Notes: []string{}}
	switch was, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(file))); {
	case err == nil && bytes.Equal(was, text):
		edit.Action = "none"
		change.Present = append(change.Present, edit)
		return change, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Change{}, fmt.Errorf("looking for a workflow: %w", err)
	case err == nil:
		return Change{}, fault.Blockedf("creating %q: it is there already and says something else", file).WithHint("connkit ci init --file NAME writes another workflow beside it")
	}
	if others := workflowFiles(top); len(others) > 0 && o.File == "" {
		return Change{}, fault.Blockedf("creating %q: there is a workflow already: %s", file, strings.Join(others, ", ")).
			WithHint("connkit ci add NAME puts a connector into it\nconnkit ci init --file %s writes another workflow beside it", name)
	}
	change.Edits = append(change.Edits, edit)
	change.files = append(change.files, fileChange{file: file, path: filepath.Join(top, filepath.FromSlash(file)), after: text})
	return change, nil
}

var initName = pattern.Lazy(`^[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml$`)

// workflowFiles lists the workflows of a repository.
func workflowFiles(top string) []string {
	entries, _ := os.ReadDir(filepath.Join(top, filepath.FromSlash(workflowDir))) // no folder, no workflow
	var list []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			list = append(list, e.Name())
		}
	}
	return list
}

// installable are the versions that go install can get.
var installable = pattern.Lazy(`^v\d+\.\d+\.\d+(-(\d+\.)*\d{14}-[0-9a-f]{12})?$`)

func initText(ctx context.Context, ws *workspace.Workspace, top, version string) ([]byte, error) {
	if !installable().MatchString(version) {
		version = "latest"
	}
	defaults := ""
	if rel, err := filepath.Rel(top, ws.Root); err == nil && rel != "." {
		defaults = fmt.Sprintf("    defaults:\n      run:\n        working-directory: %q\n", filepath.ToSlash(rel))
	}
	t, err := template.New("ci.yaml").Delims("<<", ">>").Parse(initTemplate)
	if err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]string{"Branch": fmt.Sprintf("[%q]", mainBranch(ctx, top)), "Version": version, "Defaults": defaults})
	if err != nil {
		return nil, fmt.Errorf("filling the template: %w", err)
	}
	found, err := lint(workflowDir+"/ci.yaml", b.Bytes())
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("checking the template: %s", strings.Join(found, "; "))
	}
	return b.Bytes(), err
}

// mainBranch is the branch that origin's HEAD names, else main or master, else
// the current one.
func mainBranch(ctx context.Context, top string) string {
	g := &gitRepo{top: top}
	if head, err := g.run(ctx, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"); err == nil {
		if name, ok := strings.CutPrefix(strings.TrimSpace(head), "origin/"); ok {
			return name
		}
	}
	refs, _ := g.run(ctx, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes/origin") // without git or a repository there is none
	all := strings.Fields(refs)
	for _, name := range []string{"main", "master"} {
		if slices.Contains(all, name) || slices.Contains(all, "origin/"+name) {
			return name
		}
	}
	if head, err := g.run(ctx, "symbolic-ref", "--quiet", "--short", "HEAD"); err == nil {
		return strings.TrimSpace(head)
	}
	return "main"
}
