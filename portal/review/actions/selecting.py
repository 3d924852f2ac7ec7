"""Saying how places are given: before the first score, and never after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.review.models import Round
from portal.review.rules import selecting as rules

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person
    from portal.review.rules.selecting import Limit, SelectionRule, Tie

FROZEN = N_("The rule is fixed: the round has been opened. It cannot change once somebody may have scored.")


def _open(round_: Round) -> SelectionRule:
    """Hold the round while it is still open to change, and return its rule."""
    frozen = db.session.scalar(select(Round.rules_digest).where(Round.id == round_.id).with_for_update())
    if frozen is not None:
        raise Refused(FROZEN)
    return rules.from_json(round_.rule)


def _keep(round_: Round, rule: SelectionRule, *, by: Person, at: datetime) -> None:
    round_.rule = rule.as_json()
    history.record("rule for places changed", round_, by=by, at=at, rule=round_.rule)


def add_limit(round_: Round, limit: Limit, *, by: Person, at: datetime) -> None:
    """Add a limit. Raises `BadRule` beside the field that is wrong, `Refused` once the rule is frozen."""
    rule = _open(round_)
    rules.check_limit(limit, rule.limits)
    _keep(round_, replace(rule, limits=(*rule.limits, limit)), by=by, at=at)


def end_limit(round_: Round, column: str, value: str, *, by: Person, at: datetime) -> None:
    """Take a limit out; one that is not there is out already."""
    rule = _open(round_)
    left = tuple(each for each in rule.limits if (each.column, each.value) != (column, value))
    if left != rule.limits:
        _keep(round_, replace(rule, limits=left), by=by, at=at)


def settle(round_: Round, *, tie: Tie, amounts: tuple[int, ...], budget: int | None, by: Person, at: datetime) -> None:
    """Say what settles an exact tie, and which sums may be given. Raises `BadRule` beside the field that is wrong."""
    rule = _open(round_)
    cycle = round_.cycle
    rules.check_sums(amounts, budget, least=cycle.sum_cents, most=cycle.most_cents)
    changed = replace(rule, tie=tie, amounts=tuple(sorted(amounts, reverse=True)), budget=budget if amounts else None)
    if changed != rule:
        _keep(round_, changed, by=by, at=at)
