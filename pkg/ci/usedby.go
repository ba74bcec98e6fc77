package ci

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// asksMatrix tells whether a workflow builds what connkit ci matrix says.
func asksMatrix(text string) bool { return strings.Contains(text, "ci matrix") }

// matrixTexts gives the texts of the workflows that ask connkit ci matrix, and
// of the workflows and actions below .github that they use.
func matrixTexts(top string) []string {
	var texts []string
	others := map[string]string{}
	_ = filepath.WalkDir(filepath.Join(top, ".github"), func(file string, e fs.DirEntry, err error) error { // what cannot be read uses nothing
		if ext := path.Ext(file); err != nil || e.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		text, err := os.ReadFile(file)
		rel, relErr := filepath.Rel(top, file)
		switch {
		case err != nil || relErr != nil:
		case path.Dir(filepath.ToSlash(rel)) == workflowDir && asksMatrix(string(text)):
			texts = append(texts, filepath.ToSlash(rel)+"\n"+string(text)) // a workflow builds by itself
		default:
			others[filepath.ToSlash(rel)] = string(text)
		}
		return nil
	})
	for i := 0; i < len(texts); i++ {
		for file, text := range others {
			if namesFile(texts[i], file) {
				texts = append(texts, text)
				delete(others, file)
			}
		}
	}
	return texts
}

// namesFile tells whether a text names a file, or the folder of an action that it is in.
func namesFile(text, file string) bool {
	for p := file; p == file || strings.Count(p, "/") >= 2; p = path.Dir(p) {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// usedByCI tells whether a path is one of the workflows that build what the
// matrix says, or is used by one.
func (s *sorting) usedByCI(p string) bool {
	if !strings.HasPrefix(p, ".github/") {
		return false
	}
	for _, text := range s.ci {
		if namesFile(text, p) {
			return true
		}
	}
	return false
}
