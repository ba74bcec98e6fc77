"""Runs a Singer tap as a Flow capture, in this process.

The tap is spoken to through its command line, which all taps have: it is called as its
console script would, and what it writes on stdout is taken line by line.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import discovery
from .flow import logs, schemas, stdio
from .flow.capture import Capture, CaptureError, Session, Stream
from .flow.delegate import console_script, own_modules_last
from .flow.files import Files
from .messages import Messages
from .selection import root_metadata, select
from .state import State

if TYPE_CHECKING:
    Line = discovery.Line
METHODS = ("INCREMENTAL", "FULL_TABLE", "LOG_BASED")


class CaptureShim(Capture):
    """A capture around a Singer tap.

    delegate is the class of a tap on singer-sdk, the main function of another, or the
    name of a distribution, whose console script is used then. config_schema is for taps
    that cannot tell theirs (--about); without one it is made of the keys they require.
    """

    def __init__(
        self, delegate: Any, config_schema: dict[str, Any] | None = None, documentation_url: str | None = None
    ) -> None:
        self.delegate = delegate
        self.config_schema = config_schema
        self.documentation_url = documentation_url or self.documentation_url
        self._spec: dict[str, Any] | None = None
        self._command: Callable[..., Any] | None = None
        self._catalog = discovery.Catalog(lambda args, config, line: self.run(args, config, {}, line))

    def spec(self) -> dict[str, Any]:
        if self._spec is None:
            self._spec = {
                "configSchema": schemas.config(self.settings()),
                "resourceConfigSchema": RESOURCE_SCHEMA,
                "documentationUrl": self.documentation_url,
                "resourcePathPointers": ["/stream"],
            }
        return self._spec

    def settings(self) -> dict[str, Any]:
        if self.config_schema is not None:
            return self.config_schema
        command = self.command()
        if not on_sdk(command):
            return required_keys(command)
        try:
            return dict(self.document(["--about", "--format=json"])["settings"])
        except (KeyError, CaptureError):
            logs.emit("warn", "the tap does not tell its settings: give the shim a config_schema")
            return {"type": "object"}

    def streams(self, config: dict[str, Any]) -> list[Stream]:
        self.verify(config)
        catalog = self.catalog(config) or self._catalog.listen(config)
        return [self.stream(entry, i) for i, entry in enumerate(catalog["streams"])]

    def bound(self, config: dict[str, Any], resources: list[dict[str, Any]]) -> list[Stream]:
        """Without a discovery the bindings are taken at their word: to look would be a whole sync."""
        self.verify(config)
        catalog = self.catalog(config)
        if catalog is None:
            names = [self.path(r)[0] for r in resources]
            catalog = {"streams": [{"tap_stream_id": name, "stream": name} for name in names]}
        return [self.stream(entry, i) for i, entry in enumerate(catalog["streams"])]

    def verify(self, config: dict[str, Any]) -> None:
        """Checks the config: taps only warn, or fail later without a reason."""
        schema = self.spec()["configSchema"]
        wrong = schemas.violations(schema, schemas.with_defaults(schema, config))
        if wrong:
            raise CaptureError("the config does not fit its schema: " + "; ".join(wrong))

    def catalog(self, config: dict[str, Any]) -> dict[str, Any] | None:
        """What the tap discovers, or None when it has no discovery."""
        return self._catalog.discover(lambda: self.document(["--discover"], config, discovery.syncs))

    def stream(self, entry: dict[str, Any], order: int) -> Stream:
        root = root_metadata(entry)
        valid = root.get("valid-replication-keys") or []
        cursor = root.get("replication-key") or entry.get("replication_key") or (valid[0] if valid else None)
        method = (
            root.get("forced-replication-method") or root.get("replication-method") or entry.get("replication_method")
        )
        method = str(method or "").upper()  # some taps write it small
        if method not in METHODS:
            method = "INCREMENTAL" if cursor else "FULL_TABLE"
        resource = {"stream": entry["tap_stream_id"], "replicationMethod": method}
        if method == "INCREMENTAL" and cursor:
            resource["replicationKey"] = cursor
        keys = entry.get("key_properties") or root.get("table-key-properties") or root.get("view-key-properties") or []
        return Stream(
            entry["tap_stream_id"], entry.get("schema") or {}, [[k] for k in keys], resource, entry, order=order
        )

    def path(self, resource: dict[str, Any]) -> list[str]:
        if not isinstance(resource.get("stream"), str):
            raise CaptureError("a binding's resource needs the name of its stream")
        return [resource["stream"]]

    def check(self, config: dict[str, Any]) -> None:
        # Singer has no portable check of a connection: to discover is the check.
        self.verify(config)
        if self.catalog(config) is None:
            self._catalog.listen(config, first=True)

    def read(self, config: dict[str, Any], session: Session) -> None:
        state = State(session)
        messages = Messages(session, state)
        catalog = self.catalog(config)
        files: dict[str, Any] = {} if catalog is None else {"catalog": select(catalog, session.bindings)}
        given = state.input()
        if given is not None:
            files["state"] = given
        # Older taps take the catalog as --properties, and some of those know no --catalog.
        ways: list[tuple[str, ...]] = [("catalog", "properties"), ("catalog",), ("properties",)]
        if on_sdk(self.command()) or catalog is None:
            ways = [("catalog",)]
        for way in ways:
            try:
                self.run([], config, files, messages.line, way)
                break
            except Refused:
                if way == ways[-1] or messages.seen:
                    raise
        if not messages.schemas:
            logs.emit(
                "warn", "the tap ended well and sent nothing: it may not have understood which streams are selected"
            )

    def finish(self, session: Session) -> None:
        State(session).end_sweeps()

    def document(
        self, args: list[str], config: dict[str, Any] | None = None, look: Line | None = None
    ) -> dict[str, Any]:
        """The one JSON document that a command prints, over however many lines, each of which look may see."""
        lines: list[str] = []

        def line(text: str) -> None:
            if look is not None:
                look(text)
            lines.append(text)

        self.run(args, config, {}, line)
        text = "\n".join(lines)
        for start in (0, text.find("{"), text.find("\n{") + 1):
            try:
                found = json.loads(text[max(start, 0) :])
            except ValueError:
                continue
            if isinstance(found, dict):
                return found
        raise CaptureError(logs.last_error() or f"the tap printed no JSON for {' '.join(args)}")

    def run(
        self,
        args: list[str],
        config: dict[str, Any] | None,
        files: dict[str, Any],
        line: Line,
        catalog: tuple[str, ...] = (),
    ) -> None:
        """Calls the tap's command line to its end."""
        with Files() as given:
            argv = ["tap", *args]
            path = given.add("config.json", config) if config is not None else None
            if path:
                argv += ["--config", path]
            for name, value in files.items():
                at = given.add(f"{name}.json", value)
                for flag in catalog if name == "catalog" else (name,):
                    argv += [f"--{flag}", at]
            self.call(argv, line)
            if path and Files.read(path) != config:
                logs.emit("warn", "the tap has written new values into its config, which end with this run")

    def call(self, argv: list[str], line: Line) -> None:
        command = self.command()
        before = sys.argv
        sys.argv = argv
        try:
            with stdio.stand_in().redirect(line):
                logs.take_logging()
                command()
        except SystemExit as e:
            if e.code not in (0, None):
                raise Refused(logs.last_error() or f"the tap ended with exit status {e.code}") from None
        finally:
            sys.argv = before

    def command(self) -> Callable[..., Any]:
        """The function behind the tap's command line."""
        if self._command is None:
            delegate = self.delegate
            if isinstance(delegate, str):
                delegate = console_script(delegate)
            self._command = delegate.cli if hasattr(delegate, "cli") else delegate
            own_modules_last()
            if on_sdk(self._command) and not any(p.name == "discover" for p in self._command.params):  # type: ignore[attr-defined]
                raise CaptureError("this is no Singer tap: its command has no --discover")
        return self._command


