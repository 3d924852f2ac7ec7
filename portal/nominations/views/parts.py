"""The nominee's own part: taken up or declined without an account, written at leisure, finished by its day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock
from portal.awards.models import Honours
from portal.errors import N_, NotFound, Refused
from portal.files import queries as file_queries
from portal.files import rules as file_rules
from portal.files import serving
from portal.nominations.actions import consent as consents
from portal.nominations.actions import parts as actions
from portal.nominations.forms.consent import AgeForm
from portal.nominations.forms.letters import DeclineForm
from portal.nominations.forms.writing import AGES, CHILD, MINOR, answer_form
from portal.nominations.queries import candidacies
from portal.nominations.queries import consent as consent_queries
from portal.nominations.queries import parts as queries
from portal.nominations.queries.consent import candidacy_by_number
from portal.nominations.rules.parts import WAITED_FOR, PartState
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.drawing import answer_in_words, limits, with_name
from portal.questions.rules import problems
from portal.web import failures, viewer
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.nominations.models import Candidacy, Part
    from portal.people.models import Person

STATES = {
    PartState.NOT_INVITED: ("not_started", _l("Not invited yet")),
    PartState.INVITED: ("not_started", _l("Invited")),
    PartState.ACCEPTED: ("writing", _l("Taken up, not finished yet")),
    PartState.COMPLETED: ("done", _l("Finished")),
    PartState.DECLINED: ("blocks", _l("Declined")),
    PartState.LAPSED: ("blocks", _l("Did not come in time")),
}
NOTHING = N_("There is no such part.")
AT_DESK = "/desk/<slug>/<int:year>/candidacies/<reference>"

pages.add_app_template_global(lambda part: str(STATES[part.state][1]), "part_status")
pages.add_app_template_global(lambda part: STATES[part.state][0], "part_shape")


def _own(candidacy: Candidacy) -> Part:
    """Return the part of whoever looks. Nobody has one before they are invited."""
    found = queries.part_of(candidacy.id, viewer.current().id)
    if found is None or found.state is PartState.NOT_INVITED:
        raise NotFound(NOTHING)
    return found


def _facts(candidacy: Candidacy, own: Part) -> dict[str, Any]:
    person = viewer.current()
    pieces = queries.pieces(candidacy, own)
    file = file_queries.by_id(own.file_id)
    newest = file or file_queries.newest(own, file_rules.RESUME.name)
    return {
        "candidacy": candidacy,
        "part": own,
        "person": person,
        "award": words_in(candidacy.cycle.award.name),
        "due": queries.due(candidacy.cycle),
        "in_time": actions.in_time(candidacy, at=clock.now()),
        "tasks": [_task(candidacy, piece, person) for piece in pieces],
        "consent": _consent_task(candidacy, person),
        "said": len(queries.said_of(candidacy)),
        "stops": [stop for piece in pieces for stop in _stops(candidacy, piece, person)],
        "file": newest,
        "file_state": serving.shown(newest) if newest is not None else None,
    }


def _label(piece: queries.Piece, person: Person) -> str:
    return with_name(words_in(piece.question.short) or words_in(piece.question.label), person.name)


def _url(candidacy: Candidacy, piece: queries.Piece) -> str:
    if piece.question.key == queries.BIOGRAPHY:
        return url_for(".biography", number=candidacy.id)
    return url_for(".part_answer", number=candidacy.id, key=piece.question.key)


def _stops(candidacy: Candidacy, piece: queries.Piece, person: Person) -> list[dict[str, str]]:
    """Return what keeps one question of the part from being finished, each with the page where it is mended."""
    url, label = _url(candidacy, piece), _label(piece, person)
    return [
        {"url": url, "words": f"{label}: {failures.words(problem.message, problem.facts)}"}
        for problem in piece.problems
    ]


def _consent_task(candidacy: Candidacy, person: Person) -> dict[str, Any]:
    """Return what may be published as one task more. It may wait: saying nothing is an answer too, and publishes nothing."""
    answered = bool(consent_queries.latest(candidacy.id, person.id))
    task = {"label": _("What may be published about you"), "url": url_for(".consent", number=candidacy.id)}
    if answered:
        return {**task, "state": "done", "word": _("Answered")}
    return {**task, "state": "not_started", "word": _("Nothing, until you say so")}


def _task(candidacy: Candidacy, piece: queries.Piece, person: Person) -> dict[str, Any]:
    label, where = _label(piece, person), _url(candidacy, piece)
    state = "not_started" if not piece.text else "writing" if piece.problems else "done"
    task = {"label": label, "url": where, "state": state}
    if state == "not_started" and not piece.problems:
        task["word"] = _("May stay empty")
    return task


@pages.form("/part/<int:number>", needs=Permission.OWN_PART, of=candidacy_by_number)
def part(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Take the nomination up, see what is asked, and say when it is finished."""
    own, now, person = _own(candidacy), clock.now(), viewer.current()
    acts: dict[str, Callable[[], str]] = {
        "accept": lambda: _done(
            actions.accept, candidacy, own, person, now, _("Thank you. Add your part when it suits you.")
        ),
        "complete": lambda: _done(actions.complete, candidacy, own, person, now, _("Thank you. Your part is with us.")),
        "change": lambda: _done(
            actions.change, candidacy, own, person, now, _("Change what you like, and say again when it is finished.")
        ),
    }
    status, refusal, form = 200, None, AgeForm()
    if request.method == "POST":
        act = acts.get(request.form.get("act", ""))
        if act is None:
            raise Refused(N_("Choose one of these"))
        asks = request.form.get("act") == "accept" and _asks_age(candidacy, person)
        if asks and form.age.data == CHILD:
            return render_template("nominations/too_young.html", own=False, nominee=True)
        if asks and form.age.data not in AGES:
            form.fail("age", _("Choose how old you are"))
            return _own_page(candidacy, own, form, None), 422
        try:
            if asks:
                consents.say_age(person, minor=form.age.data == MINOR, at=now)
            flash(act())
        except actions.Unfinished as error:
            status, refusal = 422, failures.sentence(error)
        else:
            return see_other(".part", number=candidacy.id)
    return _own_page(candidacy, own, form, refusal), status


