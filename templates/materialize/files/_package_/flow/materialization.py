"""Answers Flow's requests to a materialization, and holds them to their order.

A session is a row of transactions: acknowledge, load …, flush, store …, startCommit.
The store keeps Flow's checkpoint along with the documents, in one transaction of its own,
and tells it when a session is opened: what was stored counts once, wherever a crash falls.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from .stdio import PROTOCOL, Json, Refused, Stream, collection_of
from .tuples import values_of


@dataclass(frozen=True)
class Field:
    """A field of a collection's documents, and what its schema tells of it."""

    name: str
    pointer: str  # "" is the whole document
    types: frozenset[str]
    format: str = ""
    is_key: bool = False


@dataclass(frozen=True)
class Binding:
    """A collection and the place that its documents go to."""

    path: tuple[str, ...]
    keys: tuple[Field, ...]
    values: tuple[Field, ...]
    document: Field | None
    delta: bool  # documents are added, and none is updated
    backfill: int  # raised when the place is to be made anew


@dataclass(frozen=True)
class Candidate:
    """A binding that is validated: its fields are not chosen yet."""

    resource: Json
    fields: tuple[Field, ...]
    backfill: int


@dataclass(frozen=True)
class Constraint:
    """Whether a field can, may or must be stored, and why."""

    type: str
    reason: str


@dataclass(frozen=True)
class Validated:
    """What becomes of a candidate."""

    path: tuple[str, ...]
    delta: bool
    constraints: dict[str, Constraint]


@dataclass(frozen=True)
class Row:
    """A document to store under its key, or to delete."""

    key: list[Any]
    values: list[Any]
    document: Json | None
    exists: bool  # it was loaded, so it is an update
    delete: bool


class Target(ABC):
    """Where documents are stored. It is made anew for each request, and once for a session."""

    config_schema: ClassVar[Json]
    resource_schema: ClassVar[Json]
    documentation_url: ClassVar[str]

    @abstractmethod
    def __init__(self, config: Json) -> None:
        """Connect; a config that is wrong is Refused."""

    @abstractmethod
    def validate(self, task: str, candidate: Candidate, last: list[Binding]) -> Validated:
        """Say where a binding goes and which fields it takes. Last is the task as it was."""

    @abstractmethod
    def apply(self, task: str, bindings: list[Binding]) -> list[str]:
        """Put what is missing in place, and tell what was done. A second time there is nothing to do."""

    @abstractmethod
    def open(self, task: str, bindings: list[Binding], key_range: tuple[int, int]) -> Json:
        """Begin a session: refuse commits of the one before, and give the checkpoint that is stored."""

    @abstractmethod
    def load(self, binding: int, keys: list[list[Any]]) -> Iterator[Json]:
        """Give the stored documents of those keys that have one."""

    @abstractmethod
    def store(self, binding: int, row: Row) -> None:
        """Take a row. It counts from the commit on."""

    @abstractmethod
    def commit(self, checkpoint: Json) -> None:
        """Make all rows and the checkpoint last, or nothing of them."""


def serve(stream: Stream, target: type[Target]) -> None:
    """Answer each request until stdin ends."""
    session: Session | None = None
    for kind, message in stream.requests():
        if kind == "spec":
            stream.respond("spec", spec(target))
        elif kind == "validate":
            stream.respond("validated", validate(target, message))
        elif kind == "apply":
            stream.respond("applied", apply(target, message))
        elif kind == "open" and session is None:
            session = Session(stream, target, message)
        elif session is None:
            raise Refused(f"{kind!r} is asked, and no session is open")
        else:
            session.take(kind, message)
    if session is not None:
        session.end()


def spec(target: type[Target]) -> Json:
    return {
        "protocol": PROTOCOL,
        "configSchema": target.config_schema,
        "resourceConfigSchema": target.resource_schema,
        "documentationUrl": target.documentation_url,
    }


def validate(target: type[Target], message: Json) -> Json:
    last = bindings_of(message.get("lastMaterialization") or {})
    store = target(message["config"])
    bindings = []
    for asked in message.get("bindings", []):
        fields = fields_of(collection_of(message, asked))
        candidate = Candidate(asked["resourceConfig"], tuple(fields.values()), asked.get("backfill", 0))
        told = store.validate(message["name"], candidate, last)
        constraints = {name: {"type": c.type, "reason": c.reason} for name, c in told.constraints.items()}
        bindings.append(
            {
                "resourcePath": told.path,
                "deltaUpdates": told.delta,
                # The map is read by an older runtime, the list by a newer one.
                "constraints": constraints,
                "projectionConstraints": [{"field": name, "constraint": c} for name, c in constraints.items()],
            }
        )
    return {"bindings": bindings}


