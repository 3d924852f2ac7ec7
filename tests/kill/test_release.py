"""The worker is killed while it releases: nothing is half told and nothing half shown, and in the end everything is, once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState
from portal.mail.models import Message
from portal.publishing import actions
from portal.publishing.desk import queries
from portal.publishing.desk.models import Release
from portal.publishing.models import Recipient
from portal.publishing.rules import ReleaseState
from tests.support.deciding import build, decide, ready

MANY = 120


def counted(kind, *conditions):
    return db.session.scalar(select(func.count()).select_from(kind).where(*conditions))


def standing(world):
    """Return how far the release is, and check that it is all of that and nothing of what comes next."""
    db.session.rollback()
    db.session.expire_all()
    release = db.session.scalars(select(Release)).one()
    told = counted(Message, Message.template.like("publishing/%"))
    shown = counted(Recipient)
    moved = counted(Decision, Decision.state == DecisionState.RELEASED)
    stage = db.session.get_one(Cycle, world.cycle).stage
    expected = {
        ReleaseState.APPROVED: (0, 0, 0, CycleStage.DECIDED),
        ReleaseState.TOLD: (MANY + MANY // 2, 0, MANY, CycleStage.DECIDED),
        ReleaseState.PUBLIC: (MANY + MANY // 2, MANY // 2, MANY, CycleStage.RELEASED),
    }
    assert (told, shown, moved, stage) == expected[release.state]
    return release.state


@pytest.mark.kill
@pytest.mark.both_databases
def test_a_worker_killed_at_any_point_leaves_all_or_nothing(app, portal):
    now = datetime.now(UTC)
    with transaction():
        world = build(places=MANY // 2, ranks=tuple(range(1, MANY + 1)), sum_cents=100)
        decide(world)
        actions.plan(
            queries.releasing(world.slug, 2026),
            told_at=now + timedelta(hours=1),
            public_at=now + timedelta(hours=2),
            by=world.person("joy"),
            at=now,
        )
    with transaction():
        ready(world, at=now)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=now)
    with transaction():
        release = db.session.scalars(select(Release)).one()
        release.told_at, release.public_at = now - timedelta(hours=2), now - timedelta(hours=1)
    begun = time.monotonic()
    portal("--help")
    wait, seen = time.monotonic() - begun, set()
    for extra in (0.6, 0.9, 1.2, 1.6, 2.2, 3.0, 4.5):
        process = portal.start("work")
        time.sleep(wait + extra)
        process.kill()
        process.wait()
        seen.add(standing(world))
        if ReleaseState.PUBLIC in seen:
            break
    done = portal("work", "--once")
    assert done.returncode == 0, done.stderr
    assert standing(world) is ReleaseState.PUBLIC
    portal("work", "--once")
    assert standing(world) is ReleaseState.PUBLIC
