package cli_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connkit/connkit/internal/cli"
)

// commands gives the commands of a tree but cobra's own, which are the shells of completion.
func commands(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			list = append(list, commands(c)...)
		}
	}
	return list
}

// verbs gives the commands that do something by themselves, by their paths.
func verbs() map[string]*cobra.Command {
	list := map[string]*cobra.Command{}
	for _, c := range commands(cli.NewCommand()) {
		if !c.HasSubCommands() && c.Name() != "help" {
			list[strings.TrimPrefix(c.CommandPath(), "connkit ")] = c
		}
	}
	return list
}

func flagsOf(c *cobra.Command) (list []*pflag.Flag) {
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { list = append(list, f) })
	return list
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	for _, c := range commands(cli.NewCommand()) {
		path := c.CommandPath()
		if first := []rune(c.Short); len(first) == 0 || !unicode.IsUpper(first[0]) || strings.HasSuffix(c.Short, ".") || len(first) > 80 {
			t.Errorf("%s: its short text is no line that begins with a capital and ends without a full stop: %q", path, c.Short)
		}
		verb := !c.HasSubCommands() && c.Name() != "help"
		if verb && (c.Long == "" || c.Example == "") {
			t.Errorf("%s: it has no long text or no example", path)
		}
		if verb && c.RunE == nil {
			t.Errorf("%s: its errors get no exit code", path)
		}
		for line := range strings.Lines(c.Long + "\n" + c.Example) {
			if line = strings.TrimSuffix(line, "\n"); strings.TrimRight(line, " \t") != line || strings.Contains(line, "\t") {
				t.Errorf("%s: white space at the end of, or a tab in %q", path, line)
			}
		}
		if rest, ok := strings.CutPrefix(c.Use, c.Name()); !ok || rest != "" && rest[0] != ' ' {
			t.Errorf("%s: its usage begins with another word: %q", path, c.Use)
		}
		if c.Deprecated == "" && c.Hidden {
			t.Errorf("%s: it is hidden", path)
		}
	}
}

// The examples of a command are calls of it that its own flags and its own count
// of arguments take; what stands behind a pipe or before it is the shell's.
func TestExamplesAreCallsThatWork(t *testing.T) {
	t.Parallel()
	seen := 0
	for path, c := range verbs() {
		own := 0
		for line := range strings.Lines(c.Example) {
			text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "  ")
			if !ok || strings.HasPrefix(text, " ") {
				t.Errorf("connkit %s: %q is not two blanks further to the right", path, line)
			}
			for _, words := range simpleCommands(t, text) {
				if words[0] != "connkit" {
					continue
				}
				seen++
				if called := checkCall(t, words); called == path {
					own++
				}
			}
		}
		if own == 0 {
			t.Errorf("connkit %s: none of its examples is a call of it", path)
		}
	}
	if seen < 80 {
		t.Errorf("%d calls were looked at", seen)
	}
}

// checkCall reads a call as a run would, and gives the command that is called.
func checkCall(t *testing.T, words []string) string {
	t.Helper()
	root := cli.NewCommand() // anew: flags and arguments leave values behind
	cmd, rest, err := root.Find(words[1:])
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: %v", strings.Join(words, " "), err)
		return ""
	}
	return strings.TrimPrefix(cmd.CommandPath(), "connkit ")
}

// simpleCommands cuts a line of a shell at pipes and at what follows a
// redirection, and takes quotes and the variables before a command away.
func simpleCommands(t *testing.T, line string) (list [][]string) {
	t.Helper()
	var words []string
	var word strings.Builder
	quote, began := rune(0), false
	end := func() {
		if began {
			words = append(words, word.String())
		}
		word.Reset()
		began = false
	}
	for _, r := range line + " |" {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, began = r, true
		case r == ' ':
			end()
		case r == '|':
			end()
			if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, ">") || strings.HasPrefix(w, "<") }); i >= 0 {
				words = words[:i]
			}
			for len(words) > 0 && strings.Contains(words[0], "=") {
				words = words[1:]
			}
			if len(words) == 0 {
				t.Fatalf("no command in %q", line)
			}
			list, words = append(list, words), nil
		default:
			word.WriteRune(r)
			began = true
		}
	}
	if quote != 0 {
		t.Fatalf("a quote does not end in %q", line)
	}
	return list
}

