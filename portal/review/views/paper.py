"""Reading on paper: a packet to print, and what came back typed in by one person and compared by another."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from PIL import Image

from portal import clock
from portal.awards import queries as awards
from portal.errors import PortalError
from portal.files import queries as file_queries
from portal.policy import Permission
from portal.review.actions import paper as actions
from portal.review.actions import reading as reading_actions
from portal.review.forms import reading as forms
from portal.review.queries import paper as queries
from portal.review.queries import reading, rounds
from portal.review.rules import masking
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.web import failures, typesetting, viewer
from portal.web.language import language
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import see_other
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from portal.people.models import Person
    from portal.review.models import PaperReview
    from portal.review.queries.paper import PaperOf, Sheet
    from portal.review.queries.rounds import InReview


@pages.page("/reading/packet.pdf", needs=Permission.SEE_QUEUE)
def packet() -> Any:  # noqa: ANN401 - a file
    """Everything I have still to read, to print, with a sheet for the scores of each."""
    sheets = queries.sheets(viewer.current())
    return _packet(viewer.current(), sheets) if sheets else see_other(".queue")


@pages.page("/desk/<slug>/<int:year>/paper/<int:number>.pdf", needs=Permission.ENTER_PAPER, of=rounds.in_review)
def packet_for(review: InReview, number: int) -> Any:  # noqa: ANN401 - a file
    """The packet of a member who reads on paper, to print and send."""
    person = viewer.current()
    listed = {member.id: who for member, who, _count in queries.readers(review.cycle.id, person)}
    if number not in listed:
        return see_other(".paper", **at(review.cycle))
    touched = {row[0] for row in queries.printable(review.cycle.id, person, listed[number].id)}
    found = queries.sheets(listed[number], cycle_id=review.cycle.id)
    sheets = [sheet for sheet in found if sheet.assignment.id in touched]
    return _packet(listed[number], sheets) if sheets else see_other(".paper", **at(review.cycle))


def _packet(person: Person, sheets: list[Sheet]) -> Any:  # noqa: ANN401 - a file
    organisation = awards.organisation()
    large = request.args.get("large") == "1"
    files: dict[str, bytes] = {}
    facts = {
        "reader": person.name,
        "lead": ngettext(
            "One candidacy to read and score. Send the sheet back by %(when)s.",
            "%(num)s candidacies to read and score. Send the sheets back by %(when)s.",
            len(sheets),
            when=when(min(sheet.assignment.round.closes_at for sheet in sheets)),
        ),
        "words": {
            "how": _(
                "Circle one level for each criterion, or “does not apply”. Say why in a few words; the committee reads that. "
                "Keep this packet to yourself, and give it back or destroy it afterwards."
            ),
            "scores": _("Scores"),
            "weight": _("weight"),
            "na": _("does not apply"),
            "why": _("Why"),
            "committee": _("Anything else for the committee"),
            "nominators": _("For the nominators; the office reads it first"),
            "sure": _("How sure are you of these scores?"),
            "sure_words": [words for _value, words in drawing.confidences()],
            "know": _("I may know this person: I give no score, and stop reading."),
            "withheld": _("Some of the text is still being looked over, and is not printed here."),
        },
        "sheets": [_sheet(sheet, files) for sheet in sheets],
    }
    made = typesetting.pdf(
        "packet",
        facts,
        title=_("Reading packet"),
        organization=organisation.name if organisation else "",
        code=str(get_locale()),
        at=clock.now().replace(microsecond=0, second=0),
        files=files,
        accent=organisation.accent if organisation else "green",
        large=large,
    )
    return typesetting.pdf_file("reading-packet-large" if large else "reading-packet", made)


def _sheet(sheet: Sheet, files: dict[str, bytes]) -> dict[str, Any]:
    assignment = sheet.assignment
    blind = assignment.covered
    name = sheet.spoken.name if blind else assignment.candidacy.name
    rubric = reading.rubric_of(assignment)
    passages: list[dict[str, Any]] = []
    for each in sheet.read.passages:
        title = drawing.heading(each.label, _("the nominee") if blind else assignment.candidacy.name)
        wrote = drawing.wrote(each)
        if each.translated is not None:
            words = _("%(who)s. Translation into %(language)s", who=wrote, language=language(each.into).name)
            passages.append({"title": title, "said_by": words, "pieces": _pieces(each.translated)})
        if each.written_in is not None:
            wrote = _("%(who)s. As written, in %(language)s", who=wrote, language=language(each.written_in).name)
        if each.pieces:
            passages.append({"title": title, "said_by": wrote, "pieces": _pieces(each.pieces)})
    pictures = []
    for place, one in enumerate(sheet.files.files, start=1):
        for page in range(1, one.pages + 1):
            data = (
                file_queries.covered(one.covered.key, page)
                if one.covered is not None and one.covered.key is not None
                else file_queries.picture(one.file, page)
            )
            if data is not None:
                key = f"file-{assignment.position}-{place}-{page}.jpg"
                files[key] = _as_jpeg(data)
                alt = masking.plain(one.pieces)[:2000] if page == 1 else _("Page %(page)s", page=page)
                pictures.append({"name": key, "alt": alt or drawing.file_word(one.purpose)})
    return {
        "number": assignment.position,
        "name": name,
        "reference": sheet.spoken.reference if blind else "",
        "award": words_in(assignment.round.cycle.award.name),
        "passages": passages,
        "pictures": pictures,
        "withheld": sheet.read.withheld or sheet.files.withheld,
        "criteria": [
            {"name": words_in(one.name), "about": words_in(one.about), "weight": one.weight}
            for one in reading.criteria_of(rubric)
        ],
        "levels": [
            {"value": level, "words": words_in(rubric.levels.get(str(level)))}
            for level in range(rubric.highest, rubric.lowest - 1, -1)
        ],
    }


def _pieces(pieces: list[masking.Piece]) -> list[dict[str, Any]]:
    return [
        {"text": each.replace("\r\n", "\n"), "mask": False}
        if isinstance(each, str)
        else {"text": drawing.noun(each), "mask": True}
        for each in pieces
    ]


def _as_jpeg(data: bytes) -> bytes:
    """Return one of our own pictures of a page in a kind that is set in type."""
    held = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.convert("RGB").save(held, "JPEG", quality=80)
    return held.getvalue()


# ---------------------------------------------------------------- typed in


@pages.page("/desk/<slug>/<int:year>/paper", needs=Permission.ENTER_PAPER, of=rounds.in_review)
def paper(review: InReview) -> str:
    """Who reads on paper, what came back, and what waits to be compared."""
    cycle, person = review.cycle, viewer.current()
    return render_template(
        "review/paper.html",
        cycle=cycle,
        place=at(cycle),
        readers=queries.readers(cycle.id, person),
        rows=listing(queries.desk(cycle.id, person), page=asked_page(), scalars=False),
        me=person,
    )


@pages.page("/desk/<slug>/<int:year>/paper.csv", needs=Permission.ENTER_PAPER, of=rounds.in_review)
def paper_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The sheets as a spreadsheet: whose, of whom as that reader knows them, and how far typing in is; no score."""
    cycle, person = review.cycle, viewer.current()
    header = [_("Reviewer"), _("Number"), _("Sheet"), _("Reference"), _("State")]
    rows = [
        (reader.name, assignment.position, spoken.name, spoken.reference, _state(entry, person))
        for assignment, reader, spoken, entry in every(queries.desk(cycle.id, person), scalars=False)
    ]
    return table_file(f"sheets-{cycle.award.slug}-{cycle.year}", header, rows)


