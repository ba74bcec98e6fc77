"""Takes the messages of a sync: documents and checkpoints of the session."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

from .flow import exact, logs
from .flow.capture import Binding, CaptureError, Session
from .state import State


class Messages:
    """Takes the lines of a sync."""

    def __init__(self, session: Session, state: State) -> None:
        self.session = session
        self.state = state
        self.seen = False
        self.schemas = 0
        self._odd: set[str] = set()
        self._bindings: dict[str, Binding] = {}
        for b in session.bindings:
            for name in ("stream_alias", "stream", "tap_stream_id"):
                if b.stream.source.get(name):
                    self._bindings[b.stream.source[name]] = b

    def line(self, line: str) -> None:
        message = logs.parse(line)
        if message is None or "type" not in message:
            logs.text(line)
            return
        self.seen = True
        kind = str(message["type"]).upper()
        if kind == "RECORD":
            self.record(str(message["stream"]), message["record"])
        elif kind == "STATE":
            self.state.take(message["value"])
            self.session.checkpoint()
        elif kind == "SCHEMA":
            self.schemas += 1
        elif kind == "BATCH":
            self.batch(message)
        elif kind != "ACTIVATE_VERSION":
            self.once(kind, f"messages of type {kind} are left out")

    def record(self, stream: str, record: dict[str, Any]) -> None:
        binding = self._bindings.get(stream)
        if binding is None:
            self.once(stream, f"records of stream {stream} are left out: it is not bound")
            return
        self.session.document(binding, record)

    def batch(self, message: dict[str, Any]) -> None:
        """Records in files beside the stream: JSON lines, plain or gzipped, on this machine."""
        encoding = message.get("encoding") or {}
        if encoding.get("format") != "jsonl" or encoding.get("compression", "none") not in ("none", "gzip"):
            raise CaptureError(
                f"the tap sends batches as {encoding.get('format')}: set it to send records or JSON lines"
            )
        for url in message.get("manifest") or []:
            parts = urlsplit(url)
            if parts.scheme not in ("", "file"):
                raise CaptureError(f"the tap sends batches to {parts.scheme}: only local files can be read")
            opened = gzip.open if encoding.get("compression") == "gzip" else open
            with opened(parts.path, "rt", encoding="utf-8") as f:
                for line in f:
                    self.record(str(message["stream"]), exact.loads(line))

    def once(self, key: str, text: str) -> None:
        if key not in self._odd:
            self._odd.add(key)
            logs.emit("warn", text)
