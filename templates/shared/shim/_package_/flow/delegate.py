"""Finds what a shim runs when it is given the name of a distribution."""

import importlib
import sys
from importlib import metadata
from typing import Any

from .capture import CaptureError


def console_script(distribution: str) -> Any:
    """What the first console script of an installed distribution calls."""
    try:
        points = metadata.distribution(distribution).entry_points
    except metadata.PackageNotFoundError:
        raise CaptureError(f"the package {distribution} is not installed: connkit env") from None
    for point in points:
        if point.group == "console_scripts":
            found: Any = importlib.import_module(point.module)
            for part in point.attr.split("."):
                found = getattr(found, part)
            return found
    raise CaptureError(f"the package {distribution} has no console script: give its class as delegate")


def own_modules_last() -> None:
    """Moves the connector's modules to the end of what is loaded.

    Low-code kits take the first loaded module with source_ in its name for the source's
    own, and look for its files there.
    """
    own = __name__.split(".")[0]
    for name in [n for n in sys.modules if n == own or n.startswith(own + ".")]:
        sys.modules[name] = sys.modules.pop(name)
