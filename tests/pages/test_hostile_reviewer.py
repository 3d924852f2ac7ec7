"""A reviewer's account turned against the portal: names, others' scores, other rounds and closed reviews, by every route and file.

Several people of a committee ask every private address there is, with everybody's numbers and references. What each reaches at
all is written down here; no byte of it holds a planted word that is not theirs to read, and whatever else they ask for, or send,
is the one page of a missing thing and writes nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal import clock
from portal.awards.models import Cycle, Member
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.models import Candidacy, Snapshot
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person
from portal.review.models import Assignment, Declaration, Review, Round, Score
from portal.review.rules.lives import AssignmentState, RoundState
from portal.web.pages import PUBLIC, every_route
from tests.pages.test_every_endpoint import digests, seen
from tests.support.crawling import Answer, Browser
from tests.support.samples import samples_of
from tests.support.world_small import NOW, PLANTED, WORDS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

DAY = timedelta(days=1)
ROOMS = ("review", "decisions")  # asked for whole; of the others only what somebody translates

READS = {"queue", "queue_csv", "scores", "scores_csv", "guide", "packet"}
FILES = {"reading_file", "reading_page"}
READING = {"score", "draft", "versions", "recusal", "hand_back", "abstention", "practice"} | FILES
SEAT = {"invitation", "declare", "correction", "order"}
ROOM = {"standings", "standings_print", "standings_csv", "rule", "discussion", "screen", "minutes"}
# What each reaches at all among the private addresses, by the last word of its endpoint.
REACHES: dict[str, set[str]] = {
    "reviewer": READS | READING | SEAT | ROOM | {"practice_draft", "second_thought"},
    "conflicted reviewer": READS | (READING - FILES) | SEAT | ROOM | {"practice_draft", "second_thought"},
    "undeclared": READS | SEAT | {"practice", "practice_draft"},
    "reviewer elsewhere": READS | (READING - FILES - {"practice"}) | SEAT | ROOM | {"second_thought"},
    "removed": set(),
    "invited": {"invitation"},
}
TITLES = {"name of surprise", "name of surprise passed over"}  # a round with names is declared against by name
COMMITTEE = {
    f"name of {key}" for key in ("chair", "reviewer", "undeclared", "conflicted reviewer", "reviewer elsewhere")
}
# Who deliberates with names reads the minutes: who was there, who began the meeting, and why.
NAMED = TITLES | COMMITTEE | {"school tamberlane", "word surprise text", "word passed over text", "name of staff"}
LISTED = {"school tamberlane", "school dunmorrow", "school vellacott"}  # what a blind round is declared against
PUBLIC_WORDS = {"name of recipient", "school larkhollow", "word biography", "word citation"}
READ = {"word text", "word other text", "word second text", "word apart text", "word letter text"}
# The planted words that each may meet anywhere; every other is a leak.
MAY_READ: dict[str, set[str]] = {
    "reviewer": NAMED | LISTED | READ | {"word comment", "word feedback", "word released text", "word decision reason"},
    "conflicted reviewer": (NAMED - {"word surprise text"})
    | LISTED
    | {"word second text", "word other comment", "word released text"},
    "undeclared": TITLES | LISTED | {"word released text"},
    "reviewer elsewhere": (NAMED - {"word surprise text"})
    | {"name of elsewhere", "word elsewhere text", "school vellacott"},
    "removed": set(),
    "invited": set(),
}
BOTH = ("conflicted reviewer", "undeclared")  # on both databases


@pytest.fixture
def template() -> str:
    return "small_world"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def world(app: Flask) -> World:
    """The small world, with more people in the room that deliberates: in conflict, not declared, recused, handed back."""
    found = World.load()
    with transaction():
        _more(found)
    return found


def _more(world: World) -> None:
    cycle = db.session.get_one(Cycle, world["cycle principals"])
    round_ = db.session.get_one(Round, world["round principals"])
    surprise, other = (db.session.get_one(Candidacy, world[f"candidacy {key}"]) for key in ("surprise", "passed over"))
    listed = [["candidacy", surprise.id], ["candidacy", other.id]]
    for key in ("undeclared", "conflicted reviewer", "reviewer elsewhere"):
        person = db.session.get_one(Person, world[f"person {key}"])
        member = makers.make_member(cycle, person, declared=key != "undeclared")
        db.session.flush()
        if key != "undeclared":
            db.session.add(Declaration(member_id=member.id, said_at=NOW, listed=listed, ties=[]))
            makers.make_conflict(surprise, person)
        states = {
            "undeclared": (AssignmentState.ASSIGNED, AssignmentState.ASSIGNED),
            "conflicted reviewer": (AssignmentState.SUBMITTED, AssignmentState.SUBMITTED),
            "reviewer elsewhere": (AssignmentState.RECUSED, AssignmentState.DECLINED),
        }[key]
        for candidacy, state in zip((surprise, other), states, strict=True):
            makers.make_assignment(round_, candidacy, person, state=state)
    db.session.add(
        Translation(
            source_kind="snapshot",
            source_id=db.session.scalars(
                select(Snapshot.id).where(Snapshot.nomination_id == world["nomination two"])
            ).one(),
            cycle_id=world["cycle teaching"],
            nomination_id=world["nomination two"],
            written_in="so",
            language="en",
            state=TranslationState.ASKED,
            texts={},
            translator_id=world["person undeclared"],  # who came on the committee later
            asked_at=NOW,
            noticed_at=NOW,
        )
    )


def addresses(app: Flask, world: World) -> dict[str, dict[str, set[str]]]:
    """Return every private address by its endpoint and method: those of all samples, and everybody's numbers."""
    adapter = app.url_map.bind("localhost")
    routes = every_route(app)
    everybodys = {
        "reading": db.session.scalars(select(Assignment.position).distinct()).all(),
        "committees": db.session.scalars(select(Member.id)).all(),
        "translations": db.session.scalars(select(Translation.id)).all(),
    }
    found: dict[str, dict[str, set[str]]] = {}
    for rule in app.url_map.iter_rules():
        route = routes[rule.endpoint]
        translating = rule.endpoint.startswith("nominations.translat")
        if route is None or route.needs in PUBLIC or not (rule.endpoint.startswith(ROOMS) or translating):
            continue
        own = rule.endpoint.partition(".")[2] in {word for words in REACHES.values() for word in words}
        paths = {adapter.build(rule.endpoint, each.address) for each in samples_of(rule, world)[: 4 if own else 1]}
        numbers = everybodys.get(rule.rule.split("/")[1], ())
        if numbers and {"number"} <= rule.arguments <= {"number", "held"}:
            more = dict.fromkeys(rule.arguments, 10**6)
            paths |= {adapter.build(rule.endpoint, {**more, "number": number}) for number in numbers}
        elif rule.endpoint in {"review.discussion", "review.second_thought"}:
            address = {"slug": "principals", "year": 2026, "reference": world.words["spoken passed over"]}
            paths.add(adapter.build(rule.endpoint, address))
        if rule.arguments == {"slug", "year"}:
            slugs = ("teaching", "principals") if own else ("principals",)
            paths = {adapter.build(rule.endpoint, {"slug": slug, "year": 2026}) for slug in slugs}
        for method in ("GET", "POST"):
            if method in rule.methods and (own or method == "POST" or "POST" not in rule.methods):
                found.setdefault(rule.endpoint, {}).setdefault(method, set()).update(paths)
    return found


