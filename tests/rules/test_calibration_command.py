"""`portal calibrate`: CSV in, JSON out, one line when something is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.review.science_commands import calibrate

VECTORS = Path(__file__).parent / "vectors"
SMALL = "nomination,reviewer,score\n" + "".join(
    f"n{i},r{j},{(i * 3 + j * 5) % 7}\n" for i in range(8) for j in range(5) if (i + j) % 5 < 3
)


def run(tmp_path, text, *options):
    path = tmp_path / "ratings.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(calibrate, [str(path), "--places", "2", *options])


def test_the_vector_by_dense_inverse_is_met_from_the_command_line():
    folder = VECTORS / "C11_bruteforce_12x5"
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    result = CliRunner().invoke(calibrate, [str(folder / "ratings.csv"), "--places", "3", "--plug-in"])
    found = json.loads(result.stdout)
    near = {"abs": wanted["tolerance"]}
    for name in ("mu", "sd_nomination", "sd_reviewer", "sigma", "reml_criterion"):
        assert found[name] == pytest.approx(wanted[name], **near)
    for row in found["nominations"]:
        at = int(row["nomination"])
        assert row["quality"] == pytest.approx(wanted["quality"][at], **near)
        assert row["quality_pev"] == pytest.approx(wanted["quality_pev"][at], **near)
        assert row["adjusted"] == pytest.approx(wanted["adjusted_mean"][at], **near)
        assert 0 <= row["p_place"] <= 1
    for row in found["reviewers"]:
        assert row["leniency"] == pytest.approx(wanted["leniency"][int(row["reviewer"])], **near)
        assert row["pev"] == pytest.approx(wanted["leniency_pev"][int(row["reviewer"])], **near)
        assert isinstance(row["flags"], list)
    assert found["components"] == 1


def test_not_linked_is_an_answer():
    result = CliRunner().invoke(calibrate, [str(VECTORS / "C15_disconnected_juries" / "ratings.csv"), "--places", "4"])
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["verdict"] == "not linked"
    assert found["components"] == 3
    assert all(row["adjusted"] is row["p_place"] is row["expected_rank"] is None for row in found["nominations"])
    assert all(row["raw"] is not None for row in found["nominations"])


def test_the_same_input_and_seed_give_the_same_bytes(tmp_path):
    one = run(tmp_path, SMALL, "--seed", "5").stdout
    assert run(tmp_path, SMALL, "--seed", "5").stdout == one
    lines = SMALL.splitlines(keepends=True)
    assert run(tmp_path, "".join([lines[0], *reversed(lines[1:])]), "--seed", "5").stdout == one
    assert run(tmp_path, SMALL, "--seed", "6").stdout != one


def test_files_of_any_system_and_ids_of_any_text_are_read(tmp_path):
    plain = json.loads(run(tmp_path, SMALL).stdout)
    marked = json.loads(run(tmp_path, b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode() + b"\r\n").stdout)
    assert marked == plain
    odd = SMALL.replace("n3,", '"Núñez, ""Ana""\nJr",').replace("r2,", "学校 2,")
    found = json.loads(run(tmp_path, odd).stdout)
    assert 'Núñez, "Ana"\nJr' in [row["nomination"] for row in found["nominations"]]
    assert "学校 2" in [row["reviewer"] for row in found["reviewers"]]


def test_criteria_are_weighed_and_a_card_can_be_had(tmp_path):
    text = "nomination,reviewer,content,style\n" + "".join(
        f"n{i},r{j},{(i * 3 + j) % 6},{'' if (i + j) % 9 == 0 else (i + j * 2) % 6}\n"
        for i in range(12)
        for j in range(6)
        if (i + j) % 6 < 3
    )
    named = json.loads(run(tmp_path, text, "--weights", "content=3,style=1", "--robustness").stdout)
    placed = json.loads(run(tmp_path, text, "--weights", "3,1", "--robustness").stdout)
    assert named == placed
    assert named["robustness"]["tried"] == 1 + 6 + 2 * 3
    first = next(row for row in named["nominations"] if row["nomination"] == "n1")
    reviews = [line.split(",") for line in text.splitlines()[1:] if line.startswith("n1,")]
    means = [(3 * float(c) + float(s or 0)) / (3 + bool(s)) for _, _, c, s in reviews]
    assert first["raw"] == pytest.approx(sum(means) / len(means))


def test_strata_are_declared_by_column_and_their_absence_refused_where_it_matters(tmp_path):
    lines = SMALL.splitlines()
    text = "\n".join([lines[0] + ",panel", *(f"{line},{'A' if line < 'n4' else 'B'}" for line in lines[1:])])
    found = json.loads(run(tmp_path, text, "--stratum", "panel", "--assigned-by-stratum").stdout)
    assert found["verdict"] != "stratum undeclared"
    refused = json.loads(run(tmp_path, SMALL, "--assigned-by-stratum").stdout)
    assert refused["verdict"] == "stratum undeclared"
    assert all(row["p_place"] is None for row in refused["nominations"])


HEAD = "nomination,reviewer,score\n"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", [], "is empty"),
        ("\n\n", [], "is empty"),
        (HEAD, [], "no rows"),
        ("nomination,reviewer\na,P\n", [], "no column score"),
        ("nomination,score\na,1\n", [], "no column reviewer"),
        ("reviewer,score\na,1\n", [], "no column nomination"),
        ("nomination,reviewer,score,score\na,P,1,1\n", [], "two columns score"),
        (HEAD + "a,P,1\na,P,2\n", [], "line 3: reviewer P scored nomination a before, in line 2"),
        (HEAD + "a,P,good\n", [], "line 2: score is not a number: 'good'"),
        (HEAD + "a,P,nan\n", [], "not a number"),
        (HEAD + "a,P,inf\n", [], "not a number"),
        (HEAD + "a,P,1e999\n", [], "not a number"),
        (HEAD + "a,P,-1e308\n", [], "too large"),
        (HEAD + "a,P,1_000\n", [], "not a number"),
        (HEAD + "a,P,٣\n", [], "not a number"),
        (HEAD + "a,P,\n", [], "not a number"),
        (HEAD + ",P,1\n", [], "nomination is empty"),
        (HEAD + "a, ,1\n", [], "reviewer is empty"),
        (HEAD + "a,P,1,2\n", [], "line 2: 4 cells, the heading has 3"),
        (HEAD + '"a,P,1\n', [], "line 2"),
        (b"\xff\xfea\x00", [], "not UTF-8"),
        (HEAD + "a,P,1\n", ["--stratum", "panel"], "no column panel"),
        ("nomination,reviewer,score,panel\na,P,1,x\na,Q,1,y\n", ["--stratum", "panel"], "two strata, x and y"),
        (HEAD + "a,P,1\n", ["--weights", "score=x"], "NAME=NUMBER"),
        (HEAD + "a,P,1\n", ["--weights", "style=1"], "no column style"),
        (HEAD + "a,P,1\n", ["--weights", "score=1,score=1"], "twice"),
        (HEAD + "a,P,1\n", ["--weights", "reviewer=1"], "no criterion"),
        (HEAD + "a,P,1\n", ["--weights", "score=0"], "not all of them 0"),
        (HEAD + "a,P,1\n", ["--weights", ""], "empty"),
        (HEAD + "a,P,\n", ["--weights", "score=1"], "no criterion has a score"),
        ("nomination,reviewer,a,b\nn,r,1,2\n", ["--weights", "1,2,3"], "3 weights for 2 criteria"),
        (HEAD + "a,P,1\n", ["--places", "0"], "--places"),
        (HEAD + "a,P,1\n", ["--places", "two"], "--places"),
        (HEAD + "a,P,1\n", ["--seed", "-1"], "--seed"),
        (HEAD + "a,P,1\n", ["--alpha", "0.7"], "alpha"),
        (HEAD + "a,P,1\n", ["--scale", "nan"], "scale"),
        (HEAD + "a,P,1\n", ["--frobnicate"], "--frobnicate"),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_line(tmp_path, text, options, said):
    result = run(tmp_path, text, *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"[^\n]+\n", result.stderr)
    assert said in result.stderr


def test_the_command_runs_with_neither_settings_nor_database(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(SMALL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "portal", "calibrate", str(path), "--places", "2"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["places"] == 2
    missing = subprocess.run(
        [sys.executable, "-m", "portal", "calibrate", "nowhere.csv", "--places", "2"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert (missing.returncode, missing.stdout) == (1, b"")
    assert missing.stderr.count(b"\n") == 1
