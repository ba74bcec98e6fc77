"""The shim, around a small source: captures, killed in the middle and resumed, and failures."""

from __future__ import annotations

from typing import Any

from . import driver
from .driver import Json, Session

TINY = "tests.tiny"
CONFIG = {"access_token": "top-secret"}
ROWS = list(range(1, 201))


def discover() -> list[Json]:
    return driver.discover(CONFIG, TINY)


def capture(state: Json | None = None, **config: Any) -> Session:
    return Session({**CONFIG, **config}, driver.bind(discover()), state, TINY)


def ids(documents: list[Json]) -> list[int]:
    return [document["id"] for document in documents]


def test_discover() -> None:
    events, rows = discover()
    assert events["resourceConfig"] == {"stream": "events", "syncMode": "incremental", "cursorField": ["id"]}
    assert events["key"] == ["/id"]
    assert events["documentSchema"]["properties"]["id"] == {"type": "integer"}
    assert set(events["documentSchema"]["required"]) == {"_meta", "id"}
    assert rows["resourceConfig"] == {"stream": "rows", "syncMode": "full_refresh"}
    assert rows["key"] == ["/_meta/row_id"]


def test_killed_in_the_middle_and_resumed() -> None:
    with capture(wait=0.002) as first:
        while first.received("events") < 105:
            first.step()
        first.popen.kill()  # SIGKILL; what no checkpoint covers is lost
    events = ids(first.committed["events"])
    assert events == ROWS[: len(events)]
    assert 0 < len(events) < 105

    with capture(first.state) as second:
        assert second.drain() == 0
    assert events + ids(second.committed["events"]) == ROWS
    assert not second.pending


def test_each_sweep_counts_its_rows_anew() -> None:
    state: Json = {}
    for _ in range(2):
        with capture(state) as session:
            assert session.drain() == 0
        assert [row["_meta"]["row_id"] for row in session.committed["rows"]] == [0, 1, 2, 3, 4]
        state = session.state


def test_a_failure_is_the_last_word_and_makes_no_checkpoint() -> None:
    with Session({**CONFIG, "fail_at": 45}, driver.bind(discover()[:1]), module=TINY) as session:
        assert session.drain() == 1
        events = ids(session.committed["events"])
        logs = session.logs()
    assert events == ROWS[: len(events)]
    assert len(events) < 45
    assert session.pending or len(events) == 44  # what the source itself declared as read, and no more
    assert logs[-1]["level"] == "error"
    assert "top-secret" not in str(logs)


def test_prints_go_to_the_log() -> None:
    with Session(CONFIG, driver.bind(discover()[1:]), module=TINY) as session:
        assert session.drain() == 0
        session.stderr.seek(0)
        log = session.stderr.read()
    for text in ("printed while the source is imported", "printed while the source reads", "printed by a child"):
        assert text in log


def test_validate() -> None:
    bindings = [{k: b[k] for k in ("resourceConfig", "collection")} for b in driver.bind(discover())]
    request: Json = {"name": "acmeCo/test", "connectorType": "LOCAL", "config": CONFIG, "bindings": bindings}
    validated = driver.call({"validate": request}, TINY)["validated"]
    assert validated["bindings"] == [{"resourcePath": ["events"]}, {"resourcePath": ["rows"]}]
    wrong = {**request, "config": {"access_token": "bad-one"}}
    assert "the access token is wrong" in driver.failure({"validate": wrong}, TINY)
    request["bindings"][0]["resourceConfig"] = {"stream": "nope", "syncMode": "incremental"}
    assert "no stream nope" in driver.failure({"validate": request}, TINY)
