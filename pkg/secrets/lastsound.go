package secrets

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
)

// lookBack is how many versions of a file are tried.
const lookBack = 50

// lastSound gives the latest committed version of a file whose signature holds.
func (o *opened) lastSound(ctx context.Context, path string, opts OpenOptions) (*opened, string) {
	log, err := git(ctx, path, "log", "--format=%H", "-n", strconv.Itoa(lookBack), "--", filepath.Base(path))
	if err != nil {
		return nil, ""
	}
	for _, commit := range strings.Fields(string(log)) {
		text, err := git(ctx, path, "show", commit+":./"+filepath.Base(path))
		if err != nil {
			continue
		}
		if v := o.version(ctx, text, opts); v != nil && !v.spoilt {
			return v, commit
		}
	}
	return nil, ""
}

// version opens an older text of the file: as a rule its data key is the same.
func (o *opened) version(ctx context.Context, text []byte, opts OpenOptions) *opened {
	d, err := parse(o.file, o.format, text)
	if err != nil {
		return nil
	}
	t, err := d.sealedTree()
	if err != nil {
		return nil
	}
	if v, err := d.open(t, o.key); err == nil && !v.spoilt {
		return v
	}
	if v, err := d.unlock(ctx, opts); err == nil {
		return v
	}
	return nil
}

// git runs git in the repository that a file is in.
func git(ctx context.Context, path string, args ...string) ([]byte, error) {
	out, err := gitcmd.Git{Dir: filepath.Dir(path)}.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, args...)
	if gitcmd.Status(err) > 0 {
		return nil, fault.Failedf("%w", err)
	}
	return out.Stdout, err
}
