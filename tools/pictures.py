"""Take the README's pictures from a demonstration that stands: `python -m tools.pictures` (DATABASE_URL as for `portal demo`)."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
WIDE = {"width": 1280, "height": 960}


class Jar:
    """What makers.sign_in() sets a cookie in."""

    def __init__(self, application: Flask) -> None:
        """Keep the app, whose settings name the host."""
        self.application, self.token = application, ""

    def set_cookie(self, _name: str, value: str, **_more: Any) -> None:
        """Keep the token."""
        self.token = value


def main() -> None:
    """Serve the demonstration here, and look at four of its pages."""
    base = f"http://127.0.0.1:{PORT}"
    app = create_app(Settings.from_environment({**os.environ, "BASE_URL": base}))
    shots: list[tuple[str, str, str]] = []
    with app.app_context(), transaction():
        draft = db.session.scalars(
            select(Nomination)
            .options(joinedload(Nomination.nominator))
            .where(Nomination.stage == Stage.DRAFT)
            .order_by(Nomination.id)
        ).first()
        if draft is not None:
            shots.append(("nominate", _token(app, draft.nominator), f"/nominations/{draft.reference}/answers/justice"))
        for name, who, path in (
            ("score", "Zainab", "/reading/3"),
            ("standings", "Joy", "/desk/excellence-in-teaching/2026/standings"),
        ):
            person = db.session.scalars(select(Person).where(Person.given_name == who).order_by(Person.id)).first()
            if person is not None:
                shots.append((name, _token(app, person), path))
        honored = db.session.scalars(select(Recipient).where(Recipient.name == "Tesfaye Gebremedhin")).first()
        if honored is not None:
            shots.append(("recipient", "", f"/recipients/{honored.year}/{honored.slug}"))
    threading.Thread(target=run, args=(app,), kwargs={"host": "127.0.0.1", "port": PORT}, daemon=True).start()
    time.sleep(1)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        for name, token, path in shots:
            context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
            if token:
                context.add_cookies([{"name": "visit", "value": token, "url": base}])
            page = context.new_page()
            answer = page.goto(base + path)
            print(name, path, answer.status if answer else "no answer")
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


def _token(app: Flask, person: Person) -> str:
    jar = Jar(app)
    makers.sign_in(jar, person)
    return jar.token


if __name__ == "__main__":
    main()
