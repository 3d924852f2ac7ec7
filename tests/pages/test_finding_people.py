"""The desk's search across every cycle, and the list of those whom no message reaches: who finds whom, and who does not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal import clock
from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.demo.makers import (
    NOW,
    make_award,
    make_conflict,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_school,
    make_staff,
    sign_in,
)
from portal.nominations.actions import gathering
from portal.nominations.models import Candidacy, Match
from portal.nominations.rules import Stage
from portal.people.models import Person
from portal.schools.models import SchoolAlias
from tests.support.office import counted


@pytest.fixture
def desk(app):
    """Two awards, somebody of the whole office and somebody of one award, a conflict, and somebody nominated for both."""
    with transaction():
        make_organisation()
        teaching, science = make_award("Teaching", slug="teaching"), make_award("Science", slug="science")
        staff, of_one = make_staff("Joy Tanaka"), make_staff("Ruth Ames", award=science)
        denny, mercer = make_school("David T. Denny Middle School"), make_school("Mercer Middle School")
        db.session.add(SchoolAlias(school_id=denny.id, name="La Denny", name_key="la denny"))
        first, second = make_cycle(teaching), make_cycle(science, surprise=True)
        silent = make_person("Otto Silent")
        silent.email = silent.email_key = None
        bounced = make_person("Nadia Okafor", email="nadia@gone.example")
        bounced.bounced_at, bounced.bounce_reason = NOW - timedelta(days=1), "550 no such user"
        rows = [
            (first, "Lucía Peña", denny, bounced),
            (first, "Thanh Nguyen", mercer, silent),
            (second, "Lucía Peña", denny, make_person("Bo Reach")),
        ]
        made = []
        for cycle, nominee, school, nominator in rows:
            nomination = make_nomination(cycle, nominee=nominee, school=school, nominator=nominator)
            made.append((gathering.gather(nomination, at=NOW), nomination.reference))
        late = make_nomination(first, nominee="Late Comer", stage=Stage.LATE)
        return {
            "staff": staff.id,
            "of one": of_one.id,
            "references": [(candidacy.reference, reference) for candidacy, reference in made],
            "late": late.reference,
            "thanh": made[1][0].id,
        }


def get(app, person_id, url):
    client = app.test_client()
    with transaction():
        sign_in(client, db.session.get(Person, person_id), at=NOW)
    with clock.at(NOW):
        return client.get(url)


def references(text):
    return set(re.findall(r"/candidacies/(C-\d+)\"", text))


def test_somebody_is_found_across_cycles_by_name_nominator_school_or_reference(app, desk):
    (lucia, one), (thanh, two), (lucia_too, _three) = desk["references"]

    def found(words):
        return references(get(app, desk["staff"], f"/desk/found?q={words}").text)

    assert found("pena+lucia") == {lucia, lucia_too}  # whatever the accents and the order
    assert found("LUCÍA") == {lucia, lucia_too}
    assert found("denny") == found("la+denny") == {lucia, lucia_too}
    assert found("okafor") == {lucia}
    assert found("lucia+mercer") == set()  # every word in the same one
    assert found("") == set()
    text = get(app, desk["staff"], "/desk/found?q=okafor").text
    assert f"{one}, from Nadia Okafor" in text
    for reference in (thanh, two, two.lower()):
        answer = get(app, desk["staff"], f"/desk/found?q={reference}")
        assert answer.status_code == 303
        assert answer.location.endswith(f"/candidacies/{thanh}")
    assert desk["late"] in get(app, desk["staff"], "/desk/found?q=late+comer").text
    for hostile in ("%25", "%00", "x" * 5000, "<script>", "C-99999999999999999999", "'; --"):
        answer = get(app, desk["staff"], f"/desk/found?q={hostile}")
        assert answer.status_code == 200
        assert references(answer.text) == set(), hostile


def test_nobody_finds_beyond_their_awards_nor_past_a_conflict(app, desk):
    (lucia, _one), (thanh, two), (lucia_too, _three) = desk["references"]
    assert references(get(app, desk["of one"], "/desk/found?q=lucia").text) == {lucia_too}
    assert references(get(app, desk["of one"], f"/desk/found?q={two}").text) == set()
    assert get(app, desk["of one"], "/desk/teaching/2026/unreached").status_code == 404
    with transaction():
        make_conflict(db.session.get_one(Candidacy, desk["thanh"]), db.session.get_one(Person, desk["staff"]))
        stranger = make_person("Nobody Here").id
    for words in ("thanh", "silent", "mercer", thanh, two):
        answer = get(app, desk["staff"], f"/desk/found?q={words}")
        assert answer.status_code == 200
        assert references(answer.text) == set(), words
    assert "Otto Silent" not in get(app, desk["staff"], "/desk/teaching/2026/unreached").text
    assert get(app, stranger, "/desk/found?q=lucia").status_code == 404
    assert lucia in get(app, desk["staff"], "/desk/found?q=lucia").text


def test_one_gathered_into_another_is_found_as_that_other(app, desk):
    (lucia, _one), (thanh, two), _ = desk["references"]
    with transaction():
        first, second = sorted(db.session.query(Candidacy.id).filter(Candidacy.reference.in_([lucia, thanh])).all())
        cycle = db.session.query(Candidacy.cycle_id).filter(Candidacy.reference == lucia).scalar()
        match = Match(cycle_id=cycle, first_id=first[0], second_id=second[0], why=["nickname"])
        db.session.add(match)
        db.session.flush()
        stays = gathering.accept(match, by=db.session.get_one(Person, desk["staff"]), at=NOW).reference
    for words in ("thanh", thanh, two, "silent"):
        answer = get(app, desk["staff"], f"/desk/found?q={words}")
        assert stays in (answer.location or answer.text), words


def test_whom_no_message_reaches_has_a_list_of_its_own_and_a_surprise_misses_nobody(app, desk):
    text = get(app, desk["staff"], "/desk/teaching/2026/unreached").text
    assert all(
        words in text for words in ("Otto Silent", "None given", "Nadia Okafor", "550 no such user", "Thanh Nguyen")
    )
    only = get(app, desk["staff"], "/desk/teaching/2026/unreached?who=nominators").text
    assert "Otto Silent" in only
    assert ">Thanh Nguyen<" not in only
    csv = get(app, desk["staff"], "/desk/teaching/2026/unreached.csv?who=nominators").text
    assert csv.count("\r\n") == 3
    science = get(app, desk["staff"], "/desk/science/2026/unreached").text
    assert "Everybody can be reached" in science  # nobody of a surprise is missed before they are told


def test_finding_many_asks_no_more_than_finding_one(app, desk):
    client = app.test_client()
    with transaction():
        sign_in(client, db.session.get(Person, desk["staff"]), at=NOW)
        cycle = db.session.query(Candidacy).filter(Candidacy.id == desk["thanh"]).one().cycle_id
        held = db.session.get_one(Cycle, cycle)
        school = make_school("Another School")
        for name in ("Ada Quist", "Bo Ferrante", "Cy Oduya", "Dee Marsh", "Eli Tran", "Fay Lund"):
            gathering.gather(make_nomination(held, nominee=name, school=school), at=NOW)

    def statements(url):
        with clock.at(NOW):
            client.get(url)
            with counted() as said:
                assert client.get(url).status_code == 200
        return len(said)

    assert statements("/desk/found?q=another+school") <= statements("/desk/found?q=mercer")
