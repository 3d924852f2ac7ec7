"""What the public may read: awards as they are announced, and the snapshots made at a release. Nothing else can be reached from here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, null, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from portal.awards.models import Award, AwardKind, Cycle, PastHonour, Season
from portal.awards.rules import CycleStage
from portal.db import db
from portal.policy import Fact
from portal.publishing import rules
from portal.publishing.models import Recipient
from portal.schools.models import School
from portal.web.lists import Listing, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Offered:
    """An award as the public meets it: with its latest announced year, if there is one."""

    award: Award
    cycle: Cycle | None
    now: rules.Now

    @property
    def is_open(self) -> bool:
        """Whether anyone may nominate now."""
        return self.now is rules.Now.OPEN

    def awaited(self, at: datetime) -> bool:
        """Whether nominations are closed and the day that was planned for announcing is still to come."""
        cycle = self.cycle
        if cycle is None or self.now is not rules.Now.CLOSED or cycle.announced_at is None:
            return False
        return cycle.closes_at <= at < cycle.announced_at

    @property
    def applied_for(self) -> bool:
        """Whether one applies for oneself rather than nominates another."""
        return self.award.kind is AwardKind.SCHOLARSHIP


def _offered(award: Award, cycle: Cycle | None, at: datetime) -> Offered:
    if cycle is None:
        return Offered(award, None, rules.Now.CLOSED)
    taking = cycle.stage is CycleStage.OPEN
    return Offered(award, cycle, rules.now(taking=taking, opens_at=cycle.opens_at, closes_at=cycle.closes_at, at=at))


def _known() -> ColumnElement[bool]:
    """Return the condition that an award is anything to the public: a year of it was announced, or somebody was honored."""
    cycles = exists().where(Cycle.award_id == Award.id, Cycle.stage != CycleStage.DRAFT)
    return or_(
        cycles, exists().where(PastHonour.award_id == Award.id), exists().where(Recipient.award_slug == Award.slug)
    )


def offered(at: datetime) -> list[Offered]:
    """Return every award that is still given, in its order, each with its latest announced year: two queries."""
    latest = (
        select(Cycle.award_id, func.max(Season.year).label("year"))
        .join(Season, Season.id == Cycle.season_id)
        .where(Cycle.stage != CycleStage.DRAFT)
        .group_by(Cycle.award_id)
        .subquery()
    )
    wanted = (
        select(Cycle)
        .join(Season, Season.id == Cycle.season_id)
        .join(latest, and_(latest.c.award_id == Cycle.award_id, latest.c.year == Season.year))
        .options(contains_eager(Cycle.season), joinedload(Cycle.fund))
    )
    cycles = {cycle.award_id: cycle for cycle in db.session.scalars(wanted).unique()}
    given = db.session.scalars(
        select(Award).where(Award.retired_at.is_(None), _known()).order_by(Award.position, Award.id)
    ).all()
    return [_offered(award, cycles.get(award.id), at) for award in given]


def award_at(slug: str) -> Award | None:
    """Return the award at this address, retired ones too: what they honored stays. None while it is only being set up."""
    return db.session.scalar(select(Award).where(Award.slug == slug, _known()))


def announced(award: Award, at: datetime) -> Offered:
    """Return one award with its latest announced year: dates, questions, criteria, fund."""
    wanted = (
        select(Cycle)
        .join(Cycle.season)
        .options(
            contains_eager(Cycle.season),
            joinedload(Cycle.question_set),
            joinedload(Cycle.rubric),
            joinedload(Cycle.fund),
        )
        .where(Cycle.award_id == award.id, Cycle.stage != CycleStage.DRAFT)
        .order_by(Season.year.desc())
        .limit(1)
    )
    return _offered(award, db.session.scalar(wanted), at)


def next_date(at: datetime, zone: str) -> datetime:
    """Return when a public page next reads differently although nobody writes: a cycle opens or closes, or a day ends."""
    there = ZoneInfo(zone)
    midnight = datetime.combine(at.astimezone(there).date() + timedelta(days=1), time(), tzinfo=there)
    columns = (Cycle.opens_at, Cycle.closes_at, Cycle.announced_at)
    dates = union_all(
        *(select(column.label("date")).where(column > at, Cycle.stage != CycleStage.DRAFT) for column in columns)
    ).subquery()
    soonest = db.session.scalar(select(func.min(dates.c.date)))
    return min(soonest, midnight) if soonest is not None else midnight


# ---------------------------------------------------------------- recipients

STANDING = Recipient.taken_down_at.is_(None)


@dataclass(frozen=True)
class Honoured:
    """Somebody honored, as a list shows them. Without a name: one recipient preferred not to be named."""

    name: str | None
    school: str | None
    role: str | None
    slug: str | None  # of their own page, if they have one
    year: int
    portrait: int
    award_name: dict[str, str]
    citation: str | None = None
    photo: str | None = None
    photo_alt: str | None = None


@dataclass(frozen=True)
class Section:
    """One award's part of a year's program."""

    slug: str
    name: dict[str, str]
    people: list[Honoured]
    cycle: Cycle | None  # for the sum and the fund, which are the award's and not a person's

    @property
    def named(self) -> list[Honoured]:
        """Those who agreed to be named."""
        return [person for person in self.people if person.name]

    @property
    def unnamed(self) -> int:
        """How many preferred not to be."""
        return sum(1 for person in self.people if not person.name)


@dataclass(frozen=True)
class Year:
    """A year's program."""

    year: int
    sections: list[Section]
    before: list[int] = field(default_factory=list)  # the two years before it that have one

    @property
    def people(self) -> int:
        """How many are honored, named or not."""
        return sum(len(section.people) for section in self.sections)


