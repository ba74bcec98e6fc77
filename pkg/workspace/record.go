package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/yamltext"
)

// Record is a change of connkit.yaml; Apply writes it.
type Record struct {
	File          string // absolute
	Before, After []byte
}

// AllowPlaintext plans to add keys to secrets.allow_plaintext of connkit.yaml.
// Nothing else in the file changes; with nothing to add Before and After are equal.
func (w *Workspace) AllowPlaintext(keys []string) (Record, error) {
	r := Record{File: filepath.Join(w.Root, FileName)}
	var err error
	if r.Before, err = os.ReadFile(r.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("reading %q: %w", FileName, err)
	}
	r.After = r.Before
	for _, key := range keys {
		if r.After, err = addToList(r.After, "secrets", "allow_plaintext", key); err != nil {
			var e *fault.Error
			if errors.As(err, &e) {
				return r, err
			}
			return r, fault.Blockedf("%w", err).At(FileName, 0, 0).WithHint("add %s to allow_plaintext: of secrets: there by hand", key)
		}
	}
	return r, nil
}

// Apply writes the file.
func (r Record) Apply() error {
	if bytes.Equal(r.Before, r.After) {
		return nil
	}
	return textedit.Apply(textedit.Change{Path: r.File, Before: r.Before, After: r.After})
}

// addToList adds a text to a list in a section of a settings file.
func addToList(text []byte, section, name, value string) ([]byte, error) {
	doc, err := yamltext.Parse(FileName, text)
	if err != nil {
		return nil, err
	}
	item := yamltext.Scalar(value, &yaml.Node{Tag: "!!str"})
	pair := fmt.Sprintf("%s: [%s]", name, item)
	if doc.Root == nil { // empty, or comments alone
		lines := []string{section + ":", "  " + pair}
		return check(yamltext.Apply(text, doc.InsertLines(len(text), "", lines)), section, name, value)
	}
	var splices []yamltext.Splice
	holder := yamltext.Get(doc.Root, section)
	list := yamltext.Get(holder, name)
	switch {
	case list != nil && list.Kind == yaml.SequenceNode:
		if slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return n.Value == value }) {
			return text, nil
		}
		var seq *yamltext.Seq
		if seq, err = doc.Seq(list); err == nil {
			if seq.Block {
				item = "- " + item
			}
			splices, err = seq.Insert(len(seq.Items), item)
		}
	case holder == nil:
		splices, err = doc.InsertAfter(doc.Root, []string{section + ":", "  " + pair})
	case list == nil && holder.Kind == yaml.MappingNode && len(holder.Content) > 0:
		splices, err = doc.InsertPair(holder, pair)
	default:
		err = errors.New("the list is written in a way that cannot be edited")
	}
	if err != nil {
		return nil, err
	}
	return check(yamltext.Apply(text, splices), section, name, value)
}

// check makes sure that an edited settings file says what it was to say.
func check(text []byte, section, name, value string) ([]byte, error) {
	values, _, err := parseFile(text, FileName)
	if err != nil {
		return nil, err
	}
	sub, _ := values[section].(map[string]any)
	if list, _ := sub[name].([]string); !slices.Contains(list, value) {
		return nil, fmt.Errorf("%s.%s does not take %q", section, name, strings.TrimSpace(value))
	}
	return text, nil
}
