"""From the rule that is fixed before the first score to a result that anyone can compute again: the pages."""

from __future__ import annotations

from portal.db import db, transaction
from portal.demo.makers import NOW
from portal.history.models import Event
from portal.review.actions import rounds
from portal.review.models import Round
from portal.review.queries import rounds as rounds_queries
from portal.review.rules import selecting
from tests.support.deciding import Desk
from tests.support.reviewing import make_planned


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
