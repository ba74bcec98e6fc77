package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/engine"
)

// scripted makes a program out of a shell script, which gets its arguments.
func scripted(t *testing.T, name, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	testkit.Program(t, file, "#!/bin/sh\n"+script+"\n")
	return file
}

// prints makes a program that prints a text and ends well.
func prints(t *testing.T, name, text string) string {
	t.Helper()
	return scripted(t, name, "cat <<'END'\n"+text+"\nEND")
}

// fails makes a program that complains and ends with a status.
func fails(t *testing.T, name, complaint string, status int) string {
	t.Helper()
	return scripted(t, name, fmt.Sprintf("cat >&2 <<'END'\n%s\nEND\nexit %d", complaint, status))
}

// What the engines print of an image differs; what is read of it does not.
func TestWhatEnginesSayOfAnImage(t *testing.T) {
	created := time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)
	want := engine.Image{
		ID: "0a1b2c", Created: created, Size: 1234, Platform: "linux/arm64", User: "65532:65532",
		Labels: map[string]string{"dev.connkit.dirty": "false"}, Command: []string{"python", "-m", "x", "--fast"},
	}
	const config = `"User":"65532:65532","Labels":{"dev.connkit.dirty":"false"},"Entrypoint":["python","-m","x"],"Cmd":["--fast"]`
	for name, text := range map[string]string{
		engine.Docker:  `[{"Id":"sha256:0a1b2c","RepoTags":["a:local"],"Created":"2026-11-20T10:30:00Z","Size":1234,"Os":"linux","Architecture":"arm64","Config":{` + config + `},"RootFS":{"Type":"layers"}}]`,
		engine.Podman:  `[{"Id":"0a1b2c","Digest":"sha256:ff","RepoTags":["localhost/a:local"],"Created":"2026-11-20T10:30:00.000000000Z","Size":1234,"Os":"linux","Architecture":"arm64","Config":{` + config + `}}]`,
		engine.Nerdctl: `[{"Id":"sha256:0a1b2c","Created":"2026-11-20T11:30:00+01:00","Size":1234,"Os":"linux","Architecture":"arm64","Config":{` + config + `}}]`,
		engine.Buildah: `{"Type":"buildah 0.0.1","FromImage":"localhost/a:local","FromImageID":"0a1b2c","Manifest":"{\"layers\":[{\"size\":1000},{\"size\":234}]}",` +
			`"OCIv1":{"created":"2026-11-20T10:30:00Z","os":"linux","architecture":"arm64","config":{` + config + `}}}`,
	} {
		e := engine.Engine{Name: name, Program: prints(t, name, text)}
		got, ok, err := e.Inspect(t.Context(), "a:local")
		got.Created = got.Created.UTC()
		if err != nil || !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, %v", name, got, ok, err)
		}
	}
}

// What an image does not say is empty, and no error.
func TestAnImageThatSaysLittle(t *testing.T) {
	for name, text := range map[string]string{
		engine.Docker:  `[{"Id":"sha256:aa","Os":"linux","Architecture":"amd64","Config":{"Labels":null,"Entrypoint":null,"Cmd":null}}]`,
		engine.Buildah: `{"FromImageID":"aa","OCIv1":{"os":"linux","architecture":"amd64"}}`,
	} {
		e := engine.Engine{Name: name, Program: prints(t, name, text)}
		got, ok, err := e.Inspect(t.Context(), "a")
		if err != nil || !ok || got.ID != "aa" || got.Size != 0 || len(got.Labels) != 0 || len(got.Command) != 0 || got.Platform != "linux/amd64" {
			t.Errorf("%s: got %+v, %v, %v", name, got, ok, err)
		}
	}
}

