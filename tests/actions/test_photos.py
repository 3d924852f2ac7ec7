"""Photographs of those honored: cleaned, cut about what matters, and shown only with words and consent."""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import urlsplit

import pytest
from flask import g
from PIL import Image
from sqlalchemy import select

from portal.db import db, transaction
from portal.errors import Refused
from portal.files import actions as files
from portal.files.rules import PORTRAIT
from portal.jobs import worker
from portal.mail.models import Message
from portal.nominations.actions import consent as consents
from portal.nominations.models import Field
from portal.people.models import Person
from portal.publishing import actions, chores, portraits
from portal.publishing.actions import photos
from portal.publishing.desk import queries
from portal.publishing.models import Recipient
from tests.support.deciding import AT, PUBLIC, TOLD, Desk, build, consent, decide, ready

ALT = "Amina Warsame laughing at a table of fractions."


def picture():
    """Return a JPEG whose right half is red, with a place and a camera in its EXIF."""
    image = Image.new("RGB", (900, 400), "white")
    image.paste((200, 0, 0), (450, 0, 900, 400))
    exif = image.getexif()
    exif[271] = "Camera of Joy"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def world(app):
    with transaction():
        made = build()
        decide(made)
    return made


def drafting(world):
    db.session.expire_all()
    return queries.drafting(world.slug, 2026, world.reference(0))


def send(world, data):
    joy = world.person("joy")
    with transaction():
        one = drafting(world).people[0]
        file = files.take_whole(joy, one.candidacy, PORTRAIT, name="a.jpg", data=data, at=AT)
        photos.attach(one, file, by=joy, at=AT)
    while worker.run_once(at=AT):
        continue


def describe(world, *, alt=ALT, focus=(80, 50)):
    with transaction():
        one = drafting(world).people[0]
        photos.describe(one, one.photo, alt=alt, focus=focus, version=one.photo.version, by=world.person("joy"), at=AT)


def test_squares_lie_about_the_focus_and_within_the_picture():
    for focus, middle in (((0, 0), (255, 255, 255)), ((100, 100), (200, 0, 0))):
        cut = dict(portraits.squares(picture(), focus))
        assert list(cut) == list(portraits.SIZES)
        with Image.open(io.BytesIO(cut[160])) as small, Image.open(io.BytesIO(cut[1280])) as large:
            assert (small.size, large.size) == ((160, 160), (400, 400))
            assert not small.getexif()
            assert all(abs(a - b) < 12 for a, b in zip(small.convert("RGB").getpixel((80, 80)), middle, strict=True))


def test_a_photograph_is_shown_at_the_instant_with_its_words_and_gone_when_it_is_taken_back(world, app):
    with transaction():
        consent(world.candidacy(0), *Field)
    send(world, picture())
    assert drafting(world).people[0].photo.name is not None
    assert drafting(world).people[0].page.photo is None
    with transaction():
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    assert "Photographs without words" in " ".join(
        check.message for check in actions.blockers(queries.releasing(world.slug, 2026))
    )
    describe(world)
    desk = Desk(app, world.person("joy"))
    preview = desk.text(f"{world.desk}/release/preview/{world.reference(0)}/0")
    assert ALT in preview
    square = re.search(r'src="([^"]*photo/640\.webp)"', preview)[1]
    assert desk.get(square).mimetype == "image/webp"
    assert Desk(app, None).get(square).mimetype == "text/html"  # the page to sign in
    with transaction():
        ready(world)
    with transaction():
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(PUBLIC)
    visitor = Desk(app, None, at=PUBLIC)
    page = visitor.text("/recipients/2026/amina-warsame")
    address = re.search(r'src="(/recipients/2026/amina-warsame/photo-[^"]*640\.webp)"', page)[1]
    assert ALT in page
    answer = visitor.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert not shown.getexif()
    shared = re.search(r'property="og:image" content="[^"]*?(/recipients/[^"]+)"', page)[1]
    with Image.open(io.BytesIO(visitor.get(shared).data)) as card:
        assert max(red - green for red, green, _blue in {card.getpixel((x, 220)) for x in range(140, 370, 4)}) > 150
    said = next(one for one in visitor.get("/recipients.json").get_json()["recipients"] if one["name"])
    assert said["photo_alt"] == ALT
    assert visitor.get(urlsplit(said["photo"]).path).mimetype == "image/webp"
    later = Desk(app, world.person("joy"), at=PUBLIC)
    with zipfile.ZipFile(io.BytesIO(later.get(f"{world.desk}/release/press.zip").data)) as kit:
        assert ALT in kit.read("alt-texts.csv").decode()
        assert "photos/amina-warsame.webp" in kit.namelist()
    with transaction():
        person = db.session.get_one(Person, world.candidacy(0).people[0].person_id)
        consents.say(
            world.candidacy(0), person, {Field.PHOTO: False}, words={Field.PHOTO: "No."}, by_guardian=False, at=PUBLIC
        )
    assert visitor.get(address).status_code == 404
    assert "photo-" not in visitor.text("/recipients/2026/amina-warsame")
    assert "photo-" not in visitor.text("/recipients.json")
    assert db.session.scalars(select(Recipient.photo_alt).where(Recipient.name.is_not(None))).all() == [None]


