package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/term"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

// typed gives the answer to a secret question when these keys are pressed.
func typed(t *testing.T, keys string) (answer, drawn string, err error) {
	t.Helper()
	u, tty, end := terminal(t, 80, map[string]string{"NO_COLOR": "1"})
	before, stateErr := term.GetState(int(tty.Fd()))
	type result struct {
		answer string
		err    error
	}
	got := make(chan result, 1)
	go func() {
		answer, err := u.AskSecret(t.Context(), "Token")
		got <- result{answer, err}
	}()
	for deadline := time.Now().Add(20 * time.Second); stateErr == nil; time.Sleep(time.Millisecond) { // what is pressed before is the system's
		if now, err := term.GetState(int(tty.Fd())); err != nil || *now != *before || time.Now().After(deadline) {
			break
		}
	}
	if _, err := tty.WriteString(keys); err != nil {
		t.Fatal(err)
	}
	var r result
	select {
	case r = <-got:
	case <-time.After(20 * time.Second):
		t.Fatalf("%q gives no answer", keys)
	}
	after, err := term.GetState(int(tty.Fd()))
	if stateErr != nil || err != nil || *before != *after {
		t.Errorf("the terminal is not as it was: %v, %v", stateErr, err)
	}
	return r.answer, end(), r.err
}

func TestASecretIsNotShown(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"hunter2\r": "hunter2", "\r": "", "a b\tc\r": "a bc", "hünter\r": "hünter", "wrong\x15right\r": "right", "hunterx\x7f2\r": "hunter2",
	} {
		answer, drawn, err := typed(t, keys)
		if err != nil || answer != want {
			t.Errorf("%q: got %q, %v; want %q", keys, answer, err, want)
		}
		if !strings.Contains(drawn, "Token: ") || strings.Contains(drawn, "hunter") || strings.Contains(drawn, "right") {
			t.Errorf("%q: drawn: %q", keys, drawn)
		}
	}
	for _, keys := range []string{"hunter2\x03", "\x04"} { // Ctrl-C, and the end of input
		if answer, drawn, err := typed(t, keys); !errors.Is(err, context.Canceled) || answer != "" || strings.Contains(drawn, "hunter") {
			t.Errorf("%q: got %q, %v", keys, answer, err)
		}
	}
	u, _, _ := newUI(t, nil)
	if _, err := u.AskSecret(t.Context(), "Token"); err == nil || !strings.Contains(err.Error(), "there is no terminal") {
		t.Errorf("without a terminal: %v", err)
	}
}

// A question that nobody answers ends with the command.
func TestQuestionsEndWithTheCommand(t *testing.T) {
	t.Parallel()
	u, _, _ := terminal(t, 80, nil) // which stays open: a read cannot be called back
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := fmt.Errorf("ended: %w", context.Canceled)
	time.AfterFunc(10*time.Millisecond, func() { cancel(ended) })
	if _, err := u.AskSecret(ctx, "Token"); !errors.Is(err, ended) {
		t.Errorf("got %v", err)
	}
	if _, err := u.Ask(ctx, "Name", "", ""); !errors.Is(err, ended) {
		t.Errorf("got %v", err)
	}
}

// The end of input without an answer is an interrupt; what was typed before it is an answer.
func TestAnswersAtTheEndOfInput(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{"": "", "typed": "typed", " typed \n": "typed", "\n": "default", "a\r\n": "a"} {
		var out, errOut bytes.Buffer
		u := ui.New(ui.Streams{In: strings.NewReader(input), Out: &out, Err: &errOut}, func(string) string { return "" })
		got, err := u.Ask(t.Context(), "What", "a hint", "default")
		if input == "" {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the end of input: %q, %v", got, err)
			}
			continue
		}
		if err != nil || got != want || out.Len() > 0 || errOut.String() != "What (a hint) [default]: " {
			t.Errorf("%q: got %q, %v, %q", input, got, err, errOut.String())
		}
	}
}

