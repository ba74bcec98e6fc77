package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestCode(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want int
	}{
		"done":               {nil, 0},
		"plain":              {errors.New("x"), 1},
		"failed":             {fault.Failedf("x"), 1},
		"usage":              {fault.Usagef("x"), 2},
		"environment":        {fault.Environmentf("x"), 3},
		"blocked":            {fault.Blockedf("x"), 4},
		"cancelled":          {fmt.Errorf("fetching: %w", context.Canceled), 130},
		"wrapped usage":      {fmt.Errorf("reading: %w", fault.Usagef("x")), 2},
		"outermost kind":     {&fault.Error{Kind: fault.Blocked, Err: fault.Usagef("x")}, 4},
		"deadline is failed": {context.DeadlineExceeded, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fault.Code(tt.err); got != tt.want {
				t.Errorf("Code(%v) = %d, want %d", tt.err, got, tt.want)
			}
		})
	}
}

func TestErrorNamesThePlace(t *testing.T) {
	t.Parallel()
	tests := map[string]*fault.Error{
		"bad":             fault.Usagef("bad"),
		"a.yaml: bad":     fault.Usagef("bad").At("a.yaml", 0, 0),
		"a.yaml:3: bad":   fault.Usagef("bad").At("a.yaml", 3, 0),
		"a.yaml:3:7: bad": fault.Usagef("bad").At("a.yaml", 3, 7),
	}
	for want, err := range tests {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err.Error(), want)
		}
	}
}

func TestHintOfTakesTheOuterHint(t *testing.T) {
	t.Parallel()
	inner := fault.Usagef("x").WithHint("inner %d", 1)
	if got := fault.HintOf(fmt.Errorf("reading: %w", inner)); got != "inner 1" {
		t.Errorf("got %q", got)
	}
	outer := &fault.Error{Kind: fault.Failed, Err: inner}
	if got := fault.HintOf(outer); got != "inner 1" {
		t.Errorf("an outer fault without a hint hides the inner one: %q", got)
	}
	if got := fault.HintOf(outer.WithHint("outer")); got != "outer" {
		t.Errorf("got %q", got)
	}
	if got := fault.HintOf(errors.New("x")); got != "" {
		t.Errorf("got %q", got)
	}
}
