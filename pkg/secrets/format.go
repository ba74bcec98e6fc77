package secrets

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
)

// Format is how a file is written.
type Format string

// The formats.
const (
	YAML Format = "yaml"
	JSON Format = "json"
)

// formatOf tells the format by the name of a file, as sops does, unless one is given.
func formatOf(file string, given Format) (Format, error) {
	if given != "" {
		if given != YAML && given != JSON {
			return "", fault.Usagef("the format %q is none of yaml, json", given)
		}
		return given, nil
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".yaml", ".yml":
		return YAML, nil
	case ".json":
		return JSON, nil
	}
	return "", fault.Usagef("its name ends in none of .yaml, .yml, .json").At(file, 0, 0).WithHint("--input-type yaml, or rename it")
}

// parse reads a text. What cannot be a config is a [fault.Usage] error with
// file, line and column, and without any value.
func parse(file string, format Format, text []byte) (*document, error) {
	usage := func(message string) error { return fault.Usagef("%s", message).At(file, 0, 0) }
	switch {
	case !utf8.Valid(text):
		return nil, usage("it is not UTF-8 text")
	case bytes.IndexByte(text, 0) >= 0:
		return nil, usage("it holds a NUL byte")
	case bytes.HasPrefix(text, []byte("\ufeff\ufeff")): // of two the parser loses letters
		return nil, usage("it begins with two byte order marks")
	case len(bytes.TrimSpace(bytes.TrimPrefix(text, bom))) == 0:
		return nil, usage("it is empty")
	}
	d := &document{file: file, format: format, text: text, eol: "\n"}
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		d.eol = "\r\n"
	}
	crlf := bytes.Count(text, []byte("\r\n"))
	d.mixed = crlf > 0 && crlf < bytes.Count(text, []byte("\n"))
	read := d.readYAML
	if format == JSON {
		read = d.readJSON
	}
	if err := read(); err != nil {
		return nil, err
	}
	return d, nil
}

var bom = []byte("\xef\xbb\xbf")

// checkKeys refuses a map that has a key twice; sops would keep one or both.
func (d *document) checkKeys(members []member) error {
	seen := make(map[string]int, len(members))
	for _, m := range members {
		if line, twice := seen[m.key.value]; twice {
			return d.at(m.key, fault.Usagef("key %q stands here twice: line %d has it too", m.key.value, line))
		}
		seen[m.key.value] = m.key.line
	}
	return nil
}
