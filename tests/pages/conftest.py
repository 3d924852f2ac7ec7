"""Worlds that tests of pages start from."""

from __future__ import annotations

from tests.support import world_small
from tests.support.apps import TEMPLATES, filled

SMALL, SMALL_REAL, SMALL_REVERSED = "small_world", "small_world_real", "small_world_reversed"
SMALL_GROWN = "small_world_grown"


def _grown() -> None:
    world_small.build()
    world_small.grow()


TEMPLATES[SMALL] = filled(world_small.build)
TEMPLATES[SMALL_REAL] = filled(lambda: world_small.build(demonstration=False))
TEMPLATES[SMALL_REVERSED] = filled(lambda: world_small.build(demonstration=False, winner="surprise passed over"))
TEMPLATES[SMALL_GROWN] = filled(_grown)
