package dockerfile_test

import (
	"testing"

	"github.com/connkit/connkit/pkg/build/dockerfile"
)

// The words and what they come to are those of BuildKit 0.22's shell.Lex.
func TestExpandAsBuildKit(t *testing.T) {
	t.Parallel()
	known := map[string]string{"X": "1", "X_Y": "2", "É": "acute", "EMPTY": "", "P": "a b"}
	for _, tt := range []struct {
		word, want string
		escape     byte
	}{
		{"", "", 0},
		{"plain/path.txt", "plain/path.txt", 0},
		{"é/ü", "é/ü", 0},

		// variables
		{"$X", "1", 0},
		{"a$X/b", "a1/b", 0},
		{"$X_Y/z", "2/z", 0}, // the longest name that there can be
		{"$X-Y", "1-Y", 0},
		{"${X}", "1", 0},
		{"${X}Y", "1Y", 0},
		{"a${É}b", "aacuteb", 0},
		{"$P", "a b", 0}, // a value with a blank stays one word
		{"$", "$", 0},
		{"a$", "a$", 0},
		{"$/x", "$/x", 0},
		{"$$X", "$1", 0},

		// words in the place of a value
		{"${NONE:-a}", "a", 0},
		{"${NONE-a}", "a", 0},
		{"${EMPTY:-a}", "a", 0},
		{"${EMPTY-a}", "", 0},
		{"${X:-a}", "1", 0},
		{"${X-a}", "1", 0},
		{"${NONE:-}", "", 0},
		{"${NONE-}", "", 0},
		{"${X:+a}", "a", 0},
		{"${X+a}", "a", 0},
		{"${EMPTY:+a}", "", 0},
		{"${EMPTY+a}", "a", 0},
		{"${NONE+a}", "", 0},
		{"${NONE:+a}", "", 0},
		{"${X:?gone}", "1", 0},
		{"${EMPTY?gone}", "", 0},
		{"${X:+$X/b}", "1/b", 0},
		{"${NONE:-$X_Y}", "2", 0},
		{"${NONE:-${NEITHER:-z}}", "z", 0},
		{"${NONE:-'q r'}", "q r", 0},
		{`${NONE:-"}"}`, "}", 0},
		{"${NONE:-a}b}", "ab}", 0}, // the first brace ends it
		{`${NONE:-a\}b}`, "a}b", 0},

		// quotes and escapes
		{`"a b"`, "a b", 0},
		{`a""b''`, "ab", 0},
		{`"a\"b"`, `a"b`, 0},
		{`"a\$X"`, "a$X", 0},
		{`"a\\b"`, `a\b`, 0},
		{`"a\b"`, `a\b`, 0}, // in double quotes other characters keep the mark
		{`"a$X'b'"`, "a1'b'", 0},
		{`"${NONE:-y z}"`, "y z", 0},
		{`'a$X"b"'`, `a$X"b"`, 0},
		{`'a\'`, `a\`, 0}, // in single quotes nothing is escaped
		{`a\b`, "ab", 0},
		{`a\$X`, "a$X", 0},
		{`a\ b`, "a b", 0},
		{`a\é`, "aé", 0}, // a character, not a byte
		{`a\`, "a", 0},
		{"\"a\nb\"", "a\nb", 0},
		{"a`$X", "a$X", '`'},
		{`a\$X`, `a\1`, '`'},
		{"\"a`\"b\"", `a"b`, '`'},
		{`"a\"`, `a\`, '`'},
	} {
		escape := tt.escape
		if escape == 0 {
			escape = '\\'
		}
		got, ok := dockerfile.Expand(tt.word, known, nil, escape)
		if !ok || got != tt.want {
			t.Errorf("%q with %c: got %q, %v; want %q", tt.word, escape, got, ok, tt.want)
		}
	}
}

// Of these nothing is known, so that all of the context counts: builders refuse
// them, or only some know them, or the value comes from elsewhere.
func TestWhatCannotBeExpanded(t *testing.T) {
	t.Parallel()
	known := map[string]string{"X": "ab", "EMPTY": ""}
	for _, word := range []string{
		"$NONE", "${NONE}", "a$NONE/b", "$SOME", "${SOME}", "${SOME:-a}", "${SOME-a}", "${SOME:+a}", "${SOME:?a}", "${NONE:-$SOME}", "${X:+$NONE}", "${EMPTY-$NONE}$NONE",
		"$1a", "${NONE:?gone}", "${EMPTY:?gone}", "${NONE?gone}",
		"${X#a}", "${X##a}", "${X%b}", "${X/a/b}", "${X:=a}", "${X:a}", "${X:", "${X", "${X:-a", "${X:+a", "${", "${}", "${:-a}", "${-a}",
		`a"b`, "a'b", `"a\"`, `"${NONE:-a"`, `"$NONE"`, `${NONE:-"a}`,
		"$TARGETARCH", "${TARGETPLATFORM}", "${TARGETOS:-linux}", "$TARGETVARIANT", "$TARGETOSVERSION", "$TARGETSTAGE", "$BUILDPLATFORM", "$BUILDOS", "$BUILDARCH", "$BUILDVARIANT", "$BUILDOSVERSION", "$BUILDSTAGE",
	} {
		if got, ok := dockerfile.Expand(word, known, []string{"SOME"}, '\\'); ok {
			t.Errorf("%q comes to %q", word, got)
		}
	}
	// A word that does not hold is not read for its variables: its other half decides.
	for word, want := range map[string]string{"${X:-$NONE}": "ab", "${EMPTY:+$NONE}": "", "${X?$NONE}": "ab", "$TARGET": "", "$BUILDX": "", "$MYTARGETARCH": ""} {
		known := map[string]string{"X": "ab", "EMPTY": "", "TARGET": "", "BUILDX": "", "MYTARGETARCH": ""}
		if got, ok := dockerfile.Expand(word, known, nil, '\\'); !ok || got != want {
			t.Errorf("%q: got %q, %v; want %q", word, got, ok, want)
		}
	}
	for _, name := range []string{"TARGET", "BUILDX", "TARGETX", "BUILD_OS", "MYTARGETARCH", "targetarch"} {
		if got, ok := dockerfile.Expand("${"+name+":-own}", nil, nil, '\\'); !ok || got != "own" {
			t.Errorf("%s is taken for one that the builder sets: %q, %v", name, got, ok)
		}
	}
}
