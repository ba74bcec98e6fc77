"""JSON whose numbers keep every digit: fractions are read as Decimal, and written as they were."""

import json
import os
import re
from decimal import Decimal, InvalidOperation, getcontext
from typing import Any

# Of a sum too; Python's own 28 digits are soon used up.
getcontext().prec = 1000

# The json module writes no Decimal. It goes through as a text with a mark that nobody can guess.
_MARK = os.urandom(16).hex()
_MARKED = re.compile(f'"{_MARK}([^"]*)"')


def loads(text: str | bytes) -> Any:
    return json.loads(text, parse_float=_fraction)


def dumps(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_marked)
    if _MARK in text:
        text = _MARKED.sub(r"\1", text)
    # Half of a surrogate pair is no Unicode; its escape is what it was read from.
    return text.encode(errors="backslashreplace").decode()


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the number {text[:40]} is out of range") from None


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}"
    raise TypeError(f"{type(value).__name__} is no JSON")
