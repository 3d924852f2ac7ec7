"""Holding a draw: published first, secrets sealed before a public event, and drawn from its outcome after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal import history
from portal.awards.rules import CycleStage
from portal.db import db
from portal.decisions.models import Draw, DrawSecret, Selection
from portal.decisions.rules import lottery
from portal.decisions.rules.lives import DRAW, DrawState, DrawStep
from portal.errors import N_, Refused
from portal.review.models import Round
from portal.review.rules import selecting

if TYPE_CHECKING:
    from datetime import datetime

    from portal.decisions.queries.drawing import Drawing
    from portal.people.models import Person

NO_TIE = N_("Nobody stands in an exact tie at the last place, so there is nothing to draw.")
BY_VOTE = N_("This cycle's rule settles ties by a vote. That was fixed before the first score.")
THERE_IS_ONE = N_("A draw is published already. Call it off first, or hold it.")
PAST = N_("Choose a time that is still to come: nobody may know the outcome yet.")
TOO_LATE = N_("The event's time has come. Whoever sealed nothing before has no part in this draw.")
TOO_EARLY = N_("The event's time has not come yet.")
TWICE = N_("You sealed a number already. It cannot be changed.")
NOT_A_NUMBER = N_("This is not the number: it has 64 characters, 0 to 9 and a to f.")
NOT_YOURS = N_("This is not the number that you sealed. Its fingerprint is another one.")
NONE_OF_YOURS = N_("You sealed nothing in this draw.")
NO_OUTCOME = N_("Write down what came of the event, exactly as it was published.")
REASON = N_("Say why, in a sentence: it stands in the record.")
NOT_NOW = N_("Ties are settled while the cycle is in review.")
SECRET = re.compile(r"[0-9a-f]{64}")


def publish(thing: Drawing, *, event: str, event_at: datetime, by: Person, at: datetime) -> Draw:
    """Publish who is in the draw, for how many places, and which public event will decide it. Nothing of it can change after."""
    round_ = thing.deciding.round
    if round_ is None or thing.deciding.cycle.stage is not CycleStage.IN_REVIEW:
        raise Refused(NOT_NOW)
    db.session.scalar(select(Round.id).where(Round.id == round_.id).with_for_update())
    if selecting.from_json(round_.rule).tie is not selecting.Tie.DRAW:
        raise Refused(BY_VOTE)
    if not thing.pool:
        raise Refused(NO_TIE)
    waiting = select(Draw.id).where(Draw.round_id == round_.id, Draw.state == DrawState.PUBLISHED)
    if db.session.scalar(waiting) is not None:
        raise Refused(THERE_IS_ONE)
    if event_at <= at:
        raise Refused(PAST, field="event_at")
    made = Draw(
        round_id=round_.id,
        pool=sorted(thing.pool),
        pool_digest=lottery.pool_digest(thing.pool),
        places=thing.places,
        event=event,
        event_at=event_at,
        published_by_id=by.id,
        published_at=at,
    )
    db.session.add(made)
    history.record("draw published", made, by=by, at=at, reason=f"SHA-256 {made.pool_digest}", event=event)
    return made


def _published(thing: Drawing) -> Draw:
    """Return the draw that is published, held until this transaction ends."""
    draw = thing.draw
    if draw is None:
        raise Refused(NO_TIE)
    db.session.refresh(draw, ["state"], with_for_update=True)
    DRAW.advance(draw.state, DrawStep.DRAW)
    return draw


def seal(thing: Drawing, *, secret: str, by: Person, at: datetime) -> DrawSecret:
    """Seal one officer's number before the event: its fingerprint is kept, and the number itself is not."""
    draw = _published(thing)
    if at >= draw.event_at:
        raise Refused(TOO_LATE)
    number = secret.strip().lower()
    if not SECRET.fullmatch(number):
        raise Refused(NOT_A_NUMBER, field="secret")
    if any(each.person_id == by.id for each in draw.secrets):
        raise Refused(TWICE)
    made = DrawSecret(
        draw_id=draw.id, person_id=by.id, commitment=lottery.commitment(bytes.fromhex(number)), committed_at=at
    )
    db.session.add(made)
    history.record("number sealed", draw, by=by, at=at, reason=f"SHA-256 {made.commitment}")
    return made


def reveal(thing: Drawing, *, secret: str, by: Person, at: datetime) -> None:
    """Show the number that one sealed, after the event."""
    draw = _published(thing)
    if at < draw.event_at:
        raise Refused(TOO_EARLY)
    own = next((each for each in draw.secrets if each.person_id == by.id), None)
    if own is None:
        raise Refused(NONE_OF_YOURS)
    number = "".join(secret.split()).lower()
    if not SECRET.fullmatch(number):
        raise Refused(NOT_A_NUMBER, field="secret")
    if lottery.commitment(bytes.fromhex(number)) != own.commitment:
        raise Refused(NOT_YOURS, field="secret")
    own.secret, own.revealed_at = number, at
    history.record("number shown", draw, by=by, at=at)


def hold(thing: Drawing, *, outcome: str, by: Person, at: datetime) -> Draw:
    """Draw, from the event's outcome and the numbers that were shown. Whoever withheld theirs is left out, and is named."""
    draw = _published(thing)
    if at < draw.event_at:
        raise Refused(TOO_EARLY)
    if not outcome.strip():
        raise Refused(NO_OUTCOME, field="outcome")
    found = lottery.draw(
        draw.pool,
        places=draw.places,
        secrets=[bytes.fromhex(each.secret) for each in draw.secrets if each.secret is not None],
        beacon=outcome.strip().encode(),
        commitments=[each.commitment for each in draw.secrets],
    )
    draw.state = DRAW.advance(draw.state, DrawStep.DRAW)
    draw.outcome, draw.seed, draw.winners, draw.ended_at = outcome.strip(), found.seed, list(found.winners), at
    # What the rule makes of the standings is worked out anew, with these tickets.
    db.session.execute(update(Selection).where(Selection.round_id == draw.round_id).values(standings_version=-1))
    history.record("lots drawn", draw, by=by, at=at, reason=f"SHA-256 {found.seed}", withheld=len(found.withheld))
    return draw


def call_off(thing: Drawing, *, reason: str, by: Person, at: datetime) -> None:
    """Call a published draw off, with a reason. It stays on the record."""
    draw = _published(thing)
    if not reason.strip():
        raise Refused(REASON, field="reason")
    draw.state, draw.ended_at = DRAW.advance(draw.state, DrawStep.CALL_OFF), at
    history.record("draw called off", draw, by=by, at=at, reason=reason.strip())
