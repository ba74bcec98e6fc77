"""Tasks for the tests, as Flow would make them of a catalog."""

import sqlite3
from pathlib import Path
from typing import Any

from .driver import Json, call

TASK = "acmeCo/test"
Shape = str | list[str] | Json  # types of a field, or its whole inference

ORDERS: dict[str, Shape] = {
    "region": "string",
    "id": "integer",
    "customer": ["null", "string"],
    "amount": {"types": ["integer", "string"], "string": {"format": "integer"}},
    "lines": "array",
}


def collection(shapes: dict[str, Shape], key: list[str], name: str = "acmeCo/orders") -> Json:
    projections: list[Json] = [{"ptr": "", "field": "flow_document", "inference": {"types": ["object"]}}]
    for field, shape in shapes.items():
        inference = shape if isinstance(shape, dict) else {"types": [shape] if isinstance(shape, str) else shape}
        projections.append({"ptr": f"/{field}", "field": field, "isPrimaryKey": field in key, "inference": inference})
    return {"name": name, "key": [f"/{k}" for k in key], "projections": projections}


def config(database: Path) -> Json:
    return {"database": str(database), "password": "s3cret"}


def binding(shapes: dict[str, Shape] = ORDERS, key: list[str] | None = None, **changes: Any) -> Json:
    """A binding with all fields of a collection chosen; changes are made to it."""
    key = key or ["region", "id"]
    table = changes.pop("table", "orders")
    delta = changes.get("deltaUpdates", False)
    return {
        "resourceConfig": {"table": table, "delta_updates": delta},
        "resourcePath": [table],
        "collection": collection(shapes, key),
        "fieldSelection": {
            "keys": key,
            "values": sorted(set(shapes) - set(key)),
            "document": "flow_document",
        },
        "backfill": 0,
        **changes,
    }


def task(database: Path, *bindings: Json, name: str = TASK) -> Json:
    return {"name": name, "connectorType": "LOCAL", "config": config(database), "bindings": list(bindings)}


def validate(database: Path, *bindings: Json, last: Json | None = None, name: str = TASK) -> Json:
    """The request; of a binding only what is known before fields are chosen."""
    asked = [{key: b[key] for key in ("resourceConfig", "collection", "backfill")} for b in bindings]
    request: Json = {"name": name, "connectorType": "LOCAL", "config": config(database), "bindings": asked}
    return {"validate": {**request, "lastMaterialization": last} if last else request}


def constraints(database: Path, *bindings: Json, last: Json | None = None) -> dict[str, Json]:
    """Validate, and give the constraints of the first binding."""
    answer = call(validate(database, *bindings, last=last))["validated"]["bindings"][0]
    told: dict[str, Json] = answer["constraints"]
    assert answer["projectionConstraints"] == [{"field": f, "constraint": c} for f, c in told.items()]
    assert all(c["reason"] for c in told.values())
    return told


def apply(task: Json) -> Json:
    return {"apply": {"materialization": task, "version": "1"}}


def applied(task: Json) -> str:
    return str(call(apply(task))["applied"]["actionDescription"])


def rows(database: Path, table: str = "orders", columns: str = "*") -> list[tuple[Any, ...]]:
    with sqlite3.connect(database) as db:
        found = db.execute(f"SELECT {columns} FROM {table}").fetchall()
    db.close()
    return found
