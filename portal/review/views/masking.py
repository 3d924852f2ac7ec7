"""The masking desk: what was submitted beside what readers see, to be put right and said to be looked over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import PortalError
from portal.policy import Permission
from portal.review.actions import masking as actions
from portal.review.forms.desk import CoverForm
from portal.review.queries import rounds, texts
from portal.review.rules import masking as rules
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at, round_of
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.queries.facts import TextsOf
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
        rows=listing(texts.desk(made, viewer.current(), left_only=left_only), page=asked_page(), scalars=False)
        if made is not None and blind
        else None,
    )


@pages.page("/desk/<slug>/<int:year>/masking.csv", needs=Permission.REDACT, of=rounds.in_review)
def masking_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same list as a spreadsheet: how far looking over has come, and nothing of what was written."""
    made = round_of(review)
    header = [_("Candidacy"), _("Reference"), _("Called"), _("Submission"), _("Texts"), _("Looked over")]
    found = texts.every_row(made, viewer.current()) if made.blind else []
    rows = [
        (candidacy.name, candidacy.reference, spoken.name, number, count, looked_over)
        for number, candidacy, spoken, count, looked_over in found
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
    originals = texts.answers_of(of.snapshot)
    cycle = of.review.cycle
    questions = {question.key: question for question in texts.read_by_reviewers(cycle, blind=True)}
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
                "title": drawing.title_of(questions[row.key], of.candidacy.name) if row.key in questions else row.key,
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
        cycle=cycle,
        place=at(cycle),
        texts=shown,
        state=actions.state_of(rows),
        done=all(each["approved"] for each in shown),
        form=form,
        progress=texts.progress(made) if made is not None else None,
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
                of, string=form.string.data or "", noun=form.noun.data or "", by=viewer.current(), at=clock.now()
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(ngettext("Covered in one text.", "Covered in %(num)s texts.", count))
            return redirect(url_for(".look_over", number=of.snapshot.id, **at(of.review.cycle)), code=303)
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
    return redirect(url_for(".look_over", number=of.snapshot.id, **at(of.review.cycle)), code=303)
