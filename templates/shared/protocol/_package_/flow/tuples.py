"""Keys and values in the packed form, which an older runtime sends in place of JSON.

It is the tuple layer of FoundationDB, in base64: each value is a code and its bytes.
"""

import base64
import struct
from typing import Any

from . import exact

NULL, BYTES, STRING, ZERO, DOUBLE, FALSE, TRUE = 0x00, 0x01, 0x02, 0x14, 0x21, 0x26, 0x27
BIG_NEGATIVE, BIG_POSITIVE = 0x0B, 0x1D


def values_of(message: dict[str, Any], name: str) -> list[Any]:
    """Values of a request: from JSON where it has them, else from their packed form."""
    if (values := message.get(name)) is not None:
        return list(values)
    return unpack(base64.b64decode(message.get(f"{name}Packed") or message.get("packed") or ""))


def unpack(packed: bytes) -> list[Any]:
    values = []
    at = 0
    while at < len(packed):
        value, at = _unpack(packed[at], packed, at + 1)
        values.append(value)
    return values


def _unpack(code: int, packed: bytes, at: int) -> tuple[Any, int]:
    if code == NULL:
        return None, at
    if code in (FALSE, TRUE):
        return code == TRUE, at
    if code in (BYTES, STRING):
        raw, at = _text(packed, at)
        return (exact.loads(raw) if code == BYTES else raw.decode()), at
    if code == DOUBLE:
        return _double(packed[at : at + 8]), at + 8
    if code in (BIG_NEGATIVE, BIG_POSITIVE):
        size = packed[at] ^ (0xFF if code == BIG_NEGATIVE else 0)
        return _integer(packed[at + 1 : at + 1 + size], code == BIG_NEGATIVE), at + 1 + size
    size = abs(code - ZERO)
    if size > 8:
        raise ValueError(f"the code {code:#x} of a packed value is unknown")
    return _integer(packed[at : at + size], code < ZERO), at + size


def _text(packed: bytes, at: int) -> tuple[bytes, int]:
    """Read up to a zero; a zero within is followed by 0xff."""
    end = packed.index(b"\0", at)
    while packed[end + 1 : end + 2] == b"\xff":
        end = packed.index(b"\0", end + 2)
    return packed[at:end].replace(b"\0\xff", b"\0"), end + 1


def _integer(magnitude: bytes, negative: bool) -> int:
    number = int.from_bytes(magnitude, "big")
    return number - (1 << 8 * len(magnitude)) + 1 if negative else number


def _double(raw: bytes) -> float:
    """The sign bit is turned, of negative numbers every bit."""
    mask = 0x80 if raw[0] & 0x80 else 0xFF
    rest = raw[1:] if mask == 0x80 else bytes(b ^ 0xFF for b in raw[1:])
    value: float = struct.unpack(">d", bytes([raw[0] ^ mask]) + rest)[0]
    return value
