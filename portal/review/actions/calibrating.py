"""Calibrating scores: the worker's chore, after counted scores have changed. Pages show plain means until it is done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.db import db, transaction
from portal.review.models import ReaderSigns, Round, Standing, Study
from portal.review.queries import rounds
from portal.review.queries.reviews import counted
from portal.review.rules.scoring import TIMES, reviewer_code
from portal.review.rules.selecting import MODEL

if TYPE_CHECKING:
    from datetime import datetime

    from portal.review.rules import calibration

GROUPS = {"above": "above", "tied": "band", "below": "below"}
MOST_READERS = 120  # each left out is one more solution: with more reviewers no single one can matter much
Z50 = 0.6744897501960817  # half of a normal distribution lies within so many standard deviations


def calibrate(round_: Round) -> None:
    """Calibrate a round's counted scores as they stand, and keep what comes of it beside each candidacy's plain mean."""
    from portal.review.rules import calibration  # noqa: PLC0415 - heavy, and the web process never needs it

    db.session.execute(delete(Study).where(Study.round_id == round_.id))
    db.session.execute(delete(ReaderSigns).where(ReaderSigns.round_id == round_.id))
    round_.calibrated_version = round_.standings_version
    here = set(db.session.scalars(rounds.taken(round_)))
    # By the names that a bundle has for them, so that a replay draws the same chances for the same candidacy.
    called = {number: name.reference for number, name in rounds.names(round_).items()}
    number_of = {reference: number for number, reference in called.items()}
    given = [
        (candidacy, review) for candidacy, found in counted(round_.id).items() if candidacy in here for review in found
    ]
    reader_of = {reviewer_code(round_.seed, review.reviewer): review.reviewer for _candidacy, review in given}
    reviews = [
        (called[candidacy], reviewer_code(round_.seed, review.reviewer), review.total / TIMES)
        for candidacy, review in given
    ]
    rows = {row.candidacy_id: row for row in db.session.scalars(select(Standing).where(Standing.round_id == round_.id))}
    for row in rows.values():
        row.facts = {name: fact for name, fact in row.facts.items() if name != "calibrated"}
        row.calibrated_rank = row.band = None
    round_.calibration = None
    places = round_.cycle.places
    rubric = rounds.rubric_of(round_)
    if not reviews or places < 1 or rubric is None:
        return
    weights = {each.key: float(each.weight) for each in rubric.criteria}
    ratings = calibration.detailed(reviews, [review.levels for _candidacy, review in given], weights)
    found = calibration.standings(
        ratings,
        places=places,
        seed=round_.seed,
        scale=float(rubric.highest - rubric.lowest),
        draws=MODEL["draws"],
        alpha=MODEL["alpha"],
    )
    round_.calibration = {
        "verdict": found.judgement.verdict.value,
        "message": found.judgement.message,
        "facts": found.judgement.facts,
        "order": found.order,
        "digest": found.digest,
        "differ": [number_of[candidacy] for candidacy in found.differ],
        "method": found.method,
        "mu": found.mu,
        "sd_candidacy": found.sd_candidacy,
        "sd_reviewer": found.sd_reviewer,
        "sigma": found.sigma,
    }
    _study(round_, ratings, found, number_of, reader_of)
    ranks = {
        each.candidacy: each.adjusted_rank if found.order == "adjusted" else each.raw_rank for each in found.standings
    }
    shared = Counter(ranks.values())
    for each in found.standings:
        row = rows[number_of[each.candidacy]]
        row.calibrated_rank = ranks[each.candidacy]
        row.band = GROUPS[each.band] if each.band is not None else None
        known = each.quality is not None and each.quality_pev is not None and found.mu is not None
        center, sd = (found.mu or 0) + (each.quality or 0), (each.quality_pev or 0) ** 0.5
        row.facts = {
            **row.facts,
            "calibrated": {
                "adjusted": each.adjusted,
                "tied": shared[ranks[each.candidacy]] > 1,
                "low": each.low,
                "high": each.high,
                "inner": [center - Z50 * sd, center + Z50 * sd] if known else None,
                "p_place": each.p_place,
                "close": each.close,
            },
        }


def _study(
    round_: Round,
    ratings: calibration.Ratings,
    found: calibration.Standings,
    number_of: dict[str, int],
    reader_of: dict[str, int],
) -> None:
    """Keep what would change without any one reviewer or criterion, or with other weights; and what stands out in each one's scores."""
    from portal.review.rules import calibration  # noqa: PLC0415 - as above

    for each in found.reviewers:
        db.session.add(
            ReaderSigns(
                round_id=round_.id,
                person_id=reader_of[each.reviewer],
                reviews=each.reviews,
                leniency=each.leniency,
                flags=list(each.flags),
            )
        )
    if found.order is None:
        return
    each_reader = len(ratings.reviewers) <= MOST_READERS
    card = calibration.card(ratings, found, reviewers=None if each_reader else ())

    def numbers(references: tuple[str, ...]) -> list[int]:
        return [number_of[reference] for reference in references]

    db.session.add(
        Study(
            round_id=round_.id,
            standings_version=round_.standings_version,
            tried=card.tried,
            readers_tried=each_reader,
            changes=[
                {
                    "kind": change.kind,
                    "who": reader_of[change.name] if change.kind == "reviewer" else change.name,
                    "enters": numbers(change.enters),
                    "leaves": numbers(change.leaves),
                    "unread": numbers(change.unread),
                }
                for change in card.changes
                if change.matters
            ],
        )
    )


def calibrate_due(at: datetime) -> int:
    """Calibrate every round whose counted scores changed. Returns how many."""
    del at
    numbers = [round_.id for round_ in rounds.rounds_to_calibrate()]
    db.session.rollback()
    for number in numbers:
        with transaction():
            round_ = rounds.by_id(number)
            if round_ is not None:
                calibrate(round_)
    return len(numbers)
