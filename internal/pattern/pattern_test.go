package pattern_test

import (
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/pattern"
)

func TestLazy(t *testing.T) {
	t.Parallel()
	word := pattern.Lazy(`^[a-z]+$`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !word().MatchString("abc") || word().MatchString("a1") {
				t.Error("it does not match as it should")
			}
		})
	}
	all.Wait()
	if first, second := word(), word(); first != second {
		t.Error("it is compiled again")
	}
}

// One that is none does no harm until it is used, and then each time.
func TestLazyThatIsNone(t *testing.T) {
	t.Parallel()
	none := pattern.Lazy(`(`)
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			none()
		}()
	}
}
