// Package fakeflow plays Flow connectors, good ones and ones that misbehave,
// for the tests of several rooms: their test binaries start themselves as one.
//
// [Play] is the program; its name says what it does wrong.
package fakeflow

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// request is what a fake looks at in a request line.
type request struct {
	Spec, Discover, Acknowledge, Load, Read, Flush, Store, StartCommit, Reset json.RawMessage

	Validate *struct {
		Config     json.RawMessage
		Bindings   []binding
		Transforms []json.RawMessage
	}
	Apply *struct{ Capture, Materialization *task }
	Open  *struct {
		Capture, Materialization *task
		Collection               json.RawMessage
		State                    map[string]any
		Range                    json.RawMessage
		Version                  string
	}
}

type task struct {
	Name     string
	Config   map[string]any
	Bindings []binding
}

type binding struct {
	ResourceConfig map[string]any
	ResourcePath   []string
	StateKey       string
	Backfill       int
	Collection     json.RawMessage
}

// Spec is the answer to spec of every fake.
const Spec = `{"spec":{"protocol":3032023,"configSchema":{"type":"object","properties":{"token":{"type":"string","secret":true},"n":{"type":"integer"}}},` +
	`"resourceConfigSchema":{"type":"object","properties":{"stream":{"type":"string"}},"required":["stream"]},` +
	`"documentationUrl":"https://example.com","resourcePathPointers":["/stream"]}}`

// fake is a connector that runs.
type fake struct {
	name string
	in   *bufio.Reader
	out  *bufio.Writer
	err  io.Writer
}

// Play is a connector of that name: it answers until its input or its part
// ends. The result is an exit status.
func Play(name string, in io.Reader, out, errOut io.Writer) int {
	if name == "script" {
		return playScript(in, out, errOut)
	}
	f := &fake{name, bufio.NewReader(in), bufio.NewWriter(out), errOut}
	defer f.out.Flush() //nolint:errcheck // a test sees what is missing
	for {
		r, ok := f.next()
		if !ok {
			return 0
		}
		if status, done := f.answer(r); done {
			return status
		}
		_ = f.out.Flush()
	}
}

func (f *fake) next() (request, bool) {
	var r request
	line, err := f.in.ReadBytes('\n')
	if err != nil {
		return r, false
	}
	if err := json.Unmarshal(line, &r); err != nil {
		fmt.Fprintln(f.err, "no request:", err)
		return r, false
	}
	return r, true
}

func (f *fake) say(format string, args ...any) { fmt.Fprintf(f.out, format+"\n", args...) }

// answer deals with a request. Names say in which request a fake goes wrong.
func (f *fake) answer(r request) (status int, done bool) {
	switch {
	case r.Spec != nil:
		f.say("%s", Spec)
	case r.Discover != nil:
		f.discover()
	case r.Validate != nil:
		return f.validate(r)
	case r.Apply != nil:
		f.say(`{"applied":{"actionDescription":"made tables"}}`)
	case r.Open != nil && r.Open.Capture != nil:
		return f.capture(r), true
	case r.Open != nil && r.Open.Materialization != nil:
		return f.materialize(), true
	case r.Open != nil:
		return f.derive(r), true
	}
	return 0, false
}

func (f *fake) discover() {
	names := []string{"users", "odd/na me"}
	if f.name == "unstable" && os.Getpid()%2 == 0 {
		names = names[:1]
	}
	var list []string
	for _, n := range names {
		list = append(list, fmt.Sprintf(`{"recommendedName":%q,"resourceConfig":{"stream":%q},"documentSchema":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"}},"required":["id"]},"key":["/id"]}`, n, n))
	}
	f.say(`{"discovered":{"bindings":[%s]}}`, strings.Join(list, ","))
}

func (f *fake) validate(r request) (status int, done bool) {
	var list []string
	for i, b := range r.Validate.Bindings {
		path := fmt.Sprint(b.ResourceConfig["stream"])
		if b.ResourceConfig["_meta"] != nil {
			fmt.Fprintln(f.err, `{"level":"fatal","msg":"_meta is no key of a resource"}`)
			return 1, true
		}
		switch f.name {
		case "one path":
			path = "same"
		case "no path":
			list = append(list, `{"resourcePath":[]}`)
			continue
		}
		constraints := `"constraints":{"id":{"type":"LOCATION_REQUIRED","reason":"a key"},"flow_document":{"type":"FIELD_REQUIRED","reason":"the document"},"name":{"type":"FIELD_OPTIONAL"}}`
		if strings.Contains(string(b.Collection), "deep/x") {
			constraints = strings.Replace(constraints, "}}", `},"deep/x":{"type":"FIELD_OPTIONAL"}}`, 1)
		}
		switch f.name {
		case "newer":
			constraints = `"projectionConstraints":[{"field":"id","constraint":{"type":"FIELD_OPTIONAL"}},{"field":"id","constraint":{"type":"LOCATION_REQUIRED"}},{"field":"name","constraint":{"type":"FIELD_FORBIDDEN"}}]`
		case "incompatible":
			constraints = `"constraints":{"name":{"type":"UNSATISFIABLE","reason":"the column is a number"}}`
		case "odd constraint":
			constraints = `"constraints":{"name":{"type":"MAYBE"}}`
		case "needs more":
			constraints = `"constraints":{"none":{"type":"FIELD_REQUIRED","reason":"a column has no default"}}`
		}
		list = append(list, fmt.Sprintf(`{"resourcePath":[%q],"deltaUpdates":%v,%s}`, path, f.name == "delta", constraints))
		if i == 0 && f.name == "too few" {
			break
		}
	}
	if f.name == "refuses" {
		fmt.Fprintln(f.err, `{"level":"fatal","msg":"the token is not accepted"}`)
		return 1, true
	}
	transforms := strings.Repeat(`{"readOnly":true},`, len(r.Validate.Transforms))
	f.say(`{"validated":{"bindings":[%s],"transforms":[%s]}}`, strings.Join(list, ","), strings.TrimSuffix(transforms, ","))
	return 0, false
}
