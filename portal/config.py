"""Settings from the environment, checked once at the start. A bad value stops the portal and says which."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENTS = ("production", "development", "test")
SHORTEST_SECRET = 32


class BadSetting(SystemExit):
    """A setting that cannot be used; the message names it and says how to mend it."""


@dataclass(frozen=True)
class Settings:
    """Everything the portal takes from outside. What belongs to the organisation (name, zone, awards) is data instead."""

    environment: str = "development"
    database_url: str = "sqlite:///portal.sqlite3"  # in instance_path
    secret_key: str = field(default="development only, never in production", repr=False)
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0
    smtp_url: str = ""
    mail_from: str = "awards@portal.example"
    instance_path: Path = Path("instance")
    link_days: int = 14
    staff_link_minutes: int = 30
    session_days: int = 30
    staff_session_hours: int = 12
    max_request_bytes: int = 8 * 1024 * 1024
    files_url: str = ""  # s3://bucket/prefix; else a folder in instance_path
    files_endpoint: str = ""  # of a bucket that is not Amazon's
    files_region: str = "us-east-1"
    files_key: str = field(default="", repr=False)  # else what the machine itself is allowed
    files_secret: str = field(default="", repr=False)
    quick_seconds: int = 8  # a nomination begun and sent within so many may be a program's
    scanner: str = ""  # unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310
    echo_sql: bool = False

    def __post_init__(self) -> None:
        """Refuse values that would only fail later, or fail quietly."""
        if self.environment not in ENVIRONMENTS:
            msg = f"PORTAL_ENV is {self.environment!r}; it must be one of {', '.join(ENVIRONMENTS)}."
            raise BadSetting(msg)
        address = urlsplit(self.base_url)
        if address.scheme not in {"http", "https"} or not address.hostname or address.path not in {"", "/"}:
            msg = f"BASE_URL is {self.base_url!r}; it must look like https://awards.example.org with no path."
            raise BadSetting(msg)
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            msg = "DATABASE_URL must start with sqlite:/// or postgresql://."
            raise BadSetting(msg)
        if self.smtp_url and urlsplit(self.smtp_url).scheme not in {"smtp", "smtps"}:
            msg = "SMTP_URL must start with smtp:// or smtps://, like smtp://user:password@mail.example.org:587."
            raise BadSetting(msg)
        self._check_files()
        if self.production:
            if len(self.secret_key) < SHORTEST_SECRET or self.secret_key == Settings.secret_key:
                msg = f"SECRET_KEY must be set to at least {SHORTEST_SECRET} random characters in production."
                raise BadSetting(msg)
            if address.scheme != "https":
                msg = "BASE_URL must start with https:// in production."
                raise BadSetting(msg)
            if not self.smtp_url:
                msg = "SMTP_URL must be set in production: without it nobody is ever written to."
                raise BadSetting(msg)

    def _check_files(self) -> None:
        if self.files_url and (urlsplit(self.files_url).scheme != "s3" or not urlsplit(self.files_url).netloc):
            msg = "FILES_URL must look like s3://bucket or s3://bucket/folder; left out, files lie in INSTANCE_PATH."
            raise BadSetting(msg)
        if bool(self.files_key) != bool(self.files_secret):
            msg = "FILES_KEY and FILES_SECRET belong together: set both, or neither where the machine itself is let in."
            raise BadSetting(msg)
        if self.scanner and urlsplit(self.scanner).scheme not in {"unix", "tcp"}:
            msg = "SCANNER must look like unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310."
            raise BadSetting(msg)

    @property
    def production(self) -> bool:
        """Whether real people are served."""
        return self.environment == "production"

    @property
    def https(self) -> bool:
        """Whether visitors reach the portal over HTTPS, so that cookies may carry the `__Host-` prefix."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host (and port, if any) under which the portal is reached."""
        return urlsplit(self.base_url).netloc

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings, or stop with one line naming the bad one."""
        facts: dict[str, object] = {}
        for name, key in _NAMES.items():
            if environment.get(name):
                facts[key] = environment[name]
        for key in (
            "trusted_proxies",
            "link_days",
            "staff_link_minutes",
            "session_days",
            "staff_session_hours",
            "max_request_bytes",
            "quick_seconds",
        ):
            if key in facts:
                facts[key] = _whole(key.upper(), str(facts[key]))
        if "database_url" in facts:
            facts["database_url"] = _driver(str(facts["database_url"]))
        if "base_url" in facts:
            facts["base_url"] = str(facts["base_url"]).rstrip("/")
        if "instance_path" in facts:
            facts["instance_path"] = Path(str(facts["instance_path"]))
        if "echo_sql" in facts:
            facts["echo_sql"] = facts["echo_sql"] in {"1", "true", "yes"}
        return cls(**facts)  # type: ignore[arg-type]


_NAMES = {
    "PORTAL_ENV": "environment",
    "DATABASE_URL": "database_url",
    "SECRET_KEY": "secret_key",
    "BASE_URL": "base_url",
    "TRUSTED_PROXIES": "trusted_proxies",
    "SMTP_URL": "smtp_url",
    "MAIL_FROM": "mail_from",
    "INSTANCE_PATH": "instance_path",
    "LINK_DAYS": "link_days",
    "STAFF_LINK_MINUTES": "staff_link_minutes",
    "SESSION_DAYS": "session_days",
    "STAFF_SESSION_HOURS": "staff_session_hours",
    "MAX_REQUEST_BYTES": "max_request_bytes",
    "FILES_URL": "files_url",
    "FILES_ENDPOINT": "files_endpoint",
    "FILES_REGION": "files_region",
    "FILES_KEY": "files_key",
    "FILES_SECRET": "files_secret",
    "SCANNER": "scanner",
    "ECHO_SQL": "echo_sql",
    "QUICK_SECONDS": "quick_seconds",
}


def _whole(name: str, text: str) -> int:
    if not text.isdecimal():
        msg = f"{name} is {text!r}; it must be a whole number."
        raise BadSetting(msg)
    return int(text)


def _driver(url: str) -> str:
    """Return the address with psycopg 3 named as the driver, whichever usual spelling was given."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
