package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/pkg/build/engine"
)

var engines = map[string]engine.Engine{
	"buildx":   {Name: engine.Docker, Program: "docker", Builder: engine.Buildx},
	"buildkit": {Name: engine.Docker, Program: "docker", Builder: engine.BuildKit},
	"classic":  {Name: engine.Docker, Program: "docker", Builder: engine.Classic},
	"podman":   {Name: engine.Podman, Program: "podman"},
	"nerdctl":  {Name: engine.Nerdctl, Program: "nerdctl"},
	"buildah":  {Name: engine.Buildah, Program: "/opt/buildah"},
}

// line spells a command with its environment.
func line(e engine.Engine, r engine.Request) string {
	c := e.Build(r)
	return strings.Join(append(c.Env, c.Argv...), " ")
}

// What every engine is asked for in the plainest build.
func TestPlainArgv(t *testing.T) {
	t.Parallel()
	r := engine.Request{
		Image: "ghcr.io/estuary/source-x:local", Context: "/repo", Dockerfile: "/repo/source-x/Dockerfile",
		Args: map[string]string{"CONNECTOR_TYPE": "capture", "CONNECTOR_NAME": "source-x"}, Labels: map[string]string{"b": "2", "a": "1 1"},
	}
	const common = "--build-arg CONNECTOR_NAME=source-x --build-arg CONNECTOR_TYPE=capture "
	const labels = "--label a=1 1 --label b=2 "
	const end = "--tag ghcr.io/estuary/source-x:local --file /repo/source-x/Dockerfile /repo"
	for name, want := range map[string]string{
		"buildx":   "docker buildx build --progress plain --load " + common + labels + end,
		"buildkit": "DOCKER_BUILDKIT=1 docker build --progress plain " + common + labels + end,
		"classic":  "DOCKER_BUILDKIT=0 docker build --force-rm " + common + end, // labels stand in the Dockerfile
		"podman":   "podman build --layers --force-rm " + common + labels + end,
		"nerdctl":  "nerdctl build --progress plain " + common + labels + end,
		"buildah":  "/opt/buildah build --layers --force-rm " + common + labels + end,
	} {
		if got := line(engines[name], r); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}

// Only those that leave what an ended build worked in are ended from within.
func TestHowBuildsAreEnded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"buildx": "", "buildkit": "", "classic": "", "nerdctl": "", "podman": "buildah-", "buildah": "buildah-"} {
		if c := engines[name].Build(engine.Request{}); c.Inner != want || c.Grace < 5*time.Second {
			t.Errorf("%s: %q, %s", name, c.Inner, c.Grace)
		}
	}
}

