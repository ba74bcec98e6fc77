package object

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
)

// Batch has one git read everything that the revisions name, in their order.
// What is not there has no kind.
func Batch(ctx context.Context, git gitcmd.Git, revs ...string) ([]Object, error) {
	if len(revs) == 0 {
		return nil, nil
	}
	out, err := git.Feed(ctx, strings.NewReader(strings.Join(revs, "\x00")+"\x00"), "cat-file", "--batch", "-z")
	if err != nil {
		return nil, fmt.Errorf("reading objects: %w", err)
	}
	rest := out.Stdout
	var list []Object
	for _, rev := range revs {
		var o Object
		if o, rest, err = oneOfBatch(rev, rest); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func oneOfBatch(rev string, out []byte) (Object, []byte, error) {
	for _, no := range []string{" missing\n", " ambiguous\n"} {
		if bytes.HasPrefix(out, []byte(rev+no)) {
			return Object{}, out[len(rev)+len(no):], nil
		}
	}
	var o Object
	var size int
	head, rest, _ := bytes.Cut(out, []byte("\n"))
	if n, err := fmt.Sscanf(string(head), "%s %s %d", &o.ID, &o.Kind, &size); err != nil || n != 3 || len(rest) < size+1 {
		return Object{}, nil, fmt.Errorf("reading object %q: git says %q", rev, head)
	}
	o.Data = rest[:size]
	return o, rest[size+1:], nil
}
