package ci_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

// Workflows, and the build args of source-a in them.
func TestBuildArgs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, workflow, args, notes string }{
		{
			"list of maps, build-push-action", `
jobs:
  base:
    steps:
      - uses: docker/build-push-action@v6
        with: {build-args: A=no}
  build:
    strategy:
      matrix:
        connector:
          - {name: source-a, type: capture, usage_rate: "0.0", n: 1.0}
          - {name: source-b, type: materialization, usage_rate: "1.0"}
    steps:
      - uses: docker/build-push-action@v6
        with:
          build-args: |
            CONNECTOR_NAME=${{ matrix.connector.name }}
            CONNECTOR_TYPE=${{matrix.connector.type}}
            USAGE_RATE=${{ matrix.connector.usage_rate || '1.0' }}
            DOCS_URL=https://d/${{ matrix.connector.name }}/${{ matrix.connector.version || 'v1' }}
            N=${{ matrix.connector.n }}
            NONE=${{ matrix.connector.none }}
            BASE_IMAGE=base:${{ steps.prep.outputs.tag }}
            # A comment=x
`,
			"CONNECTOR_NAME=source-a CONNECTOR_TYPE=capture DOCS_URL=https://d/source-a/v1 N=1 NONE= USAGE_RATE=0.0",
			".github/workflows/ci.yaml builds it with BASE_IMAGE=base:${{ steps.prep.outputs.tag }}, which only a run of it knows",
		},
		{
			"a workflow that cannot be read", "jobs:\n  build:\n    strategy:\n      matrix: [\n", "",
			"what CI builds it with is not known: .github/workflows/ci.yaml:5: did not find expected node content",
		},
		{
			"names and include, docker build", `
jobs:
  build:
    strategy:
      matrix:
        connector: [source-a, source-b]
        include:
          - {connector: source-a, connector_type: capture, python: true, rate: 0.5}
    steps:
      - run: |
          docker buildx build --build-arg CONNECTOR_NAME=${{ matrix.connector }} \
            --build-arg="USAGE_RATE=${{ matrix.rate }}" --build-arg 'T=${{ matrix.connector_type }}' --build-arg SHA=$GITHUB_SHA .
`,
			"CONNECTOR_NAME=source-a T=capture USAGE_RATE=0.5",
			".github/workflows/ci.yaml builds it with SHA=$GITHUB_SHA, which only a run of it knows",
		},
		{
			"no step that builds: the values of the entry", `
jobs:
  build:
    strategy:
      matrix:
        include:
          - {connector: source-a, connector_type: capture, python: true, usage-rate: 1.0, version: v2, base_image: b}
    steps:
      - run: make
`,
			"BASE_IMAGE=b CONNECTOR_TYPE=capture USAGE_RATE=1", "",
		},
		{"a step without args", "\njobs:\n  build:\n    strategy: {matrix: {connector: [source-a]}}\n    steps: [{uses: docker/build-push-action@v6, with: {tags: '${{ matrix.connector }}'}}]\n", "", ""},
		{"another connector", "\njobs:\n  build:\n    strategy: {matrix: {connector: [source-b]}}\n    steps: [{run: 'docker build --build-arg A=${{ matrix.connector }} .'}]\n", "", ""},
		{"none", "\non: push\njobs: {}\n", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, map[string]string{".git/": "", ".github/workflows/ci.yaml": tt.workflow, "source-a/go.mod": "module a\n", "source-b/go.mod": "module b\n"})
			ws, err := workspace.Open(root)
			if err != nil {
				t.Fatal(err)
			}
			all := []workspace.Connector{{Name: "source-a", Kind: "capture", Language: "go"}, {Name: "source-b", Kind: "capture", Language: "go"}}
			got, err := ci.ArgsOf(ws, all, "source-a", ci.Target{})
			if err != nil {
				t.Fatal(err)
			}
			var args []string
			for _, key := range slices.Sorted(maps.Keys(got.Args)) {
				args = append(args, key+"="+got.Args[key])
			}
			if strings.Join(args, " ") != tt.args || strings.Join(got.Notes, "\n") != tt.notes {
				t.Errorf("got %q\n%q", args, got.Notes)
			}
		})
	}
}
