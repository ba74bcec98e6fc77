package fault_test

import (
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"bindings", "endpoint", "interval", "autoDiscover"}
	for s, want := range map[string]string{
		"binding":      "bindings",
		"endpiont":     "endpoint",
		"Discover":     "autoDiscover",
		"autodiscover": "autoDiscover",
		"x":            "",
		"":             "",
		"nothing like": "",
	} {
		if got := fault.Nearest(s, known); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
	if fault.Nearest("a", nil) != "" {
		t.Error("nothing is near nothing")
	}
}
