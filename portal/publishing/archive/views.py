"""Uploading past honors, matching columns, mending rows, bringing them in; and taking a name out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import Refused
from portal.nominations.models import RowState
from portal.nominations.views.words import ROWS, said
from portal.policy import Permission
from portal.publishing.archive import actions, queries, rules
from portal.publishing.archive.forms import ColumnsForm, RowForm, TakeOutForm, UploadForm
from portal.publishing.pages import pages
from portal.web import failures, viewer
from portal.web.fields import Form, clean
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import see_other
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from portal.awards.models import PastHonour
    from portal.publishing.archive.models import ArchiveRow, ArchiveUpload

__all__ = ["pages"]

ROOT = "/desk/archive"
LONGEST = 300
FIELDS = ("year", "award", "name", "school", "role", "basis")


def _upload(number: int) -> ArchiveUpload | None:
    return queries.by_id(number)


def _row(number: int, row: int) -> ArchiveRow | None:
    return queries.row_at(number, row)


def _line(number: int) -> PastHonour | None:
    return queries.line(number)


@pages.form(ROOT, needs=Permission.KEEP_ARCHIVE)
def archive() -> Any:  # noqa: ANN401 - an answer
    """Take a table of past honors, and list those taken before."""
    form = UploadForm()
    if form.validate_on_submit():
        file = request.files.get("file")
        if file is None or not file.filename:
            form.fail("file", _("Choose a file"))
        else:
            facts = {"name": clean(file.filename), "basis": form.basis.data or ""}
            try:
                made = actions.upload(file.read(), **facts, by=viewer.current(), at=clock.now())
            except Refused as refusal:
                form.fail(refusal.field or "file", failures.sentence(refusal))
            else:
                return see_other(".archive_columns", number=made.id)
    found = listing(queries.uploads(), page=asked_page())
    counts = queries.counts_of([one.id for one in found.items])
    page = render_template(
        "publishing/archive/archive.html", form=form, listing=found, counts=counts, RowState=RowState
    )
    return page, form.status


@pages.page(ROOT + "/uploads.csv", needs=Permission.KEEP_ARCHIVE)
def archive_uploads_csv() -> Any:  # noqa: ANN401 - a file
    """Give the uploads as a file."""
    found = every(queries.uploads())
    counts = queries.counts_of([one.id for one in found])
    shown = (RowState.IMPORTED, RowState.READY, RowState.WRONG, RowState.REPEATED, RowState.SET_ASIDE)
    header = [_("File"), _("Uploaded"), *(str(ROWS[state][1]) for state in shown)]
    rows = [
        (one.name, when(one.uploaded_at), *(counts.get(one.id, {}).get(state, 0) for state in shown)) for one in found
    ]
    return table_file("archive-uploads", header, rows)


@pages.form(ROOT + "/uploads/<int:number>/columns", needs=Permission.KEEP_ARCHIVE, of=_upload)
def archive_columns(upload: ArchiveUpload) -> Any:  # noqa: ANN401 - an answer
    """Say what each column holds, and whose word stands for the names."""
    awards = queries.awards()
    form = ColumnsForm(award=str(upload.award_id or ""), basis=upload.basis)
    form.ask(awards, words_in)
    chosen = form.read(upload.columns) if request.method == "POST" else upload.matched
    wrong = ""
    if form.validate_on_submit():
        award = next((award for award in awards if str(award.id) == form.award.data), None)
        facts: dict[str, Any] = {"award": award, "basis": form.basis.data or ""}
        try:
            actions.match_columns(upload, chosen, **facts, by=viewer.current(), at=clock.now())
        except Refused as refusal:
            wrong = refusal.field or ""
            form.fail("award", failures.sentence(refusal))
        else:
            return see_other(".archive_rows", number=upload.id)
    begun = bool(queries.counts_of([upload.id]).get(upload.id, {}).get(RowState.IMPORTED))
    return (
        render_template(
            "publishing/archive/columns.html",
            upload=upload,
            form=form,
            chosen=chosen,
            wrong=wrong,
            targets=[("", _("Leave it out")), *((target, _(words)) for target, words in rules.TARGETS.items())],
            samples=queries.samples(upload),
            begun=begun,
        ),
        form.status,
    )


@pages.page(ROOT + "/uploads/<int:number>", needs=Permission.KEEP_ARCHIVE, of=_upload)
def archive_rows(upload: ArchiveUpload) -> str:
    """Show what each row becomes, what is wrong, and what became of it."""
    counts = queries.counts_of([upload.id]).get(upload.id, {})
    order = (RowState.WRONG, RowState.READY, RowState.IMPORTED, RowState.REPEATED, RowState.SET_ASIDE)
    usual = next((state for state in order if counts.get(state)), RowState.READY)
    asked = request.args.get("show", "")
    state = RowState(asked) if asked in set(RowState) else usual
    found = listing(queries.rows(upload, state), page=asked_page())
    lacking = rules.lacking(upload.matched, one_award=upload.award_id is not None)
    return render_template(
        "publishing/archive/rows.html",
        upload=upload,
        listing=found,
        rows=[_drawn(row, upload) for row in found.items],
        counts=counts,
        order=order,
        shown=state,
        lacking=[_(rules.TARGETS[target]) for target in lacking],
        row_words=ROWS,
        problem_words=said,
        RowState=RowState,
        form=Form(formdata=None),
    )


def _drawn(row: ArchiveRow, upload: ArchiveUpload) -> dict[str, Any]:
    """Return a row as the page shows it."""
    values = rules.values_of(row.cells, upload.matched, row.mended)
    name = values.get("name") or f"{values.get('given', '')} {values.get('family', '')}".strip()
    shown = {target: values.get(target, "")[:LONGEST] for target in FIELDS}
    unnamed = row.mended.get(rules.LET_PASS) == rules.UNNAMED
    return {"row": row, **shown, "name": "" if unnamed else name[:LONGEST], "basis": shown["basis"] or upload.basis}


@pages.page(ROOT + "/uploads/<int:number>.csv", needs=Permission.KEEP_ARCHIVE, of=_upload)
def archive_csv(upload: ArchiveUpload) -> Any:  # noqa: ANN401 - a file
    """Give the account of every row as a CSV file."""
    header = [
        _("Row"),
        _("Year"),
        _("Award"),
        _("Name"),
        _("School"),
        _("What became of it"),
        _("What is wrong"),
        _("Notes"),
    ]
    body = []
    for row in queries.every_row(upload):
        one = _drawn(row, upload)
        sentences = [" ".join(said(line) for line in lines) for lines in (row.problems, row.notes)]
        words = [one["year"], one["award"], one["name"], one["school"], str(ROWS[row.state][1]), *sentences]
        body.append([row.number, *words])
    return table_file(f"archive-{upload.id}", header, body)


@pages.form(ROOT + "/uploads/<int:number>/rows/<int:row>", needs=Permission.KEEP_ARCHIVE, of=_row)
def archive_row(row: ArchiveRow) -> Any:  # noqa: ANN401 - an answer
    """Show one row as it was uploaded, and mend it in place."""
    drawn = _drawn(row, row.upload)
    facts = {target: drawn[target] for target in FIELDS}
    form = RowForm(**facts, unnamed=row.mended.get(rules.LET_PASS) == rules.UNNAMED)
    if form.validate_on_submit():
        values = {target: form[target].data or "" for target in FIELDS}
        actions.mend(row, values, unnamed=bool(form.unnamed.data), by=viewer.current(), at=clock.now())
        if row.problems:
            flash(_("Row %(number)s is kept, and not right yet.", number=row.number), "error")
            return see_other(".archive_row", number=row.upload_id, row=row.id)
        flash(_("Row %(number)s is right now.", number=row.number))
        return see_other(".archive_rows", number=row.upload_id)
    return (
        render_template(
            "publishing/archive/row.html",
            upload=row.upload,
            row=row,
            form=form,
            row_words=ROWS,
            problem_words=said,
            RowState=RowState,
        ),
        form.status,
    )


@pages.step(ROOT + "/uploads/<int:number>/rows/<int:row>/aside", needs=Permission.KEEP_ARCHIVE, of=_row)
def archive_row_aside(row: ArchiveRow) -> Any:  # noqa: ANN401 - an answer
    """Leave a row out, or take it up again."""
    facts: dict[str, Any] = {"by": viewer.current(), "at": clock.now()}
    if request.form.get("act") == "take up":
        actions.take_up(row, **facts)
        flash(_("Row %(number)s is taken up again.", number=row.number))
    else:
        actions.set_aside(row, **facts)
        flash(_("Row %(number)s is set aside. It stays in the list.", number=row.number))
    return see_other(".archive_rows", number=row.upload_id)


@pages.step(ROOT + "/uploads/<int:number>/honors", needs=Permission.KEEP_ARCHIVE, of=_upload)
def archive_start(upload: ArchiveUpload) -> Any:  # noqa: ANN401 - an answer
    """Bring in the rows that are right. A second click finds nothing left."""
    try:
        done = actions.bring_in(upload, by=viewer.current(), at=clock.now())
    except Refused as refusal:
        flash(failures.sentence(refusal), "error")
        return see_other(".archive_columns", number=upload.id)
    if done:
        flash(
            ngettext("One line is in the archive, and public.", "%(num)s lines are in the archive, and public.", done)
        )
    else:
        flash(_("No row was left to import."))
    return see_other(".archive_rows", number=upload.id)


# ---------------------------------------------------------------- the archive's own lines


@pages.page(ROOT + "/lines", needs=Permission.KEEP_ARCHIVE)
def archive_lines() -> str:
    """Find a name of the archive, and see whose word it is published by."""
    words = request.args.get("q", "")[:LONGEST]
    found = listing(queries.lines(words), page=asked_page())
    return render_template("publishing/archive/lines.html", listing=found, words=words)


@pages.page(ROOT + "/lines.csv", needs=Permission.KEEP_ARCHIVE)
def archive_lines_csv() -> Any:  # noqa: ANN401 - a file
    """Give the names found as a file."""
    header = [_("Name"), _("Role"), _("School"), _("Award"), _("Year"), _("Published by whose word")]
    rows = [
        (one.name, one.role, one.school_name, words_in(one.award.name), one.year, one.basis)
        for one in every(queries.lines(request.args.get("q", "")[:LONGEST]))
    ]
    return table_file("archive", header, rows)


@pages.form(ROOT + "/lines/<int:number>", needs=Permission.KEEP_ARCHIVE, of=_line)
def archive_line(honour: PastHonour) -> Any:  # noqa: ANN401 - an answer
    """Take a name out of the archive, with a reason."""
    form = TakeOutForm()
    if form.validate_on_submit():
        actions.take_name_out(honour, reason=form.why.data or "", by=viewer.current(), at=clock.now())
        flash(_("The name is taken out, here and everywhere."))
        return see_other(".archive_lines")
    return render_template("publishing/archive/line.html", honour=honour, form=form), form.status
