"""The photograph of a recipient: sent, described, cut about what matters in it, and shown to nobody but the office until it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.errors import N_, NotFound, PortalError, Refused
from portal.files import rules as file_rules
from portal.files import serving
from portal.policy import Permission
from portal.publishing import portraits
from portal.publishing.actions import photos as actions
from portal.publishing.desk import queries
from portal.publishing.desk.forms import PhotoForm
from portal.publishing.desk.views.release import ROOT
from portal.publishing.pages import pages
from portal.web import viewer
from portal.web.failures import sentence
from portal.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.files.models import StoredFile
    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Drafting

NOBODY = N_("There is no such person.")
NONE = N_("There is no such photograph.")
AT = ROOT + "/pages/<reference>/<int:position>/photo"


def _one(thing: Drafting, position: int) -> Chosen:
    found = next((one for one in thing.people if one.position == position), None)
    if found is None:
        raise NotFound(NOBODY)
    return found


def _address(one: Chosen, thing: Drafting) -> dict[str, Any]:
    cycle = thing.releasing.cycle
    return {"slug": cycle.award.slug, "year": cycle.year, "reference": one.reference, "position": one.position}


@pages.form(AT, needs=Permission.PLAN_RELEASE, of=queries.drafting, most=serving.MOST_REQUEST)
def photo(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """Send a photograph, whole or in parts where the browser can; see how it is cut."""
    one, now, by = _one(thing, position), clock.now(), viewer.current()
    then = url_for(".photo", **_address(one, thing))
    if request.method == "POST":
        return received(one, lambda file: actions.attach(one, file, by=by, at=now), then=then, by=by, at=now)
    return _page(thing, one, _form(one))


def received(one: Chosen, attach: Callable[[StoredFile], object], *, then: str, by: Person, at: datetime) -> Any:  # noqa: ANN401 - an answer
    """Take in a photograph that the office or its own person sends; what is wrong with it is said on the page it was sent from."""
    try:
        answer = serving.receive(one.candidacy, file_rules.PORTRAIT, owner=by, at=at, attach=attach, then=then)
    except Refused as refusal:
        if refusal.field != "file":
            raise
        flash(sentence(refusal), "error")
        return redirect(then, code=303)
    return answer if answer is not None else redirect(then, code=303)


def _form(one: Chosen) -> PhotoForm:
    known = one.photo
    if known is None:
        return PhotoForm()
    return PhotoForm(alt=known.alt, focus_x=known.focus_x, focus_y=known.focus_y, version=known.version)


def _page(thing: Drafting, one: Chosen, form: PhotoForm, status: int = 200) -> Any:  # noqa: ANN401 - an answer
    file = one.photo.file if one.photo is not None else None
    return render_template(
        "publishing/desk/photo.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        one=one,
        photo=one.photo,
        file=file,
        file_state=serving.shown(file) if file is not None else None,
        form=form,
        address=_address(one, thing),
        agreed="photo" in one.agreed,
    ), status


@pages.step(AT + "/words", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def photo_words(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """Say what the photograph shows, and what in it matters."""
    one = _one(thing, position)
    if one.photo is None:
        raise NotFound(NONE)
    form = _form(one)
    if not form.validate():
        return _page(thing, one, form, 422)
    try:
        actions.describe(
            one,
            one.photo,
            alt=form.alt.data or "",
            focus=(form.focus_x.data or 0, form.focus_y.data or 0),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
    except PortalError as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, sentence(refused))
        return _page(thing, one, form, refused.status)
    flash(_("Saved. Somebody else checks the page."))
    return see_other(".photo", **_address(one, thing))


@pages.step(AT + "/removal", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def photo_removal(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """Take the photograph out."""
    one = _one(thing, position)
    if one.photo is None:
        raise NotFound(NONE)
    actions.remove(one, one.photo, by=viewer.current(), at=clock.now())
    flash(_("Taken out. It is shown nowhere."))
    return see_other(".photo", **_address(one, thing))


@pages.page(AT + "/state", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def photo_state(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """Say whether it is checked by now."""
    one = _one(thing, position)
    return serving.state(one.photo.file if one.photo is not None else None)


@pages.page(AT + "/whole", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def photo_whole(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - a picture
    """The whole photograph, in which what matters is chosen."""
    one = _one(thing, position)
    return serving.picture(one.photo.file if one.photo is not None else None, 1)


@pages.page(AT + "/<int:size>.webp", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def photo_square(thing: Drafting, position: int, size: int) -> Any:  # noqa: ANN401 - a picture
    """One square of it, as previews show it."""
    one = _one(thing, position)
    name = one.photo.name if one.photo is not None else None
    data = portraits.read(name, size) if name is not None else None
    if data is None:
        raise NotFound(NONE)
    return Response(data, mimetype=portraits.WEBP, headers={"Cache-Control": "no-store"})
