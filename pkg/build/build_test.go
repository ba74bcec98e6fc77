package build_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

func TestMain(m *testing.M) {
	if slices.Contains(engine.Names(), filepath.Base(os.Args[0])) {
		os.Exit(testkit.Engine(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const image = "FROM scratch\nARG CONNECTOR_TYPE\nLABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE} FLOW_RUNTIME_CODEC=json\nCOPY source-x /x\nUSER 1000\nENTRYPOINT [\"/x/run\"]\n"

// files of a repository with one connector that has a Dockerfile.
func files() map[string]string {
	return map[string]string{"source-x/Dockerfile": image, "source-x/run": "#!/bin/sh\n", "source-x/test.flow.yaml": "captures: {}\n", "shared/a.go": "package a\n"}
}

func options(root string) build.Options {
	return build.Options{
		Root: root, Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Connectors: []workspace.Connector{{Name: "source-x", Dir: filepath.Join(root, "source-x"), Kind: "capture", Language: "go", Version: "v1"}},
	}
}

func plan(t *testing.T, o build.Options) *build.Target {
	t.Helper()
	p, err := build.NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p.Targets[0]
}

func TestWhatIsBuilt(t *testing.T) {
	t.Parallel()
	root, commit := testkit.Repo(t, files())
	testkit.Git(t, root, "remote", "add", "origin", "git@example.com:acme/connectors.git")
	o := options(root)
	o.Licences = func(string) []string { return []string{"Apache-2.0", "MIT"} }
	got := plan(t, o)
	if got.Image != "ghcr.io/estuary/source-x:local" || got.Dockerfile != "source-x/Dockerfile" || got.Platform != "" || got.Files != 2 {
		t.Errorf("got %+v", got)
	}
	for key, want := range map[string]string{"CONNECTOR_NAME": "source-x", "CONNECTOR_TYPE": "capture", "USAGE_RATE": "1.0"} {
		if got.Args[key] != want {
			t.Errorf("%s: %q", key, got.Args[key])
		}
	}
	for key, want := range map[string]string{
		"title": "source-x", "version": "v1", "revision": commit, "source": "https://example.com/acme/connectors", "created": "2026-03-04T05:06:07Z", "licenses": "Apache-2.0 AND MIT",
	} {
		if got.Labels["org.opencontainers.image."+key] != want {
			t.Errorf("%s: %q", key, got.Labels["org.opencontainers.image."+key])
		}
	}
	if got.Labels["dev.connkit.dirty"] != "false" || got.Labels["dev.connkit.inputs"] != got.Inputs || !strings.HasPrefix(got.Inputs, "sha256:") {
		t.Errorf("got %v", got.Labels)
	}
	testkit.Put(t, root, map[string]string{"shared/b.go": "", "source-x/test.flow.yaml": "changed"})
	if plan(t, o).Labels["dev.connkit.dirty"] != "false" {
		t.Error("what does not go in makes it dirty")
	}
	testkit.Put(t, root, map[string]string{"source-x/new": ""})
	if plan(t, o).Labels["dev.connkit.dirty"] != "true" {
		t.Error("a new file does not")
	}
}

func TestWithoutGit(t *testing.T) {
	t.Parallel()
	got := plan(t, options(testkit.Tree(t, files())))
	if _, ok := got.Labels["dev.connkit.dirty"]; ok || got.Labels["org.opencontainers.image.revision"] != "" {
		t.Errorf("got %v", got.Labels)
	}
}

// The hash is that of what goes in, and of nothing else.
func TestInputs(t *testing.T) {
	t.Parallel()
	hash := func(change func(root string, o *build.Options)) string {
		root := testkit.Tree(t, files())
		o := options(root)
		if change != nil {
			change(root, &o)
		}
		return plan(t, o).Inputs
	}
	put := func(name, text string) func(string, *build.Options) {
		return func(root string, _ *build.Options) { testkit.Put(t, root, map[string]string{name: text}) }
	}
	first := hash(nil)
	for name, change := range map[string]func(string, *build.Options){
		"no change": func(string, *build.Options) {},
		"catalog":   put("source-x/test.flow.yaml", "captures: {a: b}\n"),
		"elsewhere": put("shared/a.go", "package b\n"),
		"caches":    put("source-x/__pycache__/a.pyc", "x"),
		"time":      func(_ string, o *build.Options) { o.Now = o.Now.Add(time.Hour) },
		"tag":       func(_ string, o *build.Options) { o.Tag, o.Registry = "dev", "localhost:5000/a" },
		"a proxy":   func(_ string, o *build.Options) { o.Args = map[string]string{"HTTPS_PROXY": "http://p"} },
		"a secret":  func(_ string, o *build.Options) { o.Secrets = []engine.Secret{{ID: "ca", Src: "/ca"}} },
		"left out": func(root string, _ *build.Options) {
			testkit.Put(t, root, map[string]string{".dockerignore": "source-x/left", "source-x/left": ""})
		},
	} {
		if hash(change) != first {
			t.Errorf("%s: counts and should not", name)
		}
	}
	for name, change := range map[string]func(string, *build.Options){
		"source":     put("source-x/run", "#!/bin/bash\n"),
		"new file":   put("source-x/tests/a", ""),
		"Dockerfile": put("source-x/Dockerfile", image+"\n"),
		"an arg":     func(_ string, o *build.Options) { o.Args = map[string]string{"BASE_IMAGE": "x"} },
		"platform":   func(_ string, o *build.Options) { o.Platform = "linux/arm64" },
		"shared":     put("source-x/Dockerfile", image+"COPY shared /s\n"),
		"a CI arg": func(_ string, o *build.Options) {
			o.CI = func(string) (build.CIArgs, error) { return build.CIArgs{Args: map[string]string{"DOCS_URL": "x"}}, nil }
		},
	} {
		if hash(change) == first {
			t.Errorf("%s: does not count and should", name)
		}
	}
}

func TestWhichDockerfile(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{
		"source-x/go.mod": "module x\n", "source-x/main.go": "package main\n", "go/Dockerfile": "FROM a\nCOPY go .\n", "given.Dockerfile": "FROM --platform=linux/amd64 b\n",
	})
	o := options(root)
	if got := plan(t, o); got.Dockerfile != "template" {
		t.Errorf("got %s", got.Dockerfile)
	}
	o.Language = map[string]string{"python": "nope", "go": "go/Dockerfile"}
	if got := plan(t, o); got.Dockerfile != "go/Dockerfile" || got.Platform != "" {
		t.Errorf("got %+v", got)
	}
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": "FROM c\n"})
	if got := plan(t, o); got.Dockerfile != "source-x/Dockerfile" {
		t.Errorf("got %s", got.Dockerfile)
	}
	o.Dockerfile = filepath.Join(root, "given.Dockerfile")
	if got := plan(t, o); got.Dockerfile != "given.Dockerfile" || got.Platform != "linux/amd64" {
		t.Errorf("got %+v", got)
	}
	o.Platform = "linux/arm64"
	if got := plan(t, o); got.Platform != "linux/arm64" {
		t.Errorf("got %+v", got)
	}
	o.Dockerfile = filepath.Join(root, "nope")
	if _, err := build.NewPlan(t.Context(), o); fault.KindOf(err) != fault.Usage || err.Error() != `reading the Dockerfile: "nope" is not there` {
		t.Errorf("got %v", err)
	}
}

// tokens knows the form of one.
func tokens(_, value string) string {
	if strings.HasPrefix(value, "ghp_") {
		return "a GitHub token"
	}
	return ""
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, files())
	arg := func(key, value string) func(*build.Options) {
		return func(o *build.Options) { o.Args = map[string]string{key: value} }
	}
	for name, tt := range map[string]struct {
		change func(*build.Options)
		want   string
	}{
		"the wrong word":    {arg("CONNECTOR_TYPE", "materialization"), `reading the build arg CONNECTOR_TYPE: "materialization" is none of capture, materialize, derive`},
		"another type":      {arg("CONNECTOR_TYPE", "derive"), `building source-x: CONNECTOR_TYPE is "derive", and it is a capture`},
		"another name":      {arg("CONNECTOR_NAME", "source-y"), `building source-x: CONNECTOR_NAME is "source-y"`},
		"no rate":           {arg("USAGE_RATE", "1e5"), `reading the build arg USAGE_RATE: "1e5" is no rate such as 1.0`},
		"a token":           {arg("GITHUB_TOKEN", "x"), "reading the build arg GITHUB_TOKEN: it looks secret, and an image keeps its build args"},
		"a short word":      {arg("DB_PASS", "x"), "reading the build arg DB_PASS: it looks secret, and an image keeps its build args"},
		"a password in URL": {arg("PIP_INDEX_URL", "https://u:p@h/simple"), "reading the build arg PIP_INDEX_URL: its URL holds a user or a password, and an image keeps its build args"},
		"a line break":      {arg("A", "b\nc"), "reading the build arg A: its value has control characters in it"},
		"no arg's name":     {arg("-A", "b"), `reading the build arg "-A": its name must be letters, digits and _`},
		"a tag":             {func(o *build.Options) { o.Tag = "-x" }, `reading the tag: "-x" is none: letters, digits, - _ . and no slash or colon`},
		"a registry":        {func(o *build.Options) { o.Registry = "https://x" }, `reading the registry: "https://x" is none such as ghcr.io/estuary`},
		"a flag":            {func(o *build.Options) { o.Registry = "--load" }, `reading the registry: "--load" is none such as ghcr.io/estuary`},
		"platforms":         {func(o *build.Options) { o.Platform = "linux/amd64,linux/arm64" }, `reading the platform: "linux/amd64,linux/arm64" are several, and an engine keeps one image for a name`},
		"a platform":        {func(o *build.Options) { o.Platform = "-x" }, `reading the platform: "-x" is none such as linux/amd64`},
		"a secret":          {func(o *build.Options) { o.Secrets = []engine.Secret{{ID: "a,b", Src: "x"}} }, `reading the secret "id=a,b,src=x": it must be id=NAME,src=FILE or id=NAME,env=VARIABLE`},
		"a token's form":    {arg("WORKDIR_ID", "ghp_x"), "reading the build arg WORKDIR_ID: it looks like a GitHub token, and an image keeps its build args"},
		"a private key":     {arg("PEM", "-----BEGIN RSA PRIVATE KEY-----"), "reading the build arg PEM: it looks like a private key, and an image keeps its build args"},
		"a doubled dot":     {func(o *build.Options) { o.Connectors[0].Name = "source-.x" }, `naming the image of "source-.x": an image's name is small letters and digits with - _ . between`},
		"a registry's path": {func(o *build.Options) { o.Registry = "ghcr.io/a..b" }, `reading the registry: "ghcr.io/a..b" is none such as ghcr.io/estuary`},
		"a name":            {func(o *build.Options) { o.Connectors[0].Name = "source-X" }, `naming the image of "source-X": an image's name is small letters and digits with - _ . between`},
		"no kind":           {func(o *build.Options) { o.Connectors[0].Kind = "" }, "building source-x: its name does not tell whether it is a capture, a materialization or a derivation"},
	} {
		o := options(root)
		o.Secret = tokens
		tt.change(&o)
		if _, err := build.NewPlan(t.Context(), o); fault.KindOf(err) != fault.Usage || err.Error() != tt.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, key := range []string{"TOKEN_URL", "SECRET_NAME", "MONKEY", "TOKENIZER", "PUBLIC_KEY_FILE", "PASS_THROUGH", "BYPASS", "PATH_X"} {
		o := options(root)
		arg(key, "x")(&o)
		if _, err := build.NewPlan(t.Context(), o); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	o := options(root)
	o.Connectors[0].Kind = ""
	arg("CONNECTOR_TYPE", "materialize")(&o)
	if got := plan(t, o); got.Args["CONNECTOR_TYPE"] != "materialize" {
		t.Errorf("got %v", got.Args)
	}
}

func TestNamesOfImages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ connector, registry, tag, want string }{
		{"source-x", "", "", "ghcr.io/estuary/source-x:local"},
		{"source_x", "acme", "V1.2-a_b", "acme/source_x:V1.2-a_b"},
		{"source__x", "localhost:5000", "dev", "localhost:5000/source__x:dev"},
		{"source---x", "Reg.example.com:443/a/b__c/d-e", "", "Reg.example.com:443/a/b__c/d-e/source---x:local"},
		{"source-x", "[::1]:5000/a", "", "[::1]:5000/a/source-x:local"},
		{"source___x", "", "", ""},
		{"source-_x", "", "", ""},
		{"-x", "", "", ""},
		{"x-", "", "", ""},
		{"ü", "", "", ""},
		{"x", "a//b", "", ""},
		{"x", "a/", "", ""},
		{"x", "localhost:500000", "", ""},
		{"x", "a b", "", ""},
		{"x", "", strings.Repeat("a", 129), ""},
		{"x", "", "a:b", ""},
	} {
		got, err := build.ImageName(tt.connector, tt.registry, tt.tag)
		if tt.want == "" && err == nil || tt.want != "" && got != tt.want {
			t.Errorf("%+v: got %q, %v", tt, got, err)
		}
	}
}

// The password of a proxy is in nothing that is shown.
func TestProxiesAreNotShown(t *testing.T) {
	t.Parallel()
	o := options(testkit.Tree(t, files()))
	o.Args = map[string]string{"HTTPS_PROXY": "http://u:hidden@proxy", "no_proxy": "hidden", "A": "b"}
	p, err := build.NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(p.Targets)
	if err != nil || strings.Contains(string(shown), "hidden") || !strings.Contains(string(shown), `"A":"b"`) {
		t.Errorf("%v: %s", err, shown)
	}
	e := engine.Engine{Name: engine.Docker, Program: "docker", Builder: engine.Buildx}
	words := strings.Join(p.Commands(build.RunOptions{Engine: e})[0], " ")
	if strings.Contains(words, "hidden") || !strings.Contains(words, "--build-arg HTTPS_PROXY --build-arg USAGE_RATE=1.0 --build-arg no_proxy") {
		t.Errorf("got %s", words)
	}
}

// CI's args are taken, but for what would make a wrong label or leak.
func TestArgsOfCI(t *testing.T) {
	t.Parallel()
	o := options(testkit.Tree(t, files()))
	o.Connectors[0].Kind = "materialization"
	o.CI = func(name string) (build.CIArgs, error) {
		return build.CIArgs{
			Args:  map[string]string{"CONNECTOR_TYPE": "materialization", "USAGE_RATE": "0.0", "DOCS_URL": "https://docs/" + name, "API_KEY": "x"},
			Notes: []string{"a note"},
		}, nil
	}
	o.Args = map[string]string{"DOCS_URL": "mine"}
	got := plan(t, o)
	if got.Args["CONNECTOR_TYPE"] != "materialize" || got.Args["USAGE_RATE"] != "0.0" || got.Args["DOCS_URL"] != "mine" || got.Args["API_KEY"] != "" {
		t.Errorf("got %v", got.Args)
	}
	if len(got.Notes) != 1 || len(got.Warnings) != 2 || !strings.Contains(got.Warnings[1], "Flow does not take for a materialize") {
		t.Errorf("got %q, %q", got.Notes, got.Warnings)
	}
	o.CI = func(string) (build.CIArgs, error) { return build.CIArgs{}, fault.Usagef("no YAML") }
	if _, err := build.NewPlan(t.Context(), o); err == nil {
		t.Error("an error is lost")
	}
}

func TestSecretsInTheContext(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, text, want string
	}{
		"a token's form":    {"config.yaml", "a: 1\nwhere: ghp_s3cr3t\n", `config.yaml is plain text: "where" in line 2 looks secret`},
		"a plain config":    {"config.yaml", "a: 1\nnested:\n  api_key: s3cr3t-value\n", `config.yaml is plain text: "api_key" in line 3 looks secret`},
		"a pattern's name":  {"config[1] *.yaml", "token: s3cr3t-value\n", `config[1] *.yaml is plain text: "token" in line 1 looks secret`},
		"the suffix":        {"my_config.json", `{"x_sops": "s3cr3t-value"}`, `my_config.json is plain text: "x_sops" in line 1 looks secret`},
		"sealed":            {"config.yaml", "token_sops: ENC[AES256_GCM,data:x]\nsops: {version: 3}\n", ""},
		"a placeholder":     {"config.yaml", "token_sops: replace-me\npassword: ''\nsecret: ${SECRET}\n", ""},
		"no secret":         {"config.yaml", "token_url: https://x\nsecret: 3\n", ""},
		"a private key":     {"deploy.pem", "-----BEGIN RSA PRIVATE KEY-----\n", "deploy.pem holds a private key"},
		"a public one":      {"ca.pem", "-----BEGIN CERTIFICATE-----\n", ""},
		"an environment":    {".env", "A=b\n", ".env is where credentials are kept"},
		"a plain copy":      {"config.decrypted.yaml", "a: b\n", "config.decrypted.yaml is where credentials are kept"},
		"of tests":          {"tests/config.yaml", "password: s3cr3t-value\n", ""},
		"no YAML":           {"config.yaml", "a: [\n", ""},
		"a service account": {"credentials.json", `{"private_key": "-----BEGIN PRIVATE KEY-----"}`, "credentials.json holds a private key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, files())
			testkit.Put(t, root, map[string]string{"source-x/" + tt.file: tt.text})
			o := options(root)
			if strings.Contains(tt.text, "ghp_") {
				o.Secret = tokens
			}
			got := plan(t, o)
			all := strings.Join(got.Warnings, "\n")
			if tt.want == "" && all != "" || !strings.Contains(all, tt.want) || strings.Contains(all, "s3cr3t") {
				t.Errorf("got %q", all)
			}
			if (tt.want != "") != slices.Contains(got.Ignore, "source-x/"+strings.NewReplacer("[", `\[`, "*", `\*`).Replace(tt.file)) {
				t.Errorf("offered: %q", got.Ignore)
			}
			testkit.Put(t, root, map[string]string{".dockerignore": strings.Join(append(got.Ignore, "x"), "\n")})
			if got := plan(t, options(root)); len(got.Warnings) > 0 || len(got.Ignore) > 0 {
				t.Errorf("left out: %q, %q", got.Warnings, got.Ignore)
			}
		})
	}
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{".git/HEAD": "", "source-x/.venv/a": "", ".pytest_cache/a": ""})
	if got := plan(t, options(root)); strings.Join(got.Ignore, " ") != ".git **/.venv **/.pytest_cache" {
		t.Errorf("got %q", got.Ignore)
	}
}

