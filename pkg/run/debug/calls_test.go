package debug

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestPythonCommandLines(t *testing.T) {
	t.Parallel()
	scripts := map[string]string{
		"source-x":  "#!/opt/x/.venv/bin/python3.12\nimport sys\n",
		"with-env":  "#!/usr/bin/env -S python3 -u\n",
		"long-path": "#!/bin/sh\n'''exec' \"/a long/bin/python3\" \"$0\" \"$@\"\n",
		"unquoted":  "#!/bin/sh\n'''exec' /a/bin/python \"$0\" \"$@\"\n",
		"shell":     "#!/bin/sh\nexec python -m x\n",
	}
	head := func(name string) (string, string) { return "/bin/" + name, scripts[name] }
	for line, want := range map[string]string{
		"python -m source_x --a b":               "python | | -m source_x --a b",
		"python3.12 -u -Wignore -X dev -m x":     "python3.12 | -u -Wignore -X dev | -m x",
		"/a/.venv/bin/python main.py spec":       "/a/.venv/bin/python | | main.py spec",
		"python -c code -x":                      "python | | -c code -x",
		"python -um x y":                         "python | -u | -m x y",
		"python -mx y":                           "python | | -m x y",
		"python -I -W error main.py -m":          "python | -I -W error | main.py -m",
		"python --check-hash-based-pycs never x": "python | --check-hash-based-pycs never | x",
		"poetry run python -m x":                 "poetry run python | | -m x",
		"uv run --frozen python -m x":            "uv run --frozen python | | -m x",
		"env A=1 python3 main.py":                "env A=1 python3 | | main.py",
		"poetry run source-x spec":               "/opt/x/.venv/bin/python3.12 | | /bin/source-x spec",
		"source-x --config c":                    "/opt/x/.venv/bin/python3.12 | | /bin/source-x --config c",
		"with-env a":                             "/usr/bin/env python3 | -u | /bin/with-env a",
		"long-path a":                            "/a long/bin/python3 | | /bin/long-path a",
		"unquoted":                               "/a/bin/python | | /bin/unquoted",
		"pypy3 x.py":                             "pypy3 | | x.py",
	} {
		c, err := parsePython(strings.Fields(line), head)
		got := strings.Join([]string{strings.Join(c.python, " "), strings.Join(c.flags, " "), strings.Join(c.target, " ")}, " | ")
		if got = strings.ReplaceAll(got, "|  |", "| |"); err != nil || got != want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", line, got, err, want)
		}
	}
	for _, line := range []string{"shell", "bash -c x", "nothing", "python", "python -", "python -m", "python -W", "poetry run shell", "pythonic x"} {
		if _, err := parsePython(strings.Fields(line), head); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: %v", line, err)
		}
	}
	c, _ := parsePython([]string{"python", "-u", "-m", "x"}, head)
	if got := strings.Join(c.argv("boot.py", "f"), " "); got != "python -u -Xfrozen_modules=off boot.py f -- -m x" {
		t.Errorf("got %s", got)
	}
}

func TestGoCommandLines(t *testing.T) {
	t.Parallel()
	const added = "-trimpath=false -gcflags=all=-N -l"
	for line, want := range map[string]string{
		"go run ./source-x":                      "go build " + added + " ./source-x |",
		"go run . a b":                           "go build " + added + " . | a b",
		"go run -tags a,b -race ./x y":           "go build -tags a,b -race " + added + " ./x | y",
		"go run -trimpath -gcflags=-m ./x":       "go build " + added + " ./x |",
		"go run -ldflags -s ./x":                 "go build " + added + " ./x |",
		"go run a.go b.go c":                     "go build " + added + " a.go b.go | c",
		"go run -C dir -exec e ./x":              "go build -C dir " + added + " ./x |",
		"go run --mod=mod ./x.go/y z.go":         "go build --mod=mod " + added + " ./x.go/y | z.go",
		"/usr/bin/go run -buildvcs=false ./x -v": "/usr/bin/go build -buildvcs=false " + added + " ./x | -v",
		"./connector a":                          " | ./connector a",
		"go tool x":                              " | go tool x",
	} {
		c := parseGo(strings.Fields(line))
		if got := strings.TrimSpace(strings.Join(c.build, " ") + " | " + strings.Join(c.args, " ")); got != strings.TrimSpace(want) {
			t.Errorf("%s:\ngot  %s\nwant %s", line, got, want)
		}
	}
	c := parseGo([]string{"go", "run", "-ldflags", "-s -w -X main.v=1", "./x"})
	if got := c.command("/tmp/x"); !slices.Contains(got, "-ldflags=-X main.v=1") || got[2] != "-o" || got[3] != "/tmp/x" {
		t.Errorf("got %q", got)
	}
}

// The frames of both directions, cut anywhere.
func TestFramesAreHeard(t *testing.T) {
	t.Parallel()
	packed := func(body string) string { return "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body }
	stream := packed(`{"type":"request","command":"initialize"}`) + packed(`{"x":"`+strings.Repeat("y", 2*longest)+`"}`) +
		"content-length:40\r\nOther: x\r\n\r\n" + `{"command":"configurationDone","a":"é"}` + "\n" +
		packed(`{"command":"disconnect","arguments":{"terminateDebuggee":true}}`) + packed(`[1]`) + packed(``) + packed(`{"event":"terminated"}`)
	for _, step := range []int{1, 7, 100, len(stream)} {
		var got []string
		e := &ear{heard: func(f frame) {
			got = append(got, f.Command+f.Event+map[bool]string{true: "!"}[f.terminates()]+map[bool]string{true: ">"}[f.begins()])
		}}
		for rest := stream; rest != ""; {
			n := min(step, len(rest))
			_, _ = e.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		if want := "initialize,configurationDone>,disconnect!,terminated"; strings.Join(slices.DeleteFunc(got, func(s string) bool { return s == "" }), ",") != want {
			t.Errorf("by %d: got %q", step, got)
		}
	}
	var got []string
	e := &ear{heard: func(f frame) { got = append(got, f.Method+map[bool]string{true: "!"}[f.terminates()]) }}
	_, _ = e.Write([]byte("{\"method\":\"RPCServer.Command\",\"params\":[{}]}\n{\"method\":\"RPCServer.Detach\",\"params\":[{\"Kill\":false}]}\n{\"method\":\"RPCServer.Detach\",\"params\":[{\"Kill\":true}]}\n"))
	if strings.Join(got, ",") != "RPCServer.Command,RPCServer.Detach,RPCServer.Detach!" {
		t.Errorf("got %q", got)
	}
	flood := &ear{heard: func(frame) {}}
	for range 100 {
		_, _ = flood.Write([]byte(strings.Repeat("z", 4096)))
	}
	if len(flood.buf) > 2*longest {
		t.Errorf("it keeps %d bytes", len(flood.buf))
	}
}

func TestDelvesOwnWords(t *testing.T) {
	t.Parallel()
	text := "2026-11-25T21:22:00Z warn layer=rpc Listening\n{\"level\":\"info\"}\nplain\nStop reason: exited\n2026/11/25 a log\ncould not launch process: no such file\ncould not open x\nStop it\nlast without an end"
	want := "{\"level\":\"info\"}\nplain\n2026/11/25 a log\ncould not open x\nStop it\nlast without an end"
	for _, step := range []int{1, 5, len(text)} {
		var out strings.Builder
		w := &words{to: &out}
		for rest := text; rest != ""; {
			n := min(step, len(rest))
			_, _ = w.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		if out.String() != want || w.said() != "no such file" {
			t.Errorf("by %d: %q, %q", step, out.String(), w.said())
		}
	}
}
