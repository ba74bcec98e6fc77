package endpoint

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// The two kinds of endpoint.
const (
	Local = "local"
	Image = "image"
)

// Options say what a task is pointed at.
type Options struct {
	To      string   // [Local] or [Image]
	Task    string   // "" is the only one of the file
	Image   string   // for [Image]
	Command []string // for [Local], where the file remembers none
}

// Change is what becomes of a catalog file.
type Change struct {
	Task    string `json:"task"`
	To      string `json:"to"`
	Image   string `json:"image,omitempty"`
	Changed bool   `json:"changed"` // false: it was so already
	Text    []byte `json:"-"`       // of the file afterwards
}

// keys are the keys of an endpoint, in which Flow has another word for the image.
var keys = map[string]string{Local: "local", Image: "connector"}

// Switch points a task at its image or at its local command. Config and
// bindings stay as they are. An endpoint that cannot be edited without loss is
// a [fault.Usage] error that says what to write.
func Switch(file string, text []byte, o Options) (Change, error) {
	d, err := do(file, text, o)
	if err != nil || !d.put {
		return d.Change, err
	}
	back, err := do(file, d.Text, o.back())
	if err != nil || !bytes.Equal(back.Text, text) {
		return Change{}, refuse(file, 0, o)
	}
	return d.Change, nil
}

// back undoes a switch. What stands in the file is remembered there.
func (o Options) back() Options {
	if o.To == Image {
		return Options{To: Local, Task: o.Task, Command: []string{"true"}}
	}
	return Options{To: Image, Task: o.Task, Image: "true"}
}

// done is a change, and whether it has put in what the file remembered nothing of.
type done struct {
	Change
	put bool
}

func do(file string, text []byte, o Options) (done, error) {
	doc, err := yamltext.Parse(file, text)
	if err != nil {
		return done{}, err
	}
	s, err := find(doc, o.Task)
	if err != nil {
		return done{}, err
	}
	d := done{Change: Change{Task: s.task, To: o.To, Image: o.Image, Text: text}}
	if s.side == o.To {
		return d, s.sameSide(&d, o)
	}
	if o.To == Local && len(o.Command) == 0 && !s.remembers() {
		return d, s.doc.Errorf(s.key, "nothing tells what the local command of %q is", s.task).WithHint("write it by hand: local: command: [PROGRAM, ARGUMENT]")
	}
	d.Changed = true
	if s.value.Style&yaml.FlowStyle != 0 {
		d.Text, d.put, err = s.inBraces(o)
	} else {
		d.Text, d.put, err = s.onLines(o)
	}
	if err == nil {
		err = s.verify(d.Text, o)
	}
	return d, err
}

// sameSide sets another image, or does nothing.
func (s *spot) sameSide(d *done, o Options) error {
	image := yamltext.Get(s.value, "image")
	if o.To == Local || image == nil || image.Value == o.Image || o.Image == "" {
		if image != nil {
			d.Image = image.Value
		}
		return nil
	}
	span, err := s.doc.Span(image)
	if err != nil {
		return err
	}
	value := yamltext.Scalar(o.Image, image)
	splices := append(s.noted(string(s.doc.Bytes(span)), value), yamltext.Splice{Span: span, Text: value})
	d.Changed, d.Text = true, yamltext.Apply(s.doc.Text, splices)
	return s.verify(d.Text, o)
}

// noted changes the image in the comment that tells what a switch has put in:
// the line above, if it says what stands there now.
func (s *spot) noted(was, is string) []yamltext.Splice {
	line := s.doc.Line(yamltext.Get(s.value, "image").Line - 1)
	if s.value.Style&yaml.FlowStyle != 0 {
		line = s.doc.Line(s.key.Line - 1)
	}
	text := string(s.doc.Bytes(line))
	for _, mark := range []string{putIn + "image: ", `"put":"image: `} {
		if i := strings.LastIndex(text, mark+was); i >= 0 && strings.Contains(text, "#connkit use ") {
			start := line.Start + i + len(mark)
			return []yamltext.Splice{{Span: yamltext.Span{Start: start, End: start + len(was)}, Text: is}}
		}
	}
	return nil
}

// verify reads the new text and compares it with the old: the endpoint is of the
// other kind, its config is the same, and nothing else has changed.
func (s *spot) verify(text []byte, o Options) error {
	doc, err := yamltext.Parse(s.doc.File, text)
	if err != nil {
		return refuse(s.doc.File, s.key.Line, o)
	}
	now, err := find(doc, s.task)
	if err != nil || now.side != o.To {
		return refuse(s.doc.File, s.key.Line, o)
	}
	same := yamltext.Equal(s.doc.Root, doc.Root, map[*yaml.Node]bool{s.key: true, now.key: true}) &&
		yamltext.Equal(yamltext.Get(s.value, "config"), yamltext.Get(now.value, "config"), nil)
	if image := yamltext.Get(now.value, "image"); o.To == Image && (image == nil || image.Value == "") {
		same = false
	}
	if !same {
		return refuse(s.doc.File, s.key.Line, o)
	}
	return nil
}

func refuse(file string, line int, o Options) error {
	text := "connector: image: " + o.Image
	if o.To == Local {
		text = "local: command: [" + strings.Join(o.Command, ", ") + "]"
	}
	return fault.Usagef("this endpoint is written in a way that cannot be edited safely").At(file, line, 0).WithHint("write it by hand: %s", text)
}

// newPair is the line for a kind that the file remembers nothing of.
func newPair(o Options) string {
	if o.To == Image {
		return "image: " + yamltext.Scalar(o.Image, &yaml.Node{Tag: "!!str"})
	}
	var words []string
	for _, w := range o.Command {
		words = append(words, yamltext.Scalar(w, &yaml.Node{Tag: "!!str"}))
	}
	return "command: [" + strings.Join(words, ", ") + "]"
}
