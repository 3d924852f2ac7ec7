"""What donors read of their fund, and the office's part in it: reading notes before they go, and sending donors their links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import Refused
from portal.funds import queries as funds
from portal.offers.actions import notes as actions
from portal.offers.forms import ReasonForm, VersionForm
from portal.offers.queries import books as queries
from portal.offers.rules import NoteState
from portal.offers.views.pages import NOTES, pages
from portal.policy import Permission
from portal.web import failures, text, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from flask import Response

    from portal.funds.models import Fund
    from portal.offers.models import ThankYou
    from portal.offers.queries.books import Books


@pages.page("/funds/<int:number>", needs=Permission.SEE_OWN_FUND, of=funds.by_id)
def own_fund(fund: Fund) -> str:
    """What a fund did, for whoever gave to it: who was honored with it, as each agreed to be shown, and what they wrote."""
    found = queries.notes(fund, NoteState.PASSED_ON)
    deeds = queries.deeds(fund)
    return render_template(
        "offers/own_fund.html",
        fund=fund,
        deeds=deeds,
        honoured=sum(len(one.people) + one.unnamed for one in deeds),
        unnamed=sum(one.unnamed for one in deeds),
        shown_cents=sum(person.sum_cents or 0 for one in deeds for person in one.people),
        notes=found,
        signatures=queries.signatures(found),
    )


def _page(thing: Books, form: ReasonForm | None = None, of: int = 0) -> Any:  # noqa: ANN401 - an answer
    found = queries.notes(thing.fund, *NoteState, read_by=viewer.current())
    page = render_template(
        "offers/notes.html",
        thing=thing,
        fund=thing.fund,
        notes=found,
        signatures=queries.signatures(found),
        donors=funds.donors(thing.fund),
        form=form or ReasonForm(formdata=None),
        of=of,
        given=NoteState.GIVEN,
    )
    return page, 422 if form is not None else 200


@pages.page("/desk/funds/<int:number>/notes", needs=Permission.READ_THANKS, of=queries.books)
def notes(thing: Books) -> Any:  # noqa: ANN401 - an answer
    """Read what recipients wrote to a fund's donors before it goes."""
    return _page(thing)


@pages.page("/desk/funds/<int:number>/notes.csv", needs=Permission.READ_THANKS, of=queries.books)
def notes_csv(thing: Books) -> Response:
    """The same as a table: CSV, or a workbook."""
    found = queries.notes(thing.fund, *NoteState, read_by=viewer.current())
    signed = queries.signatures(found)
    header = [_("Name"), _("Award"), _("Year"), _("Given"), _("State"), _("Signed for donors"), _("Note")]
    rows = [
        [
            one.person.name,
            words_in(one.offer.cycle.award.name),
            one.offer.cycle.year,
            text.when(one.given_at),
            str(NOTES[one.state][1]),
            signed.get(one.id, ""),
            one.text,
        ]
        for one in found
    ]
    return table_file(f"notes-{thing.fund.id}", header, rows)


def _note(thing: Books, note: int) -> ThankYou:
    found = queries.note(thing.fund, note, read_by=viewer.current())
    if found is None:
        abort(404)
    return found


@pages.step("/desk/funds/<int:number>/notes/<int:note>/passing", needs=Permission.READ_THANKS, of=queries.books)
def pass_note(thing: Books, note: int) -> Any:  # noqa: ANN401 - an answer
    """Pass a note on to the donors."""
    form = VersionForm()
    form.validate()
    actions.pass_on(_note(thing, note), thing.fund, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Passed on. The donors are written to."))
    return see_other(".notes", number=thing.fund.id)


@pages.step("/desk/funds/<int:number>/notes/<int:note>/return", needs=Permission.READ_THANKS, of=queries.books)
def return_note(thing: Books, note: int) -> Any:  # noqa: ANN401 - an answer
    """Give a note back to its writer."""
    form = ReasonForm()
    if not form.validate():
        return _page(thing, form, note)
    try:
        actions.return_(
            _note(thing, note),
            reason=form.reason.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, failures.sentence(refused))
        return _page(thing, form, note)
    flash(_("Given back, with what you wrote."))
    return see_other(".notes", number=thing.fund.id)


@pages.step("/desk/funds/<int:number>/links", needs=Permission.READ_THANKS, of=queries.books)
def donor_links(thing: Books) -> Any:  # noqa: ANN401 - an answer
    """Send donors the link to their fund's page."""
    sent = actions.send_links(thing.fund, by=viewer.current(), at=clock.now())
    flash(
        ngettext("One donor is written to.", "%(num)s donors are written to.", sent)
        if sent
        else _("Nobody is written to: each donor was written to today, or no message reaches them.")
    )
    return see_other(".notes", number=thing.fund.id)
