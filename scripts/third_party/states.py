"""What a package would be given back of the state that connkit keeps, by docs/templates.md."""

from typing import Any

MARKS = ("__ab_no_cursor_state_message", "__ab_full_refresh_state_message")


def given_back(kind: str, state: dict[str, Any], incremental: dict[str, bool]) -> Any:
    entries, shared = state.get("bindingStateV1") or {}, state.get("connkit") or {}
    return airbyte(entries, shared) if kind == "airbyte" else singer(entries, shared, incremental)


def airbyte(entries: dict[str, Any], shared: dict[str, Any]) -> Any:
    streams = [e["state"]["stream"] for e in entries.values() if "state" in e]
    streams = [s for s in streams if s.get("stream_state") and not any(mark in s["stream_state"] for mark in MARKS)]
    if "global" in shared:
        return [{"type": "GLOBAL", "global": {"shared_state": shared["global"], "stream_states": streams}}]
    if streams:
        return [{"type": "STREAM", "stream": s} for s in streams]
    legacy = {k.rsplit(".v", 1)[0].split("/")[-1]: e["legacy"] for k, e in entries.items() if "legacy" in e}
    return {**shared.get("legacy", {}), **legacy} or None


def singer(entries: dict[str, Any], shared: dict[str, Any], incremental: dict[str, bool]) -> Any:
    if "singerOpaque" in shared:
        return shared["singerOpaque"]
    bookmarks = {}
    for key, entry in entries.items():
        name, bookmark = key.rsplit(".v", 1)[0], entry.get("bookmark")
        empty = not (isinstance(bookmark, dict) and any(bookmark.values()))
        if "bookmark" in entry and (incremental.get(name, True) or not empty):
            bookmarks[name] = bookmark
    rest = shared.get("singerRest") or {}
    return {**rest, "bookmarks": bookmarks} if bookmarks or rest else None
