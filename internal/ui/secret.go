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
// Call it only when [UI.CanAsk]; the end of input is an interrupt, as is the end
// of ctx, after which the terminal shows again what is typed.
func (u *UI) AskSecret(ctx context.Context, question string) (string, error) {
	tty, ok := u.stdin.(*os.File)
	if !ok || !u.ask {
		return "", errors.New("reading the answer: there is no terminal")
	}
	u.Done()
	state, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	fmt.Fprintf(u.err, "%s: ", u.errSt.bold.Render(question))
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(int(tty.Fd()))
		got <- answer{line, err}
	}()
	defer fmt.Fprintln(u.err)
	select {
	case a := <-got:
		if errors.Is(a.err, io.EOF) {
			a.err = context.Canceled
		}
		if a.err != nil {
			return "", fmt.Errorf("reading the answer: %w", a.err)
		}
		return string(a.line), nil
	case <-ctx.Done():
		_ = term.Restore(int(tty.Fd()), state) // the program ends: what else could be done
		return "", context.Cause(ctx)
	}
}
