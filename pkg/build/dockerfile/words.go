package dockerfile

import (
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/pattern"
)

// between parts the words of an instruction that knows no quotes.
var between = pattern.Lazy(`[\t\v\f\r ]+`)

// split cuts an instruction into its parts.
func split(line string, escape byte) instruction {
	parts := between().Split(line, 2)
	in := instruction{word: strings.ToUpper(parts[0])}
	if len(parts) < 2 {
		return in
	}
	in.rest = parts[1]
	for strings.HasPrefix(in.rest, "--") {
		word, rest := cutWord(in.rest, escape)
		in.rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if word == "--" {
			break
		}
		in.flags = append(in.flags, bare(word, escape))
	}
	in.rest = strings.TrimSpace(in.rest)
	return in
}

// flag gives the value of a flag.
func (in instruction) flag(name string) (string, bool) {
	for _, f := range in.flags {
		if value, ok := strings.CutPrefix(f, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// words cuts at blanks outside of quotes, which stay, as do the escapes.
func words(s string, escape byte) []string {
	var list []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeftFunc(s, unicode.IsSpace) {
		var word string
		if word, s = cutWord(s, escape); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// cutWord cuts the first word off a text that begins with one.
func cutWord(s string, escape byte) (word, rest string) {
	var quote rune
	escaped := false
	for i, r := range s {
		switch {
		case escaped:
			escaped = false
		case r == rune(escape) && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case unicode.IsSpace(r):
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// bare takes quotes and escapes away.
func bare(word string, escape byte) string {
	var b strings.Builder
	var quote byte
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case c == escape && i+1 < len(word):
			i++
			b.WriteByte(word[i])
		case c == escape:
		case (c == '"' || c == '\'') && (quote == 0 || quote == c):
			quote ^= c
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// here is a heredoc: the line that ends it, before which there may be tabs.
type here struct {
	end  string
	tabs bool
}

var heredoc = pattern.Lazy(`^\d*<<(-?)\s*([^<]+)$`)

// heredocs gives those that an instruction begins. Quoted ones are none.
func heredocs(rest string) []here {
	var list []here
	for _, word := range words(openHeredoc().ReplaceAllString(rest, "<<"), '\\') {
		if m := heredoc().FindStringSubmatch(word); m != nil {
			list = append(list, here{bare(m[2], '\\'), m[1] != ""})
		}
	}
	return list
}

// openHeredoc is one with a blank before its word.
var openHeredoc = pattern.Lazy(`<<\s+`)
