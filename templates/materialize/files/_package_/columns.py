"""Columns: what kind of one a field becomes, and how its values are written into it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from .flow import exact
from .flow.materialization import Field

# What a column is declared as. SQLite turns what a numeric column cannot hold in 64 bits into the
# nearest fraction; a column without a type keeps what it is given, so numbers go into such ones.
DECLARED = {"text": "TEXT", "json": "TEXT", "boolean": "BOOLEAN", "integer": "", "number": "", "any": ""}

# From one kind to another without a change of the column: the values that are there stay right.
WIDER = {
    "integer": {"number", "any"},
    "number": {"any"},
    "boolean": set[str](),
    "text": set[str](),
    "json": set[str](),
    "any": set[str](),
}


def kind_of(field: Field) -> str:
    """Tell the kind of column that takes every value of a field."""
    types = field.types - {"null"}
    if field.pointer == "" or (types and types <= {"object", "array"}):
        return "json"
    # A key stays as it is: as numbers, "1" and "01" would be one row.
    written = field.format in ("integer", "number") and not field.is_key
    if "string" in types and written:
        types = types - {"string"} | {field.format}
    if types == {"string"}:
        return "text"
    if types == {"boolean"}:
        return "boolean"
    if types == {"integer"}:
        return "integer"
    if types and types <= {"integer", "number"}:
        return "number"
    return "any"


def fits(old: str, new: str) -> bool:
    return old == new or new in WIDER[old]


def encode(value: Any, kind: str) -> str | int | float | None:
    """Write a value as SQLite takes it. A number that it cannot hold becomes its digits."""
    if isinstance(value, bool) and kind == "boolean":
        return int(value)
    if isinstance(value, bool | dict | list):
        return exact.dumps(value)
    if isinstance(value, str) and kind in ("integer", "number"):
        try:
            value = Decimal(value)
        except InvalidOperation:
            return str(value)
    if isinstance(value, Decimal):
        return _number(value, kind)
    if isinstance(value, float) and value != value:
        return "NaN"  # SQLite would take it for null
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value  # type: ignore[no-any-return]


def _number(value: Decimal, kind: str) -> str | int | float:
    if not value.is_finite():
        return str(value)
    if kind == "integer" and value.adjusted() < 19 and value == value.to_integral_value():
        whole = int(value)
        return whole if -(2**63) <= whole < 2**63 else str(whole)
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) == value else f"{value}"
