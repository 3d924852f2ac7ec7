"""The small world, with every kind of person, for those who type nonsense into it."""

from __future__ import annotations

import pytest

from tests.support import world_small
from tests.support.apps import TEMPLATES, filled

SMALL = "small_world"
TEMPLATES.setdefault(SMALL, filled(world_small.build))


@pytest.fixture
def template():
    return SMALL


@pytest.fixture
def world(app):
    return world_small.World.load()
