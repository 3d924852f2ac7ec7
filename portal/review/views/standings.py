"""Where the committee stands: the plot, its table twin, the same as a spreadsheet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock, policy
from portal.awards import queries as awards
from portal.errors import PortalError
from portal.policy import Fact, Permission
from portal.review.queries import declarations, rounds, studies
from portal.review.queries import standings as queries
from portal.review.queries.facts import sees_names
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.standings import Agreement
from portal.review.views.pages import pages
from portal.review.views.rounds import at, drawn_rows, kind_words, round_of, standings_file
from portal.web import failures, viewer
from portal.web.lists import Listing, asked_page, table_file
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.people.models import Person
    from portal.review.models import Round
    from portal.review.queries.rounds import InReview


LEAST_CHANCE = 0.01
_AGREEMENT = {Agreement.AGREE: _l("agree"), Agreement.DIFFER: _l("differ"), Agreement.FAR_APART: _l("far apart")}


def agreement(said: tuple[Agreement, float] | None) -> tuple[str, str]:
    """Return a word and a number for how near reviewers are."""
    if said is None:
        return "", ""
    return str(_AGREEMENT[said[0]]), f"{said[1]:.1f}"


def sees_readers(person: Person, review: InReview) -> bool:
    """Say whether somebody may know who reads what: not a member who only deliberates, nor an auditor."""
    facts = policy.facts_about(person, review)
    return bool(facts & {Fact.STAFF_OF_IT, Fact.CHAIR_OF_IT})


def sees_scores(person: Person, review: InReview) -> bool:
    """Say whether somebody may see what each reviewer gave: whoever deliberates, not an auditor."""
    return policy.may(person, Permission.DELIBERATE, review)


def _unasked(person: Person, review: InReview, among: Collection[int]) -> dict[str, Any]:
    """Return what came on the list after a member declared, and their seat: it opens once they were asked about it too."""
    asked = Fact.DECLARED in policy.facts_about(person, review)
    unlisted = declarations.unlisted(review.round, person, among) if asked and review.round is not None else frozenset()
    return {"unasked": unlisted, "seat": awards.member_of(review.cycle, person) if unlisted else None}


@pages.page("/desk/<slug>/<int:year>/standings", needs=Permission.SEE_STANDINGS, of=rounds.in_review)
def standings(review: InReview) -> str:
    """Where the committee stands."""
    return _page(review, "review/standings.html", asked_page())


@pages.page("/desk/<slug>/<int:year>/standings/print", needs=Permission.SEE_STANDINGS, of=rounds.in_review)
def standings_print(review: InReview) -> str:
    """The same, for paper: plot and table on facing pages."""
    round_of(review)
    return _page(review, "review/standings_print.html")


def _page(review: InReview, template: str, page: int | None = None) -> str:
    made = review.round
    if made is None:
        return render_template(template, cycle=review.cycle, round=None, place=at(review.cycle))
    if made.kind not in BY_RUBRIC:
        return _counted(review, made)
    person = viewer.current()
    table = queries.standings(made, person, page=page)
    each = sees_scores(person, review)
    if not each:
        table = queries.without_scores(made, table)
    lacking, count = queries.missing(made, person)
    named = sees_names(person, review)
    readers = sees_readers(person, review)
    rubric = rounds.rubric_of(made)
    scored = [row for row in table.rows if row.rank is not None]
    ends = [value for row in scored for value in (row.low, row.high, row.adjusted, row.mean) if value is not None]
    low = max(math.floor(min(ends)), rubric.lowest) if ends and rubric else 0
    high = min(math.ceil(max(ends)), rubric.highest) if ends and rubric else 6
    if high - low < 1:
        low, high = max(low - 1, 0), high + 1
    return render_template(
        template,
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        table=table,
        rows=[_drawn(row, made.reads, named=named) for row in scored],
        withheld=sum(row.adjusted is None for row in scored),
        pager=Listing(scored, page, queries.SIZE, table.more) if page is not None else None,
        missing=[
            {"name": row.nominee if named else row.name, "missing": row.missing, "owing": row.owing if readers else ()}
            for row in lacking
        ],
        missing_more=count - len(lacking),
        few=[row.nominee if named else row.name for row in lacking if made.reads - row.missing < made.quorum],
        readers=readers,
        opens=each,
        **_unasked(person, review, [row.candidacy_id for row in scored]),
        low=low,
        high=high,
        most=rubric.highest if rubric else 6,
        card=studies.card(made, person, named=named, readers=readers) if table.calibrated else None,
        change_words=change_words,
        readers_page=policy.may(person, Permission.SEE_READERS, review),
        both=any(row.other is not None for row in scored),
        chances=any(row.chance is not None for row in scored),
        verdict=_verdict(table, review.cycle.places),
        why=_why(made.calibration) if table.calibrated else "",
        now=clock.now(),
        deliberating=review.deliberating,
    )


def _counted(review: InReview, made: Round) -> str:
    """Return the page of a round without a rubric: what was said is counted, and there is nothing to draw."""
    person = viewer.current()
    each = sees_scores(person, review)
    rows = drawn_rows(made, person, named=sees_names(person, review), each=each)
    return render_template(
        "review/standings_counted.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        title=kind_words(made.kind),
        rows=rows,
        few=sum(row["few"] for row in rows),
        over=made.state in rounds.OVER,
        opens=each,
        withheld=not each,
        **_unasked(person, review, [row["number"] for row in rows]),
        leads=policy.may(person, Permission.MANAGE_ROUND, review),
    )


def change_words(change: studies.Change) -> str:
    """Return what was varied, in words."""
    name = words_in(change.who) if isinstance(change.who, dict) else change.who
    if change.kind == "reviewer":
        return str(_("Without the scores of %(name)s", name=name) if name else _("Without the scores of one reviewer"))
    if change.kind == "criterion":
        return str(_("Without “%(name)s”", name=name))
    if change.kind == "weight up":
        return str(_("“%(name)s” counting a fifth more", name=name))
    if change.kind == "weight down":
        return str(_("“%(name)s” counting a fifth less", name=name))
    return str(_("With differences between reviewers taken as exactly known"))


def chance_words(chance: float | None) -> str:
    """Return a chance in hundredths; what is all but sure or out of reach is not said as if it were certain."""
    if chance is None:
        return ""
    if chance < LEAST_CHANCE:
        return "< 1%"
    return "> 99%" if chance > 1 - LEAST_CHANCE else f"{round(100 * chance)}%"


def _drawn(row: queries.Row, reads: int, *, named: bool) -> dict[str, Any]:
    word, number = agreement(row.agreement)
    return {
        "number": row.candidacy_id,
        "rank": _("%(rank)s=", rank=row.rank) if row.tied else row.rank,
        "name": row.nominee if named else row.name,
        "reference": row.reference if not named else "",
        "key": row.reference,
        "adjusted": row.adjusted,
        "raw": row.mean,
        "other": row.other,
        "chance": chance_words(row.chance),
        "close": row.close,
        "inner": row.inner,
        "outer": (row.low, row.high) if row.low is not None and row.high is not None and row.count > 1 else None,
        "group": row.group,
        "reads": row.count,
        "reads_needed": reads,
        "agreement": word,
        "spread": number,
        "tied": row.tied,
    }


def _verdict(table: queries.Table, places: int) -> list[tuple[int, str]]:
    """Return three sentences' worth of numbers and words: above, in the band, below."""
    above, band, below = (table.in_group(group) for group in ("above", "band", "below"))
    left = max(places - above, 0)
    if not table.calibrated:
        said = [(above, ngettext("stands within the places so far.", "stand within the places so far.", above))]
        if band:
            said.append((band, _("are tied at the cut, and %(places)s.", places=_places(left))))
        said.append((below, ngettext("stands below them.", "stand below them.", below)))
        return said
    said = [(above, ngettext("is clearly above.", "are clearly above.", above))]
    if band:
        words = _("cannot be told apart, and %(places)s.", places=_places(left))
        said.append((band, words if band > 1 else _("may fall on either side of the cut.")))
    said.append((below, ngettext("is clearly below.", "are clearly below.", below)))
    return said


