"""The puzzle for browsers, and what is held for the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template
from flask_babel import gettext as _

from portal import clock
from portal.awards.queries import cycle_at
from portal.nominations.doubts import actions, queries, rules
from portal.nominations.forms.screening import ReasonForm
from portal.nominations.models import Nomination
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.web import viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.awards.models import Cycle


@pages.page("/nominate/proof", needs=Permission.BEGIN_NOMINATION)
def proof() -> Any:  # noqa: ANN401 - an answer
    """A small puzzle that a browser solves by itself while its reader types."""
    return jsonify(actions.challenge(at=clock.now()))


@pages.page("/desk/<slug>/<int:year>/held", needs=Permission.SCREEN, of=cycle_at)
def held(cycle: Cycle) -> str:
    """What came in and may be from a program, word for word, with why: let in, or set aside with a reason."""
    return _held(cycle)


def _held(cycle: Cycle, *, refused: str = "", form: ReasonForm | None = None) -> str:
    """Draw the list; `form` holds the reason that one of them, `refused`, could not be set aside with."""
    wanted = queries.held(cycle, viewer.current())
    found = listing(wanted.where(Nomination.reference == refused) if refused else wanted, page=asked_page())
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
    return render_template(
        "nominations/held.html", cycle=cycle, listing=found, rows=rows, refused=refused, refused_form=form
    )


@pages.page("/desk/<slug>/<int:year>/held.csv", needs=Permission.SCREEN, of=cycle_at)
def held_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give the same list as a file."""
    return table_file(
        f"held-{cycle.award.slug}-{cycle.year}",
        [_("Reference"), _("Nominee"), _("Nominator"), _("E-mail address"), _("Held"), _("Why")],
        (
            (
                doubt.nomination.reference,
                " & ".join(named.name for named in doubt.nomination.named),
                doubt.nomination.sitting.nominator_name,
                doubt.nomination.sitting.nominator_email or "",
                doubt.raised_at.isoformat(),
                "; ".join(_(rules.WORDS[rules.Sign(sign)]) for sign in doubt.signs),
            )
            for doubt in queries.every_held(cycle, viewer.current())
        ),
    )


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
        form = ReasonForm()
        if not form.validate():
            return _held(nomination.cycle, refused=nomination.reference, form=form), 422
        reason = (form.reason.data or "").strip() or _("It looked like the work of a program.")
        actions.set_aside(doubt, nomination, reason=reason, by=by, at=at)
        flash(_("%(reference)s is set aside. Its text is kept.", reference=nomination.reference))
    return see_other(".held", slug=nomination.cycle.award.slug, year=nomination.cycle.year)
