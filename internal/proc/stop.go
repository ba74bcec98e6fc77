package proc

import (
	"os"
	"syscall"
	"time"
)

// Stop ends the program and everything it started: it closes stdin, sends
// SIGTERM to the group, and after grace SIGKILL to the group and to what left
// the group. When it returns, all stderr has been written and nothing is left.
func (s *Session) Stop(grace time.Duration) {
	s.stop.Do(func() {
		close(s.gone)
		_ = s.stdin.Close() // closed already is fine
		select {
		case <-s.exited:
		default:
			s.terminate(grace)
		}
		s.kill()
		<-s.exited
		s.sweep()
		s.endLogs()
		_ = s.outR.Close()      // read to its end, or nobody reads it any more
		_ = os.RemoveAll(s.tmp) // what a killed program left; the system cleans its temp folder anyway
		s.watch.end()
	})
}

func (s *Session) terminate(grace time.Duration) {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM) // gone already is fine
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-s.exited:
	case <-timer.C:
	}
}

// kill ends what is left of the group, also when its leader has gone.
func (s *Session) kill() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }

// endLogs lets the last log lines through. What escaped the sweep may hold
// stderr open, so the wait has an end, after which nobody reads it.
func (s *Session) endLogs() {
	for range 2 {
		select {
		case <-s.logged:
			return
		case <-time.After(time.Second):
			_ = s.errR.Close()
		}
	}
}
