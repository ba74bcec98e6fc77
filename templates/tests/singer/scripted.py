"""Taps for the rules, one behaviour each: python -m rules.scripted NAME."""

import argparse
import gzip
import json
import logging
import os
import subprocess
import sys
import tempfile

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


STREAMS = [
    entry("events", replication_key="id"),
    entry("rows", keys=()),
    entry("forced", keys=(), root={"forced-replication-method": "INCREMENTAL", "table-key-properties": ["id"]}),
    entry("public-t", stream="t", stream_alias="alias"),
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
    "nothing": (tap(nothing), SETTINGS),
}


def classic():
    """The main function of a tap on singer-python, which cannot tell its settings."""
    parse()


if __name__ == "__main__":
    name = sys.argv[1]
    if name == "classic":
        CaptureShim(delegate=classic).main()
    if name == "sdk":
        from rules.sdk import TapRules

        CaptureShim(delegate=TapRules).main()
    delegate, settings = TAPS[name]
    CaptureShim(delegate=delegate, config_schema=settings).main()
