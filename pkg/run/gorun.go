package run

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// GoRun is a command line of go run, in its parts.
type GoRun struct {
	Go       string // as it is called
	Flags    []GoFlag
	Packages []string // a package, or all files with a name of Go
	Args     []string // of the program
}

// GoFlag is a build flag.
type GoFlag struct {
	Name, Value string
	Words       []string // as they stand in the command line
}

// valueless are the build flags without a value (go help build).
var valueless = []string{"a", "n", "v", "x", "race", "msan", "asan", "cover", "work", "trimpath", "modcacherw", "linkshared", "buildvcs", "json"}

// ParseGoRun takes a command line apart; ok is false when it is none of go run.
func ParseGoRun(argv []string) (g GoRun, ok bool) {
	if len(argv) < 3 || filepath.Base(argv[0]) != "go" || argv[1] != "run" {
		return g, false
	}
	g.Go = argv[0]
	words := argv[2:]
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		name, value, has := strings.Cut(strings.TrimLeft(words[0], "-"), "=")
		n := 1
		if !has && !slices.Contains(valueless, name) && len(words) > 1 {
			n, value = 2, words[1]
		}
		g.Flags = append(g.Flags, GoFlag{name, value, words[:n]})
		words = words[n:]
	}
	n := 1
	for n < len(words) && strings.HasSuffix(words[0], ".go") && strings.HasSuffix(words[n], ".go") {
		n++
	}
	n = min(n, len(words))
	g.Packages, g.Args = words[:n], words[n:]
	return g, true
}

// compiling is a command that compiles all of the program and links nothing:
// go run does that in no time. It is nil for a program of another module, which go list does not take.
func (g GoRun) compiling() []string {
	if len(g.Packages) == 0 || strings.Contains(g.Packages[0], "@") {
		return nil
	}
	argv := []string{g.Go, "list"}
	for _, f := range g.Flags {
		if !slices.Contains([]string{"exec", "n", "v", "x", "work"}, f.Name) {
			argv = append(argv, f.Words...)
		}
	}
	return append(append(argv, "-export", "-f", "{{.Name}}"), g.Packages...)
}

// compiled are the programs that this process has had compiled.
var compiled sync.Map

// compile has the program of go run compiled, once: no time runs for that, which
// may be minutes where nothing was compiled before. What is wrong with it go run tells itself.
func (l *local) compile(ctx context.Context, o *Options) error {
	g, ok := ParseGoRun(l.argv)
	if !ok {
		return nil
	}
	argv := g.compiling()
	key := strings.Join(append([]string{l.dir}, argv...), "\x00")
	if _, done := compiled.Load(key); done || argv == nil {
		return nil
	}
	c := l.command()
	c.Argv = argv
	s, err := proc.Start(c)
	if err != nil {
		return nil // it is told of when it is started
	}
	defer s.Stop(stopGrace)
	quiet, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = s.Wait(quiet) // what is wrong is told by go run
	if quiet.Err() != nil && ctx.Err() == nil {
		o.step("compiling " + g.Packages[0])
		_ = s.Wait(ctx)
		o.step("starting " + g.Packages[0])
	}
	if ctx.Err() == nil {
		compiled.Store(key, true)
	}
	return ctx.Err()
}

// patience is how long it may compile without a word.
const patience = 500 * time.Millisecond
