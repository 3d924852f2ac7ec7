"""How places are given: set before the round opens, frozen with everything else, and read by whoever reads the standings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _

from portal import clock
from portal.errors import PortalError
from portal.policy import Permission
from portal.review.actions import rounds as freezing
from portal.review.actions import selecting as actions
from portal.review.forms.selecting import EndForm, LimitForm, SettleForm
from portal.review.queries import reading, rounds
from portal.review.rules import selecting as rules
from portal.review.rules.selecting import ABOUT, Frozen, Limit, Tie
from portal.review.views.pages import pages
from portal.review.views.rounds import at, round_of
from portal.web import failures, viewer
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.queries.rounds import InReview

ROOT = "/desk/<slug>/<int:year>/rule"


@pages.page(ROOT, needs=Permission.SEE_RULE, of=rounds.in_review)
def rule(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """What is settled before the first score, in words, with its digest."""
    return _page(review)


def _page(review: InReview, status: int = 200, **forms: Any) -> Any:  # noqa: ANN401 - forms by name, and an answer
    made, cycle = review.round, review.cycle
    kept = rules.from_json(made.rule if made is not None else None)
    rubric = reading.rubric_for(cycle)
    frozen = _frozen(review)
    facts: dict[str, Any] = {
        "adding": LimitForm(formdata=None),
        "settling": SettleForm(
            formdata=None,
            tie=kept.tie.value,
            amounts="; ".join(_sum(each) for each in kept.amounts),
            budget=kept.budget,
        ),
        **forms,
    }
    return (
        render_template(
            "review/rule.html",
            review=review,
            cycle=cycle,
            round=made,
            rubric=rubric,
            rule=kept,
            limits=[(each, limit_words(each), f"{each.column}={each.value}") for each in kept.limits],
            digests=frozen.digests if frozen is not None else {},
            sums_differ=cycle.most_cents not in {None, cycle.sum_cents},
            may_set=made is not None and made.frozen_at is None and viewer.may(Permission.MANAGE_ROUND, review),
            model=rules.MODEL,
            place=at(cycle),
            **facts,
        ),
        status,
    )


def _frozen(review: InReview) -> Frozen | None:
    """Return what was frozen, or what would be now."""
    made = review.round
    if made is not None and made.frozen is not None:
        return Frozen(made.frozen)
    return freezing.to_freeze(made, rounds.rubric_of(made)) if made is not None else None


def _sum(cents: int) -> str:
    return f"{cents / 100:,.2f}".removesuffix(".00")


def limit_words(limit: Limit) -> str:
    """Return a limit in words."""
    about = str(_(ABOUT[limit.column, limit.value]))
    if limit.high is None:
        return str(_("At least %(low)s from %(about)s", low=limit.low, about=about))
    if not limit.low:
        return str(_("At most %(high)s from %(about)s", high=limit.high, about=about))
    return str(_("From %(low)s to %(high)s from %(about)s", low=limit.low, high=limit.high, about=about))


@pages.step(ROOT + "/limits", needs=Permission.MANAGE_ROUND, of=rounds.in_review)
def add_limit(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Add a limit."""
    form = LimitForm()
    made = round_of(review)
    if not form.validate():
        return _page(review, 422, adding=form)
    try:
        actions.add_limit(made, form.limit(), by=viewer.current(), at=clock.now())
    except PortalError as refused:
        form.fail(refused.field, failures.sentence(refused))
        return _page(review, refused.status, adding=form)
    flash(_("Added: %(limit)s.", limit=limit_words(form.limit())))
    return see_other(".rule", **at(review.cycle))


@pages.step(ROOT + "/limits/end", needs=Permission.MANAGE_ROUND, of=rounds.in_review)
def end_limit(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Take a limit out."""
    form = EndForm()
    form.validate()
    column, _equals, value = (form.about.data or "").partition("=")
    actions.end_limit(round_of(review), column, value, by=viewer.current(), at=clock.now())
    flash(_("The limit is taken out."))
    return see_other(".rule", **at(review.cycle))


@pages.step(ROOT + "/sums-and-ties", needs=Permission.MANAGE_ROUND, of=rounds.in_review)
def settle(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Say which sums may be given, and what settles a tie."""
    form = SettleForm()
    made = round_of(review)
    if not form.validate():
        return _page(review, 422, settling=form)
    try:
        actions.settle(
            made,
            tie=Tie(form.tie.data),
            amounts=form.amounts.cents,
            budget=form.budget.data,
            by=viewer.current(),
            at=clock.now(),
        )
    except PortalError as refused:
        form.fail(refused.field, failures.sentence(refused))
        return _page(review, refused.status, settling=form)
    flash(_("Saved."))
    return see_other(".rule", **at(review.cycle))
