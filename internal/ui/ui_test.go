package ui_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

// newUI gives a UI on buffers, with the given environment.
func newUI(t *testing.T, env map[string]string) (u *ui.UI, out, errOut *bytes.Buffer) {
	t.Helper()
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	getenv := func(key string) string { return env[key] }
	return ui.New(ui.Streams{In: strings.NewReader("typed\n"), Out: out, Err: errOut}, getenv), out, errOut
}

func samplePage(p *ui.Page) {
	p.Headline("created", "source-x", "python, 12 files")
	p.Facts(ui.Fact{"config", "source-x/config.yaml"}, ui.Fact{"none", ""})
	p.Finding(ui.OK, "git 2.47", 10, "imports")
	p.Finding(ui.Fail, "docker", 10, "no engine answers", "start it")
	p.Table([]string{"NAME", "KIND"}, [][]string{{"source-x", "capture"}, {"s", "m"}})
	p.Diff("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n")
	p.Next("connkit env source-x")
}

const samplePlain = `created source-x  (python, 12 files)
  config      source-x/config.yaml
ok   git 2.47    imports
fail docker      no engine answers
                 start it
NAME      KIND
source-x  capture
s         m
--- a
+++ b
@@ -1 +1 @@
-old
+new
 same
next
  connkit env source-x
`

func TestPagePlain(t *testing.T) {
	t.Parallel()
	u, out, errOut := newUI(t, nil)
	if err := u.Result("x", nil, nil, samplePage); err != nil {
		t.Fatal(err)
	}
	if out.String() != samplePlain {
		t.Errorf("got:\n%s\nwant:\n%s", out, samplePlain)
	}
	if errOut.Len() != 0 {
		t.Errorf("stderr: %q", errOut)
	}
}

// A diff is there to be applied: tabs, carriage returns and trailing blanks are its own.
func TestPageDiffKeepsBytes(t *testing.T) {
	t.Parallel()
	const diff = "--- a/Makefile\n+++ b/Makefile\n@@ -1,2 +1,2 @@\n a:\r\n-\told\tx  \r\n+\tnew\tx  \r\n"
	u, out, _ := newUI(t, nil)
	if err := u.Result("x", nil, nil, func(p *ui.Page) { p.Diff(diff) }); err != nil {
		t.Fatal(err)
	}
	if out.String() != diff {
		t.Errorf("got  %q\nwant %q", out, diff)
	}
}

func TestPageMarksFollowTheLocale(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"LANG": "de_DE.UTF-8"}, "✓ git"},
		{map[string]string{"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "ok   git"},
		{map[string]string{"LC_CTYPE": "C.utf8"}, "✓ git"},
	} {
		u, out, _ := newUI(t, tt.env)
		if err := u.Result("x", nil, nil, samplePage); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), tt.want) {
			t.Errorf("%v: want %q in\n%s", tt.env, tt.want, out)
		}
	}
}

func TestColourOnlyWhereWanted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		{map[string]string{"CLICOLOR_FORCE": "1", "TERM": "dumb"}, false},
	} {
		u, out, _ := newUI(t, tt.env)
		if err := u.Result("x", nil, nil, samplePage); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "\x1b["); got != tt.want {
			t.Errorf("%v: coloured %v, want %v", tt.env, got, tt.want)
		}
	}
}

func TestJSONEnvelope(t *testing.T) {
	t.Parallel()
	u, out, _ := newUI(t, nil)
	u.JSON = true
	if err := u.Result("new", map[string]string{"a": "<b>"}, nil, samplePage); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"command\": \"new\",\n  \"ok\": true,\n  \"result\": {\n    \"a\": \"<b>\"\n  }\n}\n"
	if out.String() != want {
		t.Errorf("got %s", out)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("reading the settings: %w", fault.Usagef("unknown key %q", "x").At("connkit.yaml", 3, 1).WithHint("remove it"))
	u, out, errOut := newUI(t, nil)
	u.Error("list", err)
	want := "connkit: error: reading the settings: connkit.yaml:3:1: unknown key \"x\"\nconnkit: hint: remove it\n"
	if errOut.String() != want || out.Len() != 0 {
		t.Errorf("got %q and %q on stdout", errOut, out)
	}
	u.JSON = true
	u.Error("list", err)
	for _, part := range []string{`"ok": false`, `"kind": "usage"`, `"hint": "remove it"`, `"file": "connkit.yaml"`, `"line": 3`} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("want %s in %s", part, out)
		}
	}
}

func TestFailureOfStdoutIsSaid(t *testing.T) {
	t.Parallel()
	u := ui.New(ui.Streams{In: strings.NewReader(""), Out: brokenPipe{}, Err: &bytes.Buffer{}}, func(string) string { return "" })
	if err := u.Result("x", nil, nil, samplePage); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	u.JSON = true
	if err := u.Result("x", nil, nil, samplePage); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

// An error of a command has to be read somewhere, when stdout is full.
func TestErrorsGoToStderrWhereStdoutIsGone(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	u := ui.New(ui.Streams{In: strings.NewReader(""), Out: brokenPipe{}, Err: &stderr}, func(string) string { return "" })
	u.JSON = true
	u.Error("x", errors.New("no space left"))
	if got := stderr.String(); got != "connkit: error: no space left\n" {
		t.Errorf("got %q", got)
	}
}

func TestLogsSayNothingToTheTerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain\ttext":                         "plain\ttext",
		"\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H": "red ",
		"\x1b]0;title\x07a\x1b]8;;u\x1b\\b":   "ab",
		"10%\r20%":                            "10%\n20%",
		"nul\x00 bell\x07 del\x7f c1\u009b2J": "nul bell del c12J",
		"an open \x1b[":                       "an open [",
		"größe 表 🎉":                           "größe 表 🎉",
	} {
		var stderr bytes.Buffer
		u := ui.New(ui.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &stderr}, func(string) string { return "" })
		u.Log("info", text)
		if got := stderr.String(); got != "info  "+want+"\n" {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

var errBroken = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestStepWithoutATerminalIsALine(t *testing.T) {
	t.Parallel()
	u, _, errOut := newUI(t, nil)
	u.Step("fetching %s", "x")
	u.Done()
	u.Quiet = true
	u.Step("silent")
	if errOut.String() != "connkit: fetching x\n" {
		t.Errorf("got %q", errOut)
	}
}

func TestAskTakesTheDefault(t *testing.T) {
	t.Parallel()
	u, _, errOut := newUI(t, nil)
	if got, err := u.Ask(t.Context(), "Python", "a range", ">=3.11"); err != nil || got != "typed" {
		t.Errorf("got %q, %v", got, err)
	}
	if errOut.String() != "Python (a range) [>=3.11]: " {
		t.Errorf("got %q", errOut)
	}
	if _, err := u.Ask(t.Context(), "Python", "", "x"); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("end of input: %v", err)
	}
	if u.CanAsk() {
		t.Error("a buffer is no person")
	}
}
