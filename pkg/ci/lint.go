package ci

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/rhysd/actionlint"
)

// prelint has actionlint look at a text of a workflow while the edit is worked out.
func prelint(file string, text []byte) func() ([]string, error) {
	type result struct {
		found []string
		err   error
	}
	done := make(chan result, 1)
	go func() {
		found, err := lint(file, text)
		done <- result{found, err}
	}()
	return sync.OnceValues(func() ([]string, error) {
		r := <-done
		return r.found, r.err
	})
}

// newFindings gives what actionlint says of the text after an edit and not of
// that before. A workflow that people work with may hold findings already, so
// what is compared is kind and message: lines move. When nothing is found
// afterwards nobody has to know what was found before.
func newFindings(before, after *workflow) ([]string, error) {
	if after.linted == nil {
		after.linted = prelint(after.file, after.doc.Text)
	}
	is, err := after.linted()
	if err != nil || len(is) == 0 {
		return nil, err
	}
	was, err := lint(before.file, before.doc.Text)
	if err != nil {
		return nil, err
	}
	is = slices.Clone(is)
	for _, f := range was {
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
