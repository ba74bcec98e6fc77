package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

// connkit runs a command line in an empty folder and gives what it prints.
func connkit(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut strings.Builder
	code = cli.Main(append([]string{"-C", t.TempDir()}, args...), ui.Streams{In: strings.NewReader(""), Out: &out, Err: &errOut})
	return code, out.String(), errOut.String()
}

// slip leaves a letter of the middle out.
func slip(word string) string { return word[:len(word)/2] + word[len(word)/2+1:] }

func TestATypoInAFlagSaysWhichWasMeant(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"build", "encrypt", "pull-upstream"} {
		c := verbs()[path]
		for _, f := range flagsOf(c) {
			typo := slip(f.Name)
			if len(f.Name) < 5 || c.Flag(typo) != nil {
				continue
			}
			code, out, said := connkit(t, path, "--"+typo)
			want := "connkit: error: reading the flags: unknown flag: --" + typo + "\nconnkit: hint: did you mean --"
			if code != 2 || out != "" || !strings.HasPrefix(said, want) {
				t.Errorf("connkit %s --%s: exit code %d, %q", path, typo, code, said)
			}
		}
	}
	for _, tt := range []struct{ args, want string }{
		{"build --dry-rn x", "did you mean --dry-run"},
		{"ci add --workflw ci.yaml x", "did you mean --workflow"},
		{"encrypt --agee=x f", "did you mean --age"},
		{"list --outputt=json", "did you mean --output"},
		{"new x --quite", "did you mean --quiet"},
		{"list --nothing-like-it-at-all", "connkit list --help"},
		{"list -z", "connkit list --help"},
		{"ci add x --type", "connkit ci add --help"},
		{"build -j many x", "connkit build --help"},
	} {
		code, _, said := connkit(t, strings.Fields(tt.args)...)
		if _, hint, _ := strings.Cut(said, "connkit: hint: "); code != 2 || strings.TrimSpace(hint) != tt.want {
			t.Errorf("connkit %s: exit code %d, hint %q, want %q", tt.args, code, hint, tt.want)
		}
	}
}

func TestATypoInAVerbSaysWhichWasMeant(t *testing.T) {
	t.Parallel()
	root := cli.NewCommand()
	for _, c := range commands(root) {
		if c == root || c.Name() == "help" || len(c.Name()) < 4 {
			continue
		}
		group := strings.Fields(c.Parent().CommandPath())[1:]
		typo := slip(c.Name())
		code, _, said := connkit(t, append(slices.Clone(group), typo)...)
		want := fmt.Sprintf("there is no %q", typo)
		if code != 2 || !strings.Contains(said, want) || !strings.Contains(said, "hint: "+c.Parent().CommandPath()+" ") || strings.Contains(said, "--help") {
			t.Errorf("connkit %s %s: exit code %d, %q", strings.Join(group, " "), typo, code, said)
		}
		// A flag behind it is one of the verb, which the group does not know.
		if _, _, again := connkit(t, append(slices.Clone(group), typo, "--no-such-flag")...); again != said {
			t.Errorf("connkit %s %s with a flag: %q", strings.Join(group, " "), typo, again)
		}
	}
	for _, c := range commands(root) {
		if !c.HasSubCommands() || c == root {
			continue
		}
		code, out, said := connkit(t, strings.Fields(c.CommandPath())[1:]...)
		if code != 2 || out != "" || !strings.Contains(said, "a verb is missing: ") {
			t.Errorf("%s: without a verb: exit code %d, %q, %q", c.CommandPath(), code, out, said)
		}
		if _, _, flag := connkit(t, append(strings.Fields(c.CommandPath())[1:], "--no-such-flag")...); !strings.Contains(flag, "flags of a verb stand behind it") {
			t.Errorf("%s: a flag before the verb: %q", c.CommandPath(), flag)
		}
		for _, verb := range c.Commands() {
			if verb.IsAvailableCommand() && !strings.Contains(said, verb.Name()) {
				t.Errorf("%s: without a verb %s is not named: %q", c.CommandPath(), verb.Name(), said)
			}
		}
	}
}

