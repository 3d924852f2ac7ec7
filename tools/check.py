"""Run every static check at once and say in one line each how it went: `make check`.

All run even when one fails, so that one call shows everything; the exit code is the number of those that failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class Check(NamedTuple):
    """One tool, and what it looks for."""

    promise: str
    command: tuple[str, ...]
    needs: str = ""


CHECKS = (
    Check("style", ("ruff", "check", "--quiet", ".")),
    Check("formatting", ("ruff", "format", "--check", "--quiet", ".")),
    Check("types", ("mypy",)),
    Check("imports between rooms", ("lint-imports", "--no-logo")),
    Check("templates", ("djlint", "templates", "--lint", "--quiet"), needs="templates"),
    Check("catalogs of visible strings", ("python", "-m", "tools.messages", "--check"), needs="translations"),
)


class Outcome(NamedTuple):
    """How one check went."""

    check: Check
    code: int
    said: str
    seconds: float


def run(check: Check) -> Outcome:
    """Run one check from the root of the project and keep what it says."""
    start = time.monotonic()
    program, *rest = check.command
    done = subprocess.run([BIN / program, *rest], cwd=ROOT, capture_output=True, text=True, check=False)
    return Outcome(check, done.returncode, f"{done.stdout}{done.stderr}".strip(), time.monotonic() - start)


def main() -> int:
    """Run them all, two at a time, print what failed, and return how many did."""
    here = [check for check in CHECKS if not check.needs or (ROOT / check.needs).exists()]
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, here):
            if outcome.code:
                failed += 1
                print(outcome.said)
            print(f"{'FAILED' if outcome.code else 'ok':>6}  {outcome.check.promise} ({outcome.seconds:.1f} s)")
    return failed


if __name__ == "__main__":
    sys.exit(main())
