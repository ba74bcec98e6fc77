package ci

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/workspace"
)

// longWorkflow is a workflow of more than 400 lines with a matrix of 66 names.
func longWorkflow() (string, map[string]workspace.Connector) {
	var b strings.Builder
	known := map[string]workspace.Connector{}
	b.WriteString("name: CI\non:\n  push:\n    branches: [main]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      fail-fast: false\n      matrix:\n        connector:\n")
	for i := range 66 {
		name := fmt.Sprintf("source-n%03d", 2*i)
		known[name] = workspace.Connector{Name: name, Kind: "capture", Language: "go"}
		fmt.Fprintf(&b, "          - %s\n", name)
	}
	b.WriteString("    steps:\n      - uses: actions/checkout@v4\n")
	for i := range 40 {
		fmt.Fprintf(&b, "\n      # What step %d is for.\n      - name: Step %d of ${{ matrix.connector }}\n        if: github.event_name == 'push'\n        env:\n          TOKEN: ${{ secrets.GITHUB_TOKEN }}\n        run: |\n          echo %d\n          ./run.sh ${{ matrix.connector }}\n", i, i, i)
	}
	return b.String(), known
}

// BenchmarkAdd is one addition to a workflow in memory: reading it, choosing
// the place, the edit, the checks of the result, actionlint before and after.
func BenchmarkAdd(b *testing.B) {
	text, known := longWorkflow()
	c := workspace.Connector{Name: "source-n031", Kind: "capture", Language: "go"}
	known[c.Name] = c
	b.ReportMetric(float64(strings.Count(text, "\n")), "lines")
	for b.Loop() {
		r := &repo{ws: &workspace.Workspace{}, connectors: known, single: true}
		w, err := parseWorkflow(".github/workflows/ci.yaml", []byte(text), r.known)
		if err != nil {
			b.Fatal(err)
		}
		r.workflows = []*workflow{w}
		was := r.first()
		var change Change
		if err := r.add(c, Options{}, &change); err != nil {
			b.Fatal(err)
		}
		if err := change.finish(was, r, false); err != nil || len(change.files) != 1 {
			b.Fatal(err, change)
		}
	}
}
