package ui

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/connkit/connkit/internal/pattern"
)

// progress is the one line on stderr that says what takes so long. On a
// terminal it is redrawn and is gone at the end, else each step is a line.
type progress struct {
	mu     sync.Mutex
	text   string
	detail string // how far it is
	start  time.Time
	shown  bool

	ellipsis string
	stop     chan struct{}
	ended    chan struct{}
}

// patience is how long a step runs before the line appears: what is quick stays silent.
const patience = 200 * time.Millisecond

// Step says what the command does now. It replaces the step before it.
func (u *UI) Step(format string, args ...any) {
	if u.Quiet || u.captured {
		return
	}
	text := fmt.Sprintf(format, args...)
	if !u.live {
		fmt.Fprintf(u.err, "connkit: %s\n", text)
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.progress == nil {
		u.progress = &progress{text: text, ellipsis: u.marks.ellipsis, start: time.Now(), stop: make(chan struct{}), ended: make(chan struct{})}
		go u.progress.draw(u.err)
		return
	}
	u.progress.mu.Lock()
	u.progress.text, u.progress.detail, u.progress.start = text, "", time.Now()
	u.progress.mu.Unlock()
}

// Redraws tells whether steps are a line that is drawn anew, and not one line each.
func (u *UI) Redraws() bool { return u.live }

// current gives the progress line, or nil. Logs of other programs come from goroutines of their own.
func (u *UI) current() *progress {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.progress
}

// Live changes what the progress line says, in the middle of a step. Where no
// line can be redrawn it does nothing.
func (u *UI) Live(text string) {
	if p := u.current(); p != nil {
		p.mu.Lock()
		p.text = text
		p.mu.Unlock()
	}
}

// Done ends the progress line.
func (u *UI) Done() {
	u.mu.Lock()
	p := u.progress
	u.progress = nil
	u.mu.Unlock()
	if p == nil {
		return
	}
	close(p.stop)
	<-p.ended
}

func (p *progress) draw(w io.Writer) {
	defer close(p.ended)
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			p.mu.Lock()
			p.clear(w)
			p.mu.Unlock()
			return
		case <-tick.C:
			p.mu.Lock()
			fmt.Fprint(w, "\r\x1b[2K"+p.line(width(w), time.Since(p.start)))
			p.shown = true
			p.mu.Unlock()
		}
	}
}

// line is cut where the terminal ends, for of a line that is broken only the last
// part could be taken away again; the clock stays.
func (p *progress) line(width int, since time.Duration) string {
	text := p.text
	if p.detail != "" {
		text += "  " + p.detail
	}
	text = oneLine(text)
	clock := fmt.Sprintf("  %d:%02d", int(since.Minutes()), int(since.Seconds())%60)
	if room := width - 1 - len(clock); width > 0 {
		text = ansi.Truncate(text, max(room, 0), p.ellipsis)
	}
	return text + clock
}

// oneLine keeps a text from leaving its line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(Plain(text))
}

func (p *progress) clear(w io.Writer) {
	if p.shown {
		_, _ = io.WriteString(w, "\r\x1b[2K") // a terminal that is gone needs no clearing
		p.shown = false
	}
}

// aboveProgress writes to a stream without tearing the progress line.
type aboveProgress struct {
	u *UI
	w io.Writer
}

func (a *aboveProgress) Write(b []byte) (int, error) {
	if p := a.u.current(); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear(a.u.err)
	}
	return a.w.Write(b)
}

// Log prints one entry of another program's log on stderr: its level, dim, and the text.
func (u *UI) Log(level, text string) {
	style := u.errSt.dim
	switch level {
	case "error":
		style = u.errSt.red
	case "warn":
		style = u.errSt.yellow
	}
	fmt.Fprintf(u.ErrWriter(), "%s %s\n", style.Render(pad(level, len("error"))), harmless(text))
}

// escapes are the sequences by which a program speaks to a terminal: colours,
// titles, movements. What a connector logs is not to move the user's cursor.
var escapes = pattern.Lazy("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")

func harmless(text string) string {
	if strings.IndexFunc(text, isControl) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(escapes().ReplaceAllString(text, ""), "\r", "\n"))
}

func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || 0x80 <= r && r < 0xa0
}
