"""What is measured. Every figure is a median, and the yardstick is asked again just before each request that is measured."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
import statistics
import time
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from altcha import v1 as altcha
from sqlalchemy import func

from bench.client import Answer, Client, rate, token
from bench.world import GIVEN, LARGE, SMALL, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from flask import Flask

    from bench.world import Places

REPEATS = 15
BARE_BEFORE = 3  # yardstick requests before each one that is measured
SITTINGS = 6
IMPORTED = 5_000
SLOWEST_IMPORT = 180.0  # seconds
SYLLABLES = ("ba", "den", "fi", "go", "hal", "ko", "lu", "mar", "ni", "os", "pe", "rin", "sa", "tor", "vi", "wen")
HIDDEN = re.compile(r"<input[^>]*type=\"hidden\"[^>]*>")
CHOSEN = re.compile(r"<input[^>]*\bchecked\b[^>]*>")


class Figure(NamedTuple):
    """One measured thing: how many bare pages it costs, or a share or an amount in words."""

    name: str
    value: float
    unit: str = "bare pages"


class Stand:
    """Both servers, and how requests to them are timed."""

    def __init__(self, portal: int, bare: int, places: Places) -> None:
        """Aim at their ports."""
        self.port, self.bare_port, self.places = portal, bare, places
        self.bare = Client(bare)
        self.bare_seconds: list[float] = []

    def person(self, session: str = "") -> Client:
        """Return a browser, signed in where a session is given."""
        return Client(self.port, cookies={"visit": session} if session else None)

    def bare_page(self) -> float:
        """Return how long a bare page takes just now."""
        took = [self.bare.get("/").seconds for _ in range(BARE_BEFORE)]
        self.bare_seconds += took
        return statistics.median(took)

    def pages(self, who: Client, path: str, *, repeats: int = REPEATS) -> float:
        """Return what reading a page costs, in bare pages."""
        _must(who.get(path), path)  # the first request of a page fills caches that every later one finds
        return self.requests(lambda: _must(who.get(path), path), repeats=repeats)

    def requests(self, send: Callable[[], Answer], *, repeats: int = REPEATS) -> float:
        """Return what a request costs, in bare pages."""
        bare, took = [], []
        for _ in range(repeats):
            bare.append(self.bare_page())
            took.append(send().seconds)
        return statistics.median(took) / statistics.median(bare)


def _must(answer: Answer, what: str, status: int = 200) -> Answer:
    if answer.status != status:
        msg = f"{what} answered {answer.status}: {answer.body[:500]!r}"
        raise RuntimeError(msg)
    return answer


# ---------------------------------------------------------------- visitors


def visitors(stand: Stand) -> Iterable[Figure]:
    """Public pages: from the cache, by themselves and many at once; and when nothing is kept."""
    award = f"/awards/{stand.places.award}"
    for name, path in (("award page", award), ("recipients", "/recipients")):
        yield Figure(f"{name}, kept", stand.pages(stand.person(), path))
        shares = []
        for _ in range(3):
            bare = rate(stand.bare_port, "/", seconds=0.6)
            shares.append(rate(stand.port, path, seconds=0.6) / bare)
        yield Figure(f"{name}, kept, 16 at once", statistics.median(shares), "of the bare page's rate")
        stranger = Client(stand.port, cookies={"other": "cookie"})  # any other cookie goes past the cache
        yield Figure(f"{name}, drawn anew", stand.pages(stranger, path))


# ---------------------------------------------------------------- nominating


def nominating(stand: Stand) -> Iterable[Figure]:
    """A whole nomination, page by page, by people who have never been here; the median of each request, and their sum."""
    took: dict[str, list[float]] = {}
    for number in range(SITTINGS + 1):
        for name, cost in _nominate(stand, number):
            if number:  # the first one warms both servers
                took.setdefault(name, []).append(cost)
    medians = {name: statistics.median(costs) for name, costs in took.items()}
    yield from (Figure(name, cost) for name, cost in medians.items())
    yield Figure(f"all {len(medians)} requests of a nomination", sum(medians.values()))
    yield Figure("the dearest page of it", max(cost for name, cost in medians.items() if name.startswith("page")))
    yield Figure("the dearest save of it", max(cost for name, cost in medians.items() if name.startswith("save")))


def _nominate(stand: Stand, number: int) -> Iterable[tuple[str, float]]:
    who = stand.person()
    path = "/nominate"
    for _ in range(40):
        bare = stand.bare_page()
        page = _must(who.get(path), path)
        name = _noun(path)
        yield f"page: {name}", page.seconds / bare
        if name == "sent":
            return
        fields = _filled(page, name, number)
        if name == "you":
            fields = [*((key, value) for key, value in fields if key != "proof"), ("proof", _proof(who))]
        bare = stand.bare_page()
        answer = _must(who.post(_action(path, page), fields), f"POST {path}", 303)
        yield f"save: {name}", answer.seconds / bare
        there = urlsplit(answer.header("Location"))
        path = there.path + (f"?{there.query}" if there.query else "")
    msg = f"A nomination has no end: {path}"
    raise RuntimeError(msg)


def _proof(who: Client) -> str:
    """Return what a browser with script sends: the portal's small puzzle, solved. Without it, what is sent so fast is held."""
    puzzle = json.loads(_must(who.get("/nominate/proof"), "/nominate/proof").body)
    found = altcha.solve_challenge(
        puzzle["challenge"], puzzle["salt"], puzzle["algorithm"], puzzle["maxnumber"], start=0
    )
    if found is None:
        msg = "The puzzle has no answer."
        raise RuntimeError(msg)
    said = {key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")} | {"number": found.number}
    return base64.b64encode(json.dumps(said).encode()).decode()


def _noun(path: str) -> str:
    parts = path.partition("?")[0].strip("/").split("/")
    return (
        parts[0]
        if len(parts) == 1
        else " ".join(part for part in parts[1:] if not re.fullmatch(r"[A-Z0-9-]+|[0-9a-f]{12}", part))
    )


def _action(path: str, page: Answer) -> str:
    found = re.search(rb'<form[^>]*action="([^"]*/submission)"', page.body)
    return unescape(found[1].decode()) if found else path


def _filled(page: Answer, name: str, number: int) -> list[tuple[str, str]]:
    text = page.body.decode()
    main = text[text.index("<main") :]
    fields = [(_attribute(tag, "name"), _attribute(tag, "value")) for tag in HIDDEN.findall(main)]
    typed = {
        "nominate": [("awards", "excellence-in-teaching")],
        "you": [
            ("age", "adult"),
            ("name", "Nadia Okafor"),
            ("email", f"nadia{number}.{random.randrange(10**9)}@example.org"),
        ],
        "nominee": [
            ("people-0-given", "Amina"),
            ("people-0-family", f"Warsame {random.randrange(10**9)}"),
            ("people-0-role", "Teacher"),
            ("schools", "7"),
        ],
        "relation": [("relation", "colleague"), ("text", "We teach next door.")],
        "quote": [("quote", "unnamed"), ("tell", "yes")],
    }
    more = typed.get(name)
    if more is None and name.startswith("answers"):
        choice = re.search(r'<input[^>]*type="(?:radio|checkbox)"[^>]*name="answer"[^>]*>', main)
        more = [("answer", _attribute(choice[0], "value") if choice else WORDS)]
    return fields + (more or [])


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


# ---------------------------------------------------------------- reading and scoring


def reviewing(stand: Stand) -> Iterable[Figure]:
    """A reviewer among 500 candidacies with three reviews each."""
    who = stand.person(stand.places.reviewer[SMALL])
    yield Figure(f"reviewer's queue, {SMALL} x 3", stand.pages(who, "/reading"))
    path = f"/reading/{stand.places.reading}"
    yield Figure("a reading with its rubric", stand.pages(who, path))
    yield Figure("score saved as one types", stand.requests(_scores(who, path, f"{path}/draft", submit=False)))
    yield Figure("scores submitted, standings computed", stand.requests(_scores(who, path, path, submit=True)))


def _scores(who: Client, path: str, action: str, *, submit: bool) -> Callable[[], Answer]:
    """Return what saves other scores each time it is called, the page being read anew between."""

    def send() -> Answer:
        page = _must(who.get(path), path)
        main = page.body.decode()
        main = main[main.index("<main") :]
        names = sorted(set(re.findall(r'name="(score-[^"]+)"', main)))
        version = _attribute(next(tag for tag in HIDDEN.findall(main) if 'name="version"' in tag), "value")
        fields = [("csrf_token", token(page)), ("version", version), ("comment", WORDS)]
        fields += [(name, str(random.randint(1, 4))) for name in names] + ([("act", "submit")] if submit else [])
        return _must(who.post(action, fields), f"POST {action}", 303 if submit else 200)

    return send


# ---------------------------------------------------------------- the office


def office(stand: Stand) -> Iterable[Figure]:
    """What staff look at, at both sizes."""
    who = stand.person(stand.places.staff)
    for size in (SMALL, LARGE):
        few = REPEATS if size == SMALL else REPEATS // 2
        yield Figure(
            f"standings, {size:,} candidacies", stand.pages(who, f"{stand.places.review[size]}/standings", repeats=few)
        )
        yield Figure(
            f"screening list, {size:,} candidacies",
            stand.pages(who, f"{stand.places.screening[size]}/screening", repeats=few),
        )


def importing(stand: Stand, app: Flask, work: Callable[[], AbstractContextManager[object]]) -> Iterable[Figure]:
    """An export of 5,000 rows: judged as it is uploaded, imported by the worker that `work()` runs. A row becomes a nomination."""
    from portal import clock  # noqa: PLC0415 - the portal is imported once its settings are in place
    from portal.awards.models import Season  # noqa: PLC0415 - as above
    from portal.db import db, transaction  # noqa: PLC0415 - as above
    from portal.nominations.actions import importing as actions  # noqa: PLC0415 - as above
    from portal.nominations.models import Import, ImportRow, ImportState, RowState  # noqa: PLC0415 - as above
    from portal.people.models import Person  # noqa: PLC0415 - as above
    from portal.schools.models import School  # noqa: PLC0415 - as above

    bare = statistics.median(stand.bare_page() for _ in range(30))
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        data = _export([name for (name,) in db.session.query(School.name).order_by(School.id)])
        db.session.rollback()
        begun = time.perf_counter()
        with transaction():
            season = db.session.query(Season).filter_by(year=stand.places.year).one()
            made = actions.upload(data, name="export.csv", season=season, by=None, at=clock.now())
            number = made.id
        judged = time.perf_counter()
        with transaction():
            by = db.session.query(Person).order_by(Person.id).first()
            actions.start(db.session.get_one(Import, number), tell=False, by=by, at=clock.now())
        with work():
            begun_work = time.perf_counter()
            while db.session.get_one(Import, number).state is not ImportState.IMPORTED:
                db.session.rollback()
                if time.perf_counter() - begun_work > SLOWEST_IMPORT:
                    msg = "The worker does not finish the import."
                    raise RuntimeError(msg)
                time.sleep(0.2)
            done = time.perf_counter()
        rows = db.session.query(ImportRow.state, func.count()).filter_by(import_id=number).group_by(ImportRow.state)
        became = dict(rows.all())
        db.session.remove()
    if became != {RowState.IMPORTED: IMPORTED}:
        msg = f"The rows became {became}."
        raise RuntimeError(msg)
    bare = statistics.median([bare, *(stand.bare_page() for _ in range(30))])
    yield Figure(f"import of {IMPORTED:,} rows: judging one row", (judged - begun) / IMPORTED / bare)
    yield Figure(f"import of {IMPORTED:,} rows: importing one row", (done - begun_work) / IMPORTED / bare)


def _export(schools: list[str]) -> bytes:
    """Return an export in which about two people write about each nominee, school by school."""
    names = random.Random(5)
    out = io.StringIO(newline="")
    write = csv.writer(out).writerow
    write(
        [
            "Timestamp",
            "Your name",
            "Your email",
            "How do you know the nominee?",
            "Nominee first name",
            "Nominee last name",
            "School",
            "Award(s)",
            "What has this person done to advance educational justice? (250 words)",
            "Tell us one story (250 words)",
            "May we quote you?",
        ]
    )
    now = time.strftime("%m/%d/%Y %H:%M:%S", time.localtime(time.time() - 86_400))
    family = ""
    for number in range(IMPORTED):
        if number % 2 == 0:
            family = "".join(names.choices(SYLLABLES, k=4)).capitalize()
        given, school = GIVEN[number // 2 % len(GIVEN)], schools[number // 2 % len(schools)]
        who = (f"Parent {number}", f"parent{number}@example.org", "Colleague", given, family)
        write([now, *who, school, "Excellence in Teaching Award", WORDS, WORDS, "Yes, without my name"])
    return out.getvalue().encode()
