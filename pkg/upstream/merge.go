package upstream

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// stage is an entry of the index of a file in conflict.
type stage struct {
	Mode  object.Mode `json:"mode"`
	ID    string      `json:"id"`
	Stage string      `json:"stage"` // 1 base, 2 ours, 3 theirs
	Path  string      `json:"path"`  // from the top of the repository
}

// merged is the outcome of a three-way merge.
type merged struct {
	entry  object.Entry
	stages []stage           // of files in conflict
	why    map[string]string // what git says about a conflict, by path
}

// The names of the two sides, which stand in the marks of a conflict. Git
// keeps refs in capitals with the work tree, and that is a scratch folder.
const (
	oursName   = "LOCAL"
	theirsName = "UPSTREAM"
)

// mergeEntries merges three ways. Only these entries take part, at their place
// in the repository: so attributes and renames are those of the destination
// and nothing else of the monorepo can be taken for a part of it.
func (w *work) mergeEntries(ctx context.Context, base, ours, theirs object.Entry) (merged, error) {
	same := func(a, b object.Entry) bool { return a.ID == b.ID && a.Mode == b.Mode }
	switch {
	case same(ours, base) || same(ours, theirs):
		return merged{entry: theirs}, nil
	case same(theirs, base):
		return merged{entry: ours}, nil
	}
	w.opts.step("merging %s", w.dest)
	b, err := w.synthetic(ctx, base, "base")
	if err != nil {
		return merged{}, err
	}
	commits := map[string]string{}
	for name, e := range map[string]object.Entry{oursName: ours, theirsName: theirs} {
		id, err := w.synthetic(ctx, e, name, b)
		if err != nil {
			return merged{}, err
		}
		commits[name] = id
		if err := os.WriteFile(filepath.Join(w.scratch.git, name), []byte(id+"\n"), 0o600); err != nil {
			return merged{}, fmt.Errorf("merging %q: %w", w.dest, err)
		}
	}
	git := w.scratch.command(w.mono)
	if w.attributesMatter() {
		// What is in the repository went through its filters, what comes from upstream did not.
		git = git.WithSettings(gitcmd.Setting{Key: "merge.renormalize", Value: "true"})
	}
	args := []string{"merge-tree", "--write-tree", "--messages", "-z"}
	out, err := git.Run(ctx, append(args, oursName, theirsName)...)
	if gitcmd.Status(err) > 1 { // where refs are kept otherwise, the names of the sides are not found
		out, err = git.Run(ctx, append(args, commits[oursName], commits[theirsName])...)
	}
	if status := gitcmd.Status(err); status != 0 && status != 1 {
		return merged{}, fmt.Errorf("merging %q: %w", w.dest, err)
	}
	w.store.Refresh()
	return w.readMerge(ctx, string(out.Stdout))
}

// synthetic makes a commit that holds an entry at its place and nothing else.
func (w *work) synthetic(ctx context.Context, e object.Entry, message string, parents ...string) (string, error) {
	tree, err := w.alone(ctx, e)
	if err != nil {
		return "", err
	}
	c := object.CommitData{Tree: tree, Parents: parents, Message: message + "\n"}
	c.Author = object.Person{Name: "connkit", Zone: "+0000"}
	c.Committer = c.Author
	return w.store.Put(ctx, object.Commit, c.Encode())
}

// alone gives a tree that holds an entry at its place and nothing else.
func (w *work) alone(ctx context.Context, e object.Entry) (string, error) {
	tree, err := "", error(nil)
	if !e.IsZero() {
		tree, err = w.store.Set(ctx, "", w.dest, e)
	}
	if err == nil && tree == "" {
		tree, err = w.store.PutTree(ctx, nil)
	}
	return tree, err
}

// readMerge reads what git merge-tree -z prints: the tree, the stages of the
// files in conflict, and messages with the paths that they are about.
func (w *work) readMerge(ctx context.Context, out string) (merged, error) {
	head, messages, _ := strings.Cut(out, "\x00\x00")
	lines := strings.Split(strings.TrimSuffix(head, "\x00"), "\x00")
	m := merged{why: map[string]string{}}
	for _, line := range lines[1:] {
		info, p, ok := strings.Cut(line, "\t")
		fields := strings.Fields(info)
		if !ok || len(fields) != 3 {
			return m, fmt.Errorf("merging %q: git says %q", w.dest, line)
		}
		m.stages = append(m.stages, stage{object.Mode(fields[0]), fields[1], fields[2], p})
	}
	m.readMessages(messages)
	if err := w.onlyDest(ctx, lines[0]); err != nil {
		return m, err
	}
	var err error
	m.entry, err = w.store.At(ctx, lines[0], w.dest)
	return m, err
}

func (m *merged) readMessages(text string) {
	parts := strings.Split(text, "\x00")
	for len(parts) > 0 {
		n := 0
		if _, err := fmt.Sscanf(parts[0], "%d", &n); err != nil || len(parts) < n+3 {
			return
		}
		kind := strings.TrimSpace(parts[n+1])
		for _, p := range parts[1 : n+1] {
			if strings.HasPrefix(kind, "CONFLICT") {
				m.why[p] = strings.Trim(strings.TrimPrefix(kind, "CONFLICT"), " ()")
			}
		}
		parts = parts[n+3:]
	}
}

// onlyDest refuses a merge that put something beside the destination, as git
// does when one side has a file there and the other a folder.
func (w *work) onlyDest(ctx context.Context, tree string) error {
	for name := range strings.SplitSeq(w.dest, "/") {
		list, err := w.store.Tree(ctx, tree)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(e object.Entry) bool { return e.Name == name })
		if len(list) > 1 || len(list) == 1 && i < 0 {
			return fault.Blockedf("merging %q: it is a file on one side and a folder on the other", w.dest).
				WithHint("import into another destination, or remove this one first")
		}
		if i < 0 {
			return nil
		}
		tree = list[i].ID
		if list[i].Mode != object.Folder {
			return nil
		}
	}
	return nil
}

// conflicts tells whether a path is in conflict.
func (m merged) conflicts(path string) bool {
	return slices.ContainsFunc(m.stages, func(s stage) bool { return s.Path == path })
}
