"""A cycle's round: making it, taking candidacies in, opening, closing, reopening, locking."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.awards import queries as awards
from portal.awards.rules import MemberState
from portal.errors import N_, PortalError, Refused
from portal.policy import Permission
from portal.review.actions import rounds as actions
from portal.review.forms.desk import LateForm, ReopenForm, RoundForm
from portal.review.forms.rounds import shape_form, shape_of, small
from portal.review.queries import bands, onward, screening, texts
from portal.review.queries import rounds as queries
from portal.review.queries.facts import sees_names
from portal.review.rules import onward as rules
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import ROUND, RoundStep
from portal.review.views.pages import pages
from portal.web import failures, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.review.models import Round
    from portal.review.queries.rounds import InReview
    from portal.review.queries.screening import Tally
    from portal.review.queries.standings import Row

SEEDS = 2**31
NO_ROUND = N_("This cycle has no round yet.")


def at(cycle: Cycle) -> dict[str, Any]:
    """Return where a cycle's pages lie."""
    return {"slug": cycle.award.slug, "year": cycle.year}


def round_of(review: InReview) -> Round:
    """Return the round a page is about. Before there is one, a sentence says so."""
    if review.round is None:
        raise Refused(NO_ROUND)
    return review.round


@pages.form("/desk/<slug>/<int:year>/round", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def round_(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Where the round stands, what keeps it from opening, and what may be done with it."""
    form = RoundForm()
    if review.round is None and form.validate_on_submit():
        try:
            actions.make(
                review.cycle,
                seed=secrets.randbelow(SEEDS),
                covers_pronouns=bool(form.covers_pronouns.data),
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(None, failures.sentence(refused))
        else:
            flash(_("The round is made."))
            return see_other(".round_", **at(review.cycle))
    return _page(review, form), form.status


def _page(review: InReview, form: RoundForm, reopen: ReopenForm | None = None, late: LateForm | None = None) -> str:
    made, person = review.round, viewer.current()
    by_staff = bands.criteria(review.cycle) if policy.may(person, Permission.SCORE_BANDS, review) else []
    steps = ROUND.steps(made.state) if made is not None else []
    over = made is not None and made.state in queries.OVER
    return render_template(
        "review/round.html",
        review=review,
        cycle=review.cycle,
        round=made,
        form=form,
        reopen=reopen or ReopenForm(formdata=None),
        late=late or LateForm(formdata=None),
        steps=steps,
        by_staff=[words_in(criterion.name) for criterion in by_staff],
        bands=bands.progress(review.cycle, person) if by_staff else None,
        Step=RoundStep,
        lacks=[
            (failures.sentence(PortalError(lack.message, **lack.facts)), lack.where) for lack in actions.lacking(made)
        ]
        if made is not None and RoundStep.OPEN in steps
        else [],
        waiting=queries.coming(made) if made is not None else queries.waiting(review.cycle),
        too_late=queries.waiting(review.cycle) if made is not None and made.number > 1 else 0,
        count=queries.count_taken(made) if made is not None else 0,
        progress=texts.progress(made) if made is not None and made.blind else None,
        place=at(review.cycle),
        may_redact=viewer.may(Permission.REDACT, review),
        title=kind_words(made.kind) if made is not None else _("The round"),
        names=names_words(made) if made is not None else "",
        goes_on=rule_words(made) if made is not None else "",
        undecided=onward.undecided(made, person) if made is not None and over else 0,
        everyone=onward.undecided(made, person) + len(onward.said(made)) if made is not None and over else 0,
        readers=len(queries.readers(made)) if made is not None else 0,
        all_rounds=queries.of_cycle(review.cycle),
        kind_words=kind_words,
    )


def kind_words(kind: RoundKind) -> str:
    """Return what a kind of round is called on its page."""
    words = {
        RoundKind.SCREENING: _("The screening round"),
        RoundKind.SCORING: _("The scoring round"),
        RoundKind.RANKING: _("The ranking round"),
        RoundKind.INTERVIEW: _("Interviews and visits"),
    }
    return str(words[kind])


def names_words(made: Round) -> str:
    """Return how names are shown in a round."""
    if not made.blind:
        return str(_("shown"))
    return str(_("covered until a reader's own is in") if made.names_after else _("covered"))


def rule_words(made: Round) -> str:
    """Return in words who goes on from a round."""
    rule = rules.from_json(made.goes_on)
    if rule.by is rules.By.SHARE:
        return str(_("at least %(share)s in a hundred of its readers say so", share=f"{rule.least:g}"))
    if rule.by is rules.By.TOP:
        return str(ngettext("the first in the standings", "the first %(num)s in the standings", rule.count))
    if rule.by is rules.By.LEVEL:
        return str(_("a score of %(least)s or more", least=f"{rule.least:g}"))
    return str(_("a person says so of each"))


# ---------------------------------------------------------------- what a round is to be


@pages.form("/desk/<slug>/<int:year>/round/next", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def next_round(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Plan a cycle's next round, of any kind."""
    return _shape(review, None)


@pages.form("/desk/<slug>/<int:year>/round/shape", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def shape(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Change what the round is to be, until it opens."""
    return _shape(review, round_of(review))


def _shape(review: InReview, made: Round | None) -> Any:  # noqa: ANN401 - an answer
    cycle, before = review.cycle, review.round
    later = before is not None and (made is None or made.number > 1)
    chosen = queries.readers(made) if made is not None else frozenset()
    form = shape_form(cycle, made, awards.committee(cycle, states={MemberState.ACCEPTED}), chosen, later=later)
    if form.validate_on_submit():
        by, now = viewer.current(), clock.now()
        try:
            if made is None:
                actions.plan_round(cycle, shape_of(form), seed=secrets.randbelow(SEEDS), by=by, at=now)
            else:
                actions.change(made, shape_of(form), by=by, at=now)
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("The round is made.") if made is None else _("Saved."))
            return see_other(".round_", **at(cycle))
    page = render_template(
        "review/shape.html", cycle=cycle, round=made, form=form, small=small(), later=later, place=at(cycle)
    )
    return page, form.status


@pages.page("/desk/<slug>/<int:year>/rounds/<int:nth>", needs=Permission.MANAGE_ROUND, of=queries.at)
def one_round(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """How an earlier round went, and who went on from it."""
    made = round_of(review)
    newest = queries.newest(review.cycle.id)
    if newest is not None and newest.id == made.id:
        return redirect(url_for(".round_", **at(review.cycle)))
    person = viewer.current()
    named = sees_names(person, review)
    return render_template(
        "review/one_round.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        title=kind_words(made.kind),
        names=names_words(made),
        goes_on=rule_words(made),
        rows=drawn_rows(made, person, named=named),
        count=queries.count_taken(made),
    )


def drawn_rows(made: Round, person: Any, *, named: bool, each: bool = True) -> list[dict[str, Any]]:  # noqa: ANN401 - a Person or None
    """Return a round that is over row by row: how each stands, what the rule says of it, and what was said.

    `each`: whether they may see what each reader said; else nothing is counted that would tell it.
    """
    table = onward.table(made, person)
    tallies = screening.tallies(made, [one.row.candidacy_id for one in table])
    return [
        {
            "number": one.row.candidacy_id,
            "key": one.row.reference,
            "name": one.row.nominee if named else one.row.name,
            "reference": "" if named else one.row.reference,
            "rank": _("%(rank)s=", rank=one.row.rank) if one.row.tied else one.row.rank,
            "figure": figure_words(made, one.row, tallies.get(one.row.candidacy_id)) if each else "",
            "reads": one.row.count,
            "missing": one.row.missing,
            "few": one.row.count < made.quorum,
            "proposal": one.proposal,
            "said": one.said,
        }
        for one in table
    ]


def standings_file(review: InReview, name: str) -> Any:  # noqa: ANN401 - a file
    """Return a round as a spreadsheet: how each stands, who read it, and whether it goes on."""
    made, person = round_of(review), viewer.current()
    each = policy.may(person, Permission.DELIBERATE, review)
    rows = [
        (
            row["rank"],
            row["name"],
            row["key"],
            row["figure"],
            row["reads"],
            row["missing"],
            _("not enough readers") if row["few"] else "",
            "" if row["said"] is None else _("goes on") if row["said"].goes_on else _("does not go on"),
            row["said"].reason if row["said"] else "",
        )
        for row in drawn_rows(made, person, named=sees_names(person, review), each=each)
    ]
    header = [
        _("Rank"), _("Candidacy"), _("Reference"), _("Standing"), _("Reads"), _("Missing"), _("Readers"), _("Goes on"), _("Why"),
    ]  # fmt: skip
    return table_file(f"{name}-{review.cycle.award.slug}-{review.cycle.year}", header, rows)


def figure_words(made: Round, row: Row, tally: Tally | None) -> str:
    """Return in words how one candidacy stands in a round of its kind."""
    if row.adjusted is None or row.count == 0:
        return ""
    if made.kind is RoundKind.SCREENING:
        passes = tally.passes if tally else 0
        return str(_("%(passes)s of %(reads)s say it goes on", passes=passes, reads=row.count))
    if made.kind is RoundKind.RANKING:
        places = tally.places if tally else ()
        points = _("%(points)s points on average", points=f"{row.adjusted:.1f}")
        listed = ", ".join(map(str, places))
        return str(_("%(points)s; places %(places)s", points=points, places=listed) if places else points)
    return f"{row.adjusted:.2f}"


@pages.step("/desk/<slug>/<int:year>/round/candidacies", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def take(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Take in what was found eligible since."""
    count = actions.take(round_of(review), by=viewer.current(), at=clock.now())
    flash(ngettext("One candidacy taken into the round.", "%(num)s candidacies taken into the round.", count))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/candidacies/late", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def take_late(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Take in what was found eligible too late for the rounds before, with a reason."""
    form = LateForm()
    if form.validate_on_submit():
        made, reason = round_of(review), form.late_reason.data or ""
        count = actions.take(made, late=reason, by=viewer.current(), at=clock.now())
        flash(ngettext("One candidacy taken into the round.", "%(num)s candidacies taken into the round.", count))
        return see_other(".round_", **at(review.cycle))
    return _page(review, RoundForm(formdata=None), late=form), 422


@pages.step("/desk/<slug>/<int:year>/round/opening", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def open_(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Open it for scoring."""
    actions.open_round(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is open. Everybody with something to read is told."))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/closing", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def close(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Close it before its instant."""
    actions.close(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is closed."))
    return see_other(".round_", **at(review.cycle))


@pages.step("/desk/<slug>/<int:year>/round/reopening", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def reopen(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Open it again, with a reason."""
    form = ReopenForm()
    made = round_of(review)
    if form.validate_on_submit():
        try:
            actions.reopen(
                made, until=form.instant(), reason=form.reason.data or "", by=viewer.current(), at=clock.now()
            )
        except PortalError as refused:
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("The round is open again."))
            return see_other(".round_", **at(review.cycle))
    return _page(review, RoundForm(formdata=None), form), 422


@pages.step("/desk/<slug>/<int:year>/round/lock", needs=Permission.MANAGE_ROUND, of=queries.in_review)
def lock(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Lock it for good."""
    actions.lock(round_of(review), by=viewer.current(), at=clock.now())
    flash(_("The round is locked. Its scores can no longer change."))
    return see_other(".round_", **at(review.cycle))
