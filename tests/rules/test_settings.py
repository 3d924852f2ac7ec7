"""Settings: read once, refused with the name of the bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal import config
from portal.config import BadSetting, Settings

PRODUCTION = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "k" * 40,
    "BASE_URL": "https://awards.example.org",
    "SMTP_URL": "smtp://mail.example.org:587",
    "DATABASE_URL": "postgresql://portal@db.example.org/portal",
}


def test_a_good_production_starts():
    settings = Settings.from_environment(PRODUCTION)
    assert settings.production
    assert settings.https
    assert settings.database_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PORTAL_ENV": "prod"}, "PORTAL_ENV"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"BASE_URL": "http://awards.example.org"}, "BASE_URL"),
        ({"BASE_URL": "awards.example.org"}, "BASE_URL"),
        ({"BASE_URL": "https://awards.example.org/portal"}, "BASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"SMTP_URL": "mail.example.org"}, "SMTP_URL"),
        ({"SMTP_URL": ""}, "SMTP_URL"),
        ({"LINK_DAYS": "soon"}, "LINK_DAYS"),
    ],
)
def test_a_bad_one_stops_the_start_and_is_named(changes, named):
    with pytest.raises(BadSetting) as refusal:
        Settings.from_environment({**PRODUCTION, **changes})
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_secrets_are_not_shown():
    assert "k" * 40 not in repr(Settings.from_environment(PRODUCTION))


def test_every_setting_stands_in_the_page_on_deploying():
    page = (Path(__file__).parents[2] / "docs" / "deploying.md").read_text(encoding="utf-8")
    assert [name for name in config._NAMES if f"`{name}`" not in page] == []
