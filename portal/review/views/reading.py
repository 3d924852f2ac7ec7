"""A reviewer's pages: the queue, one reading with its scores, giving it back, their own scores. Nothing of anybody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.accounts import actions as accounts
from portal.accounts import queries as accounts_queries
from portal.errors import N_, NotFound, Refused, Stale
from portal.files import queries as file_queries
from portal.files import serving
from portal.files.rules import Kind
from portal.policy import Permission
from portal.review.actions import reading as actions
from portal.review.forms import reading as forms
from portal.review.queries import covering, practice, rounds, studies
from portal.review.queries import reading as queries
from portal.review.queries.facts import saw_others
from portal.review.rules import merging
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.lives import OWED, SCORING, AssignmentState, RoundState
from portal.review.rules.scoring import unanswered
from portal.review.views import drawing, screening
from portal.review.views.pages import pages
from portal.review.views.readers import drift_words, own_words
from portal.review.views.texts import read_by
from portal.web import failures, viewer
from portal.web.lists import FURTHEST, Listing, asked_page, table_file
from portal.web.pages import keep, see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.people.models import Person
    from portal.review.models import Assignment


@pages.page("/reading", needs=Permission.SEE_QUEUE)
def queue() -> str:
    """What waits for me, in my own order."""
    person: Person = viewer.current()
    page = asked_page()
    found, more = queries.queues(person, page=page)
    return render_template(
        "review/queue.html",
        queues=found,
        pager=Listing([task for each in found for task in each.tasks], page, queries.SIZE, more),
        waiting=queries.invitations(person),
        in_question=queries.in_question(person),
        practice=_practice(person),
        printable=any(each.minutes for each in found),
        chaired=[(member.cycle, _led(member.cycle)) for member in queries.chaired(person)],
        states=sorted({task.state for each in found for task in each.tasks}),
        state_of=drawing.state_of,
        time_words=drawing.time_words,
    )


def _practice(person: Person) -> list[tuple[Cycle, list[practice.Waiting]]]:
    """Return the past files that wait for a try, by cycle."""
    found: dict[int, tuple[Cycle, list[practice.Waiting]]] = {}
    for one in practice.waiting(person):
        found.setdefault(one.cycle.id, (one.cycle, []))[1].append(one)
    return list(found.values())


def _led(cycle: Cycle) -> list[dict[str, str]]:
    """Return a chair's pages of a cycle."""
    wanted = (
        (".round_", _("Round")),
        ("nominations.conflicts_of_cycle", _("Conflicts")),
        (".assignments", _("Assignments")),
        (".standings", _("Standings")),
        ("decisions.decisions", _("Decisions")),
    )
    return [
        {"url": url_for(endpoint, slug=cycle.award.slug, year=cycle.year), "text": words}
        for endpoint, words in wanted
        if endpoint.startswith(".") or endpoint in current_app.view_functions
    ]


@pages.page("/reading/scores", needs=Permission.SEE_QUEUE)
def scores() -> str:
    """My own scores, all in one list."""
    page = asked_page()
    found, more = queries.own_scores(viewer.current(), page=page)
    pager = Listing([score for each in found for score in each.scores], page, queries.SIZE, more)
    beside = studies.own(viewer.current(), [each.round.id for each in found])
    return render_template(
        "review/scores.html",
        groups=found,
        pager=pager,
        state_of=drawing.state_of,
        beside={number: own_words(own) for number, own in beside.items()},
        drift={number: drift_words(totals) for number, totals in queries.own_totals(viewer.current()).items()},
    )


@pages.page("/reading.csv", needs=Permission.SEE_QUEUE)
def queue_csv() -> Any:  # noqa: ANN401 - a file
    """What waits for me, as a spreadsheet: as little of each as the page says."""
    header = [
        _("Award"), _("Year"), _("Candidacy"), _("Reference"), _("State"), _("Not scored yet"), _("So far"), _("Of"),
    ]  # fmt: skip
    rows = [
        (
            words_in(each.round.cycle.award.name),
            each.round.cycle.year,
            task.name,
            task.reference,
            drawing.state_of(task.state)[1],
            task.left,
            f"{task.figure:.1f}" if task.figure is not None else "",
            each.most,
        )
        for each in queries.queues(viewer.current(), size=FURTHEST)[0]
        for task in each.tasks
    ]
    return table_file("my-reading", header, rows)


