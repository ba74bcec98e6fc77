"""Captures of the sample, killed in the middle and resumed."""

import signal
from typing import Any

from .driver import Json, Session


def test_capture_commits_everything() -> None:
    with Session() as session:
        while len(session.committed["events"]) < 250 or not session.committed["plans"]:
            session.step()
        assert [e["id"] for e in session.committed["events"]] == list(range(1, 251))
        assert [p["_meta"]["row_id"] for p in session.committed["plans"]] == [0, 1, 2]
        assert session.state["bindingStateV1"]["events.v0"]["inc"] == {"cursor": 250}


def test_killed_in_the_middle_and_resumed() -> None:
    with Session() as first:
        while len(first.committed["events"]) < 100 or len(first.pending) < 30:
            first.step()
        first.popen.send_signal(signal.SIGKILL)
    committed = first.committed["events"]
    assert len(committed) < 250

    with Session(first.state) as second:
        while len(committed) + len(second.committed["events"]) < 250:
            second.step()
    ids = [event["id"] for event in committed + second.committed["events"]]
    assert ids == list(range(1, 251))


def test_an_unchanged_snapshot_is_not_captured_for_ever() -> None:
    state: Json = {}
    operations = []
    for _ in range(3):
        with Session(state) as session:
            while snapshot(session.state) == snapshot(state):
                session.step()
        operations.append([plan["_meta"]["op"] for plan in session.committed["plans"]])
        state = session.state
    # The CDK's digest covers the operation: what was sent as created may be sent
    # once more as updated.
    assert operations[0] == ["c", "c", "c"]
    assert operations[1] in ([], ["u", "u", "u"])
    assert operations[2] == []


def snapshot(state: Json) -> Any:
    return state.get("bindingStateV1", {}).get("plans.v0", {}).get("snapshot")
