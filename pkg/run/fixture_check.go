package run

import (
	"fmt"
	"os"
	"slices"
)

// checkFixture reads a whole fixture before anything is started, so that a
// line that is none is told of before a store has got what stands above it.
// What can be read only once, a pipe or stdin, is checked as it comes.
func (o *PreviewOptions) checkFixture() error {
	if o.Fixture == "" || o.Fixture == "-" {
		return nil
	}
	if info, err := os.Stat(o.Fixture); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	f, err := openFixture(o.Fixture, nil)
	if err != nil {
		return err
	}
	defer f.close()
	for !f.ended {
		if _, _, err := f.next(); err != nil {
			return err
		}
	}
	return nil
}

// checkRead warns of a collection that no binding reads: its documents go nowhere,
// as with Flow, and mostly because its name has a slip in it.
func (p *preview) checkRead(collection string) {
	if !slices.ContainsFunc(p.bindings, func(b *bound) bool { return b.Collection == collection }) {
		p.warnOnce(fmt.Sprintf("the fixture has documents of %q, which the task does not read", collection))
	}
}