// In their own words engines say that an image is not there; anything else is an error
// that tells what they said.
func TestAnImageThatIsNotThere(t *testing.T) {
	for _, tt := range []struct{ name, says string }{
		{engine.Docker, "Error response from daemon: No such image: a:local"},
		{engine.Docker, "Error: No such object: a:local"},
		{engine.Podman, "Error: inspecting object: a:local: image not known"},
		{engine.Podman, "Error: no such object: \"a:local\""},
		{engine.Nerdctl, "time=\"2026-11-20T10:30:00Z\" level=fatal msg=\"image a:local not found\""},
		{engine.Buildah, "Error: locating image \"a:local\": a:local: image not known"},
		{engine.Buildah, "open /x: file does not exist"},
	} {
		e := engine.Engine{Name: tt.name, Program: fails(t, tt.name, tt.says, 1)}
		if _, ok, err := e.Inspect(t.Context(), "a:local"); ok || err != nil {
			t.Errorf("%s %q: %v, %v", tt.name, tt.says, ok, err)
		}
	}
	for _, tt := range []struct{ name, says, want string }{
		{engine.Docker, "Cannot connect to the Docker daemon at unix:///x", `looking at the image "a:local": docker: Cannot connect to the Docker daemon at unix:///x`},
		{engine.Podman, "warning\nError: permission denied", `looking at the image "a:local": podman: Error: permission denied`},
		{engine.Buildah, "", `looking at the image "a:local": buildah: exit status 125`},
	} {
		e := engine.Engine{Name: tt.name, Program: fails(t, tt.name, tt.says, 125)}
		if _, ok, err := e.Inspect(t.Context(), "a:local"); ok || err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, %v", tt.name, ok, err)
		}
	}
}

func TestWhatIsNoAnswer(t *testing.T) {
	for _, tt := range []struct{ name, says, want string }{
		{engine.Docker, "[]", `looking at the image "a": reading what docker says: it is empty`},
		{engine.Docker, "", `looking at the image "a": reading what docker says: unexpected end of JSON input`},
		{engine.Docker, "{}", `looking at the image "a": reading what docker says: json: cannot unmarshal object`},
		{engine.Podman, "Emulate Docker CLI using podman", `looking at the image "a": reading what podman says: invalid character 'E'`},
		{engine.Buildah, "[]", `looking at the image "a": reading what buildah says: json: cannot unmarshal array`},
	} {
		e := engine.Engine{Name: tt.name, Program: prints(t, tt.name, tt.says)}
		if _, ok, err := e.Inspect(t.Context(), "a"); ok || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s %q: %v, %v", tt.name, tt.says, ok, err)
		}
	}
	e := engine.Engine{Name: engine.Docker, Program: prints(t, "docker", "no JSON")}
	if all, err := e.InspectAll(t.Context(), []string{"a"}); all != nil || err == nil || !strings.HasPrefix(err.Error(), "looking at the images of docker: ") {
		t.Errorf("%v, %v", all, err)
	}
}

// buildah tells of one image at a time; those that are not there are left out.
func TestManyImagesOfBuildah(t *testing.T) {
	program := scripted(t, "buildah", `[ "$1 $2 $3" = "inspect --type image" ] || exit 9
case $4 in
a|c) echo "{\"FromImageID\":\"id-$4\",\"OCIv1\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}";;
b) echo "b: image not known" >&2; exit 125;;
*) echo "storage is broken" >&2; exit 125;;
esac`)
	e := engine.Engine{Name: engine.Buildah, Program: program}
	all, err := e.InspectAll(t.Context(), []string{"a", "b", "c"})
	if err != nil || len(all) != 2 || all["a"].ID != "id-a" || all["c"].ID != "id-c" {
		t.Errorf("%v, %v", all, err)
	}
	if all, err := e.InspectAll(t.Context(), []string{"a", "d"}); all != nil || err == nil || !strings.Contains(err.Error(), "storage is broken") {
		t.Errorf("%v, %v", all, err)
	}
	if all, err := e.InspectAll(t.Context(), nil); err != nil || len(all) != 0 {
		t.Errorf("of none: %v, %v", all, err)
	}
}

// An engine that has some of the images prints these, complains of the others, and
// ends with a status: what it printed counts.
func TestSomeOfTheImagesAreThere(t *testing.T) {
	program := scripted(t, "docker", `echo '[{"Id":"sha256:aa","RepoTags":["docker.io/library/a:local","a:v1"],"Os":"linux","Architecture":"amd64"}]'
echo "Error: No such image: b:local" >&2
exit 1`)
	e := engine.Engine{Name: engine.Docker, Program: program}
	all, err := e.InspectAll(t.Context(), []string{"a:local", "b:local", "a:v1", "a:v2"})
	if err != nil || len(all) != 2 || all["a:local"].ID != "aa" || all["a:v1"].ID != "aa" {
		t.Errorf("%v, %v", all, err)
	}
}

