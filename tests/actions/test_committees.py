"""Forming a committee: who may be asked, what they answer, whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.awards import queries
from portal.awards.actions import committees
from portal.awards.models import CycleStage, Member, MemberRole
from portal.awards.rules import MemberState
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.errors import Refused
from portal.funds import actions as funds
from portal.funds.models import Fund
from portal.history.models import Event
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.rules import NEVER_SENT, Stage


@pytest.fixture
def cycle(app):
    with transaction():
        return makers.make_cycle(makers.make_award(slug="teaching"))


@pytest.fixture
def staff(cycle):
    with transaction():
        return makers.make_staff("Joy Tanaka")


def held():
    return queries.cycle_at("teaching", 2026)


def invite(staff, email="ana@example.org", given="Ana", family="Reyes", **facts):
    return committees.invite_member(held(), email=email, given=given, family=family, by=staff, at=NOW, **facts)


def waiting():
    return db.session.scalars(select(Message).where(Message.state == MessageState.WAITING).order_by(Message.id)).all()


def test_an_invitation_makes_a_person_a_place_and_one_message(cycle, staff):
    with transaction():
        member = invite(staff)
        assert (member.state, member.role, member.appointed_by_id) == (
            MemberState.INVITED,
            MemberRole.REVIEWER,
            staff.id,
        )
        assert [m.template for m in waiting()] == ["awards/invitation"]
        assert waiting()[0].link == {
            "purpose": "invitation",
            "next": f"/committees/{member.id}",
            "kind": "member",
            "id": member.id,
        }


def test_nobody_is_asked_twice(cycle, staff):
    with transaction():
        invite(staff)
        with pytest.raises(Refused, match="on this committee already") as refused:
            invite(staff)
        assert refused.value.field == "email"
        assert len(waiting()) == 1


def test_an_address_of_somebody_of_another_name_is_refused(cycle, staff):
    with transaction():
        makers.make_person("Bea Ortiz", email="ana@example.org")
        with pytest.raises(Refused, match="Bea Ortiz signs in with this address"):
            invite(staff)
        member = invite(staff, given="bea", family="ORTIZ")
        assert db.session.get(Member, member.id).person_id == member.person_id


@pytest.mark.parametrize("stage", list(Stage))
def test_whoever_nominated_in_the_cycle_may_not_serve_in_it(cycle, staff, stage):
    with transaction():
        nominator = makers.make_person("Ana Reyes", email="ana@example.org")
        makers.make_nomination(cycle, nominator=nominator, stage=stage)
    with transaction():
        if stage in {*NEVER_SENT, Stage.REFUSED}:
            invite(staff)
        else:
            with pytest.raises(Refused, match="nominated in this cycle"):
                invite(staff)


def test_whoever_nominated_after_being_asked_may_not_accept(cycle, staff):
    with transaction():
        number = invite(staff).id
    with transaction():
        member = queries.member_by_id(number)
        makers.make_nomination(cycle, nominator=member.person)
    with transaction():
        member = queries.member_by_id(number)
        with pytest.raises(Refused, match="nominated in this cycle"):
            committees.answer_invitation(member, accept=True, capacity=5, agreed=True, at=NOW)
        committees.answer_invitation(member, accept=False, at=NOW)
        assert member.state is MemberState.DECLINED


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"capacity": 5, "agreed": False}, "agreed"),
        ({"capacity": None, "agreed": True}, "capacity"),
        ({"capacity": 0, "agreed": True}, "capacity"),
    ],
)
def test_accepting_needs_the_rules_and_a_number(cycle, staff, answer, field):
    with transaction():
        member = queries.member_by_id(invite(staff).id)
        with pytest.raises(Refused) as refused:
            committees.answer_invitation(member, accept=True, at=NOW, **answer)
        assert refused.value.field == field
        assert member.state is MemberState.INVITED


def test_an_answer_is_kept_with_its_time_and_can_be_taken_back(cycle, staff):
    left = []
    committees.on_member_left.append(lambda member, at: left.append((member.id, at)))
    try:
        with transaction():
            member = queries.member_by_id(invite(staff).id)
            committees.answer_invitation(member, accept=True, capacity=12, agreed=True, at=NOW)
            assert (member.state, member.capacity, member.rules_agreed_at, member.answered_at) == (
                MemberState.ACCEPTED,
                12,
                NOW,
                NOW,
            )
            with pytest.raises(Refused):
                committees.answer_invitation(member, accept=True, capacity=12, agreed=True, at=NOW)
            assert left == []
            committees.answer_invitation(member, accept=False, at=NOW + timedelta(days=1))
            assert member.state is MemberState.DECLINED
            assert left == [(member.id, NOW + timedelta(days=1))]
            with pytest.raises(Refused):
                committees.answer_invitation(member, accept=False, at=NOW)
    finally:
        committees.on_member_left.pop()


def test_declining_cancels_what_still_waits(cycle, staff):
    with transaction():
        member = queries.member_by_id(invite(staff).id)
        committees.answer_invitation(member, accept=False, at=NOW)
        assert waiting() == []


def test_one_person_chairs_at_a_time(cycle, staff):
    with transaction():
        first = invite(staff, role=MemberRole.CHAIR).id
        second = invite(staff, email="bea@example.org", given="Bea", family="Ortiz", role=MemberRole.CHAIR).id
    roles = {number: queries.member_by_id(number).role for number in (first, second)}
    assert roles == {first: MemberRole.REVIEWER, second: MemberRole.CHAIR}
    with transaction():
        member = queries.member_by_id(first)
        committees.remove_member(member, by=staff, at=NOW, reason="Moved away.")
        with pytest.raises(Refused):
            committees.set_chair(member, by=staff, at=NOW)


def test_whoever_was_taken_off_can_be_asked_again_and_begins_anew(cycle, staff):
    with transaction():
        number = invite(staff).id
        member = queries.member_by_id(number)
        committees.answer_invitation(member, accept=True, capacity=3, agreed=True, at=NOW)
        committees.remove_member(member, by=staff, at=NOW, reason="")
        assert member.state is MemberState.REMOVED
        again = invite(staff)
        assert (again.id, again.state, again.capacity, again.rules_agreed_at) == (
            number,
            MemberState.INVITED,
            None,
            None,
        )


def test_a_donor_of_the_fund_is_marked_as_such(cycle, staff):
    with transaction():
        donor = makers.make_person("Ana Reyes", email="ana@example.org")
        funds.add_donor(db.session.get_one(Fund, held().fund_id), donor, by=staff, at=NOW)
        assert invite(staff).donor_related
        assert not invite(staff, email="bea@example.org", given="Bea", family="Ortiz").donor_related
        assert invite(staff, email="cy@example.org", given="Cy", family="Long", donor_related=True).donor_related


def test_a_decided_cycle_asks_nobody(cycle, staff):
    with transaction():
        held().stage = CycleStage.DECIDED
        with pytest.raises(Refused, match="decided"):
            invite(staff)


def test_a_reminder_goes_once_a_day_and_only_to_who_has_not_answered(cycle, staff):
    with transaction():
        member = queries.member_by_id(invite(staff).id)
        assert committees.remind(member, by=staff, at=NOW)
        assert not committees.remind(member, by=staff, at=NOW + timedelta(hours=3))
        assert committees.remind(member, by=staff, at=NOW + timedelta(days=1))
        committees.answer_invitation(member, accept=True, capacity=1, agreed=True, at=NOW)
        assert not committees.remind(member, by=staff, at=NOW + timedelta(days=2))
        assert not committees.send_again(member, by=staff, at=NOW + timedelta(days=2))


def test_the_organisation_appoints_every_member_and_the_record_says_who(cycle, staff):
    with transaction():
        number = invite(staff).id
    lines = db.session.scalars(select(Event).where(Event.subject_kind == "member", Event.subject_id == number)).all()
    assert [(line.action, line.actor_id) for line in lines] == [("invited", staff.id)]


def test_the_committee_lists_the_chair_first_then_by_name(cycle, staff):
    with transaction():
        for given, family in (("Cy", "Zhou"), ("Ana", "Reyes"), ("Bea", "Ortiz")):
            invite(
                staff,
                email=f"{given}@example.org".lower(),
                given=given,
                family=family,
                role=MemberRole.CHAIR if given == "Cy" else MemberRole.REVIEWER,
            )
    assert [member.person.name for member in queries.committee(held())] == ["Cy Zhou", "Bea Ortiz", "Ana Reyes"]
