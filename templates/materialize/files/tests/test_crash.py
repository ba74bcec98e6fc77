"""Crashes: whatever the store was doing when it was killed, each document counts once."""

from pathlib import Path

import pytest

from .driver import Json
from .session import Session, Transaction, run
from .task import applied, binding, rows, task


def order(region: str, id: int, amount: int, **more: object) -> Json:
    return {"region": region, "id": id, "amount": amount, **more}


def both(*documents: Json) -> Transaction:
    return [(index, document) for index in (0, 1) for document in documents]


TRANSACTIONS = [
    both(order("EU", 1, 10), order("EU", 2, 20), order("US", 1, 30)),
    both(order("EU", 1, 11), order("EU", 2, 0, _meta={"op": "d"}), order("US", 2, 40)),
    both(order("EU", 2, 21), order("US", 1, 31)),
]
STORED = [("EU", 1, 11), ("EU", 2, 21), ("US", 1, 31), ("US", 2, 40)]
CHANGES = [
    *(("EU", 1, 10), ("EU", 2, 20), ("US", 1, 30)),
    *(("EU", 1, 11), ("EU", 2, 0), ("US", 2, 40)),
    *(("EU", 2, 21), ("US", 1, 31)),
]


def check(database: Path) -> None:
    columns = "region, id, amount"
    assert sorted(rows(database, "orders", columns)) == STORED
    # A transaction that was stored twice, or half, would show here.
    assert sorted(rows(database, "changes", columns)) == sorted(CHANGES)


def whole(tmp_path: Path, name: str = "store.db") -> Json:
    return task(tmp_path / name, binding(), binding(table="changes", deltaUpdates=True))


def messages(tmp_path: Path) -> int:
    """Count the messages of a run without a crash."""
    job = whole(tmp_path, "whole.db")
    applied(job)
    return run(job, TRANSACTIONS)


@pytest.mark.parametrize("hasty", [False, True])
def test_killed_behind_every_message_and_gone_on(tmp_path: Path, hasty: bool) -> None:
    total = messages(tmp_path)
    check(tmp_path / "whole.db")
    assert total == 35
    for n in range(1, total):
        job = whole(tmp_path, f"{n}.db")
        run(job, TRANSACTIONS, stop_after=n, hasty=hasty)
        run(job, TRANSACTIONS)
        check(tmp_path / f"{n}.db")


@pytest.mark.parametrize("step", [3, 7, 11])
def test_killed_again_and_again(tmp_path: Path, step: int) -> None:
    """A session that is killed early may commit nothing; the next ones get further."""
    job = whole(tmp_path)
    for n in range(1, messages(tmp_path), step):
        run(job, TRANSACTIONS, stop_after=n)
    run(job, TRANSACTIONS)
    check(tmp_path / "store.db")


def test_a_commit_that_flow_has_not_heard_of(tmp_path: Path) -> None:
    """Killed between its commit and the answer: Flow asks again, and the store knows."""
    job = whole(tmp_path)
    with Session(job).open() as first:
        first.transaction(TRANSACTIONS[0])
    with Session(job).open() as second:
        assert second.done == 1
        assert second.checkpoint == {
            "sources": {"orders": {"readThrough": "1"}},
            "ackIntents": {"journal": "AAEC"},
        }


def test_a_session_that_flow_has_given_up_is_refused(tmp_path: Path) -> None:
    job = whole(tmp_path)
    with Session(job).open() as zombie:
        zombie.transaction(TRANSACTIONS[0])
        zombie.send({"flush": {}})
        zombie.receive()
        for index, document in TRANSACTIONS[1]:
            zombie.send({"store": zombie.store(index, document, exists=False)})
        # Its documents are staged, and it keeps nobody waiting.
        run(job, TRANSACTIONS)
        zombie.send({"startCommit": {"runtimeCheckpoint": {"sources": {"orders": {"readThrough": "2"}}}}})
        assert zombie.end() == (1, "")
        assert zombie.logs()[-1]["msg"].startswith("another session has taken over")
    check(tmp_path / "store.db")


def test_a_backfill_locks_sessions_out(tmp_path: Path) -> None:
    with Session(task(tmp_path / "store.db", binding())).open() as zombie:
        assert applied(task(tmp_path / "store.db", binding(backfill=1))) == "made table orders anew, for backfill 1"
        zombie.send({"flush": {}})
        zombie.receive()
        zombie.send({"startCommit": {"runtimeCheckpoint": {}}})
        assert zombie.end() == (1, "")
        assert zombie.logs()[-1]["msg"].startswith("another session has taken over")


def test_ranges_of_keys_are_fenced_apart(tmp_path: Path) -> None:
    """Two shards of a task store side by side; a range that is split goes on from the whole."""
    job = task(tmp_path / "store.db", binding())
    half = 0x7FFFFFFF
    with Session(job).open() as whole:
        whole.transaction([(0, order("EU", 1, 10))])
        with Session(job, key_range={"keyEnd": half}).open() as left:
            assert left.done == 1
            with Session(job, key_range={"keyBegin": half + 1, "keyEnd": 0xFFFFFFFF}).open() as right:
                assert right.done == 1
                left.transaction([(0, order("EU", 2, 20))])
                right.transaction([(0, order("US", 1, 30))])
                left.transaction([(0, order("EU", 1, 11))])
        whole.send({"flush": {}})
        whole.receive()
        whole.send({"startCommit": {"runtimeCheckpoint": {}}})
        assert whole.end() == (1, "")
    stored = rows(tmp_path / "store.db", columns="region, id, amount")
    assert sorted(stored) == [("EU", 1, 11), ("EU", 2, 20), ("US", 1, 30)]
