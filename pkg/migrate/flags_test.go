package migrate_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/migrate"
)

// told gives what is said of one call: its command and, when it stays, why.
func told(t *testing.T, o migrate.Options) (command, why string) {
	t.Helper()
	r := scan(t, o)
	if len(r.Findings) != 1 {
		return "", ""
	}
	return r.Findings[0].Command, r.Findings[0].Why
}

// calledBy is a repository with one call in a script at its root.
func calledBy(t *testing.T, call string) migrate.Options {
	t.Helper()
	return repository(t, map[string]string{"x.sh": "#!/bin/sh\n" + call + "\n", "source-a/test.flow.yaml": "", "source-a/other.flow.yaml": "", "flow/all.flow.yaml": "", "x/Dockerfile": "", "source-a/Dockerfile": "", ".sops.yaml": suffixRule})
}

// Each flag of the old tools has its counterpart, or keeps the call from being rewritten.
func TestFlagsOfSops(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		"sops -e -i --age age1x a.yaml":                                "connkit encrypt a.yaml --age age1x",
		"sops -e -i -a age1x a.yaml":                                   "connkit encrypt a.yaml --age age1x",
		"sops -e -i --age=age1x --age age1y a.yaml":                    "connkit encrypt a.yaml --age age1x --age age1y",
		"sops -e -i -p ABCD a.yaml":                                    "connkit encrypt a.yaml --pgp ABCD",
		"sops -e -i -k arn:aws:kms:x a.yaml":                           "connkit encrypt a.yaml --kms arn:aws:kms:x",
		"sops -e -i --kms arn:x --aws-profile p a.yaml":                "connkit encrypt a.yaml --kms arn:x --aws-profile p",
		"sops -e -i --encryption-context 'a:b,c:d' --kms arn:x a.json": "connkit encrypt a.json --kms arn:x --encryption-context a:b,c:d",
		"sops -e -i --azure-kv https://x/keys/y/1 a.yaml":              "connkit encrypt a.yaml --azure-kv https://x/keys/y/1",
		"sops -e -i --hc-vault https://x/v1/t/keys/k a.yaml":           "connkit encrypt a.yaml --hc-vault-transit https://x/v1/t/keys/k",
		"sops -e -i --hc-vault-transit https://x/v1/t/keys/k a.yaml":   "connkit encrypt a.yaml --hc-vault-transit https://x/v1/t/keys/k",
		"sops --encrypt --inplace a.yaml":                              "connkit encrypt a.yaml",
		"sops encrypt --in-place --input-type=json a":                  "connkit encrypt a --input-type json",
		"sops encrypt -i --output-type json --input-type json a":       "connkit encrypt a --input-type json",
		"sops -i -e -- a.yaml":                                         "connkit encrypt a.yaml",
		"sops -d -i -- -odd.yaml":                                      "connkit decrypt -odd.yaml --in-place ?its file has the name of a flag",
		"sops updatekeys a.yaml":                                       "connkit secrets updatekeys a.yaml",
		"sops updatekeys --yes a.yaml":                                 "connkit secrets updatekeys a.yaml --yes",
		"sops rotate --in-place a.yaml":                                "connkit secrets rotate a.yaml",
		"sops edit a.yaml":                                             "connkit edit a.yaml",
		"sops -e -i --output-type json a.yaml":                         "connkit encrypt a.yaml ?it turns the file into another format",
		"sops -d --extract '[\"a\"][0][\"b c\"]' a.yaml":               "connkit decrypt a.yaml --extract '/a/0/b c' ?connkit names a value by a JSON pointer",
		"sops -d --extract \"['a']['b']\" a.yaml":                      "connkit decrypt a.yaml --extract /a/b ?connkit names a value by a JSON pointer",
		"sops -d --extract '[\"a/b\"][\"~\"]' a.yaml":                  "connkit decrypt a.yaml --extract '/a~1b/~0' ?connkit names a value by a JSON pointer",
		"sops -d --output b.yaml a.yaml":                               "connkit decrypt a.yaml ?connkit decrypt has no such flag",
		"sops -r a.yaml":                                               "connkit secrets rotate a.yaml ?it prints the file; connkit changes it in its place",
		"sops unset a.yaml '[\"x\"]'":                                  "connkit secrets unset FILE POINTER ?connkit names a value by a JSON pointer",
		"sops -e -i --encrypted-regex '^x' a.yaml":                     "connkit encrypt a.yaml ?connkit has no --encrypted-regex",
		"sops rotate -i --add-age age1x --rm-age age1y a.yaml":         "connkit secrets rotate a.yaml ?connkit has no --add-age",
		"sops encrypt --filename-override b.yaml -i a.yaml":            "connkit encrypt a.yaml ?connkit has no --filename-override",
		"sops publish a.yaml":                                          " ?connkit has nothing of the kind",
		"sops -e -i --config x a.yaml":                                 "connkit encrypt a.yaml ?connkit has no --config",
		"sops -e -i a.yaml b.yaml":                                     "connkit encrypt a.yaml b.yaml ?it is not about one file",
		"sops --decrypt --input-type yaml --output-type yaml 'a b.y'":  "connkit decrypt 'a b.y' --input-type yaml",
	} {
		command, why := told(t, calledBy(t, call))
		got := command
		if why != "" {
			got += " ?" + why
		}
		if got != want && (why == "" || !strings.Contains(want, "?") || !strings.HasPrefix(got, want)) {
			t.Errorf("%s: got %q, want %q", call, got, want)
		}
	}
}

