"""Who reads what: the plan as a difference, and single changes by hand."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import N_, PortalError, Refused
from portal.people import queries as people
from portal.policy import Permission
from portal.review.actions import assigning as actions
from portal.review.forms.desk import ExpertiseForm, PairForm
from portal.review.queries import assigning as queries
from portal.review.queries import rounds
from portal.review.queries.facts import Discussed, PlanOf, discussed, sees_names
from portal.review.rules.lives import HELD, AssignmentState
from portal.review.views.pages import pages
from portal.review.views.rounds import SEEDS, at, round_of
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.review.queries.rounds import InReview

UNTOUCHED = frozenset({AssignmentState.ASSIGNED, AssignmentState.CLEAR})
SIZE = 50  # rows of a page
NOT_WHOLE = N_(
    "The proof is of the whole plan, and you have a conflict with somebody in it. Somebody else can download it."
)
NO_PROOF = N_("This plan was made before the portal kept proofs. Make it again.")
NOBODY = N_("Nobody of that name reads this candidacy.")


def word(state: AssignmentState) -> tuple[str, str]:
    """Return a reading's state as a shape and a word, for the chair and staff."""
    return {
        AssignmentState.PLANNED: ("not_started", _("Planned")),
        AssignmentState.ASSIGNED: ("undecided", _("Waits for a declaration")),
        AssignmentState.CLEAR: ("not_started", _("Not begun")),
        AssignmentState.IN_PROGRESS: ("writing", _("Scoring")),
        AssignmentState.SUBMITTED: ("done", _("Submitted")),
        AssignmentState.DECLINED: ("blocks", _("Handed back")),
        AssignmentState.ABSTAINED: ("blocks", _("Abstained")),
        AssignmentState.RECUSED: ("blocks", _("Recused")),
    }[state]


def shape(row: queries.Row) -> tuple[str, str]:
    """Return the same for one reading of the list: a conflict that nobody has decided on holds it, whatever its state."""
    return ("undecided", _("On hold: a possible conflict")) if row.held else word(row.assignment.state)


@pages.page("/desk/<slug>/<int:year>/assignments", needs=Permission.ASSIGN, of=rounds.in_review)
def assignments(review: InReview) -> str:
    """Who reads what, who owes what, and where somebody is missing."""
    made = review.round
    if made is None:
        return render_template("review/assignments.html", cycle=review.cycle, round=None, place=at(review.cycle))
    person = viewer.current()
    page = listing(queries.listed(made, person), page=asked_page(), size=SIZE)
    found = queries.inputs(made, [spoken.candidacy_id for spoken in page.items])
    readings = queries.readings(made, found.candidacies)
    reads = found.reads_of()
    named = sees_names(person, review)
    rows = [
        {
            "number": spoken.candidacy_id,
            "name": spoken.name,
            "reference": spoken.reference,
            "reads": reads[spoken.candidacy_id],
            "missing": max(made.reads - reads[spoken.candidacy_id], 0),
            "readings": readings.get(spoken.candidacy_id, []),
            "offers": queries.replacements(found, spoken.candidacy_id)[:3]
            if reads[spoken.candidacy_id] < made.reads
            else [],
        }
        for spoken in page.items
    ]
    return render_template(
        "review/assignments.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        rows=rows,
        named=named,
        names=queries.called(found) if named else {},
        members=sorted(found.members.values(), key=lambda member: member.person.sort_name),
        loads=found.loads(),
        done=queries.submitted(made),
        undeclared=[member.person.name for member in found.members.values() if member.declared_at is None],
        short=queries.short_of(made, person),
        owing=queries.owing(made),
        pager=page,
        plan=queries.last_plan(made),
        planning=queries.being_planned(made) is not None,
        can_plan=made.state in actions.CAN_PLAN,
        held=HELD,
        shape=shape,
        held_up=any(each.held for row in rows for each in row["readings"]),
    )


