package migrate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A host is a kind of file that holds commands, each on a line of its own.
type host struct {
	file string // * is a number
	wrap func(lines []string) string
}

// indentedBy puts blanks before lines that are not empty.
func indentedBy(indent string, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			line = indent + line
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

var hosts = map[string]host{
	"script":       {file: "*.sh", wrap: func(lines []string) string { return "#!/bin/sh\nset -eu\n" + indentedBy("", lines) }},
	"function":     {file: "*.bash", wrap: func(lines []string) string { return "f() {\n" + indentedBy("\t", lines) + "}\nf \"$@\"\n" }},
	"loop":         {file: "*.sh", wrap: func(lines []string) string { return "for x in 1 2; do\n" + indentedBy("  ", lines) + "done\n" }},
	"Makefile":     {file: "*/Makefile", wrap: func(lines []string) string { return "V = 1\n\nall: x\n" + indentedBy("\t", lines) + "\nx:\n\ttrue\n" }},
	"quiet recipe": {file: "*.mk", wrap: func(lines []string) string { return "all:\n" + indentedBy("\t@", lines) }},
	"justfile": {file: "*/justfile", wrap: func(lines []string) string {
		return "v := '1'\n\nall a b='c': x\n" + indentedBy("    ", lines) + "\nx:\n    true\n"
	}},
	"script of just": {file: "*.just", wrap: func(lines []string) string {
		return "all:\n    #!/usr/bin/env bash\n" + indentedBy("    ", lines) + "x:\n  true\n"
	}},
	"workflow":        {file: ".github/workflows/*.yaml", wrap: workflowOf("      - run: |\n", "          ")},
	"workflow, strip": {file: ".github/workflows/*.yml", wrap: workflowOf("      - name: x\n        if: always()\n        run: |-\n", "            ")},
	"action": {file: ".github/actions/*/action.yaml", wrap: func(lines []string) string {
		return "runs:\n  using: composite\n  steps:\n    - uses: connkit/connkit@v1\n    - shell: bash\n      run: |\n" + indentedBy("        ", append(lines, "true"))
	}},
	"fenced": {file: "docs/*.md", wrap: func(lines []string) string {
		return "# x\n\n```sh\n" + indentedBy("", lines) + "```\n\nsops -d f1.yaml\n"
	}},
	"fenced in a list": {file: "*/README.md", wrap: func(lines []string) string { return "1. x\n\n   ~~~ bash\n" + indentedBy("   ", lines) + "   ~~~\n" }},
	"prompts": {file: "*.markdown", wrap: func(lines []string) string {
		return "```console\n$ true\n" + indentedBy("$ ", lines) + "sops -d f1.yaml\n```\n" // without a prompt all are commands
	}},
}

func workflowOf(step, indent string) func(lines []string) string {
	return func(lines []string) string {
		return "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: connkit/connkit@main\n" + step + indentedBy(indent, append(lines, "true")) + "      - run: echo\n"
	}
}

// Whatever file commands stand in, the same of them are rewritten, byte for byte
// in their place, and as many as are told to be safe.
func TestTheSameCommandsInAllFiles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 8))
	files, want, kinds := map[string]string{}, map[string]string{}, map[string]string{}
	n, safe := 0, 0
	for _, name := range slices.Sorted(maps.Keys(hosts)) {
		h := hosts[name]
		for range 25 {
			var before, after []string
			for _, l := range randomLines(r) {
				if strings.ContainsAny(l.before, "\n") {
					continue // each line is whole
				}
				l.before, l.after = strings.TrimSpace(l.before), strings.TrimSpace(l.after)
				if before = append(before, l.before); l.before != l.after {
					safe++
				}
				after = append(after, l.after)
			}
			n++
			file := strings.Replace(h.file, "*", fmt.Sprintf("n%d", n), 1)
			eol := []string{"\n", "\r\n"}[r.IntN(2)]
			files[file], want[file] = strings.ReplaceAll(h.wrap(before), "\n", eol), strings.ReplaceAll(h.wrap(after), "\n", eol)
			kinds[file] = name
		}
	}
	o := repository(t, files)
	report := scan(t, o)
	if report.Safe() != safe || report.Files != len(files) {
		t.Errorf("%d findings of %d files are safe, and %d of %d should be", report.Safe(), report.Files, safe, len(files))
	}
	for _, e := range report.Edits {
		if string(e.Before) != files[e.File] || string(e.After) != want[e.File] {
			t.Errorf("%s: %q\n got %q\nwant %q", kinds[e.File], files[e.File], e.After, want[e.File])
		}
	}
	for file := range files {
		if got := read(t, o, file); got != files[file] {
			t.Errorf("%s: the scan has written %q", kinds[file], got)
		}
	}
	if err := report.Apply(); err != nil {
		t.Fatal(err)
	}
	for file := range files {
		if got := read(t, o, file); got != want[file] {
			t.Errorf("%s: %q\n got %q\nwant %q", kinds[file], files[file], got, want[file])
		}
	}
	if again := scan(t, o); again.Safe() != 0 || len(again.Edits) != 0 || len(again.Findings) != len(report.Findings)-safe {
		t.Errorf("a second run: %d safe, %d edits, %d findings", again.Safe(), len(again.Edits), len(again.Findings))
	}
}

// The text at the place of a finding is the command that it is about, and of a
// safe one the command of connkit takes exactly its bytes.
func TestFindingsAreWhereTheyAreTold(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 1))
	files := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(hosts)) {
		h := hosts[name]
		var lines []string
		for _, l := range randomLines(r) {
			if !strings.Contains(l.before, "\n") {
				lines = append(lines, "echo 'ü…' # é", l.before)
			}
		}
		files[strings.Replace(h.file, "*", strings.ReplaceAll(name, " ", "-"), 1)] = h.wrap(lines)
	}
	o := repository(t, files)
	report := scan(t, o)
	if len(report.Findings) < 30 {
		t.Errorf("%d findings", len(report.Findings))
	}
	for _, f := range report.Findings {
		line := strings.Split(files[f.File], "\n")[f.Line-1]
		if at := string([]rune(line)[f.Col-1:]); !strings.HasPrefix(strings.Join(strings.Fields(at), " "), strings.TrimSuffix(f.Text, "***")) {
			t.Errorf("%s:%d:%d: %q stands there, and %q is told", f.File, f.Line, f.Col, at, f.Text)
		}
		if f.Safe != (f.Why == "") {
			t.Errorf("%+v", f)
		}
	}
}
