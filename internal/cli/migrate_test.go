package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// oldScript calls the old tools with every flag that connkit has a word for.
const oldScript = `#!/bin/bash
./build-local.sh source-a
./build-local.sh source-a python/Dockerfile
pull_upstream.sh big main a/b source-z MIT LICENSE
sops -e -i --input-type yaml --encrypted-suffix _sops --age a --pgp b --gcp-kms c --kms d --aws-profile e --encryption-context f:g --azure-kv h --hc-vault-transit i a.yaml
sops -d --input-type json a
sops -d -i a.yaml
sops --decrypt --extract '["a"]["b"]' a.yaml
sops a.yaml
sops rotate -i a.yaml
sops updatekeys -y a.yaml
sops set a.yaml '["a"]' '"b"'
sops unset a.yaml '["a"]'
flowctl raw spec --source source-a/test.flow.yaml --name acmeCo/a
flowctl raw discover --source source-a/test.flow.yaml --network x
flowctl raw discover --source source-a/test.flow.yaml --emit-raw -o json
flowctl preview --source source-a/test.flow.yaml --sessions 1 --fixture f --timeout 1s --initial-state '{}' --output-state --output-apply --network x
docker build -t ghcr.io/estuary/source-a:local --platform linux/amd64 --no-cache --pull --cache-from x --cache-to y --build-arg A=b -f python/Dockerfile .
`

// Every command that connkit migrate names is one that connkit takes.
func TestCommandsOfTheMigrationAreConnkits(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{
		"x.sh": oldScript, "python/Dockerfile": "", "source-a/pyproject.toml": "", "source-a/test.flow.yaml": "", "materialize-b/go.mod": "", "a.yaml": "a_sops: ENC[AES256_GCM,data:x]\n",
		"build-local.sh":           "#!/bin/sh\ndocker build --build-arg CONNECTOR_NAME=$1 -t x/$1:local .\n",
		"source-a/metadata.yaml":   "dockerRepository: airbyte/source-a\n",
		"source-a/main.py":         "run(['sops', '-d'])\nrun(['sops', '-e'])\nrun(['flowctl', 'preview'])\nrun(['flowctl', 'raw', 'discover'])\n",
		".github/workflows/x.yaml": "jobs:\n  a:\n    strategy:\n      matrix:\n        connector: [source-a, materialize-b]\n    steps: []\n",
	})
	connkit := func(args ...string) (string, error) {
		cmd := exec.Command(linkAs(t, "connkit"), args...)
		cmd.Args[0], cmd.Dir, cmd.Env = "connkit", dir, append(os.Environ(), "HOME="+dir, "NO_COLOR=1")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := connkit("migrate", "--output", "json", "-q")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var r struct {
		Result struct {
			Findings []struct {
				Command, Text string
				Safe          bool
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Result.Findings) < strings.Count(oldScript, "\n")-1+8 {
		t.Errorf("%d findings in %s", len(r.Result.Findings), out)
	}
	for _, f := range r.Result.Findings {
		words, err := exec.Command("sh", "-c", "printf '%s\\n' "+f.Command).Output()
		args := strings.Split(strings.TrimSuffix(string(words), "\n"), "\n")
		if err != nil || args[0] != "connkit" {
			t.Errorf("%s: %q is no command of connkit", f.Text, f.Command)
			continue
		}
		if out, err := connkit(append(args[1:], "--help")...); err != nil || !strings.Contains(out, "Usage:") {
			t.Errorf("%s: %s: %v\n%s", f.Text, f.Command, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, ".connkit")); err == nil {
		t.Error("the report wrote something")
	}
}
