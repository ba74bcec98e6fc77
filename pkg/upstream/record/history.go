package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Commit is a commit whose message holds records.
type Commit struct {
	ID      string
	Parents []string
	Records []Record // in the order of the message
}

// Outdates tells whether an import whose record r stands in the message came
// after the record's file was last written, which is now the object of that
// name: then the file was there before it and is there still, for the old
// script continues an import and writes no file.
func (c Commit) Outdates(ctx context.Context, git gitcmd.Git, r Record, file, now string, shallow bool) (bool, error) {
	revs := []string{c.ID + ":" + file}
	for _, p := range c.Parents[:min(1, len(c.Parents))] {
		revs = append(revs, p+":"+file)
	}
	list, err := object.Batch(ctx, git, revs...)
	if err != nil {
		return false, err
	}
	if len(list) < 2 || list[1].Kind == "" && shallow {
		return r.Old() && list[0].ID == now, nil // the parent is not at hand
	}
	return list[0].ID == now && list[1].ID == now, nil
}

// errEnough stops the walk.
var errEnough = errors.New("enough")

// Walk calls visit for each commit that rev reaches whose message holds a
// record, newest first, until visit gives false. Commits that a later one
// reverts are left out.
func Walk(ctx context.Context, git gitcmd.Git, rev, dest string, visit func(Commit) bool) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ask := git
	w := &walker{dest: dest, visit: visit, stop: func() { stop(errEnough) }, between: func(newer, older string) []string {
		out, err := ask.Run(ctx, "rev-list", "-F", "--grep="+strings.TrimSpace(subpathToken), newer, "^"+older, "--")
		if err != nil {
			return []string{newer} // a shallow clone does not have them
		}
		return append(strings.Fields(string(out.Stdout)), newer)
	}}
	// rev-list and fixed strings: no setting of the user changes what they do.
	git.Stdout = w
	_, err := git.Run(ctx, "rev-list", "--no-commit-header", "--encoding=UTF-8", "--format=%H%n%P%n%B%x00", "-F",
		"--grep="+strings.TrimSpace(subpathToken), "--grep="+revertToken, rev, "--")
	if err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("looking for records in the history: %w", err)
	}
	return nil
}

const revertToken = "This reverts commit "

// revertLine is what git writes; of a merge it names the parent to which a revert goes back.
var revertLine = pattern.Lazy(`(?m)^` + revertToken + `([0-9a-f]{7,64})(?:, reversing\s+changes made to ([0-9a-f]{7,64}))?`)

// walker takes the output of rev-list commit by commit.
type walker struct {
	dest     string
	visit    func(Commit) bool
	stop     func()
	between  func(newer, older string) []string // commits with records that one reaches and the other does not
	reverted []string                           // names of commits, or their first digits
	buf      []byte
	done     bool
}

func (w *walker) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	for !w.done {
		i := bytes.IndexByte(w.buf, 0)
		if i < 0 {
			break
		}
		text := strings.TrimLeft(string(w.buf[:i]), "\n")
		w.buf = w.buf[i+1:]
		w.commit(text)
	}
	return len(p), nil
}

func (w *walker) commit(text string) {
	id, rest, _ := strings.Cut(text, "\n")
	parents, message, _ := strings.Cut(rest, "\n")
	if slices.ContainsFunc(w.reverted, func(r string) bool { return strings.HasPrefix(id, r) }) {
		p := strings.Fields(parents)
		w.reverted = append(w.reverted, p[min(1, len(p)):]...) // the snapshot that was merged
		return
	}
	for _, m := range revertLine().FindAllStringSubmatch(message, -1) {
		if m[2] == "" {
			w.reverted = append(w.reverted, m[1])
		} else {
			w.reverted = append(w.reverted, w.between(m[1], m[2])...)
		}
	}
	records := FromMessage(message, w.dest)
	if len(records) > 0 && !w.visit(Commit{ID: id, Parents: strings.Fields(parents), Records: records}) {
		w.done = true
		w.stop()
	}
}
