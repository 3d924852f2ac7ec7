"""The rule by which places are given, as people set it before the first score; and what is frozen together with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from portal.errors import N_, PortalError
from portal.review.rules.scoring import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 999


class Tie(StrEnum):
    """What settles an exact tie that the last place runs through."""

    VOTE = "vote"
    DRAW = "draw"


#: What a limit can be about: (column, its one value or "" for each that there is) -> words.
ABOUT: dict[tuple[str, str], str] = {
    ("school", ""): N_("each school"),
    ("zip", ""): N_("each ZIP code"),
    ("role", ""): N_("each role"),
    ("level", "elementary"): N_("elementary schools"),
    ("level", "middle"): N_("middle schools"),
    ("level", "high"): N_("high schools"),
    ("level", "other"): N_("schools of other grades, such as K to 8"),
    ("need", "high"): N_("high-need schools (Title I, or half the students on free or reduced lunch)"),
}

#: The model's settings, as `calibration.standings` has them: frozen with the rest.
MODEL: dict[str, Any] = {
    "alpha": 0.25,
    "draws": 4000,
    "decimals": 6,
    "prior": "half-normal, a quarter of the scale",
    "small_reviews": 3000,
    "small_reviewers": 300,
}


class BadRule(PortalError):
    """A limit or a sum that makes no sense; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At least `low` and at most `high` (None: any number) of one group; of each group, where `value` is empty."""

    column: str
    value: str = ""
    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """How places are given: limits, sums where there are several, and what settles an exact tie.

    `amounts` are cents, empty where every place gets the same; then `budget` is what they may come to in all.
    """

    limits: tuple[Limit, ...] = ()
    amounts: tuple[int, ...] = ()
    budget: int | None = None
    tie: Tie = Tie.VOTE

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "limits": [[each.column, each.value, each.low, each.high] for each in self.limits],
            "amounts": list(self.amounts),
            "budget": self.budget,
            "tie": self.tie.value,
        }


def from_json(kept: Mapping[str, Any] | None) -> SelectionRule:
    """Return the rule that was kept; nothing kept is no limit, one sum for all, and a vote."""
    if not kept:
        return SelectionRule()
    return SelectionRule(
        limits=tuple(Limit(column, value, low, high) for column, value, low, high in kept["limits"]),
        amounts=tuple(kept["amounts"]),
        budget=kept["budget"],
        tie=Tie(kept["tie"]),
    )


def check_limit(limit: Limit, others: tuple[Limit, ...]) -> None:
    """Refuse a limit that limits nothing, or that another one contradicts."""
    if (limit.column, limit.value) not in ABOUT:
        raise BadRule(N_("Choose one of these"), field="about")
    if not limit.low and limit.high is None:
        raise BadRule(N_("Write how many at least, or how many at most."), field="most")
    if limit.high is not None and limit.high < limit.low:
        raise BadRule(N_("At most cannot be less than at least."), field="most")
    if any((each.column, each.value) == (limit.column, limit.value) for each in others):
        raise BadRule(N_("There is a limit about this already. Take it out first."), field="about")


def check_sums(amounts: tuple[int, ...], budget: int | None, *, least: int, most: int | None) -> None:
    """Refuse sums that the cycle does not allow, or several without what they may come to."""
    if len(set(amounts)) < len(amounts):
        raise BadRule(N_("Write each sum once."), field="amounts")
    for each in amounts:
        if not least <= each <= (least if most is None else most):
            raise BadRule(N_("Each sum must lie between the cycle's least and its most."), field="amounts")
    if amounts and budget is None:
        raise BadRule(N_("Write what all of them together may come to."), field="budget")


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything that was settled before the first score, in parts, each of which has a digest of its own."""

    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each part's canonical JSON."""
        return {name: digest({name: part}) for name, part in self.parts.items()}

    @property
    def digest(self) -> str:
        """The SHA-256 of all parts' digests: what stands on the record."""
        return digest(self.digests)


GRADES = ("PK", "KG", *(f"{n:02d}" for n in range(1, 14)))
ELEMENTARY, MIDDLE, HIGH = ("PK", "06"), ("05", "09"), ("09", "13")


def level(low: str | None, high: str | None) -> str:
    """Return what kind of school its lowest and highest grade make it; empty where they were not reported.

    Elementary ends by grade 6, middle lies within 5 to 9, high begins at 9.
    """
    try:
        first, last = _grade(low), _grade(high)
    except ValueError:
        return ""
    for name, (least, most) in (("elementary", ELEMENTARY), ("middle", MIDDLE), ("high", HIGH)):
        if GRADES.index(least) <= first and last <= GRADES.index(most):
            return name
    return "other"


def _grade(grade: str | None) -> int:
    text = (grade or "").strip().upper()
    return GRADES.index(text.zfill(2) if text.isdecimal() else text)


def high_need(*, title_i: bool | None, students: int | None, lunches: int | None) -> bool:
    """Say whether a school is of high need: Title I, or half its students on free or reduced lunch. Not reported is no."""
    return bool(title_i) or bool(students and lunches is not None and 2 * lunches >= students)
