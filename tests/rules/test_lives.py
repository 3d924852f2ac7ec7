"""Every cell of every state table: a step that stands in the table leads where it says, every other is refused."""

from __future__ import annotations

import pytest

from portal.errors import Refused
from portal.lives import REGISTER
from portal.web import documents

documents.lives()  # imports every room's rules


def cells():
    for name, life in REGISTER.items():
        states = {state for state, _ in life.table} | set(life.table.values())
        kind, verbs = type(next(iter(states))), type(next(iter(life.table))[1])
        for state in kind:
            for step in verbs:
                yield pytest.param(life, state, step, id=f"{name}: {state.value}, {step.value}")


@pytest.mark.parametrize(("life", "state", "step"), list(cells()))
def test_a_step_leads_where_the_table_says_or_is_refused_in_a_sentence(life, state, step):
    if life.fits(state, step):
        assert life.advance(state, step) == life.table[state, step]
        assert step in life.steps(state)
    else:
        with pytest.raises(Refused) as refusal:
            life.advance(state, step)
        assert str(refusal.value).endswith(".")
        assert step not in life.steps(state)


@pytest.mark.parametrize("name", list(REGISTER))
def test_every_state_can_be_reached_or_is_a_beginning(name):
    life = REGISTER[name]
    reached = set(life.table.values())
    beginnings = {state for state, _ in life.table} - reached
    assert len(beginnings) <= 2, f"{beginnings} can be reached by no step"
