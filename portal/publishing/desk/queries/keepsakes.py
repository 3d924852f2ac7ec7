"""What is printed for those honored: how it reads and looks, and of whom it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.publishing.desk.models import Keepsake
from portal.publishing.rules import keepsakes as rules
from portal.publishing.rules.keepsakes import Kind


@dataclass(frozen=True, slots=True)
class Template:
    """How one kind of keepsake reads and looks now: the usual words and choices where staff have not changed them."""

    kind: Kind
    words: Mapping[str, Mapping[str, str]]
    layout: Mapping[str, str]
    known: Keepsake | None

    @property
    def version(self) -> int:
        """Its version, 0 for the usual one."""
        return self.known.version if self.known is not None else 0

    def words_of(self, slot: str, code: str) -> str | None:
        """Return what staff wrote for a place in a language, else in English; None where the usual words stand."""
        said = self.words.get(slot, {})
        return said.get(code) or said.get("en")


def template(kind: Kind) -> Template:
    """Return how a kind of keepsake reads and looks now."""
    known = db.session.scalar(select(Keepsake).where(Keepsake.kind == kind))
    words: Mapping[str, Any] = known.words if known is not None else {}
    return Template(kind, words, rules.chosen(kind, known.layout if known is not None else {}), known)
