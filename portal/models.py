"""Every room's models, for whoever needs the whole schema: migrations, the doctor, tests."""

from __future__ import annotations

from importlib import import_module

ROOMS = (
    "web.cache_models",
    "people.models",
    "history.models",
    "jobs.models",
    "mail.models",
    "mail.wording.models",
    "files.models",
    "schools.models",
    "accounts.models",
    "funds.models",
    "questions.models",
    "awards.models",
    "awards.reminders.models",
    "nominations.models",
    "nominations.translating.models",
    "nominations.doubts.models",
    "nominations.hearing.models",
    "review.models",
    "decisions.models",
    "publishing.models",
    "publishing.desk.models",
    "publishing.archive.models",
    "offers.models",
)


def load() -> None:
    """Import them all, so that the metadata is whole."""
    for room in ROOMS:
        import_module(f"portal.{room}")
