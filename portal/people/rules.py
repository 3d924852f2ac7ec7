"""How names and addresses are compared. Pure."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = re.compile(r"['’ʻʼ`´]")
_BREAKS = re.compile(r"[^\w]+")


def fold(text: str) -> str:
    """Return text for comparing: no accents, no case, apostrophes gone, other punctuation one space."""
    bare = _without_marks(
        _without_marks(text).casefold()
    )  # before too: one mark, the Greek iota below, has a case of its own
    return _BREAKS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def _without_marks(text: str) -> str:
    if text.isascii():  # as nearly every name in a roster is
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def name_key(given: str, family: str) -> str:
    """Return the normalised name: "moretti amina". Two people can share one; the school tells them apart."""
    return f"{fold(family)} {fold(given)}".strip()


def address_key(email: str | None) -> str | None:
    """Return an e-mail address for comparing (lower case, spaces off), or None for none at all."""
    key = (email or "").strip().casefold()
    return key or None


def mailbox(email: str | None) -> str | None:
    """Return the mailbox behind an address, whatever tag or dots it is written with; None for none at all.

    "Ana.Lee+awards@gmail.com" and "analee@googlemail.com" reach one person. Elsewhere only a tag after a plus says nothing.
    """
    key = address_key(email)
    if key is None or "@" not in key:
        return key
    local, _, host = key.rpartition("@")
    local = re.sub(r"\+.*$", "", local) or local
    if host in {"gmail.com", "googlemail.com"}:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"
