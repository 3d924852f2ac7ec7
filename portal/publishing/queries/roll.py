"""The roll: everybody ever honored who may be read about, kept in memory until the next write that the public would feel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.awards.models import Award, PastHonour
from portal.db import db
from portal.publishing.models import Recipient
from portal.publishing.queries import STANDING
from portal.publishing.rules import finding
from portal.schools.models import School
from portal.web import cache

if TYPE_CHECKING:
    from portal.publishing.rules.finding import Line


def everyone() -> tuple[Line, ...]:
    """Return every line that is public now: the latest year first, then by award as they stand, then by name, unnamed last."""
    found: tuple[Line, ...] = cache.kept("roll", _load)
    return found


def _load() -> tuple[Line, ...]:
    """Read them all: four queries, however many there are."""
    awards = {award.id: award for award in db.session.scalars(select(Award).order_by(Award.position, Award.id))}
    by_slug = {award.slug: award for award in awards.values()}
    order = {slug: number for number, slug in enumerate(by_slug)}
    schools = frozenset(db.session.scalars(select(School.name)))
    lines = [
        finding.Line(
            row.year,
            row.award_slug,
            row.award_name,
            by_slug[row.award_slug].honours.value if row.award_slug in by_slug else "",
            row.name,
            sort=row.sort_name,
            role=row.role,
            school=row.school,
            schools=finding.apart(row.school, schools),
            slug=row.slug if row.name else None,
            citation=row.citation,
            biography=row.biography,
            quotations=tuple(row.quotations),
            sum_cents=row.sum_cents,
            paid_to=row.paid_to,
            fund=row.fund_name,
            portrait=row.portrait,
            photo=row.photo if row.name else None,
            photo_alt=row.photo_alt if row.name else None,
            shown_at=max(row.public_at, row.corrected_at or row.public_at),
            key=finding.key(row.name, row.school, row.award_name),
        )
        for row in db.session.scalars(select(Recipient).where(STANDING))
    ]
    past = select(PastHonour, School.name).outerjoin(School, School.id == PastHonour.school_id)
    for honour, name in db.session.execute(past):
        award = awards[honour.award_id]
        school = (name or honour.school_name) if honour.name else None
        lines.append(
            finding.Line(
                honour.year,
                award.slug,
                award.name,
                award.honours.value,
                honour.name,
                sort=honour.name_key or "",
                role=honour.role if honour.name else None,
                school=school,
                schools=finding.apart(school, schools),
                portrait=honour.id,
                key=finding.key(honour.name, school, award.name),
            )
        )
    last = len(order)
    lines.sort(
        key=lambda line: (-line.year, order.get(line.award, last), line.name is None, line.sort, line.name or "")
    )
    return tuple(lines)
