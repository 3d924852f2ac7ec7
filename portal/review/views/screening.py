"""A reviewer's pages in rounds without a rubric: one passes or does not, and the best are put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from portal import clock
from portal.errors import PortalError, Refused
from portal.policy import Permission
from portal.review.actions import reading, screening
from portal.review.actions.reading import NOT_YET
from portal.review.forms import reading as forms
from portal.review.queries import reading as queries
from portal.review.queries import rounds
from portal.review.queries import screening as asking
from portal.review.queries.facts import Seat, saw_others, seat_at
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import OWED, SCORING, AssignmentState, RoundState
from portal.review.views.pages import pages
from portal.review.views.texts import read_by
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.review.models import Assignment, Round

PLACES = 100  # no list of the best is longer


def answer(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    """Read one candidacy of a round without a rubric, and say whether it goes on where that is asked."""
    if request.method != "POST" or assignment.round.kind is not RoundKind.SCREENING:
        return page(assignment)
    said = request.form.get("passes", "")
    why, wrong = forms.kept_words(request.form.get("why", ""), "why")
    if said not in {"yes", "no"}:
        wrong["passes"] = _("Say whether it goes on.")
    number = request.form.get("version", "")
    version = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0  # noqa: PLR2004 - a count
    if not wrong:
        try:
            screening.say(assignment, passes=said == "yes", why=why, version=version, at=clock.now())
        except Refused as refused:
            wrong[refused.field or "passes"] = failures.sentence(refused)
    if wrong:
        return page(assignment, typed=(said, why, number), wrong=wrong), 422
    return _on(assignment)


def _on(assignment: Assignment) -> Any:  # noqa: ANN401 - an answer
    following = queries.around(assignment, viewer.current()).next_left
    if following is None:
        flash(_("That is kept. That was the last one for this award. Thank you."))
        return see_other(".queue")
    flash(_("That is kept."))
    return see_other(".score", number=following)


def page(
    assignment: Assignment, *, typed: tuple[str, str, str] | None = None, wrong: dict[str, str] | None = None
) -> str:
    """Return the page of one reading in a round without a rubric."""
    made, review = assignment.round, assignment.review
    word = asking.word_of(review.id if review else None)
    said = "" if word is None or word.passes is None else "yes" if word.passes else "no"
    open_ = made.state in SCORING and clock.now() < made.closes_at
    submitted = assignment.state is AssignmentState.SUBMITTED
    seen = submitted and saw_others(viewer.current(), made)
    fixed = submitted and (made.names_after or seen)
    ranking = made.kind is RoundKind.RANKING
    wrong = wrong or {}
    return render_template(
        "review/screen.html",
        **read_by(assignment),
        ranking=ranking,
        seat=asking.seat_of(viewer.current(), made) if ranking else None,
        said=typed[0] if typed else said,
        why=typed[1] if typed else (word.why if word else ""),
        version=typed[2] if typed else (review.version if review else 0),
        place=word.place if word else None,
        wrong=wrong,
        problems=[{"id": "why" if name == "why" else "passes-0", "words": words} for name, words in wrong.items()],
        submitted=submitted,
        can_give_back=assignment.state in OWED,
        open=open_ and not fixed,
        fixed=fixed and open_,
        others_seen=reading.OTHERS_SEEN if seen else "",
    )


@pages.form("/committees/<int:number>/order", needs=Permission.DECLARE_CONFLICTS, of=seat_at)
def order(seat: Seat) -> Any:  # noqa: ANN401 - an answer
    """Put the best in order: a place for each, all at once."""
    made = rounds.newest(seat.member.cycle_id)
    if made is None or made.kind is not RoundKind.RANKING or made.state is RoundState.PLANNED:
        if request.method == "POST":
            raise Refused(NOT_YET if made is not None and made.kind is RoundKind.RANKING else reading.OTHERWISE)
        return _order_page(seat, made, [], ({}, {}, 0), "")
    person = viewer.current()
    tasks = asking.to_rank(person, made)
    known = asking.words_of([task.review.id for task in tasks if task.review is not None])
    typed: dict[int, str] = {}
    whys: dict[int, str] = {}
    for task in tasks:
        word = known.get(task.review.id) if task.review is not None else None
        typed[task.position] = str(word.place) if word is not None and word.place else ""
        whys[task.position] = word.why if word is not None else ""
    problem, version = "", asking.version_of(tasks)
    if request.method == "POST":
        number = request.form.get("version", "")
        version = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0  # noqa: PLR2004 - a count
        posted = {int(name.removeprefix("place-")) for name in request.form if _numbered(name)}
        typed = {number: request.form.get(f"place-{number}", "").strip() for number in posted}
        whys = {number: forms.kept_words(request.form.get(f"why-{number}", ""), "why")[0] for number in posted}
        try:
            places = {number: _place(text) for number, text in typed.items()}
            screening.rank(made, person, places=places, why=whys, version=version, at=clock.now())
        except PortalError as refused:
            problem = failures.sentence(refused)
        else:
            flash(_("Your order is in. You can change it until the round closes."))
            return see_other(".queue")
    return _order_page(seat, made, tasks, (typed, whys, version), problem)


def _numbered(name: str) -> bool:
    number = name.removeprefix("place-")
    return name.startswith("place-") and number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004 - a count


def _place(text: str) -> int | None:
    """Return a place as typed; one that is none is beyond every list."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else PLACES  # noqa: PLR2004 - a place is small


def _order_page(
    seat: Seat,
    made: Round | None,
    tasks: Sequence[Assignment],
    said: tuple[dict[int, str], dict[int, str], int],
    problem: str,
) -> Any:  # noqa: ANN401 - an answer
    typed, whys, version = said
    cycle = seat.member.cycle
    names = rounds.names(made) if made is not None and tasks else {}
    rows = [
        {
            "number": task.position,
            "name": names[task.candidacy_id].name if task.covered else task.candidacy.name,
            "reference": names[task.candidacy_id].reference if task.covered else "",
            "place": typed.get(task.position, ""),
            "why": whys.get(task.position, ""),
        }
        for task in tasks
    ]
    return render_template(
        "review/order.html",
        seat=seat,
        round=made,
        year=cycle.year,
        award=words_in(cycle.award.name),
        rows=sorted(rows, key=lambda row: (not row["place"], len(str(row["place"])), str(row["place"]))),
        best=min(made.best or 0, len(rows)) if made is not None else 0,
        problem=problem,
        version=version,
        open=made is not None and made.state in SCORING and clock.now() < made.closes_at,
        sent=any(task.state is AssignmentState.SUBMITTED for task in tasks),
    ), 422 if problem else 200
