"""Moving a season by whole weeks, so that it stands today where the demonstration wants it: weekdays and clock times kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.awards.rules import shifted
from portal.awards.templates import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE = "America/Los_Angeles"


class Stage(StrEnum):
    """Where a season stands today."""

    OPEN = "open"
    REVIEW = "review"
    DELIBERATION = "deliberation"
    RELEASED = "released"


# The week of the season's own calendar in which "today" lies, by its first day.
ANCHOR: Mapping[Stage, str] = {
    Stage.OPEN: "2026-02-25 00:00",
    Stage.REVIEW: "2026-04-13 12:00",
    Stage.DELIBERATION: "2026-04-28 00:00",
    Stage.RELEASED: "2026-05-27 00:00",
}
SPARE = timedelta(weeks=1)
A_YEAR = 52


@dataclass(frozen=True)
class Laid:
    """One season as it is laid: where it stands today, its year, and by how many whole weeks its calendar moved."""

    stage: Stage
    year: int
    weeks: int

    @property
    def dates(self) -> dict[str, datetime]:
        """The season's instants."""
        return dates(self.weeks)


def lay(stage: Stage | None, *, now: datetime) -> list[Laid]:
    """Return the seasons of a demonstration, the oldest first: a released one, and the one asked for.

    With no stage asked for there are three: one released, one in review, one open today. A year is that of the newest season's
    announcement, and one less for each season before.
    """
    asked = [Stage.REVIEW, Stage.OPEN] if stage is None else [stage]
    newest = _weeks(asked[-1], now=now)
    year = dates(newest)["announced_at"].astimezone(ZoneInfo(ZONE)).year
    seasons = [Laid(one, year - len(asked) + 1 + place, _weeks(one, now=now)) for place, one in enumerate(asked)]
    return [Laid(Stage.RELEASED, year - len(asked), seasons[0].weeks - A_YEAR), *seasons]


def _weeks(stage: Stage, *, now: datetime) -> int:
    """Return by how many whole weeks the calendar moves so that `now` lies in the anchor's week."""
    anchor = datetime.fromisoformat(ANCHOR[stage]).replace(tzinfo=ZoneInfo(ZONE))
    return (now - anchor) // SPARE


def dates(moved: int) -> dict[str, datetime]:
    """Return a season's instants, moved by whole weeks."""
    local = {name: datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)) for name, text in CALENDAR.items()}
    return {name: shifted(moment, weeks=moved, zone=ZONE) for name, moment in local.items()}
