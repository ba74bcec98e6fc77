//go:build !linux

package proc

import "syscall"

// dieWithParent has no counterpart on this system.
func dieWithParent(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }

// sweep cannot see other programs' environments here; the process group is all that is ended.
func (s *Session) sweep() {}
