package record_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// recorded is a repository whose commits have records, each a second after the last.
type recorded struct {
	tb  testing.TB
	dir string
	n   int
}

func (r *recorded) git(args ...string) string {
	r.tb.Helper()
	return testkit.Git(r.tb, r.dir, args...)
}

func (r *recorded) commit(message string, parents ...string) string {
	r.tb.Helper()
	r.n++
	at := fmt.Sprintf("17672256%02d +0000", r.n)
	if len(parents) == 0 {
		parents = []string{r.git("rev-parse", "HEAD")}
	}
	text := "tree " + r.git("rev-parse", "HEAD^{tree}")
	for _, p := range parents {
		text += "\nparent " + p
	}
	text += "\nauthor Ann <a@b> " + at + "\ncommitter Ann <a@b> " + at + "\n\n" + message + "\n"
	if err := os.WriteFile(r.dir+"/.git/new", []byte(text), 0o600); err != nil {
		r.tb.Fatal(err)
	}
	id := r.git("hash-object", "-t", "commit", "-w", ".git/new")
	r.git("update-ref", "HEAD", id)
	return id
}

func (r *recorded) imported(n int, dest string, parents ...string) string {
	r.tb.Helper()
	return r.commit(fmt.Sprintf("import\n\ngit-merge-subpath: %040d p %s", n, dest), parents...)
}

func (r *recorded) walk(dest string) string {
	r.tb.Helper()
	var got []string
	err := record.Walk(r.tb.Context(), gitcmd.Git{Dir: r.dir}, "HEAD", dest, func(c record.Commit) bool {
		for _, x := range c.Records {
			got = append(got, strings.TrimLeft(x.Commit, "0")+" "+x.Dest)
		}
		return true
	})
	if err != nil {
		r.tb.Fatal(err)
	}
	return strings.Join(got, ", ")
}

