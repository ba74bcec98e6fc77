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
