"""From the rule that is fixed before the first score to a result that anyone can compute again: the pages."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.decisions import actions, chores
from portal.decisions.models import Decision, Draw, DrawSecret, Selection
from portal.decisions.rules import lottery
from portal.decisions.rules.lives import Outcome
from portal.demo import makers
from portal.demo.makers import NOW
from portal.errors import Refused
from portal.history.models import Event
from portal.jobs import worker
from portal.nominations.models import Candidacy
from portal.review.actions import calibrating, rounds
from portal.review.models import Round, Standing
from portal.review.queries import rounds as rounds_queries
from portal.review.rules import selecting
from tests.support.deciding import AT, Desk, build
from tests.support.reviewing import LATER, make_planned, make_tied

END = LATER + timedelta(days=1)
PACIFIC = ZoneInfo("America/Los_Angeles")


def desk_of(committee):
    return f"/desk/{committee.cycle.award.slug}/{committee.cycle.year}"


def test_places_sums_and_ties_are_settled_on_one_page_and_fixed_when_the_round_opens(app):
    with transaction():
        committee = make_planned()
        committee.cycle.most_cents = committee.cycle.sum_cents * 2
        root, number = f"{desk_of(committee)}/rule", committee.round.id
        least = committee.cycle.sum_cents // 100
    staff = Desk(app, committee.staff, NOW)
    assert staff.send(root, f"{root}/limits", about="school=", most="1").status_code == 303
    again = staff.send(root, f"{root}/limits", about="school=", most="2")
    assert again.status_code == 422
    assert "There is a limit about this already" in again.get_data(as_text=True)
    nothing = staff.send(root, f"{root}/limits", about="need=high")
    assert "Write how many at least" in nothing.get_data(as_text=True)
    wrong = staff.send(root, f"{root}/sums-and-ties", tie="draw", amounts="much; more", budget="")
    assert wrong.status_code == 422
    assert "much; more" in wrong.get_data(as_text=True)
    sums = f"{least}; {2 * least}"
    assert staff.send(root, f"{root}/sums-and-ties", tie="draw", amounts=sums, budget="").status_code == 422
    assert staff.send(root, f"{root}/sums-and-ties", tie="draw", amounts=sums, budget=f"{3 * least}").status_code == 303
    page = staff.text(root)
    assert "At most 1 from each school" in page
    with transaction():
        round_ = db.session.get_one(Round, number, populate_existing=True)
        rule = selecting.from_json(round_.rule)
        assert rule.limits == (selecting.Limit("school", "", 0, 1),)
        assert rule.amounts == (200 * least, 100 * least)
        rounds.open_round(rounds_queries.by_id(number), by=committee.staff, at=NOW)
        frozen = selecting.Frozen(round_.frozen)
        assert frozen.digest == round_.rules_digest
        assert frozen.parts["selection"]["limits"] == [["school", "", 0, 1]]
    page = staff.text(root)
    assert frozen.digest in page
    assert "Add a limit" not in page
    token_page = f"{desk_of(committee)}/round"
    late = staff.post(f"{root}/limits/end", {"csrf_token": csrf(staff.text(token_page)), "about": "school="})
    assert late.status_code == 409
    assert frozen.digest in staff.text("/desk/record")
    assert db.session.query(Event).filter_by(action="rule for places changed").count() == 2


def csrf(page):
    return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


# ---------------------------------------------------------------- the rule, the draw, the replay


@pytest.fixture
def tied(app, monkeypatch):
    """A closed round with an exact tie at the cut, a draw to settle it, and a limit that keeps somebody out."""
    with transaction():
        committee = make_tied(opens=NOW, closes=END)
        ruth = makers.make_publisher("Ruth Alemu")
        names = [one.name for one in committee.candidacies]
    found = Desk(app, committee.staff, END), Desk(app, ruth, END), desk_of(committee), names
    monkeypatch.setattr(worker, "chores", [calibrating.calibrate_due, chores.select_due])  # and nothing that sends
    worker.run_once(at=END)
    return found


def hold_the_draw(staff, ruth, root):
    """Walk the draw through its four steps, refusals on the way, and return who was in it and who won."""
    draw = f"{root}/draw"
    soon = (END + timedelta(hours=1)).astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M")
    past = (END - timedelta(hours=1)).astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M")
    assert staff.send(draw, f"{draw}/publication", event="Pick 3", event_at=past).status_code == 409
    assert staff.send(draw, f"{draw}/publication", event="Pick 3", event_at=soon).status_code == 303
    number = re.search(r'name="secret" value="([0-9a-f]{64})"', staff.text(f"{draw}/number"))[1]
    assert staff.send(f"{draw}/number", f"{draw}/number", secret=number).status_code == 303
    assert staff.send(f"{draw}/number", f"{draw}/number", secret=number).status_code == 422
    assert ruth.send(f"{draw}/number", f"{draw}/number").status_code == 303
    assert number not in staff.text(draw)
    staff.at = ruth.at = END + timedelta(hours=2)
    assert staff.send(draw, f"{draw}/number/showing", secret="0" * 64).status_code == 409
    assert staff.send(draw, f"{draw}/number/showing", secret=f" {number[:32]} {number[32:].upper()}").status_code == 303
    assert staff.send(draw, f"{draw}/lots", outcome="4 8 15").status_code == 303
    worker.run_once(at=staff.at)

    kept = db.session.scalars(select(Draw)).one()
    mine = next(each for each in db.session.scalars(select(DrawSecret)) if each.secret is not None)
    found = lottery.draw(kept.pool, places=1, secrets=[bytes.fromhex(number)], beacon=b"4 8 15")
    assert (kept.seed, kept.winners, mine.secret) == (found.seed, list(found.winners), number)
    record = staff.text(f"{draw}/record.txt")
    assert all(each in record for each in (kept.pool_digest, number, kept.seed, kept.winners[0], "withheld"))
    return list(kept.pool), list(kept.winners)


def test_an_exact_tie_is_settled_by_a_draw_that_anyone_can_check_and_the_whole_comes_out_identical(app, tied):
    staff, ruth, root, names = tied
    page = staff.text(f"{root}/decisions")
    assert "exactly the same score" in page
    assert "At most 1 from each school" in page
    assert staff.send(f"{root}/decisions", f"{root}/decisions/by-standing", alternates="1").status_code == 303
    assert [decision.outcome for decision in decided()] == [Outcome.SELECTED]
    one = next(
        line for line in links(page, f"{root}/decisions/") if names[1] in staff.text(line) and "tie" in staff.text(line)
    )
    refused = staff.send(one, f"{one}/proposal", outcome="selected", reason="We like it.")
    assert refused.status_code == 409
    assert "a draw settles it" in refused.get_data(as_text=True)

    pool, winners = hold_the_draw(staff, ruth, root)
    assert not [name for name in names if name in staff.text(f"{root}/draw/record.txt")]

    assert staff.send(f"{root}/decisions", f"{root}/decisions/by-standing", alternates="1").status_code == 303
    assert staff.send(f"{root}/decisions", f"{root}/decisions/the-rest", reason="").status_code == 303
    assert sorted(decision.outcome.value for decision in decided()) == [
        "alternate",
        *["not selected"] * 2,
        *["selected"] * 2,
    ]
    assert ruth.send(f"{root}/decisions", f"{root}/decisions/approval").status_code == 303

    replay = f"{root}/replay"
    assert "Not reached" not in staff.text(replay)
    assert staff.send(replay, f"{replay}/request").status_code == 303
    assert "It is being computed" in staff.text(replay)
    worker.run_once(at=staff.at)
    page = staff.text(replay)
    assert "Every step comes out as it was" in page
    bundle = json.loads(staff.text(f"{replay}/bundle.json"))
    assert bundle["digest"] in page
    assert bundle["draw"]["winners"] == winners
    assert not [name for name in names if name in json.dumps(bundle)]
    file = Path(app.instance_path) / "bundle.json"
    file.write_text(json.dumps(bundle))
    assert script().main([str(file)]) == 0
    bundle["draw"]["winners"] = [next(who for who in pool if who not in winners)]
    file.write_text(json.dumps(bundle))
    assert script().main([str(file)]) == 1


def test_who_has_a_conflict_gets_neither_the_draw_nor_the_bundle(app, tied):
    staff, ruth, root, names = tied
    staff.send(f"{root}/replay", f"{root}/replay/request")
    worker.run_once(at=END)
    with transaction():
        person = makers.make_staff("Somebody Else")
        candidacy = db.session.scalars(select(Candidacy).where(Candidacy.name == names[1])).one()
        makers.make_conflict(candidacy, person)
    other = Desk(app, person, END)
    assert other.get(f"{root}/draw").status_code == 404
    assert other.get(f"{root}/replay/bundle.json").status_code == 409
    assert "the bundle is not for you" in other.text(f"{root}/replay")
    assert names[1] not in other.text(f"{root}/decisions")
    assert ruth.get(f"{root}/replay/bundle.json").status_code == 200
    with transaction():
        auditor = makers.make_auditor()
    assert Desk(app, auditor, END).get(f"{root}/replay").status_code == 200
    assert Desk(app, auditor, END).get(f"{root}/draw").status_code == 404


def test_outside_the_band_a_choice_against_the_rule_owes_a_reason_and_inside_it_none(app):
    with transaction():
        world = build(places=2, ranks=(1, 2, 3, 4))
        thing = world.thing()
        for place, (band, rank) in enumerate((("above", 1), ("band", 2), ("band", 3), ("below", 4))):
            row = db.session.scalars(select(Standing).where(Standing.candidacy_id == world.candidacies[place])).one()
            row.band, row.calibrated_rank = band, rank
        thing.round.calibration = {"order": "adjusted", "verdict": "adjust"}
        thing.round.calibrated_version = thing.round.standings_version
        names = [f"R-{place:04d}" for place in range(4)]
        facts = {"selected": names[:2], "alternates": names[2:], "tied": [], "tied_places": 0, "amounts": {}}
        db.session.add(
            Selection(
                round_id=thing.round.id, standings_version=thing.round.standings_version, facts=facts, computed_at=AT
            )
        )
    joy = world.person("joy")
    tries = [(0, Outcome.NOT_SELECTED, False), (3, Outcome.SELECTED, False), (2, Outcome.SELECTED, True)]
    tries += [(1, Outcome.NOT_SELECTED, True), (0, Outcome.SELECTED, True), (3, Outcome.FINALIST, True)]
    for place, outcome, fine in tries:
        with transaction():
            if fine:
                actions.propose(world.one(place), outcome=outcome, by=joy, at=AT)
            else:
                with pytest.raises(Refused, match="Say why"):
                    actions.propose(world.one(place), outcome=outcome, by=joy, at=AT)


def decided():
    db.session.expire_all()
    return db.session.scalars(select(Decision).order_by(Decision.id)).all()


def links(page, start):
    return list(dict.fromkeys(re.findall(rf'href="({re.escape(start)}[A-Z]-[^"/]+)"', page)))


def script():
    spec = importlib.util.spec_from_file_location(
        "replay_bundle", Path(__file__).parents[2] / "tools" / "replay_bundle.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
