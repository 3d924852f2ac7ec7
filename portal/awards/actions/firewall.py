"""The sheet that keeps donors from choosing: who approved the procedure, and that recipients are no relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history
from portal.awards import queries
from portal.awards.models import Cycle, Firewall
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from portal.people.models import Person

AHEAD = N_("The procedure was approved on a day that has passed.")
BY_WHOM = N_("Write who approved it")
NOT_A_DONOR = N_("Whoever gives to the fund, or is related to a donor, cannot confirm this.")


def note_procedure(
    cycle: Cycle,
    *,
    procedure: str,
    approved_on: date | None,
    approved_by: str,
    today: date,
    version: int,
    by: Person,
    at: datetime,
) -> Firewall:
    """Note which procedure the award is given by, who approved it and on which day."""
    if approved_on is not None and approved_on > today:
        raise Refused(AHEAD, field="approved_on")
    if approved_on is not None and not approved_by.strip():
        raise Refused(BY_WHOM, field="approved_by")
    sheet = _sheet(cycle, version)
    sheet.procedure, sheet.approved_on, sheet.approved_by = procedure.strip(), approved_on, approved_by.strip()
    on = approved_on.isoformat() if approved_on else None
    history.record("procedure noted", cycle, by=by, at=at, approved_on=on, approved_by=approved_by.strip())
    return sheet


def confirm_families(
    cycle: Cycle, *, candidacies: Iterable[int], donors: Iterable[int], version: int, by: Person, at: datetime
) -> Firewall:
    """Confirm of exactly these candidacies that none is of a donor's or a committee member's family. No donor confirms it."""
    if by.id in set(donors):
        raise Refused(NOT_A_DONOR)
    sheet = _sheet(cycle, version)
    sheet.families_at, sheet.families_by_id, sheet.families_of = at, by.id, sorted(candidacies)
    history.record("families confirmed", cycle, by=by, at=at, candidacies=len(sheet.families_of))
    return sheet


def _sheet(cycle: Cycle, version: int) -> Firewall:
    """Return a cycle's sheet to be changed, as it was seen: version 0 for none. Raises `Stale` when somebody was first."""
    sheet = queries.firewall(cycle)
    if (sheet.version if sheet is not None else 0) != version:
        raise Stale(N_("This was changed since you opened it. The page shows how it stands now."))
    if sheet is None:
        sheet = Firewall(cycle_id=cycle.id, version=0)
        db.session.add(sheet)
        db.session.flush()
    moved = rows_changed(
        update(Firewall).where(Firewall.id == sheet.id, Firewall.version == version).values(version=version + 1)
    )
    if moved != 1:
        raise Stale(N_("This was changed since you opened it. The page shows how it stands now."))
    db.session.refresh(sheet)
    return sheet
