package remote

import (
	"crypto/sha1"
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// Every way to name a commit of an upstream, against what git makes of it there.
func TestResolve(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	for asked, want := range map[string]struct{ ref, revision string }{
		"main": {"refs/heads/main", "main"}, "topic": {"refs/heads/topic", "topic"}, "refs/heads/topic": {"refs/heads/topic", "topic"}, "heads/topic": {"refs/heads/topic", "topic"},
		"v1": {"refs/tags/v1", "v1"}, "tags/v1": {"refs/tags/v1", "v1"}, "refs/tags/v1": {"refs/tags/v1", "v1"},
		"v2": {"refs/tags/v2", "v2^{commit}"}, "refs/tags/v2": {"refs/tags/v2", "v2^{commit}"}, "v2-signed": {"refs/tags/v2-signed", "v2^{commit}"}, "tags/v2-signed": {"refs/tags/v2-signed", "v2^{commit}"},
		"HEAD": {"HEAD", "main"}, "refs/heads/HEAD": {"refs/heads/HEAD", "v1"}, // somebody has pushed a branch of that name
		"feature/deep/name": {"refs/heads/feature/deep/name", "v1"}, "abcdef12": {"refs/heads/abcdef12", "v1"}, // it looks like a commit
		"refs/pull/7/head": {"refs/pull/7/head", "refs/pull/7/head"}, "refs/heads/both": {"refs/heads/both", "v1"}, "refs/tags/both": {"refs/tags/both", "tags/both"},
		"heads/both": {"refs/heads/both", "v1"}, "tags/both": {"refs/tags/both", "tags/both"}, "same": {"refs/heads/same", "heads/same"},
	} {
		r, err := q.Resolve(t.Context(), asked)
		if err != nil || r.Asked != asked || r.Ref != want.ref || r.Commit != rev(t, want.revision) || r.Note != "" {
			t.Errorf("%s: got %+v, %v, want %s at %s", asked, r, err, want.ref, rev(t, want.revision))
		}
	}
	for _, revision := range []string{"main~2", "v1", "topic", "refs/pull/7/head"} {
		id := rev(t, revision)
		if r, err := q.Resolve(t.Context(), strings.ToUpper(id)); err != nil || r.Commit != id || r.Ref != "" {
			t.Errorf("a commit in capitals: %+v, %v", r, err)
		}
		if revision == "refs/pull/7/head" {
			continue // it is on no branch and no tag
		}
		for _, digits := range []int{7, 12, 39} {
			if r, err := q.Resolve(t.Context(), strings.ToUpper(id[:digits])); err != nil || r.Commit != id || r.Ref != "" {
				t.Errorf("%d digits of %s: %+v, %v", digits, revision, r, err)
			}
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	dir := upstream(t)
	q := at(t, dir, nil)
	no := func(asked, hint string) [3]string {
		return [3]string{asked, fmt.Sprintf("choosing the ref %q: %s has no branch, tag or commit of that name", asked, dir), hint}
	}
	odd := func(asked string) [3]string {
		return [3]string{asked, fmt.Sprintf("choosing the ref %q: it is no branch, tag or commit", asked), fmt.Sprintf("a branch, a tag or a commit of %s; HEAD is its default branch", dir)}
	}
	all := "it has HEAD, abcdef12, both, feature/deep/name, license-text, main, same, topic, v1, v2"
	both := rev(t, "v1")[:12] + " and refs/tags/both at " + rev(t, "tags/both")[:12]
	for _, tt := range [][3]string{
		{"", "choosing the ref: it is empty", "a branch, a tag or a commit of " + dir + "; HEAD is its default branch"},
		no("topci", "did you mean topic"), no("MAIN", "did you mean main"), no("V2-Signed", "did you mean v2-signed"), no("v3", "did you mean v1"),
		no("something else entirely"[:9], all),
		no("refs/heads/nope", all),
		no("1234567", all),
		no("origin/main", "did you mean main"), no("deep/name", "did you mean feature/deep/name"),
		no("refs/main", "did you mean main"), no("abc", "did you mean abcdef12"),
		no(strings.Repeat("a", 41), all),
		{"both", `choosing the ref "both": refs/heads/both is at ` + both, "give the full name: refs/heads/both or refs/tags/both"},
		odd("-x"), odd("--all"), odd("main~1"), odd("main^"), odd("v1..v2"), odd("main:LICENSE"), odd("ma*"), odd("ma?n"), odd("[m]ain"), odd("main\n"), odd("a b"), odd("@{-1}"), odd("@"),
		odd("/main"), odd("main/"), odd("a//b"), odd("main.lock"), odd("main."), odd(".main"), odd("a/.b"), odd("a\\b"), odd("main\x7f"), odd("+main"[:0] + ":main"),
	} {
		_, err := q.Resolve(t.Context(), tt[0])
		refused(t, err, fault.Usage, tt[1], tt[2])
	}
}

// The old script named branches REMOTE/BRANCH, and so do people.
func TestResolveOfARemote(t *testing.T) {
	t.Parallel()
	q := at(t, "airbyte", settings("remote.airbyte.url", upstream(t)))
	r, err := q.Resolve(t.Context(), "airbyte/topic")
	if err != nil || r.Commit != rev(t, "topic") || r.Ref != "refs/heads/topic" || r.Note != "took airbyte/topic for topic of airbyte" {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = q.Resolve(t.Context(), "airbyte/both")
	refused(t, err, fault.Usage, `choosing the ref "airbyte/both": refs/heads/both is at `+rev(t, "v1")[:12]+" and refs/tags/both at "+rev(t, "tags/both")[:12], "give the full name: refs/heads/both or refs/tags/both")
	_, err = q.Resolve(t.Context(), "airbyte/nope")
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), `choosing the ref "airbyte/nope": airbyte has no branch`) {
		t.Errorf("%v", err)
	}
}

// Two commits whose names begin alike have to be told apart.
func TestResolveTwoOfTheSameDigits(t *testing.T) {
	t.Parallel()
	dir, first := testkit.Repo(t, map[string]string{"a": "a"})
	tree := testkit.Git(t, dir, "rev-parse", "main^{tree}")
	write := func(text string) string {
		testkit.Put(t, dir, map[string]string{"commit": text})
		return testkit.Git(t, dir, "hash-object", "-t", "commit", "-w", "commit")
	}
	seen := map[string]string{}
	for i := 0; ; i++ {
		text := fmt.Sprintf("tree %s\nparent %s\nauthor Ann <a@b> 1767225600 +0000\ncommitter Ann <a@b> 1767225600 +0000\n\ntry %d \x1b[31m\n", tree, first, i)
		id := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "commit %d\x00%s", len(text), text)))
		before, twice := seen[id[:4]]
		seen[id[:4]] = text
		if !twice {
			continue
		}
		other := write(before)
		testkit.Git(t, dir, "update-ref", "refs/heads/one", write(text))
		testkit.Git(t, dir, "update-ref", "refs/tags/two", other)
		q := at(t, dir, nil)
		_, err := q.Resolve(t.Context(), id[:4])
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "has 2 that begin so") {
			t.Errorf("%v", err)
		}
		hint := fault.HintOf(err)
		if !strings.Contains(hint, id+" 2026-01-01 try") || !strings.Contains(hint, other) || strings.Contains(hint, "\x1b") {
			t.Errorf("hint %q", hint)
		}
		if r, err := q.Resolve(t.Context(), id[:12]); err != nil || r.Commit != id {
			t.Errorf("%+v, %v", r, err)
		}
		return
	}
}

