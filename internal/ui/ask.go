package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Ask puts a question on stderr and reads one line. An empty answer gives the
// default. Call it only when [UI.CanAsk]; the end of input is an interrupt, as
// is the end of ctx.
func (u *UI) Ask(ctx context.Context, question, hint, def string) (string, error) {
	u.Done()
	prompt := u.errSt.bold.Render(question)
	if hint != "" {
		prompt += " " + u.errSt.dim.Render("("+hint+")")
	}
	if def != "" {
		prompt += " " + u.errSt.dim.Render("["+def+"]")
	}
	fmt.Fprintf(u.err, "%s: ", prompt)
	line, err := u.readLine(ctx)
	if errors.Is(err, io.EOF) && line == "" {
		fmt.Fprintln(u.err)
		return "", fmt.Errorf("reading the answer: %w", context.Canceled)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return def, nil
	}
	return line, nil
}

// readLine waits for a line or the end of ctx; a read cannot be called back, so
// it is left waiting, and the program ends.
func (u *UI) readLine(ctx context.Context) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := u.in.ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		return a.line, a.err
	case <-ctx.Done():
		fmt.Fprintln(u.err)
		return "", context.Cause(ctx)
	}
}
