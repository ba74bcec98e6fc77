package run

import (
	"strings"
	"testing"
)

func TestArgvOfAContainer(t *testing.T) {
	t.Parallel()
	var both, entry, command image
	both.Config.Entrypoint, both.Config.Cmd = []string{"/flow", "-x"}, []string{"serve"}
	entry.Config.Entrypoint = []string{"/flow"}
	command.Config.Cmd = []string{"sh", "-c", "x"}
	for _, tt := range []struct {
		c    container
		want string
	}{
		{
			container{engine: engine{program: "docker", init: true}, image: entry, ref: "x:local", env: []string{"A=1", "B=2"}},
			"docker run --rm -i --name N --log-driver none --pull never --init --env A=1 --env B=2 x:local",
		},
		{
			container{engine: engine{program: "podman", podman: true}, image: command, ref: "x:local", network: "host"},
			"podman run --rm -i --name N --log-driver none --pull never --network host x:local",
		},
		{ // Flow starts the entrypoint alone, and docker would add the command to it
			container{engine: engine{program: "docker"}, image: both, ref: "x:local"},
			"docker run --rm -i --name N --log-driver none --pull never --entrypoint /flow x:local -x",
		},
	} {
		if got := strings.Join(tt.c.argv("N"), " "); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	if got := strings.Join(engine{program: "podman", podman: true}.remove("N"), " "); got != "podman rm --force --time 0 N" {
		t.Error(got)
	}
}

// The tini that nerdctl puts in is this machine's, and does not start in every image.
func TestWhoPutsAnInitIn(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]bool{"docker": true, "/usr/bin/docker": true, "nerdctl": false, "/opt/nerdctl": false} {
		if got := (engine{program: program}).hasInit(); got != want {
			t.Errorf("%s: got %v", program, got)
		}
	}
}

func TestImageWithoutTag(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"x": "x", "x:1": "x", "localhost:5000/x": "localhost:5000/x", "localhost:5000/x:1": "localhost:5000/x", "x:1@sha256:00": "x",
	} {
		if got := withoutTag(ref); got != want {
			t.Errorf("%s: got %s", ref, got)
		}
	}
}
