"""Holds what connkit gave against the truth. Each difference is a line of text."""

import json
from collections import Counter
from typing import Any

from truth import Stream, label

SCALARS = {"string", "integer", "boolean"}
ROW_ID = ["/_meta/row_id"]


def spec(found: dict[str, Any], said: dict[str, Any] | None, kind: str) -> list[str]:
    wrong = [] if found.get("protocol") == 3032023 else ["spec: wrong protocol number"]
    if said is None:
        return wrong
    schema = said["connectionSpecification"] if kind == "airbyte" else said
    got, want = names(found["configSchema"]), names(schema)
    if got != want:
        wrong.append(f"spec: config fields {sorted(got ^ want)[:6]} differ")
    if sorted(found["configSchema"].get("required", [])) != sorted(schema.get("required") or []):
        wrong.append("spec: required config fields differ")
    secret = {p for p, s in walk(schema) if s.get("airbyte_secret") is True or s.get("secret") is True or s.get("writeOnly") is True}
    marked = {p for p, s in walk(found["configSchema"]) if s.get("secret") is True}
    if secret - marked:
        wrong.append(f"spec: secrets {sorted(secret - marked)} are not marked")
    if kind == "airbyte" and said.get("documentationUrl") and found["documentationUrl"] != said["documentationUrl"]:
        wrong.append("spec: documentationUrl differs")
    return wrong


def names(schema: Any) -> set[str]:
    return {path for path, _ in walk(schema)}


def walk(schema: Any, at: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every field of a schema with its path; branches of oneOf and the like stand at their place."""
    found = []
    if not isinstance(schema, dict):
        return found
    properties = schema.get("properties")
    for name, sub in (properties if isinstance(properties, dict) else {}).items():
        path = f"{at}/{name}"
        found.append((path, sub if isinstance(sub, dict) else {}))
        found += walk(sub, path)
    for word in ("oneOf", "anyOf", "allOf"):
        for branch in schema.get(word) or []:
            found += walk(branch, at)
    return found + (walk(schema["items"], at + "/[]") if isinstance(schema.get("items"), dict) else [])


def discover(found: list[dict[str, Any]], streams: list[Stream]) -> list[str]:
    wrong = []
    got = {(b["resourceConfig"].get("namespace"), b["resourceConfig"]["stream"]): b for b in found}
    want = {(s.namespace, s.name): s for s in streams}
    if list(got) != list(want):
        wrong.append(f"discover: streams differ or stand in another order: {sorted(map(str, got.keys() ^ want.keys()))[:6]}")
    if len(found) != len(streams):
        wrong.append(f"discover: {len(found)} bindings for {len(streams)} streams")
    for path in got.keys() & want.keys():
        wrong += [f"discover {label(want[path])}: {text}" for text in stream(got[path], want[path])]
    return wrong


def stream(binding: dict[str, Any], said: Stream) -> list[str]:
    wrong = []
    key = ["/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path) for path in said.key] or ROW_ID
    if not all(types(at(said.schema, path)) - {"null"} <= SCALARS for path in said.key):
        key = ROW_ID  # Flow has no keys of numbers, arrays and objects
    if binding["key"] != key:
        wrong.append(f"key {binding['key']} instead of {key}")
    fields = {p for p in names(said.schema) if not p.startswith("/_meta")}
    got = {p for p in names(binding["documentSchema"]) if not p.startswith("/_meta")}
    if got != fields | set(k for k in key if k != ROW_ID[0]):
        wrong.append(f"fields {sorted(got ^ fields)[:6]} differ")
    own, theirs = dict(walk(binding["documentSchema"])), dict(walk(said.schema))
    for path in got & fields:
        a, b = types(own[path]), types(theirs[path])
        if any(k == path or k.startswith(path + "/") for k in key):
            a, b = a - {"null"}, b - {"null"}
            b = b or a
        if a != b:
            wrong.append(f"field {path} has types {sorted(a)} instead of {sorted(b)}")
    mode = binding["resourceConfig"].get("syncMode") or binding["resourceConfig"].get("replicationMethod")
    if mode.lower().startswith("full") == incremental(said):
        wrong.append(f"mode {mode}")
    return wrong


def incremental(said: Stream) -> bool:
    airbyte = "supported_sync_modes" in said.entry
    return said.incremental and (not airbyte or bool(said.entry.get("default_cursor_field") or said.entry.get("source_defined_cursor")))


def at(schema: Any, path: list[str]) -> Any:
    for part in path:
        schema = (schema.get("properties") or {}).get(part) if isinstance(schema, dict) else None
    return schema


def types(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    found = schema.get("type", [])
    flat = {found} if isinstance(found, str) else {t for t in found if isinstance(t, str)}
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word) or [] if not flat else []:
            flat |= types(branch) if isinstance(branch, dict) else {branch} if isinstance(branch, str) else set()
    return flat


def plain(document: dict[str, Any], volatile: list[str], ours: bool) -> str:
    """A document as text, without what Flow adds and what differs from run to run."""
    copy = json.loads(json.dumps(document))
    meta = copy.get("_meta")
    if ours and isinstance(meta, dict):
        for name in ("op", "row_id", "uuid", "source"):
            meta.pop(name, None)
        if not meta:
            del copy["_meta"]
    for pointer in volatile:
        forget(copy, pointer.strip("/").split("/"))
    return json.dumps(copy, sort_keys=True)


def forget(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            forget(item, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        elif path[0] in value:
            forget(value[path[0]], path[1:])


def documents(what: str, found: dict[str, list[Any]], said: dict[str, list[Any]], volatile: list[str], ordered: bool = True) -> list[str]:
    wrong = []
    for name in sorted(found.keys() | said.keys()):
        a = [plain(d, volatile, True) for d in found.get(name, [])]
        b = [plain(d, volatile, False) for d in said.get(name, [])]
        if a == b or (not ordered and sorted(a) == sorted(b)):
            continue
        if sorted(a) == sorted(b):
            wrong.append(f"{what} {name}: another order")
            continue
        extra, lost = Counter(a) - Counter(b), Counter(b) - Counter(a)
        text = f"{what} {name}: {len(a)} documents for {len(b)} records, {extra.total()} too many, {lost.total()} missing"
        if extra and lost:
            text += f"; {next(iter(extra))[:160]} for {next(iter(lost))[:160]}"
        wrong.append(text)
    return wrong


def nothing_lost(found: list[dict[str, list[Any]]], said: dict[str, list[Any]], volatile: list[str]) -> list[str]:
    """At least once: what a whole run gives came in one of the sessions."""
    wrong = []
    for name, records in said.items():
        got = {plain(d, volatile, True) for session in found for d in session.get(name, [])}
        lost = [r for r in records if plain(r, volatile, False) not in got]
        if lost:
            wrong.append(f"resume {name}: {len(lost)} of {len(records)} never came")
    return wrong
