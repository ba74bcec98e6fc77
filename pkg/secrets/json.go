package secrets

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/connkit/connkit/internal/fault"
)

// deepest is how deep a JSON text may nest.
const deepest = 1000

func (d *document) readJSON() error {
	if bytes.HasPrefix(d.text, bom) {
		return fault.Usagef("it begins with a byte order mark, which JSON and sops do not take").At(d.file, 1, 1)
	}
	var whole json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(d.text, &whole); errors.As(err, &syntax) {
		line, col := d.position(min(max(int(syntax.Offset)-1, 0), len(d.text)))
		return fault.Usagef("it is no JSON from here on").At(d.file, line, col)
	}
	r := &jsonReader{document: d, line: 1}
	r.blank()
	if r.text[r.i] != '{' {
		return fault.Usagef("a config is a JSON object").At(d.file, r.line, r.i-r.start+1)
	}
	var err error
	if d.root, err = r.value(0); err != nil {
		return err
	}
	if len(d.root.members) == 0 {
		return fault.Usagef("it is empty").At(d.file, 0, 0)
	}
	return nil
}
