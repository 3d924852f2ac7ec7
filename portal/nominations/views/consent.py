"""Saying what may be published, field by field, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import N_, Refused
from portal.nominations.actions import consent as actions
from portal.nominations.forms.consent import (
    AgeForm,
    AskingForm,
    BiographyForm,
    ConsentForm,
    GuardianForm,
    SaidForm,
    words,
)
from portal.nominations.forms.writing import AGES, CHILD, MINOR
from portal.nominations.hearing import queries as hearings
from portal.nominations.models import Field
from portal.nominations.queries import candidacies, parts
from portal.nominations.queries import consent as queries
from portal.nominations.rules import ConsentState
from portal.nominations.rules.writing import BIOGRAPHY_WORDS
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.rules import NO, YES, over
from portal.web import failures, viewer
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.nominations.models import Candidacy
    from portal.people.models import Person


# Higher rooms say where else the people of a candidacy find what is theirs: its address, or None.
elsewhere: list[Callable[[Candidacy], str | None]] = []
# And what a guardian is asked besides for one of them: in words, and its address, or None.
of_guardians: list[Callable[[Candidacy, Person], tuple[str, str] | None]] = []


def _candidacy(number: int) -> Candidacy | None:
    return queries.candidacy_by_number(number)


def _facts(candidacy: Candidacy) -> dict[str, Any]:
    who = queries.speaker()
    return {
        "candidacy": candidacy,
        "award": words_in(candidacy.cycle.award.name),
        "person": who.person,
        "guardian": who.guardian,
        "minor": bool(who.person.minor),
        "part": queries.part(candidacy.id, who.person.id),
    }


def _words(person: Any, *, guardian: bool) -> dict[Field, str]:  # noqa: ANN401 - a Person
    return words(guardian=guardian, name=person.name)


@pages.form("/consent/<int:number>", needs=Permission.CONSENT, of=_candidacy)
def consent(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Say what may be published: nothing, unless one says so."""
    facts = _facts(candidacy)
    person, guardian = facts["person"], facts["guardian"]
    now = queries.latest(candidacy.id, person.id)
    agreed = queries.given(candidacy.id).get(person.id, {})
    form = ConsentForm(
        data={
            field.value: YES if field in agreed else NO
            for field in now
            if now[field].state is not ConsentState.NOT_ASKED
        }
    )
    form.ask(guardian=guardian, minor=facts["minor"], name=person.name)
    if person.minor is None and not guardian:
        return _age_first(candidacy, agreed)
    if form.validate_on_submit():
        noted = actions.say(
            candidacy,
            person,
            form.said(),
            words=_words(person, guardian=guardian),
            by_guardian=guardian,
            at=clock.now(),
        )
        flash(_("Saved. It holds from now on.") if noted else _("Saved. Nothing changed."))
        return see_other(".consent", number=candidacy.id)
    return render_template(
        "nominations/consent.html",
        form=form,
        said=now,
        written=hearings.of_candidacy(candidacy.id),
        agreed=agreed,
        fields=list(Field),
        said_of=len(parts.said_of(candidacy)),
        honoured_at=None
        if guardian
        else next((found for found in (ask(candidacy) for ask in elsewhere) if found), None),
        asked_besides=[found for found in (ask(candidacy, person) for ask in of_guardians) if found]
        if guardian
        else [],
        **facts,
    ), form.status


def _age_first(candidacy: Candidacy, agreed: Any) -> Any:  # noqa: ANN401 - what was agreed to; an answer
    """Ask how old they are before anything else. Of a child nothing is kept: a grown-up writes to us."""
    form = AgeForm()
    if form.validate_on_submit():
        if form.age.data == CHILD:
            return render_template("nominations/too_young.html", own=False, nominee=True), 200
        if form.age.data in AGES:
            actions.say_age(viewer.current(), minor=form.age.data == MINOR, at=clock.now())
            return see_other(".consent", number=candidacy.id)
        form.fail("age", _("Choose how old you are"))
    return render_template("nominations/consent_age.html", form=form, agreed=agreed, **_facts(candidacy)), form.status


