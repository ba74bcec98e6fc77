// Package testkit is what the tests of several rooms share: folders of files
// and git repositories with fixed names and dates.
package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Tree makes a temporary folder of files and gives its real path.
func Tree(tb testing.TB, files map[string]string) string {
	tb.Helper()
	root, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	Put(tb, root, files)
	return root
}

// Put writes files below dir. A name that ends in a slash is a folder.
func Put(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		folder := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			tb.Fatal(err)
		}
		if folder == path {
			continue
		}
		if err := write(path, text, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}

// Repo makes a git repository with one commit of the files and the tag v1, and
// gives its folder and the commit.
func Repo(tb testing.TB, files map[string]string) (dir, commit string) {
	tb.Helper()
	dir = Tree(tb, files)
	Git(tb, dir, "init", "-q", "-b", "main")
	Git(tb, dir, "add", "-A")
	Git(tb, dir, "commit", "-qm", "one")
	Git(tb, dir, "tag", "v1")
	return dir, Git(tb, dir, "rev-parse", "HEAD")
}

// Git runs git in dir and gives what it prints. Neither the configuration of who
// runs the test reaches it nor the variables of a hook that does, which would lead it
// to that person's own repository.
func Git(tb testing.TB, dir string, args ...string) string {
	tb.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...) //nolint:noctx // a test's own deadline ends it
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// GitBytes gives what git prints, byte for byte, of the repository whose .git is gitDir.
func GitBytes(tb testing.TB, gitDir string, args ...string) string {
	tb.Helper()
	cmd := exec.Command("git", append([]string{"--git-dir", gitDir}, args...)...) //nolint:noctx // a test's own deadline ends it
	cmd.Env = withoutGit(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

func withoutGit(environ []string) []string {
	return slices.DeleteFunc(environ, func(kv string) bool { return strings.HasPrefix(kv, "GIT_") })
}
