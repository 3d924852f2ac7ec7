"""What the worker does for this room."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal import clock
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.db import db, transaction
from portal.jobs.worker import LEASE
from portal.nominations.actions import calls, eligibility, importing, letters, parts, reminding
from portal.nominations.doubts import actions as doubts
from portal.nominations.models import Import, Recommendation
from portal.nominations.queries import letters as letter_queries
from portal.nominations.queries import reminding as reminding_queries
from portal.nominations.translating import actions as translating
from portal.nominations.translating import queries as translation_queries
from portal.people.models import Person

if TYPE_CHECKING:
    from datetime import datetime

    from portal.jobs.models import Job


BETWEEN_LOOKS = timedelta(minutes=1)
BETWEEN_SWEEPS = timedelta(hours=1)
_looked: list[datetime] = []  # when this worker last looked after letters
_looked_at_parts: list[datetime] = []
_looked_at_silent: list[datetime] = []
BETWEEN_LOOKS_AT_ROSTER = timedelta(hours=6)
_looked_at_roster: list[datetime] = []
_noticed: list[datetime] = []
_swept: list[datetime] = []


def import_rows(job: Job, at: datetime) -> None:
    """Import an upload's rows batch by batch, each committed before the next begins.

    Killed at any point it loses nothing and does nothing twice: a row and its nomination are one transaction, and whoever takes the
    job up goes on with the rows that are left.
    """
    made = db.session.get_one(Import, job.facts["upload"])
    while True:
        by = db.session.get(Person, job.asked_by_id) if job.asked_by_id else None
        count = importing.batch(made, by=by, at=at)
        job.done_parts += count
        job.lease_until = clock.now() + LEASE
        if not count:
            break
        db.session.commit()
    importing.finish(made, at=clock.now())


def look_after_letters(at: datetime) -> int:
    """Remind writers before the day of their letter, and say of those that did not come that they lapsed: once a minute."""
    if _looked and _looked[-1] <= at < _looked[-1] + BETWEEN_LOOKS:
        return 0
    _looked[:] = [at]
    waits = db.session.scalar(letter_queries.open_ones().with_only_columns(Recommendation.id).limit(1))
    db.session.rollback()
    if waits is None:
        return 0
    with transaction():
        return letters.remind_due(at=at) + letters.lapse_due(at=at)


def look_after_the_silent(at: datetime) -> int:
    """Remind whoever wrote and did not send, or was asked what may be published and did not answer: once a minute."""
    if _looked_at_silent and _looked_at_silent[-1] <= at < _looked_at_silent[-1] + BETWEEN_LOOKS:
        return 0
    _looked_at_silent[:] = [at]
    drafts = reminder_queries.Plans(Kind.DRAFT, at=at).farthest()
    consents = reminder_queries.Plans(Kind.CONSENT, at=at).farthest()
    waits = reminding_queries.unfinished(due_by=drafts, at=at) or reminding_queries.unanswered(due_by=consents, at=at)
    db.session.rollback()
    if not waits:
        return 0
    with transaction():
        return reminding.remind_of_drafts(at=at) + reminding.remind_of_consent(at=at)


def notice_languages(at: datetime) -> int:
    """Notice in which language what came in is written: once a minute."""
    if _noticed and _noticed[-1] <= at < _noticed[-1] + BETWEEN_LOOKS:
        return 0
    _noticed[:] = [at]
    queries = translation_queries
    new = queries.new_snapshots() or queries.new_letters() or queries.new_parts() or queries.new_biographies()
    db.session.rollback()
    if not new:
        return 0
    with transaction():
        return translating.notice(at=at)


def sweep_counts(at: datetime) -> int:
    """Throw away counts and spent proofs that say nothing any more, and calls that nobody went on with: once an hour."""
    if _swept and _swept[-1] <= at < _swept[-1] + BETWEEN_SWEEPS:
        return 0
    _swept[:] = [at]
    with transaction():
        return doubts.sweep(at=at) + calls.sweep(at=at)


def look_after_parts(at: datetime) -> int:
    """Remind nominees before the day of their part, and say of those that did not come that they lapsed: once a minute."""
    if _looked_at_parts and _looked_at_parts[-1] <= at < _looked_at_parts[-1] + BETWEEN_LOOKS:
        return 0
    _looked_at_parts[:] = [at]
    waits = db.session.scalar(parts.waited_for().limit(1))
    db.session.rollback()
    if waits is None:
        return 0
    with transaction():
        return parts.remind_due(at=at) + parts.lapse_due(at=at)


def look_after_roster(at: datetime) -> int:
    """Delete a roster that stood for a year: four times a day."""
    if _looked_at_roster and _looked_at_roster[-1] <= at < _looked_at_roster[-1] + BETWEEN_LOOKS_AT_ROSTER:
        return 0
    _looked_at_roster[:] = [at]
    with transaction():
        return int(eligibility.forget_roster(at))
