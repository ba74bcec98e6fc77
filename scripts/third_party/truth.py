"""What a package says by itself: its own command line, its own protocol, no connkit.

Every answer is brought into one form, so that compare.py need not know the two protocols.
"""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]


@dataclass
class Stream:
    name: str
    namespace: str | None
    schema: dict[str, Any]
    key: list[list[str]]
    incremental: bool
    entry: dict[str, Any]


@dataclass
class Sync:
    """What a read or sync gave."""

    status: int
    documents: dict[str, list[Record]] = field(default_factory=dict)  # by stream, in order
    state: Any = None
    log: str = ""


class Failed(Exception):
    """The package itself does not do it here."""


class Package:
    """A package's console script in the environment that connkit made."""

    def __init__(self, connector: Path, work: Path, distribution: str, env: dict[str, str], timeout: int) -> None:
        self.bin = connector / ".venv" / "bin"
        self.work, self.cwd, self.timeout = work, connector, timeout
        self.env = {**os.environ, **env, "PATH": f"{self.bin}:{os.environ['PATH']}", "TMPDIR": str(work)}
        code = (
            "import importlib.metadata as m, sys\n"
            "print(*[p.name for p in m.distribution(sys.argv[1]).entry_points if p.group == 'console_scripts'])"
        )
        found = subprocess.run([self.bin / "python", "-c", code, distribution], capture_output=True, text=True)
        names = found.stdout.split()
        if not names:
            raise Failed(f"{distribution} has no command of its own")
        self.script = max(names, key=lambda n: (n == distribution.removeprefix("airbyte-"), n.startswith(("tap-", "source-"))))

    def call(self, *args: str) -> tuple[int, list[dict[str, Any]], str, str]:
        """Exit status, the JSON objects among the lines of stdout, stdout and stderr."""
        done = subprocess.run(
            [self.bin / self.script, *args], cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=self.timeout,
        )  # fmt: skip
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        found = []
        for line in out.split("\n"):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                found.append(value)
        return done.returncode, found, out, err

    def file(self, name: str, value: Any) -> str:
        path = self.work / f"truth-{name}.json"
        path.write_text(json.dumps(value))
        return str(path)


class Airbyte(Package):
    kind = "airbyte"

    def spec(self) -> dict[str, Any]:
        return self._one("SPEC", "spec", "spec")

    def check(self, config: Any) -> bool:
        try:
            found = self._one("CONNECTION_STATUS", "connectionStatus", "check", "--config", self.file("config", config))
        except Failed:
            return False
        return bool(found["status"] == "SUCCEEDED")

    def discover(self, config: Any) -> list[Stream]:
        streams = self._one("CATALOG", "catalog", "discover", "--config", self.file("config", config))["streams"]
        return [
            Stream(
                s["name"], s.get("namespace"), s["json_schema"], s.get("source_defined_primary_key") or [],
                "incremental" in (s.get("supported_sync_modes") or []), s,
            )
            for s in streams
        ]  # fmt: skip

    def read(self, config: Any, streams: list[Stream], state: Any = None) -> Sync:
        catalog = {"streams": [self.configured(s) for s in streams]}
        args = ["read", "--config", self.file("config", config), "--catalog", self.file("catalog", catalog)]
        if state:
            args += ["--state", self.file("state", state)]
        status, messages, _, err = self.call(*args)
        sync = Sync(status, {label(s): [] for s in streams}, log=err)
        states: dict[Any, Any] = {}
        for m in messages:
            if m.get("type") == "RECORD":
                record = m["record"]
                owner = owner_of(streams, record.get("namespace"), record["stream"])
                if owner:
                    sync.documents[owner].append(record["data"])
            elif m.get("type") == "STATE":
                self.take(states, m["state"])
        sync.state = states.get("legacy") or states.get("global") or [s for k, s in states.items()]
        return sync

    @staticmethod
    def take(states: dict[Any, Any], state: dict[str, Any]) -> None:
        kind = state.get("type") or "LEGACY"
        if kind == "STREAM":
            descriptor = state["stream"]["stream_descriptor"]
            states[(descriptor.get("namespace"), descriptor["name"])] = {"type": "STREAM", "stream": state["stream"]}
        elif kind == "GLOBAL":
            states["global"] = [{"type": "GLOBAL", "global": state["global"]}]
        else:
            states["legacy"] = state.get("data")

    @staticmethod
    def configured(s: Stream) -> dict[str, Any]:
        cursor = s.entry.get("default_cursor_field") or []
        incremental = s.incremental and (cursor or s.entry.get("source_defined_cursor"))
        return {
            "stream": s.entry, "sync_mode": "incremental" if incremental else "full_refresh",
            "destination_sync_mode": "append", "cursor_field": cursor, "primary_key": s.key,
        }  # fmt: skip

    def _one(self, kind: str, field_: str, *args: str) -> dict[str, Any]:
        status, messages, _, err = self.call(*args)
        found = [m[field_] for m in messages if m.get("type") == kind]
        if not found:
            traces = [m["trace"]["error"].get("message") for m in messages if m.get("type") == "TRACE" and m["trace"].get("error")]
            raise Failed(f"{args[0]} ended with {status} and without {kind}: {(traces or [err[-300:]])[-1]}")
        return dict(found[-1])


