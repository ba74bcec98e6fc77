// Package fault says what kind of failure an error is and what a person can do about it.
//
// Packages below the command line wrap an error with a [Kind] and a hint; the
// command line turns the kind into an exit code ([Code]) and prints the hint.
// Start reading at [Error].
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind sorts failures by who has to act.
type Kind string

// The kinds. An error without one is a plain failure.
const (
	Failed      Kind = "failed"      // the work failed, or a check found something
	Usage       Kind = "usage"       // the command line or an input file is wrong
	Environment Kind = "environment" // a tool, key or service is missing or unreachable
	Blocked     Kind = "blocked"     // a person has to decide: target exists, dirty tree, policy
	Interrupted Kind = "interrupted" // Ctrl-C or SIGTERM
)

// Error is a failure with its kind, and, where there is one, the place in a
// user's file and a hint: a command to run or an edit to make.
type Error struct {
	Kind Kind
	Err  error
	Hint string
	File string // path of the user's file that is wrong, or ""
	Line int    // 1-based line in File, or 0
	Col  int    // 1-based column in File, in characters, or 0
}

// Error gives "file:line:col: message" for an error in a user's file, else the message.
func (e *Error) Error() string {
	switch {
	case e.File == "":
		return e.Err.Error()
	case e.Line == 0:
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	case e.Col == 0:
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	default:
		return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Col, e.Err)
	}
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Usagef is a [Usage] error.
func Usagef(format string, args ...any) *Error {
	return &Error{Kind: Usage, Err: fmt.Errorf(format, args...)}
}

// Environmentf is an [Environment] error.
func Environmentf(format string, args ...any) *Error {
	return &Error{Kind: Environment, Err: fmt.Errorf(format, args...)}
}

// Blockedf is a [Blocked] error.
func Blockedf(format string, args ...any) *Error {
	return &Error{Kind: Blocked, Err: fmt.Errorf(format, args...)}
}

// Failedf is a [Failed] error; use it where a plain error needs a hint.
func Failedf(format string, args ...any) *Error {
	return &Error{Kind: Failed, Err: fmt.Errorf(format, args...)}
}

// WithHint sets the hint and returns e. A hint is one command or one edit, without a full stop.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the place in a user's file and returns e.
func (e *Error) At(file string, line, col int) *Error {
	e.File, e.Line, e.Col = file, line, col
	return e
}

// KindOf gives the kind of the outermost fault in err's chain; a cancelled
// context is [Interrupted], anything else [Failed].
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	return Failed
}

// Code maps err to the exit code documented in docs/reference/exit-codes.md.
func Code(err error) int {
	if err == nil {
		return 0
	}
	switch KindOf(err) {
	case Usage:
		return 2
	case Environment:
		return 3
	case Blocked:
		return 4
	case Interrupted:
		return 130
	default:
		return 1
	}
}

// HintOf gives the hint nearest to the surface of err's chain, or "".
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
