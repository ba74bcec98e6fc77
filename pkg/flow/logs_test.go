package flow_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

func decode(lines ...string) []flow.Log {
	var got []flow.Log
	d := flow.NewLogDecoder(func(l flow.Log) { got = append(got, l) })
	for _, line := range lines {
		d.Line(line)
	}
	d.Flush()
	return got
}

func TestLogDecoder(t *testing.T) {
	t.Parallel()
	none := map[string]any{}
	tests := map[string]struct {
		lines []string
		want  []flow.Log
	}{
		"python": {[]string{`{"level":"ERROR","msg":"m","fields":{"a":1}}`}, []flow.Log{{Level: "error", Message: "m", Fields: map[string]any{"a": json.Number("1")}}}},
		"logrus": {[]string{`{"level":"fatal","msg":"m","time":"t","k":"v"}`}, []flow.Log{{Time: "t", Level: "error", Message: "m", Fields: map[string]any{"k": "v"}}}},
		"others": {[]string{`{"lvl":"Warning","message":"m","ts":1}`, `{"level":"CRITICAL","msg":"m"}`, `{"level":"trace","msg":"m"}`},
			[]flow.Log{{Level: "warn", Message: "m", Fields: none}, {Level: "error", Message: "m", Fields: none}, {Level: "trace", Message: "m", Fields: none}}},
		"an unknown level is text": {[]string{`{"level":"loud","msg":"m"}`}, []flow.Log{{Level: "warn", Message: `{"level":"loud","msg":"m"}`, Raw: true}}},
		"no level": {[]string{`{"msg":"m","a":1}`, `{"msg":"m","error":"e"}`, "text"},
			[]flow.Log{{Level: "warn", Message: "m", Fields: map[string]any{"a": json.Number("1")}}, {Level: "error", Message: "m", Fields: map[string]any{"error": "e"}}, {Level: "warn", Message: "text", Raw: true}}},
		"no message": {[]string{`{"level":"info","a":1}`}, []flow.Log{{Level: "info", Message: `{"level":"info","a":1}`, Fields: map[string]any{"a": json.Number("1")}}}},
		"no object":  {[]string{`{"level":"info"} !`, "[1]"}, []flow.Log{{Level: "warn", Message: "{\"level\":\"info\"} !\n[1]", Raw: true}}},
		"neighbours are one": {[]string{"a", "", "b\r", `{"level":"info","msg":"m"}`, "", "Operation FAILED", "c"},
			[]flow.Log{{Level: "warn", Message: "a\n\nb", Raw: true}, {Level: "info", Message: "m", Fields: none}, {Level: "error", Message: "Operation FAILED\nc", Raw: true}}},
		"nothing":   {[]string{"", "  "}, nil},
		"bad UTF-8": {[]string{"a\xffb"}, []flow.Log{{Level: "warn", Message: "a?b", Raw: true}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := decode(tt.lines...); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ lines, want string }{
		"json":           {`{"level":"error","msg":"no such host"}`, "no such host"},
		"json traceback": {`{"level":"ERROR","msg":"Traceback (most recent call last):\n  File x\nValueError: bad"}`, "ValueError: bad"},
		"traceback":      {"Traceback (most recent call last):\n  File x\nValueError: bad", "ValueError: bad"},
		"go panic":       {"panic: nil map\n\ngoroutine 1 [running]:\nmain.main()", "panic: nil map"},
		"go run":         {"dial tcp: refused\nexit status 1", "dial tcp: refused"},
		"list":           {`{"level":"error","msg":"Multiple validation errors:\n - first\n - second"}`, "Multiple validation errors:\n - first\n - second"},
		"only noise":     {"exit status 1", ""},
		"go deadlock":    {"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\nexit status 2", "fatal error: all goroutines are asleep - deadlock!"},
		"what follows a traceback": {"Traceback (most recent call last):\n  File x\nKeyError: 'a'\n/x/resource_tracker.py:1: UserWarning: 1 leaked\n  warnings.warn()\nexit status 1",
			"KeyError: 'a'\n  warnings.warn()"},
		"the later of two": {"Traceback (most recent call last):\n  File x\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File y\n    f()\nValueError: b",
			"ValueError: b"},
		"validation": {"Traceback (most recent call last):\n  File x\npydantic_core.ValidationError: 1 validation error for Config\ntoken\n  Field required [type=missing]\n    For further information visit https://x",
			"pydantic_core.ValidationError: 1 validation error for Config\ntoken\n  Field required [type=missing]"},
		"exception group": {"  + Exception Group Traceback (most recent call last):\n  |   File x\n  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n" +
			"  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   File y\n    |     f()\n    | ValueError: inner\n    +------------------------------------",
			"ValueError: inner"},
		"traceback without an end": {"Traceback (most recent call last):\n  File x", "File x"},
	} {
		got := decode(strings.Split(tt.lines, "\n")...)
		if words := got[len(got)-1].LastWords(); words != tt.want {
			t.Errorf("%s: got %q, want %q", name, words, tt.want)
		}
	}
}

func TestAFloodOfTextIsCut(t *testing.T) {
	t.Parallel()
	n, size := 0, 0
	d := flow.NewLogDecoder(func(l flow.Log) { n++; size = max(size, len(l.Message)) })
	for range 3000 {
		d.Line(strings.Repeat("x", 1000))
	}
	d.Flush()
	if n != 3 || size > 1<<21 {
		t.Errorf("%d entries of at most %d bytes", n, size)
	}
}

// Whatever is logged, something comes out of it, and its last words are in it.
func FuzzLogDecoder(f *testing.F) {
	for _, seed := range []string{"a\n{\"level\":\"info\"}\nb", "Traceback (most recent call last):\n x\nE: y", "  | Traceback (most recent call last):\nx", `{"fields":{"a":1},"level":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		logs := decode(strings.Split(text, "\n")...)
		if len(logs) == 0 && strings.TrimSpace(text) != "" {
			t.Errorf("%q is lost", text)
		}
		for _, l := range logs {
			first, _, _ := strings.Cut(l.LastWords(), "\n")
			if !slices.Contains([]string{"trace", "debug", "info", "warn", "error"}, l.Level) || !strings.Contains(l.Message, first) {
				t.Errorf("%q: %+v says %q", text, l, first)
			}
		}
	})
}

// Each line of JSON is one entry, by the words that loggers use.
func TestEntriesOfLoggers(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]flow.Log{
		`{"level":"INFO","message":"a","msg":"b"}`:             {Level: "info", Message: "a", Fields: map[string]any{"msg": "b"}},
		`{"lvl":"debug","level":"info","msg":"a"}`:             {Level: "info", Message: "a", Fields: map[string]any{"lvl": "debug"}},
		`{"time":"t1","ts":"t2","level":"info","msg":"a"}`:     {Time: "t2", Level: "info", Message: "a", Fields: map[string]any{}},
		`{"ts":1700000000.5,"level":"info","msg":"a"}`:         {Level: "info", Message: "a", Fields: map[string]any{}},
		`{"timestamp":"t","level":"Panic","msg":"a"}`:          {Time: "t", Level: "error", Message: "a", Fields: map[string]any{}},
		`{"level":"warn","msg":"a","fields":{"k":1},"j":2}`:    {Level: "warn", Message: "a", Fields: map[string]any{"k": json.Number("1"), "j": json.Number("2")}},
		`{"level":"warn","msg":"a","fields":"none"}`:           {Level: "warn", Message: "a", Fields: map[string]any{"fields": "none"}},
		`{"level":"info","msg":"a","id":12345678901234567890}`: {Level: "info", Message: "a", Fields: map[string]any{"id": json.Number("12345678901234567890")}},
		`{"level":30,"msg":"a"}`:                               {Level: "warn", Message: "a", Fields: map[string]any{"level": json.Number("30")}}, // bunyan's numbers are no words
		`{"level":"info","msg":{"a":1}}`:                       {Level: "info", Message: `{"level":"info","msg":{"a":1}}`, Fields: map[string]any{"msg": map[string]any{"a": json.Number("1")}}},
		`{"level":"info","msg":""}`:                            {Level: "info", Message: `{"level":"info","msg":""}`, Fields: map[string]any{}},
		`  {"level":"info","msg":"indented"}  `:                {Level: "info", Message: "indented", Fields: map[string]any{}},
		`{"level":"info","msg":"two"}{"level":"info"}`:         {Level: "warn", Message: `{"level":"info","msg":"two"}{"level":"info"}`, Raw: true},
		`{"level":"info","msg":"cut`:                           {Level: "warn", Message: `{"level":"info","msg":"cut`, Raw: true},
		`{"msg":"Unable to connect"}`:                          {Level: "error", Message: "Unable to connect", Fields: map[string]any{}},
		`{}`:                                                   {Level: "warn", Message: "{}", Fields: map[string]any{}},
		"plain: TimeOut after 3 s":                             {Level: "error", Message: "plain: TimeOut after 3 s", Raw: true},
		"Unrecognised word":                                    {Level: "error", Message: "Unrecognised word", Raw: true},
		`null`:                                                 {Level: "warn", Message: "null", Raw: true},
	} {
		if got := decode(line); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: got %+v", line, got)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for i, level := range flow.Levels {
		for j, least := range flow.Levels {
			if got := (flow.Log{Level: level}).AtLeast(least); got != (i >= j) {
				t.Errorf("%s is at least %s: %v", level, least, got)
			}
		}
	}
}

// A flood of empty lines behind a text is no way to fill the memory.
func TestAFloodOfNothingIsCut(t *testing.T) {
	t.Parallel()
	n := 0
	d := flow.NewLogDecoder(func(flow.Log) { n++ })
	d.Line("text")
	for range 3 << 20 {
		d.Line("")
	}
	if n != 1 {
		t.Errorf("got %d entries before the end", n)
	}
	d.Line("more")
	d.Flush()
	d.Flush()
	if n != 2 {
		t.Errorf("got %d entries", n)
	}
}

// The last words of entries as tools of the field write them.
func TestLastWordsOfTheField(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ lines, want string }{
		"no frames":                {"Traceback (most recent call last):\nValueError: bare", "ValueError: bare"},
		"a message of two lines":   {"Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    f()\nValueError: one\ntwo", "ValueError: one\ntwo"},
		"carets below the code":    {"Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    f(a.b)\n      ^^^^\nAttributeError: no b", "AttributeError: no b"},
		"an empty message":         {"Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyboardInterrupt", "KeyboardInterrupt"},
		"repeated frames":          {"Traceback (most recent call last):\n  File \"x.py\", line 1\n  [Previous line repeated 996 more times]\nRecursionError: maximum recursion depth exceeded", "RecursionError: maximum recursion depth exceeded"},
		"CRLF":                     {"Traceback (most recent call last):\r\n  File \"x.py\", line 1\r\nValueError: bad\r", "ValueError: bad"},
		"text before it":           {"starting\nTraceback (most recent call last):\n  File x\nOSError: [Errno 28] No space left on device", "OSError: [Errno 28] No space left on device"},
		"notes of an exception":    {"Traceback (most recent call last):\n  File x\nValueError: bad\nin row 7\nof users", "ValueError: bad\nin row 7\nof users"},
		"a long validation":        {"Traceback (most recent call last):\n  File x\nValidationError: 9 errors\n1\n2\n3\n4\n5\n6\n7\n8\n9", "ValidationError: 9 errors\n1\n2\n3\n4\n5\n6\n7"},
		"JSON with a traceback":    {`{"level":"ERROR","message":"Sync failed\nTraceback (most recent call last):\n  File x\nConnectionError: refused\n"}`, "ConnectionError: refused"},
		"JSON without one":         {`{"level":"ERROR","message":"  Sync failed: 401\n"}`, "Sync failed: 401"},
		"a Go panic, wrapped":      {"goroutine 7\npanic: runtime error: index out of range [3] with length 3 [recovered]\n\tpanic: again\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:1\nexit status 2", "panic: runtime error: index out of range [3] with length 3 [recovered]"},
		"Go's concurrent map":      {"fatal error: concurrent map writes\n\ngoroutine 5 [running]:", "fatal error: concurrent map writes"},
		"a shell":                  {"sh: 1: exec: source-x: not found", "sh: 1: exec: source-x: not found"},
		"blank lines at the end":   {"last\n\n   \n", "last"},
		"only a frame of bars":     {"+-+---------------- 1 ----------------\n|  ", "+-+---------------- 1 ----------------"},
		"go run, and nothing else": {"exit status 3", ""},
		"a status within":          {"it ended with exit status 3", "it ended with exit status 3"},
	} {
		got := decode(strings.Split(tt.lines, "\n")...)
		if words := got[len(got)-1].LastWords(); words != tt.want {
			t.Errorf("%s: got %q, want %q", name, words, tt.want)
		}
	}
}
