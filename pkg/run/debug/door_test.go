package debug

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// echo is a debugger that gives back what it is told, a line at a time.
func echo(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	return l.Addr().String()
}

// opened is a door for clients that begin with these words, and what it has said.
func opened(t *testing.T, words ...string) (d *door, addr string, said func() string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var lines []string
	d = openDoor(l, func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf(format, args...))
	}, words...)
	t.Cleanup(d.close)
	return d, l.Addr().String(), func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(lines, "; ")
	}
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// A client is known by its first word, however it comes, and what it says arrives whole.
func TestClientsAreLetInByTheirFirstWord(t *testing.T) {
	t.Parallel()
	for _, parts := range [][]string{
		{"Content-Length: 2\r\n\r\n{}\n"},
		{"content-length: 2\r\n", "\r\n{}\n"},
		{"C", "ont", "ent-Len", "gth", ":", "2\n"},
		{"{\"method\":1}\n"},
	} {
		d, addr, _ := opened(t, "Content-Length:", "{")
		d.lead(echo(t))
		conn := dial(t, addr)
		for _, part := range parts {
			if _, err := io.WriteString(conn, part); err != nil {
				t.Fatal(err)
			}
			if part != parts[len(parts)-1] {
				time.Sleep(5 * time.Millisecond) // so that they come one by one
			}
		}
		want := strings.Join(parts, "")
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v", parts, got, err)
		}
		if n, _ := d.attached(); n != 1 {
			t.Errorf("%q: %d are attached", parts, n)
		}
	}
}

// Whatever else knocks is sent away, and has never been attached.
func TestWhoIsSentAway(t *testing.T) {
	t.Parallel()
	d, addr, said := opened(t, "Content-Length:")
	d.lead(echo(t))
	for _, first := range []string{"GET / HTTP/1.1\r\n\r\n", "Content-Type: x\r\n\r\n", " Content-Length: 2", "\x16\x03\x01", "{}", "Content-Lengthy", "\x00"} {
		conn := dial(t, addr)
		if _, err := io.WriteString(conn, first); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%q: %d bytes, %v", first, n, err)
		}
	}
	if ever, _ := d.story(); ever || !strings.Contains(said(), "was sent away") || strings.Contains(said(), "attached") {
		t.Errorf("ever attached: %v; %s", ever, said())
	}
}

// One client stays where it is while another process is begun; when the door is shut it has to go.
func TestADoorThatIsShut(t *testing.T) {
	t.Parallel()
	d, addr, _ := opened(t, "{")
	d.lead(echo(t))
	conn := dial(t, addr)
	_, _ = io.WriteString(conn, "{}\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "{}\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	d.shut()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("it is still let in")
	}
	ever, terminal := d.story()
	if !ever || terminal || d.released() {
		t.Errorf("got %v, %v, %v", ever, terminal, d.released())
	}
	d.begin()
	if ever, _ := d.story(); ever {
		t.Error("the next process has had no debugger yet")
	}
	d.close()
	d.close() // a second time does no harm
	if conn, err := net.Dial("tcp4", addr); err == nil {
		_ = conn.Close()
		t.Error("the port is still there")
	}
}

// A request to end the program counts only while the debugger has not said itself that it ended.
func TestWhoEndedTheProgram(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server []frame
		client frame
		want   bool
	}{
		"terminate":             {nil, frame{Command: "terminate"}, true},
		"disconnect":            {nil, frame{Command: "disconnect"}, false},
		"after its end":         {[]frame{{Event: "exited"}}, frame{Command: "terminate"}, false},
		"after it was told":     {[]frame{{Event: "terminated"}}, frame{Command: "terminate"}, false},
		"after another event":   {[]frame{{Event: "output"}, {Event: "stopped"}}, frame{Command: "terminate"}, true},
		"dlv's own word for it": {nil, frame{Method: "RPCServer.Detach", Params: []struct{ Kill bool }{{true}}}, true},
		"dlv is only left":      {nil, frame{Method: "RPCServer.Detach", Params: []struct{ Kill bool }{{false}}}, false},
		"without a parameter":   {nil, frame{Method: "RPCServer.Detach"}, false},
	} {
		d, _, _ := opened(t, "{")
		for _, f := range tt.server {
			d.fromServer(f)
		}
		d.fromClient(tt.client)
		if _, terminal := d.story(); terminal != tt.want {
			t.Errorf("%s: got %v", name, terminal)
		}
	}
}

// However a stream is cut, and whatever lies between, the same messages are heard.
func TestMessagesAreHeardHoweverTheyAreCut(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 9))
	for range 200 {
		var stream strings.Builder
		var want []string
		for n := range 1 + random.IntN(6) {
			body := fmt.Sprintf(`{"command":"c%d","arguments":{"x":%q}}`, n, strings.Repeat("é\r\n\r\n", random.IntN(40)))
			if random.IntN(8) == 0 {
				body = `{"command":"long","x":"` + strings.Repeat("y", longest) + `"}` // is passed over
			} else {
				want = append(want, "c"+strconv.Itoa(n))
			}
			header := []string{"Content-Length: %d\r\n\r\n", "content-length:%d\r\n\r\n", "X: 1\r\nContent-Length:  %d \r\nY: 2\r\n\r\n"}[random.IntN(3)]
			fmt.Fprintf(&stream, header, len(body))
			stream.WriteString(body)
		}
		var got []string
		e := &ear{heard: func(f frame) { got = append(got, f.Command) }}
		for rest := stream.String(); rest != ""; {
			n := min(1+random.IntN(5000), len(rest))
			if wrote, err := e.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatalf("it took %d of %d, %v", wrote, n, err)
			}
			rest = rest[n:]
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("got %q, want %q, of %.200q", got, want, stream.String())
		}
	}
}

func TestLengthsOfMessages(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{
		"Content-Length: 12": 12, "CONTENT-LENGTH:0": 0, "X: 3\r\nContent-Length: 4": 4, "Content-Length: -1": 0, "Content-Length: 1x": 0,
		"Content-Length": 0, "": 0, "Content-Length: 99999999999999999999": 0, "Content-Length: x\r\nContent-Length: 5": 5,
	} {
		if got := contentLength(header); got != want {
			t.Errorf("%q: got %d, want %d", header, got, want)
		}
	}
}
