package migrate

import (
	"os/exec"
	"strings"
	"testing"
)

// shown gives the words of the calls in a text, each call on its own, with why it does not stand alone.
func shown(text string) string {
	var list []string
	for _, c := range commands([]byte(text), 0, len(text)) {
		c = c.bare()
		var words []string
		for _, w := range c.words {
			v := "<" + w.value + ">"
			if w.dynamic {
				v += "*"
			}
			words = append(words, v)
		}
		line := strings.Join(words, "")
		if c.why != "" {
			line += " " + c.why
		}
		list = append(list, line)
	}
	return strings.Join(list, "; ")
}

func TestWhatOfAShellIsUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "",
		"sops -d a.yaml":                "<sops><-d><a.yaml>",
		"  sops\t-d  a.yaml  ":          "<sops><-d><a.yaml>",
		"a b # comment ' \"\nc":         "<a><b>; <c>",
		"a b#c":                         "<a><b#c>",
		"a 'b c' \"d e\" f\\ g":         "<a><b c><d e><f g>",
		`a "it\"s" "\n" "\\"`:           `<a><it"s><\n><\>`,
		"a ''":                          "<a><>",
		"a $B":                          "<a><$B>*",
		"a \"$B\"":                      "<a><$B>*",
		"a '$B'":                        "<a><$B>",
		"a \\$B":                        "<a><$B>",
		"a `b c` d":                     "<a><`b c`>*<d>; <b><c> " + intoWord,
		"a $(b c) d":                    "<a><$(b c)>*<d>; <b><c> " + intoWord,
		"a $(b ')' c) d":                "<a><$(b ')' c)>*<d>; <b><)><c> " + intoWord,
		"a ${{ matrix.connector }}":     "<a><${{ matrix.connector }}>*",
		"a *.yaml":                      "<a><*.yaml>*",
		"a ~/x":                         "<a><~/x>*",
		"a {b,c}":                       "<a><{b,c}>*",
		"a | b":                         "<a> " + inPipe + "; <b> " + inPipe,
		"a || b":                        "<a> " + inList + "; <b> " + inList,
		"a && b":                        "<a> " + inList + "; <b> " + inList,
		"a; b":                          "<a> " + inList + "; <b> " + inList,
		"a & b":                         "<a> " + inList + "; <b> " + inList,
		"(a)":                           "<a> " + inBraces,
		"a > b":                         "<a> " + redirected,
		"a 2>&1":                        "<a> " + redirected,
		"a <b c":                        "<a><c> " + redirected,
		"a \\\n  b":                     "<a><b> " + manyLines,
		"a \\\r\n  b":                   "<a><b> " + manyLines,
		"a 'b\nc'":                      "<a><b\nc> " + manyLines,
		"if a; then b; fi":              "<a> " + inList + "; <b> " + inList + "; <fi> " + inList,
		"if a\nthen\nb\nfi":             "<a> " + behindWord + "; <then>; <b>; <fi>",
		"! a":                           "<a> " + behindWord,
		"X=1 a":                         "<a> " + assigned,
		"X=1":                           "<X=1>",
		"sudo a b":                      "<a><b> " + behindWord,
		"bash ./a.sh b":                 "<./a.sh><b> " + behindWord,
		"poetry run a b":                "<a><b> " + behindWord,
		"cat <<EOF\nsops -d x\nEOF\na":  "<cat> " + redirected + "; <a>",
		"cat <<-'E'\n\tx\n\tE\na":       "<cat> " + redirected + "; <a>",
		"cat <<A <<B\nx\nA\ny\nB\na":    "<cat> " + redirected + "; <a>",
		"cat <<EOF\nnever\nended":       "<cat> " + redirected,
		"cat <<<x\na":                   "<cat> " + redirected + "; <a>",
		"a\r\nb\r\n":                    "<a>; <b>",
		"f() {\na\n}":                   "<f> " + inBraces + "; <{>* " + inBraces + "; <a>; <}>",
		"case x in\ny) a ;;\nesac":      "<case><x><in>; <y> " + inBraces + "; <a> " + inBraces + "; <esac>",
		"echo \"Usage:\nsops -d x\n\"":  "<echo><Usage:\nsops -d x\n> " + manyLines,
		"x=(a 'b)' c)\nd":               "<x=(a 'b)' c)>*; <d>",
		"a x=(\nb\n)\nd":                "<a><x=(\nb\n)>* " + manyLines + "; <d>",
		"a 'b\nsops -d x":               "<a><> " + manyLines, // not closed: nothing behind it is understood
		"x=$(echo ')' '\nsops -d x\n')": "<x=$(echo ')' '\nsops -d x\n')>* " + manyLines + "; <echo><)><\nsops -d x\n> " + intoWord,
		"a \"$(b `c`)\" $((1 + 2))":     "<a><$(b `c`)>*<$((1 + 2))>*; <b><`c`>* " + intoWord + "; <c> " + intoWord,
		"a $(b \"$(c)\")":               "<a><$(b \"$(c)\")>*; <b><$(c)>* " + intoWord + "; <c> " + intoWord,
		"a ${b:-x} <(c)":                "<a><${b:-x}>* " + redirected + "; <c> " + inBraces,
	} {
		if got := shown(text); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// What is taken for plain words is what a real shell makes of them.
func TestPlainWordsAreThoseOfARealShell(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`p a b c`, `p 'a b' "c d" e\ f`, `p "a\"b" 'a"b' a\"b`, `p "\a" "\\" '\a' \a`, `p a'b'"c"d`, `p '' "" x`, `p -x=y --long="a b"`, `p a#b '#c' # d`,
		`p 'a$b' "a\$b" a\$b`, `p 'a` + "`" + `b'`, "p a\tb", `p a:b/c.d@e,f%g+h`, `p "it's"`, `p \'a\'`, `p !x`, `p a=b`, `p %`, `p 'ü' ü`,
	} {
		calls := commands([]byte(text), 0, len(text))
		if len(calls) != 1 || calls[0].why != "" {
			t.Errorf("%s: %s", text, shown(text))
			continue
		}
		var got []string
		for _, w := range calls[0].words[1:] {
			if w.dynamic {
				t.Errorf("%s: %q is no plain word", text, w.value)
			}
			got = append(got, w.value)
		}
		out, err := exec.Command("sh", "-c", "p() { printf '%s\\n' \"$@\"; }\n"+text).Output()
		if want := strings.Join(got, "\n") + "\n"; err != nil || string(out) != want {
			t.Errorf("%s: a shell gives %q, and %q was read (%v)", text, out, want, err)
		}
	}
}

// Whatever the text, the spans of words lie in it and in order, and it ends.
func FuzzCommands(f *testing.F) {
	for _, seed := range []string{"a 'b\n", "a \"$(b `c` ${d}\")\" <<E\nx\nE\n", "\\", "$", "${", "$(", "`", "<<", "a <<\n", "'\"'\"", "a;b|c&&d\r\n", "${{ x }}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range commands([]byte(text), 0, len(text)) {
			at := 0
			if len(c.words) == 0 || c.start > c.end || c.end > len(text) {
				t.Fatalf("%q: %+v", text, c)
			}
			for _, w := range c.words {
				if w.start < at || w.end < w.start || w.end > len(text) {
					t.Fatalf("%q: %+v behind %d", text, w, at)
				}
				at = w.end
			}
			c.bare()
		}
	})
}
