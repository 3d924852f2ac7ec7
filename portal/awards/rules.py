"""The lives of a cycle and of a place on its committee; deadlines; and a wall clock's time as an instant. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.errors import N_, PortalError
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WHOLE = 100  # what a rubric's weights add up to
STILL_LIKE = timedelta(days=10)  # a calendar further away was moved on purpose
NOON = 12


class CycleStage(StrEnum):
    """Where one year of an award stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    IN_REVIEW = "in review"
    DECIDED = "decided"
    RELEASED = "released"
    ARCHIVED = "archived"


class CycleStep(StrEnum):
    """What may be done with a cycle."""

    OPEN = "open"
    EXTEND = "extend for all"
    EXTEND_ONE = "extend for one"
    CLOSE = "close"
    REVIEW = "take to review"
    DECIDE = "decide"
    RETURN = "return to review"
    RELEASE = "release"
    ARCHIVE = "archive"


_C, _S = CycleStage, CycleStep
CYCLE: Life[CycleStage, CycleStep] = Life(
    "cycle",
    {
        (_C.DRAFT, _S.OPEN): _C.OPEN,
        (_C.OPEN, _S.EXTEND): _C.OPEN,
        (_C.OPEN, _S.EXTEND_ONE): _C.OPEN,
        (_C.OPEN, _S.CLOSE): _C.CLOSED,
        (_C.CLOSED, _S.EXTEND): _C.OPEN,
        (_C.CLOSED, _S.EXTEND_ONE): _C.CLOSED,
        (_C.CLOSED, _S.REVIEW): _C.IN_REVIEW,
        (_C.IN_REVIEW, _S.DECIDE): _C.DECIDED,
        (_C.DECIDED, _S.RETURN): _C.IN_REVIEW,
        (_C.DECIDED, _S.RELEASE): _C.RELEASED,
        (_C.RELEASED, _S.ARCHIVE): _C.ARCHIVED,
    },
    refusal=N_("This cycle is %(state)s, so that cannot be done with it now."),
)
TAKES_NOMINATIONS = frozenset({_C.OPEN, _C.CLOSED})  # whether one is in time is a matter of instants: see in_time()


class MemberState(StrEnum):
    """Where an invitation to a committee stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REMOVED = "removed"


class MemberStep(StrEnum):
    """What may be done with a place on a committee."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REMOVE = "remove"
    INVITE_AGAIN = "invite again"


_M, _T = MemberState, MemberStep
MEMBER: Life[MemberState, MemberStep] = Life(
    "committee member",
    {
        (_M.INVITED, _T.ACCEPT): _M.ACCEPTED,
        (_M.INVITED, _T.DECLINE): _M.DECLINED,
        (_M.INVITED, _T.REMOVE): _M.REMOVED,
        (_M.ACCEPTED, _T.DECLINE): _M.DECLINED,
        (_M.ACCEPTED, _T.REMOVE): _M.REMOVED,
        (_M.DECLINED, _T.REMOVE): _M.REMOVED,
        (_M.DECLINED, _T.INVITE_AGAIN): _M.INVITED,
        (_M.REMOVED, _T.INVITE_AGAIN): _M.INVITED,
    },
    refusal=N_("This place on the committee is %(state)s, so that cannot be done with it now."),
)


# ---------------------------------------------------------------- time


class NoSuchTime(PortalError):
    """A wall clock's time that is not one instant there: it never comes, comes twice, or is read as either end of a day."""


