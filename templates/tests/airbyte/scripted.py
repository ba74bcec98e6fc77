"""Sources for the rules, one behaviour each: python -m rules.scripted NAME."""

import json
import os
import subprocess
import sys
import threading
import time

import source_rules.flow.takeover  # noqa: F401
from source_rules.shim_airbyte_cdk import CaptureShim

from airbyte_cdk import entrypoint, models
from airbyte_cdk.sources.source import Source
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

SPEC = {
    "documentationUrl": "https://example.com",
    "connectionSpecification": {
        "type": "object",
        "properties": {
            "token": {"type": "string", "airbyte_secret": True},
            "auth": {"oneOf": [{"type": "object", "properties": {"key": {"type": "string", "airbyte_secret": True}}}]},
        },
    },
}


def message(**value):
    """A message of this CDK's own models: pydantic in old versions, dataclasses in new ones."""
    serializer = getattr(models, "AirbyteMessageSerializer", None)
    return serializer.load(value) if serializer else models.AirbyteMessage.parse_obj(value)


def record(stream, data, **more):
    return message(type="RECORD", record={"stream": stream, "data": data, "emitted_at": 1, **more})


def state(stream, value, **descriptor):
    named = {"stream_descriptor": {"name": stream, **descriptor}, "stream_state": value}
    return message(type="STATE", state={"type": "STREAM", "stream": named})


def stream(name, modes=("full_refresh",), **more):
    return {"name": name, "json_schema": {"properties": {"id": {"type": "integer"}}}, "supported_sync_modes": list(modes), **more}


CURSOR = {"modes": ("full_refresh", "incremental"), "source_defined_cursor": True, "default_cursor_field": ["id"]}


def plain(value):
    """A state or a catalog as the source gets it, whatever the version wraps it in."""
    for kind in ("ConfiguredAirbyteCatalog", "AirbyteStateMessage"):
        serializer = getattr(models, f"{kind}Serializer", None)
        if serializer and type(value).__name__.startswith(kind.replace("Message", "")):
            return serializer.dump(value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    return json.loads(value.json(exclude_unset=True)) if hasattr(value, "json") else value


class Base(Source):
    streams = [stream("events", **CURSOR)]

    def spec(self, logger):
        return message(type="SPEC", spec=SPEC).spec

    def check(self, logger, config):
        return message(type="CONNECTION_STATUS", connectionStatus={"status": "SUCCEEDED"}).connectionStatus

    def discover(self, logger, config):
        return message(type="CATALOG", catalog={"streams": self.streams}).catalog

    def read(self, logger, config, catalog, state=None):
        yield from ()


class TakesState(Base):
    """Wants all three in its constructor, and says what it got."""

    def __init__(self, catalog, config, state):
        self.given = {"catalog": catalog is not None, "config": config and dict(config), "state": plain(state)}

    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1, "given": json.dumps(self.given, default=str)})
        yield globals()["state"]("events", {"id": 1})


class MayTakeState(TakesState):
    def __init__(self, catalog=None, config=None, state=None):
        super().__init__(catalog, config, state)


class SaysState(Base):
    """Emits what it got as its state."""

    streams = [stream("events", **CURSOR), stream("users", **CURSOR)]

    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1, "state": json.dumps(plain(state))})
        for line in config["states"]:
            yield message(type="STATE", state=line)


class Sweeps(Base):
    """Full refresh streams: one that marks its end, one that can go on in the middle."""

    streams = [stream("marks"), stream("resumes", is_resumable=True)]

    def read(self, logger, config, catalog, state=None):
        for number in range(3):
            yield record("marks", {"id": number})
        yield state_of("marks", {"__ab_no_cursor_state_message": True})
        given = {s["stream"]["stream_descriptor"]["name"]: s["stream"].get("stream_state") for s in plain(state) or []}
        page = (given.get("resumes") or {}).get("page", 0)
        for number in range(page, 4):
            if number == config.get("fail_at"):
                raise RuntimeError("cut off")
            yield record("resumes", {"id": number})
            yield state_of("resumes", {"page": number + 1})


state_of = state


class Namespaces(Base):
    streams = [stream("a", namespace="one"), stream("a", namespace="two"), stream("lonely", namespace="one"), stream("bare")]

    def read(self, logger, config, catalog, state=None):
        yield record("a", {"id": 1}, namespace="one")
        yield record("a", {"id": 2}, namespace="two")
        yield record("lonely", {"id": 3})
        yield record("bare", {"id": 4}, namespace="public")
        yield record("unbound", {"id": 5})


