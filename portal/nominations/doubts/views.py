"""The puzzle for browsers, and what is held for the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template, request
from flask_babel import gettext as _

from portal import clock
from portal.awards.queries import cycle_at
from portal.nominations.doubts import actions, queries, rules
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.web import viewer
from portal.web.fields import clean
from portal.web.lists import asked_page, listing
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.nominations.models import Nomination


@pages.page("/nominate/proof", needs=Permission.BEGIN_NOMINATION)
def proof() -> Any:  # noqa: ANN401 - an answer
    """A small puzzle that a browser solves by itself while its reader types."""
    return jsonify(actions.challenge(at=clock.now()))


@pages.page("/desk/<slug>/<int:year>/held", needs=Permission.SCREEN, of=cycle_at)
def held(cycle: Cycle) -> str:
    """What came in and may be from a program, word for word, with why: let in, or set aside with a reason."""
    found = listing(queries.held(cycle, viewer.current()), page=asked_page())
    rows = [
        {
            "nomination": doubt.nomination,
            "names": " & ".join(named.name for named in doubt.nomination.named),
            "signs": [_(rules.WORDS[rules.Sign(sign)]) for sign in doubt.signs],
            "texts": [answer.text for answer in doubt.nomination.answers if answer.text.strip()],
            "raised_at": doubt.raised_at,
        }
        for doubt in found.items
    ]
    return render_template("nominations/held.html", cycle=cycle, listing=found, rows=rows)


@pages.step(
    "/desk/<slug>/<int:year>/held/<reference>/<any(admission, refusal):step>",
    needs=Permission.SCREEN,
    of=queries.at_desk,
)
def held_step(nomination: Nomination, step: str) -> Any:  # noqa: ANN401 - an answer
    """Let a held submission count, or set it aside."""
    doubt = queries.doubt_of(nomination)
    by, at = viewer.current(), clock.now()
    if step == "admission":
        actions.let_in(doubt, nomination, by=by, at=at)
        flash(_("%(reference)s counts now, and its writer is thanked.", reference=nomination.reference))
    else:
        reason = clean(request.form.get("reason")).strip()[:500] or _("It looked like the work of a program.")
        actions.set_aside(doubt, nomination, reason=reason, by=by, at=at)
        flash(_("%(reference)s is set aside. Its text is kept.", reference=nomination.reference))
    return see_other(".held", slug=nomination.cycle.award.slug, year=nomination.cycle.year)
