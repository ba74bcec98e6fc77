"""Finds the streams of a tap: by --discover, or by its SCHEMA messages.

Taps older than Singer's discovery have no catalog: they sync all they have, and tell of a
stream just before its records. Such a tap is run and listened to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .flow import logs
from .flow.capture import CaptureError

LISTEN = 60.0  # seconds after which the streams that have not come are given up
USAGE = "unrecognized arguments"  # what argparse says of --discover
if TYPE_CHECKING:
    Line = Callable[[str], None]


class Enough(BaseException):
    """Stops a tap that has told what was wanted, past what handles its errors."""


class Catalog:
    """What a tap discovers. has_discovery is None until the tap was asked."""

    def __init__(self, run: Callable[[list[str], dict[str, Any], Line], None]) -> None:
        self._run = run
        self.has_discovery: bool | None = None

    def discover(self, document: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """The catalog of --discover, or None of a tap that has none."""
        if self.has_discovery is None:
            self.has_discovery = True
            try:
                return document()
            except Enough:
                pass
            except CaptureError as e:
                if USAGE not in str(e) or "--discover" not in str(e):
                    raise
            self.has_discovery = False
            logs.emit("info", "the tap has no --discover: its streams are those that it syncs")
        return document() if self.has_discovery else None

    def listen(self, config: dict[str, Any], first: bool = False) -> dict[str, Any]:
        """A catalog of the streams that a sync tells of; only that it tells one when first is set."""
        entries: dict[str, dict[str, Any]] = {}
        until = time.monotonic() + LISTEN

        def line(text: str) -> None:
            message = logs.parse(text) or {}
            kind = str(message.get("type")).upper()
            if kind == "SCHEMA":
                take(entries, message)
            elif kind == "STATE" and message.get("value"):
                for entry in entries.values():
                    entry["replication_method"] = "INCREMENTAL"
            if (first and kind in ("SCHEMA", "STATE")) or time.monotonic() > until:
                raise Enough
            if kind not in ("SCHEMA", "RECORD", "STATE"):
                logs.text(text)

        try:
            self._run([], config, line)
        except Enough:
            if not first:
                logs.emit("warn", f"the tap still synced after {LISTEN:.0f} s: streams that come later are not known")
        return {"streams": list(entries.values())}


def take(entries: dict[str, dict[str, Any]], message: dict[str, Any]) -> None:
    """Takes a SCHEMA message into the catalog; a later one of the stream may know more fields."""
    name = str(message["stream"])
    entry = entries.setdefault(name, {"tap_stream_id": name, "stream": name, "schema": {}, "metadata": []})
    entry["schema"] = message.get("schema") or {}
    entry["key_properties"] = message.get("key_properties") or []
    if message.get("bookmark_properties"):
        entry["replication_method"] = "INCREMENTAL"


def syncs(text: str) -> None:
    """Stops a tap that passes over --discover and begins to sync."""
    if str((logs.parse(text) or {}).get("type")).upper() in ("SCHEMA", "RECORD", "STATE"):
        raise Enough
