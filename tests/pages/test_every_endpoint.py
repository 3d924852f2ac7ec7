"""Every endpoint, called as every kind of person on their own, another's, wrong-stage and missing objects.

Whom the policy lets in never meets the 404 or the sign-in page; everybody else meets the one page that a missing object
gives, to the byte. GET and HEAD change no row of any table, whoever asks.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import select, text

from portal import clock
from portal.db import Model, db
from portal.policy import POLICY, Fact
from portal.web.pages import PUBLIC, every_route
from tests.support.crawling import Browser
from tests.support.samples import NOTHING, SIGNED_OUT, STAFF, alone, samples_of
from tests.support.world_small import NOW, PEOPLE, VISITOR, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

CSRF = re.compile(r'(name="csrf_token"[^>]*value=")[^"]*')
KEPT = re.compile(r"/kept/\d+")


@pytest.fixture
def template() -> str:
    return "small_world"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


# Whoever stands for the same kind as somebody else here is left out: a second nominee, a second recipient.
KINDS = tuple(
    person
    for person in PEOPLE
    if person not in {"nominee of two", "nominee apart", "surprise passed over", "shy recipient"}
)
# These run on both databases; for the others, whose requests differ in nothing but a fact that the policy knows, one is enough.
BOTH = ("conflicted reviewer", "chair")
REST = tuple(person for person in KINDS if person not in BOTH)
SAID_OF_EVERYBODY = frozenset({Fact.IN_DELIBERATION, Fact.TOLD})
LOOK_EVERYWHERE = frozenset({VISITOR, "nobody", "staff"})  # who also asks for what is missing, and all that is public
# Who is somebody else's like wherever nothing in particular holds of them: they ask only where something does.
ALIKE = frozenset(
    {"surprise", "recipient", "minor", "removed", "invited", "undeclared", "other nominator", "publisher", "proposer"}
)


class Call(NamedTuple):
    """One object of one endpoint."""

    rule: Rule
    sample: str
    path: str
    facts: dict[str, frozenset[Fact] | None]  # what holds of each person and it; None where they find no such thing
    allowed: dict[str, bool]

    @property
    def missing(self) -> bool:
        return all(facts is None for facts in self.facts.values())

    @property
    def public(self) -> bool:
        return all(self.allowed.values())

    @property
    def words(self) -> str:
        return f"{self.rule.endpoint} of {self.sample} ({self.path})"


def calls(app: Flask, world: World) -> list[Call]:
    """Return every endpoint with each of its samples, and whom the policy lets in."""
    routes = every_route(app)
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        route = routes[rule.endpoint]
        if route is None:
            continue
        for sample in samples_of(rule, world):
            known = {person: sample.facts(person) for person in KINDS}
            allowed = {
                person: facts is not None and POLICY[route.needs](alone(person) | facts)
                for person, facts in known.items()
            }
            found.append(Call(rule, sample.name, adapter.build(rule.endpoint, sample.address), known, allowed))
    return found


METHODS = ("GET", "POST")
ORDINARY = ("public", "as staff", NOTHING)


def calls_as(person: str, table: list[Call]) -> dict[str, list[Call]]:
    """Return what one person asks for by each method: everything that lets them in, and of the rest each endpoint.

    What opens to them for the same reason as to staff, or as to everybody, is asked for once; so is what stays closed for the
    same facts. Where a page takes both methods, such a one is asked for by one of them, in turn: every endpoint is met by
    every kind of person, and by each method by about half of them.
    """
    turn = KINDS.index(person)
    met: set[tuple[Any, ...]] = set()
    found: dict[str, list[Call]] = {method: [] for method in METHODS}
    for call in table:
        methods = [method for method in METHODS if method in call.rule.methods]
        everything = False
        if call.missing:
            why: Any = "missing"
            if person not in LOOK_EVERYWHERE:
                continue
        elif call.public:
            why = "public"
        elif not call.allowed[person]:
            why = (call.facts[person] or NOTHING) - SAID_OF_EVERYBODY
        elif person in STAFF - {"staff"} and call.allowed["staff"]:
            why = "as staff"
        else:
            why, everything = call.sample, True
        if (call.rule.rule, why) in met or (person in ALIKE and why in ORDINARY):
            continue
        met.add((call.rule.rule, why))
        if not everything and person not in LOOK_EVERYWHERE:
            turn += 1
            methods = [methods[turn % len(methods)]]
        for method in methods:
            found[method].append(call)
    return found


def seen(answer: TestResponse, path: str) -> tuple[Any, ...]:
    """Return everything that tells one answer from another, but the token and the address that was asked for."""
    body = CSRF.sub(r"\1", answer.get_data().decode("utf-8", "replace")).replace(path, "PATH")
    body = KEPT.sub("/kept/N", body)
    headers = sorted((name, value) for name, value in answer.headers if name not in {"Content-Length", "Set-Cookie"})
    cookies = sorted(value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie"))
    return answer.status_code, body, headers, cookies


def refusals(browser: Browser, send: str) -> dict[bool, tuple[Any, ...]]:
    """Return what this person gets where nothing is: at a private address, and at a public one."""
    found = {}
    for private, path in ((True, "/desk/no-such-thing-at-all"), (False, "/awards/no-such-thing/at-all")):
        found[private] = seen(getattr(browser, send)(path), path)
    return found


@pytest.fixture
def world(app: Flask) -> World:
    return World.load()


def rehearse() -> None:
    """Let no POST change the world for the next one: what would be committed is written to the database and rolled back."""
    db.session.flush()
    db.session.rollback()


def rows(connection: Any) -> dict[str, str]:
    """Return a digest of every table."""
    found = {}
    for table in Model.metadata.sorted_tables:
        digest = hashlib.sha256()
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            digest.update(repr(tuple(row)).encode())
        found[table.name] = digest.hexdigest()
    return found


def digests(app: Flask) -> dict[str, str]:
    with app.app_context(), db.engine.connect() as connection:
        return rows(connection)


@pytest.mark.sqlite_only
def test_every_endpoint_has_samples_of_its_own_objects(app, world):
    table = calls(app, world)
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        own = [call for call in table if call.rule is rule]
        assert any(any(call.allowed.values()) for call in own), (
            f"{rule.endpoint} ({rule.rule}): no sample lets anybody in. Add one that does."
        )
        if rule.arguments:
            assert any(not any(call.allowed.values()) for call in own) or "token" in rule.arguments, (
                f"{rule.endpoint} ({rule.rule}): every sample lets somebody in. Add a missing one."
            )


@pytest.mark.parametrize("person", BOTH)
def test_everybody_gets_what_the_policy_says_and_looking_writes_nothing(app, world, monkeypatch, person):
    assert_everything_is_as_the_policy_says(app, world, monkeypatch, person)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", REST)
def test_so_does_everybody_else(app, world, monkeypatch, person):
    assert_everything_is_as_the_policy_says(app, world, monkeypatch, person)


def assert_everything_is_as_the_policy_says(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    browser = Browser(app, world, person)
    asked = calls_as(person, calls(app, world))
    before = digests(app)
    wrong = wrong_answers(app, browser, "GET", asked["GET"])
    wrong += [f"GET as {person} changed {name}" for name, digest in digests(app).items() if before[name] != digest]
    monkeypatch.setattr(db.session, "commit", rehearse, raising=False)
    wrong += wrong_answers(app, browser, "POST", asked["POST"])
    assert not wrong, "\n".join(wrong)


def wrong_answers(app: Flask, browser: Browser, method: str, asked: list[Call]) -> list[str]:
    """Ask, and say which answers are not what the policy says."""
    send = browser.get if method == "GET" else browser.post
    private = {name for name, route in every_route(app).items() if route is not None and route.needs not in PUBLIC}
    nothing = refusals(browser, method.lower())
    wrong = []
    for call in asked:
        lies_private = call.rule.endpoint in private or _lies_private(app, call.path)
        wrong += problems(call, browser.person, send(call.path), nothing[lies_private], method)
    return wrong


def _lies_private(app: Flask, path: str) -> bool:
    return path.lstrip("/").split("/", 1)[0] in app.config["PRIVATE_ROOTS"]


def problems(call: Call, person: str, answer: TestResponse, nothing: tuple[Any, ...], method: str) -> list[str]:
    """Return what is wrong with one answer, as a sentence."""
    where = f"{method} {call.words} as {person}"
    if answer.status_code >= 500:
        return [f"{where}: {answer.status_code}"]
    got = seen(answer, call.path)
    refused = got[:2] == nothing[:2]
    if call.allowed[person]:
        return (
            [f"{where}: the policy lets them in, and they get {answer.status_code}"]
            if refused or answer.status_code == 404
            else []
        )
    if not refused:
        return [f"{where}: the policy keeps them out, and they get {answer.status_code} {_difference(got, nothing)}"]
    return [f"{where}: {_difference(got, nothing)}"] if got != nothing else []


def _difference(got: tuple[Any, ...], nothing: tuple[Any, ...]) -> str:
    """Say where an answer first differs from that of a missing thing."""
    for mine, usual in zip(got, nothing, strict=True):
        if mine != usual and isinstance(mine, str):
            place = next(
                (n for n, (a, b) in enumerate(zip(mine, usual, strict=False)) if a != b), min(len(mine), len(usual))
            )
            return f"which differs from a missing one: {mine[max(place - 60, 0) : place + 120]!r}"
        if mine != usual:
            return f"which differs from a missing one: {mine} is not {usual}"
    return ""


@pytest.mark.sqlite_only
@pytest.mark.parametrize("person", [VISITOR, "staff"])
def test_head_is_answered_as_get_and_writes_nothing(app, world, person):
    table = [call for call in calls(app, world) if "HEAD" in call.rule.methods and call.allowed[person]]
    browser = Browser(app, world, person)
    before = digests(app)
    asked: set[str] = set()
    wrong = []
    for call in table:
        if call.rule.endpoint in asked:
            continue
        asked.add(call.rule.endpoint)
        looked, answer = browser.get(call.path), browser.head(call.path)
        if answer.status_code != looked.status_code or answer.data:
            wrong.append(
                f"HEAD {call.words}: {answer.status_code} with {len(answer.data)} bytes, where GET says {looked.status_code}"
            )
    wrong += [f"HEAD changed {name}" for name, digest in digests(app).items() if before[name] != digest]
    assert not wrong, "\n".join(wrong)


@pytest.mark.sqlite_only
def test_a_wrong_method_tells_nobody_what_exists(app, world):
    """POST to a page that is only read, and GET of a step, answer as an address that is nowhere."""
    table = calls(app, world)
    for person in (VISITOR, "nobody", "staff"):
        browser = Browser(app, world, person)
        nothing = {send: refusals(browser, send) for send in ("get", "post")}
        wrong = []
        for call in table:
            if {"GET", "POST"} <= call.rule.methods or call.sample != "own" or not _lies_private(app, call.path):
                continue
            if any(rule is not call.rule and rule.rule == call.rule.rule for rule in app.url_map.iter_rules()):
                continue
            send = "post" if "GET" in call.rule.methods else "get"
            if seen(getattr(browser, send)(call.path), call.path) != nothing[send][True]:
                wrong.append(f"{send.upper()} {call.words} as {person} is not the answer of an address that is nowhere")
        assert not wrong, "\n".join(wrong)


@pytest.mark.sqlite_only
def test_the_digest_notices_a_single_changed_cell(app, world):
    before = digests(app)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE person SET phone = '1' WHERE id = (SELECT min(id) FROM person)"))
    after = digests(app)
    assert {name for name in before if before[name] != after[name]} == {"person"}
    assert set(PEOPLE) > SIGNED_OUT
