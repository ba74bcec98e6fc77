package license

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// Where a header can stand: in the comment lines among the first of a file.
const (
	headerLines = 80
	headerBytes = 16 << 10
)

// sourceTypes are the endings of files that carry headers: a program's source.
const sourceTypes = " .py .pyi .pyx .go .js .mjs .cjs .jsx .ts .tsx .java .kt .kts .scala .groovy .rs .c .h .cc .cpp .hpp .cs" +
	" .rb .php .sh .bash .sql .swift .pl .lua .r .jl .ex .exs .erl .hs .clj .tf .proto .vue .svelte "

func isSource(file string) bool {
	ext := strings.ToLower(path.Ext(file))
	return ext != "" && strings.Contains(sourceTypes, " "+ext+" ")
}

// header is what a file says about its own licence.
type header struct {
	license Expression
	says    string
	doubt   string // why a person has to look, without the name of the file
}

func (h header) empty() bool { return h.license.IsZero() && h.doubt == "" }

// telling are the words of which a header has one; most files have none.
var telling = []string{"licen", "permission", "redistribution", "free software", "proprietary", "confidential"}

// readHeader reads the licence that stands in a file itself: SPDX tags, which
// hold together when there are several, else a licence or the notice of one in
// the comment that the file begins with. "All rights reserved" is none.
func readHeader(file string, text []byte) header {
	text = plain(text)
	if len(text) > headerBytes {
		text = text[:headerBytes]
	}
	small := bytes.ToLower(text)
	if binary(text) || !slices.ContainsFunc(telling, func(w string) bool { return bytes.Contains(small, []byte(w)) }) {
		return header{}
	}
	if h := readTags(text); !h.empty() {
		return h
	}
	if !isSource(file) {
		return header{}
	}
	comment := leadingComment(string(text))
	if !headerWords().MatchString(comment) {
		return header{}
	}
	return readNotice(comment)
}

var (
	headerWords = pattern.Lazy(`(?i)licen[cs]e|permission is hereby|redistribution and use|free software|proprietary|confidential`)
	spdxTag     = pattern.Lazy(`^[\s/*#;%"'<!\-.(|]*SPDX-License-Identifier:\s*(.*?)\s*(\*/|-->|\*\)|#}|--}}|"""|''')?\s*$`)
	ownTerms    = pattern.Lazy(`(?i)\b(proprietary and confidential|confidential and proprietary|unauthori[sz]ed (copying|use|distribution|reproduction)|strictly (prohibited|forbidden))\b`)
	narrowed    = pattern.Lazy(`(?i)\b(non-?commercial|commercial(ly)? (use|us|purpose|licen|product)\w*|may not be (used|copied|sold|offered|redistributed)|(not|only) for (commercial|production|internal|personal|academic|educational|evaluation)|(internal|personal|academic|evaluation) use only)`)
	denied      = pattern.Lazy(`(?i)\b(not|no longer|never)\b`)
	headerUnder = pattern.Lazy(`(?i)(?:^|[.:;] |\bthis [a-z ]{0,40}|\bis |\bare )licen[cs]ed under (?:the )?(?:terms of )?(?:the )?([^.;,]{2,60}(?:\.\d+)?)`)
)

// readTags reads the lines with SPDX-License-Identifier.
func readTags(text []byte) header {
	var all []Expression
	var says []string
	n := 0
	for line := range bytes.Lines(text) {
		if n++; n > headerLines {
			break
		}
		m := spdxTag().FindSubmatch(bytes.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		value := string(m[1])
		if strings.ContainsAny(value, "{}<>$%") { // a template for headers
			continue
		}
		x := understand(value).license
		if x.IsZero() {
			return header{says: value, doubt: "has the tag SPDX-License-Identifier: " + oneLine(value) + ", which is no licence of the SPDX list"}
		}
		all, says = append(all, x), append(says, oneLine(value))
	}
	return header{license: join("AND", all...), says: strings.Join(says, " AND ")}
}

// readNotice reads a comment without its signs.
func readNotice(comment string) header {
	f := Identify([]byte(comment))
	var known []Expression
	for _, m := range settleGNU(f.Matches) {
		if !m.URL {
			known = append(known, plainID(m.ID))
		}
	}
	if len(known) > 0 {
		op := "AND"
		if dualWords().MatchString(f.Rest) {
			op = "OR"
		}
		h := header{license: join(op, known...), says: oneLine(f.Rest)}
		if ownTerms().MatchString(f.Rest) || narrowed().MatchString(f.Rest) {
			h.doubt = "says more than its licence: " + quoted(f.Rest)
		}
		return h
	}
	if m := headerUnder().FindStringSubmatch(strings.Join(strings.Fields(comment), " ")); m != nil && !denied().MatchString(m[0]) {
		if got := understand(m[1]); !got.license.IsZero() {
			return header{license: got.license, says: oneLine(m[0])}
		}
	}
	if m := ownTerms().FindString(comment); m != "" {
		return header{license: plainID(proprietary), says: oneLine(comment), doubt: "has terms of its own: " + quoted(comment)}
	}
	return header{}
}
