"""What each list selects for somebody is exactly what the policy lets them open, one by one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from flask.globals import _cv_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.awards.queries import cycle_at
from portal.db import db
from portal.decisions import queries as decisions
from portal.home.queries import record, today
from portal.mail.models import Message
from portal.nominations.models import Candidacy, Conflict, Import, ImportRow, Match, Nomination
from portal.nominations.queries import conflicts, consent, importing, screening, writing
from portal.nominations.queries.screening import Filters, Tab
from portal.nominations.rules import Stage
from portal.policy import Permission, may
from portal.review.models import Assignment, Masked, Round, SpokenName
from portal.review.queries import assigning, reading, rounds, standings, texts
from portal.review.queries.facts import Discussed
from portal.web import viewer
from tests.support.samples import PLACES
from tests.support.world_small import GUARDIAN, NOW, PEOPLE, VISITOR, World, visit_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from portal.awards.models import Cycle
    from portal.people.models import Person

# On PostgreSQL those alone look of whom different things hold.
UNLIKE = (
    GUARDIAN,
    "nominator",
    "nominee",
    "reviewer",
    "conflicted reviewer",
    "chair",
    "conflicted staff",
    "staff elsewhere",
    "publisher alone",
)


@pytest.fixture
def template() -> str:
    return "small_world"


@contextmanager
def looking(app: Flask, key: str) -> Iterator[Person | None]:
    """Let somebody look: inside a request of theirs, whatever context the test holds."""
    cookie = {} if key == VISITOR else {"Cookie": f"visit={visit_token(key)}"}
    base = app.config["SETTINGS"].base_url
    held = _cv_app.set(None)  # type: ignore[arg-type]
    try:
        with clock.at(NOW), app.test_request_context("/", base_url=base, headers=cookie):
            app.preprocess_request()
            assert viewer.current() == World.load().person(key)
            yield viewer.current()
    finally:
        _cv_app.reset(held)


def as_everybody(check: Callable[[Person | None], None]) -> Callable[[Flask], None]:
    """Make a test that holds for each person of the world, and says for whom it does not."""

    def test(app: Flask) -> None:
        wrong = []
        for key in PEOPLE if db.engine.name == "sqlite" else UNLIKE:
            with looking(app, key) as person:
                try:
                    check(person)
                except AssertionError as error:
                    wrong.append(f"{key}: {error}")
        assert not wrong, "\n".join(wrong)

    test.__name__ = check.__name__
    return test


def cycles() -> list[Cycle]:
    return [found for slug, year in PLACES.values() if (found := cycle_at(slug, year)) is not None]


@as_everybody
def test_one_reads_the_nominations_that_one_wrote(person):
    in_sql = set(db.session.scalars(writing.written_by(writing.writer())))
    every = [writing.by_reference(reference) for reference in db.session.scalars(select(Nomination.reference))]
    assert in_sql == {one for one in every if may(person, Permission.READ_NOMINATION, one)}


@as_everybody
def test_one_opens_the_readings_in_ones_queue(person):
    in_sql = set(db.session.scalars(reading.readable_by(person))) if person is not None else set()
    whole = select(Assignment).options(*reading.WITH_ROUND)
    every = db.session.scalars(whole).unique().all()
    assert in_sql == {one for one in every if may(person, Permission.SCORE_CANDIDACY, one)}


@as_everybody
def test_one_screens_the_candidacies_in_ones_list(person):
    if viewer.visit() is not None and viewer.visit().guardian:
        return
    for cycle in cycles():
        in_sql: set[int] = set()
        if may(person, Permission.SCREEN, cycle):
            for tab in set(Tab) - {Tab.LATE}:
                wanted, values = screening.candidacies(cycle, person, Filters(tab=tab, q="", language="", school=None))
                in_sql |= set(db.session.scalars(wanted, values))
        every = db.session.scalars(
            select(Candidacy).options(joinedload(Candidacy.cycle)).where(Candidacy.cycle_id == cycle.id)
        )
        assert in_sql == {one.id for one in every.unique() if may(person, Permission.SCREEN, one)}, cycle.award.slug


@as_everybody
def test_one_decides_on_the_late_nominations_in_ones_list(person):
    for cycle in cycles():
        wanted, values = screening.late(cycle, person)
        in_sql = set(db.session.scalars(wanted, values).unique()) if may(person, Permission.SCREEN, cycle) else set()
        late = select(Nomination.reference).where(Nomination.cycle_id == cycle.id, Nomination.stage == Stage.LATE)
        every = [writing.by_reference(reference) for reference in db.session.scalars(late)]
        assert in_sql == {one for one in every if may(person, Permission.SCREEN, one)}


@as_everybody
def test_one_decides_on_the_pairs_in_ones_list(person):
    numbers = list(db.session.scalars(select(Candidacy.id)))
    in_sql = {row[0] for row in screening.matches_of(numbers, person)}
    every = [screening.match_by_id(number) for number in db.session.scalars(select(Match.id))]
    kept = (
        {one for one in every if one.id in in_sql and may(person, Permission.SCREEN, one.first.cycle)}
        if person
        else set()
    )
    assert kept == {one for one in every if may(person, Permission.SCREEN, one)}


@as_everybody
def test_one_decides_on_the_conflicts_in_ones_list(person):
    for cycle in cycles():
        listed = conflicts.every(cycle, person) if may(person, Permission.MANAGE_CONFLICTS, cycle) else []
        numbers = db.session.scalars(
            select(Conflict.id).join(Conflict.candidacy).where(Candidacy.cycle_id == cycle.id)
        ).all()
        every = [conflicts.by_id(number) for number in numbers]
        assert set(listed) == {one for one in every if may(person, Permission.MANAGE_CONFLICTS, one)}


@as_everybody
def test_one_looks_over_the_texts_on_ones_desk(person):
    for slug, year in PLACES.values():
        review = rounds.in_review(slug, year)
        if review is None or review.round is None or not review.blind:
            continue
        listed = db.session.execute(texts.desk(review.round, person, left_only=False)).all() if person else []
        in_sql = {row[0] for row in listed} if may(person, Permission.REDACT, review) else set()
        every = {number: texts.texts_at(review, number) for number in db.session.scalars(select(Masked.id))}
        assert in_sql == {number for number, one in every.items() if one and may(person, Permission.REDACT, one)}


@as_everybody
def test_one_opens_the_discussions_of_the_standings_one_sees(person):
    for slug, year in PLACES.values():
        review = rounds.in_review(slug, year)
        if review is None or review.round is None:
            continue
        sees = may(person, Permission.SEE_STANDINGS, review) and may(person, Permission.DELIBERATE, review)
        in_sql = {row.candidacy_id for row in standings.standings(review.round, person).rows} if sees else set()
        listed = (
            {one.candidacy_id for one in db.session.scalars(assigning.listed(review.round, person))} if sees else set()
        )
        every = db.session.execute(
            select(Candidacy, SpokenName)
            .join(SpokenName, SpokenName.candidacy_id == Candidacy.id)
            .options(joinedload(Candidacy.cycle))
            .where(SpokenName.round_id == review.round.id)
        ).unique()
        opened = {
            candidacy.id
            for candidacy, spoken in every
            if may(person, Permission.DELIBERATE, Discussed(review, review.round, candidacy, spoken))
        }
        assert in_sql <= opened
        assert listed == opened


@as_everybody
def test_one_sees_the_decisions_in_ones_list(person):
    for slug, year in PLACES.values():
        thing = decisions.deciding(slug, year)
        assert thing is not None
        sees = may(person, Permission.SEE_DECISIONS, thing)
        in_sql = {line.candidacy.id: line for line in decisions.every_line(thing, person)} if sees else {}
        opened = {}
        for number, handles in _handles(thing.round, thing.cycle).items():
            for handle in handles:
                one = decisions.decided(slug, year, handle)
                if one is not None and may(person, Permission.SEE_DECISIONS, one):
                    opened[number] = handle
        assert {number: line.handle for number, line in in_sql.items()} == opened


def _handles(round_: Round | None, cycle: Cycle) -> dict[int, list[str]]:
    found = {
        number: [reference]
        for number, reference in db.session.execute(
            select(Candidacy.id, Candidacy.reference).where(Candidacy.cycle_id == cycle.id)
        )
    }
    if round_ is not None:
        for spoken in db.session.scalars(select(SpokenName).where(SpokenName.round_id == round_.id)):
            found[spoken.candidacy_id].append(spoken.reference)
    return found


@as_everybody
def test_one_consents_to_what_waits_for_ones_consent(person):
    visit = viewer.visit()
    if person is None or (visit is not None and visit.guardian):
        return
    in_sql = set(consent.concerning(person.id))
    every = [consent.candidacy_by_number(number) for number in db.session.scalars(select(Candidacy.id))]
    assert in_sql == {one for one in every if may(person, Permission.CONSENT, one)}


@as_everybody
def test_a_guardian_consents_for_the_one_and_for_nothing_else(person):
    visit = viewer.visit()
    if visit is None or not visit.guardian:
        return
    world = World.load()
    every = [consent.candidacy_by_number(number) for number in db.session.scalars(select(Candidacy.id))]
    may_say = {one.id for one in every if may(person, Permission.CONSENT, one)}
    assert may_say == {world["candidacy minor"]}, GUARDIAN


@as_everybody
def test_one_reads_the_rows_of_an_import_that_one_may_mend(person):
    for upload in db.session.scalars(select(Import)):
        listed = importing.every_row(upload, person) if may(person, Permission.IMPORT_NOMINATIONS, upload) else []
        numbers = db.session.scalars(select(ImportRow.id).where(ImportRow.import_id == upload.id)).all()
        every = [importing.row_by_id(number) for number in numbers]
        assert set(listed) == {one for one in every if may(person, Permission.IMPORT_NOMINATIONS, one)}


@as_everybody
def test_the_desk_counts_the_cycles_that_one_manages_or_sees(person):
    if person is None:
        return
    listed = {cycle.id for cycle in today.cycles_within_reach(person)}
    managed = {
        cycle.id for cycle in cycles() if cycle.stage in today.RUNNING and may(person, Permission.MANAGE_CYCLE, cycle)
    }
    assert managed <= listed
    sees_all = may(person, Permission.SEE_DESK) or not listed
    assert sees_all, "somebody without a desk is given cycles"


@as_everybody
def test_no_message_about_what_one_must_not_touch_is_listed(person):
    listed = db.session.scalars(record.messages(person)).unique().all()
    kept = {one.id for one in db.session.scalars(select(Message))} - {one.id for one in listed}
    for message in listed:
        if person is not None and message.about_kind == "candidacy":
            assert not conflicts.stands(person, message.about_id)
    assert all(record.message(person, number) is None for number in kept)
