"""The desk's pages of decisions and of the release: who may, what they show, what they refuse."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from portal.awards.models import Cycle, Member
from portal.db import db, transaction
from portal.decisions import actions as deciding
from portal.decisions import queries
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo import makers
from portal.mail.models import Message
from portal.nominations.actions import conflicts, screening
from portal.nominations.models import Candidacy, CandidacySchool, Field, Nomination, Quote
from portal.nominations.rules import CandidacyStep
from portal.publishing import actions as releasing
from portal.publishing import chores
from portal.publishing.desk import queries as release_queries
from portal.publishing.desk.models import Draft, Release
from portal.publishing.models import Recipient
from portal.publishing.rules import ReleaseState
from portal.web.cache_models import PublicVersion
from tests.support.deciding import AT, NAMES, PUBLIC, TOLD, Desk, biography, build, consent, decide, ready, token
from tests.support.office import counted
from tests.support.reviewing import declare


@pytest.fixture
def world(app):
    with transaction():
        return build()


@pytest.fixture
def joy(app, world):
    return Desk(app, world.person("joy"))


@pytest.fixture
def ruth(app, world):
    return Desk(app, world.person("ruth"))


def fresh(kind):
    db.session.expire_all()
    return db.session.scalars(select(kind).order_by(kind.id)).all()


def proposed(world, joy):
    page = f"{world.desk}/decisions"
    assert joy.send(page, f"{page}/by-standing", alternates="1").status_code == 303
    assert joy.send(page, f"{page}/the-rest", reason="").status_code == 303
    return page


# ---------------------------------------------------------------- who may


def strip(answer):
    """Return a page without its tokens and the address that was asked for."""
    return re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))


def at(world, path):
    """Put the first candidacy's reference where the path says C-0001: which one that is, depends on the database."""
    return path.replace("C-0001", world.reference(0))


DESK = (
    "decisions",
    "decisions/memo",
    "decisions.csv",
    "decisions/C-0001",
    "release",
    "release/times",
    "release/preview",
    "release/messages/selected",
)


@pytest.mark.parametrize(
    "path", [*DESK, "release/pages/C-0001", "release/preview/C-0001/0", "decisions/C-9999", "release/pages/C-9999"]
)
def test_signed_out_every_address_gives_the_same_sign_in_page(world, app, path):
    visitor = Desk(app, None)
    there = visitor.get(f"{world.desk}/{at(world, path)}")
    nowhere = visitor.get("/desk/nothing/1999/decisions")
    assert there.status_code == nowhere.status_code == 200
    assert strip(there) == strip(nowhere)


@pytest.mark.parametrize("who", ["nominator", "reviewer", "auditor", "staff of another award"])
@pytest.mark.parametrize("path", DESK)
def test_whoever_may_not_gets_the_404_of_what_does_not_exist(world, app, who, path):
    with transaction():
        decide(world)
        person = {
            "nominator": makers.make_person,
            "reviewer": lambda: (
                makers.make_member(db.session.get_one(Cycle, world.cycle)).person_id and makers.make_person()
            ),
            "auditor": makers.make_auditor,
            "staff of another award": lambda: makers.make_staff(award=makers.make_award()),
        }[who]()
        if who == "reviewer":
            makers.make_member(db.session.get_one(Cycle, world.cycle), person)
    desk = Desk(app, person)
    answer = desk.get(f"{world.desk}/{at(world, path)}")
    missing = desk.get("/desk/nothing/1999/decisions")
    assert answer.status_code == missing.status_code == 404
    assert strip(answer) == strip(missing)


