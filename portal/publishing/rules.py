"""When a cycle's results become news, what a page may show, and where an award stands for the public. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.errors import N_
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from datetime import date, datetime

# ---------------------------------------------------------------- the life of a release


class ReleaseState(StrEnum):
    """Where a release stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    TOLD = "told"
    PUBLIC = "public"
    CANCELLED = "cancelled"


class ReleaseStep(StrEnum):
    """What may be done with a release."""

    PLAN = "plan"
    APPROVE = "approve"
    RETURN = "return"
    CANCEL = "cancel"
    TELL = "tell"
    PUBLISH = "publish"


_R, _S = ReleaseState, ReleaseStep
RELEASE: Life[ReleaseState, ReleaseStep] = Life(
    "release",
    {
        (_R.PLANNED, _S.PLAN): _R.PLANNED,
        (_R.CANCELLED, _S.PLAN): _R.PLANNED,
        (_R.PLANNED, _S.APPROVE): _R.APPROVED,
        (_R.APPROVED, _S.RETURN): _R.PLANNED,
        (_R.APPROVED, _S.CANCEL): _R.CANCELLED,
        (_R.APPROVED, _S.TELL): _R.TOLD,
        (_R.TOLD, _S.PUBLISH): _R.PUBLIC,
    },
    refusal=N_("This release is %(state)s, so that cannot be done with it now."),
)


def told(*, told_at: datetime | None, state: ReleaseState, at: datetime) -> bool:
    """Say whether those concerned may be told at `at`. A time that is not set means not released."""
    return state is ReleaseState.APPROVED and told_at is not None and told_at <= at


def public(*, public_at: datetime | None, state: ReleaseState, at: datetime) -> bool:
    """Say whether the public may read it at `at`: never before those concerned were told."""
    return state is ReleaseState.TOLD and public_at is not None and public_at <= at


# ---------------------------------------------------------------- what a page shows

FIELDS = ("name", "school", "biography", "quotation", "sum")


class Page(NamedTuple):
    """What the public may read of one recipient. Without a name everything is empty."""

    name: str | None = None
    role: str | None = None
    school: str | None = None
    biography: str | None = None
    citation: str | None = None
    quotations: tuple[Mapping[str, Any], ...] = ()
    sum_cents: int | None = None
    paid_to: str | None = None


def page(known: Page, *, agreed: Container[str], quotable: Container[str]) -> Page:
    """Return what is left of `known` once only what was agreed to is shown: nothing at all without the name.

    `agreed` are the fields (`FIELDS`) that the person, or their guardian, has agreed to and not taken back; `quotable` are the
    references of nominations whose writers may be quoted.
    """
    if "name" not in agreed or not known.name:
        return Page()
    sums = "sum" in agreed
    return Page(
        name=known.name,
        role=known.role if "school" in agreed else None,
        school=known.school if "school" in agreed else None,
        biography=known.biography if "biography" in agreed and known.biography else None,
        citation=known.citation or None,
        quotations=tuple(q for q in known.quotations if q.get("nomination") in quotable) if "quotation" in agreed else (),
        sum_cents=known.sum_cents if sums else None,
        paid_to=known.paid_to if sums else None,
    )


def agreed(said: Iterable[tuple[str, str, bool]], *, minor: bool) -> frozenset[str]:
    """Return the fields that stand agreed to. `said` are (field, state, by guardian), oldest first; for a minor only a guardian's word counts."""
    newest: dict[str, str] = {}
    for field, state, by_guardian in said:
        if by_guardian or not minor:
            newest[field] = state
        elif state != "given":  # a young person's own no is heard whatever the guardian said
            newest[field] = state
    return frozenset(field for field, state in newest.items() if state == "given")


_SPACES = re.compile(r"\s+")
_GAPS = re.compile(r"\s*(?:\[?(?:\.\.\.|…)\]?)\s*")


def is_said(words: str, texts: Iterable[str]) -> bool:
    """Say whether `words` stand in one of the texts; "..." may leave something out. Line ends and runs of spaces do not matter."""
    parts = [part for part in (_SPACES.sub(" ", part).strip() for part in _GAPS.split(words)) if part]
    for text in texts:
        flat, begin = _SPACES.sub(" ", text), 0
        for part in parts:
            begin = flat.find(part, begin)
            if begin < 0:
                break
            begin += len(part)
        else:
            return bool(parts)
    return False


_NOT_LETTERS = re.compile(r"[^\w]+")
_STROKES = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
LONGEST_SLUG = 120


def slug(name: str, taken: Container[str]) -> str:
    """Return an address for a name that is not taken yet: "amina-warsame", then "amina-warsame-2". Any script keeps its letters."""
    apart = unicodedata.normalize("NFKD", name.casefold().translate(_STROKES))
    bare = unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
    base = _NOT_LETTERS.sub("-", re.sub(r"['’ʻʼ`´]", "", bare)).strip("-_")[:LONGEST_SLUG].strip("-") or "recipient"
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


# ---------------------------------------------------------------- where an award stands


class Now(StrEnum):
    """Where one year of an award stands for the public."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


def now(*, taking: bool, opens_at: datetime, closes_at: datetime, at: datetime) -> Now:
    """Say where a cycle stands at `at`. `taking` is whether staff have opened it; the grace is nobody's to read about."""
    if at >= closes_at or not taking:
        return Now.CLOSED
    return Now.OPEN if at >= opens_at else Now.UPCOMING


def days_left(closes_at: datetime, *, at: datetime, zone: ZoneInfo) -> int:
    """Return the number of nights between `at` and the closing day, as people there count them: 0 is "today"."""
    return (closes_at.astimezone(zone).date() - at.astimezone(zone).date()).days


class Mark(NamedTuple):
    """One mark of the season's line: a day, or from one day to another."""

    key: str
    begins: date
    ends: date
    state: str  # "past", "today" or "next"


def season(dates: Sequence[tuple[str, datetime | None, datetime | None]], *, at: datetime, zone: ZoneInfo) -> list[Mark]:
    """Return the marks of a season in order, today among them. `dates` are (key, begins, ends), each possibly unknown.

    Today stands before a mark of the same day that is still to come, and is left out where a mark spans it.
    """
    today = at.astimezone(zone).date()
    marks = []
    for key, begins, ends in dates:
        if begins is None:
            continue
        first, last = begins.astimezone(zone).date(), (ends or begins).astimezone(zone).date()
        over = (ends or begins) <= at
        marks.append(Mark(key, first, last, "past" if over else "today" if first <= today <= last else "next"))
    marks.sort(key=lambda mark: mark.begins)
    if marks and not any(mark.state == "today" for mark in marks) and marks[0].state == "past" and marks[-1].state == "next":
        place = next(number for number, mark in enumerate(marks) if mark.state == "next")
        marks.insert(place, Mark("today", today, today, "today"))
    return marks
