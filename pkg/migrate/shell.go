package migrate

import (
	"slices"
	"strings"
)

// word is one word of a command.
type word struct {
	start, end int    // in the file
	value      string // what the program gets
	dynamic    bool   // only a shell knows: variables, globs, what other commands print
}

// call is a simple command with what a shell would give it.
type call struct {
	start, end int // of the words
	words      []word
	why        string // it does not stand alone on its line, "" when it does
}

// shell reads the language of shells as far as it takes to find simple commands
// and to know what else belongs to one.
type shell struct {
	text  []byte
	i     int
	to    int
	calls []call

	cur      call
	heredocs []string // their last lines, in the order of the operators
	joined   string   // how the command hangs on the one before it
	broken   bool     // a quote is not closed, so the rest is not understood
}

// The reasons for which a command is left alone.
const (
	inPipe      = "it is part of a pipe"
	inList      = "it is joined to another command on its line"
	redirected  = "its input or output goes to a file"
	manyLines   = "it goes on on the next line"
	inBraces    = "it stands in brackets"
	behindWord  = "it is part of a longer command"
	assigned    = "variables are set for it alone"
	hasVariable = "it has words that only a shell can tell: variables, globs or quotes"
)

// commands finds the simple commands of text[from:to]. A line of a document
// counts like a line of a script.
func commands(text []byte, from, to int) []call {
	s := &shell{text: text, i: from, to: to}
	for s.i < s.to && !s.broken {
		s.step()
	}
	s.end("")
	return s.calls
}

func (s *shell) step() {
	c := s.text[s.i]
	switch {
	case c == '\n':
		s.end("")
		s.i++
		s.skipHeredocs()
	case c == ' ' || c == '\t' || c == '\r':
		s.i++
	case c == '\\' && s.next() == '\n', c == '\\' && s.next() == '\r':
		s.mark(manyLines)
		s.i += 2
		if s.i < s.to && s.text[s.i-1] == '\r' {
			s.i++
		}
	case c == '#':
		for s.i < s.to && s.text[s.i] != '\n' {
			s.i++
		}
	case c == '|' || c == '&' || c == ';' || c == '(' || c == ')':
		s.operator()
	case c == '<' || c == '>':
		s.redirect()
	default:
		s.word()
	}
}

func (s *shell) next() byte {
	if s.i+1 < s.to {
		return s.text[s.i+1]
	}
	return 0
}

func (s *shell) mark(why string) {
	if s.cur.why == "" {
		s.cur.why = why
	}
}

// operator ends a command by what joins it to the next.
func (s *shell) operator() {
	c := s.text[s.i]
	s.i++
	why := inList
	switch {
	case c == '|' && s.i < s.to && s.text[s.i] == '|', c == '&' && s.i < s.to && s.text[s.i] == '&', c == ';' && s.i < s.to && s.text[s.i] == ';':
		s.i++
	case c == '|':
		why = inPipe
	case c == '(' || c == ')':
		why = inBraces
	}
	s.mark(why)
	s.end(why)
}

// redirect passes over a redirection with its target.
func (s *shell) redirect() {
	s.mark(redirected)
	if n := len(s.cur.words) - 1; n >= 0 && s.cur.words[n].end == s.i && strings.Trim(s.cur.words[n].value, "0123456789") == "" {
		s.cur.words = s.cur.words[:n] // it is the number of what is redirected
		if n > 0 {
			s.cur.end = s.cur.words[n-1].end
		}
	}
	start := s.i
	for s.i < s.to && strings.IndexByte("<>&|-", s.text[s.i]) >= 0 {
		s.i++
	}
	op := string(s.text[start:s.i])
	for s.i < s.to && (s.text[s.i] == ' ' || s.text[s.i] == '\t') {
		s.i++
	}
	if s.i >= s.to || strings.IndexByte("\n;|&()<>", s.text[s.i]) >= 0 {
		return
	}
	target := s.read()
	if op == "<<" || op == "<<-" {
		s.heredocs = append(s.heredocs, target.value)
	}
}

// skipHeredocs passes over the documents whose operators stood on the line.
func (s *shell) skipHeredocs() {
	for _, last := range s.heredocs {
		for s.i < s.to {
			start := s.i
			for s.i < s.to && s.text[s.i] != '\n' {
				s.i++
			}
			line := strings.Trim(string(s.text[start:s.i]), " \t\r")
			s.i = min(s.i+1, s.to)
			if line == last {
				break
			}
		}
	}
	s.heredocs = nil
}

func (s *shell) word() {
	w := s.read()
	if len(s.cur.words) == 0 {
		s.cur.start = w.start
		s.mark(s.joined)
	}
	s.cur.end = w.end
	s.cur.words = append(s.cur.words, w)
}

// end ends a command; joined says how the next one hangs on it.
func (s *shell) end(joined string) {
	if s.broken {
		s.mark(hasVariable)
	}
	if len(s.cur.words) > 0 {
		s.calls = append(s.calls, s.cur)
	}
	s.cur, s.joined = call{}, joined
}

// keywords may stand before a command.
var keywords = []string{"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"}

// programs run the command behind them.
var programs = []string{"sudo", "exec", "command", "env", "nohup", "bash", "sh", "nice", "xargs"}

// bare takes off what stands before the command proper, and says so.
func (c call) bare() call {
	for len(c.words) > 1 {
		w := c.words[0].value
		name, _, isSet := strings.Cut(w, "=")
		pair := w + " " + c.words[1].value
		switch {
		case isSet && isName(name):
			c = c.from(1, assigned)
		case slices.Contains(keywords, w), slices.Contains(programs, w):
			c = c.from(1, behindWord)
		case len(c.words) > 2 && (pair == "poetry run" || pair == "uv run"):
			c = c.from(2, behindWord)
		default:
			return c
		}
	}
	return c
}

func (c call) from(n int, why string) call {
	c.words = c.words[n:]
	c.start = c.words[0].start
	if c.why == "" {
		c.why = why
	}
	return c
}

func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