// What the history holds of imports, after all that people do to a history.
func TestHistories(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(r *recorded)
		want string
	}{
		"newest first": {func(r *recorded) { r.imported(1, "x"); r.commit("beside"); r.imported(2, "x"); r.imported(3, "y") }, "3 y, 2 x, 1 x"},
		"two in one": {func(r *recorded) {
			r.commit(fmt.Sprintf("squashed\n\ngit-merge-subpath: %040d p x\n\ngit-merge-subpath: %040d q y", 1, 2))
		}, "1 x, 2 y"},
		"reverted": {func(r *recorded) {
			r.imported(1, "x")
			r.commit("Revert\n\nThis reverts commit " + r.imported(2, "x") + ".")
		}, "1 x"},
		"by digits": {func(r *recorded) {
			r.imported(1, "x")
			r.commit("Revert\n\nThis reverts commit " + r.imported(2, "x")[:8] + ".")
		}, "1 x"},
		"too few":       {func(r *recorded) { r.commit("Revert\n\nThis reverts commit " + r.imported(2, "x")[:6] + ".") }, "2 x"},
		"in a sentence": {func(r *recorded) { r.commit("no revert\n\nIt says: This reverts commit " + r.imported(2, "x")) }, "2 x"},
		"revert of a revert": {func(r *recorded) {
			first := r.commit("Revert\n\nThis reverts commit " + r.imported(2, "x") + ".")
			r.commit("Reapply\n\nThis reverts commit " + first + ".")
		}, "2 x"},
		"reverted and imported again": {func(r *recorded) {
			r.commit("Revert\n\nThis reverts commit " + r.imported(2, "x") + ".")
			r.imported(2, "x")
		}, "2 x"},
		"two reverted at once": {func(r *recorded) {
			one, two := r.imported(1, "x"), r.imported(2, "y")
			r.imported(3, "z")
			r.commit("Revert both\n\nThis reverts commit " + two + ".\n\nThis reverts commit " + one + ".")
		}, "3 z"},
		"a merge and its snapshot": {func(r *recorded) {
			before := r.git("rev-parse", "HEAD")
			snapshot := r.imported(1, "x", before)
			r.imported(1, "x", before, snapshot)
		}, "1 x, 1 x"},
		"a reverted merge takes its snapshot along": {func(r *recorded) {
			before := r.git("rev-parse", "HEAD")
			snapshot := r.imported(1, "x", before)
			r.commit("Revert\n\nThis reverts commit " + r.imported(1, "x", before, snapshot) + ", reversing\nchanges made to " + before + ".")
		}, ""},
		"a reverted merge of a branch": {func(r *recorded) {
			before := r.imported(1, "x")
			side := r.commit("on top", r.imported(2, "x", before))
			r.commit("Revert \"merge\"\n\nThis reverts commit " + r.commit("merge", before, side) + ", reversing\nchanges made to " + before + ".")
		}, "1 x"},
		"that revert reverted": {func(r *recorded) {
			before := r.imported(1, "x")
			side := r.imported(2, "x", before)
			revert := r.commit("Revert \"merge\"\n\nThis reverts commit " + r.commit("merge", before, side) + ", reversing\nchanges made to " + before + ".")
			r.commit("Reapply\n\nThis reverts commit " + revert + ".")
		}, "2 x, 1 x"},
		"the other side of a merge reverted": {func(r *recorded) {
			before := r.git("rev-parse", "HEAD")
			main, side := r.imported(1, "x", before), r.imported(2, "y", before)
			r.commit("Revert\n\nThis reverts commit " + r.commit("merge", main, side) + ", reversing\nchanges made to " + side + ".")
		}, "2 y"},
		"a merge that is not there": {func(r *recorded) {
			r.imported(1, "x")
			r.commit("Revert\n\nThis reverts commit " + strings.Repeat("a", 40) + ", reversing\nchanges made to " + strings.Repeat("b", 40) + ".")
		}, "1 x"},
		"criss-cross": {func(r *recorded) {
			base := r.git("rev-parse", "HEAD")
			a, b := r.imported(1, "x", base), r.imported(2, "y", base)
			left, right := r.commit("merge a b", a, b), r.commit("merge b a", b, a)
			r.commit("both", r.imported(3, "x", left), r.imported(4, "y", right))
		}, "4 y, 3 x, 2 y, 1 x"},
		"on a branch that is not merged": {func(r *recorded) {
			base := r.git("rev-parse", "HEAD")
			r.imported(1, "x", base)
			r.imported(2, "y", base)
		}, "2 y"},
		"a record in a quote": {func(r *recorded) { r.commit(fmt.Sprintf("see\n\n> git-merge-subpath: %040d p x", 1)) }, ""},
		"none":                {func(r *recorded) { r.commit("nothing") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
			r := &recorded{tb: t, dir: dir}
			tt.make(r)
			if got := r.walk(""); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A walk that was told enough reads no further, and settings of a person change nothing of it.
func TestWalkEnds(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	r := &recorded{tb: t, dir: dir}
	for n := range 30 {
		r.imported(n+1, "größe x")
	}
	for _, setting := range []string{"log.showSignature=true", "i18n.logOutputEncoding=ISO-8859-1", "log.follow=true", "format.pretty=oneline", "color.ui=always", "grep.patternType=perl", "log.date=raw"} {
		key, value, _ := strings.Cut(setting, "=")
		r.git("config", key, value)
	}
	if got := r.walk("größe x"); !strings.HasPrefix(got, "30 größe x, 29 größe x, ") || strings.Count(got, ", ") != 29 {
		t.Errorf("got %q", got)
	}
	for _, enough := range []int{1, 2, 29, 30} {
		n := 0
		err := record.Walk(t.Context(), gitcmd.Git{Dir: dir}, "HEAD", "", func(c record.Commit) bool {
			if n++; len(c.Parents) != 1 || c.ID == "" {
				t.Errorf("%+v", c)
			}
			return n < enough
		})
		if err != nil || n != enough {
			t.Errorf("%d visits instead of %d, %v", n, enough, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := record.Walk(cancelled, gitcmd.Git{Dir: dir}, "HEAD", "", func(record.Commit) bool { return true }); err == nil {
		t.Error("an interrupt is no error")
	}
	for _, rev := range []string{"nope", "-x"} {
		if err := record.Walk(t.Context(), gitcmd.Git{Dir: dir}, rev, "", func(record.Commit) bool { return true }); err == nil || !strings.HasPrefix(err.Error(), "looking for records in the history: ") {
			t.Errorf("%s: %v", rev, err)
		}
	}
}
