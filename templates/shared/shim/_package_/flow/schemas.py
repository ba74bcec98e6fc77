"""JSON schemas as Flow accepts them.

Flow's compiler refuses keywords and formats it does not know and patterns with
look-around. Schemas of sources are full of them, so only known keywords are kept. Of
documents only the types are kept, not what restricts values: nothing upstream enforces
that, and a violation would stop the task.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from . import logs

if TYPE_CHECKING:
    Schema = dict[str, Any]

MAPS = ("properties", "patternProperties", "definitions", "$defs", "dependentSchemas")
LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
SINGLES = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "additionalItems")
NOTES = ("title", "description", "default", "examples", "secret", "readOnly", "writeOnly", "deprecated")
TYPES = ("type", "$ref", "$id", "$anchor", "enum", "const")
CONFIG_ONLY = ("airbyte_secret", "order", "advanced", "multiline", "discriminator")
LIMITS = tuple(
    "required format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"
    " minItems maxItems uniqueItems minProperties maxProperties contentEncoding contentMediaType".split()
)
FORMATS = tuple(
    "date date-time time duration email hostname ipv4 ipv6 uri uri-reference uuid json-pointer regex"
    " integer number".split()
)
LOOK_AROUND = re.compile(r"\(\?<?[=!]")
SECRET_NAME = re.compile(r"password|passwd|token|secret|api_?key|private_?key|passphrase|credential", re.IGNORECASE)
NOT_SECRET_NAME = re.compile(r"token_?(ur[il]|expir|type)|_ur[il]$|expir", re.IGNORECASE)
KEY_TYPES = ("boolean", "integer", "string")
ROW_ID = "/_meta/row_id"


def document(schema: Any, key: list[str]) -> Schema:
    """The schema of a stream's documents: types only, the key required, and room for _meta."""
    clean = _clean(schema if isinstance(schema, dict) else {}, config=False)
    clean["type"] = "object"
    properties = clean.setdefault("properties", {})
    meta = properties.get("_meta")
    if not isinstance(meta, dict) or "object" not in _types(meta):
        if meta is not None:
            logs.emit("warn", "a field named _meta is replaced: Flow needs it to be an object")
        meta = {}
    meta.pop("anyOf", None)
    meta["type"] = "object"
    meta["properties"] = {**meta.get("properties", {}), "op": {"type": "string"}, "row_id": {"type": "integer"}}
    meta["required"] = ["row_id"]
    meta.pop("additionalProperties", None)
    properties["_meta"] = meta
    clean["required"] = ["_meta"]
    for pointer in key:
        if pointer != ROW_ID:
            _require(clean, unescape(pointer))
    return clean


def config(schema: Any) -> Schema:
    """The schema of an endpoint's config, with every secret marked as Flow marks it."""
    clean = _clean(schema if isinstance(schema, dict) else {}, config=True)
    clean.setdefault("type", "object")
    clean.setdefault("properties", {})
    _mark_secrets(clean)
    return clean


def key(stream: str, paths: list[list[str]], schema: Any) -> list[str]:
    """The pointers of a key, or [/_meta/row_id] where Flow cannot have it."""
    if not paths:
        return [ROW_ID]
    for path in paths:
        types = _types(_at(schema, path) or {})
        if types and not set(types) <= {*KEY_TYPES, "null"}:
            logs.emit(
                "warn",
                f"stream {stream}: its key {'.'.join(path)} is of type {'/'.join(types)}, which Flow cannot have as"
                " a key: the position in the sweep stands in, and an incremental stream keeps every version of a row",
            )
            return [ROW_ID]
    return [pointer(path) for path in paths]


