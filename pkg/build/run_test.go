package build_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// docker puts a fake docker and git into PATH; is changes the docker.
func docker(t *testing.T, is string, builder string) (dir string, e engine.Engine) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"docker", "podman"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_ENGINE", dir)
	t.Setenv("FAKE_ENGINE_IS", is)
	return dir, engine.Engine{Name: engine.Docker, Program: "docker", Builder: builder, Platform: "linux/amd64"}
}

func run(t *testing.T, o build.Options, r build.RunOptions) ([]build.Result, error) {
	t.Helper()
	p, err := build.NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.LogDir == "" {
		r.LogDir = t.TempDir()
	}
	results, err := p.Run(t.Context(), r)
	if err == nil {
		if left, _ := filepath.Glob(filepath.Join(r.LogDir, "*")); len(left) > 0 {
			t.Errorf("a log of what went well: %q", left)
		}
	}
	return results, err
}

func TestBuiltThenFreshThenStale(t *testing.T) {
	for _, builder := range []string{engine.Classic, engine.BuildKit, engine.Buildx} {
		_, e := docker(t, "buildx", builder)
		root, commit := testkit.Repo(t, files())
		o := options(root)
		o.Args = map[string]string{"BASE_IMAGE": "local/base:1"}
		var steps []string
		results, err := run(t, o, build.RunOptions{Engine: e, Step: func(c, s string) { steps = append(steps, c+": "+s) }})
		if err != nil || results[0].State != build.Built || len(results[0].ID) != 64 || results[0].Arch != "linux/amd64" || results[0].Steps == 0 {
			t.Fatalf("%s: %+v, %v", builder, results, err)
		}
		if !slices.Contains(steps, "source-x: 1/8 FROM scratch") && !slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "FROM scratch") }) {
			t.Errorf("%s: %q", builder, steps)
		}
		o.Now = o.Now.Add(time.Hour)
		again, err := run(t, o, build.RunOptions{Engine: e})
		if created := "org.opencontainers.image.created"; err != nil || again[0].Labels[created] != results[0].Labels[created] {
			t.Errorf("%s: the same image at another time: %v, %v", builder, again[0].Labels, err)
		}
		if again, err = run(t, o, build.RunOptions{Engine: e, NoCache: true}); err != nil || again[0].Labels["org.opencontainers.image.created"] != "2026-03-04T06:06:07Z" {
			t.Errorf("%s: built anew: %v, %v", builder, again[0].Labels, err)
		}
		if results, err = run(t, o, build.RunOptions{Engine: e, IfStale: true}); err != nil || results[0].State != build.Fresh || results[0].Seconds != 0 {
			t.Errorf("%s: %+v, %v", builder, results, err)
		}
		if got := images(t, e, root); len(got) != 1 || got[0].Age != build.IsFresh || got[0].Revision != commit || got[0].Dirty {
			t.Errorf("%s: %+v", builder, got)
		}
		testkit.Put(t, root, map[string]string{"source-x/run": "#!/bin/bash\n"})
		if got := images(t, e, root); got[0].Age != build.IsStale || got[0].Why != "1 file has changed since" {
			t.Errorf("%s: %+v", builder, got)
		}
		if results, err = run(t, o, build.RunOptions{Engine: e, IfStale: true}); err != nil || results[0].State != build.Built {
			t.Errorf("%s: %+v, %v", builder, results, err)
		}
		if got := images(t, e, root); got[0].Age != build.IsFresh || !got[0].Dirty {
			t.Errorf("%s: %+v", builder, got)
		}
	}
}

