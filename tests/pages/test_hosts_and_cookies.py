"""What must hold whatever a request says of itself: hosts, redirects, link tokens, cookies, and what may be kept of an answer."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, select

from portal import clock, create_app
from portal.accounts.actions import mint_link
from portal.accounts.views.signing_in import safe_path
from portal.db import Model, db, transaction
from portal.demo import makers
from portal.mail.chores import deliver_due
from portal.mail.models import Message, SentCopy
from portal.web.pages import PUBLIC, every_route
from tests.support.apps import CheckedClient, check, test_settings
from tests.support.crawling import Browser
from tests.support.samples import alone, samples_of
from tests.support.world_small import NOW, World

OURS = "https://awards.example.org"
EVIL = "https://evil.example"
ELSEWHERE = (
    EVIL,
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "evil.example",
    "http:///evil.example",
    "/%0d%0aLocation:%20https://evil.example",
)


@pytest.fixture
def secure(app, backend, tmp_path):
    """The same database, reached over HTTPS."""
    made = create_app(test_settings(backend.url(), base_url=OURS, instance_path=tmp_path, secret_key="s" * 40))
    made.test_client_class = CheckedClient
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def person(app):
    with transaction():
        makers.make_organisation()
        return makers.make_person("Ana Ruiz", email="ana@example.org").id


def token_for(person, next_path="/account"):
    from portal.people.models import Person

    with transaction():
        return mint_link(
            db.session.get_one(Person, person), purpose="sign in", next_path=next_path, days=1, at=clock.now()
        )


def csrf(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def use(client, token):
    page = client.get(f"/link/{token}")
    return client.post(f"/link/{token}/use", data={"csrf_token": csrf(page)}, headers={"Referer": f"{OURS}/link/x"})


# ---------------------------------------------------------------- hosts


@pytest.mark.parametrize("path", ["/", "/awards", "/sign-in", "/desk", "/link/some-token", "/nominate", "/sitemap.xml"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:443"},
        {"Host": "awards.example.org.evil.example"},
        {"Host": "awards.example.org@evil.example"},
    ],
)
def test_another_hosts_name_is_refused_everywhere(secure, path, headers):
    answer = secure.test_client().get(path, headers=headers)
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sitemap.xml", "/robots.txt"])
def test_what_a_proxy_is_said_to_have_said_is_not_believed(secure, person, path):
    said = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/desk",
        "X-Rewrite-URL": "/desk",
    }
    answer = secure.test_client().get(path, headers=said)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text + str(answer.headers)
    assert "gopher" not in answer.text + str(answer.headers)


def test_a_trusted_proxy_cannot_bring_another_host_either(app, backend, tmp_path):
    settings = test_settings(backend.url(), base_url=OURS, instance_path=tmp_path, trusted_proxies=1)
    behind = create_app(settings)
    answer = behind.test_client().get("/", base_url="http://127.0.0.1", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 400


def test_addresses_that_leave_are_built_from_the_configured_one(secure, person):
    client = secure.test_client()
    for path in ("/sitemap.xml", "/robots.txt"):
        found = re.findall(r"https?://[^\s<\"]+", client.get(path).text)
        assert all(address.startswith((f"{OURS}/", "http://www.sitemaps.org/")) for address in found), found
    page = client.get("/sign-in")
    fields = {"csrf_token": csrf(page), "address": "ana@example.org", "next": "/account"}
    client.post("/sign-in", data=fields, headers={"Referer": f"{OURS}/sign-in"})
    assert db.session.scalars(select(Message.link)).one() == {"purpose": "sign in", "next": "/account"}
    with secure.test_request_context(base_url=OURS):
        secure.preprocess_request()
        deliver_due(clock.now())
    links = re.findall(r"https?://[^\s<\"]+", db.session.scalars(select(SentCopy.text)).one())
    assert links
    assert all(link.startswith(f"{OURS}/") for link in links)


# ---------------------------------------------------------------- redirects


@given(st.text(max_size=40) | st.sampled_from(ELSEWHERE))
def test_a_safe_path_stays_on_this_host(text):
    path = safe_path(text)
    assert path.startswith("/")
    assert not path.startswith("//")
    parts = urlsplit(path)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert not any(character < " " or character == "\\" for character in path)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_asked_for_with_another_hosts_address_leads_home(client, person, target):
    page = client.get(f"/sign-in?next={quote(target)}")
    offered = [html.unescape(each) for each in re.findall(r'name="next"[^>]*value="([^"]*)"', page.text)]
    assert "/" in offered or target.startswith("/%0d")  # the sign-in form's; the choice of a language leads back here
    assert all(each.startswith("/") and not each.startswith("//") and urlsplit(each).netloc == "" for each in offered)
    client.post("/sign-in", data={"csrf_token": csrf(page), "address": "ana@example.org", "next": target})
    message = db.session.scalars(select(Message)).one()
    assert urlsplit(message.link["next"]).netloc == ""
    assert not message.link["next"].startswith("//")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_used_link_stays_on_this_host(client, person, target):
    answer = use(client, token_for(person, target))
    assert answer.status_code == 303
    assert urlsplit(answer.location).netloc == ""
    assert not answer.location.startswith(("//", "/\\"))
    assert "\n" not in answer.location


class TestInTheWorld:
    """Every address of the small world."""

    @pytest.fixture
    def template(self):
        return "small_world"

    @pytest.fixture(autouse=True)
    def _now(self):
        with clock.at(NOW):
            yield

    def paths(self, app, person, world):
        """Yield every address that lets this person in, and whether it is a private one."""
        from portal.policy import POLICY

        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            route = every_route(app)[rule.endpoint]
            if route is None or "GET" not in rule.methods:
                continue
            for sample in samples_of(rule, world)[:2]:
                facts = sample.facts(person)
                if facts is not None and POLICY[route.needs](alone(person) | facts):
                    yield adapter.build(rule.endpoint, sample.address), route.needs not in PUBLIC

    @pytest.mark.sqlite_only
    @pytest.mark.parametrize("person", ["visitor", "nominator", "reviewer", "staff"])
    def test_no_answer_leads_elsewhere_nothing_private_is_kept_and_every_page_obeys_the_content_policy(
        self, app, person
    ):
        world = World.load()
        browser = Browser(app, world, person)
        wrong = []
        names = ("next", "url", "return", "to", "redirect", "back")
        asked = "&".join(f"{name}={quote('//evil.example/')}" for name in names)
        for path, private in self.paths(app, person, world):
            answer = browser.get(f"{path}?{asked}")
            check(answer)
            if answer.location and (urlsplit(answer.location).netloc or answer.location.startswith("//")):
                wrong.append(f"{path} leads to {answer.location}")
            if re.search(
                r'(?:href|action|src|content)="(?:https?:)?//evil', answer.get_data().decode("utf-8", "replace")
            ):
                wrong.append(f"{path} has a link to where its address said")
            kept = answer.headers.get("Cache-Control", "")
            if private and kept != "no-store":
                wrong.append(f"{path} is private and says {kept!r}")
            if person != "visitor" and kept not in {"no-store", "no-cache"}:
                wrong.append(f"{path}, for somebody signed in, says {kept!r}")
            policy = answer.headers["Content-Security-Policy"]
            if not policy.startswith(("default-src 'self';", "default-src 'none';")):
                wrong.append(f"{path} has the content policy {policy!r}")
        assert not wrong, "\n".join(wrong)


# ---------------------------------------------------------------- tokens


def test_a_token_rests_nowhere_but_in_the_cookie(client, person):
    token = token_for(person)
    answer = use(client, token)
    cookie = re.search(r"visit=([^;]+)", answer.headers["Set-Cookie"])[1]
    assert token not in str(answer.headers)
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert token not in repr(tuple(row)), table.name
            assert cookie not in repr(tuple(row)), table.name


def test_the_page_of_a_link_tells_no_other_site_its_token(client, person):
    token = token_for(person)
    page = client.get(f"/link/{token}")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert not [found for found in re.findall(r'(?:href|src)="(https?:[^"]+)"', page.text) if urlsplit(found).netloc]


def test_every_secret_column_holds_a_hash():
    """A column that is named for a token or a key of somebody's says in its name that it is hashed."""
    told = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and ("token" in column.name or "secret" in column.name)
    }
    told -= {
        "draw_secret.secret"
    }  # what an officer shows everybody once the draw's event is over; before, its fingerprint
    assert all(name.endswith("_hash") for name in told), told


