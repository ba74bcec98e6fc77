package proc

import (
	"syscall"
	"time"
)

const (
	// innerPoll is how often programs are looked for that are to end first.
	innerPoll = 20 * time.Millisecond
	// innerWait is how long they are looked for: between two of them there is none.
	innerWait = time.Second
	// innerGrace is how long the program may take to clean up when they have ended.
	innerGrace = 3 * time.Second
)

// endInner ends the programs that one in a group of its own waits for, and lets
// it clean up as it does when they fail. One that does not end then, or has
// started none, gets SIGTERM itself.
func endInner(name string, group int, ended <-chan struct{}) {
	wait := func(d time.Duration) bool {
		select {
		case <-ended:
			return true
		case <-time.After(d):
			return false
		}
	}
	for range innerWait / innerPoll {
		found := inGroup(name, group)
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGTERM) // gone already is fine
		}
		if len(found) > 0 {
			if wait(innerGrace) {
				return
			}
			break
		}
		if wait(innerPoll) {
			return
		}
	}
	_ = syscall.Kill(-group, syscall.SIGTERM)
}
