package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// envelope is the one JSON shape that every command answers with.
type envelope struct {
	Command string     `json:"command"`
	OK      bool       `json:"ok"`
	Result  any        `json:"result,omitempty"`
	Error   *jsonError `json:"error,omitempty"`
}

type jsonError struct {
	Kind    fault.Kind `json:"kind"`
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
	File    string     `json:"file,omitempty"`
	Line    int        `json:"line,omitempty"`
}

// Result prints what a command did: the envelope with result in it, or the
// page that text lays out. An error that comes with a result (a report with
// something missing in it) is kept for [UI.Error]: in JSON both stand in one
// envelope, so pass it here as err and do not print it again.
func (u *UI) Result(command string, result any, err error, text func(*Page)) error {
	u.Done()
	if u.JSON {
		return u.writeJSON(envelope{Command: command, OK: err == nil, Result: result, Error: describe(err)})
	}
	page := &Page{w: u.out, st: u.outSt, marks: u.marks, width: u.width}
	text(page)
	if page.err != nil {
		return fmt.Errorf("writing to stdout: %w", page.err)
	}
	return nil
}

// Part prints a part of a result that comes bit by bit, above the progress line.
// With JSON it prints nothing: the envelope is the one result.
func (u *UI) Part(text func(*Page)) error {
	page := &Page{w: u.OutWriter(), st: u.outSt, marks: u.marks, width: u.width}
	text(page)
	if page.err != nil {
		return fmt.Errorf("writing to stdout: %w", page.err)
	}
	return nil
}

// Summary prints a page on stderr, beside a result that is a stream.
func (u *UI) Summary(text func(*Page)) {
	u.Done()
	text(&Page{w: u.err, st: u.errSt, marks: u.marks, width: width(u.err)})
}

// Error prints an error: "connkit: error: …" and "connkit: hint: …" on
// stderr, or the envelope on stdout.
func (u *UI) Error(command string, err error) {
	u.Done()
	if u.JSON {
		if outErr := u.writeJSON(envelope{Command: command, Error: describe(err)}); outErr == nil {
			return
		} // stdout is gone: stderr is left
	}
	if fault.KindOf(err) == fault.Interrupted {
		fmt.Fprintln(u.err, "connkit: interrupted")
		return
	}
	fmt.Fprintf(u.err, "connkit: %s %s\n", u.errSt.red.Render("error:"), Plain(err.Error()))
	if hint := fault.HintOf(err); hint != "" {
		for line := range strings.Lines(hint) {
			fmt.Fprintf(u.err, "connkit: %s %s\n", u.errSt.cyan.Render("hint:"), Plain(strings.TrimRight(line, "\r\n")))
		}
	}
}

// Warn prints one thing to look at on stderr; the command goes on.
func (u *UI) Warn(format string, args ...any) {
	fmt.Fprintf(u.ErrWriter(), "connkit: %s %s\n", u.errSt.yellow.Render("warning:"), Plain(fmt.Sprintf(format, args...)))
}

func (u *UI) writeJSON(e envelope) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		return fmt.Errorf("encoding the result: %w", err)
	}
	if _, err := u.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing to stdout: %w", err)
	}
	return nil
}

func describe(err error) *jsonError {
	if err == nil {
		return nil
	}
	j := &jsonError{Kind: fault.KindOf(err), Message: err.Error(), Hint: fault.HintOf(err)}
	var at *fault.Error
	for e := err; errors.As(e, &at); e = at.Err {
		if at.File != "" {
			j.File, j.Line = at.File, at.Line
			break
		}
	}
	return j
}
