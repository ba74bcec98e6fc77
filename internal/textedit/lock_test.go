package textedit_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// A second run waits for the first, and stops waiting when it is interrupted.
func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := textedit.Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := textedit.Lock(ctx, dir); err == nil {
		t.Error("a lock that is held was taken")
	}
	got := make(chan error)
	go func() {
		release, err := textedit.Lock(t.Context(), dir)
		if err == nil {
			release()
		}
		got <- err
	}()
	unlock()
	if err := <-got; err != nil {
		t.Errorf("after it was given back: %v", err)
	}
	if _, err := textedit.Lock(t.Context(), filepath.Join(dir, "none")); fault.Code(err) == 0 {
		t.Error("a folder that is not there was locked")
	}
}
