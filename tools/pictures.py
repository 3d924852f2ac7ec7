"""Take the README's pictures from a demonstration that stands: `python -m tools.pictures` (DATABASE_URL as for `portal demo`)."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from playwright.sync_api import sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import create_app
from portal.config import Settings
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.models import Nomination
from portal.nominations.rules import Stage
from portal.people.models import Person
from portal.publishing.models import Recipient
from portal.web.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PORT = 8765
READER = "Dana"  # whose reading in progress reads as most do, with nothing odd in it
WIDE = {"width": 1280, "height": 960}


class Jar:
    """What makers.sign_in() sets a cookie in."""

    def __init__(self, application: Flask) -> None:
        """Keep the app, whose settings name the host."""
        self.application, self.token = application, ""

    def set_cookie(self, _name: str, value: str, **_more: Any) -> None:
        """Keep the token."""
        self.token = value


class Shot(NamedTuple):
    """One picture: its name, the token of whoever looks ("" for a visitor), the page, and the link that is followed there."""

    name: str
    token: str
    path: str
    link: str = ""


def main() -> None:
    """Serve the demonstration here, and look at four of its pages."""
    base = f"http://127.0.0.1:{PORT}"
    app = create_app(Settings.from_environment({**os.environ, "BASE_URL": base}))
    with app.app_context(), transaction():
        shots = list(_shots(app))
    threading.Thread(target=run, args=(app,), kwargs={"host": "127.0.0.1", "port": PORT}, daemon=True).start()
    time.sleep(1)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        for shot in shots:
            context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type] # Playwright wants its own kind of dict
            if shot.token:
                context.add_cookies([{"name": "visit", "value": shot.token, "url": base}])
            page = context.new_page()
            answer = page.goto(base + shot.path)
            if shot.link:
                page.get_by_role("link", name=shot.link).first.click()
                page.wait_for_load_state("load")
            print(shot.name, page.url, answer.status if answer else "no answer")
            page.screenshot(path=PICTURES / f"{shot.name}.png")
        browser.close()


def _shots(app: Flask) -> Iterator[Shot]:
    """Yield what is looked at: a draft, a reading that somebody has begun, standings, and a recipient's page."""
    draft = db.session.scalars(
        select(Nomination)
        .options(joinedload(Nomination.nominator))
        .where(Nomination.stage == Stage.DRAFT)
        .order_by(Nomination.id)
    ).first()
    if draft is not None:
        yield Shot("nominate", _token(app, draft.nominator), f"/nominations/{draft.reference}/answers/justice")
    reader = db.session.scalars(select(Person).where(Person.given_name == READER).order_by(Person.id)).first()
    if reader is not None:
        yield Shot("score", _token(app, reader), "/reading", link="Go on with")
    joy = db.session.scalars(select(Person).where(Person.given_name == "Joy").order_by(Person.id)).first()
    if joy is not None:
        yield Shot("standings", _token(app, joy), "/desk/excellence-in-teaching/2026/standings")
    shown = db.session.scalars(select(Recipient).where(Recipient.name == "Tesfaye Gebremedhin")).first()
    if shown is not None:
        yield Shot("recipient", "", f"/recipients/{shown.year}/{shown.slug}")


def _token(app: Flask, person: Person) -> str:
    jar = Jar(app)
    makers.sign_in(jar, person)
    return jar.token


if __name__ == "__main__":
    main()
