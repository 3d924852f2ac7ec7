"""Setting up awards, and one cycle from draft to archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from portal.awards import actions, chores, queries
from portal.awards.actions import rubrics
from portal.awards.models import AwardKind, Criterion, Cycle, Extension, Honours
from portal.awards.rules import DATES, CycleStage, CycleStep
from portal.awards.templates import AWARDS
from portal.db import db, transaction
from portal.demo import makers
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.mail.models import Message
from portal.questions.models import Question

PACIFIC = ZoneInfo("America/Los_Angeles")
JANUARY = datetime(2026, 1, 12, 18, tzinfo=UTC)


@pytest.fixture
def staff(app):
    with transaction():
        makers.make_organisation()
        return makers.make_staff("Joy Tanaka")


@pytest.fixture
def cycle(staff):
    with transaction():
        award = actions.create_award_from(AWARDS[1], by=staff, at=JANUARY)
        return actions.create_cycle(award, year=2026, by=staff, at=JANUARY)


def fresh():
    db.session.rollback()
    db.session.expire_all()
    return queries.cycle_at("excellence-in-teaching", 2026)


def test_all_nine_templates_open_as_they_are(staff):
    with transaction():
        for template in AWARDS:
            award = actions.create_award_from(template, by=staff, at=JANUARY)
            actions.create_cycle(award, year=2026, by=staff, at=JANUARY)
    with transaction():
        for template in AWARDS:
            cycle = queries.cycle_at(template.slug, 2026)
            assert cycle.opens_at.astimezone(PACIFIC).isoformat() == "2026-02-02T09:00:00-08:00"
            assert cycle.closes_at.astimezone(PACIFIC).isoformat() == "2026-03-13T23:59:00-07:00"
            actions.open_cycle(cycle, by=staff, at=JANUARY)
    assert len(queries.open_cycles(datetime(2026, 2, 17, tzinfo=UTC))) == 9
    assert queries.open_cycles(datetime(2026, 2, 1, tzinfo=UTC)) == []
    assert queries.open_cycles(datetime(2026, 3, 14, 6, 59, tzinfo=UTC)) == []


def test_two_awards_of_one_name_get_two_addresses(staff):
    with transaction():
        facts = {"kind": AwardKind.AWARD, "honours": Honours.STAFF, "by": staff, "at": JANUARY}
        first = actions.create_award(name={"en": "The Kitchen Award"}, **facts)
        second = actions.create_award(name={"en": "The Kitchen Award"}, **facts)
        assert (first.slug, second.slug) == ("the-kitchen-award", "the-kitchen-award-2")
        with pytest.raises(Refused, match="Another award has this address") as refused:
            actions.create_award(name={"en": "Other"}, slug="the-kitchen-award", **facts)
        assert refused.value.field == "slug"


def test_a_name_in_any_script_makes_an_address(staff):
    with transaction():
        award = actions.create_award(
            name={"en": "የመምህራን ሽልማት"}, kind=AwardKind.AWARD, honours=Honours.TEACHERS, by=staff, at=JANUARY
        )
    assert award.slug
    assert "/" not in award.slug


def test_opening_freezes_the_questions_and_says_what_is_missing_first(cycle, staff):
    with transaction():
        held = fresh()
        held.rubric.criteria[0].weight = 30
        held.decision_at = None
        db.session.flush()
        with pytest.raises(actions.NotReady) as refused:
            actions.open_cycle(held, by=staff, at=JANUARY)
        assert [lack.where for lack in refused.value.lacks] == ["dates", "rubric"]
        assert held.stage is CycleStage.DRAFT
        assert held.question_set.frozen_at is None
        held.rubric.criteria[0].weight, held.decision_at = 35, datetime(2026, 5, 12, tzinfo=UTC)
        actions.open_cycle(held, by=staff, at=JANUARY)
    opened = fresh()
    assert opened.stage is CycleStage.OPEN
    assert opened.question_set.frozen_at == JANUARY
    assert opened.rubric.frozen_at is None, "its first score freezes that"


def test_a_cycle_opens_once_however_many_ask(cycle, staff):
    with transaction():
        actions.open_cycle(fresh(), by=staff, at=JANUARY)
    with transaction(), pytest.raises(Refused):
        actions.open_cycle(fresh(), by=staff, at=JANUARY)
    with transaction():
        held = fresh()
        held_version = held.version
        actions.take_step(held, CycleStep.CLOSE, by=staff, at=JANUARY)
        assert held.version == held_version + 1
        db.session.rollback()


def test_a_step_taken_from_an_outdated_row_is_stale(cycle, staff):
    from sqlalchemy import update

    with transaction():
        held = fresh()
        db.session.execute(
            update(Cycle).where(Cycle.id == held.id).values(version=9).execution_options(synchronize_session=False)
        )
        with pytest.raises(Stale):
            actions.open_cycle(held, by=staff, at=JANUARY)
        with pytest.raises(Stale):
            actions.edit_cycle(held, version=3, by=staff, at=JANUARY, places=9)


def test_a_cycles_funds_are_never_promised_twice(staff):
    with transaction():
        award = makers.make_award(slug="one")
        first = makers.make_cycle(
            award, stage=CycleStage.DRAFT, places=2, sum_cents=300_000, decision_at=makers.CLOSES + timedelta(days=60)
        )
        second = makers.make_cycle(
            makers.make_award(slug="two"), stage=CycleStage.DRAFT, fund_id=first.fund_id, places=40, sum_cents=300_000
        )
        assert queries.promised_cents(first) == queries.promised_cents(second) == 12_600_000
    with transaction():
        found = actions.lacking(queries.cycle_at("one", 2026), at=JANUARY)
        assert [lack.where for lack in found] == ["money"]


def open_it(staff):
    with transaction():
        actions.open_cycle(fresh(), by=staff, at=JANUARY)
    return fresh()


def test_what_people_rely_on_cannot_change_once_it_is_open(cycle, staff):
    open_it(staff)
    with transaction():
        held = fresh()
        for facts in (
            {"places": 7},
            {"closes_at": held.closes_at - timedelta(days=1)},
            {"sum_cents": 1},
            {"blind": False},
            {"grace_minutes": 0},
        ):
            with pytest.raises(Refused, match="fixed when the cycle opened"):
                actions.edit_cycle(held, version=held.version, by=staff, at=JANUARY, **facts)
        actions.edit_cycle(held, version=held.version, by=staff, at=JANUARY, reads=4, places=8)
    assert fresh().reads == 4


def test_an_extension_for_all_moves_the_deadline_and_opens_a_closed_cycle_again(cycle, staff):
    held = open_it(staff)
    first = held.closes_at
    over = first + timedelta(minutes=10)
    assert chores.close_due(over - timedelta(seconds=1)) == 0
    assert chores.close_due(over) == 1
    assert chores.close_due(over) == 0
    assert fresh().stage is CycleStage.CLOSED
    later = first + timedelta(days=7)
    with transaction():
        actions.extend(fresh(), until=later, reason="Snow closed the schools.", by=staff, at=over + timedelta(hours=1))
    held = fresh()
    assert held.stage is CycleStage.OPEN
    assert held.closes_at == later
    assert queries.first_deadline(held) == first
    assert queries.deadline(held, None, over) == later


def test_an_extension_for_one_is_theirs_alone_and_they_are_told(cycle, staff):
    held = open_it(staff)
    over = held.closes_at + timedelta(minutes=10)
    chores.close_due(over)
    later = over + timedelta(days=2)
    with transaction():
        someone = makers.make_person("Hirut Alemayehu")
        other = makers.make_person()
        held = queries.cycle_at("excellence-in-teaching", 2026)
        actions.extend(held, until=later, reason="In hospital.", by=staff, at=over, person=someone)
        assert held.stage is CycleStage.CLOSED
        assert queries.deadline(held, someone, over) == later
        assert queries.deadline(held, other, over) == held.closes_at
        assert queries.deadline(held, None, over) == held.closes_at
        assert queries.in_time(held, someone, later + timedelta(minutes=9))
        assert not queries.in_time(held, someone, later + timedelta(minutes=10))
        assert not queries.in_time(held, other, over)
        posted = db.session.scalars(select(Message)).all()
        assert [(message.to_id, message.template) for message in posted] == [(someone.id, "awards/extended")]


def test_an_extension_needs_a_reason_and_a_later_time(cycle, staff):
    held = open_it(staff)
    with transaction():
        for until, reason, field in (
            (held.closes_at + timedelta(days=1), "  ", "reason"),
            (held.closes_at, "Snow.", "until"),
            (held.closes_at - timedelta(days=1), "Snow.", "until"),
        ):
            with pytest.raises(Refused) as refused:
                actions.extend(held, until=until, reason=reason, by=staff, at=JANUARY)
            assert refused.value.field == field
        with pytest.raises(Refused) as refused:
            actions.extend(
                held,
                until=held.closes_at + timedelta(days=1),
                reason="Snow.",
                by=staff,
                at=held.closes_at + timedelta(days=2),
            )
        assert refused.value.field == "until"
    assert db.session.scalar(select(func.count()).select_from(Extension)) == 0


def test_closing_early_takes_a_reason_and_stops_the_clock_there(cycle, staff):
    held = open_it(staff)
    middle = held.opens_at + timedelta(days=3)
    with transaction():
        held = fresh()
        with pytest.raises(Refused) as refused:
            actions.close_cycle(held, by=staff, at=middle, reason=" ")
        assert refused.value.field == "reason"
        with pytest.raises(Refused):
            actions.close_cycle(held, at=middle)
        with pytest.raises(Refused, match="not begun"):
            actions.close_cycle(held, by=staff, at=JANUARY, reason="A mistake.")
        actions.close_cycle(held, by=staff, at=middle, reason="The fund was withdrawn.")
    held = fresh()
    assert (held.stage, held.closes_at) == (CycleStage.CLOSED, middle)
    assert not queries.in_time(held, None, middle + timedelta(minutes=10))


def test_last_years_cycle_is_copied_with_its_weekdays_and_clock_times(cycle, staff):
    held = open_it(staff)
    with transaction():
        actions.extend(fresh(), until=held.closes_at + timedelta(days=7), reason="Snow.", by=staff, at=JANUARY)
    with transaction():
        held = fresh()
        actions.copy_cycle(held, year=2027, by=staff, at=JANUARY)
        with pytest.raises(Refused, match="2027 already") as refused:
            actions.copy_cycle(held, year=2027, by=staff, at=JANUARY)
        assert refused.value.field == "year"
    last, made = fresh(), queries.cycle_at("excellence-in-teaching", 2027)
    assert made.stage is CycleStage.DRAFT
    assert made.closes_at.astimezone(PACIFIC).isoformat() == "2027-03-12T23:59:00-08:00", "the first deadline"
    for name in DATES:
        before, after = (getattr(one, name).astimezone(PACIFIC) for one in (last, made))
        assert (before.weekday(), before.hour, before.minute) == (after.weekday(), after.hour, after.minute), name
    assert [q.key for q in made.question_set.questions] == [q.key for q in last.question_set.questions]
    assert made.question_set.id != last.question_set.id
    assert made.question_set.frozen_at is None
    assert made.question_set.copied_from_id == last.question_set.id
    assert [(c.key, c.weight) for c in made.rubric.criteria] == [(c.key, c.weight) for c in last.rubric.criteria]
    assert made.rubric.copied_from_id == last.rubric.id
    assert (made.places, made.sum_cents, made.reads, made.blind) == (
        last.places,
        last.sum_cents,
        last.reads,
        last.blind,
    )


def test_every_step_is_on_the_record_with_who_and_why(cycle, staff):
    held = open_it(staff)
    with transaction():
        actions.extend(fresh(), until=held.closes_at + timedelta(days=7), reason="Snow.", by=staff, at=JANUARY)
    lines = db.session.scalars(
        select(Event).where(Event.subject_kind == "cycle", Event.subject_id == held.id).order_by(Event.id)
    ).all()
    assert [(line.action, line.actor_id, line.reason) for line in lines] == [
        ("created", staff.id, None),
        ("open", staff.id, None),
        ("extend for all", staff.id, "Snow."),
    ]


def test_an_award_is_retired_only_when_nothing_of_it_runs(cycle, staff):
    open_it(staff)
    with transaction():
        held = fresh()
        with pytest.raises(Refused, match="still running"):
            actions.retire_award(held.award, by=staff, at=JANUARY)
        held.stage = CycleStage.ARCHIVED
        db.session.flush()
        actions.retire_award(held.award, by=staff, at=JANUARY)
        assert held.award.retired_at == JANUARY


def test_a_frozen_rubric_refuses_every_change(cycle, staff):
    with transaction():
        held = fresh()
        rubric, facts = held.rubric, {"by": staff, "cycle": held, "at": JANUARY}
        added = rubrics.save_criterion(
            rubric, None, name={"en": "Voice"}, about={"en": "Speaks."}, weight=10, by_staff=False, **facts
        )
        rubrics.move_criterion(rubric, added, by_places=-2, **facts)
        db.session.flush()
        assert [c.key for c in sorted(rubric.criteria, key=lambda c: c.position)] == [
            "gaps",
            "belief",
            "voice",
            "peers",
            "craft",
        ]
        rubrics.move_criterion(rubric, added, by_places=-9, **facts)
        assert added.position == 0
        rubrics.remove_criterion(rubric, added, **facts)
        db.session.flush()
        assert (
            db.session.scalar(select(func.count()).select_from(Criterion).where(Criterion.rubric_id == rubric.id)) == 4
        )
        rubric.frozen_at = JANUARY
        one = rubric.criteria[0]
        for refused in (
            lambda: rubrics.save_criterion(rubric, one, name={"en": "x"}, about={}, weight=1, by_staff=False, **facts),
            lambda: rubrics.move_criterion(rubric, one, by_places=1, **facts),
            lambda: rubrics.remove_criterion(rubric, one, **facts),
            lambda: rubrics.edit_rubric(rubric, levels={"0": {"en": "a"}, "1": {"en": "b"}}, **facts),
        ):
            with pytest.raises(Refused, match="scored with"):
                refused()


def test_a_frozen_question_set_refuses_every_change(cycle, staff):
    from portal.questions import actions as questions
    from portal.questions.models import QuestionKind

    with transaction():
        held = fresh().question_set
        facts = {"label": {"en": "Who are you?"}, "short": {"en": "Story"}, "hint": {}, "kind": QuestionKind.TEXT}
        added = questions.save_question(held, None, **facts)
        assert added.key == "story_2", "a key is never taken twice"
        questions.move_question(held, added, by_places=-99)
        assert [q.key for q in sorted(held.questions, key=lambda q: q.position)][:2] == ["story_2", "justice"]
        questions.remove_question(held, added)
        assert db.session.scalar(select(func.count()).select_from(Question).where(Question.set_id == held.id)) == 8
        questions.freeze(held, at=JANUARY)
        questions.freeze(held, at=JANUARY + timedelta(days=1))
        assert held.frozen_at == JANUARY
        one = held.questions[0]
        for refused in (
            lambda: questions.save_question(held, one, **facts),
            lambda: questions.move_question(held, one, by_places=1),
            lambda: questions.remove_question(held, one),
        ):
            with pytest.raises(Refused, match="fixed when the cycle opened"):
                refused()
