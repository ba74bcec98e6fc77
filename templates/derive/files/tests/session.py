"""A session as Flow runs it: documents are read, published, and the state is kept with them."""

from typing import Self

from .driver import Json, Process, merge
from .task import CONFIG, OLDER, open_request

ORDERS, REFUNDS = 0, 1  # the transforms


class Session(Process):
    """An open derivation, on either of Flow's runtimes."""

    def __init__(self, state: Json | None = None, runtime: str = "v2", config: Json = CONFIG) -> None:
        super().__init__()
        self.state = state or {}  # that Flow keeps
        self.runtime = runtime
        self.config = config

    def open(self) -> Self:
        if self.runtime == "v2":
            self.send({"spec": {"connectorType": "LOCAL", "config": {}}})
            assert "spec" in self.receive()
        self.send(open_request(self.state, OLDER, self.config))
        assert self.receive() == {"opened": {}}
        return self

    def read(self, transform: int, user: str, amount: float) -> None:
        document = {"id": 1, "user": user, "amount": amount}
        self.send({"read": {"transform": transform, "shuffle": {"key": [user]}, "doc": document}})

    def flush(self, patches: list[Json | None] | None = None) -> list[Json]:
        """End a transaction; give what was published in it."""
        self.send({"flush": {"statePatches": patches} if patches else {}})
        published = []
        while "flushed" not in (answer := self.receive()):
            published.append(answer["published"]["doc"])
        if self.runtime == "v1":
            assert answer == {"flushed": {}}
            self.send({"startCommit": {"runtimeCheckpoint": {"sources": {}}}})
            answer = {"flushed": self.receive()["startedCommit"]}
        if state := answer["flushed"].get("state"):
            assert state["mergePatch"] is True
            self.state = merge(self.state, state["updated"])
        return published
