"""The server is killed while nominations are sent: what was acknowledged is there, and nothing is half done."""

from __future__ import annotations

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.db import db, transaction
from portal.demo.makers import make_cycle, make_nomination, make_person, sign_in
from portal.mail.models import Message
from portal.nominations.models import Nomination, Snapshot
from portal.nominations.rules import Stage

MANY = 60
SENDERS = 6


class Browser:
    """One browser's cookies, and its page's token."""

    def __init__(self, address, visit):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_args):
                return None

        self.address = address
        self.opener = urllib.request.build_opener(Stay)
        self.cookies = f"visit={visit}"

    def ask(self, path, fields=None):
        """Return (status, text, cookies) of a page, or of a form sent."""
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        asked = urllib.request.Request(self.address + path, data=data, headers={"Cookie": self.cookies})
        try:
            with self.opener.open(asked, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers.get_all("Set-Cookie") or []
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, "", []

    def token(self):
        """Return the token of a form, its cookie kept."""
        _status, text, cookies = self.ask("/nominate")
        self.cookies = "; ".join([self.cookies, *(cookie.partition(";")[0] for cookie in cookies)])
        return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)[1]


def send_all(browser, references, token, acknowledged):
    """Send what is left, from several windows at once, and note each that the server says is sent."""

    def send(own):
        for reference in own:
            try:
                status, *_rest = browser.ask(f"/nominations/{reference}/submission", {"csrf_token": token})
            except OSError:
                return  # the server is gone
            if status == 303:
                acknowledged.append(reference)

    windows = [threading.Thread(target=send, args=(references[n::SENDERS],)) for n in range(SENDERS)]
    for window in windows:
        window.start()
    return windows


def whole():
    """Return what is submitted, and check that each has its snapshot, candidacy and receipt, and no draft has any."""
    db.session.rollback()
    db.session.expire_all()
    submitted = set()
    for nomination in db.session.scalars(select(Nomination)):
        taken = db.session.scalar(select(func.count()).where(Snapshot.nomination_id == nomination.id))
        receipts = select(func.count()).where(Message.about_kind == "nomination", Message.about_id == nomination.id)
        sent = nomination.stage is Stage.SUBMITTED
        assert (taken, db.session.scalar(receipts), nomination.candidacy_id is not None) == (sent, sent, sent)
        if sent:
            submitted.add(nomination.reference)
    return submitted


@pytest.mark.kill
@pytest.mark.both_databases
def test_a_submission_that_was_acknowledged_outlives_a_killed_server(app, portal):
    now = datetime.now(UTC)
    client = app.test_client()
    with transaction():
        cycle = make_cycle(opens_at=now - timedelta(days=5), closes_at=now + timedelta(days=5))
        person = make_person()
        sign_in(client, person)
        drafts = [
            make_nomination(cycle, nominee=f"Amina {n}", nominator=person, stage=Stage.DRAFT) for n in range(MANY)
        ]
        references = [draft.reference for draft in drafts]
    db.session.rollback()
    address = app.config["SETTINGS"].base_url
    visit = client.get_cookie("visit", domain="127.0.0.1").value
    acknowledged: list[str] = []
    for moment in (0.15, 0.4, 0.8):
        server = portal.start("serve")
        portal.answers(f"{address}/awards")
        browser = Browser(address, visit)
        left = [reference for reference in references if reference not in acknowledged]
        windows = send_all(browser, left, browser.token(), acknowledged)
        time.sleep(moment)
        server.kill()
        server.wait()
        for window in windows:
            window.join()
        assert set(acknowledged) <= whole()
    server = portal.start("serve")
    portal.answers(f"{address}/awards")
    browser = Browser(address, visit)
    for window in send_all(browser, references, browser.token(), acknowledged):
        window.join()
    server.terminate()
    assert server.wait(60) == 0  # asked to stop, not killed: it ends well
    assert whole() == set(references)
