package endpoint

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// remembers tells whether the file may hold the command as a comment.
func (s *spot) remembers() bool {
	return bytes.Contains(s.doc.Text, []byte(mark(Local))) || bytes.Contains(s.doc.Text, []byte(remembers))
}

// spot is the endpoint of one task.
type spot struct {
	doc   *yamltext.Doc
	task  string
	side  string
	key   *yaml.Node // local or connector
	value *yaml.Node
}

// find finds the endpoint of a task, or the only one of the file.
func find(doc *yamltext.Doc, task string) (*spot, error) {
	var all []*spot
	for _, section := range []string{"captures", "materializations", "collections"} {
		tasks := yamltext.Get(doc.Root, section)
		if tasks == nil || tasks.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(tasks.Content); i += 2 {
			endpoint := yamltext.Get(tasks.Content[i+1], "endpoint")
			if section == "collections" {
				endpoint = yamltext.Get(yamltext.Get(tasks.Content[i+1], "derive"), "using")
			}
			for _, side := range []string{Local, Image} {
				if k, v := yamltext.Pair(endpoint, keys[side]); k != nil {
					all = append(all, &spot{doc, tasks.Content[i].Value, side, k, v})
				}
			}
		}
	}
	var names []string
	for _, s := range all {
		if s.task == task {
			return s.editable()
		}
		names = append(names, s.task)
	}
	switch {
	case len(all) == 0:
		return nil, fault.Usagef("no task has an endpoint with local: or connector:").At(doc.File, 0, 0)
	case task != "":
		return nil, fault.Usagef("there is no task %q: %s", task, strings.Join(names, ", ")).At(doc.File, 0, 0)
	case len(all) > 1:
		return nil, fault.Usagef("there are several tasks: %s", strings.Join(names, ", ")).At(doc.File, 0, 0).WithHint("--name %s", names[0])
	}
	return all[0].editable()
}

// editable refuses what stands somewhere else in the file.
func (s *spot) editable() (*spot, error) {
	if s.value.Kind != yaml.MappingNode || s.value.Anchor != "" {
		return nil, s.doc.Errorf(s.key, "the endpoint of %q is an alias, an anchor or no map", s.task).WithHint("write it out, then it can be switched")
	}
	for i := 0; i < len(s.value.Content); i += 2 {
		if s.value.Content[i].Tag == "!!merge" {
			return nil, s.doc.Errorf(s.value.Content[i], "the endpoint of %q merges another map", s.task).WithHint("write it out, then it can be switched")
		}
	}
	return s, nil
}

// renamed spells the key for the other kind, with its quotes.
func (s *spot) renamed(to string) (yamltext.Splice, error) {
	span, err := s.doc.Span(s.key)
	if err != nil {
		return yamltext.Splice{}, err
	}
	old := string(s.doc.Bytes(span))
	return yamltext.Splice{Span: span, Text: strings.Replace(old, keys[s.side], keys[to], 1)}, nil
}
