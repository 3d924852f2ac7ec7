"""The evening of a committee's meeting: scores locked, those at the cut talked about one by one, a second thought, a proposal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal.demo import season
from portal.demo.world import World, cycles_of
from portal.review.actions import meeting, notes, rounds
from portal.review.queries import meeting as known
from portal.review.queries import reading, standings
from portal.review.queries import rounds as known_rounds
from portal.review.rules.lives import RoundState
from portal.review.rules.notes import Audience

if TYPE_CHECKING:
    from datetime import datetime

    from portal.demo.calendar import Laid
    from portal.review.models import Round

LEFT_CLOSED = "principal-award"  # where one may still ask for an extra reading
MEETS = "science-teaching"
SEED = 20_260_427
MORNING = timedelta(hours=9, minutes=1)  # after rounds that close a minute before midnight
EVENING = timedelta(days=4, hours=17, minutes=31)
SAID = (
    (Audience.MINUTES, "The committee returned to the evidence of change: the numbers are the school's own."),
    (Audience.COMMITTEE, "Two of us read the same story as craft, one as luck. Worth hearing the third aloud."),
    (Audience.CHAIR, "Ask the office whether the district confirms the years before anything is proposed."),
)
WHY = "Hearing the others, I had missed that the project ran three years, not one."


def lock_scores(world: World, laid: Laid) -> None:
    """Lock the scores of every round but one, the morning after it closed."""
    for cycle in cycles_of(laid):
        round_ = known_rounds.newest(cycle.id)
        if round_ is not None and round_.state is RoundState.CLOSED and cycle.award.slug != LEFT_CLOSED:
            rounds.lock(round_, by=season.chair_of(world, cycle.award.slug), at=round_.closes_at + MORNING)


def meet(world: World, laid: Laid) -> None:
    """Hold half of one committee's meeting, once the scores are calibrated: the band is its agenda."""
    for cycle in cycles_of(laid):
        round_ = known_rounds.newest(cycle.id)
        if cycle.award.slug == MEETS and round_ is not None and round_.state is RoundState.LOCKED:
            _talk(world, round_)


def _talk(world: World, round_: Round) -> None:
    chair = season.chair_of(world, MEETS)
    begins = min(round_.closes_at + EVENING, world.now - timedelta(hours=2))
    here = [person.id for person, _kept in known.seats(round_)][:-1]
    running = meeting.begin(round_, seed=SEED, present=here, by=chair, at=begins)
    agenda = known.agenda(running, chair)
    for turn, stop in enumerate(agenda[: max(len(agenda) // 2, 1)]):
        at = begins + timedelta(minutes=6 * (turn + 1))
        audience, words = SAID[turn % len(SAID)]
        notes.write(round_, stop.candidacy, text=words, audience=audience, by=chair, at=at)
        if turn == 0:
            _think_again(round_, stop, at=at)
        meeting.talked(round_, running, stop.candidacy, by=chair, at=at + timedelta(minutes=4))


def _think_again(round_: Round, stop: known.Item, *, at: datetime) -> None:
    """Let the reviewer who gave the least say that they would give one level more now."""
    given = [each for each in standings.reviews_of(round_, stop.candidacy.id) if each.counts]
    rubric = reading.rubric_for(round_.cycle)
    if not given or rubric is None:
        return
    lowest = min(given, key=lambda each: each.review.total or 0.0)
    person = next(one for one, _kept in known.seats(round_) if one.id == lowest.reviewer_id)
    review = known.own_review(round_, stop.candidacy.id, person)
    for criterion in reading.criteria_of(rubric):
        score = lowest.levels.get(criterion.id)
        if review is not None and score is not None and score.level is not None and score.level < rubric.highest:
            meeting.think_again(review, criterion, level=score.level + 1, reason=WHY, seen=None, by=person, at=at)
            return
