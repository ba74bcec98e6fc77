package build

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// planned is the plan of one Go connector, which the template builds unless files says otherwise.
func planned(t *testing.T, files map[string]string, secrets ...engine.Secret) *Plan {
	t.Helper()
	all := map[string]string{"source-x/go.mod": "module x\n\ngo 1.24\n", "source-x/main.go": "package main\n"}
	maps.Copy(all, files)
	root := testkit.Tree(t, all)
	for i, s := range secrets {
		if s.Src != "" {
			secrets[i].Src = filepath.Join(root, s.Src)
		}
	}
	p, err := NewPlan(t.Context(), Options{
		Root: root, Secrets: secrets,
		Connectors: []workspace.Connector{{Name: "source-x", Dir: filepath.Join(root, "source-x"), Kind: "capture", Language: "go"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sent gives the files of the tar that an engine would read, or the text.
func sent(t *testing.T, p *Plan, e engine.Engine) (files map[string]string, text string, err error) {
	t.Helper()
	var c proc.Cmd
	stop, err := p.send(t.Context(), RunOptions{Engine: e}, p.Targets[0], &c)
	if err != nil {
		return nil, "", err
	}
	defer stop()
	if c.Stdin == nil {
		return nil, "", nil
	}
	all, err := io.ReadAll(c.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(all[:min(300, len(all))]), "\x00") {
		return nil, string(all), nil
	}
	files = map[string]string{}
	for r := tar.NewReader(strings.NewReader(string(all))); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, "", nil
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := files[h.Name]; twice {
			t.Errorf("%s is in it twice", h.Name)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(content)
	}
}

var (
	classic = engine.Engine{Name: engine.Docker, Program: "docker", Builder: engine.Classic}
	buildx  = engine.Engine{Name: engine.Docker, Program: "docker", Builder: engine.Buildx}
)

// Certificates go the way that a builder has: as a secret, or in the context, where what
// is given wins over what lies there.
func TestTheWayOfCertificates(t *testing.T) {
	t.Setenv("CA_TEXT", "of a variable")
	for _, tt := range []struct {
		name   string
		files  map[string]string
		secret *engine.Secret
		e      engine.Engine
		want   string // in the context
	}{
		{"none", nil, nil, classic, ""},
		{"of the repository", map[string]string{"build-ca.crt": "of the repository"}, nil, classic, "of the repository"},
		{"a file", map[string]string{"ca.crt": "given"}, &engine.Secret{ID: "ca", Src: "ca.crt"}, classic, "given"},
		{"a variable", nil, &engine.Secret{ID: "ca", Env: "CA_TEXT"}, classic, "of a variable"},
		{"both", map[string]string{"ca.crt": "given", "build-ca.crt": "of the repository"}, &engine.Secret{ID: "ca", Src: "ca.crt"}, classic, "given"},
		{"by a mount", map[string]string{"ca.crt": "given"}, &engine.Secret{ID: "ca", Src: "ca.crt"}, buildx, ""},
		{"by a mount, and of the repository", map[string]string{"ca.crt": "given", "build-ca.crt": "of the repository"}, &engine.Secret{ID: "ca", Src: "ca.crt"}, buildx, "of the repository"},
		{"another secret", map[string]string{"x": "given"}, &engine.Secret{ID: "pip_conf", Src: "x"}, classic, ""},
	} {
		var secrets []engine.Secret
		if tt.secret != nil {
			secrets = append(secrets, *tt.secret)
		}
		files, _, err := sent(t, planned(t, tt.files, secrets...), tt.e)
		if err != nil || files["build-ca.crt"] != tt.want {
			t.Errorf("%s: %q, %v", tt.name, files["build-ca.crt"], err)
		}
		if _, ok := files["build-ca.crt"]; ok != (tt.want != "") {
			t.Errorf("%s: a file without anything in it", tt.name)
		}
	}
	p := planned(t, nil, engine.Secret{ID: "ca", Src: "gone"})
	if _, _, err := sent(t, p, classic); err == nil || !strings.HasPrefix(err.Error(), `reading the secret "ca": `) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A template's context is what goes in and the Dockerfile in the form for the builder; of
// a Dockerfile of the user's nothing is sent where the engine reads it itself.
func TestWhatIsSentToAnEngine(t *testing.T) {
	for name, e := range map[string]engine.Engine{
		"classic": classic, "buildx": buildx, "buildkit": {Name: engine.Docker, Program: "docker", Builder: engine.BuildKit}, "podman": {Name: engine.Podman, Program: "podman"},
		"nerdctl": {Name: engine.Nerdctl, Program: "nerdctl"}, "buildah": {Name: engine.Buildah, Program: "buildah"},
	} {
		files, _, err := sent(t, planned(t, map[string]string{"docs/a.md": "", "source-x/.env": "A=b", "source-x/notes.md": "n"}), e)
		names := strings.Join(slices.Sorted(maps.Keys(files)), " ")
		if err != nil || names != "Dockerfile.connkit source-x/go.mod source-x/main.go source-x/notes.md" {
			t.Errorf("%s: %s, %v", name, names, err)
		}
		text := files["Dockerfile.connkit"]
		if mounts := strings.Contains(text, "--mount="); mounts != (name != "classic") {
			t.Errorf("%s: mounts: %v", name, mounts)
		}
		if labels := strings.Contains(text, "\nLABEL dev.connkit.dirty") || strings.Contains(text, "\nLABEL dev.connkit.inputs=\"sha256:"); labels != (name == "classic") {
			t.Errorf("%s: labels in the Dockerfile: %v\n%s", name, labels, text)
		}
		own := planned(t, map[string]string{"source-x/Dockerfile": "FROM scratch\nCOPY source-x /x\n"})
		files, text, err = sent(t, own, e)
		if err != nil || files != nil || (text != "") != (name == "classic") {
			t.Errorf("%s: a Dockerfile of the user's: %v, %q, %v", name, files, text, err)
		}
		if name == "classic" && (!strings.HasPrefix(text, "FROM scratch\nCOPY source-x /x\n\nLABEL ") || strings.Count(text, "LABEL") != 1) {
			t.Errorf("got %q", text)
		}
		ignoring := planned(t, map[string]string{"source-x/Dockerfile": "FROM scratch\nCOPY . /x\n", "source-x/Dockerfile.dockerignore": "docs\n", "docs/a.md": "", "keep": "k"})
		files, _, err = sent(t, ignoring, e)
		if err != nil || (files != nil) != (name == "classic") {
			t.Errorf("%s: %v, %v", name, files, err)
		}
		if _, out := files["docs/a.md"]; name == "classic" && (out || files["keep"] != "k" || !strings.HasPrefix(files["Dockerfile.connkit"], "FROM scratch\nCOPY . /x\n")) {
			t.Errorf("%s: %q", name, slices.Sorted(maps.Keys(files)))
		}
	}
}

// An engine that ends before it has read all does not keep connkit waiting, and an
// interrupt ends what is packed.
func TestAnEngineThatReadsNothing(t *testing.T) {
	t.Parallel()
	p := planned(t, map[string]string{"source-x/big": strings.Repeat("x", 1<<20)})
	var c proc.Cmd
	stop, err := p.send(t.Context(), RunOptions{Engine: classic}, p.Targets[0], &c)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	if _, err := c.Stdin.Read(one); err != nil {
		t.Fatal(err)
	}
	stop() // comes back
	if _, err := c.Stdin.Read(one); err == nil {
		t.Error("there is more to read")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stop, err = p.send(ctx, RunOptions{Engine: classic}, p.Targets[0], &c)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if _, err := io.ReadAll(c.Stdin); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Labels stand behind a Dockerfile in an instruction of their own, whatever it ends with.
func TestLabelsAreAnInstructionOfTheirOwn(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"b": "2", "a": "1 x"}
	for text, want := range map[string]string{
		"":                              "\nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a":                        "FROM a\nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a\n":                      "FROM a\n\nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a\nCMD x \\":              "FROM a\nCMD x \nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a\nCMD x \\\n":            "FROM a\nCMD x \nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a\nCMD x \\\n\\\n":        "FROM a\nCMD x \nLABEL a=\"1 x\" b=\"2\"\n",
		"# escape=`\nFROM a\nCMD x `\n": "# escape=`\nFROM a\nCMD x \nLABEL a=\"1 x\" b=\"2\"\n",
		"FROM a\nCMD x \\\\":            "FROM a\nCMD x \\\\\nLABEL a=\"1 x\" b=\"2\"\n", // a doubled mark does not go on
	} {
		before := []byte(text)
		if got := string(withLabels(before, labels)); got != want || string(before) != text {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
