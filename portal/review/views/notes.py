"""One candidacy in deliberation: what reviewers gave and why, and what has been said since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _

from portal import clock, policy
from portal.errors import N_, PortalError, Refused
from portal.policy import Datum, Fact, Permission, Sight
from portal.review.actions import meeting as meetings
from portal.review.actions import notes as actions
from portal.review.forms.desk import AUDIENCES, NoteForm, ThoughtForm
from portal.review.queries import meeting, reading, rounds, screening, texts
from portal.review.queries import standings as queries
from portal.review.queries.facts import discussed, sees_names
from portal.review.rules.notes import Audience
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.review.views.standings import sees_readers
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Rubric
    from portal.review.models import Review
    from portal.review.queries.facts import Discussed


@pages.form("/desk/<slug>/<int:year>/standings/<reference>", needs=Permission.DELIBERATE, of=discussed)
def discussion(thing: Discussed) -> Any:  # noqa: ANN401 - an answer
    """Read what reviewers said, and add a note."""
    form = NoteForm()
    person = viewer.current()
    cycle = thing.review.cycle
    if form.validate_on_submit():
        try:
            actions.write(
                thing.round,
                thing.candidacy,
                text=form.text.data or "",
                audience=Audience(form.audience.data),
                by=person,
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("Added."))
            return see_other(".discussion", reference=thing.spoken.reference, **at(cycle))
    return _page(thing, form, form.status)


@pages.step("/desk/<slug>/<int:year>/standings/<reference>/second-thoughts", needs=Permission.THINK_AGAIN, of=discussed)
def second_thought(thing: Discussed) -> Any:  # noqa: ANN401 - an answer
    """Say what one would give now, and why, beside one's own score."""
    person = viewer.current()
    review = meeting.own_review(thing.round, thing.candidacy.id, person)
    rubric = rounds.rubric_of(thing.round)
    if review is None or rubric is None:
        raise Refused(N_("Only whoever scored this candidacy can say what they would give now."))
    form = _thought_form(review, rubric)
    if form.validate():
        criterion = next(each for each in reading.criteria_of(rubric) if each.key == form.criterion.data)
        try:
            meetings.think_again(
                review,
                criterion,
                level=int(form.level.data or 0),
                reason=form.reason.data or "",
                seen=form.seen_number(),
                by=person,
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
            return _page(thing, NoteForm(formdata=None), refused.status, form)
        flash(_("Kept beside your score."))
        return see_other(".discussion", reference=thing.spoken.reference, **at(thing.review.cycle))
    return _page(thing, NoteForm(formdata=None), 422, form)


def _thought_form(review: Review, rubric: Rubric, **facts: Any) -> ThoughtForm:
    """Offer the criteria that a review scored, each with the level it gave."""
    scored = {score.criterion_id: score for score in review.scores if score.level is not None}
    criteria = [
        (each.key, _("%(name)s, scored %(level)s", name=words_in(each.name), level=scored[each.id].level))
        for each in reading.criteria_of(rubric)
        if each.id in scored
    ]
    return ThoughtForm(criteria, range(rubric.highest, rubric.lowest - 1, -1), **facts)


def _page(thing: Discussed, form: NoteForm, status: int, thought: ThoughtForm | None = None) -> Any:  # noqa: ANN401 - an answer
    person = viewer.current()
    cycle = thing.review.cycle
    named = sees_names(person, thing.review)
    first_own = queries.owes_own(thing.round, thing.candidacy.id, person)
    rubric = rounds.rubric_of(thing.round)
    given = [] if first_own else queries.reviews_of(thing.round, thing.candidacy.id)
    letters = policy.sight(Datum.CONFIDENTIAL_LETTER, policy.facts_about(person, thing)) is not Sight.DENY
    read = texts.reading(thing.round, thing.candidacy.id, letters=letters)
    facts = policy.facts_about(person, thing.review)
    notes = meeting.notes_heard(
        thing.round,
        [thing.candidacy.id],
        person,
        leads=bool(facts & {Fact.STAFF_OF_IT, Fact.CHAIR_OF_IT}),
        deliberates=Fact.IN_DELIBERATION in facts,
    )[thing.candidacy.id]
    thoughts = meeting.thoughts_of(thing.round, [thing.candidacy.id]).get(thing.candidacy.id, {})
    own = meeting.own_review(thing.round, thing.candidacy.id, person) if Fact.IN_DELIBERATION in facts else None
    if thought is None and own is not None and rubric is not None and policy.may(person, Permission.THINK_AGAIN, thing):
        keys = {each.id: each.key for each in reading.criteria_of(rubric)}
        seen = [
            f"{keys[one]}:{said.id}" for (review, one), said in thoughts.items() if review == own.id and one in keys
        ]
        thought = _thought_form(own, rubric, formdata=None, seen=" ".join(seen))
    return render_template(
        "review/discussion.html",
        cycle=cycle,
        place=at(cycle),
        round=thing.round,
        name=thing.candidacy.name if named else thing.spoken.name,
        spoken=thing.spoken,
        named=named,
        first_own=first_own,
        criteria=[(each.id, words_in(each.name)) for each in reading.criteria_of(rubric)] if rubric else [],
        given=given,
        verdicts=screening.words_of([each.review.id for each in given]) if rubric is None else {},
        readers=sees_readers(person, thing.review),
        notes=notes,
        audiences=AUDIENCES,
        thoughts=thoughts,
        thought=thought,
        passages=drawing.passages_of(read.passages, _("the nominee") if thing.round.blind else thing.candidacy.name),
        withheld=read.withheld,
        confidence_word=drawing.confidence_word,
        most=rubric.highest * 10 if rubric else 60,
        form=form,
    ), status
