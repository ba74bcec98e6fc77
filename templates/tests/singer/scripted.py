"""Taps for the rules, one behaviour each: python -m rules.scripted NAME."""

import argparse
import gzip
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time

import source_rules.flow.takeover  # noqa: F401
from sys import stdout as early  # kept from before the shim redirects it
from source_rules.shim_singer_sdk import CaptureShim

REQUIRED_CONFIG_KEYS = ["start_date", "api_token"]
SCHEMA = {"type": "object", "properties": {"id": {"type": ["null", "integer"]}}}
SETTINGS = {
    "type": "object",
    "required": ["token"],
    "properties": {"token": {"type": "string"}, "size": {"type": "integer"}, "page": {"type": "integer", "default": 1}},
}


def entry(name, keys=("id",), root=None, **more):
    items = [{"breadcrumb": [], "metadata": root or {}}, {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "available"}}]
    return {"tap_stream_id": name, "stream": name, "schema": SCHEMA, "key_properties": list(keys), "metadata": items, **more}


ANNOTATED = {
    "type": "object",
    "properties": {"id": {"type": "integer", "inclusion": "automatic"}, "name": {"type": "string", "inclusion": "available"}, "no": {"inclusion": "unsupported"}},
}
STREAMS = [
    entry("events", replication_key="id"),
    entry("rows", keys=()),
    entry("forced", keys=(), root={"forced-replication-method": "INCREMENTAL", "table-key-properties": ["id"]}),
    entry("small", keys=(), replication_method="full_table"),
    entry("odd", keys=(), root={"replication-method": "LOG"}, replication_key="id"),
    entry("public-t", stream="t", stream_alias="alias"),
    {"tap_stream_id": "noted", "stream": "noted", "schema": ANNOTATED},
]


def write(**message):
    sys.stdout.write(json.dumps(message) + "\n")


def record(stream, number, **more):
    write(type="RECORD", stream=stream, record={"id": number, **more})


def parse(*names):
    parser = argparse.ArgumentParser()
    parser.add_argument("--discover", action="store_true")
    for name in names or ("--config", "--catalog", "--properties", "--state"):
        parser.add_argument(name)
    args = parser.parse_args()
    files = {k: json.load(open(v)) for k, v in vars(args).items() if isinstance(v, str)}
    if args.discover:
        print(json.dumps({"streams": STREAMS}, indent=4))
        sys.exit(0)
    return args, files


def tap(sync, *names):
    def main():
        args, files = parse(*names)
        sync(args, files)

    return main


def echo_state(args, files):
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=["id"])
    record("events", 1, state=json.dumps(files.get("state")))
    for value in files["config"].get("states", []):
        write(type="STATE", value=value)


def by_properties(args, files):
    for found in files.get("properties", {}).get("streams", []):
        if found["schema"].get("selected"):
            write(type="SCHEMA", stream=found["stream"], schema=SCHEMA, key_properties=[])
            record(found["stream"], 1)


def interrupted(args, files):
    start = (files.get("state") or {}).get("bookmarks", {}).get("rows", {}).get("page", 0)
    write(type="SCHEMA", stream="rows", schema=SCHEMA, key_properties=[])
    for number in range(start, 4):
        if number == files["config"].get("fail_at"):
            sys.exit(2)
        record("rows", number)
        write(type="STATE", value={"currently_syncing": "rows", "bookmarks": {"rows": {"page": number + 1}}})


def odd_messages(args, files):
    record("events", 1)  # before its schema
    write(type="schema", stream="events", schema=SCHEMA, key_properties=[])
    write(type="record", stream="events", record={"id": 2})
    write(type="ACTIVATE_VERSION", stream="events", version=1)
    for _ in range(2):
        write(type="NEWS", text="x")
        record("unbound", 3)
    record("alias", 4)
    early.write('{"type": "RECORD", "stream": "events", "record": {"id": 5}}\n')
    sys.stdout.buffer.write(b'{"type": "RECORD", "stream": "events", "record": {"id": 6}}\n')
    sys.stdout.flush()
    sys.__stdout__.write('{"type": "RECORD", "stream": "events", "record": {"id": 7}}\n')
    print("no message at all")
    subprocess.run(["echo", "from a child"], check=True)


def batches(args, files):
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=[])
    folder = tempfile.mkdtemp()
    lines = b'{"id": 1}\n{"id": 2}\n'
    for name, data, compression in (("a.jsonl", lines, None), ("b.gz", gzip.compress(lines), "gzip")):
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        encoding = {"format": files["config"].get("format", "jsonl"), **({"compression": compression} if compression else {})}
        write(type="BATCH", stream="events", encoding=encoding, manifest=["file://" + path])


def rewrites(args, files):
    with open(args.config, "w") as f:
        json.dump({**files["config"], "token": "fresh-t0ken"}, f)
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=[])