@pages.page("/reading/scores.csv", needs=Permission.SEE_QUEUE)
def scores_csv() -> Any:  # noqa: ANN401 - a file
    """My own scores as a spreadsheet: a line for each level given."""
    header = [
        _("Award"), _("Year"), _("Candidacy"), _("Reference"), _("State"), _("Criterion"), _("Level"), _("Total"),
    ]  # fmt: skip
    rows = [
        (
            words_in(group.round.cycle.award.name),
            group.round.cycle.year,
            score.name,
            score.reference,
            drawing.state_of(score.state)[1],
            words_in(criterion.name),
            _("n/a") if mark.does_not_apply else mark.level if mark.level is not None else "",
            f"{score.figure:.1f}" if score.figure is not None else "",
        )
        for group in queries.own_scores(viewer.current(), size=FURTHEST)[0]
        for score in group.scores
        for criterion, mark in zip(queries.criteria_of(group.rubric), score.levels, strict=True)
    ]
    return table_file("my-scores", header, rows)


@pages.page("/reading/guide", needs=Permission.SEE_QUEUE)
def guide() -> str:
    """How we read and score."""
    return render_template("review/guide.html", queues=queries.queues(viewer.current())[0])


def _own(number: int) -> Assignment | None:
    return queries.own(viewer.current(), number)


def _scored(number: int) -> Assignment | None:
    """Return one's own reading of a round that is scored by a rubric."""
    found = _own(number)
    return found if found is not None and found.round.kind in BY_RUBRIC else None


