"""Practice briefs: asked for by the office, written by recipients, read by the office before they stand beside a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.awards.queries import zone
from portal.errors import N_, NotFound, PortalError, Refused
from portal.policy import Permission
from portal.publishing.actions import practice as actions
from portal.publishing.desk import queries as releases
from portal.publishing.desk.forms import BriefForm, ReturnForm, ask_for_briefs_form
from portal.publishing.desk.queries import practice as queries
from portal.publishing.pages import pages
from portal.publishing.rules import ReleaseState
from portal.publishing.rules.practice import MAY_WRITE, WORDS, BriefState
from portal.web import text, viewer
from portal.web.failures import sentence
from portal.web.lists import table_file
from portal.web.pages import keep, see_other
from portal.web.text import clock_time

if TYPE_CHECKING:
    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.publishing.desk.models import Brief
    from portal.publishing.desk.queries import Releasing
    from portal.publishing.desk.queries.practice import AtDesk, Own

ROOT = "/desk/<slug>/<int:year>/briefs"
NONE = N_("There is no such practice brief.")


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


def state_of(brief: Brief | None) -> tuple[str, str]:
    """Return the shape and the words of where a brief stands, for the office."""
    if brief is None:
        return "not_started", _("Not asked yet")
    begun = bool(brief.text.strip())
    if brief.person.minor and brief.state is BriefState.ASKED and brief.guardian_allowed_at is None:
        return "not_started", _("Their guardian is asked first")
    if brief.person.minor and brief.state is BriefState.SENT and brief.guardian_agreed is None:
        return "writing", _("Sent: their guardian reads it first")
    return {
        BriefState.ASKED: ("writing" if begun else "not_started", _("Being written") if begun else _("Asked")),
        BriefState.DECLINED: ("not_started", _("Prefers not to")),
        BriefState.SENT: ("undecided", _("Sent: waits to be read")),
        BriefState.PUBLISHED: ("done", _("Published")),
        BriefState.TAKEN_BACK: ("not_started", _("Taken back by its writer")),
    }[brief.state]


@pages.form(ROOT, needs=Permission.PLAN_RELEASE, of=releases.releasing)
def briefs(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Who was asked what worked, and what came of it; ask those who were not."""
    people = queries.recipients(thing)
    due = next((brief.due_at for _one, brief in people if brief is not None), None)
    form = ask_for_briefs_form(zone(), due)
    status = form.status
    if form.validate_on_submit():
        try:
            asked = actions.ask(thing, due_at=form.due_at.data, by=viewer.current(), at=clock.now())
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            flash(ngettext("Asked: one message is on its way.", "Asked: %(num)s messages are on their way.", asked))
            return see_other(".briefs", **_at(thing))
    return render_template(
        "publishing/desk/briefs.html",
        thing=thing,
        cycle=thing.cycle,
        people=[(one, brief, state_of(brief)) for one, brief in people],
        public=thing.release is not None and thing.release.state is ReleaseState.PUBLIC,
        left=sum(1 for one, brief in people if brief is None and actions.may_be_asked(one)),
        form=form,
    ), status


