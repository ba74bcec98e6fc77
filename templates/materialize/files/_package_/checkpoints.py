"""Checkpoints: how far Flow has read, stored with what was read, and the fence around them.

Each session that is opened writes a nonce of its own. A commit changes the checkpoint only where it finds
that nonce, so that of two sessions, one of which Flow has given up, the older one can store nothing any more.
"""

import json
import os
import sqlite3
from dataclasses import dataclass

from .flow.stdio import Json, Refused


@dataclass(frozen=True)
class Fence:
    """The right to commit, for a range of keys of a task."""

    task: str
    begin: int
    end: int
    nonce: str


def remember(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE IF NOT EXISTS flow_checkpoints (materialization TEXT, key_begin INTEGER, key_end INTEGER,"
        " nonce TEXT, checkpoint TEXT, UNIQUE (materialization, key_begin, key_end))"
    )


def fence(db: sqlite3.Connection, task: str, begin: int, end: int) -> tuple[Fence, Json]:
    """Take the right to commit away from all others, and give the checkpoint to go on from.

    A range that was split or joined begins with the checkpoint of the smallest one around it.
    """
    mine = Fence(task, begin, end, os.urandom(8).hex())
    found = db.execute(
        "SELECT checkpoint FROM flow_checkpoints WHERE materialization = ? AND key_begin <= ? AND key_end >= ?"
        " ORDER BY key_end - key_begin LIMIT 1",
        [task, begin, end],
    ).fetchone()
    checkpoint = found[0] if found else "{}"
    db.execute(
        "UPDATE flow_checkpoints SET nonce = ? WHERE materialization = ? AND key_begin <= ? AND key_end >= ?",
        [mine.nonce, task, end, begin],
    )
    row = [task, begin, end, mine.nonce, checkpoint]
    db.execute("INSERT OR REPLACE INTO flow_checkpoints VALUES (?, ?, ?, ?, ?)", row)
    return mine, json.loads(checkpoint)


def lock_out(db: sqlite3.Connection, task: str) -> None:
    """Take the right to commit from every session of a task, whose tables have changed."""
    db.execute("UPDATE flow_checkpoints SET nonce = ? WHERE materialization = ?", [os.urandom(8).hex(), task])


def advance(db: sqlite3.Connection, mine: Fence, checkpoint: Json) -> None:
    changed = db.execute(
        "UPDATE flow_checkpoints SET checkpoint = ?"
        " WHERE materialization = ? AND key_begin = ? AND key_end = ? AND nonce = ?",
        [json.dumps(checkpoint), mine.task, mine.begin, mine.end, mine.nonce],
    )
    if changed.rowcount != 1:
        raise Refused("another session has taken over: this one must not store anything any more")
