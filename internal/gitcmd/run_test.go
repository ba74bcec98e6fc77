package gitcmd_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/testkit"
)

// scripted puts a git that is a shell script first in PATH.
func scripted(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	testkit.Program(t, filepath.Join(dir, "git"), "#!/bin/sh\n"+script+"\n")
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// What keeps a repository from being opened is told by kind, with what helps.
func TestRepositoriesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		script     string
		kind       fault.Kind
		want, hint string
	}{
		{
			"echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128", fault.Blocked,
			"it belongs to somebody else, so git does not trust it", "git config --global --add safe.directory " + dir,
		},
		{"echo 'fatal: not a git repository (or any of the parent directories): .git' >&2; exit 128", fault.Usage, "there is none", "run it in a clone of the monorepo, or git init"},
		{"echo 'fatal: bad config line 1 in file .git/config' >&2; exit 128", fault.Failed, "git: fatal: bad config line 1 in file .git/config", ""},
		{"printf '/g\\n/g\\nsha1\\nfalse\\ntrue\\nfalse\\n'; exit 128", fault.Blocked, "it is bare, so there are no files to write", "run it in a clone with a work tree"},
		{"printf '/g\\n/g\\nsha1\\nfalse\\nfalse\\nfalse\\n'; exit 128", fault.Blocked, "it is the inside of .git", "run it in a clone with a work tree"},
		{"echo odd", fault.Failed, `git says "odd"`, ""},
	} {
		scripted(t, tt.script)
		_, err := gitcmd.Open(t.Context(), dir)
		if fault.KindOf(err) != tt.kind || err.Error() != `opening the repository in "`+dir+`": `+tt.want || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: got %v (%s), hint %q", tt.script, err, fault.KindOf(err), fault.HintOf(err))
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := gitcmd.Open(t.Context(), dir); fault.KindOf(err) != fault.Environment || fault.HintOf(err) != "apt install git, or brew install git" {
		t.Errorf("without git: %v, hint %q", err, fault.HintOf(err))
	}
}

// git speaks English, asks nobody and takes no lock, unless it is told to.
func TestTheEnvironmentOfGit(t *testing.T) {
	scripted(t, `echo "$LC_ALL|$LANGUAGE|$GIT_TERMINAL_PROMPT|$GIT_OPTIONAL_LOCKS|$GCM_INTERACTIVE|$GIT_DIR|$GIT_CONFIG_COUNT|$GIT_CONFIG_KEY_0|$GIT_CONFIG_VALUE_0|$*"`)
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	t.Setenv("LANGUAGE", "de")
	t.Setenv("GIT_DIR", "/elsewhere")
	t.Setenv("GIT_TERMINAL_PROMPT", "")
	plain := gitcmd.Git{}
	setting := gitcmd.Setting{Key: "remote.up.url", Value: "https://u:hunter2@h/x"}
	for name, tt := range map[string]struct {
		git  gitcmd.Git
		want string
	}{
		"plain":               {plain, "C||0|0|never|||||status"},
		"with the locale":     {gitcmd.Git{Locale: true}, "de_DE.UTF-8|de|0|0|never|||||status"},
		"that may ask":        {gitcmd.Git{Terminal: true}, "C|||0|never|||||status"},
		"with a setting":      {plain.WithSettings(setting), "C||0|0|never||1|remote.up.url|https://u:hunter2@h/x|status"},
		"with a variable":     {plain.With("LC_ALL=fr"), "fr||0|0|never|||||status"},
		"the last one counts": {plain.With("LC_ALL=fr").With("LC_ALL=it"), "it||0|0|never|||||status"},
	} {
		out, err := tt.git.Run(t.Context(), "status")
		if err != nil || out.Text() != tt.want {
			t.Errorf("%s: got %s, %v", name, out.Text(), err)
		}
	}
	if len(plain.Settings) > 0 || len(plain.Env) > 0 {
		t.Error("the first was changed")
	}
	t.Setenv("GIT_CONFIG_COUNT", "many") // what is no number is none
	if out, err := plain.WithSettings(setting).Run(t.Context(), "x"); err != nil || !strings.Contains(out.Text(), "|1|remote.up.url|") {
		t.Errorf("got %s, %v", out.Text(), err)
	}
}

