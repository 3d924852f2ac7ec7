"""Settling what nominators read of what reviewers wrote for them, and sending it once the rules say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import history, mail
from portal.db import db
from portal.errors import N_, Refused
from portal.review.models import Feedback
from portal.review.queries import feedback as queries
from portal.review.rules import feedback as rules

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.people.models import Person
    from portal.review.queries.feedback import FeedbackOf

SENT = N_("This was sent already, so it stays as it is.")
MOST = 5_000
TOO_LONG = N_(
    "This is %(count)s characters long; at most %(most)s can be kept here. Nothing was cut: shorten it and save again."
)
EMPTY = N_("Write what goes, or say that it stays here.")
NOT_YET = N_("Feedback goes to nominators after the results are out, and of a surprise once they are public.")


def settle(of: FeedbackOf, *, goes: bool, text: str, by: Person, at: datetime) -> Feedback:
    """Say whether a word for nominators goes, and in which words. What the reviewer wrote stays as it is. Sent, it is settled for good."""
    row = of.settled
    if row is not None and row.sent_at is not None:
        raise Refused(SENT)
    words = text.strip() if goes else ""
    if goes and not words:
        raise Refused(EMPTY, field="text")
    if len(words) > MOST:
        raise Refused(TOO_LONG, field="text", count=len(words), most=MOST)
    if row is None:
        row = Feedback(review_id=of.written.id, goes=goes, text=words, settled_by_id=by.id, settled_at=at)
        db.session.add(row)
    else:
        row.goes, row.text, row.settled_by_id, row.settled_at = goes, words, by.id, at
    db.session.flush()
    history.record(
        "feedback goes" if goes else "feedback stays", of.candidacy, by=by, at=at, same=words == of.written.feedback
    )
    return row


def send(cycle: Cycle, *, by: Person, at: datetime) -> int:
    """Send nominators what goes, one message for each nominator and candidacy; return how many. Sent twice, it is sent once."""
    if not rules.may_go(stage=cycle.stage, surprise=cycle.surprise, announced_at=cycle.announced_at, at=at):
        raise Refused(NOT_YET)
    found = queries.to_send(cycle.id)
    people = queries.nominators([candidacy.id for _row, candidacy in found])
    by_candidacy: dict[int, list[Feedback]] = {}
    names = {}
    for row, candidacy in found:
        by_candidacy.setdefault(candidacy.id, []).append(row)
        names[candidacy.id] = candidacy
        row.sent_at = at
    sent = 0
    for number, rows in by_candidacy.items():
        for person in people.get(number, []):
            mail.post(
                "review/feedback",
                to=person,
                at=at,
                about=names[number],
                result=True,
                key=f"feedback {number} {person.id} {min(row.id for row in rows)}",
                award=cycle.award.name,
                year=cycle.year,
                nominee=names[number].name,
                texts=[row.text for row in rows],
            )
            sent += 1
        history.record("feedback sent", names[number], by=by, at=at, texts=len(rows))
    db.session.flush()
    return sent
