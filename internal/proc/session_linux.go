package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// dieWithParent has the kernel kill the program when connkit is killed.
func dieWithParent(attr *syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Pdeathsig = syscall.SIGKILL
	return attr
}

// sweep kills what left the process group, found by the mark in its
// environment. It looks again until nothing is found, since one may start
// another in between.
func (s *Session) sweep() {
	since := startTime("self")
	for range 100 {
		found := false
		entries, _ := os.ReadDir("/proc")
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			// What is older than connkit is none of its. Environments can be large, and this is
			// all that is looked at of most processes.
			if err != nil || pid == os.Getpid() || startTime(e.Name()) < since {
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

// startTime gives when a process started, in clock ticks since the system did
// (proc(5), stat), or 0 when it has gone.
func startTime(pid string) uint64 {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text[max(bytes.LastIndexByte(text, ')'), 0):], []byte{' '}) // a name may hold blanks
	fields := bytes.Fields(rest)
	const starttime = 22 - 3 // the third field comes first
	if len(fields) <= starttime {
		return 0
	}
	ticks, err := strconv.ParseUint(string(fields[starttime]), 10, 64)
	if err != nil {
		return 0
	}
	return ticks
}

func hasMark(environ []byte, mark string) bool {
	return bytes.HasPrefix(environ, []byte(mark+"\x00")) || bytes.Contains(environ, []byte("\x00"+mark+"\x00"))
}
