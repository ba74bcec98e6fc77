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
	for range 100 {
		found := false
		files, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, file := range files {
			if text, err := os.ReadFile(file); err != nil || !hasMark(text, s.mark) {
				continue
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && pid != os.Getpid() {
				found = true
				_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is fine
			}
		}
		if !found {
			return
		}
	}
}

func hasMark(environ []byte, mark string) bool {
	return bytes.HasPrefix(environ, []byte(mark+"\x00")) || bytes.Contains(environ, []byte("\x00"+mark+"\x00"))
}
