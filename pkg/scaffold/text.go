package scaffold

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/connkit/connkit/internal/fault"
)

// renderText executes one text template. It has no function that reads, writes or runs anything.
func renderText(name, text string, vars map[string]any) (string, error) {
	funcs := template.FuncMap{"json": quote, "yaml": quote}
	t, err := template.New(name).Option("missingkey=error").Funcs(funcs).Parse(text)
	if err != nil {
		return "", fault.Usagef("%s", strings.TrimPrefix(err.Error(), "template: "))
	}
	var b limited
	if err := t.Execute(&b, vars); err != nil {
		return "", fault.Usagef("%s", strings.TrimPrefix(err.Error(), "template: "))
	}
	return b.String(), nil
}

// limited is a buffer that refuses to grow past maxFile.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxFile {
		return 0, fmt.Errorf("it grows past %d bytes", maxFile)
	}
	return l.Buffer.Write(p)
}

// quote spells a string as JSON, which TOML, YAML, Python and Go read alike.
func quote(s string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}
