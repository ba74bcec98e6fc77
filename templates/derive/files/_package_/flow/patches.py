"""Changes of a state, as JSON merge patches (RFC 7396): null takes a member away."""

from . import exact
from .stdio import Json


def merge(target: Json, patch: Json) -> Json:
    """Apply a patch; the target stays as it is."""
    merged = dict(target)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            old = merged.get(key)
            merged[key] = merge(old if isinstance(old, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def diff(old: Json, new: Json) -> Json:
    """Give the patch that makes new of old. A null in new is the same as nothing."""
    patch: Json = {key: None for key in old if new.get(key) is None}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if change := diff(before, value):
                patch[key] = change
        elif value is not None and (before is None or exact.dumps(value) != exact.dumps(before)):
            patch[key] = value
    return patch
