"""Answers the requests of Flow's capture protocol for a source of another kind.

A shim is a subclass of Capture: it says what its source's spec and streams are, checks a
config, and reads. Session turns what is read into documents and checkpoints.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, NoReturn

from . import logs, schemas, stdio

PROTOCOL = 3032023


class CaptureError(Exception):
    """A failure that its message explains to a user."""


@dataclass
class Stream:
    """A stream of the source, as discovered."""

    name: str
    schema: dict[str, Any]
    key: list[list[str]]
    resource: dict[str, Any]
    source: dict[str, Any]  # the source's own description
    namespace: str | None = None
    order: int = 0  # of discovery

    def binding(self, name: str) -> dict[str, Any]:
        key = schemas.key(self.name, self.key, self.schema)
        if not self.schema.get("properties"):
            logs.emit("warn", f"stream {self.name}: its schema has no properties")
        return {
            "recommendedName": name,
            "resourceConfig": self.resource,
            "documentSchema": schemas.document(self.schema, key),
            "key": key,
        }


@dataclass
class Binding:
    """A binding of the task: where documents of a stream go."""

    index: int
    state_key: str
    resource: dict[str, Any]
    stream: Stream
    entry: dict[str, Any]  # its state: rowId, and what the shim keeps
    row_id: int = 0


@dataclass
class Session:
    """A running capture: documents since the last checkpoint, and the state as it stands.

    The state is always sent whole: merged, keys that the source has dropped would stay.
    """

    protocol: stdio.Protocol
    bindings: list[Binding]
    shared: dict[str, Any]  # state that belongs to no binding
    pending: bool = field(default=False)
    checkpoints: int = field(default=0)

    def document(self, binding: Binding, document: dict[str, Any]) -> None:
        meta = document.get("_meta")
        document["_meta"] = {**(meta if isinstance(meta, dict) else {}), "op": "u", "row_id": binding.row_id}
        binding.row_id += 1
        self.pending = True
        self.protocol.emit({"captured": {"binding": binding.index, "doc": document}}, flush=False)

    def checkpoint(self) -> None:
        state = {
            "bindingStateV1": {b.state_key: {**b.entry, "rowId": b.row_id} for b in self.bindings},
            "connkit": self.shared,
        }
        self.protocol.emit({"checkpoint": {"state": {"updated": state, "mergePatch": False}}})
        self.pending = False
        self.checkpoints += 1


class Capture(ABC):
    """The request loop. Subclasses fill in the source."""

    documentation_url = "https://go.estuary.dev/connectors"

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """The spec response, with configSchema as schemas.config gives it."""

    @abstractmethod
    def streams(self, config: dict[str, Any]) -> list[Stream]:
        """What there is to capture."""

    def bound(self, config: dict[str, Any], resources: list[dict[str, Any]]) -> list[Stream]:
        """The streams among which those of a task's bindings are."""
        return self.streams(config)

    @abstractmethod
    def check(self, config: dict[str, Any]) -> None:
        """Raises CaptureError when the config does not work."""

    @abstractmethod
    def path(self, resource: dict[str, Any]) -> list[str]:
        """The resource path of a binding."""

    @abstractmethod
    def read(self, config: dict[str, Any], session: Session) -> None:
        """Captures until the source ends: documents and checkpoints of the session."""

    @abstractmethod
    def finish(self, session: Session) -> None:
        """Settles the state after a source that has ended well, before the last checkpoint."""

    def main(self) -> NoReturn:
        """Serves requests until stdin ends, then ends the process."""
        protocol = stdio.take_over()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        end_children_at_once()
        code = 0
        try:
            for request in protocol.requests():
                self.answer(protocol, request)
                if "open" in request:
                    break
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 1
        except KeyboardInterrupt:
            code = 130
        except BaseException as e:
            code = 1
            self.fail(e)
        protocol.flush()
        logging.shutdown()
        os._exit(code)  # a source's threads must not keep a session alive that has ended

    def fail(self, error: BaseException) -> None:
        """Leaves the source's own message as the last line of the log."""
        text = self.message(error)
        trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        logs.last_words(text, **({} if isinstance(error, CaptureError) else {"traceback": trace}))

    def message(self, error: BaseException) -> str:
        text = str(error).strip()
        return text if isinstance(error, CaptureError) and text else f"{type(error).__name__}: {text}"

    def answer(self, protocol: stdio.Protocol, request: dict[str, Any]) -> None:
        if "spec" in request:
            protocol.emit({"spec": {"protocol": PROTOCOL, **self.spec()}})
        elif "discover" in request:
            config = self.config(request["discover"])
            protocol.emit({"discovered": {"bindings": self.discovered(self.streams(config))}})
        elif "validate" in request:
            protocol.emit({"validated": {"bindings": self.validated(request["validate"])}})
        elif "apply" in request:
            protocol.emit({"applied": {}})
        elif "open" in request:
            self.capture(protocol, request["open"])
        else:
            raise CaptureError(f"this capture knows no request {', '.join(request) or '{}'}")

    def config(self, request: dict[str, Any]) -> dict[str, Any]:
        """The config of a request; from here on its secrets are hidden in every log line."""
        config = request.get("config") or {}
        logs.hide(schemas.secrets(self.spec()["configSchema"], config))
        return dict(config)

    def discovered(self, streams: list[Stream]) -> list[dict[str, Any]]:
        """One binding a stream. Streams of one name in several namespaces keep the namespace."""
        names = [schemas.recommended_name(s.name) for s in streams]
        found = []
        for i, s in enumerate(streams):
            name = names[i]
            if s.namespace and names.count(name) > 1:
                name = f"{schemas.recommended_name(s.namespace)}/{name}"
            found.append(s.binding(name))
        return found

    def validated(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        config = self.config(request)
        self.check(config)
        resources = [self.resource(b) for b in request.get("bindings") or []]
        paths = [self.path(r) for r in resources]
        streams = self.bound(config, resources) if resources else []
        for r in resources:
            self.find(streams, r)
        return [{"resourcePath": path} for path in paths]

    def resource(self, binding: dict[str, Any]) -> dict[str, Any]:
        """A binding's resource config, without what Flow notes in it."""
        return {k: v for k, v in (binding.get("resourceConfig") or {}).items() if k != "_meta"}

    def find(self, streams: list[Stream], resource: dict[str, Any]) -> Stream:
        path = self.path(resource)
        for stream in streams:
            if self.path(stream.resource) == path:
                return stream
        known = ", ".join("/".join(self.path(s.resource)) for s in streams)
        raise CaptureError(f"the source has no stream {'/'.join(path)}; it has {known}")

    def capture(self, protocol: stdio.Protocol, request: dict[str, Any]) -> None:
        task = request.get("capture") or {}
        config = self.config(task)
        state = request.get("state") or {}
        entries = state.get("bindingStateV1") or {}
        wanted = task.get("bindings") or []
        streams = self.bound(config, [self.resource(b) for b in wanted]) if wanted else []
        bindings = []
        for i, b in enumerate(wanted):
            resource = self.resource(b)
            stored = dict(entries.get(b["stateKey"]) or {})
            row_id = int(stored.pop("rowId", 0))
            bindings.append(Binding(i, b["stateKey"], resource, self.find(streams, resource), stored, row_id))
        session = Session(protocol, bindings, dict(state.get("connkit") or {}))
        protocol.emit({"opened": {"explicitAcknowledgements": False}})
        if not bindings:
            return
        self.read(config, session)
        self.finish(session)
        session.checkpoint()


def end_children_at_once() -> None:
    """Lets SIGTERM end what a source forks, whatever it holds: a pool ends its workers by it.

    One that comes before the child is set up waits until it is.
    """
    term = {signal.SIGTERM}

    def as_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, term)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, term),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, term),
        after_in_child=as_child,
    )
