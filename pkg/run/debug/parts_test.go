package debug

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// A console script is found as the system finds it: by PATH, or by a path from the working folder.
func TestTheHeadOfAProgram(t *testing.T) {
	t.Parallel()
	long := "#!/usr/bin/python3\n" + strings.Repeat("x", 2*headLength)
	root := testkit.Tree(t, map[string]string{"a/tool": "in a", "b/tool": "in b", "b/other": "other", "work/bin/tool": "in work", "work/tool": "here", "long": long, "empty": "", "folder/": ""})
	path := []string{filepath.Join(root, "none"), filepath.Join(root, "a"), filepath.Join(root, "b")}
	for name, want := range map[string]string{
		"tool":                        "a/tool: in a",
		"other":                       "b/other: other",
		"bin/tool":                    "work/bin/tool: in work",
		"./tool":                      "work/tool: here",
		filepath.Join(root, "long"):   "long: " + long[:headLength],
		filepath.Join(root, "empty"):  "empty: ",
		filepath.Join(root, "folder"): "folder: ",
		"nothing":                     ": ",
		"bin/nothing":                 ": ",
	} {
		found, text := headOf(name, filepath.Join(root, "work"), path)
		if got := strings.TrimPrefix(strings.TrimPrefix(found, root), "/") + ": " + text; strings.TrimRight(got, "\x00") != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestFirstLinesOfScripts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"#!/usr/bin/python3\nx":                                "/usr/bin/python3",
		"#! /usr/bin/python3 -u\n":                             "/usr/bin/python3 -u",
		"#!/usr/bin/env python3":                               "/usr/bin/env python3",
		"#!/usr/bin/env -S python3 -u\n":                       "/usr/bin/env python3 -u",
		"#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n'": "/a b/python",
		"#!/bin/sh\n'''exec' /a/python \"$0\" \"$@\"\n":        "/a/python",
		"#!/bin/sh\necho\n":                                    "/bin/sh",
		"":                                                     "",
		"import sys":                                           "",
		"\x7fELF":                                              "",
		"#!":                                                   "",
		"#!\n":                                                 "",
	} {
		if got := strings.Join(shebang(text), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// dlv's words say who is to act: the one who builds, or the one whose machine it is.
func TestProgramsThatDelveCannotStart(t *testing.T) {
	t.Parallel()
	d := &delve{o: &Options{Name: "source-x"}}
	for text, want := range map[string]struct {
		kind       fault.Kind
		said, hint string
	}{
		"could not open debug info":                                   {fault.Usage, "its program is stripped", "-ldflags"},
		"cannot run: must not be built with -ldflags=-s\nmore":        {fault.Usage, "its program is stripped", "-ldflags"},
		"fork/exec /x: operation not permitted":                       {fault.Environment, "dlv: fork/exec /x: operation not permitted", "SYS_PTRACE"},
		"open /x: no such file or directory\nanother line":            {fault.Usage, "dlv: open /x: no such file or directory", "go run"},
		"/x is not an executable file":                                {fault.Usage, "not an executable file", "go run"},
		"could not launch process: exec format error: wrong platform": {fault.Usage, "exec format error", "a program that Go has built"},
	} {
		err := d.cannot(text)
		if fault.KindOf(err) != want.kind || !strings.Contains(err.Error(), want.said) || !strings.Contains(fault.HintOf(err), want.hint) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %s: %v (%s)", text, fault.KindOf(err), err, fault.HintOf(err))
		}
	}
}

func TestEndsThatDelveTells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Process 71 has exited with status 0":                "0 true",
		"Process 71 has exited with status 7":                "7 true",
		"rpc: Process 71 has exited with status -9 (killed)": "-9 true",
		"Process 71 has exited":                              "0 false",
		"connection is shut down":                            "0 false",
		"":                                                   "0 false",
	} {
		var err error
		if text != "" {
			err = errors.New(text)
		}
		status, ended := exitStatus(err)
		if got := strconv.Itoa(status) + " " + strconv.FormatBool(ended); got != want {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

// The port of an entry that somebody has changed is used where it is one.
func TestThePortOfAnEntry(t *testing.T) {
	t.Parallel()
	for entryText, want := range map[string]int{
		`"connect": {"host": "127.0.0.1", "port": 5678}`: 5678,
		`"port": 2345`:                           2345,
		`"port": 2345, "connect": {"port": 1}`:   1,
		`"connect": {"port": /* mine */ 6000 }`:  6000,
		`"connect": {"port": "5678"}`:            0,
		`"connect": {"port": 1e3}`:               0,
		`"connect": {"port": null}`:              0,
		`"connect": []`:                          0,
		`"connect": {}`:                          0,
		`"type": "debugpy"`:                      0,
		`"port": 1, "port": 2`:                   0,                 // it is refused when it is edited
		`"connect": {"port": 99999999999999999}`: 99999999999999999, // which openPort passes over
	} {
		text := `{"configurations": [{"name": "other", "port": 9}, {"name": "n", ` + entryText + `},]}`
		for _, file := range []string{text, "\xef\xbb\xbf// c\r\n" + text, text + " // end"} {
			if got := newEntry("n", "python", 0, nil).port([]byte(file)); got != want {
				t.Errorf("%s: got %d, want %d", file, got, want)
			}
		}
	}
	for _, file := range []string{"", "{", "[]", `{"configurations": {}}`, `{"configurations": [1, null, {"name": 3}]}`} {
		if got := newEntry("n", "python", 0, nil).port([]byte(file)); got != 0 {
			t.Errorf("%q: got %d", file, got)
		}
	}
}

// A port that no process can listen on is not tried.
func TestAnImpossiblePortOfAnEntryIsPassedOver(t *testing.T) {
	t.Parallel()
	for _, known := range []int{-1, 0, 65536, 1<<63 - 1} {
		l, err := openPort(0, known, t.Name()+strconv.Itoa(known))
		if err != nil || portOf(l) < firstPort {
			t.Errorf("%d: %v", known, err)
			continue
		}
		_ = l.Close()
	}
}
