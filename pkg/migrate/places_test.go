package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// edited gives what a file becomes when all that is safe is written.
func edited(t *testing.T, file, text string) string {
	t.Helper()
	o := repository(t, map[string]string{file: text, "source-a/test.flow.yaml": ""})
	if err := scan(t, o).Apply(); err != nil {
		t.Fatal(err)
	}
	return read(t, o, file)
}

const (
	oldCall = "sops -d a.yaml"
	newCall = "connkit decrypt a.yaml"
)

// In these texts each OLD is a command that is rewritten, and each KEEP one that
// is not. Each text is a file of that name, in a folder of its own where that
// makes no difference.
func places(t *testing.T, file string, texts map[string]string) {
	t.Helper()
	files, want, names := map[string]string{}, map[string]string{}, map[string]string{}
	for name, text := range texts {
		n := strconv.Itoa(len(files))
		place := n + "/" + file
		if dir, base := path.Split(file); strings.HasPrefix(file, ".github/") {
			place = dir + n + base
		}
		files[place], names[place] = strings.NewReplacer("OLD", oldCall, "KEEP", oldCall).Replace(text), name
		want[place] = strings.NewReplacer("OLD", newCall, "KEEP", oldCall).Replace(text)
	}
	o := repository(t, files)
	if err := scan(t, o).Apply(); err != nil {
		t.Fatal(err)
	}
	for place, want := range want {
		if got := read(t, o, place); got != want {
			t.Errorf("%s: %q\n got %q\nwant %q", names[place], files[place], got, want)
		}
	}
	if again := scan(t, o); len(again.Edits) != 0 {
		t.Errorf("a second run would change %+v", again.Edits)
	}
}

func TestPlacesInMarkdown(t *testing.T) {
	t.Parallel()
	places(t, "docs/x.md", map[string]string{
		"text":             "KEEP\n\n    KEEP\n\n`KEEP`\n",
		"shell":            "```sh\nOLD\n```\nKEEP\n",
		"every shell":      "```bash\nOLD\n```\n```shell\nOLD\n```\n```console\nOLD\n```\n```zsh\nOLD\n```\n```\nOLD\n```\n",
		"capitals":         "```Bash\nOLD\n```\n",
		"other languages":  "```yaml\nKEEP\n```\n```python\nKEEP\n```\n```{r}\nKEEP\n```\n```text\nKEEP\n```\n```diff\n- KEEP\nKEEP\n```\n",
		"words behind":     "```sh title=\"x\"\nOLD\n```\n",
		"tildes":           "~~~sh\nOLD\n# ```\nOLD\n~~~\nKEEP\n",
		"longer fence":     "````sh\nOLD\n# ```\nOLD\n````\nKEEP\n",
		"shell in text":    "````markdown\n```sh\nKEEP\n```\n````\n",
		"prompts":          "```console\n$ OLD\nKEEP\n% OLD\n  $ OLD\n```\n",
		"prompt, text":     "```\n$ ls\nKEEP\n```\n",
		"two lines":        "```console\n$ KEEP \\\n  -x\n$ OLD\n```\n",
		"list":             "1. x\n   ```sh\n   OLD\n   ```\n2. KEEP\n",
		"cited":            "> ```sh\n> $ OLD\n> ```\n> KEEP\n",
		"cited, no prompt": "> ```sh\n> KEEP\n> ```\n",
		"not closed":       "```sh\nKEEP\n", // to the end is nothing that a person has closed
		"a quote open":     "```sh\necho 'it\nKEEP\n```\n\n```sh\nOLD\n```\n",
		"a comment":        "```sh\n# don't\nOLD\n```\n",
		"windows":          "```sh\r\nOLD\r\n```\r\nKEEP\r\n",
		"unicode":          "```sh\necho 'ü…' # é\nOLD\n```\n",
		"conflict":         "```sh\n<<<<<<< HEAD\nKEEP\n=======\nKEEP\n>>>>>>> x\n```\n\n```sh\nKEEP\n```\n",
		"front matter":     "---\nrun: KEEP\n---\n```sh\nOLD\n```\n",
	})
}

func TestPlacesInMakefiles(t *testing.T) {
	t.Parallel()
	places(t, "Makefile", map[string]string{
		"recipe":        "a:\n\tOLD\n",
		"marks":         "a:\n\t@OLD\n\t-OLD\n\t+OLD\n\t@ -OLD\n",
		"variable":      "A = KEEP\nB := $(shell KEEP)\nA += KEEP\n",
		"rule":          "a: b; KEEP\n",
		"comment":       "# KEEP\na:\n\t# KEEP\n\tOLD\n",
		"continued":     "a:\n\tKEEP \\\n\t-x\n\tOLD\n",
		"continued two": "a:\n\ttrue && \\\n\tKEEP\n\tOLD\n",
		"list":          "a:\n\tcd x && KEEP\n\tKEEP; true\n\tKEEP | cat\n\tKEEP > x\n",
		"spaces":        "a:\n    KEEP\n",
		"quote":         "a:\n\techo 'it\n\tOLD\n", // each line is a shell of its own
		"windows":       "a:\r\n\tOLD\r\n",
		"no newline":    "a:\n\tOLD",
		"empty":         "",
		"conditional":   "a:\nifdef X\n\tOLD\nendif\n",
	})
	places(t, "sub/x.mk", map[string]string{"included": "a:\n\tOLD\n"})
}

// What make is told in front of a call is no part of the script's name.
func TestACallInARecipeIsFoundOnce(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"", "@", "-", "+", "@-"} {
		o := repository(t, map[string]string{"Makefile": "a:\n\t" + mark + "./build-local.sh $(NAME)\n"})
		if r := scan(t, o); len(r.Findings) != 1 || r.Findings[0].Text != "./build-local.sh $(NAME)" {
			t.Errorf("%q: %+v", mark, r.Findings)
		}
	}
}