// What only some engines can do is given to those alone.
func TestArgvOfEverything(t *testing.T) {
	t.Parallel()
	r := engine.Request{
		Image: "x:local", Context: "-", Dockerfile: "Dockerfile.connkit", Platform: "linux/arm64", NoCache: true, Pull: true,
		Secrets: []engine.Secret{{ID: "ca", Src: "/ca.crt"}, {ID: "t", Env: "TOKEN"}},
		Builder: "cluster", CacheFrom: []string{"type=registry,ref=c"}, CacheTo: []string{"type=local,dest=c"}, IgnoreFile: "/i",
	}
	const secrets = "--secret id=ca,src=/ca.crt --secret id=t,env=TOKEN "
	const end = "--tag x:local --file Dockerfile.connkit -"
	for name, want := range map[string]string{
		"buildx":   "docker buildx build --progress plain --load --builder cluster --platform linux/arm64 --no-cache --pull --cache-from type=registry,ref=c --cache-to type=local,dest=c " + secrets + end,
		"buildkit": "DOCKER_BUILDKIT=1 docker build --progress plain --platform linux/arm64 --no-cache --pull --cache-from type=registry,ref=c " + secrets + end,
		"podman":   "podman build --layers --force-rm --ignorefile /i --platform linux/arm64 --no-cache --pull=always --cache-from type=registry,ref=c --cache-to type=local,dest=c " + secrets + end,
		"nerdctl":  "nerdctl build --progress plain --platform linux/arm64 --no-cache --pull --cache-from type=registry,ref=c --cache-to type=local,dest=c " + secrets + end,
		"buildah":  "/opt/buildah build --layers --force-rm --ignorefile /i --platform linux/arm64 --no-cache --pull=always --cache-from type=registry,ref=c --cache-to type=local,dest=c " + secrets + end,
	} {
		if got := line(engines[name], r); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
	r.Secrets = nil
	want := "DOCKER_BUILDKIT=0 docker build --force-rm --platform linux/arm64 --no-cache --pull " + end
	if got := line(engines["classic"], r); got != want {
		t.Errorf("classic:\ngot  %s\nwant %s", got, want)
	}
}

// The value of a proxy may hold a password: the engine takes it from its environment.
func TestProxiesAreOnNoCommandLine(t *testing.T) {
	t.Parallel()
	for name, e := range engines {
		c := e.Build(engine.Request{Image: "x", Args: map[string]string{"HTTPS_PROXY": "http://u:secret@p", "no_proxy": "a,b"}})
		argv := strings.Join(c.Argv, " ")
		if strings.Contains(argv, "secret") || !strings.Contains(argv, "--build-arg HTTPS_PROXY --build-arg no_proxy") {
			t.Errorf("%s: %s", name, argv)
		}
		if env := strings.Join(c.Env, " "); !strings.Contains(env, "HTTPS_PROXY=http://u:secret@p") || !strings.Contains(env, "no_proxy=a,b") {
			t.Errorf("%s: %s", name, env)
		}
	}
}

func TestUnfit(t *testing.T) {
	t.Parallel()
	r := engine.Request{Secrets: []engine.Secret{{ID: "ca"}}, CacheFrom: []string{"x"}, CacheTo: []string{"type=local,dest=c"}}
	for _, tt := range []struct{ name, driver, fatal, dropped string }{
		{"buildx", "docker", "", "--cache-to"},
		{"buildx", "docker-container", "", ""},
		{"buildx", "kubernetes", "", ""},
		{"buildx", "remote", "", ""},
		{"buildah", "", "", ""},
		{"nerdctl", "", "", ""},
		{"buildkit", "", "", "--cache-to"},
		{"classic", "", "--secret", "--cache-from --cache-to"},
		{"podman", "", "", ""},
	} {
		fatal, dropped := engines[tt.name].Unfit(r, tt.driver)
		if strings.Join(fatal, " ") != tt.fatal || strings.Join(dropped, " ") != tt.dropped {
			t.Errorf("%s with %q: %v, %v", tt.name, tt.driver, fatal, dropped)
		}
	}
	r.CacheTo = []string{"type=inline"}
	if _, dropped := engines["buildx"].Unfit(r, "docker"); len(dropped) > 0 {
		t.Errorf("an inline cache: %v", dropped)
	}
}

func TestLabelLine(t *testing.T) {
	t.Parallel()
	if got := engine.LabelLine(map[string]string{"b": "2 2", "a": "x=%2F"}); got != `LABEL a="x=%2F" b="2 2"` {
		t.Error(got)
	}
	for value, want := range map[string]bool{"v1.2": true, "https://a/b?c&d": true, `a"b`: false, "a$b": false, "a\nb": false, "": false, "`": false, `a\b`: false} {
		if engine.IsLabel(value) != want {
			t.Errorf("%q: want %v", value, want)
		}
	}
}

func TestBakeFile(t *testing.T) {
	t.Parallel()
	text, err := engine.BakeFile(map[string]engine.Request{
		"source-b": {Image: "r/source-b:local", Context: "/repo", Dockerfile: "/repo/source-b/Dockerfile", Platform: "linux/amd64", Pull: true, NoCache: true},
		"source-a": {
			Image: "r/source-a:local", Context: "/repo", Inline: []byte("FROM ${X}\nRUN echo %{no}\n"),
			Args: map[string]string{"A": "${HOME}", "HTTP_PROXY": "http://u:secret@p"}, Labels: map[string]string{"l": "1"},
			Secrets: []engine.Secret{{ID: "ca", Src: "/ca"}}, CacheFrom: []string{"f"}, CacheTo: []string{"t"},
		},
	})
	if err != nil || strings.Contains(string(text), "secret@") {
		t.Fatalf("%v\n%s", err, text)
	}
	var file struct {
		Group    map[string]struct{ Targets []string }
		Target   map[string]map[string]any
		Variable map[string]any
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(file.Group["default"].Targets, " "); got != "source-a source-b" {
		t.Error(got)
	}
	if v, _ := json.Marshal(file.Variable); string(v) != `{"HTTP_PROXY":{"default":""}}` { // bake knows no variable of the environment that is not declared
		t.Errorf("variables: %s", v)
	}
	a, _ := json.Marshal(file.Target["source-a"])
	want := `{"args":{"A":"$${HOME}","HTTP_PROXY":"${HTTP_PROXY}"},"cache-from":["f"],"cache-to":["t"],"context":"/repo",` +
		`"dockerfile-inline":"FROM $${X}\nRUN echo %%{no}\n","labels":{"l":"1"},"output":["type=docker"],"secret":["id=ca,src=/ca"],"tags":["r/source-a:local"]}`
	if string(a) != want {
		t.Errorf("got  %s\nwant %s", a, want)
	}
	b, _ := json.Marshal(file.Target["source-b"])
	want = `{"context":"/repo","dockerfile":"/repo/source-b/Dockerfile","no-cache":true,"output":["type=docker"],"platforms":["linux/amd64"],"pull":true,"tags":["r/source-b:local"]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	c := engines["buildx"].Bake("/f.json", "cluster", []string{"HTTP_PROXY=x"})
	if got := strings.Join(c.Argv, " "); got != "docker buildx bake --progress plain --builder cluster --file /f.json" || c.Env[0] != "HTTP_PROXY=x" {
		t.Errorf("%s %v", got, c.Env)
	}
}
