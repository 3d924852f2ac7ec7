"""Who has not answered whether they may be named, and going on without the name, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.policy import Permission
from portal.publishing.actions import unnamed as actions
from portal.publishing.desk import queries
from portal.publishing.desk.forms import unnamed_form
from portal.publishing.desk.views.release import ROOT
from portal.publishing.pages import pages
from portal.publishing.rules import ReleaseState
from portal.web import viewer
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.publishing.desk.queries import Drafting, Releasing


@pages.form(ROOT + "/answers", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def answers(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Whoever is selected and has not answered: wait for them, or go on without their name and say why."""
    people = queries.chosen(thing.cycle)
    silent = {f"{one.reference}-{one.position}": one for one in people if one.silent}
    form = unnamed_form({key: one.person.name for key, one in silent.items()})
    status = form.status
    if form.validate_on_submit():
        chosen = [one for key, one in silent.items() if key in (form.who.data or ())]
        done = actions.go_on(thing, chosen, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
        flash(ngettext("The release goes on without one name.", "The release goes on without %(num)s names.", done))
        return see_other(".answers", slug=thing.cycle.award.slug, year=thing.cycle.year)
    decided = [one for one in people if one.unnamed is not None and not one.answered]
    return render_template(
        "publishing/desk/answers.html",
        thing=thing,
        cycle=thing.cycle,
        form=form,
        silent=silent,
        decided=decided,
        refused=[one for one in people if one.answered and not one.named],
        names=queries.names_of(one.unnamed.noted_by_id for one in decided if one.unnamed is not None),
        told=thing.release is not None and thing.release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC},
    ), status


@pages.step(ROOT + "/answers/<reference>/<int:position>/waiting", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def wait_for_answer(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """Wait for somebody's answer after all."""
    one = next((one for one in thing.people if one.position == position), None)
    if one is None:
        abort(404)
    actions.wait(thing.releasing, one, by=viewer.current(), at=clock.now())
    flash(_("The release waits for the answer of %(name)s.", name=one.person.name))
    return see_other(".answers", slug=thing.releasing.cycle.award.slug, year=thing.releasing.cycle.year)
