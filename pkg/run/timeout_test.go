package run

import (
	"testing"
	"time"
)

func TestWhatAsksTheSourceMayTakeLongerThanASpecUnlessTheTimeIsSaid(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]time.Duration{
		"spec": time.Minute, "discovered": 3 * time.Minute, "validated": 3 * time.Minute, "applied": 3 * time.Minute, "": 3 * time.Minute,
	} {
		if got := (&target{options: &Options{}}).timeout(kind); got != want {
			t.Errorf("%q may take %s, want %s", kind, got, want)
		}
		if got := (&target{options: &Options{Timeout: time.Second}}).timeout(kind); got != time.Second {
			t.Errorf("%q may take %s where a second is said", kind, got)
		}
	}
}
