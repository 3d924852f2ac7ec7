"""What a cycle reminds people of: switched on or off, and how many days before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _

from portal.awards.reminders import actions, queries
from portal.awards.reminders.forms import plan_form, said_in
from portal.awards.reminders.rules import USUAL, WORDS, Kind
from portal.awards.views.pages import beside, cycle_at, pages, where, who_and_when
from portal.errors import Stale
from portal.policy import Permission
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.awards.models import Cycle


@pages.form("/desk/<slug>/<int:year>/reminders", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def reminders_plan(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Switch reminders on and off, say how many days before, and see how many went out."""
    held, gone = queries.plan_of(cycle.id), queries.gone(cycle.id)
    form = plan_form(held)
    if form.validate_on_submit():
        said = said_in(form)
        if not form.errors:
            versions = {kind: form.version_of(kind) for kind in Kind}
            try:
                actions.plan(cycle, said, versions=versions, **who_and_when())
            except Stale as refused:
                beside(form, refused)
            else:
                flash(_("Saved."))
                return see_other(".reminders_plan", **where(cycle))
    due = {
        Kind.DRAFT: cycle.closes_at,
        Kind.INVITATION: cycle.scoring_opens_at,
        Kind.PART: cycle.part_due_at or cycle.closes_at,
        Kind.LETTER: cycle.letters_due_at or cycle.closes_at,
        Kind.READING: cycle.scoring_closes_at,
        Kind.CONSENT: cycle.announced_at,
    }
    rows = [
        {
            "kind": kind.value,
            "words": _(WORDS[kind][0]),
            "to": _(WORDS[kind][1]),
            "due": due[kind],
            "gone": gone.get(kind),
            "usual": ", ".join(str(day) for day in USUAL[kind]),
            "on": form[f"{kind.value}_on"],
            "days": form[f"{kind.value}_days"],
            "version": form[f"{kind.value}_version"],
        }
        for kind in Kind
    ]
    return render_template("awards/reminders.html", cycle=cycle, form=form, rows=rows), form.status
