package ci_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

// adding plans to add source-b to a workflow in which source-a may stand.
func adding(t *testing.T, text string, o ci.Options) (string, ci.Change, error) {
	t.Helper()
	root := testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", workflowFile: text})
	ws, all := openAt(t, root)
	change, err := ci.Add(ws, all, all[1:], o)
	return texts(map[string]string{workflowFile: text}, change)[workflowFile], change, err
}

// What cannot be edited is refused with its place, the reason and what to do.
func TestAdditionsThatAreRefused(t *testing.T) {
	t.Parallel()
	job := func(lines string) string { return "on: push\njobs:\n  build:\n    runs-on: x\n" + lines }
	for name, tt := range map[string]struct {
		text        string
		o           ci.Options
		error, hint string
	}{
		"no matrix at all":           {text: job(echo), error: "placing source-b: no workflow in .github/workflows has a matrix", hint: "paste it by hand, into a job of ci.yaml:\n    strategy:\n      matrix:\n        connector:\n          - source-b"},
		"an expression":              {text: job("    strategy:\n      matrix: ${{ fromJson(needs.x.outputs.m) }}\n" + echo), error: ".github/workflows/ci.yaml:6:15: the matrix of job build is made by an expression, ${{ fromJson(needs.x.outputs.m) }}", hint: "what makes it decides"},
		"an alias":                   {text: job("    strategy:\n      matrix: &m {connector: 1}\n  two:\n    runs-on: x\n    strategy:\n      matrix: *m\n" + echo), o: ci.Options{Target: ci.Target{Job: "two", Workflow: "ci"}}, error: ".github/workflows/ci.yaml:10:15: the matrix of job two is an alias, *m"},
		"a workflow of others":       {text: "on: push\njobs:\n  build:\n    uses: ./.github/workflows/other.yaml\n", error: ".github/workflows/ci.yaml:4:5: job build calls a reusable workflow and has no matrix"},
		"one of others, named":       {text: "on: push\njobs:\n  build:\n    uses: ./.github/workflows/other.yaml\n", o: ci.Options{Target: ci.Target{Job: "build", Workflow: "ci.yaml"}}, error: "job build calls a reusable workflow"},
		"a list by expression":       {text: head + "        connector: ${{ fromJson(x) }}\n" + echo, error: ".github/workflows/ci.yaml:7:20: axis connector of job build is made by an expression, ${{ fromJson(x) }}", hint: "paste it by hand: source-b"},
		"a list that is an alias":    {text: head + "        all: &all [source-a]\n        connector: *all\n" + echo, o: ci.Options{Target: ci.Target{Axis: "connector"}}, error: ".github/workflows/ci.yaml:8:20: axis connector of job build is an alias, *all: edit the list that it names"},
		"no list":                    {text: head + "        connector: {a: source-a}\n" + echo, error: "axis connector of job build is no list"},
		"a list of lists":            {text: head + "        connector: [source-a, [source-c]]\n" + echo, error: ".github/workflows/ci.yaml:7:31: this item of axis connector names no connector by a plain name or a map"},
		"an expression in it":        {text: head + "        connector: [source-a, '${{ x }}']\n" + echo, error: ".github/workflows/ci.yaml:7:31: this item of axis connector"},
		"a key twice":                {text: head + "        connector: [source-a]\n        connector: [source-c]\n" + echo, error: `.github/workflows/ci.yaml:8:9: key "connector" stands in the matrix of job build a second time`},
		"include is no list":         {text: head + "        connector: [source-a]\n        include: ${{ fromJson(x) }}\n" + echo, o: ci.Options{Values: ci.Values{Set: map[string]string{"a": "b"}}}, error: ".github/workflows/ci.yaml:8:18: include of job build is no list: the entry of source-b cannot be added"},
		"a list on its dash's line":  {text: head + "        connector: \n          - - source-a\n" + echo, o: ci.Options{Target: ci.Target{Axis: "connector"}}, error: "this item of axis connector names no connector"},
		"entries in a folded text":   {text: head + "        connector: >-\n          [source-a]\n" + echo, o: ci.Options{Target: ci.Target{Axis: "connector"}}, error: "axis connector of job build is no list"},
		"a step that is none":        {text: head + "        connector: [source-a]\n" + echo, o: ci.Options{Also: []string{"Start"}}, error: `finding step "Start" in .github/workflows/ci.yaml, job build, axis connector: no step of that name holds a list of connectors`},
		"a matrix in braces, values": {text: strings.TrimSuffix(head, "\n") + " {connector: [source-a]}\n" + echo, o: ci.Options{Values: ci.Values{Set: map[string]string{"a": "b"}}}, error: "the entry of source-b: what stands there is written in a way that cannot be edited safely", hint: "paste it by hand:\ninclude:\n  - connector: source-b\n    a: b"},
		"a text at the very end":     {text: head + "        connector:\n          - name: source-a\n            run: |\n              make source-a", error: ".github/workflows/ci.yaml:8: editing the entry of source-b: what stands there is written in a way that cannot be edited safely", hint: "paste it by hand:\n          - name: source-b\n            run: |\n              make source-b"}, // a line break more would belong to the text of source-a
		"a conflict":                 {text: head + "<<<<<<< HEAD\n        connector: [source-a]\n=======\n>>>>>>> x\n" + echo, error: ".github/workflows/ci.yaml:7:1: a merge conflict is not resolved", hint: "mend it, or name another with --workflow"},
		"old line endings":           {text: strings.ReplaceAll(head+"        connector: [source-a]\n", "\n", "\r"), error: "a line ends in neither LF nor CRLF"},
		"tabs":                       {text: head + "\t\tconnector: [source-a]\n", error: ".github/workflows/ci.yaml:7: found character that cannot start any token"},
	} {
		got, _, err := adding(t, tt.text, tt.o)
		if got != tt.text || fault.Code(err) != 2 || !strings.Contains(err.Error(), tt.error) || !strings.HasPrefix(fault.HintOf(err), tt.hint) {
			t.Errorf("%s: %v (exit %d, hint %q)", name, err, fault.Code(err), fault.HintOf(err))
		}
	}
}

