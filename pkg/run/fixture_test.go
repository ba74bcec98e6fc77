package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/connkit/connkit/internal/fault"
)

// transactionsOf reads a fixture as a session does, and gives its transactions:
// documents with their lines.
func transactionsOf(f *fixture) (all []string, err error) {
	for {
		more, err := f.more()
		if err != nil || !more {
			return all, err
		}
		var docs []string
		for {
			line, more, err := f.next()
			if err != nil {
				return all, err
			}
			if !more {
				break
			}
			docs = append(docs, fmt.Sprintf("%d %s %s", f.line, line.collection, line.doc.Raw()))
		}
		all = append(all, strings.Join(docs, ", "))
	}
}

// A fixture is parted into transactions as flowctl parts it, whatever its line endings and blanks.
func TestTransactionsOfAFixture(t *testing.T) {
	t.Parallel()
	long := `["c",{"x":"` + strings.Repeat("y", 200<<10) + `"}]`
	for text, want := range map[string]string{
		"":                                       "[]",
		" \n\t\n\r\n":                            "[]",
		`["c",{}]`:                               "[1 c {}]",
		"[\"c\",{}]\n":                           "[1 c {}]",
		"[\"c\",{}]\n\n\n":                       "[1 c {}]",
		"[\"c\",{}]\n{\"commit\":true}\n":        "[1 c {}]",
		"[\"c\",{}]\n{\"commit\":true}\n \n":     "[1 c {}]",
		"{\"commit\":true}\n[\"c\",{}]\n":        "[][1 c {}]"[:2] + "[2 c {}]",
		"{\"commit\":true}\n{\"commit\":true}\n": "[][]",
		"\n\n[\"c\",{}]\n\n[\"d\",{}]\n":         "[3 c {}, 5 d {}]",
		"[\"c\",{}]\r\n{\"commit\":true}\r\n[\"d\",{}]\r\n": "[1 c {}][3 d {}]",
		"\ufeff[\"c\",{}]\n":                       "[1 c {}]",
		"\ufeff":                                   "[]",
		"  [ \"c\" , { \"a\" : 1 } ]  \n":          `[1 c { "a" : 1 }]`,
		"{\"commit\" : true , \"why\": 1}\n":       "[]",
		"[\"\\u00e9\",{\"n\":9007199254740993}]\n": `[1 é {"n":9007199254740993}]`,
		long + "\n" + long:                         "[1 c " + long[5:len(long)-1] + ", 2 c " + long[5:len(long)-1] + "]",
	} {
		for name, in := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			f, err := openFixture("-", in)
			if err != nil {
				t.Fatal(err)
			}
			all, err := transactionsOf(f)
			got := ""
			for _, one := range all {
				got += "[" + one + "]"
			}
			if err != nil || got != want {
				t.Errorf("%.40q %s: got %.80s, %v", text, name, got, err)
			}
		}
	}
}

// What is no document is told with its line.
func TestLinesThatAreNoDocuments(t *testing.T) {
	t.Parallel()
	const form = `["collection", {…}] or {"commit": true} is wanted`
	for text, want := range map[string]string{
		`"c"`: form, `[]`: form, `["c"]`: form, `["c",1]`: form, `["c",[]]`: form, `["c",null]`: form, `[1,{}]`: form, `["c",{},{}]`: form, `{}`: form, `{"commit":false}`: form, `{"commit":"true"}`: form, `null`: form, `5`: form,
		`["c",{]`: "it is no JSON: byte 6", `["c",{}`: "it is no JSON: byte 8", `["c",{}] x`: "it is no JSON: something follows it at byte 9", `['c',{}]`: "it is no JSON: byte 1", `{"commit":True}`: "it is no JSON: byte 10",
	} {
		f, err := openFixture("-", strings.NewReader("[\"c\",{}]\n\n"+text+"\n[\"c\",{}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		all, err := transactionsOf(f)
		if fault.KindOf(err) != fault.Usage || fmt.Sprint(err) != "stdin:3: "+want || len(all) != 0 {
			t.Errorf("%s: got %q, %v", text, all, err)
		}
	}
}

// The number of documents after which a crash is wished counts over all transactions.
func TestWhereAFixtureCrashes(t *testing.T) {
	t.Parallel()
	const text = "[\"c\",{\"n\":1}]\n[\"c\",{\"n\":2}]\n{\"commit\":true}\n[\"c\",{\"n\":3}]\n"
	for most, want := range map[int]int{0: 3, 1: 1, 2: 2, 3: 3, 4: 3} {
		f, err := openFixture("-", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		f.most = most
		_, err = transactionsOf(f)
		if f.given != want || (most > 0 && most <= 3) != errors.Is(err, errCrash) {
			t.Errorf("%d: %d were given, %v", most, f.given, err)
		}
	}
}

func TestFixturesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := openFixture(filepath.Join(dir, "none"), nil); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "reading the fixture: open ") {
		t.Errorf("got %v", err)
	}
	f, err := openFixture(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.more(); err == nil || !strings.HasPrefix(err.Error(), "reading the fixture: read ") {
		t.Errorf("got %v", err)
	}
	f.close()
	if f, err = openFixture("-", iotest.ErrReader(os.ErrDeadlineExceeded)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.next(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	f.close()
	(*fixture)(nil).close() // of a capture
}
