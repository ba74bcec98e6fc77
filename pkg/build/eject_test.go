package build_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build"
)

// program is a Go connector without a Dockerfile.
func program() map[string]string {
	return map[string]string{"source-x/go.mod": "module x\n\ngo 1.24\n", "source-x/main.go": "package main\n"}
}

// What is ejected has the type that a build would have, and is refused as a build is.
func TestTheTypeOfWhatIsEjected(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ kind, arg, want, refused string }{
		{"capture", "", "ARG CONNECTOR_TYPE=capture\n", ""},
		{"materialization", "", "ARG CONNECTOR_TYPE=materialize\n", ""},
		{"derivation", "derive", "ARG CONNECTOR_TYPE=derive\n", ""},
		{"", "materialize", "ARG CONNECTOR_TYPE=materialize\n", ""},
		{"", "", "", "writing the Dockerfile of source-x: its name does not tell whether it is a capture, a materialization or a derivation"},
		{"", "materialization", "", `reading the build arg CONNECTOR_TYPE: "materialization" is none of capture, materialize, derive`},
		{"capture", "derive", "", `writing the Dockerfile of source-x: CONNECTOR_TYPE is "derive", and it is a capture`},
	} {
		o := options(testkit.Tree(t, program()))
		o.Connectors[0].Kind = tt.kind
		if tt.arg != "" {
			o.Args = map[string]string{"CONNECTOR_TYPE": tt.arg}
		}
		files, err := o.Eject(o.Connectors[0], true)
		if tt.refused != "" {
			if files != nil || fault.KindOf(err) != fault.Usage || err.Error() != tt.refused {
				t.Errorf("%+v: %v", tt, err)
			}
			continue
		}
		if err != nil || !strings.Contains(string(files[0].Text), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	o := options(testkit.Tree(t, program()))
	o.Tag = "a:b"
	if _, err := o.Eject(o.Connectors[0], true); fault.KindOf(err) != fault.Usage {
		t.Errorf("a tag that is none: %v", err)
	}
}

// The ejected .dockerignore stands in for the root's, so that it says all that one says.
func TestTheIgnoreFileOfWhatIsEjected(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ root, want string }{
		"none":                   {"", ".git\n"},
		"plain":                  {"docs\n*.md\n", "# As in .dockerignore of the root, which this file stands in for:\ndocs\n*.md\n\n.git\n"},
		"no newline at the end":  {"docs", "docs\n\n.git\n"},
		"CRLF":                   {"docs\r\n*.md\r\n", "docs\n*.md\n\n.git\n"},
		"comments and no others": {"# mine\n\n", "# mine\n\n.git\n"},
		"empty lines at the end": {"docs\n\n\n", "docs\n\n.git\n"},
	} {
		files := program()
		if name != "none" {
			files[".dockerignore"] = tt.root
		}
		o := options(testkit.Tree(t, files))
		made, err := o.Eject(o.Connectors[0], false)
		if err != nil {
			t.Fatal(err)
		}
		text := string(made[1].Text)
		if !strings.Contains(text, tt.want) || strings.Contains(text, "\r") || !strings.HasSuffix(text, "\n") || name == "none" && !strings.HasPrefix(text, tt.want) {
			t.Errorf("%s: got %q", name, text)
		}
		for _, line := range []string{"**/__pycache__", "**/.venv", "source-x/test.flow.yaml", "source-x/config.yaml", "source-x/*.decrypted.*", "source-x/.env", "source-x/fixture.jsonl", "source-x/store.db*"} {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("%s: no %q in %q", name, line, text)
			}
		}
	}
}

