package ui_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinesBesideEachOther(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 40, map[string]string{"LANG": "C.UTF-8"})
	synctest.Test(t, func(*testing.T) { // where time goes on when there is nothing else to do
		lines := u.Lines()
		lines.Set("source-a", "1/3 FROM x")
		lines.Set("source-b", strings.Repeat("long ", 20))
		time.Sleep(500 * time.Millisecond) // longer than a line may stay silent
		fmt.Fprintln(lines, "said by another program")
		lines.Set("source-a", "2/3 RUN make")
		lines.Remove("source-b")
		time.Sleep(500 * time.Millisecond)
		lines.End()
		lines.End() // a second time is fine
	})
	got := drawn()
	for _, want := range []string{"source-a  0:00  1/3 FROM x\n", "source-b  0:00  long long long long lo…\n", "\x1b[2A\r\x1b[Jsaid by another program\n", "source-a  0:00  2/3 RUN make\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if !strings.HasSuffix(got, "\x1b[1A\r\x1b[J") {
		t.Errorf("a line is still there: %q", got)
	}
}

func TestLinesWithoutATerminal(t *testing.T) {
	t.Parallel()
	u, _, errOut := newUI(t, nil)
	lines := u.Lines()
	lines.Set("a", "one")
	lines.Set("a", "two")
	lines.Remove("a")
	lines.End()
	u.Quiet = true
	lines = u.Lines()
	lines.Set("b", "silent")
	lines.End()
	if errOut.String() != "connkit: a: one\nconnkit: a: two\n" {
		t.Errorf("got %q", errOut)
	}
}

// Steps, details and logs come from several goroutines at once, and so may the end.
func TestProgressFromSeveralGoroutines(t *testing.T) {
	t.Parallel()
	u, _, drawn := terminal(t, 40, map[string]string{"LANG": "C.UTF-8"})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 50 {
				u.Step("step %d", i)
				u.Detail("half")
				u.Live("still")
				u.Log("info", fmt.Sprintf("log %d of %d.", n, i))
				u.Done()
			}
		})
	}
	all.Wait()
	u.Done()
	got := drawn()
	for i := range 8 {
		for n := range 50 {
			if !strings.Contains(got, fmt.Sprintf("log %d of %d.", n, i)) {
				t.Fatalf("log %d of %d is lost", n, i)
			}
		}
	}
}
