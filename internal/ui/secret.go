package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// AskSecret puts a question on stderr and reads one line that is not shown.
// Call it only when [UI.CanAsk]; Ctrl-C and the end of input are an interrupt, as
// is the end of ctx. The terminal is then as it was.
func (u *UI) AskSecret(ctx context.Context, question string) (string, error) {
	tty, ok := u.stdin.(*os.File)
	if !ok || !u.ask {
		return "", errors.New("reading the answer: there is no terminal")
	}
	u.Done()
	state, err := term.MakeRaw(int(tty.Fd())) // before the question: what is typed at once is not shown either
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	defer fmt.Fprintln(u.err)
	defer term.Restore(int(tty.Fd()), state) //nolint:errcheck // a terminal that is gone needs none
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{tty, u.err}, "")
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := screen.ReadPassword(u.errSt.bold.Render(question) + ": ")
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		if errors.Is(a.err, io.EOF) {
			a.err = context.Canceled
		}
		if a.err != nil && !errors.Is(a.err, term.ErrPasteIndicator) {
			return "", fmt.Errorf("reading the answer: %w", a.err)
		}
		return a.line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
