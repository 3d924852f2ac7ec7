"""`portal assign`: CSV in, JSON out, checked by the standalone script; one line when something is wrong."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.review.science_commands import assign

A01 = Path(__file__).parent / "vectors" / "A01_200x20"
TOOL = Path(__file__).parents[2] / "tools" / "check_certificate.py"
PAIRS = "nomination,reviewer,cost\n" + "".join(
    f"n{i},r{j},{(i * 5 + j * 3) % 11}\n" for i in range(6) for j in range(4)
)
REVIEWERS = "reviewer,max_load,min_load,school\n" + "".join(f"r{j},4,2,s{j % 3}\n" for j in range(4))


def run(tmp_path, pairs, reviewers, *options, current=None):
    names = []
    for name, text in (("pairs.csv", pairs), ("reviewers.csv", reviewers), ("current.csv", current)):
        if text is not None:
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            names.append(str(tmp_path / name))
    extra = ["--current", names.pop()] if current is not None else []
    return CliRunner().invoke(assign, [*names, "--reads", "2", *extra, *options])


def check(tmp_path, result, *files):
    plan = tmp_path / "plan.json"
    plan.write_text(result.stdout, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(TOOL), str(plan), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )


@pytest.mark.parametrize(
    ("option", "wanted"), [(None, "optimal_cost"), ("--one-per-school", "optimal_cost_one_reviewer_per_school")]
)
def test_the_vector_is_met_and_its_certificate_holds(tmp_path, option, wanted):
    files = [A01 / "arcs.csv", A01 / "reviewers.csv"]
    result = CliRunner().invoke(assign, [*map(str, files), "--reads", "3", *([option] if option else [])])
    found = json.loads(result.stdout)
    assert found["cost"] == json.loads((A01 / "expected.json").read_text(encoding="utf-8"))[wanted]
    assert found["unfilled"] == []
    assert found["cost"] == sum(pair["cost"] for pair in found["pairs"])
    done = check(tmp_path, result, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no plan is better" in done.stdout


def test_recusals_change_as_little_as_possible_and_no_finished_review(tmp_path):
    files = [A01 / "arcs.csv", A01 / "reviewers.csv"]
    before = json.loads(CliRunner().invoke(assign, [*map(str, files), "--reads", "3"]).stdout)
    mine = [pair for pair in before["pairs"] if pair["reviewer"] == "7"]
    current = tmp_path / "current.csv"
    with current.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["nomination", "reviewer", "done"])
        for n, pair in enumerate(before["pairs"]):
            rows.writerow([pair["nomination"], pair["reviewer"], "yes" if n % 5 == 0 else ""])
    finished = {(p["nomination"], p["reviewer"]) for n, p in enumerate(before["pairs"]) if n % 5 == 0}
    result = CliRunner().invoke(assign, [*map(str, files), "--reads", "3", "--current", str(current), "--recuse", "7"])
    after = json.loads(result.stdout)
    now = {(p["nomination"], p["reviewer"]) for p in after["pairs"]}
    gone = {(p["nomination"], "7") for p in mine} - finished
    assert finished <= now
    assert {(p["nomination"], p["reviewer"]) for p in after["dropped"]} == gone
    assert len(after["added"]) == len(gone)
    assert check(tmp_path, result, *files, current).returncode == 0
    single = [mine[0]["nomination"], "7"]
    if tuple(single) in finished:
        single = [mine[1]["nomination"], "7"]
    one = json.loads(
        CliRunner()
        .invoke(assign, [*map(str, files), "--reads", "3", "--current", str(current), "--recuse-pair", *single])
        .stdout
    )
    assert one["dropped"] == [{"nomination": single[0], "reviewer": "7"}]
    assert len(one["added"]) == 1


def test_who_cannot_be_covered_is_said_with_reasons(tmp_path):
    few = REVIEWERS.replace(",4,2,", ",2,0,")
    result = run(tmp_path, PAIRS, few)
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert sum(row["missing"] for row in found["unfilled"]) == 4
    assert all(row["reasons"] and "short" in row["sentence"] for row in found["unfilled"])
    assert check(tmp_path, result, tmp_path / "pairs.csv", tmp_path / "reviewers.csv").returncode == 0


def test_decimal_costs_stay_exact(tmp_path):
    pairs = "nomination,reviewer,cost\na,P,0.1\na,Q,.25\na,R,-1.5\nb,P,2\nb,Q,+0.125\nb,R,1.\n"
    reviewers = "reviewer,max_load\nP,2\nQ,2\nR,2\n"
    result = run(tmp_path, pairs, reviewers)
    found = json.loads(result.stdout)
    assert found["cost"] == -0.275
    assert check(tmp_path, result, tmp_path / "pairs.csv", tmp_path / "reviewers.csv").returncode == 0


def test_files_of_any_system_and_ids_of_any_text_are_read(tmp_path):
    def strange(text):
        return (
            b"\xef\xbb\xbf" + text.replace("n3,", '"n, ""3""",').replace("r2,", "Ödön,").replace("\n", "\r\n").encode()
        )

    result = run(tmp_path, strange(PAIRS), strange(REVIEWERS), "--one-per-school")
    found = json.loads(result.stdout)
    assert Counter(pair["nomination"] for pair in found["pairs"])['n, "3"'] == 2
    assert "Ödön" in found["loads"]
    assert check(tmp_path, result, tmp_path / "pairs.csv", tmp_path / "reviewers.csv").returncode == 0