class Refused(CaptureError):
    """The tap ended with a status other than 0."""


def on_sdk(command: Any) -> bool:
    """Whether a command line is singer-sdk's, by click: those tell their settings and take --catalog."""
    return hasattr(command, "params") and hasattr(command, "main")


def required_keys(command: Any) -> dict[str, Any]:
    """A config schema from the list that taps on singer-python keep beside their main function."""
    own = getattr(inspect.unwrap(command), "__globals__", {})
    package = str(own.get("__name__", "")).split(".")[0]
    beside = [vars(m) for name, m in sys.modules.items() if package and name.split(".")[0] == package]
    keys: list[str] = next((k for names in [own, *beside] if (k := names.get("REQUIRED_CONFIG_KEYS"))), [])
    if not keys:
        logs.emit("warn", "the tap does not tell its settings: give the shim a config_schema")
    return {
        "type": "object",
        "required": list(keys),
        "properties": {k: {"title": k, **text_if_secret(k)} for k in keys},
    }


def text_if_secret(name: str) -> dict[str, Any]:
    return {"type": "string"} if schemas.SECRET_NAME.search(name) else {}


RESOURCE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Stream",
    "properties": {
        "stream": {"type": "string", "title": "Stream", "x-collection-name": True},
        "replicationMethod": {
            "type": "string",
            "title": "Replication method",
            "enum": list(METHODS),
        },
        "replicationKey": {"type": "string", "title": "Replication key"},
    },
    "required": ["stream"],
}
