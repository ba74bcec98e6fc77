package debug

import (
	"context"
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// installDelve makes a dlv that runs in every image too.
const installDelve = "CGO_ENABLED=0 go install github.com/go-delve/delve/cmd/dlv@latest"

func (d *delve) check(ctx context.Context) (err error) {
	if d.program, err = findDelve(ctx); err != nil {
		return err
	}
	if d.o.Process.Container != nil && !isStatic(d.program) {
		return fault.Environmentf("looking for dlv: %q needs libraries that an image may lack", d.program).WithHint("%s", installDelve)
	}
	return nil
}

// findDelve looks in PATH, and where go install puts programs.
func findDelve(ctx context.Context) (string, error) {
	if program, err := proc.Look("dlv"); err == nil {
		return program, nil
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{"go", "env", "GOBIN", "GOPATH"}})
	if ctx.Err() != nil {
		return "", err
	}
	bin, paths, _ := strings.Cut(string(out.Stdout), "\n")
	places := []string{bin}
	for _, path := range filepath.SplitList(strings.TrimSpace(paths)) {
		places = append(places, filepath.Join(path, "bin"))
	}
	for _, place := range places {
		if !filepath.IsAbs(place) {
			continue
		}
		if program, err := proc.Look(filepath.Join(place, "dlv")); err == nil {
			return program, nil
		}
	}
	return "", fault.Environmentf("looking for dlv: it is neither in PATH nor where go install puts programs").WithHint("%s", installDelve)
}

// isStatic tells a program of Linux that needs no other file.
func isStatic(program string) bool {
	f, err := elf.Open(program)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // only read
	return !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}
