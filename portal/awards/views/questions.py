"""What a cycle asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.awards import forms
from portal.awards.views.pages import beside, cycle_at, languages, pages, where, who_and_when
from portal.errors import Refused
from portal.history import record
from portal.policy import Permission
from portal.questions import actions
from portal.questions import forms as question_forms
from portal.questions.models import Asked, Question, QuestionKind, Sensitivity
from portal.web.fields import Line, Text
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.awards.models import Cycle

THINGS = {
    "label": (_l("The question"), Text, _l("Write the question")),
    "short": (_l("Its short name, for lists"), Line, _l("Give it a short name")),
    "hint": (_l("A hint under it"), Text, None),
}


@pages.page("/desk/<slug>/<int:year>/questions", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def questions(cycle: Cycle) -> str:
    """The questions in order, the nominator's and the nominee's."""
    parts = [(part, cycle.question_set.asked_of(part) if cycle.question_set else []) for part in Asked]
    return render_template("awards/questions.html", cycle=cycle, parts=parts, part_words=question_forms.PARTS)


def _question(cycle: Cycle, number: int) -> Question:
    found = next(
        (held for held in (cycle.question_set.questions if cycle.question_set else []) if held.id == number), None
    )
    if found is None:
        abort(404)
    return found


def _form(question: Question | None, asked: str = "") -> Any:  # noqa: ANN401 - a form made for these languages
    made = forms.in_languages(question_forms.QuestionForm, languages(), THINGS)
    if question is None:
        usual = {
            "asked": asked if asked in {part.value for part in Asked} else Asked.NOMINATOR.value,
            "kind": QuestionKind.TEXT.value,
            "word_limit": 250,
            "required": True,
            "scored": True,
            "blind_visible": True,
            "sensitivity": Sensitivity.NONE.value,
        }
        return made(data=usual)
    kept = ("word_limit", "required", "scored", "blind_visible", "publishable")
    said = forms.spread(label=question.label, short=question.short, hint=question.hint)
    chosen = {"asked": question.asked.value, "kind": question.kind.value, "sensitivity": question.sensitivity.value}
    choices = question_forms.choices_text(question, tuple(languages()))
    return made(data={**{name: getattr(question, name) for name in kept}, **chosen, **said, "choices": choices})


def _save(cycle: Cycle, question: Question | None, form: Any) -> bool:  # noqa: ANN401 - a QuestionForm
    """Save a checked form. Returns whether it was taken."""
    said = {thing: form.said(thing) for thing in THINGS}
    before = question.choices if question else []
    try:
        saved = actions.save_question(
            found_set(cycle), question, **question_forms.facts(form, before, tuple(languages())), **said
        )
    except Refused as refused:
        beside(form, refused)
        return False
    record("question edited" if question else "question added", cycle, key=saved.key, **who_and_when())
    return True


@pages.form("/desk/<slug>/<int:year>/questions/new", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def new_question(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Add a question."""
    form = _form(None, request.args.get("asked", ""))
    if form.validate_on_submit() and _save(cycle, None, form):
        flash(_("Added at the end."))
        return see_other(".questions", **where(cycle))
    return render_template("awards/question.html", cycle=cycle, form=form, question=None), form.status


@pages.form("/desk/<slug>/<int:year>/questions/<int:number>", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Change a question, while the set is not frozen."""
    found = _question(cycle, number)
    form = _form(found)
    if form.validate_on_submit() and _save(cycle, found, form):
        flash(_("Saved."))
        return see_other(".questions", **where(cycle))
    return render_template("awards/question.html", cycle=cycle, form=form, question=found), form.status


@pages.step("/desk/<slug>/<int:year>/questions/<int:number>/move", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def move_question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Move a question up or down."""
    found = _question(cycle, number)
    actions.move_question(found_set(cycle), found, by_places=-1 if request.form.get("to") == "up" else 1)
    record("question moved", cycle, key=found.key, **who_and_when())
    return see_other(".questions", **where(cycle), _anchor=f"question-{found.id}")


@pages.step("/desk/<slug>/<int:year>/questions/<int:number>/removal", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def remove_question(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Take a question out."""
    found = _question(cycle, number)
    key = found.key
    actions.remove_question(found_set(cycle), found)
    record("question removed", cycle, key=key, **who_and_when())
    flash(_("Taken out."))
    return see_other(".questions", **where(cycle))


def found_set(cycle: Cycle) -> Any:  # noqa: ANN401 - a QuestionSet
    """Return the cycle's question set, which is there where one of its questions was found."""
    return cycle.question_set
