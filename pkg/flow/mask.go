package flow

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
)

// masked stands where a secret was.
const masked = "***"

// shortest is the length below which a secret is not looked for: hiding every
// "1" or "no" would hide the text and not the secret.
const shortest = 4

// Masker hides the secrets of a config in text.
type Masker struct {
	replacer *strings.Replacer
	longest  int // of what is looked for, in bytes
}

// NewMasker gives a masker of the given secret values: as they are, as JSON
// and Python write them, with %-escapes, in base64, and line by line.
func NewMasker(secrets []string) Masker {
	var all []string
	for _, s := range secrets {
		if len(s) < shortest {
			continue
		}
		all = append(all, spellings(s)...)
		for line := range strings.Lines(s) { // a key in PEM form is logged line by line
			if line = strings.TrimSpace(line); len(line) > 2*shortest {
				all = append(all, spellings(line)...)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) }) // a secret inside another must not leave its rest
	var pairs []string
	for _, s := range all {
		pairs = append(pairs, s, masked)
	}
	if len(pairs) == 0 {
		return Masker{}
	}
	return Masker{strings.NewReplacer(pairs...), len(all[0])}
}

// spellings gives the forms in which a value gets into logs.
func spellings(s string) []string {
	all := []string{s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s))}
	ofGo, _ := json.Marshal(s) // with < > & escaped; a text always encodes
	ascii := strconv.QuoteToASCII(s)
	for _, form := range []string{inJSON(s), string(ofGo[1 : len(ofGo)-1]), inASCII(inJSON(s)), ascii[1 : len(ascii)-1]} {
		all = append(all, form, inJSON(form)) // a body that is logged is JSON within JSON
	}
	return append(all, within64(s)...)
}

// inJSON writes a text as it stands within a JSON text.
func inJSON(s string) string {
	var b bytes.Buffer
	writeJSON(&b, s)
	return b.String()[1 : b.Len()-1]
}

// inASCII escapes what is not ASCII in a JSON text, as Python does.
func inASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		for _, half := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, half)
		}
	}
	return b.String()
}

// within64 gives what of a value is always the same in the base64 of a longer
// text with it inside, such as "user:password", for each place it may begin at.
func within64(s string) []string {
	const group, digits, least = 3, 4, 8
	var all []string
	for before := 1; before < group; before++ {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
		whole := (before + len(s)) / group * digits // behind it the next bytes count too
		if part := text[before+1 : whole]; len(part) >= least {
			all = append(all, part)
		}
	}
	if text := base64.StdEncoding.EncodeToString([]byte(s)); len(s)/group*digits >= least {
		all = append(all, text[:len(s)/group*digits])
	}
	return all
}

// cutInput is how pydantic shows a value that it refuses. One that is cut in
// the middle may show parts of a secret, which no replacement finds.
var cutInput = pattern.Lazy(`input_value=.*?\.\.\..*?, input_type=`)

// Longest is the length, in bytes, of the longest text that is hidden. Where a
// long text is cut, so much of its end may be the beginning of a secret.
func (m Masker) Longest() int { return m.longest }

// Text hides the secrets in s.
func (m Masker) Text(s string) string {
	if m.replacer == nil {
		return s
	}
	if strings.Contains(s, "input_value=") {
		s = cutInput().ReplaceAllString(s, "input_value="+masked+", input_type=")
	}
	return m.replacer.Replace(s)
}

// Fields hides the secrets in the fields of a log entry, at any depth.
func (m Masker) Fields(fields map[string]any) map[string]any {
	if fields == nil {
		return nil // as it was: who compares sees that nothing was hidden
	}
	out := make(map[string]any, len(fields))
	for _, k := range slices.Sorted(maps.Keys(fields)) { // two may be hidden alike
		out[m.Text(k)] = m.value(fields[k])
	}
	return out
}

func (m Masker) value(v any) any {
	switch v := v.(type) {
	case string:
		return m.Text(v)
	case json.Number: // it may be the secret
		if text := v.String(); m.Text(text) != text {
			return masked
		}
	case map[string]any:
		return m.Fields(v)
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = m.value(x)
		}
		return list
	}
	return v
}