func TestChangedSince(t *testing.T) {
	t.Parallel()
	names := func(root, since string) string {
		o := options(root)
		for _, name := range []string{"source-y", "source-z"} {
			o.Connectors = append(o.Connectors, workspace.Connector{Name: name, Dir: filepath.Join(root, name), Kind: "capture", Language: "go"})
		}
		p, err := build.NewPlan(t.Context(), o)
		if err == nil {
			err = p.ChangedSince(t.Context(), since)
		}
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, target := range p.Targets {
			list = append(list, target.Connector)
		}
		return strings.Join(list, " ")
	}
	all := files()
	all["source-y/Dockerfile"] = "FROM a\nCOPY shared /s\n"
	all["source-z/Dockerfile"] = "FROM a\nCOPY go.* source-z /s/\n"
	root, _ := testkit.Repo(t, all)
	if got := names(root, "v1"); got != "" {
		t.Errorf("nothing: %q", got)
	}
	testkit.Put(t, root, map[string]string{"shared/new.go": "", "source-x/test.flow.yaml": "x", "README.md": ""})
	if got := names(root, "v1"); got != "source-y" {
		t.Errorf("a new shared file: %q", got)
	}
	testkit.Git(t, root, "add", "-A")
	testkit.Git(t, root, "commit", "-qm", "two")
	testkit.Git(t, root, "mv", "source-x/run", "source-x/walk")
	if got := names(root, "v1"); got != "source-x source-y" {
		t.Errorf("a commit and a move: %q", got)
	}
	if got := names(root, "HEAD"); got != "source-x" {
		t.Errorf("the work tree alone: %q", got)
	}
	testkit.Put(t, root, map[string]string{"go.mod": ""})
	if got := names(root, "HEAD"); got != "source-x source-z" {
		t.Errorf("a glob: %q", got)
	}
	testkit.Git(t, root, "add", "-A")
	testkit.Git(t, root, "commit", "-qm", "three")
	testkit.Put(t, root, map[string]string{"source-y/Dockerfile.dockerignore": "x\n"})
	if got := names(root, "HEAD"); got != "source-y" {
		t.Errorf("what a Dockerfile leaves out: %q", got)
	}
	testkit.Put(t, root, map[string]string{".dockerignore": "x\n"})
	if got := names(root, "HEAD"); got != "source-x source-y source-z" {
		t.Errorf("what all leave out: %q", got)
	}
	p, err := build.NewPlan(t.Context(), options(root))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ChangedSince(t.Context(), "--output=x"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestInterruptedPlan(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := build.NewPlan(ctx, options(testkit.Tree(t, files()))); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

// A submodule is one path to git, and so is what a link leads to another.
func TestChangedSinceInSubmodulesAndBehindLinks(t *testing.T) {
	t.Parallel()
	lib, _ := testkit.Repo(t, map[string]string{"a.py": "a"})
	root, _ := testkit.Repo(t, map[string]string{
		"source-x/Dockerfile": "FROM a\nCOPY sub/a.py source-x /s/\n", "source-x/main.go": "package main\n", "shared/real.py": "r",
		"source-y/Dockerfile": "FROM a\nCOPY source-y/link.py /\n", "source-y/main.go": "package main\n",
	})
	if err := os.Symlink("../shared/real.py", filepath.Join(root, "source-y", "link.py")); err != nil {
		t.Fatal(err)
	}
	testkit.Git(t, root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "sub")
	testkit.Git(t, root, "add", "-A")
	testkit.Git(t, root, "commit", "-qm", "two")
	changed := func() string {
		o := options(root)
		o.Connectors = append(o.Connectors, workspace.Connector{Name: "source-y", Dir: filepath.Join(root, "source-y"), Kind: "capture", Language: "go"})
		p, err := build.NewPlan(t.Context(), o)
		if err == nil {
			err = p.ChangedSince(t.Context(), "HEAD")
		}
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, target := range p.Targets {
			list = append(list, target.Connector+" "+target.Labels["dev.connkit.dirty"])
		}
		return strings.Join(list, ", ")
	}
	if got := changed(); got != "" {
		t.Errorf("nothing: %q", got)
	}
	testkit.Put(t, root, map[string]string{"sub/a.py": "b"})
	if got := changed(); got != "source-x true" {
		t.Errorf("a submodule: %q", got)
	}
	testkit.Git(t, root, "-C", "sub", "checkout", "-q", "--", ".")
	testkit.Put(t, root, map[string]string{"shared/real.py": "s"})
	if got := changed(); got != "source-y true" {
		t.Errorf("behind a link: %q", got)
	}
}