// Without a suffix sops encrypts every value. Which rule holds is told where all of them say the same.
func TestWhatSopsEncryptsDependsOnTheRules(t *testing.T) {
	t.Parallel()
	const sealed = "a_sops: ENC[AES256_GCM,x]\nsops:\n  encrypted_suffix: _sops\n"
	for name, tt := range map[string]struct {
		files map[string]string
		safe  bool
	}{
		"no rules":             {map[string]string{}, false},
		"a suffix in each":     {map[string]string{".sops.yaml": "creation_rules:\n  - path_regex: x\n    encrypted_suffix: _sops\n  - encrypted_suffix: _enc\n"}, true},
		"one without":          {map[string]string{".sops.yaml": "creation_rules:\n  - encrypted_suffix: _sops\n  - age: age1x\n"}, false},
		"a regex":              {map[string]string{".sops.yaml": "creation_rules:\n  - encrypted_regex: ^x\n"}, false},
		"one that gets it now": {map[string]string{".sops.yaml": "creation_rules:\n  - age: age1x\n", "source-a/config.yaml": sealed}, true},
		"others in a folder":   {map[string]string{".sops.yaml": suffixRule, "source-a/.sops.yaml": suffixRule}, false},
		"no YAML":              {map[string]string{".sops.yaml": "creation_rules: ["}, false},
		"no list":              {map[string]string{".sops.yaml": "creation_rules: {encrypted_suffix: _sops}\n"}, false},
	} {
		tt.files["x.sh"] = "#!/bin/sh\nsops -e -i b.yaml\n"
		r := scan(t, repository(t, tt.files))
		last := r.Findings[len(r.Findings)-1]
		if last.Command != "connkit encrypt b.yaml" || last.Safe != tt.safe || tt.safe != (last.Why == "") {
			t.Errorf("%s: %+v", name, last)
		}
	}
}

func TestSubtrees(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		"git subtree add --prefix=source-z https://x/y main --squash": "connkit pull-upstream https://x/y main . source-z LICENSE_ID LICENSE_PATH",
		"git subtree pull -P a/b big v1 -m 'Take it'":                 "connkit pull-upstream big v1 . a/b LICENSE_ID LICENSE_PATH",
		"git subtree add --prefix source-z 1234abcd":                  "connkit pull-upstream REMOTE REF . source-z LICENSE_ID LICENSE_PATH",
		"git subtree pull --prefix 'a b' \"$URL\" main":               "connkit pull-upstream \"$URL\" main . 'a b' LICENSE_ID LICENSE_PATH",
		"git subtree split --prefix source-z":                         "",
		"git subtree push --prefix source-z https://x/y main":         "",
		"git subtree": "",
		"git status":  "",
	} {
		if command, why := told(t, calledBy(t, call)); command != want || want != "" && !strings.Contains(why, "proves the licence") {
			t.Errorf("%s: %q, %q, want %q", call, command, why, want)
		}
	}
}

