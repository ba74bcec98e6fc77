package gitcmd_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
)

// echo is a git that prints its arguments and environment.
func echo(t *testing.T) {
	t.Helper()
	dir := testkit.Tree(t, map[string]string{"git": "#!/bin/sh\nprintf '%s\\n' \"$@\"\nenv\n"})
	if err := os.Chmod(filepath.Join(dir, "git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// What git is started with: English for parsing, no prompts, settings in the
// environment alone, and nothing of a git command around.
func TestWhatGitIsStartedWith(t *testing.T) {
	echo(t)
	around := []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_QUARANTINE_PATH",
		"GIT_SHALLOW_FILE", "GIT_CONFIG", "GIT_LITERAL_PATHSPECS", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_DEFAULT_HASH", "GIT_ATTR_SOURCE"}
	for _, name := range around {
		t.Setenv(name, "of the command around")
	}
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	t.Setenv("GIT_SSH_COMMAND", "ssh -i key")
	t.Setenv("GIT_CONFIG_COUNT", "2")
	secret := gitcmd.Setting{Key: "remote.up.url", Value: "https://ann:s3cret@host/x"}
	lines := func(g gitcmd.Git, args ...string) []string {
		out, err := g.Run(t.Context(), args...)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(out.Text(), "\n")
	}
	got := lines(gitcmd.Git{Dir: t.TempDir()}.WithSettings(secret).With("MINE=1"), "fetch", "--", "-x")
	for _, want := range []string{"fetch", "--", "-x", "LC_ALL=C", "LANGUAGE=", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_ADVICE=0", "MINE=1", "GIT_SSH_COMMAND=ssh -i key",
		"GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_2=remote.up.url", "GIT_CONFIG_VALUE_2=https://ann:s3cret@host/x"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not there", want)
		}
	}
	if !slices.Equal(got[:3], []string{"fetch", "--", "-x"}) || slices.ContainsFunc(got[:3], func(s string) bool { return strings.Contains(s, "s3cret") }) {
		t.Errorf("arguments %q", got[:3])
	}
	for _, line := range got {
		name, value, _ := strings.Cut(line, "=")
		if slices.Contains(around, name) || value == "of the command around" {
			t.Errorf("%q is left", line)
		}
	}
	person := lines(gitcmd.Git{Dir: t.TempDir(), Locale: true, Terminal: true}, "commit")
	if !slices.Contains(person, "LC_ALL=de_DE.UTF-8") || slices.Contains(person, "GIT_TERMINAL_PROMPT=0") || slices.Contains(person, "GIT_CONFIG_KEY_2=remote.up.url") {
		t.Errorf("for a person: %q", person)
	}
}
