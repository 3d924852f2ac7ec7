"""A practice before scoring: the office chooses past files, members try them, and see theirs beside the others'. It counts nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import N_, NotFound, PortalError, Refused, Stale
from portal.policy import Permission
from portal.review.actions import practice as actions
from portal.review.forms import reading as forms
from portal.review.queries import practice as queries
from portal.review.queries import reading, rounds
from portal.review.rules.scoring import minutes
from portal.review.views import drawing
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.web import failures, viewer
from portal.web.fields import Form
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from portal.awards.models import Rubric
    from portal.review.queries.practice import PracticeOf
    from portal.review.queries.rounds import InReview


# ---------------------------------------------------------------- the office


@pages.form("/desk/<slug>/<int:year>/practice", needs=Permission.PREPARE_PRACTICE, of=rounds.in_review)
def practice_files(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Choose two or three past files, and see how far looking them over has come."""
    cycle, person, form = review.cycle, viewer.current(), Form()
    refused = ""
    if form.validate_on_submit():
        past = queries.past_at(cycle, person, request.form.get("past", 0, type=int))
        try:
            if past is None:
                raise Refused(N_("Choose a past file from the list."))
            actions.choose(cycle, past, by=person, at=clock.now())
        except PortalError as problem:
            refused = failures.sentence(problem)
        else:
            flash(_("Chosen. Look its texts over; then members can practice on it."))
            return see_other(".practice_files", **at(cycle))
    files = queries.of_cycle(cycle.id)
    words = request.args.get("q", "").strip()
    return render_template(
        "review/practice_files.html",
        cycle=cycle,
        place=at(cycle),
        files=files,
        left=queries.left_of([file.past_id for file in files]),
        most=queries.MOST,
        words=words,
        rows=listing(queries.eligible(cycle, person, words=words), page=asked_page()),
        refused=refused,
        at=at,
    ), (422 if refused else form.status)


@pages.page("/desk/<slug>/<int:year>/practice.csv", needs=Permission.PREPARE_PRACTICE, of=rounds.in_review)
def practice_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The past files as a spreadsheet: those that were chosen, by what members call them; then those that can be."""
    cycle = review.cycle
    files = queries.of_cycle(cycle.id)
    left = queries.left_of([file.past_id for file in files])
    words = request.args.get("q", "").strip()
    past = every(queries.eligible(cycle, viewer.current(), words=words)) if len(files) < queries.MOST else []
    header = [_("Candidacy"), _("Reference"), _("Year"), _("Called"), _("State")]
    rows = [
        (file.past.name, file.past.reference, file.past.cycle.year, file.name, _looking_over(left.get(file.past_id)))
        for file in files
    ]
    rows += [(one.name, one.reference, one.cycle.year, "", _("Can be chosen")) for one in past]
    return table_file(f"practice-{cycle.award.slug}-{cycle.year}", header, rows)


def _looking_over(left: tuple[int, int | None] | None) -> str:
    if left is None:
        return str(_("Members can practice on it"))
    return str(ngettext("One submission to look over", "%(num)s submissions to look over", left[0]))


@pages.step(
    "/desk/<slug>/<int:year>/practice/<int:number>/removal", needs=Permission.PREPARE_PRACTICE, of=rounds.in_review
)
def take_practice_out(review: InReview, number: int) -> Any:  # noqa: ANN401 - an answer
    """Take a past file out of the practice."""
    file = next((each for each in queries.of_cycle(review.cycle.id) if each.id == number), None)
    if file is None:
        raise NotFound(N_("There is no such file."))
    actions.take_out(file, by=viewer.current(), at=clock.now())
    flash(_("Taken out, with what members tried on it."))
    return see_other(".practice_files", **at(review.cycle))


# ---------------------------------------------------------------- members


@pages.form("/reading/practice/<int:number>", needs=Permission.PRACTICE, of=queries.practice_at)
def practice(of: PracticeOf) -> Any:  # noqa: ANN401 - an answer
    """Try a past file; then see one's levels beside the others'."""
    rubric = _rubric(of)
    if request.method != "POST":
        return _page(of, rubric)
    posted = forms.read(request.form, rubric)
    if posted.wrong:
        return _page(of, rubric, posted=posted), 422
    person, now = viewer.current(), clock.now()
    try:
        actions.save(of, person, posted.typed, version=posted.version, at=now)
        actions.submit(of, person, rubric, at=now)
    except actions.Unfinished as unfinished:
        return keep((_page(of, rubric, posted=posted, missing=unfinished.missing), unfinished.status))
    except Stale as stale:
        return _page(of, rubric, posted=posted, said=failures.sentence(stale)), 409
    flash(_("Your practice is in. It counts nowhere."))
    return see_other(".practice", number=of.file.id)


def _rubric(of: PracticeOf) -> Rubric:
    rubric = queries.rubric_of(of.cycle)
    if rubric is None:
        raise Refused(N_("There is nothing to score by yet."))
    return rubric


def _page(
    of: PracticeOf,
    rubric: Rubric,
    *,
    posted: forms.Scored | None = None,
    missing: list[str] | None = None,
    said: str = "",
) -> str:
    person = viewer.current()
    review = queries.own(of, person)
    done = review is not None and review.submitted_at is not None
    marks = posted.typed.marks if posted else queries.marks_of(review, rubric)
    wrong = dict(posted.wrong) if posted else {}
    wrong |= {f"score-{key}": _("Give a level, or say that it does not apply.") for key in missing or []}
    read = queries.read(of)
    drawn = drawing.criteria(rubric, marks, wrong)
    waiting = queries.waiting(person)
    return render_template(
        "review/practice.html",
        of=of,
        name=of.file.name,
        award=words_in(of.cycle.award.name),
        passages=drawing.passages_of(read.passages, _("the nominee")),
        withheld=read.withheld,
        minutes=minutes(sum(passage.words for passage in read.passages)),
        criteria=drawn,
        scored=sum(each["answered"] for each in drawn),
        figure=drawing.figure(reading.weights_of(rubric), marks),
        most=rubric.highest * 10,
        version=review.version if review is not None else 0,
        saved=clock_time(review.saved_at) if review is not None else "",
        done=done,
        beside=queries.beside(of, review, rubric) if done and review is not None else None,
        next_left=next((one for one in waiting if not one.done and one.number != of.file.id), None),
        said=said,
        problems=[
            {"id": f"criterion-{each['id']}", "words": _("%(name)s: %(what)s", name=each["name"], what=error)}
            for each in drawn
            for error in each["errors"]
        ],
    )


@pages.step("/reading/practice/<int:number>/draft", needs=Permission.PRACTICE, of=queries.practice_at)
def practice_draft(of: PracticeOf) -> Any:  # noqa: ANN401 - an answer
    """Keep what is tried as it is tried."""
    posted = forms.read(request.form, _rubric(of))
    if posted.wrong:
        return jsonify(errors={field: [sentence] for field, sentence in posted.wrong.items()}), 422
    try:
        review = actions.save(of, viewer.current(), posted.typed, version=posted.version, at=clock.now())
    except Stale:
        return jsonify(conflict_url=url_for(".practice", number=of.file.id)), 409
    return jsonify(saved_at=clock_time(review.saved_at), version=review.version)
