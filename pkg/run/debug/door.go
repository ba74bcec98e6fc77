package debug

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// door is where debuggers come in: one port for all processes of a call, open
// before the first is started. It hands on to the process's own port only what
// speaks the debugger's protocol: a stray HTTP request would stop debugpy for
// good, and a web page must not get to a port that runs code.
type door struct {
	listener net.Listener
	words    []string // what clients begin with
	said     func(format string, args ...any)

	mu       sync.Mutex
	inner    string // where the debugger listens; "" while there is none
	clients  map[net.Conn]bool
	ever     bool // somebody was attached to this process
	begun    bool // and has let it go on
	left     time.Time
	ending   bool // the debugger has told its clients that the program ended
	terminal bool // a client asked to end the program before that
	closed   bool
}

const (
	firstWords = 10 * time.Second // for a client to begin
	settling   = time.Second      // after which debugpy takes another client
)

// openDoor begins to let clients in.
func openDoor(l net.Listener, said func(string, ...any), words ...string) *door {
	d := &door{listener: l, words: words, said: said, clients: map[net.Conn]bool{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			go d.enter(conn)
		}
	}()
	return d
}

// lead lets clients through to the debugger of a new process; "" to none.
func (d *door) lead(inner string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inner = inner
}

// begin forgets what was noted of the last process.
func (d *door) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inner, d.ever, d.begun, d.ending, d.terminal = "", false, false, false, false
}

func (d *door) close() {
	_ = d.listener.Close() // closed already is fine
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.shut()
}

// shut sends the clients away.
func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inner = ""
	for c := range d.clients {
		_ = c.Close() // gone already is fine
	}
}

// attached tells how many debuggers are, and since when none is.
func (d *door) attached() (n int, left time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.clients), d.left
}

// story tells whether there was a debugger, and whether one ended the program.
func (d *door) story() (ever, terminal bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ever, d.terminal
}

// released tells whether a debugger has let the program go on.
func (d *door) released() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun
}

func (d *door) enter(client net.Conn) {
	defer func() { _ = client.Close() }() // both ways have ended
	if own, known := sameUser(client); known && !own {
		d.said("another user of this machine tried to attach, and was sent away")
		return
	}
	first, ok := d.greet(client)
	if !ok {
		return
	}
	server, ok := d.admit(client)
	if !ok {
		return
	}
	defer d.leave(client)
	defer func() { _ = server.Close() }()
	d.said("a debugger is attached")
	go func() {
		_, _ = io.Copy(io.MultiWriter(&ear{heard: d.fromServer}, client), server)
		_ = client.Close() // the debugger is gone
	}()
	_, _ = io.Copy(io.MultiWriter(&ear{heard: d.fromClient}, server), io.MultiReader(bytes.NewReader(first), client))
}

// greet reads the first bytes of a client, as many as tell what it is.
func (d *door) greet(client net.Conn) (first []byte, ok bool) {
	_ = client.SetReadDeadline(time.Now().Add(firstWords)) // a connection can have one
	buf := make([]byte, 4096)
	for len(first) < 64 {
		n, err := client.Read(buf)
		first = append(first, buf[:n]...)
		for _, word := range d.words {
			if len(first) >= len(word) && bytes.EqualFold(first[:len(word)], []byte(word)) {
				_ = client.SetReadDeadline(time.Time{})
				return first, true
			}
		}
		if err != nil || !d.mayBecome(first) {
			break
		}
	}
	if len(first) > 0 {
		d.said("a connection that does not speak the debugger's protocol was sent away")
	}
	return nil, false
}

// mayBecome tells whether more bytes could make one of the words.
func (d *door) mayBecome(first []byte) bool {
	for _, word := range d.words {
		n := min(len(first), len(word))
		if bytes.EqualFold(first[:n], []byte(word)[:n]) {
			return true
		}
	}
	return false
}

// admit connects a client to the debugger.
func (d *door) admit(client net.Conn) (server net.Conn, ok bool) {
	inner, ok := d.await()
	if !ok {
		return nil, false
	}
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", inner) // on this machine it answers at once
	if err != nil {
		return nil, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner != inner {
		_ = server.Close() // the process has ended in the meantime
		return nil, false
	}
	d.clients[client], d.ever = true, true
	return server, true
}

// await waits until the debugger takes a client: not before it listens, which
// who is quick would else have to try again, nor just after another has left.
func (d *door) await() (inner string, ok bool) {
	for until := time.Now().Add(startTime); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		d.mu.Lock()
		inner, closed, since := d.inner, d.closed, time.Since(d.left)
		d.mu.Unlock()
		switch {
		case closed:
			return "", false
		case inner != "" && since > settling:
			return inner, true
		}
	}
	return "", false
}

func (d *door) leave(client net.Conn) {
	d.mu.Lock()
	delete(d.clients, client)
	d.left = time.Now()
	d.mu.Unlock()
	d.said("the debugger is gone")
}
