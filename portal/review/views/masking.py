"""The redaction desk: what was sent beside what readers see, to be put right and said to be looked over; texts, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import N_, NotFound, PortalError
from portal.files import queries as file_queries
from portal.files import serving
from portal.policy import Permission
from portal.review.actions import covering as file_actions
from portal.review.actions import masking as actions
from portal.review.forms.desk import BoxForm, CoverForm
from portal.review.queries import covering, practice, rounds, texts
from portal.review.rules import covering as covering_rules
from portal.review.rules import masking as rules
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at, round_of
from portal.web import failures, viewer
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.models import CoveredFile
    from portal.review.queries.facts import FileOf, TextsOf
    from portal.review.queries.rounds import InReview


@pages.page("/desk/<slug>/<int:year>/masking", needs=Permission.REDACT, of=rounds.in_review)
def masking(review: InReview) -> str:
    """Every submission of a blind round, and how far looking over has come."""
    made = review.round
    blind = made is not None and made.blind
    left_only = request.args.get("show") != "all"
    return render_template(
        "review/masking.html",
        cycle=review.cycle,
        round=made,
        blind=blind,
        place=at(review.cycle),
        left_only=left_only,
        progress=texts.progress(made) if made is not None and blind else None,
        files=covering.progress(made) if made is not None and blind else None,
        word=drawing.source_word,
        rows=listing(texts.desk(made, viewer.current(), left_only=left_only), page=asked_page(), scalars=False)
        if made is not None and blind
        else None,
    )


@pages.page("/desk/<slug>/<int:year>/masking.csv", needs=Permission.REDACT, of=rounds.in_review)
def masking_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same list as a spreadsheet: how far looking over has come, and nothing of what was written."""
    made = round_of(review)
    header = [_("Candidacy"), _("Reference"), _("Called"), _("What"), _("Texts"), _("Looked over")]
    found = texts.every_row(made, viewer.current()) if made.blind else []
    rows = [
        (candidacy.name, candidacy.reference, spoken.name, drawing.source_word(kind), count, looked_over)
        for _number, kind, candidacy, spoken, count, looked_over in found
    ]
    return table_file(f"masking-{review.cycle.award.slug}-{review.cycle.year}", header, rows)


