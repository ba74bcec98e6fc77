"""Airbyte's three kinds of state, kept in Flow's.

STREAM states go to their binding's entry, so that a backfill of one binding resets it
alone. What GLOBAL and LEGACY states hold beside belongs to no binding.
"""

from __future__ import annotations

from typing import Any

from .flow import logs
from .flow.capture import Binding, Session

# States that mark a stream without a cursor as read: they say nothing about where to go on.
MARKS = ("__ab_no_cursor_state_message", "__ab_full_refresh_state_message")


class State:
    """The state of a session, in and out."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bindings = {(b.stream.namespace, b.stream.name): b for b in session.bindings}

    def input(self) -> Any:
        """What the source gets as its state, or None when there is none yet."""
        self._forget_ended_sweeps()
        shared = self._session.shared
        streams = [b.entry["state"]["stream"] for b in self._session.bindings if "state" in b.entry]
        if "global" in shared:
            return [{"type": "GLOBAL", "global": {"shared_state": shared["global"], "stream_states": streams}}]
        if streams:
            return [{"type": "STREAM", "stream": s} for s in streams]
        legacy = {b.stream.name: b.entry["legacy"] for b in self._session.bindings if "legacy" in b.entry}
        return {**shared.get("legacy", {}), **legacy} or None

    def take(self, message: dict[str, Any]) -> None:
        """Takes over a STATE message of the source."""
        kind = message.get("type") or "LEGACY"
        if kind == "STREAM":
            self._stream(message["stream"])
        elif kind == "GLOBAL":
            found = message.get("global") or message["global_"]  # how pydantic 1 spells it
            self._session.shared["global"] = found.get("shared_state")
            for stream in found.get("stream_states") or []:
                self._stream(stream)
        else:
            self._legacy(message.get("data") or {})

    def end_sweeps(self) -> None:
        """After a clean end the next session reads full refresh streams anew, under the same row ids."""
        for b in self._session.bindings:
            if full_refresh(b):
                b.entry.pop("state", None)
                b.row_id = 0

    def _forget_ended_sweeps(self) -> None:
        """A sweep that was cut off goes on only where the source can go on, else it begins anew."""
        for b in self._session.bindings:
            if full_refresh(b) and not resumes(b.entry):
                b.entry.pop("state", None)
                b.row_id = 0

    def _stream(self, stream: dict[str, Any]) -> None:
        descriptor = stream["stream_descriptor"]
        binding = self._bindings.get((descriptor.get("namespace"), descriptor["name"])) or self._only(
            descriptor["name"]
        )
        if binding is None:
            logs.emit("debug", f"the state of stream {descriptor['name']} is left out: it is not bound")
            return
        binding.entry["state"] = {"type": "STREAM", "stream": stream}

    def _legacy(self, data: dict[str, Any]) -> None:
        """By convention one key a stream; the others are kept beside."""
        rest = dict(data)
        for b in self._session.bindings:
            if b.stream.name in rest:
                b.entry["legacy"] = rest.pop(b.stream.name)
            else:
                b.entry.pop("legacy", None)
        bound = {b.stream.name for b in self._session.bindings}
        self._session.shared["legacy"] = {k: v for k, v in rest.items() if k not in bound}

    def _only(self, name: str) -> Binding | None:
        found = [b for b in self._session.bindings if b.stream.name == name]
        return found[0] if len(found) == 1 else None


def full_refresh(binding: Binding) -> bool:
    return (binding.resource.get("syncMode") or binding.stream.resource["syncMode"]) == "full_refresh"


def resumes(entry: dict[str, Any]) -> bool:
    state = entry.get("state", {}).get("stream", {}).get("stream_state")
    return bool(state) and not any(mark in state for mark in MARKS)
