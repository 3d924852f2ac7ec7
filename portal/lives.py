"""A life is one table of (state, step) -> state. Rooms declare theirs in `rules`; nothing changes state otherwise."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from portal.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

State = TypeVar("State", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)

REGISTER: dict[str, Life[Any, Any]] = {}  # every life by its name, for docs/architecture.md and the tests


class Life(Generic[State, Step]):
    """One kind of thing's states, and the steps between them."""

    def __init__(self, name: str, table: Mapping[tuple[State, Step], State], *, refusal: str) -> None:
        """Keep the table. `refusal` is the sentence (a message id) for a step that does not fit."""
        self.name = name
        self.table = dict(table)
        self.refusal = refusal
        REGISTER[name] = self

    def advance(self, state: State, step: Step) -> State:
        """Return the state after `step`. Raises `Refused` when the step does not fit the state."""
        try:
            return self.table[state, step]
        except KeyError:
            raise Refused(self.refusal, state=state.value, step=step.value) from None

    def steps(self, state: State) -> list[Step]:
        """Return the steps that fit `state`, in the table's order: a page offers exactly these that policy allows."""
        return [step for (before, step) in self.table if before == state]

    def fits(self, state: State, step: Step) -> bool:
        """Say whether `step` fits `state`."""
        return (state, step) in self.table
