"""Our own HTTP client: one socket kept open, bytes prepared beforehand, so that what is timed is the server."""

from __future__ import annotations

import re
import selectors
import socket
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from bench.servers import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 120.0
TOKEN = re.compile(rb'name="csrf_token"[^>]*?value="([^"]+)"')


class Answer(NamedTuple):
    """What came back, and how long it took from the first byte sent to the last byte read."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        found = re.search(rb"(?im)^" + name.encode() + rb":\s*(.*?)\r?$", self.head)
        return found[1].decode() if found else ""


class Client:
    """One person's browser: a connection that is kept, and cookies."""

    def __init__(self, port: int, *, host: str = "", cookies: Mapping[str, str] | None = None) -> None:
        """Aim at a port of this machine, under the name by which the server is reached."""
        self.port = port
        self.host = host or f"{HOST}:{port}"
        self.cookies = dict(cookies or {})
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self.send(self.words("GET", path))

    def post(self, path: str, fields: Mapping[str, str] | list[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self.send(self.words("POST", path, urlencode(fields, doseq=True).encode()))

    def words(
        self, method: str, path: str, body: bytes = b"", *, kind: str = "application/x-www-form-urlencoded"
    ) -> bytes:
        """Return a request as it goes over the wire."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Accept-Language: en", "Connection: keep-alive"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}", f"Referer: http://{self.host}{path}"]
        return "\r\n".join([*head, "", ""]).encode() + body

    def send(self, words: bytes) -> Answer:
        """Send a request and read its answer whole, once more on a new connection where the server has let go of the old one."""
        kept = self._socket is not None
        try:
            answer = self._exchange(words)
        except ConnectionError:
            self.close()
            if not kept:
                raise
            answer = self._exchange(words)
        for line in answer.head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"set-cookie":
                cookie, _, content = value.strip().split(b";")[0].decode().partition("=")
                self.cookies[cookie] = content
        if b"connection: close" in answer.head.lower():
            self.close()
        return answer

    def _exchange(self, words: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port), timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        self._socket.sendall(words)
        heard = self._more(b"")
        while b"\r\n\r\n" not in heard:
            heard = self._more(heard)
        head, _, body = heard.partition(b"\r\n\r\n")
        low = head.lower()
        length = re.search(rb"content-length:\s*(\d+)", low)
        if length:
            while len(body) < int(length[1]):
                body = self._more(body)
        elif b"transfer-encoding: chunked" in low:
            while not body.endswith(b"0\r\n\r\n"):
                body = self._more(body)
        return Answer(int(head[9:12]), head, body, time.perf_counter() - begun)

    def _more(self, heard: bytes) -> bytes:
        assert self._socket is not None  # noqa: S101 - opened by the caller
        more = self._socket.recv(1 << 20)
        if not more:
            msg = "The server hung up."
            raise ConnectionError(msg)
        return heard + more


def token(answer: Answer) -> str:
    """Return the form token of a page."""
    found = TOKEN.search(answer.body)
    if found is None:
        msg = f"No form on this page: {answer.status} {answer.body[:300]!r}"
        raise LookupError(msg)
    return found[1].decode()


def rate(port: int, path: str, *, host: str = "", connections: int = 16, seconds: float = 1.0) -> float:
    """Return how many pages a second a server gives to this many people at once, each asking again as soon as answered."""
    asked = Client(port, host=host).words("GET", path)
    length = len(Client(port, host=host).get(path).body)
    choose = selectors.DefaultSelector()
    sockets = [socket.create_connection((HOST, port), timeout=PATIENCE) for _ in range(connections)]
    left = dict.fromkeys(sockets, 0)
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        choose.register(each, selectors.EVENT_READ)
        each.sendall(asked)
    begun = time.perf_counter()
    answered, now = 0, begun
    while now - begun < seconds:
        for key, _ in choose.select(1.0):
            each = key.fileobj
            assert isinstance(each, socket.socket)  # noqa: S101 - nothing else was registered
            heard = each.recv(1 << 20)
            if not left[each]:
                head, mark, body = heard.partition(b"\r\n\r\n")
                if not mark or b" 200 " not in head[:16]:
                    msg = f"{path} answered {heard[:80]!r} to many at once."
                    raise RuntimeError(msg)
                left[each] = length
                heard = body
            left[each] -= len(heard)
            if left[each] <= 0:
                left[each] = 0
                answered += 1
                each.sendall(asked)
        now = time.perf_counter()
    for each in sockets:
        each.close()
    choose.close()
    return answered / (now - begun)
