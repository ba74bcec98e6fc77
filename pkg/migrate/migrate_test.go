package migrate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/migrate"
)

// repository makes a git repository with files, and the options to look through it.
func repository(t *testing.T, files map[string]string) migrate.Options {
	t.Helper()
	root := testkit.Tree(t, files)
	testkit.Git(t, root, "init", "-q")
	return migrate.Options{Root: root, Registry: "ghcr.io/estuary", Connectors: []string{"materialize-b", "source-a", "source-c", "source-py"}}
}

// suffixRule is a .sops.yaml by which sops encrypts what connkit does.
const suffixRule = "creation_rules: [{age: age1x, encrypted_suffix: _sops}]\n"

func scan(t *testing.T, o migrate.Options) *migrate.Report {
	t.Helper()
	r, err := migrate.Scan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t *testing.T, o migrate.Options, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(o.Root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// calls are commands that stand alone on a line, with what takes their place.
var calls = map[string]string{
	"./build-local.sh source-a":                                 "connkit build source-a --platform linux/amd64",
	"build-local.sh source-a":                                   "connkit build source-a --platform linux/amd64",
	"./build-local.sh 'source-a' \"python/Dockerfile\"":         "connkit build 'source-a' \"python/Dockerfile\" --platform linux/amd64",
	"./build-local.sh source-py":                                "connkit build source-py estuary-cdk/common.Dockerfile --platform linux/amd64",
	"../x/pull_upstream.sh big main a/b ./source-z MIT LICENSE": "connkit pull-upstream big main a/b ./source-z MIT LICENSE --single-parent",
	"./pull_upstream.sh big main '' source-z MIT LICENSE":       "connkit pull-upstream big main '' source-z MIT LICENSE --single-parent",

	"sops --encrypt --in-place --encrypted-suffix _sops --gcp-kms projects/p/x source-a/config.yaml": "connkit encrypt source-a/config.yaml --encrypted-suffix _sops --gcp-kms projects/p/x",
	"sops -e -i --input-type yaml --output-type yaml --age=age1x,age1y a.yaml":                       "connkit encrypt a.yaml --input-type yaml --age age1x,age1y",
	"sops encrypt -i a.yaml":                            "connkit encrypt a.yaml",
	"sops -d a.yaml":                                    "connkit decrypt a.yaml",
	"sops decrypt --input-type json a":                  "connkit decrypt a --input-type json",
	"sops --decrypt -i a.yaml":                          "connkit decrypt a.yaml --in-place",
	"sops a.yaml":                                       "connkit edit a.yaml",
	"sops edit 'a b.yaml'":                              "connkit edit 'a b.yaml'",
	"sops rotate -i a.yaml":                             "connkit secrets rotate a.yaml",
	"sops -r -i a.yaml":                                 "connkit secrets rotate a.yaml",
	"sops updatekeys -y a.yaml":                         "connkit secrets updatekeys a.yaml --yes",
	"flowctl raw spec --source source-a/test.flow.yaml": "connkit run spec source-a",
	"flowctl raw spec --source ./source-a/test.flow.yaml --capture acmeCo/a -o json --emit-raw": "connkit run spec source-a --name acmeCo/a",
	"flowctl raw discover --source source-a/test.flow.yaml":                                     "connkit run discover source-a --write",
	"flowctl raw discover --emit-raw --source source-a/test.flow.yaml":                          "connkit run discover source-a --emit-raw",
	"flowctl preview --source source-a/other.flow.yaml --sessions 1,-1 --timeout 10s":           "connkit run preview source-a --source source-a/other.flow.yaml --sessions 1,-1 --timeout 10s",
	"docker build -t ghcr.io/estuary/source-a:local -f source-a/Dockerfile .":                   "connkit build source-a",
	"docker buildx build --platform linux/amd64 --build-arg CONNECTOR_NAME=materialize-b --build-arg CONNECTOR_TYPE=materialize --build-arg=USAGE_RATE=1.0 --load -t ghcr.io/estuary/materialize-b:local -f x/Dockerfile .": "connkit build materialize-b x/Dockerfile --platform linux/amd64 --build-arg USAGE_RATE=1.0",
}

func TestCallsThatStandAloneAreRewritten(t *testing.T) {
	t.Parallel()
	const installed = "steps:\n      - uses: connkit/connkit@main\n      - run: "
	for name, c := range map[string]struct{ file, before, after string }{
		"markdown": {"*/README.md", "# x\n\n```sh\n", "\n```\n"},
		"console":  {"*/README.md", "x\n  ``` console\n  $ ", "\n  output\n  ```"},
		"cited":    {"docs/*.md", "> **Note**\n>  ```bash\n>  $ ", "\n>  ```\n"},
		"script":   {"*.sh", "#!/bin/sh\nset -e\n", ""},
		"shebang":  {"*", "#!/usr/bin/env bash\n# don't\n  ", "   # why\n"},
		"windows":  {"*/README.md", "```\r\n", "\r\n```\r\n"},
		"make":     {"make*.mk", "all: x\n\t@", "\n\nX = 1\n"},
		"make -":   {"*.mk", "all:\n\t@-", ""},
		"workflow": {".github/workflows/*.yaml", "jobs:\n  a:\n    " + installed + "|\n          ", "\n"},
		"one line": {".github/workflows/*.yml", "jobs:\n  a:\n    " + installed, " # note\n"},
		"action":   {".github/actions/*/action.yml", "runs:\n    " + installed, ""},
	} {
		files := map[string]string{"source-a/test.flow.yaml": "", "source-a/other.flow.yaml": "", "source-py/pyproject.toml": "", "source-py/test.flow.yaml": "", "estuary-cdk/common.Dockerfile": "", "python/Dockerfile": "", "source-a/Dockerfile": "", "x/Dockerfile": "", ".sops.yaml": suffixRule}
		want, n := map[string]string{}, 0
		for old, now := range calls {
			if strings.ContainsAny(old, "'\"") && (name == "one line" || name == "action") {
				continue // YAML would read the quotes
			}
			n++
			file := strings.Replace(c.file, "*", "x"+strconv.Itoa(n), 1)
			files[file], want[file] = c.before+old+c.after, c.before+now+c.after
		}
		o := repository(t, files)
		if err := scan(t, o).Apply(); err != nil {
			t.Fatal(err)
		}
		for file, text := range want {
			if got := read(t, o, file); got != text {
				t.Errorf("%s: %q, want %q", name, got, text)
			}
		}
		if again := scan(t, o); len(again.Edits) != 0 || again.Safe() != 0 {
			t.Errorf("%s: a second run would change %+v", name, again.Edits)
		}
	}
}

// left are texts of a script that stay as they are, with why.
var left = map[string]string{
	"./build-local.sh \"$NAME\"":                                                           "words that only a shell can tell",
	"./build-local.sh source-*":                                                            "words that only a shell can tell",
	"./build-local.sh source-a | tee log":                                                  "part of a pipe",
	"flowctl preview \"${ARGS[@]}\" 2>log":                                                 "connkit runs one task",
	"./build-local.sh source-a >log 2>&1":                                                  "goes to a file",
	"cd x && ./build-local.sh source-a":                                                    "joined to another command",
	"./build-local.sh source-a; echo done":                                                 "joined to another command",
	"./build-local.sh \\\n  source-a":                                                      "goes on on the next line",
	"DOCKER_HOST=x ./build-local.sh source-a":                                              "variables are set for it",
	"sudo ./build-local.sh source-a":                                                       "part of a longer command",
	"if ./build-local.sh source-a; then echo; fi":                                          "joined to another command",
	"(./build-local.sh source-a)":                                                          "in brackets",
	"./build-local.sh":                                                                     "a name and a Dockerfile",
	"./build-local.sh source-a b c":                                                        "a name and a Dockerfile",
	"./build-local.sh source-a no/Dockerfile":                                              "no such Dockerfile",
	"flowctl raw spec --source source-c/test.flow.yaml":                                    "no such catalog file",
	"cd x\nflowctl raw spec --source source-a/test.flow.yaml":                              "the folder that it is run in",
	"sops() { command sops -v; }\nsops -d a.yaml":                                          "a function's",
	"alias sops=other\nsops -d a.yaml":                                                     "a function's",
	"docker build -t ghcr.io/estuary/source-a:local --build-arg API_TOKEN=hunter2 .":       "looks secret",
	"./build-local.sh other":                                                               "begins neither",
	"x=$(./build-local.sh source-a)":                                                       "into the command around it",
	"BUILD=./build-local.sh":                                                               "no plain call",
	"echo 'run ./build-local.sh source-a'":                                                 "no plain call",
	"pull_upstream.sh big main a b MIT":                                                    "six arguments",
	"pull_upstream.sh $X":                                                                  "six arguments",
	"sops -e a.yaml":                                                                       "it prints what it encrypted",
	"sops -e --output b.yaml a.yaml":                                                       "writes another file",
	"sops -e -i --shamir-secret-sharing-threshold 2 a.yaml":                                "connkit has no --shamir",
	"sops -d --output-type json a.yaml":                                                    "another format",
	"sops -d --extract '[\"a\"][\"b\"]' a.yaml":                                            "JSON pointer",
	"sops -d --ignore-mac a.yaml":                                                          "no such flag",
	"sops -d a.yaml b.yaml":                                                                "not about one file",
	"sops rotate a.yaml":                                                                   "it prints the file",
	"sops set a.yaml '[\"x\"]' '\"secret\"'":                                               "seen by everybody",
	"sops encrypt -i a.yaml":                                                               "say encrypted_suffix in .sops.yaml",
	"sops -e -i --age age1x a.yaml":                                                        "sops encrypts every value here",
	"sops -d a.env":                                                                        "YAML and JSON alone",
	"sops -d --input-type ini a.yaml":                                                      "YAML and JSON alone",
	"sops secrets":                                                                         "YAML and JSON alone",
	"x=$(sops -d a.yaml)":                                                                  "into the command around it",
	"export X=\"$(sops -d --extract '[\"a\"]' a.yaml)\"":                                   "JSON pointer",
	"echo `./build-local.sh source-a`":                                                     "into the command around it",
	"git subtree add --prefix source-z https://x/y main --squash":                          "connkit proves the licence",
	"flowctl raw spec --source -":                                                          "comes from stdin",
	"docker image build -t ghcr.io/estuary/source-a:local -f source-a/Dockerfile .":        "no such Dockerfile",
	"sops exec-env a.yaml ./run":                                                           "nothing of the kind",
	"flowctl raw spec --source x/flow.yaml":                                                "in no connector's folder",
	"flowctl preview --source source-a/test.flow.yaml --log-json":                          "no --log-json",
	"flowctl preview --source source-a/test.flow.yaml -o yaml":                             "another form",
	"flowctl preview --source source-a/test.flow.yaml --timeout 10":                        "timeout is spelled otherwise",
	"flowctl raw capture source-a/test.flow.yaml":                                          "older flowctl",
	"poetry run flowctl raw spec --source source-a/test.flow.yaml":                         "part of a longer command",
	"docker build -t ghcr.io/estuary/source-a:v1 .":                                        "another name",
	"docker build -t ghcr.io/estuary/source-a:local source-a":                              "not the root",
	"docker build -t ghcr.io/estuary/source-a:local --ssh default .":                       "no --ssh",
	"docker build -t ghcr.io/estuary/source-a:local --push .":                              "looked at by a person",
	"docker build --build-arg CONNECTOR_NAME=source-q -t ghcr.io/estuary/source-q:local .": "no connector of that name",
}

func TestWhatIsNotUnderstoodIsReportedAndStays(t *testing.T) {
	t.Parallel()
	for text, why := range left {
		text = "#!/bin/bash\n" + text + "\n"
		o := repository(t, map[string]string{"x.sh": text, "source-a/test.flow.yaml": ""})
		r := scan(t, o)
		if len(r.Findings) == 0 || !strings.Contains(r.Findings[0].Why, why) || r.Safe() > 0 || len(r.Edits) > 0 {
			t.Errorf("%q: %+v, want %q", text, r.Findings, why)
			continue
		}
		if f := r.Findings[0]; f.File != "x.sh" || f.Line < 2 || f.Text == "" || f.Does == "" {
			t.Errorf("%q: %+v", text, f)
		}
		if err := r.Apply(); err != nil || read(t, o, "x.sh") != text {
			t.Errorf("%q was changed: %v", text, err)
		}
	}
}

// nothing are texts that hold nothing for connkit.
func TestWhatIsNobodysCallIsNoFinding(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"# ./build-local.sh source-a", "sops --version", "sops", "sops --help", "flowctl auth login", "flowctl raw get --table x", "flowctl catalog publish --source x", "docker build -t other:local .",
		"docker run ghcr.io/estuary/source-a:local", "docker compose up", "echo sops -d a.yaml", "cat <<EOF\nsops -d a.yaml\nEOF", "echo 'x\nsops -d a.yaml\n'", "git commit -m \"sops -d a\"", "which sops", "./rebuild-local.shx source-a", "connkit build source-a",
	} {
		o := repository(t, map[string]string{"x.sh": "#!/bin/sh\n" + text + "\n"})
		if r := scan(t, o); len(r.Findings) != 0 {
			t.Errorf("%q: %+v", text, r.Findings)
		}
	}
}

func TestPlacesThatHoldNoCommands(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{
		"README.md":                 "sops -d a.yaml\n\n```yaml\nsops -d a.yaml\n```\n\n    sops -d a.yaml\n",
		"a.md":                      "```console\n$ ls\nsops -d a.yaml\n```\n~~~\n```\n~~~ x\n",
		"Makefile":                  "X = sops -d a.yaml\n# sops -d a.yaml\n",
		"notes.txt":                 "./build-local.sh source-a\n",
		"vendor/x.sh":               "sops -d a.yaml\n",
		"a/node_modules/b/x.sh":     "sops -d a.yaml\n",
		".github/workflows/x.yaml":  "jobs: [\n",
		".github/workflows/y.yaml":  "jobs:\n  a:\n    steps:\n      - name: sops -d a.yaml\n        env: {X: ./build-it.sh}\n",
		"binary.sh":                 "#!/bin/sh\nsops -d a.yaml\x00\n",
		"latin.sh":                  "#!/bin/sh\nsops -d a.yaml \xff\n",
		"large.sh":                  "#!/bin/sh\nsops -d a.yaml\n" + strings.Repeat("#\n", 1<<20),
		"x.py":                      "run(['sops', x])\nprint('sops -d')\n",
		"ignored.sh":                "sops -d a.yaml\n",
		"workflows.yaml":            "run: sops -d a.yaml\n",
		"source-a/docs/config.yaml": "sops -d a.yaml\n",
	} {
		o := repository(t, map[string]string{file: text, ".gitignore": "ignored.sh\n"})
		if r := scan(t, o); len(r.Findings) != 0 || len(r.Edits) != 0 {
			t.Errorf("%s: %+v", file, r.Findings)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{})
	outside := filepath.Join(t.TempDir(), "x.sh")
	if err := os.WriteFile(outside, []byte("sops -d a.yaml\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(o.Root, "x.sh")); err != nil {
		t.Fatal(err)
	}
	if r := scan(t, o); len(r.Findings) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

// Steps of other languages are no shell's, and paths hold from the folder that a step runs in.
func TestShellAndFolderOfAStep(t *testing.T) {
	t.Parallel()
	const step = "      - uses: connkit/connkit@main\n      - run: flowctl raw spec --source source-a/test.flow.yaml\n"
	for name, c := range map[string]struct{ head, tail, why string }{
		"plain":               {"", "", "safe"},
		"bash":                {"", "        shell: bash -e {0}\n", "safe"},
		"python":              {"", "        shell: python\n", "none"},
		"folder":              {"", "        working-directory: source-a\n", "depend on the folder"},
		"python of the job":   {"    defaults:\n      run:\n        shell: python\n", "", "none"},
		"python, then bash":   {"    defaults:\n      run:\n        shell: python\n", "        shell: bash\n", "safe"},
		"folder of the job":   {"    defaults:\n      run:\n        working-directory: x\n", "", "depend on the folder"},
		"the root":            {"", "        working-directory: .\n", "safe"},
		"the root, by name":   {"", "        working-directory: ${{ github.workspace }}\n", "safe"},
		"below it, by name":   {"", "        working-directory: ${{ github.workspace }}/x\n", "depend on the folder"},
		"back to the root":    {"    defaults:\n      run:\n        working-directory: x\n", "        working-directory: ./\n", "safe"},
		"another default":     {"    defaults:\n      run:\n        shell: sh\n", "", "safe"},
		"powershell of a job": {"    defaults: {run: {shell: pwsh}}\n", "", "none"},
	} {
		o := repository(t, map[string]string{"source-a/test.flow.yaml": "", ".github/workflows/ci.yaml": "jobs:\n  a:\n" + c.head + "    steps:\n" + step + c.tail})
		got := "none"
		for _, f := range scan(t, o).Findings {
			if got = f.Why; f.Safe {
				got = "safe"
			}
		}
		if !strings.Contains(got, c.why) {
			t.Errorf("%s: %q, want %q", name, got, c.why)
		}
	}
}

// A report does not repeat what a repository should not hold.
func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"x.sh": "#!/bin/sh\n" +
		"sops set a.yaml '[\"x\"]' '\"hunter2\"'\nsops --set '[\"x\"] \"hunter2\"' a.yaml\ndocker build -t ghcr.io/estuary/source-a:local --build-arg DB_PASSWORD=hunter2 .\n" +
		"SOPS_AGE_KEY=AGE-SECRET-KEY-1HUNTER2 sops -d a.yaml\nsops -e -i --age AGE-SECRET-KEY-1HUNTER2 a.yaml\nsops set a.yaml '[\"x\"]' \"hunter2 is\n on two lines\"\n"})
	r := scan(t, o)
	if len(r.Findings) < 5 {
		t.Errorf("%+v", r.Findings)
	}
	for _, f := range r.Findings {
		if text := strings.ToLower(f.Text + f.Command + f.Why + f.Does); strings.Contains(text, "hunter2") {
			t.Errorf("%+v", f)
		}
		if f.Safe {
			t.Errorf("%+v", f)
		}
	}
}

func TestWhatTellsOfThePastStays(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"CHANGELOG.md": "```sh\nsops -d a.yaml\n```\n", "source-a/CHANGELOG.md": "`build-local.sh`\n", "a.md": "```{r}\nsops -d a.yaml\n```\n```sh title=\"x\"\nsops -d b.yaml\n```\n"})
	if r := scan(t, o); len(r.Findings) != 1 || r.Findings[0].Text != "sops -d b.yaml" {
		t.Errorf("%+v", r.Findings)
	}
}

