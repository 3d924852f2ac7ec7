"""Writing and sending, many at once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Link, Session
from portal.awards.models import Extension
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_award,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_school,
    make_staff,
)
from portal.errors import Refused, Stale, TooLate
from portal.mail.models import Message
from portal.nominations.actions import snapshots
from portal.nominations.actions import writing as actions
from portal.nominations.models import Answer, Aside, Candidacy, Named, Nomination, Quote, Sitting, Snapshot
from portal.nominations.queries import writing as queries
from portal.nominations.rules import Stage
from portal.people.models import Person

MANY = 16


@pytest.fixture
def cycle(app):
    with transaction():
        make_organisation()
        cycle = make_cycle(make_award("Excellence in Teaching Award", slug="teaching"))
        make_school("Denny")
    return cycle


def draft(cycle, **facts):
    facts = {"stage": Stage.DRAFT, "quote": Quote.NO, "may_tell_nominee": False, **facts}
    with transaction():
        made = make_nomination(db.session.merge(cycle, load=True), **facts)
    return made.reference


def load(reference) -> Nomination:
    return queries.by_reference(reference)


def together(app, act, times=MANY):
    """Run `act(number)` in as many threads at once, each with a context and a connection of its own."""

    def run(number):
        with app.app_context():
            try:
                return act(number)
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def count(kind, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*where))


def test_sixteen_at_once_submit_once_with_one_receipt(app, cycle):
    reference = draft(cycle)

    def submit(_number):
        with transaction():
            return actions.submit(load(reference), at=NOW).stage

    assert set(together(app, submit)) == {Stage.SUBMITTED}
    assert count(Snapshot) == 1
    assert count(Message, Message.template == "nominations/received") == 1
    assert count(Candidacy) == 1
    assert load(reference).version == 2


def test_sixteen_at_once_begin_once(app, cycle):
    def begin(_number):
        with transaction():
            cycles = queries.choosable(None, NOW)
            facts = {"name": "Hibo Nuradin", "email": "hibo@example.org", "session": None, "once": "one page"}
            return actions.begin_sitting(cycles, at=NOW, **facts).id

    assert len(set(together(app, begin))) == 1
    assert count(Sitting) == 1
    assert count(Nomination) == 1
    assert count(Person, Person.email == "hibo@example.org") == 1


def test_sixteen_windows_save_one_and_keep_the_rest_aside(app, cycle):
    reference = draft(cycle, texts=())

    def save(number):
        with transaction():
            return actions.save_answer(load(reference), "q1", f"text {number}", version=0, at=NOW).aside is None

    assert sum(together(app, save)) == 1
    assert count(Answer) == 1
    assert count(Aside) == MANY - 1
    kept = {aside.fields["text"] for aside in db.session.scalars(select(Aside))} | {
        db.session.scalar(select(Answer.text))
    }
    assert kept == {f"text {number}" for number in range(MANY)}


def test_two_drafts_of_one_sitting_are_written_from_two_windows_without_waiting_for_each_other(app, cycle):
    with transaction():
        other = make_cycle(make_award("Science", slug="science"))
        cycles = [db.session.merge(cycle), other]
        sitting = actions.begin_sitting(cycles, name="Hibo", email="hibo@example.org", session=None, at=NOW)
        references = [nomination.reference for nomination in queries.of_sitting(sitting)]

    def save(number):
        with transaction():
            fields = {"relation": "parent", "text": f"text {number}"}
            return actions.save(load(references[number % 2]), "relation", fields, version=None, at=NOW)

    assert len(together(app, save)) == MANY
    said = {load(reference).relation_text for reference in references}
    assert len(said) == 1


def test_a_save_that_loses_moves_no_version(cycle):
    reference = draft(cycle)
    before = load(reference).version
    with transaction():
        actions.save_answer(load(reference), "q1", "late", version=7, at=NOW)
    assert load(reference).version == before


def test_drafts_of_one_sitting_stay_alike_until_one_says_something_of_its_own(cycle):
    with transaction():
        other = make_cycle(make_award("Science", slug="science"))
        cycles = [db.session.merge(cycle), other]
        sitting = actions.begin_sitting(cycles, name="Hibo", email="h@example.org", session=None, at=NOW)
        first, second = [nomination.reference for nomination in queries.of_sitting(sitting)]

    def name(reference, family):
        person = {"given": "Amina", "family": family, "role": "", "email": ""}
        fields = {"people": [person], "schools": [], "central": True, "place_text": ""}
        with transaction():
            actions.save(load(reference), "nominee", fields, version=None, at=NOW)
        return [load(each).named[0].family_name for each in (first, second)]

    assert name(first, "Warsame") == ["Warsame", "Warsame"]
    assert name(second, "Warsame-Ali") == ["Warsame-Ali", "Warsame-Ali"]
    with transaction():
        db.session.scalars(select(Named).where(Named.nomination_id == load(second).id)).one().family_name = "Apart"
    assert name(first, "Warsame-Oromo") == ["Warsame-Oromo", "Apart"]


def test_a_snapshot_holds_what_stood_and_its_digest(cycle):
    reference = draft(cycle)
    with transaction():
        actions.submit(load(reference), at=NOW)
    with transaction():
        actions.revise(load(reference), at=NOW)
    with transaction():
        actions.save_answer(load(reference), "q1", "another text", version=None, at=NOW)
    taken = db.session.scalars(select(Snapshot)).one()
    assert snapshots.intact(taken)
    assert "another text" not in taken.facts


def test_one_person_kept_open_for_may_still_begin_and_send(cycle):
    with transaction():
        staff, nominator = make_staff(), make_person("Hibo Nuradin")
        later = CLOSES + timedelta(days=2)
        facts = {"reason": "Fire drill", "granted_by_id": staff.id, "granted_at": NOW, "before": CLOSES}
        db.session.add(Extension(cycle_id=cycle.id, person_id=nominator.id, until=later, **facts))
    reference = draft(cycle, nominator=nominator)
    other = draft(cycle)
    after = CLOSES + timedelta(days=1)
    assert [c.id for c in queries.choosable(nominator.id, after)] == [cycle.id]
    assert queries.choosable(None, after) == []
    with transaction():
        assert actions.submit(load(reference), at=after).stage is Stage.SUBMITTED
    with pytest.raises(TooLate), transaction():
        actions.submit(load(other), at=after)


def test_a_returned_one_has_its_own_deadline(cycle):
    due = CLOSES + timedelta(days=5)
    facts = {"stage": Stage.RETURNED, "return_due_at": due}
    first, second = draft(cycle, **facts), draft(cycle, **facts)
    with transaction():
        assert actions.submit(load(first), at=due + timedelta(minutes=9)).stage is Stage.SUBMITTED
    with pytest.raises(TooLate), transaction():
        actions.submit(load(second), at=due + timedelta(minutes=10))


def test_after_closing_nothing_sent_can_be_changed_but_it_stands(cycle):
    reference = draft(cycle, stage=Stage.SUBMITTED)
    with pytest.raises(TooLate), transaction():
        actions.revise(load(reference), at=CLOSES + timedelta(hours=1))
    assert load(reference).stage is Stage.SUBMITTED


def test_a_draft_is_left_late_only_after_its_deadline(cycle):
    reference = draft(cycle)
    with pytest.raises(Refused), transaction():
        actions.hold_late(load(reference), at=NOW)
    with transaction():
        assert actions.hold_late(load(reference), at=CLOSES + timedelta(hours=1)).stage is Stage.LATE
    assert load(reference).submitted_at is None


def test_a_change_between_reading_and_sending_is_seen(cycle):
    reference = draft(cycle)
    version = load(reference).version
    with transaction():
        actions.save_answer(load(reference), "q1", "changed", version=None, at=NOW)
    with pytest.raises(Stale), transaction():
        actions.submit(load(reference), version=version, at=NOW)
    assert load(reference).stage is Stage.DRAFT


def test_submission_and_withdrawal_are_heard_above(cycle, monkeypatch):
    heard = []
    monkeypatch.setattr(actions, "on_submitted", [lambda nomination, _at: heard.append(("sent", nomination.reference))])
    monkeypatch.setattr(actions, "on_withdrawn", [lambda nomination, _at: heard.append(("back", nomination.reference))])
    reference = draft(cycle)
    with transaction():
        actions.submit(load(reference), at=NOW)
    with transaction():
        actions.withdraw(load(reference), at=NOW)
    with transaction():
        actions.withdraw(load(reference), at=NOW)
    assert heard == [("sent", reference), ("back", reference)]


def test_another_purpose_of_link_confirms_no_address(cycle):
    with transaction():
        person = make_person("Hibo Nuradin")
        browser = Session(token_hash="x" * 64, created_at=NOW, seen_at=NOW, expires_at=NOW + timedelta(days=1))
        db.session.add(browser)
        db.session.flush()
        here = make_nomination(
            db.session.merge(cycle), nominator=person, session=browser, confirmed=False, stage=Stage.DRAFT
        ).sitting_id
        elsewhere = make_nomination(
            db.session.merge(cycle), nominator=person, confirmed=False, stage=Stage.DRAFT
        ).sitting_id
    for purpose, number, confirmed in (
        ("consent", None, set()),
        ("sign in", None, {here}),
        ("confirm", elsewhere, {here, elsewhere}),
    ):
        facts = {"person_id": person.id, "purpose": purpose, "created_at": NOW, "expires_at": NOW}
        link = Link(token_hash=purpose, subject_kind="sitting" if number else None, subject_id=number, **facts)
        link.person = db.session.get(Person, person.id)
        with transaction():
            db.session.add(link)
            actions.confirm_address(link, db.session.get(Session, browser.id), NOW)
        assert set(db.session.scalars(select(Sitting.id).where(Sitting.confirmed_at.is_not(None)))) == confirmed