@pages.step("/desk/<slug>/<int:year>/masking/covering", needs=Permission.REDACT, of=rounds.in_review)
def cover_new(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Cover known strings in what came in since."""
    count = actions.prepare(round_of(review), by=viewer.current(), at=clock.now())
    flash(ngettext("Known strings covered in one submission.", "Known strings covered in %(num)s submissions.", count))
    return see_other(".masking", **at(review.cycle))


@pages.page("/desk/<slug>/<int:year>/masking/next", needs=Permission.REDACT, of=rounds.in_review)
def look_over_next(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Go to the next submission with something left."""
    return _next(review)


def _next(review: InReview, after: TextsOf | None = None) -> Any:  # noqa: ANN401 - an answer
    practicing = practice.practiced_in(after.candidacy.id) if after is not None else None
    if practicing is not None:
        return see_other(".practice_files", **at(practicing))
    number = texts.next_to_look_over(round_of(review), viewer.current(), after=after)
    if number is None:
        return see_other(".masking", **at(review.cycle))
    return see_other(".look_over", number=number, **at(review.cycle))


def _texts(slug: str, year: int, number: int) -> TextsOf | None:
    return texts.texts_at(rounds.in_review(slug, year), number)


@pages.page("/desk/<slug>/<int:year>/masking/<int:number>", needs=Permission.REDACT, of=_texts)
def look_over(of: TextsOf) -> str:
    """Original and covered text, side by side."""
    return _page(of, CoverForm(formdata=None))


def _page(of: TextsOf, form: CoverForm) -> str:
    rows = texts.masked_of(of)
    source = texts.source_of(of)
    originals = source.texts if source is not None else {}
    cycle = of.review.cycle
    labels = dict(texts.labels(cycle, blind=True).get(of.kind, []))
    shown = []
    for row in rows:
        covered = [
            {
                "number": number,
                "was": originals.get(row.key, "")[span.start : span.end],
                "noun": _(span.noun),
            }
            for number, span in enumerate(rules.spans_of(row.pieces))
        ]
        shown.append(
            {
                "key": row.key,
                "title": drawing.heading(labels.get(row.key), of.candidacy.name),
                "original": originals.get(row.key, ""),
                "masked": drawing.drawn(row.pieces),
                "covered": covered,
                "approved": row.approved_at is not None,
            }
        )
    made = of.review.round
    return render_template(
        "review/look_over.html",
        of=of,
        what=drawing.source_word(of.kind),
        standing=source is not None,
        cycle=cycle,
        place=at(cycle),
        texts=shown,
        state=actions.state_of(rows),
        done=all(each["approved"] for each in shown),
        form=form,
        progress=texts.progress(made) if made is not None and made.blind else None,
    )


@pages.step("/desk/<slug>/<int:year>/masking/<int:number>/approval", needs=Permission.REDACT, of=_texts)
def approve(of: TextsOf) -> Any:  # noqa: ANN401 - an answer
    """Say that these texts were looked over, and go on to the next."""
    actions.approve(of, by=viewer.current(), at=clock.now(), seen=request.form.get("seen", ""))
    return _next(of.review, after=of)


@pages.step("/desk/<slug>/<int:year>/masking/<int:number>/covering", needs=Permission.REDACT, of=_texts)
def cover(of: TextsOf) -> Any:  # noqa: ANN401 - an answer
    """Cover more words, in all of this candidacy's texts."""
    form = CoverForm()
    if form.validate_on_submit():
        try:
            count = actions.cover(
                of,
                string=form.string.data or "",
                noun=form.noun.data or "",
                school=bool(form.school.data),
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(ngettext("Covered in one text.", "Covered in %(num)s texts.", count))
            return redirect(url_for(".look_over", number=of.number, **at(of.review.cycle)), code=303)
    return _page(of, form), form.status


@pages.step("/desk/<slug>/<int:year>/masking/<int:number>/uncovering", needs=Permission.REDACT, of=_texts)
def uncover(of: TextsOf) -> Any:  # noqa: ANN401 - an answer
    """Show one covered part again: it was no name."""
    key, _dash, number = request.form.get("piece", "").rpartition(":")
    actions.uncover(
        of,
        key=key,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else -1,  # noqa: PLR2004 - a place
        seen=request.form.get("seen", ""),
        by=viewer.current(),
        at=clock.now(),
    )
    return redirect(url_for(".look_over", number=of.number, **at(of.review.cycle)), code=303)


# ---------------------------------------------------------------- files


@pages.page("/desk/<slug>/<int:year>/masking/files", needs=Permission.REDACT, of=rounds.in_review)
def masking_files(review: InReview) -> str:
    """Every file of a blind round: being drawn, to be looked over, shown, kept back."""
    made = review.round
    blind = made is not None and made.blind
    return render_template(
        "review/masking_files.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        progress=covering.progress(made) if made is not None and blind else None,
        left=covering.next_left(made, viewer.current()) if made is not None and blind else None,
        rows=listing(covering.desk(made, viewer.current()), page=asked_page(), scalars=False)
        if made is not None and blind
        else None,
        word=drawing.file_word,
        state=_state,
    )


@pages.page("/desk/<slug>/<int:year>/masking/files.csv", needs=Permission.REDACT, of=rounds.in_review)
def masking_files_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same list as a spreadsheet: which files there are and where each stands, and nothing of what is in them."""
    made = round_of(review)
    header = [_("Candidacy"), _("Reference"), _("Called"), _("What"), _("Pages"), _("State")]
    found = every(covering.desk(made, viewer.current()), scalars=False) if made.blind else []
    rows = [
        (
            candidacy.name,
            candidacy.reference,
            spoken.name,
            drawing.file_word(covered.purpose),
            covered.pages or "",
            _state(covered)[1],
        )
        for covered, candidacy, spoken in found
    ]
    return table_file(f"files-{review.cycle.award.slug}-{review.cycle.year}", header, rows)


def _state(covered: CoveredFile) -> tuple[str, str]:
    if covered.kept_back:
        return "done", _("Kept back")
    if covered.approved_at is not None:
        return "done", _("Looked over")
    if covered.trouble:
        return "blocks", _("Could not be drawn")
    if covered.drawn_from != covering.state_of(covered):
        return "writing", _("Being drawn")
    return "not_started", _("To look over")


def _file(slug: str, year: int, number: int) -> FileOf | None:
    return covering.file_at(rounds.in_review(slug, year), number)


@pages.page("/desk/<slug>/<int:year>/masking/files/<int:number>", needs=Permission.REDACT, of=_file)
def look_at_file(of: FileOf) -> str:
    """A file as it was sent beside its pages as they are read."""
    return _file_page(of, CoverForm(formdata=None), BoxForm(formdata=None))


def _file_page(of: FileOf, form: CoverForm, box: BoxForm) -> str:
    row = of.covered
    said = covering_rules.together(row.words)
    return render_template(
        "review/look_at_file.html",
        of=of,
        row=row,
        cycle=of.review.cycle,
        place=at(of.review.cycle),
        what=drawing.file_word(row.purpose),
        state=covering.state_of(row),
        standing=_state(row),
        drawn=row.drawn_from == covering.state_of(row),
        words=any(page.strip() for page in row.words),
        masked=drawing.drawn(row.pieces),
        covered=[
            {"number": number, "was": " ".join(said[span.start : span.end].split()), "noun": _(span.noun)}
            for number, span in enumerate(rules.spans_of(row.pieces))
        ],
        boxes=[
            {"number": number, "page": page, "sides": [side / 10 for side in sides]}
            for number, (page, *sides) in enumerate(row.boxes)
        ],
        form=form,
        box=box,
    )


@pages.page("/desk/<slug>/<int:year>/masking/files/<int:number>/sent/<int:page>", needs=Permission.REDACT, of=_file)
def sent_page(of: FileOf, page: int) -> Any:  # noqa: ANN401 - an answer
    """What one page looks like as it was sent."""
    return serving.picture(of.file, page)


@pages.page("/desk/<slug>/<int:year>/masking/files/<int:number>/read/<int:page>", needs=Permission.REDACT, of=_file)
def read_page(of: FileOf, page: int) -> Any:  # noqa: ANN401 - an answer
    """What one page looks like as it is read."""
    if of.covered.key is None or not 1 <= page <= of.covered.pages:
        raise NotFound(N_("There is no such page."))
    return serving.shown_page(file_queries.covered(of.covered.key, page))


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/approval", needs=Permission.REDACT, of=_file)
def approve_file(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Say that these pages were looked over, and go on to the next file."""
    file_actions.approve(of, seen=request.form.get("seen", ""), by=viewer.current(), at=clock.now())
    return _next_file(of)


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/keeping-back", needs=Permission.REDACT, of=_file)
def keep_file_back(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Let nobody read this file while names are covered."""
    file_actions.keep_back(of, by=viewer.current(), at=clock.now())
    flash(_("Kept back: nobody reads this file while names are covered."))
    return _next_file(of)


def _next_file(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    made = of.review.round
    number = covering.next_left(made, viewer.current()) if made is not None else None
    if number is None:
        return see_other(".masking_files", **at(of.review.cycle))
    return see_other(".look_at_file", number=number, **at(of.review.cycle))


def _again(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    flash(_("The pages are drawn anew. That takes a few seconds."))
    return see_other(".look_at_file", number=of.covered.id, **at(of.review.cycle))


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/covering", needs=Permission.REDACT, of=_file)
def cover_in_file(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Cover more words, in all of this candidacy's texts and files."""
    form = CoverForm()
    if form.validate_on_submit():
        try:
            actions.cover(
                of,
                string=form.string.data or "",
                noun=form.noun.data or "",
                school=bool(form.school.data),
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            return _again(of)
    return _file_page(of, form, BoxForm(formdata=None)), form.status


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/uncovering", needs=Permission.REDACT, of=_file)
def uncover_in_file(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Show one covered part of the words again."""
    number, seen = request.form.get("piece", -1, type=int), request.form.get("seen", "")
    file_actions.uncover(of, number=number, seen=seen, by=viewer.current(), at=clock.now())
    return _again(of)


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/boxes", needs=Permission.REDACT, of=_file)
def cover_by_hand(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Cover a part of one page by hand."""
    form = BoxForm()
    if form.validate_on_submit():
        try:
            file_actions.add_box(of, page=form.page.data or 1, sides=form.sides(), by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            return _again(of)
    return _file_page(of, CoverForm(formdata=None), form), form.status


@pages.step("/desk/<slug>/<int:year>/masking/files/<int:number>/boxes/removal", needs=Permission.REDACT, of=_file)
def uncover_by_hand(of: FileOf) -> Any:  # noqa: ANN401 - an answer
    """Uncover a part that was covered by hand."""
    number, seen = request.form.get("box", -1, type=int), request.form.get("seen", "")
    file_actions.take_box(of, number=number, seen=seen, by=viewer.current(), at=clock.now())
    return _again(of)
