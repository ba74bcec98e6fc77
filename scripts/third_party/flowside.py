"""The same package behind connkit: new, env, and the verbs of connkit run."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Refused(Exception):
    """A connkit command that failed, with the end of what it said."""


@dataclass
class Preview:
    status: int
    documents: dict[str, list[dict[str, Any]]]  # by stream, in order
    state: dict[str, Any]
    log: str


class Connector:
    def __init__(self, connkit: str, work: Path, name: str, env: dict[str, str], timeout: int) -> None:
        self.connkit, self.work, self.name, self.timeout = connkit, work, name, timeout
        self.env = {**os.environ, **env}
        self.folder = work / name
        self.streams: dict[str, str] = {}  # of collections
        self.seconds: dict[str, float] = {}

    def run(self, *args: str, network: bool = True, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        env = self.env if network else {**os.environ}  # what installs packages asks the real registry
        begin = time.monotonic()
        done = subprocess.run(
            [self.connkit, "-C", str(self.work), *args], env=env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=self.timeout,
        )  # fmt: skip
        verb = " ".join(args[: 2 if args[0] == "run" else 1])
        self.seconds[verb] = round(time.monotonic() - begin, 1)
        if done.returncode and not may_fail:
            said = done.stderr + (done.stdout if "json" in args else "")  # where the error is, by --output json
            raise Refused(f"connkit {verb} ended with {done.returncode}: {said.strip()[-900:]}")
        return done

    def new(self, template: str, requirement: str, more: list[str], reuse: bool) -> None:
        """A fresh connector; with reuse it gets the environment of the one that was there."""
        kept = self.work / "kept"
        kept.mkdir(parents=True, exist_ok=True)
        names = (".venv", "uv.lock")
        for name in names:
            if reuse and (self.folder / name).exists() and not (kept / name).exists():
                (self.folder / name).rename(kept / name)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.work / "connkit.yaml").touch()  # so that this folder is the workspace
        self.run("new", self.name, "--template", template, "--upstream-package", requirement, *more, network=False)
        for name in names:
            if (kept / name).exists():
                (kept / name).rename(self.folder / name)

    def environment(self) -> None:
        self.run("env", self.name, network=False)

    def configure(self, config: dict[str, Any]) -> None:
        (self.folder / "config.yaml").write_text(json.dumps(config, indent=2) + "\n")  # JSON is YAML

    def spec(self) -> dict[str, Any]:
        return dict(json.loads(self.run("run", "spec", self.name).stdout))

    def discover(self) -> list[dict[str, Any]]:
        done = self.run("run", "discover", self.name, "--write", "--output", "json")
        found = json.loads(done.stdout)["result"]["bindings"]
        self.streams = {b["collection"]: stream_of(b["resourceConfig"]) for b in found}
        return list(found)

    def validate(self) -> bool:
        return self.run("run", "validate", self.name, may_fail=True).returncode == 0

    def preview(self, state: Path, kill_after: int | None = None) -> Preview:
        args = ["run", "preview", self.name, "--state", str(state)]
        if kill_after is not None:
            args += ["--kill-after", str(kill_after)]
        done = self.run(*args, may_fail=True)
        documents: dict[str, list[dict[str, Any]]] = {name: [] for name in self.streams.values()}
        for line in done.stdout.split("\n"):
            if line:
                collection, document = json.loads(line)
                documents[self.streams[collection]].append(document)
        kept = json.loads(state.read_text()) if state.exists() and state.stat().st_size else {}
        return Preview(done.returncode, documents, kept, done.stderr)


def stream_of(resource: dict[str, Any]) -> str:
    return f"{resource['namespace']}/{resource['stream']}" if resource.get("namespace") else str(resource["stream"])
