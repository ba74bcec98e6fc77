package ci_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

// The replay takes the commits of a repository that put one connector into its
// workflows, or took one out, makes the same change on the parent's files, and
// compares with what the person committed. make replay CLONE=… runs it on a
// clone; here it runs on a small history of the same kinds of commits.

// commitResult is how one commit came out.
type commitResult struct {
	commit, name, action string
	outcome              string // same | other place | other values | more by hand | refused
	detail               string
}

// replay runs through the history of a clone. Losing a byte fails the test.
func replay(t *testing.T, clone string) []commitResult {
	t.Helper()
	var results []commitResult
	log := testkit.Git(t, clone, "log", "--first-parent", "--no-merges", "--format=%H %P", "--", ".github/workflows")
	merges := testkit.Git(t, clone, "log", "--no-merges", "--full-history", "--format=%H %P", "--", ".github/workflows")
	seen := map[string]bool{}
	for line := range strings.Lines(log + "\n" + merges) {
		words := strings.Fields(line)
		if len(words) != 2 || seen[words[0]] {
			continue
		}
		seen[words[0]] = true
		if r, ok := replayCommit(t, clone, words[0], words[1]); ok {
			results = append(results, r)
		}
	}
	return results
}

// tree is what a replay needs of one commit: workflows, and the build files of connectors.
type tree struct {
	workflows map[string]string
	files     map[string]string
}

func treeAt(t *testing.T, clone, commit string) tree {
	t.Helper()
	got := tree{map[string]string{}, map[string]string{}}
	names := testkit.Git(t, clone, "ls-tree", "-r", "--name-only", commit)
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		folder, rest, ok := strings.Cut(name, "/")
		ext := path.Ext(name)
		switch {
		case path.Dir(name) == ".github/workflows" && (ext == ".yaml" || ext == ".yml"):
			got.workflows[name] = blob(t, clone, commit, name)
		case !ok || !strings.HasPrefix(folder, "source-") && !strings.HasPrefix(folder, "materialize-"):
		case rest == "VERSION":
			got.files[name] = blob(t, clone, commit, name)
		case ext == ".go" && strings.Count(rest, "/") <= 2:
			got.files[name] = "package main\n"
		case !strings.Contains(rest, "/"):
			got.files[name] = ""
		}
	}
	return got
}

func blob(t *testing.T, clone, commit, name string) string {
	t.Helper()
	dir := testkit.Git(t, clone, "rev-parse", "--git-dir")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(clone, dir)
	}
	return testkit.GitBytes(t, dir, "cat-file", "blob", commit+":"+name)
}

// entriesOf gives the matrix entries of all workflows of a tree, as name and values.
func entriesOf(t *testing.T, tr tree) (map[string]int, []workspace.Connector, *workspace.Workspace) {
	t.Helper()
	root := testkit.Tree(t, tr.files)
	testkit.Put(t, root, tr.workflows)
	ws, all := openAt(t, root)
	list, err := ci.List(ws, all, nil, ci.Target{})
	if err != nil {
		return nil, nil, nil
	}
	got := map[string]int{}
	for _, s := range list {
		for _, spot := range s.Spots {
			if spot.Shape != "step" && s.Language != "" {
				got[fmt.Sprintf("%s|%s|%s|%v", s.Connector, spot.File, spot.Shape, spot.Values)]++
			}
		}
	}
	return got, all, ws
}

func openAt(t *testing.T, root string) (*workspace.Workspace, []workspace.Connector) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	ws, err := workspace.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	set, err := ws.Settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ws.Connectors(set)
	if err != nil {
		t.Fatal(err)
	}
	return ws, all
}