def test_levels_and_links_are_part_of_the_proof(tmp_path):
    result = run(tmp_path, PAIRS, REVIEWERS, "--level", "3", "--linked", "--seed", "2")
    assert json.loads(result.stdout)["components"] == 1
    assert check(tmp_path, result, tmp_path / "pairs.csv", tmp_path / "reviewers.csv").returncode == 0


def test_the_script_finds_a_false_plan_and_reads_no_nonsense(tmp_path):
    result = run(tmp_path, PAIRS, REVIEWERS)
    other = tmp_path / "other.csv"
    other.write_text(PAIRS.replace("n0,r0,0", "n0,r0,1"), encoding="utf-8")
    wrong = check(tmp_path, result, other, tmp_path / "reviewers.csv")
    assert wrong.returncode == 1
    assert "DOES NOT HOLD: the digest" in wrong.stdout
    assert check(tmp_path, result).returncode == 1
    (tmp_path / "plan.json").write_text("[]", encoding="utf-8")
    nonsense = subprocess.run(
        [sys.executable, str(TOOL), str(tmp_path / "plan.json")], capture_output=True, check=False
    )
    assert nonsense.returncode == 1
    assert nonsense.stderr.count(b"\n") == 1
    assert subprocess.run([sys.executable, str(TOOL)], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"pairs": ""}, [], "is empty"),
        ({"pairs": "nomination,reviewer,cost\n"}, [], "no rows"),
        ({"pairs": "nomination,reviewer\na,r0\n"}, [], "no column cost"),
        ({"pairs": PAIRS + "n0,r0,3\n"}, [], "nomination n0 and reviewer r0 are there before, in line 2"),
        ({"pairs": PAIRS + "n9,r0,x\n"}, [], "cost is not a number"),
        ({"pairs": PAIRS + "n9,r0,nan\n"}, [], "cost is not a number"),
        ({"pairs": PAIRS + "n9,r0,1e3\n"}, [], "exponent"),
        ({"pairs": PAIRS + f"n9,r0,{10**19}\n"}, [], "too large"),
        ({"pairs": PAIRS + "n9,r0,99999999.123456789\n"}, [], "fewer decimals"),
        ({}, ["--reads", str(10**20)], "--reads"),
        ({"pairs": PAIRS + "n9,r0,0.00000000001\n"}, [], "nine decimals"),
        ({"pairs": PAIRS + "n9,r9,1\n"}, [], "reviewer r9 is not in"),
        ({"pairs": PAIRS + ",r0,1\n"}, [], "nomination is empty"),
        ({"reviewers": ""}, [], "is empty"),
        ({"reviewers": "reviewer\nr0\n"}, [], "no column max_load"),
        ({"reviewers": REVIEWERS + "r0,1,1,x\n"}, [], "reviewer r0 is there before"),
        ({"reviewers": REVIEWERS + "r7,-1,,x\n"}, [], "max_load is below 0"),
        ({"reviewers": REVIEWERS + "r7,1,-1,x\n"}, [], "min_load is below 0"),
        ({"reviewers": REVIEWERS + "r7,2.5,1,x\n"}, [], "max_load is not a whole number"),
        ({"reviewers": REVIEWERS + "r7,1,2,x\n"}, [], "min_load 2 is above max_load 1"),
        ({"reviewers": "reviewer,max_load\nr0,9\nr1,9\nr2,9\nr3,9\n"}, ["--one-per-school"], "no column school"),
        ({}, ["--reads", "0"], "--reads"),
        ({}, ["--reads", "many"], "--reads"),
        ({}, ["--recuse", "r0"], "name it with --current"),
        ({"current": "nomination,reviewer\nn0,r0\n"}, ["--recuse", "r9"], "no reviewer r9"),
        ({"current": "nomination,reviewer\nn0,r0\n"}, ["--recuse-pair", "n0", "r1"], "r1 does not read n0"),
        ({"current": "nomination,reviewer\nn0,r9\n"}, [], "reviewer r9 is not in"),
        ({"current": "nomination,reviewer\nn0,r0\nn0,r0\n"}, [], "there twice"),
        ({"current": "nomination,reviewer,done\nn0,r0,perhaps\n"}, [], "done is yes or no"),
        ({"current": "nomination\nn0\n"}, [], "no column reviewer"),
        ({}, ["--frobnicate"], "--frobnicate"),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_line(tmp_path, change, options, said):
    files = {"pairs": PAIRS, "reviewers": REVIEWERS, **change}
    result = run(tmp_path, files["pairs"], files["reviewers"], *options, current=files.get("current"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"[^\n]+\n", result.stderr)
    assert said in result.stderr