@pages.form("/consent/<int:number>/guardian", needs=Permission.CONSENT, of=_candidacy)
def consent_guardian(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Say who one's parent or guardian is, who is then asked what may be published."""
    facts, form = _facts(candidacy), GuardianForm()
    person = facts["person"]
    if facts["guardian"] or not person.minor or person.guardian_email:
        return redirect(url_for(".consent", number=candidacy.id), code=303)
    if form.validate_on_submit():
        try:
            actions.name_guardian(
                candidacy,
                person,
                name=form.guardian_name.data or "",
                email=form.guardian_email.data or "",
                at=clock.now(),
            )
        except Refused as refusal:
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            flash(_("Asked. The link is on its way to %(name)s.", name=form.guardian_name.data or ""))
            return see_other(".consent", number=candidacy.id)
    return render_template("nominations/consent_guardian.html", form=form, **facts), form.status


@pages.step("/consent/<int:number>/name", needs=Permission.CONSENT, of=_candidacy)
def said_name(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Say how one's name is said aloud."""
    form = SaidForm()
    if not form.validate():
        raise Refused(N_("This is too long to be read aloud. Write how the name alone is said."))
    actions.note_said(candidacy, queries.speaker().person, form.said_as.data or "", at=clock.now())
    flash(_("Saved. Whoever reads the name aloud will see it."))
    return see_other(".consent", number=candidacy.id)


@pages.step("/consent/<int:number>/withdrawal", needs=Permission.CONSENT, of=_candidacy)
def consent_withdrawal(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Take everything back at once."""
    who = queries.speaker()
    actions.take_back(
        candidacy, who.person, words=_words(who.person, guardian=who.guardian), by_guardian=who.guardian, at=clock.now()
    )
    flash(_("Taken back. Nothing about this is shown from now on."))
    return see_other(".consent", number=candidacy.id)


@pages.form(
    "/desk/<slug>/<int:year>/candidacies/<reference>/asking", needs=Permission.SCREEN, of=candidacies.by_reference
)
def asking(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Tell the people of a candidacy that they were nominated, ask what may be published, and read what they said."""
    people = [link.person for link in candidacy.people]
    rows = [
        {
            "email": person.email or "",
            "minor": "" if person.minor is None else YES if person.minor else NO,
            "guardian_name": person.guardian_name or "",
            "guardian_email": person.guardian_email or "",
        }
        for person in people
    ]
    form = AskingForm(data={"people": rows})
    if form.validate_on_submit() and len(form.people.entries) == len(people):
        return _asked(candidacy, people, form)
    said = {person.id: queries.latest(candidacy.id, person.id) for person in people}
    facts = {"people": people, "said": said, "given": queries.given(candidacy.id), "fields": list(Field)}
    facts["written"] = hearings.of_candidacy(candidacy.id)
    return render_template(
        "nominations/asking.html", candidacy=candidacy, cycle=candidacy.cycle, form=form, **facts
    ), form.status


def _asked(candidacy: Candidacy, people: list[Any], form: AskingForm) -> Any:  # noqa: ANN401 - an answer
    now, by = clock.now(), viewer.current()
    for person, entry in zip(people, form.people.entries, strict=True):
        row = entry.form
        actions.note_person(
            person,
            email=row.email.data or "",
            minor={YES: True, NO: False}.get(row.minor.data or ""),
            guardian_name=row.guardian_name.data or "",
            guardian_email=row.guardian_email.data or "",
            by=by,
            at=now,
        )
    if request.form.get("ask"):
        asked = actions.ask(candidacy, at=now, by=by)
        flash(
            ngettext("Asked: one message is on its way.", "Asked: %(num)s messages are on their way.", asked)
            if asked
            else _("Nobody has an address yet.")
        )
    else:
        flash(_("Saved."))
    here = {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year, "reference": candidacy.reference}
    return see_other(".asking", **here)


@pages.form("/consent/<int:number>/biography", needs=Permission.CONSENT, of=_candidacy)
def biography(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Write the biography that a public page may show."""
    facts = _facts(candidacy)
    part = facts["part"]
    form = BiographyForm(data={"biography": part.biography if part else "", "version": part.version if part else 0})
    other = None
    autosaving = bool(request.headers.get("X-Autosave"))
    if request.method == "POST" and not form.validate() and autosaving:
        return jsonify(errors={name: [str(error) for error in errors] for name, errors in form.errors.items()}), 422
    if request.method == "POST" and not form.errors:
        saved = actions.save_biography(
            candidacy, facts["person"], form.biography.data or "", version=form.drawn_with, at=clock.now()
        )
        other = saved.other
        if autosaving:
            return _autosaved(candidacy, saved)
        too_long = over(form.biography.data or "", BIOGRAPHY_WORDS)
        form.version.data = str(saved.version)
        if other is None and too_long is None:
            actions.publish_biography(candidacy, facts["person"], by_guardian=facts["guardian"], at=clock.now())
            flash(_("Your biography is saved."))
            return redirect(url_for(".consent", number=candidacy.id), code=303)
        if too_long is not None:
            form.fail("biography", failures.words(too_long.message, too_long.facts))
        return keep((_drawn(form, facts, other), 409 if other is not None else 422))
    return _drawn(form, facts, other), form.status


def _autosaved(candidacy: Candidacy, saved: actions.Saved) -> Any:  # noqa: ANN401 - an answer
    if saved.other is not None:
        return jsonify(conflict_url=url_for(".biography", number=candidacy.id)), 409
    return jsonify(saved_at=clock_time(saved.at), version=saved.version)


def _drawn(form: BiographyForm, facts: dict[str, Any], other: str | None) -> str:
    part = facts["part"]
    saved = clock_time(part.saved_at) if part is not None else ""
    return render_template(
        "nominations/biography.html", form=form, other=other, most=BIOGRAPHY_WORDS, saved=saved, **facts
    )
