"""What staff score from bands, such as need: for which candidacies, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from portal.awards.models import Criterion, Cycle
from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.review.models import Assignment, BandScore
from portal.review.queries import rounds
from portal.review.rules.lives import HELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.people.models import Person


class Progress(NamedTuple):
    """How far scoring from bands has come."""

    done: int
    all: int


def criteria(cycle: Cycle) -> Sequence[Criterion]:
    """Return what staff score in a cycle, in the rubric's order; mostly nothing."""
    wanted = select(Criterion).where(Criterion.rubric_id == cycle.rubric_id, Criterion.by_staff.is_(True))
    return db.session.scalars(wanted.order_by(Criterion.position)).all()


def candidacies(cycle: Cycle, person: Person) -> Select[Candidacy]:
    """Select the candidacies that this person may score from bands: none with a conflict of theirs, none that they read."""
    reads = select(Assignment.candidacy_id).where(Assignment.reviewer_id == person.id, Assignment.state.in_(HELD))
    wanted = (
        select(Candidacy)
        .options(selectinload(Candidacy.schools))
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None), Candidacy.stage.not_in(rounds.GONE))
        .where(Candidacy.id.not_in(reads))
        .order_by(Candidacy.sort_name, Candidacy.id)
    )
    return untouched_by_conflict(wanted, person)


def every(cycle: Cycle, person: Person) -> Sequence[Candidacy]:
    """Return all of them, for a file."""
    return db.session.scalars(candidacies(cycle, person)).all()


def chosen(cycle: Cycle, person: Person, numbers: Iterable[int]) -> Sequence[Candidacy]:
    """Return those of these that this person may score."""
    return db.session.scalars(candidacies(cycle, person).where(Candidacy.id.in_(list(numbers)))).all()


def given(numbers: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return what stands, by candidacy and criterion."""
    wanted = select(BandScore.candidacy_id, BandScore.criterion_id, BandScore.level)
    wanted = wanted.where(BandScore.candidacy_id.in_(list(numbers)), BandScore.replaced_at.is_(None))
    return {
        (candidacy, criterion): level for candidacy, criterion, level in db.session.execute(wanted) if level is not None
    }


def progress(cycle: Cycle, person: Person) -> Progress:
    """Return how many of the candidacies that this person may score have everything that staff score."""
    here = candidacies(cycle, person).with_only_columns(Candidacy.id).order_by(None).subquery()
    every_one = db.session.scalar(select(func.count()).select_from(here)) or 0
    done = (
        select(BandScore.candidacy_id)
        .join(Criterion, Criterion.id == BandScore.criterion_id)
        .where(BandScore.candidacy_id.in_(select(here.c.id)), BandScore.replaced_at.is_(None))
        .where(BandScore.level.is_not(None), Criterion.rubric_id == cycle.rubric_id, Criterion.by_staff.is_(True))
        .group_by(BandScore.candidacy_id)
        .having(func.count() >= len(criteria(cycle)))
    )
    return Progress(db.session.scalar(select(func.count()).select_from(done.subquery())) or 0, every_one)