class OddValues(Base):
    """Characters at which Python would split a line, and numbers that JSON does not have."""

    def read(self, logger, config, catalog, state=None):
        for number, text in enumerate(["a\u2028b", "c\x85d", "e\u2029f"], 1):
            yield record("events", {"id": number, "text": text})


class Order(Base):
    streams = [stream("parent"), stream("child")]

    def read(self, logger, config, catalog, state=None):
        names = [s["stream"]["name"] for s in plain(catalog)["streams"]]
        yield record("parent", {"id": 1, "order": names})


class Traces(Base):
    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1})
        error = {"message": "the quota is used up", "internal_message": "429", "stack_trace": "Traceback …"}
        yield message(type="TRACE", trace={"type": "ERROR", "emitted_at": 1, "error": error})
        raise RuntimeError("One or more streams failed")


class TracesOnly(Traces):
    def read(self, logger, config, catalog, state=None):
        try:
            yield from super().read(logger, config, catalog, state)
        except RuntimeError:
            return


class Traced(Base):
    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1})
        raise AirbyteTracedException(message="ask for access first", internal_message="403")


class Silent(Base):
    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1})
        raise ValueError


class Leaks(Base):
    def read(self, logger, config, catalog, state=None):
        logger.info(f"using {config['token']}")
        print("printing", config["token"], config["auth"]["key"])
        print(json.dumps({"type": "CONTROL", "control": {"connectorConfig": {"config": config}}}))
        yield message(type="CONTROL", control={"type": "CONNECTOR_CONFIG", "emitted_at": 1, "connectorConfig": {"config": config}})
        yield record("events", {"id": 1})
        raise RuntimeError(f"refused {config['token']} and {config['auth']['key']}")


class Noisy(Base):
    def read(self, logger, config, catalog, state=None):
        subprocess.run(["echo", "from a child"], check=True)
        os.write(1, b"from the descriptor\n")
        print("stdin holds", repr(sys.stdin.read()))
        yield record("events", {"id": 1})


class Threads(Base):
    def read(self, logger, config, catalog, state=None):
        threading.Thread(target=time.sleep, args=(3600,)).start()
        yield record("events", {"id": 1})


class Waits(Base):
    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1})
        yield globals()["state"]("events", {"id": 1})
        time.sleep(3600)


class FailsCheck(Base):
    def check(self, logger, config):
        return message(
            type="CONNECTION_STATUS", connectionStatus={"status": "FAILED", "message": "no such account"}
        ).connectionStatus


def answers_by_itself():
    """Prints the messages of two commands; the others it launches, and reports what stops that."""
    command = sys.argv[1]
    if command == "spec":
        print(json.dumps({"type": "SPEC", "spec": SPEC}))
    elif command == "discover":
        print(json.dumps({"type": "LOG", "log": {"level": "WARN", "message": "an old account"}}))
        sys.stdout.write(json.dumps({"type": "CATALOG", "catalog": {"streams": Base.streams}}))
    elif command == "check":
        print(json.dumps({"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": "this account is closed"}}}))
        raise ValueError("told already")
    else:
        try:
            entrypoint.launch(OddValues(), sys.argv[1:])
        except Exception as e:
            print(f"launching went wrong: {e}")
            sys.exit(1)


def destination():
    """The main function of a destination, whose entry point is another one."""
    print(json.dumps({"type": "SPEC", "spec": {**SPEC, "supported_destination_sync_modes": ["append"]}}))


def launches():
    """The main function of a package: it migrates the config file, tells so, and launches."""
    from airbyte_cdk.entrypoint import launch

    if "--config" in sys.argv:
        path = sys.argv[sys.argv.index("--config") + 1]
        with open(path) as f:
            config = json.load(f)
        config["migrated"] = True
        with open(path, "w") as f:
            json.dump(config, f)
        print(json.dumps({"type": "CONTROL", "control": {"connectorConfig": {"config": config}}}))
    launch(Migrated(), sys.argv[1:])


def launches_from_the_top():
    """The name as the kit's package has it; the oldest kits have it in the entry point alone."""
    import airbyte_cdk

    airbyte_cdk.launch(Base(), sys.argv[1:])


class Migrated(Base):
    def read(self, logger, config, catalog, state=None):
        yield record("events", {"id": 1, "config": {**config}})


def makes():
    return Base()


if __name__ == "__main__":
    CaptureShim(delegate=globals()[sys.argv[1]], oauth2={"provider": "x"} if len(sys.argv) > 2 else None).main()
