package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// jsonOf writes a YAML value as JSON in its order. The file is for messages.
func jsonOf(file string, node *yaml.Node) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := (&stripper{file: file}).write(&b, node, false); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// NodeOf makes YAML of JSON, in its order, in YAML's own style. Texts that YAML
// would read as something else get quotes when they are written.
func NodeOf(text json.RawMessage) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return nodeOf(dec)
}

// oldWord are texts that readers of YAML 1.1 take for something else: << for a merge key.
var oldWord = pattern.Lazy(`^(?i:y|n|yes|no|on|off|<<)$|^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+$`)

func nodeOf(dec *json.Decoder) (*yaml.Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	switch v := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if v == '[' {
			n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		for dec.More() {
			child, err := nodeOf(dec) // a key is a text
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		if _, err := dec.Token(); err != nil {
			return nil, fmt.Errorf("reading JSON: %w", err)
		}
		if len(n.Content) == 0 {
			n.Style = yaml.FlowStyle
		}
		return n, nil
	case string:
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
		if oldWord().MatchString(v) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n, nil
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(v.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
}

// YAML writes JSON as YAML in lines, in its order.
func YAML(text json.RawMessage) ([]byte, error) {
	node, err := NodeOf(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(node); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	return b.Bytes(), nil
}

// SameJSON tells whether two texts say the same: order and white space apart.
func SameJSON(a, b json.RawMessage) bool {
	x, errX := decodeExact(a)
	y, errY := decodeExact(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// inline gives the value that a config, resource or schema stands for, and the
// file that holds it: a text without white space names a file beside the one
// that it stands in.
func inline(file string, node *yaml.Node, what string) (*yaml.Node, string, error) {
	node = resolve(node)
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag != "!!str" {
		return node, file, nil
	}
	if strings.ContainsAny(node.Value, " \t\n") || strings.Contains(node.Value, "://") {
		return nil, "", fault.Usagef("%s: a map or the name of a local file is wanted", what).At(file, node.Line, node.Column)
	}
	path := filepath.FromSlash(node.Value)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fault.Usagef("%s: %w", what, err).At(file, node.Line, node.Column)
	}
	top, err := readDocument(path, text)
	return top, path, err
}
