"""What is run of a distribution, by how it offers it."""

import sys

import pytest

from source_rules.flow.capture import CaptureError
from source_rules.flow.delegate import console_script, likeliest

COMMAND = "def main():\n    return 'main'\n"
CLASSES = """
class Base:
    def spec(self): ...
    def discover(self): ...
    def read(self): ...

class SourceAnt(Base): ...
class SourceNone: ...
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Lays down a distribution, with its files, and gives what is run of it."""
    site = tmp_path / "lib" / "site"

    def make(name, files, entry_points=""):
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry_points)
        (info / "RECORD").write_text("".join(f"{path},,\n" for path in files))
        for path, text in files.items():
            (site / path).resolve().parent.mkdir(parents=True, exist_ok=True)
            (site / path).resolve().write_text(text)
        return console_script(name)

    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    yield make
    for module in set(sys.modules) - before:
        del sys.modules[module]


@pytest.mark.parametrize(
    ("distribution", "names", "want"),
    [
        ("airbyte-source-ant", ["ant-admin", "source-ant"], "source-ant"),
        ("Tap_Ant", ["aaa", "tap-ant"], "tap-ant"),
        ("meltanolabs-tap-ant", ["ant-keys", "tap-ant", "zzz"], "tap-ant"),
        ("ants", ["one", "two"], "one"),
    ],
)
def test_of_several_scripts_the_connectors_own(distribution, names, want):
    assert likeliest(distribution, names) == want


def test_a_console_script(installed):
    points = "[console_scripts]\nant-tool = ant:other\ntap-ant = ant:main\n"
    assert installed("tap-ant", {"ant/__init__.py": COMMAND + "other = None\n"}, points)() == "main"


def test_a_console_script_that_names_a_module_first(installed):
    files = {"ant/__init__.py": "", "ant/main.py": COMMAND}
    assert installed("tap-ant", files, "[console_scripts]\ntap-ant = ant:main.main\n")() == "main"


def test_a_script_of_the_kind_before(installed):
    command = installed("tap-ant", {"../../bin/tap-ant": "import builtins\nbuiltins.ant_ran = __name__\n"})
    assert command() is None
    assert __builtins__["ant_ran"] == "__main__"


@pytest.mark.parametrize("place", ["ant/__init__.py", "ant/source.py", "ant.py"])
def test_a_class_where_there_is_no_script(installed, place):
    files = {place: CLASSES}
    if place != "ant.py":
        files.setdefault("ant/__init__.py", "")
    assert installed("airbyte-source-ant", files).__name__ == "SourceAnt"


def test_a_main_function_where_there_is_no_class(installed):
    assert installed("tap-ant", {"ant/__init__.py": "", "ant/main.py": COMMAND})() == "main"


def test_what_has_nothing_to_run(installed):
    with pytest.raises(CaptureError, match="no console script"):
        installed("tap-ant", {"ant/__init__.py": ""})
    with pytest.raises(CaptureError, match="is not installed"):
        console_script("tap-bee")


def test_a_module_that_does_not_import_says_why(installed):
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        installed("tap-ant", {"ant/__init__.py": "", "ant/tap.py": "import not_there\n"})
