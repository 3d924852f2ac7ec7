"""What is held, and how often something came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import ask, ask_one, db
from portal.nominations.doubts.models import Doubt, Evidence, Tally
from portal.nominations.doubts.rules import DoubtState
from portal.nominations.models import Answer, Named, Nomination
from portal.nominations.queries import writing
from portal.nominations.rules import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.models import Sitting
    from portal.people.models import Person


# Asked of everything that is sent: put together once.
_DOUBT = select(Doubt).where(Doubt.nomination_id == bindparam("nomination"))
_PROVED = select(Evidence.proved_at).where(Evidence.sitting_id == bindparam("sitting"))
_KNOWN = (
    select(Doubt.state, Evidence.trapped, Evidence.proved_at)
    .select_from(Nomination)
    .outerjoin(Doubt, Doubt.nomination_id == Nomination.id)
    .outerjoin(Evidence, Evidence.sitting_id == Nomination.sitting_id)
    .where(Nomination.id == bindparam("nomination"))
)
_COUNTED = select(func.sum(Tally.count)).where(
    Tally.kind == bindparam("kind"), Tally.key == bindparam("key"), Tally.hour >= bindparam("since")
)


def of_nomination(nomination: Nomination) -> Doubt | None:
    """Return the doubt about a nomination, decided or not."""
    return db.session.scalar(_DOUBT, {"nomination": nomination.id})


def proved(sitting: Sitting) -> bool:
    """Say whether a sitting came with a proof of work."""
    return bool(ask_one(_PROVED, {"sitting": sitting.id}))


def known_of(nomination: Nomination) -> tuple[DoubtState | None, bool, bool]:
    """Return what is known of something that comes in: how a doubt about it stands, whether it was trapped, whether it was proved."""
    ((state, trapped, proved_at),) = ask(_KNOWN, {"nomination": nomination.id})
    return state, bool(trapped), proved_at is not None


def doubt_of(nomination: Nomination) -> Doubt:
    """Return the doubt about a nomination that has one."""
    return db.session.scalars(select(Doubt).where(Doubt.nomination_id == nomination.id)).one()


def held(cycle: Cycle, person: Person | None) -> Select[Any]:
    """Select what is held in a cycle, the oldest first; not what this person wrote, or what bears their name."""
    wanted = (
        select(Doubt)
        .join(Doubt.nomination)
        .options(
            contains_eager(Doubt.nomination).selectinload(Nomination.named),
            contains_eager(Doubt.nomination).joinedload(Nomination.sitting),
            contains_eager(Doubt.nomination).selectinload(Nomination.answers).joinedload(Answer.question),
        )
        .where(Nomination.cycle_id == cycle.id, Doubt.state == DoubtState.OPEN, Nomination.stage == Stage.SUBMITTED)
        .order_by(Doubt.id)
    )
    if person is None:
        return wanted
    alike = select(Named.id).where(
        Named.nomination_id == Nomination.id,
        or_(Named.name_key == person.sort_name, func.lower(Named.email) == (person.email_key or "-")),
    )
    return wanted.where(Nomination.nominator_id != person.id, ~alike.exists())


def every_held(cycle: Cycle, person: Person | None) -> Sequence[Doubt]:
    """Return all of them, for a file."""
    return db.session.scalars(held(cycle, person)).unique().all()


def count_by_cycle(cycles: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Select how many are held, by cycle."""
    wanted: Select[*tuple[Any, ...]] = (
        select(Nomination.cycle_id, func.count())
        .join(Doubt, Doubt.nomination_id == Nomination.id)
        .where(Nomination.cycle_id.in_(cycles), Doubt.state == DoubtState.OPEN, Nomination.stage == Stage.SUBMITTED)
        .group_by(Nomination.cycle_id)
    )
    return wanted


def at_desk(slug: str, year: int, reference: str) -> Nomination | None:
    """Return a nomination that is held: what `of=` calls."""
    found = writing.by_reference(reference)
    if found is None or (found.cycle.award.slug, found.cycle.year) != (slug, year):
        return None
    doubt = of_nomination(found)
    return found if doubt is not None and doubt.state is DoubtState.OPEN else None


def open_of_sitting(sitting_id: int) -> Sequence[Doubt]:
    """Return what is held of one sitting."""
    wanted = select(Doubt).join(Doubt.nomination).options(joinedload(Doubt.nomination))
    return db.session.scalars(
        wanted.where(Nomination.sitting_id == sitting_id, Doubt.state == DoubtState.OPEN).order_by(Doubt.id)
    ).all()


def counted(kind: str, key: str, *, since: datetime) -> int:
    """Return how often something came since then."""
    return int(ask_one(_COUNTED, {"kind": kind, "key": key, "since": since}) or 0)
