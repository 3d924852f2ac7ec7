"""The draw that settles an exact tie, step by step: published, sealed, drawn, and a record that anyone can check."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Response, flash, render_template
from flask_babel import gettext as _

from portal import clock
from portal.decisions import queries as deciding
from portal.decisions.actions import drawing as actions
from portal.decisions.forms import CallOffForm, OutcomeForm, PublishForm, SecretForm
from portal.decisions.queries import drawing as queries
from portal.decisions.rules import lottery
from portal.decisions.rules.lives import DrawState
from portal.decisions.views.pages import pages
from portal.errors import NotFound, PortalError
from portal.policy import Permission
from portal.review.rules import selecting
from portal.web import viewer
from portal.web.failures import sentence
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.decisions.models import Draw
    from portal.decisions.queries.drawing import Drawing

ROOT = "/desk/<slug>/<int:year>/draw"


def _place(thing: Drawing) -> dict[str, Any]:
    return {"slug": thing.deciding.cycle.award.slug, "year": thing.deciding.cycle.year}


def _page(thing: Drawing, status: int = 200, **forms: Any) -> Any:  # noqa: ANN401 - forms by name, and an answer
    draw, person = thing.draw, viewer.current()
    called = deciding.called(thing.deciding, person, {*thing.pool, *(draw.pool if draw is not None else ())})
    facts: dict[str, Any] = {
        "publishing": PublishForm(formdata=None),
        "showing": SecretForm(formdata=None),
        "holding": OutcomeForm(formdata=None),
        "calling_off": CallOffForm(formdata=None),
        **forms,
    }
    held = draw is not None and draw.state is DrawState.DRAWN
    return (
        render_template(
            "decisions/draw.html",
            thing=thing.deciding,
            cycle=thing.deciding.cycle,
            draw=draw,
            held=held,
            called=called,
            pool=[(reference, called.get(reference, "")) for reference in (draw.pool if draw else sorted(thing.pool))],
            places=draw.places if draw is not None else thing.places,
            by_lot=selecting.from_json(thing.deciding.round.rule if thing.deciding.round else None).tie
            is selecting.Tie.DRAW,
            event_over=draw is not None and clock.now() >= draw.event_at,
            own=next((each for each in draw.secrets if each.person_id == person.id), None) if draw else None,
            tickets=_tickets(draw) if draw is not None and held else [],
            place=_place(thing),
            **facts,
        ),
        status,
    )


def _tickets(draw: Draw) -> list[tuple[str, str]]:
    """Return everybody in a draw with their ticket, lowest first."""
    seed = bytes.fromhex(draw.seed or "")
    return [(name, lottery.ticket(seed, name)) for name in lottery.in_order(draw.pool, seed)]


@pages.page(ROOT, needs=Permission.HOLD_DRAW, of=queries.drawing)
def draw(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """Where the draw stands, and what comes next."""
    return _page(thing)


@pages.step(ROOT + "/publication", needs=Permission.HOLD_DRAW, of=queries.drawing)
def publish_draw(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """Publish who is in it and which event decides it."""
    form = PublishForm()
    if not form.validate():
        return _page(thing, 422, publishing=form)
    try:
        actions.publish(
            thing, event=form.event.data or "", event_at=form.instant(), by=viewer.current(), at=clock.now()
        )
    except PortalError as refused:
        form.fail(refused.field, sentence(refused))
        return _page(thing, refused.status, publishing=form)
    flash(_("Published. Now two people or more each seal a number, before the event."))
    return see_other(".draw", **_place(thing))


@pages.form(ROOT + "/number", needs=Permission.HOLD_DRAW, of=queries.drawing)
def seal_number(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """A number of one's own, to be written down and sealed. It is made for this page and kept nowhere."""
    form = SecretForm()
    if form.validate_on_submit():
        try:
            actions.seal(thing, secret=form.secret.data or "", by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail(refused.field, sentence(refused))
        else:
            flash(_("Sealed. Keep your number until the event is over; then show it here."))
            return see_other(".draw", **_place(thing))
    number = form.secret.data or secrets.token_hex(32)
    return (
        render_template(
            "decisions/number.html",
            cycle=thing.deciding.cycle,
            draw=thing.draw,
            form=form,
            number=number,
            fours=[number[at : at + 4] for at in range(0, len(number), 4)],
            place=_place(thing),
        ),
        form.status,
    )


@pages.step(ROOT + "/number/showing", needs=Permission.HOLD_DRAW, of=queries.drawing)
def show_number(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """Show the number that one sealed."""
    form = SecretForm()
    if form.validate():
        try:
            actions.reveal(thing, secret=form.secret.data or "", by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail(refused.field, sentence(refused))
            return _page(thing, refused.status, showing=form)
        flash(_("Shown. It fits its fingerprint."))
        return see_other(".draw", **_place(thing))
    return _page(thing, 422, showing=form)


@pages.step(ROOT + "/lots", needs=Permission.HOLD_DRAW, of=queries.drawing)
def hold_draw(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """Draw."""
    form = OutcomeForm()
    if form.validate():
        try:
            actions.hold(thing, outcome=form.outcome.data or "", by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail(refused.field, sentence(refused))
            return _page(thing, refused.status, holding=form)
        flash(_("Drawn. The rule is being applied with it; the decisions page shows it in a moment."))
        return see_other(".draw", **_place(thing))
    return _page(thing, 422, holding=form)


@pages.step(ROOT + "/end", needs=Permission.HOLD_DRAW, of=queries.drawing)
def call_off(thing: Drawing) -> Any:  # noqa: ANN401 - an answer
    """Call it off, with a reason."""
    form = CallOffForm()
    if not form.validate():
        return _page(thing, 422, calling_off=form)
    actions.call_off(thing, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
    flash(_("Called off. It stays on the record."))
    return see_other(".draw", **_place(thing))


@pages.page(ROOT + "/record.txt", needs=Permission.HOLD_DRAW, of=queries.drawing)
def draw_record(thing: Drawing) -> Response:
    """Everything that was published and shown, for anyone to check; it names nobody."""
    if thing.draw is None:
        raise NotFound(actions.NO_TIE)
    held = thing.draw.state is DrawState.DRAWN
    text = render_template(
        "decisions/draw.txt",
        draw=thing.draw,
        held=held,
        cycle=thing.deciding.cycle,
        tickets=_tickets(thing.draw) if held else [],
    )
    answer = Response(text, mimetype="text/plain; charset=utf-8")
    place = _place(thing)
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{place["slug"]}-{place["year"]}.txt"'
    return answer
