package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/flow"
)

// editTask plans the bindings of the task and the import of what they need.
func (w *writer) editTask(needsImport bool, home string) error {
	if len(w.fresh) == 0 && !needsImport {
		return nil
	}
	file := w.task.File()
	before, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading %q: %w", file, err)
	}
	d, err := yamltext.Parse(file, bytes.TrimPrefix(before, utf8BOM))
	if err != nil {
		return err
	}
	lines, flat, tree, err := w.bindingTexts()
	if err != nil {
		return err
	}
	body := yamltext.Get(yamltext.Get(d.Root, "captures"), w.task.Name)
	splices, err := insertItems(d, body, "bindings", lines, flat)
	imported := filepath.ToSlash(relativeTo(filepath.Dir(file), home))
	if err == nil && needsImport {
		var more []yamltext.Splice
		more, err = insertImport(d, imported)
		splices = append(splices, more...)
	}
	return w.edited(d, splices, err, lines, func(doc map[string]any) {
		captures, _ := doc["captures"].(map[string]any)
		task, _ := captures[w.task.Name].(map[string]any)
		old, _ := task["bindings"].([]any)
		if len(tree) > 0 {
			task["bindings"] = append(old, tree...)
		}
		if needsImport {
			list, _ := doc["import"].([]any)
			doc["import"] = append(list, imported)
		}
	})
}

func relativeTo(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil {
		return rel
	}
	return path
}

// bindingTexts writes the new bindings as lines, as items in brackets, and as
// what a reader makes of them.
func (w *writer) bindingTexts() (lines []string, flat string, tree []any, err error) {
	var items []string
	for _, b := range w.fresh {
		item := map[string]any{"resource": b.ResourceConfig, "target": b.Collection}
		ordered := []string{`"resource":` + string(b.ResourceConfig), `"target":` + string(quote(b.Collection))}
		if b.Disable {
			item["disable"] = true
			ordered = append(ordered, `"disable":true`)
		}
		text := "{" + strings.Join(ordered, ",") + "}"
		block, err := flow.YAML(json.RawMessage("[" + text + "]"))
		if err != nil {
			return nil, "", nil, err
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(string(block), "\n"), "\n")...)
		items = append(items, text)
		var v any
		if err := yaml.Unmarshal(block, &v); err != nil {
			return nil, "", nil, fmt.Errorf("reading a binding again: %w", err)
		}
		list, _ := v.([]any)
		tree = append(tree, list...)
	}
	return lines, strings.Join(items, ", "), tree, nil
}

// insertItems puts items at the end of the list at a key of a map. The list
// may be missing, empty, in lines or in brackets.
func insertItems(d *yamltext.Doc, body *yaml.Node, key string, lines []string, flat string) ([]yamltext.Splice, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	if body == nil || body.Kind != yaml.MappingNode {
		return nil, errNoPlace
	}
	at, list := yamltext.Pair(body, key)
	inBrackets := body.Style&yaml.FlowStyle != 0
	switch {
	case at == nil && inBrackets:
		return d.InsertPair(body, key+": ["+flat+"]")
	case at == nil:
		return d.InsertAfter(body, append([]string{key + ":"}, strings.Split(strings.TrimSuffix(indented(lines, "  "), "\n"), "\n")...))
	case list.Kind == yaml.SequenceNode && len(list.Content) > 0 || inBrackets:
		seq, err := d.Seq(list)
		if err != nil {
			return nil, err
		}
		if !seq.Block {
			lines = []string{flat}
		}
		return seq.Insert(len(seq.Items), lines...)
	case list.Kind == yaml.SequenceNode || list.Tag == "!!null":
		return replaceEmpty(d, at, list, lines)
	}
	return nil, errNoPlace
}

var errNoPlace = errors.New("there is no place for it")

// replaceEmpty puts lines where an empty list, or nothing, stands behind a key.
func replaceEmpty(d *yamltext.Doc, key, list *yaml.Node, lines []string) ([]yamltext.Splice, error) {
	span, err := d.Span(key)
	if err != nil {
		return nil, err
	}
	colon := span.End + strings.IndexByte(string(d.Text[span.End:]), ':')
	end := colon + 1
	if list.Value != "" || list.Kind == yaml.SequenceNode {
		value, err := d.Span(list)
		if err != nil {
			return nil, err
		}
		end = value.End
	}
	eol := d.EOL()
	text := strings.ReplaceAll(indented(lines, strings.Repeat(" ", key.Column-1+2)), "\n", eol)
	rest, _, _ := strings.Cut(string(d.Text[end:]), "\n")
	if comment := strings.TrimSpace(rest); comment != "" { // it stays on the line of the key
		at := end + len(strings.TrimRight(rest, "\r"))
		return []yamltext.Splice{
			{Span: yamltext.Span{Start: colon + 1, End: end}},
			{Span: yamltext.Span{Start: at, End: at}, Text: eol + strings.TrimSuffix(text, eol)},
		}, nil
	}
	return []yamltext.Splice{{Span: yamltext.Span{Start: colon + 1, End: end}, Text: eol + strings.TrimSuffix(text, eol)}}, nil
}

// insertImport adds a file to the imports, which stand at the top.
func insertImport(d *yamltext.Doc, path string) ([]yamltext.Splice, error) {
	item := yamltext.Scalar(path, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"})
	if _, list := yamltext.Pair(d.Root, "import"); list == nil && d.Root.Style&yaml.FlowStyle == 0 {
		span, err := d.Span(d.Root.Content[0])
		if err != nil {
			return nil, err
		}
		return d.InsertLines(span.Start, "", []string{"import:", "  - " + item}), nil
	}
	return insertItems(d, d.Root, "import", []string{"- " + item}, item)
}

// edited carries out splices, and plans the file if a reader makes of it what
// was meant. What cannot be edited is an error with the lines to paste.
func (w *writer) edited(d *yamltext.Doc, splices []yamltext.Splice, err error, lines []string, want func(map[string]any)) error {
	refuse := func(err error) error {
		return fault.Usagef("editing it safely is not possible: %w", err).At(d.File, 0, 0).WithHint("paste it by hand:\n%s", strings.Join(lines, "\n"))
	}
	if err != nil {
		return refuse(err)
	}
	after := yamltext.Apply(d.Text, splices)
	old, fresh := map[string]any{}, map[string]any{}
	if err := yaml.Unmarshal(d.Text, &old); err != nil {
		return refuse(err)
	}
	if err := yaml.Unmarshal(after, &fresh); err != nil {
		return refuse(err)
	}
	if want(old); !reflect.DeepEqual(old, fresh) {
		return refuse(errors.New("the result would say something else"))
	}
	if before, err := os.ReadFile(d.File); err == nil && bytes.HasPrefix(before, utf8BOM) {
		after = append(bytes.Clone(utf8BOM), after...)
	}
	return w.file(d.File, after)
}
