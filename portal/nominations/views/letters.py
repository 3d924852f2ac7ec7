"""Letters: asked for by a nominator, written by whoever was asked. What a letter says, only its page tells, and only those it may."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock
from portal.errors import N_, NotFound, PortalError, Refused
from portal.files import queries as file_queries
from portal.files import rules as file_rules
from portal.files import serving
from portal.nominations.actions import letters as actions
from portal.nominations.forms.letters import KEPT, OWN_ROLES, ROLES, WAIVER, AgeForm, AskForm, LetterForm, NoForm
from portal.nominations.forms.writing import AGES, CHILD
from portal.nominations.models import Relation
from portal.nominations.queries import letters as queries
from portal.nominations.queries.writing import by_reference as nomination_at
from portal.nominations.rules.letters import MAY_WRITE, OPEN, LetterState, WriterRole
from portal.nominations.views.pages import pages
from portal.nominations.views.writing import _facts as nomination_facts
from portal.policy import Permission
from portal.questions.rules import YES
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.nominations.models import Nomination, Recommendation
    from portal.nominations.queries.letters import Sent

STATES = {  # the one status that whoever asked, the writer and the staff see: a shape and words
    LetterState.ASKED: ("not_started", _l("Asked, link not opened yet")),
    LetterState.OPENED: ("writing", _l("Link opened, not sent yet")),
    LetterState.RECEIVED: ("done", _l("With us")),
    LetterState.DECLINED: ("blocks", _l("Said no")),
    LetterState.CANCELLED: ("blocks", _l("Not needed any more")),
    LetterState.LAPSED: ("blocks", _l("Did not come in time")),
    LetterState.LATE: ("undecided", _l("Came late; the office decides")),
    LetterState.REFUSED: ("blocks", _l("Came late, not accepted")),
}


def status_words(asked: Recommendation) -> str:
    """Return where a letter stands, in words: the same for everybody who may know."""
    return str(STATES[asked.state][1])


def role_words(role: str) -> str:
    """Return how a writer stands to the nominee, in words."""
    return str(ROLES[WriterRole(role)])


def missing_words(roles: Iterable[str]) -> list[str]:
    """Return the roles of writers that are missing, in words."""
    return [role_words(role) for role in roles]


pages.add_app_template_global(status_words, "letter_status")
pages.add_app_template_global(lambda asked: STATES[asked.state][0], "letter_shape")
pages.add_app_template_global(role_words, "writer_role")


# ---------------------------------------------------------------- whoever nominates or applies


@pages.form("/nominations/<reference>/letters", needs=Permission.EDIT_NOMINATION, of=nomination_at)
def letters(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """See which letters were asked for and where each stands, and ask somebody for one."""
    plan, now = queries.plan_of(nomination.cycle_id), clock.now()
    applies = nomination.relation is Relation.SELF
    form = AskForm()
    if applies:
        form.role.choices = [(role.value, words) for role, words in OWN_ROLES.items()]
    else:
        del form.waiver
    if form.validate_on_submit():
        answer = _ask(nomination, form, applies=applies)
        if answer is not None:
            return answer
    asked = queries.of_nomination(nomination)
    gap = queries.missing(plan, asked, [nomination.relation])
    facts = nomination_facts(nomination)
    return render_template(
        "nominations/letters.html",
        **{**facts, "back_url": url_for(".tasks", reference=nomination.reference)},
        form=form,
        asked=asked,
        plan=plan,
        missing=missing_words(gap),
        due=queries.due(nomination.cycle),
        may_ask=now < queries.due(nomination.cycle) and nomination.stage in actions.TAKES,
        open_states=OPEN,
    ), form.status


def _ask(nomination: Nomination, form: AskForm, *, applies: bool) -> Any:  # noqa: ANN401 - an answer, or None where something is to be said first
    roles = {role.value: role for role in WriterRole}
    if form.role.data not in roles:
        form.fail("role", _("Choose who they are"))
        return None
    if applies and not form.waiver.data:
        form.fail("waiver", _("Choose whether you may read the letter"))
        return None
    waives = applies and form.waiver.data == YES
    try:
        actions.ask(
            cycle=nomination.cycle,
            nomination=nomination,
            by=nomination.nominator,
            name=form.name.data or "",
            email=form.email.data or "",
            role=roles[form.role.data],
            note=form.note.data or "",
            waiver=(waives, str(WAIVER if waives else KEPT)) if applies else None,
            confirmed=nomination.sitting.confirmed_at is not None,
            language=str(get_locale() or "en"),
            at=clock.now(),
        )
    except Refused as refusal:
        form.fail(refusal.field or "email", failures.sentence(refusal))
        return None
    flash(_("Asked. The link is on its way to %(name)s.", name=form.name.data or ""))
    return see_other(".letters", reference=nomination.reference)


def _asked_with(nomination: Nomination, number: int) -> Recommendation:
    found = queries.by_number(number)
    if found is None or found.nomination_id != nomination.id:
        raise NotFound(N_("There is no such letter here."))
    return found


@pages.step(
    "/nominations/<reference>/letters/<int:number>/<any(reminder, cancellation):step>",
    needs=Permission.EDIT_NOMINATION,
    of=nomination_at,
)
def letter_step(nomination: Nomination, number: int, step: str) -> Any:  # noqa: ANN401 - an answer
    """Remind a writer, or say that the letter is not needed any more."""
    asked, now = _asked_with(nomination, number), clock.now()
    try:
        if step == "reminder":
            actions.remind(asked, by=nomination.nominator, at=now)
            flash(_("A reminder is on its way to %(name)s.", name=asked.writer_name))
        else:
            actions.cancel(asked, reason="", by=nomination.nominator, at=now)
            flash(_("%(name)s is told that the letter is not needed any more.", name=asked.writer_name))
    except Refused as refusal:
        flash(failures.sentence(refusal), "error")
    return see_other(".letters", reference=nomination.reference)


# ---------------------------------------------------------------- the writer


@pages.page("/letters", needs=Permission.SEE_OWN_LETTERS)
def my_letters() -> str:
    """List the letters one was asked for."""
    found = listing(queries.written_by(viewer.current().id), page=asked_page())
    rows = [
        (asked, queries.about_name(asked), words_in(asked.cycle.award.name), queries.due(asked.cycle))
        for asked in found.items
    ]
    return render_template("nominations/my_letters.html", listing=found, rows=rows)


@pages.page("/letters.csv", needs=Permission.SEE_OWN_LETTERS)
def my_letters_csv() -> Any:  # noqa: ANN401 - a file
    """Give the same list as a file."""
    return table_file(
        "my-letters",
        [_("Letter"), _("About"), _("Award"), _("Due"), _("Where it stands")],
        (
            (
                asked.reference,
                queries.about_name(asked),
                words_in(asked.cycle.award.name),
                queries.due(asked.cycle).isoformat(),
                status_words(asked),
            )
            for asked in queries.every_written_by(viewer.current().id)
        ),
    )


def _whole(asked: Recommendation) -> dict[str, Any]:
    """Return what the writer's pages are drawn with."""
    now = clock.now()
    file = file_queries.by_id(asked.file_id)
    plan = queries.plan_of(asked.cycle_id)
    return {
        "asked": asked,
        "name": queries.about_name(asked),
        "award": words_in(asked.cycle.award.name),
        "due": queries.due(asked.cycle),
        "in_time": actions.in_time(asked, at=now),
        "takes_late": actions.takes_late(asked),
        "needed": actions.needed(asked),
        "writable": asked.state in MAY_WRITE,
        "file": file,
        "file_state": serving.shown(file) if file is not None else None,
        "plan": plan,
        "most": plan.most_words if plan is not None else 700,
        "least": plan.least_words if plan is not None else 0,
        "sent": _read(queries.sent(asked)),
        "saved": clock_time(asked.saved_at) if asked.saved_at else "",
    }


