// Package sabotage runs a program under which a chosen system call fails, or
// kills it: what a full disk, a dying one or a power cut do at the worst time.
//
// The program is not changed for it: a filter of the kernel (seccomp) is laid
// on a process that then becomes the program. Start reading at [Run]; the
// package's [Main] must be called first in TestMain.
package sabotage

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Kill in place of an error number ends the process at the call.
const Kill = syscall.Errno(0)

const orders = "CONNKIT_TEST_SABOTAGE"

// calls are the system calls that can be chosen. Of some only those calls count
// that concern files: large enough, or to create one.
var calls = map[string]struct {
	number  uint32
	arg     uint32 // index of an argument that is looked at
	atLeast uint32 // the argument is at least this, or
	bits    uint32 // has one of these bits
}{
	"write":     {number: unix.SYS_WRITE, arg: 2, atLeast: 64}, // the runtime wakes itself with less
	"create":    {number: unix.SYS_OPENAT, arg: 2, bits: unix.O_CREAT},
	"fsync":     {number: unix.SYS_FSYNC},
	"rename":    {number: unix.SYS_RENAMEAT},
	"renameat2": {number: unix.SYS_RENAMEAT2},
	"fchmod":    {number: unix.SYS_FCHMOD},
	"fchown":    {number: unix.SYS_FCHOWN},
	"fsetxattr": {number: unix.SYS_FSETXATTR},
	"unlink":    {number: unix.SYS_UNLINKAT},
	"truncate":  {number: unix.SYS_FTRUNCATE},
	"flock":     {number: unix.SYS_FLOCK},
}

// Calls names the system calls that can be chosen.
func Calls() []string {
	var names []string
	for name := range calls {
		names = append(names, name)
	}
	return names
}

// Run makes cmd, which has not started, fail with errno whenever it makes a
// call, or be killed by it.
func Run(cmd *exec.Cmd, call string, errno syscall.Errno) {
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, orders+"="+call+" "+strconv.Itoa(int(errno))+" "+cmd.Path)
	cmd.Path = "/proc/self/exe"
	if own, err := os.Executable(); err == nil {
		cmd.Path = own
	}
}

// Killed tells that a process was killed by a call.
func Killed(cmd *exec.Cmd) bool {
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGSYS
}

// Main lets the test binary play the process that lays the filter on itself and
// becomes the program. It gives nil in a process that has no such orders.
func Main() error {
	text, ok := os.LookupEnv(orders)
	if !ok {
		return nil
	}
	_ = os.Unsetenv(orders)
	parts := strings.SplitN(text, " ", 3)
	errno, err := strconv.Atoi(parts[1])
	if err == nil {
		err = become(parts[2], parts[0], syscall.Errno(errno))
	}
	return fmt.Errorf("sabotage: %w", err)
}

func become(program, call string, errno syscall.Errno) error {
	c, ok := calls[call]
	if !ok {
		return fmt.Errorf("no call %q", call)
	}
	action := uint32(unix.SECCOMP_RET_ERRNO) | uint32(errno)
	if errno == Kill {
		action = unix.SECCOMP_RET_KILL_PROCESS
	}
	const numberAt, firstArgument = 0, 16
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	end := func(with uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: with} }
	test := unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: c.atLeast, Jf: 1}
	if c.bits != 0 {
		test = unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: c.bits, Jf: 1}
	}
	filter := []unix.SockFilter{
		load(numberAt),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: c.number, Jf: 3},
		load(firstArgument + 8*c.arg),
		test,
		end(action),
		end(unix.SECCOMP_RET_ALLOW),
	}
	program2 := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread() // a filter is a thread's, and goes with it to what it becomes
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program2)), 0, 0); err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, os.Environ())
}