def apply(target: type[Target], message: Json) -> Json:
    task = message["materialization"]
    done = target(task["config"]).apply(task["name"], bindings_of(task))
    return {"actionDescription": "; ".join(done)}


def fields_of(collection: Json) -> dict[str, Field]:
    """Give the fields of a collection by their names."""
    fields = {}
    for p in collection["projections"]:
        inference = p.get("inference", {})
        text = inference.get("string") or {}
        types = frozenset(inference.get("types", []))
        field = Field(p["field"], p.get("ptr", ""), types, text.get("format", ""), p.get("isPrimaryKey", False))
        fields[field.name] = field
    return fields


def bindings_of(task: Json) -> list[Binding]:
    """Give the bindings of a task with the fields that were chosen for them."""
    bindings = []
    for b in task.get("bindings", []):
        fields = fields_of(collection_of(task, b))
        chosen = b["fieldSelection"]
        document = chosen.get("document", "")
        bindings.append(
            Binding(
                path=tuple(b["resourcePath"]),
                keys=tuple(fields[name] for name in chosen.get("keys", [])),
                values=tuple(fields[name] for name in chosen.get("values", [])),
                document=fields[document] if document else None,
                delta=b.get("deltaUpdates", False),
                backfill=b.get("backfill", 0),
            )
        )
    return bindings


class Session:
    """An open materialization."""

    FOLLOWS: ClassVar[dict[str, set[str]]] = {
        "open": {"acknowledge"},
        "acknowledge": {"load", "flush"},
        "load": {"load", "flush"},
        "flush": {"store", "startCommit"},
        "store": {"store", "startCommit"},
        "startCommit": {"acknowledge"},
    }

    def __init__(self, stream: Stream, target: type[Target], message: Json) -> None:
        task = message["materialization"]
        key_range = message.get("range") or {}
        self.stream = stream
        self.bindings = bindings_of(task)
        self.target = target(task["config"])
        self.keys: list[list[list[Any]]] = [[] for _ in self.bindings]
        self.last = "open"
        begin, end = key_range.get("keyBegin", 0), key_range.get("keyEnd", 0xFFFFFFFF)
        checkpoint = self.target.open(task["name"], self.bindings, (begin, end))
        # The store's checkpoint is the truth: Flow goes on from it, also from an empty one.
        stream.respond("opened", {"runtimeCheckpoint": checkpoint})

    def take(self, kind: str, message: Json) -> None:
        if kind not in self.FOLLOWS[self.last]:
            raise Refused(f"{kind!r} may not follow {self.last!r}")
        self.last = kind
        if kind == "acknowledge":
            self.stream.respond("acknowledged", {})  # the commit is done already
        elif kind == "load":
            index, binding = self.binding(message)
            key = values_of(message, "key")
            if len(key) != len(binding.keys):
                raise Refused(f"a key of {'/'.join(binding.path)} has {len(key)} values")
            self.keys[index].append(key)
        elif kind == "flush":
            self.flush()
        elif kind == "store":
            self.store(message)
        else:
            self.target.commit(message["runtimeCheckpoint"])
            self.stream.respond("startedCommit", {})

    def flush(self) -> None:
        for index, keys in enumerate(self.keys):
            for document in self.target.load(index, keys):
                self.stream.respond("loaded", {"binding": index, "doc": document}, more=True)
            keys.clear()
        self.stream.respond("flushed", {})

    def store(self, message: Json) -> None:
        index, binding = self.binding(message)
        key, values = values_of(message, "key"), values_of(message, "values")
        if len(key) != len(binding.keys) or len(values) != len(binding.values):
            raise Refused(f"a document for {'/'.join(binding.path)} has {len(key)} keys and {len(values)} values")
        document = message.get("doc")
        # Flow tells a deletion, which is one of the document too.
        meta = (document or {}).get("_meta")
        delete = message.get("delete") or (isinstance(meta, dict) and meta.get("op") == "d")
        self.target.store(index, Row(key, values, document, message.get("exists", False), bool(delete)))

    def binding(self, message: Json) -> tuple[int, Binding]:
        index = message.get("binding", 0)
        if index >= len(self.bindings):
            raise Refused(f"a document is for the binding {index}, and there are {len(self.bindings)}")
        return index, self.bindings[index]

    def end(self) -> None:
        if self.last not in ("open", "acknowledge", "startCommit"):
            raise Refused("the input has ended in the middle of a transaction")
