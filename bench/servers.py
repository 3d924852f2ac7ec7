"""Servers in processes of their own: started, waited for, weighed and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
PATIENCE = 30.0
HOME = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends."""
    process = subprocess.Popen(
        command,
        cwd=HOME,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it started goes with it
        process.wait()


@contextlib.contextmanager
def started(
    command: list[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; inside it, the server listens."""
    with running(command, environment) as process:
        listening(process, port)
        yield process


def listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until somebody takes connections on the port."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.01)
    msg = f"{process.args!r} does not listen."
    raise RuntimeError(msg)


def megabytes(process: subprocess.Popen[bytes]) -> float:
    """Return the memory that a process and its children hold, each page counted once where the system can say so."""
    family = [process.pid]
    for each in family:
        with contextlib.suppress(OSError):
            family += [int(child) for child in Path(f"/proc/{each}/task/{each}/children").read_text().split()]
    total = 0
    for each in family:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
