"""Rubrics: made from a template, copied, and edited until somebody has scored with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import history
from portal.awards.models import Criterion, Cycle, Rubric
from portal.errors import N_, Refused
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.awards.templates import RubricTemplate
    from portal.people.models import Person


def make_rubric(title: str, template: RubricTemplate) -> Rubric:
    """Return a rubric made from a template, to be edited."""
    rubric = Rubric(
        title=title,
        lowest=0,
        highest=template.highest,
        levels={str(level): dict(words) for level, words in template.levels.items()},
    )
    for place, criterion in enumerate(template.criteria):
        rubric.criteria.append(
            Criterion(
                position=place,
                key=criterion.key,
                name=dict(criterion.name),
                about=dict(criterion.about),
                weight=criterion.weight,
                by_staff=criterion.by_staff,
            )
        )
    return rubric


def copy_rubric(rubric: Rubric, *, title: str) -> Rubric:
    """Return a copy of a rubric, unfrozen, that remembers what it was copied from."""
    made = Rubric(
        title=title,
        version=rubric.version + 1,
        copied_from_id=rubric.id,
        lowest=rubric.lowest,
        highest=rubric.highest,
        levels=dict(rubric.levels),
    )
    for criterion in rubric.criteria:
        kept = {name: getattr(criterion, name) for name in ("position", "key", "name", "about", "weight", "by_staff")}
        made.criteria.append(Criterion(**kept))
    return made


FROZEN_RUBRIC = N_("This rubric has been scored with, so that nothing in it can change.")


def edit_rubric(
    rubric: Rubric, *, levels: Mapping[str, dict[str, str]], by: Person, cycle: Cycle, at: datetime
) -> None:
    """Put a rubric's levels in words. `levels` maps "0", "1", ... to words; their number is the rubric's scale."""
    if rubric.frozen_at is not None:
        raise Refused(FROZEN_RUBRIC)
    numbers = sorted(int(level) for level in levels)
    rubric.lowest, rubric.highest = numbers[0], numbers[-1]
    rubric.levels = dict(levels)
    rubric.version += 1
    history.record("rubric edited", cycle, by=by, at=at, part="levels")


def save_criterion(
    rubric: Rubric,
    criterion: Criterion | None,
    *,
    name: dict[str, str],
    about: dict[str, str],
    weight: int,
    by_staff: bool,
    by: Person,
    cycle: Cycle,
    at: datetime,
) -> Criterion:
    """Add a criterion to a rubric, or change one. Raises `Refused` where the rubric is frozen."""
    if rubric.frozen_at is not None:
        raise Refused(FROZEN_RUBRIC)
    if criterion is None:
        taken = {held.key for held in rubric.criteria}
        stem = "_".join(fold(name.get("en") or next(iter(name.values()))).split())[:40] or "criterion"
        key = next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if key not in taken)
        criterion = Criterion(key=key, position=max((held.position for held in rubric.criteria), default=-1) + 1)
        rubric.criteria.append(criterion)
    criterion.name, criterion.about, criterion.weight, criterion.by_staff = name, about, weight, by_staff
    rubric.version += 1
    history.record("rubric edited", cycle, by=by, at=at, part=criterion.key)
    return criterion


def remove_criterion(rubric: Rubric, criterion: Criterion, *, by: Person, cycle: Cycle, at: datetime) -> None:
    """Take a criterion out of a rubric that is not frozen."""
    if rubric.frozen_at is not None:
        raise Refused(FROZEN_RUBRIC)
    rubric.criteria.remove(criterion)
    rubric.version += 1
    history.record("rubric edited", cycle, by=by, at=at, part=criterion.key, removed=True)


def move_criterion(
    rubric: Rubric, criterion: Criterion, *, by_places: int, by: Person, cycle: Cycle, at: datetime
) -> None:
    """Move a criterion up (-1) or down (1)."""
    if rubric.frozen_at is not None:
        raise Refused(FROZEN_RUBRIC)
    order = sorted(rubric.criteria, key=lambda held: held.position)
    place = order.index(criterion)
    order.insert(min(max(place + by_places, 0), len(order) - 1), order.pop(place))
    for number, held in enumerate(order):
        held.position = number
    history.record("rubric edited", cycle, by=by, at=at, part=criterion.key, moved=by_places)