// One envelope, whatever happened: the place of the innermost fault that has one, and no
// member that is empty.
func TestTheEnvelopeOfAnError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errors.New("plain <&>"), `{"command":"x","ok":false,"error":{"kind":"failed","message":"plain <&>"}}`},
		{fault.Usagef("bad").At("a.yaml", 3, 7).WithHint("mend it"), `{"command":"x","ok":false,"error":{"kind":"usage","message":"a.yaml:3:7: bad","hint":"mend it","file":"a.yaml","line":3}}`},
		{
			fmt.Errorf("reading: %w", &fault.Error{Kind: fault.Blocked, Err: fault.Usagef("bad").At("a.yaml", 0, 0)}),
			`{"command":"x","ok":false,"error":{"kind":"blocked","message":"reading: a.yaml: bad","file":"a.yaml"}}`,
		},
		{fmt.Errorf("waiting: %w", context.Canceled), `{"command":"x","ok":false,"error":{"kind":"interrupted","message":"waiting: context canceled"}}`},
	} {
		u, out, errOut := newUI(t, nil)
		u.JSON = true
		u.Error("x", tt.err)
		var compact bytes.Buffer
		if err := json.Compact(&compact, out.Bytes()); err != nil || compact.String() != tt.want || errOut.Len() > 0 {
			t.Errorf("got  %s %v %q\nwant %s", compact.String(), err, errOut.String(), tt.want)
		}
		if text := out.String(); !strings.HasSuffix(text, "}\n") || strings.Count(text, "\n}\n") != 1 {
			t.Errorf("it is not one document: %q", text)
		}
	}
	u, out, _ := newUI(t, nil)
	u.JSON = true
	if err := u.Result("x", func() {}, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "encoding the result: ") || out.Len() > 0 {
		t.Errorf("what is no JSON: %v, %q", err, out)
	}
	if err := u.Part(func(p *ui.Page) { p.Line("text") }); err != nil || out.Len() > 0 {
		t.Errorf("a part besides the envelope: %v, %q", err, out)
	}
}

// Columns are aligned by what a terminal shows, not by bytes; the last is never padded.
func TestColumnsOfWideLetters(t *testing.T) {
	t.Parallel()
	u, out, _ := newUI(t, nil)
	err := u.Result("x", nil, nil, func(p *ui.Page) {
		p.Table([]string{"NAME", "KIND", "X"}, [][]string{{"größe", "a", "1"}, {"取得", "capture", ""}, {"", "", "2"}, {"e\u0301", "b", "3"}})
		p.Table([]string{"EMPTY", "TABLE"}, nil)
		p.Facts(ui.Fact{Label: "größe", Value: "x"}, ui.Fact{Label: "取得", Value: "y"}, ui.Fact{Label: "a-longer-label", Value: "z"})
	})
	const want = `NAME   KIND     X
größe  a        1
取得   capture
                2
é      b        3
EMPTY  TABLE
  größe       x
  取得        y
  a-longer-label z
`
	if got := strings.ReplaceAll(out.String(), "e\u0301", "é"); err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s%v", got, want, err)
	}
}

// An error beside a result is told by the result in JSON, and is left to the caller in text.
func TestAResultWithAnError(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{true, false} {
		u, out, errOut := newUI(t, nil)
		u.JSON = asJSON
		if err := u.Result("x", []int{1}, fault.Failedf("one is wrong"), func(p *ui.Page) { p.Line("1") }); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(out.String(), "one is wrong"); told != asJSON || errOut.Len() > 0 {
			t.Errorf("JSON %v: %q, %q", asJSON, out, errOut)
		}
		if asJSON && (!strings.Contains(out.String(), `"ok": false`) || !strings.Contains(out.String(), `"result": [`)) {
			t.Errorf("got %s", out)
		}
	}
}

// What is said beside a stream of results goes to stderr.
func TestASummaryGoesToStderr(t *testing.T) {
	t.Parallel()
	u, out, errOut := newUI(t, nil)
	if _, err := fmt.Fprint(u.OutWriter(), "document\n"); err != nil {
		t.Fatal(err)
	}
	u.Summary(func(p *ui.Page) { p.Skip(3); p.Line(p.Bold("a") + p.Dim("b") + p.Typed("c")) })
	if out.String() != "document\n" || errOut.String() != "  ... 3 more lines\nabc\n" {
		t.Errorf("%q, %q", out, errOut)
	}
	u.JSON = true
	if _, err := fmt.Fprint(u.OutWriter(), "nothing"); err != nil || out.String() != "document\n" {
		t.Errorf("%q, %v", out, err)
	}
	if u.InIsTerminal() || u.CanAsk() {
		t.Error("a reader is a terminal")
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close() //nolint:errcheck // only read
	if ui.New(ui.Streams{In: null, Out: null, Err: null}, func(string) string { return "" }).InIsTerminal() {
		t.Error("/dev/null is a terminal")
	}
}
