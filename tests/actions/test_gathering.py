"""One person, one candidacy: what gathers by itself, what is asked, and how it is undone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.awards.models import CycleStage
from portal.db import db, transaction
from portal.demo.makers import (
    NOW,
    make_candidacy,
    make_conflict,
    make_cycle,
    make_member,
    make_nomination,
    make_person,
    make_school,
    make_staff,
)
from portal.errors import Refused
from portal.nominations.actions import gathering, screening, writing
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    Match,
    MatchState,
    Named,
    Nomination,
    Part,
    Where,
)
from portal.nominations.queries import candidacies
from portal.nominations.rules import CandidacyStage, CandidacyStep, Stage
from portal.nominations.rules import matching as rules
from portal.nominations.rules.parts import PartState
from portal.people.rules import name_key
from portal.review.actions import rounds
from portal.review.queries import rounds as rounds_queries
from portal.review.queries.declarations import Item, Tie
from portal.schools.models import School
from tests.support.reviewing import declare, make_planned


def gathered(cycle, nominee, school=None, **facts):
    nomination = make_nomination(cycle, nominee=nominee, school=school, **facts)
    return gathering.gather(nomination, at=NOW)


def live():
    return db.session.scalars(select(Candidacy).where(Candidacy.merged_into_id.is_(None)).order_by(Candidacy.id)).all()


def suggestions():
    return db.session.scalars(select(Match).where(Match.state == MatchState.OPEN).order_by(Match.id)).all()


def test_the_same_name_at_the_same_school_gathers_by_itself(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        first = gathered(cycle, "Amina Warsame", school, email="amina@schools.example")
        second = gathered(cycle, "AMINA  warsame", school)
        assert first is second
        assert first.reference == f"C-{first.id:04d}"
        assert len(live()) == 1
        assert not suggestions()
        person = db.session.scalars(select(CandidacyPerson)).one().person
        assert person.email == "amina@schools.example"


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Josefina Moretti", "Josie Moretti", rules.NICKNAME),
        ("José Núñez", "Jose Nunez", rules.ACCENT),
        ("Salas Roberto", "Roberto Salas", rules.ORDER),
        ("Roberto Salas", "Beto Salas Montaño", rules.LONGER),
        ("Keala Baptiste", "Keala Baptist", rules.SPELLED),
        ("K Baptiste", "Keala Baptiste", rules.INITIAL),
    ],
)
def test_a_name_that_is_nearly_the_same_is_asked_about(app, one, other, why):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        first, second = gathered(cycle, one, school), gathered(cycle, other, school)
        assert first is not second
        (match,) = suggestions()
        assert (match.first_id, match.second_id) == (first.id, second.id)
        assert why in match.why


def test_two_schools_and_two_addresses_are_asked_about(app):
    with transaction():
        cycle, school, other = make_cycle(), make_school("Denny"), make_school("Lowell")
        gathered(cycle, "Grace Kim", school, email="g.kim@schools.example")
        gathered(cycle, "Grace Kim", other)
        gathered(cycle, "Grace Kim", school, email="grace@home.example")
        assert [match.why for match in suggestions()] == [
            [rules.TWO_SCHOOLS],
            [rules.TWO_ADDRESSES],
            [rules.TWO_SCHOOLS],
        ]
        assert len(live()) == 3


def test_what_fits_two_alike_is_left_to_a_person(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        gathered(cycle, "Grace Kim", school, email="g.kim@schools.example")
        gathered(cycle, "Grace Kim", school, email="grace@home.example")
        third = gathered(cycle, "Grace Kim", school)
        assert len(live()) == 3
        assert [match.why for match in suggestions() if match.second_id == third.id] == [
            [rules.SEVERAL],
            [rules.SEVERAL],
        ]


def test_an_address_alone_proves_nothing(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        first = gathered(cycle, "Amina Warsame", school, email="office@denny.example")
        second = gathered(cycle, "Hodan Raman", school, email="office@denny.example")
        assert first is not second
        assert [match.why for match in suggestions()] == [[rules.ADDRESS]]


def test_one_person_in_two_cycles_is_one_person_with_two_candidacies(app):
    with transaction():
        cycle, other, school = make_cycle(), make_cycle(), make_school("Denny")
        first, second = gathered(cycle, "Jamal Huang", school), gathered(other, "Jamal Huang", school)
        assert first is not second
        links = db.session.scalars(select(CandidacyPerson)).all()
        assert len(links) == 2
        assert len({link.person_id for link in links}) == 1


def test_a_team_gathers_with_the_same_team_and_asks_about_one_of_it(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        team = []
        for order in (("Ana", "Bo"), ("Bo", "Ana")):
            nomination = make_nomination(cycle, nominee=f"{order[0]} Lee", school=school)
            nomination.named.append(
                Named(position=1, given_name=order[1], family_name="Lee", name_key=name_key(order[1], "Lee"))
            )
            db.session.flush()
            team.append(gathering.gather(nomination, at=NOW))
        assert team[0] is team[1]
        assert team[0].name == "Ana Lee & Bo Lee"
        alone = gathered(cycle, "Ana Lee", school)
        assert alone is not team[0]
        assert [match.why for match in suggestions()] == [[rules.TEAM]]
        assert db.session.scalar(select(func.count()).select_from(CandidacyPerson)) == 3


def test_a_merge_keeps_every_nomination_and_is_undone_to_the_letter(app):
    with transaction():
        cycle, school, other = make_cycle(), make_school("Denny"), make_school("Lowell")
        staff, reviewer = make_staff(), make_person()
        first = gathered(cycle, "Grace Kim", school)
        gathered(cycle, "Grace Kim", school)
        second = gathered(cycle, "Grace Kim", other)
        make_conflict(second, reviewer)
        (match,) = suggestions()
        before = {n.reference: (n.candidacy_id, n.nominator_id) for n in db.session.scalars(select(Nomination))}

        stays = gathering.accept(match, by=staff, at=NOW)
        assert stays is first
        assert [c.id for c in live()] == [first.id]
        assert {n.reference: n.nominator_id for n in db.session.scalars(select(Nomination))} == {
            r: who for r, (_c, who) in before.items()
        }
        assert {n.candidacy_id for n in db.session.scalars(select(Nomination))} == {first.id}
        assert set(
            db.session.scalars(select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == first.id))
        ) == {school.id, other.id}
        assert (
            db.session.scalar(select(func.count()).select_from(Conflict).where(Conflict.candidacy_id == first.id)) == 1
        )
        with pytest.raises(Refused):
            gathering.accept(match, by=staff, at=NOW)

        gathering.undo(match, by=staff, at=NOW)
        assert {n.reference: (n.candidacy_id, n.nominator_id) for n in db.session.scalars(select(Nomination))} == before
        assert list(
            db.session.scalars(select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == first.id))
        ) == [school.id]
        assert (
            db.session.scalar(select(func.count()).select_from(Conflict).where(Conflict.candidacy_id == first.id)) == 0
        )
        assert match.state is MatchState.OPEN


def test_whoever_took_up_their_own_part_stays_and_what_happened_on_either_side_is_told_in_one_place(app):
    with transaction():
        cycle, staff = make_cycle(), make_staff()
        many = gathered(cycle, "Grace Kim", make_school("Denny"))
        gathered(cycle, "Grace Kim", db.session.scalars(select(School)).one())
        one = gathered(cycle, "Grace Kim", make_school("Lowell"))
        facts = {"person_id": one.people[0].person_id, "state": PartState.ACCEPTED, "invited_at": NOW, "saved_at": NOW}
        db.session.add(Part(candidacy_id=one.id, **facts))
        screening.decide(many, CandidacyStep.FIND_ELIGIBLE, by=staff, at=NOW)
        (match,) = suggestions()
        stays = gathering.accept(match, by=staff, at=NOW)
        assert stays is one  # though the other gathers more: the nominee's own page stays where it was
    whole = candidacies.by_reference(cycle.award.slug, 2026, one.reference)
    told = [line.event.action for line in candidacies.everything(whole, None).history]
    assert {"found eligible", "merged", "merged into another"} <= set(told)


def test_a_refused_suggestion_is_not_made_again_and_can_be_asked_again(app):
    with transaction():
        cycle, school, other, staff = make_cycle(), make_school("Denny"), make_school("Lowell"), make_staff()
        gathered(cycle, "Grace Kim", school)
        gathered(cycle, "Grace Kim", other)
        (match,) = suggestions()
        gathering.refuse(match, by=staff, at=NOW)
        gathered(cycle, "Grace Kim", school)
        assert not suggestions()
        with pytest.raises(Refused):
            gathering.refuse(match, by=staff, at=NOW)
        gathering.undo(match, by=staff, at=NOW)
        assert suggestions() == [match]


def test_a_candidacy_that_is_being_read_is_not_merged(app):
    with transaction():
        cycle, school, other, staff = (
            make_cycle(stage=CycleStage.IN_REVIEW),
            make_school("Denny"),
            make_school("Lowell"),
            make_staff(),
        )
        gathered(cycle, "Grace Kim", school).stage = CandidacyStage.IN_REVIEW
        gathered(cycle, "Grace Kim", other)
        (match,) = suggestions()
        with pytest.raises(Refused):
            gathering.accept(match, by=staff, at=NOW)
        assert len(live()) == 2


def test_what_was_merged_is_found_by_either_name(app):
    with transaction():
        cycle, school, staff = make_cycle(), make_school("Denny"), make_staff()
        gathered(cycle, "Josefina Moretti", school)
        gathered(cycle, "Josie Moretti", school)
        stays = gathering.accept(suggestions()[0], by=staff, at=NOW)
        assert gathered(cycle, "Josie Moretti", school) is stays
        assert gathered(cycle, "Josefina Moretti", school) is stays


def test_a_revision_takes_its_candidacy_along_or_moves_to_whom_it_now_names(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        nomination = make_nomination(cycle, nominee="Amina Warsam", school=school)
        alone = gathering.gather(nomination, at=NOW)
        rename(nomination, "Amina", "Warsame")
        assert gathering.gather(nomination, at=NOW) is alone
        assert alone.name == "Amina Warsame"
        assert db.session.scalars(select(CandidacyPerson)).one().person.name == "Amina Warsame"

        keala = gathered(cycle, "Keala Baptiste", school)
        rename(nomination, "Keala", "Baptiste")
        assert gathering.gather(nomination, at=NOW) is keala
        assert alone.merged_into_id == keala.id

        rename(nomination, "Nia", "Petrova")
        moved = gathering.gather(nomination, at=NOW)
        assert moved not in {alone, keala}
        assert moved.name == "Nia Petrova"
        assert keala.stage is CandidacyStage.INTAKE


def rename(nomination, given, family):
    nomination.named[0].given_name, nomination.named[0].family_name = given, family
    nomination.named[0].name_key = name_key(given, family)
    db.session.flush()


def test_a_name_put_right_by_staff_is_not_undone_by_a_revision(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        nomination = make_nomination(cycle, nominee="Amina Warsam", school=school)
        candidacy = gathering.gather(nomination, at=NOW)
        candidacy.name, candidacy.name_put_right_at = "Amina Warsame", NOW
        rename(nomination, "Amina", "Warsamee")
        assert gathering.gather(nomination, at=NOW).name == "Amina Warsame"


def test_central_office_is_a_place_like_a_school(app):
    with transaction():
        cycle = make_cycle()
        first, second = gathered(cycle, "Winston Achterberg"), gathered(cycle, "Winston Achterberg")
        assert first is second
        assert first.place_text == "central office"
        third = gathered(cycle, "Winston Achterberg", place=Where.NOT_LISTED, place_text="Hogwarts")
        assert third is not first


def test_another_spelling_of_the_school_is_asked_about(app):
    with transaction():
        cycle, school = make_cycle(), make_school("David T. Denny International Middle School")
        gathered(cycle, "Nia Mendoza", school)
        gathered(cycle, "Nia Mendoza", place=Where.NOT_LISTED, place_text="Denny Intl. Middle")
        assert [match.why for match in suggestions()] == [[rules.SCHOOL_SPELLED]]


def test_a_withdrawn_side_gives_way(app):
    with transaction():
        cycle, school, other, staff = make_cycle(), make_school("Denny"), make_school("Lowell"), make_staff()
        first = gathered(cycle, "Grace Kim", school)
        second = gathered(cycle, "Grace Kim", other)
        first.stage = CandidacyStage.WITHDRAWN
        assert gathering.accept(suggestions()[0], by=staff, at=NOW) is second


def test_drafts_are_never_looked_at(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        make_nomination(cycle, nominee="Grace Kim", school=school, stage=Stage.DRAFT)
        candidacy = make_candidacy(cycle, name="Ruth Siddiqui", school=school)
        assert gathered(cycle, "Grace Kim", school) is not candidacy
        assert len(live()) == 2


def test_a_candidacy_with_no_nomination_left_is_withdrawn_and_comes_back_with_the_next(app):
    with transaction():
        cycle, school, joy = make_cycle(), make_school("Denny"), make_staff("Joy Tanaka")
        first = make_nomination(cycle, school=school)
        candidacy = gathering.gather(first, at=NOW)
        second = make_nomination(cycle, school=school)
        assert gathering.gather(second, at=NOW) is candidacy
        writing.withdraw(first, at=NOW)
        assert candidacy.stage is CandidacyStage.INTAKE
        screening.make_void(second, reason="A copy", by=joy, at=NOW)
        assert candidacy.stage is CandidacyStage.WITHDRAWN
        assert candidacy.reason == screening.EMPTIED
        third = make_nomination(cycle, school=school)
        assert gathering.gather(third, at=NOW) is candidacy
        assert candidacy.stage is CandidacyStage.INTAKE
        assert candidacy.reason is None

        screening.decide(candidacy, CandidacyStep.WITHDRAW, by=joy, at=NOW, reason="She asked for it")
        assert gathering.gather(make_nomination(cycle, school=school), at=NOW) is candidacy
        assert candidacy.stage is CandidacyStage.WITHDRAWN  # a nominee's own word is not overturned by a nomination


def test_a_candidacy_read_before_is_called_the_same_when_it_comes_back(app):
    with transaction():
        committee = make_planned(candidacies=2)
        candidacy = committee.candidacies[0]
        name = rounds_queries.name_of(committee.round, candidacy.id).name
        only = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == candidacy.id)).one()
        screening.make_void(only, reason="A copy", by=committee.staff, at=NOW)
        assert candidacy.stage is CandidacyStage.WITHDRAWN
        gathering.gather(make_nomination(committee.cycle, candidacy=candidacy), at=NOW)
        screening.decide(candidacy, CandidacyStep.FIND_ELIGIBLE, by=committee.staff, at=NOW)
        assert rounds.take(committee.round, by=committee.staff, at=NOW) == 1
        assert rounds_queries.name_of(committee.round, candidacy.id).name == name


def test_what_was_declared_while_two_were_one_reaches_both_when_they_are_parted(app):
    with transaction():
        cycle, joy, reviewer = make_cycle(blind=True), make_staff("Joy Tanaka"), make_person("Nia Khoury")
        member = make_member(cycle, reviewer, declared=False)
        here, there = make_school("Denny"), make_school("Rainier View")
        amina, twin = gathered(cycle, "Amina Warsame", here), gathered(cycle, "Amina Warsame", there)
        match = suggestions()[0]
        stays = gathering.accept(match, by=joy, at=NOW)
        other = twin if stays is amina else amina
        school = there if other is twin else here
        declare(member, ties=[Tie(Item("school", school.id), hard=True, words="My sister")])
        gathering.undo(match, by=joy, at=NOW)
        standing = db.session.scalars(select(Conflict.candidacy_id).where(Conflict.person_id == reviewer.id)).all()
        assert other.id in standing
