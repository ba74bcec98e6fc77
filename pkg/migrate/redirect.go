package migrate

import "strings"

// heredoc is a document whose operator stood on the line.
type heredoc struct {
	last string // its last line
	tabs bool   // which tabs may stand before
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
		s.heredocs = append(s.heredocs, heredoc{target.value, op == "<<-"})
	}
}

// skipHeredocs passes over the documents whose operators stood on the line.
func (s *shell) skipHeredocs() {
	for _, doc := range s.heredocs {
		for s.i < s.to {
			start := s.i
			for s.i < s.to && s.text[s.i] != '\n' {
				s.i++
			}
			line := strings.TrimSuffix(string(s.text[min(start+s.indent, s.i):s.i]), "\r")
			if doc.tabs {
				line = strings.TrimLeft(line, "\t")
			}
			s.i = min(s.i+1, s.to)
			if line == doc.last {
				break
			}
		}
	}
	s.heredocs = nil
}
