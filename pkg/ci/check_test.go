package ci_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
)

// findings checks a workspace of two Go connectors, a Python one and files, and
// gives what is found as "file:line:col level message [fix]".
func findings(t *testing.T, files map[string]string, ignored map[string]string) []string {
	t.Helper()
	root := testkit.Tree(t, map[string]string{"source-a/go.mod": "", "source-b/go.mod": "", "source-p/pyproject.toml": "", "source-p/VERSION": "v2\n"})
	testkit.Put(t, root, files)
	ws, all := openAt(t, root)
	found, err := ci.Check(ws, all, ignored, ci.Target{})
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, f := range found {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s:%d:%d %s %s [%s]", strings.TrimPrefix(f.File, ".github/workflows/"), f.Line, f.Column, f.Level, f.Message, f.Fix)))
	}
	return list
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const steps = "    steps:\n      - run: echo ${{ matrix.connector }}\n"
	all := head + "        connector: [source-a, source-b, source-p]\n" + steps
	maps := func(entries ...string) string {
		return head + "        connector:\n          - " + strings.Join(entries, "\n          - ") + "\n" + steps
	}
	for name, tt := range map[string]struct {
		ci      string
		more    map[string]string
		ignored map[string]string
		want    []string
	}{
		"all is well":        {ci: all},
		"one is missing":     {ci: head + "        connector: [source-a, source-p]\n" + steps, want: []string{"ci.yaml:7:20 error source-b stands in no matrix [connkit ci add source-b]"}},
		"one is ignored":     {ci: head + "        connector: [source-a, source-p]\n" + steps, ignored: map[string]string{"source-b": "retired"}},
		"ignored and there":  {ci: all, ignored: map[string]string{"source-b": "retired"}, want: []string{"ci.yaml:7:31 error source-b stands here, and ci.ignore leaves it out (retired) [connkit ci remove source-b]"}},
		"ignored is nobody":  {ci: all, ignored: map[string]string{"source-x": "gone"}, want: []string{"connkit.yaml:0:0 warning ci.ignore names source-x, which is no connector []"}},
		"no folder":          {ci: head + "        connector: [source-a, source-b, source-old, source-p]\n" + steps, want: []string{"ci.yaml:7:41 error source-old has no folder [connkit ci remove source-old]"}},
		"a folder of others": {ci: head + "        connector: [source-a, source-b, lib, source-p]\n" + steps, more: map[string]string{"lib/x": ""}},
		"twice in one": {ci: head + "        connector:\n          - source-a\n          - source-b\n          - source-p\n          - source-a\n" + steps,
			want: []string{"ci.yaml:11:13 error source-a stands in job build a second time; first in line 8 []"}},
		"in two": {ci: all, more: map[string]string{".github/workflows/z.yml": "on: push\njobs:\n  z:\n    runs-on: x\n    strategy: {matrix: {name: [source-b]}}\n    steps: [{run: x}]\n"},
			want: []string{"z.yml:5:32 error source-b stands in a second matrix; the first is .github/workflows/ci.yaml:7 []"}},
		"list and include are one": {ci: head + "        connector: [source-a, source-b, source-p]\n        include: [{connector: source-p, python: true}]\n" + steps},
		"a wrong version": {ci: maps("{name: source-a, version: v1}", "{name: source-b, version: v3}", "{name: source-p, version: v1}"), want: []string{
			"ci.yaml:9:39 warning version v3 of source-b stands here only: there is no source-b/VERSION []",
			"ci.yaml:10:39 error version v1 of source-p differs from what its VERSION says (v2) [connkit ci add --update source-p]"}},
		"a wrong type": {ci: maps("{name: source-a, type: capture}", "{name: source-b, type: materialization}", "{name: source-p, type: capture}"), want: []string{
			"ci.yaml:9:36 error type materialization of source-b differs from what its name says (capture) [connkit ci add --update source-b]"}},
		"python: false": {ci: maps("{connector: source-a, python: false}", "{connector: source-b, python: false}", "{connector: source-p, python: false}"), want: []string{
			"ci.yaml:10:43 error python false of source-p differs from what its folder says (true) [connkit ci add --update source-p]"}},
		"a path filter": {ci: strings.Replace(all, "on: push\n", "on:\n  push:\n    paths: [source-a/**, source-p/**, source-gone/**, lib/**]\n", 1), want: []string{
			`ci.yaml:3:12 error the paths of push hold no "source-b/**" [connkit ci add source-b]`,
			"ci.yaml:3:39 error the paths of push name source-gone, which has no folder []"}},
		"a step": {ci: head + "        connector: [source-a, source-b, source-p]\n    steps:\n      - name: Start\n        if: contains(fromJson('[\"source-a\", \"source-old\"]'), matrix.connector)\n        run: x\n", want: []string{
			`ci.yaml:10:45 warning step "Start" names source-old, which is not in the matrix of its job []`}},
		"a workflow that cannot be read": {ci: all, more: map[string]string{".github/workflows/bad.yaml": "matrix: [\n  a: b: c\n"}, want: []string{"bad.yaml:2:0 error did not find expected ',' or ']' []"}},
		"a matrix that is made anew":     {ci: "on: push\njobs:\n  build:\n    runs-on: x\n    strategy:\n      matrix: ${{ fromJson(needs.c.outputs.matrix) }} # connkit ci matrix\n    steps: [{run: x}]\n"},
		"no workflow": {want: []string{":0:0 error source-a stands in no matrix [connkit ci add source-a]", ":0:0 error source-b stands in no matrix [connkit ci add source-b]",
			":0:0 error source-p stands in no matrix [connkit ci add source-p]"}},
	} {
		files := map[string]string{}
		if tt.ci != "" {
			files[".github/workflows/ci.yaml"] = tt.ci
		}
		for file, text := range tt.more {
			files[file] = text
		}
		want := tt.want
		if want == nil {
			want = []string{}
		}
		got := findings(t, files, tt.ignored)
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], ".github/workflows")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestCheckCountsJobs(t *testing.T) {
	t.Parallel()
	list := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint(i))
		}
		return "on: push\njobs:\n  n:\n    runs-on: x\n    strategy:\n      matrix: {n: [" + strings.Join(all, ", ") + "]}\n    steps: [{run: x}]\n"
	}
	ignored := map[string]string{"source-a": "x", "source-b": "x", "source-p": "x"}
	for n, want := range map[int]string{200: "", 201: "warning the matrix of job n makes 201 jobs", 256: "warning the matrix of job n makes 256 jobs", 257: "error the matrix of job n makes 257 jobs"} {
		got := findings(t, map[string]string{".github/workflows/ci.yaml": list(n)}, ignored)
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], "ci.yaml:6:15 "+want)) {
			t.Errorf("%d: got %q", n, got)
		}
	}
}

