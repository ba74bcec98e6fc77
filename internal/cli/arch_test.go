package cli_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/connkit/connkit/"

// floor gives how high a room stands; a room imports only from below.
var floors = map[string]int{
	"cmd": 5, "internal/doctest": 5, "internal/cli": 4, "internal/platform": 4,
	"pkg/scaffold": 3, "pkg/upstream": 3, "pkg/secrets": 3, "pkg/build": 3, "pkg/ci": 3, "pkg/run": 3, "pkg/doctor": 3, "pkg/tour": 3, "pkg/migrate": 3,
	"pkg/workspace": 2, "pkg/flow": 2, "pkg/pyenv": 2, "templates": 2, "internal/ui": 2,
	"internal/gitcmd": 2, "internal/proc": 1, "internal/textedit": 1, "internal/yamltext": 1, "internal/testkit": 1, "internal/jsonschema": 1,
	"pkg/license":    1, // a word that settings are checked with
	"internal/fault": 0, "internal/pattern": 0,
}

// homes are the only rooms that may import a library.
var homes = map[string][]string{
	"github.com/spf13/cobra":            {"internal/cli"},
	"github.com/spf13/viper":            {"pkg/workspace"},
	"github.com/getsops/sops":           {"pkg/secrets"},
	"filippo.io/age":                    {"pkg/secrets"},
	"github.com/go-git/go-git":          {"pkg/upstream", "pkg/workspace"},
	"github.com/charmbracelet/lipgloss": {"internal/ui"},
	"github.com/rhysd/actionlint":       {"pkg/ci"},
	"github.com/github/go-spdx":         {"pkg/license"},
	"github.com/google/licensecheck":    {"pkg/license"},
	"github.com/moby/patternmatcher":    {"pkg/build"},
	"github.com/tailscale/hujson":       {"pkg/run"},
	"github.com/google/go-dap":          {"internal/testkit"},
	"os/exec":                           {"internal/proc", "internal/testkit"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportsGoDown(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, p := range listPackages(t) {
		me := room(strings.TrimPrefix(p.ImportPath, module))
		if me == "" {
			t.Errorf("%s stands in no room: docs/architecture.md", p.ImportPath)
			continue
		}
		for _, im := range p.Imports {
			checkLibrary(t, me, im)
			if rest, ok := strings.CutPrefix(im, module); ok {
				seen++
				if it := room(rest); it != me && floors[it] >= floors[me] {
					t.Errorf("%s imports %s, which does not stand below it", me, rest)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no import was looked at")
	}
}

func checkLibrary(t *testing.T, me, im string) {
	t.Helper()
	for lib, in := range homes {
		if (im == lib || strings.HasPrefix(im, lib+"/")) && !slices.Contains(in, me) {
			t.Errorf("%s imports %s; only %s may", me, im, strings.Join(in, ", "))
		}
	}
}

// room gives the room of a package path, or "".
func room(path string) string {
	for name := range floors {
		if path == name || strings.HasPrefix(path, name+"/") {
			return name
		}
	}
	return ""
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}
