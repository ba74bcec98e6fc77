package tour

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// grace is how long a command may clean up after an interrupt: it may have a
// connector and a container to end itself.
const grace = 20 * time.Second

// run runs one command of a step. The word connkit is the program of this tour.
func (st *stage) run(ctx context.Context, c *Command, s *Step) error {
	argv := slices.Clone(c.Argv)
	if argv[0] == "connkit" {
		argv[0] = st.o.Program
	}
	cmd := st.proc(argv, s.engine)
	cmd.Grace = grace
	st.o.Watch.Command(c)
	began := time.Now()
	out, err := proc.Run(ctx, cmd)
	c.Seconds = time.Since(began).Seconds()
	c.Output = string(out.Stdout)
	var exit *proc.Error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	if exit != nil {
		c.Exit = exit.Status
	}
	st.o.Watch.Ran(c)
	if c.Exit != c.Expected {
		return c.ended(s)
	}
	return nil
}

// git runs git for the tour itself, in a folder of it.
func (st *stage) git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := st.proc(append([]string{"git"}, args...), false)
	cmd.Dir, cmd.Merged = dir, false
	cmd.Env = slices.DeleteFunc(cmd.Env, func(kv string) bool { return strings.HasPrefix(kv, "GIT_CONFIG_COUNT=") })
	out, err := proc.Run(ctx, cmd)
	return string(out.Stdout), err
}
