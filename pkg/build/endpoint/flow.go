package endpoint

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// memory is what a comment keeps of an endpoint in braces, which cannot be
// made a comment itself.
type memory struct {
	Was string `json:"was"` // the endpoint's text, with hole in the place of the config
	Put string `json:"put"` // what was put in
}

const (
	remembers = "#connkit use remembers: "
	hole      = "\x00"
)

// inBraces switches an endpoint in braces: its text is written anew, and the old
// one remembered in a comment above the line.
func (s *spot) inBraces(o Options) (text []byte, put bool, err error) {
	doc := s.doc
	key, err := doc.Span(s.key)
	if err != nil {
		return nil, false, err
	}
	value, err := doc.Span(s.value)
	if err != nil {
		return nil, false, err
	}
	old := string(doc.Text[key.Start:value.End])
	hollow, config, err := s.hollow(key.Start, old)
	if err != nil {
		return nil, false, err
	}
	start := bytes.LastIndexByte(doc.Text[:key.Start], '\n') + 1
	had, above, err := recall(doc.Text, start)
	if err != nil {
		return nil, false, doc.Errorf(s.key, "%w", err)
	}
	pair := newPair(o)
	if had != nil {
		if got := s.own(); got != had.Put {
			return nil, false, fault.Usagef("%q was put in by connkit use, and it is %q now", had.Put, got).At(doc.File, s.key.Line, s.key.Column).
				WithHint("write %q again, or remove the comment that remembers the other endpoint", had.Put)
		}
		now := strings.Replace(had.Was, hole, config, 1)
		return splice(doc.Text, []yamltext.Splice{{Span: above, Text: ""}, {Span: yamltext.Span{Start: key.Start, End: value.End}, Text: now}}), false, nil
	}
	rename, err := s.renamed(o.To)
	if err != nil {
		return nil, false, err
	}
	now := rename.Text + string(doc.Text[key.End:value.Start]) + "{" + s.pad() + pair
	if config != "" {
		now += ", config: " + config
	}
	now += s.pad() + "}"
	note, err := json.Marshal(memory{hollow, pair})
	if err != nil {
		return nil, false, err
	}
	line := indentOf(doc.Text[start:]) + remembers + string(note) + doc.EOL()
	return splice(doc.Text, []yamltext.Splice{
		{Span: yamltext.Span{Start: start, End: start}, Text: line}, {Span: yamltext.Span{Start: key.Start, End: value.End}, Text: now},
	}), true, nil
}

func splice(text []byte, list []yamltext.Splice) []byte { return yamltext.Apply(text, list) }

// hollow cuts the value of config out of an endpoint's text, which begins at start.
func (s *spot) hollow(start int, text string) (hollow, config string, err error) {
	node := yamltext.Get(s.value, "config")
	if node == nil {
		return text, "", nil
	}
	span, err := s.doc.Span(node)
	if err != nil {
		return "", "", err
	}
	return text[:span.Start-start] + hole + text[span.End-start:], string(s.doc.Bytes(span)), nil
}

// own gives the text of the first pair but config: what a switch puts in.
func (s *spot) own() string {
	for i := 0; i < len(s.value.Content); i += 2 {
		if s.value.Content[i].Value == "config" {
			continue
		}
		from, err := s.doc.Span(s.value.Content[i])
		to, err2 := s.doc.Span(s.value.Content[i+1])
		if err == nil && err2 == nil {
			return string(s.doc.Text[from.Start:to.End])
		}
	}
	return ""
}

// pad is the blank behind the brace, where there is one.
func (s *spot) pad() string {
	if span, err := s.doc.Span(s.value); err == nil && strings.HasPrefix(string(s.doc.Bytes(span)), "{ ") {
		return " "
	}
	return ""
}

// recall reads the comment in the line above the one that begins at start.
func recall(text []byte, start int) (*memory, yamltext.Span, error) {
	if start == 0 {
		return nil, yamltext.Span{}, nil
	}
	begin := bytes.LastIndexByte(text[:start-1], '\n') + 1
	note, ok := strings.CutPrefix(strings.TrimSpace(string(text[begin:start])), remembers)
	if !ok {
		return nil, yamltext.Span{}, nil
	}
	var m memory
	if err := json.Unmarshal([]byte(note), &m); err != nil {
		return nil, yamltext.Span{}, fault.Usagef("the comment that remembers the other endpoint cannot be read: %w", err)
	}
	return &m, yamltext.Span{Start: begin, End: start}, nil
}

func indentOf(line []byte) string { return string(line[:len(line)-len(bytes.TrimLeft(line, " "))]) }
