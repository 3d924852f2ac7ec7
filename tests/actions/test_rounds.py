"""Rounds one after another: screening, ranking and interview; who goes on from each; and what is never quietly so."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal import HOME
from portal.db import db, transaction
from portal.decisions.rules import bundle
from portal.demo.makers import NOW, make_conflict, make_school
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.nominations.actions import conflicts
from portal.nominations.actions import screening as intake
from portal.nominations.models import Candidacy, CandidacySchool, Conflict, Kind, Nomination, Snapshot
from portal.nominations.rules import CandidacyStage, CandidacyStep, ConflictState
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person
from portal.review.actions import assigning, onward, reading, rounds, screening
from portal.review.models import Onward, Round, SpokenName, Standing, Verdict
from portal.review.queries import assigning as assigning_queries
from portal.review.queries import onward as onward_queries
from portal.review.queries import rounds as known
from portal.review.queries import screening as screening_queries
from portal.review.queries.reading import own, queues
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import RoundState
from portal.review.rules.onward import By, Rule
from portal.schools.models import Affiliation
from tests.support.reviewing import LATER, declare, make_committee, typed

ENDS = NOW + timedelta(days=7)


def shape(kind, *, reads=2, **facts):
    return rounds.Shape(kind, NOW, ENDS, reads, **{"blind": False, **facts})


def begin(committee, kind, *, reads=2, seed=5, **facts):
    """Make the next round, plan and open it."""
    committee.round = rounds.plan_round(
        committee.cycle, shape(kind, reads=reads, **facts), seed=seed, by=committee.staff, at=NOW
    )
    for member in committee.members:
        declare(member)
    plan = assigning.make_plan(committee.round, seed=seed, by=committee.staff, at=NOW)
    assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
    rounds.open_round(committee.round, by=committee.staff, at=NOW)


def mine_in(committee, person):
    return screening_queries.to_rank(person, committee.round)


def say(task, *, passes, why="Not about this year.", at=LATER):
    fresh = own(db.session.get_one(Person, task.reviewer_id), task.position)
    version = fresh.review.version if fresh.review else 0
    return screening.say(fresh, passes=passes, why="" if passes else why, version=version, at=at)


def stage_of(candidacy):
    return db.session.scalar(select(Candidacy.stage).where(Candidacy.id == candidacy.id))


def screened(committee, fails=(0,)):
    """Let everybody pass all but some, and close."""
    left = {committee.candidacies[place].id for place in fails}
    for person in committee.people:
        for task in mine_in(committee, person):
            say(task, passes=task.candidacy_id not in left)
    rounds.close(committee.round, by=committee.staff, at=LATER)


def go_on(committee, reason=""):
    """Say what the rule says."""
    proposed = onward_queries.proposals(committee.round)
    said = {n: onward.Said(p.goes_on, reason) for n, p in proposed.items() if p.goes_on is not None}
    return onward.decide(committee.round, said, by=committee.staff, at=LATER)


def test_a_screening_round_and_an_interview_after_it_by_their_rules(app):
    with transaction():
        committee = make_committee(candidacies=4, members=3, blind=False)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=50), quorum=2)
        assert "rubric" not in committee.round.frozen
        screened(committee)
        assert db.session.scalar(select(Standing.mean).order_by(Standing.candidacy_id).limit(1)) == 0
        with pytest.raises(Refused, match="Nobody has gone on"):
            rounds.plan_round(committee.cycle, shape(RoundKind.INTERVIEW), seed=9, by=committee.staff, at=LATER)
        assert go_on(committee) == 4
        assert go_on(committee) == 0
        first, *rest = committee.candidacies
        assert stage_of(first) is CandidacyStage.NOT_ADVANCED
        assert {stage_of(one) for one in rest} == {CandidacyStage.SHORTLISTED}
        before = committee.round
        begin(committee, RoundKind.INTERVIEW, reads=3, seed=9, goes_on=Rule(By.TOP, 1))
        assert set(db.session.scalars(known.taken(committee.round))) == {one.id for one in rest}
        assert set(known.names(before).values()).isdisjoint(known.names(committee.round).values())
        with pytest.raises(Refused, match="later round"):
            rounds.reopen(before, until=ENDS, reason="One more.", by=committee.staff, at=LATER)
        for place, one in enumerate(rest, start=2):
            for person in committee.people:
                task = next(task for task in mine_in(committee, person) if task.candidacy_id == one.id)
                task = own(person, task.position)
                reading.save(task, typed(committee, place, place, place, place), version=0, at=LATER)
                reading.submit(own(person, task.position), at=LATER)
        rounds.close(committee.round, by=committee.staff, at=LATER)
        assert go_on(committee) == 3
    assert [stage_of(one).value for one in committee.candidacies] == ["not advanced"] * 3 + ["shortlisted"]
    actions = db.session.execute(select(Event.action, func.count()).group_by(Event.action)).all()
    assert dict(actions)["goes on"] == 4


def test_a_word_against_the_rule_needs_a_reason_and_is_taken_back_with_one_alone(app):
    with transaction():
        committee = make_committee(candidacies=3, members=2, blind=False)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=100))
        screened(committee)
        first, second, third = committee.candidacies
        with pytest.raises(onward.Objection, match="Say why"):
            onward.decide(committee.round, {first.id: onward.Said(True)}, by=committee.staff, at=LATER)
        onward.decide(committee.round, {first.id: onward.Said(True, "A late letter.")}, by=committee.staff, at=LATER)
        with pytest.raises(onward.Objection, match="Say why"):
            go_on(committee)  # the rule leaves the first: what was said against it is taken back with a reason alone
        yes = {one.id: onward.Said(True) for one in (second, third)}
        assert onward.decide(committee.round, yes, by=committee.staff, at=LATER) == 2
        with pytest.raises(onward.Objection, match="Say why"):
            onward.decide(committee.round, {second.id: onward.Said(False)}, by=committee.staff, at=LATER)
        assert stage_of(first) is CandidacyStage.SHORTLISTED
        begin(committee, RoundKind.RANKING, best=2, seed=11)
        before = known.by_id(db.session.scalar(select(Round.id).where(Round.number == 1)))
        with pytest.raises(onward.Objection, match="next round already"):
            onward.decide(before, {first.id: onward.Said(False, "No.")}, by=committee.staff, at=LATER)
    row = db.session.scalars(select(Onward).where(Onward.candidacy_id == first.id)).one()
    assert (row.goes_on, row.by_rule, row.reason) == (True, False, "A late letter.")


def test_too_few_readers_are_said_and_a_person_decides(app):
    with transaction():
        committee = make_committee(candidacies=2, members=3, blind=False)
        begin(committee, RoundKind.SCREENING, reads=3, quorum=2, goes_on=Rule(By.SHARE, least=50))
        task = mine_in(committee, committee.people[0])[0]
        say(task, passes=True)
        rounds.close(committee.round, by=committee.staff, at=LATER)
        assert {each.why.value for each in onward_queries.proposals(committee.round).values()} == {"few"}
        assert go_on(committee) == 0
        assert onward_queries.undecided(committee.round) == 2
    row = db.session.scalars(select(Standing).where(Standing.candidacy_id == task.candidacy_id)).one()
    assert (row.count, row.missing) == (1, 2)


def test_nobody_says_who_goes_on_where_a_conflict_of_theirs_stands(app):
    with transaction():
        committee = make_committee(candidacies=2, members=2, blind=False)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=50))
        screened(committee)
        kept_from = committee.candidacies[1]
        make_conflict(kept_from, committee.staff, kind=Kind.SAME_NAME, state=ConflictState.SUGGESTED)
        assert {row.row.candidacy_id for row in onward_queries.table(committee.round, committee.staff)} == {
            committee.candidacies[0].id
        }
        go_on(committee)
    assert stage_of(kept_from) is CandidacyStage.IN_REVIEW
    assert db.session.scalar(select(func.count()).select_from(Onward)) == 1


def test_screening_says_a_reason_for_no_and_is_changed_until_the_round_closes(app):
    with transaction():
        committee = make_committee(candidacies=2, members=2, blind=False)
        begin(committee, RoundKind.SCREENING)
        person = committee.people[0]
        task = mine_in(committee, person)[0]
        with pytest.raises(Refused, match="why it does not"):
            say(task, passes=False, why=" ")
        with pytest.raises(Refused, match="not scored like that"):
            reading.save(own(person, task.position), typed(committee, 4), version=0, at=LATER)
        say(task, passes=True)
        say(task, passes=True)
        with pytest.raises(Stale):
            screening.say(own(person, task.position), passes=False, why="No.", version=0, at=LATER)
        say(task, passes=False)
        rounds.close(committee.round, by=committee.staff, at=LATER)
        with pytest.raises(Refused, match="closed"):
            say(task, passes=True)
    kept = db.session.scalars(select(Verdict).order_by(Verdict.id)).all()
    assert [(one.passes, one.replaced_at is None) for one in kept] == [(True, False), (False, True)]
    assert queues(db.session.get_one(Person, person.id))[0][0].tasks


def test_an_order_is_said_whole_and_counts_by_places(app):
    with transaction():
        committee = make_committee(candidacies=4, members=2, blind=False)
        begin(committee, RoundKind.RANKING, best=2)
        for person in committee.people:
            tasks = mine_in(committee, person)
            by_candidacy = {task.candidacy_id: task.position for task in tasks}
            first, second, *others = [by_candidacy[one.id] for one in committee.candidacies]
            places = {first: 1, second: 1, **dict.fromkeys(others)}
            order = {"why": {first: "Best."}, "at": LATER}
            with pytest.raises(Refused, match="once"):
                screening.rank(committee.round, person, places=places, version=0, **order)
            with pytest.raises(Stale, match="changed since"):
                screening.rank(committee.round, person, places={first: 1}, version=0, **order)
            whole = places | {second: 2}
            assert screening.rank(committee.round, person, places=whole, version=0, **order) == len(tasks)
            screening.rank(committee.round, person, places=whole, version=len(tasks), **order)
            with pytest.raises(Stale, match="another window"):
                screening.rank(committee.round, person, places=whole | {first: 2, second: 1}, version=0, **order)
    means = dict(db.session.execute(select(Standing.candidacy_id, Standing.mean)).all())
    assert [means[one.id] for one in committee.candidacies] == [20, 10, 0, 0]
    assert db.session.scalar(select(func.count()).select_from(Verdict)) == 8


def test_a_round_has_its_readers_its_cap_and_can_be_changed_until_it_opens(app):
    with transaction():
        committee = make_committee(candidacies=4, members=4, blind=False)
        alone = frozenset(member.id for member in committee.members[:2])
        committee.round = rounds.plan_round(
            committee.cycle, shape(RoundKind.SCREENING, cap=3, readers=alone), seed=5, by=committee.staff, at=NOW
        )
        found = assigning_queries.inputs(committee.round)
        assert set(found.capacity) == set(committee.numbers[:2])
        assert set(found.capacity.values()) == {3}
        for wrong, field in (
            (shape(RoundKind.RANKING), "best"),
            (shape(RoundKind.SCORING, quorum=5), "quorum"),
            (shape(RoundKind.SCORING, goes_on=Rule(By.SHARE, least=50)), "goes_by"),
            (shape(RoundKind.INTERVIEW), "kind"),
            (shape(RoundKind.SCORING, readers=frozenset({10**6})), "readers"),
        ):
            with pytest.raises(Refused) as refused:
                rounds.change(committee.round, wrong, by=committee.staff, at=NOW)
            assert refused.value.field == field
        plan = assigning.make_plan(committee.round, seed=1, by=committee.staff, at=NOW)
        assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
        fewer = shape(RoundKind.SCREENING, readers=alone - {max(alone)}, reads=1)
        rounds.change(committee.round, fewer, by=committee.staff, at=NOW)
        assert set(assigning_queries.loads_of(committee.round)) == {committee.members[0].person_id}
        with pytest.raises(Refused, match="round before closes"):
            rounds.plan_round(committee.cycle, shape(RoundKind.SCORING), seed=5, by=committee.staff, at=NOW)
        rounds.open_round(committee.round, by=committee.staff, at=NOW)
        with pytest.raises(Refused, match="until it opens"):
            rounds.change(committee.round, fewer, by=committee.staff, at=NOW)
    assert committee.round.state is RoundState.OPEN


def test_who_was_found_eligible_too_late_comes_into_a_later_round_with_a_reason_alone(app):
    with transaction():
        committee = make_committee(candidacies=3, members=2, blind=False)
        late = committee.candidacies[2]
        intake.decide(late, CandidacyStep.RECONSIDER, by=committee.staff, at=NOW)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=50))
        screened(committee, fails=())
        go_on(committee)
        intake.decide(late, CandidacyStep.FIND_ELIGIBLE, by=committee.staff, at=LATER)
        begin(committee, RoundKind.SCORING, seed=8)
        assert rounds.take(committee.round, by=committee.staff, at=LATER) == 0
        assert rounds.take(committee.round, late="Its letter was lost in the mail.", by=committee.staff, at=LATER) == 1
    assert stage_of(late) is CandidacyStage.IN_REVIEW
    there = db.session.scalars(select(SpokenName.candidacy_id).where(SpokenName.round_id == committee.round.id)).all()
    assert late.id in there


def test_names_shown_after_own_scores_leave_them_as_they_are(app):
    from tests.support.reviewing import look_over

    with transaction():
        committee = make_committee(candidacies=2, members=2)
        committee.round = rounds.plan_round(
            committee.cycle,
            shape(RoundKind.SCREENING, blind=True, names_after=True, reads=1),
            seed=5,
            by=committee.staff,
            at=NOW,
        )
        look_over(committee)
        plan = assigning.make_plan(committee.round, seed=5, by=committee.staff, at=NOW)
        assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
        rounds.open_round(committee.round, by=committee.staff, at=NOW)
        person = next(one for one in committee.people if mine_in(committee, one))
        task = mine_in(committee, person)[0]
        say(task, passes=True)
        with pytest.raises(Refused, match="stays as it is"):
            say(task, passes=False)
    assert db.session.scalar(select(func.count()).select_from(Verdict)) == 1


# ---------------------------------------------------------------- who reads what


def checked(tmp_path, plan):
    """Have the standalone script look at a plan's proof."""
    path = tmp_path / f"plan-{plan.id}.json"
    path.write_text(json.dumps(assigning_queries.whole_proof(plan.facts["proof"])), encoding="utf-8")
    script = [sys.executable, "-I", str(HOME / "tools" / "check_certificate.py"), str(path)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_plan_minds_languages_knowledge_schools_and_donors_and_its_proof_is_checked_again(app, tmp_path):
    with transaction():
        committee = make_committee(candidacies=6, members=6, blind=False)
        somali, music, *_rest = committee.candidacies
        reader, knower, first, second, giver, other = committee.members
        db.session.execute(update(Nomination).where(Nomination.candidacy_id == somali.id).values(language="so"))
        for member in (reader, knower, giver):
            member.languages = ["so"]
        music.expertise, knower.expertise, first.expertise = ["Music"], ["music", "math"], ["music"]
        giver.donor_related = other.donor_related = True
        school = make_school("Franklin")
        places = [Affiliation(person_id=one.person_id, school_id=school.id, role="Teacher") for one in (first, second)]
        here = [CandidacySchool(candidacy_id=one.id, school_id=school.id) for one in committee.candidacies[2:5]]
        db.session.add_all([*places, *here])
        told = shape(RoundKind.SCORING, reads=3, by_language=True, one_per_school=True, per_school=2)
        committee.round = rounds.plan_round(committee.cycle, told, seed=5, by=committee.staff, at=NOW)
        for member in committee.members:
            declare(member)
        for one in db.session.scalars(select(Conflict).where(Conflict.state == ConflictState.SUGGESTED)).all():
            if one.kind is Kind.DONOR:
                conflicts.dismiss(one, by=committee.staff, reason="A small gift.", at=NOW)
        plan = assigning.make_plan(committee.round, seed=5, by=committee.staff, at=NOW)
        text = checked(tmp_path, plan)
        kept = plan.facts["proof"]
        bundle.plan({"plan": kept})
        alone = importlib.util.spec_from_file_location("replay_bundle", HOME / "tools" / "replay_bundle.py")
        script = importlib.util.module_from_spec(alone)
        alone.loader.exec_module(script)
        script.check_plan({"plan": kept})
        found = assigning_queries.inputs(committee.round)
        readers = {number: {who for one, who in plan.pairs if one == number} for number in found.candidacies}
        numbers = {member.person_id: member for member in committee.members}
        assert readers[somali.id] <= {reader.person_id, knower.person_id, giver.person_id}
        assert {knower.person_id, first.person_id} <= readers[music.id]
        for who in readers.values():
            assert sum(numbers[one].donor_related for one in who) <= 1
            assert not {first.person_id, second.person_id} <= who
        assert "one reviewer of a school at each candidacy" in text
        assert "candidacies of one school for a reviewer" in text
        assert "Franklin" not in json.dumps(kept)
        worse = json.loads(json.dumps(kept))
        worse["document"]["groups"] = worse["document"]["groups"][1:]
        for check, differs in ((bundle.plan, bundle.Differs), (script.check_plan, script.Differs)):
            with pytest.raises(differs):
                check({"plan": worse})
        assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
        spare = next(one for one in committee.candidacies if first.person_id in readers[one.id])
        with pytest.raises(Refused, match=r"school reads|conflict|reads as many"):
            assigning.assign(committee.round, spare, second.person, by=committee.staff, at=NOW)
        again = assigning.make_plan(committee.round, seed=6, by=committee.staff, at=LATER)
        assert (again.facts["added"], again.facts["dropped"]) == ([], [])


def test_what_is_required_of_readers_bars_and_a_translation_lets_others_read(app):
    with transaction():
        committee = make_committee(candidacies=2, members=4, blind=False)
        somali, music = committee.candidacies
        fluent, knower, *_others = committee.members
        letter = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == somali.id)).one()
        letter.language = "so"
        fluent.languages, music.expertise, knower.expertise = ["so"], ["Music"], ["music"]
        told = shape(RoundKind.SCORING, reads=2, by_language=True, needs_expertise=True)
        committee.round = rounds.plan_round(committee.cycle, told, seed=5, by=committee.staff, at=NOW)
        for member in committee.members:
            declare(member)
        found = assigning_queries.inputs(committee.round)
        may = {number: {one for other, one in found.eligible if other == number} for number in found.candidacies}
        assert (may[somali.id], may[music.id]) == ({fluent.person_id}, {knower.person_id})
        plan = assigning.make_plan(committee.round, seed=5, by=committee.staff, at=NOW)
        said = json.dumps(plan.facts["shortages"])
        assert assigning_queries.LANGUAGE in said
        assert assigning_queries.EXPERTISE in said
        sent = db.session.scalars(select(Snapshot.id).where(Snapshot.nomination_id == letter.id)).one()
        noticed = {"source_kind": "snapshot", "source_id": sent, "cycle_id": committee.cycle.id}
        translated = Translation(
            **noticed,
            nomination_id=letter.id,
            written_in="so",
            language="en",
            state=TranslationState.HANDED_IN,
            texts={},
            translator_id=committee.staff.id,
            noticed_at=NOW,
        )
        db.session.add(translated)
        db.session.flush()
        assert len(assigning_queries.inputs(committee.round).eligible) == 2
        translated.state, translated.approved_at = TranslationState.APPROVED, NOW
        db.session.flush()
        found = assigning_queries.inputs(committee.round)
        assert {one for number, one in found.eligible if number == somali.id} == set(committee.numbers)
        with pytest.raises(Refused, match="does not know what this round asks"):
            assigning.assign(committee.round, music, fluent.person, by=committee.staff, at=NOW)


def test_somebody_who_leaves_late_changes_their_own_readings_alone(app, tmp_path):
    with transaction():
        committee = make_committee(candidacies=6, members=4, blind=False)
        begin(committee, RoundKind.SCORING, reads=2)
        gone = committee.people[3]
        mine = {task.candidacy_id for task in mine_in(committee, gone)}
        from portal.awards.actions import committees

        committees.remove_member(committee.members[3], by=committee.staff, at=LATER)
        plan = assigning.make_plan(committee.round, seed=9, by=committee.staff, at=LATER)
        assert plan.facts["dropped"] == []
        assert sorted(number for number, _who in plan.facts["added"]) == sorted(mine)
        assert plan.facts["unfilled"] == []
        assert plan.facts["vbar"] is not None
        checked(tmp_path, plan)
