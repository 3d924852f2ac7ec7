"""What somebody honored finds behind their link: their page, a photograph they send themselves, their certificate to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.awards import queries as awards
from portal.errors import N_, NotFound
from portal.files import serving
from portal.policy import Permission
from portal.publishing import portraits
from portal.publishing.actions import photos as actions
from portal.publishing.desk import printing
from portal.publishing.desk import queries as releases
from portal.publishing.desk.queries import keepsakes
from portal.publishing.desk.queries import own as queries
from portal.publishing.desk.views.photos import received
from portal.publishing.pages import pages
from portal.publishing.rules.keepsakes import Kind
from portal.web import language, viewer
from portal.web.pages import see_other
from portal.web.text import words_in
from portal.web.typesetting import pdf_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.nominations.models import Candidacy
    from portal.publishing.desk.queries import Chosen
    from portal.publishing.desk.queries.own import Honour

AT = "/honored/<int:number>"
# Higher rooms say what else is theirs: its title, a sentence and its address, or None.
more: list[Callable[[Candidacy], tuple[str, str, str] | None]] = []
NOBODY = N_("There is no such person.")
NONE = N_("There is no such photograph.")


def address(candidacy: Candidacy) -> str | None:
    """Return where the people of a candidacy find what is theirs, once they were told that they are honored."""
    return url_for("publishing.honour", number=candidacy.id) if queries.honoured(candidacy.id) else None


def _mine(thing: Honour) -> Chosen:
    me = viewer.current().id
    found = next((one for one in thing.people if one.person.id == me), None)
    if found is None:
        raise NotFound(NOBODY)
    return found


@pages.page(AT, needs=Permission.SEE_OWN_HONOUR, of=queries.honour)
def honour(thing: Honour) -> str:
    """Everything that is theirs, and the way to it."""
    one = _mine(thing)
    row = releases.recipient_of(one.candidacy.id, one.person.id)
    shown = row if row is not None and row.name is not None and row.taken_down_at is None else None
    return render_template(
        "publishing/honour.html",
        thing=thing,
        cycle=thing.candidacy.cycle,
        one=one,
        row=shown,
        more=[found for found in (ask(thing.candidacy) for ask in more) if found],
    )


@pages.form(AT + "/photo", needs=Permission.SEE_OWN_HONOUR, of=queries.honour, most=serving.MOST_REQUEST)
def own_photo(thing: Honour) -> Any:  # noqa: ANN401 - an answer
    """Send one's photograph, see how it is cut, and take it out."""
    one, now, me = _mine(thing), clock.now(), viewer.current()
    then = url_for(".own_photo", number=thing.candidacy.id)
    if request.method == "POST":
        return received(
            one, lambda file: actions.attach_own(thing.releasing, one, file, by=me, at=now), then=then, by=me, at=now
        )
    file = one.photo.file if one.photo is not None else None
    return render_template(
        "publishing/own_photo.html",
        thing=thing,
        cycle=thing.candidacy.cycle,
        one=one,
        file=file,
        file_state=serving.shown(file) if file is not None else None,
    )


@pages.step(AT + "/photo/removal", needs=Permission.SEE_OWN_HONOUR, of=queries.honour)
def own_photo_removal(thing: Honour) -> Any:  # noqa: ANN401 - an answer
    """Take one's photograph out."""
    one = _mine(thing)
    if one.photo is not None:
        actions.remove(one, one.photo, by=viewer.current(), at=clock.now())
        flash(_("Taken out. It is shown nowhere."))
    return see_other(".own_photo", number=thing.candidacy.id)


@pages.page(AT + "/photo/state", needs=Permission.SEE_OWN_HONOUR, of=queries.honour)
def own_photo_state(thing: Honour) -> Any:  # noqa: ANN401 - an answer
    """Say whether it is checked by now."""
    one = _mine(thing)
    return serving.state(one.photo.file if one.photo is not None else None)


@pages.page(AT + "/photo/<int:size>.webp", needs=Permission.SEE_OWN_HONOUR, of=queries.honour)
def own_photo_square(thing: Honour, size: int) -> Any:  # noqa: ANN401 - a picture
    """One square of it, as their page shows it."""
    one = _mine(thing)
    name = one.photo.name if one.photo is not None else None
    data = portraits.read(name, size) if name is not None else None
    if data is None:
        raise NotFound(NONE)
    return Response(data, mimetype=portraits.WEBP, headers={"Cache-Control": "no-store"})


@pages.page(AT + "/certificate.pdf", needs=Permission.SEE_OWN_HONOUR, of=queries.honour)
def own_certificate(thing: Honour) -> Any:  # noqa: ANN401 - a file
    """One's certificate, in the language one reads."""
    one, cycle, held = _mine(thing), thing.candidacy.cycle, awards.organisation()
    code = one.person.language or language.choose() or "en"
    with language.speaking(language.spoken(code)):
        facts = printing.person_facts(
            one, cycle.award.name, cycle.year, organization=held.name if held is not None else ""
        )
    title = f"{words_in(cycle.award.name)} {cycle.year}"
    made = printing.certificates(keepsakes.template(Kind.CERTIFICATE), [(code, facts)], title=title, at=clock.now())
    return pdf_file(f"certificate-{cycle.award.slug}-{cycle.year}", made)
