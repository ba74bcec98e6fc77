package proc

import (
	"context"
	"os"
	"syscall"
	"time"
)

// Stop ends the program and everything it started: it closes stdin, sends
// SIGTERM to the group, and after grace SIGKILL to the group and to what left
// the group; [Cmd.Reap] runs before and after that. When it returns, all stderr
// has been written and nothing is left. It tells whether the program ended
// before the SIGKILL.
func (s *Session) Stop(grace time.Duration) (gently bool) {
	s.stop.Do(func() {
		close(s.gone)
		_ = s.stdin.Close() // closed already is fine
		asked := !s.hasExited()
		if asked {
			s.terminate(grace)
		}
		gently = s.hasExited()
		there := s.reaped() // while the program can still tell how what it ran has ended
		s.kill()
		<-s.exited
		s.sweep()
		if asked && !there && !s.spoke.Load() {
			s.reapLater()
		}
		s.endLogs()
		_ = s.outR.Close()      // read to its end, or nobody reads it any more
		_ = os.RemoveAll(s.tmp) // what a killed program left; the system cleans its temp folder anyway
		s.watch.end()
	})
	return gently
}

// Kill ends the program and its group at once, as a crash does. [Session.Stop]
// still has to be called.
func (s *Session) Kill() {
	s.reaped()
	s.kill()
	<-s.exited
}

func (s *Session) hasExited() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
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

// endLogs lets the last log lines through, however long a busy machine takes to
// hand them on. What escaped the sweep may hold stderr open, so it is read until
// it is silent; and may write for ever, so that this has an end.
func (s *Session) endLogs() {
	_ = s.errR.SetReadDeadline(time.Now()) // tells outlived; closed already is fine
	for _, wait := range []time.Duration{logTime, time.Second} {
		select {
		case <-s.logged:
			return
		case <-time.After(wait):
			_ = s.errR.Close()
		}
	}
}

// logTime is how long handing on the last log lines may take.
const logTime = 10 * time.Second

// reapTime is how long a reaping command may take.
const reapTime = 30 * time.Second

// reaped runs the reaping command. It tells whether there was something to
// end: engines print the name of a container that they remove.
func (s *Session) reaped() bool {
	if len(s.reap) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), reapTime)
	defer cancel()
	out, _ := Run(ctx, Cmd{Argv: s.reap}) // gone already is fine; nothing else can be done
	return len(out.Stdout) > 0
}

// reapLater ends what a program that was stopped before it said anything had
// asked for, and what comes up only now.
func (s *Session) reapLater() {
	const wait, rounds = 250 * time.Millisecond, 12
	for range rounds {
		time.Sleep(wait)
		if s.reaped() {
			return
		}
	}
}
