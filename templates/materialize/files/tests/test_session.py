"""Sessions: what is stored is what comes back, and what is out of order is refused."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from .driver import Json
from .session import Session, run
from .task import Shape, applied, binding, rows, task

DEEP: Json = {"region": "EU", "id": 1, "customer": "Zoë ☕", "amount": "7", "lines": [{"a": [None, 1.10]}]}


def test_documents_come_back_as_they_were(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding())
    with Session(job).open() as session:
        session.transaction([(0, DEEP)])
        assert session.loaded == []
        session.transaction([(0, {**DEEP, "customer": None})])
        assert session.loaded == [DEEP]
        session.transaction([(0, {**DEEP, "region": "US"})])
        assert session.loaded == []
        assert session.end() == (0, "")
    stored = sorted(rows(tmp_path / "store.db", columns="region, id, customer, amount, lines"))
    assert stored == [("EU", 1, None, 7, '[{"a":[null,1.1]}]'), ("US", 1, "Zoë ☕", 7, '[{"a":[null,1.1]}]')]


def test_every_digit_is_kept(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding({"id": "integer", "n": "number"}, ["id"]))
    text = '{"id":18446744073709551616,"n":12345678901234567.10}'
    with Session(job).open() as session:
        session.send({"flush": {}})
        session.receive()
        store = json.dumps({"store": {"key": [2**64], "values": [1], "doc": "DOC"}})
        assert session.popen.stdin
        print(store.replace('"DOC"', text), file=session.popen.stdin, flush=True)
        session.commit()
        session.acknowledge()
        session.send({"load": {"key": [2**64]}})
        session.send({"flush": {}})
        assert session.popen.stdout
        assert session.popen.stdout.readline() == f'{{"loaded":{{"binding":0,"doc":{text}}}}}\n'
    assert rows(tmp_path / "store.db", columns="id") == [("18446744073709551616",)]


def test_a_field_that_is_called_like_the_name_of_a_row(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding({"id": "integer", "rowid": "integer", "oid": "integer"}, ["id"]))
    first: list[tuple[int, Json]] = [(0, {"id": n, "rowid": 7, "oid": 7}) for n in (1, 2, 3)]
    run(job, [first, [(0, {"id": 1, "rowid": 2, "oid": 7})]])
    assert sorted(rows(tmp_path / "store.db", columns="id, rowid")) == [(1, 2), (2, 7), (3, 7)]


def test_deletions(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    job = task(database, binding(), binding(table="changes", deltaUpdates=True))
    gone: Json = {"region": "EU", "id": 1, "_meta": {"op": "d"}}
    both = [(0, gone), (1, gone)]
    run(job, [[(0, DEEP), (1, DEEP)], both, both])
    assert rows(database) == []
    # Each is a change, also the one of what was not there.
    assert len(rows(database, "changes")) == 3


def test_deletions_that_the_flag_alone_tells(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding())
    with Session(job).open() as session:
        session.transaction([(0, DEEP)])
        session.send({"flush": {}})
        session.receive()
        session.send({"store": {**session.store(0, DEEP, True), "delete": True}})
        session.commit()
    assert rows(tmp_path / "store.db") == []


@pytest.mark.parametrize("meta", ["d", ["op", "d"], 7, True, None, {}, {"op": ["d"]}, {"op": {"d": 1}}, {"op": "D"}])
def test_what_is_no_deletion(tmp_path: Path, meta: Any) -> None:
    """A collection's own _meta may be anything."""
    job = task(tmp_path / "store.db", binding())
    with Session(job).open() as session:
        session.send({"flush": {}})
        session.receive()
        session.send({"store": session.store(0, {**DEEP, "_meta": meta}, False)})
        session.commit()
        assert session.end() == (0, "")
    assert len(rows(tmp_path / "store.db")) == 1


KEYS: list[tuple[Shape, list[Any]]] = [
    ("string", ["", "a", "A", "ä", "a\0b", "1", "01", "'; DROP TABLE orders; --"]),
    ({"types": ["string"], "string": {"format": "integer"}}, ["1", "01", "+1", "1.0", "12345678901234567890"]),
    ("integer", [0, -1, 2**63 - 1, -(2**63), 2**64, -(2**65)]),
    ("boolean", [True, False]),
    (["integer", "string", "null"], [1, "1", None, 2**64, "x"]),
]


