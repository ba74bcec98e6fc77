package migrate

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
)

// largest is how large a file may be that is looked into: what people write is smaller.
const largest = 1 << 20

// foreign are folders of code that is not the repository's own.
var foreign = []string{"node_modules", "vendor", "third_party", ".venv", "testdata", ".snapshots", "__snapshots__"}

// listFiles lists the files that git tracks or would take, by name.
func listFiles(ctx context.Context, root string) ([]string, error) {
	out, err := gitcmd.Git{Dir: root}.Run(ctx, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if fault.KindOf(err) == fault.Environment {
			return nil, err
		}
		return nil, fault.Usagef("listing the files of %q: %w", root, err).WithHint("run it in a clone of the monorepo, or git init")
	}
	var files []string
	for file := range strings.SplitSeq(string(out.Stdout), "\x00") {
		if file != "" && !slices.ContainsFunc(strings.Split(path.Dir(file), "/"), func(dir string) bool { return slices.Contains(foreign, dir) }) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files, nil
}

// readText reads a file that people may have written: no link, not large, UTF-8 text.
func readText(root, file string) ([]byte, bool) {
	name := filepath.Join(root, filepath.FromSlash(file))
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > largest {
		return nil, false
	}
	text, err := os.ReadFile(name)
	return text, err == nil && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
}
