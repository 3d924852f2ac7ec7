"""Entering a nomination for somebody who called, or who wrote on paper."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template, request
from flask_babel import gettext as _

from portal import clock
from portal.awards import queries as awards
from portal.awards.rules import instant
from portal.errors import N_, Refused, Stale
from portal.nominations.actions import calls as kept
from portal.nominations.actions import entering as actions
from portal.nominations.actions.entering import NotReady, Told
from portal.nominations.forms.screening import EntryForm, numbers, wall_time
from portal.nominations.forms.writing import AGES
from portal.nominations.models import Quote, Relation
from portal.nominations.queries import calls
from portal.nominations.queries import candidacies as queries
from portal.nominations.rules import Stage
from portal.nominations.rules.writing import MOST_PEOPLE, MOST_SCHOOLS
from portal.nominations.views import words
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.drawing import answer_of, data_for, field_for, limits
from portal.questions.forms import condition
from portal.questions.models import Asked, QuestionKind
from portal.schools import queries as schools
from portal.web import failures, viewer
from portal.web.language import NAMES, RIGHT_TO_LEFT
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, zone

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.models import Call
    from portal.questions.models import Question
    from portal.schools.models import School

CENTRAL, NOT_LISTED = "central", "not listed"


def _cycle_at(slug: str, year: int) -> Cycle | None:
    return awards.cycle_at(slug, year)


def form_of(cycle: Cycle, data: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - a form with a field for each question
    """Return the form, with a field for each question of the cycle, and what was typed before."""
    fields = {
        f"answer-{question.key}": field_for(question, nominee=_("the nominee"))
        for question in _asked(cycle)
        if question.kind is not QuestionKind.FILE
    }
    made = type("CycleEntryForm", (EntryForm,), fields)(data=data)
    made.ask(
        words.RELATIONS.items(),
        ((Quote.NAMED, _("Yes, by name")), (Quote.UNNAMED, _("Yes, without the name")), (Quote.NO, _("No"))),
    )
    made.language.choices = list(NAMES.items())
    made.school_id.choices = _offered(made)
    return made


def _offered(form: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - the form
    """Return the schools that fit what was typed, the one chosen before, and what is no school."""
    typed = (form.school.data or "").strip()
    kept = schools.by_ids(_numbers(form))
    there = {school.id for school in kept}
    found: list[School] = (
        [*kept, *(school for school in schools.matching(typed) if school.id not in there)] if typed else list(kept)
    )
    meant = schools.meant_by(typed) if typed else None
    if meant is not None and meant.school is not None:
        found.sort(key=lambda school: (school.id not in there, school.id != meant.school))
    return [
        *((str(school.id), school.name) for school in found),
        (NOT_LISTED, _("A school that is not listed: keep it as typed")),
        (CENTRAL, _("The district's central office, or no one school")),
    ]


def _numbers(form: Any) -> list[int]:  # noqa: ANN401 - the form
    """Return the schools that were chosen, as many as a nomination may have."""
    return sorted(numbers(form.school_id.data or []))[:MOST_SCHOOLS]


@pages.form("/desk/<slug>/<int:year>/entry", needs=Permission.ENTER_NOMINATION, of=_cycle_at)
def entry(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Write down what somebody tells, and send it in for them. What is typed is kept meanwhile, for whoever types it."""
    begun = calls.begun_by(viewer.current(), cycle)
    call = next((one for one in begun if one.once == request.args.get("call")), None)
    form = _entry_form(cycle, call)
    now = clock.now()
    if request.headers.get("X-Autosave"):
        return _kept(cycle, form, now)
    if request.method == "POST":
        answer = _pressed(cycle, form, now)
        if answer is not None:
            return answer
    status = 200 if request.form.get("find") or request.form.get("add_person") else form.status
    return render_template(
        "nominations/entry.html",
        call=call,
        others=[_in_a_line(one) for one in begun if one is not call],
        version=_version(request.form.get("version")) or (call.version if call is not None else 0),
        days=kept.KEPT.days,
        **drawn_with(cycle, form),
    ), status