def _places(left: int) -> str:
    return str(ngettext("one place remains", "%(num)s places remain", left))


def _why(calibration: dict[str, Any] | None) -> str:
    if not calibration:
        return ""
    error = PortalError(calibration["message"])
    error.facts = calibration["facts"]
    return failures.sentence(error)


@pages.page("/desk/<slug>/<int:year>/standings.csv", needs=Permission.SEE_STANDINGS, of=rounds.in_review)
def standings_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same as a spreadsheet."""
    made = round_of(review)
    if made.kind not in BY_RUBRIC:
        return standings_file(review, "standings")
    person = viewer.current()
    named = sees_names(person, review)
    readers = sees_readers(person, review)
    table = queries.standings(made, person)
    if not sees_scores(person, review):
        table = queries.without_scores(made, table)
    rubric = rounds.rubric_of(made)
    highest = rubric.highest if rubric is not None else 6
    header = [
        _("Rank"), _("Tied"), _("Candidacy"), _("Reference"),
        _("Mean total, of %(most)s", most=highest * 10),
        _("Mean level, 0 to %(most)s", most=highest),
        _("Adjusted level, 0 to %(most)s", most=highest),
        _("From, nine times in ten"), _("To, nine times in ten"), _("Chance of a place, from 0 to 1"),
        _("Ordered by"), _("Reads"), _("Missing"),
        _("Largest difference on a criterion, in levels"),
        _("Missing reads"),
    ]  # fmt: skip
    rows = [
        (
            row.rank,
            _("yes") if row.tied else "",
            row.nominee if named else row.name,
            row.reference,
            f"{row.total:.2f}" if row.total is not None else "",
            f"{row.mean:.3f}" if row.mean is not None else "",
            "" if adjusted is None else f"{adjusted:.3f}",
            *("" if end is None or not table.adjusts else f"{end:.3f}" for end in (row.low, row.high)),
            "" if row.chance is None else f"{row.chance:.3f}",
            _("adjusted score") if table.adjusts else _("plain mean"),
            row.count,
            row.missing,
            row.apart if row.apart is not None else "",
            ", ".join(row.owing) if readers else "",
        )
        for row in table.rows
        for adjusted in [row.adjusted if table.adjusts else row.other]
    ]
    return table_file(f"standings-{review.cycle.award.slug}-{review.cycle.year}", header, rows)
