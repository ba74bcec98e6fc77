"""Tells a tap, by its catalog, what is bound and how it is to be replicated."""

from __future__ import annotations

from typing import Any

from .flow.capture import Binding


def root_metadata(entry: dict[str, Any]) -> dict[str, Any]:
    for item in entry.get("metadata") or []:
        if not item.get("breadcrumb"):
            return dict(item.get("metadata") or {})
    return {}


def select(catalog: dict[str, Any], bindings: list[Binding]) -> dict[str, Any]:
    """The catalog with the bound streams selected in every way that taps look at."""
    bound = {b.stream.name: b for b in bindings}
    for entry in catalog["streams"]:
        b = bound.get(entry["tap_stream_id"])
        items = entry.setdefault("metadata", [])
        if not any(not item.get("breadcrumb") for item in items):
            items.append({"breadcrumb": [], "metadata": {}})
        for item in items:
            known = item.setdefault("metadata", {})
            if not item.get("breadcrumb"):
                known["selected"] = b is not None
                if b is not None:
                    known.update(replication(b))
            elif known.get("inclusion", "available") == "available":
                known["selected"] = b is not None
        entry.setdefault("schema", {})["selected"] = b is not None
        for field in entry["schema"].get("properties", {}).values():
            if isinstance(field, dict) and field.get("inclusion") == "available":
                field["selected"] = b is not None  # where the first taps look, before there was metadata
        entry["selected"] = b is not None
        if b is not None:
            entry.update({k.replace("-", "_"): v for k, v in replication(b).items()})
    return catalog


def replication(binding: Binding) -> dict[str, Any]:
    found = {
        "replication-method": binding.resource.get("replicationMethod") or binding.stream.resource["replicationMethod"]
    }
    if binding.resource.get("replicationKey"):
        found["replication-key"] = binding.resource["replicationKey"]
    return found
