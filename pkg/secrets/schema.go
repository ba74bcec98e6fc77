package secrets

import (
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// bySchema refuses a document with a value in clear where the connector's schema marks
// a secret, or, with Fix, gives the document in which those keys carry the suffix.
func (d *document) bySchema(suffix string, opts EncryptOptions) (fixed *document, notes []string, err error) {
	if opts.Schema == nil {
		return d, nil, nil
	}
	config, err := flow.Strip(d.file, d.text, "")
	if err != nil {
		return nil, nil, withoutValues(err)
	}
	c := checker{allow: opts.Allow}
	var bare []string
	for _, p := range flow.UnmarkedSecrets(opts.Schema, config, suffix) {
		if !c.allows(p) {
			bare = append(bare, p)
		}
	}
	if len(bare) == 0 {
		return d, nil, nil
	}
	if !opts.Fix {
		e := fault.Blockedf("the schema marks %s as secret, and no key there ends in %s", strings.Join(bare, ", "), suffix).
			WithHint("--fix renames them, so that they do")
		if _, key, err := d.keyAt(bare[0]); err == nil {
			return nil, nil, d.at(key, e)
		}
		return nil, nil, e.At(d.file, 0, 0)
	}
	text, err := d.withSuffix(bare, suffix)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range bare {
		notes = append(notes, fmt.Sprintf("%s is now %s%s, since the schema marks it as secret", p, p, suffix))
	}
	fixed, err = parse(d.file, d.format, text)
	return fixed, notes, err
}
