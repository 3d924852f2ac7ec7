"""What a fund may pay, and whether a text holds a number that has no place here. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from portal.errors import N_, Refused


class PayeeKind(StrEnum):
    """Whom a sum reaches."""

    SCHOOL = "school"
    PERSON = "person"
    COLLEGE = "college"
    GROUP = "school group"  # under fiscal sponsorship: the sponsor receives it for the group


# A tax number or an account's: nine digits however they are parted, or a run of eight and more.
_NUMBER = re.compile(r"(?<!\d)(?:\d[ .\-–]?){8}\d(?!\d)|\d{8,}")
NO_NUMBERS = N_(
    "This looks like the number of a tax form or of an account. The portal keeps none: take it out, and send it as the office asks."
)


def holds_number(text: str) -> bool:
    """Say whether a text holds what may be a taxpayer's or an account's number."""
    return bool(_NUMBER.search(text))


def check_words(text: str, *, field: str) -> None:
    """Refuse a text with such a number, beside its field."""
    if holds_number(text):
        raise Refused(NO_NUMBERS, field=field)