// One that prints nothing as soon as an image is missing is asked for each.
func TestAnEngineThatAnswersForAllOrNone(t *testing.T) {
	program := scripted(t, "nerdctl", `[ "$*" = "image inspect a" ] && echo '[{"Id":"sha256:aa","RepoTags":["a:latest"],"Os":"linux","Architecture":"amd64"}]' && exit 0
echo "no such image: b" >&2
exit 1`)
	e := engine.Engine{Name: engine.Nerdctl, Program: program}
	all, err := e.InspectAll(t.Context(), []string{"a", "b"})
	if err != nil || len(all) != 1 || all["a"].ID != "aa" {
		t.Errorf("%v, %v", all, err)
	}
}

func TestListOfImages(t *testing.T) {
	const lines = "ghcr.io/e/b:local\nlocalhost/a:local\n<none>:<none>\ndocker.io/library/a:local\r\ndocker.io/e/c:v1"
	const want = "<none>:<none> a:local e/c:v1 ghcr.io/e/b:local"
	for name, verb := range map[string]string{
		engine.Docker: "image ls --format {{.Repository}}:{{.Tag}}", engine.Podman: "image ls --format {{.Repository}}:{{.Tag}}",
		engine.Nerdctl: "image ls --format {{.Repository}}:{{.Tag}}", engine.Buildah: "images --format {{.Name}}:{{.Tag}}",
	} {
		program := scripted(t, name, `[ "$*" = "`+verb+`" ] || { echo "what is $*" >&2; exit 1; }
cat <<'END'
`+lines+`
END`)
		got, err := engine.Engine{Name: name, Program: program}.List(t.Context())
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	e := engine.Engine{Name: engine.Podman, Program: fails(t, "podman", "it is broken", 125)}
	if got, err := e.List(t.Context()); got != nil || err == nil || err.Error() != "listing the images of podman: podman: it is broken" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestShortNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a:local": "a:local", "localhost/a:local": "a:local", "docker.io/library/a:local": "a:local", "docker.io/e/a:local": "e/a:local",
		"ghcr.io/e/a:local": "ghcr.io/e/a:local", "localhost:5000/a:local": "localhost:5000/a:local", "library/a": "library/a", "": "", "localhost/localhost/a": "localhost/a",
	} {
		if got := engine.ShortName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// Ctrl-C is told as it is, not as something that the engine said.
func TestACallThatIsInterrupted(t *testing.T) {
	e := engine.Engine{Name: engine.Docker, Program: prints(t, "docker", "[]"), Builder: engine.Buildx}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, inspected := e.Inspect(ctx, "a")
	_, all := e.InspectAll(ctx, []string{"a"})
	_, listed := e.List(ctx)
	_, driver := e.Driver(ctx, "b")
	_, found := engine.Find(ctx, engine.FindOptions{Getenv: func(string) string { return "" }})
	for what, err := range map[string]error{"Inspect": inspected, "InspectAll": all, "List": listed, "Driver": driver, "Find": found} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// podman and buildah stop at a DOCKER_CONFIG that holds no config.json.
func TestDockerConfigOfPodman(t *testing.T) {
	empty, full := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, dir, want string
	}{
		{engine.Podman, empty, "-"}, {engine.Buildah, empty, "-"}, {engine.Podman, full, full}, {engine.Buildah, full, full},
		{engine.Docker, empty, empty}, {engine.Nerdctl, empty, empty}, {engine.Podman, "", "-"},
	} {
		t.Setenv("DOCKER_CONFIG", tt.dir)
		program := scripted(t, tt.name, `echo "${DOCKER_CONFIG:--}"`)
		got, err := engine.Engine{Name: tt.name, Program: program}.List(t.Context())
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("%s with %q: %q, %v", tt.name, tt.dir, got, err)
		}
	}
}
