package ci

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// asksMatrix tells whether a workflow builds what connkit ci matrix says.
func asksMatrix(text string) bool { return strings.Contains(text, "ci matrix") }

// matrixTexts gives the texts of the workflows that ask connkit ci matrix, and
// of the workflows and actions below .github that they use.
func matrixTexts(top string) []string {
	var texts []string
	others := map[string]string{}
	for file, text := range githubFiles(top) {
		if path.Dir(file) == workflowDir && asksMatrix(text) {
			texts = append(texts, file+"\n"+text) // a workflow builds by itself
		} else {
			others[file] = text
		}
	}
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

// githubFiles gives the YAML files below .github. What cannot be read uses nothing.
func githubFiles(top string) map[string]string {
	files := map[string]string{}
	for _, glob := range []string{".github/**/*.yaml", ".github/**/*.yml"} {
		found, _ := doublestar.Glob(os.DirFS(top), glob) // the pattern is one
		for _, file := range found {
			if text, err := readRegular(filepath.Join(top, filepath.FromSlash(file))); err == nil {
				files[file] = string(text)
			}
		}
	}
	return files
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