def _entry_form(cycle: Cycle, call: Call | None) -> Any:  # noqa: ANN401 - the form
    """Return the form as it is drawn: empty, or with what was written down of a call."""
    if call is not None and request.method != "POST":
        data = typed_before(actions.read(call.told), cycle)
        return form_of(cycle, {**data, "once": call.once, "received": call.received, "thank": call.thank})
    form = form_of(cycle)
    if request.method != "POST":
        form.once.data = secrets.token_urlsafe(24)
        form.received.data = clock.now().astimezone(zone()).strftime("%Y-%m-%dT%H:%M")
        form.language.data = "en"
    return form


def _in_a_line(call: Call) -> dict[str, Any]:
    """Return what tells one call from another, for whoever began it."""
    people = ["{given} {family}".format(**one).strip() for one in call.told.get("people", [])]
    return {
        "once": call.once,
        "name": call.told.get("name") or _("Nobody named yet"),
        "about": ", ".join(one for one in people if one),
        "saved_at": call.saved_at,
    }


def _version(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no version has more digits


def _once(form: Any) -> str:  # noqa: ANN401 - the form
    return (form.once.data or "")[:60]


def _keep(cycle: Cycle, form: Any, now: datetime) -> int:  # noqa: ANN401 - the form
    """Keep what is typed so far, and return its version."""
    return kept.keep(
        cycle,
        _once(form),
        actions.as_facts(told_of(form)),
        received=(form.received.data or "")[:40],
        thank=bool(form.thank.data),
        version=_version(request.form.get("version")),
        by=viewer.current(),
        at=now,
    )


def _kept(cycle: Cycle, form: Any, now: datetime) -> Any:  # noqa: ANN401 - the form, and an answer
    """Answer the page's own saving. Of a child nothing is kept, and what was kept goes."""
    if form.age.data == actions.CHILD:
        kept.let_go(_once(form), by=viewer.current())
        return keep((jsonify(errors={"age": [_(actions.OF_A_CHILD)]}), 422))
    if not form.validate() or not _once(form):
        wrong = {name: [str(one) for one in found] for name, found in form.errors.items() if isinstance(name, str)}
        return jsonify(errors=wrong), 422
    return jsonify(saved_at=clock_time(now), version=_keep(cycle, form, now))


def _pressed(cycle: Cycle, form: Any, now: datetime) -> Any:  # noqa: ANN401 - the form, and an answer or None
    """Do what was pressed; None where the page is drawn again with what was typed."""
    here, act = {"slug": cycle.award.slug, "year": cycle.year}, request.form.get("act")
    if request.form.get("find") or request.form.get("add_person"):
        if request.form.get("add_person") and len(form.people) < MOST_PEOPLE:
            form.people.append_entry()
        return None
    if form.age.data == actions.CHILD or act == "discard":
        kept.let_go(_once(form), by=viewer.current())
        discarded = act == "discard"
        flash(_("It is thrown away.") if discarded else _(actions.OF_A_CHILD), "message" if discarded else "error")
        return see_other(".entry", **here)
    if not form.validate():
        return None
    try:
        if act == "later":
            _keep(cycle, form, now)
            flash(_("Saved. You can finish this later."))
            return see_other(".entry", **here)
        nomination = actions.enter(
            told_of(form),
            cycle,
            received_at=received(form, now),
            once=_once(form),
            thank=bool(form.thank.data),
            by=viewer.current(),
            at=now,
        )
    except NotReady as lacking:
        show(form, lacking)
    except (Refused, Stale) as refusal:
        field = getattr(refusal, "field", None) or ("nominator_name" if isinstance(refusal, Stale) else "received")
        form.fail(field, failures.sentence(refusal))
    else:
        return entered(cycle, nomination)
    return None


def drawn_with(cycle: Cycle, form: Any) -> dict[str, Any]:  # noqa: ANN401 - the form
    """Return what every page that holds the form is drawn with."""
    return {
        "cycle": cycle,
        "form": form,
        "questions": [form[name] for name in form._fields if name.startswith("answer-")],
        "limits": _limits(cycle),
        "rtl": RIGHT_TO_LEFT,
        "most_people": MOST_PEOPLE,
        **words.about(),
    }


def entered(cycle: Cycle, nomination: Any) -> Any:  # noqa: ANN401 - an answer
    """Go on to what became of a nomination that was entered."""
    back = {"slug": cycle.award.slug, "year": cycle.year}
    if nomination.stage is Stage.LATE:
        flash(
            _(
                "%(reference)s reached us after the deadline: it is held until you accept or refuse it.",
                reference=nomination.reference,
            )
        )
        return see_other(".late_one", **back, reference=nomination.reference)
    flash(_("Entered as %(reference)s.", reference=nomination.reference))
    reference = queries.reference_of(nomination.candidacy_id or 0)
    return see_other(".candidacy", **back, reference=reference) if reference else see_other(".screening", **back)


def _asked(cycle: Cycle) -> list[Question]:
    return cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else []


def _limits(cycle: Cycle) -> dict[str, dict[str, Any]]:
    """Return what the page says of each question's field: its limit, and when it is asked."""
    asked = _asked(cycle)
    return {f"answer-{one.key}": {**limits(one), "when": condition(one, asked)} for one in asked}


def told_of(form: Any) -> Told:  # noqa: ANN401 - the form
    """Return what was written down."""
    chosen = set(form.school_id.data or [])
    found = schools.by_ids(_numbers(form))
    return Told(
        name=form.nominator_name.data or "",
        email=form.nominator_email.data or "",
        phone=form.nominator_phone.data or "",
        age=form.age.data if form.age.data in AGES else "",
        guardian_name=form.guardian_name.data or "",
        guardian_email=form.guardian_email.data or "",
        people=[person for _row, person in form.named],
        schools=list(found),
        place_text=(form.school.data or "") if NOT_LISTED in chosen else "",
        central=CENTRAL in chosen,
        relation=form.relation.data if form.relation.data in set(Relation) else "",
        relation_text=form.relation_text.data or "",
        quote=form.quote.data if form.quote.data in set(Quote) else "",
        tell=form.tell.data or "",
        language=form.language.data if form.language.data in NAMES else "en",
        answers={
            name.removeprefix("answer-"): answer_of(form[name]) for name in form._fields if name.startswith("answer-")
        },
    )


def received(form: Any, now: datetime) -> datetime:  # noqa: ANN401 - the form
    """Return when it reached the office. The present minute, drawn with the page, is not yet to come."""
    wall = wall_time(form.received)
    if wall is None:
        raise Refused(N_("Write a date and a time"), field="received")
    found = instant(wall.date(), wall.time(), awards.zone(), field="received")
    return min(found, now) if wall.date() == now.astimezone(zone()).date() else found


def typed_before(told: Told, cycle: Cycle) -> dict[str, Any]:
    """Return what was written down as the form's fields hold it."""
    chosen = [str(school.id) for school in told.schools] + ([CENTRAL] if told.central else [])
    chosen += [NOT_LISTED] if told.place_text else []
    held = {name: getattr(told, name) for name in ("relation", "relation_text", "quote", "tell", "language", "people")}
    answers = {f"answer-{one.key}": data_for(one, told.answers.get(one.key, "")) for one in _asked(cycle)}
    held |= {"age": told.age, "guardian_name": told.guardian_name, "guardian_email": told.guardian_email}
    named = {"nominator_name": told.name, "nominator_email": told.email, "nominator_phone": told.phone}
    return {**held, **named, **answers, "school": told.place_text, "school_id": chosen}


def show(form: Any, lacking: NotReady) -> None:  # noqa: ANN401 - the form
    """Put what is missing beside its fields."""
    for name, problems in lacking.problems.items():
        for problem in problems:
            form.fail(_row_of(name, form), failures.words(problem.message, problem.facts))


def _row_of(name: str, form: Any) -> str:  # noqa: ANN401 - the form
    """Return the field a problem belongs to: people are counted without the rows that hold nothing."""
    people, _, rest = name.partition("-")
    number, _, part = rest.partition("-")
    return f"people-{form.named[int(number)][0]}-{part}" if people == "people" and number.isdecimal() else name
