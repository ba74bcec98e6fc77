package secrets

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

func (d *document) readYAML() error {
	doc, err := yamltext.Parse(d.file, d.text)
	if err != nil {
		return withoutValues(err)
	}
	switch {
	case doc.Root == nil || doc.Root.Kind == yaml.ScalarNode && doc.Root.Tag == "!!null":
		return fault.Usagef("it is empty").At(d.file, 0, 0)
	case doc.Root.Kind != yaml.MappingNode:
		return fault.Usagef("a config is key: value lines").At(d.file, doc.Root.Line, doc.Root.Column)
	}
	r := yamlReader{document: d, doc: doc, anchors: map[*yaml.Node]anchor{}}
	if d.root, err = r.node(doc.Root, 0, false); err != nil {
		return err
	}
	if len(d.root.members) == 0 {
		return fault.Usagef("it is empty").At(d.file, doc.Root.Line, doc.Root.Column)
	}
	if d.lost == nil {
		r.gap(len(d.text))
	}
	return nil
}

var quotedText = pattern.Lazy("`[^`]*`|'[^']*'|\"[^\"]*\"")

// withoutValues takes out of a message of the parser what it quotes.
func withoutValues(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	message := e.Err.Error()
	if strings.Contains(message, "unknown anchor") {
		message = "an alias names no anchor"
		e.Hint = "a value that begins with * must be quoted"
	}
	if !strings.Contains(message, "did not find expected") { // those quote signs of YAML
		message = quotedText().ReplaceAllString(message, "…")
	}
	return (&fault.Error{Kind: e.Kind, Err: errors.New(message), Hint: e.Hint}).At(e.File, e.Line, e.Col)
}