def test_the_chair_of_a_blind_round_decides_without_names(app):
    with transaction():
        world = build(blind=True)
        person = makers.make_person("Chair Person")
        seat = makers.make_member(db.session.get_one(Cycle, world.cycle), person, chair=True, declared=False)
        number, grew = seat.id, world.reference(1)
    chair = Desk(app, person)
    closed = ("decisions", "decisions.csv", "standings", "standings.csv", "meeting", "conflicts")
    for path in (
        *closed,
        "assignments",
        "round",
        "readers",
        "minutes",
        "replay",
    ):  # nothing before saying "no conflict"
        answer = chair.get(f"{world.desk}/{path}")
        text = answer.get_data(as_text=True)
        assert (answer.status_code, f"/committees/{number}/conflicts" in text) == (403, True), path
        assert "Plant" not in text, path
    for below in ("decisions", "standings"):  # nor whether something is there
        there, nowhere = (chair.get(f"{world.desk}/{below}/{number}") for number in ("R-0000", "R-9999"))
        assert there.status_code == nowhere.status_code == 404
        assert strip(there) == strip(nowhere)
    with transaction():
        declare(db.session.get_one(Member, number), at=AT)
        late = db.session.scalar(select(Candidacy).where(Candidacy.reference == grew))
        school = makers.make_school("Late Entry High School")
        db.session.add(CandidacySchool(candidacy_id=late.id, school_id=school.id))
    assert "Plant 1" in chair.text(f"{world.desk}/standings")
    for path in ("standings/R-0001", "decisions/R-0001"):  # what came on the list since is asked about first
        assert "Look at the list once more" in chair.get(f"{world.desk}/{path}").get_data(as_text=True)
    page = (
        chair.text(f"{world.desk}/decisions")
        + chair.text(f"{world.desk}/decisions/memo")
        + chair.text(f"{world.desk}/decisions.csv")
    )
    assert "Plant 0" in page
    assert not [name for name in NAMES if name in page]
    assert world.reference(0) not in page
    assert chair.get(f"{world.desk}/decisions/{world.reference(0)}").status_code == 404
    assert "Plant 0" in chair.text(f"{world.desk}/decisions/R-0000")
    assert chair.get(f"{world.desk}/release").status_code == 404
    one = f"{world.desk}/decisions/R-0000"
    assert chair.send(one, f"{one}/proposal", outcome="selected").status_code == 303
    assert [row.outcome for row in fresh(Decision)] == [Outcome.SELECTED]


def test_a_conflict_takes_a_candidacy_out_of_every_page(world, app, joy):
    with transaction():
        makers.make_conflict(world.candidacy(0), world.person("joy"))
    proposed(world, joy)
    for path in ("decisions", "decisions?show=selected", "decisions/memo", "decisions.csv"):
        page = joy.text(f"{world.desk}/{path}")
        assert "Amina Warsame" not in page
        assert world.reference(0) not in page
    assert joy.get(f"{world.desk}/decisions/{world.reference(0)}").status_code == 404
    assert joy.get(f"{world.desk}/release").status_code == 404
    assert joy.get(f"{world.desk}/release/preview").status_code == 404
    assert [row.candidacy_id for row in fresh(Decision)] == world.candidacies[1:]


# ---------------------------------------------------------------- deciding


def test_propose_ask_and_approve_on_the_page(world, joy, ruth):
    page = proposed(world, joy)
    assert "Ask Ruth" in joy.text(page)
    assert joy.send(page, f"{page}/request").status_code == 303
    assert joy.send(page, f"{page}/request").status_code == 303
    assert [message.template for message in fresh(Message)] == ["decisions/please_approve"]
    assert f"{page}/approval" not in joy.text(page)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', joy.text(page))[1]
    assert joy.post(f"{page}/approval", {"csrf_token": token, "digest": "x"}).status_code == 404
    assert "Approve these 4 decisions" in ruth.text(page)
    assert ruth.send(page, f"{page}/approval").status_code == 303
    assert {row.state for row in fresh(Decision)} == {DecisionState.APPROVED}
    assert "Everything is approved" in joy.text(page)


def test_pressing_approve_twice_approves_once(world, joy, ruth):
    page = proposed(world, joy)
    text = ruth.text(page)
    data = {
        "csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)[1],
        "digest": re.search(r'name="digest" value="([^"]+)"', text)[1],
    }
    first, second = (ruth.post(f"{page}/approval", data) for _ in range(2))
    assert first.status_code == 303
    assert second.status_code == 409
    assert {row.version for row in fresh(Decision)} == {2}


