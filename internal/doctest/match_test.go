package doctest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// normalisations are all that may differ between what a page shows and what a
// run prints. Each makes the same word of both.
var normalisations = []struct {
	what string
	re   *regexp.Regexp
	word string
}{
	{"ciphertexts", regexp.MustCompile(`ENC\[AES256_GCM,[^\]]*\]`), "ENC[…]"},
	{"public keys of age", regexp.MustCompile(`age1[0-9a-z]{58}`), "age1…"},
	{"names of commits, objects and images, and their hashes", regexp.MustCompile(`\b(sha256:)?[0-9a-f]{7,64}\b`), "<id>"},
	{"times of day and dates", regexp.MustCompile(`\b20\d\d-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?Z?)?`), "<date>"},
	{"how long something took", regexp.MustCompile(`\b(\d+m)?\d+(\.\d+)? ?(µs|ms|s)\b`), "<time>"},
	{"sizes in bytes", regexp.MustCompile(`\b\d+(\.\d+)? [kMG]?B\b`), "<size>"},
	{"versions of tools", regexp.MustCompile(`\b(docker|podman|buildah|go|git|uv|python) ?v?\d+(\.\d+)+[+~\w]*`), "$1 <version>"},
	{"blanks between columns, which follow from the widths above", regexp.MustCompile(`  +`), " "},
}

func normal(s string) string {
	for _, n := range normalisations {
		s = n.re.ReplaceAllString(s, n.word)
	}
	return strings.TrimRight(s, " ")
}

// matches compares what a page shows with what was printed. A line … stands for
// lines that the page leaves out, an … in a line for the text that it leaves out.
func matches(want, got []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if strings.TrimSpace(want[0]) == "…" {
		for i := 1; i <= len(got); i++ {
			if matches(want[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && matchLine(want[0], got[0]) && matches(want[1:], got[1:])
}

func matchLine(want, got string) bool {
	want, got = normal(want), normal(got)
	if want == got {
		return true
	}
	if !strings.Contains(want, "…") {
		return false
	}
	parts := strings.Split(want, "…")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".+") + "$").MatchString(got)
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"commit 3f9d02c4b7aa  merge of 7c1be0d2e4f1", "commit aaaaaaa0b7aa merge of 0000000000f1", true},
		{"size  142 MB, 6.1 s", "size 3 kB, 12 ms", true},
		{"in 1 session, 900ms", "in 1 session, 1m3.5s", true},
		{"3 added", "4 added", false},
		{"a\n…\nd", "a\nb\nc\nd", true},
		{"a\n…\nd", "a\nd", false}, // it would say that something is left out
		{"a\n…", "a\nb\nc", true},
		{"{\"a\": 1, …}", `{"a": 1, "b": 2}`, true},
		{"{\"a\": 1, …}", `{"a": 2, "b": 2}`, false},
		{"", "x", false},
		{"docker 28.2.2 (buildx)", "docker 20.10.1 (buildx)", true},
		{"docker 20.10.24 …, linux", "docker 20.10.24+dfsg1 (classic), linux", true},
		{"token: ENC[AES256_GCM,data:x,type:str]", "token: ENC[AES256_GCM,data:yy==,type:str]", true},
		{"token: ENC[AES256_GCM,data:x,type:str]", "token: plain", false},
		{"a b", "a  c", false},
		{"decade", "decide", false},
	} {
		if got := matches(strings.Split(c.want, "\n"), strings.Split(c.got, "\n")); got != c.ok {
			t.Errorf("%q, %q: got %v", c.want, c.got, got)
		}
	}
	if slices.ContainsFunc(normalisations, func(n struct {
		what string
		re   *regexp.Regexp
		word string
	}) bool {
		return n.what == "" || n.re.MatchString("connkit: error: adding source-bigdata: 2 of 3 files")
	}) {
		t.Error("a normalisation eats what a page says")
	}
}

// screen gives the lines that a terminal shows after a text: a progress line
// that was redrawn and taken away has left nothing.
func screen(text string) []string {
	text = regexp.MustCompile("\x1b\\[[0-9;?]*[A-JL-Za-z]").ReplaceAllString(text, "")
	var lines []string
	for raw := range strings.SplitSeq(text, "\n") {
		shown := []rune{}
		at := 0
		runes := []rune(strings.TrimSuffix(raw, "\r"))
		for i := 0; i < len(runes); i++ {
			switch runes[i] {
			case '\r':
				at = 0
			case '\x1b':
				if j := slices.Index(runes[i:], 'K'); j >= 0 {
					i += j
					shown = shown[:min(at, len(shown))]
				}
			default:
				if at < len(shown) {
					shown[at] = runes[i]
				} else {
					shown = append(shown, runes[i])
				}
				at++
			}
		}
		lines = append(lines, strings.TrimRight(string(shown), " "))
	}
	return lines
}

func TestScreen(t *testing.T) {
	t.Parallel()
	got := screen("asking… 1s\r\x1b[Kdone\r\n\x1b[1mbold\x1b[0m\nabc\rX\n")
	if want := []string{"done", "bold", "Xbc", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
