"""Releasing: two instants, once each, whole or not at all; consent everywhere; surprises; corrections."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.awards.models import Cycle, Firewall, Member
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.decisions import actions as decisions
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo import makers
from portal.errors import PortalError, Refused, Stale
from portal.funds.models import FundDonor
from portal.history.models import Event
from portal.home.queries import record
from portal.mail import writing as mail_writing
from portal.mail.models import Message, MessageState
from portal.mail.wording import actions as own_words
from portal.mail.wording import kinds as of_messages
from portal.nominations.actions import consent as consents
from portal.nominations.actions import screening
from portal.nominations.models import Candidacy, CandidacyPerson, Field, Nomination, Quote, Sitting
from portal.nominations.rules import CandidacyStep, ConsentState, Stage
from portal.nominations.translating import actions as translating
from portal.nominations.translating import queries as translation_queries
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person
from portal.publishing import actions, chores
from portal.publishing.actions import followups as words
from portal.publishing.actions import unnamed, wording
from portal.publishing.desk import queries
from portal.publishing.desk.models import Release
from portal.publishing.desk.queries import followups
from portal.publishing.models import Recipient
from portal.publishing.rules import Change, ReleaseState
from tests.support.deciding import AT, PUBLIC, SECOND, TOLD, biography, build, consent, decide, ready

WORDS = dict.fromkeys(Field, "Yes.")


def thing(world):
    db.session.expire_all()
    return queries.releasing(world.slug, 2026)


def planned(world, *, told=TOLD, public=PUBLIC):
    """Decide, plan and approve, so that only the instants are missing."""
    with transaction():
        decide(world)
    with transaction():
        actions.plan(thing(world), told_at=told, public_at=public, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)


def messages():
    db.session.expire_all()
    rows = db.session.execute(
        select(Message.template, Message.to_id, Message.facts)
        .where(Message.template.like("publishing/%"))
        .order_by(Message.id)
    )
    return [(row.template.removeprefix("publishing/"), row.to_id, row.facts) for row in rows]


def kinds():
    found = [kind for kind, _to, _facts in messages()]
    return {kind: found.count(kind) for kind in sorted(set(found))}


def rows():
    db.session.expire_all()
    return db.session.scalars(select(Recipient).order_by(Recipient.sort_name, Recipient.id)).all()


@pytest.fixture
def world(app):
    with transaction():
        return build()


def test_one_second_before_nothing_is_told_and_at_the_instant_everybody_is_once(world):
    planned(world)
    with transaction():
        for place in (2, 3):
            world.candidacy(place).told_at = AT
    assert chores.release_due(TOLD - SECOND) == 0
    assert messages() == []
    assert chores.release_due(TOLD) == 1
    assert kinds() == {"alternate": 1, "nominator": 4, "not_selected": 1, "selected": 2}
    assert chores.release_due(TOLD) == 0
    assert chores.release_due(TOLD + timedelta(days=1)) == 0
    assert len(messages()) == 8
    assert rows() == []
    assert {row.state for row in db.session.scalars(select(Decision))} == {DecisionState.RELEASED}
    assert all(
        message.result for message in db.session.scalars(select(Message).where(Message.template.like("publishing/%")))
    )
    assert all(world.candidacy(place).told_at == TOLD for place in (0, 1))


def test_one_second_before_there_is_no_public_row_and_at_the_instant_there_is(world):
    with transaction():
        consent(world.candidacy(0), *Field)
        biography(world.candidacy(0), "She came to teach.")
    planned(world)
    chores.release_due(TOLD)
    assert chores.release_due(PUBLIC - SECOND) == 0
    assert rows() == []
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.DECIDED
    assert chores.release_due(PUBLIC) == 1
    unnamed, named = rows()
    assert (named.name, named.slug, named.school, named.biography) == (
        "Amina Warsame",
        "amina-warsame",
        "School of Amina Warsame",
        "She came to teach.",
    )
    assert (named.sum_cents, named.paid_to) == (300_000, "the person")
    assert unnamed.name is None
    assert [
        unnamed.role,
        unnamed.school,
        unnamed.sum_cents,
        unnamed.fund_name,
        unnamed.quotations,
        unnamed.sort_name,
    ] == [None, None, None, None, [], ""]
    assert "villasenor" not in unnamed.slug
    assert db.session.get_one(Cycle, world.cycle).stage is CycleStage.RELEASED
    assert chores.release_due(PUBLIC) == 0
    assert len(rows()) == 2


def test_a_late_worker_does_both_instants_in_order(world):
    planned(world)
    assert chores.release_due(PUBLIC + timedelta(days=3)) == 2
    assert len(rows()) == 2
    release = thing(world).release
    assert release.state is ReleaseState.PUBLIC
    assert release.told_done_at == release.public_done_at == PUBLIC + timedelta(days=3)


def test_a_time_that_is_not_set_means_not_released(world):
    with transaction():
        decide(world)
        actions.plan(thing(world), told_at=TOLD, public_at=None, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
    with transaction(), pytest.raises(Refused, match="Set both times"):
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)
    assert chores.release_due(PUBLIC + timedelta(days=300)) == 0
    assert messages() == []


def test_two_workers_at_once_tell_once(app):
    with transaction():
        world = build()
    planned(world)
    db.session.rollback()
    gate, done = threading.Barrier(4), []

    def work():
        with app.app_context():
            gate.wait()
            done.append(chores.release_due(TOLD))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 1
    assert kinds() == {"nominator": 4, "selected": 2}


@pytest.mark.parametrize("step", ["tell", "publish"])
def test_a_worker_that_dies_on_the_way_has_done_nothing(world, monkeypatch, step):
    planned(world)
    if step == "publish":
        chores.release_due(TOLD)
    before = (len(messages()), len(rows()), thing(world).release.version)
    if step == "tell":
        monkeypatch.setattr(actions, "_tell_writers", lambda *_a, **_k: 1 / 0)
    else:
        real, calls = actions._show, []
        monkeypatch.setattr(
            actions, "_show", lambda *a, **k: calls.append(1) or (1 / 0 if len(calls) > 1 else real(*a, **k))
        )
    with pytest.raises(ZeroDivisionError):
        chores.release_due(PUBLIC)
    assert (len(messages()), len(rows()), thing(world).release.version) == before
    monkeypatch.undo()
    chores.release_due(PUBLIC)
    assert len(rows()) == 2


def test_nobody_is_told_before_standing_is_confirmed(app):
    with transaction():
        world = build(confirmed=False)
        decide(world)
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
    with transaction(), pytest.raises(Refused, match="still blocks"):
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)
    with transaction():
        for place in range(4):
            world.candidacy(place).standing_confirmed_at = AT
    with transaction():
        ready(world)
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)
    with transaction():
        world.candidacy(1).standing_confirmed_at = None
    assert chores.release_due(TOLD) == 0
    assert messages() == []
    assert "good standing" in thing(world).release.held
    assert chores.release_due(TOLD + SECOND) == 0
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.action == "release held")) == 1
    with transaction():
        world.candidacy(1).standing_confirmed_at = AT
    assert chores.release_due(TOLD + timedelta(hours=1)) == 1
    assert thing(world).release.held is None


def test_the_second_person_is_never_the_first(world):
    ruth = world.person("ruth")
    with transaction():
        decide(world)
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=ruth, at=AT)
    with transaction(), pytest.raises(Refused, match="somebody else approves them"):
        ready(world)
    with transaction(), pytest.raises(Refused, match="cannot approve"):
        actions.approve(thing(world), version=1, by=ruth, at=AT)
    assert queries.approvers(thing(world)) == []
    approved = update(Release).values(state=ReleaseState.APPROVED, approved_by_id=ruth.id, approved_at=AT)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(approved)


def test_a_change_of_the_times_asks_for_approval_anew(world):
    planned(world)
    with transaction():
        actions.plan(thing(world), told_at=TOLD + SECOND, public_at=PUBLIC, version=2, by=world.person("joy"), at=AT)
    release = thing(world).release
    assert (release.state, release.approved_by_id) == (ReleaseState.PLANNED, None)
    assert chores.release_due(PUBLIC) == 0
    with transaction():
        ready(world)
    with transaction(), pytest.raises(Stale):
        actions.approve(thing(world), version=2, by=world.person("ruth"), at=AT)


def test_a_returned_decision_takes_the_approval_of_the_release_back(world):
    planned(world)
    with transaction():
        decisions.return_(world.one(0), reason="They moved away.", version=2, by=world.person("ruth"), at=AT)
    assert thing(world).release.state is ReleaseState.PLANNED
    assert chores.release_due(PUBLIC) == 0
    assert messages() == []


def test_it_can_be_cancelled_until_it_is_told_and_not_after(world):
    planned(world)
    with transaction(), pytest.raises(Refused, match="Say why"):
        actions.cancel(thing(world), reason="", version=2, by=world.person("ruth"), at=AT)
    with transaction():
        actions.cancel(thing(world), reason="The venue fell through.", version=2, by=world.person("ruth"), at=AT)
    assert chores.release_due(PUBLIC) == 0
    assert messages() == []
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, version=3, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(thing(world), version=4, by=world.person("ruth"), at=AT)
    chores.release_due(TOLD)
    with transaction(), pytest.raises(Refused, match="cannot be taken back"):
        actions.cancel(thing(world), reason="Too late.", version=6, by=world.person("ruth"), at=TOLD)
    with transaction(), pytest.raises(Refused, match="cannot be taken back"):
        actions.plan(thing(world), told_at=None, public_at=None, version=6, by=world.person("joy"), at=TOLD)


@pytest.mark.parametrize(
    ("told", "public", "why"),
    [(PUBLIC, TOLD, "told first"), (AT, PUBLIC, "has passed"), (None, AT - SECOND, "has passed")],
)
def test_times_that_make_no_sense_are_refused(world, told, public, why):
    with transaction(), pytest.raises(Refused, match=why):
        actions.plan(thing(world), told_at=told, public_at=public, by=world.person("joy"), at=AT)


# ---------------------------------------------------------------- messages


def test_own_words_are_said_only_in_the_version_that_somebody_else_approved_with_the_release(app, world):
    planned(world)
    kind = of_messages.by_slug("publishing.nominator")
    joy, ruth = world.person("joy"), world.person("ruth")

    def write(body, number, by):
        with transaction():
            own_words.save(kind, "en", subject="News of {award}", body=body, number=number, by=by, at=AT)

    write("First: {news_words}", 0, ruth)
    chores.release_due(TOLD)
    assert messages() == [], "what was reworded since it was approved holds the release"
    with transaction(), pytest.raises(Refused, match="cannot approve it"):
        wording.approve(thing(world), by=ruth, at=AT)
    with transaction():
        assert queries.unapproved(thing(world).cycle) == ["nominator"]
        assert wording.approve(thing(world), by=joy, at=AT) == 1
    chores.release_due(TOLD)
    write(
        "Second: {news_words}", 1, joy
    )  # after they were told: whoever is told yet, and whatever waits, says the first
    to, facts = next((to, facts) for kind, to, facts in messages() if kind == "nominator")
    assert record.of_kind(joy, kind, most=5) == [], "none has left yet that new words could be tried on"
    with transaction():
        db.session.scalars(select(Message).where(Message.template == "publishing/nominator")).first().state = "sent"
    assert len(record.of_kind(joy, kind, most=5)) == 1

    def said(**more):
        message = Message(template="publishing/nominator", facts={**facts, **more}, to=db.session.get_one(Person, to))
        with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
            app.preprocess_request()
            return mail_writing.write(message, link=None, language="en")

    assert said().subject == "News of Excellence in Teaching Award"
    assert "First: " in said().text
    assert "was chosen" in said().text
    assert "thank you for writing" in said(approved_words={}).text


def test_each_nominator_gets_one_message_about_everyone_they_wrote_for(world):
    with transaction():
        hibo = makers.make_person("Hibo Nuradin", language="es")
        for place in (0, 3):
            candidacy = world.candidacy(place)
            makers.make_nomination(
                db.session.get_one(Cycle, world.cycle), nominee=candidacy.name, nominator=hibo, candidacy=candidacy
            )
    planned(world)
    chores.release_due(TOLD)
    mine = [facts["nominees"] for kind, to, facts in messages() if kind == "nominator" and to == hibo.id]
    assert [[(one["name"], one["outcome"]) for one in about] for about in mine] == [
        [("Amina Warsame", "selected"), ("Solomon Pratt", "not selected")]
    ]


def test_an_alternate_hears_that_they_are_one_and_their_nominators_hear_of_a_finalist(world):
    with transaction():
        world.candidacy(2).told_at = AT
    planned(world)
    chores.release_due(TOLD)
    assert [to for kind, to, _facts in messages() if kind == "alternate"] == [world.candidacy(2).people[0].person_id]
    assert ("Linh Tran-Whitaker", "finalist") in [
        (facts["nominees"][0]["name"], facts["nominees"][0]["outcome"])
        for kind, _to, facts in messages()
        if kind == "nominator"
    ]


def test_whoever_was_never_told_of_a_nomination_is_not_written_to_unless_selected(world):
    planned(world)
    chores.release_due(TOLD)
    assert "not_selected" not in kinds()
    assert kinds()["selected"] == 2


def test_an_address_that_was_never_confirmed_gets_nothing(world):
    with transaction():
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == world.candidacies[0])).one()
        db.session.get_one(Sitting, nomination.sitting_id).confirmed_at = None
    planned(world)
    assert queries.readiness(thing(world), []).unconfirmed_nominators == 1
    chores.release_due(TOLD)
    assert kinds()["nominator"] == 3


def test_whoever_wrote_for_themself_hears_as_nominee_only(world):
    with transaction():
        candidacy = world.candidacy(0)
        person = candidacy.people[0].person
        makers.make_nomination(
            db.session.get_one(Cycle, world.cycle), nominee=candidacy.name, nominator=person, candidacy=candidacy
        )
    planned(world)
    chores.release_due(TOLD)
    assert [kind for kind, to, _facts in messages() if to == person.id] == ["selected"]


def test_a_guardian_is_written_to_for_somebody_under_18(world):
    with transaction():
        person = world.candidacy(0).people[0].person
        person.minor, person.guardian_name, person.guardian_email = True, "Faduma Warsame", "faduma@example.org"
    planned(world)
    chores.release_due(TOLD)
    letter = db.session.scalars(select(Message).where(Message.template == "publishing/guardian")).one()
    assert (letter.to_email, letter.link["purpose"], letter.link["next"]) == (
        "faduma@example.org",
        "guardian",
        f"/consent/{world.candidacies[0]}",
    )


# ---------------------------------------------------------------- a surprise


def test_a_surprise_is_told_one_at_a_time_and_whoever_is_not_selected_never_hears(app):
    with transaction():
        world = build(surprise=True)
        consent(world.candidacy(0), Field.NAME)
    planned(world)
    with transaction(), pytest.raises(Refused, match="time to tell has not come"):
        actions.told_in_person(
            queries.drafting(world.slug, 2026, world.candidacy(0).reference), by=world.person("joy"), at=AT
        )
    chores.release_due(TOLD)
    assert messages() == []
    with transaction():
        actions.told_in_person(
            queries.drafting(world.slug, 2026, world.candidacy(0).reference), by=world.person("joy"), at=TOLD + SECOND
        )
    assert kinds() == {"selected": 1}
    with transaction(), pytest.raises(Refused, match="recorded already"):
        actions.told_in_person(
            queries.drafting(world.slug, 2026, world.candidacy(0).reference), by=world.person("joy"), at=TOLD + SECOND
        )
    chores.release_due(PUBLIC)
    assert [row.name for row in rows()] == ["Amina Warsame"]
    told = [facts["nominees"][0]["name"] for kind, _to, facts in messages() if kind == "nominator"]
    assert told == ["Amina Warsame", "Linh Tran-Whitaker", "Solomon Pratt"]
    with transaction():
        actions.told_in_person(
            queries.drafting(world.slug, 2026, world.candidacy(1).reference), by=world.person("joy"), at=PUBLIC + SECOND
        )
    assert len(rows()) == 2
    assert kinds() == {"nominator": 4, "selected": 2}
    nominees = {link.person_id for place in (2, 3) for link in world.candidacy(place).people}
    assert not nominees & {to for _kind, to, _facts in messages()}


def test_an_award_that_is_no_surprise_has_nobody_to_tell_in_person(world):
    planned(world)
    chores.release_due(TOLD)
    with transaction(), pytest.raises(Refused, match="no surprise"):
        actions.told_in_person(
            queries.drafting(world.slug, 2026, world.candidacy(0).reference), by=world.person("joy"), at=TOLD
        )


# ---------------------------------------------------------------- consent


def released(world):
    planned(world)
    chores.release_due(PUBLIC)


def say(world, place, at, **said):
    with transaction():
        candidacy = world.candidacy(place)
        person = candidacy.people[0].person
        consents.say(
            candidacy,
            person,
            {Field(name): agrees for name, agrees in said.items()},
            words=WORDS,
            by_guardian=False,
            at=at,
        )


def test_what_is_agreed_to_later_appears_and_what_is_taken_back_disappears_at_once(world):
    with transaction():
        biography(world.candidacy(0), "She came to teach.")
    released(world)
    assert [row.name for row in rows()] == [None, None]
    say(world, 0, PUBLIC + SECOND, name=True, biography=True)
    shown = next(row for row in rows() if row.name)
    assert (shown.slug, shown.biography, shown.school) == ("amina-warsame", "She came to teach.", None)
    say(world, 0, PUBLIC + 2 * SECOND, biography=False)
    assert next(row for row in rows() if row.name).biography is None
    say(world, 0, PUBLIC + 3 * SECOND, name=False)
    for row in rows():
        assert row.name is None
        assert "amina" not in repr([getattr(row, column.key) for column in Recipient.__table__.columns]).lower()


def test_a_biography_put_right_is_shown_at_once_where_it_was_agreed_to_with_why_on_the_record(world):
    with transaction():
        biography(world.candidacy(0), "She came to teach.")
    released(world)
    say(world, 0, PUBLIC + SECOND, name=True, biography=True)

    def put_right(words, place=0):
        with transaction():
            candidacy = world.candidacy(place)
            person = candidacy.people[0].person
            saved = consents.save_biography(candidacy, person, words, version=None, at=PUBLIC + 2 * SECOND)
            typed = [row.biography for row in rows() if row.name]
            candidacy = world.candidacy(place)
            consents.publish_biography(candidacy, person, by_guardian=False, at=PUBLIC + 2 * SECOND)
        return saved, typed

    _saved, typed = put_right("She came to teach, and stayed.")
    assert typed == ["She came to teach."], "not while she types"
    shown = next(row for row in rows() if row.name)
    assert shown.biography == "She came to teach, and stayed."
    recorded = db.session.scalars(select(Event).where(Event.action == "page renewed").order_by(Event.id.desc())).first()
    assert recorded.reason == "Its person put the biography right."
    say(world, 0, PUBLIC + 3 * SECOND, biography=False)
    put_right("Taken back, so not shown.")
    assert next(row for row in rows() if row.name).biography is None


def test_a_translated_biography_stands_beside_itself_once_approved_and_goes_with_it(world):
    with transaction():
        biography(world.candidacy(0), "Llegó a la escuela para enseñar y se quedó con las familias de los niños.")
        translating.notice(at=AT)
    released(world)
    say(world, 0, PUBLIC + SECOND, name=True, biography=True)
    joy, ruth = world.person("joy"), world.person("ruth")

    def shown():
        return next(row for row in rows() if row.name).translation

    with transaction():
        number = db.session.scalars(select(Translation.id).where(Translation.source_kind == "biography")).one()
        whole = translation_queries.by_number(number)
        translating.ask(whole, joy, by=ruth, at=AT)
        translating.hand_in(whole, {"biography": "She came to teach."}, version=whole.version, by=joy, at=AT)
    assert not shown(), "nobody has approved it"
    with transaction():
        whole = translation_queries.by_number(number)
        translating.approve(whole, version=whole.version, by=ruth, at=PUBLIC + SECOND)
    assert shown() == {"words": "She came to teach.", "into": "en", "written_in": "es"}
    say(world, 0, PUBLIC + 2 * SECOND, biography=False)
    assert not shown()
    say(world, 0, PUBLIC + 3 * SECOND, biography=True)
    assert shown()
    with transaction():
        candidacy = world.candidacy(0)
        person, at = candidacy.people[0].person, PUBLIC + 4 * SECOND
        consents.save_biography(candidacy, person, "Llegó a la escuela y enseña.", version=None, at=at)
        consents.publish_biography(candidacy, person, by_guardian=False, at=at)
    assert not shown(), "it was made from other words"
    with transaction():
        translating.notice(at=at)
        assert translation_queries.by_number(number).state is TranslationState.WANTED


def test_consent_before_the_public_instant_makes_no_row(world):
    planned(world)
    chores.release_due(TOLD)
    say(world, 0, TOLD + SECOND, name=True)
    assert rows() == []
    chores.release_due(PUBLIC)
    assert sorted(row.name or "" for row in rows()) == ["", "Amina Warsame"]


def test_for_somebody_under_18_only_a_guardian_agrees_and_anyone_takes_back(world):
    with transaction():
        person = world.candidacy(0).people[0].person
        person.minor = True
        consent(world.candidacy(0), Field.NAME)
    released(world)
    assert [row.name for row in rows()] == [None, None]
    with transaction():
        candidacy = world.candidacy(0)
        consents.say(
            candidacy, candidacy.people[0].person, {Field.NAME: True}, words=WORDS, by_guardian=True, at=PUBLIC + SECOND
        )
    assert [row.name for row in rows() if row.name] == ["Amina Warsame"]
    say(world, 0, PUBLIC + 2 * SECOND, name=False)
    assert [row.name for row in rows()] == [None, None]


def test_whoever_withdraws_after_being_told_is_not_shown_and_after_being_shown_no_longer(world):
    with transaction():
        for place in (0, 1):
            consent(world.candidacy(place), Field.NAME)
    planned(world)
    chores.release_due(TOLD)
    with transaction():
        screening.decide(
            world.candidacy(0), CandidacyStep.WITHDRAW, reason="They declined.", by=world.person("joy"), at=TOLD
        )
    chores.release_due(PUBLIC)
    assert [row.name for row in rows()] == ["Tomás Villaseñor"]
    with transaction():
        screening.decide(
            world.candidacy(1), CandidacyStep.WITHDRAW, reason="They moved.", by=world.person("joy"), at=PUBLIC
        )
    assert [row.taken_down_at for row in rows()] == [PUBLIC]


def test_words_of_a_nomination_that_was_withdrawn_are_quoted_no_more(world):
    with transaction():
        consent(world.candidacy(0), Field.NAME, Field.QUOTATION)
        decide(world)
    drafted(world)
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(PUBLIC)
    assert len(next(row for row in rows() if row.name).quotations) == 1
    with transaction():
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == world.candidacies[0])).one()
        nomination.stage = Stage.WITHDRAWN
        actions.nomination_withdrawn(nomination, PUBLIC)
    assert next(row for row in rows() if row.name).quotations == []


def test_a_missing_answer_blocks_until_it_is_there_or_the_office_goes_on_without_the_name_and_an_answer_overrules_that(
    world,
):
    ruth = world.person("ruth")
    with transaction():
        decide(world)
        world.candidacy(0).people[0].person.minor = True
        consent(world.candidacy(0), Field.NAME)  # her own word, and no guardian's
    where = [check.message for check in actions.blockers(thing(world)) if check.where == "answers"]
    assert len(where) == 2, "one who did not answer, and one whose guardian did not"
    with transaction():
        people = queries.chosen(thing(world).cycle)
        with pytest.raises(Refused, match="Say why"):
            unnamed.go_on(thing(world), people, reason=" ", by=ruth, at=AT)
        assert unnamed.go_on(thing(world), people, reason="Asked twice.", by=ruth, at=AT) == 2
        assert unnamed.go_on(thing(world), queries.chosen(thing(world).cycle), reason="Again.", by=ruth, at=AT) == 0
    assert not [check for check in actions.blockers(thing(world)) if check.where == "answers"]
    noted = db.session.scalars(select(Event).where(Event.action == "going on without the name")).all()
    assert [event.reason for event in noted] == ["Asked twice."] * 2
    with transaction():
        consent(world.candidacy(0), Field.NAME, guardian=True)
        consent(world.candidacy(1), Field.NAME, state=ConsentState.REFUSED)
        unnamed.wait(thing(world), queries.chosen(thing(world).cycle)[0], by=ruth, at=AT)
    people = queries.chosen(thing(world).cycle)
    assert {one.candidacy.name: (one.named, one.silent) for one in people} == {
        "Tomás Villaseñor": (False, False),  # an answer, too
        "Amina Warsame": (True, False),
    }
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
        ready(world)
        actions.approve(thing(world), version=1, by=ruth, at=AT)
    chores.release_due(TOLD)
    chores.release_due(PUBLIC)
    assert {row.name for row in rows()} == {None, "Amina Warsame"}
    with transaction(), pytest.raises(Refused, match="have been told"):
        unnamed.go_on(thing(world), [], reason="Late.", by=ruth, at=PUBLIC)


def test_those_who_were_told_hear_of_a_decision_taken_back_once_a_second_person_lets_the_word_go(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    planned(world)
    chores.release_due(TOLD)
    chores.release_due(PUBLIC)
    with transaction():
        db.session.execute(
            update(Message).where(Message.template != "publishing/school").values(state=MessageState.SENT)
        )
    row = next(row for row in rows() if row.name)
    with transaction():
        found = queries.published(world.slug, 2026, row.id)
        actions.take_down(found, reason="She holds a post elsewhere.", rescind=True, by=ruth, at=PUBLIC)
    ((owed, candidacy),) = followups.of_cycle(thing(world).cycle)
    assert (candidacy.name, owed.change, owed.spared) == ("Amina Warsame", Change.TAKEN_BACK, False)

    def following():
        db.session.expire_all()
        return followups.following(world.slug, 2026, owed.id)

    told = {one.name: one.kinds for one in following().told}
    assert told.pop("Amina Warsame") == ("selected",)
    assert list(told.values()) == [("nominator",)], "who wrote for somebody else heard nothing that changed"
    with transaction(), pytest.raises(Refused, match="Somebody else"):
        words.send(following(), version=following().followup.version, by=ruth, at=PUBLIC)
    with transaction():
        words.save(
            following(), words={"en": "Call us. ", "es": " "}, version=following().followup.version, by=ruth, at=PUBLIC
        )
    with transaction(), pytest.raises(Stale):
        words.send(following(), version=7, by=joy, at=PUBLIC)
    with transaction():
        assert words.send(following(), version=following().followup.version, by=joy, at=PUBLIC) == 2
    with transaction(), pytest.raises(Stale):
        words.send(following(), version=following().followup.version, by=joy, at=PUBLIC)
    sent = [facts for kind, _to, facts in messages() if kind == "followup"]
    assert sorted(facts["own"] for facts in sent) == [False, True]
    assert {facts["added"]["en"] for facts in sent} == {"Call us."}
    reasons = [event.reason for event in db.session.scalars(select(Event).where(Event.action == "told again"))]
    assert reasons == ["She holds a post elsewhere."]


def test_a_correction_owes_one_word_however_often_it_is_made_and_it_may_stay_unsaid_for_a_reason(world):
    joy = world.person("joy")
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    planned(world)
    chores.release_due(TOLD)
    chores.release_due(PUBLIC)
    for number, state in enumerate((MessageState.WAITING, MessageState.SENT, MessageState.SENT)):
        with transaction():
            db.session.execute(update(Message).values(state=state))
            drafting = queries.drafting(world.slug, 2026, world.reference(0))
            version = drafting.draft.version
            actions.save_draft(
                drafting, citation=f"For {number}", quotations=[], version=version, reason="A slip.", by=joy, at=PUBLIC
            )
        assert len(followups.of_cycle(thing(world).cycle)) == min(number, 1), "nobody is owed what had not left"
    ((owed, _candidacy),) = followups.of_cycle(thing(world).cycle)
    with transaction():
        at_hand = followups.following(world.slug, 2026, owed.id)
        with pytest.raises(Refused, match="Say why"):
            words.leave(at_hand, why=" ", version=owed.version, by=joy, at=PUBLIC)
        words.leave(at_hand, why="No message said it.", version=owed.version, by=joy, at=PUBLIC)
    assert followups.of_cycle(thing(world).cycle)[0][0].sent == 0
    assert "followup" not in kinds()


def test_two_people_of_one_name_get_two_addresses(app):
    with transaction():
        world = build()
        for place in (0, 1):
            candidacy = world.candidacy(place)
            candidacy.name = "Amina Warsame"
            consent(candidacy, Field.NAME)
    released(world)
    assert sorted(row.slug for row in rows()) == ["amina-warsame", "amina-warsame-2"]


def test_each_of_a_team_decides_alone(app):
    with transaction():
        world = build()
        candidacy = world.candidacy(0)
        second = makers.make_person("Bilal Warsame", account=False)
        db.session.add(
            CandidacyPerson(candidacy_id=candidacy.id, cycle_id=world.cycle, person_id=second.id, position=1)
        )
        candidacy.name = "Amina and Bilal Warsame"
    with transaction():
        consent(world.candidacy(0), Field.NAME, Field.SCHOOL)
    with transaction():
        db.session.expire_all()
    released(world)
    say(world, 0, PUBLIC + SECOND, name=False)
    assert [row.name for row in rows() if row.name] == ["Bilal Warsame"]
    assert len(rows()) == 3


# ---------------------------------------------------------------- what the office prepares


def drafted(world, *, quote=Quote.NAMED, words="She runs the homework table.", **more):
    with transaction():
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == world.candidacies[0])).one()
        nomination.quote = quote
    with transaction():
        one = queries.drafting(world.slug, 2026, world.candidacy(0).reference)
        return actions.save_draft(
            one,
            citation="For the homework table.",
            quotations=[{"nomination": nomination.reference, "words": words, "translation": ""}],
            **{"by": world.person("joy"), "at": AT, **more},
        )


def test_only_words_that_were_written_by_someone_who_agreed_are_quoted(world):
    with transaction():
        decide(world)
    with pytest.raises(Refused, match="did not agree to be quoted"):
        drafted(world, quote=Quote.NO)
    with pytest.raises(Refused, match="not in the nomination"):
        drafted(world, words="She never sleeps.")
    drafted(world, words="She runs ... homework table.")
    one = queries.chosen(db.session.get_one(Cycle, world.cycle))[0]
    assert one.page.quotations == ()


@pytest.mark.parametrize("quote", [Quote.NAMED, Quote.UNNAMED])
def test_a_quotation_names_its_writer_only_as_they_agreed(world, quote):
    with transaction():
        decide(world)
        consent(world.candidacy(0), Field.NAME, Field.QUOTATION)
    drafted(world, quote=quote)
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(PUBLIC)
    row = next(row for row in rows() if row.name)
    name = db.session.scalar(
        select(Sitting.nominator_name)
        .join(Nomination, Nomination.sitting_id == Sitting.id)
        .where(Nomination.candidacy_id == world.candidacies[0])
    )
    assert row.citation == "For the homework table."
    assert [said["name"] for said in row.quotations] == [name if quote is Quote.NAMED else None]
    assert set(row.quotations[0]) == {"words", "translation", "name", "relation", "language"}


def test_a_stale_draft_overwrites_nothing(world):
    with transaction():
        decide(world)
    drafted(world)
    with pytest.raises(Stale):
        drafted(world, version=0)
    drafted(world, version=1)


def test_a_public_page_is_corrected_with_a_reason_that_readers_see(world):
    with transaction():
        consent(world.candidacy(0), Field.NAME, Field.QUOTATION)
    released(world)
    with pytest.raises(Refused, match="Say why"):
        drafted(world, at=PUBLIC + SECOND)
    drafted(world, at=PUBLIC + SECOND, reason="The citation was missing.")
    row = next(row for row in rows() if row.name)
    assert (row.citation, row.correction, row.corrected_at) == (
        "For the homework table.",
        "The citation was missing.",
        PUBLIC + SECOND,
    )
    decision = db.session.scalars(select(Decision).where(Decision.candidacy_id == world.candidacies[0])).one()
    assert decision.state is DecisionState.CORRECTED


def test_a_page_is_taken_down_with_a_reason_and_can_be_put_back(world):
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    released(world)
    number = next(row.id for row in rows() if row.name)
    with transaction(), pytest.raises(Refused, match="Say why"):
        actions.take_down(queries.published(world.slug, 2026, number), reason=" ", by=world.person("ruth"), at=PUBLIC)
    with transaction():
        actions.take_down(
            queries.published(world.slug, 2026, number), reason="They asked us to.", by=world.person("ruth"), at=PUBLIC
        )
    say(world, 0, PUBLIC + SECOND, school=True)
    assert db.session.get_one(Recipient, number).taken_down_at == PUBLIC
    with transaction():
        actions.put_back(
            queries.published(world.slug, 2026, number),
            reason="They changed their mind.",
            by=world.person("ruth"),
            at=PUBLIC + SECOND,
        )
    assert db.session.get_one(Recipient, number).taken_down_at is None


def test_a_page_is_put_back_only_with_a_reason(world):
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    released(world)
    number = next(row.id for row in rows() if row.name)
    with transaction():
        actions.take_down(
            queries.published(world.slug, 2026, number), reason="They asked us to.", by=world.person("ruth"), at=PUBLIC
        )
    with transaction(), pytest.raises(Refused, match="Say why"):
        actions.put_back(queries.published(world.slug, 2026, number), reason="", by=world.person("ruth"), at=PUBLIC)


def test_a_rescinded_team_is_taken_down_whole(app):
    with transaction():
        world = build()
        second = makers.make_person("Bilal Warsame", account=False)
        db.session.add(
            CandidacyPerson(candidacy_id=world.candidacies[0], cycle_id=world.cycle, person_id=second.id, position=1)
        )
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    released(world)
    team = [row for row in rows() if row.candidacy_id == world.candidacies[0]]
    assert len(team) == 2
    with transaction():
        actions.take_down(
            queries.published(world.slug, 2026, team[0].id),
            reason="Forged.",
            rescind=True,
            by=world.person("ruth"),
            at=PUBLIC,
        )
    assert {row.taken_down_at for row in rows() if row.candidacy_id == world.candidacies[0]} == {PUBLIC}


def test_a_release_that_nobody_planned_is_neither_asked_for_approved_nor_cancelled(world):
    ruth = world.person("ruth")
    for act in (
        lambda: actions.ask(thing(world), by=ruth, at=AT),
        lambda: actions.approve(thing(world), version=0, by=ruth, at=AT),
        lambda: actions.cancel(thing(world), reason="No.", version=0, by=ruth, at=AT),
    ):
        with transaction(), pytest.raises(Refused, match="Set both times first"):
            act()


def test_an_approval_that_comes_after_the_time_to_tell_is_refused(world):
    with transaction():
        decide(world)
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
    with transaction(), pytest.raises(Refused, match="has passed"):
        actions.approve(thing(world), version=1, by=world.person("ruth"), at=TOLD)


def test_a_rescinded_decision_frees_its_place_and_its_page_stays_down(world):
    with transaction():
        consent(world.candidacy(0), Field.NAME)
    released(world)
    number = next(row.id for row in rows() if row.name)
    with transaction():
        actions.take_down(
            queries.published(world.slug, 2026, number),
            reason="The letter was forged.",
            rescind=True,
            by=world.person("ruth"),
            at=PUBLIC,
        )
    decision = db.session.scalars(select(Decision).where(Decision.candidacy_id == world.candidacies[0])).one()
    assert (decision.state, decision.place) == (DecisionState.RESCINDED, None)
    with transaction(), pytest.raises(PortalError, match="nothing to show"):
        actions.put_back(queries.published(world.slug, 2026, number), reason="No.", by=world.person("ruth"), at=PUBLIC)


# ---------------------------------------------------------------- donors


def blocking(world):
    return " ".join(check.message for check in actions.blockers(thing(world)))


def test_donors_are_a_minority_cannot_release_and_do_not_receive(world):
    ruth = world.person("ruth")
    with transaction():
        decide(world)
        cycle = db.session.get_one(Cycle, world.cycle)
        members = [makers.make_member(cycle) for _ in range(3)]
        for member in members:
            member.appointed_by_id = world.joy
        ready(world)
    assert blocking(world).startswith("Both times are to be set")
    with transaction():
        actions.plan(thing(world), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
        ready(world)
    assert blocking(world) == ""
    with transaction():
        db.session.get_one(Member, members[0].id).donor_related = True
    assert blocking(world) == ""
    with transaction():
        db.session.get_one(Member, members[1].id).donor_related = True
    assert "not a minority" in blocking(world)
    with transaction():
        db.session.get_one(Member, members[1].id).donor_related = False
        db.session.get_one(Member, members[2].id).appointed_by_id = None
    assert "appointed by nobody" in blocking(world)
    with transaction():
        db.session.get_one(Member, members[2].id).appointed_by_id = world.joy
        fund = db.session.get_one(Cycle, world.cycle).fund_id
        db.session.add(FundDonor(fund_id=fund, person_id=ruth.id))
    assert "firewall sheet" in blocking(world), "where a fund has donors, the sheet is owed"
    with transaction():
        sheet = db.session.scalars(select(Firewall)).one()  # families were asked about before
        sheet.approved_on, sheet.approved_by = AT.date(), "The board"
    assert blocking(world) == ""
    assert queries.approvers(thing(world)) == []
    with transaction():
        ready(world)
    with transaction(), pytest.raises(Refused, match="gives to the fund"):
        actions.approve(thing(world), version=1, by=ruth, at=AT)
    with transaction():
        namesake = makers.make_person("Amina Warsame", account=False)
        db.session.add(FundDonor(fund_id=fund, person_id=namesake.id))
    assert "had a part" in blocking(world)


def test_a_cycle_with_an_open_decision_is_blocked(world):
    with transaction():
        decisions.propose_by_standing(world.thing(), alternates=0, by=world.person("joy"), at=AT)
    assert "decided and approved" in blocking(world)


def test_the_outcome_moves_nothing_but_decisions_before_the_instant(world):
    planned(world)
    stages = {db.session.get_one(Candidacy, number).stage for number in world.candidacies}
    told = {db.session.get_one(Candidacy, number).told_at for number in world.candidacies}
    assert len(stages) == len(told) == 1
    outcomes = set(db.session.scalars(select(Decision.outcome)))
    assert outcomes == {Outcome.SELECTED, Outcome.ALTERNATE, Outcome.NOT_SELECTED}
    about = (
        select(func.count())
        .select_from(Message)
        .where(Message.result.is_(True), Message.state != MessageState.CANCELLED)
    )
    assert db.session.scalar(about) == 0
    assert db.session.scalar(select(func.count()).select_from(Release).where(Release.told_done_at.is_not(None))) == 0
    assert consents.ConsentState is ConsentState