def facts_of_public(_person: object, _thing: object) -> frozenset[Fact]:
    """Return what holds of anything that only exists because it is public."""
    return frozenset({Fact.PUBLIC})


def honoured(row: Recipient) -> Honoured:
    """Return a public row as lists show it."""
    slug = row.slug if row.name else None
    return Honoured(
        row.name,
        row.school,
        row.role,
        slug,
        row.year,
        row.portrait,
        row.award_name,
        row.citation,
        row.photo,
        row.photo_alt,
    )


def _past(row: Row[PastHonour, str]) -> Honoured:
    honour, school = row
    if honour.name is None:
        return Honoured(None, None, None, None, honour.year, honour.id, {})
    return Honoured(honour.name, school or honour.school_name, honour.role, None, honour.year, honour.id, {})


def _archive() -> Select[PastHonour, str]:
    return select(PastHonour, School.name).outerjoin(School, School.id == PastHonour.school_id)


def year(year: int) -> Year | None:
    """Return a year's program, or None where nobody is on record for it: four queries whatever its length."""
    rows = db.session.scalars(
        select(Recipient).where(Recipient.year == year, STANDING).order_by(Recipient.sort_name, Recipient.id)
    ).all()
    past = db.session.execute(
        _archive().where(PastHonour.year == year).order_by(PastHonour.name_key, PastHonour.id)
    ).all()
    if not rows and not past:
        return None
    known = {award.id: award for award in db.session.scalars(select(Award).order_by(Award.position, Award.id))}
    people: dict[str, list[Honoured]] = {}
    names: dict[str, dict[str, str]] = {}
    for row in rows:
        people.setdefault(row.award_slug, []).append(honoured(row))
        names.setdefault(row.award_slug, row.award_name)
    for line in past:
        award = known[line[0].award_id]
        people.setdefault(award.slug, []).append(_past(line))
        names.setdefault(award.slug, award.name)
    of_year = (
        select(Cycle)
        .join(Cycle.season)
        .options(contains_eager(Cycle.season), joinedload(Cycle.fund))
        .where(Season.year == year)
    )
    cycles = {known[cycle.award_id].slug: cycle for cycle in db.session.scalars(of_year)}
    order = {award.slug: number for number, award in enumerate(known.values())}
    slugs = sorted(people, key=lambda slug: (order.get(slug, len(order)), slug))
    return Year(
        year,
        [Section(slug, names[slug], _in_order(people[slug]), cycles.get(slug)) for slug in slugs],
        _years(before=year, most=2),
    )


