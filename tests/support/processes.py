"""The portal's own command in processes of its own: to be run, left running, and killed half-way."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.support.nursery import Nursery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.support.nursery import Child

PATIENCE = 60.0  # seconds for a process to start or end


class Portal:
    """The `portal` command on this test's database: called, or started and left running."""

    def __init__(self, nursery: Nursery, environment: dict[str, str], folder: Path) -> None:
        """Keep where processes come from, the environment that each gets, and a folder for what they say."""
        self.nursery = nursery
        self.environment = environment
        self.folder = folder
        self.running: list[Child] = []

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `portal WORDS` to its end and return what came of it."""
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            process = self.nursery.start(words, {**self.environment, **environment}, output, errors)
            self.running.append(process)
            code = process.wait(4 * PATIENCE)
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(words, code, output.read(), errors.read())

    def start(self, *words: str, **environment: str) -> Child:
        """Start `portal WORDS` and leave it running; `.kill()` is kill -9, and what is left ends with the test."""
        log = self.folder / f"{words[0]}-{len(self.running)}.log"
        with log.open("w") as output:
            process = self.nursery.start(words, {**self.environment, **environment}, output, output)
        self.running.append(process)
        return process

    def said(self) -> str:
        """Return everything that started processes printed."""
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("*.log")))

    def answers(self, address: str) -> None:
        """Wait until something answers at `address`, whatever it says."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(address, timeout=2):
                    return
            except urllib.error.HTTPError as refusal:
                refusal.close()
                return
            except OSError:
                time.sleep(0.05)
        message = f"Nothing answers at {address}:\n{self.said()}"
        raise AssertionError(message)

    def end(self) -> None:
        """End whatever still runs."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Where this worker's processes come from."""
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


@pytest.fixture
def portal(app: Flask, nursery: Nursery, tmp_path: Path) -> Iterator[Portal]:
    """The `portal` command, in processes of its own, on this test's database."""
    settings = app.config["SETTINGS"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))},
        "PORTAL_ENV": settings.environment,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
        "INSTANCE_PATH": str(settings.instance_path),
        "QUICK_SECONDS": str(settings.quick_seconds),
    }
    made = Portal(nursery, environment, tmp_path)
    yield made
    made.end()
