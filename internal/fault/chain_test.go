package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// Kind, hint and place are found however deep the fault is wrapped, and the cause still is.
func TestFaultsInAChain(t *testing.T) {
	t.Parallel()
	cause := fault.Environmentf("opening: %w", fs.ErrPermission).WithHint("chmod +r %s", "a b").At("a.yaml", 2, 5)
	for name, err := range map[string]error{
		"itself":         cause,
		"wrapped":        fmt.Errorf("one: %w", cause),
		"wrapped twice":  fmt.Errorf("two: %w", fmt.Errorf("one: %w", cause)),
		"joined":         errors.Join(errors.New("other"), cause),
		"two in one":     fmt.Errorf("%w and %w", errors.New("other"), cause),
		"in another":     &fault.Error{Kind: fault.Environment, Err: fmt.Errorf("one: %w", cause)},
		"in another two": &fault.Error{Kind: fault.Environment, Err: &fault.Error{Kind: fault.Usage, Err: cause}},
	} {
		if fault.KindOf(err) != fault.Environment || fault.Code(err) != 3 || fault.HintOf(err) != "chmod +r a b" || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %s, %d, %q, %v", name, fault.KindOf(err), fault.Code(err), fault.HintOf(err), err)
		}
	}
	if got := fmt.Errorf("one: %w", cause).Error(); got != "one: a.yaml:2:5: opening: permission denied" {
		t.Errorf("got %q", got)
	}
	// A plain error of the system is a failure, whatever it is.
	_, err := os.ReadFile(t.TempDir() + "/none")
	if fault.KindOf(err) != fault.Failed || fault.Code(err) != 1 || fault.HintOf(err) != "" {
		t.Errorf("got %s", fault.KindOf(err))
	}
	// An interrupt stays one with a cause of its own; a time limit is none.
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("ended: %w", context.Canceled))
	if fault.Code(context.Cause(ctx)) != 130 || fault.Code(fmt.Errorf("x: %w", context.DeadlineExceeded)) != 1 {
		t.Error("an interrupt is taken for something else")
	}
	if fault.KindOf(fault.Usagef("reading: %w", context.Canceled)) != fault.Usage {
		t.Error("the fault around an interrupt is what it says")
	}
}

// A typo of one letter is always found, and what has nothing in common never is.
func TestNearestFindsEveryTypo(t *testing.T) {
	t.Parallel()
	known := []string{"connectors", "template", "upstream", "secrets", "timeout", "workflow"}
	for _, word := range known {
		for i := range word {
			for name, typo := range map[string]string{
				"a letter less": word[:i] + word[i+1:], "a letter twice": word[:i] + word[i:i+1] + word[i:], "another letter": word[:i] + "#" + word[i+1:], "a letter more": word[:i] + "#" + word[i:],
			} {
				if got := fault.Nearest(typo, known); got != word {
					t.Errorf("%s: %q: got %q, want %q", name, typo, got, word)
				}
			}
			if i > 0 {
				swapped := word[:i-1] + word[i:i+1] + word[i-1:i] + word[i+1:]
				if got := fault.Nearest(swapped, known); got != word {
					t.Errorf("two letters swapped: %q: got %q", swapped, got)
				}
			}
		}
		if got := fault.Nearest(word, known); got != word {
			t.Errorf("%q itself: got %q", word, got)
		}
	}
	for _, far := range []string{"", "x", "zzzz", "############", "größe", "a much longer text than any of them"} {
		if got := fault.Nearest(far, known); got != "" {
			t.Errorf("%q: got %q", far, got)
		}
	}
	// Of several as near the first is taken, so that the hint is the same each time.
	if got := fault.Nearest("ab", []string{"ac", "ad"}); got != "ac" {
		t.Errorf("got %q", got)
	}
}

// How many edits are near grows with the word: two, and of nine letters three.
func TestHowNearIsNear(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ s, known, want string }{
		{"xxab", "ab", "ab"}, {"abxx", "ab", "ab"}, {"axbx", "ab", "ab"},
		{"xxxab", "ab", ""}, {"abxxx", "ab", ""}, {"zzzzab", "ab", ""},
		{"a", "abc", "abc"}, {"a", "abcd", ""},
		{"connect###", "connectors", "connectors"}, {"connec####", "connectors", ""},
		{"template", "tmplt", ""}, {"abcdefgh", "abcde###", ""}, {"abcdefghi", "abcdef###", "abcdef###"},
		{"in", "bindings", ""}, {"bin", "bindings", "bindings"}, {"ings", "bindings", "bindings"}, {"bns", "bindings", ""},
	} {
		if got := fault.Nearest(tt.s, []string{tt.known}); got != tt.want {
			t.Errorf("%q to %q: got %q", tt.s, tt.known, got)
		}
	}
}
