"""Who may nominate and receive, as the office sets it, sees it and overrules it; and as a nominator hears of it."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.awards.models import Cycle, PastHonour
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo.makers import (
    NOW,
    make_award,
    make_candidacy,
    make_cycle,
    make_member,
    make_nomination,
    make_organisation,
    make_person,
    make_school,
    make_staff,
    sign_in,
)
from portal.errors import Refused
from portal.history.models import Event
from portal.nominations import chores
from portal.nominations.actions import eligibility, gathering, screening
from portal.nominations.models import Candidacy, Match, Relation, Ruling
from portal.nominations.queries import eligibility as queries
from portal.nominations.rules import CandidacyStage, CandidacyStep, Stage
from portal.nominations.rules.eligibility import Holds, Rule
from portal.people.models import Person
from portal.people.rules import name_key
from portal.schools.models import Roster, RosterLine
from tests.support.office import counted

RULES = {
    "nominator": {"from": ["supervisor", "colleague"]},
    "role": {"of": ["teacher"]},
    "district_years": {"least": 3},
    "taught": {"low": 6, "high": 12},
    "high_need": {"share": 50},
    "repeat": {"years": 5, "any_award": False},
    "families": {},
}
ROSTER = b"""Last name,First name,Job title,School,Hire date
Warsame,Amina,Teacher,Denny Middle School,2016-09-01
Salas,Roberto,Teacher,Denny Middle School,2010-09-01
Kim,Grace,Teacher,Denny Middle School,last year
,,Teacher,Denny Middle School,
"""


@pytest.fixture
def office(app):
    """A cycle with rules, its staff, and three nominees: one known to the roster, one by another name, one at another school."""
    with transaction():
        make_organisation()
        staff = make_staff("Joy Tanaka")
        denny = make_school("Denny Middle School", low_grade="06", high_grade="08", title_i=True)
        lowell = make_school(
            "Lowell Elementary",
            low_grade="PK",
            high_grade="05",
            title_i=False,
            students=100,
            free_lunch=10,
            reduced_lunch=5,
        )
        award = make_award("Teaching", slug="teaching")
        cycle = make_cycle(award, eligibility=RULES)
        made = {}
        for name, school in (("Amina Warsame", denny), ("Beto Salas", denny), ("Thanh Nguyen", lowell)):
            nomination = make_nomination(cycle, nominee=name, school=school, relation=Relation.COLLEAGUE)
            made[name.split()[0].lower()] = gathering.gather(nomination, at=NOW).id
        return {"staff": staff.id, "cycle": cycle.id, "denny": denny.id, "award": award.id, **made}


def browser(app, person_id):
    client = app.test_client()
    with transaction():
        sign_in(client, db.session.get(Person, person_id), at=NOW)
    return client


def get(client, url):
    db.session.rollback()
    with clock.at(NOW):
        return client.get(url)


def post(client, url, data, page=None):
    """Post as a browser does, with the token of the page."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get(client, page or url).text)[1]
    with clock.at(NOW):
        return client.post(url, data={"csrf_token": token, **data})


def found(office, who):
    db.session.expire_all()
    cycle = db.session.get_one(Cycle, office["cycle"])
    return queries.findings(cycle, [office[who]])[office[who]]


def holds(office, who):
    said = found(office, who)
    return {verdict.rule.value: said.holds(verdict).value for verdict in said.verdicts}


def bring(office, data=ROSTER, of=date(2026, 2, 1)):
    with transaction():
        joy = db.session.get_one(Person, office["staff"])
        return eligibility.bring_roster(data, name="roster.csv", of=of, by=joy, at=NOW).id


