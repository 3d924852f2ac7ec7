"""What somebody tells on the telephone, kept while it is written down: by whoever writes it, until it is entered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from portal.db import db, rows_changed
from portal.errors import N_, Stale
from portal.nominations.models import Call

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.people.models import Person

CHANGED = N_("You wrote this down in another window meanwhile. What you typed is below; look at both once more.")
KEPT = timedelta(days=30)  # what nobody went on with


def keep(
    cycle: Cycle,
    once: str,
    facts: dict[str, Any],
    *,
    received: str,
    thank: bool,
    version: int,
    by: Person,
    at: datetime,
) -> int:
    """Keep what is written down so far, finished or not, and return its version.

    A first saving makes the row. Raises `Stale` where another window, or anybody else, wrote under the same word.
    """
    held = {"told": facts, "received": received, "thank": thank, "saved_at": at}
    if not version:
        try:
            with db.session.begin_nested():
                db.session.add(Call(cycle_id=cycle.id, taken_by_id=by.id, once=once, version=1, **held))
        except IntegrityError:
            raise Stale(CHANGED) from None
        return 1
    same = update(Call).where(
        Call.once == once, Call.cycle_id == cycle.id, Call.taken_by_id == by.id, Call.version == version
    )
    taken = rows_changed(same.values(version=version + 1, **held).execution_options(synchronize_session=False))
    if taken != 1:
        raise Stale(CHANGED)
    return version + 1


def let_go(once: str, *, by: Person) -> None:
    """Keep it no longer: it is entered, was a mistake, or a child told it."""
    gone = delete(Call).where(Call.once == once, Call.taken_by_id == by.id)
    db.session.execute(gone.execution_options(synchronize_session=False))


def sweep(*, at: datetime) -> int:
    """Throw away what nobody went on with for a month. Returns how many."""
    old = delete(Call).where(Call.saved_at < at - KEPT)
    return rows_changed(old.execution_options(synchronize_session=False))
