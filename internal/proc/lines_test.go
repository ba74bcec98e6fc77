package proc

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// What stands in a pipe is read also where the time to wait for it is over before it was looked at.
func TestWhatAnEndedProgramHasPrintedIsReadOnABusyMachine(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // held open to the end, as by what a program leaves running
	defer r.Close() //nolint:errcheck // as above
	if _, err := w.WriteString("abc"); err != nil {
		t.Fatal(err)
	}
	if err := r.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	o := outlived{r}
	for _, want := range []string{"ab", "c"} {
		p := make([]byte, 2)
		if n, err := o.rest(p); err != nil || string(p[:n]) != want {
			t.Errorf("got %q, %v, want %q", p[:n], err, want)
		}
	}
	if n, err := o.rest(make([]byte, 2)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("got %d bytes, %v", n, err)
	}
	if _, err := w.WriteString("late"); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(o); err != nil || string(text) != "late" { // it ends, though the pipe is open
		t.Errorf("got %q, %v", text, err)
	}
}
