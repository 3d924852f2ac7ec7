"""Starts the cleaner in a process of its own, waits for it so long and no longer, and brings back what it made."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from portal.files import cleaning

if TYPE_CHECKING:
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
    """Return a clean file made from `data`. Raises `RuntimeError` where the cleaner itself does not work.

    The process gets no environment of ours, so that no secret lies within its reach, and a folder that is gone afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="clean-"))
    try:
        (folder / "in").write_bytes(data)
        command = [sys.executable, "-I", "-B", cleaning.__file__, kind.value, str(most_pages)]
        try:
            done = subprocess.run(  # noqa: S603 - our own file, by our own interpreter
                command, cwd=folder, env={"TMPDIR": str(folder)}, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Cleaned(wrong="endless")
        if done.returncode == cleaning.MEMORY_TROUBLE:
            return Cleaned(wrong="bomb")
        if -done.returncode in ENDED_IT:
            return Cleaned(wrong="endless")
        if -done.returncode in BROKE_IT:
            return Cleaned(wrong="damaged")
        if done.returncode:
            msg = f"The cleaner stopped with {done.returncode}: {done.stderr.decode(errors='replace')[-600:]}"
            raise RuntimeError(msg)
        answer = json.loads(done.stdout)
        if "wrong" in answer:
            return Cleaned(wrong=answer["wrong"])
        words = folder / "text"
        return Cleaned(
            data=(folder / "out").read_bytes(),
            pages=[(folder / f"page-{number + 1}.webp").read_bytes() for number in range(answer["pages"])],
            text=words.read_text(encoding="utf-8") if words.exists() else "",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
