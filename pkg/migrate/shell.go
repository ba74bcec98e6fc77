package migrate

import "bytes"

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
	heredocs []heredoc // in the order of the operators
	indent   int       // blanks that every line begins with: those of YAML or Markdown around it
	joined   string    // how the command hangs on the one before it
	open     bool      // it has to come yet, on another line if need be
	broken   bool      // a quote is not closed, so the rest is not understood

	inner  []span // commands whose output becomes a part of a word
	within int    // how many such parts s.i stands in
}

// span is a part of the text.
type span struct{ start, end int }

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
	intoWord    = "what it prints goes into the command around it"
	notClosed   = "a quote around it or behind it is not closed"
)

// commands finds the simple commands of text[from:to]. A line of a document
// counts like a line of a script. Where a quote is not closed another one was
// perhaps misunderstood, so no command of the text stands alone then.
func commands(text []byte, from, to int) []call { return nested(text, from, to, deepest) }

// deepest is how many commands in commands are looked into.
const deepest = 4

func nested(text []byte, from, to, deep int) []call {
	s := &shell{text: text, i: from, to: to, indent: indentOf(text[from:to])}
	for s.i < s.to && !s.broken {
		s.step()
	}
	s.end("")
	for _, part := range s.inner {
		if deep == 0 {
			break
		}
		for _, c := range nested(text, part.start, part.end, deep-1) {
			c.why = intoWord
			s.calls = append(s.calls, c)
		}
	}
	for i := range s.calls {
		if s.broken && s.calls[i].why == "" {
			s.calls[i].why = notClosed
		}
	}
	return s.calls
}

// indentOf gives how many blanks all lines of a text begin with that are not empty.
func indentOf(text []byte) int {
	least := -1
	for line := range bytes.Lines(text) {
		if rest := bytes.TrimLeft(line, " \t"); len(bytes.TrimSpace(rest)) > 0 && (least < 0 || len(line)-len(rest) < least) {
			least = len(line) - len(rest)
		}
	}
	return max(least, 0)
}

func (s *shell) step() {
	c := s.text[s.i]
	switch {
	case c == '\n':
		if len(s.cur.words) > 0 || !s.open { // behind | && || at a line's end the next one goes on
			s.end("")
		}
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
	why, open := inList, c == '|'
	switch twice := s.i < s.to && s.text[s.i] == c; {
	case c == '(' || c == ')':
		why = inBraces
	case twice:
		s.i++
		open = c != ';'
	case c == '|':
		why = inPipe
		if s.i < s.to && s.text[s.i] == '&' {
			s.i++
		}
	}
	s.mark(why)
	s.end(why)
	s.open = open
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
	s.cur, s.joined, s.open = call{}, joined, false
}
