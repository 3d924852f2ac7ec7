"""Processes that begin with the portal already imported: a parent that imports it once and forks one for each command.

A command in a process of its own costs a second or two of imports, which the tests that kill processes would pay a
hundred times. The parent opens no database and starts no thread, so what it forks differs from a fresh interpreter in
nothing but the time it takes. It is asked over a socket: one connection for each process, on which travel the words and
the environment with the file that takes the output, then the process's number, then its return code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MOST = 1 << 20  # bytes of a request: an environment is far smaller


class Child:
    """A process that the nursery started; speaks as `subprocess.Popen` does."""

    def __init__(self, line: socket.socket) -> None:
        """Learn the process's number."""
        self._line = line
        number = b""
        while not number.endswith(b"\n"):  # no byte more: what comes after it may be the return code already
            number += line.recv(1)
        self.pid = int(number)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the return code if the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.001)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process ends. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                found = self._line.recv(64)
            except TimeoutError:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
            self.returncode = int(found)
            self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill -9."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)


class Nursery:
    """The parent, started when the first process is asked for."""

    def __init__(self, folder: Path) -> None:
        """Keep its socket in `folder`."""
        self._address = str(folder / "nursery")
        self._parent: subprocess.Popen[str] | None = None

    def start(self, words: Sequence[str], environment: Mapping[str, str], output: IO[str], errors: IO[str]) -> Child:
        """Start `portal WORDS` with this environment alone."""
        if self._parent is None:
            command = [sys.executable, "-m", "tests.support.nursery", self._address]
            plain = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
            self._parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=plain)
            assert self._parent.stdout is not None
            assert self._parent.stdout.readline() == "ready\n"
        line = socket.socket(socket.AF_UNIX)
        line.connect(self._address)
        asked = json.dumps({"words": list(words), "environment": dict(environment)}).encode()
        socket.send_fds(line, [len(asked).to_bytes(4, "big")], [output.fileno(), errors.fileno()])
        line.sendall(asked)
        return Child(line)

    def close(self) -> None:
        """Stop the parent."""
        if self._parent is not None:
            self._parent.kill()
            self._parent.communicate()


def _serve(address: str) -> None:
    """Import the portal, then fork a process for each request until killed."""
    import pkgutil
    from importlib import import_module

    import portal

    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who wait for a process are nobody's to wait for
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        line, _from = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _attend(line)
        line.close()


def _attend(line: socket.socket) -> None:
    """Start what this line asks for, and tell it the return code in the end."""
    head, files, _flags, _from = socket.recv_fds(line, 4, 2)
    size, asked = int.from_bytes(head, "big"), b""
    while len(asked) < size:
        asked += line.recv(MOST)
    request = json.loads(asked)
    number = os.fork()
    if number == 0:
        line.close()
        _become(request["words"], request["environment"], *files)
    line.sendall(f"{number}\n".encode())
    _number, status = os.waitpid(number, 0)
    with contextlib.suppress(OSError):  # nobody waits for it any longer
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(words: list[str], environment: dict[str, str], output: int, errors: int) -> None:
    """Be `portal WORDS`."""
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["portal", *words]
    code = 1
    try:
        from portal.__main__ import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - said where an interpreter of its own would say it, and told apart by the code
        traceback.print_exc()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
