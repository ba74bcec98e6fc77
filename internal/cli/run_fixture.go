package cli

import (
	"os"
	"path/filepath"

	"github.com/connkit/connkit/pkg/run"
)

// fixtureName is the file in a connector that its documents are taken from
// where no other is named. The templates bring one.
const fixtureName = "fixture.jsonl"

// fixtureOf gives the fixture of a call: the one that is named, else the
// connector's own. Captures take none.
func (a *app) fixtureOf(o run.Options, named string) string {
	switch {
	case named == "-":
		return named
	case named != "":
		return a.absolute(named)
	case o.Kind == "capture" || o.Kind == "":
		return ""
	}
	own := filepath.Join(o.Dir, fixtureName)
	if info, err := os.Stat(own); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return own
}