@pytest.mark.parametrize(("shape", "values"), KEYS)
def test_keys_of_all_kinds_are_rows_of_their_own(tmp_path: Path, shape: Shape, values: list[Any]) -> None:
    """Each is found again, and updated, and taken for no other."""
    job = task(tmp_path / "store.db", binding({"a": shape, "b": "integer", "n": "integer"}, ["a", "b"]))
    documents: list[Json] = [{"a": value, "b": b, "n": n} for n, value in enumerate(values) for b in (1, 2)]
    with Session(job).open() as session:
        session.transaction([(0, document) for document in documents])
        changed = [{**document, "n": document["n"] + 100} for document in documents]
        session.transaction([(0, document) for document in changed])
        assert session.loaded == documents
        session.transaction([(0, document) for document in changed])
        assert session.loaded == changed
    assert sorted(n for (n,) in rows(tmp_path / "store.db", columns="n")) == sorted(d["n"] for d in changed)


def test_the_packed_form_of_an_older_runtime(tmp_path: Path) -> None:
    """Keys ("EU", 1) and values, packed; there is no JSON of them."""
    job = task(tmp_path / "store.db", binding({"region": "string", "id": "integer", "n": "number"}, ["region", "id"]))
    key = base64.b64encode(b"\x02EU\x00\x15\x01").decode()
    with Session(job).open() as session:
        document = {"region": "EU", "id": 1, "n": 1.5}
        for exists in (False, True):
            session.send({"load": {"keyPacked": key}})
            session.send({"flush": {}})
            assert [d for _, d in session.answers()] == ([document] if exists else [])
            packed = base64.b64encode(b"\x21\xbf\xf8" + bytes(6)).decode()
            session.send({"store": {"keyPacked": key, "valuesPacked": packed, "doc": document, "exists": exists}})
            session.commit()
            session.acknowledge()
    assert rows(tmp_path / "store.db", columns="region, id, n") == [("EU", 1, 1.5)]


def test_a_session_makes_the_tables_that_are_not_there(tmp_path: Path) -> None:
    """In a container of its own, the file begins empty."""
    run(task(tmp_path / "store.db", binding()), [[(0, DEEP)]])
    assert len(rows(tmp_path / "store.db")) == 1


def test_empty_transactions(tmp_path: Path) -> None:
    job = task(tmp_path / "store.db", binding())
    applied(job)
    assert run(job, [[], [], []]) == 2 + 3 * 3
    with Session(job).open() as session:
        assert session.done == 3


def test_many_documents(tmp_path: Path) -> None:
    """More than the pipes hold, both ways."""
    job = task(tmp_path / "store.db", binding())
    documents = [(0, {"region": "EU", "id": n, "customer": "x" * 200}) for n in range(2000)]
    with Session(job).open() as session:
        for _ in range(2):
            session.transaction(documents)
        assert len(session.loaded) == 2000
    assert len(rows(tmp_path / "store.db")) == 2000


LOAD: Json = {"load": {"key": ["EU", 1]}}
STORE: Json = {"store": {"key": ["EU", 1], "values": [None] * 3, "doc": {}}}
FLUSH: Json = {"flush": {}}
OUT_OF_ORDER: list[tuple[list[Json], str]] = [
    ([STORE], "'store' may not follow 'acknowledge'"),
    ([FLUSH, LOAD], "'load' may not follow 'flush'"),
    ([FLUSH, FLUSH], "'flush' may not follow 'flush'"),
    ([{"acknowledge": {}}], "'acknowledge' may not follow 'acknowledge'"),
    ([{"read": {}}], "'read' may not follow 'acknowledge'"),
    ([{"open": {}}], "'open' may not follow 'acknowledge'"),
    ([LOAD], "the input has ended in the middle of a transaction"),
    ([FLUSH, STORE], "the input has ended in the middle of a transaction"),
    ([{"load": {"binding": 1, "key": []}}], "a document is for the binding 1, and there are 1"),
    ([{"load": {"key": [1]}}], "a key of orders has 1 values"),
    ([FLUSH, {"store": {"key": ["EU", 1], "values": [1]}}], "a document for orders has 2 keys and 1 values"),
]


@pytest.mark.parametrize(("requests", "message"), OUT_OF_ORDER)
def test_what_is_out_of_order(tmp_path: Path, requests: list[Json], message: str) -> None:
    with Session(task(tmp_path / "store.db", binding())).open() as session:
        for request in requests:
            session.send(request)
        code, _ = session.end()
        assert (code, session.logs()[-1]["msg"]) == (1, message)
    assert rows(tmp_path / "store.db") == []


def test_no_secret_is_logged(tmp_path: Path) -> None:
    with Session(task(tmp_path / "none" / "store.db", binding())) as session:
        session.send({"open": session.request})
        assert session.end() == (1, "")
        assert "s3cret" not in str(session.logs())