def test_whoever_changed_the_photograph_does_not_check_the_page_and_another_focus_is_cut_anew(world):
    send(world, picture())
    with transaction():
        ready(world)
    before = drafting(world)
    assert before.draft.checked_at is not None
    first, seen = before.people[0].photo.name, before.seen
    describe(world)
    now = drafting(world)
    assert (now.draft.checked_at, now.draft.saved_by_id) == (None, world.joy)
    assert now.seen != seen
    with transaction(), pytest.raises(Refused, match="cannot check"):
        actions.check(now, seen=now.seen, by=world.person("joy"), at=AT)
    while worker.run_once(at=AT):
        continue
    second = drafting(world).people[0].photo.name
    assert portraits.read(first, 160) is None
    assert portraits.read(second, 160) is not None
    with transaction():
        one = drafting(world).people[0]
        photos.remove(one, one.photo, by=world.person("joy"), at=AT)
    while worker.run_once(at=AT):
        continue
    assert portraits.read(second, 160) is None


def test_a_pdf_is_no_photograph(world):
    with transaction():
        one, joy = drafting(world).people[0], world.person("joy")
        data = b"%PDF-1.7 a page %%EOF"
        file = files.take_whole(joy, one.candidacy, PORTRAIT, name="a.pdf", data=data, at=AT)
        with pytest.raises(Refused, match="This is a PDF"):
            photos.attach(one, file, by=joy, at=AT)
    assert drafting(world).people[0].photo is None


def test_whoever_is_honored_sends_their_own_photograph_and_prints_their_certificate_once_they_are_told(world, app):
    with transaction():
        consent(world.candidacy(0), *Field)
        world.candidacy(0).told_at = world.candidacy(3).told_at = AT
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    me, other = (Desk(app, world.candidacy(place).people[0].person, at=TOLD) for place in (0, 3))
    page = f"/honored/{world.candidacies[0]}"
    assert me.get(page).status_code == 404, "before the instant there is no such page"
    assert page not in me.text(f"/consent/{world.candidacies[0]}")
    chores.release_due(TOLD)
    assert page in me.text(f"/consent/{world.candidacies[0]}")
    assert page in me.text("/me")
    assert f"/honored/{world.candidacies[3]}" not in other.text(f"/consent/{world.candidacies[3]}")
    assert {other.get(where).status_code for where in (page, f"/honored/{world.candidacies[3]}")} == {404}
    sent = me.send(f"{page}/photo", f"{page}/photo", file=(io.BytesIO(picture()), "me.jpg"))
    assert sent.status_code == 303
    g.organisation = None  # the worker's own, as it begins a round
    while worker.run_once(at=TOLD):
        continue
    came = db.session.scalars(select(Message).where(Message.template == "publishing/photo_came")).all()
    assert {message.to_id for message in came} == {world.joy, world.ruth}
    assert "the office puts it into words first" in me.text(page)
    assert me.get(f"{page}/photo/320.webp").mimetype == "image/webp"
    assert me.get(f"{page}/certificate.pdf").data.startswith(b"%PDF-")
    with transaction():
        one = drafting(world).people[0]
        photos.describe(one, one.photo, alt=ALT, focus=(50, 40), version=1, by=world.person("joy"), at=TOLD)
    chores.release_due(PUBLIC)
    assert ALT not in Desk(app, None, at=PUBLIC).text("/recipients/2026/amina-warsame")
    assert "reads your page once more" in me.text(page)
    with transaction():
        now = drafting(world)
        actions.check(now, seen=now.seen, by=world.person("ruth"), at=PUBLIC)
    assert ALT in Desk(app, None, at=PUBLIC).text("/recipients/2026/amina-warsame")
    assert me.send(f"{page}/photo", f"{page}/photo/removal").status_code == 303
    assert ALT not in Desk(app, None, at=PUBLIC).text("/recipients/2026/amina-warsame")
