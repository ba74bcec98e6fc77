package ui

import (
	"bytes"
	"encoding/json"

	"github.com/connkit/connkit/internal/pattern"
)

// JSON prints a document indented, in its own order, and coloured where there
// are colours: keys, texts, and the rest.
func (p *Page) JSON(doc json.RawMessage) {
	var b bytes.Buffer
	if err := json.Indent(&b, doc, "", "  "); err != nil {
		p.Raw(string(doc) + "\n")
		return
	}
	p.Raw(p.colourJSON(b.String()) + "\n")
}

// jsonToken is a text, with the colon behind it when it is a key, or a word or number.
var jsonToken = pattern.Lazy(`"(?:[^"\\]|\\.)*"(?:: )?|[-0-9.eE+]+|true|false|null`)

func (p *Page) colourJSON(text string) string {
	if p.st.cyan.Render("x") == "x" {
		return text
	}
	return jsonToken().ReplaceAllStringFunc(text, func(token string) string {
		switch {
		case token[0] != '"':
			return p.st.yellow.Render(token)
		case token[len(token)-1] == ' ':
			return p.st.cyan.Render(token[:len(token)-2]) + ": "
		}
		return p.st.green.Render(token)
	})
}
