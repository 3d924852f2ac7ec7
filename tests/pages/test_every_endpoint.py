"""Every endpoint, called as every kind of person on their own, another's, wrong-stage and missing objects.

Whom the policy lets in never meets the 404 or the sign-in page; everybody else meets the one page that a missing object
gives, to the byte. GET and HEAD change no row of any table, whoever asks.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from portal import clock
from portal.db import Model, db
from portal.policy import POLICY, Fact
from portal.web.pages import PUBLIC, every_route
from tests.support.samples import NOTHING, SIGNED_OUT, alone, samples_of
from tests.support.world_small import GUARDIAN, NOW, PEOPLE, VISITOR, World

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
SAID_OF_EVERYBODY = frozenset({Fact.IN_DELIBERATION, Fact.TOLD})


class Call(NamedTuple):
    """One request that the table asks for."""

    rule: Rule
    sample: str
    path: str
    allowed: dict[str, bool]
    concerns: frozenset[str]  # whom something of it is said of, and not of everybody

    @property
    def missing(self) -> bool:
        return not any(self.allowed.values())

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
            concerns = frozenset(person for person, facts in known.items() if (facts or NOTHING) - SAID_OF_EVERYBODY)
            path = adapter.build(rule.endpoint, sample.address)
            found.append(Call(rule, sample.name, path, allowed, concerns))
    return found


def calls_as(person: str, table: list[Call], method: str) -> list[Call]:
    """Return what one person asks for: all that concerns them or lets them in; of the rest one of each endpoint, and a missing one."""
    seen_of: dict[tuple[str, bool], int] = {}
    found = []
    for call in table:
        if method not in call.rule.methods:
            continue
        if call.allowed[person] or person in call.concerns:
            found.append(call)
        elif not seen_of.get((call.rule.endpoint, call.missing)):
            seen_of[call.rule.endpoint, call.missing] = 1
            found.append(call)
    return found


class Browser:
    """Somebody's browser, which looks at nothing but what comes back. It holds a form's token, as anybody's does."""

    def __init__(self, app: Flask, world: World, person: str) -> None:
        self.app, self.person = app, person
        checked, app.test_client_class = app.test_client_class, FlaskClient
        try:
            self.client = world.client(app, person)
        finally:
            app.test_client_class = checked
        self.base = app.config["SETTINGS"].base_url
        page = self.get("/sign-in").get_data(as_text=True)
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.base)

    def head(self, path: str) -> TestResponse:
        return self.client.head(path, base_url=self.base)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, base_url=self.base, data={"csrf_token": self.token, **fields})


def seen(answer: TestResponse, path: str) -> tuple[Any, ...]:
    """Return everything that tells one answer from another, but the token and the address that was asked for."""
    body = CSRF.sub(r"\1", answer.get_data(as_text=True)).replace(path, "PATH")
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


@pytest.fixture
def detached(app: Flask) -> Iterator[None]:
    """Let requests run as a server runs them: without the test's own app context and session."""
    from flask.globals import _cv_app

    db.session.remove()
    token = _cv_app.set(None)
    try:
        yield
    finally:
        _cv_app.reset(token)


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no POST change the world for the next one: what would be committed is written to the database and rolled back."""

    def rehearse() -> None:
        db.session.flush()
        db.session.rollback()

    monkeypatch.setattr(db.session, "commit", rehearse, raising=False)


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


@pytest.mark.parametrize("person", KINDS)
def test_whoever_looks_gets_what_the_policy_says_and_nothing_is_written(app, world, detached, person):
    with app.app_context():
        table = calls_as(person, calls(app, world), "GET")
    browser = Browser(app, world, person)
    private = {name for name, route in every_route(app).items() if route is not None and route.needs not in PUBLIC}
    nothing = refusals(browser, "get")
    before = digests(app)
    wrong = []
    for call in table:
        answer = browser.get(call.path)
        wrong += problems(
            call, person, answer, nothing[call.rule.endpoint in private or _lies_private(app, call.path)], "GET"
        )
    wrong += [f"GET changed {name}" for name, digest in digests(app).items() if before[name] != digest]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", KINDS)
def test_whoever_posts_gets_what_the_policy_says(app, world, detached, rehearsed, person):
    with app.app_context():
        table = calls_as(person, calls(app, world), "POST")
    browser = Browser(app, world, person)
    private = {name for name, route in every_route(app).items() if route is not None and route.needs not in PUBLIC}
    nothing = refusals(browser, "post")
    wrong = []
    for call in table:
        answer = browser.post(call.path)
        wrong += problems(
            call, person, answer, nothing[call.rule.endpoint in private or _lies_private(app, call.path)], "POST"
        )
    assert not wrong, "\n".join(wrong)


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


@pytest.mark.parametrize(
    "person", [VISITOR, GUARDIAN, "nominator", "reviewer", "chair", "staff", "publisher", "auditor"]
)
def test_head_is_answered_as_get_and_writes_nothing(app, world, detached, person):
    with app.app_context():
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


def test_a_wrong_method_tells_nobody_what_exists(app, world, detached):
    """POST to a page that is only read, and GET of a step, answer as an address that is nowhere."""
    with app.app_context():
        table = calls(app, world)
    for person in (VISITOR, "nobody", "staff"):
        browser = Browser(app, world, person)
        nothing = {send: refusals(browser, send) for send in ("get", "post")}
        wrong = []
        for call in table:
            if (
                {"GET", "POST"} <= call.rule.methods
                or call.sample not in {"own", "missing"}
                or not _lies_private(app, call.path)
            ):
                continue
            if any(rule is not call.rule and rule.rule == call.rule.rule for rule in app.url_map.iter_rules()):
                continue
            send = "post" if "GET" in call.rule.methods else "get"
            if seen(getattr(browser, send)(call.path), call.path) != nothing[send][True]:
                wrong.append(f"{send.upper()} {call.words} as {person} is not the answer of an address that is nowhere")
        assert not wrong, "\n".join(wrong)


def test_the_digest_notices_a_single_changed_cell(app, world):
    before = digests(app)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE person SET phone = '1' WHERE id = (SELECT min(id) FROM person)"))
    after = digests(app)
    assert {name for name in before if before[name] != after[name]} == {"person"}
    assert set(PEOPLE) > SIGNED_OUT
