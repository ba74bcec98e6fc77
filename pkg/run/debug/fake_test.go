package debug

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// The test binary plays python3, with the bootstrap and debugpy in it, dlv, go
// and docker, when it is started under these names. FAKE says how the connector is.
func TestMain(m *testing.M) {
	play := map[string]func(){"python3": fakePython, "dlv": fakeDelve, "go": fakeGo, "docker": fakeDocker}
	if f := play[filepath.Base(os.Args[0])]; f != nil {
		f()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tools makes these programs the only ones in PATH, and gives their folder.
func tools(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

const fakeSpec = `{"spec":{"protocol":3032023,"configSchema":{},"resourceConfigSchema":{"properties":{"s":{}}},"documentationUrl":"u","resourcePathPointers":["/s"]}}`

// fakeConnector answers spec as FAKE says, and gives its status.
func fakeConnector(out io.Writer) int {
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	switch os.Getenv("FAKE") {
	case "fails":
		fmt.Fprintln(os.Stderr, `{"level":"error","msg":"the host is down"}`)
		return 7
	case "quits":
		return 0
	case "hangs":
		time.Sleep(time.Hour)
	case "kills":
		return -9
	}
	fmt.Fprintln(out, fakeSpec)
	return 0
}

// fakeSession plays an adapter for one client: released is closed when the
// program may begin, and ends is called when the client ends the program.
func fakeSession(conn net.Conn, first []byte, begin, ends func()) {
	r := bufio.NewReader(io.MultiReader(strings.NewReader(string(first)), conn))
	for seq := 1; ; seq++ {
		m, err := dap.ReadProtocolMessage(r)
		if err != nil {
			return
		}
		request := m.(dap.RequestMessage).GetRequest()
		answer := &dap.Response{ProtocolMessage: dap.ProtocolMessage{Seq: seq, Type: "response"}, RequestSeq: request.Seq, Success: true, Command: request.Command}
		_ = dap.WriteProtocolMessage(conn, answer)
		switch r := m.(type) {
		case *dap.AttachRequest:
			_ = dap.WriteProtocolMessage(conn, &dap.InitializedEvent{Event: dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: "initialized"}})
		case *dap.ConfigurationDoneRequest:
			begin()
		case *dap.DisconnectRequest:
			if r.Arguments.TerminateDebuggee {
				ends()
			}
		}
	}
}

// fakePython plays the interpreter: the bootstrap, an import, or pip.
func fakePython() {
	args := os.Args[1:]
	switch {
	case slices.Contains(args, "pip"):
		fakePip(args)
		return
	case slices.Contains(args, "import debugpy"):
		if os.Getenv("FAKE") == "bare" {
			os.Exit(1)
		}
		return
	case os.Getenv("FAKE") == "dies":
		fmt.Fprintln(os.Stderr, "ImportError: no module")
		os.Exit(3)
	case os.Getenv("FAKE") == "slow":
		time.Sleep(300 * time.Millisecond)
	case os.Getenv("FAKE") == "no copy":
		os.Exit(noDebugpy)
	}
	at := slices.IndexFunc(args, func(a string) bool { return filepath.Base(a) == "boot.py" })
	folder, wait := args[at+1], args[at+5] == "1"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(9)
	}
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fakeSession(conn, nil, begin, func() { os.Exit(0) })
		}
	}()
	report, _ := json.Marshal(map[string]int{"port": l.Addr().(*net.TCPAddr).Port})
	_ = os.WriteFile(filepath.Join(folder, "listening"), report, 0o600)
	if wait {
		<-begun
	}
	if os.Getenv("FAKE") == "half" {
		fmt.Print(`{"spec"`)
		os.Exit(0)
	}
	os.Exit(fakeConnector(os.Stdout))
}

func fakePip(args []string) {
	if slices.Contains(args, "--version") {
		return
	}
	if os.Getenv("FAKE") == "no index" {
		fmt.Fprintln(os.Stderr, "WARNING: x\nERROR: Could not find a version\nERROR: No matching distribution")
		os.Exit(1)
	}
	list, _ := os.ReadFile(args[slices.Index(args, "--requirement")+1])
	target := args[slices.Index(args, "--target")+1]
	_ = os.MkdirAll(filepath.Join(target, "debugpy"), 0o755)
	_ = os.WriteFile(filepath.Join(target, "debugpy", "__init__.py"), list, 0o644)
}

