package remote

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/upstream/object"
)

// A person is told what is being done, each step once and nothing that is at hand already.
func TestSteps(t *testing.T) {
	t.Parallel()
	dir := upstream(t)
	var steps []string
	r, err := Find(nil, testHome, testHome, dir)
	if err != nil {
		t.Fatal(err)
	}
	q, err := Open(t.Context(), r, Options{Cache: t.TempDir(), Format: "sha1", Report: Report{
		Step: func(format string, args ...any) {
			steps = append(steps, strings.ReplaceAll(fmt.Sprintf(format, args...), dir, "UP"))
		},
		Progress: func(string) {},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	told := func(want ...string) {
		t.Helper()
		if !slices.Equal(steps, want) {
			t.Errorf("told %q, want %q", steps, want)
		}
		steps = nil
	}
	resolved, err := q.Resolve(t.Context(), "v2")
	if err != nil {
		t.Fatal(err)
	}
	told("asking UP for v2")
	if _, err := q.Resolve(t.Context(), resolved.Commit); err != nil {
		t.Fatal(err)
	}
	told() // a whole name needs no asking
	f, err := q.At(t.Context(), resolved.Commit, 2)
	if err != nil {
		t.Fatal(err)
	}
	told("fetching " + resolved.Commit[:12] + " of UP")
	if _, err := q.At(t.Context(), resolved.Commit, 2); err != nil {
		t.Fatal(err)
	}
	told()
	e, err := f.Entry(t.Context(), demo)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{{"fetching files from UP"}, nil} {
		if err := f.Complete(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		told(want...)
	}
	if _, err := q.Tips(t.Context(), "HEAD"); err != nil {
		t.Fatal(err)
	}
	told("asking UP for its branches")
	if refused, err := q.Fetch(t.Context(), 1, rev(t, "main"), rev(t, "v1")); err != nil || refused != nil {
		t.Fatal(refused, err)
	}
	told("fetching commits of UP (2)")
	p, err := q.Past(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	told("fetching the history of UP")
	trees := []string{rev(t, "main~1^{tree}"), rev(t, "main~1:connectors")}
	for _, want := range [][]string{{"fetching objects of UP (2)"}, nil} {
		if err := p.Trees(t.Context(), trees, func(string, []object.Entry) {}); err != nil {
			t.Fatal(err)
		}
		told(want...)
	}
	// Nobody need listen.
	silent := at(t, dir, nil)
	if _, err := silent.At(t.Context(), resolved.Commit, 1); err != nil {
		t.Error(err)
	}
}

// Which of several commits an upstream does not have is told, and the others come.
func TestFetchTellsWhatIsRefused(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	none := strings.Repeat("9", 40)
	for _, tt := range []struct {
		commits, refused []string
	}{
		{[]string{rev(t, "main")}, nil}, {[]string{none}, []string{none}}, {[]string{none, rev(t, "topic")}, []string{none}}, {[]string{rev(t, "main"), rev(t, "topic")}, nil}, {nil, nil},
	} {
		refused, err := q.Fetch(t.Context(), 1, tt.commits...)
		if err != nil || !slices.Equal(refused, tt.refused) {
			t.Errorf("%q: refused %q, %v", tt.commits, refused, err)
		}
		missing, err := q.store.Missing(t.Context(), tt.commits...)
		if err != nil || !slices.Equal(missing, tt.refused) {
			t.Errorf("%q: missing %q, %v", tt.commits, missing, err)
		}
	}
}
