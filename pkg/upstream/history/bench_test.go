package history_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/license"
)

// A walk over thousands of commits of an upstream with hundreds of connectors,
// against git's own walk over the commits of the path.
func BenchmarkLastLicensed(b *testing.B) {
	const commits, connectors = 4000, 200
	state := files{"LICENSE": licenceText(b, "MIT")}
	for c := range connectors {
		for f := range 6 {
			state[fmt.Sprintf("connectors/source-%d/src/f%d.py", c, f)] = fmt.Sprintf("import x\n# %d\n", c)
		}
		state[fmt.Sprintf("connectors/source-%d/metadata.yaml", c)] = "data:\n  license: MIT\n"
	}
	var steps []files
	for i := range commits {
		c := i % connectors
		if i%10 == 0 {
			c = 7
		}
		step := files{fmt.Sprintf("connectors/source-%d/src/f%d.py", c, i%6): fmt.Sprintf("import y\n# %d\n", i)}
		if i == 0 {
			step = maps.Clone(state)
		}
		if i == commits/10 {
			step["connectors/source-7/metadata.yaml"] = "data:\n  license: ELv2\n"
		}
		steps = append(steps, step)
	}
	p := writeSteps(b, steps)
	claim, _ := license.Parse("MIT")
	b.Run("find", func(b *testing.B) {
		for range b.N {
			if f, err := p.read(b, true, false).LastLicensed(b.Context(), "connectors/source-7", claim); err != nil || f.Looked != commits-commits/10+1 {
				b.Fatalf("%+v, %v", f, err)
			}
		}
	})
	b.Run("fetch", func(b *testing.B) {
		for range b.N {
			p.read(b, true, false)
		}
	})
	b.Run("git-log-path", func(b *testing.B) {
		for range b.N {
			if _, err := (gitcmd.Git{Dir: p.dir}).Run(b.Context(), "log", "--format=%H", "main", "--", "connectors/source-7"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