func TestFlagsAreExplainedInOneStyle(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, c := range commands(cli.NewCommand()) {
		list := flagsOf(c)
		c.PersistentFlags().VisitAll(func(f *pflag.Flag) { list = append(list, f) })
		for _, f := range list {
			seen++
			name, usage := pflag.UnquoteUsage(f)
			where := c.CommandPath() + " --" + f.Name
			first := []rune(usage + " ")[0]
			second := []rune(usage + "  ")[1]
			switch {
			case usage == "":
				t.Errorf("%s: it is not explained", where)
			case unicode.IsUpper(first) && unicode.IsLower(second) && !strings.HasPrefix(usage, "Google") && !strings.HasPrefix(usage, "Azure") && !strings.HasPrefix(usage, "Vault"):
				t.Errorf("%s: it begins with a capital: %q", where, usage)
			case strings.HasSuffix(usage, "."):
				t.Errorf("%s: it ends with a full stop: %q", where, usage)
			}
			kind := f.Value.Type()
			if kind != "bool" && !strings.Contains(f.Usage, "`") && (name == "string" || name == "int") {
				t.Errorf("%s: its value has no name in the usage: %q", where, f.Usage)
			}
			if many := kind == "stringArray" || kind == "stringSlice"; many != strings.Contains(usage, "repeat") && !strings.Contains(usage, ", by ") && name != "fingerprints" && name != "pattern" && name != "cache" {
				t.Errorf("%s: nothing tells whether it may be given again, or it tells wrongly (%s): %q", where, kind, usage)
			}
			if strings.ToLower(f.Name) != f.Name || strings.ContainsAny(f.Name, "_ ") {
				t.Errorf("%s: its name is not lower case with dashes", where)
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d flags were looked at", seen)
	}
}

// otherMeaning are flags of one name that mean different things, each with the
// command whose meaning is the odd one and why it keeps the name.
var otherMeaning = map[string]string{
	"ci add --python":       "it marks the entry, as the matrix's own key does; of an environment it is the version, as uv has it",
	"run preview --timeout": "how long all of it may take; the connector itself answers for days",
	"run test --for":        "a time; the job of connkit doctor --for is another",
	"run test --fixture":    "stdin is read once, and a test has many sessions",
}

// Who has learnt a flag at one command knows it at all: type, short letter and the
// name of its value are the same everywhere.
func TestAFlagMeansTheSameEverywhere(t *testing.T) {
	t.Parallel()
	type meaning struct{ where, kind, short, value string }
	known := map[string]meaning{}
	odd := map[string]bool{}
	for _, c := range commands(cli.NewCommand()) {
		for _, f := range flagsOf(c) {
			where := strings.TrimPrefix(c.CommandPath(), "connkit ") + " --" + f.Name
			if otherMeaning[where] != "" {
				odd[where] = true
				continue
			}
			value, _ := pflag.UnquoteUsage(f)
			m := meaning{where, f.Value.Type(), f.Shorthand, strings.TrimPrefix(value, "/pointer=value")}
			if m.value == "" && f.Name == "set" {
				m.value = "key=value" // of a config a key is a pointer
			}
			first, ok := known[f.Name]
			if !ok {
				known[f.Name] = m
				continue
			}
			if m.where = first.where; m != first {
				t.Errorf("%s is %v, %s is %v", where, m, first.where, first)
			}
		}
	}
	for where := range otherMeaning {
		if !odd[where] {
			t.Errorf("there is no %s", where)
		}
	}
}

// writesNothing are the commands that change no file of the user's. All others
// have --dry-run, and a new command belongs to one or the other.
var writesNothing = []string{
	"cache info", "ci check", "ci list", "ci matrix", "config show", "doctor", "images", "list", "run apply", "run preview", "run spec", "run test",
	"run validate", "secrets check", "upstream diff", "upstream find", "upstream list", "upstream status", "upstream verify", "version",
}

func TestWhatWritesHasDryRun(t *testing.T) {
	t.Parallel()
	for path, c := range verbs() {
		f := c.Flag("dry-run")
		writes := !slices.Contains(writesNothing, path)
		switch {
		case writes && f == nil:
			t.Errorf("connkit %s has no --dry-run", path)
		case !writes && f != nil:
			t.Errorf("connkit %s has --dry-run and writes nothing", path)
		case writes && (f.Shorthand != "n" || f.DefValue != "false"):
			t.Errorf("connkit %s: --dry-run is not -n, or holds by itself", path)
		}
	}
	for _, path := range writesNothing {
		if verbs()[path] == nil {
			t.Errorf("there is no connkit %s", path)
		}
	}
}

// offered are the names of values that connkit knows, or can find.
var offered = []string{"REF", "axis", "engine", "format", "job", "language", "level", "program", "tool", "generation"}

func TestWhatConnkitKnowsIsCompleted(t *testing.T) {
	t.Parallel()
	for path, c := range verbs() {
		words := strings.Fields(c.Use)[1:]
		known := slices.ContainsFunc(words, func(w string) bool {
			name := strings.Trim(w, "[].")
			return name == "NAME" && path != "new" || name == "DEST" || name == "REMOTE" || name == "URL"
		})
		if known && c.ValidArgsFunction == nil {
			t.Errorf("connkit %s: its arguments are not completed", c.Use)
		}
		for _, f := range flagsOf(c) {
			value, usage := pflag.UnquoteUsage(f)
			_, completed := c.GetFlagCompletionFunc(f.Name)
			if slices.Contains(offered, value) && !completed {
				t.Errorf("connkit %s --%s: it is not completed", path, f.Name)
			}
			if _, choices, ok := strings.Cut(usage, ": "); ok && strings.Contains(choices, " or ") && strings.Count(choices, " ") < 4 && !completed {
				t.Errorf("connkit %s --%s: its choices are not completed: %q", path, f.Name, choices)
			}
		}
	}
}