def test_without_a_roster_a_person_is_asked_and_with_it_the_fact_is_named(office):
    assert holds(office, "amina") == dict.fromkeys(RULES, "met") | {"district_years": "ask"}
    assert holds(office, "thanh") == dict.fromkeys(RULES, "met") | {
        "district_years": "ask",
        "taught": "not met",
        "high_need": "not met",
    }
    bring(office)
    said = found(office, "amina")
    assert said.overall is Holds.MET
    years = next(verdict for verdict in said.verdicts if verdict.rule is Rule.DISTRICT_YEARS)
    assert years.facts == {"since": "2016-09-01", "years": 9}
    perhaps = next(verdict for verdict in found(office, "beto").verdicts if verdict.rule is Rule.DISTRICT_YEARS)
    assert (perhaps.holds, perhaps.facts) == (Holds.ASK, {"other": "Roberto Salas"})
    first = db.session.scalar(select(Roster).order_by(Roster.id))
    assert (first.lines, [row["number"] for row in first.left_out]) == (2, [4, 5])
    bring(office, b"Name,Hire date\nThanh Nguyen,2001-01-01\n")  # a newer one takes its place, line for line
    assert db.session.scalar(select(func.count()).select_from(RosterLine)) == 1
    assert holds(office, "amina")["district_years"] == "ask"
    with pytest.raises(Refused, match="no column with names"):
        bring(office, b"Building\nDenny\n")
    with pytest.raises(Refused, match="has come already"):
        bring(office, of=date(2027, 1, 1))


def test_who_was_honored_judges_or_gives_is_known_whoever_wrote_it(office):
    with transaction():
        cycle = db.session.get_one(Cycle, office["cycle"])
        before = make_cycle(
            db.session.get_one(type(cycle.award), office["award"]), year=2024, stage=CycleStage.RELEASED
        )
        past = make_candidacy(before, name="Thanh Nguyen")
        facts = {
            "proposed_by_id": office["staff"],
            "proposed_at": NOW,
            "approved_by_id": make_person("Ruth Second").id,
            "approved_at": NOW,
        }
        decided = {"outcome": Outcome.SELECTED, "place": 1, "sum_cents": 1, "state": DecisionState.RELEASED}
        db.session.add(Decision(cycle_id=before.id, candidacy_id=past.id, **decided, **facts))
        line = {"name": "Amina Warsame", "name_key": name_key("Amina", "Warsame"), "school_id": office["denny"]}
        db.session.add(PastHonour(award_id=office["award"], year=2023, **line))
        member = make_person("Lucia Salas")
        make_member(cycle, member)
    assert holds(office, "amina")["repeat"] == "not met"  # the same name at the same school
    assert holds(office, "thanh")["repeat"] == "ask"  # the same name, who knows where
    assert holds(office, "beto")["repeat"] == "met"
    assert (holds(office, "beto")["families"], holds(office, "amina")["families"]) == ("ask", "met")


def test_nobody_is_found_eligible_against_a_rule_without_a_reason_and_each_row_says_so(app, office):
    client = browser(app, office["staff"])
    page = "/desk/teaching/2026/screening"
    rows = {"chosen": [str(office["amina"]), str(office["thanh"])], "act": "eligible", "tab": "look"}
    answer = post(client, f"{page}/decisions", rows, page=page)
    assert answer.status_code == 200
    said = answer.text
    assert "1 of 2 are decided" in said
    assert "Thanh Nguyen" in said
    assert "A rule of this year is not met" in said
    stages = {one.id: one.stage for one in db.session.scalars(select(Candidacy))}
    assert (stages[office["amina"]], stages[office["thanh"]]) == (CandidacyStage.ELIGIBLE, CandidacyStage.INTAKE)
    db.session.rollback()
    reference = db.session.scalar(select(Candidacy.reference).where(Candidacy.id == office["thanh"]))
    own = f"/desk/teaching/2026/candidacies/{reference}"
    refused = post(client, f"{own}/eligibility", {"verdict": "eligible", "reason": ""}, page=own)
    assert refused.status_code == 422
    assert "Say why it is eligible all the same" in refused.text
    assert (
        post(client, f"{own}/eligibility", {"verdict": "eligible", "reason": "The board."}, page=own).status_code == 303
    )
    event = db.session.scalars(
        select(Event).where(Event.action == "found eligible", Event.reason == "The board.")
    ).one()
    assert (event.facts["not_met"], event.facts["asked"]) == (["taught", "high_need"], ["district_years"])