@pages.form("/reading/<int:number>", needs=Permission.SCORE_CANDIDACY, of=_own)
def score(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """Read on one side, score on the other."""
    if assignment.round.state is RoundState.PLANNED:
        raise Refused(actions.NOT_YET)
    scored = assignment.round.kind in BY_RUBRIC
    if not scored or request.method != "POST":
        return _page(assignment) if scored else screening.answer(assignment)
    rubric = queries.rubric_of(assignment)
    posted = forms.read(request.form, rubric)
    now = clock.now()
    if posted.wrong:
        return _page(assignment, posted=posted), 422
    try:
        actions.save(assignment, posted.typed, version=posted.version, at=now, seen=posted.seen)
    except Refused as refused:
        return _not_saved(assignment, posted, refused)
    act = request.form.get("act", "submit")
    if act == "submit":
        return _submit(assignment)
    person = viewer.current()
    if act == "next":
        actions.skip(assignment, at=now)
        following = queries.around(assignment, person).next_left
        return see_other(".score", number=following) if following is not None else see_other(".queue")
    missing = unanswered(queries.weights_of(rubric), posted.typed.marks)
    anchor = f"criterion-{missing[0]}" if missing else None
    return redirect(url_for(".score", number=assignment.position, _anchor=anchor), code=303)


def _submit(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    was = assignment.state
    try:
        actions.submit(assignment, at=clock.now())
    except actions.Incomplete as incomplete:
        return keep((_page(assignment, missing=incomplete.missing), incomplete.status))
    following = queries.around(assignment, viewer.current()).next_left
    name = _called(assignment)
    if was is AssignmentState.SUBMITTED:
        flash(_("%(name)s: your revised scores are in.", name=name))
    elif following is not None:
        flash(_("%(name)s: your scores are in.", name=name))
    else:
        flash(_("%(name)s: your scores are in. That was the last one for this award. Thank you.", name=name))
    return see_other(".score", number=following) if following is not None else see_other(".queue")


def _not_saved(assignment: Assignment, posted: forms.Scored, refused: Refused) -> Any:  # noqa: ANN401 - an answer
    """Answer a save that was refused, with what was typed still in sight."""
    if isinstance(refused, Stale):
        return redirect(_hold(assignment), code=303)
    if isinstance(refused, actions.Incomplete):
        return _page(assignment, posted=posted, missing=refused.missing), refused.status
    return _page(assignment, unsaved=_unsaved(assignment, posted.typed, refused)), refused.status


def _unsaved(assignment: Assignment, typed: actions.Typed, refused: Refused) -> dict[str, Any]:
    """Return what a refused page says that is not saved, so that it can be shown back, and why it was refused."""
    rubric = queries.rubric_of(assignment)
    review = assignment.review
    saved = queries.marks_of(review, rubric)
    marks = [
        (words_in(criterion.name), typed.marks[criterion.key])
        for criterion in queries.criteria_of(rubric)
        if typed.marks[criterion.key] != saved[criterion.key]
    ]
    comment = typed.comment if typed.comment != (review.comment if review else "") else ""
    feedback = typed.feedback if typed.feedback != (review.feedback if review else "") else ""
    return {"why": failures.sentence(refused), "marks": marks, "comment": comment, "feedback": feedback}


def _page(
    assignment: Assignment,
    *,
    posted: forms.Scored | None = None,
    missing: list[str] | None = None,
    unsaved: dict[str, Any] | None = None,
) -> str:
    rubric = queries.rubric_of(assignment)
    weights = queries.weights_of(rubric)
    review = assignment.review
    marks = posted.typed.marks if posted else queries.marks_of(review, rubric)
    wrong = dict(posted.wrong) if posted else {}
    for key in missing or []:
        wrong[f"score-{key}"] = _("Give a level, or say that it does not apply.")
    round_ = assignment.round
    drawn = drawing.criteria(rubric, marks, wrong)
    submitted = assignment.state is AssignmentState.SUBMITTED
    seen = submitted and saw_others(viewer.current(), round_)
    fixed = submitted and (round_.names_after or seen)  # names are shown now, or others' scores were
    open_ = round_.state in SCORING and clock.now() < round_.closes_at and not fixed
    open_ = open_ and (assignment.extra or not round_.extra_only)
    return render_template(
        "review/score.html",
        **read_by(assignment),
        fixed=fixed and round_.state in SCORING,
        others_seen=actions.OTHERS_SEEN if seen else "",
        criteria=drawn,
        figure=drawing.figure(weights, marks),
        most=rubric.highest * 10,
        scored=sum(each["answered"] for each in drawn),
        comment=posted.typed.comment if posted else (review.comment if review else ""),
        comment_error=wrong.get("comment"),
        feedback=posted.typed.feedback if posted else (review.feedback if review else ""),
        feedback_error=wrong.get("feedback"),
        confidence=posted.typed.confidence if posted else (review.confidence if review else None),
        confidences=drawing.confidences(),
        version=(review.version if review else 0) if posted is None else posted.version,
        seen=merging.signs(actions.fields_of(_saved(assignment)))
        if posted is None
        else request.form.get("seen", ""),  # what was not saved was typed over what it was typed over
        saved=clock_time(review.saved_at) if review else "",
        unsaved=unsaved,
        submitted=submitted,
        can_give_back=assignment.state in OWED,
        open=open_,
        problems=_problems(drawn, wrong),
    )


def _file(assignment: Assignment, place: int) -> covering.Read:
    found = covering.of_reading(assignment.round, assignment.candidacy_id).files
    if assignment.round.state is RoundState.PLANNED or not 1 <= place <= len(found):
        raise NotFound(N_("There is no such file."))
    return found[place - 1]


@pages.page("/reading/<int:number>/files/<int:place>", needs=Permission.READ_MASKED, of=_own)
def reading_file(assignment: Assignment, place: int) -> Any:  # noqa: ANN401 - an answer
    """Save a file, to read it elsewhere or to print it: as it was drawn anew, while names are covered."""
    one = _file(assignment, place)
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{_called(assignment)} {one.purpose} {place}" if one.covered else one.purpose)
    if one.covered is not None and one.covered.key is not None:
        return serving.saved(file_queries.covered(one.covered.key), Kind.PDF, name=name)
    if one.file.kind is None:
        raise NotFound(N_("There is no such file."))
    return serving.saved(file_queries.content(one.file), one.file.kind, name=f"{name}-{place}")


@pages.page("/reading/<int:number>/files/<int:place>/pages/<int:page>", needs=Permission.READ_MASKED, of=_own)
def reading_page(assignment: Assignment, place: int, page: int) -> Any:  # noqa: ANN401 - an answer
    """What one page of a file looks like: known strings painted over, while names are covered."""
    one = _file(assignment, place)
    if one.covered is None or one.covered.key is None:
        return serving.picture(one.file, page)
    if not 1 <= page <= one.covered.pages:
        raise NotFound(N_("There is no such page."))
    return serving.shown_page(file_queries.covered(one.covered.key, page))


def _problems(drawn: list[dict[str, Any]], wrong: dict[str, str]) -> list[dict[str, str]]:
    found = [
        {"id": f"criterion-{each['id']}", "words": _("%(name)s: %(what)s", name=each["name"], what=error)}
        for each in drawn
        for error in each["errors"]
    ]
    return [*found, *({"id": name, "words": wrong[name]} for name in ("comment", "feedback") if name in wrong)]


@pages.step("/reading/<int:number>/draft", needs=Permission.SCORE_CANDIDACY, of=_scored)
def draft(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """Save what is typed as it is typed."""
    posted = forms.read(request.form, queries.rubric_of(assignment))
    if posted.wrong:
        return jsonify(errors={field: [sentence] for field, sentence in posted.wrong.items()}), 422
    try:
        review = actions.save(assignment, posted.typed, version=posted.version, at=clock.now(), seen=posted.seen)
    except Stale:
        return keep((jsonify(conflict_url=_hold(assignment)), 409))
    said = {"saved_at": clock_time(review.saved_at), "version": review.version}
    if posted.seen is None:
        return jsonify(said)
    mine, now = actions.fields_of(posted.typed), actions.fields_of(_saved(assignment))
    elsewhere = {name: words for name, words in now.items() if words != mine.get(name, "")}
    return jsonify(**said, seen=merging.signs(now), elsewhere=elsewhere)


def _saved(assignment: Assignment) -> actions.Typed:
    """Return what is saved of a reading."""
    marks = queries.marks_of(assignment.review, queries.rubric_of(assignment))
    return actions.typed_in(assignment.review, marks)


# ---------------------------------------------------------------- two windows


def _hold(assignment: Assignment) -> str:
    """Keep what this window says beside what another saved, and return where both are shown."""
    fields = [
        [name, value]
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", "version", "seen", "act"}
    ]
    visit = viewer.visit()
    held = accounts.hold(visit, path=f"/reading/{assignment.position}", fields=fields, at=clock.now())
    return url_for(".versions", number=assignment.position, held=held.id)


@pages.page("/reading/<int:number>/versions/<int:held>", needs=Permission.SCORE_CANDIDACY, of=_scored)
def versions(assignment: Assignment, held: int) -> Any:  # noqa: ANN401 - an answer
    """Both versions side by side: what this window says, and what another saved."""
    kept = accounts_queries.held(held, session=viewer.visit())
    if kept is None or kept.path != f"/reading/{assignment.position}":
        return see_other(".score", number=assignment.position)
    rubric = queries.rubric_of(assignment)
    fields = [(name, value) for name, value in kept.fields]
    from werkzeug.datastructures import MultiDict  # noqa: PLC0415 - used here alone

    mine = forms.read(MultiDict(fields), rubric).typed
    review = assignment.review
    saved = actions.typed_in(review, queries.marks_of(review, rubric))
    names = [(criterion.key, words_in(criterion.name)) for criterion in queries.criteria_of(rubric)]
    return render_template(
        "review/versions.html",
        assignment=assignment,
        name=_called(assignment),
        names=names,
        mine=mine,
        confidence_word=drawing.confidence_word,
        saved=saved,
        fields=fields,
        version=review.version if review else 0,
    )


# ---------------------------------------------------------------- giving back


@pages.form("/reading/<int:number>/recusal", needs=Permission.READ_MASKED, of=_own)
def recusal(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """I may know this person."""
    form = forms.RecusalForm()
    if form.validate_on_submit():
        actions.recuse(assignment, words=form.words.data or "", by=viewer.current(), at=clock.now())
        flash(_("Thank you. You will not see this candidacy again."))
        return see_other(".queue")
    return _give_back(assignment, form, _("I may know this person"), _("Step aside")), form.status


@pages.form("/reading/<int:number>/return", needs=Permission.SCORE_CANDIDACY, of=_own)
def hand_back(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """No time for this one."""
    actions.may_end(assignment, clock.now())
    form = forms.ReturnForm()
    if form.validate_on_submit():
        actions.hand_back(assignment, words=form.words.data or "", by=viewer.current(), at=clock.now())
        flash(_("Handed back. Somebody else will read it."))
        return see_other(".queue")
    return _give_back(assignment, form, _("Hand this one back"), _("Hand it back")), form.status


@pages.form("/reading/<int:number>/abstention", needs=Permission.SCORE_CANDIDACY, of=_own)
def abstention(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """Read, and no score given."""
    actions.may_end(assignment, clock.now())
    form = forms.AbstentionForm()
    if form.validate_on_submit():
        actions.abstain(assignment, words=form.words.data or "", by=viewer.current(), at=clock.now())
        flash(_("You gave no score. Somebody else will read it."))
        return see_other(".queue")
    return _give_back(assignment, form, _("Give no score"), _("Abstain")), form.status


def _give_back(assignment: Assignment, form: Any, title: str, act: str) -> str:  # noqa: ANN401 - one of three forms
    return render_template(
        "review/give_back.html", assignment=assignment, form=form, title=title, act=act, name=_called(assignment)
    )


def _called(assignment: Assignment) -> str:
    """Return what a candidacy is called by its reader: its spoken name while names are covered."""
    if not assignment.covered:
        return assignment.candidacy.name
    return rounds.name_of(assignment.round, assignment.candidacy_id).name
