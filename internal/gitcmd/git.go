package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Setting is one value of git's configuration.
type Setting struct{ Key, Value string }

// Git is the git program, started in a folder.
type Git struct {
	Dir      string     // working directory
	Env      []string   // KEY=VALUE, over the inherited environment
	Settings []Setting  // over all of git's configuration; they are not on the command line, so they may hold a URL
	Locale   bool       // keep the user's locale, for what runs hooks
	Terminal bool       // git may ask the person at the terminal
	Stdout   io.Writer  // gets stdout as it comes, instead of the Output
	Stderr   io.Writer  // gets a copy of stderr while git runs
	Hold     []*os.File // locks that git keeps when connkit is killed
}

// misleading are variables by which a surrounding git command, such as one
// that runs a hook, speaks to git commands about its own repository.
var misleading = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX",
	"GIT_NAMESPACE", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_CONFIG", "GIT_DEFAULT_HASH",
	"GIT_ATTR_SOURCE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_EXTERNAL_DIFF",
	"GIT_DIFF_OPTS", "GIT_INTERNAL_SUPER_PREFIX", "GIT_IMPLICIT_WORK_TREE", "GIT_REFLOG_ACTION", "GIT_MERGE_VERBOSITY", "GIT_FLUSH",
}

// With gives the program with more in its environment.
func (g Git) With(env ...string) Git {
	g.Env = append(append([]string{}, g.Env...), env...)
	return g
}

// WithSettings gives the program with more settings.
func (g Git) WithSettings(s ...Setting) Git {
	g.Settings = append(append([]Setting{}, g.Settings...), s...)
	return g
}

// Run runs git to its end. A status other than 0 is a [*proc.Error].
func (g Git) Run(ctx context.Context, args ...string) (proc.Output, error) {
	return g.Feed(ctx, nil, args...)
}

// Feed is Run with a standard input.
func (g Git) Feed(ctx context.Context, stdin io.Reader, args ...string) (proc.Output, error) {
	out, err := proc.Run(ctx, g.command(stdin, args))
	var missing *fault.Error
	if errors.As(err, &missing) && missing.Kind == fault.Environment && missing.Hint == "" { // it is git itself
		missing.Hint = "apt install git, or brew install git"
	}
	return out, err
}

// Pipe runs git with what another git prints as its standard input, and gives what it prints itself.
func (g Git) Pipe(ctx context.Context, to Git, stdin []byte, from, into []string) (proc.Output, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		g.Stdout = w
		_, err := g.Feed(ctx, bytes.NewReader(stdin), from...)
		_ = w.CloseWithError(err)
		failed <- err
	}()
	out, err := to.Feed(ctx, r, into...)
	if err != nil {
		_ = r.CloseWithError(io.ErrClosedPipe)
		cancel(err)
	}
	_, _ = io.Copy(io.Discard, r) // what one that ended well had no need of: the first one's own end counts, not a broken pipe
	if first := <-failed; first != nil && !errors.Is(first, io.ErrClosedPipe) && (err == nil || !errors.Is(first, err)) {
		return out, first
	}
	return out, err
}

func (g Git) command(stdin io.Reader, args []string) proc.Cmd {
	env := []string{"GIT_OPTIONAL_LOCKS=0", "GIT_ADVICE=0", "GCM_INTERACTIVE=never"}
	if !g.Locale {
		env = append(env, "LC_ALL=C", "LANGUAGE=")
	}
	if !g.Terminal {
		env = append(env, "GIT_TERMINAL_PROMPT=0")
	}
	env = append(env, settingsEnv(g.Settings)...)
	return proc.Cmd{
		Argv: append([]string{"git"}, args...), Dir: g.Dir, Env: append(env, g.Env...), Unset: misleading,
		Stdin: stdin, Stdout: g.Stdout, Discard: g.Stdout != nil, Stderr: g.Stderr, Terminal: g.Terminal, Hold: g.Hold,
	}
}

// settingsEnv spells settings as git reads them from its environment, behind those that are there already.
func settingsEnv(list []Setting) []string {
	if len(list) == 0 {
		return nil
	}
	n, _ := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT")) // none is 0
	var env []string
	for i, s := range list {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n+i, s.Key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n+i, s.Value))
	}
	return append(env, "GIT_CONFIG_COUNT="+strconv.Itoa(n+len(list)))
}

// Status gives the exit status of a git that failed, 0 for none, -1 when it did not run to its end.
func Status(err error) int {
	var exit *proc.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.Status
	}
	return -1
}
