package ci

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// What an expression gives is what GitHub's runner would put there, or nothing is
// said of it.
func TestEvaluate(t *testing.T) {
	t.Parallel()
	m := matrixValues{"connector": "source-a", "connector.type": "capture", "rate": "0", "off": "false", "empty": "", "n": "1.5", "text": "it's"}
	for text, want := range map[string]string{
		"":                               "",
		"plain":                          "plain",
		"${{ matrix.connector }}":        "source-a",
		"${{matrix.connector}}":          "source-a",
		"${{  matrix.connector.type  }}": "capture",
		"a-${{ matrix.connector }}-${{ matrix.n }}.b":   "a-source-a-1.5.b",
		"${{ matrix.none }}":                            "",
		"${{ matrix.none || 'v1' }}":                    "v1",
		"${{ matrix.empty || 'v1' }}":                   "v1",
		"${{ matrix.rate || '1.0' }}":                   "1.0", // 0 is false to ||
		"${{ matrix.off || matrix.n }}":                 "1.5",
		"${{ matrix.connector || 'v1' }}":               "source-a",
		"${{ matrix.none || matrix.empty || 7 }}":       "7",
		"${{ matrix.none || matrix.empty }}":            "",
		"${{ matrix.rate }}":                            "0",
		"${{ matrix.off }}":                             "false",
		"${{ 'it''s' }}":                                "it's",
		"${{ '' }}":                                     "",
		"${{ -1.5 }}":                                   "-1.5",
		"${{ matrix.text }}":                            "it's",
		"no expression { } }} {{":                       "no expression { } }} {{",
		"${{ github.sha }}":                             "?",
		"${{ matrix.connector && 'x' }}":                "?",
		"${{ matrix.connector == 'x' }}":                "?",
		"${{ !matrix.off }}":                            "?",
		"${{ format('{0}', matrix.n) }}":                "?",
		"${{ matrix.none || github.sha }}":              "?",
		"${{ matrix.connector || github.sha }}":         "source-a", // what comes first is enough
		"${{ 'open }}":                                  "?",
		"${{ matrix['connector'] }}":                    "?",
		"$GITHUB_SHA":                                   "?",
		"${GITHUB_SHA}":                                 "?",
		"${{ matrix.connector }}-$X":                    "?",
		"$(date)":                                       "?",
		"${{ matrix.n }}${{ github.sha }}":              "?",
		"${{ steps.x.outputs.y }}/${{ matrix.n }}":      "?",
		"${{ matrix.connector }}\n${{ matrix.n }}":      "source-a\n1.5",
		"https://x/${{ matrix.connector }}/?a=b&c=%20#": "https://x/source-a/?a=b&c=%20#",
	} {
		got, ok := m.evaluate(text)
		if !ok {
			got = "?"
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Values are spelled as an expression prints them.
func TestValuesOfAMatrix(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a": "a", "'1.0'": "1.0", "1.0": "1", "1.50": "1.5", "007": "7", "1e3": "1000", "-0.25": "-0.25", "true": "true", "True": "True", "null": "", "~": "", "''": "",
		".inf": ".inf", ".nan": ".nan", "\"a b\"": "a b", "2026-01-01": "2026-01-01", "123456789012": "123456789012",
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		m := matrixValues{}
		m.put("k", n.Content[0])
		if m["k"] != want {
			t.Errorf("%s: got %q, want %q", text, m["k"], want)
		}
	}
	m := matrixValues{}
	m.put("k", &yaml.Node{Kind: yaml.SequenceNode})
	if len(m) != 0 {
		t.Errorf("a list has no value of its own: %v", m)
	}
}

// Which flags of a step give build args, in all the ways of quoting them.
func TestStepArgs(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"run: docker build --build-arg A=1 .":                                         "A=1",
		"run: docker build --build-arg=A=1 --build-arg B=2 .":                         "A=1|B=2",
		"run: docker buildx build --build-arg 'A=x y' --build-arg \"B=x y\" .":        "A=x y|B=x y",
		"run: docker build --build-arg A='x y' --build-arg B=\"x\"y .":                "A=x y|B=xy",
		"run: docker build --build-arg A=${{ matrix.a || 'x y' }} .":                  "A=${{ matrix.a || x y }}",
		"run: \"docker build \\\\\\n  --build-arg A=1 \\\\\\n  --build-arg\\tB=2 .\"": "A=1|B=2",
		"run: podman build --build-arg A .":                                           "A",
		"run: nerdctl build .":                                                        "",
		"run: make docker-build":                                                      "-",
		"run: docker run --build-arg A=1 x":                                           "-",
		"run: dockerbuild --build-arg A=1":                                            "-",
		"uses: docker/build-push-action@v6":                                           "",
		"{uses: docker/build-push-action@abc, with: {build-args: 'A=1'}}":             "A=1",
		"{uses: docker/build-push-action@v6, with: {push: true}}":                     "",
		"{uses: actions/checkout@v6, with: {build-args: 'A=1'}}":                      "-",
		"name: docker build":                                                          "-",
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(step), &n); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		args, ok := stepArgs(n.Content[0])
		got := strings.Join(args, "|")
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", step, got, want)
		}
	}
}
