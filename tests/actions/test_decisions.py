"""Deciding: places, sums, ties, a second person, conflicts."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.decisions import actions, queries
from portal.decisions.models import Decision
from portal.decisions.rules import choosing
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo import makers
from portal.errors import PortalError, Refused, Stale
from portal.funds.models import Fund
from portal.history.models import Event
from portal.nominations.actions import conflicts, screening
from portal.nominations.models import Candidacy
from portal.nominations.rules import CandidacyStage, CandidacyStep, ConflictState
from portal.people.models import Person
from tests.support.deciding import AT, build, decide


@pytest.fixture
def world(app):
    with transaction():
        return build()


def outcomes(world):
    db.session.expire_all()
    rows = db.session.execute(select(Decision.candidacy_id, Decision.outcome))
    known = dict(rows.all())
    return [known.get(number) for number in world.candidacies]


def test_the_standings_propose_places_then_alternates(world):
    with transaction():
        assert actions.propose_by_standing(world.thing(), alternates=1, by=world.person("joy"), at=AT) == 3
    assert outcomes(world) == [Outcome.SELECTED, Outcome.SELECTED, Outcome.ALTERNATE, None]
    with transaction():
        assert actions.propose_the_rest(world.thing(), reason="", by=world.person("joy"), at=AT) == 1
    assert outcomes(world)[3] is Outcome.NOT_SELECTED
    with transaction(), pytest.raises(Refused, match="Every candidacy has a decision"):
        actions.propose_the_rest(world.thing(), reason="", by=world.person("joy"), at=AT)


def test_a_tie_at_the_cut_is_left_to_people_and_asks_for_a_reason(app):
    with transaction():
        world = build(places=2, ranks=(1, 2, 2, 4))
    joy = world.person("joy")
    with transaction():
        assert actions.propose_by_standing(world.thing(), alternates=3, by=joy, at=AT) == 1
    assert outcomes(world) == [Outcome.SELECTED, None, None, None]
    with transaction(), pytest.raises(Refused, match="Say why") as refused:
        actions.propose(world.one(1), outcome=Outcome.SELECTED, by=joy, at=AT)
    assert refused.value.field == "reason"
    with transaction():
        actions.propose(
            world.one(1), outcome=Outcome.SELECTED, reason="The only school without a library.", by=joy, at=AT
        )
    with transaction(), pytest.raises(Refused, match="Say why"):
        actions.propose_the_rest(world.thing(), reason="", by=joy, at=AT)
    with transaction():
        actions.propose_the_rest(world.thing(), reason="Both were strong.", by=joy, at=AT)
    db.session.expire_all()
    assert (
        db.session.scalar(select(Decision.reason).where(Decision.candidacy_id == world.candidacies[2]))
        == "Both were strong."
    )
    assert db.session.scalar(select(Decision.reason).where(Decision.candidacy_id == world.candidacies[3])) == ""


def test_leaving_the_order_of_standing_asks_for_a_reason(world):
    joy = world.person("joy")
    for place, outcome in ((3, Outcome.SELECTED), (0, Outcome.NOT_SELECTED), (1, Outcome.ALTERNATE)):
        with transaction(), pytest.raises(Refused, match="Say why"):
            actions.propose(world.one(place), outcome=outcome, by=joy, at=AT)
    with transaction():
        actions.propose(world.one(3), outcome=Outcome.FINALIST, by=joy, at=AT)
        actions.propose(world.one(0), outcome=Outcome.SELECTED, by=joy, at=AT)


def test_places_are_never_exceeded_by_hand_or_by_the_database(world):
    joy = world.person("joy")
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=joy, at=AT)
    with transaction(), pytest.raises(Refused, match="All 2 places are taken"):
        actions.propose(world.one(2), outcome=Outcome.SELECTED, reason="She deserves it too.", by=joy, at=AT)
    taken = {
        "cycle_id": world.cycle,
        "candidacy_id": world.candidacies[2],
        "outcome": Outcome.SELECTED,
        "place": 2,
        "sum_cents": 1,
        "proposed_by_id": joy.id,
        "proposed_at": AT,
    }
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Decision(**taken))
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Decision(**{**taken, "place": None}))


def test_a_freed_place_can_be_taken_by_another(world):
    joy = world.person("joy")
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=joy, at=AT)
    with transaction():
        actions.clear(world.one(0), version=1, by=joy, at=AT)
    with transaction():
        actions.propose(
            world.one(2), outcome=Outcome.SELECTED, reason="The first one left the district.", by=joy, at=AT
        )
    assert db.session.scalar(select(Decision.place).where(Decision.candidacy_id == world.candidacies[2])) == 1


def test_alternates_have_an_order_of_their_own_and_no_number_twice(world):
    joy = world.person("joy")
    with transaction():
        actions.propose(world.one(2), outcome=Outcome.ALTERNATE, by=joy, at=AT)
        actions.propose(world.one(3), outcome=Outcome.ALTERNATE, by=joy, at=AT)
    with transaction(), pytest.raises(Refused, match="Another alternate has number 1") as refused:
        actions.propose(world.one(3), outcome=Outcome.ALTERNATE, alternate=1, version=1, by=joy, at=AT)
    assert refused.value.field == "alternate"
    with transaction():
        actions.propose(world.one(2), outcome=Outcome.ALTERNATE, alternate=3, version=1, by=joy, at=AT)
        actions.propose(world.one(3), outcome=Outcome.ALTERNATE, version=1, by=joy, at=AT)
    found = db.session.execute(queries.lines(world.thing(), joy, show="alternate")).all()
    assert [(row[0].id, row[2].alternate) for row in found] == [(world.candidacies[3], 2), (world.candidacies[2], 3)]


def test_where_every_place_gets_the_same_another_sum_is_refused(world):
    with transaction(), pytest.raises(Refused, match="Each place of this cycle is 3,000"):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, sum_cents=300_001, by=world.person("joy"), at=AT)


def test_standings_that_rank_nobody_suggest_nobody(app):
    with transaction():
        world = build(ranks=(None, None))
    with transaction(), pytest.raises(Refused, match="Nobody has a standing yet"):
        actions.propose_by_standing(world.thing(), alternates=1, by=world.person("joy"), at=AT)


def test_places_that_were_lowered_meanwhile_are_not_approved(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=joy, at=AT)
    with transaction():
        db.session.get_one(Cycle, world.cycle).places = 1
    thing = world.thing()
    with pytest.raises(Refused, match="All 1 places are taken"), transaction():
        actions.approve(thing, digest=queries.approval_digest(thing, ruth), by=ruth, at=AT)
    assert {row.state for row in db.session.scalars(select(Decision))} == {DecisionState.PROPOSED}


def test_whoever_withdrew_after_the_page_was_opened_is_not_proposed(world):
    one = world.one(0)
    with transaction():
        screening.decide(
            world.candidacy(0), CandidacyStep.WITHDRAW, reason="They asked us to.", by=world.person("joy"), at=AT
        )
    with transaction(), pytest.raises(Refused, match="was withdrawn"):
        actions.propose(one, outcome=Outcome.SELECTED, by=world.person("joy"), at=AT)


def test_an_approved_decision_is_not_taken_back_but_returned(world):
    with transaction():
        decide(world)
    with transaction():
        actions.return_(world.one(3), reason="Look again.", version=2, by=world.person("ruth"), at=AT)
    with transaction(), pytest.raises(Refused, match="Return it first"):
        actions.clear(world.one(0), version=2, by=world.person("joy"), at=AT)
    with transaction(), pytest.raises(Stale):
        actions.return_(world.one(0), reason="Look again.", version=1, by=world.person("ruth"), at=AT)


def test_sums_stay_within_the_cycle_and_within_the_fund_over_all_its_cycles(app):
    with transaction():
        world = build(places=3, sum_cents=50_000, most_cents=350_000)
        cycle = db.session.get_one(Cycle, world.cycle)
        db.session.get_one(Fund, cycle.fund_id).yearly_cents = 400_000
        other = makers.make_cycle(stage=CycleStage.IN_REVIEW, fund_id=cycle.fund_id, sum_cents=100_000)
        theirs = makers.make_candidacy(other, name="Rosa Other", stage=CandidacyStage.IN_REVIEW)
        db.session.add(
            Decision(
                cycle_id=other.id,
                candidacy_id=theirs.id,
                outcome=Outcome.SELECTED,
                place=1,
                sum_cents=100_000,
                proposed_by_id=world.joy,
                proposed_at=AT,
            )
        )
    joy = world.person("joy")
    with transaction(), pytest.raises(Refused, match="between 500 and 3,500"):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, sum_cents=350_001, by=joy, at=AT)
    with transaction(), pytest.raises(Refused, match=r"would give 4,500 this year\. It has 4,000"):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, sum_cents=350_000, by=joy, at=AT)
    with transaction():
        actions.propose(world.one(0), outcome=Outcome.SELECTED, sum_cents=250_000, by=joy, at=AT)
        actions.propose(world.one(1), outcome=Outcome.SELECTED, by=joy, at=AT)
    with transaction(), pytest.raises(Refused, match="would give 4,500"):
        actions.propose(world.one(2), outcome=Outcome.SELECTED, by=joy, at=AT)
    with transaction():
        actions.propose(world.one(0), outcome=Outcome.SELECTED, sum_cents=200_000, version=1, by=joy, at=AT)
        actions.propose(world.one(2), outcome=Outcome.SELECTED, by=joy, at=AT)
    assert queries.given(db.session.get_one(Cycle, world.cycle)) == 400_000


def test_the_second_person_approves_and_the_cycle_is_decided(world):
    ruth = world.person("ruth")
    with transaction():
        decide(world)
    db.session.expire_all()
    assert {row.state for row in db.session.scalars(select(Decision))} == {DecisionState.APPROVED}
    assert {row.stage for row in db.session.scalars(select(Candidacy))} == {CandidacyStage.DECIDED}
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.DECIDED
    assert (
        db.session.scalar(
            select(func.count())
            .select_from(Event)
            .where(Event.action == "decision approved", Event.actor_id == ruth.id)
        )
        == 4
    )


def test_nobody_approves_what_they_proposed(world):
    ruth = world.person("ruth")
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=ruth, at=AT)
    assert queries.awaiting(world.thing(), ruth) == []
    with transaction(), pytest.raises(Refused, match="Nothing waits for your approval"):
        actions.approve(world.thing(), digest="", by=ruth, at=AT)
    approved = update(Decision).values(state=DecisionState.APPROVED, approved_by_id=ruth.id, approved_at=AT)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(approved)


def test_what_changed_since_it_was_shown_is_not_approved(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=joy, at=AT)
    seen = queries.approval_digest(world.thing(), ruth)
    with transaction():
        actions.propose(world.one(2), outcome=Outcome.FINALIST, by=joy, at=AT)
    with transaction(), pytest.raises(Stale):
        actions.approve(world.thing(), digest=seen, by=ruth, at=AT)
    assert {row.state for row in db.session.scalars(select(Decision))} == {DecisionState.PROPOSED}


def test_a_proposal_opened_before_somebody_else_changed_it_is_stale(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        actions.propose(world.one(0), outcome=Outcome.SELECTED, by=joy, at=AT)
    with transaction(), pytest.raises(Stale):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, version=0, by=ruth, at=AT)
    with transaction():
        actions.propose(
            world.one(0), outcome=Outcome.NOT_SELECTED, reason="They moved away.", version=1, by=ruth, at=AT
        )
    with transaction(), pytest.raises(Stale):
        actions.clear(world.one(0), version=1, by=joy, at=AT)


def test_an_approved_decision_is_changed_only_after_it_is_returned_with_a_reason(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        decide(world)
    heard = []
    actions.on_changed.append(lambda cycle, _at: heard.append(cycle.id))
    try:
        with transaction(), pytest.raises(PortalError, match="Say why"):
            actions.return_(world.one(0), reason=" ", version=2, by=ruth, at=AT)
        with transaction():
            actions.return_(world.one(0), reason="The district has not answered.", version=2, by=ruth, at=AT)
    finally:
        actions.on_changed.pop()
    assert heard == [world.cycle]
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.IN_REVIEW
    with transaction(), pytest.raises(Refused, match=r"approved\. Return it first"):
        actions.propose(world.one(1), outcome=Outcome.FINALIST, reason="x", version=2, by=joy, at=AT)
    with transaction():
        actions.propose(world.one(0), outcome=Outcome.NOT_SELECTED, reason="They left.", version=3, by=joy, at=AT)
    with transaction():
        thing = world.thing()
        actions.approve(thing, digest=queries.approval_digest(thing, ruth), by=ruth, at=AT)
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.DECIDED


def test_decisions_wait_for_the_round_to_close_and_for_the_review(app):
    from portal.review.models import Round
    from portal.review.rules.lives import RoundState

    with transaction():
        world = build()
        db.session.scalars(select(Round)).one().state = RoundState.OPEN
    with transaction(), pytest.raises(Refused, match="round is still open"):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, by=world.person("joy"), at=AT)
    with transaction():
        db.session.scalars(select(Round)).one().state = RoundState.CLOSED
        db.session.get_one(Cycle, world.cycle).stage = CycleStage.CLOSED
    with transaction(), pytest.raises(Refused, match="This one is closed"):
        actions.propose(world.one(0), outcome=Outcome.SELECTED, by=world.person("joy"), at=AT)


def test_a_withdrawn_candidacy_loses_its_decision_and_its_place(world):
    with transaction():
        decide(world)
    with transaction():
        screening.decide(
            world.candidacy(0), CandidacyStep.WITHDRAW, reason="They asked us to.", by=world.person("joy"), at=AT
        )
    assert actions.selected(db.session.get_one(Cycle, world.cycle)) == 1
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.DECIDED
    assert world.candidacies[0] not in [row[0].id for row in db.session.execute(queries.lines(world.thing(), None))]


@pytest.mark.parametrize("who", ["joy", "ruth"])
def test_what_somebody_with_a_conflict_proposed_falls_away_and_what_they_approved_is_returned(world, who):
    with transaction():
        decide(world)
    with transaction():
        conflicts.declare(world.candidacy(0), world.person(who), words="We are cousins.", at=AT)
    left = db.session.scalars(select(Decision).where(Decision.candidacy_id == world.candidacies[0])).all()
    assert [row.state for row in left] == ([] if who == "joy" else [DecisionState.PROPOSED])
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.IN_REVIEW
    assert (
        db.session.scalar(select(func.count()).select_from(Decision).where(Decision.state == DecisionState.APPROVED))
        == 3
    )


@pytest.mark.parametrize("state", [ConflictState.SUGGESTED, ConflictState.DECLARED, ConflictState.CONFIRMED])
def test_whoever_has_a_conflict_neither_sees_counts_proposes_nor_approves(world, state):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        makers.make_conflict(world.candidacy(0), joy, state=state)
        makers.make_conflict(world.candidacy(1), ruth, state=state)
    assert world.candidacies[0] not in [row[0].id for row in db.session.execute(queries.lines(world.thing(), joy))]
    assert queries.figures(world.thing(), joy).all == 3
    with transaction():
        actions.propose_by_standing(world.thing(), alternates=0, by=joy, at=AT)
        actions.propose_the_rest(world.thing(), reason="", by=joy, at=AT)
    assert outcomes(world) == [None, Outcome.SELECTED, Outcome.NOT_SELECTED, Outcome.NOT_SELECTED]
    assert queries.figures(world.thing(), ruth).sum_cents == 0
    assert queries.figures(world.thing(), ruth).fund_cents == 0
    with transaction():
        thing = world.thing()
        assert actions.approve(thing, digest=queries.approval_digest(thing, ruth), by=ruth, at=AT) == 2
    assert (
        db.session.scalar(select(Decision.state).where(Decision.candidacy_id == world.candidacies[1]))
        is DecisionState.PROPOSED
    )
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.IN_REVIEW


def in_parallel(app, jobs):
    """Run all the jobs at once, each in its own app context, and return what each gave or raised."""
    gate, found = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    found[number] = job()
            except (PortalError, IntegrityError) as refused:
                found[number] = refused
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_sixteen_proposals_at_once_never_take_more_places_than_there_are(app):
    with transaction():
        world = build(places=5, ranks=tuple(range(1, 17)))
    db.session.rollback()

    def job(place):
        return lambda: actions.propose(
            world.one(place),
            outcome=Outcome.SELECTED,
            reason="Everyone deserves it.",
            by=db.session.get_one(Person, world.joy),
            at=AT,
        )

    found = in_parallel(app, [job(place) for place in range(16)])
    assert sum(one is None for one in found) == 5
    assert {type(one) for one in found if one is not None} == {Refused}
    assert sorted(db.session.scalars(select(Decision.place))) == [1, 2, 3, 4, 5]


def test_sixteen_approvals_at_once_are_one(app):
    with transaction():
        world = build(places=2)
        publishers = [makers.make_publisher(f"Board Member{number}").id for number in range(16)]
        actions.propose_by_standing(world.thing(), alternates=1, by=world.person("joy"), at=AT)
        actions.propose_the_rest(world.thing(), reason="", by=world.person("joy"), at=AT)
    thing = world.thing()
    seen = queries.approval_digest(thing, db.session.get_one(Person, publishers[0]))
    db.session.rollback()

    def job(number):
        return lambda: actions.approve(world.thing(), digest=seen, by=db.session.get_one(Person, number), at=AT)

    found = in_parallel(app, [job(number) for number in publishers])
    assert sorted(one for one in found if isinstance(one, int)) == [4]
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.action == "decision approved")) == 4


def test_two_cycles_of_one_fund_decided_at_once_never_give_more_than_it_has(app):
    with transaction():
        world = build(places=8, ranks=tuple(range(1, 9)), sum_cents=100_000)
        cycle = db.session.get_one(Cycle, world.cycle)
        db.session.get_one(Fund, cycle.fund_id).yearly_cents = 500_000
    db.session.rollback()

    def job(place):
        return lambda: actions.propose(
            world.one(place), outcome=Outcome.SELECTED, by=db.session.get_one(Person, world.joy), at=AT
        )

    found = in_parallel(app, [job(place) for place in range(8)])
    assert sum(one is None for one in found) == 5
    assert queries.given(db.session.get_one(Cycle, world.cycle)) == 500_000


def test_a_digest_is_of_what_is_there_in_whatever_order():
    assert choosing.digest([(1, 2), (3, 4)]) == choosing.digest([(3, 4), (1, 2)])
    assert choosing.digest([(1, 2)]) != choosing.digest([(1, 3)])