// RPCServer plays what is needed of dlv's.
type RPCServer struct {
	mu      sync.Mutex
	status  *int
	begun   bool
	cleared int
	begin   func()
	end     func()
}

// FakeState is the answer of State.
type FakeState struct{ State struct{ Running bool } }

// State tells how the program is.
func (s *RPCServer) State(_ struct{ NonBlocking bool }, out *FakeState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status != nil {
		return fmt.Errorf("Process 7 has exited with status %d", *s.status)
	}
	out.State.Running = s.begun && os.Getenv("FAKE") != "stands"
	return nil
}

// ListBreakpoints gives one of dlv's own and one that was set.
func (s *RPCServer) ListBreakpoints(_ struct{}, out *map[string]any) error {
	*out = map[string]any{"Breakpoints": []map[string]int{{"id": -1}, {"id": 3}}}
	return nil
}

// ClearBreakpoint takes the one away that was set.
func (s *RPCServer) ClearBreakpoint(in struct {
	ID int `json:"Id"`
}, _ *struct{}) error {
	if in.ID != 3 {
		return errors.New("that is dlv's own")
	}
	s.cleared++
	return nil
}

// Command lets the program go on.
func (s *RPCServer) Command(_ struct{ Name string }, _ *struct{}) error {
	if os.Getenv("FAKE") == "stands" && s.cleared == 0 {
		return errors.New("it would stop again")
	}
	s.begin()
	return nil
}

// Detach ends dlv.
func (s *RPCServer) Detach(_ struct{ Kill bool }, _ *struct{}) error {
	time.AfterFunc(50*time.Millisecond, s.end)
	return nil
}

// fakeDelve plays dlv exec, with the connector inside.
func fakeDelve() {
	switch os.Getenv("FAKE") {
	case "busy":
		fmt.Println("couldn't start listener: address already in use")
		os.Exit(1)
	case "no program":
		fmt.Println("API server listening at: 127.0.0.1:1")
		fmt.Fprintln(os.Stderr, "could not launch process: not an executable file")
		os.Exit(1)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(9)
	}
	fifo := strings.TrimPrefix(os.Args[slices.Index(os.Args, "-r")+1], "stdout:")
	out, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		os.Exit(9)
	}
	fmt.Println("API server listening at: " + l.Addr().String())
	begun := make(chan struct{})
	s := &RPCServer{end: func() { os.Exit(0) }}
	once := sync.OnceFunc(func() { close(begun) })
	s.begin = once
	go serveDelve(l, s, func() {
		s.mu.Lock()
		s.begun = true
		s.mu.Unlock()
		if os.Getenv("FAKE") != "stands" { // it stops at a breakpoint at once
			once()
		}
	})
	<-begun
	if os.Getenv("FAKE") == "dlv dies" {
		os.Exit(2)
	}
	status := fakeConnector(out)
	_ = out.Close()
	s.mu.Lock()
	s.status = &status
	s.mu.Unlock()
	time.Sleep(time.Hour) // it does not end with its program
}

func serveDelve(l net.Listener, s *RPCServer, begin func()) {
	server := rpc.NewServer()
	_ = server.Register(s)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			first := make([]byte, 1)
			if _, err := io.ReadFull(conn, first); err != nil {
				return
			}
			if first[0] != '{' {
				fakeSession(conn, first, begin, func() { os.Exit(0) })
				return
			}
			server.ServeCodec(jsonrpc.NewServerCodec(struct {
				io.Reader
				io.Writer
				io.Closer
			}{io.MultiReader(strings.NewReader("{"), conn), conn, conn}))
		}()
	}
}

// fakeGo plays go build, and tells where programs are installed.
func fakeGo() {
	if os.Args[1] == "env" {
		fmt.Printf("\n%s\n", os.Getenv("FAKE_GOPATH"))
		return
	}
	if os.Getenv("FAKE") == "no build" {
		fmt.Fprintln(os.Stderr, "# example.com/x\n./main.go:3:1: syntax error")
		os.Exit(1)
	}
}

// fakeDocker reads a script in an image.
func fakeDocker() {
	switch os.Args[1] {
	case "run":
		fmt.Print(os.Getenv("FAKE_HEAD"))
	case "port":
		fmt.Print(os.Getenv("FAKE_PORT"))
	}
}
