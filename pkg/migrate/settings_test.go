package migrate_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/migrate"
)

// finding gives the first finding of a kind, or fails.
func finding(t *testing.T, r *migrate.Report, kind string) migrate.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("no %s in %+v", kind, r.Findings)
	return migrate.Finding{}
}

const sealed = "a_sops: ENC[AES256_GCM,data:x]\nsops:\n    encrypted_suffix: _sops\n"

func TestTheScriptsThemselvesAreReported(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{
		"estuary-cdk/pull_upstream.sh": "#!/bin/bash\ngit-merge-subpath() {\n echo USAGE pull_upstream.sh\n git diff | git apply -3\n}\n",
		"build-local.sh":               "#!/bin/bash\n# build-local.sh\ndocker buildx build --build-arg CONNECTOR_NAME=\"$1\" -t \"x/$1:local\" .\n",
		"other.sh":                     "#!/bin/bash\ndocker build -t a:local .\n",
	})
	r := scan(t, o)
	if len(r.Findings) != 2 || len(r.Edits) != 0 {
		t.Fatalf("%+v", r.Findings)
	}
	for i, command := range []string{"connkit build", "connkit pull-upstream"} {
		if f := r.Findings[i]; f.Kind != migrate.Script || f.Command != command || !strings.Contains(f.Why, "remove it when nothing calls it") {
			t.Errorf("%+v", f)
		}
	}
}

