"""A form takes its own fields and no others: whatever else is sent, named for whatever column, changes nothing.

Every form that somebody meets on their way through the portal is filled in and sent twice: as it is, and with a field for
every column there is. What each would write to the database must be the same.
"""

from __future__ import annotations

import re
import secrets
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Boolean, Engine, Enum, Integer, event, select
from werkzeug.exceptions import HTTPException

from portal import clock
from portal.db import Instant, Model, db
from tests.support.crawling import Browser, crawl, starts
from tests.support.world_small import GUARDIAN, HERE, NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.support.crawling import Field, Form

PLANTED = "planted by an extra field"
WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(?P<table>\w+)')
# Who fills in forms, and how many endpoints' forms each meets at least: so that a walk which ends early is noticed.
PEOPLE = {
    HERE: 8,
    GUARDIAN: 3,
    "nominator": 11,
    "recipient": 5,
    "invited": 4,
    "undeclared": 5,
    "reviewer": 7,
    "chair": 14,
    "publisher alone": 6,
    "staff": 60,
}
WORDS = {
    "text": "Some words",
    "textarea": "Some words of mine.",
    "email": "someone.new@world.example",
    "date": "2026-03-02",
    "datetime-local": "2026-03-02T09:00",
    "time": "09:00",
    "number": "3",
    "tel": "206 555 0100",
    "url": "https://example.org",
    "search": "",
}


