package proc

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// watcher cleans up after a connkit that was killed: the kernel ends the program
// with its parent, but not what the program has started (go run starts the
// connector), and nobody would remove the TMPDIR, where SDKs put plain configs.
type watcher struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	began uint64 // when it was started, as the system counts
}

// watchScript is given the mark and the TMPDIR. It learns the process group
// from its input, whose end without another line means that connkit is gone.
// On systems without /proc the group is all that is ended. What is left of its
// arguments is the command that ends what runs elsewhere, and may come up only
// after the program that asked for it is gone.
const watchScript = `trap '' HUP INT TERM
read -r group
read -r done && exit
[ -n "$group" ] && kill -9 "-$group"
for round in 1 2 3; do
	for file in $(grep -lF -e "$1" /proc/[0-9]*/environ); do
		pid=${file#/proc/}
		kill -9 "${pid%/environ}"
	done
done
rm -rf -- "$2"
shift 2
[ $# -eq 0 ] && exit
for round in 1 2 3 4 5; do
	"$@"
	sleep 1
done`

// watch starts a watcher, in a group of its own, so that Ctrl-C and a closed
// terminal do not reach it. Without a shell there is none.
func watch(mark, tmp string, reap []string) *watcher {
	cmd := exec.Command("/bin/sh", append([]string{"-c", watchScript, "sh", mark, tmp}, reap...)...) //nolint:noctx // end ends it
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	return &watcher{cmd, stdin, startedAt(cmd.Process.Pid)}
}

// group tells which process group is to be ended.
func (w *watcher) group(pid int) {
	if w != nil {
		fmt.Fprintln(w.stdin, pid)
	}
}

// end ends the watcher, which then does nothing.
func (w *watcher) end() {
	if w == nil {
		return
	}
	_ = w.cmd.Process.Kill() // it has nothing to clean up any more
	_ = w.cmd.Wait()         // killed
	_ = w.stdin.Close()
}