@pages.step("/desk/<slug>/<int:year>/assignments/plans", needs=Permission.ASSIGN, of=rounds.in_review)
def make_plan(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Compute a plan, to be looked at."""
    seed = secrets.randbelow(SEEDS)
    plan = actions.ask_for_plan(round_of(review), seed=seed, by=viewer.current(), at=clock.now())
    if plan is None:
        return see_other(".assignments", **at(review.cycle))
    return see_other(".plan", number=plan.id, **at(review.cycle))


def _plan(slug: str, year: int, number: int) -> PlanOf | None:
    review = rounds.in_review(slug, year)
    found = queries.plan_at(review, number)
    return PlanOf(review, found) if review is not None and found is not None else None


def _proof_kept_back(of: PlanOf, hidden: set[int]) -> str:
    """Say why somebody from whom these candidacies are hidden does not get the plan's proof; nothing where they do."""
    if hidden:
        return NOT_WHOLE
    return "" if "proof" in of.plan.facts else NO_PROOF


@pages.page("/desk/<slug>/<int:year>/assignments/plans/<int:number>", needs=Permission.ASSIGN, of=_plan)
def plan(of: PlanOf) -> str:
    """A plan as a difference: what it adds, what it takes back, what stays, and what it cannot do."""
    made = round_of(of.review)
    now = queries.inputs(made)
    hidden = queries.kept_from(viewer.current(), now)
    in_the_way = _proof_kept_back(of, hidden)
    called = queries.labels(now)
    facts = of.plan.facts

    def pairs(name: str) -> list[tuple[str, str]]:
        return sorted(
            (called.candidacy.get(candidacy, "?"), called.reviewer.get(person, "?"))
            for candidacy, person in facts[name]
            if candidacy not in hidden
        )

    return render_template(
        "review/plan.html",
        cycle=of.review.cycle,
        round=made,
        place=at(of.review.cycle),
        plan=of.plan,
        added=pairs("added"),
        dropped=pairs("dropped"),
        kept=facts["kept"],
        loads=[
            (called.reviewer.get(person, "?"), load, now.capacity.get(person, 0)) for person, load in facts["loads"]
        ],
        shortages=[
            (failures.sentence(_said(each)), [failures.sentence(_said(mend)) for mend in each["mends"]])
            for each in facts["shortages"]
        ],
        uneven=[
            (called.reviewer.get(person, "?"), load, capacity, [(_(why), count) for why, count in reasons.items()])
            for person, load, capacity, reasons in facts["uneven"]
        ],
        unfilled=sum(missing for _candidacy, missing in facts["unfilled"]),
        groups=facts["groups"],
        apart=facts.get("vbar"),
        good_enough=facts.get("good_enough"),
        unfit=len(facts.get("proof", {}).get("document", {}).get("costs", ())),
        fresh=now.digest == of.plan.inputs_digest and of.plan.applied_at is None,
        no_proof=_(in_the_way) if in_the_way else "",
    )


def _said(sentence: dict[str, Any]) -> PortalError:
    error = PortalError(sentence["message"])
    error.facts = sentence["facts"]
    return error


@pages.page("/desk/<slug>/<int:year>/assignments/plans/<int:number>.json", needs=Permission.ASSIGN, of=_plan)
def plan_proof(of: PlanOf) -> Any:  # noqa: ANN401 - a file
    """The plan with all it came from and its proof, naming nobody: for `tools/check_certificate.py`."""
    in_the_way = _proof_kept_back(of, queries.kept_from(viewer.current(), queries.inputs(round_of(of.review))))
    if in_the_way:
        raise Refused(in_the_way)
    answer = jsonify(queries.whole_proof(of.plan.facts["proof"]))
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{of.plan.id}.json"'
    return answer


@pages.step("/desk/<slug>/<int:year>/assignments/plans/<int:number>/application", needs=Permission.ASSIGN, of=_plan)
def apply_plan(of: PlanOf) -> Any:  # noqa: ANN401 - an answer
    """Put it into effect, if nothing it was made from has changed."""
    actions.apply(of.plan, round_of(of.review), by=viewer.current(), at=clock.now())
    flash(_("The plan is applied."))
    return see_other(".assignments", **at(of.review.cycle))


@pages.step("/desk/<slug>/<int:year>/assignments/reminders", needs=Permission.ASSIGN, of=rounds.in_review)
def remind(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Remind everybody who still owes something, at most once a day."""
    count = actions.remind(round_of(review), by=viewer.current(), at=clock.now())
    words = ngettext("One reader is reminded.", "%(num)s readers are reminded.", count)
    flash(words if count else _("Everybody who owes something was reminded today."))
    return see_other(".assignments", **at(review.cycle))


# ---------------------------------------------------------------- by hand


@pages.form("/desk/<slug>/<int:year>/assignments/<reference>", needs=Permission.ASSIGN, of=discussed)
def pairs(thing: Discussed) -> Any:  # noqa: ANN401 - an answer
    """One candidacy's readers: add one, or take back what nobody began."""
    made, candidacy = thing.round, thing.candidacy
    found = queries.inputs(made)
    offers = queries.replacements(found, candidacy.id)
    form = PairForm([(each.person.id, _offer(each)) for each in offers])
    if form.validate_on_submit():
        person = people.by_id(int(form.person.data))
        try:
            if person is not None:
                actions.assign(made, candidacy, person, by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail("person", failures.sentence(refused))
        else:
            flash(_("Assigned."))
            return see_other(".pairs", reference=thing.spoken.reference, **at(thing.review.cycle))
    return render_template(
        "review/pairs.html",
        cycle=thing.review.cycle,
        round=made,
        place=at(thing.review.cycle),
        spoken=thing.spoken,
        name=candidacy.name if sees_names(viewer.current(), thing.review) else "",
        form=form,
        fields=ExpertiseForm(formdata=None, data={"fields": ", ".join(candidacy.expertise or [])}),
        known=sorted({str(one) for member in found.members.values() for one in member.expertise or ()}),
        offers=offers,
        readings=queries.readings(made, [candidacy.id]).get(candidacy.id, []),
        others=[
            failures.sentence(PortalError(actions.WHY[why], name=member.person.name))
            for number, member in sorted(found.members.items())
            if (why := found.barred.get((candidacy.id, number)) or _closed(found, (candidacy.id, number))) is not None
        ],
        shape=shape,
        can_plan=made.state in actions.CAN_PLAN,
        untouched=UNTOUCHED,
    ), form.status


@pages.step("/desk/<slug>/<int:year>/assignments/<reference>/expertise", needs=Permission.ASSIGN, of=discussed)
def expertise(thing: Discussed) -> Any:  # noqa: ANN401 - an answer
    """Say what whoever reads it should know well."""
    form = ExpertiseForm()
    if form.validate_on_submit():
        fields = (form.fields.data or "").split(",")
        actions.ask_for(thing.candidacy, fields, by=viewer.current(), at=clock.now())
        flash(_("Saved."))
    else:
        flash(_("Say it in fewer words."))
    return see_other(".pairs", reference=thing.spoken.reference, **at(thing.review.cycle))


def _closed(found: queries.Inputs, pair: queries.Pair) -> str | None:
    """Return what keeps a pair from being read that nothing bars; nothing where it is read already."""
    return None if pair in found.kept or pair in found.begun else found.closed(pair)


def _offer(each: queries.Replacement) -> str:
    return str(_("%(name)s, reads %(count)s of %(most)s", name=each.person.name, count=each.reads, most=each.capacity))


@pages.step(
    "/desk/<slug>/<int:year>/assignments/<reference>/return/<int:person>", needs=Permission.ASSIGN, of=discussed
)
def take_back(thing: Discussed, person: int) -> Any:  # noqa: ANN401 - an answer
    """Take back a reading that nobody began."""
    reading = queries.pair(thing.round, thing.candidacy.id, person)
    if reading is None:
        raise Refused(NOBODY)
    actions.unassign(reading, by=viewer.current(), at=clock.now())
    flash(_("Taken back."))
    return see_other(".pairs", reference=thing.spoken.reference, **at(thing.review.cycle))


@pages.page("/desk/<slug>/<int:year>/assignments.csv", needs=Permission.ASSIGN, of=rounds.in_review)
def assignments_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """Every reading of the round as a spreadsheet."""
    made = round_of(review)
    found = queries.inputs(made)
    hidden = queries.kept_from(viewer.current(), found)
    readings = queries.readings(made)
    rows = [
        (spoken.name, spoken.reference, row.assignment.reviewer.name, row.assignment.state.value)
        for number, spoken in sorted(found.candidacies.items(), key=lambda each: each[1].name)
        if number not in hidden
        for row in readings.get(number, [])
    ]
    name = f"assignments-{review.cycle.award.slug}-{review.cycle.year}"
    return table_file(name, [_("Candidacy"), _("Reference"), _("Reviewer"), _("State")], rows)