def instant(day: date, clock: time, zone: str, *, field: str | None = None) -> datetime:
    """Return the instant, in UTC, at which clocks in `zone` show `clock` on `day`.

    Raises `NoSuchTime` where clocks skip that time or show it twice (a change of daylight saving), naming the hours.
    """
    there = ZoneInfo(zone)
    local = datetime.combine(day, clock)
    first, second = (local.replace(tzinfo=there, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    before, after = _change(first.astimezone(UTC), second.astimezone(UTC), there)
    if first.utcoffset() < second.utcoffset():  # type: ignore[operator]  # neither is None: both carry a zone
        sentence = N_(
            "On that day clocks go from %(before)s to %(after)s, so %(time)s never comes. Choose another time."
        )
    else:
        sentence = N_(
            "On that day clocks go back from %(before)s to %(after)s, so %(time)s comes twice. Choose another time."
        )
    raise NoSuchTime(sentence, field=field, before=said(before), after=said(after), time=said(clock))


def _change(one: datetime, other: datetime, zone: ZoneInfo) -> tuple[time, time]:
    """Return what clocks show as they change, and what they show next, somewhere between two instants."""
    early, late = min(one, other) - timedelta(hours=3), max(one, other) + timedelta(hours=3)
    begins = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == begins:
            early = middle
        else:
            late = middle
    new = late.astimezone(zone).replace(microsecond=0, second=0)
    old = new.replace(tzinfo=None) + (begins or timedelta()) - (new.utcoffset() or timedelta())
    return old.time(), new.time()


def said(clock: time) -> str:
    """Return a time of day as people say it: "11:59 pm"."""
    return f"{clock.hour % NOON or NOON}:{clock.minute:02d} {'am' if clock.hour < NOON else 'pm'}"


def deadline_instant(day: date, clock: time, zone: str, *, field: str | None = None) -> datetime:
    """Return the instant of a deadline. Raises `NoSuchTime` also for 12:00 am, which people read as either end of the day."""
    if (clock.hour, clock.minute) == (0, 0):
        raise NoSuchTime(
            N_("Some read 12:00 am as the day's beginning, some as its end. Say 11:59 pm of the day you mean."),
            field=field,
        )
    return instant(day, clock, zone, field=field)


def shifted(moment: datetime, *, weeks: int, zone: str) -> datetime:
    """Return the instant whole weeks away at which clocks in `zone` show the same time on the same weekday.

    Where clocks skip that time there, they show it shifted by the hour that was skipped; where they show it twice, the first is meant.
    """
    there = ZoneInfo(zone)
    local = moment.astimezone(there).replace(tzinfo=None, fold=0) + timedelta(weeks=weeks)
    return local.replace(tzinfo=there).astimezone(UTC)


def weeks_between_years(moment: datetime, *, years: int, zone: str, like: datetime | None = None) -> int:
    """Return by how many whole weeks a calendar moves so that it lies on the same weekday nearest the same date, `years` later.

    A year is 52 weeks and a day or two, so dates that are copied from copies would creep back through the seasons. `like` is the
    instant whose date they keep to: the award's first, as long as this calendar still lies near it.
    """
    there = ZoneInfo(zone)
    day = moment.astimezone(there).date()
    kept = _on(like.astimezone(there).date(), day.year) if like is not None else day
    if abs(kept - day) > STILL_LIKE:
        kept = day
    return round((_on(kept, day.year + years) - day).days / 7)


def _on(day: date, year: int) -> date:
    """Return the same date in another year: the last of February where that year has no 29th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def in_time(stage: CycleStage, *, now: datetime, opens_at: datetime, deadline: datetime, grace_minutes: int) -> bool:
    """Say whether a submission arriving at `now` is in time. At the deadline plus the grace it is refused.

    A cycle that was closed by the clock still takes whoever has a later deadline of their own; nothing depends on that chore.
    """
    return stage in TAKES_NOMINATIONS and opens_at <= now < deadline + timedelta(minutes=grace_minutes)


# ---------------------------------------------------------------- before opening


class Lack(NamedTuple):
    """Something that keeps a cycle from being opened: a sentence, its facts, and the page that mends it."""

    message: str
    facts: dict[str, object]
    where: str  # "dates", "questions", "rubric" or "money"


class Calendar(NamedTuple):
    """A cycle's dates, in the order in which they come."""

    opens_at: datetime
    closes_at: datetime
    part_due_at: datetime | None = None
    letters_due_at: datetime | None = None
    redaction_due_at: datetime | None = None
    scoring_opens_at: datetime | None = None
    scoring_closes_at: datetime | None = None
    deliberation_at: datetime | None = None
    decision_at: datetime | None = None
    announced_at: datetime | None = None
    payments_due_at: datetime | None = None


DATES: Mapping[str, str] = {
    "opens_at": N_("Nominations open"),
    "closes_at": N_("Nominations close"),
    "part_due_at": N_("The nominee's part is due"),
    "letters_due_at": N_("Letters are due"),
    "redaction_due_at": N_("Masking is done"),
    "scoring_opens_at": N_("Scoring opens"),
    "scoring_closes_at": N_("Scoring closes"),
    "deliberation_at": N_("The committee deliberates"),
    "decision_at": N_("The decision is made"),
    "announced_at": N_("Recipients are announced"),
    "payments_due_at": N_("Payments are made by"),
}
NEEDED_DATES = ("scoring_opens_at", "scoring_closes_at", "decision_at", "announced_at")
# Each of these comes before the next; the others only after nominations close.
ORDER = (
    "opens_at",
    "closes_at",
    "scoring_opens_at",
    "scoring_closes_at",
    "deliberation_at",
    "decision_at",
    "announced_at",
    "payments_due_at",
)
AFTER_CLOSING = ("part_due_at", "letters_due_at", "redaction_due_at")


def out_of_order(calendar: Calendar) -> list[tuple[str, str]]:
    """Return the pairs of dates of which the second should come after the first and does not."""
    known = [(name, getattr(calendar, name)) for name in ORDER if getattr(calendar, name) is not None]
    wrong = [(first, second) for (first, one), (second, other) in pairwise(known) if other <= one]
    return wrong + [
        ("closes_at", name)
        for name in AFTER_CLOSING
        if (due := getattr(calendar, name)) is not None and due < calendar.closes_at
    ]


def lacks(
    calendar: Calendar,
    *,
    now: datetime,
    questions: int,
    weights: Iterable[int] | None,
    levels_described: bool,
    places: int,
    sum_cents: int,
    promised_cents: int,
    fund_cents: int | None,
) -> list[Lack]:
    """Return what keeps a cycle from being opened, in the order of its pages. Nothing lacking: an empty list.

    `weights` is None where there is no rubric; `promised_cents` is what the fund's cycles of that season promise together, this one too.
    """
    found = [
        Lack(N_('Give a date for "%(date)s".'), {"date": DATES[name]}, "dates")
        for name in NEEDED_DATES
        if getattr(calendar, name) is None
    ]
    found += [
        Lack(
            N_('"%(later)s" must come after "%(earlier)s".'), {"earlier": DATES[first], "later": DATES[second]}, "dates"
        )
        for first, second in out_of_order(calendar)
    ]
    if calendar.closes_at <= now:
        found.append(Lack(N_("Nominations would close in the past. Choose a later date."), {}, "dates"))
    if places < 1:
        found.append(Lack(N_("Say how many places there are."), {}, "money"))
    if sum_cents < 0:
        found.append(Lack(N_("A sum cannot be less than nothing."), {}, "money"))
    if fund_cents is not None and promised_cents > fund_cents:
        facts: dict[str, object] = {"promised": f"{promised_cents / 100:,.0f}", "fund": f"{fund_cents / 100:,.0f}"}
        found.append(
            Lack(N_("The fund gives %(fund)s this year, and its cycles would promise %(promised)s."), facts, "money")
        )
    if questions < 1:
        found.append(Lack(N_("Ask the nominator at least one question."), {}, "questions"))
    if weights is None:
        found.append(Lack(N_("Choose a rubric, or write one."), {}, "rubric"))
    elif (total := sum(weights)) != WHOLE:
        found.append(
            Lack(N_("The rubric's weights add up to %(total)s; they must add up to 100."), {"total": total}, "rubric")
        )
    if weights is not None and not levels_described:
        found.append(Lack(N_("Describe every level of the rubric in words."), {}, "rubric"))
    return found


# ---------------------------------------------------------------- who may nominate

# How somebody stands to the nominee, as an award may ask it, in a sentence. The words' keys are those of a nomination's relation.
MAY_NOMINATE: Mapping[str, str] = {
    "parent": N_("parents and families"),
    "student": N_("students"),
    "colleague": N_("colleagues"),
    "supervisor": N_("principals and supervisors"),
    "community": N_("people of the community"),
    "self": N_("the person themself"),
    "other": N_("anybody else"),
}
WHO_NOMINATES = "nominator"  # the rule's key among a cycle's rules


def who_may_nominate(eligibility: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of those who may nominate, in the order in which they are said; none where anybody may."""
    asked = (eligibility.get(WHO_NOMINATES) or {}).get("from") or ()
    chosen = tuple(key for key in MAY_NOMINATE if key in asked)
    return chosen if len(chosen) < len(MAY_NOMINATE) else ()


def all_but_themself(chosen: Iterable[str]) -> bool:
    """Say whether everybody may nominate but the person themself."""
    return set(chosen) == set(MAY_NOMINATE) - {"self"}


def with_themself(eligibility: Mapping[str, Any], *, allowed: bool) -> dict[str, Any]:
    """Return the rules with the person themself among those who may nominate, or not."""
    chosen = [key for key in eligibility[WHO_NOMINATES].get("from", ()) if key != "self"]
    return {**eligibility, WHO_NOMINATES: {"from": [*chosen, "self"] if allowed else chosen}}
