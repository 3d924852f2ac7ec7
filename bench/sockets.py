"""Hundreds of slow sockets, and whether a server goes on answering beside them.

`python -m bench.sockets` tries each server that is installed with the same bare app; docs/decisions says what came of it.
Three kinds of slowness, in equal numbers: a head that never ends, a form whose body never ends, and an answer that is not read.
"""

from __future__ import annotations

import importlib.util
import socket
import statistics
import sys
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Self

from bench.servers import HOST, free_port, started

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = 300
SECONDS = 8.0
PATIENCE = 3.0  # seconds after which somebody waiting for a page gives up
EVERY = 1.0  # seconds between two bytes of a slow socket
SMALL_BUFFER = 4096  # bytes that the reader's own side takes in unread

HEAD = b"GET / HTTP/1.1\r\nHost: %s\r\nX-Slow: "
BODY = b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na="
READ = b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"


class Crowd:
    """Slow sockets, opened at once and kept slow by a thread of their own until the block ends."""

    def __init__(self, port: int, *, number: int = SLOW, host: str = "", large: str = "/large") -> None:
        """Aim at a port of this machine; `large` is an address whose answer the slow readers ask for."""
        self.port, self.number = port, number
        self.host = (host or f"{HOST}:{port}").encode()
        self.large = large.encode()
        self.held: list[tuple[socket.socket, int]] = []
        self.dropped = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._dribble, daemon=True)

    def __enter__(self) -> Self:
        """Open every socket and say the first words on each."""
        for place in range(self.number):
            try:
                self.held.append((self._open(place % 3), place % 3))
            except OSError:
                self.dropped += 1
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._over.set()
        self._thread.join()
        for held, _kind in self.held:
            held.close()

    def _open(self, kind: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        made.settimeout(1.0)
        made.connect((HOST, self.port))
        made.sendall((HEAD % self.host, BODY % self.host, READ % (self.large, self.host))[kind])
        made.setblocking(False)  # noqa: FBT003 - the socket's own word
        return made

    def _dribble(self) -> None:
        while not self._over.wait(EVERY):
            for each in list(self.held):
                held, kind = each
                try:
                    gone = held.recv(16) == b"" if kind == 2 else held.send(b"a") == 0  # noqa: PLR2004 - the readers
                except BlockingIOError:
                    continue
                except OSError:
                    gone = True
                if gone:
                    self.held.remove(each)
                    self.dropped += 1


class Answered(NamedTuple):
    """What somebody met who asked for pages meanwhile."""

    asked: int
    answered: int
    median_ms: float
    worst_ms: float


def ask(port: int, *, host: str = "", path: str = "/", seconds: float = SECONDS, people: int = 2) -> Answered:
    """Ask for a page again and again from as many threads as there are people, each request on a connection of its own."""
    took: list[float] = []
    failed: list[float] = []
    end = time.monotonic() + seconds
    words = READ % (path.encode(), (host or f"{HOST}:{port}").encode() + b"\r\nConnection: close")

    def go_on() -> None:
        while time.monotonic() < end:
            begun = time.perf_counter()
            (took if _once(port, words) else failed).append(1000 * (time.perf_counter() - begun))
            time.sleep(0.02)

    threads = [threading.Thread(target=go_on) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Answered(len(took) + len(failed), len(took), statistics.median(took or [0.0]), max(took or [0.0]))


def _once(port: int, words: bytes) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=PATIENCE) as asked:
            asked.sendall(words)
            heard = b""
            while more := asked.recv(65536):
                heard += more
            return heard.startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _servers(port: int) -> Iterator[tuple[str, list[str]]]:
    python, bind = sys.executable, f"{HOST}:{port}"
    raised = [
        "--connection-limit=2000",
        "--threads=16",
        "--backlog=1024",
        "--channel-timeout=120",
        "--asyncore-use-poll",
    ]
    yield "waitress, defaults", [python, "-m", "waitress", f"--listen={bind}", "bench.bare:app"]
    yield "waitress, raised limit", [python, "-m", "waitress", f"--listen={bind}", *raised, "bench.bare:app"]
    yield (
        "gunicorn, 2 x 4 threads",
        [python, "-m", "gunicorn", "--bind", bind, "-w2", "-k", "gthread", "--threads=4", "bench.bare:app"],
    )
    if importlib.util.find_spec("granian"):
        granian = [
            python,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            HOST,
            "--port",
            str(port),
            "--workers=2",
            "--blocking-threads=16",
        ]
        yield "granian, 2 x 16 threads", [*granian, "bench.bare:app"]


def main() -> None:
    """Try each server: alone, then beside the crowd."""
    print(
        f"{SLOW} slow sockets, two people asking for a page {SECONDS:.0f} s long, each giving up after {PATIENCE:.0f} s\n"
    )
    print(f"{'':26}{'alone: median':>16}{'answered':>14}{'median':>10}{'worst':>10}{'hung up on':>12}")
    for name, _ in list(_servers(0)):
        port = free_port()
        command = dict(_servers(port))[name]
        with started(command, port):
            alone = ask(port, seconds=1.5)
            with Crowd(port) as crowd:
                beside = ask(port)
                dropped = crowd.dropped
        share = f"{beside.answered}/{beside.asked}"
        print(
            f"{name:26}{alone.median_ms:13.1f} ms{share:>14}{beside.median_ms:7.1f} ms{beside.worst_ms:7.1f} ms{dropped:12}"
        )


if __name__ == "__main__":
    main()
