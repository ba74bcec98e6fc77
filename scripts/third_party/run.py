"""Takes published packages through connkit and holds what comes against their own protocols.

    python scripts/third_party/run.py [-j 2] [--work DIR] [--report FILE] [NAME ...]

Without names all cases of cases.toml are run. A case is a package, a config, files, and the
API of apis.py that it talks to. What is compared stands in docs/tested-connectors.md.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from pathlib import Path
from typing import Any

import compare
from apis import APIS
from fakenet import Network
from flowside import Connector, Refused
from postgres import Postgres
from states import given_back
from truth import Airbyte, Failed, Singer, Stream, Sync, label

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SDKS = ("airbyte-cdk", "singer-sdk", "singer-python", "pipelinewise-singer-python", "hotglue-singer-sdk")


class Case:
    def __init__(self, table: dict[str, Any], options: argparse.Namespace, network: Network, postgres: Postgres) -> None:
        self.requirement: str = table["package"]
        self.distribution = self.requirement.split("==")[0].split("[")[0]
        self.kind = table.get("kind") or ("airbyte" if self.distribution.startswith("airbyte-source-") else "singer")
        self.name = "source-" + self.distribution.removeprefix("airbyte-source-").lower()
        self.table, self.options, self.network, self.postgres = table, options, network, postgres
        self.work = Path(options.work) / self.requirement.replace("==", "@").replace("/", "_")
        self.volatile: list[str] = table.get("volatile", [])
        self.result: dict[str, Any] = {"package": self.requirement, "ran": [], "differences": [], "note": table.get("note", "")}

    def run(self) -> dict[str, Any]:
        begin = time.monotonic()
        try:
            self.steps()
        except (Refused, Failed) as e:
            self.result["ended"] = str(e)
        except subprocess.TimeoutExpired as e:
            self.result["ended"] = f"no end within {e.timeout:.0f} s: {' '.join(map(str, e.cmd))[-120:]}"
        except Exception:
            self.result["ended"] = "the runner failed: " + traceback.format_exc()[-900:]
        self.result["seconds"] = round(time.monotonic() - begin)
        if not self.options.keep:
            shutil.rmtree(self.work, ignore_errors=True)
        return self.result

    def steps(self) -> None:
        env = {**self.network.environment(), **self.table.get("env", {})}
        flow = self.flow = Connector(self.options.connkit, self.work, self.name, env, self.options.timeout)
        flow.new(self.kind, self.requirement, self.table.get("new", []), self.options.reuse)
        flow.environment()
        self.network.trusted_by(flow.folder / ".venv")
        self.done("new, env")
        self.versions(flow.folder)
        config = self.prepare()
        flow.configure(config)
        own = tempfile.mkdtemp(dir=self.work)
        make = {"airbyte": Airbyte, "singer": Singer}[self.kind]
        truth = self.truth = make(flow.folder, Path(own), self.distribution, env, self.options.timeout)
        said = truth.spec()
        self.differ(compare.spec(flow.spec(), said, self.kind))
        self.done("spec")
        if self.table.get("only") == "spec":
            return
        streams = truth.discover(config)
        self.differ(compare.discover(flow.discover(), streams))
        self.done("discover")
        if "streams" in self.table:
            streams = self.limit(streams)
        works = truth.check(config)
        if flow.validate() != works:
            self.differ([f"validate: the package's own check {'succeeds' if works else 'fails'}"])
        self.done("validate")
        if self.table.get("only") != "discover":
            self.sessions(config, streams)

    def limit(self, streams: list[Stream]) -> list[Stream]:
        """Binds the wanted streams alone, as a person would, by editing test.flow.yaml."""
        wanted = set(self.table["streams"])
        file = self.flow.folder / "test.flow.yaml"
        head, *items = file.read_text().split("      - resource:\n")
        kept = [i for i in items if any(i.split("stream: ", 1)[1].split("\n")[0].strip("\"' ") == w for w in wanted)]
        tail = ""
        if items and "\ncollections:" in items[-1]:
            tail = "collections:" + items[-1].split("\ncollections:", 1)[1]
        file.write_text(head + "".join("      - resource:\n" + i for i in kept) + (tail if items and items[-1] not in kept else ""))
        return [s for s in streams if s.name in wanted]

    def sessions(self, config: dict[str, Any], streams: list[Stream]) -> None:
        ordered, volatile = not self.table.get("unordered"), self.volatile
        whole = self.truth.read(config, streams)
        state = self.work / "state.json"
        state.unlink(missing_ok=True)
        first = self.flow.preview(state)
        self.result["documents"] = sum(map(len, first.documents.values()))
        if (first.status == 0) != (whole.status == 0):
            self.differ([f"preview: it ended with {first.status}, the package with {whole.status}: {first.log[-300:]}"])
        if not any([*first.documents.values(), *whole.documents.values()]):
            raise Failed(f"nothing came, and nothing by the package's own command, which ended with {whole.status}: no document was compared")
        self.differ(compare.documents("preview", first.documents, whole.documents, volatile, ordered))
        self.done("preview")
        if whole.status or self.table.get("only") == "preview":
            return
        again = self.truth.read(config, streams, self.incremental_part(whole, streams))
        second = self.flow.preview(state)
        self.differ(compare.documents("second session", second.documents, again.documents, volatile, ordered))
        self.done("again")
        self.killed(config, streams, whole)

    def killed(self, config: dict[str, Any], streams: list[Stream], whole: Sync) -> None:
        total = sum(map(len, whole.documents.values()))
        after = self.table.get("kill", max(1, total * 2 // 3))
        if total < 2:
            return
        state = self.work / "killed.json"
        state.unlink(missing_ok=True)
        first = self.flow.preview(state, kill_after=after)
        left = given_back(self.kind, first.state, self.modes(streams))
        rest = self.truth.read(config, streams, left)
        second = self.flow.preview(state)
        if second.status:
            self.differ([f"resume: it ended with {second.status}: {second.log[-300:]}"])
        self.differ(compare.documents("resume", second.documents, rest.documents, self.volatile, not self.table.get("unordered")))
        self.differ(compare.nothing_lost([first.documents, second.documents], whole.documents, self.volatile))
        self.done("resume" if left else "resume from nothing")

    def modes(self, streams: list[Stream]) -> dict[str, bool]:
        return {label(s): compare.incremental(s) for s in streams}

    def incremental_part(self, whole: Sync, streams: list[Stream]) -> Any:
        """A package's own state without that of full refresh streams, which Flow reads anew."""
        full = {s.name for s in streams if not compare.incremental(s)}
        state = whole.state
        if self.kind == "airbyte" and isinstance(state, list):
            return [s for s in state if s["type"] != "STREAM" or s["stream"]["stream_descriptor"]["name"] not in full] or None
        if self.kind == "singer" and isinstance(state, dict) and isinstance(state.get("bookmarks"), dict):
            rest = {k: v for k, v in state.items() if k != "currently_syncing"}
            return {**rest, "bookmarks": {k: v for k, v in state["bookmarks"].items() if k not in full}}
        return state

    def prepare(self) -> dict[str, Any]:
        """Writes the files of the case, and gives the config with their folder in it."""
        files = self.work / "files"
        files.mkdir(exist_ok=True)
        for name, text in self.table.get("files", {}).items():
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            (files / name).write_text(text)
        python = str(self.flow.folder / ".venv" / "bin" / "python")
        if "setup" in self.table:
            subprocess.run([python, "-c", self.table["setup"]], cwd=files, check=True, capture_output=True)
        config = self.table.get("config", {})
        if "config_file" in self.table:
            config = json.loads((HERE / self.table["config_file"]).read_text())
        text = json.dumps(config).replace("@FILES@", str(files))
        if "postgres" in self.table:
            port = self.postgres.database(self.name.replace("-", "_"), self.table["postgres"])
            text = text.replace('"@PORT@"', str(port)).replace("@PORT@", str(port))
        return dict(json.loads(re.sub(r"@DAYS_AGO_(\d+)@", days_ago, text)))

    def versions(self, folder: Path) -> None:
        code = (
            "import importlib.metadata as m, sys\n"
            "for n in sys.argv[1:]:\n"
            "    try: print(n, m.version(n))\n"
            "    except m.PackageNotFoundError: pass"
        )
        python = folder / ".venv" / "bin" / "python"
        lines = subprocess.run([python, "-c", code, self.distribution, *SDKS], capture_output=True, text=True).stdout.split("\n")
        self.result["version"] = lines[0].split(" ")[-1]
        self.result["sdk"] = ", ".join(line for line in lines[1:] if line)

    def differ(self, lines: list[str]) -> None:
        self.result["differences"] += lines

    def done(self, step: str) -> None:
        self.result["ran"].append(step)


