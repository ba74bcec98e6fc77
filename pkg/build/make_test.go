package build_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
)

// The driver docker keeps a cache in the image, and nowhere else.
func TestInlineCaches(t *testing.T) {
	for _, tt := range []struct {
		is, to, want, warning string
	}{
		{"buildx plain", "type=inline", " --cache-to type=inline ", ""},
		{"buildx plain", "type=local,dest=c", "", "--cache-to is left out: docker (buildx) cannot do it"},
		{"buildx plain", "type=local,dest=c type=inline", " --cache-to type=inline ", "--cache-to is left out: docker (buildx) cannot do it"},
		{"buildx", "type=local,dest=c type=inline", " --cache-to type=local,dest=c --cache-to type=inline ", ""},
	} {
		dir, e := docker(t, tt.is, engine.Buildx)
		results, err := run(t, options(testkit.Tree(t, files())), build.RunOptions{Engine: e, CacheTo: strings.Fields(tt.to)})
		if err != nil {
			t.Fatal(err)
		}
		calls, err := os.ReadFile(filepath.Join(dir, "calls"))
		if err != nil || !strings.Contains(string(calls), tt.want) || strings.Count(string(calls), "--cache-to") != strings.Count(tt.want, "--cache-to") {
			t.Errorf("%+v: %v\n%s", tt, err, calls)
		}
		if got := strings.Join(results[0].Warnings, "\n"); got != tt.warning {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// The labels of the classic builder stand behind the Dockerfile, whatever that ends with.
func TestLabelsBehindAnyEnd(t *testing.T) {
	for name, end := range map[string]string{
		"a line break": "\n", "none": "", "several": "\n\n\n", "a line that goes on": "CMD [\"x\"] \\\n", "a comment behind it": "CMD [\"x\"] \\\n# a \\ comment\n", "an escape": "CMD [\"x\"] \\", "CRLF": "CMD [\"x\"] \\\r\n",
	} {
		_, e := docker(t, "", engine.Classic)
		root := testkit.Tree(t, files())
		testkit.Put(t, root, map[string]string{"source-x/Dockerfile": image + end})
		results, err := run(t, options(root), build.RunOptions{Engine: e})
		if err != nil || results[0].State != build.Built {
			t.Errorf("%s: %+v, %v", name, results[0], err)
		}
	}
}
