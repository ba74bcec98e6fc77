package upstream

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
)

// destination is where an import goes.
type destination struct {
	path   string // slash path from the top of the repository
	folder bool   // it was written with a slash behind
	note   string // how it was understood, where that is not plain
}

// findDest reads DEST: relative to root wherever the user stands, or absolute.
// It stays inside the repository and outside of .git and of repositories in it;
// a symlink inside the repository is followed.
func findDest(top, root, dir, arg string) (destination, error) {
	if err := checkText("destination", arg); err != nil {
		return destination{}, err
	}
	full := filepath.Clean(arg)
	if !filepath.IsAbs(arg) {
		full = filepath.Join(root, arg)
	}
	real, err := realPath(full)
	if err != nil {
		return destination{}, err
	}
	rel, err := filepath.Rel(top, real)
	d := destination{path: filepath.ToSlash(rel), folder: strings.HasSuffix(arg, "/")}
	switch {
	case err != nil || !filepath.IsLocal(rel):
		return d, fault.Usagef("choosing the destination %q: it is outside of the repository %q", arg, top)
	case rel == ".":
		return d, fault.Usagef("choosing the destination %q: it is the top of the repository", arg).WithHint("name a folder in it, such as source-bigdata")
	}
	for part := range strings.SplitSeq(d.path, "/") {
		if strings.EqualFold(part, ".git") || strings.EqualFold(part, "git~1") || strings.HasPrefix(part, "-") {
			return d, fault.Usagef("choosing the destination %q: %q can be no part of it", arg, part)
		}
	}
	if err := d.checkFolders(top, arg); err != nil {
		return d, err
	}
	lexical, _ := filepath.Rel(top, full)
	switch {
	case !filepath.IsAbs(arg) && dir != root:
		d.note = "the destination is seen from the root: " + d.path
	case filepath.ToSlash(lexical) != d.path && filepath.IsLocal(lexical):
		d.note = fmt.Sprintf("%s is a symlink to %s", filepath.ToSlash(lexical), d.path)
	}
	return d, nil
}

// checkFolders wants that nothing on the way is a file, or a repository of its own.
func (d destination) checkFolders(top, arg string) error {
	parts := strings.Split(d.path, "/")
	for i := range parts {
		at := filepath.Join(top, filepath.FromSlash(path.Join(parts[:i+1]...)))
		info, err := os.Lstat(at)
		if err != nil {
			return nil //nolint:nilerr // from here on nothing is there yet
		}
		if i < len(parts)-1 && !info.IsDir() {
			return fault.Usagef("choosing the destination %q: %q is a file", arg, path.Join(parts[:i+1]...))
		}
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return fault.Blockedf("choosing the destination %q: %q is a repository of its own", arg, path.Join(parts[:i+1]...)).
				WithHint("run connkit inside of it, or choose another folder")
		}
	}
	return nil
}

// realPath follows the symlinks of a path of which the end may not be there yet.
func realPath(p string) (string, error) {
	var rest []string
	for at := p; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(append([]string{real}, rest...)...), nil
		}
		if info, lerr := os.Lstat(at); lerr == nil && info.Mode()&os.ModeSymlink != 0 {
			return "", fault.Usagef("choosing the destination %q: %q is a symlink that leads nowhere", p, at)
		}
		if filepath.Dir(at) == at {
			return "", fmt.Errorf("choosing the destination %q: %w", p, err)
		}
		rest = append([]string{filepath.Base(at)}, rest...)
	}
}

// checkText refuses what cannot stand in a record.
func checkText(what, s string) error {
	switch {
	case s == "":
		return fault.Usagef("choosing the %s: it is empty", what)
	case !utf8.ValidString(s):
		return fault.Usagef("choosing the %s %q: it is not UTF-8", what, s)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fault.Usagef("choosing the %s %q: it holds a control character", what, s)
	}
	return nil
}

// checkUpstreamPath gives a path of the upstream in git's spelling.
func checkUpstreamPath(what, p string) (string, error) {
	if p != "" {
		if err := checkText(what, p); err != nil {
			return "", err
		}
	}
	clean := cleanUpstreamPath(p)
	for part := range strings.SplitSeq(clean, "/") {
		if part == ".." || strings.EqualFold(part, ".git") {
			return "", fault.Usagef("choosing the %s %q: %q can be no part of it", what, p, part)
		}
	}
	return clean, nil
}
