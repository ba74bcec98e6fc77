"""JSON whose fractions keep every digit, also those that a float does not hold."""

from __future__ import annotations

import json
import math
import os
import re
from decimal import Decimal
from typing import Any

# The json module writes no number as it was read. It goes through as a text with a mark that nobody can guess.
_MARK = os.urandom(16).hex()
_MARKED = re.compile(f'"{_MARK}([^"]*)"')
SURE = 17  # a shorter text has at most 15 digits, all of which a float keeps


class Fraction:
    """A fraction that no float is, as it was read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def loads(text: str | bytes) -> Any:
    return json.loads(text, parse_float=_fraction)


def _fraction(text: str) -> float | Fraction:
    value = float(text)
    # What is out of a float's range is so for Flow too.
    if len(text) < SURE or not value or not math.isfinite(value) or Decimal(repr(value)) == Decimal(text):
        return value
    return Fraction(text)


def default(value: Any) -> str:
    """For an encoder: the text of what JSON does not have."""
    return f"{_MARK}{value}" if isinstance(value, Fraction) else str(value)


def settled(text: str) -> str:
    """The encoder's text with the fractions in it as numbers."""
    return _MARKED.sub(r"\1", text) if _MARK in text else text
