"""Answers Flow's requests to a derivation, and holds them to their order.

A session is a row of transactions: read …, flush. Documents are published in between, and
what has changed in the state goes along with the answer to flush: Flow keeps both or neither.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from .patches import diff, merge
from .stdio import PROTOCOL, Json, Refused, Stream, collection_of
from .tuples import values_of

# Set on tasks that the newer of Flow's two runtimes runs.
NEWER = {"name": "estuary.dev/flag/enable-runtime-v2", "value": "true"}


@dataclass(frozen=True)
class Transform:
    """A collection that is read, and what is to be done with its documents."""

    name: str
    source: str
    pointers: frozenset[str]  # of the fields that the source's schema tells of
    key: tuple[str, ...]  # pointers by which documents are shuffled; () before it is opened
    lambda_config: Any


@dataclass(frozen=True)
class Read:
    """A document of a source."""

    transform: Transform
    key: list[Any]  # by which it was shuffled
    document: Json


class Lambdas(ABC):
    """What is derived. It is made when a session is opened, and anew by a reset."""

    config_schema: ClassVar[Json]
    lambda_schema: ClassVar[Json]
    documentation_url: ClassVar[str]
    key_types: ClassVar[list[str]] = []  # that documents must be shuffled by, such as STRING; [] is any

    @abstractmethod
    def __init__(self, config: Json, state: Json) -> None:
        """Begin with a state. What is changed in it, in place, is kept with each transaction."""

    @classmethod
    @abstractmethod
    def check(cls, config: Json, transforms: list[Transform]) -> Iterable[str]:
        """Tell what is wrong with the task, a sentence each."""

    @abstractmethod
    def read(self, read: Read) -> Iterable[Json]:
        """Take a document; give those to be published because of it."""

    @abstractmethod
    def flush(self) -> Iterable[Json]:
        """Give the documents to be published at the end of a transaction."""


def serve(stream: Stream, lambdas: type[Lambdas]) -> None:
    """Answer each request until stdin ends."""
    session: Session | None = None
    asked_spec = False
    for kind, message in stream.requests():
        if kind == "spec":
            asked_spec = True
            stream.respond("spec", spec(lambdas))
        elif kind == "validate":
            stream.respond("validated", validate(lambdas, message))
        elif kind == "open" and session is None:
            session = Session(stream, lambdas, message, asked_spec)
        elif session is None:
            raise Refused(f"{kind!r} is asked, and no session is open")
        else:
            session.take(kind, message)


def spec(lambdas: type[Lambdas]) -> Json:
    return {
        "protocol": PROTOCOL,
        "configSchema": lambdas.config_schema,
        "resourceConfigSchema": lambdas.lambda_schema,
        "documentationUrl": lambdas.documentation_url,
    }


def validate(lambdas: type[Lambdas], message: Json) -> Json:
    transforms = transforms_of(message)
    for transform in message.get("transforms", []):
        if transform.get("shuffleLambdaConfig"):
            raise Refused(f"transform {transform['name']!r}: it cannot be shuffled by a lambda; name a key")
    types = message.get("shuffleKeyTypes")
    if types and lambdas.key_types and list(types) != lambdas.key_types:
        raise Refused(f"documents are shuffled by {', '.join(types)}, and {', '.join(lambdas.key_types)} is wanted")
    check(lambdas, message["config"], transforms)
    return {"transforms": [{"readOnly": False} for _ in transforms], "generatedFiles": {}}


def check(lambdas: type[Lambdas], config: Json, transforms: list[Transform]) -> None:
    if wrong := list(lambdas.check(config, transforms)):
        raise Refused("; ".join(wrong))


def transforms_of(message: Json, opened: bool = False) -> list[Transform]:
    """Give the transforms of a task. Where it names no key, documents are shuffled by that of the source."""
    transforms = []
    for t in message.get("transforms", []):
        collection = collection_of(message, t)
        transforms.append(
            Transform(
                name=t["name"],
                source=collection["name"],
                pointers=frozenset(p.get("ptr", "") for p in collection.get("projections", [])),
                key=tuple(t.get("shuffleKey") or collection["key"]) if opened else (),
                lambda_config=t.get("lambdaConfig"),
            )
        )
    return transforms


class Session:
    """An open derivation."""

    def __init__(self, stream: Stream, lambdas: type[Lambdas], message: Json, asked_spec: bool) -> None:
        derivation = message["collection"]["derivation"]
        self.stream = stream
        self.make = lambdas
        self.config: Json = derivation["config"]
        self.transforms = transforms_of(derivation, opened=True)
        self.older = is_older(derivation, asked_spec)
        check(lambdas, self.config, self.transforms)
        self.begin(message.get("state") or {})
        stream.respond("opened", {})

    def begin(self, state: Json) -> None:
        self.state = copy.deepcopy(state)  # it is changed by the lambdas
        self.kept = state  # Flow has it, or gets it with this transaction
        self.change: Json = {}
        self.lambdas = self.make(self.config, self.state)

    def take(self, kind: str, message: Json) -> None:
        if kind == "read":
            self.publish(self.lambdas.read(self.read(message)))
        elif kind == "flush":
            self.flush(message)
        elif kind == "startCommit":
            # The newer runtime asks only stores that keep its checkpoint, and takes no state here.
            self.stream.respond("startedCommit", updated(self.change))
            self.change = {}
        elif kind == "reset":
            self.begin({})  # tests of catalogs begin anew; there is no answer
        else:
            raise Refused(f"{kind!r} is no request to an open derivation")

    def read(self, message: Json) -> Read:
        index = message.get("transform", 0)
        if index >= len(self.transforms):
            raise Refused(f"a document is for the transform {index}, and there are {len(self.transforms)}")
        transform, document = self.transforms[index], message["doc"]
        key = values_of(message.get("shuffle") or {}, "key") or [at(document, pointer) for pointer in transform.key]
        return Read(transform, key, document)

    def publish(self, documents: Iterable[Json]) -> None:
        for document in documents:
            self.stream.respond("published", {"doc": document}, more=True)

    def flush(self, message: Json) -> None:
        for patch in message.get("statePatches") or []:
            self.patch(patch)
        self.publish(self.lambdas.flush())
        change = diff(self.kept, self.state)
        self.kept = merge(self.kept, copy.deepcopy(change))
        if self.older:
            self.change, change = change, {}
        self.stream.respond("flushed", updated(change))

    def patch(self, patch: Json | None) -> None:
        """Take over what has become of the state elsewhere; null begins it anew."""
        before = self.state if patch is not None else {}
        after = merge(before, patch or {})
        self.kept = merge(self.kept if patch is not None else {}, patch or {})
        self.state.clear()
        self.state.update(after)


def updated(change: Json) -> Json:
    return {"state": {"updated": change, "mergePatch": True}} if change else {}


def is_older(derivation: Json, asked_spec: bool) -> bool:
    """Tell whether Flow's older runtime is there, which takes the state with startedCommit.

    The newer one begins each session with spec, and its tasks carry a label.
    """
    template = derivation.get("shardTemplate")
    labels = ((template or {}).get("labels") or {}).get("labels", [])
    return template is not None and not asked_spec and NEWER not in labels


def at(document: Any, pointer: str) -> Any:
    """Give the value at a JSON pointer, or None."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        elif isinstance(document, dict):
            document = document.get(name)
        else:
            return None
    return document
