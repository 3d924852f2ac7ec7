"""The messages of a release: read as they will arrive, added to in the office's own words, approved by a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import PortalError
from portal.mail.wording.queries import APPROVED
from portal.policy import Permission, may
from portal.publishing.actions import wording as actions
from portal.publishing.desk import messages as said
from portal.publishing.desk import queries
from portal.publishing.desk.forms import wording_form
from portal.publishing.desk.views.release import ROOT
from portal.publishing.pages import pages
from portal.publishing.rules import ReleaseState
from portal.web import language, viewer
from portal.web.failures import sentence
from portal.web.language import language as known_as
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.publishing.desk.queries import Releasing


def _words(kind: str) -> tuple[str, str]:
    """Return what a kind of message is called, and when it leaves."""
    told, public = _("when those concerned are told"), _("when the public can read it")
    return {
        "selected": (_("Those selected"), told),
        "guardian": (_("Guardians of those selected"), told),
        "alternate": (_("Alternates"), told),
        "finalist": (_("Finalists"), told),
        "not_selected": (_("Those not selected"), told),
        "nominator": (_("Nominators"), told),
        "recommender": (_("Those who wrote letters"), told),
        "school": (_("Principals of the schools"), public),
    }[kind]


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


@pages.page(ROOT + "/messages", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def messages(thing: Releasing) -> str:
    """Every kind of message, to how many, in whose words, and whether it is approved."""
    cycle, release = thing.cycle, thing.release
    known, now = queries.wordings(cycle), queries.written_now()
    counts = queries.counts(cycle, queries.chosen(cycle))
    names = queries.names_of(number for row in known.values() for number in (row.saved_by_id, row.approved_by_id))
    later = cycle.surprise
    rows = [
        {
            "kind": kind,
            "name": _words(kind)[0],
            "when": _("once the public can read it, and they know")
            if later and kind in {"nominator", "recommender"}
            else _("once you record that they were told in person")
            if later and kind in {"selected", "guardian"}
            else _words(kind)[1],
            "count": counts[kind],
            "wording": known.get(kind),
            "own": any(one.body is not None for one in now.get(kind, {}).values()),
            "reworded": kind in known and known[kind].around != queries.numbers(now.get(kind)),
        }
        for kind in said.kinds(cycle)
    ]
    left = release is not None and release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC}
    waiting = len(queries.unapproved(cycle))
    return render_template(
        "publishing/desk/messages.html",
        thing=thing,
        cycle=cycle,
        release=release,
        rows=rows,
        names=names,
        left=left,
        waiting=waiting,
    )


@pages.step(ROOT + "/messages/approval", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def approve_messages(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Approve what somebody else wrote or drew up."""
    done = actions.approve(thing, by=viewer.current(), at=clock.now())
    flash(ngettext("One kind of message is approved.", "%(num)s kinds of message are approved.", done))
    return see_other(".messages", **_at(thing))


@pages.form(ROOT + "/messages/<kind>", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def preview_message(thing: Releasing, kind: str) -> Any:  # noqa: ANN401 - an answer
    """One kind of message as it will arrive, in any language that is offered, and what the office adds to it."""
    cycle = thing.cycle
    if kind not in said.kinds(cycle):
        abort(404)
    wanted = request.args.get("in", "")
    code = wanted if wanted in language.offered() else "en"
    wording = queries.wordings(cycle).get(kind)
    languages = [(one, known_as(one).name) for one in language.offered()]
    form = wording_form(languages, wording.words if wording else {}, wording.version if wording else 0)
    status = form.status
    if form.validate_on_submit():
        try:
            actions.save(
                thing, kind, words=form.words(), version=form.version.data or 0, by=viewer.current(), at=clock.now()
            )
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            flash(_("Saved. Somebody else approves it."))
            return see_other(".preview_message", **_at(thing), kind=kind)
    sample = queries.sample(thing, kind)
    written = None
    left = thing.release is not None and thing.release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC}
    if sample is not None:
        person, facts = sample
        if not left:  # as it is to be approved, and not as it was
            facts[APPROVED] = queries.numbers(queries.written_now().get(kind))
        written = said.preview(f"publishing/{kind}", to=person, facts=facts, language=code)
    return render_template(
        "publishing/desk/message.html",
        thing=thing,
        cycle=cycle,
        kind=kind,
        name=_words(kind)[0],
        written=written,
        code=code,
        sample=sample[0] if sample else None,
        form=form,
        languages=languages,
        left=left,
        may_write=may(viewer.current(), Permission.WRITE_MESSAGES),
    ), status