def _in_order(people: Iterable[Honoured]) -> list[Honoured]:
    """Named ones first, as they come; those without a name last."""
    return sorted(people, key=lambda person: person.name is None)


def _years(*, before: int | None = None, most: int | None = None) -> list[int]:
    """Return the years on record, the latest first."""
    known = select(Recipient.year).where(STANDING).union(select(PastHonour.year)).subquery()
    wanted = select(known.c.year).order_by(known.c.year.desc()).limit(most)
    return list(db.session.scalars(wanted.where(known.c.year < before) if before is not None else wanted))


def first_year() -> int | None:
    """Return the year in which the public record begins: one query."""
    known = select(Recipient.year).where(STANDING).union(select(PastHonour.year)).subquery()
    found: int | None = db.session.scalar(select(func.min(known.c.year)))
    return found


def recipient_at(year: int, slug: str) -> Recipient | None:
    """Return the page at this address: one taken down too, which shows nothing; none without a name."""
    wanted = select(Recipient).where(
        Recipient.year == year, Recipient.slug == slug, or_(Recipient.name.is_not(None), ~STANDING)
    )
    return db.session.scalar(wanted)


def neighbors(recipient: Recipient) -> tuple[Honoured | None, Honoured | None]:
    """Return who comes before and after in the year's program, among those with a page: two queries."""
    named = select(Recipient).where(Recipient.year == recipient.year, STANDING, Recipient.name.is_not(None)).limit(1)
    order = (Recipient.sort_name, Recipient.id)
    less = or_(
        Recipient.sort_name < recipient.sort_name,
        and_(Recipient.sort_name == recipient.sort_name, Recipient.id < recipient.id),
    )
    more = or_(
        Recipient.sort_name > recipient.sort_name,
        and_(Recipient.sort_name == recipient.sort_name, Recipient.id > recipient.id),
    )
    before = db.session.scalar(named.where(less).order_by(*(column.desc() for column in order)))
    after = db.session.scalar(named.where(more).order_by(*order))
    return (honoured(before) if before else None, honoured(after) if after else None)


def latest_year() -> int | None:
    """Return the latest year with recipients' pages."""
    found: int | None = db.session.scalar(select(func.max(Recipient.year)).where(STANDING))
    return found


def honoured_lately(*, award: Award | None = None, most: int = 5) -> list[Honoured]:
    """Return some people with a page of the latest year: of one award, or of as many awards as there are."""
    latest = select(func.max(Recipient.year)).where(STANDING)
    if award is not None:
        latest = latest.where(Recipient.award_slug == award.slug)
    wanted = select(Recipient).where(STANDING, Recipient.name.is_not(None), Recipient.year == latest.scalar_subquery())
    wanted = wanted.order_by(Recipient.sort_name, Recipient.id)
    if award is not None:
        return [
            honoured(row) for row in db.session.scalars(wanted.where(Recipient.award_slug == award.slug).limit(most))
        ]
    number = func.row_number().over(partition_by=Recipient.award_slug, order_by=(Recipient.sort_name, Recipient.id))
    ranked = (
        select(Recipient.id, number.label("number"))
        .where(STANDING, Recipient.name.is_not(None), Recipient.year == latest.scalar_subquery())
        .subquery()
    )
    spread = (
        select(Recipient)
        .join(ranked, ranked.c.id == Recipient.id)
        .outerjoin(Award, Award.slug == Recipient.award_slug)
        .order_by(ranked.c.number, Award.position, Recipient.id)
        .limit(most)
    )
    return [honoured(row) for row in db.session.scalars(spread)]


