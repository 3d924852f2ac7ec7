"""A crawl with planted names: everybody follows every link they have, and every byte is looked at.

Whoever may not see a datum reads it nowhere: in no body, header, title, file name or address. Whoever may, reads it
somewhere. And before a release, nothing that nominators, nominees and the public reach depends on the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal import clock
from portal.db import db
from tests.support.crawling import Browser, Crawl, crawl, starts
from tests.support.samples import SIGNED_OUT
from tests.support.world_small import GUARDIAN, HERE, NAMES, NOW, PLANTED, VISITOR, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


def names(*keys: str) -> set[str]:
    return {f"name of {key}" for key in keys}


def words(*keys: str) -> set[str]:
    return {f"word {key}" for key in keys}


def schools(*keys: str) -> set[str]:
    return {f"school {key}" for key in keys}


PUBLIC = names("recipient") | schools("larkhollow") | words("biography", "citation")
# What a nominator named and wrote stays theirs to read, wherever it has gone since; never what became of it.
WROTE = (
    names("nominee", "nominee of two", "surprise", "shy recipient", "minor", "intake", "ineligible", "late nominee")
    | names("drafted nominee")
    | words(
        "text", "second text", "surprise text", "intake text", "late text", "draft text", "released text", "nickname"
    )
    | schools("tamberlane", "dunmorrow")
)
OTHER_WROTE = (
    names("nominee", "nominee apart", "surprise passed over", "intake", "drafted nominee", "elsewhere")
    | words("other text", "apart text", "passed over text", "intake text", "draft text", "elsewhere text", "nickname")
    | schools("tamberlane", "dunmorrow", "vellacott")
)
# A blind round shows the words, with names covered; a round with names shows those too.
READ_BLIND = words("text", "other text", "second text", "apart text")
READ_NAMED = (
    names("surprise", "surprise passed over") | words("surprise text", "passed over text") | schools("tamberlane")
)
COMMITTEE = names("reviewer", "undeclared", "conflicted reviewer")
OFFICE = names("staff", "conflicted staff", "publisher", "publisher alone", "proposer")
# What nobody reads but whoever typed it: drafts, text kept in a browser, a biography nobody agreed to show.
UNSENT = words("draft text", "browser text", "kept text", "hidden biography")
UNREAD = words("why", "practice why", "unmatched role")
OF_ONE = names("nominee") | words(
    "text", "letter text", "other text", "comment", "feedback", "conflict words", "nickname"
)
PRACTICED = words("released text")  # a past file, names removed

SEES: dict[str, set[str]] = {
    VISITOR: PUBLIC,
    HERE: PUBLIC | names("browser nominee", "nobody") | words("browser text", "kept text") | schools("tamberlane"),
    GUARDIAN: PUBLIC | names("minor") | words("hidden biography"),
    "nominator": PUBLIC | WROTE | names("writer"),
    "other nominator": PUBLIC | OTHER_WROTE | names("writer"),
    "nominee": PUBLIC,
    "nominee apart": PUBLIC,
    "surprise": PUBLIC,
    "surprise passed over": PUBLIC,
    "recipient": PUBLIC,
    "shy recipient": PUBLIC | words("hidden biography"),
    "minor": PUBLIC | words("hidden biography"),
    "reviewer": PUBLIC
    | READ_BLIND
    | READ_NAMED
    | PRACTICED
    | words("comment", "feedback", "letter text")
    | names("chair"),
    "undeclared": PUBLIC | PRACTICED | schools("tamberlane", "dunmorrow", "vellacott"),
    "conflicted reviewer": PUBLIC | PRACTICED | words("second text", "other comment"),
    "invited": PUBLIC,
    "removed": PUBLIC,
    "reviewer elsewhere": PUBLIC | names("elsewhere") | words("elsewhere text") | schools("vellacott"),
    "chair": PUBLIC
    | READ_BLIND
    | READ_NAMED
    | COMMITTEE
    | OFFICE
    | PRACTICED
    | words("comment", "other comment", "note", "decision reason", "conflict words", "letter text", "practice why"),
    "staff": set(PLANTED) - UNSENT - UNREAD,
    "conflicted staff": set(PLANTED) - UNSENT - UNREAD - OF_ONE | names("nominee"),
    "staff elsewhere": PUBLIC
    | names("elsewhere", "other nominator", "reviewer elsewhere")
    | OFFICE
    | names("auditor")
    | words("elsewhere text")
    | schools("vellacott"),
    "publisher alone": PUBLIC
    | names("nominee", "nominee of two", "nominee apart", "surprise", "surprise passed over", "elsewhere")
    | names("nominator", "other nominator", "proposer", "publisher", "writer")
    | names("staff", "conflicted staff")  # who may see a preview is said by name
    | COMMITTEE
    | names("shy recipient", "chair", "reviewer elsewhere")  # who is paid, and who sits on committees
    | schools("tamberlane", "dunmorrow", "vellacott")
    | words("surprise text", "decision reason", "coming citation", "released text"),
    "auditor": PUBLIC | names("staff", "conflicted staff", "proposer"),
    "writer": PUBLIC
    | names("nominee", "intake", "nominator")
    | words("letter text")
    | schools("tamberlane"),  # their own letter names it
    "nobody": PUBLIC,
}
BOTH = ("nominator", "conflicted reviewer", "chair")  # who walk on both databases; the others differ in a fact alone


@pytest.fixture
def template() -> str:
    return "small_world_real"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def walk(app: Flask, person: str) -> Crawl:
    """Let somebody begin everywhere, and at the one address a link in their mail leads to."""
    world = World.load()
    begin = starts(app)
    if person == GUARDIAN:
        begin.append(f"/consent/{world['candidacy minor']}")
    if person == HERE:
        begin.append(f"/kept/{world['held own']}")
    db.session.remove()
    return crawl(Browser(app, world, person), begin)


@pytest.mark.parametrize("person", BOTH)
def test_everybody_reads_what_is_theirs_to_read_and_no_link_leads_nowhere(app, person):
    assert_reads_what_is_theirs(app, person)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", [person for person in SEES if person not in BOTH])
def test_so_does_everybody_else(app, person):
    assert_reads_what_is_theirs(app, person)


def assert_reads_what_is_theirs(app: Flask, person: str) -> None:
    found = walk(app, person)
    wrong = [*wrongly_read(person, found), *dead_links(person, found)]
    assert not wrong, "\n".join(wrong)


def wrongly_read(person: str, found: Crawl) -> Iterator[str]:
    """Say which planted words somebody reads who may not, and which they read nowhere although they may."""
    expected = SEES[person] | (names(person) if person in NAMES else set())
    for key, word in PLANTED.items():
        places = found.where(word)
        if places and key not in expected:
            yield f"{person} reads the {key} ({word}) at {', '.join(sorted(places)[:5])}"
        elif not places and key in expected:
            yield f"{person} reads the {key} ({word}) nowhere, and may"


def dead_links(person: str, found: Crawl) -> Iterator[str]:
    """Say which links lead to what is not there for whoever follows them. A preview shows what is not there yet."""
    for path, page in sorted(found.linked.items()):
        answer = found.answers.get(path)
        if answer is None or page == path or "/release/preview" in page:
            continue
        asked_to_sign_in = 'name="address"' in answer.body and not path.startswith("/sign-in")
        if answer.status >= 400 or (asked_to_sign_in and person not in SIGNED_OUT):
            yield f"{page} links to {path}, which answers {answer.status} to {person}"


BEFORE_TOLD = (VISITOR, "nominator", "other nominator", "nominee", "surprise", "surprise passed over")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", BEFORE_TOLD)
def test_before_a_release_nothing_anybody_reaches_depends_on_the_outcome(app, backend, person):
    """Two worlds differ only in whom the committee ranked first and selected; what each person reaches is the same to the byte."""
    from tests.pages.conftest import SMALL_REVERSED
    from tests.support.apps import TEMPLATES

    one = walk(app, person)
    backend.reset(SMALL_REVERSED, TEMPLATES[SMALL_REVERSED], release=db.engine.dispose)
    other = walk(app, person)
    assert one.answers.keys() == other.answers.keys()
    differ = [path for path, answer in one.answers.items() if answer != other.answers[path]]
    assert not differ, f"{person} can tell who was selected from {differ[:5]}"


@pytest.mark.sqlite_only
def test_the_two_worlds_do_differ_for_whoever_may_know(app, backend):
    from tests.pages.conftest import SMALL_REVERSED
    from tests.support.apps import TEMPLATES

    path = "/desk/principals/2026/decisions"
    seen = []
    for _ in range(2):
        world = World.load()
        seen.append(Browser(app, world, "publisher").get(path).get_data(as_text=True))
        db.session.remove()
        backend.reset(SMALL_REVERSED, TEMPLATES[SMALL_REVERSED], release=db.engine.dispose)
    assert seen[0] != seen[1]
