package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// failure is an engine that was tried in vain.
type failure struct {
	candidate
	err error
}

// missing says that no engine answers: which were tried, and how to get one.
func missing(tried []failure) error {
	var texts, hints []string
	for _, f := range tried {
		texts = append(texts, f.program+": "+f.err.Error())
		if hint := f.hint(); hint != "" {
			hints = append(hints, hint)
		}
	}
	return fault.Environmentf("looking for a container engine: none answers (%s)", strings.Join(texts, "; ")).
		WithHint("%s", strings.Join(hints, "\n"))
}

// hint says how to start what is there, or, for the first two, how to install it.
func (f failure) hint() string {
	there := !errors.Is(f.err, errNotThere)
	switch {
	case f.name == Docker && there:
		return "start docker: sudo systemctl start docker, or open Docker Desktop; docker context ls shows where it is looked for"
	case f.name == Docker:
		return "install docker: apt install docker.io, or https://docs.docker.com/get-docker/"
	case f.name == Podman && there:
		return "start podman: podman machine start (macOS), or podman info to see why"
	case f.name == Podman:
		return "or podman, which needs no engine: apt install podman, or brew install podman"
	case there:
		return fmt.Sprintf("%s is there and fails: %s info", f.program, f.program)
	}
	return ""
}
