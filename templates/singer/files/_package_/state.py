"""A tap's state, kept in Flow's.

By convention it holds bookmarks by stream. Those go to their binding's entry, so that a
backfill of one binding resets it alone; everything else belongs to no binding.
"""

from __future__ import annotations

from typing import Any

from .flow.capture import Binding, Session

REST, OPAQUE = "singerRest", "singerOpaque"


class State:
    """The state of a session, in and out."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def input(self) -> Any:
        """What the tap gets as its state, or None when there is none yet."""
        self._forget_ended_sweeps()
        shared = self._session.shared
        if OPAQUE in shared:
            return shared[OPAQUE]
        bookmarks = {b.stream.name: b.entry["bookmark"] for b in self._session.bindings if "bookmark" in b.entry}
        rest = shared.get(REST) or {}
        return {**rest, "bookmarks": bookmarks} if bookmarks or rest else None

    def take(self, value: Any) -> None:
        """Takes over a STATE message: its value replaces the one before."""
        shared = self._session.shared
        bookmarks = value.get("bookmarks", None if value else {}) if isinstance(value, dict) else None
        if not isinstance(bookmarks, dict):
            shared.pop(REST, None)
            shared[OPAQUE] = value
            return
        shared.pop(OPAQUE, None)
        shared[REST] = {k: v for k, v in value.items() if k != "bookmarks"}
        for b in self._session.bindings:
            names = (b.stream.name, b.stream.source.get("stream"), b.stream.source.get("stream_alias"))
            found = [bookmarks[name] for name in names if name in bookmarks]
            if found:
                b.entry["bookmark"] = found[0]
            else:
                b.entry.pop("bookmark", None)

    def end_sweeps(self) -> None:
        """After a clean end the next session reads full tables anew, under the same row ids."""
        self._session.shared.get(REST, {}).pop("currently_syncing", None)
        if OPAQUE in self._session.shared:
            return  # it may hold where any stream goes on, so rows must not get the ids of others
        for b in self._session.bindings:
            if full_table(b):
                b.entry.pop("bookmark", None)
                b.row_id = 0

    def _forget_ended_sweeps(self) -> None:
        """A sweep that was cut off goes on only where its bookmark says how far it came."""
        if OPAQUE in self._session.shared:
            return
        for b in self._session.bindings:
            bookmark = b.entry.get("bookmark")
            if full_table(b) and not (isinstance(bookmark, dict) and any(bookmark.values())):
                b.entry.pop("bookmark", None)
                b.row_id = 0


def full_table(binding: Binding) -> bool:
    method = binding.resource.get("replicationMethod") or binding.stream.resource["replicationMethod"]
    return bool(method == "FULL_TABLE")
