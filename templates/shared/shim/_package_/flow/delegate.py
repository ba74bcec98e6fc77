"""Finds what a shim runs when it is given the name of a distribution."""

from __future__ import annotations

import importlib
import inspect
import re
import runpy
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import PurePosixPath
from typing import Any

from .capture import CaptureError

CONNECTOR = re.compile(r"(source|tap)[-_]")
CLASS = re.compile(r"(Source|Tap)[A-Z0-9]")
MODULES = ("", ".source", ".tap", ".run", ".main", ".cli")  # of a package, where connectors have what runs them
FUNCTIONS = ("run", "main", "cli")


def console_script(distribution: str) -> Any:
    """What the command of an installed distribution calls.

    That is its console script, its script of the kind that came before those, or, where it
    has none, a class or main function in its package.
    """
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        raise CaptureError(f"the package {distribution} is not installed: connkit env") from None
    points = {p.name: p.value for p in found.entry_points if p.group == "console_scripts"}
    if points:
        return loaded(points[likeliest(distribution, list(points))])
    files = [PurePosixPath(str(f)) for f in found.files or []]
    scripts = {f.name: f for f in files if f.parts[-2:-1] == ("bin",) and f.parts[0] == ".."}
    if scripts:
        path = str(found.locate_file(str(scripts[likeliest(distribution, list(scripts))])))
        return lambda: runpy.run_path(path, run_name="__main__") and None
    tops = {f.parts[0] for f in files if f.name == "__init__.py" and len(f.parts) == 2}
    offer = offered(sorted(tops | {f.stem for f in files if f.suffix == ".py" and len(f.parts) == 1}))
    if offer is None:
        raise CaptureError(f"the package {distribution} has no console script: give its class as delegate")
    return offer


def loaded(point: str) -> Any:
    """What an entry point, MODULE:NAME.NAME, names; a script imports the first name, which may be a module."""
    module, _, names = point.split("[")[0].strip().partition(":")
    value = importlib.import_module(module.strip())
    for name in names.strip().split("."):
        if not hasattr(value, name) and inspect.ismodule(value):
            importlib.import_module(f"{value.__name__}.{name}")
        value = getattr(value, name)
    return value


def likeliest(distribution: str, names: list[str]) -> str:
    """The script that is called as the distribution is, else as connectors are, else the first."""
    own = re.sub("^airbyte-", "", distribution.lower().replace("_", "-"))
    plain = [name.lower().replace("_", "-") for name in names]
    if own in plain:
        return names[plain.index(own)]
    return next((name for name in names if CONNECTOR.match(name)), names[0])


def offered(packages: list[str]) -> Any:
    """A connector's class, else its main function, among the modules that a package has by custom."""
    functions: list[Callable[..., Any]] = []
    for package in packages:
        for end in MODULES:
            try:
                module = importlib.import_module(package + end)
            except ModuleNotFoundError as e:
                if not (package + end).startswith(str(e.name)):
                    raise
                continue
            classes = [c for name, c in vars(module).items() if CLASS.match(name) and own_class(c, package)]
            if classes:
                return classes[0]
            functions += [vars(module)[name] for name in FUNCTIONS if inspect.isfunction(vars(module).get(name))]
    return functions[0] if functions else None


def own_class(value: Any, package: str) -> bool:
    """Whether it is a class of the package's own, and one that can be run."""
    runs = hasattr(value, "cli") or all(hasattr(value, word) for word in ("spec", "discover", "read"))
    return inspect.isclass(value) and value.__module__.split(".")[0] == package and runs


def own_modules_last() -> None:
    """Moves the connector's modules to the end of what is loaded.

    Low-code kits take the first loaded module with source_ in its name for the source's
    own, and look for its files there.
    """
    own = __name__.split(".")[0]
    for name in [n for n in sys.modules if n == own or n.startswith(own + ".")]:
        sys.modules[name] = sys.modules.pop(name)