@pytest.fixture
def template() -> str:
    return "small_world_real"  # without the gallery, whose forms lead nowhere


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, list[tuple[Any, ...]]]]]:
    """What each request would have committed: every row of every table it wrote to, before it is rolled back."""
    found: list[dict[str, list[tuple[Any, ...]]]] = []
    touched: set[str] = set()

    def notice(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if wrote := WRITES.match(statement):
            touched.add(wrote["table"])
        if statement.startswith("DELETE"):  # what hangs on a row goes with it
            touched.update(table.name for table in Model.metadata.sorted_tables)

    def rehearse() -> None:
        db.session.flush()
        connection = db.session.connection()
        found.append(
            {
                table.name: [
                    tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for table in Model.metadata.sorted_tables
                if table.name in touched
            }
        )
        db.session.rollback()

    monkeypatch.setattr(db.session, "commit", rehearse, raising=False)

    def anew(_connection: Any) -> None:
        touched.clear()

    event.listen(Engine, "begin", anew)
    event.listen(Engine, "before_cursor_execute", notice)
    yield found
    event.remove(Engine, "before_cursor_execute", notice)
    event.remove(Engine, "begin", anew)


@pytest.fixture
def same_chance(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let two requests draw the same tokens and seeds. Call it before each."""
    drawn = count()

    def begin() -> None:
        nonlocal drawn
        drawn = count()

    monkeypatch.setattr(secrets, "token_hex", lambda _bytes=16: f"{next(drawn):032x}")
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes=32: f"token-{next(drawn):040d}")
    monkeypatch.setattr(secrets, "randbelow", lambda limit: next(drawn) % limit)
    return begin


def extras(own: set[str]) -> list[tuple[str, str]]:
    """Return a field for every column of every table that the form does not have itself."""
    fields: dict[str, str] = {}
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            if isinstance(kind, Enum):
                value = kind.enums[-1]
            elif isinstance(kind, Boolean):
                value = "true"
            elif isinstance(kind, Integer):
                value = "1"
            elif isinstance(kind, Instant):
                value = "2020-01-01T00:00:00+00:00"
            else:
                value = PLANTED
            for name in (column.name, column.name.removesuffix("_id")):
                fields.setdefault(name, value)
    return [(name, value) for name, value in fields.items() if name not in own]


def filled(form: Form) -> list[tuple[str, str]]:
    """Return a form as somebody fills it in: what is empty gets words, what is to choose is chosen, the first button is pressed."""
    sent: list[tuple[str, str]] = []
    chosen: set[str] = set()
    for field in form.fields:
        value = _answer(field)
        if field.kind in {"radio", "option", "submit"} and field.name in chosen:
            continue
        if value is not None:
            chosen.add(field.name)
            sent.append((field.name, value))
    return sent


def _answer(field: Field) -> str | None:
    if field.kind == "hidden":
        return field.value
    if field.kind == "file":
        return None
    if field.kind == "option":
        return field.value or None
    if field.kind in {"radio", "checkbox", "submit"}:
        return field.value
    return field.value or WORDS.get(field.kind, "Some words")


def forms_of(app: Flask, person: str) -> dict[str, list[Form]]:
    """Return the forms somebody meets, by the endpoint that each is sent to: at most two of each."""
    world = World.load()
    begin = starts(app)
    if person == GUARDIAN:
        begin.append(f"/consent/{world['candidacy minor']}")
    adapter = app.url_map.bind(urlsplit(app.config["SETTINGS"].base_url).netloc)
    found: dict[str, dict[tuple[str, ...], Form]] = {}
    for form in crawl(Browser(app, world, person), begin).forms:
        if form.method != "post":
            continue
        try:
            endpoint, _values = adapter.match(urlsplit(form.action).path, method="POST")
        except HTTPException as nowhere:
            pytest.fail(f"{form.page} has a form for {form.action}, which takes none: {nowhere}")
        found.setdefault(endpoint, {}).setdefault((form.action, *(field.name for field in form.fields)), form)
    return {endpoint: list(forms.values())[:2] for endpoint, forms in found.items()}


# Fields with a column's name that an endpoint takes and that some page does not draw: another page of the same endpoint does.
TAKES = {
    "publishing.draft": {"reason"},  # once the page is public
    "review.declare": {"asked"},  # how close it is, after whom it is
    "nominations.screen_many": {"language", "school"},  # what the list was narrowed to, where it was, to go back there
    "nominations.import_row": {
        "nominator_email",
        "nominator_name",
        "not_listed",
        "role",
        "school",
        "school_id",
        "language",
    },
}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.sqlite_only
def test_no_form_takes_a_field_that_is_not_its_own(app, written, same_chance, person):
    world = World.load()
    forms = forms_of(app, person)
    assert len(forms) >= PEOPLE[person], f"{person} meets {len(forms)} forms only: {sorted(forms)}"
    browser = Browser(app, world, person)
    wrong, reached = [], set()
    for endpoint, those in sorted(forms.items()):
        for form in those:
            sent = filled(form)
            own = {field.name for field in form.fields} | TAKES.get(endpoint, set())
            told = []
            for fields in (sent, [*sent, *extras(own)]):
                written.clear()
                same_chance()
                answer = browser.post(urlsplit(form.action).path, fields)
                assert answer.status_code < 500, f"{endpoint}: {answer.status_code}"
                told.append((answer.status_code, answer.location, list(written)))
            if told[0][2]:
                reached.add(endpoint)
            if told[0] != told[1]:
                wrong.append(f"{endpoint} ({form.page}): {_difference(told[0], told[1])}")
            if any(PLANTED in repr(row) for state in told[1][2] for rows in state.values() for row in rows):
                wrong.append(f"{endpoint} ({form.page}) keeps a field that is not its own")
    assert not wrong, "\n".join(wrong)
    assert reached or person == GUARDIAN, f"no form of {person}'s was ever taken: fill them in better"


def _difference(plain: tuple[Any, ...], extra: tuple[Any, ...]) -> str:
    if plain[:2] != extra[:2]:
        return f"{plain[:2]} becomes {extra[:2]}"
    for before, after in zip(plain[2], extra[2], strict=False):
        for table, rows in before.items():
            changed = [(one, other) for one, other in zip(rows, after.get(table, ()), strict=False) if one != other]
            if changed:
                return f"{table}: {changed[0][0]} becomes {changed[0][1]}"
            if len(rows) != len(after.get(table, ())):
                return f"{table}: {len(rows)} rows become {len(after.get(table, ()))}"
    return "writes more or less often"