def _read(sent: Sent | None) -> dict[str, Any] | None:
    """Return a letter that was sent, as its page shows it."""
    if sent is None:
        return None
    return {"letter": sent.letter, "file": sent.file, **json.loads(sent.letter.facts), "held": sent.file}


@pages.form("/letters/<reference>", needs=Permission.WRITE_LETTER, of=queries.by_reference)
def letter(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Write the letter, and send it."""
    form = LetterForm(
        data={"signed": asked.signed, "position": asked.position, "text": asked.text, "version": asked.version}
    )
    autosaving = bool(request.headers.get("X-Autosave"))
    if actions.age_unknown(asked) and actions.needed(asked) and not autosaving:
        return _age_first(asked)
    if request.method != "POST" or not (form.validate() or autosaving):
        return _drawn(asked, form)
    if form.errors:
        return jsonify(errors={name: [str(one) for one in errors] for name, errors in form.errors.items()}), 422
    saved = actions.save(
        asked,
        text=form.text.data or "",
        signed=form.signed.data or "",
        position=form.position.data or "",
        version=form.drawn_with,
        at=clock.now(),
    )
    if autosaving:
        return _autosaved(asked, saved)
    form.version.data = str(saved.version)
    if saved.other is not None:
        return _drawn(asked, form, other=saved.other)[0], 409
    return _went_on(asked, form, saved.version)


def _age_first(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Ask somebody who may be a student how old they are, before anything of theirs is taken. Of a child nothing is."""
    form, now = AgeForm(), clock.now()
    if form.validate_on_submit():
        if form.age.data == CHILD:
            actions.decline(asked, reason="", at=now)
            return render_template("nominations/too_young.html", asker=asked.asked_by.name)
        if form.age.data in AGES:
            actions.of_age(asked, at=now)
            return see_other(".letter", reference=asked.reference)
        form.fail("age", _("Choose how old you are"))
    return render_template("nominations/letter_age.html", form=form, **_whole(asked)), form.status


def _autosaved(asked: Recommendation, saved: actions.Saved) -> Any:  # noqa: ANN401 - an answer
    if saved.other is not None:
        return jsonify(conflict_url=url_for(".letter", reference=asked.reference)), 409
    return jsonify(saved_at=clock_time(saved.at), version=saved.version)


def _went_on(asked: Recommendation, form: LetterForm, version: int) -> Any:  # noqa: ANN401 - an answer
    """After a save by a button: come back later, or send it."""
    if not request.form.get("send"):
        flash(
            _(
                "Saved. You can finish this later; the link in your mail, or signing in with your address, brings you back."
            )
        )
        return see_other(".letter", reference=asked.reference)
    return _sent(asked, form, version)


def _sent(asked: Recommendation, form: LetterForm, version: int) -> Any:  # noqa: ANN401 - an answer
    """Send what is saved by now. Refused, it stays saved, and the page says why."""
    try:
        actions.send(asked, version=version, at=clock.now())
    except PortalError as refusal:
        form.fail(refusal.field if refusal.field in {"text", "signed"} else "text", failures.sentence(refusal))
        fresh = queries.by_reference(asked.reference)
        return keep((_drawn(fresh or asked, form)[0], 409))
    said = _("It is left with the office, who accept it with a reason or refuse it. We write to you either way.")
    flash(said if asked.state is LetterState.LATE else _("Thank you. Your letter is with us."))
    return see_other(".letter", reference=asked.reference)


def _drawn(asked: Recommendation, form: LetterForm, other: str | None = None) -> Any:  # noqa: ANN401 - an answer
    facts = _whole(asked)
    return render_template("nominations/letter.html", form=form, other=other, **facts), form.status


@pages.form(
    "/letters/<reference>/file", needs=Permission.WRITE_LETTER, of=queries.by_reference, most=serving.MOST_REQUEST
)
def letter_file(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Send the letter as a file, in parts where the browser can."""
    then, now = url_for(".letter", reference=asked.reference, _anchor="file"), clock.now()
    if request.method != "POST":
        return redirect(then, code=303)
    if asked.state not in MAY_WRITE:
        raise Refused(N_("This letter can no longer be changed."))
    if actions.age_unknown(asked):
        raise Refused(actions.HOW_OLD)
    try:
        answer = serving.receive(
            asked,
            file_rules.LETTER,
            owner=asked.writer,
            at=now,
            attach=lambda file: actions.attach(asked, file, at=now),
            then=then,
        )
    except Refused as refusal:
        if refusal.field != "file":
            raise
        flash(failures.sentence(refusal), "error")
        return redirect(then, code=303)
    return answer if answer is not None else redirect(then, code=303)


@pages.step("/letters/<reference>/file/removal", needs=Permission.WRITE_LETTER, of=queries.by_reference)
def letter_file_removal(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Take the file out again."""
    if asked.state not in MAY_WRITE:
        raise Refused(N_("This letter can no longer be changed."))
    actions.detach(asked, at=clock.now())
    flash(_("The file is taken out. What you write below counts."))
    return see_other(".letter", reference=asked.reference)


@pages.page("/letters/<reference>/file/state", needs=Permission.WRITE_LETTER, of=queries.by_reference)
def letter_file_state(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Tell the page's script whether the file is checked yet."""
    return serving.state(file_queries.by_id(asked.file_id))


@pages.page("/letters/<reference>/file/<int:number>", needs=Permission.WRITE_LETTER, of=queries.by_reference)
def letter_file_page(asked: Recommendation, number: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of the file that is about to be sent."""
    return serving.picture(file_queries.by_id(asked.file_id), number)


@pages.form("/letters/<reference>/declining", needs=Permission.WRITE_LETTER, of=queries.by_reference)
def letter_declining(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Say no."""
    form = NoForm()
    if asked.state not in OPEN:
        return redirect(url_for(".letter", reference=asked.reference), code=303)
    if form.validate_on_submit():
        actions.decline(asked, reason=form.reason.data or "", at=clock.now())
        flash(_("Thank you for telling us. You will hear no more about it."))
        return see_other(".letter", reference=asked.reference)
    return render_template("nominations/letter_declining.html", form=form, **_whole(asked)), form.status


# ---------------------------------------------------------------- reading what was sent


@pages.page("/letters/<reference>/sent/<int:number>", needs=Permission.READ_LETTER, of=queries.by_reference)
def letter_sent(asked: Recommendation, number: int) -> str:
    """Read a letter as it was sent."""
    return render_template("nominations/letter_sent.html", **{**_whole(asked), "sent": _read(_found(asked, number))})


@pages.page("/letters/<reference>/sent/<int:number>/file", needs=Permission.READ_LETTER, of=queries.by_reference)
def letter_download(asked: Recommendation, number: int) -> Any:  # noqa: ANN401 - an answer
    """Save the file of a letter."""
    return serving.download(_found(asked, number).file)


@pages.page(
    "/letters/<reference>/sent/<int:number>/pages/<int:place>", needs=Permission.READ_LETTER, of=queries.by_reference
)
def letter_page(asked: Recommendation, number: int, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of a letter that came as a file."""
    return serving.picture(_found(asked, number).file, place)


def _found(asked: Recommendation, number: int) -> Sent:
    found = queries.sent(asked, number)
    if found is None:
        raise NotFound(N_("There is no such letter."))
    return found