def leaks(args, files):
    token = files["config"]["token"]
    logging.getLogger("tap").warning("using %s", token)
    print(f"2026-01-01 | ERROR | tap | refused {token}", file=sys.stderr)
    record("events", 1)
    sys.exit(3)


def raises(args, files):
    record("events", 1)
    raise ValueError(f"bad answer for {files['config']['token']}")


def odd_values(args, files):
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=["id"])
    sys.stdout.reconfigure(encoding="utf-8")
    record("events", 1, nan=float("nan"), deep=[{"inf": float("-inf")}], half="\ud800 and \\ud800 \U0001f600", line="a\u2028b")
    line = json.dumps({"type": "RECORD", "stream": "events", "record": {"id": 2, "text": "gr\u00f6\u00dfe"}}, ensure_ascii=False).encode()
    for i in range(len(line)):
        sys.stdout.buffer.write(line[i : i + 1])
    sys.stdout.buffer.write(b"\n")
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    record("events", 3)
    if files["config"].get("fails"):
        write(type="STATE", value={"bookmarks": {"events": {"id": 3}}})
        sys.exit(5)


def digits(args, files):
    """Writes numbers as they stand here, and what stands in its state."""
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=["id"])
    given = open(args.state).read() if args.state else ""
    for number in files["config"]["numbers"].split():
        print('{"type": "RECORD", "stream": "events", "record": {"n": %s, "state": %s}}' % (number, json.dumps(given)))
        print('{"type": "STATE", "value": {"bookmarks": {"events": {"n": %s}}}}' % number)


def old_sync(args, state):
    """A sync of the time before discovery: all there is, and a state of its own form."""
    for name in ("rates", "rows"):
        write(type="SCHEMA", stream=name, schema={"type": "object", "properties": {"id": {"type": "integer"}}}, key_properties=["id"] if name == "rates" else [])
        for number in range(state.get("next", 1), 4):
            record(name, number)
    write(type="STATE", value={"next": 4})


def undiscovered():
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", required=True)
    parser.add_argument("-s", "--state")
    args = parser.parse_args()
    old_sync(args, json.load(open(args.state)) if args.state else {})


def overheard():
    """Takes --discover, as every tap that parses its arguments by singer-python, and syncs all the same."""
    args, files = None, None
    parser = argparse.ArgumentParser()
    for name in ("--config", "--state", "--catalog", "--properties"):
        parser.add_argument(name)
    parser.add_argument("--discover", action="store_true")
    args = parser.parse_args()
    try:
        old_sync(args, json.load(open(args.state)) if args.state else {})
    except Exception as e:  # must not keep the shim from ending it
        print(f"caught {e}", file=sys.stderr)


def annotated(args, files):
    """Looks for the selected fields where the first taps did: in the schema."""
    for found in files["catalog"]["streams"]:
        if found["schema"].get("selected"):
            write(type="SCHEMA", stream=found["stream"], schema=SCHEMA, key_properties=[])
            fields = [name for name, field in found["schema"]["properties"].items() if field.get("selected") or field.get("inclusion") == "automatic"]
            record(found["stream"], 1, fields=fields)


def forks(args, files):
    """Ends a child as a pool does, and tells by which signal it ended."""
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    os.kill(child, signal.SIGTERM)
    write(type="SCHEMA", stream="events", schema=SCHEMA, key_properties=["id"])
    record("events", os.waitpid(child, 0)[1])


def nothing(args, files):
    """Ends well and sends nothing."""


TAPS = {
    "echo": (tap(echo_state), SETTINGS),
    "properties": (tap(by_properties, "--config", "--properties", "--state"), SETTINGS),
    "both": (tap(by_properties), SETTINGS),
    "catalog": (tap(echo_state, "--config", "--catalog", "--state"), SETTINGS),
    "interrupted": (tap(interrupted), SETTINGS),
    "odd": (tap(odd_messages), SETTINGS),
    "batches": (tap(batches), SETTINGS),
    "rewrites": (tap(rewrites), SETTINGS),
    "leaks": (tap(leaks), SETTINGS),
    "raises": (tap(raises), SETTINGS),
    "forks": (tap(forks), SETTINGS),
    "nothing": (tap(nothing), SETTINGS),
    "values": (tap(odd_values), SETTINGS),
    "digits": (tap(digits), SETTINGS),
    "annotated": (tap(annotated), SETTINGS),
    "undiscovered": (undiscovered, SETTINGS),
    "overheard": (overheard, SETTINGS),
}


def classic():
    """The main function of a tap on singer-python, which cannot tell its settings."""
    parse()


if __name__ == "__main__":
    name = sys.argv[1]
    if name == "classic":
        CaptureShim(delegate=classic).main()
    if name.startswith("sdk"):
        from rules import sdk

        CaptureShim(delegate=sdk.TargetRules if name == "sdk-target" else sdk.TapRules).main()
    delegate, settings = TAPS[name]
    CaptureShim(delegate=delegate, config_schema=settings).main()