// A name that could be more than a name in a matrix, a pattern or a list is refused before anything is read of it.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	text := head + "        connector: [source-a]\n" + echo
	ws, all := openAt(t, testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", workflowFile: text}))
	for _, name := range []string{"", "a b", "../x", "x/y", "${{ x }}", "- y", "-y", ".hidden", "'a'", "\"a\"", "a\nb", "a#b", "a: b", "[a]", "{a}", "*a", "&a", "!a", "a,b", "ä", "a\x00b", "a`b", "$a", "a;b", "a|b", "%a", "@a", "a\\b"} {
		c := workspace.Connector{Name: name, Kind: "capture", Language: "go"}
		change, err := ci.Add(ws, append(all, c), []workspace.Connector{c}, ci.Options{})
		if fault.Code(err) != 2 || !strings.HasSuffix(err.Error(), ": that is no name for a matrix: letters, digits, - _ .") || len(change.Edits) > 0 {
			t.Errorf("%q: %+v, %v", name, change.Edits, err)
		}
	}
	for _, name := range []string{"a", "A", "0", "source-b", "a.b", "a_b", "a-", "a..b", "null", "true", "1.0", "0x1", "2026-01-01"} {
		c := workspace.Connector{Name: name, Kind: "capture", Language: "go"}
		change, err := ci.Add(ws, append(all, c), []workspace.Connector{c}, ci.Options{})
		if err != nil || len(change.Edits) != 1 {
			t.Errorf("%q: %+v, %v", name, change.Edits, err)
		}
	}
}

