"""From eligible candidacies to standings: rounds, masking, assigning, scoring, and what counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.awards.models import Rubric
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo.makers import NOW, make_candidacy, make_nomination, make_person
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.actions import conflicts, snapshots
from portal.nominations.models import Candidacy, Conflict, Kind, Nomination
from portal.nominations.rules import CandidacyStage, ConflictState
from portal.policy import Permission, may
from portal.review.actions import assigning, bands, calibrating, declaring, masking, reading, rounds
from portal.review.models import Assignment, BandScore, Masked, Plan, Review, Round, Score, SpokenName, Standing
from portal.review.queries import assigning as assigning_queries
from portal.review.queries import reading as reading_queries
from portal.review.queries import rounds as rounds_queries
from portal.review.queries import standings as standings_queries
from portal.review.queries import texts
from portal.review.queries.declarations import Item, Tie
from portal.review.queries.rounds import InReview
from portal.review.rules import standings as rules
from portal.review.rules.lives import AssignmentState, ReviewState, RoundState
from portal.review.rules.masking import plain
from tests.support.reviewing import LATER, declare, look_over, make_committee, make_open, make_planned, score, typed


def standing_of(number):
    db.session.expire_all()
    return db.session.scalar(select(Standing).where(Standing.candidacy_id == number))


# ---------------------------------------------------------------- rounds


def test_making_a_round_takes_eligible_candidacies_and_names_them_anew(app):
    with transaction():
        committee = make_committee(candidacies=3)
        make_candidacy(committee.cycle, name="Not Eligible", stage=CandidacyStage.INTAKE)
        round_ = rounds.make(committee.cycle, seed=3, by=committee.staff, at=NOW)
    stages = dict(db.session.execute(select(Candidacy.name, Candidacy.stage)).all())
    assert stages.pop("Not Eligible") is CandidacyStage.INTAKE
    assert set(stages.values()) == {CandidacyStage.IN_REVIEW}
    names = db.session.scalars(select(SpokenName).where(SpokenName.round_id == round_.id)).all()
    assert len(names) == 3
    references = {candidacy.reference for candidacy in db.session.scalars(select(Candidacy))}
    assert not references & {name.reference for name in names}


def test_a_round_needs_closed_nominations_and_dates_and_is_made_once(app):
    with transaction():
        committee = make_committee()
        committee.cycle.stage = CycleStage.OPEN
        with pytest.raises(Refused, match="close first"):
            rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        committee.cycle.stage = CycleStage.CLOSED
        committee.cycle.scoring_opens_at = None
        with pytest.raises(Refused, match="dates for scoring"):
            rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        committee.cycle.scoring_opens_at = NOW
        rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        with pytest.raises(Refused, match="already"):
            rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)


def test_a_blind_round_opens_only_on_text_that_was_looked_over(app):
    with transaction():
        committee = make_committee()
        committee.round = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        plan = assigning.make_plan(committee.round, seed=1, by=committee.staff, at=NOW)
        assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
        with pytest.raises(Refused, match="looked over"):
            rounds.open_round(committee.round, by=committee.staff, at=NOW)
        look_over(committee)
        rounds.open_round(committee.round, by=committee.staff, at=NOW)
    assert committee.round.state is RoundState.OPEN
    assert committee.cycle.stage is CycleStage.IN_REVIEW


def test_opening_freezes_the_rubric_and_the_rules(app):
    with transaction():
        committee = make_open()
    rubric = db.session.get_one(Rubric, committee.cycle.rubric_id)
    assert rubric.frozen_at == NOW
    assert rubric.digest
    assert len(committee.round.rules_digest) == 64
    assert committee.round.frozen_at == NOW


def test_everybody_with_something_to_read_is_told_once(app):
    with transaction():
        committee = make_open()
        rounds.tell_readers(committee.round, at=NOW)
    told = db.session.scalars(select(Message.to_id).where(Message.template == "review/reading")).all()
    assert sorted(told) == sorted(person.id for person in committee.people)


def test_readings_given_by_hand_one_after_another_are_told_in_one_message_that_counts_what_is_left(app):
    with transaction():
        committee = make_open(candidacies=6, members=2, reads=1)
        person = committee.people[0]
        done = committee.readings(person)[0]
        reading.save(done, typed(committee, 4, 4, 4, 4), version=0, at=NOW)
        reading.submit(done, at=NOW)
        db.session.execute(update(Message).values(state=MessageState.SENT))
        held = {each.candidacy_id for each in committee.readings(person)}
        more = [candidacy for candidacy in committee.candidacies if candidacy.id not in held][:3]
        for candidacy in more:
            assigning.assign(committee.round, candidacy, person, by=committee.staff, at=NOW)
    told = db.session.scalars(
        select(Message).where(Message.template == "review/reading", Message.to_id == person.id).order_by(Message.id)
    ).all()
    assert [message.state.value for message in told] == ["sent", "cancelled", "cancelled", "waiting"]
    assert told[-1].facts["count"] == len(held) - 1 + len(more)
    assert told[-1].not_before == NOW + timedelta(minutes=10)


def test_a_round_closes_at_its_instant_and_not_before(app):
    with transaction():
        committee = make_open()
    closes = committee.round.closes_at
    assert rounds.close_due(closes - timedelta(seconds=1)) == 0
    assert rounds.close_due(closes) == 1
    assert rounds.close_due(closes) == 0
    db.session.expire_all()
    assert db.session.get_one(Round, committee.round.id).state is RoundState.CLOSED


def test_scores_are_refused_at_the_closing_instant_even_before_the_chore_ran(app):
    with transaction():
        committee = make_open()
        first = committee.readings(committee.people[0])[0]
        closes = committee.round.closes_at
        reading.save(first, typed(committee, 1), version=0, at=closes - timedelta(seconds=1))
        with pytest.raises(Refused, match="closed"):
            reading.save(first, typed(committee, 2), version=1, at=closes)


def test_a_reopened_round_needs_a_reason_and_takes_scores_until_its_new_end(app):
    with transaction():
        committee = make_open()
        rounds.close(committee.round, by=committee.staff, at=LATER)
        with pytest.raises(Refused, match="why"):
            rounds.reopen(committee.round, until=LATER + timedelta(days=1), reason=" ", by=committee.staff, at=LATER)
        with pytest.raises(Refused, match="still to come"):
            rounds.reopen(committee.round, until=LATER, reason="Two were ill.", by=committee.staff, at=LATER)
        rounds.reopen(
            committee.round, until=LATER + timedelta(days=1), reason="Two were ill.", by=committee.staff, at=LATER
        )
        score(committee, committee.readings(committee.people[0])[0], 4, 4, 4, 4, at=LATER + timedelta(hours=1))
    assert committee.round.state is RoundState.REOPENED
    assert db.session.scalar(select(Event.reason).where(Event.action == "round reopened")) == "Two were ill."


def test_in_a_round_opened_again_whoever_could_see_the_others_scores_leaves_their_own(app):
    with transaction():
        committee = make_open()
        chair, member, _other = committee.people
        own, others = (committee.readings(person)[0] for person in (chair, member))
        score(committee, others, 2, 2, 2, 2)
        score(committee, own, 2, 2, 2, 2)
        score(committee, own, 3, 3, 3, 3)  # nobody has seen anything yet
        review = InReview(committee.cycle, committee.round)
        assert not may(chair, Permission.SEE_STANDINGS, review)
        rounds.close(committee.round, by=committee.staff, at=LATER)
        assert [may(person, Permission.SEE_STANDINGS, review) for person in (chair, member)] == [True, False]
        until = LATER + timedelta(days=1)
        rounds.reopen(committee.round, until=until, reason="Two were ill.", by=committee.staff, at=LATER)
        with pytest.raises(Refused, match="You could see others' scores"):
            score(committee, own, 5, 5, 5, 5)
        score(committee, others, 5, 5, 5, 5)
        score(committee, committee.readings(chair)[1], 4, 4, 4, 4)  # what they had not sent is still asked for
    totals = select(Review.total).join(Assignment, Assignment.id == Review.assignment_id)
    assert db.session.scalar(totals.where(Assignment.id == own.id)) == 30
    assert db.session.scalar(totals.where(Assignment.id == others.id)) == 50


def test_no_reader_holds_two_of_one_name_in_rounds_and_practices_at_one_time(app):
    with transaction():
        committees = [make_committee(candidacies=count, members=1) for count in (4, 5)]
        for committee in committees:  # the same seed would give the same names
            rounds.make(committee.cycle, seed=7, by=committee.staff, at=NOW)
        names = list(db.session.scalars(select(SpokenName.name)))
        assert len(names) == len(set(names)) == 9
        committees[0].cycle.stage = CycleStage.ARCHIVED
        db.session.flush()
        assert len(rounds_queries.names_at_work()) == 5  # those of a year that is over are free again


def test_locking_locks_every_submitted_review(app):
    with transaction():
        committee = make_open()
        score(committee, committee.readings(committee.people[0])[0], 4, 4, 4, 4)
        rounds.close(committee.round, by=committee.staff, at=LATER)
        rounds.lock(committee.round, by=committee.staff, at=LATER)
        with pytest.raises(Refused):
            rounds.reopen(committee.round, until=LATER + timedelta(days=1), reason="No.", by=committee.staff, at=LATER)
    assert set(db.session.scalars(select(Review.state))) == {ReviewState.LOCKED}


# ---------------------------------------------------------------- masking


def test_known_strings_are_covered_and_what_they_cover_is_not_kept(app):
    with transaction():
        committee = make_committee()
        rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
    rows = db.session.scalars(select(Masked)).all()
    assert rows
    for row in rows:
        words = str(row.pieces)
        for name in ("Amina", "Warsame", "Rivera", "Nguyen", "Okafor", "mont Number", "school.example"):
            assert name not in words, words
    assert any("the nominee" in plain(row.pieces) and "the school" in plain(row.pieces) for row in rows)


def test_an_empty_text_stays_empty_and_needs_no_look(app):
    with transaction():
        committee = make_committee(candidacies=1)
        number = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW).id
    empty = db.session.scalars(select(Masked).where(Masked.key == "q3")).one()
    assert empty.pieces == []
    assert empty.approved_at == NOW
    assert texts.progress(rounds_queries.by_id(number)) == (1, 3, 0)


def test_a_new_snapshot_is_covered_anew_and_shown_to_nobody_before_a_new_look(app):
    with transaction():
        committee = make_open(candidacies=1, members=2)
        candidacy = committee.candidacies[0]
        assert not texts.reading(committee.round, candidacy.id).withheld
        nomination = db.session.scalars(
            select(Nomination).where(Nomination.candidacy_id == candidacy.id).options(*_whole())
        ).one()
        first = min(nomination.answers, key=lambda answer: answer.question.position)
        first.text = "Amina Warsame did something else."
        snapshots.take(nomination, at=LATER)
        after = texts.reading(committee.round, candidacy.id)
        assert after.withheld
        assert not after.passages
        assert texts.progress(committee.round).new == 1
        masking.felt_gathering(nomination, candidacy, LATER)
        assert texts.progress(committee.round).new == 0
        assert texts.reading(committee.round, candidacy.id).withheld
        look_over(committee)
        shown = texts.reading(committee.round, candidacy.id)
        assert plain(shown.passages[0].pieces) == "The nominee did something else."


def _whole():
    from sqlalchemy.orm import joinedload, selectinload

    from portal.nominations.models import Answer

    return (
        selectinload(Nomination.named),
        selectinload(Nomination.schools),
        selectinload(Nomination.answers).joinedload(Answer.question),
        joinedload(Nomination.sitting),
        selectinload(Nomination.snapshots),
    )


def test_covering_more_words_reaches_every_text_and_asks_for_a_new_look(app):
    with transaction():
        committee = make_open(candidacies=1, members=2)
        review = InReview(committee.cycle, committee.round)
        of = texts.texts_at(review, db.session.scalar(select(func.min(Masked.id))))
        assert masking.cover(of, string="number 0", noun="something covered", by=committee.staff, at=LATER) == 2
        assert texts.progress(committee.round).looked_over == 1
        with pytest.raises(Refused, match="none of this candidacy"):
            masking.cover(of, string="nowhere said", noun="something covered", by=committee.staff, at=LATER)
        with pytest.raises(Refused, match="Choose"):
            masking.cover(of, string="learn", noun="<b>", by=committee.staff, at=LATER)


def test_showing_a_covered_part_again_and_approving_what_one_did_not_see(app):
    with transaction():
        committee = make_planned(candidacies=1, members=2)
        of = texts.texts_at(
            InReview(committee.cycle, committee.round),
            db.session.scalar(select(func.min(Masked.id))),
        )
        seen = masking.state_of(texts.masked_of(of))
        masking.uncover(of, key="q1", number=0, seen=seen, by=committee.staff, at=LATER)
        db.session.flush()
        row = texts.masked_of(of)[0]
        assert row.approved_at is None
        assert "Amina Warsame" in plain(row.pieces)
        with pytest.raises(Refused, match="changed since"):
            masking.approve(of, by=committee.staff, at=LATER, seen=seen)
        with pytest.raises(Refused, match="changed since"):
            masking.uncover(of, key="q1", number=0, seen=seen, by=committee.staff, at=LATER)


def test_the_same_letter_sent_many_times_is_read_once(app):
    with transaction():
        committee = make_committee(candidacies=1, blind=False)
        for _ in range(5):
            make_nomination(
                committee.cycle,
                nominee="Amina Warsame",
                candidacy=committee.candidacies[0],
                texts=("The campaign letter.", "", ""),
            )
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
    read = texts.reading(rounds_queries.by_id(round_.id), committee.candidacies[0].id)
    assert [plain(p.pieces) for p in read.passages].count("The campaign letter.") == 1


# ---------------------------------------------------------------- declaring and assigning


def test_a_plan_gives_every_candidacy_its_reads_with_level_loads_and_no_conflict(app):
    with transaction():
        committee = make_planned(candidacies=6, members=4, reads=2)
    rows = db.session.scalars(select(Assignment)).all()
    assert len(rows) == 12
    loads = {person.id: sum(row.reviewer_id == person.id for row in rows) for person in committee.people}
    assert max(loads.values()) - min(loads.values()) <= 1
    assert {row.state for row in rows} == {AssignmentState.CLEAR}


def test_a_hard_tie_is_a_conflict_with_every_candidacy_of_that_school_and_those_that_come_later(app):
    with transaction():
        committee = make_committee(declared=False)
        school = committee.candidacies[0]
        from portal.nominations.models import CandidacySchool

        number = db.session.scalar(select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == school.id))
        declare(committee.members[0], [Tie(Item("school", number), hard=True, words="I taught there.")])
        found = db.session.scalars(
            select(Conflict).where(Conflict.person_id == committee.people[0].id, Conflict.kind == Kind.DECLARED)
        ).all()
        assert [c.candidacy_id for c in found] == [school.id]
        assert found[0].state is ConflictState.CONFIRMED
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        late = make_candidacy(committee.cycle, name="Late Comer", nominations=1)
        db.session.add(CandidacySchool(candidacy_id=late.id, school_id=number))
        db.session.flush()
        rounds.take(round_, by=committee.staff, at=LATER)
        kinds = db.session.scalars(
            select(Conflict.kind).where(Conflict.candidacy_id == late.id, Conflict.person_id == committee.people[0].id)
        ).all()
    assert Kind.DECLARED in kinds


def test_a_soft_tie_holds_until_somebody_decides(app):
    with transaction():
        committee = make_committee(declared=False, members=2, candidacies=1)
        from portal.nominations.models import CandidacySchool

        number = db.session.scalar(select(CandidacySchool.school_id))
        declare(committee.members[0], [Tie(Item("school", number), hard=False, words="I know the cook.")])
        declare(committee.members[1])
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        found = assigning_queries.inputs(round_)
        assert found.barred[committee.candidacies[0].id, committee.people[0].id] == assigning_queries.CONFLICT
        suggested = db.session.scalars(select(Conflict).where(Conflict.kind == Kind.SAME_SCHOOL)).one()
        conflicts.dismiss(suggested, by=committee.staff, reason="Not close.", at=LATER)
        found = assigning_queries.inputs(round_)
        assert (committee.candidacies[0].id, committee.people[0].id) not in found.barred


def test_nothing_is_given_to_somebody_who_has_not_declared_and_the_plan_says_so(app):
    with transaction():
        committee = make_committee(declared=False, members=2, candidacies=2, reads=2)
        declare(committee.members[0])
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        plan = assigning.make_plan(round_, seed=1, by=committee.staff, at=NOW)
        assert {person for _candidacy, person in plan.pairs} == {committee.people[0].id}
        assert sum(missing for _candidacy, missing in plan.facts["unfilled"]) == 2
        assert plan.facts["shortages"]


def test_what_was_not_on_the_list_does_not_open(app):
    with transaction():
        committee = make_planned(candidacies=1, members=2, reads=2)
        from portal.demo.makers import make_school

        late = make_candidacy(
            committee.cycle, name="Late Comer", school=make_school("Later Elementary School"), nominations=1
        )
        rounds.take(committee.round, by=committee.staff, at=LATER)
        person = committee.people[0]
        with pytest.raises(Refused, match="whole list"):
            assigning.assign(committee.round, late, person, by=committee.staff, at=LATER)
        db.session.add(
            Assignment(
                round_id=committee.round.id, candidacy_id=late.id, reviewer_id=person.id, position=99, assigned_at=LATER
            )
        )
        db.session.flush()
        mine = reading_queries.own(person, 99)
        assert not may(person, Permission.READ_MASKED, mine)
        declare(committee.members[0], at=LATER)
        db.session.expire_all()
        assert may(person, Permission.READ_MASKED, reading_queries.own(person, 99))


def test_a_plan_is_refused_when_its_inputs_changed_and_when_it_was_applied(app):
    with transaction():
        committee = make_committee()
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        plan = assigning.make_plan(round_, seed=1, by=committee.staff, at=NOW)
    with pytest.raises(Stale, match="changed meanwhile"), transaction():  # noqa: PT012 - both, then neither: one transaction
        conflicts.declare(committee.candidacies[0], committee.people[0], words="My cousin.", at=LATER)
        assigning.apply(
            db.session.get_one(Plan, plan.id), rounds_queries.by_id(round_.id), by=committee.staff, at=LATER
        )
    with transaction():
        assigning.apply(
            db.session.get_one(Plan, plan.id), rounds_queries.by_id(round_.id), by=committee.staff, at=LATER
        )
    with pytest.raises(Stale, match="applied already"), transaction():
        assigning.apply(
            db.session.get_one(Plan, plan.id), rounds_queries.by_id(round_.id), by=committee.staff, at=LATER
        )
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 8


def test_replanning_never_touches_a_review_that_was_begun(app):
    with transaction():
        committee = make_open(candidacies=4, members=4, reads=2)
        person = committee.people[0]
        first = committee.readings(person)[0]
        score(committee, first, 3, 3, 3, 3)
        second = committee.readings(person)[1]
        score(committee, second, 3, None, None, None, submit=False)
        committee.members[0].capacity = 0
        db.session.flush()
        plan = assigning.make_plan(committee.round, seed=9, by=committee.staff, at=LATER)
        assigning.apply(plan, committee.round, by=committee.staff, at=LATER)
        db.session.expire_all()
        assert db.session.get_one(Assignment, first.id).state is AssignmentState.SUBMITTED
        assert db.session.get_one(Assignment, second.id).state is AssignmentState.IN_PROGRESS
        with pytest.raises(Refused, match="begun"):
            assigning.unassign(reading_queries.own(person, second.position), by=committee.staff, at=LATER)


def test_changes_by_hand_obey_the_same_rules(app):
    with transaction():
        committee = make_planned(candidacies=3, members=3, reads=1)
        candidacy = committee.candidacies[0]
        reader = db.session.scalar(select(Assignment.reviewer_id).where(Assignment.candidacy_id == candidacy.id))
        other = next(person for person in committee.people if person.id != reader)
        with pytest.raises(Refused, match="already"):
            assigning.assign(
                committee.round,
                candidacy,
                next(p for p in committee.people if p.id == reader),
                by=committee.staff,
                at=LATER,
            )
        assigning.assign(committee.round, candidacy, other, by=committee.staff, at=LATER)
        outsider = make_person()
        with pytest.raises(Refused, match="not on this committee"):
            assigning.assign(committee.round, candidacy, outsider, by=committee.staff, at=LATER)
        third = next(person for person in committee.people if person.id not in {reader, other.id})
        conflicts.declare(candidacy, third, words="My aunt.", at=LATER)
        with pytest.raises(Refused, match="conflict"):
            assigning.assign(committee.round, candidacy, third, by=committee.staff, at=LATER)
        member = next(m for m in committee.members if m.person_id == third.id)
        member.capacity = 1
        db.session.flush()
        unread = next(
            c
            for c in committee.candidacies[1:]
            if (c.id, third.id) not in assigning_queries.inputs(committee.round).kept
        )
        with pytest.raises(Refused, match="as many as they offered"):
            assigning.assign(committee.round, unread, third, by=committee.staff, at=LATER)


def test_whoever_nominated_in_the_cycle_may_not_serve_and_is_given_nothing(app):
    with transaction():
        committee = make_committee(members=2)
        make_nomination(committee.cycle, nominator=committee.people[0])
        with pytest.raises(Refused, match="nominated in this cycle"):
            declaring.may_serve(committee.cycle, committee.people[0])
        declaring.may_serve(committee.cycle, committee.people[1])
        round_ = rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW)
        plan = assigning.make_plan(round_, seed=1, by=committee.staff, at=NOW)
    assert {person for _candidacy, person in plan.pairs} == {committee.people[1].id}


# ---------------------------------------------------------------- scoring


def test_saving_begins_a_review_and_the_same_words_again_change_nothing(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        first = reading.save(mine, typed(committee, 5, 4), version=0, at=LATER)
        assert (first.version, first.state, first.total) == (1, ReviewState.DRAFT, None)
        again = reading.save(mine, typed(committee, 5, 4), version=0, at=LATER)
        assert again.version == 1
        assert mine.state is AssignmentState.IN_PROGRESS
    assert db.session.scalar(select(func.count()).select_from(Score)) == 2


def test_a_stale_save_is_refused_and_loses_nothing(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        reading.save(mine, typed(committee, 5), version=0, at=LATER)
        reading.save(mine, typed(committee, 4), version=1, at=LATER)
        with pytest.raises(Stale):
            reading.save(mine, typed(committee, 3), version=1, at=LATER)
        with pytest.raises(Stale):
            reading.save(mine, typed(committee, 3), version=0, at=LATER)
    scores = db.session.scalars(select(Score).order_by(Score.id)).all()
    assert [(s.level, s.replaced_at is None) for s in scores] == [(5, False), (4, True)]


def test_submitting_needs_every_criterion_and_happens_once(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        with pytest.raises(reading.Incomplete) as lack:
            reading.submit(mine, at=LATER)
        assert lack.value.missing == ["c1", "c2", "c3", "c4"]
        reading.save(mine, typed(committee, 5, 4, -1), version=0, at=LATER)
        with pytest.raises(reading.Incomplete) as lack:
            reading.submit(mine, at=LATER)
        assert lack.value.missing == ["c4"]
        reading.save(mine, typed(committee, 5, 4, -1, 6), version=1, at=LATER)
        review = reading.submit(mine, at=LATER)
        assert reading.submit(mine, at=LATER) is review
    assert review.state is ReviewState.SUBMITTED
    assert review.total == pytest.approx(10 * (35 * 5 + 25 * 4 + 20 * 6) / 80)
    assert standing_of(mine.candidacy_id).count == 1


def test_a_review_in_which_nothing_applies_is_an_abstention(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        reading.save(mine, typed(committee, -1, -1, -1, -1), version=0, at=LATER)
        with pytest.raises(Refused, match="must apply"):
            reading.submit(mine, at=LATER)


def test_a_submitted_review_is_revised_whole_and_its_standing_follows(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        score(committee, mine, 4, 4, 4, 4)
        candidacy = db.session.get_one(Candidacy, mine.candidacy_id)
        mine = committee.readings(committee.people[0])[0]
        version = mine.review.version
        with pytest.raises(reading.Incomplete):
            reading.save(mine, typed(committee, 4, 4, 4, None), version=version, at=LATER)
        review = reading.save(mine, typed(committee, 6, 6, 6, 6), version=version, at=LATER)
        assert review.state is ReviewState.REVISED
    assert standing_of(candidacy.id).mean == 60
    assert db.session.scalar(select(func.count()).select_from(Score).where(Score.replaced_at.is_(None))) == 4


def test_drafts_and_excluded_and_conflicted_reviews_count_in_no_figure(app):
    with transaction():
        committee = make_open(candidacies=1, members=4, reads=4)
        a, b, c, _d = (committee.readings(person)[0] for person in committee.people)
        score(committee, a, 6, 6, 6, 6)
        score(committee, b, 2, 2, 2, 2)
        score(committee, c, 0, 0, 0, 0, submit=False)
    candidacy = committee.candidacies[0]
    assert (standing_of(candidacy.id).mean, standing_of(candidacy.id).count, standing_of(candidacy.id).missing) == (
        40,
        2,
        2,
    )
    assert standing_of(candidacy.id).disagreement == 4
    with transaction():
        conflicts.declare(
            db.session.get_one(Candidacy, candidacy.id),
            db.session.get_one(type(committee.staff), b.reviewer_id),
            words="My neighbor.",
            at=LATER,
        )
    assert (standing_of(candidacy.id).mean, standing_of(candidacy.id).count) == (60, 1)
    assert db.session.get_one(Assignment, b.id).state is AssignmentState.RECUSED
    assert db.session.scalar(select(Review).where(Review.assignment_id == b.id)) is not None


def test_recusing_keeps_the_review_ends_reading_and_asks_for_a_replacement(app):
    with transaction():
        committee = make_open(candidacies=2, members=3, reads=1)
        person = next(p for p in committee.people[1:] if committee.readings(p))
        mine = committee.readings(person)[0]
        score(committee, mine, 5, 5, 5, 5)
        mine = reading_queries.own(person, mine.position)
        with pytest.raises(Refused, match="few words"):
            reading.recuse(mine, words=" ", by=person, at=LATER)
        reading.recuse(mine, words="I think I taught with them.", by=person, at=LATER)
    db.session.expire_all()
    mine = reading_queries.own(db.session.get_one(type(person), person.id), mine.position)
    assert (mine.state, mine.excluded) == (AssignmentState.RECUSED, True)
    assert mine.review is not None
    assert not may(person, Permission.READ_MASKED, mine)
    assert standing_of(mine.candidacy_id).count == 0
    asked = db.session.scalars(select(Message).where(Message.template == "review/replacement")).one()
    assert asked.to_id == committee.numbers[0]
    offers = assigning_queries.replacements(assigning_queries.inputs(committee.round), mine.candidacy_id)
    assert person.id not in {offer.person.id for offer in offers}
    assert offers


def test_handing_back_abstaining_and_recusing_are_three_results(app):
    with transaction():
        committee = make_open(candidacies=3, members=1, reads=1)
        person = committee.people[0]
        a, b, c = committee.readings(person)
        for state in (RoundState.CLOSED, RoundState.LOCKED):  # nobody could read it instead any more
            committee.round.state = state
            with pytest.raises(Refused, match="can no longer be handed back"):
                reading.hand_back(a, words="", by=person, at=LATER)
            with pytest.raises(Refused, match="can no longer be handed back"):
                reading.abstain(b, words="I cannot judge music.", by=person, at=LATER)
        committee.round.state = RoundState.OPEN
        reading.hand_back(a, words="", by=person, at=LATER)
        with pytest.raises(Refused, match="few words"):
            reading.abstain(b, words="", by=person, at=LATER)
        reading.abstain(b, words="I cannot judge music.", by=person, at=LATER)
        reading.recuse(c, words="My cousin.", by=person, at=LATER)
        states = [db.session.get_one(Assignment, each.id).state for each in (a, b, c)]
        assert states == [AssignmentState.DECLINED, AssignmentState.ABSTAINED, AssignmentState.RECUSED]
        with pytest.raises(Refused):
            reading.hand_back(c, words="", by=person, at=LATER)
        with pytest.raises(Refused):
            reading.save(a, typed(committee, 1), version=0, at=LATER)


def test_a_submitted_review_is_not_handed_back(app):
    with transaction():
        committee = make_open()
        mine = committee.readings(committee.people[0])[0]
        score(committee, mine, 5, 5, 5, 5)
        mine = committee.readings(committee.people[0])[0]
        with pytest.raises(Refused):
            reading.hand_back(mine, words="", by=committee.people[0], at=LATER)


def test_a_member_who_leaves_hands_back_what_is_not_finished(app):
    with transaction():
        committee = make_open(candidacies=4, members=2, reads=1)
        person = committee.people[1]
        a, b = committee.readings(person)
        score(committee, a, 5, 5, 5, 5)
        assigning.felt_leaving(committee.members[1], LATER)
        db.session.expire_all()
    assert db.session.get_one(Assignment, a.id).state is AssignmentState.SUBMITTED
    assert db.session.get_one(Assignment, b.id).state is AssignmentState.DECLINED


# ---------------------------------------------------------------- standings


def test_ties_share_a_rank_in_sql_as_in_the_rules(app):
    with transaction():
        committee = make_open(candidacies=5, members=1, reads=1)
        levels = [4, 6, 4, 2]
        mine = committee.readings(committee.people[0])
        for each, level in zip(mine[:4], levels, strict=True):
            score(committee, each, level, level, level, level)
    db.session.expire_all()
    rows = db.session.scalars(select(Standing)).all()
    expected = rules.ranks({row.candidacy_id: row.mean for row in rows})
    assert {row.candidacy_id: (row.rank, row.tied) for row in rows} == expected
    assert sorted((row.rank or 0, row.tied) for row in rows) == [
        (0, False),
        (1, False),
        (2, True),
        (2, True),
        (4, False),
    ]


def test_whoever_is_gone_has_no_rank_and_no_row(app):
    with transaction():
        committee = make_open(candidacies=2, members=1, reads=1)
        a, b = committee.readings(committee.people[0])
        score(committee, a, 6, 6, 6, 6)
        score(committee, b, 2, 2, 2, 2)
        db.session.get_one(Candidacy, a.candidacy_id).stage = CandidacyStage.WITHDRAWN
        db.session.flush()
        from portal.review.actions import standings

        standings.recompute(committee.round.id, [a.candidacy_id], at=LATER)
        table = standings_queries.standings(committee.round)
        assert [row.candidacy_id for row in table.rows] == [b.candidacy_id]
        assert table.rows[0].rank == 1


def test_somebody_in_conflict_does_not_see_that_candidacy_in_the_standings(app):
    with transaction():
        committee = make_open(candidacies=3, members=2, reads=1)
        person = committee.people[0]
        conflicts.declare(committee.candidacies[0], person, words="My brother.", at=LATER)
        rows = standings_queries.standings(committee.round, person).rows
    assert committee.candidacies[0].id not in {row.candidacy_id for row in rows}
    assert len(rows) == 2


def test_calibration_follows_when_counted_scores_changed(app):
    with transaction():
        committee = make_open(candidacies=8, members=5, reads=3, places=2)
        for place, person in enumerate(committee.people):
            for turn, mine in enumerate(committee.readings(person)):
                level = (turn * 2 + place) % 7
                score(committee, mine, level, level, (level + 1) % 7, level)
    assert calibrating.calibrate_due(LATER) == 1
    assert calibrating.calibrate_due(LATER) == 0
    db.session.expire_all()
    round_ = db.session.get_one(Round, committee.round.id)
    assert round_.calibration["verdict"]
    with transaction():
        table = standings_queries.standings(rounds_queries.by_id(round_.id))
    assert table.calibrated
    assert [row.rank for row in table.rows] == sorted(row.rank for row in table.rows)


def test_what_staff_score_from_bands_counts_by_its_weight_and_no_reviewer_sees_it(app):
    with transaction():
        committee = make_open(candidacies=2, members=2, reads=1)
        rubric = db.session.get_one(Rubric, committee.cycle.rubric_id)
        need = rubric.criteria[-1]  # of weight 20, after 35, 25 and 20
        need.by_staff = True
        db.session.flush()
        db.session.expire_all()
        mine = committee.readings(committee.people[0])[0]
        assert [one.key for one in reading_queries.criteria_of(reading_queries.rubric_of(mine))] == ["c1", "c2", "c3"]
        score(committee, mine, 6, 6, 3)
        review = InReview(committee.cycle, rounds_queries.by_id(committee.round.id))
        candidacy = db.session.get_one(Candidacy, mine.candidacy_id)

        def figure():
            return db.session.scalar(select(Standing.mean).where(Standing.candidacy_id == mine.candidacy_id))

        alone = 10 * (35 * 6 + 25 * 6 + 20 * 3) / 80
        assert figure() == pytest.approx(alone), "missing is not zero"
        staff = committee.staff
        assert bands.give(review, candidacy, {need.id: 2}, by=staff, at=LATER) == 1
        assert figure() == pytest.approx(10 * (35 * 6 + 25 * 6 + 20 * 3 + 20 * 2) / 100)
        assert bands.give(review, candidacy, {need.id: 2}, by=staff, at=LATER) == 0
        assert bands.give(review, candidacy, {need.id: 0}, by=staff, at=LATER) == 1
        assert figure() == pytest.approx(10 * (35 * 6 + 25 * 6 + 20 * 3) / 100), "zero is a level"
        assert bands.give(review, candidacy, {need.id: None}, by=staff, at=LATER) == 1
        assert figure() == pytest.approx(alone)
        assert len(db.session.scalars(select(BandScore)).all()) == 3, "what was replaced is kept"
        for wrong in ({need.id: 7}, {need.id: -1}, {rubric.criteria[0].id: 3}):
            with pytest.raises(Refused):
                bands.give(review, candidacy, wrong, by=staff, at=LATER)
        rounds.close(review.round, by=staff, at=LATER)
        with pytest.raises(Refused):
            bands.give(review, candidacy, {need.id: 4}, by=staff, at=LATER)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("severity", [0, 2])
def test_standings_are_in_the_order_of_the_score_they_show_first(app, severity):
    with transaction():
        committee = make_open(candidacies=16, members=6, reads=3, places=4, capacity=12)
        numbers = [candidacy.id for candidacy in committee.candidacies]
        for place, person in enumerate(committee.people):
            for mine in committee.readings(person):
                level = numbers.index(mine.candidacy_id) % 4 + 1 + (severity if place < 3 else 0)
                score(committee, mine, level, min(level + (mine.id % 2), 6), level, level)
    calibrating.calibrate_due(LATER)
    db.session.expire_all()
    round_ = rounds_queries.by_id(committee.round.id)
    table = standings_queries.standings(round_)
    assert table.calibrated
    assert table.adjusts is (severity > 0)
    shown = [row.adjusted for row in table.rows]
    assert shown == sorted(shown, reverse=True)
    assert any(row.adjusted != row.mean for row in table.rows) is table.adjusts


# ---------------------------------------------------------------- policy and SQL


def test_sql_and_policy_agree_on_what_each_person_may_read(app):
    with transaction():
        committee = make_open(candidacies=5, members=4, reads=2)
        people = committee.people
        a = committee.readings(people[0])[0]
        reading.hand_back(a, words="", by=people[0], at=LATER)
        b = committee.readings(people[1])[0]
        conflicts.declare(b.candidacy, people[1], words="Kin.", at=LATER)
        c = committee.readings(people[2])[0]
        c.candidacy.stage = CandidacyStage.WITHDRAWN
        committee.members[3].state = "removed"
        score(committee, committee.readings(people[2])[1], 3, 3, 3, 3)
        db.session.flush()
    every = db.session.scalars(select(Assignment)).all()
    outsider = committee.staff
    for person in [*people, outsider]:
        in_sql = {row.id for row in db.session.scalars(reading_queries.readable_by(person))}
        in_python = set()
        for row in every:
            owner = next(p for p in people if p.id == row.reviewer_id)
            loaded = reading_queries.own(owner, row.position)
            if may(person, Permission.READ_MASKED, loaded):
                in_python.add(row.id)
        assert in_sql == in_python, person.name
    assert any(db.session.scalars(reading_queries.readable_by(person)).first() for person in people)


def test_whoever_withdraws_while_in_review_leaves_their_rank_to_others(app):
    from portal.nominations.actions import screening
    from portal.nominations.rules import CandidacyStep

    with transaction():
        committee = make_open(candidacies=2, members=1, reads=1)
        a, b = committee.readings(committee.people[0])
        score(committee, a, 6, 6, 6, 6)
        score(committee, b, 2, 2, 2, 2)
        best = db.session.get_one(Candidacy, a.candidacy_id)
        screening.decide(best, CandidacyStep.WITHDRAW, by=committee.staff, at=LATER, reason="They asked for it.")
    assert standing_of(b.candidacy_id).rank == 1
    assert standing_of(a.candidacy_id).rank is None


def test_standings_are_read_a_page_at_a_time_in_one_order(app):
    with transaction():
        committee = make_open(candidacies=7, members=1, reads=1, places=3)
        for turn, mine in enumerate(committee.readings(committee.people[0])):
            level = turn % 4
            score(committee, mine, level, level, level, level)
        round_ = rounds_queries.by_id(committee.round.id)
        whole = standings_queries.standings(round_)
        pages = [standings_queries.standings(round_, page=page, size=3) for page in (1, 2, 3)]
    assert [row.reference for page in pages for row in page.rows] == [row.reference for row in whole.rows]
    assert [page.more for page in pages] == [True, True, False]
    assert [page.places for page in pages] == [3, 0, 0]
    assert all(page.groups == whole.groups for page in pages)
    assert whole.groups == {group: [row.group for row in whole.rows].count(group) for group in whole.groups}


def test_readers_who_owe_something_are_reminded_once_a_day(app):
    with transaction():
        committee = make_open(candidacies=2, members=2, reads=1)
        round_ = rounds_queries.by_id(committee.round.id)
        for mine in committee.readings(committee.people[1]):
            score(committee, mine, 4, 4, 4, 4)
        assert assigning.remind(round_, by=committee.staff, at=LATER) == 1
        assert assigning.remind(round_, by=committee.staff, at=LATER) == 0
        assert assigning.remind(round_, by=committee.staff, at=LATER + timedelta(days=1)) == 1
    told = db.session.scalars(select(Message.to_id).where(Message.template == "review/reminder")).all()
    assert set(told) == {committee.numbers[0]}
