"""Runs an Airbyte source as a Flow capture, in this process.

The source is spoken to through its command line (airbyte_cdk.entrypoint), the one
interface that is alike from CDK 0.5x to 7 and takes every kind of source.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import airbyte_cdk
import airbyte_cdk.entrypoint as entrypoint

from .flow import logs, schemas, stdio
from .flow.capture import Capture, CaptureError, Session, Stream
from .flow.delegate import console_script, own_modules_last
from .flow.files import Files
from .state import State

if TYPE_CHECKING:
    Message = dict[str, Any]
INCREMENTAL, FULL_REFRESH = "incremental", "full_refresh"


class _Launched(BaseException):
    """Carries the source that a console script was about to run, past what handles its errors."""

    def __init__(self, source: Any, args: list[str]) -> None:
        super().__init__("launched")
        self.source, self.argv = source, args


def _launch(source: Any, args: list[str]) -> None:
    raise _Launched(source, args)


# Replaced before a source's package is imported, since it imports the name from one of the two.
entrypoint.launch = _launch
airbyte_cdk.launch = _launch  # type: ignore[attr-defined,unused-ignore]


class CaptureShim(Capture):
    """A capture around an Airbyte source.

    delegate is the source's class, a function that makes or launches one, a source, or
    the name of a distribution, whose console script is used then. oauth2 is the OAuth2
    part of Flow's spec.
    """

    def __init__(
        self, delegate: Any, oauth2: dict[str, Any] | None = None, documentation_url: str | None = None
    ) -> None:
        self.delegate = delegate
        self.oauth2 = oauth2
        self.documentation_url = documentation_url or self.documentation_url
        self.trouble: list[str] = []  # the source's own words on what went wrong
        self._spec: dict[str, Any] | None = None

    def spec(self) -> dict[str, Any]:
        if self._spec is None:
            found = self.one("spec", "spec")
            if found.get("supported_destination_sync_modes"):
                raise CaptureError("this is an Airbyte destination: a capture wraps a source")
            self._spec = {
                "configSchema": schemas.config(found.get("connectionSpecification")),
                "resourceConfigSchema": RESOURCE_SCHEMA,
                "documentationUrl": found.get("documentationUrl") or self.documentation_url,
                "resourcePathPointers": ["/namespace", "/stream"],
            }
            if self.oauth2:
                self._spec["oauth2"] = self.oauth2
        return self._spec

    def streams(self, config: dict[str, Any]) -> list[Stream]:
        found = self.one("catalog", "discover", config)["streams"]
        return [self.stream(s, i) for i, s in enumerate(found)]

    def stream(self, found: dict[str, Any], order: int) -> Stream:
        cursor = found.get("default_cursor_field") or []
        incremental = INCREMENTAL in (found.get("supported_sync_modes") or []) and (
            cursor or found.get("source_defined_cursor")
        )
        resource: dict[str, Any] = {"stream": found["name"], "syncMode": INCREMENTAL if incremental else FULL_REFRESH}
        if found.get("namespace"):
            resource["namespace"] = found["namespace"]
        if incremental and cursor:
            resource["cursorField"] = cursor
        keys = found.get("source_defined_primary_key") or []
        key = [path if isinstance(path, list) else [path] for path in keys]
        return Stream(
            found["name"], found.get("json_schema") or {}, key, resource, found, found.get("namespace"), order
        )

    def path(self, resource: dict[str, Any]) -> list[str]:
        if not isinstance(resource.get("stream"), str):
            raise CaptureError("a binding's resource needs the name of its stream")
        return [part for part in (resource.get("namespace"), resource["stream"]) if part]

    def check(self, config: dict[str, Any]) -> None:
        status = self.one("connectionStatus", "check", config)
        if status.get("status") != "SUCCEEDED":
            raise CaptureError(str(status.get("message") or "the source's check failed"))

    def read(self, config: dict[str, Any], session: Session) -> None:
        state = State(session)
        targets = Targets(session)

        def take(message: Message) -> None:
            if message["type"] == "RECORD":
                record = message["record"]
                binding = targets.find(record.get("namespace"), record["stream"])
                if binding is not None:
                    session.document(binding, record["data"])
            elif message["type"] == "STATE":
                state.take(message["state"])
                session.checkpoint()

        self.run("read", take, config, self.catalog(session), state.input())
        if self.trouble:
            raise CaptureError(self.trouble[-1])

    def finish(self, session: Session) -> None:
        State(session).end_sweeps()

    def catalog(self, session: Session) -> dict[str, Any]:
        """The configured catalog, in the order of discovery: parents may have to come before children."""
        streams = []
        for b in sorted(session.bindings, key=lambda b: b.stream.order):
            mode = b.resource.get("syncMode") or b.stream.resource["syncMode"]
            streams.append(
                {
                    "stream": b.stream.source,
                    "sync_mode": mode,
                    "destination_sync_mode": "append",
                    "cursor_field": b.resource.get("cursorField") or b.stream.source.get("default_cursor_field") or [],
                    "primary_key": b.stream.key,
                    "generation_id": 0,
                    "minimum_generation_id": 0,
                    "sync_id": 0,
                }
            )
        return {"streams": streams}

    def one(self, kind: str, command: str, config: dict[str, Any] | None = None) -> dict[str, Any]:
        """The payload of the message that answers a command."""
        found: list[dict[str, Any]] = []

        def take(message: Message) -> None:
            if message.get(kind):
                found.append(message[kind])

        self.run(command, take, config)
        if not found:
            raise CaptureError(self.trouble[-1] if self.trouble else f"the source gave no {kind}")
        return dict(found[-1])

    def run(
        self,
        command: str,
        take: Callable[[Message], None],
        config: dict[str, Any] | None = None,
        catalog: Any = None,
        state: Any = None,
    ) -> None:
        """Runs a command of the source and hands over its messages; logs and traces are taken out."""
        self.trouble.clear()

        def line(text: str) -> None:
            message = self.message_of(text)
            if message is not None:
                take(message)

        with Files() as files:
            args = [command]
            for name, value in (("config", config), ("catalog", catalog), ("state", state)):
                if value is not None:
                    args += [f"--{name}", files.add(f"{name}.json", value)]
            given = self.source(args, line)
            if given is None:
                return
            source, args = given
            logs.take_logging()
            entry = entrypoint.AirbyteEntrypoint(source)
            for text in entry.run(entry.parse_args(args)):
                for part in str(text).split("\n"):  # not splitlines: a record may hold U+2028
                    line(part)

    def source(self, args: list[str], line: Callable[[str], None]) -> tuple[Any, list[str]] | None:
        """A new source for one command: one that has run keeps what it was made with.

        None when the command was carried out, and line has been given what it printed.
        """
        delegate = self.delegate
        if isinstance(delegate, str):
            delegate = console_script(delegate)
            own_modules_last()
        if inspect.isclass(delegate):
            return delegate(**constructor_arguments(delegate, args)), args
        if callable(delegate) and not hasattr(delegate, "spec"):
            return launched(delegate, args, line)
        return delegate, args

    def message_of(self, line: str) -> Message | None:
        message = logs.parse(line)
        kind = message.get("type") if message is not None else None
        if message is None or not isinstance(kind, str):
            logs.text(line)
            return None
        if kind == "LOG":
            logs.emit(message["log"].get("level", "info"), str(message["log"].get("message", "")))
        elif kind == "TRACE":
            self.trace(message["trace"])
        elif kind == "CONTROL":
            logs.emit("warn", "the source has changed its configuration for this run")
        elif kind in ("RECORD", "STATE", "SPEC", "CATALOG", "CONNECTION_STATUS"):
            return message
        else:
            logs.emit("debug", f"a message of type {kind} is left out")
        return None

    def trace(self, trace: dict[str, Any]) -> None:
        if trace.get("type") != "ERROR":
            logs.emit(
                "debug",
                f"trace {trace.get('type')}",
                **{k: v for k, v in trace.items() if k not in ("type", "emitted_at")},
            )
            return
        error = trace.get("error") or {}
        text = str(error.get("message") or error.get("internal_message") or "the source failed")
        self.trouble.append(text)
        logs.emit("error", text, internal=error.get("internal_message"), traceback=error.get("stack_trace"))

    def message(self, error: BaseException) -> str:
        if self.trouble:
            return self.trouble[-1]
        said = getattr(error, "message", None)  # of an AirbyteTracedException
        return said if isinstance(said, str) and said else super().message(error)


class Targets:
    """Finds the binding of a record: by namespace and name, else by a name that is the only one."""

    def __init__(self, session: Session) -> None:
        self._exact = {(b.stream.namespace, b.stream.name): b for b in session.bindings}
        names = [b.stream.name for b in session.bindings]
        self._by_name = {b.stream.name: b for b in session.bindings if names.count(b.stream.name) == 1}
        self._unknown: set[str] = set()

    def find(self, namespace: str | None, name: str) -> Any:
        found = self._exact.get((namespace, name)) or self._by_name.get(name)
        if found is None and name not in self._unknown:
            self._unknown.add(name)
            logs.emit("warn", f"records of stream {name} are left out: it is not bound")
        return found


def launched(
    function: Callable[..., Any], args: list[str], line: Callable[[str], None]
) -> tuple[Any, list[str]] | None:
    """Calls a source's main function and takes the source that it launches or gives.

    Some answer a command by themselves, such as spec, and print the messages.
    """
    printed = 0

    def take(text: str) -> None:
        nonlocal printed
        printed += 1
        line(text)

    before = sys.argv
    sys.argv = ["source", *args]
    try:
        with stdio.stand_in().redirect(take):
            logs.take_logging()
            given = function()
    except _Launched as e:
        return e.source, e.argv
    finally:
        sys.argv = before
    if given is None and not printed:
        raise CaptureError("the delegate neither launched nor gave a source")
    return (given, args) if given is not None else None


def constructor_arguments(source: Any, args: list[str]) -> dict[str, Any]:
    """catalog, config and state as far as the constructor names them.

    A source that takes them and does not get them ignores the state without a word.
    """
    own_modules_last()
    named = inspect.signature(source).parameters
    given = {args[i]: args[i + 1] for i in range(1, len(args) - 1, 2)}
    readers = {"catalog": "read_catalog", "config": "read_config", "state": "read_state"}
    found: dict[str, Any] = {}
    for name, reader in readers.items():
        if name in named:
            path = given.get(f"--{name}")
            found[name] = getattr(source, reader)(path) if path else None
    return found


RESOURCE_SCHEMA: dict[str, Any] = json.loads("""
{
  "type": "object",
  "title": "Stream",
  "properties": {
    "stream": {"type": "string", "title": "Stream", "x-collection-name": true},
    "syncMode": {"type": "string", "title": "Sync mode", "enum": ["incremental", "full_refresh"]},
    "namespace": {"type": "string", "title": "Namespace", "x-schema-name": true},
    "cursorField": {"type": "array", "title": "Cursor field", "items": {"type": "string"}}
  },
  "required": ["stream", "syncMode"]
}
""")
