"""Where files lie: a folder of this machine, or a bucket that speaks S3. Names are our own: hexadecimal digits and slashes."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from portal.config import Settings

_NAME = re.compile(r"[a-z]+(/[a-z0-9-]+(\.[a-z]+)?)+")


class Store(Protocol):
    """What is asked of a place for files."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name: whole and for good once this returns, or not at all."""

    def get(self, name: str) -> bytes:
        """Return what lies under a name. Raises `FileNotFoundError`."""

    def delete(self, name: str) -> None:
        """Take away what lies under a name, if anything does."""

    def names(self, under: str) -> Iterator[tuple[str, datetime]]:
        """Yield the names under a folder, each with when it was put there."""


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        msg = f"{name!r} is no name of ours."
        raise ValueError(msg)
    return name


class Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        """Keep files under `root`, which is made when the first one comes."""
        self.root = root

    def put(self, name: str, data: bytes) -> None:
        """Write beside, then move into place; both reach the disk before this returns."""
        path = self.root / _checked(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, name: str) -> bytes:
        """Read it."""
        return (self.root / _checked(name)).read_bytes()

    def delete(self, name: str) -> None:
        """Remove it, and its folder where that is empty by now."""
        path = self.root / _checked(name)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            if path.parent.parent != self.root:
                path.parent.rmdir()

    def names(self, under: str) -> Iterator[tuple[str, datetime]]:
        """Walk through the folder."""
        top = self.root / under
        for path in sorted(top.rglob("*")) if top.exists() else ():
            with suppress(FileNotFoundError):
                if path.is_file() and not path.name.startswith("."):
                    yield path.relative_to(self.root).as_posix(), datetime.fromtimestamp(path.stat().st_mtime, UTC)


class Bucket:
    """A bucket that speaks S3."""

    def __init__(self, settings: Settings) -> None:
        """Reach the bucket that `FILES_URL` names, at `FILES_ENDPOINT` where it is not Amazon's own."""
        from obstore.store import S3Store  # noqa: PLC0415 - only where files are kept in a bucket

        where = urlsplit(settings.files_url)
        options: dict[str, Any] = {"region": settings.files_region}
        if settings.files_key:
            options |= {"access_key_id": settings.files_key, "secret_access_key": settings.files_secret}
        if settings.files_endpoint:
            options |= {"endpoint": settings.files_endpoint, "virtual_hosted_style_request": False}
            options["client_options"] = {"allow_http": settings.files_endpoint.startswith("http://")}
        self.store = S3Store(where.netloc, prefix=where.path.strip("/") or None, **options)

    def put(self, name: str, data: bytes) -> None:
        """Put it there in one request."""
        self.store.put(_checked(name), data, use_multipart=False)

    def get(self, name: str) -> bytes:
        """Fetch it."""
        return bytes(self.store.get(_checked(name)).bytes())

    def delete(self, name: str) -> None:
        """Remove it."""
        with suppress(FileNotFoundError):
            self.store.delete(_checked(name))

    def names(self, under: str) -> Iterator[tuple[str, datetime]]:
        """Go through the pages of the bucket's list."""
        for page in self.store.list(under):
            for one in page:
                yield str(one["path"]), one["last_modified"]


def store() -> Store:
    """Return the running portal's place for files."""
    found = current_app.extensions.get("portal.files")
    if found is None:
        settings: Settings = current_app.config["SETTINGS"]
        found = Bucket(settings) if settings.files_url else Folder(settings.instance_path.resolve() / "files")
        current_app.extensions["portal.files"] = found
    return found
