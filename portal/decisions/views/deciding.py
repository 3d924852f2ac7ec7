"""The pages on which a cycle is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.decisions import actions, queries
from portal.decisions.forms import (
    OUTCOMES,
    SMALL,
    ApprovalForm,
    DecisionForm,
    RestForm,
    ReturnForm,
    StandingForm,
    VersionForm,
)
from portal.decisions.queries import drawing
from portal.decisions.rules import choosing
from portal.decisions.rules.lives import Outcome
from portal.decisions.views.pages import pages
from portal.errors import PortalError
from portal.policy import Permission
from portal.review.queries import meeting as meetings
from portal.review.rules import selecting
from portal.review.views.selecting import limit_words
from portal.web import viewer
from portal.web.failures import sentence
from portal.web.lists import Listing, asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.decisions.queries import Decided, Deciding

ROOT = "/desk/<slug>/<int:year>/decisions"


def _here(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    return see_other(".decisions", slug=thing.cycle.award.slug, year=thing.cycle.year)


def _band(ranked: list[choosing.Ranked], places: int) -> set[int]:
    """Return whom the page shades: those who cannot be told apart at the cut, or stand in an exact tie there."""
    tie = choosing.tie_at_cut(ranked, places)
    return {one.number for one in ranked if one.in_band} or set(tie.numbers if tie is not None else ())


def _rule(thing: Deciding) -> dict[str, Any]:
    """Return what the frozen rule proposes, in words, as far as whoever looks may know it."""
    person = viewer.current()
    facts = queries.proposal(thing)
    if not facts:
        return {"known": False, "waits": queries.awaits_the_rule(thing)}
    meant = {*facts["tied"], *(who for who, *_why in facts["reasons"])}
    meant |= {who for _number, _price, kept_out, let_in in facts["prices"] for who in (*kept_out, *let_in)}
    called = queries.called(thing, person, meant)
    rule = selecting.from_json(thing.round.rule if thing.round is not None else None)

    def names(who: list[str]) -> list[str]:
        return [called[each] for each in who if each in called]

    prices = []
    for number, price, kept_out, let_in in facts["prices"]:
        words = limit_words(rule.limits[number]) if number >= 0 else _("The sums")
        prices.append({"rule": words, "price": price, "out": names(kept_out), "let_in": names(let_in)})
    return {
        "known": True,
        "facts": facts,
        "drawn": rule.tie is selecting.Tie.DRAW
        and drawing.drawing(thing.cycle.award.slug, thing.cycle.year) is not None,
        "by_lot": rule.tie is selecting.Tie.DRAW,
        "prices": prices,
        "moot": [limit_words(rule.limits[number]) for number in facts["moot"]],
        "tied": names(facts["tied"]),
        "reasons": [(called[who], _why_not(facts, rule, who)) for who, *_why in facts["reasons"] if who in called],
        "broken": [(rule_name(rule, name), by) for name, by in facts["broken"]],
    }


def _why_not(facts: dict[str, Any], rule: selecting.SelectionRule, who: str) -> str:
    """Return why somebody who scored as well as one selected has no place: the limit without which they would have it."""
    for number, _price, kept_out, _let_in in facts["prices"]:
        if who in kept_out:
            limit = limit_words(rule.limits[number]) if number >= 0 else _("The sums")
            return str(_("kept out by: %(limit)s", limit=limit))
    return str(_("no place was left; whoever scored less and has one is needed for a limit"))


def rule_name(rule: selecting.SelectionRule, name: str) -> str:
    """Return a limit in words by the name that the solver gives it, which begins as the limit is written there."""
    for each in rule.limits:
        column = each.column if not each.value else f"{each.column}={each.value}"
        if f" {column}=" in name:
            return limit_words(each)
    return name


def _page(thing: Deciding, status: int = 200, **forms: Any) -> Any:  # noqa: ANN401 - forms by name, and an answer
    """Draw the page of the whole cycle, with a form that was refused in place of a fresh one."""
    person = viewer.current()
    named = queries.sees_names(person, thing)
    show = request.args.get("show", "")
    found = listing(queries.lines(thing, person, show=show), page=asked_page(), scalars=False)
    ranked = queries.ranked_for(thing, person)
    facts: dict[str, Any] = {
        "standing": StandingForm(formdata=None, alternates=2),
        "rest": RestForm(formdata=None),
        "approval": ApprovalForm(formdata=None, digest=queries.approval_digest(thing, person)),
        **forms,
    }
    return (
        render_template(
            "decisions/decisions.html",
            thing=thing,
            cycle=thing.cycle,
            named=named,
            show=show,
            listing=Listing(
                queries.drawn(found.items, named=named, order=queries.order_of(thing)),
                found.page,
                found.size,
                found.more,
            ),
            figures=queries.figures(thing, person),
            tie=choosing.tie_at_cut(ranked, thing.cycle.places),
            band=_band(ranked, thing.cycle.places),
            rule=_rule(thing),
            order=queries.order_of(thing),
            hidden=bool(queries.conflicted(thing, person)),
            next_alternate=queries.next_alternate(thing, person),
            outcomes=OUTCOMES,
            told=queries.told(thing.cycle),
            approvers=queries.approvers(thing, but=person),
            proposers=queries.proposers(thing),
            **facts,
        ),
        status,
    )


@pages.page(ROOT, needs=Permission.SEE_DECISIONS, of=queries.deciding)
def decisions(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """What is proposed and approved, in the order of standing, and what still waits."""
    return _page(thing)


@pages.step(ROOT + "/by-standing", needs=Permission.PROPOSE_DECISION, of=queries.deciding)
def by_standing(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Propose places and alternates in the order of standing."""
    form = StandingForm()
    if not form.validate():
        return _page(thing, 422, standing=form)
    done = actions.propose_by_standing(thing, alternates=form.alternates.data, by=viewer.current(), at=clock.now())
    flash(
        ngettext("One decision proposed.", "%(num)s decisions proposed.", done)
        if done
        else _("The standings suggest nobody more.")
    )
    return _here(thing)


