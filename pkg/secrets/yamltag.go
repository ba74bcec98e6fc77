package secrets

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// tags that sops carries through a file; of those, texts may have one written.
var knownTags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!timestamp", "!!merge"}

func known(tag string) bool { return slices.Contains(knownTags, tag) }

// checkTag refuses a tag that sops does not keep, or that says something else of a value
// than what it is: sops reads such a value as nothing, which it leaves in clear.
func (r *yamlReader) checkTag(n *yaml.Node) error {
	tag := n.ShortTag()
	if n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle == 0 && known(tag) {
		return nil
	}
	bare := yaml.Node{Kind: n.Kind, Value: n.Value}
	if n.Style&^yaml.TaggedStyle != 0 { // in quotes it is a text
		bare.Style = yaml.DoubleQuotedStyle
	}
	switch is := bare.ShortTag(); {
	case tag == "!!str" && n.Kind == yaml.ScalarNode:
		return nil
	case known(tag) && tag != "!!timestamp" && tag != "!!merge" && tag == is:
		return nil
	case known(tag) && tag != is:
		return r.doc.Errorf(n, "the tag %s does not fit what stands behind it", tag).WithHint("leave the tag out")
	case !strings.HasPrefix(tag, "!!"): // it may be a password that begins so
		tag = "here"
	}
	return r.doc.Errorf(n, "the tag %s is none that sops keeps", tag).WithHint("leave the tag out, and quote a value that begins with !")
}
