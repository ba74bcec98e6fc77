package ci_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
)

const workflowFile = ".github/workflows/ci.yaml"

// named is a workflow with a path filter and the lists of two steps.
func named(matrix, paths, first, second string) string {
	return "on:\n  push:\n    paths: [" + paths + "]\n" + strings.TrimPrefix(head, "on: push\n") +
		"        connector: [" + matrix + "]\n    steps:\n" +
		"      - name: first\n        if: contains(fromJson('[" + first + "]'), matrix.connector)\n        run: echo ${{ matrix.connector }}\n" +
		"      - name: second\n        if: contains(fromJson('[" + second + "]'), matrix.connector)\n        run: echo ${{ matrix.connector }}\n"
}

// What named a connector before it was added is no part of the addition: in a
// repository a removal without flags leaves it, and takes the rest.
func TestRemoveLeavesWhatStoodBefore(t *testing.T) {
	t.Parallel()
	const a, ab = `"source-a"`, `"source-a", "source-b"`
	for name, tt := range map[string]struct {
		text string
		also []string
	}{
		"nothing stood":                  {named("source-a", "source-a/**", a, a), nil},
		"nothing stood, one is asked":    {named("source-a", "source-a/**", a, a), []string{"first"}},
		"a list stood":                   {named("source-a", "source-a/**", ab, a), nil},
		"a list stood, and is asked":     {named("source-a", "source-a/**", ab, a), []string{"first"}},
		"a list stood, another is asked": {named("source-a", "source-a/**", ab, a), []string{"second"}},
		"a path stood":                   {named("source-a", "source-a/**, source-b/**", a, a), []string{"first", "second"}},
		"all stood":                      {named("source-a", "source-a/**, source-b/**", ab, ab), nil},
	} {
		root, _ := testkit.Repo(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", workflowFile: tt.text})
		ws, all := openAt(t, root)
		change, err := ci.Add(ws, all, all[1:], ci.Options{Also: tt.also})
		if err == nil {
			err = change.Apply()
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := ci.Remove(t.Context(), ws, all, []string{"source-b"}, ci.Options{})
		if err == nil {
			err = back.Apply()
		}
		got, readErr := os.ReadFile(filepath.Join(root, workflowFile))
		if err != nil || readErr != nil || string(got) != tt.text {
			t.Errorf("%s: %v, %v, got\n%s\nwant\n%s", name, err, readErr, got, tt.text)
		}
		if left := strings.Count(tt.text, "source-b"); len(back.Notes) != left {
			t.Errorf("%s: %d places still name it, told %q", name, left, back.Notes)
		}
	}
}

// An entry that is committed goes with all that names it, and --also takes
// what stood before.
func TestRemoveTakesWhatIsCommitted(t *testing.T) {
	t.Parallel()
	const ab = `"source-a", "source-b"`
	text := named("source-a, source-b", "source-a/**, source-b/**", ab, ab)
	root, _ := testkit.Repo(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", workflowFile: text})
	ws, all := openAt(t, root)
	change, err := ci.Remove(t.Context(), ws, all, []string{"source-b"}, ci.Options{})
	if got := texts(map[string]string{workflowFile: text}, change)[workflowFile]; err != nil || strings.Contains(got, "source-b") {
		t.Errorf("%v, got\n%s", err, got)
	}
	testkit.Put(t, root, map[string]string{workflowFile: named("source-a", "source-a/**", ab, ab)})
	testkit.Git(t, root, "commit", "-qam", "lists only")
	testkit.Put(t, root, map[string]string{workflowFile: text})
	change, err = ci.Remove(t.Context(), ws, all, []string{"source-b"}, ci.Options{Also: []string{"first"}})
	want := named("source-a", "source-a/**", `"source-a"`, ab)
	if got := texts(map[string]string{workflowFile: text}, change)[workflowFile]; err != nil || got != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
}

// Runs at the same time wait for each other: no entry is lost.
func TestLockKeepsEveryEntry(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source-a/main.go": "package main\n", workflowFile: head + "        connector:\n          - source-a\n    steps:\n      - run: echo ${{ matrix.connector }}\n"}
	names := []string{"source-b", "source-c", "source-d", "source-e", "source-f", "source-g"}
	for _, name := range names {
		files[name+"/main.go"] = "package main\n"
	}
	root := testkit.Tree(t, files)
	ws, all := openAt(t, root)
	var group sync.WaitGroup
	for i := range names {
		group.Go(func() {
			unlock, err := ci.Lock(t.Context(), ws)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			change, err := ci.Add(ws, all, all[i+1:i+2], ci.Options{})
			if err == nil {
				err = change.Apply()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	text, err := os.ReadFile(filepath.Join(root, workflowFile))
	missing := slices.DeleteFunc(names, func(name string) bool { return strings.Contains(string(text), "- "+name+"\n") })
	if err != nil || len(missing) > 0 {
		t.Errorf("%v, %q are missing in\n%s", err, missing, text)
	}
	empty, noWorkflows := openAt(t, testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n"}))
	if unlock, err := ci.Lock(t.Context(), empty); err != nil || len(noWorkflows) != 1 {
		t.Errorf("without workflows: %v", err)
	} else {
		unlock()
	}
}
