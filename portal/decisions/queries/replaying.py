"""Everything a decision came from, as the bundle has it: by references and codes, and nobody's name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from portal.db import db
from portal.decisions import queries as deciding
from portal.decisions.models import Decision, Replay, Selection
from portal.decisions.queries import drawing
from portal.decisions.rules.columns import SEVERAL
from portal.nominations.models import Candidacy, CandidacySchool
from portal.review.models import Plan, Round, Standing
from portal.review.queries import reviews, rounds
from portal.review.rules import selecting
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.scoring import TIMES, reviewer_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.schools.models import School

BANDS = {"above": "above", "band": "tied", "below": "below"}


def sections(round_: Round) -> dict[str, Any]:
    """Return a round's decision as the sections of a bundle, as they stand in the database: a dozen queries."""
    called = {number: name.reference for number, name in rounds.names(round_).items()}
    here = set(db.session.scalars(rounds.taken(round_)))
    kept = db.session.scalar(select(Selection).where(Selection.round_id == round_.id))
    return {
        **basis(round_),
        "plan": _plan(round_),
        "reviews": sorted(
            (
                {
                    "candidacy": called[number],
                    "reviewer": reviewer_code(round_.seed, each.reviewer),
                    "levels": dict(sorted(each.levels.items())),
                    "total": each.total,
                }
                for number, given in reviews.counted(round_.id).items()
                if number in here
                for each in given
            ),
            key=lambda review: (review["candidacy"], review["reviewer"]),
        ),
        "selection": kept.facts if kept is not None else None,
        "decisions": _decisions(round_, called),
    }


def basis(round_: Round) -> dict[str, Any]:
    """Return what a selection rests on: the sections "rules", "candidates", "standings" and "draw"."""
    frozen = selecting.Frozen(round_.frozen or {})
    here = set(db.session.scalars(rounds.taken(round_)))
    called = {number: name.reference for number, name in rounds.names(round_).items() if number in here}
    return {
        "rules": {"parts": frozen.parts, "digests": frozen.digests, "digest": round_.rules_digest},
        "candidates": candidates(round_),
        "standings": _standings(round_, called),
        "draw": _draw(round_),
    }


def _draw(round_: Round) -> dict[str, Any] | None:
    """Return the draw that settles the round's ties, with everything that was published and shown."""
    held = drawing.drawn(round_)
    if held is None:
        return None
    return {
        "pool": held.pool,
        "pool_digest": held.pool_digest,
        "places": held.places,
        "commitments": [each.commitment for each in held.secrets],
        "secrets": [each.secret for each in held.secrets if each.secret is not None],
        "beacon": held.outcome,
        "seed": held.seed,
        "winners": held.winners,
    }


def _plan(round_: Round) -> dict[str, Any] | None:
    """Return the proof of the last plan that was applied."""
    applied = select(Plan.facts).where(Plan.round_id == round_.id, Plan.applied_at.is_not(None))
    facts = db.session.scalar(applied.order_by(Plan.id.desc()).limit(1))
    return (facts or {}).get("proof")


def candidates(round_: Round) -> list[dict[str, Any]]:
    """Return everybody in a round by reference, with the groups that the rule's limits are about; other facts stay out."""
    wanted = (
        select(Candidacy)
        .options(selectinload(Candidacy.schools).joinedload(CandidacySchool.school))
        .where(Candidacy.id.in_(rounds.taken(round_)))
    )
    called = rounds.names(round_)
    found = sorted(db.session.scalars(wanted), key=lambda each: called[each.id].reference)
    parts = (round_.frozen or {}).get("selection") or {}
    columns = sorted({limit[0] for limit in parts.get("limits", [])})
    codes: dict[tuple[str, str], str] = {}

    def code(column: str, value: str) -> str:
        """Return a value that says nothing: the first school met is school 1. Kinds of schools stay as they are."""
        if not value or column in {"level", "need"}:
            return value
        return codes.setdefault((column, value), f"{column} {1 + sum(known == column for known, _ in codes)}")

    return [
        {
            "id": called[each.id].reference,
            "attributes": {
                column: SEVERAL.join(code(column, value) for value in COLUMNS[column](each)) for column in columns
            },
        }
        for each in found
    ]


def _of_schools(value: Callable[[School], str]) -> Callable[[Candidacy], list[str]]:
    def values(candidacy: Candidacy) -> list[str]:
        found = [value(link.school) for link in sorted(candidacy.schools, key=lambda link: link.school_id)]
        return list(dict.fromkeys(each for each in found if each))

    return values


