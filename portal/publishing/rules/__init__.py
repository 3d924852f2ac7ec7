"""When a cycle's results become news, what a page may show, and where an award stands for the public. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.errors import N_
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

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


class Change(StrEnum):
    """What became of something that people were told of."""

    CORRECTED = "corrected"
    TAKEN_BACK = "taken back"


def told(*, told_at: datetime | None, state: ReleaseState, at: datetime) -> bool:
    """Say whether those concerned may be told at `at`. A time that is not set means not released."""
    return state is ReleaseState.APPROVED and told_at is not None and told_at <= at


def public(*, public_at: datetime | None, state: ReleaseState, at: datetime) -> bool:
    """Say whether the public may read it at `at`: never before those concerned were told."""
    return state is ReleaseState.TOLD and public_at is not None and public_at <= at


# ---------------------------------------------------------------- what a page shows

FIELDS = ("name", "school", "photo", "biography", "quotation", "sum")


class Page(NamedTuple):
    """What the public may read of one recipient. Without a name everything is empty."""

    name: str | None = None
    role: str | None = None
    school: str | None = None
    years: str | None = None
    biography: str | None = None
    translation: Mapping[str, str] | None = None  # of the biography: {"words", "into", "written_in"}
    citation: str | None = None
    quotations: tuple[Mapping[str, Any], ...] = ()
    sum_cents: int | None = None
    paid_to: str | None = None
    photo: str | None = None
    photo_alt: str | None = None


def page(known: Page, *, agreed: Container[str], quotable: Container[str]) -> Page:
    """Return what is left of `known` once only what was agreed to is shown: nothing at all without the name.

    `agreed` are the fields (`FIELDS`) that the person, or their guardian, has agreed to and not taken back; `quotable` are the
    references of nominations whose writers may be quoted.
    """
    if "name" not in agreed or not known.name:
        return Page()
    sums = "sum" in agreed
    photo = "photo" in agreed and bool(known.photo and known.photo_alt)  # without words for it, it is not shown
    return Page(
        name=known.name,
        role=known.role if "school" in agreed else None,
        school=known.school if "school" in agreed else None,
        years=(known.years or None) if "school" in agreed else None,
        biography=known.biography if "biography" in agreed and known.biography else None,
        translation=known.translation if "biography" in agreed and known.biography else None,
        citation=known.citation or None,
        quotations=tuple(q for q in known.quotations if q.get("nomination") in quotable)
        if "quotation" in agreed
        else (),
        sum_cents=known.sum_cents if sums else None,
        paid_to=known.paid_to if sums else None,
        photo=known.photo if photo else None,
        photo_alt=known.photo_alt if photo else None,
    )


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


# ---------------------------------------------------------------- what keeps a release from its instant


class Weight(StrEnum):
    """How much a check weighs."""

    BLOCKS = "blocks"
    MAY_WAIT = "may wait"
    DONE = "done"


class Check(NamedTuple):
    """One line of what a release depends on: a sentence and a note with their facts, and the page that mends it."""

    weight: Weight
    message: str
    facts: Mapping[str, Any] = {}
    note: str = ""
    note_facts: Mapping[str, Any] = {}
    where: str = ""  # "times", "decisions", "standing", "pages", "committee", "messages" or "people"


class Readiness(NamedTuple):
    """Everything that a release depends on, as it stands now. Names are of people who are selected."""

    told_at: datetime | None
    public_at: datetime | None
    undecided: int
    selected: int
    places: int
    sum_cents: int
    fund: str | None
    given_cents: int
    yearly_cents: int
    unconfirmed: Sequence[str]  # employment, years and good standing, or enrollment, not confirmed yet
    not_agreed: Sequence[str]  # have not answered whether they may be named
    young: Sequence[str]  # under 18, and no guardian has answered
    unreachable: Sequence[str]  # no address, or one that bounced
    unchecked: Sequence[str]  # pages that no second person has read as they stand
    wordless: Sequence[str]  # a photograph without words for those who do not see it
    unapproved: int  # kinds of message that nobody approved
    without_citation: Sequence[str]
    untold: Sequence[str]  # of a surprise: not told in person yet
    unvisited: Sequence[str]  # of a surprise: no visit stands between the two times
    surprise: bool
    members: int
    donor_members: int
    unappointed: int
    involved: Sequence[str]  # selected, and a donor of the fund or on the committee themselves
    unconfirmed_nominators: int
    unnamed: Sequence[str] = ()  # said no, or the office goes on without the name of somebody who has not answered
    has_donors: bool = False  # somebody is noted as a donor of the fund
    procedure: bool = False  # who approved the award's procedure, and when, is on the firewall sheet
    families: bool = False  # the sheet says, of everybody selected, that no donor's or member's family receives


def checks(ready: Readiness) -> list[Check]:
    """Return what a release depends on: what blocks it, what may wait, what is done. Nothing blocks: it may be approved."""
    return [
        *_decided(ready),
        *_standing(ready),
        *_donors(ready),
        *_firewall(ready),
        *_times(ready),
        *_pages(ready),
        *_messages(ready),
    ]


def _decided(ready: Readiness) -> Iterable[Check]:
    if ready.undecided:
        yield Check(
            Weight.BLOCKS,
            N_("Not everything is decided and approved"),
            {},
            N_("Candidacies that wait for a decision or its approval: %(count)s"),
            {"count": ready.undecided},
            "decisions",
        )
    else:
        yield Check(Weight.DONE, N_("Every decision is approved"), where="decisions")
    facts = {
        "selected": ready.selected,
        "places": ready.places,
        "sum": ready.sum_cents,
        "given": ready.given_cents,
        "yearly": ready.yearly_cents,
    }
    over = ready.selected > ready.places or (ready.fund is not None and ready.given_cents > ready.yearly_cents)
    note = N_("%(fund)s gives %(given)s of its %(yearly)s this year") if ready.fund else ""
    message = N_("Places and sums: %(selected)s of %(places)s places, %(sum)s")
    yield Check(Weight.BLOCKS if over else Weight.DONE, message, facts, note, facts | {"fund": ready.fund}, "decisions")


def _standing(ready: Readiness) -> Iterable[Check]:
    known = ready.selected - len(ready.unconfirmed)
    facts = {"known": known, "selected": ready.selected}
    message = N_("Employment, years and good standing, or enrollment, confirmed for %(known)s of %(selected)s")
    if ready.unconfirmed:
        yield Check(
            Weight.BLOCKS,
            message,
            facts,
            N_("Still to confirm: %(names)s"),
            {"names": ", ".join(ready.unconfirmed)},
            "standing",
        )
    elif ready.selected:
        yield Check(Weight.DONE, message, facts)


def _donors(ready: Readiness) -> Iterable[Check]:
    where = "committee"
    if ready.donor_members and ready.donor_members * 2 >= ready.members:
        yield Check(
            Weight.BLOCKS,
            N_("Donors are not a minority of the committee"),
            {},
            N_("%(donors)s of %(members)s"),
            {"donors": ready.donor_members, "members": ready.members},
            where,
        )
    if ready.unappointed:
        yield Check(
            Weight.BLOCKS,
            N_("Somebody on the committee was appointed by nobody"),
            {},
            N_("The organization appoints every member"),
            {},
            where,
        )
    if ready.involved:
        note = N_("A donor, a member of the committee or their family cannot receive: %(names)s")
        yield Check(
            Weight.BLOCKS,
            N_("Somebody selected had a part in the award"),
            {},
            note,
            {"names": ", ".join(ready.involved)},
            "decisions",
        )
    if (
        not ready.unappointed
        and not ready.involved
        and (ready.donor_members * 2 < ready.members or not ready.donor_members)
    ):
        yield Check(
            Weight.DONE,
            N_("Donors are a minority of the committee, and no donor and no member receives"),
            note=N_("Compared by person, name and address. Families are for you to know"),
        )


def _firewall(ready: Readiness) -> Iterable[Check]:
    """The sheet that keeps donors from choosing: the procedure is owed where the fund has donors, families where anybody chose or gave."""
    where = "firewall"
    if not ready.has_donors:
        pass
    elif ready.procedure:
        yield Check(
            Weight.DONE, N_("The award's procedure was approved, and the sheet says when and by whom"), where=where
        )
    else:
        message = N_("The firewall sheet does not say who approved the award's procedure, and when")
        yield Check(Weight.BLOCKS, message, {}, N_("The fund has donors, so it must be on record"), {}, where)
    if ready.families:
        yield Check(
            Weight.DONE, N_("Families were asked about: none of those selected is a donor's or a member's"), where=where
        )
    elif ready.selected and (ready.has_donors or ready.members):
        message = N_("Nobody has confirmed that no donor's and no member's family receives")
        yield Check(Weight.BLOCKS, message, {}, N_("Confirmed of everybody who is selected now"), {}, where)


def _times(ready: Readiness) -> Iterable[Check]:
    if ready.told_at is None or ready.public_at is None:
        yield Check(
            Weight.BLOCKS,
            N_("Both times are to be set"),
            {},
            N_("A time that is not set means not released"),
            {},
            "times",
        )


def _pages(ready: Readiness) -> Iterable[Check]:
    if ready.unchecked:
        note = N_("Somebody other than whoever prepared them reads them as the public will: %(names)s")
        yield Check(
            Weight.BLOCKS,
            N_("Pages that no second person has checked: %(count)s"),
            {"count": len(ready.unchecked)},
            note,
            {"names": ", ".join(ready.unchecked)},
            "pages",
        )
    elif ready.selected:
        yield Check(Weight.DONE, N_("Every page was checked by a second person"))
    if ready.wordless:
        note = N_("Say in a sentence what it shows, for whoever does not see it: %(names)s")
        yield Check(
            Weight.BLOCKS,
            N_("Photographs without words for them: %(count)s"),
            {"count": len(ready.wordless)},
            note,
            {"names": ", ".join(ready.wordless)},
            "pages",
        )
    yield from _answers(ready)
    if ready.without_citation:
        note = N_("Their pages show none: %(names)s")
        yield Check(
            Weight.MAY_WAIT,
            N_("Without a citation: %(count)s"),
            {"count": len(ready.without_citation)},
            note,
            {"names": ", ".join(ready.without_citation)},
            "pages",
        )


def _answers(ready: Readiness) -> Iterable[Check]:
    """Whether everybody has answered: a missing answer blocks until it is there, or the office goes on without the name and says why.

    Whoever is honored by surprise is asked once told, so theirs may wait; until then no page names them.
    """
    weight = Weight.MAY_WAIT if ready.surprise else Weight.BLOCKS
    asked_later = N_("They are asked once they are told. Until they agree, no page names them: %(names)s")
    for names, message, note in (
        (
            ready.not_agreed,
            N_("No answer yet, whether they may be named: %(count)s"),
            N_("Wait for their answer, or go on without the name and say why: %(names)s"),
        ),
        (
            ready.young,
            N_("Under 18, and no guardian has answered: %(count)s"),
            N_("Wait for the guardian's answer, or go on without the name and say why: %(names)s"),
        ),
    ):
        if names:
            facts = {"names": ", ".join(names)}
            yield Check(
                weight, message, {"count": len(names)}, asked_later if ready.surprise else note, facts, "answers"
            )
    if ready.unnamed:
        note = N_("Announced as “One recipient preferred not to be named”, unless they agree later: %(names)s")
        message = N_("Without their name: %(count)s")
        yield Check(
            Weight.DONE, message, {"count": len(ready.unnamed)}, note, {"names": ", ".join(ready.unnamed)}, "answers"
        )


def _messages(ready: Readiness) -> Iterable[Check]:
    if ready.unapproved:
        yield Check(
            Weight.BLOCKS,
            N_("Kinds of message that nobody has approved: %(count)s"),
            {"count": ready.unapproved},
            N_("A second person reads each as it will arrive"),
            {},
            "messages",
        )
    else:
        yield Check(Weight.DONE, N_("Every message is approved"))
    if ready.unreachable:
        note = N_("Mend the address, or tell them in person: %(names)s")
        yield Check(
            Weight.MAY_WAIT,
            N_("No message reaches %(count)s of those selected"),
            {"count": len(ready.unreachable)},
            note,
            {"names": ", ".join(ready.unreachable)},
            "people",
        )
    if ready.surprise and ready.untold:
        note = N_("Each is written to, and shown, once that is recorded here: %(names)s")
        yield Check(
            Weight.MAY_WAIT,
            N_("Not told in person yet: %(count)s"),
            {"count": len(ready.untold)},
            note,
            {"names": ", ".join(ready.untold)},
            "pages",
        )
    if ready.surprise and ready.unvisited:
        note = N_("Whoever is visited, and when, is planned here: %(names)s")
        yield Check(
            Weight.MAY_WAIT,
            N_("No visit planned between the two times: %(count)s"),
            {"count": len(ready.unvisited)},
            note,
            {"names": ", ".join(ready.unvisited)},
            "visits",
        )
    if ready.unconfirmed_nominators:
        note = N_("Nothing is sent to an address that was never confirmed")
        yield Check(
            Weight.MAY_WAIT,
            N_("%(count)s nominators never confirmed their address"),
            {"count": ready.unconfirmed_nominators},
            note,
        )


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


def season(
    dates: Sequence[tuple[str, datetime | None, datetime | None]], *, at: datetime, zone: ZoneInfo
) -> list[Mark]:
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
    if (
        marks
        and not any(mark.state == "today" for mark in marks)
        and marks[0].state == "past"
        and marks[-1].state == "next"
    ):
        place = next(number for number, mark in enumerate(marks) if mark.state == "next")
        marks.insert(place, Mark("today", today, today, "today"))
    return marks