@pages.page(ROOT + ".csv", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def briefs_table(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """The same as a table."""
    header = [_("Reference"), _("Name"), _("State"), _("Asked"), _("Until when"), _("Sent"), _("Published"), _("Title")]
    rows = [
        [one.reference, one.person.name, state_of(brief)[1], *_cells(brief)] for one, brief in queries.recipients(thing)
    ]
    return table_file(f"briefs-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


def _cells(brief: Brief | None) -> list[str]:
    if brief is None:
        return [""] * 5
    times = [text.when(each) for each in (brief.asked_at, brief.due_at, brief.sent_at, brief.published_at)]
    return [*times, brief.title if brief.state not in MAY_WRITE else ""]


@pages.form(ROOT + "/<int:number>", needs=Permission.PLAN_RELEASE, of=queries.at_desk)
def brief(thing: AtDesk) -> Any:  # noqa: ANN401 - an answer
    """Read what was sent; publish it, or give it back with what is asked for. Until it is sent nobody reads it."""
    form = ReturnForm(version=thing.brief.version)
    status = form.status
    if form.validate_on_submit():
        by, now, version = viewer.current(), clock.now(), form.version.data or 0
        try:
            if request.form.get("act") == "publish":
                actions.publish(thing, version=version, by=by, at=now)
                flash(_("Published beside their page."))
            else:
                actions.give_back(thing, note=form.note.data or "", version=version, by=by, at=now)
                flash(_("Given back. The message with what you ask for is on its way."))
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            return see_other(".brief", **_at(thing.releasing), number=thing.brief.id)
    row = releases.recipient_of(thing.candidacy.id, thing.brief.person_id)
    return render_template(
        "publishing/desk/brief.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        brief=thing.brief,
        state=state_of(thing.brief),
        readable=thing.brief.state not in MAY_WRITE,
        row=row,
        form=form,
    ), status


# ---------------------------------------------------------------- its writer


def _own(thing: Own) -> Brief:
    found = thing.briefs.get(viewer.current().id)
    if found is None:
        raise NotFound(NONE)
    return found


@pages.form("/practice/<int:number>", needs=Permission.WRITE_BRIEF, of=queries.own)
def practice(thing: Own) -> Any:  # noqa: ANN401 - an answer
    """Share what worked: saved as it is typed, sent when it is ready, taken back at any time."""
    own = _own(thing)
    form = BriefForm(title=own.title, text=own.text, version=own.version)
    if request.method != "POST":
        return _page(thing, own, form)
    autosaving = bool(request.headers.get("X-Autosave"))
    if not form.validate():
        errors = {name: [str(one) for one in each] for name, each in form.errors.items()}
        return (jsonify(errors=errors), 422) if autosaving else _page(thing, own, form, status=422)
    now = clock.now()
    saved = actions.save(
        own, title=form.title.data or "", text=form.text.data or "", version=form.version.data or 0, at=now
    )
    if autosaving:
        there = url_for(".practice", number=thing.candidacy.id)
        answer = jsonify(saved_at=clock_time(now), version=saved.version)
        return answer if saved.other is None else (jsonify(conflict_url=there), 409)
    form.version.data = saved.version
    if saved.other is not None:
        return _page(thing, own, form, status=409, other=saved.other)
    return _go_on(thing, own, form, request.form.get("act", ""))


def _go_on(thing: Own, own: Brief, form: BriefForm, act: str) -> Any:  # noqa: ANN401 - an answer
    """Do with a saved brief what its writer pressed."""
    said = _("Saved. You can finish this later.")
    if act == "decline":
        actions.decline(thing.candidacy, own, by=viewer.current(), at=clock.now())
        said = _("Thank you for telling us. Nobody reminds you of it.")
    elif act == "send":
        try:
            agreed = str(form.agrees.label.text) if form.agrees.data else None
            actions.send(thing.candidacy, own, agreed=agreed, by=viewer.current(), at=clock.now())
        except Refused as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            return keep(_page(thing, own, form, status=422))
        said = _("Thank you. Somebody of the office reads it before it stands beside your page.")
    flash(said)
    return see_other(".practice", number=thing.candidacy.id)


def _page(thing: Own, own: Brief, form: BriefForm, *, status: int = 200, other: str | None = None) -> Any:  # noqa: ANN401 - an answer
    return render_template(
        "publishing/practice_own.html",
        candidacy=thing.candidacy,
        brief=own,
        form=form,
        most=WORDS,
        may_write=own.state in MAY_WRITE,
        guarded=bool(own.person.minor),
        waits=actions.waits_for_guardian(own),
        other=other,
        row=releases.recipient_of(thing.candidacy.id, own.person_id),
    ), status


def of_guardian(candidacy: Candidacy, person: Person) -> tuple[str, str] | None:
    """Return what the guardian of one of a candidacy's people is asked about their brief, and where; None without a brief."""
    thing = queries.own(candidacy.id)
    brief = thing.briefs.get(person.id) if thing is not None else None
    if brief is None:
        return None
    waits = actions.waits_for_guardian(brief) and brief.state is not BriefState.DECLINED
    words = _("May we ask %(name)s what worked?", name=person.name)
    if not waits:
        words = _("What worked, as %(name)s tells it", name=person.name)
    return words, url_for("publishing.practice_guardian", number=candidacy.id)


@pages.form("/practice/<int:number>/guardian", needs=Permission.GUARD_BRIEF, of=queries.own)
def practice_guardian(thing: Own) -> Any:  # noqa: ANN401 - an answer
    """A guardian lets somebody under 18 be asked, reads what was sent, lets it be published, and takes it back."""
    brief, now, act = _own(thing), clock.now(), request.form.get("act", "")
    words = _("What %(name)s wrote may be published beside the page.", name=brief.person.name)
    form = ReturnForm(version=brief.version)
    if form.validate_on_submit():
        if act == "allow":
            actions.allow(thing.candidacy, brief, at=now)
            flash(_("Thank you. We write to %(name)s now.", name=brief.person.name))
        elif act == "agree":
            actions.agree(thing.candidacy, brief, version=form.version.data or 0, agreed=words, at=now)
            flash(_("Thank you. Somebody of the office reads it before it stands beside the page."))
        elif brief.state is BriefState.ASKED:
            actions.decline(thing.candidacy, brief, by=viewer.current(), at=now)
            flash(_("Thank you for telling us. Nobody asks any more."))
        else:
            actions.take_back(thing.candidacy, brief, by=viewer.current(), at=now)
            flash(_("Taken back. It is shown nowhere from now on."))
        return see_other(".practice_guardian", number=thing.candidacy.id)
    return render_template(
        "publishing/practice_guardian.html",
        candidacy=thing.candidacy,
        brief=brief,
        form=form,
        words=words,
        waits=actions.waits_for_guardian(brief),
        may_write=brief.state in MAY_WRITE,
    ), form.status


@pages.step("/practice/<int:number>/withdrawal", needs=Permission.WRITE_BRIEF, of=queries.own)
def practice_withdrawal(thing: Own) -> Any:  # noqa: ANN401 - an answer
    """Take it back."""
    actions.take_back(thing.candidacy, _own(thing), by=viewer.current(), at=clock.now())
    flash(_("Taken back. It is shown nowhere from now on."))
    return see_other(".practice", number=thing.candidacy.id)
