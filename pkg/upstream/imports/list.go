package imports

import (
	"context"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// List finds the imports that HEAD has a record of: in the files that
// pull-upstream writes, and in the messages of the history, which is all that
// the script before it wrote. Those of which nothing is left come last.
func List(ctx context.Context, o Options) ([]*Import, error) {
	r, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	inv, err := r.inventory(ctx)
	if err != nil {
		return nil, err
	}
	return r.choose(inv.imports)
}

// inventory is all that is recorded in a repository.
type inventory struct {
	imports  []*Import
	messages []*message              // newest first
	files    map[string]object.Entry // of HEAD
}

func (r *repo) inventory(ctx context.Context) (*inventory, error) {
	inv := &inventory{imports: []*Import{}}
	if r.head == "" {
		return inv, nil
	}
	var err error
	if inv.files, err = r.leaves(ctx, r.git, r.head); err != nil {
		return nil, err
	}
	err = record.Walk(ctx, r.git, r.head, "", func(c record.Commit) bool {
		for _, rec := range slices.Backward(c.Records) {
			inv.messages = append(inv.messages, &message{Record: rec, commit: c})
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if err := r.date(ctx, inv.messages); err != nil {
		return nil, err
	}
	if err := r.fromFiles(ctx, inv); err != nil {
		return nil, err
	}
	if err := r.fromMessages(ctx, inv); err != nil {
		return nil, err
	}
	slices.SortFunc(inv.imports, func(a, b *Import) int {
		if a.Gone != b.Gone {
			if a.Gone {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Dest, b.Dest)
	})
	return inv, nil
}

// date reads when the messages' commits were made.
func (r *repo) date(ctx context.Context, messages []*message) error {
	ids := make([]string, len(messages))
	for i, m := range messages {
		ids[i] = m.commit.ID
	}
	list, err := object.Batch(ctx, r.git, ids...)
	if err != nil {
		return err
	}
	for i, o := range list {
		if c, err := object.ParseCommit(o); err == nil {
			messages[i].when = c.Committer.When
		}
	}
	return nil
}

// has tells whether HEAD has a file or folder.
func (inv *inventory) has(dest string) bool {
	if _, ok := inv.files[dest]; ok {
		return true
	}
	for p := range inv.files {
		if strings.HasPrefix(p, dest+"/") {
			return true
		}
	}
	return false
}

// newest gives the newest message with a record of dest.
func (inv *inventory) newest(dest string) *message {
	for _, m := range inv.messages {
		if m.Dest == dest {
			return m
		}
	}
	return nil
}

// sameImport gives the message of an import whose folder was moved since.
func (inv *inventory) sameImport(r record.Record) *message {
	for _, m := range inv.messages {
		if r.Commit != "" && m.Commit == r.Commit && m.Path == r.Path && !inv.has(m.Dest) {
			return m
		}
	}
	return nil
}
