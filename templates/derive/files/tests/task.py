"""The derivation of the tests, as Flow would make it of the catalog."""

from typing import Any

from .driver import Json

NEWER = {"labels": [{"name": "estuary.dev/flag/enable-runtime-v2", "value": "true"}]}
OLDER: Json = {"labels": []}
CONFIG = {"currency": "EUR"}


def collection(name: str, *fields: str, key: str = "id") -> Json:
    projections = [{"ptr": f"/{field}", "field": field} for field in fields]
    return {"name": f"acmeCo/{name}", "key": [f"/{key}"], "projections": [{"ptr": "", "field": "doc"}, *projections]}


def transform(name: str, function: str, **changes: Any) -> Json:
    return {
        "name": name,
        "collection": collection(name, "id", "user", "amount"),
        "lambdaConfig": {"function": function},
        **changes,
    }


TRANSFORMS = [transform("orders", "add_order"), transform("refunds", "take_refund")]


def validate(*transforms: Json, **changes: Any) -> Json:
    """Validation does not tell by which key documents will be shuffled."""
    request = {"connectorType": "LOCAL", "config": CONFIG, "collection": collection("totals", "user", key="user")}
    return {"validate": {**request, "transforms": list(transforms), **changes}}


def open_request(state: Json, labels: Json | None, config: Json = CONFIG, **changes: Any) -> Json:
    derivation: Json = {
        "connectorType": "LOCAL",
        "config": config,
        "transforms": [{**t, "shuffleKey": ["/user"], **changes} for t in TRANSFORMS],
    }
    if labels is not None:
        derivation["shardTemplate"] = {"labels": labels}
    derived = {**collection("totals", "user", key="user"), "derivation": derivation}
    return {"open": {"collection": derived, "version": "1", "range": {}, "state": state}}