// A derived git shares nothing with the one that it comes from.
func TestDerivedGitsAreTheirOwn(t *testing.T) {
	t.Parallel()
	base := gitcmd.Git{Env: make([]string, 0, 8), Settings: make([]gitcmd.Setting, 0, 8)}
	one, two := base.With("A=1"), base.With("A=2")
	if one.Env[0] != "A=1" || two.Env[0] != "A=2" {
		t.Errorf("%q, %q", one.Env, two.Env)
	}
	first, second := base.WithSettings(gitcmd.Setting{Key: "a"}), base.WithSettings(gitcmd.Setting{Key: "b"})
	if first.Settings[0].Key != "a" || second.Settings[0].Key != "b" {
		t.Errorf("%v, %v", first.Settings, second.Settings)
	}
}

func TestWhatGitIsFedAndSays(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	git := gitcmd.Git{Dir: repo}
	out, err := git.Feed(t.Context(), strings.NewReader("hello\n"), "hash-object", "--stdin")
	if err != nil || out.Text() != "ce013625030ba8dba906f756967f9e9ca394464a" {
		t.Errorf("%s, %v", out.Text(), err)
	}
	var said bytes.Buffer
	git.Stderr = &said
	_, err = git.Run(t.Context(), "cat-file", "-p", "nope")
	var exit *proc.Error
	if !errors.As(err, &exit) || gitcmd.Status(err) != 128 || !strings.Contains(said.String(), "Not a valid object name") || !strings.HasPrefix(err.Error(), "git: fatal: Not a valid object name") {
		t.Errorf("%v, %q", err, said.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := git.Run(ctx, "status"); fault.KindOf(err) != fault.Interrupted || gitcmd.Status(err) != -1 {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := (gitcmd.Git{Dir: filepath.Join(repo, "gone")}).Run(t.Context(), "status"); err == nil || gitcmd.Status(err) != -1 {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// Neither half of a pipe waits for the other for ever, and the error is of the one that failed.
func TestPipesThatBreak(t *testing.T) {
	t.Parallel()
	repo, commit := testkit.Repo(t, map[string]string{"a": strings.Repeat("much\n", 40000)})
	git := gitcmd.Git{Dir: repo}
	out, err := git.Pipe(t.Context(), git, nil, []string{"cat-file", "blob", "HEAD:a"}, []string{"hash-object", "--stdin"})
	if err != nil || out.Text() != testkit.Git(t, repo, "rev-parse", "HEAD:a") {
		t.Errorf("%s, %v", out.Text(), err)
	}
	_, err = git.Pipe(t.Context(), git, nil, []string{"cat-file", "blob", "HEAD:a"}, []string{"no-such-verb"})
	if err == nil || !strings.Contains(err.Error(), "no-such-verb") {
		t.Errorf("one that reads nothing: %v", err)
	}
	_, err = git.Pipe(t.Context(), git, nil, []string{"cat-file", "blob", "HEAD:gone"}, []string{"hash-object", "--stdin"})
	if err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("one that writes nothing: %v", err)
	}
	if _, err := git.Pipe(t.Context(), git, []byte(commit), []string{"cat-file", "--batch"}, []string{"rev-parse", "HEAD"}); err != nil {
		t.Errorf("one that reads nothing and ends well: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := git.Pipe(ctx, git, nil, []string{"cat-file", "blob", "HEAD:a"}, []string{"hash-object", "--stdin"}); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

func TestNamesOfObjects(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]int{"sha1": 40, "sha256": 64} {
		if got := (&gitcmd.Repo{Format: format}).HashLen(); got != want {
			t.Errorf("%s: got %d", format, got)
		}
	}
	if got := (&gitcmd.Repo{Top: "/t"}).Git(); got.Dir != "/t" {
		t.Errorf("got %+v", got)
	}
}
