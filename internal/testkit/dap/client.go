// Package dap is a debugger for tests: it attaches by the Debug Adapter
// Protocol as an editor does. Start reading at [Attach].
package dap

import (
	"bufio"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// Client is a debugger that is attached.
type Client struct {
	tb   testing.TB
	conn net.Conn

	mu       sync.Mutex
	seq      int
	messages []dap.Message // that nobody has taken yet
	more     chan struct{}
	gone     bool
}

// Attach connects to addr and attaches with the arguments that an entry of
// launch.json has. The program waits until [Client.Begin].
func Attach(tb testing.TB, addr, arguments string) *Client {
	tb.Helper()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(tb.Context(), "tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	c := &Client{tb: tb, conn: conn, more: make(chan struct{}, 1)}
	tb.Cleanup(c.Drop)
	go c.read()
	c.request(&dap.InitializeRequest{Request: head("initialize"), Arguments: dap.InitializeRequestArguments{
		AdapterID: "x", LinesStartAt1: true, ColumnsStartAt1: true, PathFormat: "path",
	}})
	c.Response("initialize")
	c.request(&dap.AttachRequest{Request: head("attach"), Arguments: []byte(arguments)})
	c.Event("initialized")
	return c
}

func head(command string) dap.Request {
	return dap.Request{ProtocolMessage: dap.ProtocolMessage{Type: "request"}, Command: command}
}

func (c *Client) read() {
	r := bufio.NewReader(c.conn)
	for {
		m, err := dap.ReadProtocolMessage(r)
		if _, unknown := err.(*dap.DecodeProtocolMessageFieldError); unknown { //nolint:errorlint // it comes as it is
			continue // an adapter's own events
		}
		c.mu.Lock()
		if err != nil {
			c.gone = true
		} else {
			c.messages = append(c.messages, m)
		}
		c.mu.Unlock()
		select {
		case c.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// take waits for a message that fits and takes it out.
func (c *Client) take(what string, fits func(dap.Message) bool) dap.Message {
	c.tb.Helper()
	for deadline := time.After(patience); ; {
		c.mu.Lock()
		for i, m := range c.messages {
			if fits(m) {
				c.messages = append(c.messages[:i:i], c.messages[i+1:]...)
				c.mu.Unlock()
				return m
			}
		}
		gone := c.gone
		c.mu.Unlock()
		if gone {
			c.tb.Fatalf("waiting for %s: the connection has ended", what)
		}
		select {
		case <-c.more:
		case <-deadline:
			c.tb.Fatalf("waiting for %s: it does not come; there is %+v", what, c.messages)
		}
	}
}

// Response waits for the answer to a request.
func (c *Client) Response(command string) dap.Message {
	c.tb.Helper()
	m := c.take("the response to "+command, func(m dap.Message) bool {
		r, ok := m.(dap.ResponseMessage)
		return ok && r.GetResponse().Command == command
	})
	if r := m.(dap.ResponseMessage).GetResponse(); !r.Success {
		c.tb.Fatalf("%s: %s", command, r.Message)
	}
	return m
}

// Event waits for an event.
func (c *Client) Event(name string) dap.Message {
	c.tb.Helper()
	return c.take("the event "+name, func(m dap.Message) bool {
		e, ok := m.(dap.EventMessage)
		return ok && e.GetEvent().Event == name
	})
}

// request sends a request and gives its number.
func (c *Client) request(m dap.RequestMessage) {
	c.tb.Helper()
	c.mu.Lock()
	c.seq++
	m.GetRequest().Seq = c.seq
	c.mu.Unlock()
	if err := dap.WriteProtocolMessage(c.conn, m); err != nil {
		c.tb.Fatal(err)
	}
}

// Gone waits until the other side has closed the connection.
func (c *Client) Gone() {
	c.tb.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		c.mu.Lock()
		gone := c.gone
		c.mu.Unlock()
		if gone {
			return
		}
		if time.Now().After(deadline) {
			c.tb.Fatal("the connection is still there")
		}
	}
}

// Drop closes the connection without a word.
func (c *Client) Drop() { _ = c.conn.Close() }
