"""Tables: they are made, given columns, and made anew, and flow_tables remembers how they are."""

import json
import sqlite3
from dataclasses import asdict, dataclass

from .columns import DECLARED, fits, kind_of
from .flow.materialization import Binding
from .flow.stdio import Refused

OWN = "flow_"  # begins the names of tables that are not for documents
ROW = "_rowid_"  # SQLite's name of a row; a column of that name would hide it


@dataclass(frozen=True)
class Table:
    """A table as it is, or as it is wanted. Names of columns are folded, as SQLite compares them."""

    name: str
    task: str
    backfill: int
    delta: bool
    keys: tuple[str, ...]
    columns: dict[str, str]  # kinds


def folded(name: str) -> str:
    """SQLite takes names for the same that differ by the case of ASCII letters."""
    return name.encode().lower().decode()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def checked(name: object) -> str:
    """Give a name that a table can have."""
    if not isinstance(name, str) or not name or "\0" in name or folded(name).startswith((OWN, "sqlite_")):
        raise Refused(f"a table cannot have the name {name!r}")
    return name


def columns_of(binding: Binding) -> list[tuple[str, str]]:
    """Give names and kinds of a binding's columns, in the order in which they are written."""
    fields = [*binding.keys, *binding.values, *([binding.document] if binding.document else [])]
    return [(field.name, kind_of(field)) for field in fields]


def wanted(task: str, binding: Binding) -> Table:
    columns = {folded(name): kind for name, kind in columns_of(binding)}
    keys = tuple(folded(field.name) for field in binding.keys)
    return Table(binding.path[0], task, binding.backfill, binding.delta, keys, columns)


def remember(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS flow_tables (name TEXT UNIQUE COLLATE NOCASE, made TEXT)")


def recorded(db: sqlite3.Connection, name: str) -> Table | None:
    """Give a table as it was made, or None where Flow has made none."""
    if not exists(db, "flow_tables"):
        return None
    found = db.execute("SELECT made FROM flow_tables WHERE name = ?", [name]).fetchone()
    if not found:
        return None
    made = json.loads(found[0])
    return Table(**{**made, "keys": tuple(made["keys"])})


def exists(db: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE"
    return db.execute(query, [name]).fetchone() is not None


def own(db: sqlite3.Connection, task: str, name: str) -> Table | None:
    """Give the recorded table; one that is somebody else's is refused."""
    there = recorded(db, name)
    if there is None and exists(db, name):
        raise Refused(f"the table {name!r} is there already, and Flow has not made it: choose another name")
    if there is not None and there.task != task:
        raise Refused(f"the table {name!r} belongs to {there.task}: choose another name")
    return there


def put_in_place(db: sqlite3.Connection, task: str, binding: Binding) -> str:
    """Make the table of a binding what it has to be; tell what was done, or nothing."""
    table = wanted(task, binding)
    old = own(db, task, table.name)
    if old is not None and exists(db, table.name):
        if old.backfill != table.backfill:
            db.execute(f"DROP TABLE {quoted(table.name)}")
            make(db, table, binding)
            return f"made table {table.name} anew, for backfill {table.backfill}"
        return alter(db, old, table, binding)
    make(db, table, binding)
    return f"created table {table.name}"


def make(db: sqlite3.Connection, table: Table, binding: Binding) -> None:
    parts = [declaration(name, kind) for name, kind in columns_of(binding)]
    if not binding.delta:
        parts.append(f"UNIQUE ({', '.join(quoted(field.name) for field in binding.keys)})")
    db.execute(f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})")
    record(db, table)


def alter(db: sqlite3.Connection, old: Table, table: Table, binding: Binding) -> str:
    """Add columns for new fields. Those of fields that are stored no more stay, and get nulls."""
    if old.keys != table.keys or old.delta != table.delta:
        raise Refused(f"the key of table {table.name} or its delta updates have changed: raise its backfill counter")
    for name, kind in table.columns.items():
        if not fits(old.columns.get(name, kind), kind):
            raise Refused(f"column {name} of table {table.name} cannot become {kind}: raise its backfill counter")
    new = [(name, kind) for name, kind in columns_of(binding) if folded(name) not in old.columns]
    for name, kind in new:
        db.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {declaration(name, kind)}")
    if table.columns.items() - old.columns.items():
        record(db, Table(**{**asdict(table), "columns": {**old.columns, **table.columns}}))
    return f"added {', '.join(name for name, _ in new)} to table {table.name}" if new else ""


def declaration(name: str, kind: str) -> str:
    return f"{quoted(name)} {DECLARED[kind]}".rstrip()


def record(db: sqlite3.Connection, table: Table) -> None:
    db.execute("INSERT OR REPLACE INTO flow_tables VALUES (?, ?)", [table.name, json.dumps(asdict(table))])
