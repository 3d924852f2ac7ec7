"""No page costs more database queries for fifty more rows of everything.

The same pages are fetched in the small world and in the same world grown: fifty more people, nominations, candidacies,
members, messages, rows, readings, honors ..., and more cycles. A page with a query in a loop is named.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from portal import clock
from portal.db import Model, db
from portal.policy import POLICY
from portal.web.pages import every_route
from tests.pages.conftest import SMALL_GROWN
from tests.support.apps import TEMPLATES
from tests.support.crawling import Browser
from tests.support.samples import alone, samples_of
from tests.support.world_small import CYCLES_GROWN, GROWN, NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

# Who looks, those with the longest lists first.
LOOKERS = ("staff", "chair", "reviewer", "nominator", "nominee", "auditor", "publisher alone", "guardian", "visitor")
MOST_OF_ONE = 2  # samples of one endpoint
# What there is one of, or what a page never lists: not grown.
NOT_GROWN = {
    "organisation",
    "meeting",  # one a round
    "practice_file",  # three a cycle at most
    "public_version",
    "season",
    "plan",
    "aside",
    "link",
    "held_text",
    "declaration",
    "job",
    "file",
    "file_part",
    "letter_plan",  # one a cycle
    "roster",  # the newest ten are listed
    "offer_terms",  # one a cycle
    "firewall",  # one a cycle
    "part_answer",  # of one person's own part, read in one query
    "selection",
    "photo",  # read in one query
    "kind_words",  # read in one query
    "practice_brief",  # read in one query
    "keepsake",  # there are two
    "visit",  # read in one query
    "release_wording",  # one a kind of message
    "release_unnamed",  # read in one query, and who noted them in another
    "draw",
    "reader_signs",
    "study",
    "draw_secret",
    "wording",  # of one message in one language, read in one query
    "reminder",  # counted, never listed
    "tally",  # counts alone
    "spent_proof",
    "sitting_evidence",  # one of one sitting, read by its number
    "reminder_plan",  # one a cycle and kind
}
FEW = {"award", "cycle", "fund", "question_set", "question", "rubric", "criterion", "round", "release"}
BARELY = {"school_alias", "affiliation", "known_string", "consent", "part", "account"}


@pytest.fixture
def template() -> str:
    return "small_world"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@contextmanager
def counting() -> Iterator[list[str]]:
    """Note every statement that is run inside the block."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


Page = tuple[str, str, str]  # who looks, the endpoint, the address


def pages(app: Flask, world: World) -> list[Page]:
    """Return every page, as those see it who have the longest lists."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        route = every_route(app)[rule.endpoint]
        if route is None or "GET" not in rule.methods:
            continue
        for person in LOOKERS:
            shown = 0
            for sample in samples_of(rule, world):
                facts = sample.facts(person)
                if facts is not None and POLICY[route.needs](alone(person) | facts) and shown < MOST_OF_ONE:
                    shown += 1
                    found.append((person, rule.endpoint, adapter.build(rule.endpoint, sample.address)))
            if shown and person not in {"nominator", "visitor"}:
                break
    return found


def counts(app: Flask, *, most: dict[Page, list[str]] | None = None) -> dict[Page, list[str]]:
    """Return what each page asks the database. One that asks more than `most` is asked again: some of it may be kept by then."""
    world = World.load()
    wanted = pages(app, world)
    db.session.remove()
    browsers = {person: Browser(app, world, person) for person in LOOKERS}
    said = {}
    for page in wanted:
        person, _endpoint, path = page
        for _ in range(2):
            with counting() as statements:
                answer = browsers[person].get(f"{path}?x=1")  # not from the memory for visitors
            assert answer.status_code < 400, f"{path} answers {answer.status_code} to {person}"
            said[page] = statements
            if most is not None and len(statements) <= len(most[page]):
                break
    return said


def shape(statement: str) -> str:
    """Return a statement whatever the length of its lists."""
    return re.sub(r"\((?:[?%:\w()]+, )*[?%:\w()]+\)", "(...)", " ".join(statement.split()))


def test_fifty_more_rows_of_everything_cost_no_page_a_query_more(app, backend):
    small = counts(app)
    backend.reset(SMALL_GROWN, TEMPLATES[SMALL_GROWN], release=db.engine.dispose)
    grown = counts(app, most=small)
    wrong = []
    for page, statements in small.items():
        person, endpoint, path = page
        more = grown[page]
        if len(more) > len(statements):
            shapes, before = [shape(one) for one in more], [shape(one) for one in statements]
            added = [one for one in shapes if shapes.count(one) > before.count(one)]
            wrong.append(
                f"{endpoint} ({path}, {person}): {len(statements)} queries become {len(more)}: {added[0][:400]}"
            )
    assert not wrong, "\n".join(wrong)


def test_the_grown_world_has_more_of_everything(app, backend):
    """A new table must grow too, or the proof above proves nothing of its lists."""

    def rows() -> dict[str, int]:
        tables = Model.metadata.sorted_tables
        return {table.name: db.session.scalar(select(func.count()).select_from(table)) for table in tables}

    small = rows()
    db.session.remove()
    backend.reset(SMALL_GROWN, TEMPLATES[SMALL_GROWN], release=db.engine.dispose)
    grown = rows()
    short = [
        f"{name} grows from {before} to {grown[name]} rows only"
        for name, before in small.items()
        if name not in NOT_GROWN | BARELY and grown[name] < before + (CYCLES_GROWN if name in FEW else GROWN)
    ]
    assert not short, (
        f"{'; '.join(short)}. Let grow() in tests/support/world_small.py make more of it, or name it here if no page lists it."
    )