@pages.step(ROOT + "/the-rest", needs=Permission.PROPOSE_DECISION, of=queries.deciding)
def the_rest(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Propose "not selected" for everyone without a decision."""
    form = RestForm()
    if not form.validate():
        return _page(thing, 422, rest=form)
    try:
        done = actions.propose_the_rest(thing, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
    except PortalError as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, sentence(refused))
        return _page(thing, 422, rest=form)
    flash(ngettext("One more decision proposed.", "%(num)s more decisions proposed.", done))
    return _here(thing)


@pages.step(ROOT + "/request", needs=Permission.PROPOSE_DECISION, of=queries.deciding)
def request_approval(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Ask those who may approve."""
    asked = actions.ask(thing, by=viewer.current(), at=clock.now())
    flash(
        _("Asked: %(names)s.", names=", ".join(person.name for person in asked))
        if asked
        else _("Nobody else may approve yet. Give a second person that right.")
    )
    return _here(thing)


@pages.step(ROOT + "/approval", needs=Permission.APPROVE_DECISION, of=queries.deciding)
def approval(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Approve what others proposed, exactly as it was shown."""
    form = ApprovalForm()
    done = actions.approve(thing, digest=form.digest.data or "", by=viewer.current(), at=clock.now())
    if queries.told(thing.cycle):
        flash(_("Approved. They are told now, and what they are offered is on the page of offers."))
    else:
        flash(
            ngettext(
                "One decision approved. Nobody is told before the release.",
                "%(num)s decisions approved. Nobody is told before the release.",
                done,
            )
        )
    return _here(thing)


@pages.page(ROOT + "/memo", needs=Permission.SEE_DECISIONS, of=queries.deciding)
def memo(thing: Deciding) -> str:
    """The board's memo, for paper."""
    person = viewer.current()
    chosen = queries.chosen(thing, person)
    groups = {
        outcome: [line for line in chosen if line.decision and line.decision.outcome is outcome] for outcome in Outcome
    }
    groups[Outcome.ALTERNATE].sort(key=lambda line: (line.decision.alternate or 0) if line.decision else 0)
    return render_template(
        "decisions/memo.html",
        thing=thing,
        cycle=thing.cycle,
        groups=groups,
        order=queries.order_of(thing),
        figures=queries.figures(thing, person),
        approvals=queries.approvals(thing),
        hidden=bool(queries.conflicted(thing, person)),
        at=clock.now(),
    )


@pages.page("/desk/<slug>/<int:year>/decisions.csv", needs=Permission.SEE_DECISIONS, of=queries.deciding)
def table(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Every decision as a table."""
    person = viewer.current()
    lines = queries.every_line(thing, person)
    header = [
        _("Reference"),
        _("Name"),
        _("Rank"),
        _("Mean"),
        _("Outcome"),
        _("Place"),
        _("Alternate"),
        _("Sum"),
        _("State"),
        _("Reason"),
        _("Adjusted score"),
    ]
    rows = [
        [
            line.handle,
            line.name,
            line.rank,
            round(line.mean, 2) if line.mean is not None else None,
            str(OUTCOMES[line.decision.outcome]) if line.decision else "",
            line.decision.place if line.decision else None,
            line.decision.alternate if line.decision else None,
            line.decision.sum_cents / 100 if line.decision and line.decision.sum_cents is not None else None,
            line.decision.state.value if line.decision else "",
            line.decision.reason if line.decision else "",
            round(line.score, 2) if line.order == "adjusted" and line.score is not None else None,
        ]
        for line in lines
    ]
    return table_file(f"decisions-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


# ---------------------------------------------------------------- one candidacy


def _draw(one: Decided, form: DecisionForm, back: ReturnForm, status: int) -> Any:  # noqa: ANN401 - an answer
    person = viewer.current()
    ranked = queries.ranked_for(one.deciding, person)
    tie = choosing.tie_at_cut(ranked, one.deciding.cycle.places)
    return (
        render_template(
            "decisions/decision.html",
            one=one,
            line=one.line,
            cycle=one.deciding.cycle,
            form=form,
            back_form=back,
            outcomes=OUTCOMES,
            small=SMALL,
            cut=choosing.cut(ranked, one.deciding.cycle.places),
            tied=tie is not None and one.line.candidacy.id in tie.numbers,
            proposed=_proposed(one),
            sums_differ=one.deciding.cycle.most_cents not in {None, one.deciding.cycle.sum_cents},
            history=queries.record_of(one),
            meeting=meetings.of(one.deciding.round) if one.deciding.round is not None else None,
        ),
        status,
    )


def _proposed(one: Decided) -> str:
    """Return what the frozen rule proposes for one candidacy, in words; empty while it is not worked out."""
    facts, who = queries.proposal(one.deciding), queries.spoken_of(one)
    if facts is None or who is None:
        return ""
    if who in facts["tied"]:
        return str(_("an exact tie: open"))
    if who in facts["selected"]:
        return str(_("a place"))
    if who in facts["alternates"] and not facts["tied"]:
        return str(_("alternate %(number)s", number=facts["alternates"].index(who) + 1))
    return str(_("no place"))


def fresh_proposal(one: Decided) -> DecisionForm:
    """Return a fresh form that shows how the decision stands."""
    decision = one.line.decision
    return DecisionForm(
        formdata=None,
        outcome=decision.outcome.value if decision else None,
        sum=decision.sum_cents if decision else None,
        alternate=decision.alternate if decision else None,
        reason=decision.reason if decision else "",
        version=decision.version if decision else 0,
    )


def _forms(one: Decided) -> tuple[DecisionForm, ReturnForm]:
    """Return fresh forms that show how the decision stands."""
    decision = one.line.decision
    return fresh_proposal(one), ReturnForm(formdata=None, version=decision.version if decision else 0)


@pages.page(ROOT + "/<reference>", needs=Permission.SEE_DECISIONS, of=queries.decided)
def decision(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """One candidacy's outcome: what is proposed, by whom, and why."""
    return _draw(one, *_forms(one), 200)


@pages.step(ROOT + "/<reference>/proposal", needs=Permission.PROPOSE_DECISION, of=queries.decided)
def proposal(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Propose an outcome, or change what was proposed."""
    form = DecisionForm()
    refused = propose_as_said(one, form)
    return _draw(one, form, _forms(one)[1], refused) if refused else _here(one.deciding)


def propose_as_said(one: Decided, form: DecisionForm) -> int:
    """Propose what a posted form says, and say so. Returns 0, or the status of an answer that shows what is wrong beside the fields."""
    if not form.validate():
        return 422
    try:
        actions.propose(
            one,
            outcome=Outcome(form.outcome.data),
            reason=form.reason.data or "",
            sum_cents=form.sum.data,
            alternate=form.alternate.data,
            version=form.version.data,
            by=viewer.current(),
            at=clock.now(),
        )
    except PortalError as refused:
        form.fail(refused.field, sentence(refused))
        return refused.status
    said = str(OUTCOMES[Outcome(form.outcome.data)]).lower()
    flash(_("Proposed: %(name)s, %(outcome)s.", name=one.line.name, outcome=said))
    return 0


@pages.step(ROOT + "/<reference>/promotion", needs=Permission.PROPOSE_DECISION, of=queries.decided)
def promotion(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Propose the next alternate for a place that fell free."""
    actions.promote(one, by=viewer.current(), at=clock.now())
    flash(_("Proposed: %(name)s takes the free place, once a second person approves.", name=one.line.name))
    return _here(one.deciding)


@pages.step(ROOT + "/<reference>/proposal/end", needs=Permission.PROPOSE_DECISION, of=queries.decided)
def clear(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Take a proposal back."""
    form = VersionForm()
    form.validate()
    actions.clear(one, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("The proposal is taken back."))
    return _here(one.deciding)


@pages.step(ROOT + "/<reference>/return", needs=Permission.RETURN_DECISION, of=queries.decided)
def return_(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Return an approved decision, with a reason."""
    form = ReturnForm()
    if not form.validate():
        return _draw(one, _forms(one)[0], form, 422)
    actions.return_(one, reason=form.why.data or "", version=form.version.data, by=viewer.current(), at=clock.now())
    flash(_("Returned. It can be changed now, and must be approved anew."))
    return see_other(
        ".decision", slug=one.deciding.cycle.award.slug, year=one.deciding.cycle.year, reference=one.line.handle
    )
