package upstream_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/testkit/sabotage"
	"github.com/connkit/connkit/pkg/upstream"
)

func init() {
	if err := sabotage.Main(); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(111)
	}
}

// A disk that refuses leaves the repository as it was, or as the next command
// puts it; connkit and the git that it runs meet the same disk.
func TestDiskRefuses(t *testing.T) {
	t.Parallel()
	for call, errno := range map[string]syscall.Errno{
		"create": syscall.ENOSPC, "write": syscall.ENOSPC, "fsync": syscall.EIO, "rename": syscall.EROFS, "renameat2": syscall.EIO, "fchmod": syscall.EPERM, "unlink": syscall.EACCES,
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := changing(t)
			before, head := w.state(), w.git("rev-parse", "HEAD")
			text, err := json.Marshal(w.options())
			if err != nil {
				t.Fatal(err)
			}
			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), crashRole+"="+noCrash, crashOptions+"="+string(text), childVerb+"=pull")
			sabotage.Run(child, call, errno)
			out, _ := child.CombinedOutput()
			if code := child.ProcessState.ExitCode(); code == 0 || code == 111 {
				t.Fatalf("exit %d: %s", code, out)
			}
			if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			if now := w.git("rev-parse", "HEAD"); now == head {
				if after := w.state(); withoutIndex(after) != withoutIndex(before) {
					t.Errorf("not as before: %s\n%s", firstDifference(withoutIndex(before), withoutIndex(after)), out)
				}
			} else if call != "unlink" { // only what is to be tidied up behind the commit may fail then
				t.Errorf("it failed and was committed: %s", out)
			}
			w.checkNothingLeft()
			w.must()
			if s := w.git("status", "--porcelain"); s != "" {
				t.Errorf("status:\n%s", s)
			}
		})
	}
}
