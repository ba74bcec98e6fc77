package license

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/google/licensecheck"
)

// Match is a licence that was recognised in a text.
type Match struct {
	ID    string `json:"id"`    // SPDX id, or LicenseRef-… of a text that has none
	Start int    `json:"start"` // byte range in the text
	End   int    `json:"end"`
	URL   bool   `json:"url,omitempty"` // only the address of the licence stands there
}

// Found is what was recognised in a text.
type Found struct {
	Matches  []Match `json:"matches"`
	Coverage float64 `json:"coverage"` // percent of the words that belong to a licence, to its copyright lines or its title
	Rest     string  `json:"rest"`     // what else the text says, with blanks for line breaks
}

// Identify finds the licences whose texts stand in text, whole and unchanged up
// to punctuation, capitals, line breaks and what the licence itself leaves open.
// GPL-3.0 is the text of that licence, which does not tell whether later
// versions hold; GPL-3.0-or-later is a notice that says so.
func Identify(text []byte) Found {
	text = plain(text)
	words := strings.Join(strings.FieldsFunc(strings.ToLower(string(text)), func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("*#/;", r)
	}), " ")
	var all []Match
	for i, g := range groups {
		if !g.concerns(words) {
			continue
		}
		s := scanners()[i]()
		for _, m := range s.Scan(text).Match {
			all = append(all, Match{ID: spdxID(m.ID), Start: begin(s, text, m), End: m.End, URL: m.IsURL})
		}
	}
	f := Found{Matches: widen(text, outermost(all))}
	f.measure(text)
	return f
}

// begin gives where the words of a licence begin in a match. Patterns take some
// words behind "Copyright" for the holder's name, which may be terms of somebody's own.
func begin(s *licensecheck.Scanner, text []byte, m licensecheck.Match) int {
	at := m.Start
	for line := range bytes.Lines(text[m.Start:m.End]) {
		if blank := len(bytes.TrimSpace(line)) == 0; !blank && (!copyrightLine().Match(line) || restricting().Match(line)) {
			break
		}
		at += len(line)
	}
	if at == m.Start || m.IsURL {
		return m.Start
	}
	for _, again := range s.Scan(text[at:m.End]).Match {
		if again.ID == m.ID && at+again.End == m.End {
			return at + again.Start
		}
	}
	return m.Start
}

// plain drops a byte order mark and turns other Unicode encodings, which some
// editors write, into UTF-8 as far as ASCII goes.
func plain(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return bytes.ReplaceAll(text[2:], []byte{0}, nil)
	}
	return text
}

// spdxID gives an expression's id for one of licensecheck, which has some of its own.
func spdxID(id string) string {
	switch id {
	case "MIT-NoAd": // the text of X11 without its last line
		return "X11"
	case "GPL-2.0-or-3.0":
		return "LicenseRef-GPL-2.0-or-3.0"
	}
	if c, ok := canonicalID(id); ok {
		return c
	}
	return "LicenseRef-" + strings.TrimPrefix(id, "LicenseRef-")
}

// outermost sorts matches and drops those that lie in another. A match that
// begins in another's end was stretched back to the word copyright there.
func outermost(all []Match) []Match {
	slices.SortStableFunc(all, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	var kept []Match
	for _, m := range all {
		if n := len(kept); n > 0 {
			if m.End <= kept[n-1].End {
				continue
			}
			m.Start = max(m.Start, kept[n-1].End)
		}
		kept = append(kept, m)
	}
	return kept
}

// measure works out the coverage and the rest.
func (f *Found) measure(text []byte) {
	total, rest := 0, 0
	var left []string
	from := 0
	for _, m := range append(slices.Clone(f.Matches), Match{Start: len(text), End: len(text)}) {
		if m.Start > from {
			words := f.unknown(string(text[from:m.Start]), from == 0)
			rest += len(words)
			left = append(left, words...)
		}
		total += countWords(text[min(from, m.Start):m.End])
		from = max(from, m.End)
	}
	if total > 0 && len(f.Matches) > 0 {
		f.Coverage = max(0, 100*float64(total-rest)/float64(total))
	}
	f.Rest = strings.Join(left, " ")
}

func countWords(text []byte) int {
	return len(strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}
