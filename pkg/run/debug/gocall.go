package debug

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/run"
)

// goCall is a command line of a Go connector, in its parts.
type goCall struct {
	build []string // go build without what it builds into; nil for a program that is built already
	args  []string // of the connector; without a build its program stands first
	dir   string   // that go changes to first (-C), and the connector is in; "" for none
}

// parseGo takes a command line apart. What go run builds is built with all that
// a debugger needs: no optimisation, no trimmed paths, nothing stripped.
func parseGo(argv []string) goCall {
	g, ok := run.ParseGoRun(argv)
	if !ok {
		return goCall{args: argv}
	}
	c := goCall{args: g.Args}
	build := []string{g.Go, "build"}
	for _, f := range g.Flags {
		switch f.Name {
		case "C":
			c.dir = f.Value
			build = append(build, f.Words...)
		case "trimpath", "gcflags", "exec", "o", "n": // without them, or in the way
		case "ldflags":
			if value := unstripped(f.Value); value != "" {
				build = append(build, "-ldflags="+value)
			}
		default:
			build = append(build, f.Words...)
		}
	}
	build = append(build, "-trimpath=false", "-gcflags=all=-N -l")
	c.build = append(build, g.Packages...)
	return c
}

// unstripped takes out what leaves the debugger without names.
func unstripped(flags string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(flags), func(w string) bool { return w == "-s" || w == "-w" }), " ")
}

// command is the build into a file. Go takes -C as the first flag alone.
func (c goCall) command(file string) []string {
	at := 2
	if c.dir != "" {
		at += slices.IndexFunc(c.build[2:], func(w string) bool { return strings.HasSuffix(w, c.dir) }) + 1
	}
	return slices.Insert(slices.Clone(c.build), at, "-o", file)
}