func TestFlagsOfDocker(t *testing.T) {
	t.Parallel()
	const build, tag = "docker build ", " -t ghcr.io/estuary/source-a:local"
	for flags, want := range map[string]string{
		"":                                   "",
		"--tag=x":                            "?the image gets another name",
		"-f source-a/Dockerfile":             "",
		"-f ./source-a/Dockerfile":           "",
		"--file=x/Dockerfile":                " x/Dockerfile",
		"--platform linux/arm64":             " --platform linux/arm64",
		"--platform=linux/amd64,linux/arm64": " --platform linux/amd64,linux/arm64",
		"--no-cache --pull":                  " --no-cache --pull",
		"--load":                             "",
		"--progress plain":                   "",
		"--cache-from type=gha --cache-to type=gha,mode=max": " --cache-from type=gha --cache-to type=gha,mode=max",
		"--build-arg CONNECTOR_NAME=source-a":                "",
		"--build-arg CONNECTOR_TYPE=capture":                 "",
		"--build-arg CONNECTOR_TYPE=materialize":             " --build-arg CONNECTOR_TYPE=materialize",
		"--build-arg USAGE_RATE=0.0 --build-arg 'A=b c'":     " --build-arg USAGE_RATE=0.0 --build-arg 'A=b c'",
		"--build-arg A":                       " --build-arg A",
		"--build-arg A=it\\'s":                " --build-arg 'A=it'\\''s'",
		"--label a=b":                         "?labels, targets, secrets and pushes are to be looked at by a person",
		"--target x":                          "?labels, targets, secrets and pushes",
		"--secret id=x":                       "?labels, targets, secrets and pushes",
		"--push":                              "?labels, targets, secrets and pushes",
		"--network host":                      "?connkit build has no --network",
		"--build-arg PASSWORD=x":              "?a build arg looks secret, and an image keeps its build args: use --secret",
		"--build-arg CONNECTOR_NAME=source-c": "?the image gets another name than ghcr.io/estuary/source-c:local",
		"-t ghcr.io/estuary/source-a:v2":      "?the image gets another name",
		"--no-cache=true":                     "?connkit build has no --no-cache with a value",
		"--platform":                          "?connkit build has no --platform without a value",
	} {
		for _, tool := range []string{build, "docker buildx build ", "podman build ", "nerdctl build "} {
			if tool != build && flags != "" && !strings.HasPrefix(flags, "--platform ") {
				continue
			}
			call := tool + strings.TrimSpace(flags+tag) + " ."
			if flags == "--platform" {
				call = build + ". " + tag + " --platform"
			}
			command, why := told(t, calledBy(t, call))
			if reason, isReason := strings.CutPrefix(want, "?"); isReason && !strings.HasPrefix(why, reason) || !isReason && (why != "" || command != "connkit build source-a"+want) {
				t.Errorf("%s: got %q, %q, want %q", call, command, why, want)
			}
		}
	}
	for _, call := range []string{"docker build -t ghcr.io/estuary/source-a:local ./", "docker build . --tag ghcr.io/estuary/source-a:local"} {
		if command, why := told(t, calledBy(t, call)); command != "connkit build source-a" || why != "" {
			t.Errorf("%s: got %q, %q", call, command, why)
		}
	}
	for _, call := range []string{"docker", "docker buildx", "docker buildx ls", "docker build .", "docker build -t source-z:local .", "docker build -t ghcr.io/estuary/source-a .", "docker pull ghcr.io/estuary/source-a:local"} {
		if r := scan(t, calledBy(t, call)); len(r.Findings) != 0 {
			t.Errorf("%s: %+v", call, r.Findings)
		}
	}
}