// replayCommit makes a commit's change anew, if it is of the kind.
func replayCommit(t *testing.T, clone, commit, parent string) (commitResult, bool) {
	t.Helper()
	before, after := treeAt(t, clone, parent), treeAt(t, clone, commit)
	folders := maps.Clone(before.files)
	maps.Copy(folders, after.files)
	was, _, _ := entriesOf(t, tree{before.workflows, folders})
	is, all, _ := entriesOf(t, tree{after.workflows, folders})
	if was == nil || is == nil {
		return commitResult{}, false
	}
	added, removed := fresh(was, is), fresh(is, was)
	r := commitResult{commit: commit}
	var again func(ws *workspace.Workspace) (ci.Change, error)
	switch {
	case len(added) == 1 && len(removed) == 0:
		r.name, r.action = added[0], "add"
		i := slices.IndexFunc(all, func(c workspace.Connector) bool { return c.Name == r.name })
		again = func(ws *workspace.Workspace) (ci.Change, error) {
			return ci.Add(ws, all, all[i:i+1], ci.Options{Also: stepsWith(t, tree{after.workflows, folders}, r.name)})
		}
	case len(removed) == 1 && len(added) == 0:
		r.name, r.action = removed[0], "remove"
		again = func(ws *workspace.Workspace) (ci.Change, error) {
			return ci.Remove(t.Context(), ws, all, []string{r.name}, ci.Options{Also: stepsWith(t, tree{before.workflows, folders}, r.name)})
		}
	default:
		return r, false
	}
	_, _, ws := entriesOf(t, tree{before.workflows, folders})
	change, err := again(ws)
	if err != nil {
		r.outcome, r.detail = "refused", err.Error()
		return r, true
	}
	got := maps.Clone(before.workflows)
	change.Each(func(file string, old, text []byte) {
		got[file] = string(text)
		nothingLost(t, commit, change, file, old, text)
	})
	r.outcome, r.detail = compare(r.name, before.workflows, got, after.workflows)
	return r, true
}

