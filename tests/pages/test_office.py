"""The office's day: committees, messages, people, the record, today; and what waits for anyone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import mail
from portal.accounts.models import Account, Grant, Role, Session
from portal.awards import queries
from portal.awards.actions import committees as awards_committees
from portal.awards.models import CycleStage
from portal.awards.rules import MemberState
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.history.models import Event
from portal.mail import actions as messages
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MESSAGE, MessageState, MessageStep
from portal.nominations.rules import CandidacyStage, Stage
from portal.people.models import Person
from tests.support.office import NASTY, Desk, counted

HERE = "/desk/teaching/2026"
COMMITTEE = f"{HERE}/committee"


@pytest.fixture
def cycle(app):
    with transaction():
        return makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))


@pytest.fixture
def joy(client, cycle):
    with transaction():
        staff = makers.make_staff("Joy Tanaka")
    return Desk(client, staff)


def ask(joy, given="Ana", family="Reyes", email="ana@example.org", **more):
    return joy.send(f"{COMMITTEE}/new", {"given": given, "family": family, "email": email, **more})


def member(email="ana@example.org"):
    db.session.rollback()
    person = db.session.scalar(select(Person).where(Person.email_key == email))
    return queries.member_of(queries.cycle_at("teaching", 2026), person)


# ---------------------------------------------------------------- committee


def test_somebody_is_asked_and_appears_with_their_message(joy):
    assert "Nobody is asked yet" in joy.get(COMMITTEE)
    assert ask(joy).status_code == 303
    page = joy.get(COMMITTEE)
    for words in ("Ana Reyes", "ana@example.org", "Asked", "Waiting", "0 of 0"):
        assert words in page, words


def test_whoever_nominated_is_refused_in_a_sentence(joy, cycle):
    with transaction():
        makers.make_nomination(cycle, nominator=makers.make_person("Ana Reyes", email="ana@example.org"))
    answer = ask(joy)
    assert answer.status_code == 422
    assert "nominated in this cycle" in answer.text
    assert 'value="Reyes"' in answer.text


def test_what_is_missing_is_said_beside_its_field(joy):
    answer = ask(joy, given="", family="", email="no address")
    assert answer.status_code == 422
    for words in ("first name", "last name", "needs an @ sign"):
        assert words in answer.text


def test_whom_no_message_reached_is_shown_mended_and_written_to_again(joy):
    ask(joy)
    with transaction():
        message = db.session.scalar(select(Message))
        message.state = MessageState.SENT
    with transaction():
        messages.bounce_address("ana@example.org", reason="550 no such mailbox", at=NOW)
    page = joy.get(COMMITTEE)
    assert "No message reached one person" in page
    url = f"{COMMITTEE}/{member().id}"
    assert "550 no such mailbox" in joy.get(url)
    answer = joy.send(url, {"email": "ana.reyes@example.org"})
    assert answer.status_code == 303
    db.session.rollback()
    person = db.session.scalar(select(Person).where(Person.email == "ana.reyes@example.org"))
    assert person.bounced_at is None
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    assert account.address == "ana.reyes@example.org", "they sign in with the mended address"
    states = [m.state.value for m in db.session.scalars(select(Message).order_by(Message.id))]
    assert states == ["bounced", "waiting"]
    assert "No message reached" not in joy.get(COMMITTEE)


def test_an_address_somebody_else_signs_in_with_is_refused(joy):
    ask(joy)
    with transaction():
        makers.make_person("Bea Ortiz", email="bea@example.org")
    answer = joy.send(f"{COMMITTEE}/{member().id}", {"email": "bea@example.org"})
    assert answer.status_code == 422
    assert "Somebody else signs in with this address" in answer.text


def test_reminders_go_once_a_day(joy):
    ask(joy)
    ask(joy, given="Bea", family="Ortiz", email="bea@example.org")
    page = joy.send(COMMITTEE, action="/reminders")
    assert page.status_code == 303
    assert "2 reminders are on their way" in joy.get(COMMITTEE)
    joy.send(COMMITTEE, action="/reminders")
    assert "reminded today already" in joy.get(COMMITTEE)
    assert db.session.scalar(select(func.count()).where(Message.template == "awards/invitation_again")) == 2


def test_a_member_is_made_chair_taken_off_and_asked_again(joy):
    ask(joy)
    url = f"{COMMITTEE}/{member().id}"
    assert "Nobody chairs this committee yet" in joy.get(COMMITTEE)
    joy.send(url, action="/chair")
    assert "Nobody chairs" not in joy.get(COMMITTEE)
    assert joy.send(f"{url}/removal", {"reason": ""}).status_code == 422
    joy.send(f"{url}/removal", {"reason": "Moved away."})
    assert member().state is MemberState.REMOVED
    joy.send(COMMITTEE, action="/invitation")
    assert member().state is MemberState.INVITED
    with transaction():
        awards_committees.answer_invitation(
            queries.member_by_id(member().id), accept=True, capacity=4, agreed=True, at=NOW
        )
    joy.send(f"{url}/capacity", {"capacity": "9"})
    assert member().capacity == 9
    assert joy.send(f"{url}/capacity", {"capacity": "-1"}).status_code == 422


def test_a_member_of_another_cycle_is_missing_under_this_one(joy):
    with transaction():
        other = makers.make_member(makers.make_cycle(makers.make_award(slug="other")))
        number = other.id
    joy.get(f"{COMMITTEE}/{number}", 404)
    joy.get(f"/desk/other/2026/committee/{number}")


def test_donors_must_stay_a_minority_and_the_page_says_so(joy):
    ask(joy, donor_related="y")
    assert "related to a donor" in joy.get(COMMITTEE)
    for number in range(2):
        ask(joy, given="Bea", family=f"Ortiz{number}", email=f"bea{number}@example.org")
    assert "must stay a minority" not in joy.get(COMMITTEE)


def test_the_committee_is_a_csv_file_without_formulas(joy):
    ask(joy, given="=cmd", family="Reyes")
    answer = joy.client.get(f"{COMMITTEE}.csv")
    assert answer.mimetype == "text/csv"
    assert "'=cmd Reyes" in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


# ---------------------------------------------------------------- messages


def post(to, *, state=MessageState.WAITING, at=NOW, **facts):
    message = mail.post("accounts/link", to=to, at=at, link={"purpose": "sign in", "next": "/"}, **facts)
    message.state = state
    db.session.flush()
    return message


def test_messages_are_listed_by_where_they_stand_and_found_by_name_or_address(joy):
    with transaction():
        ana = makers.make_person("Ána Reyes", email="ana.100%@example.org")
        bea = makers.make_person("Bea Ortiz", email="bea_b@example.org")
        post(ana, state=MessageState.FAILED).problem = "450 later"
        post(bea)
    page = joy.get("/desk/messages")
    assert "Ána Reyes" in page
    assert "450 later" in page
    assert "Bea" not in joy.get("/desk/messages?state=failed")
    for words in ("ana", "Reyes", "ana.100%", "reyes ana"):
        found = joy.get(f"/desk/messages?q={words.replace('%', '%25')}")
        assert ("Ána Reyes" in found, "Bea Ortiz" in found) == (True, False), words
    assert "Bea Ortiz" not in joy.get("/desk/messages?q=%25")
    assert "No message fits" in joy.get("/desk/messages?q=bea%25b")
    assert "Bea Ortiz" in joy.get("/desk/messages?q=bea_b")
    assert "No message fits" not in joy.get("/desk/messages?state=nonsense&page=0")
    file = joy.client.get("/desk/messages.csv?state=failed")
    assert "450 later" in file.text
    assert "Bea" not in file.text


def test_a_message_that_failed_is_mended_and_sent_again(joy):
    with transaction():
        ana = makers.make_person("Ana Reyes", email="ana@exampel.org")
        number = post(ana, state=MessageState.FAILED).id
    answer = joy.send(f"/desk/messages/{number}", {"email": "ana@example.org"})
    assert answer.status_code == 303
    db.session.rollback()
    message = db.session.get(Message, number)
    assert (message.state, message.attempts, message.problem) == (MessageState.WAITING, 0, None)
    assert db.session.get(Person, ana.id).email == "ana@example.org"
    again = joy.press(f"/desk/messages/{number}", email="ana@example.org")
    assert again.status_code == 409
    assert "This message is waiting" in again.text


def test_a_result_is_sent_again_only_when_a_person_says_so(joy):
    with transaction():
        number = post(makers.make_person("Ana Reyes"), state=MessageState.FAILED, result=True).id
    url = f"/desk/messages/{number}"
    answer = joy.send(url, holding="email")
    assert answer.status_code == 422
    assert "Say that you want it sent again" in answer.text
    assert db.session.get(Message, number).state is MessageState.FAILED
    assert joy.send(url, {"decided": "y"}).status_code == 303
    db.session.rollback()
    assert db.session.get(Message, number).state is MessageState.WAITING


def test_a_waiting_message_can_be_stopped_and_a_sent_one_comes_back(joy):
    with transaction():
        ana = makers.make_person("Ana Reyes")
        waits, sent = post(ana).id, post(ana, state=MessageState.SENT).id
    joy.send(f"/desk/messages/{waits}", action="/cancellation")
    assert joy.press(f"/desk/messages/{waits}/cancellation").status_code == 409
    assert joy.send(f"/desk/messages/{sent}/bounce", {"reason": ""}).status_code == 422
    assert joy.send(f"/desk/messages/{sent}/bounce", {"reason": "no such mailbox"}).status_code == 303
    db.session.rollback()
    assert db.session.get(Message, waits).state is MessageState.CANCELLED
    assert db.session.get(Message, sent).state is MessageState.BOUNCED
    assert db.session.get(Person, ana.id).bounce_reason == "no such mailbox"
    assert "No message reaches one person" in joy.get("/desk")
    joy.get("/desk/messages/999999", 404)


def test_a_message_reads_as_it_will_and_shows_no_token(joy):
    with transaction():
        number = post(makers.make_person("Ana Reyes")).id
    page = joy.get(f"/desk/messages/{number}")
    assert "As it reads" in page
    assert not re.search(r"/link/[\w-]", page), "its place is shown, and no token"
    assert db.session.scalar(select(func.count()).select_from(Session)) == 1


def test_messages_about_what_one_has_a_conflict_with_are_not_there(joy, cycle, app):
    with transaction():
        candidacy = makers.make_candidacy(cycle, name="Conflicted Nominee")
        other = makers.make_candidacy(cycle, name="Other Nominee")
        ruth = makers.make_staff("Ruth Alemu")
        makers.make_conflict(candidacy, ruth)
        reader = makers.make_person("Ana Reyes")
        hidden, shown = post(reader, about=candidacy).id, post(reader, about=other).id
        hers = Desk(app.test_client(), ruth)
    joy.get(f"/desk/messages/{hidden}")
    hers.get(f"/desk/messages/{hidden}", 404)
    hers.get(f"/desk/messages/{shown}")
    assert hers.press(f"/desk/messages/{hidden}/cancellation").status_code == 404
    assert f'/desk/messages/{hidden}"' not in hers.get("/desk/messages")
    assert "All <b>1</b>" in hers.get("/desk/messages")
    assert "All <b>2</b>" in joy.get("/desk/messages")


# ---------------------------------------------------------------- mailbox


@pytest.fixture
def copy(app):
    with transaction():
        makers.make_organisation()
        message = post(makers.make_person("Ana Reyes"), state=MessageState.SENT)
        link = f"{app.config['SETTINGS'].base_url}/link/abc"
        body = f'<h1>Hi</h1><p><a href="{link}">Go</a></p>'
        html = f'<!DOCTYPE html>\n<html lang="en"><head><title>Hi</title></head><body>{body}</body></html>'
        kept = SentCopy(
            message_id=message.id,
            to_email="ana@example.org",
            subject="<b>Hi</b>",
            text=f"Go:\n{link}\n<script>x</script>",
            html=html,
            sent_at=NOW,
        )
        db.session.add(kept)
        db.session.flush()
        return kept.id


def test_a_demonstration_shows_what_it_sent_to_anyone_with_links_that_work(client, copy):
    page = client.get("/mailbox").text
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page
    assert "Nothing was sent yet" not in page
    assert "No message fits" in client.get("/mailbox?q=zebra").text
    page = client.get(f"/mailbox/{copy}").text
    assert '/link/abc">' in page
    assert "<script>x" not in page
    assert "Hi" not in client.get("/mailbox/99999").text


def test_staff_read_a_message_as_it_was_sent_and_others_do_not(app, joy, copy):
    number = db.session.get_one(SentCopy, copy).message_id
    page = joy.get(f"/desk/messages/{number}")
    assert "As it was sent" in page
    assert "&lt;script&gt;x" in page
    alone = joy.client.get(f"/desk/messages/{number}/html")
    assert "<h1>Hi</h1>" in alone.text
    assert "default-src 'none'" in alone.headers["Content-Security-Policy"]
    joy.get("/desk/messages/99999/html", 404)
    with transaction():
        stranger = makers.make_person("Bea Ortiz")
    assert "<h1>Hi</h1>" not in Desk(app.test_client(), stranger).get(f"/desk/messages/{number}/html", 404)


def test_a_messages_html_is_drawn_alone_under_a_policy_that_runs_nothing(client, copy):
    answer = client.get(f"/mailbox/{copy}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert '<base target="_top">' in answer.text


def test_there_is_no_mailbox_where_people_are_real(client, copy):
    with transaction():
        queries.organisation().demonstration = False
    for url in ("/mailbox", f"/mailbox/{copy}", f"/mailbox/{copy}/html"):
        assert b"Hi" not in client.get(url).data


# ---------------------------------------------------------------- people


def test_people_are_found_by_name_and_by_address(joy):
    with transaction():
        makers.make_person("Amina Warsame", email="amina@schools.example")
        bounced = makers.make_person("Bea Ortiz")
        bounced.bounced_at, bounced.bounce_reason = NOW, "no such mailbox"
    page = joy.get("/desk/people")
    assert "Joy Tanaka" in page
    assert "Amina" not in page, "the office first"
    assert "Amina Warsame" in joy.get("/desk/people?q=warsame")
    assert "Amina Warsame" in joy.get("/desk/people?q=schools.example")
    assert "Nobody fits" in joy.get("/desk/people?q=%25%25")
    page = joy.get("/desk/people?show=unreached")
    assert "Bea Ortiz" in page
    assert "Amina" not in page
    assert "no such mailbox" in joy.client.get("/desk/people.csv?show=unreached").text


def test_a_role_is_given_for_a_scope_and_taken_back(joy, cycle):
    with transaction():
        number = makers.make_person("Ruth Alemu").id
    url = f"/desk/people/{number}"
    answer = joy.send(url, {"role": "staff", "scope": str(cycle.award_id)}, action="/roles")
    assert answer.status_code == 303
    grant = db.session.scalar(select(Grant).where(Grant.person_id == number))
    assert (grant.role, grant.scope_id, grant.ended_at) == (Role.STAFF, cycle.award_id, None)
    assert "Excellence in Teaching Award" in joy.get(url)
    answer = joy.send(url, {"role": "auditor", "scope": str(cycle.award_id)}, action="/roles")
    assert answer.status_code == 422
    assert "auditor of the whole organization" in answer.text
    assert joy.send(url, {"role": "king"}, action="/roles").status_code == 422
    assert joy.send(url, {"role": None}, action="/roles").status_code == 422
    joy.send(url, action=f"/roles/{grant.id}/end")
    db.session.rollback()
    assert db.session.get(Grant, grant.id).ended_at is not None


def test_nobody_changes_their_own_roles_and_somebody_stays_on_the_staff(joy, app):
    own = db.session.scalar(select(Person).where(Person.family_name == "Tanaka"))
    grant = db.session.scalar(select(Grant).where(Grant.person_id == own.id))
    assert "Nobody changes their own roles" in joy.get(f"/desk/people/{own.id}")
    assert joy.press(f"/desk/people/{own.id}/roles", role="publisher", scope="").status_code == 409
    assert joy.press(f"/desk/people/{own.id}/roles/{grant.id}/end").status_code == 409
    with transaction():
        ruth = makers.make_staff("Ruth Alemu")
    hers = Desk(app.test_client(), ruth)
    assert hers.press(f"/desk/people/{own.id}/roles/{grant.id}/end").status_code == 303
    joy.get("/desk/people", 404)


def test_a_name_and_an_address_are_put_right(joy):
    with transaction():
        number = makers.make_person("Amina Warsame", email="amina@schools.example").id
    url = f"/desk/people/{number}"
    assert joy.send(url, {"given": "Aamina", "family": "Warsame"}, action="/name").status_code == 303
    assert joy.send(url, {"family": "  "}, action="/name").status_code == 422
    assert joy.send(url, {"email": "nonsense"}, action="/address").status_code == 422
    assert joy.send(url, {"email": "aamina@schools.example"}, action="/address").status_code == 303
    db.session.rollback()
    person = db.session.get(Person, number)
    assert (person.name, person.sort_name, person.email_key) == (
        "Aamina Warsame",
        "warsame aamina",
        "aamina@schools.example",
    )
    joy.get("/desk/people/999999", 404)


def test_somebody_is_added_and_an_address_in_use_is_refused(joy):
    answer = joy.send("/desk/people/new", {"given": "Desmond", "family": "Achebe", "email": "desmond@board.example"})
    assert answer.status_code == 303
    answer = joy.send("/desk/people/new", {"given": "D", "family": "Achebe", "email": "Desmond@Board.example"})
    assert answer.status_code == 422
    assert "Desmond Achebe signs in with this address already" in answer.text


def test_every_session_of_somebody_can_be_ended(joy, app):
    with transaction():
        ruth = makers.make_staff("Ruth Alemu")
    hers = Desk(app.test_client(), ruth)
    hers.get("/desk")
    joy.send(f"/desk/people/{ruth.id}", action="/sessions/end")
    assert "sign" in hers.get("/desk").lower()
    assert "Today" not in hers.get("/desk")


# ---------------------------------------------------------------- the record


def test_the_record_says_who_did_what_and_is_filtered(joy):
    ask(joy)
    page = joy.get("/desk/record")
    assert "Joy Tanaka" in page
    assert "Invited" in page
    assert "No line fits" in joy.get("/desk/record?kind=fund")
    assert "Invited" in joy.get("/desk/record?kind=member&q=tanaka")
    assert "No line fits" in joy.get("/desk/record?kind=member&q=zebra")
    assert "No line fits" in joy.get("/desk/record?to=2001-01-01")
    assert "Invited" in joy.get("/desk/record?from=2001-01-01&to=9999-12-31&number=x&kind=nonsense&page=-3")
    assert "Invited" in joy.client.get("/desk/record.csv?kind=member").text
    assert "Ana Reyes" in joy.get("/desk/record?kind=member"), "staff read whom a line is about"


def test_lines_about_what_one_has_a_conflict_with_are_not_there(joy, cycle, app):
    from portal import history

    with transaction():
        candidacy = makers.make_candidacy(cycle, name="Conflicted Nominee")
        ruth = makers.make_staff("Ruth Alemu")
        conflict = makers.make_conflict(candidacy, ruth)
        nomination = db.session.scalars(select(makers.Nomination)).one()
        for thing in (candidacy, nomination, conflict):
            history.record("looked over", thing, at=NOW)
        reference = candidacy.reference
    hers = Desk(app.test_client(), ruth)
    assert reference in joy.get("/desk/record")
    assert "N-0001" in joy.get("/desk/record")
    page = hers.get("/desk/record") + hers.client.get("/desk/record.csv").text
    for words in (reference, "N-0001", "Conflict ", "masked text"):
        assert words not in page.split("<tbody>")[-1], words


def test_an_auditor_reads_the_record_without_the_names_of_families(joy, cycle, app):
    from portal import history

    with transaction():
        auditor = makers.make_auditor("Ana Board")
        nominator = makers.make_person("Nadia Nominator")
        nomination = makers.make_nomination(cycle, nominator=nominator)
        history.record("submitted", nomination, by=nominator, at=NOW, reason="Because Amina Warsame asked.")
        history.record(
            "extend for all", queries.cycle_at("teaching", 2026), by=auditor, at=NOW, reason="Snow closed the schools."
        )
    theirs = Desk(app.test_client(), auditor)
    page = theirs.get("/desk/record") + theirs.client.get("/desk/record.csv").text
    for words in ("Nadia", "Warsame"):
        assert words not in page
    for words in ("Snow closed the schools.", "Someone outside the office", "N-0001"):
        assert words in page
    assert "Nadia Nominator" in joy.get("/desk/record")


def test_someone_of_one_award_reads_that_awards_lines_alone(joy, cycle, app):
    from portal import history

    with transaction():
        other = makers.make_cycle(makers.make_award(slug="other"))
        history.record("edited", queries.cycle_at("teaching", 2026), at=NOW, reason="Of teaching.")
        history.record("edited", queries.cycle_at("other", 2026), at=NOW, reason="Of another.")
        ruth = makers.make_staff("Ruth Alemu", award=queries.award_by_slug("teaching"))
    assert other is not None
    hers = Desk(app.test_client(), ruth)
    page = hers.get("/desk/record")
    assert "Of teaching." in page
    assert "Of another." not in page
    hers.get("/desk/messages", 404)
    hers.get("/desk/people", 404)


# ---------------------------------------------------------------- today, and what waits for me


def test_today_says_what_needs_somebody_and_where_each_year_stands(joy, cycle):
    with transaction():
        makers.make_candidacy(cycle, stage=CandidacyStage.INTAKE)
        makers.make_nomination(cycle, stage=Stage.LATE)
        makers.make_member(cycle, state=MemberState.INVITED)
        makers.make_cycle(makers.make_award("Kitchen Award", slug="kitchen"), stage=CycleStage.DRAFT)
    page = joy.get("/desk").replace("\xa0", " ")
    for words in (
        "Excellence in Teaching Award 2026",
        "One invitation is not answered",
        "is still a draft",
        "Closes Friday, March 13, 2026, 11:59 pm Pacific",
        "Nominations close",
    ):
        assert words in page, words
    assert "midnight" not in page.lower()


def test_todays_numbers_leave_out_what_one_has_a_conflict_with(joy, cycle, app):
    from portal.home.queries import today

    with transaction():
        candidacy = makers.make_candidacy(cycle, stage=CandidacyStage.INTAKE, nominations=3)
        makers.make_candidacy(cycle, name="Bea Ortiz", stage=CandidacyStage.INTAKE)
        ruth = makers.make_staff("Ruth Alemu")
        makers.make_conflict(candidacy, ruth)
    for person, people, submitted in ((None, 2, 4), (ruth, 1, 1)):
        line = today.numbers(person, [queries.cycle_at("teaching", 2026)])[0]
        assert (line.candidacies["intake"], line.nominations["submitted"]) == (people, submitted)


def test_each_sees_what_waits_for_them(app, cycle):
    with transaction():
        reviewer = makers.make_person("Ana Reyes")
        makers.make_member(cycle, reviewer, state=MemberState.INVITED)
        writer = makers.make_person("Nadia Nominator")
        makers.make_nomination(cycle, nominator=writer, stage=Stage.DRAFT)
        makers.make_nomination(cycle, nominator=writer)
        nominee = makers.make_person("Amina Warsame")
        candidacy = makers.make_candidacy(cycle, person=nominee)

    def page(person):
        return Desk(app.test_client(), person).get("/me")

    assert "You are asked to join a committee" in page(reviewer)
    assert "One nomination is not finished" in page(writer)
    assert "See the nomination you sent" in page(writer)
    assert "Nothing waits for you" in page(nominee), "nothing hints at a nomination before they are told"
    with transaction():
        db.session.get(type(candidacy), candidacy.id).told_at = NOW
    assert "Say what may be published about you" in page(nominee)


@pytest.mark.sqlite_only  # every list of the portal, these too, is counted on both in test_same_queries
def test_one_page_of_mine_and_today_cost_the_same_at_one_row_and_at_fifty(joy, cycle, app):
    with transaction():
        me = makers.make_publisher("Marisol Etxeberria")

    def fill(number):
        with transaction():
            for place in range(number):
                made = makers.make_cycle(makers.make_award())
                makers.make_member(made, me, state=MemberState.INVITED)
                makers.make_nomination(made, nominator=me, stage=Stage.DRAFT)
                person = makers.make_staff(f"Person {place}")
                post(person, state=MessageState.FAILED)
                person.bounced_at = NOW
                candidacy = makers.make_candidacy(made, person=makers.make_person())
                makers.make_conflict(candidacy, person)

    hers = Desk(app.test_client(), me)
    urls = (
        "/me",
        "/desk",
        "/desk/messages",
        "/desk/messages.csv",
        "/desk/people",
        "/desk/people.csv",
        "/desk/record",
        "/desk/record.csv",
        f"/desk/people/{me.id}",
        "/mailbox",
    )

    def cost():
        found = {}
        for url in urls:
            with counted() as statements:
                hers.get(url)
            found[url] = len(statements)
        return found

    fill(2)
    hers.get("/me")
    few = cost()
    fill(48)
    hers.get("/me")  # what is fetched once after a write, and then kept
    assert cost() == few
    assert max(few.values()) <= 30, few


def test_looking_changes_nothing(joy):
    ask(joy)
    seat = member()
    message = db.session.scalar(select(Message.id))
    urls = [
        "/me",
        "/desk",
        "/desk/messages",
        f"/desk/messages/{message}",
        "/desk/people",
        f"/desk/people/{seat.person_id}",
        "/desk/record",
        "/desk/record.csv",
        "/mailbox",
        COMMITTEE,
        f"{COMMITTEE}/{seat.id}",
    ]
    with counted() as statements:
        for url in urls:
            joy.get(url)
    assert not [one for one in statements if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


OFFICE = {
    "/desk": {"staff": 200, "auditor": 200, "publisher": 200, "of_one": 200, "someone": 404},
    "/desk/messages": {"staff": 200, "auditor": 404, "publisher": 200, "of_one": 404, "someone": 404},
    "/desk/messages.csv": {"staff": 200, "auditor": 404, "publisher": 200, "of_one": 404, "someone": 404},
    "/desk/people": {"staff": 200, "auditor": 404, "publisher": 200, "of_one": 404, "someone": 404},
    "/desk/people.csv": {"staff": 200, "auditor": 404, "publisher": 200, "of_one": 404, "someone": 404},
    "/desk/people/new": {"staff": 200, "auditor": 404, "publisher": 200, "of_one": 404, "someone": 404},
    "/desk/record": {"staff": 200, "auditor": 200, "publisher": 200, "of_one": 200, "someone": 404},
    "/me": {"staff": 200, "auditor": 200, "publisher": 200, "of_one": 200, "someone": 200},
}


@pytest.mark.parametrize("url", OFFICE)
def test_each_page_of_the_office_opens_for_those_it_is_for(app, cycle, url):
    with transaction():
        people = {
            "staff": makers.make_staff(),
            "auditor": makers.make_auditor(),
            "publisher": makers.make_publisher(),
            "of_one": makers.make_staff(award=queries.award_by_slug("teaching")),
            "someone": makers.make_person(),
        }
    for who, status in OFFICE[url].items():
        Desk(app.test_client(), people[who]).get(url, status)
    assert "sign" in app.test_client().get(url).text.lower()


@pytest.mark.battery
@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_breaks_a_page_of_the_office(joy, text):
    ask(joy)
    seat = member().id
    with transaction():
        ana = db.session.scalar(select(Person).where(Person.given_name == "Ana"))
        failed = post(ana, state=MessageState.FAILED).id
        sent = post(ana, state=MessageState.SENT).id
        number = ana.id
    forms = {
        f"{COMMITTEE}/new": ("", ["given", "family", "email"]),
        f"{COMMITTEE}/{seat}": ("", ["email"]),
        f"{COMMITTEE}/{seat}/removal": ("", ["reason"]),
        f"/desk/messages/{failed}": ("", ["email"]),
        f"/desk/messages/{sent}/bounce": ("", ["reason"]),
        f"/desk/people/{number}": ("/name", ["given", "family"]),
        "/desk/people/new": ("", ["given", "family", "email"]),
    }
    for url, (action, names) in forms.items():
        for name in names:
            answer = joy.send(url, {name: text}, holding=name, action=action)
            assert answer.status_code in {303, 409, 422}, (url, name, answer.status_code)
    from urllib.parse import quote

    words = quote(text[:5000], errors="surrogatepass")
    for url in (
        f"/desk/messages?q={words}&state={words}&page={words}",
        f"/desk/people?q={words}&show={words}",
        f"/desk/record?q={words}&kind={words}&from={words}&number={words}",
        f"/mailbox?q={words}",
        "/desk",
        COMMITTEE,
        "/me",
    ):
        assert "<script>alert" not in joy.get(url)


# ---------------------------------------------------------------- the life of a message


@pytest.mark.parametrize("state", list(MessageState))
def test_a_message_is_sent_again_or_stopped_only_where_its_life_allows(app, state):
    from portal.errors import Refused

    with transaction():
        staff = makers.make_staff()
        for step, do in ((MessageStep.SEND_AGAIN, messages.send_again), (MessageStep.CANCEL, messages.cancel_one)):
            message = post(makers.make_person(), state=state)
            db.session.refresh(message, ["to"])
            if MESSAGE.fits(state, step):
                do(message, by=staff, at=NOW)
                assert message.state is MESSAGE.table[state, step]
            else:
                with pytest.raises(Refused):
                    do(message, by=staff, at=NOW)


def test_an_address_that_came_back_is_noted_for_everyone_written_to_there(app):
    with transaction():
        both = [
            makers.make_person(name, email="family@example.org", account=False) for name in ("Ana Reyes", "Bea Reyes")
        ]
        sent = post(both[0], state=MessageState.SENT, at=NOW - timedelta(days=1))
        sent.sent_at = NOW
        assert messages.bounce_address(" Family@Example.org", reason="full", at=NOW) == 2
        assert messages.bounce_address("nobody@example.org", reason="full", at=NOW) == 0
        assert sent.state is MessageState.BOUNCED
    assert db.session.scalar(select(func.count()).where(Event.action == "bounced")) == 2
