"""When what reviewers wrote for nominators may reach them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.awards.rules import CycleStage

if TYPE_CHECKING:
    from datetime import datetime

OUT = frozenset({CycleStage.RELEASED, CycleStage.ARCHIVED})


def may_go(*, stage: CycleStage, surprise: bool, announced_at: datetime | None, at: datetime) -> bool:
    """Say whether feedback may be sent: after the results are out; of a surprise, once the public has read them as well.

    Before that the people a surprise is meant for may not have been told, and a word to nominators could tell them.
    """
    if stage not in OUT:
        return False
    return not surprise or (announced_at is not None and at >= announced_at)
