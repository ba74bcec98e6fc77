"""Logs as Flow reads them: one JSON object a line on stderr, {"level", "msg", "fields"}.

Everything goes through emit, which leaves out what is below LOG_LEVEL and hides the
secrets of the config. After last_words nothing more is printed: Flow shows a user the
last line of a connector that failed.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from . import exact

LEVELS = {"trace": 0, "debug": 1, "info": 2, "warn": 3, "error": 4}
SPELLINGS = {"warning": "warn", "fatal": "error", "critical": "error", "exception": "error", "notset": "debug"}
WORD = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b")
COMPLAINT = re.compile(r"^(\S+: )?error: ", re.IGNORECASE)  # of argparse and click
SHORTEST_SECRET = 4  # to hide every "1" would hide the text and not the secret

_real: TextIO = sys.stderr
_lock = threading.RLock()
_secrets: list[str] = []
_ended = False
_last_error = ""


def threshold() -> int:
    return LEVELS.get(plain_level(os.environ.get("LOG_LEVEL", "info")), LEVELS["info"])


def plain_level(word: str) -> str:
    word = word.lower()
    return SPELLINGS.get(word, word if word in LEVELS else "info")


def hide(secrets: Iterable[str]) -> None:
    """Hides these texts in every line from now on."""
    found = {s for s in secrets if len(s) >= SHORTEST_SECRET}
    found |= {json.dumps(s)[1:-1] for s in found}
    found |= {line.strip() for s in found for line in s.splitlines() if len(line.strip()) > 2 * SHORTEST_SECRET}
    _secrets[:] = sorted(found.union(_secrets), key=len, reverse=True)


def masked(text: str) -> str:
    for secret in _secrets:
        text = text.replace(secret, "***")
    return text


def emit(level: str, message: str, **fields: Any) -> None:
    level = plain_level(level)
    if LEVELS[level] < threshold():
        return
    global _last_error
    entry: dict[str, Any] = {"level": level, "msg": masked(message)}
    if level == "error":
        _last_error = entry["msg"]
    if fields:
        entry["fields"] = json.loads(masked(json.dumps(fields, default=str)))
    with _lock:
        if not _ended:
            _real.write(json.dumps(entry) + "\n")
            _real.flush()


def last_words(message: str, **fields: Any) -> None:
    """The error that a user is to see: nothing is logged after it."""
    global _ended
    with _lock:
        emit("error", message, **fields)
        _ended = True


def last_error() -> str:
    """What was logged as an error last, or an empty text."""
    return _last_error


def parse(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = exact.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def text(line: str) -> None:
    """Logs a line that somebody printed: a JSON log as it is, plain text by the level word in it."""
    entry = parse(line)
    if entry is not None and isinstance(entry.get("level"), str):
        message = entry.pop("message", entry.pop("msg", ""))
        fields = entry.pop("fields", {})
        level = entry.pop("level")
        fields = {**fields, **entry} if isinstance(fields, dict) else entry
        emit(level, str(message), **{str(k): v for k, v in fields.items()})
    elif line.strip():
        word = WORD.search(line[:80])
        level = word.group(1) if word else "error" if COMPLAINT.search(line) else "info"
        emit(level, line)


class Lines(io.TextIOBase):
    """A text stream that hands each whole line to a function."""

    def __init__(self, behind: TextIO, line: Callable[[str], None]) -> None:
        self._behind = behind
        self._line = line
        self._open = ""
        self._guard = threading.RLock()
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def write(self, text: str) -> int:
        with self._guard:
            *lines, self._open = (self._open + text).split("\n")
            for line in lines:
                self._line(line.rstrip("\r"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits here but the line that has not ended yet."""

    def reconfigure(self, **settings: Any) -> None:
        """Connectors ask for UTF-8, which it is."""

    @contextlib.contextmanager
    def redirect(self, line: Callable[[str], None]) -> Iterator[None]:
        """Hands lines to another function for a while; who kept the stream is redirected too."""
        self.drain()
        before, self._line = self._line, line
        try:
            yield
            self.drain()
        except BaseException:
            with contextlib.suppress(Exception):
                self.drain()
            raise
        finally:
            self._open = ""
            self._line = before

    def drain(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if not isinstance(stream, Lines) and stream is not None and not stream.closed:
                stream.flush()  # a connector has put a buffer of its own around this one
        with self._guard:
            rest, self._open = self._open, ""
        if rest:
            self._line(rest)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._behind.fileno()


class _Bytes(io.RawIOBase):
    """The .buffer of Lines, for those who print bytes."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two writes

    def write(self, data: Any) -> int:
        self._lines.write(self._decoder.decode(bytes(data)))
        return len(data)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._lines.fileno()


class Handler(logging.Handler):
    """Python's own logging, in Flow's form."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            fields: dict[str, Any] = {"logger": record.name}
            if record.exc_info:
                fields["traceback"] = logging.Formatter().formatException(record.exc_info)
            emit(record.levelname, record.getMessage(), **fields)
        except Exception as e:
            emit("error", f"a log record could not be printed: {e}")


def install() -> None:
    """Takes over sys.stderr and Python's logging."""
    global _real
    if not isinstance(sys.stderr, Lines):
        _real = sys.stderr
        sys.stderr = Lines(_real, text)
        logging.captureWarnings(True)
    take_logging()


def take_logging() -> None:
    """Replaces the handlers that a source's import has set, also those of child loggers."""
    loggers = [
        logging.getLogger(),
        *(x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)),
    ]
    for logger in loggers:
        for handler in [h for h in logger.handlers if not isinstance(h, Handler)]:
            logger.removeHandler(handler)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(Handler())
    if root.level > logging.INFO or root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
