"""Statements that are put together once, with their constants written into them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import bindparam, func, literal, or_, select, union_all

from portal.db import among, ask, db, fixed, rows_of, transaction
from portal.people.models import Person
from portal.schools.models import School

WORDS = '50% o\'clock: \\ "so" :name %(name)s ?'


def test_constants_are_written_as_both_databases_read_them(app):
    (row,) = ask(fixed(select(literal(WORDS), literal(-3), literal(value=True), literal(value=False))))
    assert [row[0], row[1], bool(row[2]), bool(row[3])] == [WORDS, -3, True, False]


def test_only_what_has_no_value_yet_remains_to_be_given(app):
    with transaction():
        db.session.add_all(School(name=name, name_key=name.casefold()) for name in ("Alki", "Denny", "Roxhill"))
    one, two, three = db.session.scalars(select(School.id).order_by(School.name))
    some = select(School.name).where(School.name.in_(["Denny", "Alki"]), School.name_key.not_in(["alki"]))
    asked = fixed(some.where(School.id.in_(bindparam("numbers", expanding=True))).order_by(School.id))
    statement = asked.limit(rows_of("most")).offset(rows_of("after"))
    assert ask(statement, {"numbers": [one, two, three], "most": 5, "after": 0}) == [("Denny",)]
    assert ask(statement, {"numbers": [one, three], "most": 5, "after": 0}) == []
    assert ask(statement, {"numbers": [one, two, three], "most": 5, "after": 1}) == []
    assert set(asked.compile(db.engine).params) == {"numbers"}
    none = fixed(select(func.count(School.id)).where(School.name.in_([])))
    assert ask(none) == [(0,)]
    both = fixed(union_all(select(literal("a"), func.count(School.id)), select(literal("b"), literal(7))))
    assert sorted(map(tuple, ask(both))) == [("a", 3), ("b", 7)]


@pytest.mark.parametrize("names", [[], ["Alki"], ["Alki", "Roxhill"]], ids=len)
def test_numbers_are_given_when_asked_however_many(app, names):
    with transaction():
        db.session.add_all(School(name=name, name_key=name.casefold()) for name in ("Alki", "Denny", "Roxhill"))
    numbers = [school.id for school in db.session.scalars(select(School)) if school.name in names]
    given, none = among(School.id, "numbers"), among(School.id, "none")
    statement = fixed(select(School.name).order_by(School.name))
    asked = {"numbers": numbers, "none": []}
    assert [name for (name,) in ask(statement.where(given), asked)] == names
    assert [name for (name,) in ask(statement.where(or_(none, given), School.name != ""), asked)] == names
    assert ask(statement.where(given, none), asked) == []
    assert " = 1" not in str(statement.where(or_(none, given)).compile(db.engine))  # that would look at every row


def test_what_cannot_be_written_is_refused(app):
    with pytest.raises(TypeError, match="cannot be written"):
        fixed(select(Person.id).where(literal(date(2026, 1, 1)) == date(2026, 1, 1)))
