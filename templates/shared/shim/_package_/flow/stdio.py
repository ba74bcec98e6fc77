"""The protocol's two streams: one JSON object a line on stdin and stdout.

A source prints what it likes, and so do its child processes. So the real stdout is put
aside, file descriptor 1 becomes stderr, and what is printed in Python goes to the log.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from . import logs

BUFFER = 64 * 1024


class Protocol:
    """Requests from the runtime and responses to it."""

    def __init__(self) -> None:
        # Duplicates are not inherited, so no child can write between the responses.
        self._out: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=BUFFER)
        self._in: BinaryIO = os.fdopen(os.dup(0), "rb")

    def requests(self) -> Iterator[dict[str, Any]]:
        """Each request until stdin ends. A line that is no JSON object is fatal."""
        for line in self._in:
            try:
                request = json.loads(line)
            except ValueError:
                request = None
            if not isinstance(request, dict):
                raise ValueError(f"this request is no JSON object: {line[:200]!r}")
            yield request

    def emit(self, response: dict[str, Any], flush: bool = True) -> None:
        """Writes one response; documents wait in the buffer for their checkpoint."""
        self._out.write(json.dumps(response, separators=(",", ":"), default=str).encode() + b"\n")
        if flush:
            self._out.flush()

    def flush(self) -> None:
        self._out.flush()


_protocol: Protocol | None = None


def take_over() -> Protocol:
    """Puts the real streams aside, once, and gives them."""
    global _protocol
    if _protocol is None:
        sys.stdout.flush()
        _protocol = Protocol()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)  # a source that reads stdin must not swallow requests
        os.close(null)
        os.dup2(2, 1)
        logs.install()
        sys.stdout = Stray(sys.stderr)
    return _protocol


class Stray(logs.Lines):
    """Stands in for sys.stdout: lines that were meant for somebody else go to the log."""

    def __init__(self, behind: TextIO) -> None:
        super().__init__(behind, self.stray)

    @staticmethod
    def stray(line: str) -> None:
        message = logs.parse(line)
        if message is not None and message.get("type") == "CONTROL":
            # It carries the whole config, secrets included.
            logs.emit("warn", "the source has changed its configuration for this run")
        elif message is not None and message.get("type") == "LOG" and isinstance(message.get("log"), dict):
            log = message["log"]
            logs.emit(str(log.get("level", "info")), str(log.get("message", "")))
        else:
            logs.text(line)