// choose is asked with what ls-remote printed, which matches the ends of names.
func TestChoose(t *testing.T) {
	t.Parallel()
	list := []ref{
		{name: "HEAD", id: "1"}, {name: "refs/heads/HEAD", id: "2"}, {name: "refs/heads/main", id: "1"}, {name: "refs/heads/x/refs/heads/main", id: "3"}, {name: "refs/remotes/o/HEAD", id: "4"},
		{name: "refs/heads/a/main", id: "5"}, {name: "refs/tags/v", id: "6", peeled: "7"}, {name: "refs/heads/v", id: "7"}, {name: "refs/tags/w", id: "8", peeled: "9"}, {name: "refs/heads/w", id: "8"},
		{name: "refs/pull/1/head", id: "10"}, {name: "refs/heads/heads/y", id: "11"}, {name: "refs/heads/y", id: "12"},
	}
	for name, want := range map[string]string{
		"HEAD": "HEAD 1", "main": "refs/heads/main 1", "refs/heads/main": "refs/heads/main 1", "a/main": "refs/heads/a/main 5", "refs/heads/HEAD": "refs/heads/HEAD 2",
		"v": "refs/heads/v 7", "tags/v": "refs/tags/v 7", "w": "?", "heads/w": "refs/heads/w 8", "tags/w": "refs/tags/w 9", "pull/1/head": "refs/pull/1/head 10", "1/head": "", "head": "",
		"heads/y": "?", "refs/heads/y": "refs/heads/y 12", "o/HEAD": "", "refs/tags/main": "",
	} {
		r, ok, err := choose("asked", name, list)
		got := strings.TrimSpace(r.Ref + " " + r.Commit)
		if err != nil {
			got = "?"
		}
		if got != want || ok != (want != "" && want != "?") || ok && r.Asked != "asked" {
			t.Errorf("%s: got %q, %v, %v, want %q", name, got, ok, err, want)
		}
	}
}

// An upstream with a ref for each pull request is not asked for all of them.
func TestAsksForFewRefs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"main": "refs/heads/main refs/tags/main refs/tags/main^{}", "HEAD": "HEAD", "refs/pull/1/head": "refs/pull/1/head refs/pull/1/head^{}",
		"tags/v": "refs/tags/v refs/tags/v^{} refs/heads/tags/v refs/tags/tags/v refs/tags/tags/v^{}",
	} {
		if got := strings.Join(patternsFor(name), " "); got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	s := testkit.ServeGit(t, testHome+"/sample", testkit.GitServing{})
	upstream(t)
	q := at(t, s.URL+"/up/.git", nil)
	if _, err := q.Resolve(t.Context(), "main"); err != nil {
		t.Fatal(err)
	}
	few := s.Sent.Swap(0)
	if _, err := q.Resolve(t.Context(), "refs/pull/7/head"); err != nil || s.Requests.Load() != 4 {
		t.Errorf("%d requests, %v", s.Requests.Load(), err)
	}
	if all := s.Sent.Load(); few >= all+400 {
		t.Errorf("a branch took %d bytes, all refs %d", few, all)
	}
}

func TestTips(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	got, err := q.Tips(t.Context(), "HEAD", "refs/heads/topic", "refs/tags/v2", "refs/tags/v2-signed", "refs/heads/gone", "refs/heads/name")
	if err != nil || len(got) != 4 || got["HEAD"] != rev(t, "main") || got["refs/heads/topic"] != rev(t, "topic") || got["refs/tags/v2"] != rev(t, "v2^{commit}") || got["refs/tags/v2-signed"] != rev(t, "v2^{commit}") {
		t.Errorf("%v, %v", got, err)
	}
	void := testkit.Tree(t, nil)
	testkit.Git(t, void, "init", "-q")
	if got, err := at(t, void, nil).Tips(t.Context(), "HEAD", "refs/heads/main"); err != nil || len(got) != 0 {
		t.Errorf("an upstream without a commit: %v, %v", got, err)
	}
}
