package run

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
)

// fixture is a file of documents, a line each: ["collection", {…}]. A line
// {"commit": true} ends a transaction; what stands behind the last one is one
// more, and an empty file is an empty one. The form is flowctl's.
type fixture struct {
	name  string
	file  *os.File // nil for Stdin
	in    *bufio.Reader
	line  int
	ended bool
	begun bool // something of it was given
	doc   jsonschema.Doc

	given, most int // documents, and those after which errCrash is given; 0 is never
}

// errCrash stands for the moment at which a connector is to be killed.
var errCrash = errors.New("the connector is killed now")

// fixtureLine is a document of a fixture. It holds until the next one.
type fixtureLine struct {
	collection string
	doc        jsonschema.Value
}

func openFixture(name string, stdin io.Reader) (*fixture, error) {
	if name == "-" {
		return &fixture{name: "stdin", in: bufio.NewReaderSize(stdin, 64<<10)}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fault.Usagef("reading the fixture: %w", err)
	}
	return &fixture{name: name, file: file, in: bufio.NewReaderSize(file, 64<<10)}, nil
}

func (f *fixture) close() {
	if f != nil && f.file != nil {
		_ = f.file.Close() // it was only read
	}
}

// next gives the next document of a transaction, or false at its end.
func (f *fixture) next() (fixtureLine, bool, error) {
	if f.most > 0 && f.given >= f.most {
		return fixtureLine{}, false, errCrash
	}
	for !f.ended {
		text, err := f.in.ReadBytes('\n')
		if f.line++; f.line == 1 {
			text = bytes.TrimPrefix(text, utf8BOM)
		}
		if err != nil {
			f.ended = true
			if !errors.Is(err, io.EOF) {
				return fixtureLine{}, false, fmt.Errorf("reading the fixture: %w", err)
			}
		}
		if len(bytes.TrimRight(text, " \t\r\n")) == 0 {
			continue
		}
		v, err := f.doc.Parse(text)
		if err != nil {
			return fixtureLine{}, false, f.errorf("%v", err)
		}
		if commit := v.Get("commit"); commit.True() {
			return fixtureLine{}, false, nil
		}
		return f.document(v)
	}
	return fixtureLine{}, false, nil
}

func (f *fixture) document(v jsonschema.Value) (fixtureLine, bool, error) {
	const form = `["collection", {…}] or {"commit": true} is wanted`
	if v.Kind() != jsonschema.Array {
		return fixtureLine{}, false, f.errorf(form)
	}
	name := v.First()
	if !name.Exists() || name.Kind() != jsonschema.String {
		return fixtureLine{}, false, f.errorf(form)
	}
	doc := name.Next()
	if !doc.Exists() || doc.Kind() != jsonschema.Object || doc.Next().Exists() {
		return fixtureLine{}, false, f.errorf(form)
	}
	f.given++
	return fixtureLine{name.Text(), doc}, true, nil
}

// crash kills the connector of a session within a transaction, when it has
// been told what it is to know.
func (d *dialogue) crash(ctx context.Context) (ended string, err error) {
	err = d.flush(ctx)
	d.session.Kill()
	return byKill, err
}

func (f *fixture) errorf(format string, args ...any) error {
	return fault.Usagef(format, args...).At(f.name, f.line, 0)
}

// utf8BOM is what some editors put before a text.
var utf8BOM = []byte("\xef\xbb\xbf")
