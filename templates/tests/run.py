"""Tests what a template makes: python templates/tests/run.py airbyte|singer|materialize|derive.

Scaffolds a connector with bin/connkit. Into one with a shim it puts the tests of
templates/tests/KIND, and runs them in one virtual environment per SDK version. The templates
without an SDK have all their tests in the scaffold; they are run with the linters that it sets.
The environments lie in .venvs/, are made with uv, and are kept.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = "pytest==8.3.5"
LINTERS = ["mypy>=1.19,<3", "ruff>=0.17,<0.18"]
SDKS: dict[str, dict[str, list[str]]] = {
    "airbyte": {
        "cdk-0.52": ["airbyte-cdk==0.52.10", "setuptools<81"],
        "cdk-6": ["airbyte-cdk==6.61.6"],
        "cdk-7": ["airbyte-cdk==7.39.1"],
    },
    "singer": {
        "sdk-0.33": ["singer-sdk==0.33.1", "setuptools<81"],
        "sdk-0.54": ["singer-sdk==0.54.9"],
        "python-6": ["singer-python==6.8.0"],
        "python-5": ["singer-python==5.0.15", "pytz"],
    },
    "materialize": {"no-sdk": LINTERS},
    "derive": {"no-sdk": LINTERS},
}
PYTHONS = {"python-5": "3.8"}  # the oldest that a shim runs on; the others take PYTHON
PYTHON = ">=3.11,<3.13"
RULES = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers", "-rs"]


def interpreter(wanted: str) -> str:
    """What uv is asked for: it does not see the versions that pyenv has put down."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return next((str(p) for p in root.glob(f"versions/{wanted}.*/bin/python")), wanted)


def environment(name: str, packages: list[str]) -> Path:
    """An environment with the packages; a stamp says which, so that the next run takes it as it is."""
    place = ROOT / ".venvs" / name
    python, stamp = place / "bin" / "python", place / "packages.txt"
    wanted = "\n".join([TESTS, *packages])
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"setup: installing {' '.join(packages)} into .venvs/{name}", flush=True)
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run(["uv", "venv", "--quiet", "--python", interpreter(PYTHONS.get(name, PYTHON)), str(place)], check=True)
    subprocess.run(["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), TESTS, *packages], check=True)
    stamp.write_text(wanted)
    return python


def scaffold(kind: str) -> Path:
    """A connector as connkit makes it, with the rules' tests inside where there are some."""
    rules = ROOT / "templates" / "tests" / kind
    name = "source-rules" if rules.exists() else f"{kind}-rules"
    work = ROOT / ".venvs" / "work" / kind
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    connkit = str(ROOT / "bin" / "connkit")
    (work / "connkit.yaml").touch()  # so that this folder is the workspace
    subprocess.run([connkit, "-q", "-C", str(work), "new", name, "--template", kind], check=True, stdout=subprocess.DEVNULL)
    if rules.exists():
        shutil.copytree(rules, work / name / "rules", ignore=shutil.ignore_patterns("__pycache__"))
        (work / name / "rules" / "__init__.py").touch()
    return work / name


def commands(connector: Path) -> list[list[str]]:
    """What is run in an environment, by its Python."""
    if (connector / "rules").exists():
        return [[*RULES, "rules"]]
    return [[*RULES, "tests"], ["-m", "mypy"], ["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."]]


def main(kind: str) -> int:
    connector = scaffold(kind)
    failed = []
    for name, packages in SDKS[kind].items():
        python = environment(name, packages)
        print(f"== {kind} on {', '.join(packages)}", flush=True)
        for command in commands(connector):
            done = subprocess.run([str(python), *command], cwd=connector, env={**os.environ, "RULES_SDK": name})
            if done.returncode:
                failed.append(f"{name}: {' '.join(command)}")
    if failed:
        print(f"FAILED on {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] not in [[kind] for kind in SDKS]:
        sys.exit(f"usage: run.py {'|'.join(SDKS)}")
    sys.exit(main(sys.argv[1]))
