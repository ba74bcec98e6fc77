package doctest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands print into the pages")

// notRun are the console blocks that are shown and not run, each with its
// reason: by page and first command.
var notRun = map[string]string{
	"docs/debug.md: connkit debug source-bigdata discover": "it waits for an editor to attach: internal/cli/debug_e2e_test.go attaches one",
}

// step is a command of a console block and what the page shows of it.
type step struct {
	command   string
	want      []string
	from, to  int // 0-based lines of the page that want takes
	hidden    bool
	line      int
	needsReal string
}

// TestConsole runs the console blocks of every page, in order, each page in
// monorepos of its own, and compares what is printed with what is shown. Blocks
// that need real engines or registries run with the build tag e2e: make e2e.
func TestConsole(t *testing.T) { runConsole(t, false) }

func runConsole(t *testing.T, real bool) {
	t.Helper()
	t.Parallel()
	skipped := map[string]bool{}
	for _, p := range pages(t) {
		sessions := slices.DeleteFunc(split(t, p, skipped), func(s session) bool { return s.real() != real })
		if len(sessions) == 0 {
			continue
		}
		t.Run(strings.NewReplacer("/", "_", ".md", "").Replace(p.file), func(t *testing.T) {
			t.Parallel()
			var wrong []edit
			for _, s := range sessions {
				wrong = append(wrong, s.check(t, p)...)
			}
			if *update && len(wrong) > 0 {
				rewrite(t, p, wrong)
			}
		})
	}
	for name := range notRun {
		if !skipped[name] {
			t.Errorf("no page has %q: take it out of notRun", name)
		}
	}
}

// session is what runs in one shell, in one monorepo.
type session struct {
	monorepo string
	steps    []step
}

// split cuts a page's blocks and comments into sessions.
func split(t *testing.T, p page, skipped map[string]bool) []session {
	t.Helper()
	var all []session
	needs := ""
	at := 0
	comments := func(before int) {
		for ; at < len(p.comments) && p.comments[at].line < before; at++ {
			switch c := p.comments[at]; c.key {
			case "monorepo":
				all = append(all, session{monorepo: c.text})
			case "needs":
				needs = c.text
			case "run":
				if len(all) == 0 {
					t.Fatalf("%s:%d: no monorepo is named before", p.file, c.line)
				}
				s := &all[len(all)-1]
				s.steps = append(s.steps, step{command: c.text, hidden: true, line: c.line, needsReal: needs})
			}
		}
	}
	for _, b := range p.blocks {
		if b.lang != "console" {
			continue
		}
		comments(b.line)
		steps := readSteps(t, p, b, needs)
		if name := p.file + ": " + steps[0].command; notRun[name] != "" {
			skipped[name] = true
			needs = ""
			continue
		}
		if len(all) == 0 {
			t.Errorf("%s:%d: the block names no monorepo and stands not in notRun", p.file, b.line)
			continue
		}
		s := &all[len(all)-1]
		s.steps = append(s.steps, steps...)
		needs = ""
	}
	return all
}

// real tells whether a step of the session needs what only make e2e sets up.
func (s session) real() bool {
	return slices.ContainsFunc(s.steps, func(s step) bool { return s.needsReal != "" })
}

// readSteps reads a block: lines that begin with $ are commands, the others what they print.
func readSteps(t *testing.T, p page, b block, needs string) []step {
	t.Helper()
	var steps []step
	more := false
	for i, l := range b.body {
		command, ok := strings.CutPrefix(l, "$ ")
		switch {
		case more:
			s := &steps[len(steps)-1]
			s.command += "\n" + l
			s.from, s.to = b.line+i+1, b.line+i+1
		case ok:
			steps = append(steps, step{command: command, line: b.line + i + 1, needsReal: needs, from: b.line + i + 1, to: b.line + i + 1})
		case len(steps) == 0:
			t.Errorf("%s:%d: the block begins with no command", p.file, b.line)
			return []step{{command: l, line: b.line}}
		default:
			s := &steps[len(steps)-1]
			s.want = append(s.want, l)
			s.to++
		}
		more = (ok || more) && strings.HasSuffix(l, `\`)
	}
	if len(steps) == 0 {
		t.Fatalf("%s:%d: the block has no command", p.file, b.line)
	}
	return steps
}

// edit puts lines in the place of those of a page.
type edit struct {
	from, to int
	lines    []string
}

// check runs a session and gives what of the page is not so.
func (s session) check(t *testing.T, p page) []edit {
	t.Helper()
	var wrong []edit
	results := s.run(t)
	for i, st := range s.steps {
		if i >= len(results) {
			t.Errorf("%s:%d: %s: was not run to its end", p.file, st.line, st.command)
			return wrong
		}
		got := results[i]
		if st.hidden {
			if got.status != 0 {
				t.Errorf("%s:%d: %s: exit status %d\n%s", p.file, st.line, st.command, got.status, strings.Join(got.lines, "\n"))
			}
			continue
		}
		if !matches(st.want, got.lines) {
			wrong = append(wrong, edit{st.from, st.to, got.lines})
			if !*update {
				t.Errorf("%s:%d: %s\nthe page shows\n%s\nit prints\n%s", p.file, st.line, st.command, strings.Join(st.want, "\n"), strings.Join(got.lines, "\n"))
			}
		}
		if got.status != 0 && !tells(s.steps[i:], got.lines) {
			t.Errorf("%s:%d: %s: exit status %d, of which the page tells nothing\n%s", p.file, st.line, st.command, got.status, strings.Join(got.lines, "\n"))
		}
	}
	return wrong
}

// tells reports whether a reader learns that a command did not end with 0: by
// an error, by findings, or since its exit code is asked for next.
func tells(steps []step, lines []string) bool {
	if len(steps) > 1 && steps[1].command == "echo $?" {
		return true
	}
	return slices.ContainsFunc(lines, func(l string) bool {
		return strings.Contains(l, "connkit: error: ") || strings.HasSuffix(l, " finding") || strings.Contains(l, " findings") ||
			strings.Contains(l, " failed") || strings.Contains(l, "✗ ") || strings.Contains(l, `"ok": false`)
	})
}

func rewrite(t *testing.T, p page, edits []edit) {
	t.Helper()
	lines := slices.Clone(p.lines)
	for _, e := range slices.Backward(edits) {
		lines = slices.Replace(lines, e.from, e.to, e.lines...)
	}
	if err := os.WriteFile(filepath.Join(top, p.file), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadSteps(t *testing.T) {
	t.Parallel()
	p := parsePage("x.md", "```console\n$ one \\\n    --two\nout\nmore\n$ three\n```\n")
	steps := readSteps(t, p, p.blocks[0], "")
	got := fmt.Sprintf("%q %q %d-%d, %q %q %d-%d", steps[0].command, steps[0].want, steps[0].from, steps[0].to, steps[1].command, steps[1].want, steps[1].from, steps[1].to)
	if want := `"one \\\n    --two" ["out" "more"] 3-5, "three" [] 6-6`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
