"""The protocol's streams: a JSON object a line on stdin and stdout, logs on stderr."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from . import exact

Json = dict[str, Any]

PROTOCOL = 3032023  # the version that Flow wants in a spec
LEVELS = {"trace": 5, "debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40}

log = logging.getLogger("connector")


class Refused(Exception):
    """What a user has to mend or to decide; it is shown without a traceback."""


class Stream:
    """Requests from the runtime and responses to it."""

    def __init__(self, requests: BinaryIO, responses: BinaryIO) -> None:
        self._in = requests
        self._out = responses

    def requests(self) -> Iterator[tuple[str, Json]]:
        """Each request until stdin ends: its kind, and what it says."""
        for line in self._in:
            yield parse(line)

    def respond(self, kind: str, message: Json, more: bool = False) -> None:
        """Write a response; where more are to follow at once it may wait for them."""
        self._out.write(exact.dumps({kind: message}).encode() + b"\n")
        if not more:
            self._out.flush()


def parse(line: bytes) -> tuple[str, Json]:
    """Read a request: an object whose only member says what is asked."""
    try:
        request = exact.loads(line)
    except ValueError:
        request = None
    if isinstance(request, dict):
        request.pop("$internal", None)
        said = [(kind, message) for kind, message in request.items() if message is not None]
        if len(said) == 1 and isinstance(said[0][1], dict):
            return said[0]
    raise Refused(f"this is no request: {line[:200].decode(errors='replace')!r}")


def run(serve: Callable[[Stream], None]) -> None:
    """Serve stdin and stdout until stdin ends; exit with 1 and an error as the last log.

    What is printed by mistake goes to stderr: a line that is no response would end the task.
    """
    stream = Stream(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.set_int_max_str_digits(0)  # a document may hold any number
    log_as_json()
    try:
        serve(stream)
    except Refused as err:
        log.error("%s", err)
        sys.exit(1)
    except Exception as err:
        log.exception("%s: %s", type(err).__name__, err)
        sys.exit(1)


class Lines(logging.Formatter):
    """Logs as Flow reads them: {"level", "msg", "fields"}."""

    def format(self, record: logging.LogRecord) -> str:
        level = {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower())
        entry: Json = {"level": level, "msg": record.getMessage()}
        if record.exc_info:
            entry["fields"] = {"traceback": self.formatException(record.exc_info)}
        return json.dumps(entry)


def log_as_json() -> None:
    logging.addLevelName(LEVELS["trace"], "TRACE")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    level = LEVELS.get(os.environ.get("LOG_LEVEL", "").lower(), logging.INFO)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def collection_of(message: Json, holder: Json) -> Json:
    """The collection of a binding or transform: inline, or an index into linkedCollections."""
    if "collection" in holder:
        collection: Json = holder["collection"]
    else:
        collection = message["linkedCollections"][holder.get("collectionIndex", 0)]
    return collection