def test_a_refused_proposal_shows_the_text_back_beside_its_reason(world, joy):
    one = f"{world.desk}/decisions/{world.reference(3)}"
    answer = joy.send(one, f"{one}/proposal", outcome="selected", reason="")
    assert answer.status_code == 409
    assert "Say why, in a sentence" in answer.get_data(as_text=True)
    assert joy.send(one, f"{one}/proposal", outcome="", reason="Kept words.").status_code == 422
    assert "Kept words." in joy.send(one, f"{one}/proposal", outcome="", reason="Kept words.").get_data(as_text=True)
    assert joy.send(one, f"{one}/proposal", outcome="emperor", reason="x").status_code == 422
    assert joy.send(one, f"{one}/proposal", outcome="selected", reason="x", version="nonsense").status_code == 409
    assert fresh(Decision) == []


def test_what_is_wrong_with_the_page_of_the_cycle_is_said_there(app):
    with transaction():
        world = build(places=1, ranks=(1, 1, 3))
    joy = Desk(app, world.person("joy"))
    page = f"{world.desk}/decisions"
    wrong = joy.send(page, f"{page}/by-standing", alternates="many")
    assert wrong.status_code == 422
    assert "Write a whole number" in wrong.get_data(as_text=True)
    owed = joy.send(page, f"{page}/the-rest", reason="")
    assert owed.status_code == 422
    assert "Say why, in a sentence" in owed.get_data(as_text=True)
    assert joy.send(page, f"{page}/the-rest", reason="x" * 100_000).status_code == 422
    assert fresh(Decision) == []


NASTY = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\u202egnp.exe",
    "=HYPERLINK(1)",
    "a\x00b",
    "x" * 100_000,
    "\N{GRINNING FACE}\r\nsecond line",
)


@pytest.mark.parametrize("words", NASTY, ids=range(len(NASTY)))
def test_any_reason_is_kept_exactly_or_refused_in_a_sentence(world, joy, words):
    one = f"{world.desk}/decisions/{world.reference(3)}"
    answer = joy.send(one, f"{one}/proposal", outcome="selected", reason=words)
    if answer.status_code == 303:
        assert fresh(Decision)[0].reason == words.replace("\r\n", "\n").strip()
        page = joy.text(one)
        assert "<script>alert" not in page
        assert ">49<" not in page
        assert "\n=HYPER" not in joy.text(f"{world.desk}/decisions.csv").replace(",=", "\n=")
    else:
        assert answer.status_code == 422
        assert "characters" in answer.get_data(as_text=True)


def test_a_decision_is_returned_on_its_page_with_a_reason(world, joy, ruth):
    with transaction():
        decide(world)
    one = f"{world.desk}/decisions/{world.reference(0)}"
    assert f"{one}/proposal" not in joy.text(one)
    assert ruth.send(one, f"{one}/return", why="").status_code == 422
    assert ruth.send(one, f"{one}/return", why="The district has not answered.").status_code == 303
    assert fresh(Decision)[0].state is DecisionState.PROPOSED
    assert "The district has not answered." in joy.text(one)
    assert joy.send(one, f"{one}/proposal/end").status_code == 303
    assert len(fresh(Decision)) == 3


def test_the_memo_says_who_why_and_by_whose_approval(world, joy, ruth):
    page = proposed(world, joy)
    ruth.send(page, f"{page}/approval")
    memo = joy.text(f"{world.desk}/decisions/memo")
    assert "Proposed by Joy Tanaka, approved by Ruth Alemu" in memo.replace("\N{NO-BREAK SPACE}", " ")
    assert "Amina Warsame" in memo
    assert "Solomon Pratt" not in memo
    said = re.search(r"selected for (.+?) in all", memo)[1]
    with transaction():
        forfeiting = db.session.scalars(select(Decision).where(Decision.outcome == Outcome.SELECTED)).first()
        forfeiting.forfeited_cents = forfeiting.sum_cents
    assert f"selected for {said} in all" in joy.text(f"{world.desk}/decisions/memo")  # the sum of the rows below it


