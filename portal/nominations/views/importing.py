"""Uploading a form service's export, matching its columns, mending rows, and importing what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import N_, Refused
from portal.jobs import queries as jobs
from portal.nominations.actions import importing as actions
from portal.nominations.forms.screening import ColumnsForm, StartForm, UploadForm
from portal.nominations.models import ImportState, RowState
from portal.nominations.queries import importing as queries
from portal.nominations.rules import importing as rules
from portal.nominations.views import words
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.schools import queries as schools
from portal.web import failures, viewer
from portal.web.fields import Form, clean
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from portal.nominations.models import Import, ImportRow

LONGEST = 600
FIELDS = (
    "nominator_name",
    "nominator_email",
    "nominee_given",
    "nominee_family",
    "nominee_email",
    "role",
    "school",
    "awards",
)
PASSES = {
    "nominator_email": N_("Import it without an address"),
    "nominator_name": N_("Import it without a name"),
    "nominee_given": N_("Import it without a first name"),
}


def _upload(number: int) -> Import | None:
    return queries.by_id(number)


def _row(number: int, row: int) -> ImportRow | None:
    found = queries.row_by_id(row)
    return found if found is not None and found.import_id == number else None


@pages.form("/desk/imports", needs=Permission.IMPORT_NOMINATIONS)
def imports() -> Any:  # noqa: ANN401 - an answer
    """List the uploads, and take another."""
    seasons = queries.seasons()
    form = UploadForm()
    form.ask(seasons)
    if request.method == "POST":
        season = queries.season_by_id(form.season.data, seasons)
        file = request.files.get("file")
        if not form.validate():
            return _imports(form)
        if file is None or not file.filename:
            form.fail("file", _("Choose a file"))
        elif season is None:
            form.fail("season", _("Choose a season"))
        else:
            try:
                made = actions.upload(
                    file.read(), name=clean(file.filename), season=season, by=viewer.current(), at=clock.now()
                )
            except Refused as refusal:
                form.fail(refusal.field or "file", failures.sentence(refusal))
            else:
                return see_other(".import_columns", number=made.id)
    return _imports(form)


def _imports(form: UploadForm) -> Any:  # noqa: ANN401 - an answer
    found = listing(queries.uploads(), page=asked_page())
    return render_template(
        "nominations/imports.html",
        form=form,
        listing=found,
        counts=queries.counts_of([one.id for one in found.items]),
        RowState=RowState,
        **words.about(),
    ), form.status


@pages.page("/desk/imports.csv", needs=Permission.IMPORT_NOMINATIONS)
def imports_csv() -> Any:  # noqa: ANN401 - a file
    """Give the uploads as a CSV file."""
    found = queries.every_upload()
    counts = queries.counts_of([one.id for one in found])
    shown = (RowState.IMPORTED, RowState.READY, RowState.WRONG, RowState.REPEATED, RowState.SET_ASIDE)
    header = [_("File"), _("Season"), _("State"), _("Uploaded"), *(str(words.ROWS[state][1]) for state in shown)]
    rows = [
        (
            one.name,
            one.season.year,
            words.IMPORTS[one.state],
            when(one.uploaded_at),
            *(counts.get(one.id, {}).get(state, 0) for state in shown),
        )
        for one in found
    ]
    return table_file("imports", header, rows)


@pages.form("/desk/imports/<int:number>/columns", needs=Permission.IMPORT_NOMINATIONS, of=_upload)
def import_columns(upload: Import) -> Any:  # noqa: ANN401 - an answer
    """Say what each column holds."""
    form = ColumnsForm(award=str(upload.award_id or ""))
    cycles = queries.cycles_of(upload.season_id)
    form.ask([cycle.award for cycle in cycles], words_in)
    chosen = form.read(upload.columns) if request.method == "POST" else upload.matched
    wrong = ""
    if form.validate_on_submit():
        award = next((cycle.award for cycle in cycles if str(cycle.award_id) == form.award.data), None)
        try:
            actions.match_columns(upload, chosen, award=award, by=viewer.current(), at=clock.now())
        except Refused as refusal:
            wrong = refusal.field or ""
            form.fail("award", failures.sentence(refusal))
        else:
            return see_other(".import_rows", number=upload.id)
    return (
        render_template(
            "nominations/import_columns.html",
            upload=upload,
            form=form,
            chosen=chosen,
            wrong=wrong,
            targets=_targets(upload),
            samples=queries.samples(upload),
            begun=bool(queries.counts(upload).get(RowState.IMPORTED)),
            **words.about(),
        ),
        form.status,
    )


def _targets(upload: Import) -> list[tuple[str, str]]:
    """Return what a column can hold, as a choice."""
    asked = [
        (f"{rules.QUESTION}{question.key}", _("Answer: %(question)s", question=question.words[0]))
        for question in queries.questions_of(upload.season_id)
    ]
    return [("", _("Leave it out")), *((target, _(label)) for target, label in rules.TARGETS.items()), *asked]


@pages.page("/desk/imports/<int:number>", needs=Permission.IMPORT_NOMINATIONS, of=_upload)
def import_rows(upload: Import) -> str:
    """Show what each row becomes, what is wrong, and what became of it."""
    return _rows(upload)


def _rows(upload: Import, **drawn: Any) -> str:
    counts = queries.counts(upload)
    usual = (
        RowState.WRONG
        if counts.get(RowState.WRONG)
        else RowState.READY
        if counts.get(RowState.READY)
        else RowState.IMPORTED
    )
    asked = request.args.get("show", "")
    noted = asked == "noted"
    state = RowState(asked) if asked in set(RowState) else None if noted else usual
    found = listing(queries.rows(upload, viewer.current(), state=state, noted=noted), page=asked_page())
    lacking = [
        _(rules.TARGETS[target]) for target in rules.lacking(upload.matched, one_award=upload.award_id is not None)
    ]
    context = queries.context(upload)
    return render_template(
        "nominations/import_rows.html",
        upload=upload,
        listing=found,
        rows=[_drawn(row, context) for row in found.items],
        counts=counts,
        noted=queries.how_many_noted(upload),
        shown=state.value if state else "noted",
        lacking=lacking,
        job=jobs.by_id(upload.job_id) if upload.state is ImportState.IMPORTING else None,
        form=StartForm(formdata=None),
        RowState=RowState,
        passes=PASSES,
        **{**words.about(), **drawn},
    )


def _drawn(row: ImportRow, context: rules.Context) -> dict[str, Any]:
    """Return a row as the page shows it: who, for which award, what is wrong, and how to mend it."""
    values = rules.values_of(row.cells, context.matched, row.mended)
    name = values.get("nominee_name") or f"{values.get('nominee_given', '')} {values.get('nominee_family', '')}".strip()
    award = next((award.title for award in context.awards if award.id == row.award_id), values.get("awards", ""))
    wrong = {problem["field"] for problem in row.problems}
    offered: list[int] = next((problem["offered"] for problem in row.problems if problem.get("offered")), [])
    return {
        "row": row,
        "name": " ".join(name.split())[:LONGEST],
        "nominator": " ".join((values.get("nominator_name") or values.get("nominator_email", "")).split())[:LONGEST],
        "school": " ".join(values.get("school", "").split())[:LONGEST],
        "award": award[:LONGEST],
        "values": {target: values.get(target, "")[:LONGEST] for target in FIELDS},
        "wrong": wrong,
        "offered": [(number, context.schools[number]) for number in offered if number in context.schools],
        "may_pass": {problem["field"] for problem in row.problems if problem.get("may_pass")},
    }


@pages.page("/desk/imports/<int:number>.csv", needs=Permission.IMPORT_NOMINATIONS, of=_upload)
def import_csv(upload: Import) -> Any:  # noqa: ANN401 - a file
    """Give the account of every row as a CSV file."""
    context = queries.context(upload)
    header = [
        _("Row"),
        _("Part"),
        _("Nominee"),
        _("Award"),
        _("Nominator"),
        _("What became of it"),
        _("Nomination"),
        _("What is wrong"),
        _("Notes"),
    ]
    body = []
    for row in queries.every_row(upload, viewer.current()):
        drawn = _drawn(row, context)
        body.append(
            [
                row.number,
                row.part + 1,
                drawn["name"],
                drawn["award"],
                drawn["nominator"],
                str(words.ROWS[row.state][1]),
                row.nomination.reference if row.nomination else "",
                " ".join(words.said(problem) for problem in row.problems),
                " ".join(words.said(note) for note in row.notes),
            ]
        )
    return table_file(f"import-{upload.id}", header, body)


@pages.form("/desk/imports/<int:number>/rows/<int:row>", needs=Permission.IMPORT_NOMINATIONS, of=_row)
def import_row(row: ImportRow) -> Any:  # noqa: ANN401 - an answer
    """Show one row as it was uploaded, and mend it in place."""
    form = Form()
    if form.validate_on_submit():
        values, passed = _mended()
        actions.mend(
            row, values, passed=passed, learn=bool(request.form.get("learn")), by=viewer.current(), at=clock.now()
        )
        if row.problems:
            flash(_("Row %(number)s is kept, and not right yet.", number=row.number), "error")
            return see_other(".import_row", number=row.import_id, row=row.id)
        flash(_("Row %(number)s is right now.", number=row.number))
        return see_other(".import_rows", number=row.import_id)
    context = queries.context(row.upload)
    offered = schools.matching(request.args.get("school", "").replace("\x00", "")) if request.args.get("school") else []
    drawn = _drawn(row, context)
    drawn["offered"] = list(dict.fromkeys([*((school.id, school.name) for school in offered), *drawn["offered"]]))
    return (
        render_template(
            "nominations/import_row.html",
            upload=row.upload,
            one=drawn,
            row=row,
            form=form,
            passes=PASSES,
            targets=dict(_targets(row.upload)),
            awards=[(cycle.award_id, words_in(cycle.award.name)) for cycle in queries.cycles_of(row.upload.season_id)],
            RowState=RowState,
            **words.about(),
        ),
        form.status,
    )


def _mended() -> tuple[dict[str, str], list[str]]:
    """Return what was put in place of cells, and which problems are let pass."""
    values: dict[str, str] = {}
    for target in FIELDS:
        if target in request.form:
            text = clean(request.form[target]).strip()
            values[target] = "".join(c for c in text if c != "\x00" and not 0xD800 <= ord(c) <= 0xDFFF)[: LONGEST * 4]  # noqa: PLR2004 - the surrogates' range
    chosen = request.form.get("school_id", "")
    if "school_id" in request.form:
        values["school_id"] = chosen if chosen.isdecimal() else ""
        values["not_listed"] = "yes" if chosen == "not listed" else ""
    passed = [target for target in request.form.getlist("pass") if target in PASSES]
    return values, passed


@pages.step("/desk/imports/<int:number>/rows/<int:row>/aside", needs=Permission.IMPORT_NOMINATIONS, of=_row)
def import_row_aside(row: ImportRow) -> Any:  # noqa: ANN401 - an answer
    """Leave a row out, or take it up again."""
    facts: dict[str, Any] = {"by": viewer.current(), "at": clock.now()}
    if request.form.get("act") == "take up":
        actions.take_up(row, **facts)
        flash(_("Row %(number)s is taken up again.", number=row.number))
    else:
        actions.set_aside(row, **facts)
        flash(_("Row %(number)s is set aside. It stays in the list.", number=row.number))
    return see_other(".import_rows", number=row.import_id)


@pages.step("/desk/imports/<int:number>/nominations", needs=Permission.IMPORT_NOMINATIONS, of=_upload)
def import_start(upload: Import) -> Any:  # noqa: ANN401 - an answer
    """Import the rows that are right. A second click finds nothing left to import."""
    form = StartForm()
    if not form.validate():
        return _rows(upload), 422
    try:
        done = actions.start(upload, tell=bool(form.tell.data), by=viewer.current(), at=clock.now())
    except Refused as refusal:
        flash(failures.sentence(refusal), "error")
        return see_other(".import_columns", number=upload.id)
    if done is None:
        flash(_("The rows are being imported. You can leave this page: the work goes on."))
    elif done:
        flash(ngettext("One row is imported.", "%(num)s rows are imported.", done))
    else:
        flash(_("No row was left to import."))
    return see_other(".import_rows", number=upload.id)
