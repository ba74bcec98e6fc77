package ui_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"

	"github.com/connkit/connkit/internal/ui"
)

// terminal gives a UI whose three streams are a terminal of that width, and
// what has been drawn on it once it is closed.
func terminal(t *testing.T, width uint16, env map[string]string) (u *ui.UI, tty *os.File, drawn func() string) {
	t.Helper()
	outer, inner, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(inner, &pty.Winsize{Rows: 24, Cols: width}); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(&all, outer) // ends with EIO when the inner end is closed
		close(read)
	}()
	u = ui.New(ui.Streams{In: inner, Out: inner, Err: inner}, func(key string) string { return env[key] })
	return u, outer, func() string {
		_ = inner.Close()
		<-read
		_ = outer.Close()
		return strings.ReplaceAll(all.String(), "\r\n", "\n")
	}
}

func TestTablesAreCutOnATerminalAlone(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 80)
	table := func(p *ui.Page) { p.Table([]string{"NAME", "WHAT"}, [][]string{{"a", long}}) }
	u, _, drawn := terminal(t, 40, map[string]string{"NO_COLOR": "1", "LANG": "C.UTF-8"})
	if err := u.Result("x", nil, nil, table); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(drawn()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 40 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	u, out, _ := newUI(t, nil)
	if err := u.Result("x", nil, nil, table); err != nil || !strings.Contains(out.String(), long) {
		t.Errorf("cut through a pipe: %q, %v", out, err)
	}
}

func TestTheProgressLineIsGoneAtTheEnd(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 80, nil)
	synctest.Test(t, func(*testing.T) { // where time goes on when there is nothing else to do
		u.Step("fetching %s", "one")
		time.Sleep(500 * time.Millisecond) // longer than a step may stay silent
		fmt.Fprintln(u.ErrWriter(), "said by another program")
		u.Step("fetching two")
		time.Sleep(500 * time.Millisecond)
		u.Done()
		u.Done() // a second time is fine
	})
	got := drawn()
	for _, want := range []string{"\r\x1b[2Kfetching one  0:00", "\r\x1b[2Ksaid by another program\n", "fetching two"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if !strings.HasSuffix(got, "\r\x1b[2K") {
		t.Errorf("the line is still there: %q", got)
	}
}

// A line that a terminal breaks could not be taken away again: each redraw would
// leave one more of it behind.
func TestTheProgressLineFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, detail string
		width        int
		since        time.Duration
		want         string
	}{
		{"fetching", "", 80, 0, "fetching  0:00"},
		{"fetching", "3 of 9", 80, 61 * time.Second, "fetching  3 of 9  1:01"},
		{"fetching https://example.com/a/b.git", "", 20, 9 * time.Second, "fetching htt…  0:09"},
		{"fetching", "12 % of a lot", 20, 0, "fetching  12…  0:00"},
		{"取得中 source-数据", "", 16, 0, "取得中 s…  0:00"},
		{"fetching", "", 3, 0, "  0:00"},
		{"through a pipe it is never cut, however long it is", "", 0, time.Hour + 5*time.Second, "through a pipe it is never cut, however long it is  60:05"},
		{"two\nlines\tand \x1b[2Jmore", "", 80, 0, "two lines and ?[2Jmore  0:00"},
	} {
		got := ui.ProgressLine(tt.text, tt.detail, tt.width, tt.since)
		if got != tt.want {
			t.Errorf("%q in %d columns: got %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestWhatIsQuickStaysSilent(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 80, nil)
	synctest.Test(t, func(*testing.T) { // no time goes by
		u.Step("quick")
		u.Done()
	})
	if got := drawn(); got != "" {
		t.Errorf("drawn: %q", got)
	}
}

func TestNoProgressLineWhereItCannotBeRedrawn(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{{"TERM": "dumb"}, {"CI": "true"}} {
		u, _, drawn := terminal(t, 80, env)
		u.Step("fetching")
		u.Done()
		if got := drawn(); got != "connkit: fetching\n" {
			t.Errorf("%v: %q", env, got)
		}
	}
}

func TestQuestionsOnATerminal(t *testing.T) {
	t.Parallel()
	u, tty, drawn := terminal(t, 80, map[string]string{"NO_COLOR": "1"})
	if !u.CanAsk() || !u.OutIsTerminal() {
		t.Error("a person is there")
	}
	if _, err := tty.WriteString("  an answer  \n\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := u.Ask(t.Context(), "What", "", ""); err != nil || got != "an answer" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := u.Ask(t.Context(), "What", "", "default"); err != nil || got != "default" {
		t.Errorf("got %q, %v", got, err)
	}
	if got := drawn(); !strings.Contains(got, "What: ") || !strings.Contains(got, "What [default]: ") {
		t.Errorf("drawn: %q", got)
	}
	u.JSON = true
	if u.CanAsk() {
		t.Error("JSON is for programs")
	}
}

func TestLogLevelsAreColoured(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 80, nil)
	u.Log("error", "bad")
	u.Log("warn", "odd")
	u.Log("info", "fine")
	u.Warn("look at %s", "this")
	got := drawn()
	for _, want := range []string{"\x1b[31merror\x1b[0m bad", "\x1b[33mwarn \x1b[0m odd", "\x1b[2minfo \x1b[0m fine", "\x1b[33mwarning:\x1b[0m look at this"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestDocumentsAreColouredAndCompactNowhere(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"b":"x: \"y\"","a":[1.5e3,true,null],"e":{}}`)
	show := func(p *ui.Page) { p.JSON(doc) }
	u, _, drawn := terminal(t, 80, nil)
	if err := u.Result("x", nil, nil, show); err != nil {
		t.Fatal(err)
	}
	got := drawn()
	for _, want := range []string{"\x1b[36m\"b\"\x1b[0m: \x1b[32m\"x: \\\"y\\\"\"\x1b[0m", "\x1b[33m1.5e3\x1b[0m", "\x1b[33mnull\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	u, out, _ := newUI(t, nil)
	if err := u.Result("x", nil, nil, show); err != nil || out.String() != "{\n  \"b\": \"x: \\\"y\\\"\",\n  \"a\": [\n    1.5e3,\n    true,\n    null\n  ],\n  \"e\": {}\n}\n" {
		t.Errorf("got %s, %v", out, err)
	}
}

// A result that comes bit by bit is not torn by the progress line, whose text changes.
func TestAStreamAboveALiveLine(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 80, nil)
	synctest.Test(t, func(*testing.T) {
		u.Live("nothing goes on") // and nothing comes of it
		u.Step("previewing")
		time.Sleep(500 * time.Millisecond) // longer than a step may stay silent
		fmt.Fprintln(u.OutWriter(), "a document")
		u.Live("users 12,400")
		time.Sleep(500 * time.Millisecond)
		u.Summary(func(p *ui.Page) { p.Line("the end") })
	})
	got := drawn()
	for _, want := range []string{"\r\x1b[2Ka document\n", "\r\x1b[2Kusers 12,400  0:0", "\r\x1b[2Kthe end\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if strings.Contains(got, "nothing goes on") {
		t.Errorf("got %q", got)
	}
	u, out, _ := newUI(t, nil)
	u.JSON = true
	fmt.Fprintln(u.OutWriter(), "a document")
	if out.Len() != 0 {
		t.Errorf("got %q", out)
	}
}
