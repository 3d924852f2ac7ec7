"""Files that are answers: sent by the nominator in parts where the browser can, read by the office page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.errors import N_, NotFound, Refused
from portal.files import queries as files
from portal.files import rules as file_rules
from portal.files import serving
from portal.nominations.actions import writing as actions
from portal.nominations.queries import candidacies
from portal.nominations.queries import writing as queries
from portal.nominations.queries.writing import by_reference, page_of
from portal.nominations.rules import WRITABLE
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.models import QuestionKind
from portal.web import failures
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.files.models import StoredFile
    from portal.nominations.models import Candidacy, Nomination
    from portal.questions.models import Question

NOTHING = N_("There is no such file.")
AT = "/nominations/<reference>/answers/<key>/file"
AT_DESK = "/desk/<slug>/<int:year>/candidacies/<reference>/files/<int:number>"


def _asks(nomination: Nomination, key: str) -> Question:
    asks = queries.question(nomination, key)
    if asks is None or asks.kind is not QuestionKind.FILE:
        raise NotFound(NOTHING)
    return asks


def _held(nomination: Nomination, key: str) -> StoredFile | None:
    answer = queries.answer(nomination, _asks(nomination, key).id)
    return files.by_id(answer.file_id) if answer is not None else None


@pages.form(AT, needs=Permission.EDIT_NOMINATION, of=by_reference, most=serving.MOST_REQUEST)
def answer_file(nomination: Nomination, key: str) -> Any:  # noqa: ANN401 - an answer
    """Send a file as the answer to a question."""
    asks, now = _asks(nomination, key), clock.now()
    then = url_for(".answer", reference=nomination.reference, key=key)
    answer = queries.answer(nomination, asks.id)
    if nomination.stage not in WRITABLE:
        raise Refused(actions.OVER)
    if request.method != "POST":
        return redirect(then, code=303)
    answer = answer or actions.make_room(nomination, asks, at=now)
    try:
        sent = serving.receive(
            answer,
            file_rules.ANSWER,
            owner=nomination.nominator,
            at=now,
            attach=lambda file: actions.attach(nomination, asks, file, at=now),
            then=then,
        )
    except Refused as refusal:
        if refusal.field != "file":
            raise
        flash(failures.sentence(refusal), "error")
        return redirect(then, code=303)
    return sent if sent is not None else redirect(then, code=303)


@pages.step(f"{AT}/removal", needs=Permission.EDIT_NOMINATION, of=by_reference)
def answer_file_removal(nomination: Nomination, key: str) -> Any:  # noqa: ANN401 - an answer
    """Take the file out again."""
    actions.attach(nomination, _asks(nomination, key), None, at=clock.now())
    flash(_("The file is taken out."))
    return see_other(".answer", reference=nomination.reference, key=key)


@pages.page(f"{AT}/state", needs=Permission.EDIT_NOMINATION, of=page_of)
def answer_file_state(nomination: Nomination, key: str) -> Any:  # noqa: ANN401 - an answer
    """Tell the page's script whether the file is checked yet."""
    return serving.state(_held(nomination, key))


@pages.page(f"{AT}/<int:place>", needs=Permission.EDIT_NOMINATION, of=page_of)
def answer_file_page(nomination: Nomination, key: str, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of the file."""
    return serving.picture(_held(nomination, key), place)


# ---------------------------------------------------------------- the office


def _sent(candidacy: Candidacy, number: int) -> StoredFile:
    found = queries.file_sent(candidacy, number)
    if found is None:
        raise NotFound(NOTHING)
    return found


@pages.page(AT_DESK, needs=Permission.READ_CANDIDACY, of=candidacies.by_reference)
def file_at_desk(candidacy: Candidacy, number: int) -> str:
    """Read a file that was sent as an answer."""
    file = _sent(candidacy, number)
    return render_template(
        "nominations/file_at_desk.html",
        cycle=candidacy.cycle,
        candidacy=candidacy,
        file=file,
        file_state=serving.shown(file),
    )


@pages.page(f"{AT_DESK}/download", needs=Permission.READ_CANDIDACY, of=candidacies.by_reference)
def file_download(candidacy: Candidacy, number: int) -> Any:  # noqa: ANN401 - an answer
    """Save a file that was sent as an answer."""
    return serving.download(_sent(candidacy, number))


@pages.page(f"{AT_DESK}/<int:place>", needs=Permission.READ_CANDIDACY, of=candidacies.by_reference)
def file_page(candidacy: Candidacy, number: int, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of it."""
    return serving.picture(_sent(candidacy, number), place)
