"""The desk where nominations are looked at: who sees it, what it says, and what each button does once and twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import selectinload

from portal import clock
from portal.awards.models import Cycle, CycleStage
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_award,
    make_candidacy,
    make_conflict,
    make_cycle,
    make_member,
    make_nomination,
    make_person,
    make_school,
    make_staff,
    sign_in,
)
from portal.history.models import Event
from portal.mail.models import Message
from portal.nominations.actions import calls, gathering, snapshots
from portal.nominations.models import (
    Answer,
    Call,
    Candidacy,
    Conflict,
    Entered,
    Kind,
    Match,
    MatchState,
    Nomination,
    Snapshot,
)
from portal.nominations.rules import CandidacyStage, ConflictState, Stage
from portal.questions.models import Question, QuestionSet

AWARD = "excellence-in-teaching"
DESK = f"/desk/{AWARD}/2026"


@pytest.fixture
def desk(app, client):
    """A cycle with some candidacies, and Joy of the office signed in."""

    class Desk:
        def __init__(self):
            self.client = client

        def get(self, path, status=200, **query):
            answer = client.get(f"{DESK}{path}", query_string=query or None)
            assert answer.status_code == status, (path, answer.status_code)
            return answer.get_data(as_text=True)

        def post(self, path, status=303, **fields):
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))[1]
            answer = client.post(f"{DESK}{path}", data={"csrf_token": token, **fields})
            assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:3000])
            return answer.get_data(as_text=True)

    made = Desk()
    with transaction():
        made.award = make_award("Excellence in Teaching Award", slug=AWARD)
        made.cycle = make_cycle(made.award)
        made.school = make_school("David T. Denny International Middle School")
        made.joy = make_staff("Joy Tanaka")
        sign_in(client, made.joy)
    db.session.refresh(made.cycle)
    return made


def gathered(desk, nominee, school=None, **facts):
    nomination = make_nomination(desk.cycle, nominee=nominee, school=school or desk.school, **facts)
    return gathering.gather(nomination, at=NOW)


def test_the_list_shows_who_waits_and_how_each_stands(desk):
    with transaction():
        amina = gathered(desk, "Amina Warsame")
        gathered(desk, "Keala Baptiste", confirmed=False)
        gathered(desk, "Josefina Moretti")
        gathered(desk, "Josie Moretti")
        letter = " ".join(["word"] * 40)
        for _ in range(4):
            gathered(desk, "Nia Petrova", texts=(letter, "", ""))
        make_candidacy(desk.cycle, name="Found Fit", stage=CandidacyStage.ELIGIBLE)
        make_nomination(desk.cycle, nominee="Late Comer", school=desk.school, stage=Stage.LATE)
        reference = amina.reference
    text = desk.get("/screening")
    assert f"{DESK}/candidacies/{reference}" in text
    for words in (
        "Amina Warsame",
        "Ready",
        "Same person?",
        "Campaign letter",
        "4 sent the same text",
        "Not confirmed",
        "Are these the same person?",
    ):
        assert words in text, words
    assert "Found Fit" not in text
    assert re.search(r"To look at <b>5</b>", text)
    assert re.search(r"Eligible <b>1</b>", text)
    assert re.search(r"Late <b>1</b>", text)
    assert "Found Fit" in desk.get("/screening", tab="eligible")
    assert "Late Comer" in desk.get("/screening", tab="late")
    assert "Nobody stands here now" in desk.get("/screening", tab="waiting")


def test_the_list_is_searched_by_name_school_and_reference(desk):
    with transaction():
        amina = gathered(desk, "Amina Warsame", language="so")
        keala = gathered(desk, "Keala Baptiste", make_school("Aki Kurose Middle School"))
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == keala.id)).one().reference
        reference, school = amina.reference, desk.school.id
    for query in (
        {"q": "warsame"},
        {"q": "AMÍNA"},
        {"q": "denny"},
        {"q": reference.lower()},
        {"language": "so"},
        {"school": school},
    ):
        text = desk.get("/screening", **query)
        assert "Amina Warsame" in text, query
        assert "Keala Baptiste" not in text, query
    assert "Keala Baptiste" in desk.get("/screening", q=nomination)
    assert "Nobody fits that" in desk.get("/screening", q="nobody at all")
    for hostile in ("%", "\x00", "x" * 100_000, "<script>", "{{7*7}}", "'; --"):
        desk.get("/screening", q=hostile, language=hostile, school=hostile, tab=hostile, page=hostile)


def test_several_are_decided_at_once_and_each_is_accounted_for(desk):
    with transaction():
        chosen = [gathered(desk, name).id for name in ("Amina Warsame", "Keala Baptiste")]
        reading = make_candidacy(desk.cycle, name="Being Read", stage=CandidacyStage.IN_REVIEW).id
    text = desk.post("/screening/decisions", status=200, chosen=[*chosen, reading, 999_999], act="eligible")
    assert "2 of 3 are decided" in text
    assert all(name in text for name in ("Amina Warsame", "Keala Baptiste"))
    assert "Being Read" in text
    assert "in review" in text
    assert set(db.session.scalars(select(Candidacy.stage).where(Candidacy.id.in_(chosen)))) == {CandidacyStage.ELIGIBLE}
    desk.post("/screening/decisions", chosen=chosen, act="eligible")
    events = select(func.count()).select_from(Event).where(Event.action == "found eligible")
    assert db.session.scalar(events) == 2

    page = desk.post("/screening/decisions", status=200, chosen=chosen, act="ineligible")
    assert "Why are these 2 not eligible?" in page
    assert "Say why" not in page, "nobody was asked yet"
    assert "Say why" in desk.post("/screening/decisions", status=422, chosen=chosen, act="ineligible", reason="")
    page = desk.post(
        "/screening/decisions",
        status=422,
        chosen=chosen,
        act="ineligible",
        reason="",
        **{f"c{chosen[0]}-reason": "x" * 12_345},
    )
    assert "This is 12,345 characters long; at most 2000 can be kept here. Nothing was cut" in page
    assert "x" * 12_345 in page
    desk.post(
        "/screening/decisions",
        chosen=chosen,
        act="ineligible",
        reason="They left the district",
        **{f"c{chosen[1]}-reason": "Two years; three are asked"},
    )
    reasons = select(Candidacy.id, Candidacy.reason).where(Candidacy.id.in_(chosen))
    assert dict(db.session.execute(reasons).all()) == {
        chosen[0]: "They left the district",
        chosen[1]: "Two years; three are asked",
    }
    desk.post("/screening/decisions", chosen=chosen, act="reconsider")
    desk.post("/screening/decisions", chosen=chosen, act="ineligible", reason="They left the district")
    assert set(db.session.scalars(select(Candidacy.reason).where(Candidacy.id.in_(chosen)))) == {
        "They left the district"
    }
    desk.post("/screening/decisions", act="eligible")
    assert "Choose some rows first." in desk.get("/screening")
    drawn = [f"{number} intake" for number in chosen]  # as a list that was opened before all this shows them
    page = desk.post("/screening/decisions", status=200, chosen=chosen, stood=drawn, act="eligible", reason="")
    assert page.count("Somebody decided otherwise meanwhile") == 2
    reference = db.session.get_one(Candidacy, chosen[0]).reference
    stale = {"verdict": "reconsider", "reason": "", "stood": "intake"}
    assert "Somebody decided otherwise" in desk.post(f"/candidacies/{reference}/eligibility", status=409, **stale)
    assert set(db.session.scalars(select(Candidacy.stage).where(Candidacy.id.in_(chosen)))) == {
        CandidacyStage.INELIGIBLE
    }


def test_the_same_person_is_gathered_once_however_often_it_is_clicked(desk):
    with transaction():
        gathered(desk, "Josefina Moretti")
        gathered(desk, "Josie Moretti")
        number = db.session.scalars(select(Match.id)).one()
    assert "Josie Moretti" in desk.get(f"/matches/{number}")
    for _ in range(2):
        desk.post(f"/matches/{number}/merge")
    match = db.session.get_one(Match, number)
    assert match.state is MatchState.ACCEPTED
    live = select(Candidacy.reference).where(Candidacy.merged_into_id.is_(None))
    (reference,) = db.session.scalars(live)
    page = desk.get(f"/candidacies/{reference}")
    assert "Gathered as one person" in page
    gone = db.session.scalars(select(Candidacy.reference).where(Candidacy.merged_into_id.is_not(None))).one()
    desk.get(f"/candidacies/{gone}", status=302)
    for _ in range(2):
        desk.post(f"/matches/{number}/undo")
    assert db.session.scalar(select(func.count()).select_from(Candidacy).where(Candidacy.merged_into_id.is_(None))) == 2
    for _ in range(2):
        desk.post(f"/matches/{number}/refusal")
    assert db.session.get_one(Match, number).state is MatchState.REFUSED
    assert "Two people" in desk.get(f"/candidacies/{reference}")


def test_one_candidacys_page_tells_everything(desk):
    with transaction():
        letter = " ".join(["word"] * 40)
        candidacy = gathered(desk, "Amina Warsame", texts=("Only this one says so.", "", "Numbers"), confirmed=False)
        for _ in range(3):
            gathered(desk, "amina warsame", texts=(letter, "", ""))
        reviewer = make_person("Ola Warsame")
        make_member(desk.cycle, reviewer)
        gathering.conflicts.raise_from_facts(candidacy, at=NOW)
        make_nomination(make_cycle(make_award("Science Teaching Award")), nominee="x y")
        reference = candidacy.reference
    page = desk.get(f"/candidacies/{reference}")
    for words in (
        "Amina Warsame",
        "Only this one says so.",
        "A campaign letter: 2 others sent the same text.",
        "address not confirmed",
        "Has the same family name: Warsame",
        "Ola Warsame",
        "3 nominations write the name otherwise.",
        "Begun with nomination",
        "Not confirmed yet",
        "Left empty.",
    ):
        assert words.lower() in page.lower(), words
    assert page.count(letter) == 1


def test_eligibility_needs_a_reason_only_where_it_is_refused(desk):
    with transaction():
        reference = gathered(desk, "Amina Warsame").reference
    page = desk.post(f"/candidacies/{reference}/eligibility", status=422, verdict="ineligible")
    assert "Say why" in page
    desk.post(f"/candidacies/{reference}/eligibility", status=422)
    desk.post(f"/candidacies/{reference}/eligibility", status=422, verdict="nonsense")
    desk.post(f"/candidacies/{reference}/eligibility", verdict="eligible")
    assert "Amina Warsame: Eligible." in desk.get(f"/candidacies/{reference}")
    desk.post(f"/candidacies/{reference}/eligibility", verdict="ineligible", reason="Two years in the district")
    assert "Two years in the district" in desk.get("/screening", tab="ineligible")
    desk.post(f"/candidacies/{reference}/eligibility", verdict="reconsider")
    desk.post(f"/candidacies/{reference}/withdrawal", **{"withdrawal-reason": "She asked us"})
    assert db.session.scalars(select(Candidacy.stage)).one() is CandidacyStage.WITHDRAWN
    page = desk.post(f"/candidacies/{reference}/eligibility", status=409, verdict="eligible")
    assert "This candidacy is withdrawn" in page


def test_a_name_is_put_right_without_touching_a_snapshot(desk):
    with transaction():
        candidacy = gathered(desk, "amina warsame")
        reference = candidacy.reference
        before = {s.id: (s.facts, s.sha256) for s in db.session.scalars(select(Snapshot))}
    assert "1 wrote “amina warsame”" in desk.get(f"/candidacies/{reference}/name")
    desk.post(f"/candidacies/{reference}/name", **{"given-0": "Amina", "family-0": "Warsame", "role": "Teacher"})
    candidacy = db.session.scalars(select(Candidacy)).one()
    assert (candidacy.name, candidacy.sort_name) == ("Amina Warsame", "warsame amina")
    assert {s.id: (s.facts, s.sha256) for s in db.session.scalars(select(Snapshot))} == before
    assert all(snapshots.intact(s) for s in db.session.scalars(select(Snapshot)))
    db.session.rollback()
    page = desk.post(f"/candidacies/{reference}/name", status=422, **{"given-0": "Amina", "family-0": " "})
    assert "last name" in page
    for hostile in ("\x00evil", "\u202ertl", "{{7*7}}", "<b>x</b>", "x" * 100_000):
        token = {"given-0": hostile, "family-0": "Warsame"}
        desk.client.post(f"{DESK}/candidacies/{reference}/name", data=token)


def test_standing_is_confirmed_once_and_taken_back_with_a_reason(desk):
    with transaction():
        reference = gathered(desk, "Amina Warsame").reference
    for note in ("R. Flores, district office", "somebody else"):
        desk.post(f"/candidacies/{reference}/standing", act="confirm", note=note)
    candidacy = db.session.scalars(select(Candidacy)).one()
    assert (candidacy.standing_note, candidacy.standing_confirmed_by_id) == ("R. Flores, district office", desk.joy.id)
    db.session.rollback()
    desk.post(f"/candidacies/{reference}/standing", status=422, act="take back")
    desk.post(f"/candidacies/{reference}/standing", act="take back", note="She left in May")
    assert db.session.scalars(select(Candidacy)).one().standing_confirmed_at is None


def test_a_nomination_is_returned_made_void_or_withdrawn(desk):
    with transaction():
        candidacy = gathered(desk, "Amina Warsame")
        gathered(desk, "Amina Warsame")
        gathered(desk, "Amina Warsame")
        reference = candidacy.reference
        first, second, third = db.session.scalars(select(Nomination.reference).order_by(Nomination.id))
    step = f"/candidacies/{reference}/nominations"
    desk.get(f"{step}/{first}/back")
    desk.post(f"{step}/{first}/back", status=422, reason="Which school?")
    desk.post(f"{step}/{first}/back", status=422, reason="Which school?", due="2020-01-01T10:00")
    desk.post(f"{step}/{first}/back", status=422, reason="", due="2036-03-20T17:00")
    desk.post(f"{step}/{first}/back", reason="Which school?", due="2036-03-20T17:00")
    nomination = db.session.scalars(select(Nomination).where(Nomination.reference == first)).one()
    assert nomination.stage is Stage.RETURNED
    assert nomination.return_due_at.isoformat() == "2036-03-21T00:00:00+00:00"
    assert db.session.scalars(select(Message.template)).all() == ["nominations/returned"]
    db.session.rollback()
    assert "Returned to the nominator" in desk.get("/screening", tab="waiting")
    desk.post(f"{step}/{second}/void", status=422)
    for _ in range(2):
        desk.post(f"{step}/{second}/void", reason="Sent twice")
    desk.post(f"{step}/{third}/withdrawn", reason="She called")
    stages = dict(db.session.execute(select(Nomination.reference, Nomination.stage)).all())
    assert stages == {first: Stage.RETURNED, second: Stage.VOID, third: Stage.WITHDRAWN}
    db.session.rollback()
    desk.get(f"{step}/N-9999/void", status=404)


def test_a_late_one_is_accepted_or_refused_with_a_reason(desk):
    with transaction():
        refs = [
            make_nomination(
                desk.cycle,
                nominee=f"Late Comer{n}",
                school=desk.school,
                stage=Stage.LATE,
                at=CLOSES + timedelta(hours=1),
            ).reference
            for n in (1, 2)
        ]
    assert "Late Comer1" in desk.get(f"/late/{refs[0]}")
    assert f"{refs[0]},Late Comer1" in desk.get("/screening.csv", tab="late")
    assert f"Excellence in Teaching Award,2026,Open,0,0,{len(refs)}" in desk.client.get("/desk/screening.csv").text
    desk.post(f"/late/{refs[0]}", status=422, act="accept")
    desk.post(f"/late/{refs[0]}", act="accept", reason="The site was down", tell="y")
    desk.post(f"/late/{refs[1]}", act="refuse", reason="A week late")
    one, other = db.session.scalars(select(Nomination).order_by(Nomination.id))
    assert (one.stage, other.stage) == (Stage.SUBMITTED, Stage.REFUSED)
    assert one.candidacy_id is not None
    assert other.candidacy_id is None
    assert db.session.scalar(select(func.count()).select_from(Snapshot).where(Snapshot.nomination_id == one.id)) == 1
    assert db.session.scalars(select(Message.template)).all() == ["nominations/accepted_late"]
    db.session.rollback()
    desk.post(f"/late/{refs[0]}", status=404, act="accept", reason="Again")


def test_a_nomination_told_on_the_telephone_is_judged_like_any_other(desk):
    with clock.at(NOW):
        page = desk.get("/entry")
        once = re.search(r'name="once"[^>]*value="([^"]+)"', page)[1]
        told = {
            "once": once,
            "nominator_name": "Deborah Lindqvist",
            "nominator_phone": "206 555 0100",
            "age": "minor",
            "received": "2026-02-16T17:05",
            "language": "so",
            "people-0-given": "Amina",
            "people-0-family": "Warsame",
            "people-0-role": "Teacher",
            "school": "Denny",
            "school_id": str(desk.school.id),
            "relation": "parent",
            "quote": "unnamed",
            "tell": "no",
            "answer-q1": "She runs the homework table.",
        }
        nothing = desk.post("/entry", **{**told, "age": "child"})
        assert "Deborah" not in nothing
        assert db.session.scalar(select(Nomination)) is None
        db.session.rollback()
        refused = desk.post(
            "/entry",
            status=422,
            **{
                **told,
                "age": "",
                "nominator_phone": "",
                "people-0-family": "",
                "school_id": "",
                "answer-q1": " ",
                "quote": "",
            },
        )
        for words in (
            "Write your e-mail address",
            "Choose how old they are",
            "last name",
            "Choose a school",
            "Write an answer",
            "Choose whether we may quote you",
        ):
            assert words in refused, words
        assert "Deborah Lindqvist" in refused
        for _ in range(2):
            desk.post("/entry", **told)
        nomination = db.session.scalars(select(Nomination)).one()
        assert (nomination.entered, nomination.entered_by_id, nomination.stage) == (
            Entered.STAFF,
            desk.joy.id,
            Stage.SUBMITTED,
        )
        assert nomination.received_at.isoformat() == "2026-02-17T01:05:00+00:00"
        assert db.session.scalars(select(Candidacy.name)).one() == "Amina Warsame"
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0
        db.session.rollback()
        page = desk.post("/entry", status=422, **{**told, "once": "another", "received": "2026-02-18T17:05"})
        assert "That time has not come yet." in page
        long = " ".join(["word"] * 251)
        assert "shorten it" in desk.post("/entry", status=422, **{**told, "once": "third", "answer-q1": long})
    with clock.at(CLOSES + timedelta(days=2)):
        desk.post(
            "/entry",
            **{
                **told,
                "once": "late",
                "received": "2026-03-15T09:00",
                "nominator_email": "d@example.org",
                "thank": "y",
            },
        )
        assert "Held" in desk.get("/screening", tab="late")


def test_what_is_told_on_the_telephone_is_kept_as_it_is_typed_for_whoever_types_it(desk, app):
    typed = {
        "nominator_name": "Deborah Lindqvist",
        "received": "2026-02-16T17:05",
        "language": "so",
        "people-0-family": "Warsame",
        "school": "Denny",
        "school_id": str(desk.school.id),
        "answer-q1": "She runs the homework ta",
    }
    quietly = {"headers": {"X-Autosave": "1"}}

    def kept():
        db.session.rollback()
        db.session.expire_all()
        return db.session.scalars(select(Call)).all()

    def save(once, version, **more):
        page = desk.get("/entry")
        sent = {**typed, "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], **more}
        return desk.client.post(f"{DESK}/entry", data={**sent, "once": once, "version": version}, **quietly)

    with clock.at(NOW):
        once = re.search(r'name="once"[^>]*value="([^"]+)"', desk.get("/entry"))[1]
        assert save(once, "0").get_json()["version"] == 1
        assert save(once, "1", **{"answer-q1": "She runs the homework table."}).get_json()["version"] == 2
        assert save(once, "1", **{"answer-q1": "An older window"}).status_code == 409
        assert [call.told["answers"]["q1"] for call in kept()] == ["She runs the homework table."]
        assert "Deborah Lindqvist" in desk.get("/entry"), "it is found again where calls are written down"
        page = desk.get("/entry", call=once)
        for words in (
            'value="Deborah Lindqvist"',
            'value="Warsame"',
            "She runs the homework table.",
            "2026-02-16T17:05",
        ):
            assert words in page
        with transaction():
            stranger = app.test_client()
            sign_in(stranger, make_staff("Priya Raman"))
        assert "Deborah" not in stranger.get(f"{DESK}/entry", query_string={"call": once}).get_data(as_text=True)
        child = save(once, "2", age="child")
        assert (child.status_code, kept()) == (422, []), (
            "of a child nothing is kept, nor what was kept before it was asked"
        )
        desk.post("/entry", **typed, once="second", version="0", act="later")
        assert len(kept()) == 1
        desk.post("/entry", **typed, once="second", version="1", act="discard")
        assert kept() == []
        desk.post("/entry", **typed, once="third", version="0", act="later")
        whole = {"nominator_phone": "206 555 0100", "age": "adult", "relation": "parent", "quote": "no", "tell": "no"}
        desk.post("/entry", **typed, **whole, once="third", version="1")
        assert (kept(), db.session.scalar(select(func.count()).select_from(Nomination))) == ([], 1)
        desk.post("/entry", **typed, once="fourth", version="0", act="later")
    with transaction():
        assert calls.sweep(at=NOW + timedelta(days=29)) == 0
        assert calls.sweep(at=NOW + timedelta(days=31)) == 1


def test_a_team_at_several_schools_is_entered_as_it_was_told(desk):
    with transaction():
        other = make_school("Rainier View Elementary School").id
    told = {
        "once": "team",
        "nominator_name": "Deborah Lindqvist",
        "nominator_phone": "206 555 0100",
        "age": "adult",
        "received": "2026-02-16T17:05",
        "people-0-given": "Amina",
        "people-0-family": "Warsame",
        "people-1-family": "",
        "people-2-given": "Keala",
        "people-2-family": "Baptiste",
        "school": "Rainier",
        "school_id": [str(desk.school.id), str(other)],
        "relation": "parent",
        "quote": "unnamed",
        "tell": "no",
        "answer-q1": "They run the homework table.",
    }
    with clock.at(NOW):
        page = desk.post("/entry", status=200, **told, add_person="1")
        assert "Person 4 of the team" in page
        page = desk.post("/entry", status=200, **told, find="school")
        assert re.search(rf'value="{other}"[^>]*checked|checked[^>]*value="{other}"', page)
        assert db.session.scalar(select(func.count()).select_from(Nomination)) == 0, (
            "looking for a school sends nothing"
        )
        wrong = desk.post("/entry", status=422, **{**told, "people-2-family": "", "school_id": ["central", str(other)]})
        assert "people-2-family-error" in wrong
        assert "Choose either schools or the district" in wrong
        desk.post("/entry", **told)
        desk.post("/entry", **{**told, "once": "unlisted", "school": "Hogwarts", "school_id": "not listed"})
        desk.post("/entry", **{**told, "once": "district", "school_id": "central"})
    team, unlisted, district = db.session.scalars(
        select(Nomination)
        .options(selectinload(Nomination.named), selectinload(Nomination.schools))
        .order_by(Nomination.id)
    ).all()
    assert [named.name for named in team.named] == ["Amina Warsame", "Keala Baptiste"]
    assert {link.school_id for link in team.schools} == {desk.school.id, other}
    assert (unlisted.place.value, unlisted.place_text, unlisted.schools) == ("not listed", "Hogwarts", [])
    assert (district.place.value, district.place_text) == ("central office", None)
    assert "Amina Warsame & Keala Baptiste" in db.session.scalars(select(Candidacy.name)).all()


def test_whoever_has_a_conflict_can_neither_read_find_nor_count(desk):
    with transaction():
        hidden = gathered(desk, "Amina Warsame")
        gathered(desk, "Amina Warsam")
        shown = gathered(desk, "Keala Baptiste")
        make_conflict(hidden, desk.joy, kind=Kind.SAME_NAME, state=ConflictState.SUGGESTED)
        number = db.session.scalars(select(Conflict.id)).one()
        match = db.session.scalars(select(Match.id)).one()
        reference, open_ = hidden.reference, shown.reference
        nomination = db.session.scalars(select(Nomination.reference).where(Nomination.candidacy_id == hidden.id)).one()
    page = desk.get("/screening")
    assert reference not in page
    assert "Are these the same person?" not in page
    assert re.search(r"To look at <b>2</b>", page)
    assert "2 submissions" in page
    assert reference not in desk.get("/screening", q=reference.lower())
    assert reference not in desk.get("/screening.csv")
    for path in (
        f"/candidacies/{reference}",
        f"/candidacies/{reference}/name",
        f"/matches/{match}",
        f"/conflicts/{number}",
        f"/candidacies/{reference}/nominations/{nomination}/void",
    ):
        desk.get(path, status=404)
    for path in (f"/candidacies/{reference}/eligibility", f"/matches/{match}/merge", f"/conflicts/{number}"):
        desk.post(path, status=404, verdict="eligible", act="dismiss", reason="me")
    desk.post("/screening/decisions", chosen=[hidden.id], act="eligible")
    assert db.session.get_one(Candidacy, hidden.id).stage is CandidacyStage.INTAKE
    db.session.rollback()
    assert "To decide <b>0</b>" in desk.get("/conflicts")
    assert "Keala Baptiste" in desk.get(f"/candidacies/{open_}")


def test_conflicts_are_decided_by_somebody_else_and_waived_by_a_second_person(desk):
    with transaction():
        candidacy = gathered(desk, "Amina Warsame")
        reviewer = make_person("Ola Warsame")
        make_member(desk.cycle, reviewer)
        gathering.conflicts.raise_from_facts(desk.cycle, at=NOW)
        ruth = make_staff("Ruth Diaz")
        number = db.session.scalars(select(Conflict.id)).one()
        reference = candidacy.reference
    page = desk.get("/conflicts")
    assert "Has the same family name: Warsame" in page
    desk.post("/conflicts", status=200, chosen=[number], act="dismiss")
    desk.post(f"/conflicts/{number}", status=422, act="dismiss")
    desk.post(f"/conflicts/{number}", act="confirm")
    page = desk.get(f"/conflicts/{number}")
    assert "Waive it" not in page
    assert "Ruth Diaz" in page
    desk.post(f"/conflicts/{number}", status=409, act="waive", reason="They never met")
    other = desk.client.application.test_client()
    with transaction():
        sign_in(other, ruth)
    assert "Waive it" in other.get(f"{DESK}/conflicts/{number}").get_data(as_text=True)
    desk.post(f"/candidacies/{reference}/conflicts", status=422, person=reviewer.id)
    desk.post(f"/candidacies/{reference}/conflicts", status=422, person=desk.joy.id, words="Me")
    for _ in range(2):
        desk.post(f"/candidacies/{reference}/conflicts", person=reviewer.id, words="We are cousins")
    declared = db.session.scalars(select(Conflict).where(Conflict.kind == Kind.DECLARED)).one()
    assert (declared.state, declared.fact) == (ConflictState.CONFIRMED, "We are cousins")


@pytest.mark.parametrize(
    "path", ["/screening", "/screening?tab=late", "/screening.csv", "/conflicts", "/entry", "/conflicts.csv"]
)
def test_only_the_awards_staff_sees_its_desk(desk, path):
    client = desk.client.application.test_client()
    with transaction():
        people = [make_person(), make_staff(award=make_award()), make_person("On Committee")]
        chair = make_person("Chair Person")
        make_member(desk.cycle, people[-1])
        make_member(desk.cycle, chair, chair=True)
    assert client.get(f"{DESK}{path}").status_code == 200  # the sign-in page, as at every private address
    for person in people:
        with transaction():
            sign_in(client, person)
        assert client.get(f"{DESK}{path}").status_code == 404
    with transaction():
        sign_in(client, chair)
    assert client.get(f"{DESK}{path}").status_code == (200 if path.startswith("/conflicts") else 404)


def test_a_chair_does_not_learn_names_from_the_conflicts(desk):
    client = desk.client.application.test_client()
    with transaction():
        candidacy = gathered(desk, "Amina Warsame")
        make_member(desk.cycle, make_person("Ola Warsame"))
        gathering.conflicts.raise_from_facts(desk.cycle, at=NOW)
        chair = make_person("Chair Person")
        make_member(desk.cycle, chair, chair=True)
        sign_in(client, chair)
        number = db.session.scalars(select(Conflict.id)).one()
        reference = candidacy.reference
    for path in ("/conflicts", f"/conflicts/{number}", "/conflicts.csv"):
        page = client.get(f"{DESK}{path}").get_data(as_text=True)
        assert reference in page
        assert "Amina" not in page
        assert "family name: Warsame" not in page


def test_the_lists_ask_as_much_of_one_row_as_of_fifty(desk):
    def made(count):
        with transaction():
            for number in range(count):
                candidacy = gathered(desk, f"Person{number}x Family{number}q", make_school())
                make_conflict(candidacy, make_person(), state=ConflictState.SUGGESTED, kind=Kind.SAME_NAME)
                make_nomination(
                    desk.cycle, nominee=f"Late{number}x Comer{number}q", school=desk.school, stage=Stage.LATE
                )
            make_nomination(desk.cycle, nominee="Person0x Family0q", school=desk.school)

    with transaction():
        gathered(desk, "Josefina Moretti")
        gathered(desk, "Josie Moretti")
    made(1)
    paths = (
        "/screening",
        "/screening?tab=late",
        "/screening.csv",
        "/conflicts",
        "/conflicts.csv",
        "/screening?q=x&language=en",
    )
    for path in paths:
        asked(desk, path)  # what a process learns once
    before = {path: asked(desk, path) for path in paths}
    made(49)
    asked(desk, paths[0])  # what is fetched once after a write, and then kept
    assert {path: asked(desk, path) for path in paths} == before


def asked(desk, path):
    statements = []

    def note(_conn, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        desk.get(path)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)


def test_across_awards_only_ones_own_are_listed(desk):
    with transaction():
        gathered(desk, "Amina Warsame")
        other = make_cycle(make_award("Librarian Award"))
        gathering.gather(make_nomination(other, nominee="Nia Petrova", school=desk.school), at=NOW)
        only = make_staff("Only Librarians", award=other.award)
        make_cycle(make_award("A draft"), stage=CycleStage.DRAFT)
    page = desk.client.get("/desk/screening").get_data(as_text=True)
    assert "Excellence in Teaching Award" in page
    assert "Librarian Award" in page
    assert "A draft" not in page
    client = desk.client.application.test_client()
    with transaction():
        sign_in(client, only)
    page = client.get("/desk/screening").get_data(as_text=True)
    assert "Excellence in Teaching Award" not in page
    assert "Librarian Award" in page


@pytest.fixture
def science(desk):
    """Another award of the season, which asks the first of the questions and another one."""
    with transaction():
        cycle = make_cycle(make_award("Science Teaching Award", slug="science-teaching"))
        questions = db.session.get_one(QuestionSet, cycle.question_set_id).questions
        questions[1].key = "hands_on"
        return cycle.id


def test_a_nominator_is_asked_something_once_and_told_nothing_else(desk):
    with transaction():
        amina = gathered(desk, "Amina Warsame")
        gathered(desk, "Keala Baptiste")
        silent = make_person("Quiet One")
        silent.email = silent.email_key = None
        make_nomination(desk.cycle, nominee="Amina Warsame", school=desk.school, candidacy=amina, nominator=silent)
        chosen = [one.id for one in db.session.scalars(select(Candidacy))]
        reference = db.session.scalars(select(Nomination.reference).order_by(Nomination.id)).first()
        step = f"/candidacies/{amina.reference}/nominations/{reference}/question"
    page = desk.post("/screening/decisions", status=200, chosen=chosen, act="other", tab="look")
    assert "Send the question" in page
    assert "Write what you want to ask." in desk.post("/screening/questions", status=422, chosen=chosen, words=" ")
    for first in (True, False):
        said = desk.post("/screening/questions", status=200, chosen=chosen, words="Which grade does she teach?")
        assert "Quiet One" in said  # who gave no address is to be called
        assert ("Was asked the same before" in said) is not first
    posted = db.session.scalars(select(Message).where(Message.template == "nominations/question")).all()
    assert len(posted) == 2
    assert posted[0].facts["words"] == "Which grade does she teach?"
    assert set(posted[0].facts) == {"name", "reference", "award", "nominee", "words"}
    read = desk.client.get(f"/desk/messages/{posted[0].id}").get_data(as_text=True)
    assert "Which grade does she teach?" in read
    assert "Nothing is decided by our asking." in read
    desk.post(step, words="And since when?")
    assert len(db.session.scalars(select(Message)).all()) == 3
    desk.post(step, status=422, words="")
    recorded = db.session.scalars(select(Event.action).where(Event.subject_kind == "nomination")).all()
    assert recorded.count("asked the nominator") == 3


def test_a_nomination_moves_to_another_award_with_its_history_and_its_snapshot_untouched(desk, science):
    with transaction():
        amina = gathered(desk, "Amina Warsame", texts=("Her story.", "The second.", "The third."))
        one = db.session.scalars(select(Nomination)).one()
        number, reference, old, back = one.id, one.reference, amina.id, amina.reference
        before = [(row.facts, row.sha256) for row in db.session.scalars(select(Snapshot).order_by(Snapshot.id))]
    step = f"/candidacies/{back}/nominations/{reference}/move"
    assert "Science Teaching Award" in desk.get(step)
    desk.post(step, status=422, award="", reason="It fits")
    desk.post(step, status=422, award="science-teaching", reason=" ")
    desk.post(step, status=422, award="no-such-award", reason="It fits")
    desk.post(step, award="science-teaching", reason="She teaches science")
    db.session.expire_all()
    moved = db.session.get_one(Nomination, number)
    assert (moved.cycle_id, moved.reference, moved.stage) == (science, reference, Stage.SUBMITTED)
    assert moved.candidacy_id != old
    assert [(row.facts, row.sha256) for row in db.session.scalars(select(Snapshot).order_by(Snapshot.id))] == before
    asked = {
        key: (set_id, text)
        for key, set_id, text in db.session.execute(
            select(Question.key, Question.set_id, Answer.text)
            .join(Answer, Answer.question_id == Question.id)
            .where(Answer.nomination_id == number)
        )
    }
    there = db.session.get_one(Cycle, science).question_set_id
    assert asked["q1"] == (there, "Her story.")
    assert asked["q3"] == (there, "The third.")
    assert asked["q2"] == (desk.cycle.question_set_id, "The second."), "no like question: it stays where it was asked"
    left = db.session.get_one(Candidacy, old)
    assert left.stage is CandidacyStage.WITHDRAWN
    message = db.session.scalars(select(Message)).one()
    assert message.template == "nominations/moved"
    assert "Science Teaching Award" in desk.client.get(f"/desk/messages/{message.id}").get_data(as_text=True)
    actions = db.session.scalars(select(Event.action).where(Event.subject_id == number)).all()
    assert "moved" in actions
    desk.get(step, status=404)


def test_several_move_at_once_and_what_is_being_read_stays(desk, science):
    with transaction():
        amina, keala = gathered(desk, "Amina Warsame"), gathered(desk, "Keala Baptiste")
        keala.stage = CandidacyStage.IN_REVIEW
        chosen = [amina.id, keala.id]
    desk.post("/screening/moves", status=422, chosen=chosen, award="science-teaching", reason="")
    page = desk.post(
        "/screening/moves", status=200, chosen=chosen, award="science-teaching", reason="They teach science"
    )
    assert "One nomination was moved." in page
    assert "already being read" in page
    stays = db.session.scalars(select(Nomination.candidacy_id).where(Nomination.cycle_id == desk.cycle.id)).all()
    assert stays == [chosen[1]]