def test_the_table_has_every_candidacy(world, joy):
    proposed(world, joy)
    lines = joy.text(f"{world.desk}/decisions.csv").strip().split("\r\n")
    assert len(lines) == 5
    assert lines[1].split(",")[:6] == [world.reference(0), "Amina Warsame", "1", "5.9", "Selected", "1"]


@pytest.mark.parametrize("path", ["decisions", "decisions?show=open", "decisions/memo", "release"])
def test_a_list_costs_the_same_for_few_and_for_many(app, path):
    costs = []
    for count in (3, 50):
        db.session.rollback()
        with transaction():
            for table in reversed(db.metadata.sorted_tables):
                if (
                    table is not PublicVersion.__table__
                ):  # what tells every process that what it keeps is old never goes back
                    db.session.execute(table.delete())
        with transaction():
            world = build(places=count - 2, ranks=tuple(range(1, count + 1)), sum_cents=100)
            if path == "release":
                decide(world)
        desk = Desk(app, world.person("ruth"))
        desk.text(f"{world.desk}/{path}")  # whatever is kept from the first look on
        with counted() as statements:
            desk.text(f"{world.desk}/{path}")
        costs.append(len(statements))
    assert costs[0] == costs[1]


# ---------------------------------------------------------------- the release


def times(desk, world, told="2026-05-18T10:00", public="2026-05-26T09:00"):
    page = f"{world.desk}/release/times"
    text = desk.text(page)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)[1]
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    return desk.post(page, {"csrf_token": token, "version": version, "told_at": told, "public_at": public})


