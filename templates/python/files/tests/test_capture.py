"""Captures, killed in the middle and resumed."""

from typing import Any

from .driver import Json
from .task import capture


def test_killed_in_the_middle_and_resumed(base_url: str) -> None:
    with capture(base_url) as first:
        while first.received("events") < 130:
            first.step()
        first.popen.kill()  # SIGKILL; what no checkpoint covers is lost
    events = first.committed["events"]
    assert 0 < len(events) < 130

    with capture(base_url, first.state) as second:
        while len(events) + len(second.committed["events"]) < 250:
            second.step()
    events = events + second.committed["events"]
    assert [event["id"] for event in events] == list(range(1, 251))
    assert second.state["bindingStateV1"]["events.v0"]["inc"] == {"cursor": 250}


def test_an_unchanged_snapshot_is_not_captured_for_ever(base_url: str) -> None:
    state: Json = {}
    sessions = []
    for _ in range(3):
        with capture(base_url, state) as session:
            while snapshot(session.state) == snapshot(state):
                session.step()
        state = session.state
        sessions.append([plan["_meta"] for plan in session.committed["plans"]])
    # The CDK's digest covers the operation: what was sent as created may be sent
    # once more as updated.
    assert sessions[0] == [{"op": "c", "row_id": n} for n in range(3)]
    assert sessions[1] in ([], [{"op": "u", "row_id": n} for n in range(3)])
    assert sessions[2] == []


def snapshot(state: Json) -> Any:
    return state.get("bindingStateV1", {}).get("plans.v0", {}).get("snapshot")
