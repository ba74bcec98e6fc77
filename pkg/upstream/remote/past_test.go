package remote

import (
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// The history has all commits of branches and tags, and their trees only when they are asked for.
func TestPast(t *testing.T) {
	t.Parallel()
	for name, trees := range map[string]bool{"commits": false, "with trees": true} {
		q := at(t, upstream(t), nil)
		p, err := q.Past(t.Context(), trees)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Git.Run(t.Context(), "rev-list", "--all", "--count")
		if want := testkit.Git(t, upstream(t), "rev-list", "--branches", "--tags", "--count"); err != nil || out.Text() != want {
			t.Errorf("%s: %s commits, want %s, %v", name, out.Text(), want, err)
		}
		held := testkit.Git(t, p.Git.Dir, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
		if strings.Contains(held, "tree") != trees || strings.Count(held, "blob") != 1 { // the one that a tag is of
			t.Errorf("%s: it holds %q", name, held)
		}
		for revision, want := range map[string]bool{"main": true, "v1": true, "topic": true, "tags/both": true, "refs/pull/7/head": false, "main:LICENSE": false} {
			if has, err := p.Has(t.Context(), rev(t, revision)); err != nil || has != want {
				t.Errorf("%s: has %s: %v, %v", name, revision, has, err)
			}
		}
		if has, err := p.Has(t.Context(), strings.Repeat("1", 40)); err != nil || has {
			t.Errorf("%s: it has what is not there: %v", name, err)
		}
		p.checkReads(t, name)
	}
}

func (p *Past) checkReads(t *testing.T, name string) {
	t.Helper()
	ids := []string{rev(t, "main^{tree}"), rev(t, "main:connectors"), rev(t, "main:"+demo), rev(t, "main^{tree}")}
	for range 2 {
		var seen []string
		err := p.Trees(t.Context(), ids, func(id string, entries []object.Entry) {
			seen = append(seen, id)
			if id == ids[2] && (len(entries) != 2 || entries[0].Name != "main.py" || entries[1].Mode != object.Folder) {
				t.Errorf("%s: %v", name, entries)
			}
		})
		if err != nil || !slices.Equal(seen, ids) {
			t.Errorf("%s: trees %v, %v", name, seen, err)
		}
	}
	texts := map[string]string{}
	blobs := []string{rev(t, "main:LICENSE"), rev(t, "v1:"+demo+"/main.py")}
	if err := p.Blobs(t.Context(), blobs, func(id string, text []byte) { texts[id] = string(text) }); err != nil || texts[blobs[0]] != "MIT\n" || texts[blobs[1]] != "print(1)\n" {
		t.Errorf("%s: %q, %v", name, texts, err)
	}
	if err := p.Trees(t.Context(), nil, nil); err != nil {
		t.Errorf("%s: nothing: %v", name, err)
	}
	err := p.Trees(t.Context(), blobs[:1], func(string, []object.Entry) { t.Error("a file was given as a tree") })
	if err == nil || err.Error() != "reading tree "+blobs[0]+" of "+upstream(t)+": it is a blob" {
		t.Errorf("%s: %v", name, err)
	}
	if err := p.Blobs(t.Context(), []string{strings.Repeat("1", 40)}, nil); err == nil {
		t.Errorf("%s: an object that the upstream does not have is no error", name)
	}
}

// Many objects are read by one git, few without any: both give the same.
func TestManyObjects(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": "a"})
	files := map[string]string{}
	for i := range few + 20 {
		files["f"+strings.Repeat("x", i)] = strings.Repeat("line\n", i+1)
	}
	testkit.Put(t, dir, files)
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "commit", "-qm", "many")
	p, err := at(t, dir, nil).Past(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(testkit.Git(t, dir, "ls-tree", "HEAD")) {
		ids = append(ids, strings.Fields(line)[2])
	}
	for _, n := range []int{1, few, few + 1, len(ids)} {
		var got []string
		err := p.Blobs(t.Context(), ids[:n], func(id string, text []byte) {
			if len(text) > 0 {
				got = append(got, id)
			}
		})
		if err != nil || !slices.Equal(got, ids[:n]) {
			t.Errorf("%d: got %d, %v", n, len(got), err)
		}
	}
	p.read = maxRead // what is remembered is dropped now
	old := p.store
	if err := p.Blobs(t.Context(), ids[:few], func(string, []byte) {}); err != nil || p.store == old || p.read != 0 {
		t.Errorf("%d objects are remembered, %v", p.read, err)
	}
}

// Branches that go away upstream go away here, and new ones come.
func TestHistoryFollows(t *testing.T) {
	t.Parallel()
	dir, first := testkit.Repo(t, map[string]string{"a": "a"})
	testkit.Git(t, dir, "checkout", "-q", "-b", "gone")
	testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", "two")
	lost := testkit.Git(t, dir, "rev-parse", "gone")
	testkit.Git(t, dir, "checkout", "-q", "main")
	q := at(t, dir, nil)
	has := func(commit string) bool {
		t.Helper()
		p, err := q.Past(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		is, err := p.Has(t.Context(), commit)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !has(first) || !has(lost) {
		t.Error("a commit is missing")
	}
	testkit.Git(t, dir, "branch", "-qD", "gone")
	testkit.Git(t, dir, "commit", "-q", "--allow-empty", "-m", "three")
	if !has(first) || has(lost) || !has(testkit.Git(t, dir, "rev-parse", "main")) {
		t.Error("the history is that of before")
	}
	testkit.Git(t, dir, "symbolic-ref", "HEAD", "refs/heads/nowhere")
	if !has(first) {
		t.Error("a HEAD that leads nowhere takes the history along")
	}
}
