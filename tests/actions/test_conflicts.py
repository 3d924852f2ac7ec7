"""Who must not touch what: raised from facts, declared, decided by somebody else, and the same in SQL as in the policy."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import policy
from portal.accounts import actions as accounts
from portal.accounts.models import Role, Scope
from portal.awards.actions import committees
from portal.awards.models import PastHonour
from portal.awards.rules import CycleStage, MemberState
from portal.db import db, transaction
from portal.demo.makers import (
    NOW,
    make_auditor,
    make_award,
    make_candidacy,
    make_conflict,
    make_cycle,
    make_member,
    make_nomination,
    make_person,
    make_publisher,
    make_round,
    make_school,
    make_staff,
)
from portal.errors import Refused
from portal.funds import actions as funds
from portal.funds.models import Fund, FundDonor
from portal.history.models import Event
from portal.nominations.actions import conflicts, gathering, writing
from portal.nominations.models import Candidacy, CandidacySchool, Conflict, Kind, Nomination
from portal.nominations.queries import conflicts as queries
from portal.nominations.queries import screening
from portal.nominations.rules import ConflictState, Stage
from portal.people.models import Person
from portal.policy import Fact, Permission
from portal.review.queries.assigning import nominating
from portal.schools.models import Affiliation


def raised(*, person=None):
    found = db.session.scalars(select(Conflict).order_by(Conflict.candidacy_id, Conflict.person_id, Conflict.kind))
    return [
        (one.candidacy_id, one.person_id, one.kind) for one in found if person is None or one.person_id == person.id
    ]


def test_facts_suggest_and_what_was_decided_stays_decided(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        amina = make_candidacy(cycle, name="Amina Warsame", school=school)
        keala = make_candidacy(cycle, name="Keala Baptiste")
        twin, cousin, neighbor, donor, nominator, outsider = (
            make_person(name)
            for name in ("Amina Warsame", "Ola Warsame", "Ruth Diaz", "Grace Park", "Nia Khoury", "Ola Baptiste")
        )
        for person in (twin, cousin, neighbor, donor, nominator):
            make_member(cycle, person)
        db.session.add(Affiliation(person_id=neighbor.id, school_id=school.id))
        db.session.add(FundDonor(fund_id=cycle.fund_id, person_id=donor.id))
        make_nomination(cycle, nominee="Amina Warsame", nominator=nominator, candidacy=amina)
        db.session.flush()

        assert conflicts.raise_from_facts(cycle, at=NOW) == 7
        assert raised(person=twin) == [(amina.id, twin.id, Kind.IS_NOMINEE)]
        assert raised(person=cousin) == [(amina.id, cousin.id, Kind.SAME_NAME)]
        assert raised(person=neighbor) == [(amina.id, neighbor.id, Kind.SAME_SCHOOL)]
        assert raised(person=donor) == [(amina.id, donor.id, Kind.DONOR), (keala.id, donor.id, Kind.DONOR)]
        assert raised(person=nominator) == [
            (amina.id, nominator.id, Kind.NOMINATED),
            (keala.id, nominator.id, Kind.NOMINATED),
        ]
        assert raised(person=outsider) == []
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0
        assert conflicts.raise_from_facts(amina, at=NOW) == 0
        assert conflicts.raise_from_facts(cousin, at=NOW) == 0

        one = db.session.scalars(select(Conflict).where(Conflict.person_id == cousin.id)).one()
        conflicts.dismiss(one, by=make_staff(), reason="Not related", at=NOW)
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0
        assert one.state is ConflictState.DISMISSED


def test_more_facts_suggest_and_each_says_what_it_rests_on(app):
    from datetime import date

    with transaction():
        award = make_award()
        cycle, denny, ballard, franklin = (
            make_cycle(award),
            *(make_school(name) for name in ("Denny", "Ballard", "Franklin")),
        )
        amina = make_candidacy(cycle, name="Amina Warsame", school=denny)
        nominee = amina.people[0].person if "people" in amina.__dict__ else None
        nominee = nominee or db.session.scalars(select(Person).where(Person.sort_name == "warsame amina")).first()
        nominee.phone, nominee.guardian_name = "(206) 555-0142", "Rosa Ibarra"
        people = {
            key: make_person(name)
            for key, name in {
                "once": "Ruth Diaz",
                "long ago": "Ola Berg",
                "leads": "Joan Kim",
                "guardian": "Rosa Ibarra",
                "spouse": "Peter Ng",
                "house": "Yusuf Adan",
                "shared": "Mei Chao",
                "nobody": "Ian Frost",
            }.items()
        }
        seats = {key: make_member(cycle, person) for key, person in people.items()}
        people["house"].phone = "+1 206 555 0142"
        seats["spouse"].family = ["Amina  Warsame", "Somebody Else"]
        here = [
            Affiliation(person_id=people["once"].id, school_id=denny.id, role="Teacher", until=date(2023, 6, 30)),
            Affiliation(person_id=people["long ago"].id, school_id=denny.id, role="Teacher", until=date(2019, 6, 30)),
            Affiliation(person_id=people["leads"].id, school_id=denny.id, role="Principal"),
            Affiliation(person_id=people["nobody"].id, school_id=franklin.id, role="Principal"),
            Affiliation(person_id=nominee.id, school_id=ballard.id, role="Teacher", until=date(2025, 6, 30)),
            Affiliation(person_id=people["shared"].id, school_id=ballard.id, role="Teacher"),
        ]
        honours = {"award_id": award.id, "year": 2019}
        shared = [
            PastHonour(name=name, name_key=key, **honours) for name, key in (("A", "warsame amina"), ("M", "chao mei"))
        ]
        db.session.add_all([*here, *shared])
        conflicts.raise_from_facts(cycle, at=NOW)
        wrote = {
            (people_key, one.kind): one.fact
            for people_key, person in people.items()
            for one in db.session.scalars(select(Conflict).where(Conflict.person_id == person.id))
        }
    assert wrote == {
        ("once", Kind.SAME_SCHOOL): "Denny (until 2023)",
        ("leads", Kind.SAME_SCHOOL): "Denny",
        ("leads", Kind.SUPERVISOR): "Denny",
        ("guardian", Kind.FAMILY): "Rosa Ibarra",
        ("spouse", Kind.FAMILY): "Amina  Warsame",
        ("house", Kind.HOUSEHOLD): "+1 206 555 0142",
        ("shared", Kind.SAME_SCHOOL): "Ballard (until 2025)",
        ("shared", Kind.CO_WINNER): f"{award.name['en']} 2019",
    }


def test_a_new_fact_raises_again_what_was_dismissed_and_an_old_one_does_not(app):
    with transaction():
        cycle, denny, ballard = make_cycle(), make_school("Denny"), make_school("Ballard")
        amina = make_candidacy(cycle, name="Amina Warsame", school=denny)
        db.session.add(CandidacySchool(candidacy_id=amina.id, school_id=ballard.id))
        ruth, joy = make_person("Ruth Diaz"), make_staff("Joy Tanaka")
        make_member(cycle, ruth)
        db.session.add(Affiliation(person_id=ruth.id, school_id=denny.id))
        conflicts.raise_from_facts(cycle, at=NOW)
        one = db.session.scalars(select(Conflict).where(Conflict.person_id == ruth.id)).one()
        conflicts.dismiss(one, by=joy, reason="Two thousand people work there.", at=NOW)
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0
        assert not queries.stands(ruth, amina.id)
        db.session.add(Affiliation(person_id=ruth.id, school_id=ballard.id, role="Coach"))
        assert conflicts.raise_from_facts(ruth, at=NOW) == 1
        assert queries.stands(ruth, amina.id)
        db.session.refresh(one)
        assert (one.state, one.fact) == (ConflictState.SUGGESTED, "Denny, Ballard")
        conflicts.confirm(one, by=joy, at=NOW)
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0
    assert "conflict raised again" in db.session.scalars(select(Event.action)).all()


def test_a_nominee_is_known_by_address_and_by_every_name_a_nominator_typed(app):
    with transaction():
        cycle, school = make_cycle(), make_school("Denny")
        by_address, by_name = make_person("Somebody Else", email="amina@denny.example"), make_person("Amina Warsame")
        make_member(cycle, by_address)
        make_member(cycle, by_name)
        nomination = make_nomination(cycle, nominee="Amina Warsame", school=school, email="Amina@Denny.example ")
        gathering.gather(nomination, at=NOW)
        assert {kind for _c, _p, kind in raised()} == {Kind.IS_NOMINEE}
        assert {person for _c, person, _k in raised()} == {by_address.id, by_name.id}


def test_staff_who_nominated_are_kept_from_that_candidacy_alone(app):
    with transaction():
        cycle, school, joy = make_cycle(), make_school("Denny"), make_staff("Joy Tanaka")
        own = gathering.gather(make_nomination(cycle, nominee="Amina Warsame", school=school, nominator=joy), at=NOW)
        other = gathering.gather(make_nomination(cycle, nominee="Keala Baptiste", school=school), at=NOW)
        assert raised() == [(own.id, joy.id, Kind.NOMINATED)]
        assert queries.stands(joy, own.id)
        assert not queries.stands(joy, other.id)


def test_an_address_that_somebody_typed_bars_nobody_from_a_cycle_and_holds_one_candidacy(app):
    with transaction():
        cycle, joy, reviewer = make_cycle(), make_staff("Joy Tanaka"), make_person("Nia Khoury")
        make_member(cycle, reviewer)
        school = make_school("Denny")
        amina = make_candidacy(cycle, name="Amina Warsame", school=school)
        keala = make_candidacy(cycle, name="Keala Baptiste")
        typed = make_nomination(cycle, nominator=reviewer, candidacy=amina, school=school, confirmed=False)
        conflicts.raise_from_facts(cycle, at=NOW)
        assert raised(person=reviewer) == [(amina.id, reviewer.id, Kind.UNCONFIRMED)]
        assert queries.stands(reviewer, amina.id)  # held until a person decides
        assert not queries.stands(reviewer, keala.id)
        assert db.session.scalars(nominating(cycle).where(Nomination.nominator_id == reviewer.id)).all() == []
        one = db.session.scalars(select(Conflict).where(Conflict.person_id == reviewer.id)).one()

        conflicts.dismiss(one, by=joy, reason="She did not write it", at=NOW)
        assert not queries.stands(reviewer, amina.id)
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0

        writing.confirm(typed.sitting, by=reviewer, at=NOW)  # then her own mailbox says that it is hers
        assert raised(person=reviewer) == [
            (amina.id, reviewer.id, Kind.UNCONFIRMED),
            (amina.id, reviewer.id, Kind.NOMINATED),
            (keala.id, reviewer.id, Kind.NOMINATED),
        ]
        assert queries.stands(reviewer, keala.id)


def test_what_members_say_of_schools_rosters_and_translations_suggest_too(app):
    from portal.nominations.actions import eligibility
    from portal.nominations.translating.models import Translation
    from portal.nominations.translating.rules import TranslationState
    from portal.review.actions import declaring
    from portal.review.queries import declarations

    with transaction():
        cycle, denny, joy = make_cycle(blind=False), make_school("Denny International Middle School"), make_staff()
        amina = make_candidacy(cycle, name="Amina Warsame", school=denny)
        said, listed, namesake, translator = (
            make_person(name, email=f"{name.split()[0].lower()}@homes.example")
            for name in ("Ruth Diaz", "Joan Kim", "Mei Chao", "Ola Berg")
        )
        seats = [make_member(cycle, person, declared=False) for person in (said, listed, namesake, translator)]
        own = db.session.scalar(select(Nomination).where(Nomination.candidacy_id == amina.id)) or make_nomination(
            cycle, nominee="Amina Warsame", candidacy=amina
        )
        facts = {"source_kind": "snapshot", "source_id": 1, "cycle_id": cycle.id, "nomination_id": own.id, "texts": {}}
        asked = {"state": TranslationState.ASKED, "translator_id": translator.id, "noticed_at": NOW}
        db.session.add(Translation(**facts, **asked, written_in="so", language="en"))
        db.session.flush()
        for seat in seats:
            db.session.refresh(seat, ["person", "cycle"])
        for _twice in range(2):  # saying it again changes nothing
            committees.say_more(seats[0], places=[(denny.id, None)], at=NOW)
        assert raised(person=said) == [(amina.id, said.id, Kind.SAME_SCHOOL)]
        table = "Name,Email,School,Role\nJoan Kim,joan@homes.example,Denny International Middle School,Principal\n"
        table += "Mei Chao,another@schools.example,Denny International Middle School,Teacher\n"
        eligibility.bring_roster(table.encode(), name="roster.csv", of=NOW.date(), by=joy, at=NOW)
        assert {kind for _one, _who, kind in raised(person=listed)} == {Kind.SAME_SCHOOL, Kind.SUPERVISOR}
        assert raised(person=namesake) == []  # the roster's has another address
        assert raised(person=translator) == [(amina.id, translator.id, Kind.TRANSLATED)]
        assert [queries.stands(person, amina.id) for person in (said, listed, namesake, translator)] == [
            True, True, False, True,
        ]  # fmt: skip

        assert [len(declarations.lines(cycle, seat)) for seat in seats] == [0, 0, 1, 0]  # their own lists, too
        declaring.declare(seats[0], listed=[], ties=[], at=NOW)
        soft = db.session.scalars(select(Conflict).where(Conflict.person_id == said.id)).one()
        conflicts.dismiss(soft, by=joy, reason="Years ago.", at=NOW)
        scoring = make_round(cycle)
        scoring.cycle = cycle
        asked_first = declarations.unlisted(scoring, said, {amina.id})
        assert asked_first == {amina.id}  # decided to be none, it is asked about before it is read


def test_a_person_may_find_that_an_unconfirmed_nomination_is_a_members_own(app):
    with transaction():
        cycle, joy, reviewer = make_cycle(), make_staff("Joy Tanaka"), make_person("Nia Khoury")
        make_member(cycle, reviewer)
        amina, keala = make_candidacy(cycle, name="Amina Warsame"), make_candidacy(cycle, name="Keala Baptiste")
        make_nomination(cycle, nominator=reviewer, candidacy=amina, confirmed=False)
        conflicts.raise_from_facts(amina, at=NOW)
        one = db.session.scalars(select(Conflict).where(Conflict.person_id == reviewer.id)).one()
        conflicts.confirm(one, by=joy, at=NOW)
        assert queries.stands(reviewer, keala.id)
        assert db.session.scalars(nominating(cycle).where(Nomination.nominator_id == reviewer.id)).all()


def test_what_was_declared_by_mistake_is_corrected_by_somebody_else_and_never_by_oneself(app):
    with transaction():
        cycle, joy, chair = make_cycle(), make_staff("Joy Tanaka"), make_person("Nia Khoury")
        make_member(cycle, chair, chair=True)
        amina = make_candidacy(cycle, name="Amina Warsame")
        said = conflicts.declare(amina, chair, words="My cousin", at=NOW)
        with pytest.raises(Refused):  # nobody asked
            conflicts.correct(said, by=joy, reason="No", at=NOW)
        with pytest.raises(Refused):
            conflicts.ask_to_correct([said], words="Not her", by=joy, at=NOW)
        with pytest.raises(Refused):
            conflicts.ask_to_correct([said], words=" ", by=chair, at=NOW)
        conflicts.ask_to_correct([said], words="Another of the same name", by=chair, at=NOW)
        assert queries.stands(chair, amina.id)
        assert queries.counts(cycle, joy) == (1, 0)
        with pytest.raises(Refused):
            conflicts.correct(said, by=chair, reason="My own", at=NOW)
        with pytest.raises(Refused):
            conflicts.correct(said, by=joy, reason="", at=NOW)
        conflicts.keep(said, by=joy, at=NOW)
        assert queries.stands(chair, amina.id)
        assert queries.counts(cycle, joy) == (0, 1)
        conflicts.ask_to_correct([said], words="Truly another", by=chair, at=NOW)
        assert conflicts.decide_many([said], "dismiss", by=joy, reason="Checked", at=NOW)[0] == 1
        assert said.state is ConflictState.DISMISSED
        assert not queries.stands(chair, amina.id)
        conflicts.declare(amina, chair, words="It was she after all", at=NOW)
        assert queries.stands(chair, amina.id)


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.REFUSED])
def test_a_draft_is_no_nomination(app, stage):
    with transaction():
        cycle = make_cycle()
        make_candidacy(cycle, name="Amina Warsame")
        person = make_person("Nia Khoury")
        make_member(cycle, person)
        make_nomination(cycle, nominee="Keala Baptiste", nominator=person, stage=stage)
        assert conflicts.raise_from_facts(cycle, at=NOW) == 0


def test_a_person_is_looked_at_in_every_cycle_they_could_touch_and_that_is_not_over(app):
    with transaction():
        joy = make_staff("Joy Warsame")
        mine, over, other = make_cycle(), make_cycle(stage=CycleStage.RELEASED), make_cycle()
        for cycle in (mine, over, other):
            make_candidacy(cycle, name="Amina Warsame")
        assert conflicts.raise_from_facts(joy, at=NOW) == 2
        only = make_staff("Ola Warsame", award=other.award)
        assert len(raised(person=only)) == 1  # as soon as the role was given
        assert conflicts.raise_from_facts(only, at=NOW) == 0
        removed = make_person("Una Warsame")
        make_member(mine, removed, state=MemberState.REMOVED)
        assert conflicts.raise_from_facts(removed, at=NOW) == 0


def test_new_facts_about_somebody_are_looked_at_at_once(app):
    with transaction():
        cycle, joy = make_cycle(), make_staff("Joy Tanaka")
        make_candidacy(cycle, name="Amina Warsame")
        invited = committees.invite_member(
            cycle, email="ola@example.org", given="Ola", family="Warsame", by=joy, at=NOW
        )
        assert [kind for _c, person, kind in raised() if person == invited.person_id] == [Kind.SAME_NAME]
        clerk = make_person("Una Warsame")
        assert raised(person=clerk) == []
        accounts.grant(clerk, role=Role.AUDITOR, by=joy, at=NOW)
        assert [kind for _c, _p, kind in raised(person=clerk)] == [Kind.SAME_NAME]
        accounts.rename(joy, given="Joy", family="Warsame", by=joy, at=NOW)
        assert [kind for _c, _p, kind in raised(person=joy)] == [Kind.SAME_NAME]
        funds.add_donor(db.session.get_one(Fund, cycle.fund_id), joy, by=joy, at=NOW)
        assert [kind for _c, _p, kind in raised(person=joy)] == [Kind.DONOR, Kind.SAME_NAME]


def test_nobody_decides_on_their_own_and_every_step_is_taken_once(app):
    with transaction():
        candidacy = make_candidacy(make_cycle())
        reviewer, joy, ruth = make_person(), make_staff(), make_staff()
        soft = make_conflict(candidacy, reviewer, kind=Kind.SAME_NAME, state=ConflictState.SUGGESTED)
        for act in (conflicts.confirm, conflicts.dismiss, conflicts.waive):
            with pytest.raises(Refused):
                act(soft, by=reviewer, reason="It is nothing", at=NOW)
        with pytest.raises(Refused):
            conflicts.dismiss(soft, by=joy, reason="  ", at=NOW)
        conflicts.confirm(soft, by=joy, at=NOW)
        with pytest.raises(Refused):
            conflicts.confirm(soft, by=ruth, at=NOW)
        with pytest.raises(Refused):
            conflicts.waive(soft, by=joy, reason="They never met", at=NOW)
        conflicts.waive(soft, by=ruth, reason="They never met", at=NOW)
        assert (soft.state, soft.decided_by_id, soft.reason) == (ConflictState.WAIVED, ruth.id, "They never met")
        assert not queries.stands(reviewer, candidacy.id)
        actions = list(
            db.session.scalars(select(Event.action).where(Event.subject_kind == "conflict").order_by(Event.id))
        )
        assert actions == ["conflict confirmed", "conflict waived"]


@pytest.mark.parametrize("kind", [Kind.IS_NOMINEE, Kind.NOMINATED, Kind.DECLARED, Kind.RECUSED])
def test_a_hard_kind_is_never_waived(app, kind):
    with transaction():
        conflict = make_conflict(make_candidacy(make_cycle()), make_person(), kind=kind)
        with pytest.raises(Refused):
            conflicts.waive(conflict, by=make_staff(), reason="All is well", at=NOW)


def test_what_is_declared_stands_at_once_and_twice_is_one(app):
    with transaction():
        candidacy, person = make_candidacy(make_cycle()), make_person()
        heard = []
        conflicts.on_changed.append(lambda conflict, at: heard.append((conflict.id, at)))
        try:
            first = conflicts.declare(candidacy, person, words="We are neighbors", at=NOW)
            again = conflicts.declare(candidacy, person, words="And we sing together", at=NOW)
        finally:
            conflicts.on_changed.pop()
        assert first is again
        assert (first.state, first.fact) == (ConflictState.CONFIRMED, "We are neighbors\nAnd we sing together")
        assert heard == [(first.id, NOW)] * 2
        assert queries.stands(person, candidacy.id)


def world():
    """Two cycles, several candidacies, and people in every role, with conflicts in every state."""
    award, other = make_award(), make_award()
    cycles = [make_cycle(award), make_cycle(other), make_cycle(award, year=2025, stage=CycleStage.RELEASED)]
    school = make_school()
    held = [make_candidacy(cycle, name=f"Person{n} Family{n}", school=school) for cycle in cycles for n in range(4)]
    people = [make_staff(), make_staff(award=award), make_publisher(), make_auditor(), make_person(), make_person()]
    make_member(cycles[0], people[4])
    make_member(cycles[0], people[5], chair=True)
    both = make_staff()
    accounts.grant(both, role=Role.PUBLISHER, by=None, at=NOW, scope=Scope.AWARD, scope_id=other.id)
    people.append(both)
    states = list(ConflictState)
    for place, candidacy in enumerate(held):
        for turn, person in enumerate(people):
            if (place + turn) % 3 == 0:
                make_conflict(candidacy, person, kind=list(Kind)[turn % 7], state=states[(place + turn) % len(states)])
    gathered = make_candidacy(cycles[0], name="Gathered Elsewhere", nominations=0)
    gathered.merged_into_id = held[0].id
    db.session.flush()
    return people, cycles, held


def test_sql_and_policy_agree_on_whom_each_person_may_read(app):
    with transaction():
        people, _cycles, held = world()
        wanted = (
            select(Candidacy).options(joinedload(Candidacy.cycle)).where(Candidacy.id.in_([one.id for one in held]))
        )
        everything = db.session.scalars(wanted.execution_options(populate_existing=True)).all()
        for person in [*people, None]:
            in_sql = set(
                db.session.scalars(
                    queries.untouched_by_conflict(
                        select(Candidacy.id).where(Candidacy.merged_into_id.is_(None)), person
                    )
                )
            )
            in_python = {one.id for one in everything if Fact.CONFLICT not in policy.facts_about(person, one)}
            assert in_sql == in_python
            assert all(one.id in in_sql for one in everything if policy.may(person, Permission.READ_CANDIDACY, one))
            assert not any(
                policy.may(person, permission, one)
                for one in everything
                if one.id not in in_sql
                for permission in OFFICE
            )


OFFICE = (
    Permission.SCREEN,
    Permission.READ_CANDIDACY,
    Permission.MANAGE_CONFLICTS,
    Permission.REDACT,
    Permission.CONFIRM_STANDING,
)


def test_every_list_and_count_leaves_out_what_a_conflict_stands_with(app):
    with transaction():
        people, cycles, held = world()
        for person in people:
            hidden = set(db.session.scalars(queries.standing(person)))
            for cycle in cycles:
                own = [one for one in held if one.cycle_id == cycle.id and one.id not in hidden]
                found = [
                    number
                    for tab in screening.Tab
                    if tab is not screening.Tab.LATE
                    for number in db.session.scalars(*screening.candidacies(cycle, person, screening.Filters(tab=tab)))
                ]
                assert sorted(found) == sorted(one.id for one in own)
                counts = screening.counts(cycle, person)
                assert counts.people == len(own)
                assert sum(counts.tabs.values()) == len(own)
                assert counts.submissions == len(own)
                assert {one.id for one in screening.chosen(cycle, [c.id for c in held], person)} == {
                    one.id for one in own
                }
                assert not {conflict.candidacy_id for conflict in queries.every(cycle, person)} & hidden
