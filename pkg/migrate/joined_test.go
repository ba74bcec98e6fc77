package migrate_test

import (
	"strings"
	"testing"
)

// What a line's end does not end, the end of a document in the text, and signs in
// quotes of all kinds: the call in such a place stays.
func TestPlacesInScripts(t *testing.T) {
	t.Parallel()
	places(t, "x.sh", map[string]string{
		"behind a pipe":              "cat x |\nKEEP\nOLD\n",
		"behind a pipe, blank":       "cat x |\n\n  # why\n  KEEP\nOLD\n",
		"behind and":                 "true &&\n  KEEP\nOLD\n",
		"behind or":                  "false ||\nKEEP\nOLD\n",
		"behind |&":                  "cat x |&\nKEEP\nOLD\n",
		"behind ;":                   "true;\nOLD\n",
		"behind ;;":                  "case x in\na) true ;;\nb)\n  OLD\n  ;;\nesac\n",
		"behind &":                   "sleep 1 &\nOLD\n",
		"behind a bracket":           "(\nOLD\n)\nOLD\n",
		"before a pipe":              "KEEP |\ncat\n",
		"quotes of $":                "echo $'it\\'s\nKEEP\n'\nOLD\n",
		"quotes of $ in double":      "echo \"$'\"\nOLD\n",
		"backquote in backquotes":    "x=`echo \\`date\\``\nOLD\n",
		"indented end is no end":     "cat <<EOF\n  EOF\nKEEP\nEOF\nOLD\n",
		"blanks behind are no end":   "cat <<EOF\nEOF \nKEEP\nEOF\nOLD\n",
		"tabs are no end without -":  "cat <<EOF\n\tEOF\nKEEP\nEOF\nOLD\n",
		"tabs are an end with -":     "cat <<-EOF\n\tKEEP\n\t\tEOF\nOLD\n",
		"blanks are none with -":     "cat <<-EOF\n  EOF\nKEEP\nEOF\nOLD\n",
		"the end in quotes":          "cat <<\"E O F\"\nKEEP\nE O F\nOLD\n",
		"the end escaped":            "cat <<\\EOF\nKEEP\nEOF\nOLD\n",
		"never ended":                "OLD\ncat <<EOF\nKEEP\n EOF\n",
		"in a function, far left":    "f() {\n  cat <<EOF\n  EOF\nKEEP\nEOF\n  OLD\n}\n",
		"a quote not closed":         "KEEP\necho 'it\nKEEP\n",
		"an expansion not closed":    "KEEP\necho ${x\nKEEP\n",
		"a document in $( )":         "x=$(cat <<EOF\nit's\nEOF\n)\necho 'a)\nKEEP\n'\n", // the quote is misread: nothing is trusted
		"a document in $( ), closed": "x=$(cat <<EOF\nplain\nKEEP\nEOF\n)\nOLD\n",
		"sourced":                    ". ./env.sh\nsource lib.sh KEEP\nOLD\n",
		"options":                    "set -euo pipefail\nshopt -s nullglob\nOLD\nexit $?\n",
		"arguments passed on":        "sops \"$@\"\nsops -d \"$1\"\nsops -d ${1:-a.yaml}\nsops $* a.yaml\nOLD\n",
		"a test":                     "[ -f a.yaml ] && KEEP\n[[ -f a ]] ||\n  KEEP\nif [ -f a ]\nthen\n  OLD\nelse\n  OLD\nfi\n",
		"loops":                      "for f in *; do\n  KEEP >x\n  OLD\ndone\nwhile read -r f; do KEEP; done <x\nuntil KEEP; do :; done\nselect x in a; do\nOLD\ndone\n",
		"an if of it":                "if KEEP\nthen :\nfi\nwhile KEEP\ndo :\ndone\n",
		"negated":                    "! KEEP\nOLD\n",
		"wrapped":                    "retry 3 KEEP\nsudo -E KEEP\nenv X=1 KEEP\ntime KEEP\nxargs KEEP\nOLD\n",
		"exec":                       "exec KEEP\n",
		"in a string for later":      "CMD=\"KEEP\"\ntrap 'KEEP' EXIT\neval \"KEEP\"\nbash -c 'KEEP'\nOLD\n",
		"booleans with a value":      "sops -d --in-place=false a.yaml\nsops -d --in-place=true a.yaml\nOLD\n",
		"flags without a value":      "sops -e -i --age '' a.yaml\nsops -e -i a.yaml --age\nOLD\n",
	})
}

// In a workflow all lines of a step are indented, the end of a document too.
func TestDocumentsInStepsEndAtTheirIndent(t *testing.T) {
	t.Parallel()
	const head = "jobs:\n  a:\n    steps:\n      - uses: connkit/connkit@main\n      - run: |\n"
	places(t, ".github/workflows/ci.yaml", map[string]string{
		"end":           head + "          cat <<EOF\n          KEEP\n          EOF\n          OLD\n",
		"deeper no end": head + "          cat <<EOF\n            EOF\n          KEEP\n          EOF\n          OLD\n",
		"blank lines":   head + "          cat <<EOF\n\n          EOF\n\n          OLD\n",
		"in a list":     head + "          if true; then\n            cat <<EOF\n          EOF\n            OLD\n          fi\n",
	})
	places(t, "docs/x.md", map[string]string{"list": "1. x\n   ```sh\n   cat <<EOF\n     EOF\n   KEEP\n   EOF\n   OLD\n   ```\n"})
}

