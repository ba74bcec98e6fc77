package cli

import (
	"fmt"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// readAnswers joins the answers of a YAML file, a map of question to scalar,
// with those of --set key=value, which win.
func (a *app) readAnswers(file string, set []string) (map[string]string, error) {
	answers := map[string]string{}
	if file != "" {
		text, err := os.ReadFile(a.absolute(file))
		if err != nil {
			return nil, &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("reading the answers: %w", err)}
		}
		if err := parseAnswers(file, text, answers); err != nil {
			return nil, err
		}
	}
	for _, kv := range set {
		key, value, ok := strings.Cut(kv, "=")
		if !ok || key == "" {
			return nil, fault.Usagef("reading --set %q: it must be key=value", kv)
		}
		answers[key] = value
	}
	return answers, nil
}

func parseAnswers(file string, text []byte, answers map[string]string) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fault.Usagef("reading the answers: %w", err).At(file, 0, 0)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return fault.Usagef("reading the answers: key: value lines are wanted").At(file, top.Line, top.Column)
	}
	for i := 0; i < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			return fault.Usagef("reading the answer to %q: one value is wanted", key.Value).At(file, value.Line, value.Column)
		}
		if _, twice := answers[key.Value]; twice {
			return fault.Usagef("reading the answers: %q stands here a second time", key.Value).At(file, key.Line, key.Column)
		}
		answers[key.Value] = value.Value
	}
	return nil
}