// actionlint has the last word: an edit that brings a finding is refused, and
// findings that were there before are nobody's fault. Of a removal they are told.
func TestWhatActionlintSays(t *testing.T) {
	t.Parallel()
	const typed = "    steps:\n      - run: echo ${{ matrix.connector }} ${{ matrix.rate }}\n"
	// The key goes with the only entry that has it, and the step still asks for it.
	text := head + "        connector: [source-a, source-b]\n        include:\n          - connector: source-b\n            rate: \"1\"\n" + typed
	got, change, err := removing(t, text, ci.Options{}, "source-b")
	if err != nil || strings.Contains(got, "rate:") || len(change.Notes) != 1 || !strings.HasPrefix(change.Notes[0], workflowFile+`: actionlint now says: property "rate" is not defined`) {
		t.Errorf("%v, %q, got\n%s", err, change.Notes, got)
	}
	// What an edit brings is refused, and nothing is planned.
	_, change, err = adding(t, head+"        connector: [source-a]\n"+echo, ci.Options{Values: ci.Values{Set: map[string]string{"rate": "${{ nope }}"}}})
	if fault.Code(err) != 2 || !strings.Contains(err.Error(), `editing ".github/workflows/ci.yaml": actionlint finds fault with the result: undefined variable "nope"`) {
		t.Errorf("%+v, %v", change, err)
	}
	// What it says already it may say afterwards.
	odd := strings.Replace(head, "runs-on: ubuntu-latest", "runs-on: ubuntu-latest\n    timeout-minutes: many", 1) + "        connector: [source-a]\n    steps:\n      - run: echo ${{ matrix.none }}\n"
	if got, _, err := adding(t, odd, ci.Options{}); err != nil || !strings.Contains(got, "[source-a, source-b]") {
		t.Errorf("%v, got\n%s", err, got)
	}
}

