"""`portal demo`: built by the portal's own actions, well in every row, the same at a second run, and nowhere it does not belong."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import func, select

from portal import models
from portal.awards.models import Cycle, Member, MemberRole, Organisation
from portal.awards.rules import CycleStage, MemberState
from portal.db import Model, db, transaction
from portal.demo import makers
from portal.demo.calendar import Stage, lay
from portal.demo.cast import READERS
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    ImportRow,
    Match,
    Nomination,
    Part,
    RowState,
    Snapshot,
    Where,
)
from portal.nominations.rules.matching import NICKNAME, TWO_SCHOOLS
from portal.offers.models import Offer
from portal.people.models import Person
from portal.publishing.models import Recipient
from portal.review.models import Assignment, Plan, Review, Round

GROWS = {"link"}  # each run prints fresh sign-in links


def digest():
    models.load()
    made = hashlib.sha256()
    for table in Model.metadata.sorted_tables:
        if table.name not in GROWS:
            made.update(table.name.encode())
            made.update(repr(db.session.execute(select(table).order_by(*table.primary_key)).all()).encode())
    db.session.rollback()
    return made.hexdigest()


def hard_cases_are_there():
    """What every season has and no form foresees: each is to be seen in the demonstration."""
    copies = select(func.count()).select_from(Snapshot).group_by(Snapshot.letter_key).order_by(func.count().desc())
    assert 23 in db.session.scalars(copies.where(Snapshot.letter_key.is_not(None))).all(), "one campaign letter"
    assert {"so", "es", "vi", "zh", "ar", "am"} <= set(db.session.scalars(select(Nomination.language))), "languages"
    assert {"paper", "staff", "web", "import"} <= set(db.session.scalars(select(Nomination.entered))), "ways in"
    assert db.session.scalar(select(func.count()).where(Nomination.place == Where.CENTRAL)), "a central office"
    of_one = select(CandidacySchool.candidacy_id).group_by(CandidacySchool.candidacy_id)
    assert db.session.scalars(of_one.having(func.count() >= 3)).first(), "somebody at three schools"
    team = select(CandidacyPerson.candidacy_id).group_by(CandidacyPerson.candidacy_id)
    assert db.session.scalars(team.having(func.count() > 1)).first(), "a team"
    cycles = func.count(Candidacy.cycle_id.distinct())
    assert db.session.scalars(select(Candidacy.sort_name).group_by(Candidacy.sort_name).having(cycles > 1)).first()
    why = {reason for match in db.session.scalars(select(Match)) for reason in match.why}
    assert {NICKNAME, TWO_SCHOOLS} <= why, "a nickname, and one name at two schools"
    said = db.session.scalars(select(Conflict.fact)).all()
    assert any("husband" in (words or "") for words in said), "a principal who is a reviewer's spouse"
    assert db.session.scalars(select(Round.id).where(Round.needs_expertise)).all(), "a round that asks for knowledge"
    waits = select(Member.id).where(Member.role == MemberRole.CHAIR, Member.declared_at.is_(None))
    assert db.session.scalars(waits.where(Member.state == MemberState.ACCEPTED)).all(), "a chair who has not declared"
    assert "declined" in db.session.scalars(select(Part.state)).all(), "a nominee who declines"
    assert "forfeited" in db.session.scalars(select(Offer.state)).all(), "a recipient who leaves before payment"
    waits = select(Person.id).where(Person.minor.is_(True), Person.guardian_email.is_(None))
    assert db.session.scalars(waits).first(), "a student of 17 whose guardian has not consented"
    assert {"erratic", "flat", "late", "recuses", "spouse"} <= {reader.manner for reader in READERS}
    assert (min(r.severity for r in READERS), max(r.severity for r in READERS)) == (-0.8, 0.8)


@pytest.mark.sqlite_only
def test_the_demonstration_stands_on_real_data_and_a_second_run_changes_nothing(app, portal):
    first = portal("demo")
    assert first.returncode == 0, first.stdout + first.stderr
    db.session.rollback()
    rows = dict(db.session.execute(select(ImportRow.state, func.count()).group_by(ImportRow.state)).all())
    assert sum(rows.values()) == 144, "143 submissions, one of which names two awards"
    assert rows[RowState.REPEATED] == 1
    assert rows[RowState.IMPORTED] == db.session.scalar(
        select(func.count(Nomination.id)).where(Nomination.entered == "import")
    )
    stages = {stage for (stage,) in db.session.execute(select(Cycle.stage).distinct())}
    assert stages == {CycleStage.OPEN, CycleStage.IN_REVIEW, CycleStage.RELEASED}
    assert db.session.scalar(select(func.count(Recipient.id)).where(Recipient.name.is_(None))) == 1
    for plan in db.session.scalars(select(Plan)):
        assert plan.facts["unfilled"] == []
    assert db.session.scalar(select(func.count(Review.id)).join(Assignment).where(Assignment.excluded)) == 3
    hard_cases_are_there()
    doctor = portal("doctor")
    assert doctor.returncode == 0, doctor.stdout
    before = digest()
    second = portal("demo")
    assert second.returncode == 0, second.stdout + second.stderr
    assert digest() == before
    assert second.stdout.count("/link/") == first.stdout.count("/link/") >= 24


@pytest.mark.postgresql_only
def test_a_stage_builds_on_postgresql_too(app, portal):
    built = portal("demo", "--stage", "released")
    assert built.returncode == 0, built.stdout + built.stderr
    db.session.rollback()
    assert db.session.scalar(select(func.count(Recipient.id))) > 30
    doctor = portal("doctor")
    assert doctor.returncode == 0, doctor.stdout


def test_any_other_database_is_refused_and_untouched(app, portal):
    with transaction():
        makers.make_organisation(demonstration=False)
        makers.make_staff("Real Person")
    before = digest()
    answer = portal("demo", "--stage", "open")
    assert answer.returncode == 1
    assert "not a demonstration" in answer.stderr
    assert digest() == before


def test_production_refuses_a_demonstration(app, portal):
    with transaction():
        makers.make_organisation(demonstration=True)
    answer = portal(
        "demo",
        PORTAL_ENV="production",
        SECRET_KEY="k" * 40,
        BASE_URL="https://awards.example.org",
        SMTP_URL="smtp://127.0.0.1",
    )
    assert answer.returncode == 1
    assert "production" in answer.stderr


def test_production_answers_nothing_on_a_demonstrations_database(app, backend, tmp_path):
    from portal import create_app
    from tests.support.apps import test_settings

    with transaction():
        makers.make_organisation(demonstration=True)
    real = create_app(
        test_settings(
            backend.url(),
            environment="production",
            secret_key="k" * 40,
            base_url="https://awards.example.org",
            smtp_url="smtp://127.0.0.1",
            instance_path=tmp_path,
        )
    )
    answer = real.test_client().get("/", base_url="https://awards.example.org")
    assert answer.status_code == 503
    assert db.session.get_one(Organisation, 1).demonstration


@pytest.mark.parametrize("stage", [None, *Stage])
def test_seasons_are_laid_around_today_with_weekdays_and_clock_times_kept(stage):
    from zoneinfo import ZoneInfo

    now = makers.NOW
    for season in lay(stage, now=now):
        opens = season.dates["opens_at"].astimezone(ZoneInfo("America/Los_Angeles"))
        closes = season.dates["closes_at"].astimezone(ZoneInfo("America/Los_Angeles"))
        assert (opens.weekday(), opens.hour, closes.weekday(), closes.hour, closes.minute) == (0, 9, 4, 23, 59)
    newest = lay(stage, now=now)[-1]
    assert {
        None: newest.dates["opens_at"] < now < newest.dates["closes_at"],
        Stage.OPEN: newest.dates["opens_at"] < now < newest.dates["closes_at"],
        Stage.REVIEW: newest.dates["scoring_opens_at"] < now < newest.dates["scoring_closes_at"],
        Stage.DELIBERATION: newest.dates["deliberation_at"] < now < newest.dates["decision_at"],
        Stage.RELEASED: newest.dates["announced_at"] < now,
    }[stage]
