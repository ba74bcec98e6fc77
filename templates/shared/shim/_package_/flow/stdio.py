"""The protocol's two streams: one JSON object a line on stdin and stdout.

A source prints what it likes, and so do its child processes. So the real stdout is put
aside, file descriptor 1 becomes stderr, and what is printed in Python goes to the log.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from . import exact, logs

BUFFER = 64 * 1024
ENCODER = json.JSONEncoder(separators=(",", ":"), default=exact.default, allow_nan=False)
ESCAPE = re.compile(r"\\(?:ud[89ab]..\\ud[c-f]..|(ud[89a-f]..)|.)")  # in JSON; the group is half a surrogate pair


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
            if isinstance(request.get("open"), dict):
                request["open"]["state"] = exact.loads(line)["open"].get("state")  # a bookmark is given back as it came
            yield request

    def emit(self, response: dict[str, Any], flush: bool = True) -> None:
        """Writes one response; documents wait in the buffer for their checkpoint."""
        try:
            text = ENCODER.encode(response)
        except ValueError:
            text = ENCODER.encode(finite(response))
        if "\\ud" in text:
            text = ESCAPE.sub(lambda found: "\\ufffd" if found.group(1) else found.group(), text)
        self._out.write(exact.settled(text).encode() + b"\n")
        if flush:
            self._out.flush()

    def flush(self) -> None:
        self._out.flush()


def finite(value: Any) -> Any:
    """The value with null for NaN and the infinities, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    return [finite(v) for v in value] if isinstance(value, (list, tuple)) else value


_protocol: Protocol | None = None
_stand_in: Stray | None = None


def take_over() -> Protocol:
    """Puts the real streams aside, once, and gives them."""
    global _protocol, _stand_in
    if _protocol is None:
        sys.stdout.flush()
        _protocol = Protocol()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)  # a source that reads stdin must not swallow requests
        os.close(null)
        os.dup2(2, 1)
        logs.install()
        sys.stdout = _stand_in = Stray(sys.stderr)
        # Some write there, or put it back.
        sys.__stdout__ = _stand_in  # type: ignore[assignment,misc,unused-ignore]
    return _protocol


def stand_in() -> Stray:
    """What stands in for sys.stdout; a connector may have put something of its own around it."""
    take_over()
    assert _stand_in is not None
    return _stand_in


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
