package debug

import (
	"path/filepath"
	"slices"
	"strings"
)

// goCall is a command line of a Go connector, in its parts.
type goCall struct {
	build []string // go build without what it builds into; nil for a program that is built already
	args  []string // of the connector; without a build its program stands first
}

// valueless are the build flags without a value (go help build).
var valueless = []string{"a", "n", "v", "x", "race", "msan", "asan", "cover", "work", "trimpath", "modcacherw", "linkshared", "buildvcs", "json"}

// parseGo takes a command line apart. What go run builds is built with all that
// a debugger needs: no optimisation, no trimmed paths, nothing stripped.
func parseGo(argv []string) goCall {
	if len(argv) < 3 || filepath.Base(argv[0]) != "go" || argv[1] != "run" {
		return goCall{args: argv}
	}
	words := argv[2:]
	build := []string{argv[0], "build"}
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		name, value, has := strings.Cut(strings.TrimLeft(words[0], "-"), "=")
		flag := words[:1]
		if !has && !slices.Contains(valueless, name) && len(words) > 1 {
			flag, value = words[:2], words[1]
		}
		words = words[len(flag):]
		switch name {
		case "trimpath", "gcflags", "exec", "o", "n": // without them, or in the way
		case "ldflags":
			if value = unstripped(value); value != "" {
				build = append(build, "-ldflags="+value)
			}
		default:
			build = append(build, flag...)
		}
	}
	build = append(build, "-trimpath=false", "-gcflags=all=-N -l")
	n := 1 // a package, or all files with a name of Go
	for n < len(words) && strings.HasSuffix(words[0], ".go") && strings.HasSuffix(words[n], ".go") {
		n++
	}
	n = min(n, len(words))
	return goCall{build: append(build, words[:n]...), args: words[n:]}
}

// unstripped takes out what leaves the debugger without names.
func unstripped(flags string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(flags), func(w string) bool { return w == "-s" || w == "-w" }), " ")
}

// command is the build into a file.
func (c goCall) command(file string) []string {
	argv := append(slices.Clone(c.build[:2]), "-o", file)
	return append(argv, c.build[2:]...)
}
