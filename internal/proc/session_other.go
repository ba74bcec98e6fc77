//go:build !linux

package proc

import "syscall"

// dieWithParent has no counterpart on this system.
func dieWithParent(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }

// adopt has no counterpart on this system.
func adopt() {}

// startedAt is only needed where there is something to adopt.
func startedAt(int) uint64 { return 0 }

// sweep cannot see other programs' environments here; the process group is all that is ended.
func (s *Session) sweep() {}
