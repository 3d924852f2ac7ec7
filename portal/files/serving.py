"""Taking an upload and giving a file back, for the views of the rooms that own files. Each such view names its permission itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from flask import Response, jsonify, request
from flask_babel import gettext as _

from portal.errors import N_, NotFound, Refused
from portal.files import actions, queries, rules
from portal.files.rules import FileState, Kind
from portal.web import failures
from portal.web.pages import keep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.db import Model
    from portal.files.models import StoredFile
    from portal.files.rules import Purpose
    from portal.people.models import Person

MOST_REQUEST = rules.MOST_BYTES + 256 * 1024  # a whole file in one form, with what surrounds it
CHOOSE = N_("Choose a file first.")
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


class Shown(NamedTuple):
    """Where a file stands, as its sender reads it: a shape (done, writing, blocks) and a sentence."""

    state: str
    words: str


def receive(
    about: Model, purpose: Purpose, *, owner: Person, at: datetime, attach: Callable[[StoredFile], object], then: str
) -> Any:  # noqa: ANN401 - an answer, or None where a form without script sent it
    """Take a whole file or a part of one, and answer where script sent it. `attach` is called with what has arrived whole.

    `then` is where the page goes on. A form without script gives None, or raises `Refused` (field "file"). With script the answers are
    JSON: {"id", "received"} while parts come, {"url"} at the end, {"received"} with 409 where it stands elsewhere, {"error"} with 422.
    """
    how = request.headers.get("X-Upload", "")
    if not how:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Refused(CHOOSE, field="file")
        data = sent.stream.read(rules.MOST_BYTES + 1)
        attach(actions.take_whole(owner, about, purpose, name=sent.filename, data=data, at=at))
        return None
    try:
        return _begin(about, purpose, owner, at) if how == "begin" else _part(about, owner, at, attach, then)
    except actions.Elsewhere as elsewhere:
        return jsonify(received=elsewhere.received), 409
    except Refused as refusal:
        return jsonify(error=failures.sentence(refusal)), 422


def _begin(about: Model, purpose: Purpose, owner: Person, at: datetime) -> Any:  # noqa: ANN401 - an answer
    size = request.form.get("size", 0, type=int)
    file = actions.begin(
        owner,
        about,
        purpose,
        name=request.form.get("name", ""),
        size=size,
        mark=request.form.get("mark", "")[:64],
        at=at,
    )
    return jsonify(id=file.key, received=file.received)


def _part(about: Model, owner: Person, at: datetime, attach: Callable[[StoredFile], object], then: str) -> Any:  # noqa: ANN401 - an answer
    file = queries.of_owner(request.headers.get("X-Upload-Id", ""), owner.id, about)
    begins = request.headers.get("X-Upload-Offset", "")
    if file is None or not begins.isdecimal():
        raise Refused(actions.NOT_THERE)
    if (request.content_length or 0) > rules.MOST_PART:
        raise Refused(actions.NOT_THERE)
    if file.state in {FileState.RECEIVED, FileState.CLEAN}:  # the last answer was lost on its way
        return jsonify(url=then)
    try:
        actions.add_part(file, request.get_data(cache=False), begins=int(begins), at=at)
    except Refused as refusal:
        if isinstance(refusal, actions.Elsewhere):
            raise
        actions.remove(file, by=owner, at=at)
        return keep((jsonify(error=failures.sentence(refusal)), 422))
    if file.state is FileState.RECEIVING:
        return jsonify(id=file.key, received=file.received)
    attach(file)
    return jsonify(url=then)


def shown(file: StoredFile) -> Shown:
    """Return where a file stands, in words."""
    if file.state is FileState.CLEAN:
        return Shown("done", _("Checked, and with us"))
    if file.state is FileState.REFUSED:
        most = rules.PURPOSES[file.purpose].most_pages
        return Shown("blocks", _(rules.VERDICTS[file.problem or "damaged"], most=most))
    if file.state is FileState.RECEIVED:
        waits = _("It arrived. The virus scanner does not answer just now; it is checked as soon as it does.")
        return Shown(
            "writing",
            waits if file.waits_for_scanner else _("It arrived, and is being checked. That takes a few seconds."),
        )
    return Shown("writing", _("Only a part of it arrived. Choose the same file again: it goes on where it stopped."))


def state(file: StoredFile | None) -> Any:  # noqa: ANN401 - an answer
    """Answer a page's script that asks whether a file is settled yet."""
    return jsonify(settled=file is None or file.state is not FileState.RECEIVED)


def picture(file: StoredFile | None, number: int) -> Response:
    """Answer with what one page looks like, drawn by us. Raises `NotFound` where there is none."""
    data = queries.picture(file, number) if file is not None else None
    if data is None:
        raise NotFound(N_("There is no such page."))
    return _dressed(Response(data, mimetype="image/webp"), "inline")


def download(file: StoredFile | None) -> Response:
    """Answer with a clean file, to be saved and never opened in place of a page. Raises `NotFound` where it is not clean."""
    if file is None or file.state is not FileState.CLEAN or file.kind is None:
        raise NotFound(N_("There is no such file."))
    name = rules.download_name(file.name, Kind(file.kind))
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
    return _dressed(
        Response(queries.content(file), mimetype=file.kind.value),
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
    )


def shown_page(data: bytes) -> Response:
    """Answer with a page that somebody may look at, drawn by us."""
    return _dressed(Response(data, mimetype="image/webp"), "inline")


def saved(data: bytes, kind: Kind, *, name: str) -> Response:
    """Answer with a file to be saved under a plain name of ours, without its ending: it tells nothing of what it was called."""
    return _dressed(Response(data, mimetype=kind.value), f'attachment; filename="{name}{kind.ending}"')


def _dressed(answer: Response, disposition: str) -> Response:
    answer.headers["Content-Disposition"] = disposition
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