func TestPlacesInWorkflows(t *testing.T) {
	t.Parallel()
	const head = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: connkit/connkit@main\n"
	texts := map[string]string{
		"literal":        "      - run: |\n          OLD\n          echo\n",
		"strip":          "      - run: |-\n          echo\n          OLD",
		"keep":           "      - run: |+\n          OLD\n\n\n",
		"indented":       "      - run: |2\n          OLD\n",
		"comment":        "      - run: | # KEEP\n          OLD\n",
		"plain":          "      - run: OLD\n",
		"plain comment":  "      - run: OLD # why\n",
		"folded":         "      - run: >\n          KEEP\n",
		"single quotes":  "      - run: 'KEEP'\n",
		"double quotes":  "      - run: \"KEEP\"\n",
		"braces":         "      - {run: OLD}\n",
		"braces, more":   "      - {name: x, run: OLD, shell: sh}\n",
		"name":           "      - name: KEEP\n        run: echo\n",
		"other key":      "      - uses: x/y@v1\n        with: {run: KEEP}\n",
		"alias":          "      - run: &x OLD\n      - run: *x\n",
		"expression":     "      - run: |\n          echo ${{ 'it''s' }}\n          OLD\n",
		"here-document":  "      - run: |\n          cat <<EOF\n          KEEP\n          EOF\n          OLD\n",
		"function":       "      - run: |\n          f() {\n            OLD\n          }\n",
		"plain, 2 lines": "      - run: KEEP\n          -x\n",
		"python":         "      - run: KEEP\n        shell: python\n",
		"no steps":       "  b:\n    uses: ./.github/workflows/x.yaml\n",
	}
	for name, text := range texts {
		texts[name] = head + text
	}
	places(t, ".github/workflows/ci.yaml", texts)
	windows := map[string]string{}
	for name, text := range texts {
		windows[name] = strings.ReplaceAll(text, "\n", "\r\n")
	}
	places(t, ".github/workflows/ci.yaml", windows)
}

// Files that cannot be read as YAML, or hold no jobs, are somebody else's matter.
func TestOddWorkflowsAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "- run: x\n", "jobs: []\n", "jobs: {a: x}\n", "jobs: {a: {steps: x}}\n", "jobs: {a: {steps: [x, null]}}\n", "jobs: {a: {steps: [{run: [x]}]}}\n",
		"jobs: {a: {strategy: x}}\n", "jobs: {a: {strategy: {matrix: [x]}}}\n", "a: b\n---\nc: d\n", "<<<<<<< x\n", "jobs: &x {a: *x}\n", "runs: {steps: {}}\n", "\tx: y\n", "jobs: {a: {defaults: [x], steps: [{run: ls}]}}\n"} {
		if got := edited(t, ".github/workflows/ci.yaml", text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// line is one line of a random script: what it is, and whether it is rewritten.
type line struct{ before, after string }

// randomLines draws lines of a script, each complete in itself.
func randomLines(r *rand.Rand) []line {
	name := func() string { return "f" + strconv.Itoa(r.IntN(100)) + ".yaml" }
	var list []line
	for range 1 + r.IntN(20) {
		f, indent := name(), strings.Repeat(" ", r.IntN(6))
		same := func(text string) line { return line{text, text} }
		list = append(list, []line{
			{indent + "sops -d " + f, indent + "connkit decrypt " + f},
			{indent + "sops edit '" + f + "' # x", indent + "connkit edit '" + f + "' # x"},
			{"sops --encrypt -i --encrypted-suffix _sops " + f + "  ", "connkit encrypt " + f + " --encrypted-suffix _sops  "},
			same("sops -d " + f + " | cat"), same("sops -d \"$X\""), same("echo 'sops -d " + f + "'"), same("# sops -d " + f), same(""), same("cat <<E\nsops -d " + f + "\nE"),
			same("x='\nsops -d " + f + "\n'"), same("y=$(\nsops -d " + f + "\n)"), same("sops -d \\\n  " + f), same("if sops -d " + f + "; then :; fi"), same("X=1 sops -d " + f), same("sops -e " + f),
			same("z=(\nsops -d " + f + "\n)"), same("{ sops -d " + f + "; }"), same("sops -d " + f + " >" + f), same("echo \"`sops -d " + f + "`\""), same("sops -d *.yaml"),
		}[r.IntN(20)])
	}
	return list
}

func TestRandomScripts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	files, want := map[string]string{}, map[string]string{}
	for i := range 400 {
		var before, after []string
		for _, l := range randomLines(r) {
			before, after = append(before, l.before), append(after, l.after)
		}
		eol := []string{"\n", "\n", "\r\n"}[r.IntN(3)]
		if strings.Contains(strings.Join(before, "\n"), "<<E") || slices.ContainsFunc(before, func(s string) bool { return strings.Contains(s, "\\\n") }) {
			eol = "\n" // a shell would not find the end
		}
		file := fmt.Sprintf("s%d.sh", i)
		files[file], want[file] = strings.Join(before, eol), strings.Join(after, eol)
	}
	o := repository(t, files)
	if err := scan(t, o).Apply(); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for file := range files {
		got := read(t, o, file)
		if got != want[file] {
			t.Errorf("%q\n got %q\nwant %q", files[file], got, want[file])
		}
		if got != files[file] {
			changed++
		}
	}
	if changed < 200 || len(scan(t, o).Edits) != 0 {
		t.Errorf("%d of %d changed, and a second time %d", changed, len(files), len(scan(t, o).Edits))
	}
}