def leaks(person: str, path: str, answer: Any) -> Iterator[str]:
    """Say which planted words stand in an answer, its headers and its file, that this person may not read."""
    said = f"{Answer.of(answer).text} {path}".casefold()
    own = f"name of {person}"
    for key, word in PLANTED.items():
        if key not in MAY_READ[person] | PUBLIC_WORDS | {own} and word.casefold() in said:
            yield f"{person} reads the {key} at {path} ({answer.status_code})"


@pytest.mark.parametrize("person", BOTH)
def test_a_reviewers_account_reaches_what_is_written_here_and_nothing_else(app, world, monkeypatch, person):
    assert_nothing_gives_way(app, world, monkeypatch, person)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", [person for person in REACHES if person not in BOTH])
def test_neither_does_anybody_elses_of_a_committee(app, world, monkeypatch, person):
    assert_nothing_gives_way(app, world, monkeypatch, person)


def assert_nothing_gives_way(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    browser = Browser(app, world, person)
    before = digests(app)
    wrong, reached = [], set()
    table = addresses(app, world)
    nothing = {
        method: seen(getattr(browser, method.lower())("/desk/no-such-thing-at-all"), "/desk/no-such-thing-at-all")
        for method in ("GET", "POST")
    }
    refused: dict[str, str] = {}
    for endpoint, methods in table.items():
        word = endpoint.partition(".")[2]
        for path in sorted(methods.get("GET", ())):
            answer = browser.get(path)
            if answer.status_code == 404:
                if seen(answer, path) != nothing["GET"]:
                    wrong.append(f"GET {path} as {person} is not the page of a missing thing")
                refused.setdefault(word, path)
                continue
            if {"ETag", "Last-Modified"} & set(answer.headers.keys()):
                wrong.append(f"GET {path} as {person} carries what tells one version from another")
            reached.add(word)
            wrong += leaks(person, path, answer)
            if path.endswith(".csv"):
                wrong += leaks(person, path, browser.get(f"{path}?as=xlsx"))
    wrong += by_headers_alone(browser, table, refused)
    wrong += [f"looking as {person} wrote in {name}" for name, digest in digests(app).items() if digest != before[name]]
    committed: list[str] = []
    monkeypatch.setattr(db.session, "commit", lambda: (committed.append(""), db.session.flush(), db.session.rollback()))
    fields = planted_fields(world)
    for endpoint, methods in table.items():
        word = endpoint.partition(".")[2]
        for path in sorted(methods.get("POST", ())):
            committed.clear()
            answer = browser.post(path, fields)
            if answer.status_code != 404:
                reached.add(word)
                wrong += leaks(person, path, answer)
            elif committed or seen(answer, path) != nothing["POST"]:
                wrong.append(f"POST {path} as {person} is not refused as a missing thing")
            if answer.status_code >= 500:
                wrong.append(f"POST {path} as {person}: {answer.status_code}")
    wrong += [f"{person} reaches {word}" for word in sorted(reached - REACHES[person])]
    wrong += [f"{person} does not reach {word} any more" for word in sorted(REACHES[person] - reached)]
    assert not wrong, "\n".join(wrong)


def by_headers_alone(browser: Browser, table: dict[str, dict[str, set[str]]], refused: dict[str, str]) -> Iterator[str]:
    """Say what HEAD tells of what is refused, its length too, and whether OPTIONS tells one object of an endpoint from another."""
    bare = told_of(browser.head("/desk/no-such-thing-at-all"))
    for path in refused.values():
        if told_of(browser.head(path)) != bare:
            yield f"HEAD {path} as {browser.person} is not that of a missing thing"
    for endpoint, methods in table.items():
        if len({told_of(browser.options(path)) for paths in methods.values() for path in paths}) != 1:
            yield f"OPTIONS tells {browser.person} one object of {endpoint} from another"


def told_of(answer: Any) -> tuple[Any, ...]:
    """Return what an answer without a page tells: its status, and every header that is not the visit's own. Its length is one."""
    own = {"Set-Cookie", "Date"}
    return answer.status_code, tuple(sorted((name, value) for name, value in answer.headers if name not in own))


# Once every score is locked, the committee reads each other's, and what was written about all of them, with names covered.
REVEALED = {"word comment", "word other comment", "word note", "word apart text"}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", ["reviewer", "conflicted reviewer"])
def test_after_every_change_of_state_a_covered_round_gives_no_name_away(app, world, person):
    """Pages, files unpacked, pictures and lists of a blind round, at each state of it and of its cycle."""
    browser = Browser(app, world, person)
    table = addresses(app, world)
    words = READS | READING | SEAT | ROOM
    paths = {
        path
        for endpoint, methods in table.items()
        if endpoint.partition(".")[2] in words
        for path in methods.get("GET", ())
        if "/principals/" not in path and not path.startswith("/reading/practice")
    }
    wrong = []
    for state in RoundState:
        with transaction():
            db.session.get_one(Round, world["round teaching"]).state = state
        for path in sorted(paths):
            found = leaks(person, path, browser.get(path))
            wrong += [
                f"{state.value}: {leak}"
                for leak in found
                if state is not RoundState.LOCKED or not any(each in leak for each in REVEALED)
            ]
    assert not wrong, "\n".join(wrong)


def planted_fields(world: World) -> dict[str, str]:
    """Return what no form asks: somebody else's reading, an outcome, a state."""
    return {
        "reviewer_id": str(world["person chair"]),
        "candidacy_id": str(world["candidacy one"]),
        "assignment_id": str(world["assignment reviewer one"]),
        "state": "submitted",
        "excluded": "",
        "act": "submit",
        "version": "0",
        "reason": "Because.",
        "words": "Because.",
        "text": "A note.",
    }


def test_what_is_closed_stays_as_it_is_and_nobody_scores_what_is_anothers(app, world):
    """Whatever is sent to a locked round's readings, to others' numbers, or over an older version changes no score and no review."""
    with transaction():
        owed = db.session.get_one(Assignment, world["assignment principals passed over"])
        locked, mine = owed.position, world["position reviewer one"]
    before = scores()
    levels = {f"score-{key}": "0" for key in criteria(world)}
    browser, other = Browser(app, world, "reviewer"), Browser(app, world, "conflicted reviewer")
    for path in (f"/reading/{locked}", f"/reading/{locked}/draft"):
        answer = browser.post(path, {**levels, **planted_fields(world), "version": "9"})
        assert answer.status_code in {303, 404, 409, 422}, (path, answer.status_code)
    for path in ("return", "abstention"):
        assert browser.post(f"/reading/{locked}/{path}", planted_fields(world)).status_code in {404, 409, 422}
    for act in ("submit", "next", "save"):
        old = browser.post(f"/reading/{mine}", {**levels, "act": act, "version": "0"})
        assert old.status_code == 303  # to both versions, side by side
        assert "/versions/" in old.location
        assert other.post(f"/reading/{mine}", {**levels, "act": act, "version": "0"}).status_code in {303, 404}
    db.session.rollback()
    assert scores() == before


def criteria(world: World) -> list[str]:
    from portal.review.queries.reading import criteria_of, rubric_for

    rubric = rubric_for(db.session.get_one(Cycle, world["cycle teaching"]))
    assert rubric is not None
    return [each.key for each in criteria_of(rubric)]


def scores() -> list[tuple[Any, ...]]:
    """Return every score and review as they stand."""
    db.session.expire_all()
    given = [(row.id, row.level, row.replaced_at) for row in db.session.scalars(select(Score).order_by(Score.id))]
    reviews = db.session.scalars(select(Review).order_by(Review.id))
    return given + [(row.id, row.state, row.total, row.version, row.comment) for row in reviews]


@pytest.mark.sqlite_only
def test_once_a_cycle_is_released_its_committee_no_longer_lists_who_was_nominated(app, world):
    browser = Browser(app, world, "reviewer")
    seat = f"/committees/{world['member principals reviewer']}/conflicts"
    assert browser.get(seat).status_code == 200
    with transaction():
        db.session.get_one(Cycle, world["cycle principals"]).stage = CycleStage.RELEASED
    for path in (seat, f"{seat}/correction", "/desk/principals/2026/standings", "/desk/principals/2026/minutes"):
        assert browser.get(path).status_code == 404, path
    queue = browser.get("/reading").text
    assert seat not in queue
    assert "/desk/principals/2026" not in queue


@pytest.mark.sqlite_only
def test_what_came_on_the_list_after_somebody_declared_opens_when_they_were_asked_about_it(app, world):
    reference = world.words["spoken passed over"]
    browser, place = Browser(app, world, "conflicted reviewer"), "/desk/principals/2026/standings"
    assert browser.get(f"{place}/{reference}").status_code == 200
    assert reference in browser.get(place).text
    with transaction():
        member = db.session.scalars(
            select(Member).where(
                Member.cycle_id == world["cycle principals"], Member.person_id == world["person conflicted reviewer"]
            )
        ).one()
        said = db.session.scalars(select(Declaration).where(Declaration.member_id == member.id)).one()
        said.listed = [["candidacy", world["candidacy surprise"]]]
        seat = f"/committees/{member.id}/conflicts"
    page = browser.get(place).text
    assert f"{place}/{reference}" not in page
    assert seat in page
    assert browser.get(f"{place}/{reference}").status_code == 404
    assert WORDS["passed over text"] not in page
    fields = dict.fromkeys(re.findall(r'name="(none)"', browser.get(seat).text), "y")
    assert browser._post(seat, [*fields.items()]).status_code == 303
    assert browser.get(f"{place}/{reference}").status_code == 200
