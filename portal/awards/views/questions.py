"""What a cycle asks: the editor, the preview, and words put right after the opening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock
from portal.awards import actions as award_actions
from portal.awards import forms, queries, templates
from portal.awards.views.pages import beside, cycle_at, languages, pages, where, who_and_when
from portal.errors import Refused, Stale
from portal.history import record
from portal.policy import Permission
from portal.questions import actions, drawing
from portal.questions import forms as question_forms
from portal.questions import queries as wordings
from portal.questions.models import Asked, Question, QuestionKind, Sensitivity
from portal.questions.rules import CLOSED, joined, shown
from portal.web import failures, viewer
from portal.web.fields import Line, Text
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.questions.models import QuestionSet

THINGS = {
    "label": (_l("The question"), Text, _l("Write the question")),
    "short": (_l("Its short name, for lists"), Line, _l("Give it a short name")),
    "hint": (_l("A hint under it"), Text, None),
}
OWN = {"own_label": (_l("The question, as whoever applies for themself reads it"), Text, None)}


def _things(cycle: Cycle) -> dict[str, Any]:
    """Return what a question says: to an applicant, too, where people may apply for themselves."""
    return {**THINGS, **OWN} if cycle.self_nomination else THINGS


@pages.page("/desk/<slug>/<int:year>/questions", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def questions(cycle: Cycle) -> str:
    """The questions in order, the nominator's and the nominee's."""
    asked = cycle.question_set.questions if cycle.question_set else []
    return render_template(
        "awards/questions.html",
        cycle=cycle,
        parts=[(part, [one for one in asked if one.asked is part]) for part in Asked],
        part_words=question_forms.PARTS,
        kind_words=question_forms.KINDS,
        held_words=question_forms.HELD,
        conditions={one.id: question_forms.condition(one, asked) for one in asked},
        fixes=wordings.fixes(cycle.question_set),
    )


def _question(cycle: Cycle, number: int) -> Question:
    found = next(
        (held for held in (cycle.question_set.questions if cycle.question_set else []) if held.id == number), None
    )
    if found is None:
        abort(404)
    return found


def _form(cycle: Cycle, question: Question | None, asked: str = "") -> Any:  # noqa: ANN401 - a form made for these languages
    made = forms.in_languages(question_forms.QuestionForm, languages(), _things(cycle))
    if question is None:
        usual = {
            "asked": asked if asked in {part.value for part in Asked} else Asked.NOMINATOR.value,
            "kind": QuestionKind.TEXT.value,
            "limit": 250,
            "unit": question_forms.WORDS,
            "required": True,
            "scored": True,
            "blind_visible": True,
            "sensitivity": Sensitivity.NONE.value,
        }
        form = made(data=usual)
    else:
        kept = ("required", "scored", "blind_visible", "publishable")
        said = forms.spread(**{thing: getattr(question, thing) for thing in _things(cycle)})
        form = made(
            data={
                **{name: getattr(question, name) for name in kept},
                **said,
                "asked": question.asked.value,
                "kind": question.kind.value,
                "sensitivity": question.sensitivity.value,
                "limit": question.character_limit or question.word_limit,
                "unit": question_forms.CHARACTERS if question.character_limit else question_forms.WORDS,
                "shown": [f"{question.shown_if}={value}" for value in question.shown_values],
                "choices": question_forms.choices_text(question, tuple(languages())),
                "drawn": actions.digest(question),
            }
        )
    form.offer(question_forms.before(cycle.question_set, question))
    return form


def _save(cycle: Cycle, question: Question | None, form: Any) -> bool:  # noqa: ANN401 - a QuestionForm
    """Save a checked form. Returns whether it was taken."""
    said = {thing: form.said(thing) for thing in _things(cycle)}
    before = question.choices if question else []
    try:
        saved = actions.save_question(
            found_set(cycle),
            question,
            drawn_from=form.drawn.data if question is not None and form.drawn.data else None,
            **question_forms.facts(form, before, tuple(languages())),
            **said,
        )
    except (Refused, Stale) as refused:
        if isinstance(refused, Stale):
            form.fail(f"label_{languages()[0]}", failures.sentence(refused))
            form.drawn.data = actions.digest(question)  # read and saved again, it takes the place of theirs
        else:
            beside(form, refused)
        return False
    record("question edited" if question else "question added", cycle, key=saved.key, **who_and_when())
    return True


@pages.form("/desk/<slug>/<int:year>/questions/new", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def new_question(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Add a question."""
    form = _form(cycle, None, request.args.get("asked", ""))
    if form.validate_on_submit() and _save(cycle, None, form):
        flash(_("Added at the end."))
        return see_other(".questions", **where(cycle))
    return render_template("awards/question.html", cycle=cycle, form=form, question=None), form.status


