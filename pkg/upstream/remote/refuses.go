package remote

import (
	"errors"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

func says(err error, texts ...string) bool {
	var exit *proc.Error
	return errors.As(err, &exit) && slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(exit.Stderr, t) })
}

// refusesFilter tells whether the upstream, or git itself, wants another filter.
func refusesFilter(err error) bool {
	return says(err, "filter '", "filter-spec", "filter allows max depth")
}

// refusesName tells whether the upstream gives no object by its name, or has none of that name.
func refusesName(err error) bool {
	return says(err, "not our ref", "unadvertised object", "does not support exact SHA1", "couldn't find remote ref", "Couldn't find remote ref",
		"remote did not send all necessary objects", "unable to find remote ref")
}

// refusesDepth tells whether the upstream gives nothing without its history, as a plain file server does.
func refusesDepth(err error) bool {
	return says(err, "does not support shallow", "shallow capabilities")
}
