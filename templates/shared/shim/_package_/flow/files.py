"""Files that hold secrets and leave no trace: connectors want their config as a path."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from types import TracebackType
from typing import Any

from . import exact


class Files:
    """JSON files for one command of a connector: in memory where the system can, else in a private folder."""

    def __init__(self) -> None:
        self._fds: list[int] = []
        self._folder: str | None = None

    def __enter__(self) -> Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, name: str, value: Any) -> str:
        """Writes a fresh file, which the connector may rewrite, and gives its path."""
        data = exact.settled(json.dumps(value, default=exact.default)).encode()
        if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
            fd = os.memfd_create(name)
            self._fds.append(fd)
            os.write(fd, data)
            return f"/proc/{os.getpid()}/fd/{fd}"
        if self._folder is None:
            self._folder = tempfile.mkdtemp()  # mode 0700
        path = os.path.join(self._folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
            f.write(data)
        return path

    @staticmethod
    def read(path: str) -> Any:
        """What a file holds now: a connector may have written new tokens into its config."""
        with open(path, encoding="utf-8") as f:
            return json.load(f)
