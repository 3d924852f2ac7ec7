"""Letters of recommendation: asked for, written, sent, replaced, declined, late, lapsed; and who may know of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_candidacy,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_staff,
)
from portal.errors import Refused, Stale, TooLate
from portal.files import actions as files
from portal.files import rules as file_rules
from portal.history.models import Event
from portal.jobs import worker
from portal.mail.models import Message
from portal.nominations import chores
from portal.nominations.actions import gathering, letters, screening, writing
from portal.nominations.models import Conflict, Kind, LetterPlan, Match, Nomination, Recommendation, Relation
from portal.nominations.queries import letters as queries
from portal.nominations.queries import writing as writings
from portal.nominations.rules import CandidacyStep
from portal.nominations.rules.letters import Late, LetterState, Party, WriterRole, gap, mailbox, same_person
from portal.people.models import Person
from portal.policy import Permission, may
from portal.review.actions import declaring
from tests.support import hostile

TEXT = "She keeps the library open until the last child is fetched. " * 20
DUE = CLOSES + timedelta(days=18)
S = LetterState


@pytest.fixture
def world(app):
    """A nomination of Amina Warsame by Nadia Okafor, and whose letters it needs."""
    chores._looked.clear()
    with transaction():
        make_organisation()
        cycle = make_cycle(letters_due_at=DUE)
        nomination = make_nomination(cycle, nominator=make_person("Nadia Okafor", email="nadia@example.org"))
        gathering.gather(nomination, at=NOW)
        db.session.add(LetterPlan(cycle_id=cycle.id, mix=["supervisor", "community member", "student or parent"]))
    return nomination.id


def nominated(number):
    return writings.by_reference(db.session.get_one(Nomination, number).reference)


def ask(number, *, name="Ruth Ames", email="ruth@writers.example", role=WriterRole.SUPERVISOR, at=NOW, **more):
    with transaction():
        nomination = nominated(number)
        return letters.ask(
            cycle=nomination.cycle,
            nomination=nomination,
            by=nomination.nominator,
            name=name,
            email=email,
            role=role,
            at=at,
            **more,
        ).id


def asked(number):
    db.session.rollback()
    db.session.expire_all()
    return queries.by_number(number)


def write(number, text=TEXT, *, at=NOW, send=True, signed="Ruth Ames"):
    with transaction():
        one = queries.by_number(number)
        if letters.age_unknown(one):
            letters.of_age(one, at=at)
        saved = letters.save(one, text=text, signed=signed, position="Principal", version=one.version, at=at)
        return letters.send(one, version=saved.version, at=at).number if send else saved


def posted(template):
    db.session.rollback()
    return db.session.scalars(
        select(Message).where(Message.template == f"nominations/{template}").order_by(Message.id)
    ).all()


def refused(call, match, kind=Refused):
    with pytest.raises(kind, match=match), transaction():
        call()


# ---------------------------------------------------------------- rules


def test_the_gap_names_the_roles_that_are_missing_each_as_often_as_it_is():
    mix = ["own staff", "supervisor", "own staff"]
    assert gap(mix, []) == mix
    assert gap(mix, ["own staff", "other"]) == ["supervisor", "own staff"]
    assert gap(mix, ["own staff", "own staff", "supervisor"]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Party("Ana Lee", "ana@x.example"), Party("Somebody Else", "Ana+letters@X.example"), True),
        (Party("A", "a.na@gmail.com"), Party("B", "ana@googlemail.com"), True),
        (Party("Ana Lee", "one@x.example"), Party("Lee, ANA", "two@x.example"), True),
        (Party("José Núñez", None), Party("Jose Nunez", None), True),
        (Party("Ana", "one@x.example"), Party("Ana", "two@x.example"), False),
        (Party("Ana Lee", "one@x.example"), Party("Ana Leeds", "two@x.example"), False),
    ],
)
def test_one_person_is_known_again_whatever_address_they_use(one, other, same):
    assert same_person(one, other) is same
    assert same_person(other, one) is same


def test_a_mailbox_is_what_an_address_reaches():
    assert mailbox(None) is None
    assert mailbox(" A.B+c@Example.org ") == "a.b@example.org"


# ---------------------------------------------------------------- asking


def test_a_writer_is_sent_a_link_that_nobody_else_gets(world):
    number = ask(world, note="Speak of the library.")
    (message,) = posted("letter_asked")
    assert message.to_id == asked(number).writer_id
    assert message.link["next"] == f"/letters/{asked(number).reference}"
    assert message.facts["note"] == "Speak of the library."
    assert [m.to_id for m in db.session.scalars(select(Message)) if (m.link or {}).get("purpose") == letters.LINK] == [
        message.to_id
    ]
    assert (
        queries.missing(queries.plan_of(asked(number).cycle_id), [asked(number)])
        == queries.plan_of(asked(number).cycle_id).mix
    )


def test_the_nominee_and_the_nominator_do_not_write_whatever_address_they_use(world):
    for name, email in (
        ("Nadia Okafor", "other@example.org"),
        ("Somebody Else", "nadia+letter@example.org"),
        ("Warsame Amina", "private@example.org"),
    ):
        refused(lambda name=name, email=email: ask(world, name=name, email=email), "somebody else")
    with transaction():
        db.session.scalar(select(LetterPlan)).apart = False
    assert ask(world, name="Nadia Okafor", email="other@example.org")


def test_nobody_is_asked_twice_too_late_too_often_or_by_an_address_that_nobody_confirmed(world):
    number = ask(world)
    refused(lambda: ask(world), "already")
    once = asked(number)
    local, _, host = once.writer_email.partition("@")
    refused(lambda: ask(world, email=f"{local}+second@{host}", name="B C"), "already")  # one writer fills one place
    refused(lambda: ask(world, email="elsewhere@x.example", name=once.writer_name), "already")
    refused(lambda: ask(world, email="b@x.example", name="B C", confirmed=False), "your own address")
    refused(lambda: ask(world, email="b@x.example", name="B C", at=DUE), "no longer")
    for place in range(7):
        ask(world, name=f"Writer Number{place}", email=f"w{place}@x.example")
    refused(lambda: ask(world, email="b@x.example", name="B C"), "as many")
    with transaction():
        letters.decline(queries.by_number(number), reason="", at=NOW)
    assert asked(number).state is S.DECLINED


# ---------------------------------------------------------------- writing and sending


def test_a_letter_is_sent_once_replaced_until_due_and_each_one_kept(world):
    number = ask(world)
    assert write(number) == 1
    assert write(number) == 1  # the same again
    assert write(number, TEXT + "And more.", at=DUE + timedelta(minutes=9)) == 2  # within the grace
    one = asked(number)
    assert [letter.number for letter in one.letters] == [1, 2]
    assert (one.state, one.received_at) == (S.RECEIVED, DUE + timedelta(minutes=9))
    assert "And more." not in one.letters[0].facts
    assert len(posted("letter_news")) == 1
    refused(lambda: write(number, "Something new", at=DUE + timedelta(minutes=10)), "received")
    assert queries.missing(queries.plan_of(one.cycle_id), [one]) == ["community member", "student or parent"]


@pytest.mark.parametrize("text", ["", "   \n", "…!?", "\u200b"])
def test_an_empty_letter_cannot_be_sent(world, text):
    number = ask(world)
    refused(lambda: write(number, text), "empty letter")
    assert asked(number).state is S.ASKED


def test_a_letter_over_the_limit_or_without_a_name_is_kept_and_not_sent(world):
    number = ask(world)
    refused(lambda: write(number, "word " * 701), "701|more than")
    refused(lambda: write(number, signed=" "), "Write your name")
    refused(lambda: write(number, signed="Amina Warsame"), "somebody else")
    write(number, "word " * 701, send=False)
    assert asked(number).text == "word " * 701


def test_two_windows_never_overwrite_each_other_and_send_what_was_read(world):
    number = ask(world)
    first = write(number, "One text", send=False)
    with transaction():
        stale = letters.save(
            queries.by_number(number), text="Another", signed="Ruth Ames", position="", version=1, at=NOW
        )
    assert (stale.other, asked(number).text) == ("One text", "One text")
    refused(lambda: letters.send(queries.by_number(number), version=first.version - 1, at=NOW), "another window", Stale)


def test_a_file_is_a_letter_once_it_is_clean(world):
    number = ask(world)

    def upload(data):
        with transaction():
            one = queries.by_number(number)
            file = files.take_whole(one.writer, one, file_rules.LETTER, name="letter.pdf", data=data, at=NOW)
            letters.attach(one, file, at=NOW)

    upload(hostile.plain_pdf("Dear committee"))
    assert asked(number).state is S.OPENED  # they signed in and used no link: whoever waits sees they are at it
    refused(lambda: letters.send(queries.by_number(number), version=None, at=NOW), "still being checked")
    worker.run_once(at=NOW)
    with transaction():
        letter = letters.send(queries.by_number(number), version=None, at=NOW)
        assert letter.words == 2
    held = queries.sent(asked(number)).file.id
    upload(hostile.scripted("opened"))
    worker.run_once(at=NOW)
    refused(lambda: letters.send(queries.by_number(number), version=None, at=NOW), "empty letter")
    stands = queries.sent(asked(number)).file
    assert (stands.id, stands.state.value) == (held, "clean")  # what was sent stands, its file too


# ---------------------------------------------------------------- late, lapsed, declined, withdrawn


@pytest.mark.parametrize("late", list(Late))
def test_a_late_letter_is_refused_or_left_with_the_staff_by_the_cycles_rule(world, late):
    number, staff = ask(world), None
    with transaction():
        db.session.scalar(select(LetterPlan)).late = late
        staff = make_staff().id
    after = DUE + timedelta(minutes=10)
    if late is Late.REFUSE:
        refused(lambda: write(number, at=after), "were due on", TooLate)
        write(number, at=after, send=False)
        assert (asked(number).state, asked(number).text) == (S.OPENED, TEXT)
        return
    write(number, at=after)
    assert asked(number).state is S.LATE
    assert queries.missing(queries.plan_of(asked(number).cycle_id), [asked(number)])[0] == "supervisor"
    by = {"by": db.session.get(Person, staff), "at": after}
    refused(lambda: letters.accept_late(queries.by_number(number), reason=" ", **by), "why")
    with transaction():
        letters.accept_late(
            queries.by_number(number), reason="The mail was down.", by=db.session.get(Person, staff), at=after
        )
    assert asked(number).state is S.RECEIVED
    assert posted("letter_late")[0].facts["accepted"] is True


def test_reminders_go_once_for_each_day_and_to_nobody_who_is_done(world):
    number, done = ask(world), ask(world, name="Done Already", email="done@x.example", role=WriterRole.COMMUNITY)
    write(done, signed="Done Already")
    for days in (20, 7, 6.5, 2, 1.9, 1):
        chores.look_after_letters(DUE - timedelta(days=days))
        chores.look_after_letters(DUE - timedelta(days=days) + timedelta(minutes=2))
    reminders = posted("letter_reminder")
    assert [message.to_id for message in reminders] == [asked(number).writer_id] * 2
    chores.look_after_letters(DUE + timedelta(minutes=9))
    assert asked(number).state is S.ASKED
    chores.look_after_letters(DUE + timedelta(minutes=11))
    assert asked(number).state is S.LAPSED
    assert [message.facts["state"] for message in posted("letter_news")] == ["received", "lapsed"]
    assert {message.state.value for message in posted("letter_reminder")} == {"cancelled"}
    with transaction():  # the day is moved: it may still come
        asked(number).cycle.letters_due_at = DUE + timedelta(days=5)
    write(number, at=DUE + timedelta(days=1))
    assert asked(number).state is S.RECEIVED


def test_after_an_outage_only_the_last_reminder_is_sent(world):
    ask(world)
    chores.look_after_letters(DUE - timedelta(days=1))
    assert len(posted("letter_reminder")) == 1


def test_a_letter_goes_where_its_nominee_went_and_is_refused_when_all_is_withdrawn(world):
    number = ask(world)
    with transaction():
        nomination = nominated(world)
        other = make_nomination(nomination.cycle, nominee="Amina Warsameh")
        into = gathering.gather(other, at=NOW)
        make_nomination(nomination.cycle, nominee="Amina Warsameh", candidacy=into)
        match = db.session.scalars(select(Match)).one()
        stays = gathering.accept(match, by=make_staff(), at=NOW).id
        assert stays == into.id
    assert queries.candidacy_of(asked(number)).id == stays
    with transaction():  # the nomination it was asked for is withdrawn, the others go on
        writing.withdraw(nominated(world), at=NOW)
    write(number)
    assert [one.id for one in queries.of_candidacies([stays])[stays]] == [number]
    assert asked(number).state is S.RECEIVED
    second = ask_of_other(other.id)
    with transaction():
        screening.decide(
            queries.candidacy_of(queries.by_number(number)),
            CandidacyStep.WITHDRAW,
            by=make_staff(),
            at=NOW,
            reason="Asked to.",
        )
    assert asked(second).state is S.CANCELLED
    assert [message.to_id for message in posted("letter_cancelled")] == [asked(second).writer_id]
    refused(lambda: write(second, signed="B C"), "cancelled")
    refused(lambda: write(number, TEXT + "more"), "withdrawn")


def ask_of_other(number):
    return ask(number, name="B C", email="b@x.example")


# ---------------------------------------------------------------- who may know


def test_whoever_wrote_a_letter_does_not_review_and_touches_no_one_they_wrote_about(world):
    number = ask(world)
    with transaction():
        writer, cycle = asked(number).writer, asked(number).cycle
        declaring.may_serve(cycle, writer)
        db.session.add(Member(cycle_id=cycle.id, person_id=writer.id, state=MemberState.ACCEPTED, invited_at=NOW))
    refused(lambda: write(number), "committee")
    with transaction():
        db.session.delete(db.session.scalar(select(Member)))
    write(number)
    refused(lambda: declaring.may_serve(asked(number).cycle, asked(number).writer), "wrote a letter")


def test_staff_who_write_a_letter_have_a_conflict_that_stands(world):
    with transaction():
        staff = make_staff("Ruth Ames")
        address = staff.email
    number = ask(world, email=address)
    assert may(asked(number).writer, Permission.MANAGE_LETTERS, asked(number))
    write(number)
    conflicts = db.session.scalars(select(Conflict).where(Conflict.person_id == asked(number).writer_id)).all()
    assert {conflict.kind for conflict in conflicts} == {
        Kind.WROTE_LETTER,
        Kind.SUPERVISOR,
    }  # asked as their supervisor
    writer = asked(number).writer
    assert not may(writer, Permission.MANAGE_LETTERS, asked(number))
    assert may(writer, Permission.READ_LETTER, asked(number))  # their own


@pytest.mark.parametrize("waives", [True, False])
def test_an_applicants_waiver_is_kept_with_its_words_and_holds(world, waives):
    with transaction():
        db.session.get(Recommendation, 0)
        nominated(world).relation = Relation.SELF
    number = ask(world, waiver=(waives, "The words that were read."))
    write(number)
    one = asked(number)
    assert (one.waived, one.waiver_words, one.waived_at) == (waives, "The words that were read.", NOW)
    applicant = one.asked_by
    assert may(applicant, Permission.READ_LETTER, one) is not waives
    (line,) = db.session.scalars(select(Event).where(Event.action == "letter asked for")).all()
    assert line.facts["waived"] is waives


def test_a_nominee_a_nominator_and_a_stranger_read_no_letter(world):
    number = ask(world)
    write(number)
    one = asked(number)
    nominee = queries.candidacy_of(one)
    with transaction():
        stranger, staff = make_person(), make_staff()
        people = [one.asked_by, stranger]
        elsewhere = make_candidacy()
    assert elsewhere.id != nominee.id
    one = asked(number)
    assert not any(may(db.session.get(Person, person.id), Permission.READ_LETTER, one) for person in people)
    assert may(db.session.get(Person, staff.id), Permission.READ_LETTER, one)
    assert may(one.writer, Permission.READ_LETTER, one)
