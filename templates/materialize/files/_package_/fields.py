"""Fields: which must be stored, which can be, and which cannot, with the reason that a user reads."""

from .columns import fits, kind_of
from .flow.materialization import Constraint, Field
from .tables import ROW, Table, folded

AGAIN = "raise the backfill counter of the binding to make the table anew"


def constraints(fields: tuple[Field, ...], delta: bool, table: Table | None) -> dict[str, Constraint]:
    """Give a constraint for each field of a collection; table is what there is of it already."""
    taken: dict[str, str] = {}
    told = {}
    # Keys and the document come first where a name is wanted twice.
    for field in sorted(fields, key=lambda f: (not f.is_key, f.pointer != "")):
        other = taken.setdefault(folded(field.name), field.name)
        if other != field.name:
            told[field.name] = Constraint("FIELD_FORBIDDEN", f"its name differs from {other!r} by case alone")
        else:
            told[field.name] = constraint(field, delta, table)
    return told


def constraint(field: Field, delta: bool, table: Table | None) -> Constraint:
    if field.is_key:
        return of_key(field, delta, table)
    if folded(field.name) == ROW:
        return Constraint("FIELD_FORBIDDEN", f"SQLite has a use of its own for the name {ROW}")
    if field.pointer == "":
        if delta:
            return Constraint("FIELD_OPTIONAL", "the whole document can be stored")
        return Constraint("LOCATION_REQUIRED", "the whole document is needed to go on from it in an update")
    types = field.types - {"null"}
    if not types:
        return Constraint("FIELD_FORBIDDEN", "it has no value but null")
    if changed := change(field, table):
        return Constraint("INCOMPATIBLE", changed)
    if types & {"object", "array"} or kind_of(field) == "any":
        return Constraint("FIELD_OPTIONAL", "it can be stored as JSON")
    return Constraint("LOCATION_RECOMMENDED", "it is a single value")


def of_key(field: Field, delta: bool, table: Table | None) -> Constraint:
    types = field.types - {"null"}
    if not types:
        return Constraint("INCOMPATIBLE", "it is a key, and has no value but null")
    if folded(field.name) == ROW:
        return Constraint("INCOMPATIBLE", f"it is a key, and SQLite has a use of its own for the name {ROW}")
    if not types <= {"string", "integer", "boolean"}:
        return Constraint("INCOMPATIBLE", f"it is a key, and cannot be {' or '.join(sorted(types))}")
    if table is not None and table.delta != delta:
        return Constraint("INCOMPATIBLE", f"delta updates were {'on' if table.delta else 'off'} so far; {AGAIN}")
    if table is not None and folded(field.name) not in table.keys:
        return Constraint("INCOMPATIBLE", f"it was no part of the key ({', '.join(table.keys)}) so far; {AGAIN}")
    if changed := change(field, table):
        return Constraint("INCOMPATIBLE", changed)
    return Constraint("LOCATION_REQUIRED", "it is a part of the key")


def change(field: Field, table: Table | None) -> str:
    """Tell why a column that is there cannot take the field any more."""
    new, old = kind_of(field), table and table.columns.get(folded(field.name))
    if not old or fits(old, new):
        return ""
    return f"its column is of the kind {old}, and the field is {new} now; {AGAIN}"