def featured(at: datetime) -> Honoured | None:
    """Return the one person the home page features: of the latest year, with a citation, another one each week."""
    latest = select(func.max(Recipient.year)).where(STANDING).scalar_subquery()
    fit = and_(STANDING, Recipient.name.is_not(None), Recipient.citation.is_not(None), Recipient.year == latest)
    count = db.session.scalar(select(func.count()).select_from(Recipient).where(fit)) or 0
    if not count:
        return None
    week = at.isocalendar().week
    row = db.session.scalar(
        select(Recipient).where(fit).order_by(Recipient.portrait, Recipient.id).offset(week % count).limit(1)
    )
    return honoured(row) if row else None


def of_award(award: Award, *, page: int) -> Listing[Any]:
    """Return everybody ever honored by one award, the latest first, one page at a time: one query, and one for who they are."""
    ours = select(
        Recipient.year.label("year"),
        Recipient.sort_name.label("sort"),
        Recipient.id.label("recipient"),
        null().label("past"),
    ).where(Recipient.award_slug == award.slug, STANDING)
    past = select(PastHonour.year, func.coalesce(PastHonour.name_key, literal("")), null(), PastHonour.id).where(
        PastHonour.award_id == award.id
    )
    lines = union_all(ours, past).subquery()
    unnamed_last = case((lines.c.sort == "", 1), else_=0)
    order = (lines.c.year.desc(), unnamed_last, lines.c.sort, lines.c.recipient, lines.c.past)
    found = listing(select(lines).order_by(*order), page=page, size=60, scalars=False)
    recipients = {
        row.id: row
        for row in db.session.scalars(
            select(Recipient).where(Recipient.id.in_([line.recipient for line in found.items if line.recipient]))
        )
    }
    honours = {
        row[0].id: row
        for row in db.session.execute(
            _archive().where(PastHonour.id.in_([line.past for line in found.items if line.past]))
        )
    }
    people = [
        honoured(recipients[line.recipient]) if line.recipient else _past(honours[line.past]) for line in found.items
    ]
    return Listing(people, found.page, found.size, found.more)


def by_year(people: Sequence[Honoured]) -> list[tuple[int, list[Honoured]]]:
    """Return people in groups of one year, in the order in which they come."""
    return [(year, list(group)) for year, group in groupby(people, key=lambda person: person.year)]


def addresses() -> list[tuple[str, dict[str, Any]]]:
    """Return (endpoint, values) of every public page that a search engine may know: only what is public now."""
    found: list[tuple[str, dict[str, Any]]] = [
        (f"publishing.{name}", {}) for name in ("home", "awards", "recipients", "about", "help", "privacy", "open_data")
    ]
    slugs = db.session.scalars(select(Award.slug).where(_known()).order_by(Award.position, Award.id)).all()
    found += [("publishing.award", {"slug": slug}) for slug in slugs]
    found += [("publishing.award_recipients", {"slug": slug}) for slug in slugs]
    found += [("publishing.year", {"year": number}) for number in _years()]
    named = (
        select(Recipient.year, Recipient.slug)
        .where(STANDING, Recipient.name.is_not(None))
        .order_by(Recipient.year.desc(), Recipient.sort_name, Recipient.id)
    )
    found += [("publishing.recipient", {"year": number, "slug": slug}) for number, slug in db.session.execute(named)]
    named = named.where(Recipient.practice.is_not(None))
    found += [("publishing.practice_of", {"year": number, "slug": slug}) for number, slug in db.session.execute(named)]
    return found


def practice_at(year: int, slug: str) -> Recipient | None:
    """Return the page beside which a practice brief stands; None where none does."""
    found = recipient_at(year, slug)
    shown = found is not None and found.name is not None and found.taken_down_at is None and found.practice is not None
    return found if shown else None
