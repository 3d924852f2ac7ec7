"""Two devices on one page of scores: what each changed is kept, field by field; only the same field changed twice is a conflict. Pure.

A page carries a sign of every field as it was when it was drawn or last saved. A field whose sign is still that of the page was
not touched on it; one whose sign is still that of what is saved was not touched elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 12  # characters of a text's digest: it is compared with that of two others
MOST = 64  # fields of a page


def sign(words: str) -> str:
    """Return what stands for a field: itself while it is short, else a part of its digest."""
    return words if len(words) < SHORT else f"#{hashlib.sha256(words.encode()).hexdigest()[:SHORT]}"


def signs(fields: Mapping[str, str]) -> str:
    """Return the signs of a page's fields as it carries them; what is empty is left out."""
    return json.dumps({name: sign(words) for name, words in fields.items() if words}, separators=(",", ":"))


def read(carried: str | None) -> dict[str, str] | None:
    """Return the signs that a page carried; None where it carried none, or nothing that can be read."""
    try:
        found = json.loads(carried or "")
    except ValueError:
        return None
    if not isinstance(found, dict) or len(found) > MOST:
        return None
    return {str(name): words for name, words in found.items() if isinstance(words, str)}


def merged(seen: Mapping[str, str], mine: Mapping[str, str], saved: Mapping[str, str]) -> dict[str, str] | None:
    """Return what both said together, or None where one field was changed here and elsewhere, each time otherwise."""
    found = {}
    for name in {**mine, **saved}:
        here, there, before = mine.get(name, ""), saved.get(name, ""), seen.get(name, "")
        if here == there or sign(here) == before:
            found[name] = there
        elif sign(there) == before:
            found[name] = here
        else:
            return None
    return found
