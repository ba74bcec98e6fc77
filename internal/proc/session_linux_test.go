package proc_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A daemon has neither mark nor group, and connkit for its parent.
func TestStopEndsDaemons(t *testing.T) {
	t.Parallel()
	for _, play := range []string{"emptied", "left"} {
		s := start(t, self(t, play))
		pid, err := strconv.Atoi(strings.TrimSpace(recv(t, s)))
		if err != nil || syscall.Kill(pid, 0) != nil {
			t.Fatalf("%d: nothing runs, so nothing is tested: %v", pid, err)
		}
		s.Stop(50 * time.Millisecond)
		for deadline := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %d is left running", play, pid)
			}
		}
	}
}