func images(t *testing.T, e engine.Engine, root string) []build.Image {
	t.Helper()
	list, err := build.Images(t.Context(), e, options(root))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What else an image can be.
func TestImagesOfOthers(t *testing.T) {
	dir, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	if got := images(t, e, root); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	testkit.Put(t, dir, map[string]string{"ghcr.io_estuary_source-x:local.image": `[{"Id":"sha256:1","Os":"linux","Architecture":"amd64","RepoTags":["ghcr.io/estuary/source-x:local"]}]`})
	if got := images(t, e, root); len(got) != 1 || got[0].Age != build.Unknown || got[0].Why != "it was not built by connkit" {
		t.Errorf("got %+v", got)
	}
	if _, err := run(t, options(root), build.RunOptions{Engine: e}); err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, root, map[string]string{"source-x/run": "else"})
	if got := images(t, e, root); got[0].Age != build.IsStale || got[0].Why != "its sources have changed since" {
		t.Errorf("without git: %+v", got)
	}
	if err := os.Remove(filepath.Join(root, "source-x", "Dockerfile")); err != nil {
		t.Fatal(err)
	}
	if got := images(t, e, root); got[0].Age != build.Unknown || !strings.Contains(got[0].Why, "no go.mod") {
		t.Errorf("sources that cannot be built: %+v", got)
	}
	c := options(root).Connectors[0]
	if _, ok, err := build.Freshness(t.Context(), e, options(root), c, "nope:1"); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestAFailedBuild(t *testing.T) {
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": strings.Repeat("# x\n", 60) + "RUN fail\n"})
	logs := t.TempDir()
	results, err := run(t, options(root), build.RunOptions{Engine: e, LogDir: logs})
	if fault.KindOf(err) != fault.Failed || err.Error() != "building ghcr.io/estuary/source-x:local: make: *** [all] Error 2: no rule" {
		t.Errorf("got %v", err)
	}
	r := results[0]
	text, readErr := os.ReadFile(r.Log)
	if readErr != nil || len(r.Tail) != 30 || r.Log != filepath.Join(logs, "source-x.log") || strings.Count(string(text), "\n") < 60 || !strings.Contains(fault.HintOf(err), r.Log) {
		t.Errorf("%v, %d lines, %s", readErr, len(r.Tail), r.Log)
	}
	if left, _ := filepath.Glob(filepath.Join(logs, "*")); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

func TestWhatIsWrongWithAnImage(t *testing.T) {
	good := "FROM scratch\nLABEL FLOW_RUNTIME_PROTOCOL=capture FLOW_RUNTIME_CODEC=json\nUSER 1\nENTRYPOINT [\"x\"]\n"
	for name, tt := range map[string]struct{ dockerfile, is, language, want string }{
		"no protocol":      {strings.Replace(good, "FLOW_RUNTIME_PROTOCOL=capture", "", 1), "", "go", "it has no label FLOW_RUNTIME_PROTOCOL"},
		"another protocol": {strings.Replace(good, "=capture", "=materialization", 1), "", "go", `its label FLOW_RUNTIME_PROTOCOL is "materialization", and the connector is a capture`},
		"no codec":         {strings.Replace(good, "FLOW_RUNTIME_CODEC=json", "", 1), "", "python", "it has no label FLOW_RUNTIME_CODEC"},
		"another codec":    {strings.Replace(good, "CODEC=json", "CODEC=xml", 1), "", "go", `its label FLOW_RUNTIME_CODEC is "xml"`},
		"nothing to start": {strings.Replace(good, "ENTRYPOINT", "# ", 1), "", "go", "it has neither ENTRYPOINT nor CMD"},
		"lost labels":      {good, "odd", "go", "it has no label FLOW_RUNTIME_PROTOCOL"},
	} {
		_, e := docker(t, tt.is, engine.Classic)
		root := testkit.Tree(t, files())
		testkit.Put(t, root, map[string]string{"source-x/Dockerfile": tt.dockerfile})
		o := options(root)
		o.Connectors[0].Language = tt.language
		asked := false
		results, err := run(t, o, build.RunOptions{Engine: e, Probe: func(context.Context, build.Result) error { asked = true; return nil }})
		if err == nil || !strings.Contains(err.Error(), tt.want) || results[0].State != build.Failed || asked {
			t.Errorf("%s: got %v, %+v", name, err, results)
		}
	}
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": strings.Replace(good, "USER 1\n", "", 1)})
	results, err := run(t, options(root), build.RunOptions{Engine: e})
	if err != nil || !slices.ContainsFunc(results[0].Warnings, func(w string) bool { return strings.Contains(w, "runs as root") }) {
		t.Errorf("got %v, %+v", err, results)
	}
}

func TestTheProbe(t *testing.T) {
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	results, err := run(t, options(root), build.RunOptions{Engine: e, Probe: func(_ context.Context, r build.Result) error {
		if r.Image == "" || r.ID == "" {
			t.Errorf("got %+v", r)
		}
		return fault.Environmentf("no answer").WithHint("look")
	}})
	if fault.KindOf(err) != fault.Failed || fault.HintOf(err) != "look" || results[0].Probe.OK || results[0].Probe.Error != "no answer" || results[0].State != build.Failed {
		t.Errorf("got %v, %+v", err, results[0].Probe)
	}
}

// A template's files come as a tar: what goes in and nothing else.
func TestTheContextOfATemplate(t *testing.T) {
	for builder, dockerfile := range map[string]string{engine.Classic: "build-ca.crt Dockerfile.connkit", engine.Buildx: "Dockerfile.connkit"} {
		dir, e := docker(t, "buildx", builder)
		root := testkit.Tree(t, map[string]string{
			"source-x/go.mod": "module x\n", "source-x/main.go": "package main\n", "source-x/config.yaml": "password: s3cr3t\n", "source-x/.venv/x": "", "source-x/test.flow.yaml": "", "other/x": "",
		})
		o := options(root)
		o.Secrets = []engine.Secret{{ID: "ca", Src: filepath.Join(root, "other", "x")}}
		if _, err := run(t, o, build.RunOptions{Engine: e}); err != nil {
			t.Fatal(err)
		}
		listing, err := os.ReadFile(filepath.Join(dir, "context"))
		got := strings.Fields(string(listing))
		want := append(strings.Fields(dockerfile), "source-x/go.mod", "source-x/main.go")
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", builder, got, err)
		}
		calls, err := os.ReadFile(filepath.Join(dir, "calls"))
		if secret := strings.Contains(string(calls), "--secret id=ca,src="); err != nil || secret != (builder == engine.Buildx) {
			t.Errorf("%s: %s", builder, calls)
		}
	}
}

// The classic builder knows no .dockerignore of a Dockerfile's own: connkit packs the context.
func TestTheDockerfilesOwnIgnoreFile(t *testing.T) {
	dir, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile.dockerignore": "shared\n"})
	if _, err := run(t, options(root), build.RunOptions{Engine: e}); err != nil {
		t.Fatal(err)
	}
	listing, err := os.ReadFile(filepath.Join(dir, "context"))
	if err != nil || strings.Contains(string(listing), "shared") || !strings.Contains(string(listing), "source-x/test.flow.yaml") {
		t.Errorf("%v: %s", err, listing)
	}
	p, err := build.NewPlan(t.Context(), options(root))
	if err != nil {
		t.Fatal(err)
	}
	commands := p.Commands(build.RunOptions{Engine: engine.Engine{Name: engine.Podman, Program: "podman"}})
	if !strings.Contains(strings.Join(commands[0], " "), "--ignorefile "+filepath.Join(root, "source-x", "Dockerfile.dockerignore")) {
		t.Errorf("got %q", commands)
	}
}

func TestWhatABuilderCannotDo(t *testing.T) {
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	o := options(root)
	o.Secrets = []engine.Secret{{ID: "token", Env: "T"}}
	if _, err := run(t, o, build.RunOptions{Engine: e}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "--secret cannot be used with docker (classic)") {
		t.Errorf("got %v", err)
	}
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": "FROM x\nRUN --mount=type=cache,target=/c make\n"})
	if _, err := run(t, options(root), build.RunOptions{Engine: e}); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "source-x/Dockerfile has RUN --mount in it") {
		t.Errorf("got %v", err)
	}
	testkit.Put(t, root, files())
	results, err := run(t, options(root), build.RunOptions{Engine: e, CacheTo: []string{"type=local,dest=c"}})
	if err != nil || len(results[0].Warnings) != 1 || !strings.Contains(results[0].Warnings[0], "--cache-to is left out") {
		t.Errorf("got %v, %+v", err, results)
	}
}