// What is ejected builds of the same files as the template does: neither credentials nor
// the catalog go in, before and after.
func TestEjectedAndTemplateTakeTheSame(t *testing.T) {
	t.Parallel()
	files := program()
	maps.Copy(files, map[string]string{
		"source-x/config.yaml": "password: x\n", "source-x/test.flow.yaml": "", "source-x/.env": "A=b\n", "source-x/fixture.jsonl": "", "source-x/a.decrypted.json": "{}",
		"source-x/store.db-wal": "", "source-x/acmeCo/flow.yaml": "", "source-x/__pycache__/a.pyc": "", "docs/a.md": "", "source-x/README.md": "x",
	})
	root := testkit.Tree(t, files)
	before := plan(t, options(root))
	o := options(root)
	made, err := o.Eject(o.Connectors[0], true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made {
		if err := os.WriteFile(f.Path, f.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	after := plan(t, options(root))
	if len(after.Warnings) > 0 || after.Dockerfile != "source-x/Dockerfile" || before.Dockerfile != "template" {
		t.Errorf("%+v", after)
	}
	if after.Files != before.Files+2 { // the Dockerfile and its .dockerignore are the connector's own
		t.Errorf("%d files go in, and %d did", after.Files, before.Files)
	}
	// A credential that changes leaves both fresh.
	for _, name := range []string{"config.yaml", ".env", "test.flow.yaml", "store.db-wal"} {
		testkit.Put(t, root, map[string]string{filepath.Join("source-x", name): "password: changed\n"})
		if now := plan(t, options(root)); now.Inputs != after.Inputs {
			t.Errorf("%s makes it stale", name)
		}
	}
	testkit.Put(t, root, map[string]string{"source-x/README.md": "y"})
	if now := plan(t, options(root)); now.Inputs == after.Inputs {
		t.Error("a source that changes leaves it fresh")
	}
}

// An image is fresh by what goes into it alone: not by times, owners, the umask, the order
// of files, or where the repository lies.
func TestWhatDoesNotMakeStale(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source-x/Dockerfile": "FROM scratch\nCOPY source-x /x\n", "source-x/a.py": "a", "source-x/b/c.py": "c", "source-x/run.sh": "#!/bin/sh\n"}
	one, two := testkit.Tree(t, files), testkit.Tree(t, files)
	first := plan(t, options(one)).Inputs
	if got := plan(t, options(two)).Inputs; got != first {
		t.Error("another folder makes another hash")
	}
	for name, change := range map[string]func() error{
		"readable by others": func() error { return os.Chmod(filepath.Join(two, "source-x/a.py"), 0o600) },
		"what Python leaves": func() error { return os.MkdirAll(filepath.Join(two, "source-x/__pycache__"), 0o755) },
		"an empty folder":    func() error { return os.Mkdir(filepath.Join(two, "source-x/empty"), 0o755) },
		"the folder's mode":  func() error { return os.Chmod(filepath.Join(two, "source-x/b"), 0o700) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if got := plan(t, options(two)).Inputs; got != first {
			t.Errorf("%s makes it stale", name)
		}
	}
	link := filepath.Join(two, "source-x/link")
	for _, tt := range []struct {
		name   string
		change func() error
	}{
		{"a program", func() error { return os.Chmod(filepath.Join(two, "source-x/run.sh"), 0o755) }},
		{"another name", func() error { return os.Rename(filepath.Join(two, "source-x/b"), filepath.Join(two, "source-x/d")) }},
		{"a link", func() error { return os.Symlink("a.py", link) }},
		{"another link", func() error { return errors.Join(os.Remove(link), os.Symlink("run.sh", link)) }},
		{"a file less", func() error { return os.Remove(filepath.Join(two, "source-x/a.py")) }},
		{"one byte", func() error {
			return os.WriteFile(filepath.Join(two, "source-x/run.sh"), []byte("#!/bin/sh\n\n"), 0o755)
		}},
	} {
		before := plan(t, options(two)).Inputs
		if err := tt.change(); err != nil {
			t.Fatal(err)
		}
		if got := plan(t, options(two)).Inputs; got == before {
			t.Errorf("%s leaves it fresh", tt.name)
		}
	}
	for name, change := range map[string]func(*build.Options){
		"a build arg": func(o *build.Options) { o.Args = map[string]string{"A": "1"} }, "the platform": func(o *build.Options) { o.Platform = "linux/arm64" },
	} {
		o := options(one)
		change(&o)
		if plan(t, o).Inputs == first {
			t.Errorf("%s leaves it fresh", name)
		}
	}
	for name, change := range map[string]func(*build.Options){
		"a proxy": func(o *build.Options) { o.Args = map[string]string{"HTTPS_PROXY": "http://p"} }, "the tag": func(o *build.Options) { o.Tag = "v1" }, "the registry": func(o *build.Options) { o.Registry = "r.example" },
	} {
		o := options(one)
		change(&o)
		if plan(t, o).Inputs != first {
			t.Errorf("%s makes it stale", name)
		}
	}
}

// A hook of git tells its children where its own repository is: that is another's.
func TestTheGitOfAHook(t *testing.T) {
	root, commit := testkit.Repo(t, files())
	other, _ := testkit.Repo(t, map[string]string{"a": ""})
	testkit.Git(t, root, "remote", "add", "origin", "git@github.com:acme/c.git")
	for name, value := range map[string]string{
		"GIT_DIR": filepath.Join(other, ".git"), "GIT_WORK_TREE": other, "GIT_INDEX_FILE": filepath.Join(other, "gone"), "GIT_PREFIX": "sub/", "GIT_LITERAL_PATHSPECS": "1",
		"GIT_OBJECT_DIRECTORY": filepath.Join(other, ".git", "objects"), "GIT_EXTERNAL_DIFF": "false", "LC_ALL": "de_DE.UTF-8",
	} {
		t.Setenv(name, value)
	}
	got := plan(t, options(root))
	const oci = "org.opencontainers.image."
	if got.Labels[oci+"revision"] != commit || got.Labels[oci+"source"] != "https://github.com/acme/c" || got.Labels["dev.connkit.dirty"] != "false" {
		t.Errorf("got %v", got.Labels)
	}
	testkit.Put(t, root, map[string]string{"source-x/new": ""})
	if got = plan(t, options(root)); got.Labels["dev.connkit.dirty"] != "true" {
		t.Errorf("got %v", got.Labels)
	}
	p, err := build.NewPlan(t.Context(), options(root))
	if err == nil {
		err = p.ChangedSince(t.Context(), "HEAD")
	}
	if err != nil || len(p.Targets) != 1 {
		t.Errorf("got %v, %v", p, err)
	}
}
