"""Anchors of headings as GitHub makes them, so that one link serves both."""

import re
import unicodedata


def slugify(text: str, separator: str) -> str:
    text = unicodedata.normalize("NFC", text).lower()
    return "".join(c for c in text if c.isalnum() or c in "-_ ").replace(" ", separator)
