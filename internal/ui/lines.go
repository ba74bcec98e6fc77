package ui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Lines are progress lines of things that go on beside each other. On a
// terminal each has one line, which is redrawn and is gone at the end; elsewhere
// each step is a line of its own.
type Lines struct {
	u     *UI
	mu    sync.Mutex
	list  []*liveLine
	drawn int // lines on the terminal
	width int
	stop  chan struct{}
	ended chan struct{}
}

type liveLine struct {
	name, text string
	start      time.Time
}

// Lines begins progress lines. Call [Lines.End] before a result is printed.
func (u *UI) Lines() *Lines {
	l := &Lines{u: u, width: width(u.err), stop: make(chan struct{}), ended: make(chan struct{})}
	if l.width == 0 {
		l.width = 80
	}
	if u.live && !u.Quiet {
		go l.draw()
	} else {
		close(l.ended)
	}
	return l
}

// Set says what a thing is at.
func (l *Lines) Set(name, text string) {
	if l.u.Quiet || l.u.captured {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.u.live {
		fmt.Fprintf(l.u.err, "connkit: %s: %s\n", name, text)
		return
	}
	i := slices.IndexFunc(l.list, func(it *liveLine) bool { return it.name == name })
	if i < 0 {
		l.list = append(l.list, &liveLine{name: name, start: time.Now()})
		i = len(l.list) - 1
	}
	l.list[i].text = text
}

// Remove takes a line away: its thing is done.
func (l *Lines) Remove(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(it *liveLine) bool { return it.name == name })
}

// End takes all lines away.
func (l *Lines) End() {
	select {
	case <-l.ended:
		return
	default:
	}
	close(l.stop)
	<-l.ended
}

// Write prints above the lines what another program says.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	return l.u.err.Write(p)
}

func (l *Lines) draw() {
	defer close(l.ended)
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			l.mu.Lock()
			l.clear()
			l.mu.Unlock()
			return
		case <-tick.C:
			l.mu.Lock()
			l.redraw()
			l.mu.Unlock()
		}
	}
}

func (l *Lines) redraw() {
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", l.drawn)
	}
	b.WriteString("\r\x1b[J")
	for _, it := range l.list {
		seconds := int(time.Since(it.start).Seconds())
		text := fmt.Sprintf("%s  %d:%02d  %s", it.name, seconds/60, seconds%60, oneLine(it.text))
		b.WriteString(ansi.Truncate(text, l.width-1, l.u.marks.ellipsis) + "\n")
	}
	l.drawn = len(l.list)
	_, _ = io.WriteString(l.u.err, b.String()) // a terminal that is gone needs no lines
}

func (l *Lines) clear() {
	if l.drawn > 0 {
		fmt.Fprintf(l.u.err, "\x1b[%dA\r\x1b[J", l.drawn)
		l.drawn = 0
	}
}
