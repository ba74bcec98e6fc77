package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// SecretSuffix marks the keys of a config whose values are secret, before and
// after encryption, where the file does not say another.
const SecretSuffix = "_sops"

// Config is an endpoint's config as the connector gets it.
type Config struct {
	JSON    json.RawMessage // keys in the file's order, without the suffix
	File    string          // where it stands, or "" when it is in the catalog file
	Plain   bool            // it has keys with the suffix and is not encrypted
	Secrets []string        // the texts below keys with the suffix
}

// Decrypt gives the plain JSON of an encrypted config, given as JSON in the file's key order.
type Decrypt func(ctx context.Context, doc []byte) ([]byte, error)

// Config reads the task's config: it stands in the catalog file or in a file
// that is named there, relative to it. An encrypted one goes through decrypt.
// Then, as Flow does, the suffix is taken off every key.
func (t Task) Config(ctx context.Context, decrypt Decrypt) (Config, error) {
	node, file, err := t.configNode()
	if err != nil {
		return Config{}, err
	}
	c := Config{File: file}
	if node == nil {
		c.JSON = json.RawMessage("{}")
		return c, nil
	}
	s := stripper{suffix: SecretSuffix, file: file}
	sops := child(node, "sops")
	if sops != nil {
		s.suffix = "" // a file without one, encrypted whole or by a pattern, keeps its keys
		if v := child(sops, "encrypted_suffix"); v != nil {
			s.suffix = v.Value
		}
		sealed := node
		if node, err = unseal(ctx, node, decrypt); err != nil {
			return Config{}, fmt.Errorf("decrypting %q: %w", file, err)
		}
		if s.suffix == "" {
			s.opened(sealed, node)
		}
	}
	var b bytes.Buffer
	if err := s.write(&b, node, false); err != nil {
		return Config{}, err
	}
	c.JSON, c.Secrets = b.Bytes(), s.secrets
	c.Plain = sops == nil && s.found
	return c, nil
}

// configNode finds the config: a text without white space names a file.
func (t Task) configNode() (*yaml.Node, string, error) {
	node := t.config
	if node == nil || node.Kind != yaml.ScalarNode {
		return node, t.file, nil
	}
	if node.Tag == "!!null" {
		return nil, t.file, nil
	}
	if strings.ContainsAny(node.Value, " \t\n") || strings.Contains(node.Value, "://") {
		return nil, "", fault.Usagef("config: a map or the name of a local file is wanted").At(t.file, node.Line, node.Column)
	}
	file := filepath.Join(filepath.Dir(t.file), filepath.FromSlash(node.Value))
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, "", fault.Usagef("config: %w", err).At(t.file, node.Line, node.Column)
	}
	var doc yaml.Node // JSON is YAML
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, "", catalogSyntax(file, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, file, nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return nil, "", fault.Usagef("a config is key: value lines").At(file, doc.Content[0].Line, doc.Content[0].Column)
	}
	return doc.Content[0], file, nil
}

func unseal(ctx context.Context, node *yaml.Node, decrypt Decrypt) (*yaml.Node, error) {
	if decrypt == nil {
		return nil, fault.Environmentf("there is nothing to decrypt with")
	}
	var b bytes.Buffer
	if err := (&stripper{}).write(&b, node, false); err != nil {
		return nil, err
	}
	plain, err := decrypt(ctx, b.Bytes())
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(plain, &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fault.Failedf("what came out is no JSON object")
	}
	top := doc.Content[0]
	for i := 0; i < len(top.Content); i += 2 {
		if top.Content[i].Value == "sops" {
			top.Content = append(top.Content[:i], top.Content[i+2:]...)
			break
		}
	}
	return top, nil
}
