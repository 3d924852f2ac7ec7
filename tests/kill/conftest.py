"""The real server in a process of its own, and people who use it with bare sockets."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from bench.client import Answer, Client
from portal.db import transaction
from portal.demo import makers


class Browser(Client):
    """Somebody without a screen at the served portal, who fills in the forms found on its pages."""

    def form(self, path: str, part: str = "") -> tuple[str, list[tuple[str, str]]]:
        """Return where the form of a page goes (the one whose action holds `part`) and what its hidden fields hold."""
        page = self.get(path).body.decode()
        forms = re.findall(r"<form\b.*?</form>", page[page.index("<main") :], re.DOTALL)
        form = next(each for each in forms if part in (attribute(each[: each.index(">")], "action") or path))
        fields = [
            (attribute(tag, "name"), attribute(tag, "value"))
            for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
        ]
        return attribute(form[: form.index(">")], "action") or path, fields

    def fill(self, path: str, part: str = "", **values: str) -> Answer:
        """Fill in the form of a page and send it."""
        action, fields = self.form(path, part)
        return self.post(action, [*((name, value) for name, value in fields if name not in values), *values.items()])

    def begin(self, name: str = "Nadia Okafor", award: str = "teaching") -> str:
        """Begin a nomination as somebody never seen before, and return where it lies."""
        you = self.fill("/nominate", awards=award).header("Location")
        begun = self.fill(
            you.replace(f"http://{self.host}", ""),
            age="adult",
            name=name,
            email=f"{name.replace(' ', '.')}@example.org",
        )
        assert begun.status == 303, begun.body[-2000:]
        return "/".join(begun.header("Location").split("/")[:3])

    def write(self, here: str, nominee: str = "Amina Warsame") -> None:
        """Write a whole nomination, up to what is left to send."""
        given, _, family = nominee.rpartition(" ")
        people: dict[str, Any] = {"people-0-given": given, "people-0-family": family, "schools": "central"}
        for part, values in (
            ("nominee", people),
            ("relation", {"relation": "colleague", "text": "We teach next door."}),
            ("answers/q1", {"answer": "She runs the homework table."}),
            ("quote", {"quote": "unnamed", "tell": "yes"}),
        ):
            answer = self.fill(f"{here}/{part}", part, **values)
            assert answer.status == 303, (part, answer.body[-2000:])


def attribute(tag: str, name: str) -> str:
    """Return what a tag says under this name."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


@pytest.fixture
def season(app):
    """An award that is open now."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    with transaction():
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        makers.make_cycle(award, opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=3))


@pytest.fixture
def server(app, portal, base_url, season):
    """The real server, answering."""
    process = portal.start("serve")
    portal.answers(base_url + "/awards")
    return process


@pytest.fixture
def browser(port):
    """More people: `browser()` is somebody new."""
    made = []

    def give() -> Browser:
        made.append(Browser(port))
        return made[-1]

    yield give
    for each in made:
        each.close()