// What check says is to be typed mends what it says.
func TestCheckIsMended(t *testing.T) {
	t.Parallel()
	text := head + "        connector:\n          - {name: source-gone, version: v1}\n          - {name: source-a, version: v1}\n          - {name: source-p, version: v1}\n    steps:\n      - run: echo ${{ matrix.connector.name }}\n"
	root := testkit.Tree(t, map[string]string{"source-a/go.mod": "", "source-b/go.mod": "", "source-p/pyproject.toml": "", "source-p/VERSION": "v2\n", ".github/workflows/ci.yaml": text})
	ws, all := openAt(t, root)
	for range 10 {
		found, err := ci.Check(ws, all, nil, ci.Target{})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			return
		}
		words := strings.Fields(found[0].Fix)
		var change ci.Change
		switch {
		case slices.Equal(words[:3], []string{"connkit", "ci", "remove"}):
			change, err = ci.Remove(t.Context(), ws, all, words[3:], ci.Options{})
		case words[3] == "--update":
			change, err = ci.Add(ws, all, pick(all, words[4:]), ci.Options{Update: true})
		default:
			change, err = ci.Add(ws, all, pick(all, words[3:]), ci.Options{})
		}
		if err != nil {
			t.Fatalf("%q: %v", found[0].Fix, err)
		}
		if err := change.Apply(); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("it does not come to an end")
}

func TestList(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-a/go.mod": "", "source-out/go.mod": "", "source-none/go.mod": "", "source-p/pyproject.toml": "",
		".github/workflows/ci.yaml": head + "        connector: [source-a, source-p, source-gone]\n        include:\n          - connector: source-p\n            python: true\n    steps:\n      - name: Start\n        if: contains(fromJson('[\"source-a\"]'), matrix.connector)\n        run: x\n"})
	ws, all := openAt(t, root)
	list, err := ci.List(ws, all, map[string]string{"source-out": "retired"}, ci.Target{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		line := s.Connector + " " + s.Language + " " + s.Ignored
		for _, spot := range s.Spots {
			line += fmt.Sprintf(" | %d:%d %s %s%s %v", spot.Line, spot.Column, spot.Shape, spot.Axis, spot.Step, spot.Values)
		}
		got = append(got, line)
	}
	want := []string{
		"source-a go  | 7:21 list of names connector map[] | 13:33 step Start map[]", "source-gone   | 7:41 list of names connector map[]", "source-none go ", "source-out go retired",
		"source-p python  | 7:31 list of names connector map[] | 9:13 include connector map[python:true]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, target := range []ci.Target{{Workflow: "other"}, {Job: "biuld"}, {Axis: "conector"}} {
		const there = "; there are .github/workflows/ci.yaml:7 (job build, axis connector)"
		if list, err := ci.List(ws, all, nil, target); fault.Code(err) != 2 || err.Error() != "looking for a matrix: none is chosen by "+target.String()+there {
			t.Errorf("got %+v, %v", list, err)
		}
		if found, err := ci.Check(ws, all, nil, target); fault.Code(err) != 2 || !strings.HasSuffix(err.Error(), there) {
			t.Errorf("got %+v, %v", found, err)
		}
		if change, err := ci.Remove(t.Context(), ws, all, []string{"source-a"}, ci.Options{Target: target}); fault.Code(err) != 2 || !strings.HasSuffix(err.Error(), there) {
			t.Errorf("got %+v, %v", change, err)
		}
	}
}
