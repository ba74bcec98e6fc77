package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

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

// ConfigOptions say where a config comes from. The zero value is the catalog.
type ConfigOptions struct {
	Decrypt Decrypt  // of an encrypted config; nil refuses one
	File    string   // read instead of what the catalog says
	Set     []string // /pointer=value, put into it; a value that is no JSON is a text
}

// Config reads the task's config: it stands in the catalog file or in a file
// that is named there, relative to it. An encrypted one goes through decrypt.
// Then, as Flow does, the suffix is taken off every key.
func (t Task) Config(ctx context.Context, o ConfigOptions) (Config, error) {
	node, file, err := t.configNode(o.File)
	if err != nil {
		return Config{}, err
	}
	c := Config{File: file}
	s := stripper{suffix: SecretSuffix, file: file}
	sops := child(node, "sops")
	if sops != nil {
		s.suffix = "" // a file without one, encrypted whole or by a pattern, keeps its keys
		if v := child(sops, "encrypted_suffix"); v != nil {
			s.suffix = v.Value
		}
		sealed := node
		if node, err = unseal(ctx, node, o.Decrypt); err != nil {
			return Config{}, fmt.Errorf("decrypting %q: %w", file, err)
		}
		if s.suffix == "" {
			s.opened(sealed, node)
		}
	}
	if node == nil {
		node = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	own := *node // the task keeps its own
	node, own.Content = &own, slices.Clone(own.Content)
	for _, text := range o.Set {
		if err := set(node, s.suffix, text); err != nil {
			return Config{}, err
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
func (t Task) configNode(instead string) (*yaml.Node, string, error) {
	file, node := t.file, t.config
	if instead != "" {
		text, err := os.ReadFile(instead)
		if err != nil {
			return nil, "", fault.Usagef("reading the config: %w", err)
		}
		file = instead
		if node, err = readDocument(file, text); err != nil {
			return nil, "", err
		}
	} else {
		var err error
		if node, file, err = inline(file, node, "config"); err != nil {
			return nil, "", err
		}
	}
	switch {
	case node == nil || node.Tag == "!!null":
		return nil, file, nil
	case node.Kind != yaml.MappingNode:
		return nil, "", fault.Usagef("a config is key: value lines").At(file, node.Line, node.Column)
	}
	return node, file, nil
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
	top, err := readDocument("", plain)
	if err != nil || top == nil || top.Kind != yaml.MappingNode {
		return nil, fault.Failedf("what came out is no JSON object") // the reason may quote a secret
	}
	for i := 0; i < len(top.Content); i += 2 {
		if top.Content[i].Value == "sops" {
			top.Content = append(top.Content[:i], top.Content[i+2:]...)
			break
		}
	}
	return top, nil
}
