package scaffold

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// A template cannot make connkit fill the disk or the memory.
const (
	maxFile  = 4 << 20
	maxFiles = 2000
)

// filesDir holds what a template writes; what stands beside it does not get out.
const filesDir = "files"

// rendered marks files that are text templates; the others are copied.
const rendered = ".tmpl"

// renderTree gives the files of template t with the given variables, sorted by path.
func renderTree(t Template, vars map[string]any) ([]textedit.File, error) {
	var files []textedit.File
	add := func(root fs.FS, label string) error {
		return fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return skipCaches(d, err)
			}
			f, keep, err := renderFile(root, p, d, t, vars)
			if err != nil {
				return fmt.Errorf("rendering %q: %w", path.Join(label, p), err)
			}
			if keep {
				files = append(files, f)
			}
			if len(files) > maxFiles {
				return fault.Usagef("rendering %q: more than %d files", label, maxFiles)
			}
			return nil
		})
	}
	own, err := fs.Sub(t.files, filesDir)
	if err != nil || !isDir(t.files, filesDir) {
		return nil, fault.Usagef("reading template %q: it has no folder %s", t.Name, filesDir)
	}
	if err := add(own, t.Name); err != nil {
		return nil, err
	}
	for _, part := range t.Shared {
		sub, err := fs.Sub(t.shared, part)
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", part, err)
		}
		if err := add(sub, path.Join(sharedDir, part)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(files, func(a, b textedit.File) int { return strings.Compare(a.Path, b.Path) })
	return files, unique(files)
}

// skipCaches leaves out what Python and its tools write beside the sources of a template that is being worked on.
func skipCaches(d fs.DirEntry, err error) error {
	if err == nil && (d.Name() == "__pycache__" || strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), "_cache")) {
		return fs.SkipDir
	}
	return err
}

func renderFile(root fs.FS, p string, d fs.DirEntry, t Template, vars map[string]any) (textedit.File, bool, error) {
	none := textedit.File{}
	if !d.Type().IsRegular() {
		return none, false, fault.Usagef("it is no plain file: templates hold files and folders only")
	}
	name, isTemplate := strings.CutSuffix(p, rendered)
	mode, keep, err := applyRules(t.Files, name, vars)
	if err != nil || !keep {
		return none, false, err
	}
	out, err := outputPath(name, vars)
	if err != nil {
		return none, false, err
	}
	if info, err := d.Info(); err != nil || info.Size() > maxFile {
		return none, false, fault.Usagef("it is larger than %d bytes or unreadable", maxFile)
	}
	content, err := fs.ReadFile(root, p)
	if err != nil {
		return none, false, err
	}
	if isTemplate {
		text, err := renderText(name, string(content), vars)
		if err != nil {
			return none, false, err
		}
		content = []byte(text)
	}
	return textedit.File{Path: out, Mode: mode, Content: content}, true, nil
}

func applyRules(rules []fileRule, name string, vars map[string]any) (mode fs.FileMode, keep bool, err error) {
	mode = 0o644
	for _, r := range rules {
		if ok, _ := path.Match(r.Path, name); !ok {
			continue
		}
		if r.Mode == "executable" {
			mode = 0o755
		}
		if r.When == "" {
			continue
		}
		answer, err := renderText("when", r.When, vars)
		if err != nil || strings.TrimSpace(answer) != "true" {
			return mode, false, err
		}
	}
	return mode, true, nil
}

// outputPath puts the connector's names into a path and checks that it stays in the target.
func outputPath(name string, vars map[string]any) (string, error) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		part = strings.ReplaceAll(part, "_package_", vars["package"].(string))
		parts[i] = strings.ReplaceAll(part, "_name_", vars["name"].(string))
	}
	out := strings.Join(parts, "/")
	isGit := func(part string) bool { return strings.EqualFold(part, ".git") } // at any depth: git runs what stands in one
	if !safePath(out) || slices.ContainsFunc(parts, isGit) || out == recordName {
		return "", fault.Usagef("a template must not write %q", out)
	}
	return out, nil
}

func unique(files []textedit.File) error {
	for i := 1; i < len(files); i++ {
		a, b := files[i-1].Path, files[i].Path
		if a == b || strings.HasPrefix(b, a+"/") {
			return fault.Usagef("rendering %q: two files of the template get this path", b)
		}
	}
	return nil
}
