"""Reminding writers of drafts, and nominees or their guardians of what was asked about publishing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portal import mail
from portal.awards import queries as awards
from portal.awards.reminders import actions as reminders
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.nominations.actions.consent import CONSENT_LINK, GUARDIAN_LINK
from portal.nominations.actions.consent import LINK_DAYS as CONSENT_DAYS
from portal.nominations.actions.writing import CONFIRM, LINK_DAYS
from portal.nominations.models import Candidacy
from portal.nominations.queries import reminding as queries

if TYPE_CHECKING:
    from datetime import datetime

    from portal.nominations.models import Nomination


def remind_of_drafts(*, at: datetime) -> int:
    """Write to whoever began a nomination, wrote something, and sent nothing of it: once a cycle and reminder. Returns how many."""
    plans, posted = reminder_queries.Plans(Kind.DRAFT, at=at), 0
    by_writer: dict[tuple[int, int], list[Nomination]] = defaultdict(list)
    for nomination in queries.unfinished(due_by=plans.farthest(), at=at):
        by_writer[nomination.nominator_id, nomination.cycle_id].append(nomination)
    for drafts in by_writer.values():
        first = drafts[0]
        cycle, writer = first.cycle, first.nominator
        due = awards.deadline(cycle, writer, at)
        since = min(nomination.created_at for nomination in drafts)
        days = plans.due(cycle.id, (cycle.__tablename__, cycle.id), writer.id, due=due, since=since)
        if days is None or not reminders.once(Kind.DRAFT, cycle, writer, cycle_id=cycle.id, due=due, days=days, at=at):
            continue
        where = f"/nominations/{first.reference}" if len(drafts) == 1 else "/nominations"
        mail.post(
            "nominations/draft_reminder",
            to=writer,
            at=at,
            about=first,
            link={"purpose": CONFIRM, "kind": "sitting", "id": first.sitting_id, "next": where, "days": LINK_DAYS},
            name=first.sitting.nominator_name,
            award=cycle.award.name,
            year=cycle.year,
            deadline=due.isoformat(),
        )
        posted += 1
    return posted


def remind_of_consent(*, at: datetime) -> int:
    """Write once more to whoever was asked what may be published and has not said anything. Returns how many.

    What somebody gets does not depend on how their candidacy fares: only on having been asked, and not having answered.
    """
    plans, posted = reminder_queries.Plans(Kind.CONSENT, at=at), 0
    for candidacy, person, asked_at in queries.unanswered(due_by=plans.farthest(), at=at):
        cycle, guardian = candidacy.cycle, bool(person.minor)
        if cycle.announced_at is None or not (person.guardian_email if guardian else person.email):
            continue
        subject = (candidacy.__tablename__, candidacy.id)
        days = plans.due(cycle.id, subject, person.id, due=cycle.announced_at, since=asked_at)
        if days is None or not reminders.once(
            Kind.CONSENT, candidacy, person, cycle_id=cycle.id, due=cycle.announced_at, days=days, at=at
        ):
            continue
        mail.post(
            "nominations/consent_reminder",
            to=person,
            to_email=person.guardian_email if guardian else None,
            at=at,
            about=candidacy,
            link={
                "purpose": GUARDIAN_LINK if guardian else CONSENT_LINK,
                "kind": Candidacy.__tablename__,
                "id": candidacy.id,
                "next": f"/consent/{candidacy.id}",
                "days": CONSENT_DAYS,
            },
            nominee=person.name,
            award=cycle.award.name,
            year=cycle.year,
            deadline=cycle.announced_at.isoformat(),
        )
        posted += 1
    return posted
