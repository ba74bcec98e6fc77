"""The SQL of a session: rows are staged in a temporary table, and merged from there at the commit."""

from dataclasses import dataclass

from .flow.materialization import Binding
from .tables import ROW, columns_of, quoted


@dataclass(frozen=True)
class Statements:
    """What a session executes for one of its bindings."""

    kinds: tuple[str, ...]  # of the columns: those of the key come first
    create: str  # the staging table, once a session
    load: str  # the document of a key
    stage: str  # a row, and whether it is deleted
    merge: tuple[str, ...]  # all that is staged


def statements(index: int, binding: Binding) -> Statements:
    table, stage = quoted(binding.path[0]), f"temp.stage{index}"
    columns = columns_of(binding)
    places = [f"c{n}" for n, _ in enumerate(columns)]
    names, staged = ", ".join(quoted(name) for name, _ in columns), ", ".join(places)
    # IS finds nulls too, and SQLite has an index for it.
    keys = [quoted(field.name) for field in binding.keys]
    asked = " AND ".join(f"{key} IS ?" for key in keys)
    same = " AND ".join(f"t.{key} IS s.c{n}" for n, key in enumerate(keys))
    replaced = f"SELECT t.{ROW} FROM {stage} s CROSS JOIN {table} t ON {same}"
    document = quoted(binding.document.name) if binding.document else "NULL"
    add = f"INSERT INTO {table} ({names}) SELECT {staged} FROM {stage}"
    return Statements(
        kinds=tuple(kind for _, kind in columns),
        create=f"CREATE TABLE {stage} ({staged}, deleted)",
        load=f"SELECT {document} FROM {table} WHERE {asked}",
        stage=f"INSERT INTO {stage} VALUES ({', '.join('?' * len(columns))}, ?)",
        merge=(
            # Of delta updates each is a row, also that of a deletion.
            *(() if binding.delta else (f"DELETE FROM {table} WHERE {ROW} IN ({replaced})",)),
            add if binding.delta else f"{add} WHERE NOT deleted",
            f"DELETE FROM {stage}",
        ),
    )
