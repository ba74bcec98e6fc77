package ci_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
)

const head = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"

// removing takes names out of a workflow that people have written.
func removing(t *testing.T, text string, o ci.Options, names ...string) (string, ci.Change, error) {
	t.Helper()
	root := testkit.Tree(t, map[string]string{
		"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", "source-p/pyproject.toml": "",
		".github/workflows/ci.yaml": text,
	})
	ws, all := openAt(t, root)
	change, err := ci.Remove(t.Context(), ws, all, names, o)
	return texts(map[string]string{".github/workflows/ci.yaml": text}, change)[".github/workflows/ci.yaml"], change, err
}

func TestRemoveWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	const steps = "    steps:\n      - run: echo ${{ matrix.connector }}\n"
	for name, tt := range map[string]struct{ text, want string }{
		"a comment behind it goes, one above stays": {
			head + "        connector:\n          - source-a\n          # about b\n          - source-b # mine\n\n          - source-c\n" + steps,
			head + "        connector:\n          - source-a\n          # about b\n\n          - source-c\n" + steps,
		},
		"twice": {
			head + "        connector:\n          - source-b\n          - source-a\n          - source-b\n" + steps,
			head + "        connector:\n          - source-a\n" + steps,
		},
		"a comma behind the last": {
			head + "        connector: [source-a, source-b,]\n" + steps, head + "        connector: [source-a,]\n" + steps,
		},
		"two jobs": {
			head + "        connector: [source-b, source-a]\n" + steps + "  two:\n    runs-on: x\n    strategy:\n      matrix:\n        name: ['source-a', 'source-b']\n    steps: [{run: x}]\n",
			head + "        connector: [source-a]\n" + steps + "  two:\n    runs-on: x\n    strategy:\n      matrix:\n        name: ['source-a']\n    steps: [{run: x}]\n",
		},
		"comments in include stay when it goes": {
			head + "        connector:\n          - source-a\n        include: # python\n          # why\n          - connector: source-b\n            python: true # so\n          # the end\n        exclude: []\n" + steps,
			head + "        connector:\n          - source-a\n          # why\n          # the end\n        exclude: []\n" + steps,
		},
		"include with its only name twice": {
			head + "        connector: [source-a]\n        include:\n          - connector: source-b\n            x: 1\n          - connector: source-b\n            x: 2\n" + steps,
			head + "        connector: [source-a]\n" + steps,
		},
		"include at the end, without the last line break": {
			head + "        connector:\n          - source-a\n          - source-b\n        include:\n          - connector: source-b\n            python: true",
			head + "        connector:\n          - source-a",
		},
		"the same with CRLF": {
			strings.ReplaceAll(head+"        connector:\n          - source-a\n          - source-b\n        include:\n          - connector: source-b", "\n", "\r\n"),
			strings.ReplaceAll(head+"        connector:\n          - source-a", "\n", "\r\n"),
		},
		"lists of steps of the job": {
			head + "        connector: [source-a, source-b]\n    steps:\n      - run: x\n        if: contains(fromJson('[\"source-b\",\"source-a\"]'), matrix.connector)\n",
			head + "        connector: [source-a]\n    steps:\n      - run: x\n        if: contains(fromJson('[\"source-a\"]'), matrix.connector)\n",
		},
	} {
		got, change, err := removing(t, tt.text, ci.Options{}, "source-b")
		if err != nil || got != tt.want {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", name, err, got, tt.want)
		}
		lines := map[int]bool{}
		for _, e := range change.Edits {
			if e.Action != "remove" || e.Line == 0 || e.Column == 0 || lines[e.Line] {
				t.Errorf("%s: got %+v", name, e)
			}
			lines[e.Line] = true
		}
	}
}

func TestRemoveNotTheLast(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		head + "        connector:\n          - source-b\n    steps: [{run: x}]\n",
		head + "        include:\n          - connector: source-b\n    steps: [{run: x}]\n",
	} {
		got, _, err := removing(t, text, ci.Options{}, "source-b")
		if fault.Code(err) != 4 || got != text || !strings.Contains(err.Error(), "a matrix cannot be empty") {
			t.Errorf("got %v", err)
		}
	}
	// That of a list in brackets can go: an entry may have been added to [].
	got, change, err := removing(t, head+"        connector: [source-b]\n    steps: [{run: x}]\n", ci.Options{}, "source-b")
	if err != nil || !strings.Contains(got, "connector: []\n") || len(change.Notes) == 0 {
		t.Errorf("got %q, %q, %v", got, change.Notes, err)
	}
}

func TestRemoveTellsWhatStillNamesIt(t *testing.T) {
	t.Parallel()
	text := head + "        connector: [source-a]\n    steps:\n      - name: Start\n        run: x\n        if: contains(fromJson('[\"source-a\", \"source-b\"]'), matrix.connector)\n"
	got, change, err := removing(t, text, ci.Options{}, "source-b")
	if err != nil || got != text || len(change.Notes) != 1 || !strings.Contains(change.Notes[0], `ci.yaml:11:45: step "Start" still names source-b`) {
		t.Errorf("got %q, %v", change.Notes, err)
	}
	got, _, err = removing(t, text, ci.Options{Also: []string{"Start"}}, "source-b")
	if err != nil || got != strings.Replace(text, `, "source-b"`, "", 1) {
		t.Errorf("got %q, %v", got, err)
	}
	if _, _, err := removing(t, text, ci.Options{}, "source-nowhere"); fault.Code(err) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestRemoveFromOneJob(t *testing.T) {
	t.Parallel()
	filter := "on:\n  push:\n    paths: [source-a/**, source-b/**]\n"
	text := strings.Replace(head, "on: push\n", filter, 1) + "        connector: [source-a, source-b]\n    steps: [{run: x}]\n  two:\n    runs-on: x\n    strategy: {matrix: {connector: [source-a, source-b]}}\n    steps: [{run: x}]\n"
	got, _, err := removing(t, text, ci.Options{Target: ci.Target{Job: "two"}}, "source-b")
	if want := strings.Replace(text, "matrix: {connector: [source-a, source-b]}", "matrix: {connector: [source-a]}", 1); err != nil || got != want {
		t.Errorf("the path filter is the other job's too: got %q, %v", got, err)
	}
	got, _, err = removing(t, text, ci.Options{}, "source-b")
	if err != nil || strings.Contains(got, "source-b") {
		t.Errorf("got %q, %v", got, err)
	}
}
