package migrate_test

import (
	"strings"
	"testing"
)

func TestPlacesInJustfiles(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"recipe":          "build name='x': lint\n    OLD\n",
		"tab":             "a:\n\tOLD\n",
		"marks":           "a:\n  @OLD\n  -OLD\n  @-OLD\n",
		"substitution":    "a f:\n  sops -d {{f}}\n  OLD\n",
		"variable":        "a := 'KEEP'\nb := `KEEP`\nalias d := a\n",
		"comment":         "# KEEP\na:\n  # KEEP\n  OLD # why\n",
		"heading":         "a: KEEP\n",
		"each line":       "a:\n  echo 'it\n  OLD\n",
		"continued":       "a:\n  KEEP \\\n  -x\n  OLD\n",
		"list":            "a:\n  cd x && KEEP\n  KEEP | cat\n  KEEP > x\n  OLD\n",
		"script":          "a:\n  #!/usr/bin/env bash\n  set -euo pipefail\n  OLD\n\n  echo 'it\n  KEEP\n  '\n  OLD\nb:\n  OLD\n",
		"script, quote":   "a:\n  #!/bin/sh\n  KEEP\n  echo 'it\nb:\n  OLD\n",
		"python":          "a:\n  #!/usr/bin/env python3\n  KEEP\n\n  KEEP\nb:\n  OLD\n",
		"shell":           "set shell := ['bash', '-uc']\na:\n  OLD\n",
		"path of a shell": "set shell := [\"/bin/zsh\", \"-c\"]\na:\n  OLD\n",
		"powershell":      "set shell := [\"pwsh\", \"-c\"]\na:\n  KEEP\n",
		"windows shell":   "set windows-shell := [\"pwsh\", \"-c\"]\na:\n  OLD\n",
		"attribute":       "[private, script('python3')]\na:\n  KEEP\n",
		"windows":         "a:\r\n  OLD\r\n",
		"no newline":      "a:\n  OLD",
		"script at end":   "a:\n  #!/bin/sh\n  OLD",
		"blank lines":     "a:\n\n  OLD\n\n\n  OLD\n",
		"empty":           "",
	}
	places(t, "justfile", texts)
	places(t, "tools/x.just", map[string]string{"module": "a:\n  OLD\n"})
	places(t, ".Justfile", map[string]string{"spelling": "a:\n  OLD\n"})
}

// The folder of a recipe is another one where the file says so, and a cd ends with its line.
func TestFoldersOfRecipes(t *testing.T) {
	t.Parallel()
	const call = "docker build -t ghcr.io/estuary/source-a:local ."
	for _, tt := range []struct {
		file, text string
		safe       bool
	}{
		{"justfile", "a:\n  CALL\n", true},
		{"justfile", "a:\n  cd x\n  CALL\n", true},
		{"justfile", "a:\n  #!/bin/sh\n  cd x\n  CALL\n", false},
		{"justfile", "a:\n  #!/bin/sh\n  cd x\nb:\n  CALL\n", true},
		{"justfile", "set working-directory := 'x'\na:\n  CALL\n", false},
		{"justfile", "[no-cd]\na:\n  CALL\n", false},
		{"justfile", "[private, working-directory: 'x']\na:\n  CALL\n", false},
		{"sub/justfile", "a:\n  CALL\n", false},
		{"Makefile", "a:\n\tcd x\n\tCALL\n", true},
		{"sub/Makefile", "a:\n\tCALL\n", false},
		{"README.md", "```sh\nCALL\n```\n", true},
		{"README.md", "```sh\ncd x\nCALL\n```\n", false},
		{"README.md", "```console\n$ cd x\n$ CALL\n```\n", false},
		{"README.md", "```sh\ncd x\n```\nand then\n```sh\nCALL\n```\n", false}, // a reader goes from top to bottom
		{"README.md", "```sh\nCALL\n```\n```sh\ncd x\n```\n", true},
		{"x.sh", "cd x\nCALL\n", false},
		{"x.sh", "CALL\npushd x\n", true},
		{"sub/x.sh", "CALL\n", false},
	} {
		o := repository(t, map[string]string{tt.file: strings.ReplaceAll(tt.text, "CALL", call), "source-a/test.flow.yaml": ""})
		r := scan(t, o)
		if len(r.Findings) != 1 || r.Findings[0].Safe != tt.safe || !tt.safe && !strings.Contains(r.Findings[0].Why, "the folder that it is run in") {
			t.Errorf("%s %q: %+v", tt.file, tt.text, r.Findings)
		}
	}
}

func TestMakefilesOfOtherShells(t *testing.T) {
	t.Parallel()
	places(t, "Makefile", map[string]string{
		"one shell":      ".ONESHELL:\na:\n\tKEEP\n",
		"bash":           "SHELL := /bin/bash\na:\n\tOLD\n",
		"by env":         "export SHELL = /usr/bin/env bash\na:\n\tOLD\n",
		"python":         "SHELL := /usr/bin/python3\na:\n\tKEEP\n",
		"other prefix":   ".RECIPEPREFIX = >\na:\n> KEEP\n\tKEEP\n",
		"a rule's value": "a: SHELL = x\na:\n\tOLD\n",
		"flags of it":    "SHELLFLAGS = x\na:\n\tOLD\n",
	})
	o := repository(t, map[string]string{"Makefile": ".ONESHELL:\na:\n\tsops -d a.yaml\n"})
	if r := scan(t, o); len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Why, ".ONESHELL") {
		t.Errorf("%+v", r.Findings)
	}
}
