package doctest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/cli"
)

var quotedRE = regexp.MustCompile(`'[^']*'|"[^"]*"`)

var called = regexp.MustCompile(`(?:^|[\s=(|;&])connkit ([a-z][^|;&#>]*)`)

// TestCommandsInPages finds every command that a page shows, in blocks and in
// text, and wants that it and its flags are there.
func TestCommandsInPages(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, p := range pages(t) {
		if strings.HasPrefix(p.file, "docs/reference/") || strings.HasPrefix(p.file, "docs/adr/") {
			continue // made from the commands; and what was so when it was decided
		}
		for _, l := range shown(p) {
			if strings.HasSuffix(l.text, "connkit encypt") {
				continue // the page of connkit help shows what is said of it
			}
			for _, m := range called.FindAllStringSubmatch(l.text, -1) {
				seen++
				if problem := callable(m[1]); problem != "" {
					t.Errorf("%s:%d: connkit %s: %s", p.file, l.number, m[1], problem)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("%d commands were found: there are more", seen)
	}
}

// shown gives the lines of blocks for shells, and the code in text.
func shown(p page) []line {
	var all []line
	for _, b := range p.blocks {
		for i, l := range b.body {
			switch {
			case b.lang == "sh":
				before, _, _ := strings.Cut(" "+l, " #")
				all = append(all, line{b.line + i + 1, before})
			case b.lang == "console" && strings.HasPrefix(l, "$ "):
				all = append(all, line{b.line + i + 1, l[2:]})
			}
		}
	}
	for _, l := range p.prose {
		for _, code := range codeRE.FindAllString(l.text, -1) {
			all = append(all, line{l.number, strings.Trim(code, "`")})
		}
	}
	return all
}

// callable tells what is wrong with the arguments of a call, or "". Places
// for arguments, such as NAME and …, stand for any.
func callable(call string) string {
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(quotedRE.ReplaceAllString(call, "X")), `\`))
	root := cli.NewCommand()
	if words[0] == "__complete" || words[0] == "help" {
		words = words[1:]
	}
	cmd, rest, err := root.Find(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.HasPrefix(w, "-") }))
	if err != nil || cmd == root && len(rest) > 0 && regexp.MustCompile(`^[a-z-]+$`).MatchString(rest[0]) {
		return "there is no such command"
	}
	if cmd.HasSubCommands() && cmd != root && len(words) > 1 && words[0] == cmd.Name() && !strings.HasPrefix(words[1], "-") && regexp.MustCompile(`^[a-z-]+$`).MatchString(words[1]) {
		return "there is no such verb"
	}
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		name = strings.TrimRight(name, ",.:)")
		if !strings.HasPrefix(name, "-") || name == "-" || name == "--" || strings.HasSuffix(name, "…") {
			continue
		}
		if long, ok := strings.CutPrefix(name, "--"); ok && !flagged(cmd, long) {
			return "there is no flag --" + long
		} else if !ok && cmd.Flags().ShorthandLookup(name[1:2]) == nil && cmd.InheritedFlags().ShorthandLookup(name[1:2]) == nil {
			return "there is no flag " + name
		}
	}
	return ""
}

// flagged tells whether a command has a flag, or, of a group, one of its verbs.
func flagged(cmd *cobra.Command, long string) bool {
	cmd.InitDefaultHelpFlag()
	return cmd.Flag(long) != nil || long == "version" || slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return flagged(c, long) })
}

func TestCallable(t *testing.T) {
	t.Parallel()
	for call, ok := range map[string]bool{
		"ci add source-x --dry-run": true, "ci add --nope": false, "ci nope x": false, "nope": false, "build -j 4 --engine=podman": true,
		"list -z": false, "help ci add": true, "pull-upstream --continue": true, "run spec NAME --image=X": true, "ci": true,
	} {
		if got := callable(call); (got == "") != ok {
			t.Errorf("connkit %s: got %q", call, got)
		}
	}
}

// sections are what the page of every command has.
var sections = []string{"Files", "Exit codes", "In scripts", "Flags"}

// TestEveryCommandHasAPage wants a page for each command, with an example that
// is run, and in it a link to the reference of each of its verbs.
func TestEveryCommandHasAPage(t *testing.T) {
	t.Parallel()
	root := cli.NewCommand()
	seen := 0
	for _, c := range root.Commands() {
		if !c.IsAvailableCommand() && c.Name() != "help" {
			continue
		}
		seen++
		file := "docs/" + c.Name() + ".md"
		if _, err := os.Stat(filepath.Join(top, file)); err != nil {
			t.Errorf("connkit %s has no page %s", c.Name(), file)
			continue
		}
		p := readPage(t, file)
		if len(p.headings) == 0 || p.headings[0].text != "connkit "+c.Name() {
			t.Errorf("%s: the title is not connkit %s", file, c.Name())
		}
		for _, s := range sections {
			if body := p.section(s); len(strings.TrimSpace(strings.Join(body, ""))) < 2 {
				t.Errorf("%s: there is nothing under %q", file, s)
			}
		}
		if !slices.ContainsFunc(p.blocks, func(b block) bool { return b.lang == "console" }) {
			t.Errorf("%s: no example is recorded", file)
		}
		if p.lines[2] != "```sh" {
			t.Errorf("%s: it does not begin with calls", file)
		}
		text := strings.Join(p.lines, "\n")
		for _, verb := range c.Commands() {
			if ref := "reference/" + strings.ReplaceAll(verb.CommandPath(), " ", "_") + ".md"; !strings.Contains(text, ref) {
				t.Errorf("%s: no link to %s", file, ref)
			}
		}
	}
	for _, s := range sections { // the page of two verbs of connkit ci
		if p := readPage(t, "docs/ci-matrix.md"); len(strings.TrimSpace(strings.Join(p.section(s), ""))) < 2 {
			t.Errorf("docs/ci-matrix.md: there is nothing under %q", s)
		}
	}
	if seen < 20 {
		t.Errorf("%d commands were looked at", seen)
	}
}

// TestFieldsAreSpelledAlike wants one spelling of the fields of results. What
// becomes a value of a matrix in a workflow is spelled as workflows spell it.
func TestFieldsAreSpelledAlike(t *testing.T) {
	t.Parallel()
	fields := regexp.MustCompile("json:\"([^,\"]+)[,\"]").FindAllStringSubmatch(sources(t), -1)
	if len(fields) < 200 {
		t.Errorf("%d fields were looked at", len(fields))
	}
	for _, f := range fields {
		if strings.Contains(f[1], "_") && f[1] != "connector_type" && f[1] != "_meta" {
			t.Errorf("the field %q has an underscore: results are in camelCase", f[1])
		}
	}
}

// TestFieldsInPages wants that the JSON fields and values that pages name are in the code.
func TestFieldsInPages(t *testing.T) {
	t.Parallel()
	code := sources(t)
	word := regexp.MustCompile("^`([a-z][A-Za-z]+)`$")
	seen := 0
	for _, p := range pages(t) {
		for _, l := range p.section("In scripts") {
			for _, quoted := range codeRE.FindAllString(l, -1) {
				m := word.FindStringSubmatch(quoted)
				if m == nil {
					continue
				}
				seen++
				if !strings.Contains(code, `json:"`+m[1]) && !strings.Contains(code, `"`+m[1]) {
					t.Errorf("%s: %s is in no result", p.file, quoted)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d fields were looked at", seen)
	}
}

// sources is the Go code of connkit, without its tests, in one text.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range []string{"pkg", "internal"} {
		err := filepath.WalkDir(filepath.Join(top, dir), func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