def _state(entry: PaperReview | None, person: Person) -> str:
    if entry is None:
        return str(_("Not typed in"))
    if entry.checked_at is not None:
        return str(_("Compared"))
    return str(_("Somebody else compares it") if entry.typed_by_id == person.id else _("To compare"))


@pages.form("/desk/<slug>/<int:year>/paper/<int:number>", needs=Permission.ENTER_PAPER, of=queries.paper_at)
def type_in(of: PaperOf) -> Any:  # noqa: ANN401 - an answer
    """Type in what stands on one sheet; or read it, to compare it with the sheet."""
    if request.method != "POST":
        return _type_page(of)
    rubric = reading.rubric_of(of.assignment)
    posted = forms.read(request.form, rubric)
    if posted.wrong:
        return _type_page(of, posted=posted), 422
    try:
        actions.type_in(of, posted.typed, version=posted.version, by=viewer.current(), at=clock.now())
    except reading_actions.Incomplete as incomplete:
        return _type_page(of, posted=posted, missing=incomplete.missing), incomplete.status
    except PortalError as refused:
        return _type_page(of, posted=posted, said=failures.sentence(refused)), refused.status
    flash(_("Typed in. It counts once somebody else has compared it with the paper."))
    return see_other(".paper", **at(of.review.cycle))


def _type_page(
    of: PaperOf, *, posted: forms.Scored | None = None, missing: list[str] | None = None, said: str = ""
) -> str:
    rubric = reading.rubric_of(of.assignment)
    entry, me = of.entry, viewer.current()
    kept = reading_actions.Typed(
        actions.marks_of(entry, rubric),
        entry.comment if entry else "",
        entry.feedback if entry else "",
        entry.confidence if entry else None,
    )
    typed = posted.typed if posted else kept
    wrong = dict(posted.wrong) if posted else {}
    wrong |= {f"score-{key}": _("Give a level, or say that it does not apply.") for key in missing or []}
    drawn = drawing.criteria(rubric, typed.marks, wrong)
    spoken = rounds.name_of(of.assignment.round, of.assignment.candidacy_id)
    checked = entry is not None and entry.checked_at is not None
    return render_template(
        "review/type_in.html",
        of=of,
        entry=entry,
        cycle=of.review.cycle,
        place=at(of.review.cycle),
        reader=of.assignment.reviewer,
        spoken=spoken,
        criteria=drawn,
        figure=drawing.figure(reading.weights_of(rubric), typed.marks),
        most=rubric.highest * 10,
        scored=sum(each["answered"] for each in drawn),
        typed=typed,
        wrong=wrong,
        confidences=drawing.confidences(),
        confidence_word=drawing.confidence_word,
        names=[(criterion.key, words_in(criterion.name)) for criterion in reading.criteria_of(rubric)],
        version=entry.version if entry is not None else 0,
        comparing=entry is not None and not checked and entry.typed_by_id != me.id and posted is None,
        checked=checked,
        own=entry is not None and entry.typed_by_id == me.id,
        said=said,
        problems=[
            {"id": f"criterion-{each['id']}", "words": _("%(name)s: %(what)s", name=each["name"], what=error)}
            for each in drawn
            for error in each["errors"]
        ],
    )


@pages.step("/desk/<slug>/<int:year>/paper/<int:number>/check", needs=Permission.ENTER_PAPER, of=queries.paper_at)
def check_paper(of: PaperOf) -> Any:  # noqa: ANN401 - an answer
    """Say that what was typed in is what stands on the paper."""
    version = request.form.get("version", 0, type=int)
    try:
        actions.check(of, version=version, by=viewer.current(), at=clock.now())
    except PortalError as refused:
        return _type_page(of, said=failures.sentence(refused)), refused.status
    flash(_("Compared. These scores are the reviewer's own now, and count."))
    return see_other(".paper", **at(of.review.cycle))
