"""A decision computed again: identical as it stands, and whatever is changed in it is named."""

from __future__ import annotations

import copy
import importlib.util
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.db import db, transaction
from portal.decisions import queries as deciding
from portal.decisions.actions import replaying
from portal.decisions.models import Replay, Selection
from portal.decisions.queries import replaying as queries
from portal.decisions.rules import bundle as rules
from portal.decisions.science_commands import replay
from portal.errors import Refused
from portal.jobs import worker
from portal.people.models import Person
from portal.review.actions import rounds
from portal.review.models import Assignment, Review, Round
from portal.review.queries import rounds as rounds_queries
from tests.support.reviewing import LATER, make_open, make_planned, score

SCRIPT = Path(__file__).parents[2] / "tools" / "replay_bundle.py"
END = LATER + timedelta(days=1)


@pytest.fixture(scope="module")
def script():
    """The standalone script, as a module."""
    spec = importlib.util.spec_from_file_location("replay_bundle", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def over():
    """Return a round that is scored and closed, by number, and who is staff there."""
    committee = make_open(candidacies=8, members=5, reads=3, places=2)
    for place, person in enumerate(committee.people):
        for turn, mine in enumerate(committee.readings(person)):
            level = (mine.candidacy_id + (place + turn) % 2) % 7
            score(committee, mine, level, level, (level + 1) % 7, level)
    rounds.close(committee.round, by=committee.staff, at=END)
    return committee.round.id, committee.staff.id


def replayed(number, by):
    """Ask for a replay, let the worker do it, and return what came of it."""
    with transaction():
        replaying.ask(rounds_queries.by_id(number), by=db.session.get_one(Person, by), at=END)
    worker.run_once(at=END)
    db.session.expire_all()
    return queries.done(db.session.get_one(Round, number))


def test_a_decision_comes_out_identical_and_a_change_in_the_database_is_named(app, script, tmp_path, capsys):
    with transaction():
        number, staff = over()
    made = replayed(number, staff)
    assert made.same, made.steps
    assert [step["name"] for step in made.steps] == list(rules.CHECKS)
    assert db.session.scalar(select(Selection).where(Selection.round_id == number)).facts["selected"]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(made.bundle))
    assert script.main([str(file), "--digest", made.bundle["rules"]["digest"]]) == 0
    assert capsys.readouterr().out.endswith("identical\n")
    with transaction():  # behind the portal's back
        review = db.session.scalar(select(Review).join(Assignment).where(Assignment.round_id == number).limit(1))
        review.total += 1
    again = replayed(number, staff)
    assert not again.same
    assert [step["name"] for step in again.steps if not step["same"]] == ["reviews"]
    assert db.session.scalar(select(db.func.count()).select_from(Replay)) == 2


def test_a_bundle_names_nobody(app):
    with transaction():
        number, _staff = over()
        round_ = rounds_queries.by_id(number)
        text = json.dumps(queries.sections(round_))
        found = deciding.deciding(round_.cycle.award.slug, round_.cycle.year)
        named = [line.name for line in deciding.every_line(found, None)]
        readers = [person.name for person in db.session.scalars(select(Person))]
    assert named
    assert readers
    assert not [name for name in {*named, *readers} if name in text]


def first(rows, **facts):
    return next(row for row in rows if all(row[name] == value for name, value in facts.items()))


def a_level(bundle):
    levels = bundle["reviews"][0]["levels"]
    key = next(iter(levels))
    levels[key] = (levels[key] + 3) % 7


def a_level_and_its_total(bundle):
    review, weights = bundle["reviews"][0], bundle["rules"]["parts"]["weights"]
    a_level(bundle)
    review["total"] = round(
        10 * sum(weights[k] * v for k, v in review["levels"].items()) / sum(weights[k] for k in review["levels"]), 6
    )


def a_weight(bundle):
    weights = bundle["rules"]["parts"]["weights"]
    one, two = list(weights)[:2]
    weights[one] += 5
    weights[two] -= 5


def the_seed(bundle):
    bundle["rules"]["parts"]["seeds"]["round"] += 1


def the_plans_seed(bundle):
    bundle["plan"]["seed"] += 1


def a_decision(bundle):
    kept = set(bundle["selection"]["selected"])
    out = next(who for who, row in bundle["standings"]["rows"].items() if who not in kept and row["band"] == "below")
    bundle["decisions"].append(
        {"candidacy": out, "outcome": "selected", "state": "approved", "place": 1, "alternate": None,
         "cents": bundle["rules"]["parts"]["selection"]["least"], "reason": False,
         "proposed_by": "D-1", "approved_by": "D-2"}
    )  # fmt: skip


def an_average(bundle):
    next(iter(bundle["standings"]["rows"].values()))["raw"] += 0.01


def a_place(bundle):
    chosen = bundle["selection"]
    chosen["selected"][-1], chosen["alternates"][-1] = chosen["alternates"][-1], chosen["selected"][-1]


def a_reading(bundle):
    bundle["plan"]["pairs"][0] = bundle["plan"]["pairs"][1]


CHANGES = [
    (a_level, "reviews", "its levels come to"),
    (a_level_and_its_total, "reviews", "reviews was changed"),
    (a_weight, "rules", "weights"),
    (the_seed, "rules", "seeds"),
    (the_plans_seed, "plan", "seed"),
    (a_reading, "plan", "may not read"),
    (an_average, "standings", "raw"),
    (a_place, "selection", "differs"),
    (a_decision, "decisions", "outside the band"),
]
#: What is still named when whoever changed it made every digest anew.
SEALED_ANEW = [(a_level_and_its_total, "standings"), (a_place, "selection"), (a_decision, "decisions")]


@pytest.mark.sqlite_only
def test_whatever_is_changed_in_a_bundle_is_named_by_the_portal_and_by_the_script(app, script, tmp_path, capsys):
    with transaction():
        number, staff = over()
    kept = replayed(number, staff).bundle
    tries = [(change, step, words, False) for change, step, words in CHANGES]
    tries += [(change, step, "", True) for change, step in SEALED_ANEW]
    for change, step, words, sealed in tries:
        changed = copy.deepcopy(kept)
        change(changed)
        if sealed:
            changed = rules.seal({name: changed[name] for name in rules.SECTIONS})
        steps = rules.replay(changed)
        assert not rules.identical(steps), change.__name__
        assert steps[-1].name == step, change.__name__
        assert words in steps[-1].message % steps[-1].facts, change.__name__
        file = tmp_path / "changed.json"
        file.write_text(json.dumps(changed))
        assert script.main([str(file)]) == 1
        said = capsys.readouterr().out
        assert f"differs at {step}: " in said, (change.__name__, said)
        assert words in said, (change.__name__, said)
    file.write_text(json.dumps(kept))
    assert script.main([str(file), "--digest", "0" * 64]) == 1
    assert "not the one on the record" in capsys.readouterr().out


def test_what_is_no_bundle_is_refused(tmp_path):
    for text in ("[" * 100_000, "[]", "", '{"format": NaN}'):
        (tmp_path / "no.json").write_text(text)
        answer = CliRunner().invoke(replay, [str(tmp_path / "no.json")])
        assert (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1), text[:9]
    with pytest.raises(rules.BadBundle):
        rules.replay({"format": "something else"})
    with pytest.raises(rules.BadBundle):
        rules.replay({"format": rules.FORMAT, **dict.fromkeys((*rules.SECTIONS, "digests", "digest"))})


def test_a_round_that_is_open_is_not_replayed(app):
    with transaction():
        committee = make_planned()
        with pytest.raises(Refused, match="still open"):
            replaying.ask(committee.round, by=committee.staff, at=END)
