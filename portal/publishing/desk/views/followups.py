"""A word to those who were told what holds no more: who they are, what it says, and a second person who lets it go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import PortalError
from portal.people.models import Person
from portal.policy import Permission
from portal.publishing.actions import followups as actions
from portal.publishing.desk import messages as said
from portal.publishing.desk import queries as releases
from portal.publishing.desk.forms import LeaveForm, VersionForm, wording_form
from portal.publishing.desk.queries import followups as queries
from portal.publishing.desk.views.release import ROOT
from portal.publishing.pages import pages
from portal.web import language, viewer
from portal.web.failures import sentence
from portal.web.language import language as known_as
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.publishing.desk.queries.followups import Following


def _address(thing: Following) -> dict[str, Any]:
    cycle = thing.releasing.cycle
    return {"slug": cycle.award.slug, "year": cycle.year, "number": thing.followup.id}


def _heard(kind: str) -> str:
    """Return in what somebody was told."""
    words: dict[str, str] = {
        "selected": _("That they are honored"),
        "guardian": _("As the guardian"),
        "school": _("As the principal of the school"),
        "nominator": _("As a nominator"),
        "recommender": _("As the writer of a letter"),
    }
    return words[kind]


def _page(thing: Following, *, form: Any = None, leaving: LeaveForm | None = None) -> Any:  # noqa: ANN401 - forms, an answer
    known, wanted = thing.followup, request.args.get("in", "")
    code = wanted if wanted in language.offered() else "en"
    languages = [(one, known_as(one).name) for one in language.offered()]
    form = form or wording_form(languages, known.words, known.version)
    reader = thing.told[0] if thing.told else None
    written = None
    if reader is not None:
        facts = actions.facts(thing.candidacy, thing.releasing.cycle, known, own=reader.own)
        written = said.preview(
            "publishing/followup", to=Person(given_name=reader.name, family_name=""), facts=facts, language=code
        )
    wrong = bool(form.errors) or bool(leaving and leaving.errors)
    return render_template(
        "publishing/desk/followup.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        known=known,
        told=[(one, ", ".join(_heard(kind) for kind in one.kinds)) for one in thing.told],
        written=written,
        code=code,
        form=form,
        leaving=leaving or LeaveForm(formdata=None, version=known.version),
        languages=languages,
        names=releases.names_of([known.begun_by_id, known.saved_by_id, known.settled_by_id]),
        mine=viewer.current().id in {known.begun_by_id, known.saved_by_id},
        at=_address(thing),
    ), 422 if wrong else 200


@pages.form(ROOT + "/followups/<int:number>", needs=Permission.PLAN_RELEASE, of=queries.following)
def followup(thing: Following) -> Any:  # noqa: ANN401 - an answer
    """Who was told, what they read now, and the office's own words in it."""
    languages = [(one, known_as(one).name) for one in language.offered()]
    form = wording_form(languages, thing.followup.words, thing.followup.version)
    if form.validate_on_submit():
        version = form.version.data or 0
        actions.save(thing, words=form.words(), version=version, by=viewer.current(), at=clock.now())
        flash(_("Saved. Somebody else approves it."))
        return see_other(".followup", **_address(thing))
    return _page(thing, form=form if form.is_submitted() else None)


@pages.step(ROOT + "/followups/<int:number>/approval", needs=Permission.PLAN_RELEASE, of=queries.following)
def followup_approval(thing: Following) -> Any:  # noqa: ANN401 - an answer
    """Approve it: it leaves, once."""
    form = VersionForm()
    form.validate()
    sent = actions.send(thing, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(ngettext("One message is on its way.", "%(num)s messages are on their way.", sent))
    return see_other(".followup", **_address(thing))


@pages.step(ROOT + "/followups/<int:number>/leaving", needs=Permission.PLAN_RELEASE, of=queries.following)
def followup_leaving(thing: Following) -> Any:  # noqa: ANN401 - an answer
    """Settle that nobody is written to, and why."""
    form = LeaveForm()
    if not form.validate():
        return _page(thing, leaving=form)
    try:
        actions.leave(
            thing, why=form.why.data or "", version=form.version.data or 0, by=viewer.current(), at=clock.now()
        )
    except PortalError as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, sentence(refused))
        return _page(thing, leaving=form)
    flash(_("Settled. Nobody is written to."))
    return see_other(".followup", **_address(thing))