def test_a_person_overrules_a_rule_with_a_reason_and_leaves_it_to_the_facts_again(app, office):
    client = browser(app, office["staff"])
    reference = db.session.scalar(select(Candidacy.reference).where(Candidacy.id == office["thanh"]))
    own = f"/desk/teaching/2026/candidacies/{reference}"
    assert "Lowell Elementary has grades Pre-kindergarten to 5." in get(client, own).text
    rule = f"{own}/rules/taught"
    silent = post(client, rule, {"holds": "met", "reason": " "})
    assert silent.status_code == 422
    assert "Say why, in a sentence" in silent.text
    nonsense = post(client, rule, {"holds": "perhaps", "reason": "x"})
    assert nonsense.status_code == 422
    for _ in range(2):  # pressed twice
        assert post(client, rule, {"holds": "met", "reason": "Teaches grade 6 at Denny."}).status_code == 303
    assert holds(office, "thanh")["taught"] == "met"
    assert "Teaches grade 6 at Denny." in get(client, own).text
    decided = select(func.count()).select_from(Event).where(Event.action == "rule decided")
    assert db.session.scalar(decided) == 1
    db.session.rollback()
    assert post(client, rule, {"holds": "facts"}).status_code == 303
    assert holds(office, "thanh")["taught"] == "not met"
    assert get(client, f"{own}/rules/age").status_code == 404  # no such rule this year
    stranger = browser(app, _stranger())
    assert get(stranger, rule).status_code == 404


def _stranger():
    with transaction():
        return make_person("Nobody Here").id


def test_the_list_is_narrowed_by_what_the_rules_say_at_the_cost_of_no_query_a_row(app, office):
    bring(office)
    client = browser(app, office["staff"])

    def names(rules):
        text = get(client, f"/desk/teaching/2026/screening?rules={rules}").text
        return {name for name in ("Amina Warsame", "Beto Salas", "Thanh Nguyen") if f">{name}</a>" in text}

    assert names("met") == {"Amina Warsame"}
    assert names("ask") == {"Beto Salas"}
    assert names("not met") == {"Thanh Nguyen"}
    assert names("nonsense") == {"Amina Warsame", "Beto Salas", "Thanh Nguyen"}
    csv = get(client, "/desk/teaching/2026/screening.csv?rules=not+met").text
    assert 'Not met,"Grades taught, High-need school"' in csv
    assert "Amina" not in csv
    get(client, "/desk/teaching/2026/screening")
    with counted() as few:
        get(client, "/desk/teaching/2026/screening")
    with transaction():
        cycle, school = db.session.get_one(Cycle, office["cycle"]), make_school("Another")
        for name in ("Ada Quist", "Bo Ferrante", "Cy Oduya", "Dee Marsh", "Eli Tran", "Fay Lund", "Gus Ito"):
            gathering.gather(make_nomination(cycle, nominee=name, school=school), at=NOW)
    get(client, "/desk/teaching/2026/screening")  # what is fetched once after a write is fetched
    with counted() as many:
        get(client, "/desk/teaching/2026/screening")
    assert len(many) <= len(few)


def test_rulings_follow_a_merge_and_part_with_it(office):
    with transaction():
        joy = db.session.get_one(Person, office["staff"])
        cycle = db.session.get_one(Cycle, office["cycle"])
        other = gathering.gather(make_nomination(cycle, nominee="Roberto Salas", relation=Relation.SELF), at=NOW)
        first, second = sorted((office["beto"], other.id))
        match = db.session.scalar(select(Match).where(Match.first_id == first, Match.second_id == second))
        match = match or Match(cycle_id=cycle.id, first_id=first, second_id=second, why=["nickname"])
        db.session.add(match)
        db.session.flush()
        whole = db.session.scalars(select(Candidacy).where(Candidacy.id == other.id)).one()
        db.session.refresh(whole, ["cycle"])
        eligibility.rule_on(whole, Rule.DISTRICT_YEARS, holds=True, reason="The district said so.", by=joy, at=NOW)
        number = match.id
    assert holds(office, "beto")["nominator"] == "met"
    with transaction():
        stays = gathering.accept(db.session.get_one(Match, number), by=joy, at=NOW + timedelta(hours=1))
        assert stays.id == office["beto"]
    assert holds(office, "beto")["district_years"] == "met"
    with transaction():
        gathering.undo(db.session.get_one(Match, number), by=joy, at=NOW + timedelta(hours=2))
    assert holds(office, "beto")["district_years"] == "ask"
    assert db.session.scalar(select(Ruling.candidacy_id)) == other.id