@pages.form("/desk/<slug>/<int:year>/questions/<int:number>", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Change a question; once the set is frozen, put its words right."""
    found = _question(cycle, number)
    if found_set(cycle).frozen_at is not None:
        return _reworded(cycle, found)
    form = _form(cycle, found)
    if form.validate_on_submit() and _save(cycle, found, form):
        flash(_("Saved."))
        return see_other(".questions", **where(cycle))
    return render_template("awards/question.html", cycle=cycle, form=form, question=found), form.status


def _reworded(cycle: Cycle, found: Question) -> Any:  # noqa: ANN401 - an answer
    made = forms.in_languages(question_forms.RewordForm, languages(), _things(cycle))
    said = forms.spread(**{thing: getattr(found, thing) for thing in _things(cycle)})
    spoken = tuple(languages())
    form = made(data={**said, "choices": question_forms.choices_text(found, spoken), "drawn": actions.digest(found)})
    if form.validate_on_submit():
        typed = form.choices.data or ""
        try:
            changed = actions.reword(
                found_set(cycle),
                found,
                drawn_from=form.drawn.data or None,
                reason=form.reason.data or "",
                by=viewer.current(),
                at=clock.now(),
                choices=question_forms.reworded(typed, spoken, found.choices) if found.choices else found.choices,
                **{thing: form.said(thing) for thing in _things(cycle)},
            )
        except (Refused, Stale) as refused:
            form.fail(getattr(refused, "field", None) or f"label_{spoken[0]}", failures.sentence(refused))
            form.drawn.data = actions.digest(found)
        else:
            if changed:
                record("question reworded", cycle, reason=form.reason.data, key=found.key, **who_and_when())
            flash(_("The words are put right.") if changed else _("Nothing was changed."))
            return see_other(".questions", **where(cycle), _anchor=f"question-{found.id}")
    return render_template("awards/question_words.html", cycle=cycle, form=form, question=found), form.status


def _kept_list(cycle: Cycle, refused: Refused | Stale) -> Any:  # noqa: ANN401 - an answer
    """Go back to the list, as it stands, with why nothing was done."""
    flash(failures.sentence(refused), "error")
    return see_other(".questions", **where(cycle))


@pages.step("/desk/<slug>/<int:year>/questions/<int:number>/move", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def move_question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Move a question up or down."""
    found = _question(cycle, number)
    try:
        actions.move_question(found_set(cycle), found, by_places=-1 if request.form.get("to") == "up" else 1)
    except Refused as refused:
        return _kept_list(cycle, refused)
    record("question moved", cycle, key=found.key, **who_and_when())
    return see_other(".questions", **where(cycle), _anchor=f"question-{found.id}")


@pages.step("/desk/<slug>/<int:year>/questions/order", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def order_questions(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Put the questions of one part in the order in which they were dragged."""
    asked = request.form.get("asked", "")
    numbers = [int(text) for text in request.form.getlist("order")[:500] if text.isdecimal() and len(text) < 10]  # noqa: PLR2004 - no question has a longer number
    if cycle.question_set is None or asked not in {part.value for part in Asked}:
        return _kept_list(cycle, Stale(actions.MOVED))
    try:
        actions.order_questions(cycle.question_set, Asked(asked), numbers)
    except (Refused, Stale) as refused:
        return _kept_list(cycle, refused)
    moved = next(
        (one for one in cycle.question_set.questions if one.id == request.form.get("moved", 0, type=int)), None
    )
    record("question moved", cycle, key=moved.key if moved else None, **who_and_when())
    return see_other(".questions", **where(cycle), _anchor=f"question-{moved.id}" if moved else None)


@pages.step("/desk/<slug>/<int:year>/questions/<int:number>/removal", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def remove_question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Take a question out."""
    found = _question(cycle, number)
    key = found.key
    try:
        actions.remove_question(found_set(cycle), found)
    except Refused as refused:
        return _kept_list(cycle, refused)
    record("question removed", cycle, key=key, **who_and_when())
    flash(_("Taken out."))
    return see_other(".questions", **where(cycle))


# ---------------------------------------------------------------- starting from something


@pages.form("/desk/<slug>/<int:year>/questions/start", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def start_questions(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Put a template's questions, or those of another year, in place of all of these."""
    form = question_forms.StartForm()
    years = {f"year {one.id}": one for one in queries.with_questions(cycle)}
    ready = {f"template {one.slug}": one for one in templates.AWARDS}
    form.start.choices = [
        *(
            (key, _("%(award)s, as asked in %(year)s", award=words_in(c.award.name), year=c.year))
            for key, c in years.items()
        ),
        *((key, _("The template “%(name)s”", name=words_in(one.name))) for key, one in ready.items()),
    ]
    if form.validate_on_submit():
        chosen = form.start.data or ""
        if chosen not in {**years, **ready}:
            form.fail("start", _("Choose what to start from"))
        else:
            try:
                award_actions.start_questions(
                    cycle,
                    template=ready.get(chosen),
                    year=years.get(chosen),
                    **who_and_when(),
                )
            except Refused as refused:
                return _kept_list(cycle, refused)
            flash(_("These are the questions now. Change what you like."))
            return see_other(".questions", **where(cycle))
    return render_template("awards/questions_start.html", cycle=cycle, form=form), form.status


# ---------------------------------------------------------------- the preview


@pages.page("/desk/<slug>/<int:year>/questions/preview", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def preview_questions(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """See the questions as a nominator does on a telephone, one after another. What is chosen here shows what follows; nothing is kept."""
    part = Asked.NOMINEE if request.args.get("asked") == Asked.NOMINEE.value else Asked.NOMINATOR
    every = cycle.question_set.asked_of(part) if cycle.question_set else []
    addressed = cycle.self_nomination and any(one.own_label for one in every)
    own = addressed and request.args.get("own") == "yes"
    said = {one.key: joined(request.args.getlist(f"said-{one.key}")[:50]) for one in every if one.kind in CLOSED}
    now = request.args.get("now", "")
    typed = request.args.getlist("answer")[:50]
    if typed and now in said:
        said[now] = joined(typed)
    seen = shown(every, {one.key: said.get(one.key, "") for one in every})
    keys = [one.key for one in seen]
    place = keys.index(now) if now in keys else -1
    if request.args.get("go") == "next":
        place += 1
    elif request.args.get("go") == "back":
        place -= 1
    elif request.args.get("at") in keys:
        place = keys.index(request.args["at"])
    place = max(place, 0)
    current = seen[place] if place < len(seen) else None
    field = _previewed(current, said.get(current.key, ""), own=own) if current is not None else None
    return render_template(
        "awards/questions_preview.html",
        cycle=cycle,
        part=part,
        addressed=addressed,
        own=own,
        asks=drawing.label_and_hint(current, nominee=_("Amina Warsame"), own=own) if current is not None else None,
        every=every,
        seen=set(keys),
        current=current,
        preview_field=field,
        limits=drawing.limits(current) if current is not None else {},
        place=place,
        count=len(seen),
        said={f"said-{key}": value.split("\n") for key, value in said.items() if value},
        conditions={one.id: question_forms.condition(one, every) for one in every},
    )


def _previewed(question: Question, said: str, *, own: bool) -> Any:  # noqa: ANN401 - a form of one field
    made = type(
        "OneQuestion",
        (question_forms.PreviewForm,),
        {"answer": drawing.field_for(question, nominee=_("Amina Warsame"), own=own)},
    )
    return made(formdata=None, data={"answer": drawing.data_for(question, said)}).answer


def found_set(cycle: Cycle) -> QuestionSet:
    """Return the cycle's question set, which is there where one of its questions was found."""
    if cycle.question_set is None:
        abort(404)
    return cycle.question_set
