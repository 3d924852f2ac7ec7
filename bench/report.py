"""The table: each figure beside its goal, what others need for the like, and what limits ours."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.measures import Figure
    from bench.science import Measured

FILE = Path(__file__).resolve().parent.parent / "docs" / "bench.md"
LIST, FORM, SAVE, SHARE = 20.0, 8.0, 12.0, 0.5


class Known(NamedTuple):
    """What is to be said beside a figure: the goal, what the peers need, and what limits it."""

    pattern: str
    goal: float | None
    peers: str
    limit: str


KNOWN = (
    Known(r".*, kept", None, "", "one read of the public pages' number, then bytes from memory"),
    Known(
        r".*, kept, 16 at once",
        SHARE,
        "peers about 0.01",
        "waitress is one process: it uses one core, the bare page two",
    ),
    Known(r".*, drawn anew", None, "", "the database's rows and Jinja; asked for once after each write"),
    Known(r"page: .*", FORM, "", "Jinja's macros; SQLAlchemy loading the browser's session and the draft"),
    Known(
        r"save: submission|save: check",
        SAVE,
        "",
        "forty statements: the snapshot, the receipt, gathering by name and school, conflicts of interest; one commit",
    ),
    Known(r"save: you", SAVE, "", "nine rows made at once: browser, account, sitting, draft, link, proof; one commit"),
    Known(r"save: .*", SAVE, "", "loading the draft; one commit, flushed to disk"),
    Known(
        r"all \d+ requests of a nomination",
        None,
        "HotCRP 86 (4 requests), pretalx 1,400 (10), Indico 1,140",
        "one thing a page: many small requests",
    ),
    Known(r"the dearest page of it", FORM, "", "as above"),
    Known(r"the dearest save of it", SAVE, "", "as above"),
    Known(
        r"reviewer's queue.*",
        LIST,
        "HotCRP 90, pretalx 3,200, Indico 2,000",
        "Jinja, half of it: a line for each reading; on PostgreSQL, a dozen questions there and back",
    ),
    Known(
        r"a reading with its rubric",
        FORM,
        "HotCRP 28, pretalx 270, Indico 420",
        "Jinja, half of it: each criterion with its described levels; then a dozen small questions",
    ),
    Known(
        r"score saved as one types",
        SAVE,
        "HotCRP 26, pretalx 160, Indico 230",
        "one commit, flushed to disk; scores are appended",
    ),
    Known(
        r"scores submitted, standings computed",
        SAVE,
        "",
        "one commit, and the ranks of the whole round, computed and written here so that no page does",
    ),
    Known(r"standings,.*", LIST, "HotCRP 90, Indico 2,000", "Jinja: the plot and its table, 50 lines"),
    Known(
        r"screening list,.*",
        LIST,
        "HotCRP 90, Indico 2,000",
        "Jinja, most of it: 25 lines, each judged by the year's rules; then the tabs' counts and the schools to choose from",
    ),
    Known(r"import.*judging.*", None, "", "finding the school and the award, and the row's digest"),
    Known(r"import.*importing.*", None, "", "people, nomination, snapshot and history: about nine rows for each"),
    Known(r"cold start.*", None, "", "importing SQLAlchemy, Babel and every room"),
    Known(r"memory.*", None, "", "the interpreter with SQLAlchemy and Babel; 16 threads' arenas"),
    Known(r"a bare page", None, "", "Flask under gunicorn, 2 processes x 4 threads"),
)


class Teller:
    """Says on the terminal how far it has come."""

    def __init__(self, begun: float) -> None:
        """Count from here."""
        self.begun = begun

    def __call__(self, words: str) -> None:
        """Say it with the seconds so far."""
        print(f"{time.monotonic() - self.begun:5.0f} s  {words}", flush=True)


def table(found: Mapping[str, Sequence[Figure]]) -> str:
    """Return everything as one Markdown table."""
    kinds = list(found)
    lines = [
        "| | " + " | ".join(kinds) + " | goal | peers | what limits it |",
        "|---|" + "---:|" * (len(kinds) + 1) + "---|---|",
    ]
    names = list(dict.fromkeys(figure.name for figures in found.values() for figure in figures))
    for name in names:
        each = {kind: figure for kind, figures in found.items() for figure in figures if figure.name == name}
        unit = next(iter(each.values())).unit
        known = next(known for known in KNOWN if re.fullmatch(known.pattern, name))
        shown = [_number(each[kind].value, unit) if kind in each else "" for kind in kinds]
        named = name if unit == "bare pages" else f"{name} ({unit})"
        goal = _number(known.goal, unit) if known.goal is not None else ""
        lines.append("| " + " | ".join([named, *shown, goal, known.peers, known.limit]) + " |")
    return "\n".join(lines)


def _number(value: float, unit: str) -> str:
    if unit in {"bare pages", "MB"}:
        return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"  # noqa: PLR2004 - digits that mean something
    return f"{value:.2f}"


class Done(NamedTuple):
    """What is to be said beside a piece of science."""

    name: str
    does: str
    limit: str


SCIENCE = (
    Done(
        "calibrate-73k",
        "73,700 reviews, 1,100 x 3,000: the fit, every error variance",
        "sixteen factorizations of the smaller side",
    ),
    Done("calibrate-50k", "150,000 reviews, 50,000 x 1,000: the same", "as above"),
    Done(
        "standings-73k",
        "the whole: verdict, 4,000 draws with ranks, reviewers, digest",
        "sorting every draw; normal numbers alike on every machine",
    ),
    Done("standings-50k", "the same with 1,000 draws", "as above"),
    Done("assign-200", "200 x 20, three reads each, load windows, proof", "laying out the flow, and proving it"),
    Done("assign-5k", "5,000 x 200, the same", "the flow"),
    Done(
        "assign-50k",
        "50,000 x 1,000, the same over all 43.8 million pairs",
        "two thirds: the flow over the pairs that prices leave",
    ),
    Done(
        "select-50k",
        "50,000 candidates, places, three columns of windows, proven",
        "laying out the constraints; the solver's proof",
    ),
)


def science_table(found: Sequence[Measured]) -> str:
    """Return what the science costs as a Markdown table."""
    said = {each.name: each for each in SCIENCE}
    lines = [
        "| work | what it does | times reading | read (s) | work (s) | MB | what limits it |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in found:
        does, limit = said[one.name].does, said[one.name].limit
        lines.append(
            f"| {one.name} | {does} | {one.ratio:,.0f} | {one.read:.4f} | {one.work:.2f} | {one.memory:,} | {limit} |"
        )
    return "\n".join(lines)


def write(pages: str, science: str) -> None:
    """Write docs/bench.md anew."""
    FILE.write_text(f"{INTRODUCTION}\n{pages}\n\n{INTRODUCTION_TO_SCIENCE}\n{science}\n", encoding="utf-8")


INTRODUCTION = """# What a page costs

Written by `make bench`; do not edit. Every figure is in *bare pages*: how many times as long it takes as a Flask page with
nothing in it, served by gunicorn with 2 processes of 4 threads on the same machine and asked for again just before each
request that is measured. The portal runs under `portal serve`. Figures are medians, one request at a time unless a line says
otherwise, over connections that stay open.

The season measured on holds 11,000 candidacies: 500 and 5,000 to screen, 500 and 5,000 in review with three reviews each, all but
five of each reviewer's submitted. HotCRP, pretalx and Indico were measured in the same way, on two cores at 500 entries.
"""

INTRODUCTION_TO_SCIENCE = """## What the science costs

Each input is made once and written to a file; the yardstick is reading that file with numpy, in the same run. The work is done from
arrays in a process of its own, on one thread; megabytes are that process's peak. `docs/science/speed.md` says where the time goes.
"""
