package history

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Commit is a commit of the upstream.
type Commit struct {
	ID      string    `json:"commit"`
	Date    time.Time `json:"date"` // when it was committed
	Subject string    `json:"subject"`

	tree    string
	parents []int // places in the log; those that the log does not reach are left out
}

// Log is all commits that a tip reaches, newest first: by their dates, but none
// before one that has it as a parent. It is not for several goroutines at once.
type Log struct {
	past    *remote.Past
	commits []Commit
	at      map[string]int

	looked   map[lookedAt]sight        // trees that were read
	speakers map[string]bool           // names that were looked at
	trees    map[string][]object.Entry // trees that are read whole
	texts    map[string][]byte         // files
	held     int                       // bytes of texts
	reader   license.Reader
	known    map[string][]verdict // by what can say something
}

// Read reads the commits that tips reach; firstParent follows the first parent of each merge alone.
func Read(ctx context.Context, past *remote.Past, firstParent bool, tips ...string) (*Log, error) {
	args := []string{"rev-list", "--date-order", "--no-commit-header", "--encoding=UTF-8", "--format=%H%x00%T%x00%P%x00%ct%x00%s"}
	if firstParent {
		args = append(args, "--first-parent")
	}
	out, err := past.Git.Run(ctx, append(append(args, tips...), "--")...)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	l := &Log{past: past, at: map[string]int{}, looked: map[lookedAt]sight{}, speakers: map[string]bool{}, trees: map[string][]object.Entry{},
		texts: map[string][]byte{}, known: map[string][]verdict{}}
	var parents []string
	for line := range strings.Lines(string(out.Stdout)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x00", 5)
		if len(f) != 5 {
			return nil, fmt.Errorf("reading the history: git says %q", line)
		}
		seconds, _ := strconv.ParseInt(f[3], 10, 64) // a date that is no number is that of the epoch
		l.at[f[0]] = len(l.commits)
		l.commits = append(l.commits, Commit{ID: f[0], Date: time.Unix(seconds, 0).UTC(), Subject: object.Printable(f[4]), tree: f[1]})
		parents = append(parents, f[2])
	}
	for i, list := range parents {
		for n, id := range strings.Fields(list) {
			if p, ok := l.at[id]; ok && (n == 0 || !firstParent) {
				l.commits[i].parents = append(l.commits[i].parents, p)
			}
		}
	}
	return l, nil
}

// Len tells how many commits there are.
func (l *Log) Len() int { return len(l.commits) }

// Has tells whether a commit is in the log.
func (l *Log) Has(commit string) bool { _, ok := l.at[commit]; return ok }

// Commit gives a commit of the log.
func (l *Log) Commit(id string) (Commit, bool) {
	i, ok := l.at[id]
	if !ok {
		return Commit{}, false
	}
	return l.commits[i], true
}

// reach marks the commits that are reached from some.
func (l *Log) reach(from ...int) []bool {
	seen := make([]bool, len(l.commits))
	for len(from) > 0 {
		i := from[len(from)-1]
		if from = from[:len(from)-1]; seen[i] {
			continue
		}
		seen[i] = true
		from = append(from, l.commits[i].parents...)
	}
	return seen
}
