"""Who goes on from a round: what its rule says, and a person's word for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import Refused
from portal.policy import Permission
from portal.review.actions import onward as actions
from portal.review.forms.rounds import read_onward
from portal.review.queries import rounds
from portal.review.queries.facts import sees_names
from portal.review.rules.onward import Why
from portal.review.views.pages import pages
from portal.review.views.rounds import at, drawn_rows, kind_words, round_of, rule_words, standings_file
from portal.web import failures, viewer
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.queries.rounds import InReview


def why_words(why: Why) -> str:
    """Return why a rule leaves one to a person."""
    words = {
        Why.FEW: _("a person decides"),
        Why.TIE: _("tied at the end of the places: a person decides"),
        Why.HAND: _("a person decides"),
        Why.RULE: "",
    }
    return str(words[why])


@pages.form("/desk/<slug>/<int:year>/round/onward", needs=Permission.MANAGE_ROUND, of=rounds.in_review)
def going_on(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Say who goes on. What the rule says is chosen already; a word against it needs a reason."""
    made = round_of(review)
    if made.state not in rounds.OVER and request.method == "POST":
        raise Refused(actions.NOT_OVER)
    rows = drawn_rows(made, viewer.current(), named=sees_names(viewer.current(), review))
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        numbers = {row["key"]: row["number"] for row in rows}
        posted = read_onward(request.form, numbers)
        wrong = dict(posted.wrong)
        try:
            if not wrong:
                done = actions.decide(made, posted.said, by=viewer.current(), at=clock.now())
                flash(ngettext("One word kept.", "%(num)s words kept.", done) if done else _("Nothing was changed."))
                return see_other(".going_on", **at(review.cycle))
        except actions.Objection as refused:
            keys = {number: key for key, number in numbers.items()}
            wrong[keys[refused.number]] = failures.sentence(refused)
        status = 422
        for row in rows:
            word = request.form.get(f"goes-{row['key']}", "")
            row["typed"] = (word, request.form.get(f"why-{row['key']}", ""))
    return render_template(
        "review/onward.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        title=kind_words(made.kind),
        goes_on=rule_words(made),
        rows=rows if made.state in rounds.OVER else [],
        over=made.state in rounds.OVER,
        wrong=wrong,
        problems=[
            {"id": f"row-{row['key']}", "words": _("%(name)s: %(what)s", name=row["name"], what=wrong[row["key"]])}
            for row in rows
            if row["key"] in wrong
        ],
        why_words=why_words,
        undecided=sum(row["said"] is None for row in rows),
        on=sum(bool(row["said"]) and row["said"].goes_on for row in rows),
    ), status


@pages.page("/desk/<slug>/<int:year>/rounds/<int:nth>.csv", needs=Permission.MANAGE_ROUND, of=rounds.at)
def one_round_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """A round, and who went on from it, as a spreadsheet: while it is open, not for whoever scores in it."""
    if rounds.still_scores(round_of(review), viewer.current()):
        abort(404)
    return standings_file(review, f"round-{round_of(review).number}")