// two gives options with a second connector, built by the template.
func two(root string) build.Options {
	o := options(root)
	o.Connectors = append(o.Connectors, workspace.Connector{Name: "source-y", Dir: filepath.Join(root, "source-y"), Kind: "capture", Language: "go"})
	return o
}

func TestManyBesideEachOther(t *testing.T) {
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-y/Dockerfile": "FROM a\nRUN fail\n"})
	var mu sync.Mutex
	var done []string
	results, err := run(t, two(root), build.RunOptions{Engine: e, Jobs: 2, Done: func(r build.Result) {
		mu.Lock()
		defer mu.Unlock()
		done = append(done, r.Connector+" "+string(r.State))
	}})
	slices.Sort(done)
	if !slices.Equal(done, []string{"source-x built", "source-y failed"}) || results[0].State != build.Built || results[1].Err() == nil {
		t.Errorf("%q, %+v", done, results)
	}
	if err == nil || err.Error() != "building ghcr.io/estuary/source-y:local: make: *** [all] Error 2: no rule" {
		t.Errorf("got %v", err)
	}
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": "FROM a\nRUN fail\n"})
	if _, err = run(t, two(root), build.RunOptions{Engine: e, Jobs: 2}); err == nil || !strings.HasPrefix(err.Error(), "2 of 2 images failed: building ghcr.io/estuary/source-x:local: ") {
		t.Errorf("got %v", err)
	}
}

// However many images are looked at, the engine is asked once.
func TestManyFreshImagesAreOneQuestion(t *testing.T) {
	dir, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-y/Dockerfile": "FROM a\nLABEL FLOW_RUNTIME_PROTOCOL=capture\nENTRYPOINT [\"x\"]\n"})
	if _, err := run(t, two(root), build.RunOptions{Engine: e}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "calls")); err != nil {
		t.Fatal(err)
	}
	results, err := run(t, two(root), build.RunOptions{Engine: e, IfStale: true})
	if err != nil || results[0].State != build.Fresh || results[1].State != build.Fresh {
		t.Errorf("%v, %+v", err, results)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if want := "docker image inspect ghcr.io/estuary/source-x:local ghcr.io/estuary/source-y:local\n"; err != nil || string(calls) != want {
		t.Errorf("%v: %s", err, calls)
	}
}

