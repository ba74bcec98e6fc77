package conform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// gathered makes the documents of one session with the key /id of collection c.
func gathered(redact ...string) *documents {
	return &documents{keys: map[string][][]string{"c": {{"id"}}, "two": {{"a"}, {"b", "c"}}}, committed: map[uint64]bool{}, names: map[uint64]string{}, seed: seed, redact: redactions(redact), keep: true}
}

func say(t *testing.T, d *documents, text string) {
	t.Helper()
	if n, err := d.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatalf("%d of %d, %v", n, len(text), err)
	}
}

// Lines come in whatever pieces they are written in.
func TestDocumentsInPieces(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(`["c",{"id":1,"text":"é\n"}]`+"\n", 50)
	for _, size := range []int{1, 2, 7, 28, 29, 1000, len(text)} {
		d := gathered()
		for i := 0; i < len(text); i += size {
			say(t, d, text[i:min(i+size, len(text))])
		}
		if d.count != 50 || len(d.rest) != 0 || len(d.pending) != 50 {
			t.Errorf("by %d: %d documents, %d bytes left", size, d.count, len(d.rest))
		}
	}
}

// A key is what stands at its pointers; what is not there is null.
func TestKeysOfDocuments(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for _, line := range []string{
		`["c",{"id":1}]`, `["c",{"id":"1"}]`, `["c",{"id":2}]`, `["c",{}]`, `["two",{"a":1,"b":{"c":2}}]`, `["two",{"a":1}]`, `["two",{"a":"1 2"}]`, `["two",{"a":1,"b":{"c":"null"}}]`, `["none",{"id":1}]`, `["none",{}]`,
	} {
		d := gathered()
		say(t, d, line+"\n")
		for _, text := range d.names {
			texts[text] = true
		}
	}
	want := []string{`c "1"`, "c 1", "c 2", "c null", "none ", `two "1 2" null`, `two 1 "null"`, "two 1 2", "two 1 null"}
	var got []string
	for text := range texts {
		got = append(got, text)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// What was committed in one session and never again is missing.
func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	session := func(committed int, ids ...int) *documents {
		d := gathered()
		for i, id := range ids {
			say(t, d, fmt.Sprintf(`["c",{"id":%d}]`+"\n", id))
			if i+1 == committed {
				d.commit()
			}
		}
		return d
	}
	whole := session(4, 1, 2, 3, 4)
	for name, tt := range map[string]struct {
		before, after *documents
		missing       []string
		within        bool
	}{
		"nothing lost":       {session(2, 1, 2, 3), session(2, 3, 4), nil, true},
		"all again":          {session(0), session(4, 1, 2, 3, 4), nil, true},
		"one never again":    {session(2, 1, 2, 3), session(1, 4), []string{"c 3"}, true}, // printed before the kill, and not committed
		"two of them":        {session(1, 1, 2, 3), session(1, 4), []string{"c 2", "c 3"}, true},
		"not committed":      {session(2, 1, 2), session(1, 3, 4), []string{"c 4"}, true},
		"others than before": {session(2, 7, 8), session(2, 9, 10), []string{"c 1", "c 2", "c 3", "c 4"}, false},
	} {
		if got := whole.missing(tt.before, tt.after); !slices.Equal(got, tt.missing) || tt.before.within(whole) != tt.within {
			t.Errorf("%s: got %q, within is %v", name, got, tt.before.within(whole))
		}
	}
	many := gathered()
	for i := range mostNames + 5 {
		say(t, many, fmt.Sprintf(`["c",{"id":%d}]`+"\n", i))
	}
	many.commit()
	if got := many.missing(); len(got) != mostNames+5 || got[mostNames+4] != "one of many" || !slices.IsSorted(got) {
		t.Errorf("got %d, the last is %q", len(got), got[len(got)-1])
	}
	if len(many.lines) != mostLines {
		t.Errorf("%d lines are kept", len(many.lines))
	}
}

// Values at pointers are left out, in objects and lists, of one collection or all; nothing else changes.
func TestRedactions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		redact    []string
		doc, want string
	}{
		{nil, `{"id": 1,  "a":[1, 2]}`, `{"id": 1,  "a":[1, 2]}`},
		{nil, `{"id":1,"_meta":{"uuid":"x","op":"u"}}`, `{"id":1,"_meta":{"uuid":"(redacted)","op":"u"}}`},
		{[]string{"/ts"}, `{"id":1,"ts":123.5}`, `{"id":1,"ts":"(redacted)"}`},
		{[]string{"/ts"}, `{"id":1,"deep":{"ts":1}}`, `{"id":1,"deep":{"ts":1}}`},
		{[]string{"/deep/ts"}, `{"ts":1,"deep":{"ts":1,"n":1.50}}`, `{"ts":1,"deep":{"ts":"(redacted)","n":1.50}}`},
		{[]string{"/deep"}, `{"deep":{"ts":1}}`, `{"deep":"(redacted)"}`},
		{[]string{"/l/1/ts"}, `{"l":[{"ts":1},{"ts":2,"k":3},{"ts":4}]}`, `{"l":[{"ts":1},{"ts":"(redacted)","k":3},{"ts":4}]}`},
		{[]string{"/l/0"}, `{"l":[[1, 2],{"a" : 3}],"m":[1, 2]}`, `{"l":["(redacted)",{"a":3}],"m":[1, 2]}`},
		{[]string{"/l/9/ts", "/none/x"}, `{"l":[{"ts": 1}]}`, `{"l":[{"ts": 1}]}`},
		{[]string{"/a~1b~0"}, `{"a/b~":1,"é":2}`, `{"a/b~":"(redacted)","é":2}`},
		{[]string{"c:/ts", "other:/id"}, `{"id":1,"ts":1}`, `{"id":1,"ts":"(redacted)"}`},
		{[]string{"other:/ts"}, `{"id":1,"ts":1}`, `{"id":1,"ts":1}`},
		{[]string{"/a", "/a/b"}, `{"a":{"b":1}}`, `{"a":"(redacted)"}`},
		{[]string{"/n"}, `{"n":null,"q\"":"\u00e9"}`, `{"n":"(redacted)","q\"":"\u00e9"}`},
	} {
		d := gathered(tt.redact...)
		say(t, d, `["c",`+tt.doc+"]\n")
		if got := string(d.text()); got != `["c",`+tt.want+"]\n" {
			t.Errorf("%q: got %s", tt.redact, got)
		}
	}
}