func TestWhyACallStays(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"cat x |\nsops -d a.yaml":                 "part of a pipe",
		"true &&\nsops -d a.yaml":                 "joined to another command",
		"sops -d a.yaml\necho 'it":                "is not closed",
		"sops -d --in-place=false a.yaml":         "connkit has no --in-place with a value",
		"sops -e -i a.yaml --age":                 "connkit has no --age without a value",
		"sops -e -i --unknown=hunter2 a.yaml":     "connkit has no --unknown",
		"flowctl preview --emit-raw=x --source y": "connkit run has no --emit-raw with a value",
	} {
		r := scan(t, repository(t, map[string]string{"x.sh": "#!/bin/sh\n" + text + "\n"}))
		if len(r.Findings) != 1 || !strings.HasSuffix(r.Findings[0].Why, why) && !strings.Contains(r.Findings[0].Why, why) || strings.Contains(r.Findings[0].Why, "hunter2") {
			t.Errorf("%q: %+v, want %q", text, r.Findings, why)
		}
	}
}

// Values with blanks stand in quotes, around the value or around the whole word.
func TestSecretsWithBlanksAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, call := range []string{
		`DB_PASSWORD="one two" sops -d a.yaml`, `DB_PASSWORD='one two' sops -d a.yaml`, `docker build -t ghcr.io/estuary/source-a:local --build-arg "API_TOKEN=one two" .`,
		`docker build -t ghcr.io/estuary/source-a:local --build-arg 'my_secret=one two' .`, `docker build -t ghcr.io/estuary/source-a:local --build-arg API_KEY="one two" .`,
		`docker build -t ghcr.io/estuary/source-a:local --build-arg=apikey=two .`, `CREDENTIALS=two sops -d a.yaml`, `sops --set '["a"] "one two"' a.yaml`,
	} {
		r := scan(t, repository(t, map[string]string{"x.sh": "#!/bin/sh\n" + call + "\n"}))
		if len(r.Findings) != 1 || r.Findings[0].Safe {
			t.Errorf("%s: %+v", call, r.Findings)
			continue
		}
		if f := r.Findings[0]; strings.Contains(f.Text+f.Command+f.Why+f.Does, "two") {
			t.Errorf("%s: %+v", call, f)
		}
	}
	r := scan(t, repository(t, map[string]string{"x.sh": "#!/bin/sh\nTOKEN=$X sops -d a.yaml\nPASSWORD=\"$X\" sops -d b.yaml\n"}))
	if len(r.Findings) != 2 || strings.Contains(r.Findings[0].Text+r.Findings[1].Text, "***") {
		t.Errorf("a variable is no secret: %+v", r.Findings)
	}
}

// connkit does not run on Windows, and a step that installs it may be left out.
func TestJobsInWhichAnEditWouldFail(t *testing.T) {
	t.Parallel()
	const steps = "    steps:\n      - uses: connkit/connkit@main\n      - run: sops -d a.yaml\n"
	for name, tt := range map[string]struct{ job, why string }{
		"linux":               {"    runs-on: ubuntu-latest\n" + steps, ""},
		"windows":             {"    runs-on: windows-latest\n" + steps, "runs on Windows"},
		"of a list":           {"    runs-on: [self-hosted, Windows]\n" + steps, "runs on Windows"},
		"windows with bash":   {"    runs-on: windows-2022\n    defaults: {run: {shell: bash}}\n" + steps, "runs on Windows"},
		"one of a matrix":     {"    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}\n" + steps, "runs on Windows"},
		"none of a matrix":    {"    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest, macos-14]}}\n" + steps, ""},
		"a matrix of others":  {"    runs-on: ubuntu-latest\n    strategy: {matrix: {target: [windows]}}\n" + steps, ""},
		"installed sometimes": {"    steps:\n      - uses: connkit/connkit@main\n        if: github.ref == 'x'\n      - run: sops -d a.yaml\n", "does not install connkit"},
		"a step sometimes":    {"    steps:\n      - uses: connkit/connkit@main\n      - run: sops -d a.yaml\n        if: failure()\n", ""},
	} {
		o := repository(t, map[string]string{".github/workflows/ci.yaml": "jobs:\n  a:\n" + tt.job})
		r := scan(t, o)
		if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Why, tt.why) || r.Findings[0].Safe != (tt.why == "") {
			t.Errorf("%s: %+v, want %q", name, r.Findings, tt.why)
		}
	}
}

// Code within a line opens no block, whatever its marks.
func TestCodeWithinALineOfMarkdown(t *testing.T) {
	t.Parallel()
	places(t, "README.md", map[string]string{
		"three marks": "```sops -d a.yaml```\n\n```sh\nOLD\n```\nKEEP\n",
		"a language":  "```sh `x`\nKEEP\n\n```sh\nOLD\n```\n",
		"tildes":      "~~~ sh `x`\nOLD\n~~~\nKEEP\n",
	})
}
