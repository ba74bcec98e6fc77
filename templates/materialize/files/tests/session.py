"""A session as Flow runs it: loads, merges, stores, and goes on from the store's checkpoint."""

from collections.abc import Iterator
from typing import Any, Self

from .driver import Json, Process

Document = Json
Transaction = list[tuple[int, Document]]  # bindings and documents
WHOLE = {"keyEnd": 0xFFFFFFFF, "rClockEnd": 0xFFFFFFFF}


class Stopped(Exception):
    """The messages that a session was to send are sent."""


class Session(Process):
    """An open materialization. Messages are counted, so that it can be killed behind any of them."""

    def __init__(self, task: Json, stop_after: int = -1, key_range: Json = WHOLE, hasty: bool = False) -> None:
        super().__init__()
        self.task = task
        self.left = stop_after
        self.hasty = hasty  # an answer to the last message is not waited for
        self.loaded: list[Document] = []
        self.done = 0  # transactions, by the store's checkpoint
        self.request = {"materialization": task, "version": "1", "range": key_range, "state": {}}

    def open(self) -> Self:
        self.send({"spec": {"connectorType": "LOCAL", "config": {}}})
        assert "spec" in self.receive()
        self.say({"open": self.request})
        self.checkpoint = self.receive()["opened"]["runtimeCheckpoint"]
        self.done = int(self.checkpoint.get("sources", {}).get("orders", {}).get("readThrough", "0"))
        self.acknowledge()
        return self

    def say(self, request: Json) -> None:
        if self.left == 0:
            raise Stopped
        self.left -= 1
        self.send(request)
        if self.left == 0 and self.hasty:
            raise Stopped

    def acknowledge(self) -> None:
        self.say({"acknowledge": {}})
        assert self.receive() == {"acknowledged": {}}

    def transaction(self, documents: Transaction) -> None:
        """Store documents, of which none has the key of another."""
        for index, document in documents:
            if not self.binding(index).get("deltaUpdates"):
                self.say({"load": {"binding": index, **self.keyed(index, document)}})
        self.say({"flush": {}})
        there = [(index, key_of(self.binding(index), d)) for index, d in self.answers()]
        for index, document in documents:
            exists = (index, key_of(self.binding(index), document)) in there
            self.say({"store": self.store(index, document, exists)})
        self.commit()
        self.acknowledge()

    def answers(self) -> Iterator[tuple[int, Document]]:
        self.loaded = []
        while "flushed" not in (answer := self.receive()):
            self.loaded.append(answer["loaded"]["doc"])
            yield answer["loaded"].get("binding", 0), answer["loaded"]["doc"]

    def store(self, index: int, document: Document, exists: bool) -> Json:
        chosen = self.binding(index)["fieldSelection"]
        store: Json = {"binding": index, **self.keyed(index, document), "doc": document}
        store["values"] = [document.get(field) for field in chosen["values"]]
        if exists:
            store["exists"] = True
        meta = document.get("_meta")
        if isinstance(meta, dict) and meta.get("op") == "d":
            store["delete"] = True
        return store

    def keyed(self, index: int, document: Document) -> Json:
        return {"key": list(key_of(self.binding(index), document))}

    def binding(self, index: int) -> Json:
        bindings: list[Json] = self.task["bindings"]
        return bindings[index]

    def commit(self) -> None:
        checkpoint = {"sources": {"orders": {"readThrough": str(self.done + 1)}}, "ackIntents": {"journal": "AAEC"}}
        self.say({"startCommit": {"runtimeCheckpoint": checkpoint}})
        assert self.receive() == {"startedCommit": {}}
        self.done += 1


def key_of(binding: Json, document: Document) -> tuple[Any, ...]:
    return tuple(document.get(field) for field in binding["fieldSelection"]["keys"])


def run(task: Json, transactions: list[Transaction], stop_after: int = -1, hasty: bool = False) -> int:
    """Run those transactions that the store has not; kill it behind so many messages. Give the count that it sent."""
    with Session(task, stop_after, hasty=hasty) as session:
        try:
            session.open()
            for transaction in transactions[session.done :]:
                session.transaction(transaction)
        except Stopped:
            session.popen.kill()  # it may still be busy with the last message, or not have read it
            return stop_after
        assert session.end() == (0, "")
        return -1 - session.left