class Singer(Package):
    kind = "singer"
    discovers = True

    def spec(self) -> dict[str, Any] | None:
        """--about, which taps on singer-python do not have."""
        status, _, out, _ = self.call("--about", "--format=json")
        start = out.find("{")
        try:
            return dict(json.loads(out[start:])["settings"]) if status == 0 and start >= 0 else None
        except (ValueError, KeyError):
            return None

    def check(self, config: Any) -> bool:
        try:
            self.discover(config)
        except Failed:
            return False
        return True

    def discover(self, config: Any) -> list[Stream]:
        status, messages, out, err = self.call("--config", self.file("config", config), "--discover")
        try:
            entries = json.loads(out[out.find("{") :])["streams"]
        except (ValueError, KeyError):
            if "unrecognized arguments" not in err and not any(m.get("type") == "SCHEMA" for m in messages):
                raise Failed(f"--discover ended with {status} and without a catalog: {err[-300:]}") from None
            entries = self.overheard(config)
        found = []
        for e in entries:
            root = root_of(e)
            keys = e.get("key_properties") or root.get("table-key-properties") or root.get("view-key-properties") or []
            method = root.get("forced-replication-method") or root.get("replication-method") or e.get("replication_method")
            cursor = root.get("replication-key") or e.get("replication_key") or (root.get("valid-replication-keys") or [None])[0]
            method = str(method or ("INCREMENTAL" if cursor else "FULL_TABLE")).upper()
            found.append(Stream(e["tap_stream_id"], None, e.get("schema") or {}, [[k] for k in keys], method != "FULL_TABLE", e))
        return found

    def overheard(self, config: Any) -> list[dict[str, Any]]:
        """The streams of a tap without discovery: those that a sync tells of."""
        self.discovers = False
        _, messages, _, _ = self.call("--config", self.file("config", config))
        method = "INCREMENTAL" if any(m.get("type") == "STATE" and m["value"] for m in messages) else None
        schemas = {m["stream"]: m for m in messages if m.get("type") == "SCHEMA"}
        return [
            {"tap_stream_id": n, "schema": m["schema"], "key_properties": m["key_properties"], "replication_method": method}
            for n, m in schemas.items()
        ]  # fmt: skip

    def read(self, config: Any, streams: list[Stream], state: Any = None) -> Sync:
        entries = [json.loads(json.dumps(s.entry)) for s in streams]
        for e, s in zip(entries, streams, strict=True):
            self.select(e, s)
        catalog = self.file("catalog", {"streams": entries})
        args = ["--config", self.file("config", config)]
        if state is not None:
            args += ["--state", self.file("state", state)]
        for flags in (["--catalog"], ["--properties"]) if self.discovers else ([],):
            status, messages, _, err = self.call(*args, *[part for f in flags for part in (f, catalog)])
            if any(m.get("type") for m in messages):
                break
        sync = Sync(status, {label(s): [] for s in streams}, log=err)
        names = {n: label(s) for s in streams for n in (s.entry.get("stream_alias"), s.entry.get("stream"), s.name) if n}
        for m in messages:
            kind = str(m.get("type")).upper()
            if kind == "RECORD" and m["stream"] in names:
                sync.documents[names[m["stream"]]].append(m["record"])
            elif kind == "STATE":
                sync.state = m["value"]
        return sync

    @staticmethod
    def select(entry: dict[str, Any], stream: Stream) -> None:
        """Selected with all its fields, as its discovery proposes to replicate it."""
        root = root_of(entry)
        cursor = root.get("replication-key") or entry.get("replication_key") or (root.get("valid-replication-keys") or [None])[0]
        items = entry.setdefault("metadata", [])
        if not root and not any(not i.get("breadcrumb") for i in items):
            items.append({"breadcrumb": [], "metadata": {}})
        for item in items:
            item["metadata"]["selected"] = True
            if not item.get("breadcrumb"):
                item["metadata"]["replication-method"] = "INCREMENTAL" if stream.incremental else "FULL_TABLE"
                if stream.incremental and cursor:
                    item["metadata"]["replication-key"] = cursor
        entry.setdefault("schema", {})["selected"] = True
        entry["selected"] = True


def root_of(entry: dict[str, Any]) -> dict[str, Any]:
    return next((dict(i["metadata"]) for i in entry.get("metadata") or [] if not i.get("breadcrumb")), {})


def label(stream: Stream) -> str:
    return f"{stream.namespace}/{stream.name}" if stream.namespace else stream.name


def owner_of(streams: list[Stream], namespace: str | None, name: str) -> str | None:
    exact = [s for s in streams if (s.namespace, s.name) == (namespace, name)]
    named = [s for s in streams if s.name == name]
    found = exact or (named if len(named) == 1 else [])
    return label(found[0]) if found else None