func TestRulesWithoutASuffix(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules, after, why string
		configs           map[string]string
	}{
		"put in": {
			rules: "# who\ncreation_rules:\n  - path_regex: source-.*\n    age: age1x # Ann\n  - age: age1y\n    encrypted_suffix: _x\n",
			after: "# who\ncreation_rules:\n  - path_regex: source-.*\n    age: age1x # Ann\n    encrypted_suffix: _sops\n  - age: age1y\n    encrypted_suffix: _x\n",
		},
		"in braces":       {rules: "creation_rules: [{age: age1x}]\n", after: "creation_rules: [{age: age1x, encrypted_suffix: _sops}]\n"},
		"no last newline": {rules: "creation_rules:\n- age: age1x", after: "creation_rules:\n- age: age1x\n  encrypted_suffix: _sops"},
		"windows":         {rules: "creation_rules:\r\n  - age: age1x\r\n", after: "creation_rules:\r\n  - age: age1x\r\n    encrypted_suffix: _sops\r\n"},
		"another rule":    {rules: "creation_rules:\n  - age: age1x\n    unencrypted_regex: x\n"},
		"other suffix":    {rules: "creation_rules:\n  - age: age1x\n", why: "do not all have the suffix", configs: map[string]string{"b.yaml": strings.ReplaceAll(sealed, "_sops\n", "_other\n")}},
		"whole files":     {rules: "creation_rules:\n  - age: age1x\n", why: "do not all have the suffix", configs: map[string]string{"b.yaml": "a: ENC[AES256_GCM,data:x]\nsops: {}\n"}},
		"no rules":        {rules: "stores: {}\n", why: "a person has to say"},
		"broken":          {rules: "creation_rules: [\n"},
	} {
		files := map[string]string{".sops.yaml": c.rules, "source-a/config.yaml": sealed}
		for file, text := range c.configs {
			files[file] = text
		}
		o := repository(t, files)
		r := scan(t, o)
		if c.why != "" {
			if f := finding(t, r, migrate.Settings); !strings.Contains(f.Why, c.why) || f.Safe {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if err := r.Apply(); err != nil {
			t.Fatal(err)
		}
		want := c.after
		if want == "" {
			want = c.rules
		}
		if got := read(t, o, ".sops.yaml"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if again := scan(t, o); len(again.Edits) != 0 {
			t.Errorf("%s: a second run would change it", name)
		}
	}
}

func TestSealedConfigsWithoutRules(t *testing.T) {
	t.Parallel()
	r := scan(t, repository(t, map[string]string{"source-a/config.yaml": sealed}))
	if f := finding(t, r, migrate.Settings); f.Command != "connkit secrets init" || f.File != "" {
		t.Errorf("%+v", f)
	}
	if r := scan(t, repository(t, map[string]string{"source-a/config.yaml": "a: b\n"})); len(r.Findings) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestMatricesByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		matrix string
		found  string
	}{
		"names":    {"connector: [source-a, materialize-b]", "lists 2 connectors of job build by hand"},
		"maps":     {"connector: [{name: source-a, type: capture}, {name: source-c}]", "lists 2 connectors"},
		"include":  {"include: [{connector: source-a}, {connector: source-a}, {connector: source-c}]", "lists 2 connectors"},
		"one":      {"connector: [source-a, x]", ""},
		"made":     {"connector: ${{ fromJson(needs.x.outputs.y) }}", ""},
		"no names": {"os: [linux, darwin]", ""},
	} {
		o := repository(t, map[string]string{".github/workflows/ci.yml": "jobs:\n  build:\n    strategy:\n      matrix:\n        " + c.matrix + "\n    steps: []\n"})
		r := scan(t, o)
		if c.found == "" {
			if len(r.Findings) != 0 {
				t.Errorf("%s: %+v", name, r.Findings)
			}
			continue
		}
		if f := finding(t, r, migrate.Matrix); !strings.Contains(f.Does, c.found) || f.Line != 5 || f.Col != 9 || f.Safe {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAStepThatBuildsTheImagesOfAMatrix(t *testing.T) {
	t.Parallel()
	step := func(with string) map[string]string {
		return map[string]string{".github/workflows/ci.yml": "jobs:\n  build:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n" + with}
	}
	r := scan(t, repository(t, step("          file: ${{ matrix.connector }}/Dockerfile\n          build-args: X=1\n")))
	if f := finding(t, r, migrate.Docker); f.Command != "connkit build \"${{ matrix.connector }}\"" || f.Line != 4 || f.Safe {
		t.Errorf("%+v", f)
	}
	if r := scan(t, repository(t, step("          file: base-image/Dockerfile\n"))); len(r.Findings) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestDebuggersByHand(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{
		".vscode/launch.json":      "{ // mine\n  \"configurations\": [\n    {\"name\": \"x\", \"type\": \"debugpy\", \"request\": \"attach\"},\n    {\"type\": \"go\"},\n  ],\n}\n",
		"source-a/test.flow.yaml":  "captures:\n  a:\n    endpoint:\n      local:\n        command: [python, -m, debugpy, --listen, \"0.0.0.0:5678\", -m, a]\n",
		"source-c/test.flow.yaml":  "# debugpy helps\n",
		"source-py/test.flow.yaml": "command: [python, -m, x]\n",
	})
	r := scan(t, o)
	if len(r.Findings) != 2 || len(r.Edits) != 0 {
		t.Fatalf("%+v", r.Findings)
	}
	if f := r.Findings[0]; f.File != ".vscode/launch.json" || f.Line != 3 || f.Command != "connkit debug NAME" {
		t.Errorf("%+v", f)
	}
	if f := r.Findings[1]; f.Line != 5 || f.Command != "connkit debug source-a" {
		t.Errorf("%+v", f)
	}
}

func TestProgramsThatStartToolsAreReportedOnceAFile(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{
		"source-a/main_test.go":            "x := exec.Command(\"sops\", \"--decrypt\", \"--output-type\", \"json\", f)\ny := exec.Command(\"sops\", \"-d\", f)\n",
		"source-py/tests/test_snapshot.py": "subprocess.run([\n    \"flowctl\",\n    \"preview\",\n])\nsubprocess.run(['flowctl', 'raw', 'spec'])\nsubprocess.run(['flowctl', 'auth'])\n",
	})
	r := scan(t, o)
	var got []string
	for _, f := range r.Findings {
		if f.Why != migrate.OwnCode || f.Safe {
			t.Errorf("%+v", f)
		}
		got = append(got, f.Command)
	}
	if want := "connkit decrypt FILE --strip-suffix; connkit run test NAME --snapshot DIR; connkit run spec NAME"; strings.Join(got, "; ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestProseThatNamesAScript(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"README.md": "Build with `build-local.sh <your-connector> python/Dockerfile`, import with `pull_upstream.sh`; build-local.sh is old.\n"})
	r := scan(t, o)
	if len(r.Findings) != 2 || r.Findings[0].Col != 13 || r.Findings[0].Command != "connkit build" || r.Findings[1].Command != "connkit pull-upstream" || len(r.Edits) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestImportsWithoutARecord(t *testing.T) {
	t.Parallel()
	metadata := "data:\n  dockerRepository: airbyte/source-x\n"
	o := repository(t, map[string]string{
		"source-a/metadata.yaml":       metadata,
		"source-c/UPSTREAM.yaml":       "version: 1\n",
		"source-c/inner/metadata.yaml": metadata,
		"source-py/x/metadata.yaml":    metadata,
		"materialize-b/metadata.yaml":  "data: {}\n",
		"docs/metadata.yaml":           metadata,
	})
	o.Imports = func(context.Context) ([]migrate.Import, error) {
		return []migrate.Import{{Dest: "source-py/x", Commit: strings.Repeat("ab", 20), Repository: "https://example.com/x.git", License: "MIT"}}, nil
	}
	r := scan(t, o)
	if len(r.Findings) != 2 {
		t.Fatalf("%+v", r.Findings)
	}
	if f := r.Findings[0]; f.File != "source-a/metadata.yaml" || f.Line != 2 || !strings.HasPrefix(f.Command, "connkit upstream find https://github.com/airbytehq/airbyte.git airbyte-integrations/connectors/source-a --license") {
		t.Errorf("%+v", f)
	}
	if f := r.Findings[1]; f.File != "source-py/x" || f.Text != "abababababab of https://example.com/x.git" || !strings.Contains(f.Does, "under MIT") || !strings.Contains(f.Why, "--update source-py/x") {
		t.Errorf("%+v", f)
	}
	o.Imports = func(context.Context) ([]migrate.Import, error) { return nil, errors.New("the history is gone") }
	if _, err := migrate.Scan(t.Context(), o); err == nil {
		t.Error("no error")
	}
}
