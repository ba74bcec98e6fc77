package build

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/build/inputs"
	"github.com/connkit/connkit/pkg/flow"
)

// largestConfig is the size up to which a file is read to see whether it is a config.
const largestConfig = 1 << 20

// warn looks for what should not go into an image: credentials in plain text
// among the connector's files, and folders that .dockerignore lets through.
func (o *Options) warn(t *Target) {
	for _, f := range t.source.files {
		rel, own := strings.CutPrefix(f.Path, t.Connector+"/")
		if !own || f.Link != "" || f.Size > largestConfig || forTests().MatchString(rel) {
			continue
		}
		if what := o.looksSecret(t, f.Path, rel); what != "" {
			t.Warnings = append(t.Warnings, fmt.Sprintf("%s %s, and the build takes it: encrypt it, or leave it out by %s", f.Path, what, inputs.IgnoreFile))
			t.Ignore = append(t.Ignore, literally.Replace(f.Path))
		}
	}
	if t.source.recipe == nil {
		t.Ignore = append(t.Ignore, t.letThrough()...)
	}
}

// literally spells a path so that .dockerignore takes it for no pattern.
var literally = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// letThrough gives the lines that would keep folders of tools out of the context.
func (t *Target) letThrough() []string {
	var lines []string
	for _, line := range inputs.Junk() {
		name := strings.TrimPrefix(line, "**/")
		for _, place := range []string{name, path.Join(t.Connector, name)} {
			if strings.Contains(name, "*") || t.source.context.Ignores(place) {
				continue
			}
			if _, err := os.Lstat(filepath.Join(t.source.context.Root, filepath.FromSlash(place))); err == nil && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

var (
	secretFiles = []string{".env", "*.decrypted.*", "id_rsa", "id_ed25519", "*.p12", "*.pfx"}
	configFiles = []string{"*config*.yaml", "*config*.yml", "*config*.json", "*secret*.yaml", "*secret*.json", "*credential*.json"}
	forTests    = pattern.Lazy(`(^|/)(tests?|testdata|[a-z]+_tests|fixtures)/`) // what is made up
	privateKey  = pattern.Lazy(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)
	placeholder = pattern.Lazy(`(?i)^$|replace|change-?me|example|your|placeholder|dummy|fake|^x+$|^\*+$|^<.*>$|^\$\{`)
)

// looksSecret tells what about a file looks secret, never quoting a value.
func (o *Options) looksSecret(t *Target, file, rel string) string {
	base := path.Base(rel)
	match := func(globs []string) bool {
		return slices.ContainsFunc(globs, func(g string) bool { ok, _ := path.Match(g, base); return ok }) // our own globs are right
	}
	if match(secretFiles) {
		return "is where credentials are kept"
	}
	key := strings.HasSuffix(base, ".pem") || strings.HasSuffix(base, ".key")
	if !key && !match(configFiles) {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(t.source.context.Root, filepath.FromSlash(file)))
	switch {
	case err != nil:
		return ""
	case privateKey().Match(text):
		return "holds a private key"
	case key:
		return ""
	}
	return o.plainSecret(text)
}

// plainSecret names the first key of a config whose value looks secret and is
// not encrypted.
func (o *Options) plainSecret(text []byte) string {
	var doc yaml.Node
	if yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc) != nil || len(doc.Content) == 0 {
		return ""
	}
	top := doc.Content[0]
	for i := 0; top.Kind == yaml.MappingNode && i < len(top.Content); i += 2 {
		if top.Content[i].Value == "sops" {
			return ""
		}
	}
	if key := o.plainKey(top); key != nil {
		return fmt.Sprintf("is plain text: %q in line %d looks secret", key.Value, key.Line)
	}
	return ""
}

func (o *Options) plainKey(n *yaml.Node) *yaml.Node {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			value := n.Content[i+1]
			secret := value.Kind == yaml.ScalarNode && o.seems(child.Value, value.Value) != "" || strings.HasSuffix(child.Value, flow.SecretSuffix) || secretWord().MatchString(child.Value) && !notSecret().MatchString(child.Value)
			if secret && value.Kind == yaml.ScalarNode && value.Tag == "!!str" && !placeholder().MatchString(value.Value) {
				return child
			}
			continue
		}
		if found := o.plainKey(child); found != nil {
			return found
		}
	}
	return nil
}