def days_ago(found: re.Match[str]) -> str:
    return (datetime.date.today() - datetime.timedelta(days=int(found.group(1)))).isoformat()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--cases", default=str(HERE / "cases.toml"))
    parser.add_argument("--work", default="")
    parser.add_argument("--report", default="")
    parser.add_argument("--connkit", default=str(ROOT / "bin" / "connkit"))
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("--keep", action="store_true", help="keep the connectors in --work")
    parser.add_argument("--reuse", action="store_true", help="take the environments that are in --work already")
    options = parser.parse_args()
    os.environ["PATH"] = f"{ROOT / '.tools' / 'py' / 'bin'}:{os.environ['PATH']}"
    options.work = options.work or tempfile.mkdtemp(prefix="third-party-")
    cases = tomllib.loads(Path(options.cases).read_text())["case"]
    if options.names:
        cases = [c for c in cases if any(n in c["package"] for n in options.names)]
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Postgres()) as postgres:
        network = Network(Path(folder), APIS)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            failed = 0
            for result in pool.map(lambda c: Case(c, options, network, postgres).run(), cases):
                failed += report(result, options.report)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


def report(result: dict[str, Any], file: str) -> bool:
    bad = bool(result["differences"] or result.get("ended"))
    print(f"{'FAIL' if bad else 'ok  '} {result['package']:45} {result.get('sdk', ''):28} {', '.join(result['ran'])}", flush=True)
    for line in [*result["differences"], *filter(None, [result.get("ended")])]:
        print(f"     {line}", flush=True)
    if file:
        with open(file, "a") as f:
            f.write(json.dumps(result) + "\n")
    return bad


if __name__ == "__main__":
    sys.exit(main())
