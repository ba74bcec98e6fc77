package cli

import (
	"errors"

	"github.com/connkit/connkit/internal/ui"
)

// saidError is an error that a result has told already, such as a report with
// something missing in it: it sets the exit code and is not printed again.
type saidError struct{ error }

func (s *saidError) Unwrap() error { return s.error }

// sayResult prints a result, and in text its error on stderr below it.
func (a *app) sayResult(command string, result any, err error, text func(*ui.Page)) error {
	return a.sayEach(command, result, err, nil, text)
}

// sayEach prints a result about several things, and in text the error of each below it.
func (a *app) sayEach(command string, result any, err error, each []error, text func(*ui.Page)) error {
	said := a.sayReport(command, result, err, text)
	if told := new(saidError); a.ui.JSON || !errors.As(said, &told) {
		return said
	}
	for _, one := range each {
		if one != nil {
			a.ui.Error(command, one)
		}
	}
	return err
}

// sayReport prints a result whose text tells its error too.
func (a *app) sayReport(command string, result any, err error, text func(*ui.Page)) error {
	if failed := a.ui.Result(command, result, err, text); failed != nil || err == nil {
		return failed
	}
	return &saidError{err}
}
