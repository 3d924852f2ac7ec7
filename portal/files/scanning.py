"""Asks a ClamAV daemon about a file, over its socket. Where one is configured and does not answer, nothing passes."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

SECONDS = 60
PIECE = 64 * 1024


class ScannerAway(Exception):
    """The scanner does not answer, or not in a way that is understood. The file waits."""


def infected(data: bytes, *, address: str) -> bool:
    """Say whether the scanner at `address` (unix:/path or tcp://host:port) finds anything in these bytes."""
    try:
        with _connect(address) as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (more := line.recv(4096)):
                answer += more
    except OSError as trouble:
        raise ScannerAway(str(trouble)) from trouble
    said = answer.rstrip(b"\0").decode(errors="replace").strip()
    if said.endswith("FOUND"):
        return True
    if said.endswith(": OK"):
        return False
    msg = f"The scanner said {said[:200]!r}."
    raise ScannerAway(msg)


def _connect(address: str) -> socket.socket:
    where = urlsplit(address)
    if where.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(where.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((where.hostname or "127.0.0.1", where.port or 3310), timeout=SECONDS)
