package upstream

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
)

// converting are the attributes by which git stores something else than stands in the work tree.
var converting = []string{"text", "eol", "filter", "ident", "working-tree-encoding", "crlf"}

// attributesMatter tells whether anything on the way to dest can set attributes.
func (w *work) attributesMatter() bool {
	for _, l := range w.oursLeaves {
		if path.Base(l.Path) == ".gitattributes" {
			return true
		}
	}
	return w.mono.hasAttributes(w.dest)
}

func (m *monorepo) hasAttributes(dest string) bool {
	for _, c := range m.config {
		if c.Key == "core.attributesfile" || c.Key == "core.autocrlf" && c.Value != "false" {
			return true
		}
	}
	files := []string{filepath.Join(m.CommonDir, "info", "attributes"), filepath.Join(m.Top, ".gitattributes"), "/etc/gitattributes"}
	if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".config", "git", "attributes"))
	}
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		files = append(files, filepath.Join(dir, "git", "attributes"))
	}
	for dir := dest; dir != "."; dir = path.Dir(dir) {
		files = append(files, filepath.Join(m.Top, filepath.FromSlash(dir), ".gitattributes"))
	}
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			return true
		}
	}
	return false
}

// normalise stores files as git add would, where attributes of the monorepo
// want line endings or a filter that upstream's files have not been through:
// else git would show them as changed as soon as they are there. Files in
// conflict are left to the person who resolves them.
func (m *monorepo) normalise(ctx context.Context, git gitcmd.Git, s *state) error {
	list, err := m.between(ctx, s)
	if err != nil {
		return err
	}
	if !m.hasAttributes(s.Dest) && !anyAttributes(list) {
		return nil
	}
	conflict := map[string]bool{}
	for _, st := range s.Stages {
		conflict[string(st.Path)] = true
	}
	var paths strings.Builder
	for _, d := range list {
		if !d.new.IsZero() && !conflict[d.path] && strings.HasPrefix(string(d.new.Mode), "100") {
			paths.WriteString(d.path + "\x00")
		}
	}
	out, err := git.Feed(ctx, strings.NewReader(paths.String()), append([]string{"check-attr", "-z", "--stdin"}, converting...)...)
	if err != nil {
		return fmt.Errorf("reading attributes: %w", err)
	}
	var add strings.Builder
	parts := strings.Split(string(out.Stdout), "\x00")
	for last := ""; len(parts) >= 3; parts = parts[3:] {
		if parts[0] != last && converts(parts[1], parts[2]) {
			last = parts[0]
			add.WriteString(last + "\x00")
		}
	}
	if add.Len() == 0 {
		return nil
	}
	_, err = git.With("GIT_LITERAL_PATHSPECS=1").Feed(ctx, strings.NewReader(add.String()),
		"add", "--renormalize", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul")
	if err == nil {
		// What is stored now may be written otherwise, and git takes a file that is there for good.
		for p := range strings.SplitSeq(strings.TrimSuffix(add.String(), "\x00"), "\x00") {
			_ = os.Remove(filepath.Join(m.Top, filepath.FromSlash(p))) // gone already is fine
		}
		_, err = git.Feed(ctx, strings.NewReader(add.String()), "checkout-index", "-q", "-f", "-u", "-z", "--stdin")
	}
	if err != nil {
		return fmt.Errorf("storing the files as the attributes of this repository want: %w", err)
	}
	return nil
}

func anyAttributes(list []delta) bool {
	for _, d := range list {
		if path.Base(d.path) == ".gitattributes" {
			return true
		}
	}
	return false
}

// converts tells whether an attribute makes git store something else. text=auto
// does not: git leaves alone what is stored with CRLF.
func converts(name, value string) bool {
	switch value {
	case "unspecified", "unset", "auto":
		return false
	}
	return name != "crlf" || value != "input"
}
