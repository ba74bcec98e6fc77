package scaffold

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's object names are SHA-1; nothing is secured by it
	"encoding/hex"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/textedit"
)

// recordName is the file in a connector that says how it was made.
const recordName = ".connkit.yaml"

// record is what is needed to make the same tree again: the template and
// every input. The names of the files' git objects let an update find the text
// that was generated, in the repository's own history, even when this
// template's version is in no connkit at hand any more.
type record struct {
	Template   string            `yaml:"template"`
	From       string            `yaml:"from"`
	Commit     string            `yaml:"commit,omitempty"`
	Version    int               `yaml:"version"`
	Connkit    string            `yaml:"connkit"`
	Answers    map[string]string `yaml:"answers,omitempty"`
	Upstream   map[string]string `yaml:"upstream,omitempty"`
	Prefix     string            `yaml:"prefix"`
	Author     string            `yaml:"author,omitempty"`
	Year       int               `yaml:"year"`
	GoModule   string            `yaml:"go_module,omitempty"`
	FileHashes map[string]string `yaml:"files"`
}

const recordHead = `# How connkit made this connector: the template, the answers, and the git object
# of each file as it was generated. Keep it: updates from newer templates merge by it.
`

func (r record) file(files []textedit.File) (textedit.File, error) {
	r.FileHashes = map[string]string{}
	for _, f := range files {
		r.FileHashes[f.Path] = gitBlob(f.Content)
	}
	var b bytes.Buffer
	b.WriteString(recordHead)
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(r); err != nil {
		return textedit.File{}, fmt.Errorf("encoding %q: %w", recordName, err)
	}
	return textedit.File{Path: recordName, Mode: 0o644, Content: b.Bytes()}, nil
}

// gitBlob is the name that git gives content as an object.
func gitBlob(content []byte) string {
	h := sha1.New() //nolint:gosec // see above
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
