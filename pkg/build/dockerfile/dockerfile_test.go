package dockerfile_test

import (
	"reflect"
	"testing"

	"github.com/connkit/connkit/pkg/build/dockerfile"
)

func TestTaken(t *testing.T) {
	t.Parallel()
	args := map[string]string{"CONNECTOR_NAME": "source-x", "EMPTY": ""}
	for _, tt := range []struct {
		name, text string
		paths      []string
		all        bool
	}{
		{"names", "FROM scratch\nCOPY a b/c ./d/ /\n", []string{"a", "b/c", "d"}, false},
		{"lower case", "from scratch\ncopy a /\n", []string{"a"}, false},
		{"from the root", "FROM scratch\nADD /a /b\n", []string{"a"}, false},
		{"above the root", "FROM scratch\nCOPY ../a /b\n", []string{"a"}, false},
		{"argument", "FROM scratch\nARG CONNECTOR_NAME\nCOPY ${CONNECTOR_NAME}/p $CONNECTOR_NAME/q /\n", []string{"source-x/p", "source-x/q"}, false},
		{"argument of another stage", "FROM a\nARG CONNECTOR_NAME\nFROM b\nCOPY $CONNECTOR_NAME /\n", nil, true},
		{"global default", "ARG D=dir\nFROM a\nARG D\nCOPY $D /\n", []string{"dir"}, false},
		{"global default is not seen undeclared", "ARG D=dir\nFROM a\nCOPY $D /\n", nil, true},
		{"own default", "FROM a\nARG D=dir\nCOPY $D/ /\n", []string{"dir"}, false},
		{"default from another", "FROM a\nARG D=dir\nARG E=$D/e\nCOPY $E /\n", []string{"dir/e"}, false},
		{"ENV", "FROM a\nENV D=dir E=\"e e\"\nCOPY $D \"$E\" /\n", []string{"dir", "e e"}, false},
		{"old ENV", "FROM a\nENV D dir\nCOPY $D /\n", []string{"dir"}, false},
		{"word for none", "FROM a\nARG EMPTY\nCOPY ${EMPTY:-dir} ${X:-${EMPTY:-deep}} ${EMPTY:+no}f /\n", []string{"deep", "dir", "f"}, false},
		{"pattern of BuildKit", "FROM a\nARG CONNECTOR_NAME\nCOPY ${CONNECTOR_NAME#source-} /\n", nil, true},
		{"whole context", "FROM a\nCOPY . .\nCOPY b /\n", []string{"b"}, true},
		{"nothing is the whole", "FROM a\nARG EMPTY\nCOPY $EMPTY /x\n", nil, true},
		{"another stage", "FROM a AS one\nFROM b\nCOPY --from=one /x /y\nCOPY --chown=1:1 --link z /\n", []string{"z"}, false},
		{"list", "FROM a\nCOPY [\"a b\", \"c\", \"/d/\"]\n", []string{"a b", "c"}, false},
		{"URL", "FROM a\nADD https://example.com/a.tar git@example.com:a/b.git c /\n", []string{"c"}, false},
		{"glob", "FROM a\nCOPY go.* x/*.t[o]ml /\n", []string{"go.*", "x/*.t[o]ml"}, false},
		{"goes on", "FROM a\nCOPY a \\\n  # a comment\n\n  b \\\n  /c\nCOPY d /\n", []string{"a", "b", "d"}, false},
		{"escape", "# escape=`\nFROM a\nCOPY a `\n  b /\n", []string{"a", "b"}, false},
		{"heredoc of a file", "FROM a\nCOPY <<EOF /x\nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"heredoc of a script", "FROM a\nRUN <<-'EOF' cat\n\tCOPY no /\n\tEOF\nCOPY a /\n", []string{"a"}, false},
		{"heredoc in a shell", "FROM a\nRUN echo $((1<<2)) && cat\nCOPY a /\n", []string{"a"}, false},
		{"bind", "FROM a\nRUN --mount=type=bind,src=lib,target=/l --mount=type=cache,target=/c --mount=type=bind,from=x,source=no,target=/n make\n", []string{"lib"}, false},
		{"bind of all", "FROM a\nRUN --mount=target=/src make\n", nil, true},
		{"CRLF", "FROM a\r\nCOPY a \\\r\n b /\r\n", []string{"a", "b"}, false},
		{"quoted dollar", "FROM a\nCOPY '$a' \\$b /\n", []string{"$a", "$b"}, false},
		{"onbuild is a later stage's", "FROM a AS base\nONBUILD COPY b /\nFROM base\n", []string{"b"}, false},
		{"onbuild of nothing", "FROM a\nONBUILD\nONBUILD RUN x\n", nil, false},
		{"goes on without a blank", "FROM a\nCOPY a\\\n  b /c\nCOPY x\\\ny /\n", []string{"a", "b", "xy"}, false},
		{"goes on with blanks behind", "FROM a\nCOPY a \\  \t\n  b /c\n", []string{"a", "b"}, false},
		{"a doubled escape does not go on", "FROM a\nRUN x \\\\\nCOPY a /\n", []string{"a"}, false},
		{"goes on to the end", "FROM a\nCOPY a /b \\\n", []string{"a"}, false},
		{"a comment does not go on", "FROM a\n# one \\\nCOPY a /\n", []string{"a"}, false},
		{"begins with what goes on", "FROM a\n\\\nCOPY a /\n", []string{"a"}, false},
		{"escape behind another directive", "# syntax=x/y:1\n# Escape = `\nFROM a\nCOPY a `\n b\\c /\n", []string{"a", `b\c`}, false},
		{"escape behind a comment is none", "# hello\n# escape=`\nFROM a\nCOPY a \\\n b /\n", []string{"a", "b"}, false},
		{"escape behind what is no directive", "# author=me\n# escape=`\nFROM a\nCOPY a \\\n b /\n", []string{"a", "b"}, false},
		{"a blank in quotes parts words", "FROM a\nCOPY x\\ y \"z\" /\n", []string{"x", "y", "z"}, false},
		{"tabs", "FROM\ta\nCOPY\ta\t\tb\t/\n", []string{"a", "b"}, false},
		{"BOM", "\ufeffFROM a\nCOPY a /\n", []string{"a"}, false},
		{"nothing", "", nil, false},
		{"heredoc with a blank", "FROM a\nRUN cat << EOF >x\nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"two heredocs", "FROM a\nCOPY <<A <<B b /\nCOPY no /\nA\nCOPY no /\nB\nCOPY a /\n", []string{"a", "b"}, false},
		{"a quoted heredoc is none", "FROM a\nRUN echo '<<EOF'\nCOPY a /\nRUN cat <<EOF\nCOPY no /\nEOF\n", []string{"a"}, false},
		{"heredoc that does not end", "FROM a\nRUN cat <<EOF\nCOPY a /\n", []string{"a"}, false},
		{"heredoc with a number", "FROM a\nRUN x 3<<EOF\nCOPY no /\nEOF\n", nil, false},
		{"heredoc of onbuild", "FROM a\nONBUILD RUN <<EOF\nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"stage on a stage", "FROM a AS One\nENV D=dir\nFROM one\nARG E=$D\nCOPY $E /\n", []string{"dir"}, false},
		{"stage by an argument", "ARG B=one\nFROM a AS one\nENV D=dir\nFROM ${B}\nCOPY $D /\n", []string{"dir"}, false},
		{"what another stage sets is not seen", "FROM a AS one\nENV D=dir\nFROM b\nCOPY $D /\n", nil, true},
		{"ENV and ARG of one name", "FROM a\nENV D=dir\nARG D=other\nCOPY $D /\n", nil, true},
		{"ENV wins over an ARG before it", "FROM a\nARG D=other\nENV D=dir\nCOPY $D /\n", []string{"dir"}, false},
		{"ENV sees what was before its line", "FROM a\nENV D=one\nENV D=two E=$D\nCOPY $E /\n", []string{"one"}, false},
		{"what the builder sets", "FROM a\nARG TARGETARCH\nCOPY app-${TARGETARCH} /\n", nil, true},
		{"what the builder sets has a value", "FROM a\nARG TARGETARCH\nCOPY ${TARGETARCH:-none} /\n", nil, true},
		{"what the builder would set", "FROM a\nARG TARGETARCH=mine\nCOPY ${TARGETARCH:-none} /\n", []string{"mine"}, false},
		{"unset without a colon", "FROM a\nARG EMPTY\nCOPY a${EMPTY-x} b${UNSET-x} c${EMPTY+x} d${UNSET+x} /\n", []string{"a", "bx", "cx", "d"}, false},
		{"must be set", "FROM a\nARG CONNECTOR_NAME\nCOPY ${CONNECTOR_NAME:?no} /\nCOPY b /\n", []string{"b", "source-x"}, false},
		{"must be set and is not", "FROM a\nCOPY ${X:?no} /\n", nil, true},
		{"braces that do not end", "FROM a\nCOPY ${X /\n", nil, true},
		{"nameless", "FROM a\nCOPY ${:-x} /\nCOPY a$ b$/c /\n", []string{"a$", "b$/c"}, true},
		{"deep glob", "FROM a\nCOPY src/**/x.py /\n", []string{"src"}, false},
		{"deep glob of all", "FROM a\nCOPY --parents **/x.py /\n", nil, true},
		{"list that is none", "FROM a\nCOPY [a, b /\n", []string{"[a,", "b"}, false},
		{"list of arguments", "FROM a\nARG CONNECTOR_NAME\nADD --chown=1 [ \"$CONNECTOR_NAME\", \"/\" ]\n", []string{"source-x"}, false},
		{"quoted flag", "FROM a\nCOPY \"--from\"=x a /\nCOPY --from=\"x\" no /\nCOPY --link -- b /\n", []string{"--from=x", "a", "b"}, false},
		{"bind in quotes", "FROM a\nRUN --mount=\"type=bind,source=li b,target=/l\" --mount=Type=bind,Src=c,target=/c make --mount=no\n", []string{"c", "li b"}, false},
		{"escape that is the usual one", "# escape=\\\nFROM a\nCOPY a \\\n b /\n", []string{"a", "b"}, false},
		{"escape without a blank", "#escape=`\nFROM a\nCOPY a `\n b /\n", []string{"a", "b"}, false},
		{"escape further to the right", "   # escape=`\nFROM a\nCOPY a `\n b /\n", []string{"a", "b"}, false},
		{"escape behind check", "# check=skip=all\n# escape=`\nFROM a\nCOPY a `\n b /\n", []string{"a", "b"}, false},
		{"escape behind an empty line is none", "\n# escape=`\nFROM a\nCOPY a \\\n b /\n", []string{"a", "b"}, false},
		{"check is no escape", "# check=`\nFROM a\nCOPY a \\\n b /\n", []string{"a", "b"}, false},
		{"heredocs with and without tabs", "FROM a\nRUN <<A cat <<-'B'\nCOPY no /\nA\n\tCOPY no /\n\tB\nCOPY a /\n", []string{"a"}, false},
		{"a heredoc ends with its word alone", "FROM a\nRUN <<EOF\n\tEOF\nEOF \nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"heredoc with CRLF", "FROM a\r\nRUN <<EOF\r\nCOPY no /\r\nEOF\r\nCOPY a /\r\n", []string{"a"}, false},
		{"heredoc before a pipe", "FROM a\nRUN cat <<EOF | sh\nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"heredoc of a line that goes on", "FROM a\nRUN cat <<EOF \\\n x\nCOPY no /\nEOF\nCOPY a /\n", []string{"a"}, false},
		{"only what runs or copies has heredocs", "FROM a\nLABEL a=<<EOF\nCOPY a /\nENV B=<<EOF\nCOPY b /\n", []string{"a", "b"}, false},
		{"goes on over comments and empty lines", "FROM a\nRUN x \\\n# c\n\n\n  y\nCOPY a /\n", []string{"a"}, false},
		{"nothing behind the words", "FROM a\nARG\nENV\nENV X\nCOPY\nADD\nRUN\nCOPY a\nCOPY b /\n", []string{"b"}, false},
		{"quoted key", "FROM a\nARG \"D\"=dir\nENV 'E'=e\nCOPY $D $E /\n", []string{"dir", "e"}, false},
		{"old ENV of several words", "FROM a\nENV D some dir\nCOPY [\"$D\", \"/\"]\n", []string{"some dir"}, false},
		{"ENV before a stage is nobody's", "ENV D=no\nFROM a\nARG D=dir\nCOPY $D /\n", []string{"dir"}, false},
		{"a default that cannot be told", "FROM a\nARG D=$NONE/x\nCOPY $D /\n", nil, true},
		{"a stage whose name is no word", "FROM a as one two\nENV D=dir\nFROM one\nCOPY $D /\n", nil, true},
		{"the later of two stages of one name", "FROM a AS s\nENV D=no\nFROM a AS s\nENV D=dir\nFROM s\nCOPY $D /\n", []string{"dir"}, false},
		{"bind by default", "FROM a\nRUN --mount=src=a,target=/a --mount=type=secret,id=x --mount=type=tmpfs,target=/t make\n", []string{"a"}, false},
		{"a flag behind the words is none", "FROM a\nCOPY a --from=b /\n", []string{"--from=b", "a"}, false},
		{"copied twice", "FROM a\nCOPY b /\nCOPY b /c\n", []string{"b"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := dockerfile.Parse([]byte(tt.text)).Taken(args)
			if !reflect.DeepEqual(got.Paths, tt.paths) || got.All != tt.all {
				t.Errorf("got %q, %v; want %q, %v", got.Paths, got.All, tt.paths, tt.all)
			}
		})
	}
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	args := map[string]string{"P": "linux/s390x"}
	for text, want := range map[string]string{
		"FROM a": "",
		"FROM --platform=linux/amd64 a AS b\nFROM c":                           "linux/amd64",
		"FROM --platform=$BUILDPLATFORM a AS b\nFROM c":                        "",
		"FROM --platform=${TARGETPLATFORM} a":                                  "",
		"ARG Q=linux/arm64\nFROM --platform=$Q a":                              "linux/arm64",
		"ARG P=linux/arm64\nFROM --platform=$P a":                              "linux/s390x",
		"FROM --platform=linux/amd64 a AS b\nFROM --platform=linux/arm64 last": "linux/arm64",
		"FROM --platform=linux/arm64 a\nRUN --platform=linux/amd64 x":          "linux/arm64",
		"FROM --platform=linux/arm64 a\nFROM --platform=$NONE b":               "linux/arm64",
		"FROM --platform=linux/arm64 a\nFROM --platform=\"\" b":                "linux/arm64",
		"FROM a\nONBUILD FROM --platform=linux/arm64 b":                        "",
		"from --platform='linux/arm64' a":                                      "linux/arm64",
		"FROM a --platform=linux/arm64":                                        "",
	} {
		if got := dockerfile.Parse([]byte(text)).Platform(args); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	if dockerfile.Parse([]byte("FROM x\nRUN echo --mount=type=cache\n")).Mounts() {
		t.Error("an argument of a program is no mount")
	}
	if !dockerfile.Parse([]byte("FROM x\nRUN --network=none --mount=type=cache,target=/c make\n")).Mounts() {
		t.Error("the mount was not seen")
	}
}

func TestEndsOpen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"FROM a": false, "FROM a\n": false, "FROM a\nRUN x \\": true, "FROM a\nRUN x \\\n": true, "FROM a\r\nRUN x \\\r\n\r\n": true,
		"FROM a\nRUN x \\\n  # end\n": true, "FROM a\n# end \\\n": false, "FROM a\nRUN x \\\\\n": false, "# escape=`\nFROM a\nRUN x `\n": true, "# escape=`\nFROM a\nRUN x \\\n": false, "": false,
		"\\": true, "FROM a\nRUN x \\\nCOPY y": false, "FROM a\nRUN x \\\n\n\n": true, "# only a comment": false, "FROM a\nRUN x \\ \t": true,
	} {
		if got := dockerfile.EndsOpen([]byte(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// What is no Dockerfile does no harm.
func FuzzParse(f *testing.F) {
	f.Add("FROM a\nCOPY ${A:-b} [\"c\", \"d\"] <<EOF /\nEOF\n")
	f.Add("ARG A=${B:+$C}\nFROM --platform=$A x\nENV a b\nRUN --mount=type=bind,src=$A <<-'X' y\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := dockerfile.Parse([]byte(text))
		for _, p := range d.Taken(map[string]string{"A": "../.."}).Paths {
			if p == "" || p[0] == '/' || p == ".." || len(p) > 2 && p[:3] == "../" {
				t.Errorf("%q leads out of the context", p)
			}
		}
		d.Platform(nil)
	})
}
