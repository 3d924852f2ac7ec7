"""One candidacy in deliberation: what reviewers gave and why, and what has been said since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _

from portal import clock, policy
from portal.errors import PortalError
from portal.policy import Datum, Permission, Sight
from portal.review.actions import notes as actions
from portal.review.forms.desk import NoteForm
from portal.review.queries import reading, texts
from portal.review.queries import standings as queries
from portal.review.queries.facts import discussed, sees_names
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.review.views.standings import sees_readers
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.review.queries.facts import Discussed


@pages.form("/desk/<slug>/<int:year>/standings/<reference>", needs=Permission.DELIBERATE, of=discussed)
def discussion(thing: Discussed) -> Any:  # noqa: ANN401 - an answer
    """Read what reviewers said, and add a note."""
    form = NoteForm()
    person = viewer.current()
    cycle = thing.review.cycle
    if form.validate_on_submit():
        try:
            actions.write(thing.round, thing.candidacy, text=form.text.data or "", by=person, at=clock.now())
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("Added."))
            return see_other(".discussion", reference=thing.spoken.reference, **at(cycle))
    named = sees_names(person, thing.review)
    first_own = queries.owes_own(thing.round, thing.candidacy.id, person)
    rubric = reading.rubric_for(cycle)
    letters = policy.sight(Datum.CONFIDENTIAL_LETTER, policy.facts_about(person, thing)) is not Sight.DENY
    read = texts.reading(thing.round, thing.candidacy.id, letters=letters)
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
        given=[] if first_own else queries.reviews_of(thing.round, thing.candidacy.id),
        readers=sees_readers(person, thing.review),
        notes=queries.notes_of(thing.round, thing.candidacy.id),
        passages=drawing.passages_of(read.passages, _("the nominee") if thing.round.blind else thing.candidacy.name),
        withheld=read.withheld,
        most=rubric.highest * 10 if rubric else 60,
        form=form,
    ), form.status
