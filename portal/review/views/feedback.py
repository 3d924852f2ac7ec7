"""Words for nominators: the office reads each before it goes, and sends them once the results are out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import PortalError
from portal.policy import Permission
from portal.review.actions import feedback as actions
from portal.review.queries import feedback as queries
from portal.review.queries import rounds
from portal.review.rules import feedback as rules
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.web import failures, viewer
from portal.web.fields import clean
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.models import Feedback
    from portal.review.queries.feedback import FeedbackOf
    from portal.review.queries.rounds import InReview


@pages.page("/desk/<slug>/<int:year>/feedback", needs=Permission.GIVE_FEEDBACK, of=rounds.in_review)
def feedback(review: InReview) -> str:
    """Every word for nominators, what is open first."""
    return _page(review)


def _page(review: InReview, wrong: dict[int, tuple[str, str]] | None = None) -> str:
    cycle = review.cycle
    return render_template(
        "review/feedback.html",
        cycle=cycle,
        place=at(cycle),
        rows=listing(queries.desk(cycle.id, viewer.current()), page=asked_page(), scalars=False),
        progress=queries.progress(cycle.id),
        ripe=rules.may_go(stage=cycle.stage, surprise=cycle.surprise, announced_at=cycle.announced_at, at=clock.now()),
        wrong=wrong or {},
    )


@pages.page("/desk/<slug>/<int:year>/feedback.csv", needs=Permission.GIVE_FEEDBACK, of=rounds.in_review)
def feedback_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same list as a spreadsheet: what was written, what goes of it, and nothing of who wrote it."""
    cycle = review.cycle
    header = [_("Candidacy"), _("Reference"), _("State"), _("Written"), _("As the nominators read it")]
    rows = [
        (
            candidacy.name,
            candidacy.reference,
            _state(settled),
            written.feedback,
            settled.text if settled is not None and settled.goes else "",
        )
        for written, candidacy, settled in every(queries.desk(cycle.id, viewer.current()), scalars=False)
    ]
    return table_file(f"words-for-nominators-{cycle.award.slug}-{cycle.year}", header, rows)


def _state(settled: Feedback | None) -> str:
    if settled is None:
        return str(_("To settle"))
    if settled.sent_at is not None:
        return str(_("Sent"))
    return str(_("Goes") if settled.goes else _("Stays here"))


@pages.step("/desk/<slug>/<int:year>/feedback/<int:number>", needs=Permission.GIVE_FEEDBACK, of=queries.feedback_at)
def settle_feedback(of: FeedbackOf) -> Any:  # noqa: ANN401 - an answer
    """Say whether one of them goes, and in which words."""
    text = clean(request.form.get("text", ""))
    try:
        actions.settle(of, goes=request.form.get("act") == "goes", text=text, by=viewer.current(), at=clock.now())
    except PortalError as refused:
        return _page(of.review, {of.written.id: (text, failures.sentence(refused))}), refused.status
    flash(_("Settled. It goes once you send what goes.") if request.form.get("act") == "goes" else _("It stays here."))
    return see_other(".feedback", **at(of.review.cycle))


@pages.step("/desk/<slug>/<int:year>/feedback/sending", needs=Permission.GIVE_FEEDBACK, of=rounds.in_review)
def send_feedback(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Send nominators what goes."""
    count = actions.send(review.cycle, by=viewer.current(), at=clock.now())
    flash(ngettext("One message is on its way.", "%(num)s messages are on their way.", count))
    return see_other(".feedback", **at(review.cycle))
