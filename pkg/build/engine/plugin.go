package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// hasBuildx tells whether a docker has its plugin, while the engine is asked too.
// Where the file of the plugin is found, docker is not asked: it starts the
// plugin twice to answer, which takes as long as all else that precedes a build.
func (o FindOptions) hasBuildx(ctx context.Context, c candidate) <-chan bool {
	has := make(chan bool, 1)
	switch {
	case c.name != Docker || o.Images || o.Builder == "" && o.refusesBuildKit():
		has <- false
	case o.seesPlugin(c.program):
		has <- true
	default:
		go func() {
			_, err := proc.Run(ctx, proc.Cmd{Argv: []string{c.program, "buildx", "version"}})
			has <- err == nil
		}()
	}
	return has
}

// seesPlugin looks where docker looks for plugins: in the user's configuration
// and beside the program.
// https://github.com/docker/cli/blob/master/cli-plugins/manager/manager_unix.go
func (o FindOptions) seesPlugin(program string) bool {
	dir := o.Getenv("DOCKER_CONFIG")
	if home := o.Getenv("HOME"); dir == "" && home != "" {
		dir = filepath.Join(home, ".docker")
	}
	var places []string
	if dir != "" {
		places = append(places, dir)
	}
	if path, err := proc.Look(program); err == nil {
		prefix := filepath.Dir(filepath.Dir(path))
		places = append(places, filepath.Join(prefix, "lib", "docker"), filepath.Join(prefix, "libexec", "docker"))
	}
	for _, place := range places {
		info, err := os.Stat(filepath.Join(place, "cli-plugins", "docker-buildx"))
		if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 && info.Size() > 0 {
			return true
		}
	}
	return false
}

// refusesBuildKit tells that the user wants the classic builder.
func (o FindOptions) refusesBuildKit() bool {
	wish := o.Getenv("DOCKER_BUILDKIT")
	return wish == "0" || strings.EqualFold(wish, "false")
}