// Every command answers a wrong call with the envelope when JSON is asked for, in
// each way of asking, and with exit code 2; stderr stays empty.
func TestWrongCallsInJSON(t *testing.T) {
	t.Parallel()
	asked := [][]string{{"--output", "json"}, {"--output=json"}, {"-o", "json"}, {"-ojson"}, {"-o=json"}, {"-qojson"}, {"-q", "-o", "json"}}
	n := 0
	for path := range verbs() {
		n++
		args := append(strings.Fields(path), asked[n%len(asked)]...)
		code, out, said := connkit(t, append(args, "--no-such-flag")...)
		var answer struct {
			Command string
			OK      bool
			Result  any
			Error   struct {
				Kind    fault.Kind
				Message string
				Hint    string
			}
		}
		if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 2 || said != "" {
			t.Errorf("connkit %v: exit code %d, %v, %q, %q", args, code, err, out, said)
			continue
		}
		if answer.Command != path || answer.OK || answer.Error.Kind != fault.Usage || !strings.Contains(answer.Error.Message, "--no-such-flag") || answer.Error.Hint == "" {
			t.Errorf("connkit %v: %+v", args, answer)
		}
	}
}

// A command that needs an argument says which is missing, and how it is called.
func TestMissingArgumentsAreNamed(t *testing.T) {
	t.Parallel()
	for path, c := range verbs() {
		words := strings.Fields(c.Use)
		if len(words) < 2 || strings.ContainsAny(words[1][:1], "[(") || path == "debug" || strings.HasPrefix(path, "run ") {
			continue // with --source these take it from a file
		}
		code, out, said := connkit(t, strings.Fields(path)...)
		name := strings.TrimRight(words[1], ".")
		if code != 2 || out != "" || !strings.Contains(said, name) || !strings.Contains(said, "is missing") || !strings.Contains(said, "hint: ") {
			t.Errorf("connkit %s: exit code %d, %q", path, code, said)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	for path, c := range verbs() {
		for _, args := range [][]string{append(strings.Fields(path), "--help"), append([]string{"help"}, strings.Fields(path)...)} {
			code, out, said := connkit(t, args...)
			if code != 0 || said != "" || !strings.HasPrefix(out, c.Long+"\n") || !strings.Contains(out, c.Example) {
				t.Errorf("connkit %v: exit code %d, %q, %q", args, code, out, said)
			}
		}
	}
	code, _, said := connkit(t, "help", "biuld")
	if code != 2 || !strings.Contains(said, "hint: connkit build") {
		t.Errorf("exit code %d, %q", code, said)
	}
}

// A name that is empty is a variable of a script that is not set: it stands for nothing.
func TestAnEmptyNameIsNoConnector(t *testing.T) {
	t.Parallel()
	for path, c := range verbs() {
		words := strings.Fields(c.Use)
		if len(words) < 2 || strings.Trim(words[1], ".[]") != "NAME" || strings.HasPrefix(words[1], "[") {
			continue
		}
		code, out, said := connkit(t, append(strings.Fields(path), "")...)
		if code != 2 || out != "" || !strings.Contains(said, "error: ") {
			t.Errorf("connkit %s '': exit code %d, %q, %q", path, code, out, said)
		}
	}
}

// So is a flag's value: --state "$STATE" must not run without a state, nor --config "$CONFIG" with the catalog's.
func TestAnEmptyFlagIsRefused(t *testing.T) {
	t.Parallel()
	tried := 0
	for path, c := range verbs() {
		if c.HasSubCommands() || !slices.Contains([]string{"run", "debug", "new"}, strings.Fields(path)[0]) {
			continue
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() != "string" {
				return
			}
			tried++
			code, out, said := connkit(t, append(strings.Fields(path), "source-x", "--"+f.Name+"=")...)
			if code != 2 || out != "" || !strings.Contains(said, "error: reading the flags: --"+f.Name+" is empty") {
				t.Errorf("connkit %s --%s=: exit code %d, %q, %q", path, f.Name, code, out, said)
			}
		})
	}
	if tried < 60 {
		t.Errorf("%d flags were tried", tried)
	}
}

// A reader that goes away is an error, also of what would have gone well.
func TestAResultThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"version", "-ojson"}, {"config", "show"}, {"doctor", "--for", "new"}, {"ci", "check"}} {
		var said strings.Builder
		code := cli.Main(append([]string{"-C", t.TempDir()}, args...), ui.Streams{In: strings.NewReader(""), Out: shut{}, Err: &said})
		if code != 1 || !strings.Contains(said.String(), "connkit: error: writing to stdout: ") {
			t.Errorf("connkit %v: exit code %d, %q", args, code, said.String())
		}
	}
}

type shut struct{}

func (shut) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
