package scaffold_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/scaffold"
)

// The name of a distribution stands in one of four files; the first that says it counts.
func TestTheDistributionOfAnUpstream(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		files        map[string]string
		distribution string
		python       string
	}{
		{"nothing", nil, "", ""},
		{"[project]", map[string]string{"pyproject.toml": "[project]\nname = \"Tap.X\"\nrequires-python = \">=3.9\"\n"}, "Tap.X", ">=3.9"},
		{"[project] without Python", map[string]string{"pyproject.toml": "[project]\nname = \"x\"\n"}, "x", ""},
		{"Poetry", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \">=3.9,<3.13\"\n"}, "x", ">=3.9,<3.13"},
		{"Poetry's caret says another thing to pip", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"^3.9\"\n"}, "x", ""},
		{"Poetry's tilde", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"~3.9\"\n"}, "x", ""},
		{"Poetry's star", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"3.*\"\n"}, "x", ""},
		{"Poetry's either", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \">=3.9 || <3\"\n"}, "x", ""},
		{"Poetry's plain number", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"3.9\"\n"}, "x", ""},
		{"Poetry's table", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = {version = \"3.9\"}\n"}, "x", ""},
		{"[project] before Poetry", map[string]string{"pyproject.toml": "[project]\nname = \"a\"\n[tool.poetry]\nname = \"b\"\n"}, "a", ""},
		{"setup.cfg", map[string]string{"setup.cfg": "[metadata]\nname = tap-x\nversion = 1\n"}, "tap-x", ""},
		{"setup.py", map[string]string{"setup.py": "from setuptools import setup\nsetup(\n    name=\"tap-x\",\n    version='1')\n"}, "tap-x", ""},
		{"setup.py in single quotes", map[string]string{"setup.py": "setup(\n  name = 'tap_x',\n)\n"}, "tap_x", ""},
		{"setup.cfg before setup.py", map[string]string{"setup.cfg": "[metadata]\nname = a\n", "setup.py": "setup(\nname='b')\n"}, "a", ""},
		{"settings of tools alone", map[string]string{"pyproject.toml": "[tool.ruff]\n", "setup.py": "setup(\n    name='x')\n"}, "x", ""},
		{"no TOML", map[string]string{"pyproject.toml": "<<<<<<< HEAD\n", "setup.cfg": "[metadata]\nname = x\n"}, "x", ""},
		{"a name that is computed", map[string]string{"setup.py": "setup(\n    name=(NAME),\n)\n"}, "", ""},
	} {
		distribution, python, classes := scaffold.Look(testkit.Tree(t, tt.files), "python")
		if distribution != tt.distribution || python != tt.python || len(classes) > 0 {
			t.Errorf("%s: got %q, %q, %q", tt.name, distribution, python, classes)
		}
	}
}

const airbyteClass = "from airbyte_cdk.sources import AbstractSource\n\nclass Source%s(AbstractSource):\n    pass\n"

func classOf(name string) string { return fmt.Sprintf(airbyteClass, name) }

// A class is found by the base that the kit offers, and named as its users import it.
func TestTheClassOfAnUpstream(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, template string
		files          map[string]string
		want           string
	}{
		{"Airbyte", "airbyte", map[string]string{"source_x/source.py": classOf("X")}, "source_x.source:SourceX"},
		{"offered by its package", "airbyte", map[string]string{"source_x/source.py": classOf("X"), "source_x/__init__.py": "from .source import SourceX\n"}, "source_x:SourceX"},
		{"a name in it that only begins so", "airbyte", map[string]string{"source_x/source.py": classOf("X"), "source_x/__init__.py": "from .source import SourceXY\n"}, "source_x.source:SourceX"},
		{"below src", "airbyte", map[string]string{"src/source_x/source.py": classOf("X")}, "source_x.source:SourceX"},
		{"below src and offered", "airbyte", map[string]string{"src/source_x/source.py": classOf("X"), "src/source_x/__init__.py": "__all__ = ['SourceX']\n"}, "source_x:SourceX"},
		{"in the package itself", "airbyte", map[string]string{"source_x/__init__.py": classOf("X")}, "source_x:SourceX"},
		{"in a file alone", "airbyte", map[string]string{"source.py": classOf("X")}, "source:SourceX"},
		{"of several bases", "airbyte", map[string]string{"s.py": "class SourceX(\n    Logged, ConcurrentSourceAdapter,\n):\n"}, "s:SourceX"},
		{"declarative", "airbyte", map[string]string{"s.py": "class SourceX(YamlDeclarativeSource):\n"}, "s:SourceX"},
		{"of another base", "airbyte", map[string]string{"s.py": "class SourceX(Base):\n"}, ""},
		{"inside of another", "airbyte", map[string]string{"s.py": "class A:\n    class SourceX(AbstractSource):\n        pass\n"}, ""},
		{"the shallow one", "airbyte", map[string]string{"source_x/source.py": classOf("X"), "source_x/streams/helper.py": classOf("Helper")}, "source_x.source:SourceX"},
		{"two", "airbyte", map[string]string{"a.py": classOf("B") + classOf("A"), "c.py": classOf("C")}, "a:SourceA a:SourceB c:SourceC"},
		{"tests are not looked into", "airbyte", map[string]string{
			"tests/a.py": classOf("A"), "unit_tests/a.py": classOf("A"), "integration_tests/a.py": classOf("A"), "build/a.py": classOf("A"), "dist/a.py": classOf("A"),
			"node_modules/a.py": classOf("A"), ".venv/a.py": classOf("A"), "setup.py": classOf("A"), "a.txt": classOf("A"),
		}, ""},
		{"Singer", "singer", map[string]string{"tap_x/tap.py": "from singer_sdk import Tap\n\nclass TapX(Tap):\n"}, "tap_x.tap:TapX"},
		{"Singer, of SQL", "singer", map[string]string{"tap_x/tap.py": "class TapX(SQLTap):\n"}, "tap_x.tap:TapX"},
		{"Singer's is none of Airbyte's", "airbyte", map[string]string{"tap_x/tap.py": "class TapX(Tap):\n"}, ""},
		{"a template that wraps nothing", "python", map[string]string{"source.py": classOf("X")}, ""},
		{"CRLF", "airbyte", map[string]string{"s.py": strings.ReplaceAll(classOf("X"), "\n", "\r\n")}, "s:SourceX"},
	} {
		_, _, classes := scaffold.Look(testkit.Tree(t, tt.files), tt.template)
		if got := strings.Join(classes, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A look ends: links are not followed, and no more than some hundred files are read.
func TestALookEnds(t *testing.T) {
	t.Parallel()
	files := map[string]string{"z/source.py": classOf("Z")}
	for i := range 500 {
		files[fmt.Sprintf("a/m%03d.py", i)] = ""
	}
	dir := testkit.Tree(t, files)
	if err := os.Symlink(filepath.Join("..", "z"), filepath.Join(dir, "a", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "a", "loop")); err != nil {
		t.Fatal(err)
	}
	if _, _, classes := scaffold.Look(dir, "airbyte"); len(classes) > 0 {
		t.Errorf("got %q", classes)
	}
	if _, _, classes := scaffold.Look(filepath.Join(dir, "z"), "airbyte"); len(classes) != 1 {
		t.Errorf("got %q", classes)
	}
	if distribution, _, classes := scaffold.Look(filepath.Join(dir, "not there"), "airbyte"); distribution != "" || len(classes) > 0 {
		t.Errorf("a folder that is not there: %q, %q", distribution, classes)
	}
}