# ---------------------------------------------------------------- cookies


def cookies_of(answer):
    return {value.partition("=")[0]: value for value in answer.headers.getlist("Set-Cookie")}


def test_over_https_every_cookie_is_locked_to_this_host(secure, person):
    client = secure.test_client()
    found = cookies_of(client.get("/sign-in"))
    found |= cookies_of(client.get("/?language=en"))
    found |= cookies_of(use(client, token_for(person)))
    assert {"__Host-visit", "__Host-flash"} <= set(found)
    for name, value in found.items():
        parts = {part.strip().partition("=")[0]: part.strip().partition("=")[2] for part in value.split(";")[1:]}
        assert {"Secure", "HttpOnly"} <= parts.keys(), name
        assert (parts["SameSite"], parts["Path"]) == ("Lax", "/"), name
        assert "Domain" not in parts, name


def test_over_https_a_cookie_that_could_come_from_elsewhere_is_not_read(secure, person):
    client = secure.test_client()
    answer = use(client, token_for(person))
    token = re.search(r"__Host-visit=([^;]+)", answer.headers["Set-Cookie"])[1]
    other = secure.test_client()
    other.set_cookie("visit", token, domain="awards.example.org", secure=True)
    assert "Ana" not in other.get("/account").text
    assert "Ana" in client.get("/account").text


def test_over_https_browsers_are_told_to_stay_there(secure, client):
    assert "max-age=31536000" in secure.test_client().get("/sign-in").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


def test_signing_in_changes_the_cookie_so_that_a_planted_one_is_worth_nothing(client, app, person):
    page = client.get("/sign-in")
    client.post("/account/anything", data={"csrf_token": csrf(page), "story": "mine"})
    before = client.get_cookie("visit", domain="127.0.0.1").value
    use(client, token_for(person))
    assert client.get_cookie("visit", domain="127.0.0.1").value != before
    thief = app.test_client()
    thief.set_cookie("visit", before, domain="127.0.0.1")
    assert "Ana" not in thief.get("/account").text
