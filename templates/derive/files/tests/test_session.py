"""Sessions on both runtimes: documents are derived, and the state goes on over transactions and restarts."""

import pytest

from .driver import Json
from .session import ORDERS, REFUNDS, Session
from .task import NEWER, OLDER, open_request


def total(user: str, orders: int, amount: float) -> Json:
    return {"user": user, "orders": orders, "amount": amount, "currency": "EUR"}


@pytest.fixture(params=["v1", "v2"])
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def first(session: Session) -> None:
    session.read(ORDERS, "ann", 5)
    session.read(ORDERS, "Zoë", 1)
    session.read(ORDERS, "ann", 0.1)
    session.read(ORDERS, "ann", 0.2)
    assert session.flush() == [total("ann", 3, 5.3), total("Zoë", 1, 1)]


def second(session: Session) -> None:
    session.read(REFUNDS, "ann", 0.3)
    session.read(ORDERS, "bob", 7)
    assert session.flush() == [total("ann", 3, 5.0), total("bob", 1, 7)]


STATE = {"ann": {"orders": 3, "amount": 5.0}, "Zoë": {"orders": 1, "amount": 1}, "bob": {"orders": 1, "amount": 7}}


def test_two_transactions(runtime: str) -> None:
    with Session(runtime=runtime).open() as session:
        first(session)
        second(session)
        assert session.flush() == []
        assert session.state == STATE
        assert session.end() == (0, "")


def test_a_restart_between_them(runtime: str) -> None:
    with Session(runtime=runtime).open() as session:
        first(session)
        assert session.end() == (0, "")
    with Session(session.state, runtime).open() as again:
        second(again)
        assert again.state == STATE


@pytest.mark.parametrize("flushed", [False, True])
def test_killed_within_a_transaction(runtime: str, flushed: bool) -> None:
    """Flow has kept nothing of it, and reads its documents again."""
    with Session(runtime=runtime).open() as session:
        first(session)
        session.read(REFUNDS, "ann", 0.3)
        if flushed:
            session.send({"flush": {}})
        session.popen.kill()
    with Session(session.state, runtime).open() as again:
        second(again)
        assert again.state == STATE


def test_reset(runtime: str) -> None:
    """There is no answer; what follows begins with nothing, and with the same config."""
    with Session({"ann": {"orders": 9, "amount": 9}}, runtime).open() as session:
        session.read(ORDERS, "ann", 1)
        session.send({"reset": {}})
        first(session)
        assert session.state["ann"] == {"orders": 3, "amount": 5.3}
        session.send({"reset": {}})
        first(session)


def test_only_what_has_changed_is_kept_anew() -> None:
    with Session({"ann": {"orders": 1, "amount": 1}, "bob": {"orders": 1, "amount": 2}}).open() as session:
        session.read(REFUNDS, "bob", 2)
        session.send({"flush": {}})
        assert session.receive() == {"published": {"doc": total("bob", 1, 0)}}
        change = {"bob": {"amount": 0}}
        assert session.receive() == {"flushed": {"state": {"updated": change, "mergePatch": True}}}


def test_patches_of_the_state_are_taken_over() -> None:
    """Another process of the task has counted too."""
    with Session({"ann": {"orders": 1, "amount": 1}}).open() as session:
        assert session.flush([{"bob": {"orders": 4, "amount": 4}}, {"bob": {"amount": 5}}]) == []
        session.read(ORDERS, "bob", 1)
        assert session.flush() == [total("bob", 5, 6)]
        assert session.flush([None, {"bob": {"orders": 1, "amount": 1}}]) == []
        session.read(ORDERS, "ann", 1)
        session.read(ORDERS, "bob", 1)
        assert session.flush() == [total("ann", 1, 1), total("bob", 2, 2)]


@pytest.mark.parametrize(
    "shuffle", [{"key": ["ann"]}, {"packed": "AmFubgA=", "hash": 7}, {"key": ["ann"], "packed": "AmFubgA="}, {}, None]
)
def test_keys_come_in_several_forms(shuffle: Json | None) -> None:
    with Session().open() as session:
        document = {"user": "ann", "amount": 5}
        session.send({"read": {"shuffle": shuffle, "doc": document} if shuffle is not None else {"doc": document}})
        assert session.flush() == [total("ann", 1, 5)]


@pytest.mark.parametrize(
    ("spec", "labels", "newer"), [(True, OLDER, True), (False, NEWER, True), (False, OLDER, False), (False, None, True)]
)
def test_where_the_state_goes(spec: bool, labels: Json | None, newer: bool) -> None:
    """The newer runtime takes it with flushed and refuses it with startedCommit; the older one the other way round."""
    with Session() as session:
        if spec:
            session.send({"spec": {}})
            session.receive()
        session.send(open_request({}, labels))
        session.receive()
        session.read(ORDERS, "ann", 5)
        session.send({"flush": {}})
        session.receive()
        state = {"state": {"updated": {"ann": {"orders": 1, "amount": 5}}, "mergePatch": True}}
        assert session.receive() == {"flushed": state if newer else {}}
        session.send({"startCommit": {"runtimeCheckpoint": {}}})
        assert session.receive() == {"startedCommit": {} if newer else state}


def test_many_documents() -> None:
    """More than the pipes hold."""
    with Session().open() as session:
        for n in range(3000):
            session.read(ORDERS, f"user {n} {'x' * 50}", n)
        assert len(session.flush()) == 3000


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"read": {"transform": 2, "doc": {}}}, "a document is for the transform 2, and there are 2"),
        ({"load": {}}, "'load' is no request to an open derivation"),
        ({"open": {}}, "'open' is no request to an open derivation"),
    ],
)
def test_what_is_out_of_order(request_: Json, message: str) -> None:
    with Session().open() as session:
        session.send(request_)
        assert session.end() == (1, "")
        assert session.logs()[-1]["msg"] == message
