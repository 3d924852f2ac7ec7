"""Chromium for the journeys: a page that fails the test on any trouble, and axe at every step."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakSet

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

AXE = Path(__file__).resolve().parent.parent / "browser" / "vendor" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
PATIENCE = 30_000  # milliseconds for one step, on a machine that has other things to do
SCRIPTLESS: WeakSet[BrowserContext] = WeakSet()  # browsers without JavaScript, in which axe cannot run either


def find_chromium(playwright: Playwright) -> str:
    """Return the path of a Chromium, or stop with one line that says what to do."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    own = playwright.chromium.executable_path
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, names), own):
        if path and Path(path).exists():
            return path
    message = "No Chromium for the browser tests: run `make test`, which installs one, or set CHROMIUM to its path."
    raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all of this worker's tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def served(app: Flask, port: int, base_url: str) -> Iterator[str]:
    """The app, answering at its own address while the test runs. Gives that address."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield base_url
    server.shutdown()
    thread.join()
    server.server_close()


class Watch:
    """Everything that went wrong on a page: errors in its scripts, blocked content, calls to other hosts."""

    def __init__(self, base_url: str) -> None:
        """Know which host is ours."""
        self.host = urlsplit(base_url).netloc
        self.troubles: list[str] = []

    def over(self, page: Page) -> Page:
        """Watch this page from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._asked)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if "the server responded with a status of 4" in message.text:  # a refusal is an answer; the test looks at it
            return
        if "net::ERR_INTERNET_DISCONNECTED" in message.text:  # a test took the network away
            return
        if message.text.startswith(
            "Failed to execute 'postMessage' on 'DOMWindow'"
        ):  # axe asks a frame that runs no scripts
            return
        self.troubles.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self.host:
            self.troubles.append(f"asked another host: {request.url}")


@pytest.fixture
def open_page(chromium: Browser, served: str) -> Iterator[Callable[..., Page]]:
    """Open a page in a new, separate browser: `open_page(javascript=False)`, `open_page(**PHONE)`, `locale="es-US"`.

    Keywords are those of Playwright's `new_context`, and `javascript`. The test fails at its end when a page had
    trouble.
    """
    watch = Watch(served)
    opened = []

    def make(*, javascript: bool = True, **options: Any) -> Page:
        settings = {"base_url": served, "locale": "en-US", "timezone_id": "America/Los_Angeles", **options}
        context = chromium.new_context(java_script_enabled=javascript, **settings)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        if not javascript:
            SCRIPTLESS.add(context)
        return watch.over(context.new_page())

    yield make
    for context in opened:
        context.close()
    assert not watch.troubles, "\n".join(watch.troubles)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page in one browser, as most visitors have it."""
    return open_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fail when axe-core finds any violation on the page as it now stands: `axe(page)` at every step."""
    from playwright.sync_api import Error

    source = AXE.read_text(encoding="utf-8")

    def run(page: Page) -> None:
        if page.context in SCRIPTLESS:
            with as_it_stands(page) as copy:
                run(copy)
            return
        try:
            result = _checked(page, source)
        except Error:  # the page was just leaving for the next one
            result = _checked(page, source)
        found = []
        for violation in result["violations"]:
            found.append(f"{violation['id']}: {violation['help']}")
            found += [f"    {_where(node)}" for node in violation["nodes"][:5]]
        assert not found, f"axe at {page.url}:\n" + "\n".join(found)

    return run


@pytest.fixture
def sign_in(app: Flask, base_url: str) -> Callable[..., None]:
    """Sign somebody in without the way through the mailbox: `sign_in(page, person)` or `sign_in(client, person)`."""
    from portal.db import transaction
    from portal.demo import makers

    def take(browser: Any, person: Any, *, at: datetime | None = None) -> None:
        client = app.test_client() if hasattr(browser, "goto") else browser
        with transaction():
            makers.sign_in(client, person, at=at)
        if client is not browser:
            cookie = client.get_cookie("visit", domain=urlsplit(base_url).hostname)
            assert cookie is not None
            browser.context.add_cookies([{"name": "visit", "value": cookie.value, "url": base_url}])

    return take


@contextmanager
def as_it_stands(page: Page) -> Iterator[Page]:
    """Lend a copy of a page that has no JavaScript, in a browser that has it, with the page's own scripts left out."""
    page.locator("main").wait_for()  # a page that is just being replaced has, for a moment, nothing in it
    page.wait_for_load_state("load")
    content, browser = page.content(), page.context.browser
    assert browser is not None
    context = browser.new_context(viewport=page.viewport_size)
    try:
        copy = context.new_page()
        copy.route("**/*.js", lambda route: route.abort())
        copy.route(page.url, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
        copy.goto(page.url)
        yield copy
    finally:
        context.close()


def _checked(page: Page, source: str) -> dict[str, Any]:
    """Return what axe-core says of a page that has arrived, when its colors have too."""
    page.wait_for_load_state("load")
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(one => one.finished))")
    page.evaluate(source)
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return result


def _where(node: dict[str, Any]) -> str:
    reasons = [reason["message"] for kind in ("any", "all", "none") for reason in node[kind]]
    return f"{node['html'][:160]}  {' '.join(reasons)[:200]}"
