"""Links, sessions, and what somebody signed out gets."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts import actions, chores
from portal.accounts.models import HeldText, Link, Session
from portal.db import db, transaction
from portal.demo import makers
from portal.mail.models import Message


@pytest.fixture
def person(app):
    with transaction():
        makers.make_organisation()
        return makers.make_person("Ana Ruiz", email="ana@example.org").id


def token_for(person_id, *, at=None, **more):
    from portal.people.models import Person

    with transaction():
        return actions.mint_link(
            db.session.get_one(Person, person_id),
            purpose="sign in",
            next_path="/account",
            days=1,
            at=at or clock.now(),
            **more,
        )


def csrf(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def use(client, token):
    page = client.get(f"/link/{token}")
    return client.post(f"/link/{token}/use", data={"csrf_token": csrf(page)})


def test_a_link_becomes_a_cookie_and_no_token_stays_in_an_address(client, person):
    token = token_for(person)
    answer = use(client, token)
    assert answer.status_code == 303
    assert answer.location == "/account"
    assert token not in str(answer.headers)
    assert client.get("/account").status_code == 200
    assert db.session.scalar(select(Link.token_hash)) != token


def test_a_device_is_called_what_its_owner_calls_it(client, person):
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1"
    client.environ_base["HTTP_USER_AGENT"] = phone
    use(client, token_for(person))
    page = client.get("/account").text
    assert "Safari on iPhone" in page
    assert "Mozilla" not in page


def test_whoever_signs_in_from_nowhere_in_particular_comes_to_what_waits_for_them(client, person):
    page = client.get("/sign-in")
    client.post("/sign-in", data={"csrf_token": csrf(page), "address": "ana@example.org", "next": ""})
    assert db.session.scalars(select(Message.link).where(Message.template == "accounts/link")).one()["next"] == "/me"


def test_a_mail_scanner_that_opens_a_link_uses_nothing_up(client, app, person):
    token = token_for(person)
    scanner = app.test_client()
    for _ in range(3):
        assert scanner.get(f"/link/{token}").status_code == 200
        scanner.head(f"/link/{token}")
    assert db.session.scalar(select(Link.used_at)) is None
    assert use(client, token).status_code == 303


def test_a_link_works_once(client, app, person):
    token = token_for(person)
    other = app.test_client()
    page = other.get(f"/link/{token}")
    use(client, token)
    again = other.post(f"/link/{token}/use", data={"csrf_token": csrf(page)})
    assert again.status_code == 410
    assert other.get("/account").status_code == 200
    assert "Ana" not in other.get("/account").text


def test_a_spent_link_still_leads_whoever_is_signed_in_here_to_its_page_and_nobody_else(client, app, person):
    token = token_for(person)
    use(client, token)
    again = client.get(f"/link/{token}")
    assert (again.status_code, again.location) == (303, "/account")
    other = app.test_client()
    assert other.get(f"/link/{token}").status_code == 410
    with transaction():
        makers.sign_in(other, makers.make_person("Ben Ode", email="ben@example.org"), at=clock.now())
    assert other.get(f"/link/{token}").status_code == 410
    assert client.head(f"/link/{token}").status_code == 303


def test_asking_for_links_again_and_again_fills_nobodys_mailbox(client, person):
    start = clock.now()
    for minute in (0, 0, 0, 1, 2, 3, 4, 5, 29):
        with clock.at(start + timedelta(minutes=minute)):
            page = client.get("/sign-in")
            answer = client.post("/sign-in", data={"csrf_token": csrf(page), "address": "ana@example.org", "next": "/"})
            assert (answer.status_code, answer.location) == (303, "/sign-in/sent")
    links = select(Message.posted_at).where(Message.template == "accounts/link")
    assert len(db.session.scalars(links).all()) == 5
    with clock.at(start + timedelta(minutes=31)):
        page = client.get("/sign-in")
        client.post("/sign-in", data={"csrf_token": csrf(page), "address": "ana@example.org", "next": "/"})
    assert len(db.session.scalars(links).all()) == 6


def test_a_link_too_old_says_so(client, person):
    token = token_for(person, at=clock.now() - timedelta(days=3))
    assert client.get(f"/link/{token}").status_code == 410


@pytest.mark.parametrize("address", ["ana@example.org", "nobody@example.org", "ANA@example.org "])
def test_the_answer_is_the_same_for_known_and_unknown_addresses(client, person, address):
    page = client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf_token": csrf(page), "address": address, "next": "/account"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/sent")
    assert len(db.session.scalars(select(Message)).all()) == (0 if address.startswith("nobody") else 1)


def test_every_private_address_gives_the_same_sign_in_page(client, person):
    def page(path):
        answer = client.get(path)
        text = re.sub(r'name="csrf_token"[^>]*value="[^"]+"', "", answer.text).replace(path, "PATH")
        return answer.status_code, text

    real = page("/account")
    assert page("/account/sessions/999/end") == real
    assert page("/account/nothing-here") == real


def test_text_posted_signed_out_comes_back_after_signing_in(client, person):
    page = client.get("/sign-in")
    answer = client.post("/account/anything", data={"csrf_token": csrf(page), "story": "What I wrote <b>"})
    assert answer.status_code == 200
    held = db.session.scalars(select(HeldText)).one()
    assert held.fields == [["story", "What I wrote <b>"]]
    use(client, token_for(person))
    back = client.get(f"/kept/{held.id}")
    assert "What I wrote &lt;b&gt;" in back.text


def test_kept_text_is_swept_when_its_browser_can_come_back_to_it_no_more(client, app, person):
    for browser in (client, app.test_client(), app.test_client()):
        browser.post("/account/sessions/1/end", data={"story": "Mine."})
    lasting, ended, expired = db.session.scalars(select(Session).order_by(Session.id)).all()
    with transaction():
        ended.ended_at = clock.now()
        expired.expires_at = clock.now()
        lasting_id = lasting.id
    assert chores.sweep(clock.now()) == 2
    assert chores.sweep(clock.now()) == 0
    assert db.session.scalars(select(HeldText.session_id)).all() == [lasting_id]


def test_kept_text_is_this_browsers_alone(client, app, person):
    page = client.get("/sign-in")
    client.post("/account/anything", data={"csrf_token": csrf(page), "story": "mine"})
    held = db.session.scalars(select(HeldText)).one()
    assert app.test_client().get(f"/kept/{held.id}").status_code == 404


def test_sessions_are_rows_that_can_be_ended(client, app, person):
    use(client, token_for(person))
    phone = app.test_client()
    use(phone, token_for(person))
    page = client.get("/account")
    other = db.session.scalars(select(Session).where(Session.person_id == person).order_by(Session.id.desc())).first()
    assert client.post(f"/account/sessions/{other.id}/end", data={"csrf_token": csrf(page)}).status_code == 303
    assert "Ana" not in phone.get("/account").text
    assert "Ana" in client.get("/account").text


def test_nobody_ends_anothers_session(client, app, person):
    use(client, token_for(person))
    with transaction():
        stranger = makers.make_person("Bo Li").id
    other = app.test_client()
    use(other, token_for(stranger))
    mine = db.session.scalars(select(Session).where(Session.person_id == person)).one()
    page = other.get("/account")
    assert other.post(f"/account/sessions/{mine.id}/end", data={"csrf_token": csrf(page)}).status_code == 404
    assert client.get("/account").status_code == 200


def test_signing_out_ends_the_session(client, person):
    use(client, token_for(person))
    page = client.get("/account")
    client.post("/sign-out", data={"csrf_token": csrf(page)})
    assert "Ana" not in client.get("/account").text
    assert db.session.scalars(select(Session).where(Session.person_id == person)).one().ended_at is not None


def test_a_cookie_is_for_this_host_alone_and_no_script_reads_it(client, person):
    cookie = use(client, token_for(person)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_another_host_is_refused(client, person):
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_what_another_site_posts_is_neither_kept_nor_signs_anyone_out(client, person, headers):
    answer = client.post("/account/anything", data={"story": "not mine"}, headers=headers)
    assert answer.status_code == 400
    assert "visit=" not in answer.headers.get("Set-Cookie", "")
    assert db.session.scalars(select(HeldText)).all() == []