// Of two plans made of the same text the second is not written over the first.
func TestTheSecondOfTwoPlans(t *testing.T) {
	t.Parallel()
	text := head + "        connector: [source-a]\n" + echo
	root := testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", "source-c/main.go": "package main\n", workflowFile: text})
	ws, all := openAt(t, root)
	first, err := ci.Add(ws, all, all[1:2], ci.Options{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := ci.Add(ws, all, all[2:], ci.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Apply(); err != nil {
		t.Fatal(err)
	}
	if err := second.Apply(); fault.Code(err) != 4 || !strings.Contains(err.Error(), "it has changed in the meantime") {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(filepath.Join(root, workflowFile)); err != nil || string(got) != strings.Replace(text, "[source-a]", "[source-a, source-b]", 1) {
		t.Errorf("got %q, %v", got, err)
	}
	if err := first.Apply(); fault.Code(err) != 4 {
		t.Errorf("the first once more: %v", err)
	}
	third, err := ci.Add(ws, all, all[2:], ci.Options{})
	if err == nil {
		err = third.Apply()
	}
	if got, rerr := os.ReadFile(filepath.Join(root, workflowFile)); err != nil || rerr != nil || !strings.Contains(string(got), "[source-a, source-b, source-c]") {
		t.Errorf("made anew: %v, %v, got %q", err, rerr, got)
	}
}

// A list of connectors is known in an expression however that is written, and is
// edited where it stands; what is no list of texts stays as it is.
func TestListsInExpressions(t *testing.T) {
	t.Parallel()
	whole := func(step string) string {
		return head + "        connector: [source-a]\n    steps:\n      - name: Start\n" + step
	}
	for name, tt := range map[string]struct{ step, want string }{
		"plain":              {"        if: contains(fromJson('[\"source-a\"]'), matrix.connector)\n        run: x\n", "[\"source-a\", \"source-b\"]"},
		"with dollars":       {"        if: ${{ contains(fromJSON('[\"source-a\"]'), matrix.connector) }}\n        run: x\n", "[\"source-a\", \"source-b\"]"},
		"blanks":             {"        if: contains( fromJson( '[ \"source-a\" ]' ), matrix.connector )\n        run: x\n", "[ \"source-a\", \"source-b\" ]"},
		"negated, and more":  {"        if: \"!contains(fromJson('[\\\"source-a\\\"]'), matrix.connector) && github.ref == 'x'\"\n        run: x\n", "[\\\"source-a\\\", \\\"source-b\\\"]"},
		"in single quotes":   {"        if: 'contains(fromJson(''[\"source-a\"]''), matrix.connector)'\n        run: x\n", "[\"source-a\", \"source-b\"]"},
		"literal":            {"        if: |\n          contains(fromJson('[\"source-a\",\"source-z\"]'), matrix.connector)\n        run: x\n", "[\"source-a\",\"source-b\",\"source-z\"]"},
		"several lines":      {"        if: |\n          contains(fromJson('[\n            \"source-a\",\n            \"source-z\"\n          ]'), matrix.connector)\n        run: x\n", "\"source-a\",\n            \"source-b\",\n            \"source-z\"\n"},
		"in env":             {"        env:\n          SLOW: ${{ contains(fromJson('[\"source-a\"]'), matrix.connector) }}\n        run: x\n", "[\"source-a\", \"source-b\"]"},
		"in run":             {"        run: echo ${{ contains(fromJson('[\"source-a\"]'), matrix.connector) }}\n", "[\"source-a\", \"source-b\"]"},
		"empty":              {"        if: contains(fromJson('[]'), matrix.connector)\n        run: x\n", "fromJson('[\"source-b\"]')"},
		"numbers":            {"        if: contains(fromJson('[1, 2]'), matrix.n)\n        run: x\n", ""},
		"a map":              {"        if: |\n          contains(fromJson('{\"a\": [\"source-a\"]}').a, matrix.connector)\n        run: x\n", ""},
		"not closed":         {"        if: contains(fromJson('[\"source-a\"), matrix.connector)\n        run: x\n", ""},
		"another function":   {"        if: contains(toJson('[\"source-a\"]'), matrix.connector)\n        run: x\n", ""},
		"an output":          {"        if: contains(fromJson(needs.x.outputs.list), matrix.connector)\n        run: x\n", ""},
		"a comment below it": {"        # fromJson('[\"source-a\"]')\n        run: x\n", ""},
	} {
		for _, crlf := range []bool{false, true} {
			text, want := whole(tt.step), tt.want
			if crlf {
				text, want = strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
			}
			got, change, err := adding(t, text, ci.Options{Also: []string{"start"}})
			if want == "" {
				if fault.Code(err) != 2 || !strings.Contains(err.Error(), "no step of that name holds a list") {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil || !strings.Contains(got, want) || strings.Count(got, "source-b") != 2 || len(change.Edits) != 2 || change.Edits[1].Shape != "step" || change.Edits[1].Step != "Start" {
				t.Errorf("%s: %v, %+v, got\n%s", name, err, change.Edits, got)
				continue
			}
			if back, _, err := removing(t, got, ci.Options{}, "source-b"); err != nil || back != text {
				t.Errorf("%s: %v, removing gave\n%q\nwant\n%q", name, err, back, text)
			}
		}
	}
}

// A matrix that cannot be edited is one all the same: to choose it is no mistake,
// and there is nothing in it to list or to remove.
func TestAMatrixByExpressionCanBeChosen(t *testing.T) {
	t.Parallel()
	text := head + "        connector: [source-a]\n" + echo + "  made:\n    runs-on: x\n    strategy:\n      matrix: ${{ fromJson(needs.build.outputs.m) }} # connkit ci matrix\n    needs: build\n    steps: [{run: x}]\n"
	ws, all := openAt(t, testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", workflowFile: text}))
	target := ci.Target{Job: "made"}
	if list, err := ci.List(ws, all, nil, target); err != nil || len(list) != 1 || len(list[0].Spots) != 0 {
		t.Errorf("list: %+v, %v", list, err)
	}
	if found, err := ci.Check(ws, all, nil, target); err != nil || len(found) != 0 {
		t.Errorf("check: %+v, %v", found, err)
	}
	if change, err := ci.Remove(t.Context(), ws, all, []string{"source-a"}, ci.Options{Target: target}); err != nil || len(change.Edits) != 0 || len(change.Present) != 1 || change.Present[0].File != "" {
		t.Errorf("remove: %+v, %v", change, err)
	}
	if _, err := ci.Add(ws, all, all, ci.Options{Target: target}); fault.Code(err) != 2 {
		t.Errorf("add: %v", err)
	}
	for _, wrong := range []ci.Target{{Job: "mades"}, {Job: "made", Workflow: "other"}} {
		if _, err := ci.List(ws, all, nil, wrong); fault.Code(err) != 2 {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

// Branches of all places and tags complete a revision; without a repository there is none.
func TestRefs(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"source-a/main.go": "package main\n"})
	testkit.Git(t, dir, "branch", "feature/x")
	testkit.Git(t, dir, "update-ref", "refs/remotes/origin/main", "HEAD")
	testkit.Git(t, dir, "update-ref", "refs/notes/commits", "HEAD")
	ws, _ := openAt(t, dir)
	if got := strings.Join(ci.Refs(t.Context(), ws), " "); got != "feature/x main origin/main v1" {
		t.Errorf("got %q", got)
	}
	if got := ci.Refs(t.Context(), &workspace.Workspace{Root: t.TempDir()}); got != nil {
		t.Errorf("got %q", got)
	}
}
