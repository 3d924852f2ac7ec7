"""The doctor finds each deliberately broken row, and nothing where all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from portal import mail
from portal.awards.models import Criterion, Cycle, Rubric
from portal.db import db, transaction
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo import makers
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.files.rules import Kind as FileKind
from portal.home.doctor import CHECKS, examine
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    Conflict,
    Kind,
    Letter,
    Recommendation,
    Snapshot,
)
from portal.nominations.rules import ConflictState
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.people.models import Person
from portal.publishing.models import Recipient
from portal.review.models import Score

NOW = makers.NOW


@pytest.fixture
def whole(app):
    """A reviewed cycle with nothing wrong in it."""
    with transaction():
        cycle = makers.make_cycle(surprise=True, places=1)
        rubric = db.session.get_one(Rubric, cycle.rubric_id)
        rubric.frozen_at = NOW
        candidacy = makers.make_candidacy(cycle, school=makers.make_school(), confirmed=True)
        other = makers.make_candidacy(cycle, name="Beto Salas", confirmed=True)
        reviewer = makers.make_person("Dana Field")
        member = makers.make_member(cycle, reviewer)
        assignment = makers.make_assignment(makers.make_round(cycle), candidacy, reviewer)
        review = makers.make_review(assignment, rubric)
        proposer, approver = makers.make_staff(), makers.make_publisher()
        decision = Decision(
            cycle_id=cycle.id,
            candidacy_id=candidacy.id,
            outcome=Outcome.SELECTED,
            place=1,
            sum_cents=300_000,
            state=DecisionState.APPROVED,
            proposed_by_id=proposer.id,
            proposed_at=NOW,
            approved_by_id=approver.id,
            approved_at=NOW,
        )
        db.session.add(decision)
        db.session.flush()
        return {
            "cycle": cycle.id,
            "rubric": rubric.id,
            "candidacy": candidacy.id,
            "other": other.id,
            "reviewer": reviewer.id,
            "member": member.id,
            "assignment": assignment.id,
            "review": review.id,
            "decision": decision.id,
            "fund": cycle.fund_id,
        }


def found(at=NOW):
    return {promise: broken for promise, broken in examine(at=at).items() if broken}


def test_a_whole_database_is_well(whole):
    assert found() == {}


def _snapshot(ids):
    db.session.execute(update(Snapshot).values(facts='{"answers":{}}'))


def _no_snapshot(ids):
    db.session.execute(delete(Snapshot))


def _nobody(ids):
    db.session.execute(delete(CandidacyPerson).where(CandidacyPerson.candidacy_id == ids["other"]))


def _conflicted(ids):
    makers.make_conflict(db.session.get_one(Candidacy, ids["candidacy"]), db.session.get_one(Person, ids["reviewer"]))


def _cleared(ids):
    person = db.session.get_one(Person, ids["reviewer"])
    conflict = makers.make_conflict(
        db.session.get_one(Candidacy, ids["other"]), person, kind=Kind.SAME_SCHOOL, state=ConflictState.DISMISSED
    )
    db.session.execute(update(Conflict).where(Conflict.id == conflict.id).values(decided_by_id=person.id))


def _undeclared(ids):
    from portal.awards.models import Member

    db.session.execute(update(Member).values(declared_at=None))


def _nominated(ids):
    cycle = db.session.get_one(Cycle, ids["cycle"])
    makers.make_nomination(cycle, nominator=db.session.get_one(Person, ids["reviewer"]), nominee="Someone Else")


def _weights(ids):
    db.session.execute(update(Criterion).where(Criterion.key == "c1").values(weight=34))


def _thawed(ids):
    db.session.execute(update(Rubric).values(frozen_at=None))


def _level(ids):
    db.session.execute(update(Score).where(Score.review_id == ids["review"]).values(level=9))


def _places(ids):
    db.session.execute(update(Cycle).values(places=0))


def _sums(ids):
    from portal.funds.models import Fund

    db.session.execute(update(Fund).values(yearly_cents=1))


def _recipient(ids, **facts):
    db.session.add(
        Recipient(
            slug="amina-warsame",
            candidacy_id=ids["candidacy"],
            person_id=1,
            cycle_id=ids["cycle"],
            year=2026,
            award_slug="award",
            award_name={"en": "Award"},
            name="Amina Warsame",
            quotations=[],
            fund_credit={},
            **{"public_at": NOW - timedelta(days=1), **facts},
        )
    )


def _early(ids):
    _recipient(ids, public_at=NOW + timedelta(days=1))


def _told(ids):
    candidacy = db.session.get_one(Candidacy, ids["candidacy"])
    mail.post("x", to=makers.make_person(), at=NOW, about=candidacy, result=True)


def _surprised(ids):
    candidacy = db.session.get_one(Candidacy, ids["candidacy"])
    person = db.session.query(Person).join(CandidacyPerson).where(CandidacyPerson.candidacy_id == candidacy.id).one()
    mail.post("x", to=person, at=NOW, about=candidacy)


def _unconfirmed(ids):
    db.session.execute(update(Decision).values(state=DecisionState.RELEASED))
    db.session.execute(update(Candidacy).values(standing_confirmed_at=None))


def _unfindable(ids):
    db.session.execute(update(Person).where(Person.id == ids["reviewer"]).values(email_key=None))


def _asked(ids, *, writer=None, state=LetterState.RECEIVED):
    asked = Recommendation(
        reference="R-0001",
        cycle_id=ids["cycle"],
        candidacy_id=ids["other"],
        asked_by_id=ids["reviewer"],
        writer_id=writer or makers.make_person().id,
        writer_name="Ruth Ames",
        writer_email="ruth@writers.example",
        role=WriterRole.OTHER,
        state=state,
        asked_at=NOW,
        received_at=NOW,
    )
    db.session.add(asked)
    db.session.flush()
    return asked


def _wrote(ids):
    _asked(ids, writer=ids["reviewer"])


def _no_letter(ids):
    _asked(ids)


def _letter_changed(ids):
    letter = Letter(recommendation_id=_asked(ids).id, number=1, facts='{"text":"x"}', sha256="0" * 64, sent_at=NOW)
    db.session.add(letter)


def _file_lost(ids):
    db.session.add(
        StoredFile(
            key="a" * 32,
            owner_id=ids["reviewer"],
            about_kind="person",
            about_id=ids["reviewer"],
            purpose="letter",
            name="x.pdf",
            size=1,
            received=1,
            state=FileState.CLEAN,
            kind=FileKind.PDF,
            sha256="0" * 64,
            created_at=NOW,
        )
    )


BROKEN = {
    "A snapshot never changes, and its stored SHA-256 matches.": [_snapshot],
    "Whatever was submitted has a snapshot.": [_no_snapshot],
    "One candidacy per person per cycle gathers that cycle's nominations.": [_nobody],
    "While a conflict stands, scores count in no figure.": [_conflicted],
    "Nobody clears their own conflict.": [_cleared],
    "Nothing opens before conflicts are declared.": [_undeclared],
    "Who nominated in a cycle does not review in it.": [_nominated],
    "Who wrote a letter in a cycle does not review in it.": [_wrote],
    "A letter never changes, and its stored SHA-256 matches.": [_letter_changed, _no_letter],
    "Nothing unclean is shown, and every clean file is whole.": [_file_lost],
    "A rubric with a score is frozen, its weights add up, and its levels hold.": [_weights, _thawed, _level],
    "Selected places never exceed the cycle's places.": [_places],
    "Promised sums never exceed the fund.": [_sums],
    "Nothing is told or public before its instant.": [_early, _told],
    "A page shows only what that person agreed to.": [_recipient],
    "A surprise nominee hears nothing before being told.": [_surprised],
    "Nobody selected is told before standing was confirmed.": [_unconfirmed],
    "Everything can be reached by its address.": [_unfindable],
}
BY_THE_DATABASE_ITSELF = {"A decision stands on a second person."}


@pytest.mark.parametrize(
    ("promise", "break_it"), [(promise, one) for promise, several in BROKEN.items() for one in several]
)
def test_the_doctor_finds_what_was_broken(whole, promise, break_it):
    with transaction():
        break_it(whole)
    assert promise in found()


def test_every_check_is_tried():
    assert {check.promise for check in CHECKS} == set(BROKEN) | BY_THE_DATABASE_ITSELF


def test_the_database_itself_refuses_a_decision_without_a_second_person(whole):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Decision).values(approved_by_id=Decision.proposed_by_id))


def test_the_command_says_which_row_and_exits_with_one(whole, portal):
    with transaction():
        _snapshot(whole)
    answer = portal("doctor", "--quiet")
    assert answer.returncode == 1
    assert "no longer matches its SHA-256" in answer.stdout
