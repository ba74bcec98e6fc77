package gitcmd

import (
	"context"
	"strconv"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// minimum is the first git that merges trees without a work tree (merge-tree --write-tree).
const minMajor, minMinor = 2, 38

var versionForm = pattern.Lazy(`(\d+)\.(\d+)`)

// CheckVersion wants git 2.38 or newer; an older or missing one is a
// [fault.Environment] error.
func CheckVersion(ctx context.Context) error {
	out, err := Git{}.Run(ctx, "version")
	if err != nil {
		return err
	}
	m := versionForm().FindStringSubmatch(out.Text())
	if m == nil {
		return fault.Environmentf("looking at git: %q is no version", out.Text())
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	if major < minMajor || major == minMajor && minor < minMinor {
		return fault.Environmentf("looking at git: it is %s, and %d.%d or newer is needed", m[0], minMajor, minMinor).
			WithHint("update git: https://git-scm.com/downloads")
	}
	return nil
}