def test_plan_ask_approve_and_cancel_on_the_page(world, joy, ruth):
    with transaction():
        decide(world)
    page = f"{world.desk}/release"
    assert "Four things still block it" in joy.text(page)
    assert times(joy, world).status_code == 303
    assert "Three things still block it" in joy.text(page)
    who = [f"{world.reference(place)}-0" for place in (0, 1)]
    refused = joy.send(f"{page}/answers", f"{page}/answers", who=who, reason=" ").get_data(as_text=True)
    assert "it stands in the record" in refused
    assert joy.send(f"{page}/answers", f"{page}/answers", who=who, reason="Asked twice by mail.").status_code == 303
    waiting = f"{page}/answers/{who[0][:-2]}/0/waiting"
    assert joy.send(f"{page}/answers", waiting).status_code == 303
    assert "Three things still block it" in joy.text(page)
    assert ruth.send(f"{page}/answers", f"{page}/answers", who=who, reason="She is away.").status_code == 303
    assert joy.text(f"{page}/answers").count("Asked twice by mail.") == 1
    for place in (0, 1):
        check = f"{page}/pages/{world.reference(place)}/check"
        assert ruth.post(check, {"csrf_token": token(ruth.text(check)), "seen": "0"}).status_code == 303
    assert "Approve what others wrote" in joy.text(f"{page}/messages")
    assert "somebody else approves" in joy.send(f"{page}/messages", f"{page}/messages/approval").get_data(as_text=True)
    assert ruth.send(f"{page}/messages", f"{page}/messages/approval").status_code == 303
    text = joy.text(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "Monday, May 18, 2026, 10:00 am Pacific" in text
    assert "Nothing blocks it" in text
    assert "Recipients: 2. Others: 0. Nominators: 4. Writers of letters: 0. Each gets one message." in text
    assert f"{page}/approval" not in text
    assert joy.send(page, f"{page}/request").status_code == 303
    assert [message.template for message in fresh(Message)] == ["publishing/please_approve"]
    assert ruth.send(page, f"{page}/approval").status_code == 303
    assert [row.state for row in fresh(Release)] == [ReleaseState.APPROVED]
    assert ruth.send(page, f"{page}/cancellation", why="").status_code == 422
    assert ruth.send(page, f"{page}/cancellation", why="The venue fell through.").status_code == 303
    assert [row.state for row in fresh(Release)] == [ReleaseState.CANCELLED]
    assert "was cancelled" in joy.text(page)


def test_whoever_proposed_all_of_it_is_not_named_as_somebody_who_may_approve(world, joy, ruth):
    page = f"{world.desk}/decisions"
    ruth.send(page, f"{page}/by-standing", alternates="1")
    assert "Nobody else may approve yet" in joy.text(page)
    with transaction():
        makers.make_publisher("Desmond Cole")
    assert "Ask Desmond" in joy.text(page)


def test_those_selected_are_a_table_too(world, joy):
    with transaction():
        consent(world.candidacy(0), Field.NAME, Field.SUM)
        decide(world)
    lines = joy.text(f"{world.desk}/release.csv").strip().split("\r\n")
    assert len(lines) == 3
    assert '"name, sum"' in lines[2]


@pytest.mark.parametrize(
    ("told", "public", "says"),
    [
        ("2026-05-26T09:00", "2026-05-18T10:00", "are told first"),
        ("2026-01-01T09:00", "2026-05-18T10:00", "has passed"),
        ("2026-05-18T00:00", "2026-05-26T09:00", "12:00 am"),
        ("tomorrow", "", "Write a date and a time"),
        ("2026-11-01T01:30", "2026-12-01T09:00", "twice"),
    ],
)
def test_times_that_make_no_sense_are_refused_in_a_sentence(world, joy, told, public, says):
    answer = times(joy, world, told, public)
    assert answer.status_code in {409, 422}
    assert says in answer.get_data(as_text=True)
    assert fresh(Release) == []


def test_what_blocks_stands_first_with_names(app):
    with transaction():
        world = build(confirmed=False)
        decide(world)
    text = Desk(app, world.person("joy")).text(f"{world.desk}/release")
    assert "Five things still block it" in text
    assert "Still to confirm: Tomás Villaseñor, Amina Warsame" in text
    assert text.index("Blocks") < text.index("May wait") < text.index("Done")


def test_a_name_is_escaped_in_a_check(app):
    with transaction():
        world = build(confirmed=False)
        world.candidacy(0).name = "<b>Amina</b>"
        decide(world)
    text = Desk(app, world.person("joy")).text(f"{world.desk}/release")
    assert "<b>Amina</b>" not in text
    assert "&lt;b&gt;Amina" in text
    assert 'class="fig"' in text


def test_a_page_is_prepared_with_words_of_those_who_may_be_quoted(world, joy):
    with transaction():
        decide(world)
        consent(world.candidacy(0), *Field)
        biography(world.candidacy(0), "She came to teach.")
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == world.candidacies[0])).one()
        nomination.quote = Quote.UNNAMED
        reference = nomination.reference
    page = f"{world.desk}/release/pages/{world.reference(0)}"
    text = joy.text(page)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)[1]
    data = {
        "csrf_token": token,
        "version": "0",
        "citation": "For the homework table.",
        "words_0": "She runs the homework table.",
    }
    assert joy.post(page, data).status_code == 422
    refused = joy.post(page, {**data, "nomination_0": reference, "words_0": "Never written."})
    assert refused.status_code == 409
    assert "not in the nomination" in refused.get_data(as_text=True)
    assert joy.post(page, {**data, "nomination_0": reference}).status_code == 303
    assert fresh(Draft)[0].quotations == [
        {"nomination": reference, "words": "She runs the homework table.", "translation": ""}
    ]
    preview = joy.text(f"{world.desk}/release/preview/{world.reference(0)}/0")
    for words in (
        "For the homework table.",
        "She runs the homework table.",
        "A colleague",
        "She came to teach.",
        "School of Amina Warsame",
    ):
        assert words in preview
    assert "Joy Tanaka" not in preview.partition("</main>")[0], "she is whom to ask, and nothing else"
    assert "has not agreed to be named" in joy.text(f"{world.desk}/release/preview/{world.reference(1)}/0")
    program = joy.text(f"{world.desk}/release/preview")
    assert "Amina Warsame" in program
    assert "Villaseñor" not in program
    assert joy.get(f"{world.desk}/release/preview/{world.reference(0)}/7").status_code == 404
    assert joy.get(f"{world.desk}/release/pages/{world.reference(3)}").status_code == 404
    assert fresh(Recipient) == []


