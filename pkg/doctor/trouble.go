package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

// absence says why a name leads to no program.
func absence(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		place := filepath.Join(dir, name)
		info, err := os.Stat(place)
		switch {
		case err == nil && info.Mode().IsRegular():
			return place + " is there and not executable"
		case err != nil && isLink(place):
			return place + " links to what is not there"
		}
	}
	return "not found"
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// noPart is what docker and Python say of a part that they do not have.
var noPart = pattern.Lazy(`unknown command: docker|is not a docker command|No module named pip`)

func problem(err error) string {
	var exit *proc.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer after %s", patience)
	case errors.As(err, &exit) && noPart().MatchString(exit.Stderr):
		return "not installed"
	case errors.As(err, &exit) && exit.Status < 0:
		return exit.Error()
	case errors.As(err, &exit):
		return fmt.Sprintf("it ends with exit status %d: %s", exit.Status, exit.Error())
	}
	return err.Error()
}

var engineAddress = pattern.Lazy(`\b(?:unix|tcp|ssh|npipe|https?)://[^\s"]*[^\s".,:?]`)

// engineTrouble says why the engine behind a client that works does not answer, and what to do.
func engineTrouble(err error, start string) (trouble, get string) {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("its engine gives no answer after %s", patience), start
	}
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return err.Error(), start
	}
	at := ""
	if address := engineAddress().FindString(exit.Stderr); address != "" {
		at = " at " + address
	}
	switch {
	case strings.Contains(exit.Stderr, "permission denied"):
		return "you may not use the engine" + at, "sudo usermod -aG docker $USER, then log in again"
	case strings.Contains(exit.Stderr, "annot connect"):
		return "no engine answers" + at, start
	}
	return "no engine answers: " + exit.Error(), start
}
