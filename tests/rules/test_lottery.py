"""Draws that anyone can check with `sha256sum`, and the published example of RFC 3797."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from portal.decisions.rules import lottery
from portal.decisions.science_commands import draw

VECTORS = Path(__file__).parent / "vectors"


def expected(name):
    return json.loads((VECTORS / name / "expected.json").read_text(encoding="utf-8"))


def run(tmp_path, pool, *options):
    path = tmp_path / "pool.txt"
    path.write_bytes(pool if isinstance(pool, bytes) else pool.encode())
    return CliRunner().invoke(draw, [str(path), *options])


def test_the_vector_of_tickets_is_met():
    wanted = expected("S02_lottery_tickets")
    found = lottery.draw(
        list(wanted["tickets"]),
        places=3,
        secrets=[bytes.fromhex(each) for each in wanted["secrets"]],
        beacon=bytes.fromhex(wanted["beacon"]),
        commitments=wanted["commitments"],
    )
    assert found.seed == wanted["seed"]
    assert dict(found.tickets) == wanted["tickets"]
    assert list(found.order) == wanted["draw_order"]
    assert list(found.winners) == wanted["draw_order"][:3]
    assert list(found.commitments) == wanted["commitments"]
    assert found.withheld == ()


def test_the_example_of_rfc_3797_is_met():
    wanted = expected("S01_rfc3797")
    assert lottery.rfc3797_key([[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]) == wanted["keys"]
    drawn = lottery.rfc3797(wanted["keys"], pool=wanted["pool"], places=10)
    assert [position for position, _ in drawn] == wanted["selected"]
    assert [digest for _, digest in drawn] == wanted["md5"]


@given(
    pool=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True, min_size=2, max_size=12),
    seed=st.binary(min_size=32, max_size=32),
)
def test_taking_somebody_out_changes_nobody_elses_order(pool, seed):
    order = lottery.in_order(pool, seed)
    assert lottery.in_order(pool[::-1], seed) == order
    assert lottery.in_order([each for each in pool if each != order[0]], seed) == order[1:]


def test_the_draw_is_fair_and_weights_count():
    seeds = [hashlib.sha256(str(k).encode()).digest() for k in range(3000)]
    wins = [lottery.in_order("abc", seed)[0] for seed in seeds]
    assert all(abs(wins.count(each) / 3000 - 1 / 3) < 0.04 for each in "abc")
    heavy = [lottery.in_order("abc", seed, weights={"a": 2, "b": 1, "c": 1})[0] for seed in seeds]
    assert abs(heavy.count("a") / 3000 - 1 / 2) < 0.04


def test_a_secret_that_is_withheld_cannot_stop_the_draw():
    secrets = [bytes([k]) * 32 for k in range(3)]
    agreed = [lottery.commitment(each) for each in secrets]
    found = lottery.draw("abcdef", places=2, secrets=secrets[::2], beacon=b"event", commitments=agreed)
    assert found.withheld == (agreed[1],)
    assert found.seed == lottery.seed_of(secrets[::2], b"event").hex()


SECRET = b"s" * 32


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"pool": []}, "pool is empty"),
        ({"pool": ["a", "a"]}, "a is in the pool twice"),
        ({"places": 0}, "at least one place"),
        ({"secrets": [], "beacon": b""}, "Nothing was revealed"),
        ({"secrets": [SECRET, SECRET]}, "same secret"),
        ({"commitments": ["0" * 64]}, "does not match its commitment"),
        (
            {"secrets": [b"b" * 32, b"a" * 32], "commitments": [lottery.commitment(b * 32) for b in (b"a", b"b")]},
            "out of order",
        ),
    ],
)
def test_what_was_not_agreed_is_refused_with_a_sentence(facts, said):
    with pytest.raises(lottery.BadDraw, match=said):
        lottery.draw(**{"pool": ["a", "b"], "places": 1, "secrets": [SECRET], "beacon": b"x", **facts})


def test_weights_and_numbers_that_make_no_sense_are_refused():
    with pytest.raises(lottery.BadDraw, match="weight of b"):
        lottery.in_order("ab", b"x", weights={"a": 1, "b": 0})
    with pytest.raises(lottery.BadDraw, match="3 cannot be drawn out of 2"):
        lottery.rfc3797("1./", pool=2, places=3)


def test_the_command_freezes_then_draws_and_the_digest_is_that_of_the_sorted_list(tmp_path):
    wanted = expected("S02_lottery_tickets")
    pool = "\n".join(wanted["tickets"]) + "\n"
    frozen = json.loads(run(tmp_path, pool).stdout)
    text = "".join(f"{each}\n" for each in sorted(wanted["tickets"]))
    assert frozen["pool_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert frozen["method"] == "frozen"
    options = [part for each in wanted["secrets"] for part in ("--secret", each)]
    options += [part for each in wanted["commitments"] for part in ("--commitment", each)]
    found = json.loads(run(tmp_path, pool, *options, "--beacon", wanted["beacon"], "--places", "2").stdout)
    assert found["tickets"] == wanted["tickets"]
    assert found["draw_order"] == wanted["draw_order"]
    assert found["winners"] == wanted["draw_order"][:2]
    assert found["seed"] == wanted["seed"]
    again = json.loads(run(tmp_path, pool, "--seed", wanted["seed"], "--places", "2").stdout)
    assert again["draw_order"] == wanted["draw_order"]


def test_the_command_reads_marks_of_any_system_and_draws_as_rfc_3797(tmp_path):
    wanted = expected("S01_rfc3797")
    pool = b"\xef\xbb\xbf" + b"\r\n".join(str(n).encode() for n in range(1, 26)) + b"\r\n"
    found = json.loads(run(tmp_path, pool, "--rfc3797", wanted["keys"], "--places", "10").stdout)
    assert found["selected"] == wanted["selected"]
    assert found["winners"] == [str(n) for n in wanted["selected"]]
    text = json.loads(run(tmp_path, "a\nb\n", "--beacon-text", "4 8 15").stdout)
    assert text["seed"] == lottery.seed_of([], b"4 8 15").hex()


@pytest.mark.parametrize(
    ("pool", "options", "said"),
    [
        ("", [], "pool is empty"),
        ("a\na\n", [], "a is in the pool twice"),
        ("a\n", ["--places", "0"], "--places"),
        ("a\n", ["--secret", "xyz"], "hexadecimal"),
        ("a\n", ["--seed", "00"], "64 hexadecimal digits"),
        ("a\n", ["--seed", "0" * 64, "--beacon", "00"], "--seed stands alone"),
        ("a\n", ["--beacon", "00", "--beacon-text", "x"], "not both"),
        ("a\n", ["--rfc3797", "1./", "--beacon", "00"], "stands alone"),
        ("a\n", ["--rfc3797", " "], "wants the key string"),
        ("a\n", ["--rfc3797", "1./", "--places", "2"], "2 cannot be drawn out of 1"),
        ("a\n", ["--secret", "00", "--commitment", "0" * 64], "does not match"),
        ("a\n", ["--unknown"], "--unknown"),
        (b"\xff\xfe", [], "not UTF-8"),
    ],
)
def test_the_command_refuses_with_one_line(tmp_path, pool, options, said):
    result = run(tmp_path, pool, *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"[^\n]+\n", result.stderr)
    assert said in result.stderr
