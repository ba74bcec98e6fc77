//go:build site

package doctest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// browser is a Chromium that is spoken to by its DevTools protocol, over a pipe.
type browser struct {
	t       *testing.T
	to      io.Writer
	answers chan message
	id      int
	session string
	events  []message // since the last call of [browser.take]
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: make setup-chromium")
	}
	fromUs, toIt := pipe(t)
	fromIt, toUs := pipe(t)
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{fromUs, toUs}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = os.RemoveAll(profile) }) // its children may still write there: what stays is in the temp folder
	_ = fromUs.Close()
	_ = toUs.Close()
	b := &browser{t: t, to: toIt, answers: make(chan message, 1000)}
	go b.read(fromIt)
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func (b *browser) read(from io.Reader) {
	defer close(b.answers)
	for r := bufio.NewReader(from); ; {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			b.answers <- m
		}
	}
}

// call sends a command and decodes its answer; events on the way are kept.
func (b *browser) call(method string, params any, result any) {
	b.t.Helper()
	b.id++
	if params == nil {
		params = struct{}{}
	}
	text, err := json.Marshal(map[string]any{"id": b.id, "method": method, "params": params, "sessionId": b.session})
	if err != nil {
		b.t.Fatal(err)
	}
	if b.session == "" {
		text, _ = json.Marshal(map[string]any{"id": b.id, "method": method, "params": params})
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	m := b.next(method, func(m message) bool { return m.ID == b.id })
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			b.t.Fatal(err)
		}
	}
}

// next waits for a message; the others are kept as events.
func (b *browser) next(what string, wanted func(message) bool) message {
	b.t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		select {
		case m, ok := <-b.answers:
			if !ok {
				b.t.Fatalf("%s: chromium has ended", what)
			}
			if wanted(m) {
				return m
			}
			b.events = append(b.events, m)
		case <-deadline:
			b.t.Fatalf("%s: chromium does not answer", what)
		}
	}
}

// open loads a page and waits until it is there.
func (b *browser) open(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	for i, e := range b.events {
		if e.Method == "Page.loadEventFired" {
			b.events = append(b.events[:i:i], b.events[i+1:]...)
			return
		}
	}
	b.next(url, func(m message) bool { return m.Method == "Page.loadEventFired" })
}

// take gives the events so far.
func (b *browser) take() []message {
	b.eval("0", nil) // what has happened is told before the answer
	events := b.events
	b.events = nil
	return events
}

// eval runs a script in the page; its value is decoded into result.
func (b *browser) eval(script string, result any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%.80s: %s", script, answer.ExceptionDetails.Text)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.t.Fatalf("%.80s: %v", script, err)
		}
	}
}

// size sets the window's width and the scheme that its user likes.
func (b *browser) size(width int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shot keeps a picture of the page, for people to look at.
func (b *browser) shot(file string) {
	b.t.Helper()
	var picture struct{ Data []byte }
	b.call("Page.captureScreenshot", map[string]any{"format": "png"}, &picture)
	if err := os.WriteFile(file, picture.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// complaint tells of an event that must not happen on a page of base, or "".
func complaint(m message, base string) string {
	var p struct {
		Type, ErrorText  string
		Args             []struct{ Value any }
		Entry            struct{ Level, Text, URL string }
		ExceptionDetails struct{ Text string }
		Request          struct{ URL string }
		Response         struct {
			URL    string
			Status int
		}
		Canceled bool
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return ""
	}
	switch {
	case m.Method == "Runtime.exceptionThrown":
		return "exception: " + p.ExceptionDetails.Text
	case m.Method == "Runtime.consoleAPICalled" && (p.Type == "error" || p.Type == "warning"):
		return fmt.Sprintf("console: %v", p.Args)
	case m.Method == "Log.entryAdded" && p.Entry.Level == "error":
		return "log: " + p.Entry.Text + " " + p.Entry.URL
	case m.Method == "Network.loadingFailed" && !p.Canceled:
		return "not loaded: " + p.ErrorText
	case m.Method == "Network.responseReceived" && p.Response.Status >= 400:
		return fmt.Sprintf("status %d: %s", p.Response.Status, p.Response.URL)
	case m.Method == "Network.requestWillBeSent" && !local(p.Request.URL, base):
		return "asks another site: " + p.Request.URL
	}
	return ""
}
