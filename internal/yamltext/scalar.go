package yamltext

import (
	"bytes"

	"gopkg.in/yaml.v3"
)

// Scalar writes a value in the style of another scalar, such that a YAML
// reader gets the same type from it: plain text that would be read as
// something else is quoted.
func Scalar(value string, like *yaml.Node) string {
	switch {
	case like.Style&yaml.DoubleQuotedStyle != 0:
		return quote(value, yaml.DoubleQuotedStyle)
	case like.Style&yaml.SingleQuotedStyle != 0:
		return quote(value, yaml.SingleQuotedStyle)
	}
	var n yaml.Node
	if yaml.Unmarshal([]byte(value), &n) == nil && len(n.Content) == 1 {
		got := n.Content[0]
		if got.Kind == yaml.ScalarNode && got.Style == 0 && got.Value == value && (got.Tag == like.Tag || got.Tag == "!!str") && !bytes.ContainsAny([]byte(value), ",[]{}#\n") && got.LineComment == "" {
			return value
		}
	}
	return quote(value, yaml.DoubleQuotedStyle)
}

func quote(value string, style yaml.Style) string {
	text, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: style})
	if err != nil {
		return ""
	}
	return string(bytes.TrimSuffix(text, []byte("\n")))
}
