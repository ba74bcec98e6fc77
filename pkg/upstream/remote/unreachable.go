package remote

import (
	"errors"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
)

// unreachable explains why the upstream gave nothing.
func (q *Quarantine) unreachable(err error) error {
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return err
	}
	why := gitcmd.Scrub(lastFatal(exit.Stderr), q.remote.raw)
	e := fault.Environmentf("fetching from %s: %s", q.remote, why)
	switch {
	case strings.Contains(why, "mismatched algorithms"):
		return fault.Blockedf("fetching from %s: its object names are not of the kind of this repository (%s)", q.remote, q.format)
	case strings.Contains(why, "terminal prompts disabled"), strings.Contains(why, "Authentication failed"), strings.Contains(why, "could not read"):
		return e.WithHint("see that git can reach it: git ls-remote %s", q.remote)
	case strings.Contains(why, "dubious ownership"):
		return e.WithHint("git config --global --add safe.directory %s", strings.TrimPrefix(q.remote.URL, "file://"))
	}
	return e
}

// lastFatal gives the line of git's messages that says why.
func lastFatal(stderr string) string {
	best, at := "", 0
	for line := range strings.Lines(strings.ReplaceAll(stderr, "\r", "\n")) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "Could not read from remote repository") && best != "" {
			continue // what comes before it says why
		}
		for weight, mark := range []string{"error: ", "fatal: ", "ERROR: ", "remote error: ", "dubious ownership", "is not a git command"} {
			if strings.Contains(line, mark) && weight+1 >= at {
				best, at = line, weight+1
			}
		}
	}
	if best == "" {
		best = strings.TrimSpace(stderr[strings.LastIndexByte(strings.TrimSpace(stderr), '\n')+1:])
	}
	for _, mark := range []string{"fatal: ", "error: ", "remote: "} {
		best = strings.TrimPrefix(best, mark)
	}
	return best
}
