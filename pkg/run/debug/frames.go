package debug

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// frame is what matters of a message of the Debug Adapter Protocol, or of
// dlv's own, which is JSON-RPC.
type frame struct {
	Command   string // of a request
	Event     string
	Method    string // of JSON-RPC
	Arguments struct{ TerminateDebuggee bool }
	Params    []struct{ Kill bool }
}

// terminates tells a request that ends the program.
func (f frame) terminates() bool {
	return f.Command == "terminate" || f.Command == "disconnect" && f.Arguments.TerminateDebuggee ||
		f.Method == "RPCServer.Detach" && len(f.Params) > 0 && f.Params[0].Kill
}

// begins tells a request that lets a program go on which waited.
func (f frame) begins() bool {
	return f.Command == "configurationDone" || f.Method == "RPCServer.Command"
}

func (d *door) fromClient(f frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = d.begun || f.begins()
	if f.terminates() && !d.ending {
		d.terminal = true
	}
}

func (d *door) fromServer(f frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Event == "terminated" || f.Event == "exited" {
		d.ending = true
	}
}

// longest is what a message that matters has at most; longer ones hold values.
const longest = 64 << 10

// ear hears the messages of one direction. It is an [io.Writer] that never
// fails, and keeps no more than one message.
type ear struct {
	heard func(frame)
	buf   []byte
	skip  int // bytes of a message that is not kept
}

// Write takes bytes as they come.
func (l *ear) Write(p []byte) (int, error) {
	n := len(p)
	for {
		if k := min(l.skip, len(p)); k > 0 {
			l.skip, p = l.skip-k, p[k:]
		}
		l.buf = append(l.buf, p...)
		p = nil
		if !l.next() {
			return n, nil
		}
		if l.skip > 0 {
			p, l.buf = l.buf, nil
		}
	}
}

// next takes one message off the buffer; false without a whole one.
func (l *ear) next() bool {
	if bytes.HasPrefix(l.buf, []byte("{")) { // JSON-RPC: a message a line
		i := bytes.IndexByte(l.buf, '\n')
		if i < 0 {
			l.limit()
			return false
		}
		l.take(l.buf[:i])
		l.buf = l.buf[i+1:]
		return len(l.buf) > 0
	}
	end := bytes.Index(l.buf, []byte("\r\n\r\n"))
	if end < 0 {
		l.limit()
		return false
	}
	length := contentLength(string(l.buf[:end]))
	body := l.buf[end+4:]
	switch {
	case length > longest:
		l.buf, l.skip = body, length
		return true
	case len(body) < length:
		return false
	}
	l.take(body[:length])
	l.buf = body[length:]
	return len(l.buf) > 0
}

// limit forgets a beginning that grows too long.
func (l *ear) limit() {
	if len(l.buf) > longest {
		l.buf = nil
	}
}

func (l *ear) take(message []byte) {
	var f frame
	if json.Unmarshal(message, &f) == nil { // anything else does not concern us
		l.heard(f)
	}
}

func contentLength(header string) int {
	for line := range strings.SplitSeq(header, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err == nil && n >= 0 {
				return n
			}
		}
	}
	return 0
}