func TestBake(t *testing.T) {
	dir, e := docker(t, "buildx", engine.Buildx)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-y/go.mod": "module y\n", "source-y/main.go": "package main\n", "source-y/config.yaml": ""})
	results, err := run(t, two(root), build.RunOptions{Engine: e, Bake: true, Builder: "cluster"})
	if err != nil || results[0].State != build.Built || results[1].State != build.Built || results[1].Steps == 0 {
		t.Fatalf("%+v, %v", results, err)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil || strings.Count(string(calls), "buildx bake --progress plain --builder cluster") != 1 || strings.Contains(string(calls), "buildx build") {
		t.Errorf("%v: %s", err, calls)
	}
	p, err := build.NewPlan(t.Context(), two(root))
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.BakeFile(build.RunOptions{})
	if err != nil || !strings.Contains(string(file), `"dockerfile-inline": "# The image of source-y`) || !strings.Contains(string(file), filepath.Join(root, "source-x", "Dockerfile")) {
		t.Errorf("%v: %s", err, file)
	}
}

// A target that fails ends a bake; the others are built without it.
func TestBakeWithOneThatFails(t *testing.T) {
	dir, e := docker(t, "buildx", engine.Buildx)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": "FROM a\nRUN fail\n", "source-y/go.mod": "module y\n", "source-y/main.go": "package main\n"})
	logs := t.TempDir()
	o := build.RunOptions{Engine: e, Bake: true, Builder: "cluster", LogDir: logs}
	results, err := run(t, two(root), o)
	if want := "building ghcr.io/estuary/source-x:local: make: *** [all] Error 2: no rule"; err == nil || err.Error() != want || fault.KindOf(err) != fault.Failed {
		t.Errorf("got %v", err)
	}
	if results[0].State != build.Failed || results[0].Log != filepath.Join(logs, "source-x.log") || results[1].State != build.Built || results[1].Err() != nil {
		t.Errorf("got %+v", results)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil || strings.Count(string(calls), "buildx bake ") != 2 {
		t.Errorf("%v: %s", err, calls)
	}
	t.Setenv("FAKE_ENGINE_IS", "buildx mute")
	results, err = run(t, two(root), o)
	if err == nil || !strings.HasSuffix(err.Error(), "building ghcr.io/estuary/source-y:local: it was in the same bake") || results[1].State != build.Failed {
		t.Errorf("who failed is not told: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(logs, "*.part")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestInterruptedBuild(t *testing.T) {
	_, e := docker(t, "", engine.Classic)
	root := testkit.Tree(t, files())
	testkit.Put(t, root, map[string]string{"source-x/Dockerfile": "FROM a\nRUN hang\n"})
	t.Setenv("WORK", t.TempDir())
	p, err := build.NewPlan(t.Context(), options(root))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	logs := t.TempDir()
	_, err = p.Run(ctx, build.RunOptions{Engine: e, LogDir: logs, Step: func(_, text string) {
		if strings.Contains(text, "hang") {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(logs, "*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestEject(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-x/go.mod": "module x\n", "source-x/main.go": "package main\n", ".dockerignore": "docs\n"})
	o := options(root)
	for _, mounts := range []bool{true, false} {
		files, err := o.Eject(o.Connectors[0], mounts)
		if err != nil || len(files) != 2 || files[0].Path != filepath.Join(root, "source-x", "Dockerfile") {
			t.Fatalf("got %+v, %v", files, err)
		}
		if got := strings.Contains(string(files[0].Text), "--mount="); got != mounts || !strings.Contains(string(files[0].Text), "as connkit wrote it down") {
			t.Errorf("%s", files[0].Text)
		}
		for _, line := range []string{"docs\n", "\n**/.venv\n", "\nsource-x/config.yaml\n"} {
			if !strings.Contains(string(files[1].Text), line) {
				t.Errorf("no %q in\n%s", line, files[1].Text)
			}
		}
		for _, f := range files {
			if err := os.WriteFile(f.Path, f.Text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := plan(t, o); got.Dockerfile != "source-x/Dockerfile" || len(got.Warnings)+len(got.Ignore) > 0 {
			t.Errorf("got %+v", got)
		}
	}
	o.Connectors[0].Kind = ""
	if _, err := o.Eject(o.Connectors[0], true); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}