def article(page):
    """Return the page's article without its neighbors and its picture to share, which come only with the release."""
    for later in (r"\s*<nav.*?</nav>\s*", r'<a class="act" href="/recipients/[^"]*/card-[0-9a-f]+\.png">[^<]*</a>'):
        page = re.sub(later, "", page, flags=re.DOTALL)
    return re.search(r"<article.*?</article>", page, re.DOTALL)[0]


def test_the_preview_is_what_the_public_gets(world, app, joy):
    with transaction():
        consent(world.candidacy(0), *Field)
        biography(world.candidacy(0), "She came to teach.")
        decide(world)
    before = article(joy.text(f"{world.desk}/release/preview/{world.reference(0)}/0"))
    release(world)
    visitor = Desk(app, None, at=PUBLIC)
    assert "".join(article(visitor.text("/recipients/2026/amina-warsame")).split()) == "".join(before.split())


def release(world):
    from portal.publishing import actions
    from portal.publishing.desk import queries

    with transaction():
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(PUBLIC)


@pytest.mark.parametrize("kind", ["selected", "guardian", "not_selected", "nominator"])
def test_each_message_can_be_read_before_it_leaves(world, joy, kind):
    with transaction():
        person = world.candidacy(0).people[0].person
        person.minor, person.guardian_name, person.guardian_email = True, "Faduma Warsame", "faduma@example.org"
        world.candidacy(3).told_at = AT
        decide(world)
    text = joy.text(f"{world.desk}/release/messages/{kind}")
    assert "Excellence in Teaching Award" in text
    assert {
        "selected": "you are honored",
        "guardian": "Faduma Warsame",
        "not_selected": "chose others",
        "nominator": "what became of your nomination",
    }[kind] in text
    assert joy.get(f"{world.desk}/release/messages/nonsense").status_code == 404
    assert fresh(Message) == []


def test_a_public_page_is_taken_down_and_put_back_by_a_publisher_alone(world, app, joy, ruth):
    with transaction():
        consent(world.candidacy(0), Field.NAME)
        decide(world)
    release(world)
    number = next(row.id for row in fresh(Recipient) if row.name)
    page = f"{world.desk}/release/published/{number}"
    assert joy.get(page).status_code == 404
    visitor = Desk(app, None, at=PUBLIC)
    assert "Amina Warsame" in visitor.text("/recipients/2026/amina-warsame")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', ruth.text(page))[1]
    assert ruth.post(page, {"csrf_token": token, "why": ""}).status_code == 422
    assert ruth.post(page, {"csrf_token": token, "why": "They asked us to."}).status_code == 303
    assert visitor.get("/recipients/2026/amina-warsame").status_code == 410
    assert "Amina" not in visitor.text("/recipients/2026")
    assert ruth.post(page, {"csrf_token": token, "why": "They changed their mind."}).status_code == 303
    assert "Amina Warsame" in visitor.text("/recipients/2026/amina-warsame")


def test_a_surprise_is_recorded_as_told_on_the_page(app):
    with transaction():
        world = build(surprise=True)
        decide(world)
    page = f"{world.desk}/release/pages/{world.reference(0)}"
    assert "must not hear of it before the time" in Desk(app, world.person("joy")).text(page)
    from portal.publishing import actions
    from portal.publishing.desk import queries

    with transaction():
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(TOLD)
    joy = Desk(app, world.person("joy"), at=TOLD)
    assert joy.send(page, f"{page}/told").status_code == 303
    assert [message.template for message in fresh(Message)] == ["publishing/selected"]
    assert f"{page}/told" not in joy.text(page)


def test_the_next_alternate_is_proposed_when_an_approved_place_falls_free(world, joy, ruth):
    with transaction():
        decide(world)
    page = f"{world.desk}/decisions"
    assert "A place has fallen free" not in joy.text(page)
    with transaction():
        screening.decide(
            world.candidacy(0), CandidacyStep.WITHDRAW, reason="She moved away.", by=world.person("joy"), at=AT
        )
        alternate, other = world.reference(2), world.reference(3)
        name = world.candidacy(2).name
    assert f"The next alternate is {name}, number 1." in joy.text(page)
    refused = joy.post(f"{page}/{other}/promotion", {"csrf_token": token(joy.text(page))})
    assert refused.status_code == 409
    assert joy.send(page, f"{page}/{alternate}/promotion").status_code == 303
    decision = db.session.scalars(select(Decision).where(Decision.candidacy_id == world.candidacies[2])).one()
    assert (decision.outcome.value, decision.state.value, decision.place) == ("selected", "proposed", 1)
    assert "A place fell free" in decision.reason
    assert "A place has fallen free" not in joy.text(page)
    assert ruth.send(page, f"{page}/approval").status_code == 303
    db.session.expire_all()
    assert decision.state.value == "approved"
    assert db.session.get_one(Cycle, world.cycle).stage.value == "decided"