def test_staff_set_the_rules_in_the_browser_and_give_a_reason_once_people_rely_on_them(app, office):
    client = browser(app, office["staff"])
    page = "/desk/teaching/2026/eligibility"
    shown = get(client, page)
    assert re.search(r'name="district_years"[^>]*value="3"|value="3"[^>]*name="district_years"', shown.text)
    version = re.search(r'name="version"[^>]*value="(\d+)"', shown.text)[1]
    data = {
        "version": version,
        "nominators": ["supervisor", "self"],
        "roles": ["teacher", "librarian"],
        "district_years": "5",
        "taught_low": "6",
        "taught_high": "12",
        "share": "40",
        "repeat_years": "",
    }
    silent = post(client, page, data)
    assert silent.status_code == 422
    assert "Say why they change" in silent.text
    wrong = post(client, page, {**data, "taught_high": "5", "share": "400", "grade_low": "9", "reason": "x"})
    assert wrong.status_code == 422
    assert "Choose a grade that comes after the first" in wrong.text
    assert "Choose both grades, or neither" in wrong.text
    assert post(client, page, {**data, "reason": "The board voted."}).status_code == 303
    db.session.expire_all()
    cycle = db.session.get_one(Cycle, office["cycle"])
    assert cycle.eligibility == {
        "nominator": {"from": ["supervisor", "self"]},
        "role": {"of": ["teacher", "librarian"]},
        "district_years": {"least": 5},
        "taught": {"low": 6, "high": 12},
        "high_need": {"share": 40},
    }
    assert cycle.self_nomination
    stale = post(client, page, {**data, "share": "", "reason": "Again."})
    assert stale.status_code == 422
    assert "Somebody changed this year" in stale.text
    assert get(browser(app, _stranger()), page).status_code == 404


def test_nominators_are_told_kindly_who_may_nominate_and_are_never_stopped(app, office):
    with transaction():
        writer = make_person("Nadia Okafor")
        cycle = db.session.get_one(Cycle, office["cycle"])
        nomination = make_nomination(cycle, nominator=writer, relation=Relation.PARENT, stage=Stage.DRAFT)
        number, reference = writer.id, nomination.reference
    public = get(app.test_client(), "/awards/teaching").text
    assert "Nominations for this award come from colleagues or principals and supervisors." in public
    client = browser(app, number)
    beside = get(client, f"/nominations/{reference}/relation").text
    assert "You may still send yours" in beside
    check = get(client, f"/nominations/{reference}/check")
    assert "one of these should nominate too" in check.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', check.text)[1]
    sent = post(
        client, f"/nominations/{reference}/submission", {"version": version}, page=f"/nominations/{reference}/check"
    )
    assert sent.status_code == 303


def test_the_roster_is_brought_in_and_deleted_by_staff_and_shown_to_nobody(app, office):
    client = browser(app, office["staff"])
    page = "/desk/roster"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get(client, page).text)[1]
    with clock.at(NOW):
        empty = client.post(page, data={"csrf_token": token, "of": "2026-02-01"}, content_type="multipart/form-data")
        file = {"file": (io.BytesIO(ROSTER), "roster.csv"), "of": "someday", "csrf_token": token}
        someday = client.post(page, data=file, content_type="multipart/form-data")
        file = {"file": (io.BytesIO(ROSTER), "roster.csv"), "of": "2026-02-01", "csrf_token": token}
        assert client.post(page, data=file, content_type="multipart/form-data").status_code == 303
    assert (empty.status_code, someday.status_code) == (422, 422)
    shown = get(client, page).text
    assert "2 lines, of Sunday, February 1, 2026." in shown
    assert "Row 4: “In the district since” holds no date" in shown
    assert not any(word in shown for word in ("Warsame", "Roberto", "last year"))
    assert post(client, f"{page}/removal", {}, page=page).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(RosterLine)) == 0
    db.session.rollback()
    assert "No roster is here" in get(client, page).text
    bring(office)
    assert chores.look_after_roster(NOW + timedelta(days=364)) == 0
    assert chores.look_after_roster(NOW + timedelta(days=365)) == 1  # as the privacy notice says
    assert queries.roster() is None


def test_a_decision_many_at_once_asks_the_rules_once(office):
    with transaction():
        joy = db.session.get_one(Person, office["staff"])
        several = list(db.session.scalars(select(Candidacy).order_by(Candidacy.id)))
        outcomes = screening.decide_many(several, CandidacyStep.FIND_ELIGIBLE, by=joy, at=NOW)
        assert [outcome.done for outcome in outcomes] == [True, True, False]
        again = screening.decide_many(several[2:], CandidacyStep.FIND_ELIGIBLE, by=joy, at=NOW, reason="The board.")
        assert again[0].done