// fresh gives the connectors that have entries in b and not in a.
func fresh(a, b map[string]int) []string {
	var names []string
	for key, n := range b {
		name, _, _ := strings.Cut(key, "|")
		if n > a[key] && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func stepsWith(t *testing.T, tr tree, name string) []string {
	t.Helper()
	root := testkit.Tree(t, tr.files)
	testkit.Put(t, root, tr.workflows)
	ws, all := openAt(t, root)
	list, err := ci.List(ws, all, nil, ci.Target{})
	if err != nil {
		return nil
	}
	var steps []string
	for _, s := range list {
		for _, spot := range s.Spots {
			if s.Connector == name && spot.Shape == "step" {
				steps = append(steps, spot.Step)
			}
		}
	}
	return steps
}

// nothingLost fails when an addition has done more to a text than to put in
// what its edits say, or a removal more than to take it out.
func nothingLost(t *testing.T, commit string, change ci.Change, file string, before, after []byte) {
	t.Helper()
	size := 0
	for _, e := range change.Edits {
		if e.File == file {
			size += len(e.Text)
		}
		if e.Action == "remove" {
			size -= 2 * len(e.Text)
		}
	}
	small, large := before, after
	if size < 0 {
		small, large = after, before
	}
	i := 0
	for _, c := range large {
		if i < len(small) && small[i] == c {
			i++
		}
	}
	if i < len(small) || len(after)-len(before) != size {
		t.Errorf("%s: %s has lost or changed other bytes", commit, file)
	}
}

// compare tells in what a replayed change differs from the person's.
func compare(name string, before, got, want map[string]string) (outcome, detail string) {
	if maps.Equal(got, want) {
		return "same", ""
	}
	var ours, theirs, rest []string
	for _, file := range slices.Sorted(maps.Keys(want)) {
		gained, lost := lineDiff(before[file], want[file])
		mine, _ := lineDiff(before[file], got[file])
		theirs, ours, rest = append(theirs, gained...), append(ours, mine...), append(rest, lost...)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	switch {
	case slices.Equal(ours, theirs) && len(rest) == 0:
		return "other place", ""
	case len(ours) == len(theirs) && len(rest) == 0:
		return "other values", fmt.Sprintf("%q, by hand %q", ours, theirs)
	}
	return "more by hand", fmt.Sprintf("%d lines for %s, by hand %d and %d less", len(ours), name, len(theirs), len(rest))
}

// lineDiff gives the lines that b has more than a, and fewer.
func lineDiff(a, b string) (gained, lost []string) {
	count := map[string]int{}
	for line := range strings.Lines(a) {
		count[strings.TrimSpace(line)]--
	}
	for line := range strings.Lines(b) {
		count[strings.TrimSpace(line)]++
	}
	for line, n := range count {
		for ; n > 0; n-- {
			gained = append(gained, line)
		}
		for ; n < 0; n++ {
			lost = append(lost, line)
		}
	}
	return gained, lost
}

// history makes a repository whose commits are of the kinds that real ones
// are, with what is expected of each, newest last.
func history(t *testing.T) (dir string, want []string) {
	t.Helper()
	const tail = "    steps:\n      - name: Tests\n        if: contains(fromJson('[\"source-a\", \"source-z\"]'), matrix.connector)\n        run: echo ${{ matrix.connector }}\n"
	workflow := func(list, include, steps string) string {
		return "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        connector:\n" + list + include + steps
	}
	lines := func(names ...string) string {
		return "          - " + strings.Join(names, "\n          - ") + "\n"
	}
	const include = "        include:\n          - connector: source-p\n            connector_type: capture\n            python: true\n"
	started := workflow(lines("source-a", "source-c", "source-z"), include, tail)
	files := map[string]string{".github/workflows/ci.yaml": started, "source-p/pyproject.toml": "", "source-d/main.go": "package main\n"}
	for _, name := range []string{"source-a", "source-c", "source-z", "source-b"} {
		files[name+"/main.go"] = "package main\n"
	}
	dir, _ = testkit.Repo(t, files)
	commit := func(expect, text string, more map[string]string) {
		testkit.Put(t, dir, map[string]string{".github/workflows/ci.yaml": text})
		testkit.Put(t, dir, more)
		testkit.Git(t, dir, "add", "-A")
		testkit.Git(t, dir, "commit", "-qm", "x"+expect)
		if expect != "" {
			want = append(want, expect)
		}
	}
	commit("add source-b same", workflow(lines("source-a", "source-b", "source-c", "source-z"), include, tail), nil)
	commit("add source-d other place", workflow(lines("source-a", "source-b", "source-c", "source-z", "source-d"), include, tail), nil)
	both := strings.Replace(include, "include:\n", "include:\n          - connector: source-n\n            connector_type: capture\n            python: true\n", 1)
	commit("add source-n same", workflow(lines("source-a", "source-b", "source-c", "source-z", "source-d"), both, tail), map[string]string{"source-n/pyproject.toml": ""})
	also := strings.Replace(tail, `"source-a", `, `"source-a", "source-e", `, 1)
	commit("add source-e same", workflow(lines("source-a", "source-b", "source-c", "source-z", "source-d", "source-e"), both, also), map[string]string{"source-e/go.mod": ""})
	commit("", workflow(lines("source-a", "source-b", "source-c", "source-z", "source-d", "source-e"), both, also+"      - run: echo\n"), nil)
	commit("remove source-e same", workflow(lines("source-a", "source-b", "source-c", "source-z", "source-d"), both, tail+"      - run: echo\n"), nil)
	commit("remove source-d more by hand", workflow(lines("source-a", "source-b", "source-c", "source-z"), both, tail), nil)
	return dir, want
}

func TestReplay(t *testing.T) {
	t.Parallel()
	dir, want := history(t)
	var got []string
	for _, r := range replay(t, dir) {
		got = append(got, r.action+" "+r.name+" "+r.outcome)
		t.Log(r.detail)
	}
	slices.Reverse(got) // the log begins with the newest
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
