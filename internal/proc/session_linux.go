package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// dieWithParent has the kernel kill the program when connkit is killed.
func dieWithParent(attr *syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Pdeathsig = syscall.SIGKILL
	return attr
}

// adopt has the kernel make connkit the parent of what the programs that it
// starts leave behind (prctl(2), PR_SET_CHILD_SUBREAPER).
var adopt = sync.OnceFunc(func() {
	const setChildSubreaper = 36
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0) // a kernel that cannot finds less
})

// sweep kills what left the process group, found by the mark in its
// environment, or as a child that connkit got by inheritance. It looks again
// until nothing is found, since one may start another in between.
func (s *Session) sweep() {
	self, _ := processOf("self")
	since := self.start
	for round := range 100 {
		time.Sleep(time.Duration(round) * time.Millisecond) // on a busy machine the dying take their time
		found := s.killAdopted(self)
		entries, _ := os.ReadDir("/proc")
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			// What is older than connkit is none of its. Environments can be large, and this is
			// all that is looked at of most processes.
			if err != nil || pid == os.Getpid() || older(e.Name(), since) {
				continue
			}
			if text, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ")); err == nil && hasMark(text, s.mark) {
				found = true
				_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is fine
			}
		}
		if !found {
			return
		}
	}
}

// killAdopted kills what has emptied its environment, and so has no mark.
// connkit starts nothing in sessions (setsid(2)) of their own, so a child in
// one was adopted. A container's engine leaves its own helpers, and ends them.
func (s *Session) killAdopted(self process) (found bool) {
	if s.watch == nil || len(s.reap) > 0 {
		return false
	}
	children, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range children {
		pid := filepath.Base(filepath.Dir(file))
		p, ok := processOf(pid)
		// The watcher was started just before the program.
		if !ok || p.parent != self.id || p.session == self.session || p.start < s.watch.began || ofAnother(pid, s.mark) {
			continue
		}
		_ = syscall.Kill(p.id, syscall.SIGKILL)               // gone already is fine
		_, _ = syscall.Wait4(p.id, nil, syscall.WNOHANG, nil) // a child that nobody else waits for
		found = true
	}
	return found
}

// startedAt gives when a process started.
func startedAt(pid int) uint64 {
	p, _ := processOf(strconv.Itoa(pid))
	return p.start
}

// ofAnother tells whether a process belongs to another session of connkit's.
func ofAnother(pid, mark string) bool {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "environ"))
	name, _, _ := strings.Cut(mark, "=")
	return err == nil && bytes.Contains(text, []byte(name+"=")) && !hasMark(text, mark)
}

// process is what proc(5) tells of one in stat.
type process struct {
	id, parent, session int
	start               uint64 // in clock ticks since the system's
}

// older tells whether a process started before a time, or has gone.
func older(pid string, since uint64) bool {
	p, ok := processOf(pid)
	return !ok || p.start < since
}

func processOf(pid string) (process, bool) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	open, closed := bytes.IndexByte(text, ' '), bytes.LastIndexByte(text, ')') // a name may hold blanks
	if err != nil || open < 0 || closed < 0 {
		return process{}, false
	}
	fields := bytes.Fields(text[closed+1:])
	const parent, session, start = 4 - 3, 6 - 3, 22 - 3 // the third field comes first
	if len(fields) <= start {
		return process{}, false
	}
	number := func(text []byte) int {
		n, _ := strconv.Atoi(string(text)) // the kernel writes numbers
		return n
	}
	return process{number(text[:open]), number(fields[parent]), number(fields[session]), uint64(number(fields[start]))}, true //nolint:gosec // not below 0
}

func hasMark(environ []byte, mark string) bool {
	return bytes.HasPrefix(environ, []byte(mark+"\x00")) || bytes.Contains(environ, []byte("\x00"+mark+"\x00"))
}
