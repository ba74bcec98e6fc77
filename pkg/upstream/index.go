package upstream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
)

func explainIndex(err error) error {
	if err != nil {
		return fmt.Errorf("reading the state of the work tree: %w", err)
	}
	return nil
}

// withIndex is git on the copy of the index. A split index would leave its
// other half in the repository.
func (m *monorepo) withIndex() gitcmd.Git {
	git := m.git
	if m.held != nil {
		git.Hold = []*os.File{m.held}
	}
	return git.With("GIT_INDEX_FILE="+m.index, "GIT_OPTIONAL_LOCKS=1").WithSettings(gitcmd.Setting{Key: "core.splitIndex", Value: "false"})
}

// copyIndex copies the index with its time, by which git tells files that
// changed in the very moment that it was written. None is an empty one.
func copyIndex(from, to string) (fs.FileInfo, error) {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(from)
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err == nil {
		err = os.Chtimes(to, info.ModTime(), info.ModTime())
	}
	if err != nil {
		return nil, fmt.Errorf("copying the index: %w", err)
	}
	return info, nil
}

// sameIndex tells whether the index is the one that was copied.
func (m *monorepo) sameIndex() bool {
	now, err := os.Stat(filepath.Join(m.GitDir, "index"))
	if err != nil || m.copied == nil {
		return err != nil && m.copied == nil
	}
	return os.SameFile(now, m.copied) && now.Size() == m.copied.Size() && now.ModTime().Equal(m.copied.ModTime())
}

// statusLine is one changed path: how index differs from HEAD and work tree from index.
type statusLine struct {
	staged, changed byte // '.' for not
	unmerged        bool
	path            string
}

func parseStatus(out string) []statusLine {
	var list []statusLine
	for item := range strings.SplitSeq(out, "\x00") {
		fields := map[string]int{"1 ": 9, "u ": 11}[item[:min(2, len(item))]]
		if fields == 0 {
			continue
		}
		parts := strings.SplitN(item, " ", fields)
		if len(parts) == fields {
			list = append(list, statusLine{parts[1][0], parts[1][1], item[0] == 'u', parts[fields-1]})
		}
	}
	return list
}
