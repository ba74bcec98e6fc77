package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Ask puts a question on stderr and reads one line. An empty answer gives the
// default. Call it only when [UI.CanAsk]; the end of input is an interrupt.
func (u *UI) Ask(question, hint, def string) (string, error) {
	u.Done()
	prompt := u.errSt.bold.Render(question)
	if hint != "" {
		prompt += " " + u.errSt.dim.Render("("+hint+")")
	}
	if def != "" {
		prompt += " " + u.errSt.dim.Render("["+def+"]")
	}
	fmt.Fprintf(u.err, "%s: ", prompt)
	line, err := u.in.ReadString('\n')
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