// The collection stands before a colon and a pointer; a pointer may hold both.
func TestPartsOfARedaction(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"/a": " /a", "acmeCo/x:/a": "acmeCo/x /a", "/a:/b": " /a:/b", "x:a": " x:a", ":/a": " :/a", "a:b:/c": "a:b /c", "": " "} {
		if collection, pointer := redaction(text); collection+" "+pointer != want {
			t.Errorf("%q: got %q, %q", text, collection, pointer)
		}
	}
}

// A snapshot has an order of its own: sources deliver in any.
func TestTheOrderOfASnapshot(t *testing.T) {
	t.Parallel()
	lines := []string{`["c",{"id":2}]`, `["b",{"id":1}]`, `["c",{"id":1}]`, `["c",{"id":10}]`}
	first, second := gathered(), gathered()
	for _, line := range lines {
		say(t, first, line+"\n")
	}
	slices.Reverse(lines)
	for _, line := range lines {
		say(t, second, line+"\n")
	}
	want := "[\"b\",{\"id\":1}]\n[\"c\",{\"id\":10}]\n[\"c\",{\"id\":1}]\n[\"c\",{\"id\":2}]\n"
	if got := string(first.text()); got != want || string(second.text()) != want {
		t.Errorf("got %s", got)
	}
	if got := string(indented([]byte(`{"b":[1],"a":{}}`))); got != "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}\n" {
		t.Errorf("got %s", got)
	}
	var none jsonschema.Value
	if got := keyText(none, nil); got != "" {
		t.Errorf("got %q", got)
	}
}
