"""A cycle's round: making it, taking candidacies in, opening, closing, reopening, locking."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.errors import N_, PortalError, Refused
from portal.history import queries as record
from portal.policy import Permission
from portal.review.actions import rounds as actions
from portal.review.forms.desk import ReopenForm, RoundForm
from portal.review.queries import bands, texts
from portal.review.queries import rounds as queries
from portal.review.rules.lives import ROUND, RoundStep
from portal.review.views.pages import pages
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.review.models import Round
    from portal.review.queries.rounds import InReview

SEEDS = 2**31
NO_ROUND = N_("This cycle has no round yet.")


def at(cycle: Cycle) -> dict[str, Any]:
    """Return where a cycle's pages lie."""
    return {"slug": cycle.award.slug, "year": cycle.year}


def round_of(review: InReview) -> Round:
    """Return the round a page is about. Before there is one, a sentence says so."""
    if review.round is None:
        raise Refused(NO_ROUND)
    return review.round


@pages.form("/desk/<slug>/<int:year>/round", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def round_(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Where the round stands, what keeps it from opening, and what may be done with it."""
    form = RoundForm()
    if review.round is None and form.validate_on_submit():
        try:
            actions.make(
                review.cycle,
                seed=secrets.randbelow(SEEDS),
                covers_pronouns=bool(form.covers_pronouns.data),
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(None, failures.sentence(refused))
        else:
            flash(_("The round is made."))
            return see_other(".round_", **at(review.cycle))
    return _page(review, form), form.status


def _page(review: InReview, form: RoundForm, reopen: ReopenForm | None = None) -> str:
    made, person = review.round, viewer.current()
    by_staff = bands.criteria(review.cycle) if policy.may(person, Permission.SCORE_BANDS, review) else []
    steps = ROUND.steps(made.state) if made is not None else []
    return render_template(
        "review/round.html",
        review=review,
        cycle=review.cycle,
        round=made,
        form=form,
        reopen=reopen or ReopenForm(formdata=None),
        steps=steps,
        by_staff=[words_in(criterion.name) for criterion in by_staff],
        bands=bands.progress(review.cycle, person) if by_staff else None,
        Step=RoundStep,
        lacks=[
            (failures.sentence(PortalError(lack.message, **lack.facts)), lack.where) for lack in actions.lacking(made)
        ]
        if made is not None and RoundStep.OPEN in steps
        else [],
        waiting=queries.waiting(review.cycle),
        count=queries.count_taken(made) if made is not None else 0,
        progress=texts.progress(made) if made is not None and made.blind else None,
        record=record.of(("round", made.id)) if made is not None else None,
        place=at(review.cycle),
        may_redact=viewer.may(Permission.REDACT, review),
    )


@pages.step("/desk/<slug>/<int:year>/round/candidacies", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def take(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Take in what was found eligible since."""
    count = actions.take(round_of(review), by=viewer.current(), at=clock.now())
    flash(ngettext("One candidacy taken into the round.", "%(num)s candidacies taken into the round.", count))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/opening", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def open_(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Open it for scoring."""
    actions.open_round(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is open. Everybody with something to read is told."))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/closing", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def close(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Close it before its instant."""
    actions.close(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is closed."))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/reopening", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def reopen(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Open it again, with a reason."""
    form = ReopenForm()
    made = round_of(review)
    if form.validate_on_submit():
        try:
            actions.reopen(
                made, until=form.instant(), reason=form.reason.data or "", by=viewer.current(), at=clock.now()
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("The round is open again."))
            return see_other(".round_", **at(review.cycle))
    return _page(review, RoundForm(formdata=None), form), 422


@pages.step("/desk/<slug>/<int:year>/round/lock", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def lock(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Lock it for good."""
    actions.lock(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is locked. Its scores can no longer change."))
    return see_other(".round_", **at(review.cycle))
