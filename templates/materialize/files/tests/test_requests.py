"""Validate and apply: which fields are taken, and what becomes of the tables."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .driver import Json, call, failure
from .session import Session, run
from .task import ORDERS, Shape, applied, apply, binding, collection, constraints, rows, task, validate


def types(told: dict[str, Json]) -> dict[str, str]:
    return {field: c["type"] for field, c in told.items()}


def test_constraints(tmp_path: Path) -> None:
    shapes: dict[str, Shape] = {**ORDERS, "nothing": "null", "mixed": ["integer", "string"], "REGION": "string"}
    assert types(constraints(tmp_path / "store.db", binding(shapes))) == {
        "region": "LOCATION_REQUIRED",
        "id": "LOCATION_REQUIRED",
        "flow_document": "LOCATION_REQUIRED",
        "customer": "LOCATION_RECOMMENDED",
        "amount": "LOCATION_RECOMMENDED",
        "lines": "FIELD_OPTIONAL",
        "mixed": "FIELD_OPTIONAL",
        "nothing": "FIELD_FORBIDDEN",
        "REGION": "FIELD_FORBIDDEN",
    }


def test_delta_updates_need_no_document(tmp_path: Path) -> None:
    request = validate(tmp_path / "store.db", binding(), binding(table="changes", deltaUpdates=True))
    first, second = call(request)["validated"]["bindings"]
    assert (first["resourcePath"], first["deltaUpdates"]) == (["orders"], False)
    assert (second["resourcePath"], second["deltaUpdates"]) == (["changes"], True)
    assert second["constraints"]["flow_document"]["type"] == "FIELD_OPTIONAL"
    assert second["constraints"]["region"]["type"] == "LOCATION_REQUIRED"


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("null", "it is a key, and has no value but null"),
        (["integer", "object"], "it is a key, and cannot be integer or object"),
        ("number", "it is a key, and cannot be number"),
    ],
)
def test_keys_that_cannot_be(tmp_path: Path, shape: Shape, reason: str) -> None:
    told = constraints(tmp_path / "store.db", binding({**ORDERS, "id": shape}))
    assert told["id"] == {"type": "INCOMPATIBLE", "reason": reason}


CHANGES: list[tuple[Json, Json, str, str]] = [
    ({"customer": "integer"}, {}, "customer", "its column is of the kind text, and the field is integer now"),
    ({"lines": "string"}, {}, "lines", "its column is of the kind json, and the field is text now"),
    ({"id": "string"}, {}, "id", "its column is of the kind integer, and the field is text now"),
    ({}, {"key": ["region", "id", "customer"]}, "customer", "it was no part of the key (region, id) so far"),
    ({}, {"deltaUpdates": True}, "id", "delta updates were off so far"),
]


@pytest.mark.parametrize("known_by", ["last", "store"])
@pytest.mark.parametrize(("shapes", "changes", "field", "reason"), CHANGES)
def test_incompatible_changes(
    tmp_path: Path, known_by: str, shapes: Json, changes: Json, field: str, reason: str
) -> None:
    database = tmp_path / "store.db"
    before = task(database, binding())
    last = before if known_by == "last" else None
    if known_by == "store":
        applied(before)
    told = constraints(database, binding({**ORDERS, **shapes}, **changes), last=last)
    assert told[field]["type"] == "INCOMPATIBLE"
    assert told[field]["reason"].startswith(reason)
    # Made anew, the table can be anything.
    told = constraints(database, binding({**ORDERS, **shapes}, backfill=1, **changes), last=last)
    assert "INCOMPATIBLE" not in types(told).values()


def test_wider_types_are_no_change(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    applied(task(database, binding()))
    wider: dict[str, Shape] = {**ORDERS, "customer": "string", "amount": ["integer", "number", "null"]}
    assert "INCOMPATIBLE" not in types(constraints(database, binding(wider))).values()
    assert applied(task(database, binding(wider))) == ""
    # What was widened cannot become narrow again.
    assert types(constraints(database, binding()))["amount"] == "INCOMPATIBLE"
    message = failure(apply(task(database, binding())))
    assert message == "column amount of table orders cannot become integer: raise its backfill counter"


@pytest.mark.parametrize("name", ["", "flow_checkpoints", "Flow_x", "sqlite_x", "a\0b"])
def test_names_that_a_table_cannot_have(tmp_path: Path, name: str) -> None:
    message = failure(validate(tmp_path / "store.db", binding(table=name)))
    assert message == f"a table cannot have the name {name!r}"


def test_two_bindings_with_one_table(tmp_path: Path) -> None:
    message = failure(validate(tmp_path / "store.db", binding(), binding(table="Orders")))
    assert message == "two bindings have the table 'Orders'; SQLite takes no notice of case"


def test_tables_of_others_stay_as_they_are(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    assert rows(database, "(SELECT 1)") == [(1,)]
    applied(task(database, binding(), name="acmeCo/other"))
    taken = "the table 'orders' belongs to acmeCo/other: choose another name"
    assert failure(validate(database, binding())) == failure(apply(task(database, binding()))) == taken

    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE mine (a)")
    db.close()
    there = "the table 'mine' is there already, and Flow has not made it: choose another name"
    assert failure(validate(database, binding(table="mine"))) == there
    assert failure(apply(task(database, binding(table="mine")))) == there


def test_apply_has_nothing_to_do_twice(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding(), binding(table="Order changes; --", deltaUpdates=True))
    assert applied(job) == "created table orders; created table Order changes; --"
    assert applied(job) == ""


def test_new_fields_get_columns_and_old_ones_keep_theirs(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    document: Json = {"region": "EU", "id": 1, "customer": "Ann", "amount": 3, "lines": [1]}
    run(task(database, binding()), [[(0, document)]])
    fields: dict[str, Shape] = {"region": "string", "id": "integer", "Customer": "string", "new one": "boolean"}
    job = task(database, binding(fields))
    assert applied(job) == "added new one to table orders"
    assert applied(job) == ""
    second: Json = {"region": "EU", "id": 2, "Customer": "Bob", "new one": True}
    run(job, [[], [(0, second)]])
    columns = 'region, id, customer, amount, lines, "new one"'
    assert sorted(rows(database, "orders", columns)) == [
        ("EU", 1, "Ann", 3, "[1]", None),
        ("EU", 2, "Bob", None, None, 1),
    ]


def test_a_backfill_makes_the_table_anew(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    run(task(database, binding()), [[(0, {"region": "EU", "id": 1})]])
    keyed = binding({"id": "string"}, ["id"], backfill=1)
    assert applied(task(database, keyed)) == "made table orders anew, for backfill 1"
    assert applied(task(database, keyed)) == ""
    assert rows(database) == []
    with Session(task(database, keyed)).open() as session:
        assert session.done == 1  # the checkpoint is Flow's to judge: it reads by backfill
        session.transaction([(0, {"id": "EU-1"})])
    assert rows(database, columns="id") == [("EU-1",)]


def test_a_dropped_table_is_made_again(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding())
    applied(job)
    with sqlite3.connect(tmp_path / "store.db") as db:
        db.execute("DROP TABLE orders")
    db.close()
    assert applied(job) == "created table orders"


def test_an_apply_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    applied(task(database, binding(table="second"), name="acmeCo/other"))
    before = rows(database, "sqlite_master", "sql")
    assert "belongs to acmeCo/other" in failure(apply(task(database, binding(), binding(table="second"))))
    assert rows(database, "sqlite_master", "sql") == before


@pytest.mark.parametrize("database", [None, 3, ""])
def test_a_config_without_a_database(database: Any) -> None:
    request = {"name": "a", "connectorType": "LOCAL", "config": {"database": database}, "bindings": []}
    assert failure({"validate": request}) == "the config has no database"


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "store.db"
    assert failure(validate(nowhere)) == f"opening the database '{nowhere}': unable to open database file"
    other = tmp_path / "other"
    other.write_text("this is a text, and no database, of more than a hundred bytes " * 9)
    assert failure(validate(other)) == f"opening the database '{other}': file is not a database"


def test_collections_that_are_linked(tmp_path: Path) -> None:
    request = validate(tmp_path / "store.db", binding())
    del request["validate"]["bindings"][0]["collection"]
    request["validate"]["linkedCollections"] = [collection(ORDERS, ["id"])]
    told = call(request)["validated"]["bindings"][0]["constraints"]
    assert (told["id"]["type"], told["region"]["type"]) == ("LOCATION_REQUIRED", "LOCATION_RECOMMENDED")