def test_whoever_has_a_conflict_with_the_next_alternate_is_told_of_nobody(world, joy):
    with transaction():
        decide(world)
    with transaction():
        conflicts.declare(world.candidacy(2), world.person("joy"), words="Kin.", at=AT)
        db.session.execute(update(Decision).where(Decision.place == 1).values(state="rescinded", place=None))
    assert queries.next_alternate(world.thing(), world.person("joy")) is None


# ---------------------------------------------------------------- the way there


def test_the_desk_of_whoever_approves_says_what_waits_for_them(app, world, joy):
    """A board member was asked by message, and the desk said that nothing needs anybody."""
    with transaction():
        board = makers.make_publisher("Desmond Cole")
    desmond = Desk(app, board)
    words = "people were read to the end and have no decision"
    assert words in joy.text("/desk")
    page = proposed(world, joy)
    assert words not in joy.text("/desk")
    assert "4 decisions wait for a second person" in joy.text("/desk")
    assert "wait for your approval" not in joy.text("/desk")
    seen = desmond.text("/desk")
    assert "4 decisions wait for your approval" in seen
    assert page in seen
    with transaction():
        thing, ruth = world.thing(), world.person("ruth")
        deciding.approve(thing, digest=queries.approval_digest(thing, ruth), by=ruth, at=AT)
    with transaction():
        release = releasing.plan(
            release_queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT
        )
    record = joy.text("/desk/record")
    assert world.reference(0) in record, "what was decided is a bare number"
    assert "Decision 1" not in record
    assert "Release 1" not in record
    assert "One release waits for a second person" in joy.text("/desk")
    assert "waits for your approval" not in desmond.text("/desk"), "nobody asked for it yet"
    with transaction():
        release.asked_at = AT
    assert "One release waits for your approval" in desmond.text("/desk")


def test_a_release_leads_straight_to_whoever_is_not_confirmed(world, joy):
    with transaction():
        decide(world)
        candidacy = world.candidacy(0)
        candidacy.standing_confirmed_at = candidacy.standing_confirmed_by_id = None
        reference = candidacy.reference
    page = joy.text(f"{world.desk}/release")
    assert f"{world.desk}/candidacies/{reference}#standing" in page
    assert f"Confirm it for {NAMES[0]}" in page


def test_every_page_of_a_cycle_keeps_the_way_to_the_others(world, joy):
    """The round, the assignments and the standings had lost the line under the masthead, and with it the way back."""
    line = re.search(r'<nav class="subbar cycle-line".*?</nav>', joy.text(world.desk), re.DOTALL)[0]
    places = re.findall(r'href="([^"]+)"', line)
    assert f"{world.desk}/round" in places
    for place in places:
        page = joy.text(place)
        here = re.search(r'<nav class="subbar cycle-line".*?</nav>', page, re.DOTALL)
        assert here, place
        assert f'href="{place}" aria-current="page"' in here[0]
    beneath = {
        "questions": "",
        "entry": "/screening",
        "practice": "/round",
        "rule": "/standings",
        "keepsakes": "/release",
    }
    for place, above in beneath.items():
        page = joy.text(f"{world.desk}/{place}")
        here = re.search(r'<nav class="subbar cycle-line".*?</nav>', page, re.DOTALL)
        assert f'href="{world.desk}{above}" aria-current="true"' in here[0], place
        masthead = "/desk/screening" if place == "entry" else "/desk/awards"
        assert f'class="nav-link" href="{masthead}" aria-current="page"' in page, place