def _need(school: School) -> str:
    lunches = (
        None
        if school.free_lunch is None and school.reduced_lunch is None
        else (school.free_lunch or 0) + (school.reduced_lunch or 0)
    )
    high = selecting.high_need(title_i=school.title_i is True, students=school.students, lunches=lunches)
    return "high" if high else ""


COLUMNS: dict[str, Callable[[Candidacy], list[str]]] = {
    "school": _of_schools(lambda school: str(school.id)),
    "zip": _of_schools(lambda school: school.zip or ""),
    "level": _of_schools(lambda school: selecting.level(school.low_grade, school.high_grade)),
    "need": _of_schools(_need),
    "role": lambda candidacy: [candidacy.role] if candidacy.role else [],
}


def _standings(round_: Round, called: dict[int, str]) -> dict[str, Any]:
    """Return the standings as they are kept, beside what they rest on."""
    known = round_.calibration or {}
    order = known.get("order")
    rows = {}
    wanted = select(Standing).where(Standing.round_id == round_.id, Standing.mean.is_not(None))
    for row in db.session.scalars(wanted):
        if row.candidacy_id not in called:
            continue
        facts = row.facts.get("calibrated") or {}
        rows[called[row.candidacy_id]] = {
            "reads": row.count,
            "raw": round((row.mean or 0.0) / TIMES, 6),
            "adjusted": _rounded(facts.get("adjusted")),
            "rank": row.calibrated_rank,
            "p_place": _rounded(facts.get("p_place")),
            "band": BANDS[row.band] if row.band is not None else None,
        }
    return {"verdict": known.get("verdict"), "order": order, "rows": dict(sorted(rows.items()))}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0


def _decisions(round_: Round, called: dict[int, str]) -> list[dict[str, Any]]:
    """Return what was decided, and by which codes. Reasons stay where they are: the bundle says only that there is one."""
    wanted = select(Decision).where(Decision.cycle_id == round_.cycle_id, Decision.candidacy_id.in_(called))

    def code(person: int | None) -> str | None:
        return None if person is None else _decider(round_.seed, person)

    return sorted(
        (
            {
                "candidacy": called[each.candidacy_id],
                "outcome": each.outcome.value,
                "state": each.state.value,
                "place": each.place,
                "alternate": each.alternate,
                "cents": each.sum_cents,
                "reason": bool(each.reason),
                "proposed_by": code(each.proposed_by_id),
                "approved_by": code(each.approved_by_id),
            }
            for each in db.session.scalars(wanted)
        ),
        key=lambda decided: str(decided["candidacy"]),
    )


def _decider(seed: int, person: int) -> str:
    return "D-" + hashlib.sha256(f"decider {seed} {person}".encode()).hexdigest()[:12]


# ---------------------------------------------------------------- pages


def last(round_: Round | None) -> Replay | None:
    """Return a round's newest replay, with who asked for it."""
    if round_ is None:
        return None
    wanted = select(Replay).options(joinedload(Replay.asked_by)).where(Replay.round_id == round_.id)
    return db.session.scalar(wanted.order_by(Replay.id.desc()).limit(1))


def done(round_: Round | None) -> Replay | None:
    """Return a round's newest replay that is done, its bundle with it."""
    if round_ is None:
        return None
    wanted = select(Replay).options(undefer(Replay.bundle)).where(Replay.round_id == round_.id)
    return db.session.scalar(wanted.where(Replay.finished_at.is_not(None)).order_by(Replay.id.desc()).limit(1))


def by_id(number: int) -> Replay | None:
    """Return one replay."""
    return db.session.get(Replay, number)


def to_select() -> Sequence[Round]:
    """Return the rounds that are over and calibrated, and whose selection was not worked out from these standings."""
    kept = select(Selection.id).where(
        Selection.round_id == Round.id, Selection.standings_version == Round.standings_version
    )
    wanted = select(Round).where(
        Round.state.in_(rounds.OVER),
        Round.frozen.is_not(None),
        Round.kind.in_(BY_RUBRIC),
        Round.calibrated_version == Round.standings_version,
        ~kept.exists(),
    )
    return db.session.scalars(wanted.order_by(Round.id)).all()


def may_take_away(person: Any, thing: deciding.Deciding) -> bool:  # noqa: ANN401 - a Person or None
    """Say whether somebody may have the whole bundle: nobody who has a conflict with anyone in it."""
    return not deciding.conflicted(thing, person)
