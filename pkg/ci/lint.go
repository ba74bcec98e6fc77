package ci

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rhysd/actionlint"
)

// newFindings runs actionlint on a workflow before and after an edit and gives
// what it says of the second text only. A workflow that people work with may
// hold findings already, so what is compared is kind and message: lines move.
func newFindings(file string, before, after []byte) ([]string, error) {
	type result struct {
		found []string
		err   error
	}
	first := make(chan result, 1)
	go func() {
		found, err := lint(file, before)
		first <- result{found, err}
	}()
	is, err := lint(file, after)
	was := <-first
	if err = errors.Join(was.err, err); err != nil {
		return nil, err
	}
	for _, f := range was.found {
		if i := slices.Index(is, f); i >= 0 {
			is = slices.Delete(is, i, i+1)
		}
	}
	return is, nil
}

// lint gives actionlint's findings as "message [kind]". It reads nothing from
// disk and starts no program.
func lint(file string, text []byte) ([]string, error) {
	l, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		return nil, fmt.Errorf("linting %q: %w", file, err)
	}
	found, err := l.Lint(file, text, nil)
	if err != nil {
		return nil, fmt.Errorf("linting %q: %w", file, err)
	}
	var list []string
	for _, e := range found {
		list = append(list, fmt.Sprintf("%s [%s]", e.Message, e.Kind))
	}
	return list, nil
}
