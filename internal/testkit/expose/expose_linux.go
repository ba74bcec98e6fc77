// Package expose looks for secrets where they have no business to be while a
// program runs and after it: in arguments and environments of processes, in
// what it prints, in files below some folders. Start reading at [Watch.Run].
package expose

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Watch says what is looked for, and where.
type Watch struct {
	Secrets []string                                 // values that must not be seen
	Dirs    []string                                 // folders whose files are looked at, deep
	Allow   func(path string, info fs.FileInfo) bool // a file that may hold them; nil is none
	Stdout  bool                                     // standard output may hold them
}

// Run runs a program to its end and fails the test for each place where a
// secret was seen. It gives what the program printed and its exit status.
func (w Watch) Run(tb testing.TB, cmd *exec.Cmd) (stdout, stderr string, code int) {
	tb.Helper()
	r := &run{Watch: w, tb: tb, seen: map[string]bool{}}
	for _, s := range w.Secrets {
		r.forms = append(r.forms, spellings(s)...)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	done := make(chan struct{})
	var watching sync.WaitGroup
	counted, ready := make(chan struct{}), make(chan struct{})
	watching.Go(func() { r.processes(done, counted) })
	watching.Go(func() { r.files(done, ready) })
	<-counted
	<-ready
	err := cmd.Run()
	close(done)
	watching.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	for _, dir := range w.Dirs {
		r.walk(dir)
	}
	if !w.Stdout {
		r.look("standard output", out.Bytes())
	}
	r.look("standard error", errs.Bytes())
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// spellings gives the forms in which a value may appear.
func spellings(s string) [][]byte {
	quoted, _ := json.Marshal(s)
	return [][]byte{[]byte(s), quoted[1 : len(quoted)-1], []byte(base64.StdEncoding.EncodeToString([]byte(s))), []byte(hex.EncodeToString([]byte(s)))}
}

type run struct {
	Watch
	tb    testing.TB
	forms [][]byte

	mu   sync.Mutex
	seen map[string]bool
}

func (r *run) look(where string, text []byte) {
	for _, form := range r.forms {
		if bytes.Contains(text, form) {
			r.mu.Lock()
			if !r.seen[where] {
				r.tb.Errorf("a secret is in %s", where)
			}
			r.seen[where] = true
			r.mu.Unlock()
		}
	}
}

// most is how much of what a process was started with is read: the kernel
// allows 2 MiB, and some processes show no end of it.
const most = 2 << 20

// processes looks at what every process was started with that was not there
// before, some times each, and anew when it has become another program.
func (r *run) processes(done, ready chan struct{}) {
	const enough = 20
	looked, known := map[string]int{}, map[string]string{}
	for first := true; ; first = false {
		names, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range names {
			line := beginning(filepath.Join(dir, "cmdline"))
			if known[dir] != string(line) {
				known[dir], looked[dir] = string(line), 0
			}
			if first {
				looked[dir] = enough
			}
			if looked[dir]++; looked[dir] > enough {
				continue
			}
			r.look("the cmdline of a process", line)
			r.look("the environ of a process", beginning(filepath.Join(dir, "environ")))
		}
		if first {
			close(ready)
		}
		select {
		case <-done:
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// beginning reads a file of /proc, as far as it is there.
func beginning(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // only read
	text, _ := io.ReadAll(io.LimitReader(f, most))
	return text
}

// files looks at each file that is created, written or renamed, as the kernel tells of it.
func (r *run) files(done, ready chan struct{}) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		r.tb.Error(err)
		close(ready)
		return
	}
	defer unix.Close(fd) //nolint:errcheck // only read
	dirs := map[int32]string{}
	for _, dir := range r.Dirs {
		r.follow(fd, dir, dirs)
	}
	close(ready)
	buf := make([]byte, 1<<16)
	for last := false; ; {
		n, err := unix.Read(fd, buf)
		for at := 0; err == nil && at+unix.SizeofInotifyEvent <= n; {
			e := (*unix.InotifyEvent)(unsafe.Pointer(&buf[at]))
			name := strings.TrimRight(string(buf[at+unix.SizeofInotifyEvent:at+unix.SizeofInotifyEvent+int(e.Len)]), "\x00")
			at += unix.SizeofInotifyEvent + int(e.Len)
			path := filepath.Join(dirs[e.Wd], name)
			if e.Mask&unix.IN_ISDIR != 0 {
				r.follow(fd, path, dirs)
				r.walk(path)
				continue
			}
			r.file(path)
		}
		if err == nil {
			continue
		}
		if last {
			return
		}
		select {
		case <-done:
			last = true // once more, for what came meanwhile
		case <-time.After(200 * time.Microsecond):
		}
	}
}

func (r *run) follow(fd int, dir string, dirs map[int32]string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			if wd, err := unix.InotifyAddWatch(fd, path, unix.IN_CREATE|unix.IN_MODIFY|unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO); err == nil {
				dirs[int32(wd)] = path
			}
		}
		return nil // it may be gone again
	})
}

func (r *run) walk(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			r.file(path)
		}
		return nil // it may be gone again
	})
}

func (r *run) file(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || r.Allow != nil && r.Allow(path, info) {
		return
	}
	if text, err := os.ReadFile(path); err == nil {
		r.look("the file "+path, text)
	}
}