func TestFlagsOfFlowctl(t *testing.T) {
	t.Parallel()
	const source = " --source source-a/test.flow.yaml"
	for call, want := range map[string]string{
		"flowctl raw spec" + source:                                          "connkit run spec source-a",
		"flowctl raw discover --emit-raw" + source:                           "connkit run discover source-a --emit-raw",
		"flowctl raw discover -o json" + source:                              "connkit run discover source-a --write",
		"flowctl preview --name a/b" + source:                                "connkit run preview source-a --name a/b",
		"flowctl preview --materialization a/b" + source:                     "connkit run preview source-a --name a/b",
		"flowctl preview --network host" + source:                            "connkit run preview source-a --network host",
		"flowctl preview --sessions 1,2" + source:                            "connkit run preview source-a --sessions 1,2",
		"flowctl preview --fixture f.jsonl --timeout 1m" + source:            "connkit run preview source-a --fixture f.jsonl --timeout 1m",
		"flowctl preview --initial-state '{}' --output-state" + source:       "connkit run preview source-a --initial-state '{}' --output-state",
		"flowctl preview --output-apply" + source:                            "connkit run preview source-a --output-apply",
		"flowctl raw spec --source=./source-a/other.flow.yaml":               "connkit run spec source-a --source source-a/other.flow.yaml",
		"flowctl raw spec":                                                   "connkit run spec NAME ?the catalog file is in no connector's folder",
		"flowctl preview --collection a/b" + source:                          "?connkit runs one task at a time",
		"flowctl preview x y" + source:                                       "?connkit runs one task at a time",
		"flowctl preview -o json" + source:                                   "?its output has another form",
		"flowctl raw spec -o yaml" + source:                                  "?its output has another form",
		"flowctl preview --timeout 10ms" + source:                            "connkit run preview source-a --timeout 10ms",
		"flowctl preview --timeout 1h" + source:                              "?its timeout is spelled otherwise",
		"flowctl raw spec source-a/test.flow.yaml":                           "?it is a call of an older flowctl",
		"flowctl raw spec --source flow/all.flow.yaml":                       "?the catalog file is in no connector's folder",
		"flowctl raw spec --source source-a/none.flow.yaml":                  "?there is no such catalog file",
		"flowctl raw spec --profile x" + source:                              "?connkit run has no --profile",
		"flowctl preview --source \"$DIR/test.flow.yaml\"":                   "?",
		"flowctl raw capture --source source-a/test.flow.yaml --timeout 30s": "connkit run preview source-a --timeout 30s",
	} {
		command, why := told(t, calledBy(t, call))
		got := command
		if why != "" {
			got += " ?" + why
		}
		if reason, isReason := strings.CutPrefix(want, "?"); isReason && !strings.HasPrefix(why, reason) || isReason && why == "" || !isReason && got != want {
			t.Errorf("%s: got %q, want %q", call, got, want)
		}
	}
	for _, call := range []string{"flowctl", "flowctl raw", "flowctl raw build --source x", "flowctl catalog list", "flowctl --version"} {
		if r := scan(t, calledBy(t, call)); len(r.Findings) != 0 {
			t.Errorf("%s: %+v", call, r.Findings)
		}
	}
}

// Beside a connector its own catalog file is meant.
func TestCallsFromAConnectorsFolder(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source-a/test.flow.yaml": "", "source-a/sub/x.flow.yaml": "", "source-a/README.md": ""}
	for call, want := range map[string]string{
		"flowctl raw spec --source test.flow.yaml":          "connkit run spec source-a",
		"flowctl raw spec --source ./test.flow.yaml":        "connkit run spec source-a",
		"flowctl raw spec --source sub/x.flow.yaml":         "connkit run spec source-a --source source-a/sub/x.flow.yaml",
		"flowctl raw spec --source none.flow.yaml":          "",
		"flowctl raw spec --source source-a/test.flow.yaml": "connkit run spec source-a",
	} {
		files["source-a/README.md"] = "```sh\n" + call + "\n```\n"
		command, why := told(t, repository(t, files))
		if want == "" && why == "" || want != "" && (command != want || why != "") {
			t.Errorf("%s: got %q, %q, want %q", call, command, why, want)
		}
	}
}
