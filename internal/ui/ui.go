package ui

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"golang.org/x/term"
)

// Streams are the three standard streams of a run.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// UI prints to one run's streams. Its zero value is not usable; see [New].
type UI struct {
	JSON  bool // --output json
	Quiet bool // --quiet: no progress

	stdin        io.Reader
	in           *bufio.Reader // of stdin
	out, err     io.Writer
	outTTY, ask  bool
	coloured     bool
	live         bool // a progress line can be redrawn
	captured     bool // what is printed is shown on a terminal later: no progress
	width        int  // of the terminal on stdout, or 0
	marks        marks
	outSt, errSt styles
	mu           sync.Mutex // of progress
	progress     *progress
}

// New looks at the streams and at the environment (NO_COLOR, CLICOLOR_FORCE,
// TERM, CI, the locale) to see what may be drawn.
func New(s Streams, getenv func(string) string) *UI {
	plain := getenv("NO_COLOR") != "" || getenv("TERM") == "dumb"
	outTTY, errTTY := isTerminal(s.Out), isTerminal(s.Err)
	forced := getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0"
	u := &UI{
		coloured: (outTTY || forced) && !plain,

		stdin:  s.In,
		in:     bufio.NewReader(s.In),
		out:    s.Out,
		err:    s.Err,
		outTTY: outTTY,
		ask:    isTerminal(s.In) && errTTY,
		live:   errTTY && getenv("TERM") != "dumb" && getenv("CI") == "",
		width:  width(s.Out),
		marks:  marksFor(getenv),
		outSt:  newStyles(s.Out, (outTTY || forced) && !plain),
		errSt:  newStyles(s.Err, (errTTY || forced) && !plain),
	}
	if n, err := strconv.Atoi(getenv(ForceTTY)); err == nil && n >= 0 {
		u.outTTY, u.captured, u.live, u.width = true, true, false, n
	}
	return u
}

// ForceTTY is the variable with which a program that shows what connkit prints
// on a terminal of its own, such as the tour, asks for what a terminal gets.
// It holds the terminal's width, 0 for none.
const ForceTTY = "CONNKIT_FORCE_TTY"

// Width is that of the terminal on stdout, or 0.
func (u *UI) Width() int { return u.width }

// Coloured tells whether results are coloured.
func (u *UI) Coloured() bool { return u.coloured }

// CanAsk tells whether a person is there to answer a question.
func (u *UI) CanAsk() bool { return u.ask && !u.JSON }

// InIsTerminal tells whether stdin is a terminal, for commands that read a document there.
func (u *UI) InIsTerminal() bool { return isTerminal(u.stdin) }

// OutIsTerminal tells whether stdout is a terminal, for results that are
// tables for people and lines for programs.
func (u *UI) OutIsTerminal() bool { return u.outTTY }

// ErrWriter is where subprocess output goes: stderr, above the progress line.
func (u *UI) ErrWriter() io.Writer { return &aboveProgress{u, u.err} }

// OutWriter is where results go that come bit by bit: stdout, above the
// progress line where both are one terminal. With JSON they go nowhere, for
// the envelope is the one result.
func (u *UI) OutWriter() io.Writer {
	switch {
	case u.JSON:
		return io.Discard
	case u.outTTY:
		return &aboveProgress{u, u.out}
	}
	return u.out
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

type styles struct{ bold, dim, green, yellow, red, cyan lipgloss.Style }

func newStyles(w io.Writer, colour bool) styles {
	r := lipgloss.NewRenderer(w)
	r.SetHasDarkBackground(true) // said, so that lipgloss does not ask the terminal
	r.SetColorProfile(termenv.Ascii)
	if colour {
		r.SetColorProfile(termenv.ANSI)
	}
	s := r.NewStyle().TabWidth(lipgloss.NoTabConversion) // else a diff does not apply
	ansi := func(n string) lipgloss.Style { return s.Foreground(lipgloss.Color(n)) }
	return styles{bold: s.Bold(true), dim: s.Faint(true), green: ansi("2"), yellow: ansi("3"), red: ansi("1"), cyan: ansi("6")}
}

type marks struct{ ok, warn, fail, arrow, ellipsis string }

func marksFor(getenv func(string) string) marks {
	for _, key := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(key)); v != "" {
			if strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") {
				return marks{"✓", "!", "✗", "→", "…"}
			}
			break
		}
	}
	return marks{"ok", "warn", "fail", "->", "..."}
}