// A call in a workflow would fail where connkit is not installed.
func TestCallsInWorkflowsWantConnkitInstalled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ steps, why string }{
		"not installed":   {"      - run: sops -d a.yaml\n", "does not install connkit"},
		"installed later": {"      - run: sops -d a.yaml\n      - uses: connkit/connkit@main\n", "does not install connkit"},
		"folded":          {"      - uses: connkit/connkit@main\n      - run: >\n          sops -d a.yaml\n", "YAML quotes or folds"},
		"quoted":          {"      - uses: connkit/connkit@main\n      - run: \"sops -d a.yaml\"\n", "YAML quotes or folds"},
		"expression":      {"      - uses: connkit/connkit@main\n      - run: ./build-local.sh ${{ matrix.connector }}\n", "only a shell can tell"},
	} {
		o := repository(t, map[string]string{".github/workflows/ci.yaml": "jobs:\n  a:\n    steps:\n" + c.steps})
		r := scan(t, o)
		if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Why, c.why) || len(r.Edits) != 0 {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}

func TestAllFilesAreWrittenOrNone(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"a.sh": "sops -d a.yaml\n", "b.sh": "sops -d b.yaml\n", "c.sh": "sops -d c.yaml\n"})
	r := scan(t, o)
	if err := os.WriteFile(filepath.Join(o.Root, "b.sh"), []byte("sops -d b.yaml # changed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(); fault.KindOf(err) != fault.Blocked {
		t.Errorf("%v", err)
	}
	for _, file := range []string{"a.sh", "c.sh"} {
		if strings.Contains(read(t, o, file), "connkit") {
			t.Errorf("%s was written", file)
		}
	}
	if r.Written {
		t.Error("the report says it was written")
	}
}

func TestPlacesInFilesAreTold(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"a.sh": "echo 'ü' ü; sops -d a.yaml\n\n  sops -d b.yaml\n"})
	r := scan(t, o)
	var places [][2]int
	for _, f := range r.Findings {
		places = append(places, [2]int{f.Line, f.Col})
	}
	if want := [][2]int{{1, 13}, {3, 3}}; !slices.Equal(places, want) {
		t.Errorf("%v, want %v", places, want)
	}
}

func TestOutsideOfARepositoryIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := migrate.Scan(t.Context(), migrate.Options{Root: t.TempDir()}); fault.KindOf(err) != fault.Usage {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := migrate.Scan(ctx, repository(t, map[string]string{"a.sh": "x"})); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
