package pyenv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/pyenv"
)

// What an image is built of is what an environment is made of.
func TestFactsOfProjects(t *testing.T) {
	t.Parallel()
	const project = "[project]\nname = \"x\"\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"Poetry, locked":        {map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": ""}, "poetry.lock packaged 3.12"},
		"uv, locked":            {map[string]string{"pyproject.toml": project, "uv.lock": ""}, "uv.lock packaged standard 3.12"},
		"no lock":               {map[string]string{"pyproject.toml": project + "requires-python = \">=3.8\"\n"}, "packaged standard 3.12"},
		"an old range":          {map[string]string{"pyproject.toml": project + "requires-python = \">=3.8,<3.11\"\n"}, "packaged standard 3.10"},
		"a new range":           {map[string]string{"pyproject.toml": project + "requires-python = \">=3.14\"\n"}, "packaged standard 3.16"},
		"no Python at all":      {map[string]string{"pyproject.toml": project + "requires-python = \">=3.12,<3.12\"\n"}, "packaged standard 3.12"},
		"requirements":          {map[string]string{"requirements.txt": "six\n"}, "requirements 3.12"},
		"settings of tools":     {map[string]string{"requirements.txt": "six\n", "pyproject.toml": "[tool.ruff]\n"}, "requirements 3.12"},
		"setup.py":              {map[string]string{"setup.py": ""}, "packaged 3.12"},
		"setup.cfg and a list":  {map[string]string{"setup.cfg": "", "requirements.txt": "-e .\n"}, "requirements packaged 3.12"},
		"Poetry, not a package": {map[string]string{"pyproject.toml": "[tool.poetry]\npackage-mode = false\n"}, "3.12"},
		"paths, sorted": {map[string]string{"pyproject.toml": project + "[tool.uv.sources]\nb = {path = \"../b\"}\na = {path = \"/abs/a\", editable = true}\nc = {git = \"https://x\"}\n"},
			"packaged standard 3.12 /abs/a UP/b"},
		"paths of both": {map[string]string{"pyproject.toml": project + "[tool.uv.sources]\ncdk = {path = \"../cdk\"}\n[tool.poetry.dependencies]\ncdk = {path = \"../cdk\", develop = true}\n"},
			"packaged standard 3.12 UP/cdk"},
	} {
		dir := testkit.Tree(t, tt.files)
		f, err := pyenv.Read(dir)
		var words []string
		for word, holds := range map[string]bool{"1" + f.Lock: f.Lock != "", "2requirements": f.Requirements, "3packaged": f.Packaged, "4standard": f.Standard} {
			if holds {
				words = append(words, word)
			}
		}
		got := sorted(words) + " " + f.Python + " " + strings.ReplaceAll(strings.Join(f.Paths, " "), filepath.Dir(dir), "UP")
		if err != nil || strings.TrimSpace(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", name, strings.TrimSpace(got), err, tt.want)
		}
	}
}

// sorted joins words that begin with the digit of their place.
func sorted(words []string) string {
	var list []string
	for place := '1'; place <= '4'; place++ {
		for _, w := range words {
			if rune(w[0]) == place {
				list = append(list, w[1:])
			}
		}
	}
	return strings.Join(list, " ")
}

// Both commands that ask refuse the same projects.
func TestProjectsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"two locks":      {map[string]string{"pyproject.toml": standard, "uv.lock": "", "poetry.lock": ""}, "are both there"},
		"a foreign lock": {map[string]string{"pyproject.toml": poetryStyle, "uv.lock": ""}, "uv sync installs nothing"},
		"nothing":        {map[string]string{"README.md": ""}, "nothing says what to install"},
		"no TOML":        {map[string]string{"pyproject.toml": "[project\n"}, "pyproject.toml:1:"},
		"a wrong type":   {map[string]string{"pyproject.toml": "[project]\nrequires-python = 3.12\n"}, "pyproject.toml:2:"},
		"half a range":   {map[string]string{"pyproject.toml": "[project]\nrequires-python = \">=3.11,<\"\n"}, `"<" is no comparison`},
		"CRLF and a BOM": {map[string]string{"pyproject.toml": "\xef\xbb\xbf[project]\r\nname = \r\n"}, "pyproject.toml:"},
	} {
		dir := testkit.Tree(t, tt.files)
		_, err := pyenv.Read(dir)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
		if errs := pyenv.Inspect(t.Context(), nil, []string{dir}); errs[0] == nil || errs[0].Error() != err.Error() {
			t.Errorf("%s: inspected, it is %v", name, errs[0])
		}
	}
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := pyenv.Read(file); err == nil {
		t.Error("a file is no project")
	}
}

// A program of that name may be anything.
func TestWhatIsNoPython(t *testing.T) {
	for says, want := range map[string]string{
		"echo hello":                              `it tells no version: "hello"`,
		"echo /usr/bin/python 3 11":               `it tells no version: "/usr/bin/python 3 11"`,
		"echo python 3 11 7":                      `it tells no version: "python 3 11 7"`, // where it is cannot be told
		"echo /usr/bin/python 3 x 7":              "it tells no version",
		"echo":                                    `it tells no version: ""`,
		"echo no Python here >&2; exit 3":         "it ends with exit status 3: python3: no Python here",
		"kill -9 $$":                              "it ends with exit status -1",
		"echo '/opt/a b/python 3 11 7'":           "",
		"echo /usr/bin/python 3 12 0; exit 0":     "",
		"echo; echo /usr/bin/python3.12 3 12 '4'": "",
	} {
		dir := t.TempDir()
		testkit.Program(t, filepath.Join(dir, "python3"), "#!/bin/sh\n"+says+"\n")
		t.Setenv("PATH", dir)
		found := pyenv.Pythons(t.Context())
		if len(found) != 1 || !strings.HasPrefix(found[0].Problem, want) || want == "" && (found[0].Problem != "" || found[0].Version == "") {
			t.Errorf("%s: got %+v", says, found)
		}
	}
}