def pointer(path: list[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def unescape(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def recommended_name(name: str) -> str:
    """A stream's name as a part of a collection's: letters, digits and -._ between slashes."""
    parts = (re.sub(r"[^\w\-.]", "", part) for part in name.split("/"))
    return "/".join(part for part in parts if part.strip(".")) or "stream"


def _clean(schema: Any, config: bool) -> Schema:
    out: Schema = {}
    for word, value in schema.items():
        if word in MAPS and isinstance(value, dict):
            out[word] = {name: _sub(sub, config) for name, sub in value.items()}  # these keys are names
        elif word in LISTS and isinstance(value, list):
            out[word] = [_sub(sub, config) for sub in value if not isinstance(sub, str)] or [{}]
        elif word in SINGLES:
            _single(out, word, value, config)
        elif word in NOTES or word in TYPES or word.startswith("x-"):
            out[word] = copy.deepcopy(value)
        elif config and (word in CONFIG_ONLY or word in LIMITS):
            out[word] = copy.deepcopy(value)
    _bounds(out)
    if not config:
        for word in ("enum", "const", "default", "secret"):
            out.pop(word, None)
    if out.get("format") not in FORMATS:
        out.pop("format", None)
    if isinstance(out.get("pattern"), str) and LOOK_AROUND.search(out["pattern"]):
        del out["pattern"]
    return out


def _single(out: Schema, word: str, value: Any, config: bool) -> None:
    if word == "additionalProperties" and value is False and not config:
        return  # a new field upstream must not stop the task
    if word == "items" and isinstance(value, list):
        out["prefixItems" if not config else "items"] = [_sub(sub, config) for sub in value]
    elif isinstance(value, (dict, bool)):
        out[word] = _sub(value, config)


def _sub(value: Any, config: bool) -> Any:
    if isinstance(value, dict):
        return _clean(value, config)
    return value if isinstance(value, bool) else {}


def _bounds(out: Schema) -> None:
    """Draft 4 wrote exclusiveMaximum: true beside maximum."""
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = out.get(exclusive)
        if isinstance(flag, bool):
            del out[exclusive]
            if flag and plain in out:
                out[exclusive] = out.pop(plain)
    required = out.get("required")
    if required is not None and not isinstance(required, list):
        del out["required"]  # draft 3 wrote a boolean into each property


def _types(schema: Schema) -> list[str]:
    found = schema.get("type", [])
    types = [found] if isinstance(found, str) else [t for t in found if isinstance(t, str)]
    if not types:
        for word in ("anyOf", "oneOf"):
            for branch in schema.get(word, []):
                types += [t for t in _types(branch) if t not in types] if isinstance(branch, dict) else []
    return types


def _at(schema: Any, path: list[str]) -> Schema | None:
    for part in path:
        if not isinstance(schema, dict):
            return None
        schema = schema.get("properties", {}).get(part)
    return schema if isinstance(schema, dict) else None


def _require(schema: Schema, path: list[str]) -> None:
    """Makes a key location one that must be there and is a scalar, never null."""
    for i, part in enumerate(path):
        schema["required"] = [*schema.get("required", []), *([] if part in schema.get("required", []) else [part])]
        inner = schema.setdefault("properties", {}).setdefault(part, {})
        if not isinstance(inner, dict):
            inner = schema["properties"][part] = {}
        schema = inner
        if i < len(path) - 1:
            schema["type"] = "object"
    types = [t for t in _types(schema) if t != "null"] or list(KEY_TYPES)
    for word in ("anyOf", "oneOf"):
        schema.pop(word, None)
    schema["type"] = types[0] if len(types) == 1 else types


def _mark_secrets(schema: Schema) -> None:
    for name, sub in schema.get("properties", {}).items():
        if not isinstance(sub, dict):
            continue
        types = _types(sub)
        named = (
            SECRET_NAME.search(name) and not NOT_SECRET_NAME.search(name) and types and set(types) <= {"string", "null"}
        )
        if (
            sub.get("airbyte_secret") is True
            or sub.get("writeOnly") is True
            or (named and "enum" not in sub and "const" not in sub)
        ):
            sub["secret"] = True
        _mark_secrets(sub)
    for word in LISTS:
        for branch in schema.get(word, []):
            if isinstance(branch, dict):
                _mark_secrets(branch)
    if isinstance(schema.get("items"), dict):
        _mark_secrets(schema["items"])


def secrets(schema: Any, value: Any) -> list[str]:
    """The texts of a config that its schema, as config() gives it, marks as secret."""
    if not isinstance(schema, dict):
        return []
    if schema.get("secret") is True:
        return _texts(value)
    found: list[str] = []
    if isinstance(value, dict):
        for name, sub in schema.get("properties", {}).items():
            found += secrets(sub, value.get(name))
    if isinstance(value, list):
        for item in value:
            found += secrets(schema.get("items"), item)
    for word in LISTS:
        for branch in schema.get(word, []):
            found += secrets(branch, value)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in _texts(item)]


def with_defaults(schema: Schema, value: dict[str, Any]) -> dict[str, Any]:
    """A config with the defaults of what it leaves out, which connectors fill in by themselves."""
    properties = schema.get("properties", {}).items()
    return {**{name: sub["default"] for name, sub in properties if isinstance(sub, dict) and "default" in sub}, **value}


def violations(schema: Schema, value: Any) -> list[str]:
    """What is wrong with a config, without its values: a secret may be the wrong one."""
    try:
        from jsonschema import Draft7Validator  # most kits bring it
    except ImportError:
        return _plain_violations(schema, value, "")
    errors = sorted(Draft7Validator(schema).iter_errors(value), key=lambda e: (list(map(str, e.path)), e.validator))
    return [_violation(e.validator, e.validator_value, "/".join(map(str, e.path)), e.instance) for e in errors]


def _violation(word: str, rule: Any, at: str, value: Any) -> str:
    where = at or "the config"
    if word == "required":
        missing = [name for name in rule if isinstance(value, dict) and name not in value]
        return f"{where}: {', '.join(missing)} is missing"
    if word == "type":
        return f"{where}: it must be of type {rule if isinstance(rule, str) else ' or '.join(rule)}"
    return f"{where}: it breaks the rule {word}" + (f" {rule}" if isinstance(rule, (str, int, float)) else "")


JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def _plain_violations(schema: Schema, value: Any, at: str) -> list[str]:
    """Required keys and types alone, where there is no jsonschema."""
    types = schema.get("type", [])
    wanted = [types] if isinstance(types, str) else types
    if wanted and not any(isinstance(value, JSON_TYPES.get(t, (object,))) for t in wanted):
        return [_violation("type", types, at, value)]
    found: list[str] = []
    if isinstance(value, dict):
        if any(name not in value for name in schema.get("required", [])):
            found.append(_violation("required", schema["required"], at, value))
        for name, sub in schema.get("properties", {}).items():
            if name in value and isinstance(sub, dict):
                found += _plain_violations(sub, value[name], f"{at}/{name}".lstrip("/"))
    return found
