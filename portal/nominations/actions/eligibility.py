"""What persons decide on rules of eligibility, whatever the facts say; and the district's roster, brought in and taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.actions import conflicts
from portal.nominations.models import Ruling
from portal.nominations.queries import eligibility as queries
from portal.nominations.rules import roster as rules
from portal.nominations.rules.eligibility import Rule, tidy
from portal.nominations.rules.importing import decode
from portal.nominations.rules.importing import read as read_table
from portal.schools import queries as schools
from portal.schools.models import Roster, RosterLine
from portal.schools.rules import match

if TYPE_CHECKING:
    from datetime import date, datetime

    from portal.nominations.models import Candidacy
    from portal.people.models import Person

REASON = N_("Say why, in a sentence: it stands in the record.")
NO_SUCH_RULE = N_("This year has no such rule now. The page shows those it has.")
NOT_YET = N_("Choose a day that has come already.")
LINES_AT_ONCE = 1_000
KEPT = timedelta(days=365)


def rule_on(candidacy: Candidacy, rule: Rule, *, holds: bool, reason: str, by: Person, at: datetime) -> None:
    """Say that a rule is met, or is not, whatever the facts say, and why. A second one replaces the first; both stay on the record.

    `candidacy` needs its cycle loaded.
    """
    if rule.value not in tidy(candidacy.cycle.eligibility):
        raise Refused(NO_SUCH_RULE, field="reason")
    why = reason.strip()
    if not why:
        raise Refused(REASON, field="reason")
    before = queries.rulings_of(candidacy.id).get(rule)
    if before is not None and before.holds is holds and before.reason == why:
        return  # pressed twice
    ruling = before or Ruling(candidacy_id=candidacy.id, rule=rule)
    ruling.holds, ruling.reason, ruling.ruled_by_id, ruling.ruled_at = holds, why, by.id, at
    db.session.add(ruling)
    history.record("rule decided", candidacy, by=by, at=at, reason=why, rule=rule.value, holds=holds)


def take_back(candidacy: Candidacy, rule: Rule, *, by: Person, at: datetime) -> None:
    """Let the facts speak again on one rule."""
    before = queries.rulings_of(candidacy.id).get(rule)
    if before is None:
        return
    db.session.delete(before)
    history.record("rule left to the facts", candidacy, by=by, at=at, rule=rule.value, was=before.reason)


# ---------------------------------------------------------------- the roster


def bring_roster(data: bytes, *, name: str, of: date, by: Person, at: datetime) -> Roster:
    """Take the district's roster in place of the one before, whose lines are deleted.

    Raises `Refused` where the file is no table of text, or has no names. A row that cannot be read is left out and counted.
    """
    if of > at.date():
        raise Refused(NOT_YET, field="of")
    table = read_table(decode(data))
    if not rules.has_names(rules.guess(table.columns)):
        raise Refused(rules.NO_NAMES, field="file")
    names, aliases = schools.names(), schools.aliases()
    known: dict[str, int | None] = {}

    def school(typed: str) -> int | None:
        if typed not in known:
            known[typed] = match(typed, names, aliases).school
        return known[typed]

    read = rules.read(table.columns, table.rows, of=of, school=school)
    _empty(at)
    made = Roster(
        name=(name.strip() or "roster.csv")[:300],
        of=of,
        lines=len(read.lines),
        left_out=read.left_out,
        unread=read.unread,
        brought_by_id=by.id,
        brought_at=at,
    )
    db.session.add(made)
    db.session.flush()
    for start in range(0, len(read.lines), LINES_AT_ONCE):
        some = [{**line, "roster_id": made.id} for line in read.lines[start : start + LINES_AT_ONCE]]
        db.session.execute(insert(RosterLine), some)
    history.record("roster brought in", made, by=by, at=at, lines=made.lines, left_out=len(made.left_out))
    conflicts.felt_roster(at)
    return made


def take_roster_away(roster: Roster, *, by: Person, at: datetime) -> None:
    """Delete every line of the roster. What persons decided stays."""
    if roster.removed_at is not None:
        return
    _empty(at)
    db.session.refresh(roster, ["removed_at"])
    history.record("roster taken away", roster, by=by, at=at)


def forget_roster(at: datetime) -> bool:
    """Delete a roster that nobody replaced for a year, as the privacy notice says; return whether there was one."""
    old = db.session.scalar(select(Roster).where(Roster.removed_at.is_(None), Roster.brought_at <= at - KEPT).limit(1))
    if old is None:
        return False
    _empty(at)
    history.record("roster taken away", old, by=None, at=at)
    return True


def _empty(at: datetime) -> None:
    db.session.execute(delete(RosterLine))
    db.session.execute(update(Roster).where(Roster.removed_at.is_(None)).values(removed_at=at))
