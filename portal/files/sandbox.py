"""Starts the cleaner, or what covers parts of a file, in a process of its own; waits so long and no longer; brings back what it made."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.files import cleaning, covering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portal.files.rules import Kind

SECONDS = 75  # by the clock; of its own work it may do less, see cleaning.limit()
ENDED_IT = frozenset({signal.SIGXCPU, signal.SIGKILL, signal.SIGXFSZ})
BROKE_IT = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})


@dataclass
class Cleaned:
    """What the cleaner made, or the word of what is wrong."""

    wrong: str | None = None
    data: bytes = b""
    pages: list[bytes] = field(default_factory=list)
    text: str = ""


def clean(data: bytes, kind: Kind, *, most_pages: int) -> Cleaned:
    """Return a clean file made from `data`. Raises `RuntimeError` where the cleaner itself does not work."""
    with _started(cleaning.__file__, kind.value, str(most_pages), data=data) as (answer, folder):
        return _made(answer, folder)


def words_of(data: bytes, kind: Kind) -> list[str] | None:
    """Return the characters of each page of a clean file, one for each that is drawn; None where they cannot be read."""
    with _started(covering.__file__, "words", kind.value, data=data) as (answer, _folder):
        return answer.get("words")


def cover(data: bytes, kind: Kind, *, spans: Sequence[Sequence[int]], boxes: Sequence[Sequence[int]]) -> Cleaned:
    """Return a clean file drawn anew, as pictures alone, with parts painted over.

    `spans` are (page, first character, character after the last), by what `words_of` gives; `boxes` are (page, left, top, right,
    bottom) in thousandths of the page. Pages count from 1.
    """
    plan = {"spans": [list(span) for span in spans], "boxes": [list(box) for box in boxes]}
    with _started(covering.__file__, "draw", kind.value, data=data, plan=plan) as (answer, folder):
        return _made(answer, folder)


@contextmanager
def _started(script: str, *words: str, data: bytes, plan: object = None) -> Iterator[tuple[dict[str, Any], Path]]:
    """Run one of our scripts, and give its answer with the folder it worked in.

    The process gets no environment of ours, so that no secret lies within its reach, and a folder that is gone afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="clean-"))
    try:
        (folder / "in").write_bytes(data)
        if plan is not None:
            (folder / "plan").write_text(json.dumps(plan), encoding="utf-8")
        yield _answer([sys.executable, "-I", "-B", script, *words], folder), folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answer(command: list[str], folder: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603 - our own file, by our own interpreter
            command, cwd=folder, env={"TMPDIR": str(folder)}, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"wrong": "endless"}
    if done.returncode == cleaning.MEMORY_TROUBLE:
        return {"wrong": "bomb"}
    if -done.returncode in ENDED_IT:
        return {"wrong": "endless"}
    if -done.returncode in BROKE_IT:
        return {"wrong": "damaged"}
    if done.returncode:
        msg = f"The cleaner stopped with {done.returncode}: {done.stderr.decode(errors='replace')[-600:]}"
        raise RuntimeError(msg)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _made(answer: dict[str, Any], folder: Path) -> Cleaned:
    if "wrong" in answer:
        return Cleaned(wrong=answer["wrong"])
    words = folder / "text"
    return Cleaned(
        data=(folder / "out").read_bytes(),
        pages=[(folder / f"page-{number + 1}.webp").read_bytes() for number in range(answer["pages"])],
        text=words.read_text(encoding="utf-8") if words.exists() else "",
    )