def _own_page(candidacy: Candidacy, own: Part, form: AgeForm, refusal: str | None) -> str:
    facts = _facts(candidacy, own)
    asks = _asks_age(candidacy, facts["person"])
    return render_template("nominations/own_part.html", refusal=refusal, form=form, asks_age=asks, **facts)


def _asks_age(candidacy: Candidacy, person: Person) -> bool:
    """Say whether a nominee is asked how old they are before they write anything: students, where nobody told us."""
    return person.minor is None and candidacy.cycle.award.honours is Honours.STUDENTS


def _done(act: Any, candidacy: Candidacy, own: Part, person: Person, at: Any, said: str) -> str:  # noqa: ANN401, PLR0917 - an action and what it takes
    act(candidacy, own, by=person, at=at)
    return said


@pages.page("/part/<int:number>/words", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_words(candidacy: Candidacy) -> str:
    """Read what nominators wrote about one, of those who said that one may."""
    said = queries.said_of(candidacy)
    name = viewer.current().name
    return render_template(
        "nominations/part_words.html",
        candidacy=candidacy,
        award=words_in(candidacy.cycle.award.name),
        back_url=_back_url(candidacy),
        said=[
            (one.name, one.language, [(with_name(words_in(label), name), text) for label, text in one.answers])
            for one in said
        ],
    )


def _back_url(candidacy: Candidacy) -> str:
    """Return the page that a nominee comes from: their part where they have one."""
    found = queries.part_of(candidacy.id, viewer.current().id)
    has = found is not None and found.state is not PartState.NOT_INVITED
    return url_for(".part" if has else ".consent", number=candidacy.id)


@pages.form("/part/<int:number>/declining", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_declining(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Say no to the nomination."""
    own, form = _own(candidacy), DeclineForm()
    if own.state not in WAITED_FOR:
        return redirect(url_for(".part", number=candidacy.id), code=303)
    if form.validate_on_submit():
        actions.decline(candidacy, own, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
        flash(_("Thank you for telling us. You will hear no more about it."))
        return see_other(".part", number=candidacy.id)
    return render_template("nominations/part_declining.html", form=form, **_facts(candidacy, own)), form.status


@pages.form("/part/<int:number>/answers/<key>", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_answer(candidacy: Candidacy, key: str) -> Any:  # noqa: ANN401 - an answer
    """Write one essay."""
    own, asks = _own(candidacy), queries.question(candidacy.cycle, key)
    if asks is None:
        raise NotFound(NOTHING)
    if own.state is not PartState.ACCEPTED:
        return redirect(url_for(".part", number=candidacy.id), code=303)
    held = queries.answer(own.id, asks.id)
    person = viewer.current()
    form: Any = answer_form(asks, held.text if held else "", nominee=person.name, version=held.version if held else 0)
    if request.method != "POST":
        return _answer_page(candidacy, own, form, asks, None)
    if not form.validate():
        if request.headers.get("X-Autosave"):
            return jsonify(errors={name: [str(one) for one in errors] for name, errors in form.errors.items()}), 422
        return _answer_page(candidacy, own, form, asks, None), 422
    return _saved_answer(candidacy, own, form, asks)


def _saved_answer(candidacy: Candidacy, own: Part, form: Any, asks: Any) -> Any:  # noqa: ANN401 - a form and its question; an answer
    text = form.fields()["text"]
    saved = actions.save_answer(candidacy, own, asks, text, version=form.drawn_with, at=clock.now())
    if request.headers.get("X-Autosave"):
        if saved.other is not None:
            return jsonify(conflict_url=url_for(".part_answer", number=candidacy.id, key=asks.key)), 409
        return jsonify(saved_at=clock_time(saved.at), version=saved.version)
    form.version.data = str(saved.version)
    too_long = next((found for found in problems(asks, text) if found.kind != "missing"), None)
    if saved.other is None and too_long is None:
        flash(_("Saved."))
        return see_other(".part", number=candidacy.id)
    if too_long is not None:
        form.fail("answer", failures.words(too_long.message, too_long.facts))
    return keep((_answer_page(candidacy, own, form, asks, saved.other), 409 if saved.other is not None else 422))


def _answer_page(candidacy: Candidacy, own: Part, form: Any, asks: Any, other: str | None) -> str:  # noqa: ANN401 - a form and its question
    held = queries.answer(own.id, asks.id)
    return render_template(
        "nominations/part_answer.html",
        form=form,
        asks=asks,
        other=other,
        limits=limits(asks),
        saved=clock_time(held.saved_at) if held else "",
        **_facts(candidacy, own),
    )


# ---------------------------------------------------------------- the resume


@pages.form("/part/<int:number>/resume", needs=Permission.OWN_PART, of=candidacy_by_number, most=serving.MOST_REQUEST)
def part_resume(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Send a resume, in parts where the browser can."""
    own, now, person = _own(candidacy), clock.now(), viewer.current()
    then = url_for(".part", number=candidacy.id, _anchor="resume")
    if request.method != "POST":
        return redirect(then, code=303)
    if own.state is not PartState.ACCEPTED or not actions.in_time(candidacy, at=now):
        raise Refused(actions.CLOSED, deadline=queries.due(candidacy.cycle))
    try:
        answer = serving.receive(
            own,
            file_rules.RESUME,
            owner=person,
            at=now,
            attach=lambda file: actions.attach(candidacy, own, file, by=person, at=now),
            then=then,
        )
    except Refused as refusal:
        if refusal.field != "file":
            raise
        flash(failures.sentence(refusal), "error")
        return redirect(then, code=303)
    return answer if answer is not None else redirect(then, code=303)


@pages.step("/part/<int:number>/resume/removal", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_resume_removal(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Take the resume out again."""
    actions.attach(candidacy, _own(candidacy), None, by=viewer.current(), at=clock.now())
    flash(_("The resume is taken out."))
    return see_other(".part", number=candidacy.id)


@pages.page("/part/<int:number>/resume/state", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_resume_state(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Tell the page's script whether the resume is checked yet."""
    return serving.state(file_queries.by_id(_own(candidacy).file_id))


@pages.page("/part/<int:number>/resume/<int:place>", needs=Permission.OWN_PART, of=candidacy_by_number)
def part_resume_page(candidacy: Candidacy, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of the resume."""
    return serving.picture(file_queries.by_id(_own(candidacy).file_id), place)


# ---------------------------------------------------------------- the office


@pages.step(f"{AT_DESK}/invitation", needs=Permission.SCREEN, of=candidacies.by_reference)
def part_invitation(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Invite the nominee to add their own part."""
    try:
        count = actions.invite(candidacy, by=viewer.current(), at=clock.now())
    except Refused as refusal:
        flash(failures.sentence(refusal), "error")
    else:
        said = ngettext("One person is invited.", "%(num)s people are invited.", count)
        flash(said if count else _("Nobody was left to invite, or the day for it has passed."))
    here = {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year, "reference": candidacy.reference}
    return see_other(".candidacy", **here)


def _of(candidacy: Candidacy, person: int) -> tuple[Person, Part, Any]:
    found = next((row for row in queries.of_candidacy(candidacy) if row[0].id == person), None)
    if found is None:
        raise NotFound(NOTHING)
    return found


@pages.page(f"{AT_DESK}/parts/<int:person>", needs=Permission.READ_CANDIDACY, of=candidacies.by_reference)
def part_at_desk(candidacy: Candidacy, person: int) -> str:
    """Read what a nominee added."""
    who, own, file = _of(candidacy, person)
    return render_template(
        "nominations/part_at_desk.html",
        cycle=candidacy.cycle,
        candidacy=candidacy,
        who=who,
        part=own,
        file=file,
        pieces=[
            (
                with_name(words_in(piece.words.label), who.name),
                answer_in_words(piece.words, piece.text, piece.question.kind),
            )
            for piece in queries.pieces(candidacy, own)
        ],
        file_state=serving.shown(file) if file is not None else None,
    )


@pages.page(f"{AT_DESK}/parts/<int:person>/resume", needs=Permission.READ_CANDIDACY, of=candidacies.by_reference)
def part_download(candidacy: Candidacy, person: int) -> Any:  # noqa: ANN401 - an answer
    """Save a nominee's resume."""
    return serving.download(_of(candidacy, person)[2])


@pages.page(
    f"{AT_DESK}/parts/<int:person>/resume/<int:place>", needs=Permission.READ_CANDIDACY, of=candidacies.by_reference
)
def part_page(candidacy: Candidacy, person: int, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of a nominee's resume."""
    return serving.picture(_of(candidacy, person)[2], place)
