package secrets

import (
	"context"
	"errors"
	"time"
)

var errLate = errors.New("no answer in time")

// deadline is that of services in the network; a person may have to answer the others.
func deadline(remote bool, timeout time.Duration) time.Duration {
	if remote {
		return timeout
	}
	return 0
}

// aside runs do in a goroutine and returns when it does, when the context ends,
// or when the time is over; 0 is no limit.
func aside[T any](ctx context.Context, limit time.Duration, do func() (T, error)) (T, error) {
	type answer struct {
		v   T
		err error
	}
	var none T
	done := make(chan answer, 1)
	go func() {
		v, err := guarded(do)
		done <- answer{v, err}
	}()
	var late <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case a := <-done:
		return a.v, a.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-late:
		return none, errLate
	}
}

func guarded[T any](do func() (T, error)) (v T, err error) {
	defer guard(&err)
	return do()
}
